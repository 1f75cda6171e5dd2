"""Rows as unit vectors, and the cosines between them.

Embeddings are used where the rows have them. Else a row is the bag of its words and pairs of neighbouring
words (characters, in scripts without spaces), weighted by TF-IDF (Salton and Buckley 1988): it finds rows
that share wording, not rows that share meaning.

All arithmetic adds up one term after the other, in the order of the terms, with numpy (the ``fast`` extra) or
without: both come to the same bits, so the same rows are chosen on every machine.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple, Protocol

from tutelage.errors import BadInput
from tutelage.records import Example
from tutelage.text import ngrams, unicode_tokens


class Vector(NamedTuple):
    """A sparse vector of length 1 (or of nothing): ``terms`` ascending and their ``weights``."""

    terms: array[int]
    weights: array[float]


class Index(Protocol):
    """Vectors by number, in the order of adding."""

    def add(self, vector: Vector) -> None:
        """Keep ``vector``, which gets the next number."""
        ...

    def cosines(self, vector: Vector) -> list[float]:
        """The cosine of ``vector`` with each vector that was added."""
        ...


def tfidf(texts: Sequence[str]) -> list[Vector]:
    """One vector a text, scaled to length 1: (1 + log count) × (1 + log((1 + texts) / (1 + texts with the
    term))). A text without words is a vector of nothing, which is like no other."""
    numbers: dict[tuple[str, ...], int] = {}
    bags: list[Counter[int]] = []
    for text in texts:
        tokens = unicode_tokens(text)
        terms = [*ngrams(tokens, 1), *ngrams(tokens, 2)]
        bags.append(Counter(numbers.setdefault(term, len(numbers)) for term in terms))
    spread = Counter(term for bag in bags for term in bag)
    rarity = {term: 1 + math.log((1 + len(texts)) / (1 + count)) for term, count in spread.items()}
    return [unit({term: (1 + math.log(count)) * rarity[term] for term, count in bag.items()}) for bag in bags]


def unit(weights: Mapping[int, float]) -> Vector:
    """Term → weight as a vector of length 1; all zeros stay nothing."""
    held = sorted((term, weight) for term, weight in weights.items() if weight)
    length = math.sqrt(math.fsum(weight * weight for _, weight in held))
    terms = array("q", (term for term, _ in held))
    return Vector(terms, array("d", (weight / length for _, weight in held)))


def embedded(example: Example, field: str) -> Vector | None:
    """The embedding of ``example``: a list of numbers in its lineage under ``field``; ``None`` without one.

    Raises:
        BadInput: the field holds something else.
    """
    value = example.lineage.get(field)
    if value is None:
        return None
    if not isinstance(value, (list, tuple)) or not value or not all(map(_finite, value)):
        raise BadInput(
            f"'{field}' must be a list of numbers, but it is {_shown(value)}",
            where=f"row {example.id}",
            remedy="write the embedding as a list of numbers, or leave embedding_field out",
        )
    return unit(dict(enumerate(value)))


def vectors_of(pool: Sequence[Example], field: str = "") -> list[Vector | None]:
    """One vector an example: its embedding under ``field``, or TF-IDF of its turns where no field is named.

    ``None`` stands for an example without an embedding.

    Raises:
        BadInput: no example has an embedding, or two have different lengths.
    """
    if not field:
        return list(tfidf(["\n".join(turn.content for turn in each.messages) for each in pool]))
    vectors = [embedded(each, field) for each in pool]
    sizes = Counter(len(each.lineage[field]) for each, at in zip(pool, vectors, strict=True) if at)
    if pool and not sizes:
        raise BadInput(
            f"no row has '{field}'", where="embedding_field", remedy="name the column that holds embeddings"
        )
    if len(sizes) > 1:
        told = ", ".join(f"{size} numbers: {count:,} rows" for size, count in sizes.most_common(4))
        raise BadInput(f"embeddings differ in length ({told})", where=f"embedding_field: {field}")
    return vectors


def _finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"


def index(vectors: Iterable[Vector] = (), *, arrays: bool = True) -> Index:
    """An index of ``vectors``, which may grow; with ``arrays`` on numpy, where that is installed.

    Short postings are faster in plain Python: ask for arrays where most vectors share most terms, or where
    all of a large pool is in the index.
    """
    made: Index = ArrayIndex() if arrays and find_spec("numpy") else PlainIndex()
    for vector in vectors:
        made.add(vector)
    return made


class PlainIndex:
    """Term → numbers and weights of the vectors that have it, in pure Python."""

    def __init__(self) -> None:
        self._size = 0
        self._postings: dict[int, list[tuple[int, float]]] = {}

    def add(self, vector: Vector) -> None:
        """See :class:`Index`."""
        for term, weight in zip(*vector, strict=True):
            self._postings.setdefault(term, []).append((self._size, weight))
        self._size += 1

    def cosines(self, vector: Vector) -> list[float]:
        """See :class:`Index`."""
        sums = [0.0] * self._size
        for term, ours in zip(*vector, strict=True):
            for number, theirs in self._postings.get(term, ()):
                sums[number] += ours * theirs
        return sums


class ArrayIndex:
    """The same on numpy; products and sums are made in the same order."""

    def __init__(self) -> None:
        import numpy  # noqa: PLC0415 (an optional package, heavy to import)

        self._numpy = numpy
        self._size = 0
        self._postings: dict[int, tuple[array[int], array[float]]] = {}

    def add(self, vector: Vector) -> None:
        """See :class:`Index`."""
        for term, weight in zip(*vector, strict=True):
            numbers, weights = self._postings.setdefault(term, (array("q"), array("d")))
            numbers.append(self._size)
            weights.append(weight)
        self._size += 1

    def cosines(self, vector: Vector) -> list[float]:
        """See :class:`Index`."""
        numpy = self._numpy
        sums = numpy.zeros(self._size)
        for term, ours in zip(*vector, strict=True):
            posting = self._postings.get(term)
            if posting:
                numbers = numpy.frombuffer(posting[0], dtype=numpy.int64)
                sums[numbers] += ours * numpy.frombuffer(posting[1])
        found: list[float] = sums.tolist()
        return found
