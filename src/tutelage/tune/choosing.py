"""Which checkpoint becomes the student."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tutelage.errors import BadInput
from tutelage.tune.checkpoints import Checkpoint
from tutelage.tune.outfolder import SCORES, read_json, write_json

Score = Callable[[Path], float]
# What the best score is worth, given that it is the best of these checkpoints' folders.
Correction = Callable[[Sequence[Path]], Mapping[str, Any]]
Select = Literal["loss", "score", "last"]


@dataclass(frozen=True, slots=True)
class Choice:
    """The checkpoint that was chosen, by what, what is known of each, and what its score is worth then."""

    checkpoint: Checkpoint
    by: str
    scores: tuple[Mapping[str, Any], ...]
    selection: Mapping[str, Any] = field(default_factory=dict)


def choose(
    candidates: Sequence[Checkpoint],
    select: Select,
    out: Path,
    score: Score | None = None,
    correct: Correction | None = None,
) -> Choice:
    """Choose among ``candidates``, which are by step and not empty; of equals the earlier one.

    ``score`` gives a figure for a checkpoint's folder, higher is better; what it gave is kept in ``out``, so
    that nothing is scored twice. ``correct`` then tells what the best figure is worth after such a choice.

    Raises:
        BadInput: a score is asked for and none is given.
        StoreFailed: the disk is full.
    """
    known = _scored(candidates, out, score) if select == "score" else {}
    last = candidates[-1]
    table = tuple(_line(line, known) for line in last.state["scores"])
    if select == "last":
        return Choice(last, "last", table)
    if select == "score":
        best = max(candidates, key=lambda each: _rank(known[each.step]))
        return Choice(best, "score", table, correct([each.folder for each in candidates]) if correct else {})
    if not all(_measured(each) for each in candidates):
        return Choice(last, "last, for nothing was held out", table)
    best = min(candidates, key=lambda each: float(each.state["held_out_loss"]))
    return Choice(best, "held-out loss", table)


def worth_keeping(complete: Sequence[Checkpoint], select: Select) -> set[int]:
    """Steps of the checkpoints that can still be chosen or gone on from."""
    if select == "score":
        return {each.step for each in complete}
    keep = {each.step for each in complete[-1:]}
    losses = [(each.state["held_out_loss"], each.step) for each in complete if _measured(each)]
    return keep | {min(losses)[1]} if select == "loss" and losses else keep


def need_held_out(select: Select, held_out: int) -> None:
    """See that there are rows to score a checkpoint on where that is asked for.

    Raises:
        BadInput: there are none.
    """
    if select == "score" and not held_out:
        raise BadInput(
            "checkpoints are to be chosen by a score, and no row is held out to score them on",
            where="tune.held_out",
            remedy="hold some out, such as held_out: 10, or choose by last",
        )


def need_score(select: Select, score: Score | None) -> None:
    """See that a checkpoint can be scored where that is asked for.

    Raises:
        BadInput: it cannot.
    """
    if select == "score" and score is None:
        raise BadInput(
            "checkpoints are to be chosen by a score, and nothing scores them",
            where="tune.select score",
            remedy="name a judge (--judge MODEL, or judge in the recipe), or choose by loss or last",
        )


def _scored(candidates: Sequence[Checkpoint], out: Path, score: Score | None) -> dict[int, float]:
    need_score("score", score)
    assert score is not None
    kept = read_json(out / SCORES) or {}
    for each in candidates:
        if each.folder.name not in kept:
            kept[each.folder.name] = float(score(each.folder))
            write_json(out / SCORES, kept)
    return {each.step: kept[each.folder.name] for each in candidates}


def _rank(score: float) -> float:
    return -math.inf if math.isnan(score) else score


def _measured(checkpoint: Checkpoint) -> bool:
    return bool(checkpoint.state.get("planned")) and checkpoint.state.get("held_out_loss") is not None


def _line(measured: Mapping[str, Any], scores: Mapping[int, float]) -> dict[str, Any]:
    step = measured["step"]
    return {**measured, "score": scores[step]} if step in scores else dict(measured)
