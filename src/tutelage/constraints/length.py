"""How long an answer is: words, sentences, characters.

Words are counted as :func:`tutelage.text.words` counts them, so a Chinese text is measured by its
characters without punctuation.
"""

from __future__ import annotations

import re
from random import Random

import regex

from tutelage.constraints.rule import Amount, Finding, Rule, Subject
from tutelage.text import words

_ENDING = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s|$)|[。！？…]+[”’」』）]*|\n+")
_ABBREVIATION = re.compile(
    r"\b(?:mr|mrs|ms|dr|prof|st|vs|etc|fig|no|e\.g|i\.e|[a-z])\.(?=\s+\S)", re.IGNORECASE
)
_LETTER = regex.compile(r"\p{L}")

_ASSUMED = {"en": 80, "zh": 120}  # words of an answer that is not known
_MOST_WORDS = 400  # ever wanted at least
_MOST_CHARACTERS = 2_000


def sentences(text: str) -> int:
    """How many sentences ``text`` has, in English or Chinese.

    A line's end ends a sentence too; a piece without a letter (``1.``, a rule) is none. Common abbreviations,
    initials and decimal points end nothing.
    """
    plain = _ABBREVIATION.sub(lambda found: found[0].replace(".", ""), text)
    return sum(1 for piece in _ENDING.split(plain) if _LETTER.search(piece))


def _bound(chance: Random, length: int, step: int, low: int, high: int) -> Amount:
    """A bound that an answer of ``length`` has to be changed for, rounded to ``step``."""
    if chance.random() < 0.5:
        wanted = round(length * chance.uniform(1.0, 1.5) / step) * step
        return Amount(relation="at_least", count=min(max(wanted, step), high))
    wanted = round(length * chance.uniform(0.5, 0.9) / step) * step
    return Amount(relation="at_most", count=max(wanted, low))


def _draw_words(chance: Random, subject: Subject) -> Amount:
    length = words(subject.answer) or _ASSUMED[subject.language]
    return _bound(chance, length, 10, 40, _MOST_WORDS)


def _draw_characters(chance: Random, subject: Subject) -> Amount:
    length = len(subject.answer.strip()) or _ASSUMED[subject.language] * (
        1 if subject.language == "zh" else 5
    )
    return _bound(chance, length, 50, 300, _MOST_CHARACTERS)


def _draw_sentences(chance: Random, subject: Subject) -> Amount:
    length = sentences(subject.answer) or 5
    if chance.random() < 0.5:
        return Amount(relation="at_least", count=min(length + chance.randint(0, 2), 12))
    return Amount(relation="at_most", count=max(length - chance.randint(1, 3), 3))


def _words(answer: str, wanted: Amount) -> Finding:
    return wanted.found(words(answer), "word")


def _sentences(answer: str, wanted: Amount) -> Finding:
    return wanted.found(sentences(answer), "sentence")


def _characters(answer: str, wanted: Amount) -> Finding:
    return wanted.found(len(answer.strip()), "character")


RULES = (
    Rule("length_words", Amount, _words, _draw_words),
    Rule("length_sentences", Amount, _sentences, _draw_sentences),
    Rule("length_characters", Amount, _characters, _draw_characters),
)
