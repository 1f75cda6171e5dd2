"""Difficulties and gamed rows: read by row number, joined by id."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutelage.errors import BadInput
from tutelage.evaluate.alpaca_inputs import GamedJudgement, read_difficulty, read_gamed, row_numbers
from tutelage.evaluate.bench import Judgement, Question


def test_the_published_files_are_read(shared_data: Path) -> None:
    folder = shared_data / "alpaca-eval"
    difficulty = read_difficulty(folder / "instruction_difficulty.csv")
    gamed = read_gamed(folder / "df_gamed.csv")
    assert (len(difficulty), len(gamed)) == (805, 1610)
    assert sum(difficulty) / 805 == pytest.approx(-0.057, abs=0.001)
    assert {each.variant for each in gamed} == {"gpt4_1106_preview_concise", "gpt4_1106_preview_verbose"}


def test_files_of_another_form_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("index,instruction_difficulty\n0,0.5\n2,0.1\n", "utf-8")
    with pytest.raises(BadInput, match="row '2'"):
        read_difficulty(path)
    path.write_text("index,hardness\n0,0.5\n", "utf-8")
    with pytest.raises(BadInput, match="difficulty None"):
        read_difficulty(path)
    path.write_text("index,preference,std_delta_len,model\n3,0.25,-1.5,short\n", "utf-8")
    assert read_gamed(path) == [GamedJudgement(3, 0.25, -1.5, "short")]
    path.write_text("index,preference,std_delta_len\n3,1.25,-1.5\n", "utf-8")
    with pytest.raises(BadInput, match="from 0 to 1"):
        read_gamed(path)
    path.write_text("index,preference\n3,0.5\n", "utf-8")
    with pytest.raises(BadInput, match="lacks one of"):
        read_gamed(path)


def test_row_numbers_are_known_by_the_questions_or_by_a_complete_list() -> None:
    numbered = {"a": Question("a", (), facts={"row": 1}), "b": Question("b", (), facts={"row": 0})}
    judged = {"me": [Judgement("b", "me", 1.0), Judgement("a", "me", 0.0)]}
    assert row_numbers(numbered, {}, 2) == {1: "a", 0: "b"}
    bare = {name: Question(name, ()) for name in "ab"}
    assert row_numbers(bare, judged, 2) == {0: "b", 1: "a"}
    assert row_numbers(bare, {"me": judged["me"][:1]}, 2) == {}
