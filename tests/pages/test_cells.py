from __future__ import annotations

from tutelage.pages.cells import Cell, figure, share


def test_no_figure_says_why() -> None:
    assert figure(None, "not measured") == Cell("not measured", absent=True)
    assert figure(0.0) == Cell("0")
    assert share(0.25) == Cell("25%")
