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
from tutelage.models.student import Student, named_base
from tutelage.records import Example, digest
from tutelage.tune import checkpoints, choosing, finishing, outfolder, reporting
from tutelage.tune.choosing import Score
from tutelage.tune.concluding import Trained, conclude
from tutelage.tune.curve import Curve
from tutelage.tune.held_out import split
from tutelage.tune.preparing import Prepared, prepare, rebuilt
from tutelage.tune.progress import Clock, Moment, Tell, silent
from tutelage.tune.quiet import quietly
from tutelage.tune.result import TuneResult
from tutelage.tune.settings import TuneSettings
from tutelage.tune.updates import checkpoint_steps, plan

_ROOM_ON_CARD = 8  # rows of full length at once in a card's memory; one on a CPU, where more is not faster


def tune(
    settings: TuneSettings,
    examples: Sequence[Example],
    out: Path,
    *,
    tell: Tell = silent,
    score_checkpoint: Score | None = None,
    fresh: bool = False,
    data: Mapping[str, Any] = {},
) -> TuneResult:
    """Tune a student on ``examples`` into the folder ``out``.

    ``tell`` is called after each update. ``score_checkpoint`` gives a figure for a checkpoint's folder (a
    student), higher is better. ``fresh`` starts anew where the folder holds another tuning. ``data`` says of
    the examples what the card should tell (file names, licence). A finished folder answers what it came to.

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
    reporting.check(settings.report_to)
    choosing.need_score(settings.select, score_checkpoint)
    finishing.check_ends(settings, tuning)
    precision.use_threads(settings.threads)
    first = _process() == 0
    with outfolder.alone(out) if first else nullcontext():
        if fresh and first:
            outfolder.clear(out)
        parted = split(examples, settings.held_out, settings.seed)
        with quietly():
            prepared = prepare(settings, tuning, parted)
        binding = _binding(settings, examples, prepared)
        if first:
            outfolder.begin(out, binding)
        _together()
        finished = outfolder.read_result(out)
        if finished is not None:
            return TuneResult.from_dict(finished, out)
        student = _student(settings, prepared, {**data, "digest": binding["data"], "examples": len(examples)})
        tell(
            Moment(0, 0, note=f"{len(prepared.rows)} examples to train on, {len(prepared.held_out)} held out")
        )
        trained = _train(settings, prepared, student, out, tell)
        if not first:
            _together()
            return TuneResult.from_dict(outfolder.read_result(out) or {}, out)
        with quietly():
            result = conclude(settings, parted, prepared, student, trained, out, tell, score_checkpoint)
        _together()
        return result


def _binding(settings: TuneSettings, examples: Sequence[Example], prepared: Prepared) -> dict[str, Any]:
    """What the weights depend on, JSON-able."""
    named = {key: value for key, value in settings.binding().items() if key not in ("base", "template")}
    content = digest([[each.id, [m.as_dict() for m in each.messages], dict(each.cell)] for each in examples])
    template = prepared.loaded.template.fingerprint
    return {**named, "base": prepared.loaded.digest, "template": template, "data": content}


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
    if _process() == 0:
        checkpoints.prune(folder, {each.step for each in checkpoints.found(folder)})
        prepared.write_left_out(out / outfolder.LEFT_OUT)
    _together()
    went = checkpoints.newest(folder)
    course = _course(training, settings, prepared, student, out, tell, went)
    with quietly():
        trainer = training.StudentTrainer(course=course, **_given(settings, prepared, out, course))
        trainer.before = dict(went.state["before"]) if went else trainer.measured()
        if not went and trainer.before["held_out_loss"] is not None and _process() == 0:
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
    if _process() == 0:
        curve.write()
    tuning, tokenizer = prepared.tuning, prepared.loaded.tokenizer
    return training.Course(
        rows=rows,
        held_out=prepared.held_out,
        plan=planned,
        due=checkpoint_steps(planned, settings.checkpoints),
        packing=prepared.packing,
        room=settings.max_length * (settings.micro_batch or _rows_at_once()),
        most=settings.micro_batch,
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


def _rows_at_once() -> int:
    return 1 if precision.device() == "cpu" else _ROOM_ON_CARD


def _process() -> int:
    """The number of this process among those of a launcher; 0 writes."""
    return int(os.environ.get("RANK", "0"))


def _together() -> None:
    """Wait for the other processes of a launcher, where there are any."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        importlib.import_module("accelerate").PartialState().wait_for_everyone()
