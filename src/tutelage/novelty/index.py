"""Kept texts by name, asked whether a new one is too similar; chooses the search that does the work."""

from __future__ import annotations

import importlib
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Literal, Protocol

from tutelage.errors import BadInput, MissingExtra
from tutelage.novelty.plain import PrefixSearch
from tutelage.novelty.rule import Hit
from tutelage.text import rouge_tokens, stemmed, unicode_tokens

Tokens = Literal["unicode", "rouge"]
SearchName = Literal["auto", "plain", "compiled", "vectorised", "brute"]

_TOKENISERS: dict[str, Callable[[str], list[str]]] = {"unicode": unicode_tokens, "rouge": rouge_tokens}
_CLASSES = {"compiled": "CompiledSearch", "vectorised": "VectorSearch", "brute": "BruteSearch"}
_NEEDED = {"compiled": ("numba",), "vectorised": ("numpy", "rapidfuzz"), "brute": ("numpy", "rapidfuzz")}
_PLAIN_UNTIL = 2_000  # texts: importing numba takes longer than pure Python needs for so many


@dataclass(frozen=True, slots=True)
class Match:
    """The first kept text, in order of keeping, that is too similar; ``score`` is the ROUGE-L F1."""

    key: str
    score: float


class Search(Protocol):
    """Finds too similar token sequences. Tokens are small integers, numbered by first appearance."""

    def find(self, tokens: Sequence[int]) -> Hit | None:
        """The first sequence added that is too similar to ``tokens``, which is not empty."""
        ...

    def add(self, tokens: Sequence[int]) -> None:
        """Keep ``tokens``, which gets the next number."""
        ...

    def decide(self, texts: Sequence[Sequence[int]]) -> list[Hit | None]:
        """Decide ``texts``, none of them empty, in order; those that nothing condemns are kept."""
        ...


class _Vocabulary(dict[str, int]):
    """Token → its number, given when it is first met."""

    def __missing__(self, token: str) -> int:
        self[token] = number = len(self)
        return number


class Index:
    """Kept texts by name, asked whether a new one is too similar to any of them.

    ``strict`` rejects scores above the threshold, as Self-Instruct does; otherwise at or above it. ``tokens``
    names the tokeniser, ``stem`` puts the Porter stemmer behind it as ``rouge_score`` does; a threshold means
    something else under each. A text without tokens is similar to nothing, itself included: ``find`` gives
    ``None``, and ``comparable`` tells the caller so. ``search`` names the search; all decide alike.
    """

    def __init__(
        self,
        threshold: float = 0.7,
        *,
        strict: bool = True,
        tokens: Tokens = "unicode",
        stem: bool = False,
        search: SearchName = "auto",
    ) -> None:
        if not 0 < threshold <= 1:
            raise BadInput(
                f"a ROUGE-L threshold of {threshold} cannot be used",
                where="threshold",
                remedy="choose a number above 0 and at most 1; 0.7 is usual",
            )
        self._rule = (threshold, strict)
        tokenise = _TOKENISERS[tokens]
        self._tokenise = (lambda text: stemmed(tokenise(text))) if stem else tokenise
        self._search: Search = PrefixSearch(*self._rule) if search == "auto" else self._made(search)
        self._may_change = search == "auto"
        self._vocabulary = _Vocabulary()
        self._keys: list[str] = []
        self._refused: dict[bytes, Match] = {}
        self._last: tuple[str, array[int]] = ("", array("i"))  # a text is asked about, then added

    def __len__(self) -> int:
        """How many texts are kept, those without tokens aside."""
        return len(self._keys)

    def comparable(self, text: str) -> bool:
        """Whether ``text`` has any token under this index's tokeniser."""
        return bool(self._numbered(text))

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
        return None if hit is None else self._remember(name, hit)

    def add(self, key: str, text: str) -> None:
        """Keep ``text`` under the name ``key``, whether or not it is similar to others."""
        tokens = self._numbered(text)
        if tokens:
            self._expect(1)
            self._search.add(tokens)
            self._keys.append(key)

    def decide(self, texts: Iterable[tuple[str, str]]) -> list[Match | None]:
        """Decide pairs of name and text in order, keeping each that no text kept before it condemns.

        The same as ``find`` and, where that gives ``None``, ``add``, one after the other; batches of any
        size give the same decisions.
        """
        named = [(key, self._numbered(text)) for key, text in texts]
        found = [self._refused.get(tokens.tobytes()) if self._refused else None for _, tokens in named]
        asked = [number for number, (_, tokens) in enumerate(named) if len(tokens) and found[number] is None]
        self._expect(len(asked))
        hits = self._search.decide([named[number][1] for number in asked])
        # Names first: a text may be condemned by one of the same batch.
        self._keys += [named[number][0] for number, hit in zip(asked, hits, strict=True) if hit is None]
        for number, hit in zip(asked, hits, strict=True):
            if hit is not None:
                found[number] = self._remember(named[number][1].tobytes(), hit)
        return found

    def _remember(self, name: bytes, hit: Hit) -> Match:
        match = self._refused[name] = Match(self._keys[hit.row], hit.score)
        return match

    def _numbered(self, text: str) -> array[int]:
        if self._last[0] != text:
            numbers = map(self._vocabulary.__getitem__, self._tokenise(text))
            self._last = text, array("i", numbers)
        return self._last[1]

    def _expect(self, more: int) -> None:
        """Change over to a faster search where so many texts are worth it and one is installed."""
        if not self._may_change or len(self) + more <= _PLAIN_UNTIL:
            return
        fast = "compiled" if _installed("compiled") else ""
        if not fast and more > _PLAIN_UNTIL and _installed("vectorised"):
            fast = "vectorised"  # which is for batches: one at a time pure Python is as quick
        if not fast:
            return
        plain, self._may_change = self._search, False
        assert isinstance(plain, PrefixSearch)  # nothing else may change
        self._search = self._made(fast)
        for tokens in plain.texts():
            self._search.add(tokens)

    def _made(self, name: str) -> Search:
        if name == "plain":
            return PrefixSearch(*self._rule)
        if not _installed(name):
            package = next(each for each in _NEEDED[name] if find_spec(each) is None)
            raise MissingExtra(f"the search '{name}' for near copies", extra="fast", package=package)
        room: Any = importlib.import_module(f"tutelage.novelty.{name}")  # heavy: only where it is used
        made: Search = getattr(room, _CLASSES[name])(*self._rule)
        return made


def _installed(name: str) -> bool:
    return all(find_spec(each) is not None for each in _NEEDED[name])
