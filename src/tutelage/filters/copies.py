"""Finds texts that hold one of many given questions, word for word or edited.

Three ways to be found, each without looking at every question:

1. the text *is* a question: equal tokens, by a table;
2. the text holds a stretch of ``n`` words of a question: a table of n-grams;
3. the text holds a question with some words changed. By the q-gram lemma (Ukkonen 1992), ``e`` edits leave
   all but ``2e`` of a question's word pairs, so its rarest pairs are enough to find it by (prefix filter,
   Chaudhuri et al. 2006). What is found is scored by a longest common subsequence.

What many questions share (a template, an opening) tells none of them apart and does not count.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, pairwise
from typing import NamedTuple

from tutelage.filters.alignment import EDITED, Pair, Text, longest_run, stands_in
from tutelage.filters.numerals import number_tokens
from tutelage.filters.plain_words import PLAIN_WORDS, size, telling
from tutelage.novelty.rule import common
from tutelage.text import ngrams

_SHORT = 6.0  # telling words below which a question must be all that a text says, not a part of it
_SAID = 2.0  # telling words from which on a short question that stands word for word is enough
_TEMPLATE = 4  # words: what many questions share is found by runs of so many
_COMMON_SHARE, _COMMON_LEAST = 0.02, 20  # a run that more questions share is nobody's own
_TELLING = 4.0  # different telling words that a stretch needs


class Copy(NamedTuple):
    """A question found in a text: its number, how, the share of it that is there, and the longest run of
    tokens that stands in both."""

    question: int
    reason: str
    score: float
    shared: list[str]


class _Question(NamedTuple):
    tokens: list[str]  # without what many questions share
    telling: list[str]  # of these, the words that are neither plain nor numbers
    counts: dict[str, int]  # word → how often it stands in it
    hits: int  # how many of its rarest pairs a text must have to be looked at


class CopyIndex:
    """Questions by number, asked whether a text holds one.

    ``n`` is the length in words of a stretch that counts as copied; a character of a script without spaces
    is half a word. ``threshold`` is the share of a question that makes an edited copy.
    """

    def __init__(self, questions: Iterable[str], *, n: int, threshold: float) -> None:
        self._n, self._threshold = n, threshold
        self._least = 2 * threshold - 1  # share of all its words, were every telling one there
        self._tokens = [number_tokens(text) for text in questions]
        self._whole: dict[tuple[str, ...], int] = {}
        for number, tokens in enumerate(self._tokens):
            if tokens:
                self._whole.setdefault(tuple(tokens), number)
        self._distinct = sorted(self._whole.values())
        self._lengths = sorted({self._length(self._tokens[number]) for number in self._distinct})
        self._grams = self._indexed_grams()
        self._questions: dict[int, _Question] = {}
        self._by_pair: dict[Pair, list[int]] = defaultdict(list)
        self._index_pairs()

    def __len__(self) -> int:
        """How many different questions there are."""
        return len(self._distinct)

    def find(self, text: str) -> Copy | None:
        """The question that ``text`` holds most of, the first among equals; ``None`` where it holds none."""
        tokens = number_tokens(text)
        number = self._whole.get(tuple(tokens))
        if number is not None:
            return Copy(number, "copy", 1.0, tokens)
        return self._edited(tokens) or self._stretch(tokens)

    def _length(self, tokens: Sequence[str]) -> int:
        """Tokens of a stretch of ``n`` words in a text like this one."""
        return self._n if size(tokens) > 0.75 * len(tokens) else 2 * self._n

    def _indexed_grams(self) -> dict[int, int]:
        """Hash of a stretch → the first question with it, for stretches that tell something."""
        first: dict[int, int] = {}
        counts: Counter[int] = Counter()
        for number in self._distinct:
            tokens = self._tokens[number]
            grams = ngrams(tokens, self._length(tokens))
            own = {hash(gram) for gram in grams if size(set(telling(gram))) >= _TELLING}
            counts.update(own)
            for gram in own:
                first.setdefault(gram, number)
        most = _common(len(self._distinct))
        return {gram: number for gram, number in first.items() if counts[gram] <= most}

    def _index_pairs(self) -> None:
        cores = _without_templates({number: self._tokens[number] for number in self._distinct})
        counts = Counter(pair for tokens in cores.values() for pair in set(pairwise(tokens)))
        for number, tokens in cores.items():
            # The pair itself breaks ties, so that the choice does not depend on the order of a set.
            pairs = sorted(set(pairwise(tokens)), key=lambda pair: (counts[pair], pair))
            own_telling = telling(tokens)
            if not pairs or not own_telling:
                continue  # found as an exact copy alone
            kept = max(1, _left(list(Counter(pairwise(tokens)).values()), int(EDITED * len(tokens))))
            hits = max(1, kept // 3)
            self._questions[number] = _Question(tokens, own_telling, dict(Counter(tokens)), hits)
            for pair in pairs[: len(pairs) - kept + hits]:
                self._by_pair[pair].append(number)

    def _edited(self, tokens: list[str]) -> Copy | None:
        """The question of the highest score at or above the threshold."""
        known = self._by_pair.keys() & set(pairwise(tokens))
        if not known:
            return None
        counts = Counter(chain.from_iterable(map(self._by_pair.__getitem__, known)))
        text = Text(tokens)
        scored = [
            (score, -number)
            for number, count in counts.items()
            if count >= (question := self._questions[number]).hits
            and len(tokens) >= self._least * len(question.tokens)
            and self._at_most(question, text.words) >= self._threshold
            and (score := self._score(question, text))
        ]
        if not scored:
            return None
        score, number = max(scored)
        own = self._tokens[-number]
        shared = longest_run(tokens, own)
        return Copy(-number, "contains" if len(shared) == len(own) else "near_copy", score, shared)

    def _at_most(self, question: _Question, words: set[str]) -> float:
        """A bound of the score, from the words of the question that are not among ``words``."""
        counts = question.counts
        whole = told = 0
        for word in counts.keys() - words:
            whole += counts[word]
            told += 0 if word in PLAIN_WORDS or word.isdecimal() else counts[word]
        return 1 - (whole / len(question.tokens) + told / len(question.telling)) / 2

    def _score(self, question: _Question, text: Text) -> float:
        """The share of the question in the text, 0 where it is below the threshold.

        Half of it counts all words, half the telling ones. A short question must also be most of the text, or
        stand in it word for word.
        """
        part = text.densest(question.tokens)
        if part is not text.tokens and self._at_most(question, set(part)) < self._threshold:
            return 0.0
        whole = common(question.tokens, part)
        told = common(question.telling, telling(part))
        score = (whole / len(question.tokens) + told / len(question.telling)) / 2
        if score < self._threshold:
            return 0.0
        if size(question.telling) >= _SHORT or self._is_most(text, whole, told):
            return score
        said = size(question.telling) >= _SAID and stands_in(part, question.tokens)
        return score if said else 0.0

    def _is_most(self, text: Text, whole: int, told: int) -> bool:
        """Whether what was found of a question is most of the text as well."""
        share = whole / len(text.tokens)
        return share >= self._least and (share + told / max(1, text.telling_count)) / 2 >= self._threshold

    def _stretch(self, tokens: list[str]) -> Copy | None:
        """The first question of which a stretch of ``n`` words stands in the text."""
        for length in self._lengths:
            known = self._grams.keys() & set(map(hash, ngrams(tokens, length)))
            if known:
                number = min(self._grams[gram] for gram in known)
                shared = longest_run(tokens, self._tokens[number])
                if len(shared) >= length:  # equal hashes are no proof
                    return Copy(number, "contains", len(shared) / len(self._tokens[number]), shared)
        return None


def _common(questions: int) -> int:
    return max(_COMMON_LEAST, int(_COMMON_SHARE * questions))


def _without_templates(questions: dict[int, list[str]]) -> dict[int, list[str]]:
    """The questions without the words inside runs that many of them share."""
    counts = Counter(gram for tokens in questions.values() for gram in set(ngrams(tokens, _TEMPLATE)))
    most = _common(len(questions))
    common = {gram for gram, count in counts.items() if count > most}
    return {number: _uncovered(tokens, common) for number, tokens in questions.items()}


def _left(occurrences: list[int], edits: int) -> int:
    """How many different pairs are left at least: an edit takes two, and what occurs again is still there."""
    taken = accumulate(sorted(occurrences))
    return sum(1 for so_far in taken if so_far > 2 * edits)


def _uncovered(tokens: list[str], common: set[tuple[str, ...]]) -> list[str]:
    covered: set[int] = set()
    for start, gram in enumerate(ngrams(tokens, _TEMPLATE)):
        if gram in common:
            covered.update(range(start, start + _TEMPLATE))
    return [token for place, token in enumerate(tokens) if place not in covered] if covered else tokens
