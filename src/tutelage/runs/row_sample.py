"""A uniform sample of rows in bounded memory, whatever their number and length."""

from __future__ import annotations

import hashlib
import heapq
from typing import Generic, TypeVar

T = TypeVar("T")


class RowSample(Generic[T]):
    """Holds the rows with the smallest lots: at most ``rows`` of them, with at most ``characters`` in all.

    Every row has a lot drawn by ``seed`` and its number, so the sample depends neither on time nor on order,
    and all rows are in it where they fit. The longest row alone may exceed ``characters``; one row always
    stays.
    """

    def __init__(self, rows: int, characters: int, seed: int) -> None:
        self._rows, self._characters, self._seed = rows, characters, seed
        self._held: list[tuple[int, int, int, T]] = []  # a heap with the largest lot on top
        self._length = 0
        self._bound: int | None = None  # no row with this lot or a larger one fits any more
        self.offered = 0

    def offer(self, row: T, length: int) -> None:
        """Take ``row``, of ``length`` characters, into account."""
        number = self.offered
        self.offered += 1
        lot = self._lot(number)
        if self._bound is not None and lot >= self._bound:
            return
        heapq.heappush(self._held, (-lot, number, length, row))
        self._length += length
        while len(self._held) > self._rows or (self._length > self._characters and len(self._held) > 1):
            dropped, _, its_length, _ = heapq.heappop(self._held)
            self._bound = -dropped
            self._length -= its_length

    def taken(self) -> list[T]:
        """The rows of the sample in the order of their numbers."""
        return [row for _, _, _, row in sorted(self._held, key=lambda each: each[1])]

    def _lot(self, number: int) -> int:
        place = f"{self._seed}/analyze/{number}".encode()
        return int.from_bytes(hashlib.blake2b(place, digest_size=8).digest(), "big")
