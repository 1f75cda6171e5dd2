"""The search in pure Python: no package needed, and quick enough for some thousands of texts.

The steps are told in :mod:`tutelage.novelty`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tutelage.novelty.rule import Hit, Needs, NeedsByLength, lcs, places_of, rouge_l

_SIGNATURE_BITS = 128


class _Bag(NamedTuple):
    """A text as the search sees it: numbered elements in text order and rarest first, and a signature."""

    elements: tuple[int, ...]
    rarest: list[int]
    signature: int


class PrefixSearch:
    """The search in pure Python; see the module text for why it is exact."""

    def __init__(self, threshold: float, strict: bool) -> None:
        self._needs = NeedsByLength(threshold, strict)
        self._numbers: dict[tuple[int, int], int] = {}  # (token, occurrence) → element
        self._token: list[int] = []  # element → token
        self._texts: list[tuple[int, ...]] = []
        self._signatures: list[int] = []
        # element → length of the text → position in rarest-first order → rows
        self._postings: dict[int, dict[int, dict[int, list[int]]]] = {}

    def find(self, tokens: Sequence[int]) -> Hit | None:
        """The first sequence added that is too similar to ``tokens``, which is not empty."""
        bag = self._bag(tokens)
        needs = self._needs[len(tokens)]
        near = self._near(bag, needs, self._candidates(bag, needs))
        return self._first_match(tokens, set(bag.elements), needs, near) if near else None

    def add(self, tokens: Sequence[int]) -> None:
        """Keep ``tokens``, which gets the next number."""
        bag = self._bag(tokens)
        row, n = len(self._texts), len(tokens)
        self._texts.append(bag.elements)
        self._signatures.append(bag.signature)
        prefix = self._needs[n].prefix
        for position, element in enumerate(bag.rarest[:prefix]):
            by_position = self._postings.setdefault(element, {}).setdefault(n, {})
            by_position.setdefault(position, []).append(row)

    def decide(self, texts: Sequence[Sequence[int]]) -> list[Hit | None]:
        """Decide ``texts``, none of them empty, in order; those that nothing condemns are kept."""
        return [self._decided(tokens) for tokens in texts]

    def _decided(self, tokens: Sequence[int]) -> Hit | None:
        hit = self.find(tokens)
        if hit is None:
            self.add(tokens)
        return hit

    def texts(self) -> Iterator[list[int]]:
        """The tokens of every sequence added, in order."""
        return ([self._token[element] for element in text] for text in self._texts)

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

    def _candidates(self, bag: _Bag, needs: Needs) -> set[int]:
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
                    for place, rows in by_position.items():
                        if place <= n - need:
                            found.update(rows)
        return found

    def _near(self, bag: _Bag, needs: Needs, candidates: set[int]) -> list[int]:
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

    def _first_match(self, tokens: Sequence[int], own: set[int], needs: Needs, near: list[int]) -> Hit | None:
        """The first of ``near`` whose LCS with ``tokens`` reaches what is needed."""
        m = len(tokens)
        places = places_of(tokens)
        for row in near:
            other = self._texts[row]
            need = needs[len(other)]
            if len(own.intersection(other)) < need:
                continue
            common = lcs(places, m, map(self._token.__getitem__, other))
            if common >= need:
                return Hit(row, rouge_l(common, m, len(other)))
        return None
