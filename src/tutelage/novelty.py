"""The exact ROUGE-L index: which kept text is too similar to a new one?

Decisions are those of a loop that scores every pair with ``rouge_score`` (Lin 2004; used so by Self-Instruct,
Wang et al. 2023, and Explore-Instruct, Wan et al. 2023), rounding at ties included, without the loop:

1.  F > threshold becomes ``LCS >= need[m][n]``, an integer found with ``rouge_score``'s own arithmetic.
2.  A longest common subsequence is at most the overlap of the two bags of words. Sorted rarest first, two
    bags with enough overlap share an element among the first few of each (prefix filter; Chaudhuri, Ganti and
    Kaushik 2006), at positions that leave room for the rest (PPJoin; Xiao et al. 2008). Repeated words are
    numbered, so that bags become sets; order of first appearance stands for rarity, so the order never has to
    be rebuilt.
3.  A signature bounds the overlap of what is left, then the overlap itself is counted, then bit-parallel
    LCS (Hyyrö 2004) decides.

Only kept texts are indexed, so a stream of near-copies stays cheap. ``Index`` holds names and tokens;
``Search`` is the seam behind which a compiled kernel may take the place of :class:`PrefixSearch`.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from tutelage.errors import BadInput
from tutelage.text import rouge_tokens, unicode_tokens

Tokens = Literal["unicode", "rouge"]

_TOKENISERS = {"unicode": unicode_tokens, "rouge": rouge_tokens}
_SIGNATURE_BITS = 128


@dataclass(frozen=True, slots=True)
class Match:
    """The first kept text, in order of keeping, that is too similar; ``score`` is the ROUGE-L F1."""

    key: str
    score: float


class Hit(NamedTuple):
    """A too similar text by its number in order of adding, and the ROUGE-L F1."""

    row: int
    score: float


class Search(Protocol):
    """Finds too similar token sequences. Tokens are small integers, numbered by first appearance."""

    def find(self, tokens: Sequence[int]) -> Hit | None:
        """The first sequence added that is too similar to ``tokens``, which is not empty."""
        ...

    def add(self, tokens: Sequence[int]) -> None:
        """Keep ``tokens``, which gets the next number."""
        ...


def rouge_l(lcs: int, m: int, n: int) -> float:
    """ROUGE-L F1 from the LCS and the two lengths, by the operations of ``rouge_score`` in their order."""
    if not lcs:
        return 0.0
    precision, recall = lcs / m, lcs / n
    return 2 * precision * recall / (precision + recall)


class _Needs(dict[int, int]):
    """For texts of ``m`` tokens: length ``n`` of the other → least LCS that is too similar.

    A length that can never be too similar needs more than there is. Entries are made when first asked for.
    """

    def __init__(self, m: int, threshold: float, strict: bool) -> None:
        super().__init__()
        self._m, self._threshold, self._strict = m, threshold, strict
        shortest = max(1, int(m * threshold / (2 - threshold)) - 1)
        while shortest < m and self[shortest] > shortest:
            shortest += 1
        # Whoever is similar enough shares an element with the first `prefix` of these m, rarest first; 0
        # where nothing can be (a strict threshold of 1).
        self.prefix = max(0, m - self[shortest] + 1)

    def __missing__(self, n: int) -> int:
        shorter = min(self._m, n)
        lcs = max(1, int(self._threshold * (self._m + n) / 2) - 1)
        while lcs <= shorter and not self._too_similar(rouge_l(lcs, self._m, n)):
            lcs += 1
        self[n] = need = lcs if lcs <= shorter else self._m + n
        return need

    def _too_similar(self, score: float) -> bool:
        return score > self._threshold or (not self._strict and score == self._threshold)


class _Bag(NamedTuple):
    """A text as the search sees it: numbered elements in text order and rarest first, and a signature."""

    elements: tuple[int, ...]
    rarest: list[int]
    signature: int


class PrefixSearch:
    """The search in pure Python; see the module text for why it is exact."""

    def __init__(self, threshold: float, strict: bool) -> None:
        self._threshold, self._strict = threshold, strict
        self._needs: dict[int, _Needs] = {}
        self._numbers: dict[tuple[int, int], int] = {}  # (token, occurrence) → element
        self._token: list[int] = []  # element → token
        self._texts: list[tuple[int, ...]] = []
        self._signatures: list[int] = []
        # element → length of the text → position in rarest-first order → rows
        self._postings: dict[int, dict[int, list[list[int]]]] = {}

    def find(self, tokens: Sequence[int]) -> Hit | None:
        """The first sequence added that is too similar to ``tokens``, which is not empty."""
        bag = self._bag(tokens)
        needs = self._needs_of(len(tokens))
        near = self._near(bag, needs, self._candidates(bag, needs))
        return self._first_match(tokens, set(bag.elements), needs, near) if near else None

    def add(self, tokens: Sequence[int]) -> None:
        """Keep ``tokens``, which gets the next number."""
        bag = self._bag(tokens)
        row, n = len(self._texts), len(tokens)
        self._texts.append(bag.elements)
        self._signatures.append(bag.signature)
        prefix = self._needs_of(n).prefix
        for position, element in enumerate(bag.rarest[:prefix]):
            by_length = self._postings.setdefault(element, {})
            if n not in by_length:
                by_length[n] = [[] for _ in range(prefix)]
            by_length[n][position].append(row)

    def _needs_of(self, m: int) -> _Needs:
        if m not in self._needs:
            self._needs[m] = _Needs(m, self._threshold, self._strict)
        return self._needs[m]

    def _bag(self, tokens: Sequence[int]) -> _Bag:
        seen: dict[int, int] = {}
        elements: list[int] = []
        signature = 0
        for token in tokens:
            occurrence = seen[token] = seen.get(token, -1) + 1
            element = self._numbers.setdefault((token, occurrence), len(self._token))
            if element == len(self._token):
                self._token.append(token)
            elements.append(element)
            # Multiplying by a large odd number spreads neighbours over the bits.
            signature ^= 1 << (element * 0x9E3779B1 >> 7) % _SIGNATURE_BITS
        return _Bag(tuple(elements), sorted(elements, reverse=True), signature)

    def _candidates(self, bag: _Bag, needs: _Needs) -> set[int]:
        """Rows that share a prefix element at positions which leave room for the overlap needed.

        A row is judged at the first element it shares; at a later one the room is smaller still.
        """
        m = len(bag.elements)
        found: set[int] = set()
        for position, element in enumerate(bag.rarest[: needs.prefix]):
            room = m - position
            for n, by_position in self._postings.get(element, {}).items():
                need = needs[n]
                if need <= room and need <= n:
                    for rows in by_position[: n - need + 1]:
                        found.update(rows)
        return found

    def _near(self, bag: _Bag, needs: _Needs, candidates: set[int]) -> list[int]:
        """Candidates whose signature allows the overlap needed, in order of adding.

        Every bit in which two parity signatures differ stands for at least one element of one text alone.
        """
        m, own = len(bag.elements), bag.signature
        texts, signatures = self._texts, self._signatures
        near = []
        for row in candidates:
            n = len(texts[row])
            if m + n - (own ^ signatures[row]).bit_count() >= 2 * needs[n]:
                near.append(row)
        near.sort()
        return near

    def _first_match(
        self, tokens: Sequence[int], own: set[int], needs: _Needs, near: list[int]
    ) -> Hit | None:
        """The first of ``near`` whose LCS with ``tokens`` reaches what is needed."""
        m = len(tokens)
        places: dict[int, int] = {}  # token → bit mask of its positions
        for position, token in enumerate(tokens):
            places[token] = places.get(token, 0) | 1 << position
        for row in near:
            other = self._texts[row]
            need = needs[len(other)]
            if len(own.intersection(other)) < need:
                continue
            lcs = self._lcs(places, m, other)
            if lcs >= need:
                return Hit(row, rouge_l(lcs, m, len(other)))
        return None

    def _lcs(self, places: dict[int, int], m: int, other: tuple[int, ...]) -> int:
        """Length of the longest common subsequence: one row of the table is one integer of ``m`` bits, in
        which a zero marks a step up."""
        full = (1 << m) - 1
        row = full
        for element in other:
            mask = places.get(self._token[element])
            if mask:
                steps = row & mask
                row = ((row + steps) | (row - steps)) & full
        return m - row.bit_count()


class Index:
    """Kept texts by name, asked whether a new one is too similar to any of them.

    ``strict`` rejects scores above the threshold, as Self-Instruct does; otherwise at or above it. ``tokens``
    names the tokeniser; a threshold means something else under each. A text without tokens is similar to
    nothing, itself included: ``find`` gives ``None``, and ``comparable`` tells the caller so.
    """

    def __init__(self, threshold: float = 0.7, *, strict: bool = True, tokens: Tokens = "unicode") -> None:
        if not 0 < threshold <= 1:
            raise BadInput(
                f"a ROUGE-L threshold of {threshold} cannot be used",
                where="threshold",
                remedy="choose a number above 0 and at most 1; 0.7 is usual",
            )
        self._tokenise = _TOKENISERS[tokens]
        self._search: Search = PrefixSearch(threshold, strict)
        self._vocabulary: dict[str, int] = {}
        self._keys: list[str] = []
        self._refused: dict[bytes, Match] = {}

    def __len__(self) -> int:
        """How many texts are kept, those without tokens aside."""
        return len(self._keys)

    def comparable(self, text: str) -> bool:
        """Whether ``text`` has any token under this index's tokeniser."""
        return bool(self._tokenise(text))

    def find(self, text: str) -> Match | None:
        """The first kept text that is too similar to ``text``, if there is one."""
        tokens = self._numbered(text)
        if not tokens:
            return None
        # Texts are never taken away: what was refused once is refused again, and by the same witness.
        name = tokens.tobytes()
        if name in self._refused:
            return self._refused[name]
        hit = self._search.find(tokens)
        if hit is None:
            return None
        match = self._refused[name] = Match(self._keys[hit.row], hit.score)
        return match

    def add(self, key: str, text: str) -> None:
        """Keep ``text`` under the name ``key``, whether or not it is similar to others."""
        tokens = self._numbered(text)
        if tokens:
            self._search.add(tokens)
            self._keys.append(key)

    def _numbered(self, text: str) -> array[int]:
        vocabulary = self._vocabulary
        return array("L", [vocabulary.setdefault(token, len(vocabulary)) for token in self._tokenise(text)])
