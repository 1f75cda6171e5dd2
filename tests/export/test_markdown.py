"""Hostile text in Markdown stays text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tutelage.export.markdown import escaped, one_line, table


@given(st.text(max_size=80))
def test_escaped_text_renders_without_markup(text: str):
    html = MarkdownIt("gfm-like", {"linkify": False}).render(f"before {escaped(text)} after")
    assert html.startswith("<p>before")
    assert "<" not in html.removeprefix("<p>").rstrip().removesuffix("</p>")


def test_one_line_is_cut_and_flat():
    assert one_line("a\n\tb\u202ec") == "a b c"
    assert one_line("x" * 200, 10) == "x" * 9 + "…"


def test_a_cell_cannot_end_its_table():
    made = table(["name", "n"], [(escaped("a | b"), "1")], numbers=(1,))
    assert made.splitlines() == ["| name | n |", "| --- | ---: |", "| a \\| b | 1 |"]
