"""The search compiled by numba: the same decisions as :mod:`.plain`, at a few microseconds a text.

The extra ``fast`` brings numba. What is compiled is cached beside :mod:`.kernel`, or in numba's own cache
folder.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np

from tutelage.novelty.kernel import POST, SHELF, decide, needs_table, put_all
from tutelage.novelty.rule import Hit, NeedsByLength, rouge_l

Array = np.ndarray[Any, Any]

_FEW = 64  # entries that an empty array has room for


class CompiledSearch:
    """The search whose work the kernel does. Tokens are small integers, numbered by first appearance."""

    def __init__(self, threshold: float, strict: bool) -> None:
        self._rule = (threshold, strict)
        self._needs = NeedsByLength(threshold, strict)
        self._table = needs_table(threshold, strict)
        self._count = np.zeros(7, np.int64)
        self._flat = np.empty(_FEW, np.int32)
        self._begin = np.zeros(_FEW, np.int64)
        self._first = np.full(_FEW, -1, np.int32)
        self._slots = np.full((_FEW, 2), -1, np.int64)
        self._head = np.full(_FEW, -1, np.int32)
        self._shelves = np.empty(_FEW, SHELF)
        self._posts = np.empty(_FEW, POST)
        self._tried = np.zeros(_FEW, np.int64)
        self._slot_of = np.full(_FEW, -1, np.int32)
        self._single = (
            np.zeros(2, np.int64), np.zeros(1, np.int32), np.zeros(1, np.int32), np.zeros(1, np.int32)
        )  # fmt: skip

    def find(self, tokens: Sequence[int]) -> Hit | None:
        """The first sequence added that is too similar to ``tokens``, which is not empty."""
        return self._one(tokens, searching=True, keeping=False)

    def add(self, tokens: Sequence[int]) -> None:
        """Keep ``tokens``, which gets the next number."""
        self._one(tokens, searching=False, keeping=True)

    def decide(self, texts: Sequence[Sequence[int]]) -> list[Hit | None]:
        """Decide ``texts``, none of them empty, in order; those that nothing condemns are kept."""
        lengths = [len(text) for text in texts]
        starts = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(lengths, out=starts[1:])
        tokens = np.frombuffer(b"".join([_flat(text) for text in texts]), np.int32)
        prefixes = np.array([self._needs[each].prefix for each in lengths], np.int32)
        rows, commons = np.empty(len(texts), np.int32), np.empty(len(texts), np.int32)
        vocabulary = int(tokens.max(initial=0)) + 1
        self._run(tokens, starts, prefixes, rows, commons, vocabulary, searching=True, keeping=True)
        return [
            self._hit(row, common, m)
            for row, common, m in zip(rows.tolist(), commons.tolist(), lengths, strict=True)
        ]

    def _one(self, text: Sequence[int], *, searching: bool, keeping: bool) -> Hit | None:
        """A batch of one text, in arrays that lie ready: making them would take longer than the search."""
        starts, prefixes, rows, commons = self._single
        starts[1], prefixes[0] = len(text), self._needs[len(text)].prefix
        tokens = np.frombuffer(_flat(text), np.int32)
        self._run(
            tokens, starts, prefixes, rows, commons, max(text) + 1, searching=searching, keeping=keeping
        )
        return self._hit(int(rows[0]), int(commons[0]), len(text))

    def _hit(self, row: int, common: int, m: int) -> Hit | None:
        if row < 0:
            return None
        return Hit(row, rouge_l(common, m, int(self._begin[row + 1] - self._begin[row])))

    def _run(
        self,
        tokens: Array,
        starts: Array,
        prefixes: Array,
        rows: Array,
        commons: Array,
        vocabulary: int,
        *,
        searching: bool,
        keeping: bool,
    ) -> None:
        self._make_room(len(prefixes), len(tokens), vocabulary)
        done = 0
        while done < len(prefixes):
            done = decide(
                tokens, starts, prefixes, done, searching, keeping, *self._rule, self._table,
                self._flat, self._begin, self._first, self._slots, self._head, self._shelves, self._posts,
                self._tried, self._slot_of, self._count, rows, commons,
            )  # fmt: skip
            if done < len(prefixes):
                self._posts = _grown(self._posts, len(self._posts) * 3 // 2 + int(starts[-1]))
                self._shelves = _grown(self._shelves, len(self._shelves) + int(starts[-1]))

    def _make_room(self, texts: int, tokens: int, vocabulary: int) -> None:
        """Let the arrays grow so that the kernel cannot run past their ends."""
        rows, elements, _, flat, slots, _, _ = self._count.tolist()
        if flat + tokens > len(self._flat):
            self._flat = _grown(self._flat, flat + tokens)
        if rows + texts >= len(self._tried):
            self._begin = _grown(self._begin, rows + texts + 1)
            self._tried = _grown(self._tried, rows + texts + 1, 0)
        if elements + tokens > len(self._head):
            self._head = _grown(self._head, elements + tokens, -1)
        if vocabulary > len(self._first):
            self._first = _grown(self._first, vocabulary, -1)
            self._slot_of = _grown(self._slot_of, vocabulary, -1)
        if 2 * (slots + tokens) > len(self._slots):
            self._slots = _rehashed(self._slots, 4 * (slots + tokens))


def _flat(text: Sequence[int]) -> array[int]:
    """``text`` as 32-bit integers that lie one after the other."""
    return text if isinstance(text, array) and text.typecode == "i" else array("i", text)


def _grown(old: Array, needed: int, filler: int | None = None) -> Array:
    """A copy of ``old`` with room for ``needed`` entries, and for at least half again as many as it had."""
    larger = np.empty(max(needed, len(old) * 3 // 2), old.dtype)
    larger[: len(old)] = old
    if filler is not None:
        larger[len(old) :] = filler
    return larger


def _rehashed(slots: Array, least: int) -> Array:
    """The open hashing with at least ``least`` places, a power of two."""
    size = 1 << (least - 1).bit_length()
    larger = np.full((size, 2), -1, np.int64)
    put_all(slots, larger)
    return larger
