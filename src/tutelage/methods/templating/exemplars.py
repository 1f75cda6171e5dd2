"""What stands around a rendered row: worked examples, options, the wish to think, and the way to the answer.

Worked examples are other rows of the same dataset through the same template.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tutelage.methods.templating.labelled_rows import LabelledRow
from tutelage.methods.templating.templates import NotRendered, Rendered
from tutelage.prompts import load

_BETWEEN = 8  # line ends around a worked example, at most
_SPARE = 2  # candidates for one place, since a template may skip a row


class Pool:
    """The first ``size`` rows of a dataset, each content once: bounded however long the file is."""

    def __init__(self, rows: Iterable[LabelledRow], size: int) -> None:
        self._rows = {row.key: row for row in islice(rows, size)}
        self._keys = list(self._rows)

    def candidates(self, row: LabelledRow, wanted: int, chance: random.Random) -> list[dict[str, Any]]:
        """Rows to try in turn, never ``row`` itself or an equal one; each with its ``key`` and ``data``."""
        drawn = chance.sample(self._keys, min(len(self._keys), _SPARE * wanted + 1))
        others = [key for key in drawn if key != row.key][: _SPARE * wanted]
        return [{"key": key, "data": self._rows[key].data} for key in others]


@dataclass(frozen=True, slots=True)
class Asked:
    """A row as question and answers, and the way to the answer (empty where none is wanted)."""

    done: Rendered
    why: str


@dataclass(frozen=True, slots=True)
class Shot:
    """A worked example; ``key`` names the content of its row."""

    key: str
    prompt: str
    target: str


@dataclass(frozen=True)
class Frame:
    """What stands around a question: options, the wish to think, worked examples; and around an answer.

    ``rationale`` is the field that holds the way to the answer, ``most`` bounds question and answer together,
    in characters.
    """

    language: str
    prompts: Mapping[str, str]
    rationale: str
    most: int

    def options(self, choices: Sequence[str]) -> str:
        """The block that shows what there is to choose from."""
        return self._word("options", choices=choices)

    def reasons(self, fields: Mapping[str, Any]) -> str:
        """The rationale of a row, where rationales are wanted.

        Raises:
            NotRendered: the row has none.
        """
        found = fields.get(self.rationale) if self.rationale else ""
        if self.rationale and not (isinstance(found, str) and found.strip()):
            detail = f"'{self.rationale}' (the rationale) is empty or no text"
            raise NotRendered("template:missing_field", detail)
        return str(found).strip()

    def shots(
        self, candidates: Iterable[Mapping[str, Any]], ask_about: Callable[[Any], Asked], asked: Asked
    ) -> Iterator[Shot]:
        """Worked examples one by one; a row that is skipped gives none, nor does an equal question."""
        for each in candidates:
            try:
                other = ask_about(each["data"])
            except NotRendered:
                continue
            if other.done.prompt != asked.done.prompt:
                target = self._answer(other.done.targets[0], other.why)
                yield Shot(each["key"], self._question(other), target)

    def fitting(self, asked: Asked, shots: list[Shot]) -> list[Shot]:
        """As many of ``shots``, from the first, as fit beside the question and its longest answer.

        Raises:
            NotRendered: not one does, or there is none.
        """
        left = self.most - len(self._question(asked)) - max(map(len, asked.done.targets)) - len(asked.why)
        for count in range(len(shots), 0, -1):
            if sum(len(shot.prompt) + len(shot.target) + _BETWEEN for shot in shots[:count]) <= left:
                return shots[:count]
        raise NotRendered("shots:none_fits", "no worked example fits, or no other row gives one")

    def whole(self, asked: Asked, target: str, shots: Sequence[Shot]) -> tuple[str, str]:
        """Question and answer as they are learned.

        Raises:
            NotRendered: they are too long together.
        """
        question, answer = self._question(asked), self._answer(target, asked.why)
        if shots:
            question = self._word("shots", shots=shots, prompt=question)
        length = len(question) + len(answer)
        if length > self.most:
            raise NotRendered("template:too_long", f"{length:,} characters; max_characters is {self.most:,}")
        return question, answer

    def _question(self, asked: Asked) -> str:
        return self._word("think", prompt=asked.done.prompt) if self.rationale else asked.done.prompt

    def _answer(self, target: str, why: str) -> str:
        return self._word("answer", rationale=why, answer=target) if why else target

    def _word(self, step: str, **slots: Any) -> str:
        return load("integrate", step, self.language, self.prompts).render(**slots)
