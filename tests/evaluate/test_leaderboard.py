"""A model's place in a published table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutelage.errors import BadInput
from tutelage.evaluate.bench import Figures
from tutelage.evaluate.leaderboard import placed

TABLE = ",win_rate,length_controlled_winrate\nbest,90,80\nmiddle,50,55\nlast,5,9\n"


def test_a_model_stands_between_its_neighbours(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(TABLE)
    models = {"mine": {"win_rate": 20.0, "lc_win_rate": 60.0}, "sanity:empty": {"win_rate": 1.0}}
    found = placed(Figures("alpaca-eval", models), path)
    place = found.details["leaderboard"]["models"]
    assert list(place) == ["mine"]
    assert (place["mine"]["lc_win_rate"]["rank"], place["mine"]["win_rate"]["rank"]) == (2, 3)
    assert place["mine"]["lc_win_rate"]["above"] == [{"model": "best", "value": 80.0}]
    assert "place 2 of 4, below best (80.00) and above middle (55.00)" in found.lines[0]
    assert "only where these are the same" in found.lines[-1]


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("model,points\nbest,3\n")
    with pytest.raises(BadInput, match="no figure of this evaluation"):
        placed(Figures("alpaca-eval", {"mine": {"win_rate": 20.0}}), path)
