"""The search for batches in numpy and rapidfuzz: a join on rare elements, then the LCS of what is left.

All pairs of a batch among itself and against the kept texts are found at once; one ordered pass then drops
each text that has a kept one for a partner. That gives the decisions of the loop, one text after the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import LCSseq

from tutelage.novelty.brute import BruteSearch, as_string
from tutelage.novelty.rule import Hit, NeedsByLength, rouge_l

Array = np.ndarray[Any, Any]

_AT_ONCE = 500_000  # pairs of postings that are looked at together
_TABLE = 256  # lengths below this have their needs in a table
_TOO_MANY = 0.5  # share of all pairs beyond which scoring every pair is quicker than joining


@dataclass(frozen=True)
class _Bags:
    """Texts as numbered elements: their lengths and signatures, and the postings of their rarest elements,
    sorted by row and, inside a row, by place."""

    lengths: Array
    low: Array
    high: Array
    element: Array
    row: Array
    place: Array

    def only(self, kept: Array) -> _Bags:
        """The texts for which ``kept`` is true, numbered anew."""
        number = np.cumsum(kept) - 1
        stays = kept[self.row]
        rows = number[self.row[stays]]
        parts = (self.lengths[kept], self.low[kept], self.high[kept])
        return _Bags(*parts, self.element[stays], rows, self.place[stays])

    def with_more(self, more: _Bags) -> _Bags:
        """These texts, and ``more`` behind them."""
        rows = np.concatenate([self.row, more.row + len(self.lengths)])
        rest = {
            name: np.concatenate([getattr(self, name), getattr(more, name)])
            for name in ("lengths", "low", "high", "element", "place")
        }
        return _Bags(row=rows, **rest)


@dataclass(frozen=True)
class _Sorted:
    """The postings by element and, inside an element, by row: their ``order``, where each posting came to
    stand (``own``), and, in that order, the length of its text and how much of it is left from its place."""

    order: Array
    own: Array
    length: Array
    slack: Array

    @classmethod
    def of(cls, bags: _Bags) -> _Sorted:
        """The postings of ``bags`` sorted."""
        order = np.argsort(bags.element, kind="stable")
        own = np.empty_like(order)
        own[order] = np.arange(len(order))
        length = bags.lengths[bags.row[order]]
        return cls(order, own, length, length - bags.place[order])


class VectorSearch:
    """Finds the pairs of a batch by joins; a single text is scored against every kept one."""

    def __init__(self, threshold: float, strict: bool) -> None:
        self._threshold, self._strict = threshold, strict
        self._needs = NeedsByLength(threshold, strict)
        self._numbers: dict[int, int] = {}  # occurrence and token as one number → element
        self._kept = BruteSearch(threshold, strict)
        lengths = np.arange(1, _TABLE)
        m, n = (each.ravel() for each in np.meshgrid(lengths, lengths, indexing="ij"))
        self._table = np.zeros(_TABLE * _TABLE, np.int32)  # m * _TABLE + n → least LCS
        self._table[m * _TABLE + n] = _least(m, n, threshold, strict)
        self._bags = self._bagged([])

    def find(self, tokens: Sequence[int]) -> Hit | None:
        """The first sequence added that is too similar to ``tokens``, which is not empty."""
        return self._kept.find(tokens)

    def add(self, tokens: Sequence[int]) -> None:
        """Keep ``tokens``, which gets the next number."""
        self._kept.add(tokens)
        self._bags = self._bags.with_more(self._bagged([tokens]))

    def decide(self, texts: Sequence[Sequence[int]]) -> list[Hit | None]:
        """Decide ``texts``, none of them empty, in order; those that nothing condemns are kept."""
        if not texts:
            return []
        fresh = self._bagged(texts)
        partners = self._partners(self._bags.with_more(fresh), [*self._kept.strings, *map(as_string, texts)])
        if partners is None:
            found = self._kept.decide(texts)
        else:
            found = self._ordered(partners, len(texts))
            for tokens, hit in zip(texts, found, strict=True):
                if hit is None:
                    self._kept.add(tokens)
        self._bags = self._bags.with_more(fresh.only(np.array([hit is None for hit in found], bool)))
        return found

    def _ordered(self, partners: dict[int, list[Hit]], count: int) -> list[Hit | None]:
        """A text goes if one of its partners stays; what stays of the batch gets the next numbers."""
        known = len(self._kept.strings)
        final = list(range(known))  # row among kept and batch → row among what stays, or -1
        found: list[Hit | None] = []
        stay = known
        for row in range(known, known + count):
            staying = [Hit(final[hit.row], hit.score) for hit in partners.get(row, ()) if final[hit.row] >= 0]
            found.append(min(staying, default=None))
            final.append(-1 if staying else stay)
            stay += not staying
        return found

    def _partners(self, bags: _Bags, strings: list[str]) -> dict[int, list[Hit]] | None:
        """For each text of the batch the earlier texts that are too similar; ``None`` where there are so
        many candidates that scoring every pair is quicker."""
        known, total = len(self._kept.strings), len(strings)
        postings = _Sorted.of(bags)
        asking = np.flatnonzero(bags.row >= known)
        high = postings.own[asking]  # everything before a posting among its equals is of an earlier text
        low = np.searchsorted(bags.element[postings.order], bags.element[asking])
        counts = high - low
        if counts.sum() > _TOO_MANY * (total - known) * (total + known) / 2:
            return None
        found: dict[int, list[Hit]] = {}
        for part in _portions(counts):
            new, old = self._near(bags, postings, asking[part], low[part], counts[part])
            for row, other, lcs in self._verified(bags, strings, new, old):
                score = rouge_l(lcs, len(strings[row]), len(strings[other]))
                found.setdefault(row, []).append(Hit(other, score))
        return found

    def _near(
        self, bags: _Bags, postings: _Sorted, asking: Array, low: Array, counts: Array
    ) -> tuple[Array, Array]:
        """Pairs of rows whose postings meet at places that leave room, and whose signatures allow it."""
        which = np.repeat(np.arange(len(asking), dtype=np.int32), counts)
        met = np.arange(len(which)) + np.repeat(low - np.cumsum(counts) + counts, counts)
        m, n = bags.lengths[bags.row[asking]], postings.length.take(met)
        need = self._needs_of(m, which, n)
        room = (m - bags.place[asking]).take(which)
        near = np.flatnonzero((room >= need) & (postings.slack.take(met) >= need))
        new, old = bags.row[asking[which[near]]], bags.row[postings.order[met[near]]]
        apart = np.bitwise_count(bags.low[new] ^ bags.low[old]).astype(np.int32)
        apart += np.bitwise_count(bags.high[new] ^ bags.high[old])
        alike = bags.lengths[new] + bags.lengths[old] - apart >= 2 * need[near]
        pairs = np.unique(new[alike].astype(np.int64) << 32 | old[alike])
        return pairs >> 32, pairs & 0xFFFFFFFF

    def _verified(
        self, bags: _Bags, strings: list[str], new: Array, old: Array
    ) -> Iterator[tuple[int, int, int]]:
        """The pairs whose LCS is as long as needed, with it."""
        if not len(new):
            return
        texts, others = ([strings[row] for row in rows.tolist()] for rows in (new, old))
        lcs = process.cpdist(texts, others, scorer=LCSseq.similarity, dtype=np.int32, workers=1)
        need = _least(bags.lengths[new], bags.lengths[old], self._threshold, self._strict)
        for pair in np.flatnonzero(lcs >= need).tolist():
            yield int(new[pair]), int(old[pair]), int(lcs[pair])

    def _needs_of(self, m: Array, which: Array, n: Array) -> Array:
        """The least LCS that is too similar, for lengths ``m[which]`` and ``n``."""
        if max(m.max(initial=0), n.max(initial=0)) < _TABLE:
            return self._table.take((m * _TABLE).take(which) + n)
        return _least(m[which], n, self._threshold, self._strict)

    def _bagged(self, texts: Sequence[Sequence[int]]) -> _Bags:
        """``texts`` as bags; elements are numbered when first met."""
        lengths = np.array([len(text) for text in texts], np.int32)
        tokens = np.array([token for text in texts for token in text], np.int64)
        row = np.repeat(np.arange(len(lengths)), lengths)
        start = np.repeat(np.cumsum(lengths) - lengths, lengths)
        element = self._elements(tokens, row)
        bit = (element * 0x9E3779B1 >> 7) & 127
        mark = np.left_shift(np.uint64(1), (bit & 63).astype(np.uint64))
        zero = np.uint64(0)
        low, high = (_each(np.where(half, mark, zero), lengths) for half in (bit < 64, bit >= 64))
        order = np.lexsort((-element, row))
        element, place = element[order], np.arange(len(order)) - start
        prefix = np.array([self._needs[int(length)].prefix for length in lengths], np.int64)
        rare = place < np.repeat(prefix, lengths)
        rows, places = row[rare].astype(np.int32), place[rare].astype(np.int32)
        return _Bags(lengths, low, high, element[rare], rows, places)

    def _elements(self, tokens: Array, row: Array) -> Array:
        """The element of every token: its number together with how often the text had it before."""
        order = np.lexsort((tokens, row))
        same = np.zeros(len(tokens), bool)
        same[1:] = (tokens[order][1:] == tokens[order][:-1]) & (row[order][1:] == row[order][:-1])
        run = np.arange(len(tokens))
        occurrence = np.empty_like(tokens)
        occurrence[order] = run - np.maximum.accumulate(np.where(same, 0, run))
        named, first, back = np.unique(occurrence << 32 | tokens, return_index=True, return_inverse=True)
        numbers = np.empty(len(named), np.int64)
        for at in np.argsort(first).tolist():
            numbers[at] = self._numbers.setdefault(int(named[at]), len(self._numbers))
        return numbers[back]


def _each(marks: Array, lengths: Array) -> Array:
    """The exclusive or of the marks of each text; none of them is empty."""
    starts = np.cumsum(lengths) - lengths
    return np.bitwise_xor.reduceat(marks, starts) if len(starts) else marks


def _portions(counts: Array) -> Iterator[slice]:
    """Slices of ``counts`` whose sums stay near what fits into memory at once."""
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        before = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + _AT_ONCE, side="right")))
        yield slice(start, stop)
        start = stop


def _least(m: Array, n: Array, threshold: float, strict: bool) -> Array:
    """For each pair of lengths the least LCS that is too similar, by ``rouge_score``'s own arithmetic."""
    span = int(max(m.max(initial=0), n.max(initial=0))) + 1
    pairs, back = np.unique(m * span + n, return_inverse=True)
    m, n = pairs // span, pairs % span
    lcs = np.maximum(1, (threshold * (m + n) / 2).astype(np.int64) - 1)
    shorter = np.minimum(m, n)
    while True:
        precision, recall = lcs / m, lcs / n
        score = 2 * precision * recall / (precision + recall)
        enough = (score > threshold) | ((not strict) & (score == threshold))
        grows = ~enough & (lcs <= shorter)
        if not grows.any():
            least: Array = np.where(lcs <= shorter, lcs, m + n)[back]
            return least
        lcs += grows
