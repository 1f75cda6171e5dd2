"""The search that scores every pair, with rapidfuzz: the oracle of the tests.

It is also the better search for texts of a handful of words in all, where an index finds everything near
everything. Token numbers stand as characters, so that the LCS of two texts is that of two strings.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import LCSseq

from tutelage.novelty.rule import Hit, NeedsByLength, rouge_l

_SURROGATES = (0xD800, 0xDFFF)
_LAST = 0x10FFFF - 0x800  # numbers that a character can stand for
_BLOCK = 256  # texts scored at once: the scores of a block against all kept texts lie in memory


def as_string(tokens: Sequence[int]) -> str:
    """``tokens`` as a string of one character each.

    Raises:
        OverflowError: more than 1,112,063 different tokens.
    """
    if len(tokens) and max(tokens) > _LAST:
        raise OverflowError(f"there are more than {_LAST} different tokens")
    return "".join([chr(token if token < _SURROGATES[0] else token + 0x800) for token in tokens])


class BruteSearch:
    """Every text against every kept one, with SIMD."""

    def __init__(self, threshold: float, strict: bool) -> None:
        self._needs = NeedsByLength(threshold, strict)
        self._texts: list[str] = []

    @property
    def strings(self) -> list[str]:
        """The kept sequences, a character a token."""
        return self._texts

    def find(self, tokens: Sequence[int]) -> Hit | None:
        """The first sequence added that is too similar to ``tokens``, which is not empty."""
        text = as_string(tokens)
        return self._first(text, _common([text], self._texts)[0]) if self._texts else None

    def add(self, tokens: Sequence[int]) -> None:
        """Keep ``tokens``, which gets the next number."""
        self._texts.append(as_string(tokens))

    def decide(self, texts: Sequence[Sequence[int]]) -> list[Hit | None]:
        """Decide ``texts``, none of them empty, in order; those that nothing condemns are kept."""
        strings = [as_string(tokens) for tokens in texts]
        found: list[Hit | None] = []
        for start in range(0, len(strings), _BLOCK):
            found += self._block(strings[start : start + _BLOCK])
        return found

    def _block(self, block: list[str]) -> list[Hit | None]:
        known = len(self._texts)
        against_kept = _common(block, self._texts) if known else np.zeros((len(block), 0), np.int32)
        inside = _common(block, block)
        found: list[Hit | None] = []
        kept: list[int] = []  # of this block
        for number, text in enumerate(block):
            hit = self._first(text, np.concatenate([against_kept[number], inside[number, kept]]))
            found.append(hit)
            if hit is None:
                kept.append(number)
                self._texts.append(text)
        return found

    def _first(self, text: str, common: np.ndarray[Any, Any]) -> Hit | None:
        """The first kept text whose LCS with ``text`` is as long as needed."""
        needs = self._needs[len(text)]
        for row, lcs in enumerate(common.tolist()):
            n = len(self._texts[row])
            if lcs >= needs[n]:
                return Hit(row, rouge_l(lcs, len(text), n))
        return None


def _common(texts: Sequence[str], others: Sequence[str]) -> np.ndarray[Any, Any]:
    """The LCS of every text with every other: one row a text."""
    return process.cdist(texts, others, scorer=LCSseq.similarity, dtype=np.int32, workers=1)
