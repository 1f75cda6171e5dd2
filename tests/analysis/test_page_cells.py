from __future__ import annotations

from analyses import analysis
from tutelage.analysis.figures import Summary, summary
from tutelage.analysis.page_cells import row, spread, with_figures
from tutelage.pages.cells import Cell, Row, figure, share


def test_a_cell_is_a_figure_or_a_reason() -> None:
    assert figure(0) == Cell("0")
    assert share(0.25) == Cell("25%")
    assert figure(None, "no parser") == Cell("no parser", absent=True)
    assert spread(summary([1, 2, 3])) == Cell("2 (1.1 to 2.9)")
    assert spread(Summary(0), "none").absent
    assert spread(None, "none") == Cell("none", absent=True)


def test_a_row_asks_every_input() -> None:
    made = row("rows", "how many", [analysis(), analysis(texts=())], lambda each: figure(each.examples))
    assert made == Row("rows", "how many", (Cell("18"), Cell("0")))


def test_rows_without_any_figure_can_be_left_out() -> None:
    absent, there = Cell("none", absent=True), Cell("0")
    rows = [Row("a", "", (absent, there)), Row("b", "", (absent, absent))]
    assert [each.label for each in with_figures(rows)] == ["a"]
