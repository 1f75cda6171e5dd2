"""TRL's SFTTrainer on our plan of updates, with our checkpoints.

What is TRL's and transformers' stays theirs: the loop, the loss in chunks, autocast, clipping, schedule, and
several processes. Ours is which rows make up an update, what is trained of them, what is written, and who is
told. An update is one step of the loop, whose micro-batches all weigh by their trained tokens.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
import trl
from torch.utils.data import DataLoader
from transformers import TrainerCallback
from transformers.trainer_callback import PrinterCallback, ProgressCallback

from tutelage.errors import BadInput, TutelageError
from tutelage.models import libraries
from tutelage.tune import checkpoints
from tutelage.tune.choosing import worth_keeping
from tutelage.tune.course import Course, Updates, collated
from tutelage.tune.progress import Moment
from tutelage.tune.tokens import Row

_WEIGHTS = "trained.safetensors"
_STATE = "trainer_state.json"  # the name under which transformers looks for it
_FIXED = 16  # rows of the fixed training batch
_SPARE = 1800.0  # seconds without a checkpoint after which one is written to go on from


class StudentTrainer(trl.SFTTrainer):  # type: ignore[misc]  # trl is read as Any
    """An SFTTrainer that follows a :class:`Course`."""

    def __init__(self, *, course: Course, **given: Any) -> None:
        self.course = course
        self.interrupted = False
        self.before: dict[str, float | None] = {}
        self.scores: list[dict[str, Any]] = []  # of every checkpoint that was due, also of those let go of
        self.newest: dict[str, Any] = {}  # the last update: its loss, tokens and rows
        super().__init__(**given)
        self.remove_callback(PrinterCallback)
        self.remove_callback(ProgressCallback)
        self.add_callback(_Watch(self))

    # What goes through the model

    def get_train_dataloader(self) -> DataLoader[Any]:
        """One item an update. Its generator is its own: the common one would draw otherwise later."""
        share = (self.accelerator.process_index, self.accelerator.num_processes)
        updates = Updates(self.course, self.data_collator, *share)
        return DataLoader(updates, batch_size=1, collate_fn=_only, generator=torch.Generator())

    def get_batch_samples(self, epoch_iterator: Any, num_batches: int, device: Any) -> tuple[list[Any], Any]:
        """The next update, and its trained tokens over all processes."""
        update = next(epoch_iterator)
        return [update], torch.tensor(update["trained"], device=device)

    def training_step(self, model: Any, inputs: dict[str, Any], num_items_in_batch: Any = None) -> Any:
        """All micro-batches of an update, forward and backward; returns the update's loss."""
        total = torch.zeros((), device=self.args.device)
        self.newest = {name: inputs[name] for name in ("ids", "tokens", "trained")}
        for number, part in enumerate(inputs["parts"], 1):
            self.newest["part"] = part["ids"]
            whole = number == len(inputs["parts"])
            with nullcontext() if whole else self.accelerator.no_sync(model):
                total = total + super().training_step(model, part["inputs"], num_items_in_batch)
        self.newest["loss"] = float(self.accelerator.reduce(total, "mean"))
        return total

    def compute_loss(self, model: Any, inputs: Any, *rest: Any, **named: Any) -> Any:
        """TRL's loss; stops where it is not finite, before anything is changed by it."""
        loss = super().compute_loss(model, inputs, *rest, **named)
        if not bool(torch.isfinite(loss)):
            raise self._not_finite(f"the loss is {float(loss.detach())}", self.newest["part"])
        return loss

    def _clip_grad_norm(self, model: Any) -> Any:
        norm = super()._clip_grad_norm(model)
        if norm is not None and not math.isfinite(float(norm)):
            raise self._not_finite("the gradient is not finite", self.newest["ids"])
        return norm

    def _not_finite(self, what: str, ids: Sequence[str]) -> TutelageError:
        last = checkpoints.newest(self.course.folder)
        kept = f"the last good checkpoint is {last.folder}" if last else "no checkpoint was written yet"
        damaged = not all(math.isfinite(loss) for loss in self.before.values() if loss is not None)
        if damaged:
            kept = "the model gave no finite loss before training either: its own weights may be damaged"
        rows = ", ".join(ids[:8]) + (f" and {len(ids) - 8} more" if len(ids) > 8 else "")
        return TutelageError(
            f"{what} at update {self.state.global_step + 1} of {self.course.plan.steps}; training stopped",
            where=f"rows {rows}",
            remedy=kept if damaged else f"lower learning_rate, or look at these rows; {kept}",
        )

    def measure(self, rows: Sequence[Row]) -> float:
        """The mean loss of ``rows`` in nats a trained token, as the model is now; draws nothing by chance."""
        sums = torch.zeros(2, dtype=torch.float64, device=self.args.device)
        parts = self.course.parts(range(len(rows)), rows)
        process, processes = self.accelerator.process_index, self.accelerator.num_processes
        count = len(parts)
        parts += [parts[0]] * (-count % processes)  # sharded weights need all processes at each part
        model, training = self.model, self.model.training
        model.eval()
        for number, part in enumerate(parts):
            if number % processes != process:
                continue
            inputs = self._prepare_inputs(collated([rows[row] for row in part], self.data_collator)["inputs"])
            mixed = torch.autocast(self.args.device.type, torch.bfloat16, enabled=self.args.bf16)
            with torch.no_grad(), mixed:
                scored = model(**inputs, fused_lm_head=True, use_cache=False)
            if number < count:
                sums[0] -= scored.log_probs.double().sum()
                sums[1] += scored.label_mask.sum()
        model.train(training)
        total, tokens = self.accelerator.reduce(sums, "sum").tolist()
        return float(total / max(tokens, 1.0))

    # What is written

    def measured(self) -> dict[str, float | None]:
        """The losses by which it is judged: of the held-out rows, and of the fixed training batch."""
        fixed = [self.course.rows[place] for place in self.course.plan.first(_FIXED)]
        held_out = self.measure(self.course.held_out) if self.course.held_out else None
        return {"held_out_loss": held_out, "train_loss": self.measure(fixed)}

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        course, step = self.course, self.state.global_step
        planned = step in course.due
        measured = self.measured() if planned else {}
        if measured.get("held_out_loss") is not None and self.is_world_process_zero():
            point = {
                "step": step,
                "epoch": course.plan.epoch(step),
                "held_out_loss": measured["held_out_loss"],
            }
            course.curve.add(point)
        weights = self.accelerator.get_state_dict(self.model_wrapped) if self.is_fsdp_enabled else None
        resume = checkpoints.partial_of(course.folder, step) / checkpoints.RESUME
        if self.is_world_process_zero():
            state: dict[str, Any] = {
                "planned": planned,
                "processes": self.accelerator.num_processes,
                **measured,
                "before": self.before,
                "clock": course.clock.as_dict(),
            }
            self.scores += [{"step": step, **measured}] if planned else []
            state |= {"curve": list(course.curve.points), "scores": self.scores}
            checkpoints.write(course.folder, step, lambda partial: self._fill(partial, weights), state)
            keep = worth_keeping(checkpoints.found(course.folder), course.select)
            checkpoints.prune(course.folder, keep | {step})
            course.tell(self._moment(held_out=measured.get("held_out_loss"), note=f"checkpoint {step}"))
        else:
            self._fill_resume(resume)
        self.accelerator.wait_for_everyone()

    def _fill(self, partial: Path, gathered: Any) -> None:
        (partial / checkpoints.RESUME).mkdir()
        self._fill_resume(partial / checkpoints.RESUME)
        self.state.save_to_json(str(partial / checkpoints.RESUME / _STATE))
        if gathered is not None:
            model = self.course.rebuild()
            model.load_state_dict(gathered, strict=False)
            self.course.fill(model, partial)
            return
        saving = libraries.safetensors_torch()
        weights = {name: each.detach().cpu().contiguous() for name, each in _trained(self.model)}
        # Bytes first: the library's own writer maps the file, and a full disk then ends the process.
        (partial / checkpoints.RESUME / _WEIGHTS).write_bytes(saving.save(weights))
        self.course.fill(self.model, partial)

    def _fill_resume(self, folder: Path) -> None:
        """Every process writes its part: transformers' own files for optimizer, schedule and chance."""
        self.accelerator.wait_for_everyone()
        self._save_optimizer_and_scheduler(str(folder))
        self._save_rng_state(str(folder))
        self.accelerator.wait_for_everyone()

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        if self.is_fsdp_enabled:
            super()._load_from_checkpoint(resume_from_checkpoint, model)
            return
        file = Path(resume_from_checkpoint) / _WEIGHTS
        saved = libraries.safetensors_torch().load_file(str(file))
        trained = dict(_trained(self.model))
        if saved.keys() != trained.keys():
            raise BadInput("the checkpoint is of another model", where=str(file), remedy="give --fresh")
        with torch.no_grad():
            for name, parameter in trained.items():
                parameter.copy_(saved[name])

    # Who is told

    def _moment(self, held_out: float | None = None, note: str = "") -> Moment:
        clock, step = self.course.clock, self.state.global_step
        loss = self.newest.get("loss")
        return Moment(step, clock.steps, loss, clock.rate, clock.left(step), held_out, note)

    def floating_point_ops(self, inputs: Any) -> int:
        """Not counted: an update is no batch."""
        return 0

    def _send_telemetry(self) -> None:
        """Nothing is sent to anybody."""


class _Watch(TrainerCallback):  # type: ignore[misc,unused-ignore]  # read as Any, or as untyped
    """Keeps the clock and the curve, tells how far it is, and says when a checkpoint is due."""

    def __init__(self, trainer: StudentTrainer) -> None:
        self._trainer = trainer
        self._saved = 0.0  # seconds of training at the last checkpoint

    def on_step_begin(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        """Start the clock."""
        self._trainer.course.clock.start()

    def on_step_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        """Stop the clock, keep the point, tell; a checkpoint where one is due, asked for, or long ago."""
        trainer = self._trainer
        course, newest, step = trainer.course, trainer.newest, state.global_step
        course.clock.stop(newest["tokens"], newest["trained"])
        if trainer.is_world_process_zero():
            rate = float(trainer.lr_scheduler.get_last_lr()[0])
            point = {"step": step, "epoch": course.plan.epoch(step), "loss": newest["loss"]}
            course.curve.add({**point, "learning_rate": rate, "tokens": newest["tokens"]})
            course.tell(trainer._moment())
        alone = trainer.accelerator.num_processes == 1  # clocks differ between processes, plans do not
        late = alone and course.clock.seconds - self._saved > _SPARE
        stop = alone and trainer.interrupted
        if step in course.due or late or stop:
            control.should_save = True
            self._saved = course.clock.seconds
        if stop:
            control.should_training_stop = True


def _trained(model: Any) -> Iterator[tuple[str, Any]]:
    return ((name, each) for name, each in model.named_parameters() if each.requires_grad)


def _only(items: list[Any]) -> Any:
    return items[0]
