"""Words that an answer must hold, must not hold, or must hold so often."""

from __future__ import annotations

import re
from random import Random

import regex
from pydantic import Field

from tutelage.constraints.rule import RELATIONS, Amount, Finding, Parameters, Rule, Subject
from tutelage.text import SPACED_LETTER, normalise

_SPACED = regex.compile(SPACED_LETTER, regex.V1)
_WORD = re.compile(r"(?<![\w'’-])[a-z]{5,14}(?![\w'’-])")


class Words(Parameters):
    """The words."""

    words: tuple[str, ...] = Field(min_length=1)


class Frequency(Amount):
    """One word, so often."""

    word: str = Field(min_length=1)


def occurrences(text: str, word: str) -> int:
    """How often ``word`` stands in ``text``, upper or lower case.

    A word of a script with spaces counts only where it stands alone: ``cat`` is not in ``concatenate``.
    """
    word = normalise(word)
    before = rf"(?<!{SPACED_LETTER})" if _SPACED.match(word[:1]) else ""
    after = rf"(?!{SPACED_LETTER})" if _SPACED.match(word[-1:]) else ""
    pattern = regex.compile(f"{before}{regex.escape(word)}{after}", regex.V1)
    return len(pattern.findall(normalise(text)))


def _include(answer: str, wanted: Words) -> Finding:
    missing = [word for word in wanted.words if not occurrences(answer, word)]
    told = ", ".join(missing) or "none"
    return Finding(not missing, f"without {told}", f"missing: {told}; wanted: {', '.join(wanted.words)}")


def _forbid(answer: str, wanted: Words) -> Finding:
    there = [word for word in wanted.words if occurrences(answer, word)]
    told = ", ".join(there) or "none"
    return Finding(not there, f"with {told}", f"found: {told}; wanted none of: {', '.join(wanted.words)}")


def _count(answer: str, wanted: Frequency) -> Finding:
    return wanted.found(occurrences(answer, wanted.word), "time", f" '{wanted.word}'")


def candidates(subject: Subject, text: str) -> list[str]:
    """Words for a constraint, in a fixed order: the user's own, else content words of ``text``, else shipped
    ones; none that another constraint of the same answer has taken.

    Chinese is not cut into words here, so its words are the shipped ones.
    """
    taken = [normalise(each) for each in subject.taken]
    listed: list[str] = subject.listed("words")
    if subject.words:
        found = list(subject.words)
    else:
        stop = set(subject.listed("stop"))
        found = [word for word in _WORD.findall(text.lower()) if word not in stop]
        found = sorted(set(found)) if subject.language == "en" and found else listed
    return [
        word
        for word in found
        if not any(normalise(word) in each or each in normalise(word) for each in taken)
    ]


def _apart(chance: Random, words: list[str], wanted: int) -> tuple[str, ...]:
    """Up to ``wanted`` words of which none is a part of another."""
    chosen: list[str] = []
    for word in chance.sample(words, len(words)):
        if len(chosen) < wanted and not any(word in each or each in word for each in chosen):
            chosen.append(word)
    return tuple(chosen)


def _draw_include(chance: Random, subject: Subject) -> Words | None:
    words = _apart(chance, candidates(subject, f"{subject.question} {subject.answer}"), chance.randint(1, 3))
    return Words(words=words) if words else None


def _draw_forbid(chance: Random, subject: Subject) -> Words | None:
    words = _apart(chance, candidates(subject, subject.answer), chance.randint(1, 2))
    return Words(words=words) if words else None


def _draw_count(chance: Random, subject: Subject) -> Frequency | None:
    words = candidates(subject, f"{subject.question} {subject.answer}")
    if not words:
        return None
    return Frequency(relation=chance.choice(RELATIONS), count=chance.randint(2, 3), word=chance.choice(words))


RULES = (
    Rule("keywords_include", Words, _include, _draw_include),
    Rule("keywords_forbid", Words, _forbid, _draw_forbid),
    Rule("keywords_count", Frequency, _count, _draw_count),
)
