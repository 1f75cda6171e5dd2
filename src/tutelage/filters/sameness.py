"""Answers that are one template filled in: the same words around what the question brought.

An answer's skeleton is its text with the words of its question masked. Of the skeleton's runs of four
tokens, those with the smallest hashes are kept (a bottom-k sketch, Broder 1997), for a window of answers, so
that memory is bounded.
"""

from __future__ import annotations

import zlib
from collections import Counter, deque
from itertools import pairwise
from typing import NamedTuple

from tutelage.filters.hollow import is_common
from tutelage.text import ngrams, unicode_tokens

_GRAM = 4
_SKETCH = 24  # hashes kept of one answer
_LEAST = 10  # runs below which an answer has no skeleton to speak of
_WINDOW = 20_000  # answers that are remembered
_POSTINGS = 16  # latest answers looked at for one hash
_CLOSEST = 4  # answers whose questions are compared
_READ = 8_000  # characters of an answer that are read
_MASK = "\0"


class _Kept(NamedTuple):
    hashes: tuple[int, ...]
    asked: frozenset[str]


class Skeletons:
    """The skeletons of the latest answers kept."""

    def __init__(self, window: int = _WINDOW) -> None:
        self._window = window
        self._kept: dict[int, _Kept] = {}
        self._order: deque[int] = deque()
        self._where: dict[int, deque[int]] = {}
        self._next = 0

    def resemblance(self, question: str, answer: str) -> float:
        """How much of the skeleton an earlier answer to a *different* question has, 0 to 1."""
        sketch = _sketched(question, answer)
        if not sketch.hashes:
            return 0.0
        shared = Counter(
            name for value in sketch.hashes for name in self._where.get(value, ()) if name in self._kept
        )
        best = 0.0
        for name, count in shared.most_common(_CLOSEST):
            asked = self._kept[name].asked
            union = len(asked | sketch.asked)
            alike = len(asked & sketch.asked) / union if union else 1.0
            best = max(best, count / len(sketch.hashes) * (1 - alike))
        return best

    def remember(self, question: str, answer: str) -> None:
        """Keep the skeleton of ``answer``; the oldest falls out of a full window."""
        sketch = _sketched(question, answer)
        if not sketch.hashes:
            return
        name, self._next = self._next, self._next + 1
        self._kept[name] = sketch
        self._order.append(name)
        for value in sketch.hashes:
            self._where.setdefault(value, deque(maxlen=_POSTINGS)).append(name)
        if len(self._order) > self._window:
            self._forget(self._order.popleft())

    def _forget(self, name: int) -> None:
        for value in self._kept.pop(name).hashes:
            posting = self._where.get(value)
            if posting and posting[0] == name:
                posting.popleft()
            if not posting:
                self._where.pop(value, None)


def _sketched(question: str, answer: str) -> _Kept:
    asked = unicode_tokens(question[:_READ])
    told = unicode_tokens(answer[:_READ])
    # Chinese tokens are characters: only pairs of them are words that a template took from the question.
    known = {token for token in asked if len(token) > 1 and not is_common(token)}
    pairs = set(pairwise(asked))
    masked = [token in known for token in told]
    for place, pair in enumerate(pairwise(told)):
        if pair in pairs and len(pair[0]) == 1:
            masked[place] = masked[place + 1] = True
    skeleton: list[str] = []
    for token, hidden in zip(told, masked, strict=True):
        if not hidden:
            skeleton.append(token)
        elif not skeleton or skeleton[-1] != _MASK:
            skeleton.append(_MASK)
    runs = set(ngrams(skeleton, _GRAM))
    if len(runs) < _LEAST:
        return _Kept((), frozenset())
    hashes = sorted(_hash(run) for run in runs)[:_SKETCH]
    return _Kept(tuple(hashes), frozenset(known | {a + b for a, b in pairs if len(a) == len(b) == 1}))


def _hash(run: tuple[str, ...]) -> int:
    return zlib.crc32(" ".join(run).encode("utf-8", "surrogatepass"))
