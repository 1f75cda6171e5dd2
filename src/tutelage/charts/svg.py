"""One SVG drawing, element by element: escaped text, rounded coordinates, labels cut to their room."""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping

from tutelage.charts.palette import FAINT, HUES, INK, ON_HUES, PAPER, STYLE, TINT, hue, key_of

FONT = 12.0  # pixels
WIDTH = 460.0  # of a figure: narrow enough to stay legible on a telephone
FULL = 1000  # characters of a label that its tooltip tells
_FONTS = "system-ui,-apple-system,Segoe UI,Roboto,Noto Sans,Noto Sans CJK SC,PingFang SC,sans-serif"
# What XML 1.0 cannot hold, half surrogate pairs among it, and marks that turn the order of what follows.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_STYLE_ELEMENT = f"<style>{STYLE}</style>"
_NARROW, _WIDE, _PLAIN = set("iljtfr.,:;'|!()[] "), set("mwMW@%"), 0.61


def clean(text: str) -> str:
    """``text`` with a replacement character for whatever neither XML nor UTF-8 can hold."""
    return _FORBIDDEN.sub("\ufffd", text)


def escaped(text: str) -> str:
    """``text`` as it stands in markup, between tags or in quotes."""
    return html.escape(clean(text), quote=True)


def number(value: float | None) -> str:
    """``value`` for a reader: whole numbers in full, others to three figures; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) >= 1e15 or abs(value) < 1e-6:
        return f"{value:.2e}"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    shown = f"{value:,.{digits}f}"
    return shown.rstrip("0").rstrip(".") if digits else shown


def percent(value: float | None) -> str:
    """The share ``value`` (0 to 1) in per cent; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    if 0 < value < 0.0005:
        return "<0.1%"
    shown = f"{100 * value:.1f}"
    return f"{shown.removesuffix('.0')}%"


def known(values: Iterable[float | None]) -> list[float]:
    """Those of ``values`` that can be drawn."""
    return [value for value in values if value is not None and math.isfinite(value)]


def room(text: str, size: float = FONT) -> float:
    """About how many pixels ``text`` takes at ``size``, rather too many than too few."""
    return size * sum(map(_room_of, text))


def _room_of(character: str) -> float:
    if character in _NARROW:
        return 0.4
    if character in _WIDE:
        return 0.98
    if character.isascii():
        return 0.72 if character.isupper() else _PLAIN
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0.0
    return 1.0 if unicodedata.east_asian_width(character) in "WF" else 0.66


def shortened(text: str, width: float, size: float = FONT) -> str:
    """``text`` on one line, cut with an ellipsis to about ``width`` pixels; never less than one character."""
    line = " ".join(_TURNING.sub("", clean(text[: 2 * FULL])).split())
    if room(line, size) <= width and len(text) <= 2 * FULL:
        return line
    left = width - size
    kept = 0
    for kept, character in enumerate(line):
        left -= size * _room_of(character)
        if left < 0 and kept:
            break
    return line[: max(kept, 1)].rstrip() + "…"


def rounded(value: float) -> str:
    """A coordinate to a hundredth of a pixel."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


class Drawing:
    """Collects elements; :meth:`finish` gives the SVG text. Sizes in pixels, the origin top left."""

    def __init__(self, title: str, description: str = "", width: float = WIDTH) -> None:
        self.width = width
        self._title = title
        self._description = description
        self._elements: list[str] = []

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        series: int,
        *,
        told: str = "",
        faded: bool = False,
    ) -> None:
        """A filled rectangle in the colour of ``series``; ``told`` is its tooltip, ``faded`` its tint."""
        place = _attributes(x=x, y=y, width=max(width, 0.0), height=max(height, 0.0))
        self._shape("rect", place, series, told, faded)

    def area(self, path: str, series: int, *, told: str = "", faded: bool = False) -> None:
        """A filled path in the colour of ``series``, with an edge in the colour of the paper."""
        self._shape("path", f'd="{path}"', series, told, faded)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        anchor: str = "start",
        width: float = math.inf,
        size: float = FONT,
        bold: bool = False,
        faint: bool = False,
        on: int | None = None,
        turned: float = 0.0,
    ) -> None:
        """One line, its base at ``y``, cut to ``width``; what is cut can be read in full in its tooltip.

        ``on`` is the series upon whose colour it stands, ``turned`` degrees clockwise about its point."""
        shown = shortened(text, width, size) if math.isfinite(width) else text
        parts = [_attributes(x=x, y=y), f'font-size="{rounded(size)}"']
        parts += [f'text-anchor="{anchor}"'] * (anchor != "start") + ['font-weight="600"'] * bold
        if turned:
            parts.append(f'transform="rotate({rounded(turned)} {rounded(x)} {rounded(y)})"')
        if on is not None:
            parts.append(f'class="on{hue(on)}" fill="{ON_HUES[hue(on) - 1]}"')
        else:
            parts.append(f'class="faint" fill="{FAINT}"' if faint else f'fill="{INK}"')
        tooltip = _tooltip(text) if shown != text else ""
        self._elements.append(f"<text {' '.join(parts)}>{tooltip}{escaped(shown)}</text>")

    def rule(self, x1: float, y1: float, x2: float, y2: float, *, strong: bool = False) -> None:
        """A thin straight line: of a grid, or of an axis where ``strong``."""
        width = 1.0 if strong else 0.5
        place = _attributes(x1=x1, y1=y1, x2=x2, y2=y2)
        self._elements.append(f'<line {place} class="rule" stroke="{FAINT}" stroke-width="{width}"/>')

    def stroke(self, points: list[tuple[float, float]], series: int, dash: str, told: str = "") -> None:
        """A line through ``points`` in the colour of ``series``."""
        path = " ".join(f"{rounded(x)},{rounded(y)}" for x, y in points)
        colour = hue(series)
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self._elements.append(
            f'<polyline points="{path}" fill="none" class="stroke{colour}" stroke="{HUES[colour - 1]}" '
            f'stroke-width="2" stroke-linejoin="round"{dashes}>{_tooltip(told)}</polyline>'
        )

    def finish(self, height: float) -> str:
        """The drawing, ``height`` pixels high, as one self-contained SVG element."""
        size = f"{rounded(self.width)} {rounded(height)}"
        described = f"<desc>{escaped(self._description)}</desc>" if self._description else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" '
            f'aria-label="{escaped(self._title[:FULL])}" viewBox="0 0 {size}" '
            f'width="{rounded(self.width)}" height="{rounded(height)}" font-family="{_FONTS}">'
            f"<title>{escaped(self._title[:FULL])}</title>{described}{_STYLE_ELEMENT}"
            f'<rect class="paper" width="100%" height="100%" fill="{PAPER}"/>'
            f"{''.join(self._elements)}</svg>\n"
        )

    def _shape(self, name: str, place: str, series: int, told: str, faded: bool) -> None:
        colour = hue(series)
        tint = f' fill-opacity="{TINT}"' if faded else ""
        self._elements.append(
            f'<{name} {place} class="hue{colour} edge" fill="{HUES[colour - 1]}"{tint} stroke="{PAPER}" '
            f'stroke-width="0.75">{_tooltip(told)}</{name}>'
        )


def inline(svg: str) -> str:
    """``svg`` as part of a page that has :data:`STYLE` already."""
    return svg.replace(_STYLE_ELEMENT, "", 1).rstrip("\n")


def legend(drawing: Drawing, names: Mapping[int, str], top: float) -> float:
    """A line for each series by its number: colour, key, and name. Returns where they end."""
    y = top
    for place, name in names.items():
        key = key_of(place)
        drawing.rect(0, y, 12, 12, place)
        drawing.text(18, y + 10.5, key, bold=True)
        drawing.text(24 + room(key), y + 10.5, name, width=drawing.width - 30 - room(key))
        y += 17
    return y + 4


def _attributes(**values: float) -> str:
    return " ".join(f'{name}="{rounded(value)}"' for name, value in values.items())


def _tooltip(text: str) -> str:
    if not text:
        return ""
    return f"<title>{escaped(text if len(text) <= FULL else text[:FULL] + '…')}</title>"
