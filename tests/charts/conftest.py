"""What the tests of figures share."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, fromstring

import pytest

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "<script>alert('x')</script>",
    '" onload="alert(1)',
    "a & b ]]> <!-- c",
    "half a pair \ud83d, a null \x00 and \x1b[31m",
    "\u202eturned round\u202c",
    "שלום עולם, זה טקסט ארוך",
    "请写一首关于春天的诗，并且解释它的韵律和意象，再给出三个例子",
    "x" * 100_000,
    "line\nbreak\tand tab",
    "",
)


class Figure:
    """A parsed figure: well-formed by construction."""

    def __init__(self, svg: str) -> None:
        svg.encode("utf-8")
        self.svg = svg
        self.root: Element = fromstring(svg)

    def all(self, name: str) -> list[Element]:
        return list(self.root.iter(SVG + name))

    @property
    def texts(self) -> list[str]:
        """What is written, without tooltips."""
        return [(each.text or "") + "".join(child.tail or "" for child in each) for each in self.all("text")]

    @property
    def tooltips(self) -> list[str]:
        return [each.text or "" for each in self.all("title")][1:]

    @property
    def shapes(self) -> list[Element]:
        return [each for each in [*self.all("rect"), *self.all("path")] if "hue" in each.get("class", "")]

    def check(self) -> None:
        """What holds of every figure: a name, no script, nothing fetched, nothing out of bounds."""
        assert self.root.get("role") == "img"
        assert self.root[0].tag == SVG + "title"
        assert {each.tag.removeprefix(SVG) for each in self.root.iter()} <= {
            "svg", "title", "desc", "style", "rect", "path", "line", "polyline", "text",
        }  # fmt: skip
        for each in self.root.iter():
            assert not [
                name for name in each.attrib if name.startswith("on") or "href" in name or name == "style"
            ]
        assert "url(" not in self.svg
        assert not re.search(r'="[^"]*(?:nan|inf|e[+-]\d)', re.sub("<(title|desc|text).*?</", "", self.svg))
        assert len(self.svg) < 400_000
        width, height = float(self.root.attrib["width"]), float(self.root.attrib["height"])
        for each in self.all("rect")[1:]:
            x, y, w, h = (float(each.attrib[name]) for name in ("x", "y", "width", "height"))
            assert x >= -0.01
            assert x + w <= width + 0.01
            assert y >= -0.01
            assert y + h <= height + 0.01


@pytest.fixture
def hostile() -> tuple[str, ...]:
    return HOSTILE


@pytest.fixture
def figure() -> type[Figure]:
    return Figure
