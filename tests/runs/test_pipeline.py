"""What follows a dataset, and when it does not; whole runs are in tests/functional/test_tune.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from toy import recipe_of
from tutelage.errors import BadInput
from tutelage.runs import pipeline
from tutelage.runs.result import RunResult
from tutelage.store.runs import RunState
from tutelage.tune.settings import TuneSettings

TUNE = TuneSettings.model_validate({"base": "no-such-model"})


def result(state: RunState, out: Path) -> RunResult:
    return RunResult(state, "", out, 5, 4, 1, {}, 9, 3, 1, 100, 0.0, 2.0)


@pytest.fixture
def tuned(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The calls of the tuning, which is none."""
    calls: list[Any] = []

    def tune(paths: Any, settings: Any, out: Path, **rest: Any) -> Any:
        calls.append((paths, settings, out))
        return SimpleNamespace(as_dict=lambda: {"out": str(out)})

    monkeypatch.setattr(pipeline, "tune_anew", tune)
    return calls


def test_a_finished_dataset_is_tuned_on(tmp_path: Path, tuned: list[Any]) -> None:
    done = pipeline.follow(recipe_of(tune=TUNE), result("finished", tmp_path))
    assert tuned == [([tmp_path], TUNE, tmp_path / "student")]
    assert done.as_json()["tune"] == {"out": str(tmp_path / "student")}
    assert done.exit_code == 0


@pytest.mark.parametrize("state", ["short", "interrupted", "previewed"])
def test_any_other_is_not(tmp_path: Path, tuned: list[Any], state: RunState) -> None:
    told: list[str] = []
    before = result(state, tmp_path)
    assert pipeline.follow(recipe_of(tune=TUNE), before, note=told.append) == before
    assert not tuned
    assert told == ["tune: not begun, because the dataset is not finished"]


def test_a_recipe_that_declares_nothing(tmp_path: Path, tuned: list[Any]) -> None:
    told: list[str] = []
    for state in ("finished", "short"):
        before = result(state, tmp_path)
        assert pipeline.follow(recipe_of(), before, note=told.append) == before
    assert not tuned
    assert not told
    assert pipeline.declared(recipe_of()) == ()
    assert pipeline.declared(recipe_of(tune=TUNE)) == ("tune",)


def test_what_could_not_follow_is_refused_first() -> None:
    pipeline.check_following(recipe_of())
    with pytest.raises(BadInput, match="there is no model"):
        pipeline.check_following(replace(recipe_of(), tune=TUNE))
