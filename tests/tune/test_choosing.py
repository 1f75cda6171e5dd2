from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.tune.checkpoints import Checkpoint
from tutelage.tune.choosing import choose, worth_keeping


def _candidates(*losses: float | None) -> list[Checkpoint]:
    lines = [{"step": n, "held_out_loss": loss, "train_loss": 1.0} for n, loss in enumerate(losses, 1)]
    return [
        Checkpoint(line["step"], Path(f"step-{line['step']:06}"), {"planned": True, **line, "scores": lines})
        for line in lines
    ]


@pytest.mark.parametrize(
    ("losses", "step", "by"),
    [((3.0, 1.0, 2.0), 2, "held-out loss"), ((1.0, 1.0), 1, "held-out loss"), ((None, None), 2, "last, for")],
)
def test_the_lowest_loss_is_chosen_and_the_earlier_of_equals(
    tmp_path: Path, losses: tuple[Any, ...], step: int, by: str
):
    choice = choose(_candidates(*losses), "loss", tmp_path)
    assert choice.checkpoint.step == step
    assert choice.by.startswith(by)
    assert len(choice.scores) == len(losses)


def test_the_last_is_the_last(tmp_path: Path):
    assert choose(_candidates(1.0, 2.0), "last", tmp_path).checkpoint.step == 2


def test_scores_are_kept_so_that_nothing_is_scored_twice(tmp_path: Path):
    asked: list[str] = []

    def score(folder: Path) -> float:
        asked.append(folder.name)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return {"step-000001": 0.4, "step-000002": float("nan"), "step-000003": 0.2}[folder.name]

    with pytest.raises(KeyboardInterrupt):
        choose(_candidates(1.0, 2.0, 3.0), "score", tmp_path, score)
    choice = choose(_candidates(1.0, 2.0, 3.0), "score", tmp_path, score)
    assert asked == ["step-000001", "step-000002", "step-000002", "step-000003"]
    assert choice.checkpoint.step == 1
    assert choice.scores[0]["score"] == 0.4


def test_a_score_that_nobody_gives_is_refused(tmp_path: Path):
    with pytest.raises(BadInput, match="nothing scores"):
        choose(_candidates(1.0), "score", tmp_path)


def test_the_best_and_the_last_are_worth_keeping():
    complete = _candidates(3.0, 1.0, 2.0, 2.5)
    assert worth_keeping(complete, "loss") == {2, 4}
    assert worth_keeping(complete, "last") == {4}
    assert worth_keeping(complete, "score") == {1, 2, 3, 4}
