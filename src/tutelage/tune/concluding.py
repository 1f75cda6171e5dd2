"""The end of a training: a checkpoint is chosen, and the student's folder and figures made of it."""

from __future__ import annotations

import resource
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tutelage.models import libraries
from tutelage.models.student import Student
from tutelage.tune import checkpoints, choosing, finishing, outfolder
from tutelage.tune.card import FILE as CARD
from tutelage.tune.card import base_licence, card
from tutelage.tune.choosing import Choice, Correction, Score
from tutelage.tune.curve import Curve
from tutelage.tune.held_out import Split
from tutelage.tune.preparing import Prepared
from tutelage.tune.progress import Clock, Moment, Tell
from tutelage.tune.result import TuneResult
from tutelage.tune.settings import TuneSettings


@dataclass(frozen=True, slots=True)
class Trained:
    """What is left of a training when its model is gone."""

    before: Mapping[str, Any]
    clock: Clock
    curve: Curve
    resumed_at: int
    due: frozenset[int]


def conclude(
    settings: TuneSettings,
    parted: Split,
    prepared: Prepared,
    student: Student,
    trained: Trained,
    out: Path,
    tell: Tell,
    score: Score | None,
    correct: Correction | None,
) -> TuneResult:
    """Choose the checkpoint, and make the student's folder of it; ``result.json`` is written last."""
    complete = [each for each in checkpoints.found(out / outfolder.CHECKPOINTS) if each.step in trained.due]
    choice = choosing.choose(complete, settings.select, out, score, correct)
    tell(Moment(0, 0, note=f"keeping update {choice.checkpoint.step}"))
    finishing.take(choice.checkpoint.folder, out)
    whole = prepared.tuning.whole
    config = prepared.loaded.model.config.to_dict()
    student = replace(student, merged=whole)
    if settings.merge or (settings.gguf and not whole):
        student = finishing.merge(out, prepared.tuning, prepared.loaded.tokenizer, student)
    if settings.gguf:
        student = finishing.to_gguf(out, settings.gguf, student)
    result = _result(parted, prepared, student, trained, choice, out)
    replace(student, results=result.as_dict()).write(out)
    trained.curve.write()
    trained.curve.draw(f"Loss of {out.resolve().name}")
    outfolder.write_text(out / CARD, card(student, result, base_licence(settings.base, config)))
    checkpoints.strip(out / outfolder.CHECKPOINTS)
    outfolder.write_json(out / outfolder.RESULT, result.as_dict())
    return result


def _result(
    parted: Split, prepared: Prepared, student: Student, trained: Trained, choice: Choice, out: Path
) -> TuneResult:
    before, after, clock = trained.before, choice.checkpoint.state, trained.clock
    which = "held_out_loss" if prepared.held_out else "train_loss"
    return TuneResult(
        out=out,
        loss_before=before[which],
        loss_after=after[which],
        train_loss_before=before["train_loss"],
        train_loss_after=after["train_loss"],
        measured_on="held_out" if prepared.held_out else "training",
        trainable=prepared.trainable,
        parameters=prepared.parameters,
        examples=len(prepared.rows),
        held_out=len(prepared.held_out),
        dropped=sum(each.reason not in ("truncated", "held_out_copy") for each in prepared.left_out),
        truncated=sum(each.reason == "truncated" for each in prepared.left_out),
        copies=len(parted.copies),
        steps=clock.steps,
        tokens=clock.tokens,
        trained_tokens=clock.trained_tokens,
        tokens_per_second=round(clock.rate, 1),
        seconds=round(clock.seconds, 3),
        peak_memory=_peak(),
        packing=prepared.packing,
        dtype="bfloat16" if prepared.bf16 else "float32",
        base=student.base,
        method=student.method,
        chosen=choice.checkpoint.step,
        chosen_by=choice.by,
        scores=choice.scores,
        selection=choice.selection,
        merged=student.merged,
        gguf=student.gguf,
        resumed_at=trained.resumed_at,
        notes=parted.notes,
    )


def _peak() -> dict[str, int]:
    """The most memory held at once, in bytes."""
    peak = {"process": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
    cuda = libraries.torch().cuda
    return {**peak, "card": int(cuda.max_memory_allocated())} if cuda.is_available() else peak
