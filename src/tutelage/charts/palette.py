"""The colours of all figures, and the style sheet that hands them out.

The seven hues are those of Okabe and Ito (2008), which people with any common form of colour blindness tell
apart. Every shape also has its colour as an attribute, for programs that know no style sheets. A page changes
a colour by setting its custom property: ``--chart-ink``, ``--chart-faint``, ``--chart-paper``, ``--chart-1``
to ``--chart-7``.
"""

from __future__ import annotations

from string import ascii_uppercase

HUES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
INK, FAINT, PAPER = "#1b1f24", "#636b74", "#ffffff"
DARK_INK, DARK_FAINT, DARK_PAPER = "#e8eaed", "#8b949e", "#15181c"
ON_HUES = ("#ffffff", *["#000000"] * 6)  # of black and white the one that reads better on each hue
TINT = 0.4  # the opacity of a tint, on which ink reads well on light paper and on dark
DASHES = ("", "6 3", "2 2", "8 2 2 2", "1 3", "10 4", "4 1 1 1")


def hue(number: int) -> int:
    """The number of the colour, 1 to 7, of series ``number`` (from 0); an eighth begins again."""
    return number % len(HUES) + 1


def key_of(number: int) -> str:
    """The letter by which series ``number`` (from 0) is called in a figure: A to Z, then A2 …"""
    turn, place = divmod(number, len(ascii_uppercase))
    return ascii_uppercase[place] + (str(turn + 1) if turn else "")


def _rules(ink: str, faint: str, paper: str) -> str:
    return (
        f".chart text{{fill:var(--chart-ink,{ink})}}"
        f".chart .faint{{fill:var(--chart-faint,{faint})}}"
        f".chart .paper{{fill:var(--chart-paper,{paper})}}"
        f".chart .rule{{stroke:var(--chart-faint,{faint})}}"
        f".chart .edge{{stroke:var(--chart-paper,{paper})}}"
        f".chart .outline{{stroke:var(--chart-ink,{ink})}}"
    )


def _style() -> str:
    hues = "".join(
        f".chart .hue{number}{{fill:var(--chart-{number},{colour})}}"
        f".chart .stroke{number}{{stroke:var(--chart-{number},{colour})}}"
        f".chart text.on{number}{{fill:{on}}}"
        for number, (colour, on) in enumerate(zip(HUES, ON_HUES, strict=True), start=1)
    )
    dark = _rules(DARK_INK, DARK_FAINT, DARK_PAPER)
    return (
        ".chart{max-width:100%;height:auto}.chart:root{color-scheme:light dark}"
        f"{_rules(INK, FAINT, PAPER)}@media screen and (prefers-color-scheme:dark){{{dark}}}{hues}"
    )


STYLE = _style()
"""The style sheet that every figure carries; a page that shows several needs it once."""
