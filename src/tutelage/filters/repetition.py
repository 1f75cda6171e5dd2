"""How much of a text says the same again: the loops into which small models fall."""

from __future__ import annotations

from collections.abc import Sequence

from tutelage.text import ngrams, normalise, unicode_tokens, words

_LINE_WORDS = 3  # shorter lines (a brace, a bullet, a table rule) may come as often as they like
_LINES = 6  # with fewer lines a repeated one is a refrain
_GRAM = 6
_GRAM_TOKENS = 60  # with fewer tokens a share of n-grams says little
_LONGEST_PERIOD = 20
_ROUNDS = 5  # how often a phrase comes in a row before it is a loop …
_LOOP_TOKENS = 12  # … if it is at least this long altogether


def repeated_share(text: str) -> float:
    """The larger of two shares from 0 to 1: lines that came before, and runs of six tokens that did."""
    return max(_lines(text), _grams(unicode_tokens(text)))


def loop(text: str) -> str:
    """A phrase of up to twenty tokens that comes five times or more in a row, or an empty string.

    Runs of numbers (a table of zeros) and of one short word (``ha ha ha``) up to twelve tokens are none.
    """
    tokens = unicode_tokens(text)
    for period in range(1, min(_LONGEST_PERIOD, len(tokens) // _ROUNDS) + 1):
        needed = max(_LOOP_TOKENS, _ROUNDS * period) - period
        run = 0
        for place in range(period, len(tokens)):
            run = run + 1 if tokens[place] == tokens[place - period] else 0
            if run >= needed:
                phrase = tokens[place - period + 1 : place + 1]
                if not all(token.isnumeric() for token in phrase):
                    return " ".join(phrase)
    return ""


def _lines(text: str) -> float:
    lines = [normalise(line) for line in text.splitlines() if words(line) >= _LINE_WORDS]
    return 1 - len(set(lines)) / len(lines) if len(lines) >= _LINES else 0.0


def _grams(tokens: Sequence[str]) -> float:
    if len(tokens) < _GRAM_TOKENS:
        return 0.0
    return 1 - len(set(ngrams(tokens, _GRAM))) / (len(tokens) - _GRAM + 1)
