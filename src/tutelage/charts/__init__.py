"""Figures as SVG text, from numbers alone: bars, histograms, lines, dots with
intervals, and the sunburst of verbs and nouns.

    svg = bars("Verbs", ["write", "explain"], {"A": [12, 7], "B": [3, 9]})
    Path("verbs.svg").write_text(svg, "utf-8")       a file of its own, light or dark as its reader likes
    page = f"<style>{STYLE}</style>{inline(svg)}"    or part of a page, which may set the custom properties

The same numbers give the same bytes. Nothing is told by colour alone: every bar and panel carries its key
and its figure, lines differ in dashes too. Labels may be anything, markup and half surrogate pairs included.
"""

from tutelage.charts.bar import bars
from tutelage.charts.curves import lines
from tutelage.charts.dots import Dot, dots
from tutelage.charts.palette import STYLE, key_of
from tutelage.charts.panels import Bins, histogram
from tutelage.charts.rings import Branch, sunburst
from tutelage.charts.svg import clean, inline, number, percent

__all__ = [
    "STYLE",
    "Bins",
    "Branch",
    "Dot",
    "bars",
    "clean",
    "dots",
    "histogram",
    "inline",
    "key_of",
    "lines",
    "number",
    "percent",
    "sunburst",
]
