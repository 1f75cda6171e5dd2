"""Rows that say the same as an earlier one, after normalisation: NFKC, case folded, white space folded."""

from __future__ import annotations

import hashlib
from typing import ClassVar, Literal

from pydantic import Field

from tutelage.filters.filter import Filter, Gate
from tutelage.records import KEPT, Example, Verdict
from tutelage.text import normalise


class Duplicate(Filter):
    """Settings of the filter ``duplicate``.

    ``instruction`` compares the instruction alone; ``question`` the instruction with its input;
    ``row`` both and the answer.
    """

    kind: ClassVar[str] = "duplicate"

    on: Literal["instruction", "question", "row"] = Field(
        default="instruction", description="what must differ"
    )

    def start(self) -> Gate:
        """A gate that remembers what was kept by a hash of 128 bits a row."""
        return _DuplicateGate(self.on)


class _DuplicateGate(Gate):
    def __init__(self, on: str) -> None:
        self._on = on
        self._kept: dict[bytes, str] = {}

    def judge(self, example: Example) -> Verdict:
        """Refuse with reason ``exact`` and the earlier row as witness."""
        witness = self._kept.get(self._name(example))
        return KEPT if witness is None else Verdict(False, "exact", 1.0, witness=witness)

    def remember(self, example: Example) -> None:
        """``example`` was kept by every filter."""
        self._kept[self._name(example)] = example.id

    def _name(self, example: Example) -> bytes:
        parts = [example.asked]
        if self._on != "instruction":
            parts.append(example.input)
        if self._on == "row":
            parts += [message.content for message in example.messages if message.role == "assistant"]
        # Normalised text holds no NUL-separated parts that could be cut elsewhere.
        text = "\0".join(normalise(part).replace("\0", " ") for part in parts)
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
