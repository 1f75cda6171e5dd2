"""Where a question stands in a text, and how much of it: windows, common subsequences and runs of tokens."""

from __future__ import annotations

import math
from collections import defaultdict
from difflib import SequenceMatcher
from functools import cached_property
from itertools import pairwise

from tutelage.filters.plain_words import telling

Pair = tuple[str, str]

EDITED = 0.3  # share of a question's words that may be edited for its pairs to be enough to find it


class Text:
    """A text that is looked at for several questions."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.words = set(tokens)

    @cached_property
    def telling_count(self) -> int:
        """How many telling words it has."""
        return len(telling(self.tokens))

    @cached_property
    def _places(self) -> dict[Pair, list[int]]:
        places: dict[Pair, list[int]] = defaultdict(list)
        for place, pair in enumerate(pairwise(self.tokens)):
            places[pair].append(place)
        return places

    def densest(self, question: list[str]) -> list[str]:
        """The part, somewhat longer than ``question``, in which most of its pairs stand in line."""
        length = len(question)
        spare = math.ceil(EDITED * length) + 1
        if len(self.tokens) <= length + 2 * spare:
            return self.tokens
        first_places: dict[Pair, int] = {}
        for place, pair in enumerate(pairwise(question)):
            first_places.setdefault(pair, place)
        # Where the question would begin, were this pair of it in its place.
        starts = sorted(
            there - place for pair, place in first_places.items() for there in self._places.get(pair, ())
        )
        best, first, most = 0, 0, 0
        for last, start in enumerate(starts):
            while starts[first] < start - spare:
                first += 1
            if last - first + 1 > most:
                best, most = starts[first], last - first + 1
        return self.tokens[max(0, best - spare) : max(0, best) + length + 2 * spare]


def stands_in(tokens: list[str], question: list[str]) -> bool:
    """Whether ``question`` stands in ``tokens`` word for word."""
    return f" {' '.join(question)} " in f" {' '.join(tokens)} "


def longest_run(tokens: list[str], question: list[str]) -> list[str]:
    """The longest run of tokens that stands in both."""
    match = SequenceMatcher(None, tokens, question, autojunk=False).find_longest_match()
    return tokens[match.a : match.a + match.size]
