from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree.ElementTree import fromstring

import pytest

from analyses import analysis, hostile, verbs
from tutelage.analysis.page import SECTIONS, figures_of, render_page
from tutelage.analysis.yields import RunFacts

VOID = {"meta", "br", "img", "input", "link", "hr"}
ALLOWED = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "main",
        "footer",
        "nav",
        "section",
        "a",
        "b",
    ),
    *("h1", "h2", "h3", "h4", "p", "ul", "li", "div", "span", "bdi", "code", "details", "summary", "figure"),
    *("table", "thead", "tbody", "tr", "th", "td", "figcaption"),
    *("svg", "desc", "rect", "path", "line", "polyline", "text"),
}


class Parsed(HTMLParser):
    """Tags, attributes and text of a page; an element that is not closed in order is an error."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def section(page: str, name: str) -> str:
    found = re.search(rf'<section id="{name}">.*?</section>', page, re.DOTALL)
    assert found
    return Parsed(found.group()).words


@pytest.fixture(scope="module")
def hostile_page() -> str:
    return render_page([hostile(), analysis("plain")])


def test_hostile_words_stay_words(hostile_page: str) -> None:
    hostile_page.encode("utf-8")
    parsed = Parsed(hostile_page)
    assert {tag for tag, _ in parsed.tags} <= ALLOWED
    for _, attributes in parsed.tags:
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src")]
        assert (attributes.get("href") or "#").startswith("#")
    assert [tag for tag, _ in parsed.tags].count("style") == 1
    assert "<script>alert('x')</script>" in parsed.words
    assert "{{ 7 * 7 }}" in parsed.words
    assert "half a pair \ufffd and a null \ufffd" in parsed.words
    assert "请写一首关于春天的诗" in parsed.words


def test_no_text_makes_the_page_large(hostile_page: str) -> None:
    assert "x" * 1_100 not in hostile_page
    assert len(hostile_page) < 1_000_000


def test_the_policy_allows_the_style_sheet_and_nothing_else(hostile_page: str) -> None:
    parsed = Parsed(hostile_page)
    [policy] = [found["content"] for tag, found in parsed.tags if tag == "meta" and "http-equiv" in found]
    assert policy
    [style] = re.findall(r"<style>(.*?)</style>", hostile_page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.split("; ")[:2] == ["default-src 'none'", f"style-src 'sha256-{digest}'"]
    assert "unsafe" not in policy
    assert "url(" not in style
    assert "@import" not in style


def test_every_section_is_there_and_reached(hostile_page: str) -> None:
    parsed = Parsed(hostile_page)
    ids = [found["id"] for tag, found in parsed.tags if "id" in found]
    assert ids == list(SECTIONS)
    assert [found["href"] for tag, found in parsed.tags if tag == "a"] == [f"#{name}" for name in SECTIONS]


def test_inputs_stand_side_by_side() -> None:
    page = render_page([analysis("first"), analysis("second", verb_noun=verbs([("draw", "cat", 7)]))])
    heads = re.findall(r"<thead>.*?</thead>", page, re.DOTALL)
    assert "A first B second" in Parsed(heads[0]).words.replace("  ", " ")
    told = section(page, "glance")
    assert "unique verb-noun pairs" in told
    assert re.search(r"unique verb-noun pairs .*? 3 1 ", told)
    assert page.count("draw cat") >= 1


def test_one_input_has_no_letter() -> None:
    page = render_page([analysis("alone")])
    assert "A alone" not in Parsed(page).words
    assert "B " not in section(page, "glance")


def test_what_is_not_supported_says_so_and_is_never_a_nought() -> None:
    chinese = analysis("zh", verb_noun=verbs([], "no parser model is given for 18 instructions: 18 in zh"))
    page = render_page([chinese])
    for name in ("glance", "verb-noun"):
        assert "no parser model is given for 18 instructions: 18 in zh" in section(page, name)
    assert not re.search(r"unique verb-noun pairs [^n]* 0 ", section(page, "glance"))
    assert "No input is a run" in section(page, "yield")
    assert "no student was given" in section(page, "difficulty")


def test_rows_without_cells_say_so() -> None:
    page = render_page([analysis(cells=False)])
    assert "there are no cells" in section(page, "coverage")
    assert "there are no cells" in section(page, "examples")


def test_a_run_tells_its_rejections() -> None:
    facts = RunFacts("r", "finished", target=20, accepted=15, rejected={"too_short": 4, "copy": 1})
    page = render_page([analysis(run=facts), analysis("file")])
    told = section(page, "yield")
    assert "15 of 20" in told
    assert "75%" in told
    assert "a dataset, not a run" in told
    assert told.index("too_short (4)") < told.index("copy (1)")


def test_missing_wanted_values_are_named() -> None:
    page = render_page([analysis(wanted=("Write 3 lines about the sea.", "never seen"))])
    assert "never seen" in section(page, "coverage")
    assert "1 of 2 (50%)" in section(page, "coverage")


@pytest.mark.parametrize("texts", [(), ("One.",), ("", ""), ("!!!",)])
def test_poor_inputs_have_a_page(texts: tuple[str, ...]) -> None:
    made = analysis(texts=texts, verb_noun=verbs([]))
    Parsed(render_page([made]))
    Parsed(render_page([made, made, analysis()]))
    for svg in figures_of(made).values():
        fromstring(svg)


def test_equal_analyses_give_equal_bytes() -> None:
    assert render_page([analysis()]) == render_page([analysis()])


def test_figures_are_files_of_their_own() -> None:
    figures = figures_of(hostile())
    assert {"verbs", "verb-noun", "overlap", "nearest", "coverage-topic", "rejections"} <= set(figures)
    for name, svg in figures.items():
        assert re.fullmatch(r"[a-z0-9-]+", name)
        svg.encode("utf-8")
        root = fromstring(svg)
        assert root.get("role") == "img"
        assert not [each for each in root.iter() if each.tag.endswith("script")]


def test_what_has_no_data_has_no_figure() -> None:
    assert "verbs" not in figures_of(replace(analysis(), verb_noun=verbs([])))
    assert "rejections" not in figures_of(analysis())
