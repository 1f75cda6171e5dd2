"""Checkpoints that a scripted judge chooses among, with a model of a second."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tiny import tiny_llama
from trainings import QUIET
from tutelage.errors import BadInput
from tutelage.models import student
from tutelage.runs.scoring import CheckpointJudge, Scoring
from tutelage.runs.tuning import tune_files
from tutelage.store.reading import totals
from tutelage.teachers.scripted import Scripted
from tutelage.tune.settings import TuneSettings

pytestmark = pytest.mark.filterwarnings(*QUIET, "ignore::UserWarning:torch")
# Prefers whoever says "plum", wherever that answer stands.
RULES: list[dict[str, str]] = [
    {"when": r'(?s)<answer-[0-9a-f]+ of="A">[^<]*plum.*<answer-[0-9a-f]+ of="B">[^<]*plum', "reply": "A = B"},
    {"when": r'(?s)<answer-[0-9a-f]+ of="A">[^<]*plum', "reply": "A > B"},
    {"when": r'(?s)<answer-[0-9a-f]+ of="B">[^<]*plum', "reply": "B > A"},
    {"when": ".", "reply": "A = B"},
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "d.jsonl"
    rows = [{"instruction": f"Question {n}?", "input": "", "output": "A plum."} for n in range(8)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def judge(rules: list[dict[str, str]] = RULES) -> CheckpointJudge:
    return CheckpointJudge(Scripted.model_validate({"rules": rules}))


def settings(base: Path, **rest: Any) -> TuneSettings:
    given = {"base": str(base), "steps": 2, "batch": 4, "checkpoints": 1, "held_out": 2, "select": "score"}
    return TuneSettings.model_validate({**given, "max_length": 64, **rest})


def test_the_judge_chooses_and_the_choice_is_corrected_for(base: Path, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "s"
    result = tune_files([data], settings(base), out, judge=judge())
    assert result.chosen_by == "score"
    scores = {line["step"]: line["score"] for line in result.scores if "score" in line}
    assert set(scores) == {1, 2}
    assert scores[result.chosen] == max(scores.values())
    found = result.selection
    assert (found["looks"], found["n"], found["judge"]) == (2, 2, judge().model.name)
    assert found["apparent"] == scores[result.chosen]
    assert found["interval"][0] <= found["corrected"] <= found["interval"][1]
    assert student.read(out).results["selection"]["corrected"] == found["corrected"]
    assert "corrected for that it is" in (out / "README.md").read_text()
    paid = totals(out / "scoring" / "evaluation.db")["sent"]
    assert paid == 2 * 2 * 3  # checkpoints × questions × an answer and both orders
    (out / "result.json").unlink()  # as if it had been killed at the very end
    (out / "scores.json").unlink()
    again = tune_files([data], settings(base), out, judge=judge())
    assert again.selection == result.selection
    assert totals(out / "scoring" / "evaluation.db")["sent"] == paid
    with pytest.raises(BadInput, match="scored_by"):
        tune_files([data], settings(base), out, judge=judge([{"when": ".", "reply": "B > A"}]))


def test_a_judge_that_says_nothing_leaves_no_score_and_no_correction(tmp_path: Path, base: Path) -> None:
    scoring = Scoring(judge(), settings(base), tmp_path)
    for name in ("step-000001", "step-000002"):
        (tmp_path / "scoring").mkdir(exist_ok=True)
        (tmp_path / "scoring" / f"{name}.json").write_text('{"q": null}')
    checkpoints = [tmp_path / "step-000001", tmp_path / "step-000002"]
    assert scoring(checkpoints[0]) != scoring(checkpoints[0])  # NaN
    assert scoring.correction(checkpoints) == {}


def test_without_held_out_rows_or_a_judge_it_is_refused(base: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no row is held out"):
        tune_files([data], settings(base, held_out=0), tmp_path / "s", judge=judge())
    with pytest.raises(BadInput, match="nothing scores them"):
        tune_files([data], settings(base), tmp_path / "s")
