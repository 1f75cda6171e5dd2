"""Train a student: examples in, a folder that serves out. The same command goes on where it was stopped.

    result = tune(settings, examples, out, tell=print)

The folder is bound to what the weights depend on: settings, data, base and template. Training goes on from
the newest complete checkpoint to the weights that it would have had without the interruption.
"""

from __future__ import annotations

import importlib
import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from tutelage.models import libraries, precision
from tutelage.models.finding import find
from tutelage.models.student import Student, named_base
from tutelage.records import Example, digest
from tutelage.tune import checkpoints, choosing, finishing, outfolder, processes, reporting
from tutelage.tune.choosing import Correction, Score
from tutelage.tune.concluding import Trained, conclude
from tutelage.tune.curve import Curve
from tutelage.tune.held_out import split
from tutelage.tune.preparing import Prepared, check_method, prepare, rebuilt
from tutelage.tune.progress import Clock, Moment, Tell, silent
from tutelage.tune.quiet import quietly
from tutelage.tune.result import TuneResult
from tutelage.tune.settings import TuneSettings
from tutelage.tune.tuning import Tuning
from tutelage.tune.updates import checkpoint_steps, plan

_ROOM_ON_CARD = 8  # rows of full length at once in a card's memory
_ROOM_ON_CPU = 256  # tokens at once: as good as any at keeping it busy, and the least memory


def tune(
    settings: TuneSettings,
    examples: Sequence[Example],
    out: Path,
    *,
    tell: Tell = silent,
    score_checkpoint: Score | None = None,
    correct_choice: Correction | None = None,
    scored_by: str = "",
    fresh: bool = False,
    data: Mapping[str, Any] = {},
) -> TuneResult:
    """Tune a student on ``examples`` into the folder ``out``.

    ``tell`` is called after each update. ``score_checkpoint`` gives a figure for a checkpoint's folder (a
    student), higher is better; ``correct_choice`` what the best of them is worth after such a choice, and
    ``scored_by`` names who scores, which the folder is bound to. ``fresh`` starts anew where the folder holds
    another tuning. ``data`` says of the examples what the card should tell (file names, licence). A finished
    folder answers what it came to.

    Raises:
        BadInput: settings, base or data cannot be used; nothing is left to train on; the folder holds a
            tuning of something else.
        MissingExtra: the ``tune`` extra is not installed.
        RunLocked: another process tunes there.
        StoreFailed: the disk is full; the last good checkpoint is intact.
        TutelageError: the loss is not finite.
        KeyboardInterrupt: the user stopped; a checkpoint was written to go on from.
    """
    tuning = settings.tuning
    _check(settings, tuning, score_checkpoint)
    precision.use_threads(settings.threads)
    first = processes.number() == 0
    with outfolder.alone(out, find(settings.base).path) if first else nullcontext():
        parted = split(examples, settings.held_out, settings.seed)
        choosing.need_held_out(settings.select, len(parted.held_out))
        with quietly():
            prepared = prepare(settings, tuning, parted, tell)
        binding = _binding(settings, examples, prepared, scored_by)
        if first:
            outfolder.begin(out, binding, fresh=fresh)
            outfolder.write_rows(out / outfolder.HELD_OUT, [each.as_dict() for each in parted.held_out])
        processes.wait()
        finished = outfolder.read_result(out)
        if finished is not None:
            return TuneResult.from_dict(finished, out)
        student = _student(settings, prepared, {**data, "digest": binding["data"], "examples": len(examples)})
        tell(Moment(0, 0, note=_told_rows(prepared)))
        trained = _train(settings, prepared, student, out, tell)
        if not first:
            processes.wait()
            return TuneResult.from_dict(outfolder.read_result(out) or {}, out)
        with quietly():
            result = conclude(
                settings, parted, prepared, student, trained, out, tell, score_checkpoint, correct_choice
            )
        processes.wait()
        return result


def _check(settings: TuneSettings, tuning: Tuning, score_checkpoint: Score | None) -> None:
    """Refuse what could not come to its end."""
    reporting.check(settings.report_to)
    choosing.need_score(settings.select, score_checkpoint)
    finishing.check_ends(settings, tuning)
    check_method(settings, tuning)


def _told_rows(prepared: Prepared) -> str:
    return f"{len(prepared.rows)} examples to train on, {len(prepared.held_out)} held out"


def _binding(
    settings: TuneSettings, examples: Sequence[Example], prepared: Prepared, scored_by: str
) -> dict[str, Any]:
    """What the weights depend on, JSON-able."""
    named = {key: value for key, value in settings.binding().items() if key not in ("base", "template")}
    content = digest([[each.id, [m.as_dict() for m in each.messages], dict(each.cell)] for each in examples])
    template = prepared.loaded.template.fingerprint
    found = {**named, "base": prepared.loaded.digest, "template": template, "data": content}
    return {**found, **({"scored_by": scored_by} if scored_by and settings.select == "score" else {})}


def _student(settings: TuneSettings, prepared: Prepared, data: Mapping[str, Any]) -> Student:
    tuning, loaded = prepared.tuning, prepared.loaded
    return Student(
        base=named_base(settings.base),
        base_digest=loaded.digest,
        method={"kind": tuning.kind, **tuning.model_dump(mode="json")},
        template=loaded.template.as_dict(),
        recipe={**settings.model_dump(mode="json"), "learning_rate": settings.rate},
        data=data,
    )


def _train(settings: TuneSettings, prepared: Prepared, student: Student, out: Path, tell: Tell) -> Trained:
    """Train, or go on; when it is done, the last checkpoint is in the folder."""
    with quietly():
        training = importlib.import_module("tutelage.tune.trainer")
    folder = out / outfolder.CHECKPOINTS
    if processes.number() == 0:
        checkpoints.prune(folder, {each.step for each in checkpoints.found(folder)})
        prepared.write_left_out(out / outfolder.LEFT_OUT)
    processes.wait()
    went = checkpoints.newest(folder)
    if went:
        processes.check_same(int(went.state.get("processes", 1)), folder)
    course = _course(training, settings, prepared, student, out, tell, went)
    with quietly():
        trainer = training.StudentTrainer(course=course, **_given(settings, prepared, out, course))
        processes.check_joined(trainer.accelerator.num_processes)
        trainer.before = dict(went.state["before"]) if went else trainer.measured()
        if not went and trainer.before["held_out_loss"] is not None and processes.number() == 0:
            course.curve.add({"step": 0, "epoch": 0.0, "held_out_loss": trainer.before["held_out_loss"]})
        trainer.scores = list(went.state["scores"]) if went else []
        with _interruptible(trainer):
            trainer.train(resume_from_checkpoint=str(went.folder / checkpoints.RESUME) if went else None)
    if trainer.interrupted and trainer.state.global_step < course.plan.steps:
        raise KeyboardInterrupt
    return Trained(trainer.before, course.clock, course.curve, went.step if went else 0, course.due)


def _course(
    training: Any,
    settings: TuneSettings,
    prepared: Prepared,
    student: Student,
    out: Path,
    tell: Tell,
    went: checkpoints.Checkpoint | None,
) -> Any:
    """What the trainer is to follow, as far as it went before."""
    rows = prepared.rows
    planned = plan(
        len(rows), batch=settings.batch, epochs=settings.epochs, steps=settings.steps, seed=settings.seed
    )
    clock, curve = Clock(planned.steps), Curve(out, went.state["curve"] if went else ())
    if went:
        clock.go_on(went.state["clock"])
    if processes.number() == 0:
        curve.write()
    tuning, tokenizer = prepared.tuning, prepared.loaded.tokenizer
    return training.Course(
        rows=rows,
        held_out=prepared.held_out,
        plan=planned,
        due=checkpoint_steps(planned, settings.checkpoints, every_one=bool(settings.preset)),
        packing=prepared.packing,
        room=_room(settings, prepared.max_length),
        most=settings.micro_batch or (None if tuning.accumulates else settings.batch),
        folder=out / outfolder.CHECKPOINTS,
        select=settings.select,
        curve=curve,
        clock=clock,
        tell=tell,
        fill=lambda model, folder: finishing.fill(folder, model, tokenizer, tuning, student),
        rebuild=lambda: rebuilt(settings, tuning),
    )


def _given(settings: TuneSettings, prepared: Prepared, out: Path, course: Any) -> dict[str, Any]:
    """The arguments of TRL's trainer; its own preparing, saving and printing are switched off."""
    steps = course.plan.steps
    if "tensorboard" in settings.report_to:
        os.environ.setdefault("TENSORBOARD_LOGGING_DIR", str(out / "reports"))
    config = libraries.trl().SFTConfig(
        output_dir=str(out),
        max_steps=steps,
        per_device_train_batch_size=1,
        gradient_accumulation_steps=1,
        learning_rate=settings.rate,
        lr_scheduler_type="constant_with_warmup" if settings.schedule == "constant" else settings.schedule,
        warmup_steps=round(steps * settings.warmup),
        weight_decay=settings.weight_decay,
        seed=settings.seed,
        bf16=prepared.bf16,
        use_cpu=precision.device() == "cpu",
        gradient_checkpointing=settings.gradient_checkpointing,
        padding_free=prepared.packing,
        max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
        remove_unused_columns=False,
        save_strategy="no",
        logging_steps=1,
        logging_nan_inf_filter=False,
        disable_tqdm=True,
        log_level="error",
        ddp_find_unused_parameters=False,
        report_to=list(settings.report_to) or "none",
    )
    plain = {name: [list(getattr(row, name)) for row in course.rows] for name in ("input_ids", "labels")}
    model = prepared.model
    own = prepared.tuning.optimizer(model, learning_rate=settings.rate, weight_decay=settings.weight_decay)
    return {
        "model": model,
        "args": config,
        "train_dataset": libraries.datasets().Dataset.from_dict(plain),
        "processing_class": prepared.loaded.tokenizer,
        "optimizers": (own, None),
    }


@contextmanager
def _interruptible(trainer: Any) -> Iterator[None]:
    """The first Ctrl-C ends training after the update, with a checkpoint; the second one at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: Any) -> None:
        trainer.interrupted = True
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _room(settings: TuneSettings, max_length: int) -> int:
    """Tokens at once in memory; a longer row goes alone."""
    if settings.micro_batch is None and precision.device() == "cpu":
        return _ROOM_ON_CPU
    return max_length * (settings.micro_batch or _ROOM_ON_CARD)
