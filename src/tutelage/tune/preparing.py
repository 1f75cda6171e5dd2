"""The base, loaded and made ready, and the rows that it is to be trained on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput
from tutelage.models import libraries, loading, precision, writing
from tutelage.models.dequantize import as_folder
from tutelage.models.finding import find
from tutelage.models.loading import Loaded
from tutelage.tune.held_out import Split
from tutelage.tune.outfolder import write_text
from tutelage.tune.packing import keeps_apart
from tutelage.tune.progress import Moment, Tell, silent
from tutelage.tune.settings import TuneSettings
from tutelage.tune.tokens import LeftOut, Row, none_left, tokenise
from tutelage.tune.tuning import Tuning


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that training needs. ``model`` has its additions; ``left_out`` counts both sides of the split;
    ``max_length`` is the longest row in tokens, as asked for or as the model's context allows."""

    tuning: Tuning
    loaded: Loaded
    model: Any
    rows: list[Row]
    held_out: list[Row]
    left_out: list[LeftOut]
    packing: bool
    bf16: bool
    trainable: int
    parameters: int
    max_length: int

    def write_left_out(self, path: Path) -> None:
        """Write a line of JSON for every example that is not trained on, or not whole.

        Raises:
            StoreFailed: the disk is full.
        """
        lines = (json.dumps(each.as_dict(), ensure_ascii=False) + "\n" for each in self.left_out)
        write_text(path, "".join(lines))


def check_method(settings: TuneSettings, tuning: Tuning) -> None:
    """See, before anything is loaded, that the way to tune can lie in memory as the settings want it.

    Raises:
        BadInput: every backward pass would be an update, and an update has several; or activations are to be
            computed again, where that would lose what is trained.
    """
    whole = settings.batch
    if not tuning.accumulates and settings.micro_batch not in (None, whole):
        raise BadInput(
            f"'{tuning.kind}' makes an update of every backward pass, so {settings.micro_batch} examples "
            f"at once would be {whole // (settings.micro_batch or 1)} updates and not one",
            where=f"tune.micro_batch {settings.micro_batch}",
            remedy=f"set batch to {settings.micro_batch} too, or tune with full",
        )
    if not tuning.accumulates and settings.packing is True:
        raise BadInput(
            f"'{tuning.kind}' needs all examples of an update at once, which packing would part",
            where="tune.packing true",
            remedy="leave packing at auto, or tune with full",
        )
    if not tuning.recomputes and settings.gradient_checkpointing:
        raise BadInput(
            f"what '{tuning.kind}' trains is lost where activations are computed again",
            where="tune.gradient_checkpointing true",
            remedy="leave gradient_checkpointing off and lower micro_batch, or tune with lora",
        )


def prepare(settings: TuneSettings, tuning: Tuning, parted: Split, tell: Tell = silent) -> Prepared:
    """Load the base, tokenise both sides of the split, and attach what is trained.

    ``tell`` hears when a GGUF file is unpacked first, which may take minutes.

    Raises:
        BadInput: the base cannot be loaded, nothing is left to train on, the template trains on another text
            than it serves, or packing is wanted where rows cannot be kept apart.
    """
    bf16 = _mixed(settings)
    _unpack(settings.base, tell)
    loaded = _loaded(settings, tuning, bf16)
    loaded.template.check(multi_turn=_multi_turn(parted))
    loaded.tokenizer.chat_template = loaded.template.source
    model = _attached(settings, tuning, loaded, bf16)
    longest = _longest(settings, model, tell)
    rows, left_out = _tokens(settings, loaded, parted.training, longest)
    held_out, not_held = _tokens(settings, loaded, parted.held_out, longest)
    all_left = [*left_out, *not_held, *parted.copies]
    if not rows:
        raise none_left(len(parted.training) + len(parted.held_out), all_left, longest)
    return Prepared(
        tuning=tuning,
        loaded=loaded,
        model=model,
        rows=rows,
        held_out=held_out,
        left_out=all_left,
        packing=_packing(settings, tuning, model),
        bf16=bf16,
        trainable=_count(each for each in model.parameters() if each.requires_grad),
        parameters=_count(model.parameters()),
        max_length=longest,
    )


def rebuilt(settings: TuneSettings, tuning: Tuning) -> Any:
    """The base with its additions as they were before training, on the CPU."""
    bf16 = _mixed(settings)
    return _attached(settings, tuning, _loaded(settings, tuning, bf16), bf16)


def _unpack(base: str, tell: Tell) -> None:
    found = find(base)
    if found.kind == "gguf" and found.path is not None:
        as_folder(found.path, say=lambda line: tell(Moment(0, 0, note=line)))


def _mixed(settings: TuneSettings) -> bool:
    """Whether products are computed in bfloat16."""
    return settings.dtype == "bfloat16" or (settings.dtype == "auto" and precision.has_bfloat16())


def _loaded(settings: TuneSettings, tuning: Tuning, bf16: bool) -> Loaded:
    """The base; weights that are trained as a whole stay in float32, for bfloat16 loses small updates."""
    dtype = "bfloat16" if bf16 and not tuning.whole else "float32"
    options = tuning.loading()
    loaded = loading.load(settings.base, dtype=dtype, template=settings.template, options=options)
    return loading.folded(loaded)  # a student that rests on additions of its own


def _attached(settings: TuneSettings, tuning: Tuning, loaded: Loaded, bf16: bool) -> Any:
    model = tuning.attach(loaded.model, seed=settings.seed)
    if bf16:
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.data = parameter.data.float()
    return model


def _multi_turn(parted: Split) -> bool:
    every = (*parted.training, *parted.held_out)
    return any(sum(message.role == "assistant" for message in each.messages) > 1 for each in every)


def _longest(settings: TuneSettings, model: Any, tell: Tell) -> int:
    """The longest row: ``max_length``, unless the model's context is shorter, which is told."""
    context = writing.context(model)
    if context is None or settings.max_length <= context:
        return settings.max_length
    told = f"max_length {settings.max_length:,} is beyond the model's context of {context:,} tokens"
    tell(Moment(0, 0, note=f"{told}: rows have at most {context:,}"))
    return context


def _tokens(
    settings: TuneSettings, loaded: Loaded, examples: Any, longest: int
) -> tuple[list[Row], list[LeftOut]]:
    limits: dict[str, Any] = {"max_length": longest, "over_length": settings.over_length}
    return tokenise(examples, loaded.template, loaded.tokenizer, **limits)


def _packing(settings: TuneSettings, tuning: Tuning, model: Any) -> bool:
    """Whether rows are packed: where it is left to us, on a card whose model keeps them apart.

    A CPU computes the attention between packed rows too, only to mask it: groups of like lengths are faster.
    """
    if settings.packing is False or not tuning.accumulates:
        return False
    if settings.packing == "auto" and precision.device() == "cpu":
        return False
    apart = keeps_apart(model)
    if settings.packing is True and not apart:
        raise BadInput(
            f"{type(model).__name__} with '{tuning.kind}' does not keep packed rows apart",
            where="tune.packing true",
            remedy="write packing: auto, which groups rows of like lengths here",
        )
    return apart


def _count(parameters: Iterable[Any]) -> int:
    """Weights; those that are packed in 4 bits count as the weights that they stand for."""
    torch = libraries.torch()
    return sum(each.numel() * (2 if each.dtype == torch.uint8 else 1) for each in parameters)
