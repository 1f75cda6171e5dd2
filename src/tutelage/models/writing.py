"""A loaded model writes: many prompts at once, each with a sampling, a bound and stop strings of its own.

The rows of a batch do not share chance: each has a generator, so a row's draws do not depend on its company.
transformers' ``generate`` runs the loop, because it knows how every architecture and every kind of addition
(prefixes, soft prompts) keeps its place; what is drawn, recorded and ended is decided here, a row at a time.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tutelage.models import libraries
from tutelage.models.loading import Loaded
from tutelage.records import TokenLogprob

_CONTEXT = 4  # tokens before the answer that its first token is decoded with


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to continue: ``ids`` of the prompt, and how. ``logprobs`` is a number of runners-up."""

    ids: tuple[int, ...]
    max_tokens: int
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    logprobs: int | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What was written after one row, without end token and stop string. ``tokens`` counts all written."""

    text: str
    finish: Literal["stop", "length"]
    tokens: int
    logprobs: tuple[TokenLogprob, ...] = ()


def write(loaded: Loaded, rows: Sequence[Row], *, halt: threading.Event | None = None) -> list[Written]:
    """Continue all ``rows`` together, padded on the left; ``halt`` ends them early.

    At temperature 0 the likeliest token is taken. Padding changes the last bits of floats, so that two tokens
    of nearly equal probability may change places in other company. After a soft prompt only rows of one
    length run together: it stands before the padding, which would part it from what follows.
    """
    groups: dict[int, list[int]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(len(row.ids) if soft_tokens(loaded.model) else 0, []).append(number)
    found: dict[int, Written] = {}
    for group in groups.values():
        texts = _together(loaded, [rows[number] for number in group], halt or threading.Event())
        found |= zip(group, texts, strict=True)
    return [found[number] for number in range(len(rows))]


def soft_tokens(model: Any) -> int:
    """How many places of the context PEFT's soft prompts and prefixes take."""
    configs = getattr(model, "peft_config", None) or {}
    return sum(int(getattr(each, "num_virtual_tokens", None) or 0) for each in configs.values())


def context(model: Any) -> int | None:
    """Tokens that fit beside what soft prompts take; ``None`` for a model without positions of its own."""
    for name in ("max_position_embeddings", "n_positions"):
        if isinstance(length := getattr(model.config, name, None), int):
            return length - soft_tokens(model)
    return None


def _together(loaded: Loaded, rows: Sequence[Row], halt: threading.Event) -> list[Written]:
    torch, transformers = libraries.torch(), libraries.transformers()
    tokenizer, longest = loaded.tokenizer, max(len(row.ids) for row in rows)
    pad = tokenizer.pad_token_id
    ids = torch.tensor([[pad] * (longest - len(row.ids)) + list(row.ids) for row in rows])
    mask = torch.tensor([[0] * (longest - len(row.ids)) + [1] * len(row.ids) for row in rows])
    ends = end_tokens(loaded)
    states = [_State(row, loaded, ends, torch) for row in rows]
    step = _Step(states, torch, halt)
    device = next(loaded.model.parameters()).device
    with torch.inference_mode(), warnings.catch_warnings():
        # PEFT counts places itself after a soft prompt, and says so at every call.
        warnings.filterwarnings("ignore", "Position ids are not supported")
        loaded.model.generate(
            input_ids=ids.to(device),
            attention_mask=mask.to(device),
            generation_config=transformers.GenerationConfig(
                max_new_tokens=max(row.max_tokens for row in rows),
                do_sample=False,
                pad_token_id=pad,
                # The model's own settings would hold where these are silent.
                num_beams=1,
                repetition_penalty=1.0,
                no_repeat_ngram_size=0,
            ),
            logits_processor=transformers.LogitsProcessorList([step.choose]),
            stopping_criteria=transformers.StoppingCriteriaList([step.ended]),
        )
    return [state.written() for state in states]


def end_tokens(loaded: Loaded) -> frozenset[int]:
    """The tokens that end an answer: the tokenizer's, the model's own, and the template's."""
    tokenizer = loaded.tokenizer
    own = getattr(loaded.model.generation_config, "eos_token_id", None)
    found = {tokenizer.eos_token_id, *(own if isinstance(own, (list, tuple)) else [own])}
    end = loaded.template.end
    named = tokenizer.encode(end, add_special_tokens=False) if end else []
    if len(named) == 1:
        found.add(named[0])
    return frozenset(each for each in found if each is not None)


@dataclass(slots=True)
class _State:
    """How far one row is."""

    row: Row
    loaded: Loaded
    ends: frozenset[int]
    torch: Any
    ids: list[int] = field(default_factory=list)
    logprobs: list[TokenLogprob] = field(default_factory=list)
    done: Literal["", "stop", "length"] = ""
    chance: Any = None

    def __post_init__(self) -> None:
        if self.row.temperature > 0:
            self.chance = self.torch.Generator()
            if self.row.seed is None:
                self.chance.seed()
            else:
                self.chance.manual_seed(self.row.seed)

    def take(self, logits: Any) -> int:
        """The next token by these ``logits`` (float32, on the CPU), written down."""
        token = self._drawn(logits) if self.chance is not None else int(logits.argmax())
        self.ids.append(token)
        if token in self.ends:
            self.done = "stop"
        elif self.row.logprobs is not None:
            self.logprobs.append(self._logprob(logits, token))
        if not self.done and self.row.stop and self._stopped():
            self.done = "stop"
        if not self.done and len(self.ids) >= self.row.max_tokens:
            self.done = "length"
        return token

    def _drawn(self, logits: Any) -> int:
        """A draw from the nucleus: the likeliest tokens that together have ``top_p`` (arXiv:1904.09751)."""
        torch = self.torch
        chances, order = torch.softmax(logits / self.row.temperature, -1).sort(descending=True, stable=True)
        below = chances.cumsum(-1) - chances
        chances = torch.where(below < self.row.top_p, chances, torch.zeros_like(chances))
        total = chances.cumsum(-1)
        point = torch.rand((), generator=self.chance) * total[-1]
        place = int(torch.searchsorted(total, point, right=True))
        return int(order[min(place, int(chances.count_nonzero()) - 1)])

    def _logprob(self, logits: Any, token: int) -> TokenLogprob:
        known = self.torch.log_softmax(logits, -1)
        best = known.topk(self.row.logprobs) if self.row.logprobs else None
        top = zip(best.indices.tolist(), best.values.tolist(), strict=True) if best else ()
        say = self.loaded.tokenizer.decode
        return TokenLogprob(say([token]), float(known[token]), tuple((say([each]), p) for each, p in top))

    def _stopped(self) -> bool:
        # A character is at most four tokens of one byte each, so this tail holds any stop string whole.
        tail = self.ids[-(4 * max(map(len, self.row.stop)) + 8) :]
        text = self.loaded.tokenizer.decode(tail, skip_special_tokens=True)
        return any(each in text for each in self.row.stop)

    def written(self) -> Written:
        """The answer as text."""
        said = [each for each in self.ids if each not in self.ends]
        text = self._decoded(said)
        places = [text.find(each) for each in self.row.stop if each in text]
        text = text[: min(places)] if places else text
        return Written(text, self.done or "length", len(self.ids), tuple(self.logprobs))

    def _decoded(self, said: list[int]) -> str:
        """Text of ``said`` as it follows the prompt: some tokenizers drop the space of a first word."""
        say = self.loaded.tokenizer.decode
        before = list(self.row.ids[-_CONTEXT:])
        start = say(before, skip_special_tokens=True)
        whole = say(before + said, skip_special_tokens=True)
        return str(whole[len(start) :] if whole.startswith(start) else say(said, skip_special_tokens=True))


class _Step:
    """One step of a batch, as ``generate`` asks for it: first the logits to choose by, then who has ended."""

    def __init__(self, states: list[_State], torch: Any, halt: threading.Event) -> None:
        self._states, self._torch, self._halt = states, torch, halt

    def choose(self, ids: Any, scores: Any) -> Any:
        """``scores`` in which only the token that each row takes is possible."""
        logits = scores.detach().float().cpu()
        chosen = self._torch.full_like(scores, float("-inf"))
        for number, state in enumerate(self._states):
            chosen[number, 0 if state.done else state.take(logits[number])] = 0.0
        return chosen

    def ended(self, ids: Any, scores: Any, **_: Any) -> Any:
        """Which rows are done, as a mask on the device of ``ids``."""
        over = [bool(state.done) or self._halt.is_set() for state in self._states]
        return self._torch.tensor(over, device=ids.device)
