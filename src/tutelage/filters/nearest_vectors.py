"""The first kept vector whose cosine with a new one is above a threshold; exact, and without packages.

Only a part of each kept vector is indexed: of its commonest dimensions some are left out, whose norm bounds
what they can add to any product (Bayardo et al. 2007; Anastasiu & Karypis 2014). The few that the rest of the
product leaves in question are compared in full.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from operator import mul
from typing import Any, NamedTuple

from tutelage.errors import MissingExtra

_ROUNDING = 1e-6  # more than a sum of products can be off by
_LEFT_OUT = 0.85  # of the threshold: the norm that is not indexed
_FIRST_ROWS = 256


class Near(NamedTuple):
    """A kept vector by its number in order of adding, and its cosine."""

    row: int
    cosine: float


Sparse = dict[int, float]


def unit(vector: Sequence[float]) -> Sparse:
    """The numbers of ``vector`` that are not zero, scaled to a norm of 1; empty for a zero vector."""
    norm = math.sqrt(math.fsum(map(mul, vector, vector)))
    return {at: value / norm for at, value in enumerate(vector) if value} if norm else {}


def cosine(one: Sparse, other: Sparse) -> float:
    """The cosine of two unit vectors, the same on every machine."""
    if len(other) < len(one):
        one, other = other, one
    return math.fsum(value * other[at] for at, value in one.items() if at in other)


class NearestVectors:
    """Kept unit vectors, asked for the first that is nearer than ``threshold``, which is above 0."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._left_out = _LEFT_OUT * threshold  # greatest norm of what is not indexed
        self._rows: list[Sparse] = []
        self._postings: dict[int, list[tuple[int, float]]] = defaultdict(list)
        self._seen: dict[int, int] = defaultdict(int)  # dimension → vectors with it

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, vector: Sparse) -> Near | None:
        """The first kept vector with a cosine above the threshold, if there is one."""
        indexed: dict[int, float] = defaultdict(float)  # row → the product in its indexed dimensions
        for at, weight in vector.items():
            for row, value in self._postings.get(at, ()):
                indexed[row] += weight * value
        # What is left out adds no more than its norm (Cauchy and Schwarz).
        least = self._threshold - self._left_out - _ROUNDING
        for row in sorted(row for row, product in indexed.items() if product > least):
            found = cosine(vector, self._rows[row])
            if found > self._threshold:
                return Near(row, found)
        return None

    def add(self, vector: Sparse) -> None:
        """Keep ``vector``, which gets the next number."""
        row = len(self._rows)
        self._rows.append(vector)
        left_out = 0.0
        for at in sorted(vector, key=lambda at: (-self._seen[at], at)):
            left_out += vector[at] * vector[at]
            if left_out > self._left_out * self._left_out:
                self._postings[at].append((row, vector[at]))
        for at in vector:
            self._seen[at] += 1


class VectorMatrix:
    """The same decisions for dense vectors, by a matrix of numpy; 8 bytes a number.

    The matrix finds those that may be near; whether they are is decided as :func:`cosine` does.

    Raises:
        MissingExtra: numpy is not installed.
    """

    def __init__(self, threshold: float) -> None:
        try:
            import numpy  # noqa: PLC0415 (an optional package, heavy to import)
        except ImportError as error:
            raise MissingExtra("comparing dense vectors", extra="fast", package="numpy") from error
        self._numpy: Any = numpy
        self._threshold = threshold
        self._matrix: Any = None
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def find(self, vector: Sparse) -> Near | None:
        """The first kept vector with a cosine above the threshold, if there is one."""
        if not self._count or not vector:
            return None
        row_of = self._dense(vector)
        likely = self._matrix[: self._count] @ row_of > self._threshold - _ROUNDING
        for row in self._numpy.flatnonzero(likely).tolist():
            found = math.fsum((self._matrix[row] * row_of).tolist())
            if found > self._threshold:
                return Near(row, found)
        return None

    def add(self, vector: Sparse) -> None:
        """Keep ``vector``, which gets the next number."""
        width = max(vector, default=-1) + 1
        held = (0, 0) if self._matrix is None else self._matrix.shape
        if self._count == held[0] or width > held[1]:
            rows = max(_FIRST_ROWS, 2 * held[0]) if self._count == held[0] else held[0]
            larger = self._numpy.zeros((rows, max(width, held[1])))
            if self._count:
                larger[: self._count, : held[1]] = self._matrix[: self._count]
            self._matrix = larger
        self._matrix[self._count] = self._dense(vector)
        self._count += 1

    def _dense(self, vector: Sparse) -> Any:
        # A new vector may be longer than every kept one; what is beyond them meets only zeros.
        row_of = self._numpy.zeros(self._matrix.shape[1])
        for at, value in vector.items():
            if at < len(row_of):
                row_of[at] = value
        return row_of
