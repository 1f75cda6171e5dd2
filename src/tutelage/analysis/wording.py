"""How a dataset is worded: languages, vocabulary, how hard it is to read, and how long its texts are."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import regex

from tutelage.analysis.figures import Histogram, Summary, histogram, summary
from tutelage.records import Example
from tutelage.text import language_of, prose_of, unicode_tokens, words

PARTS = ("instruction", "input", "output")
WINDOW = 500
NO_LETTERS = "no letters"

_READ = 20_000  # characters of a text from which its reading level is taken
_LEAST_WORDS = 10  # of prose; the grade of fewer says nothing
_SPACELESS_LANGUAGES = ("zh", "ja", "th")

_ENGLISH_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_SENTENCE_END = regex.compile(r"(?:[.!?]+[\"'”’)\]]*(?=\s|$)|[。！？!?；…]+[”’」』）]*|\n+)")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT_END = re.compile(r"(?:[^laeiouy]es|[^laeiouydt]ed|[^l]e|[aeiouy]le)$")
# Vowels side by side that are two syllables, as in "video" (not "people"), "being", "science", "create".
_HIATUS = re.compile(r"(?<![cst])i[ao](?!n\b|us\b)|iu|(?<!p)eo(?!u)|[aeiou]ing|(?<=sc)ie|(?<=cr)eat[eio]")


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lengths of the texts that are not empty; ``empty`` others are. Words as a reader counts them: a
    character of a script without spaces is one."""

    empty: int
    words: Summary
    characters: Summary
    word_histogram: Histogram


@dataclass(frozen=True, slots=True)
class Variety:
    """The vocabulary of one part of all rows: ``tokens`` in all, ``unique`` ones, and the share of those that
    come once (``hapax_share``).

    ``mattr`` is the moving-average type-token ratio (Covington and McFall 2010) over ``window`` tokens, the
    rows read one after the other: unlike the plain ratio it does not fall with the size of the dataset. It
    is ``None`` where there are fewer tokens than a window.
    """

    tokens: int
    unique: int
    hapax_share: float | None
    window: int
    mattr: float | None


@dataclass(frozen=True, slots=True)
class Reading:
    """How hard one part is to read, code and formulas set aside.

    ``grade`` is the Flesch-Kincaid grade (Kincaid et al. 1975; US school years) of English texts;
    ``too_short`` English ones have fewer than ten words. For Chinese, Japanese and Thai, which have no such
    formula here, ``sentence_characters`` gives the mean characters of a text's sentences, by language.
    ``unsupported`` names what has no grade.
    """

    grade: Summary
    too_short: int
    sentence_characters: Mapping[str, Summary]
    unsupported: str


@dataclass(frozen=True, slots=True)
class WordingReport:
    """Languages (texts by code, script, or ``no letters``), variety, reading level and lengths, by part of
    the row: ``instruction``, ``input``, ``output``. Languages, variety and reading leave inputs out."""

    examples: int
    languages: Mapping[str, Mapping[str, int]]
    variety: Mapping[str, Variety]
    reading: Mapping[str, Reading]
    lengths: Mapping[str, Lengths]

    def as_dict(self) -> dict[str, Any]:
        """JSON-able figures."""
        return asdict(self)


def measure_wording(examples: Sequence[Example], *, window: int = WINDOW) -> WordingReport:
    """How the rows of ``examples`` are worded; ``window`` is that of the type-token ratio, in tokens."""
    texts = {part: [str(getattr(example, part)) for example in examples] for part in PARTS}
    spoken = {part: [language_of(text) for text in texts[part]] for part in ("instruction", "output")}
    return WordingReport(
        examples=len(examples),
        languages={part: _ranked(spoken[part]) for part in spoken},
        variety={part: _variety(texts[part], window) for part in spoken},
        reading={part: _reading(texts[part], spoken[part]) for part in spoken},
        lengths={part: _lengths(texts[part]) for part in PARTS},
    )


def _ranked(languages: Iterable[str]) -> dict[str, int]:
    counts = Counter(language or NO_LETTERS for language in languages)
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def _lengths(texts: Sequence[str]) -> Lengths:
    filled = [text for text in texts if text.strip()]
    counts = [words(text) for text in filled]
    return Lengths(
        len(texts) - len(filled),
        summary(counts),
        summary(len(text) for text in filled),
        histogram(counts),
    )


# --- vocabulary -------------------------------------------------------------------------------------------


def _variety(texts: Sequence[str], window: int) -> Variety:
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(unicode_tokens(text))
    once = sum(count == 1 for count in counts.values())
    running = (token for text in texts for token in unicode_tokens(text))
    return Variety(
        counts.total(), len(counts), once / len(counts) if counts else None, window, _mattr(running, window)
    )


def _mattr(tokens: Iterator[str], window: int) -> float | None:
    """The mean share of different tokens over every run of ``window`` tokens."""
    held: deque[str] = deque()
    counts: Counter[str] = Counter()
    total = runs = different = 0
    for token in tokens:
        held.append(token)
        counts[token] += 1
        different += counts[token] == 1
        if len(held) > window:
            gone = held.popleft()
            counts[gone] -= 1
            different -= not counts[gone]
        if len(held) == window:
            total += different
            runs += 1
    return total / runs / window if runs else None


# --- reading level ----------------------------------------------------------------------------------------


def _reading(texts: Sequence[str], languages: Sequence[str]) -> Reading:
    grades: list[float] = []
    too_short = 0
    others: Counter[str] = Counter()
    spans: dict[str, list[float]] = {}
    for text, language in zip(texts, languages, strict=True):
        if not language:
            continue
        if language != "en":
            others[language] += 1
            if language in _SPACELESS_LANGUAGES:
                spans.setdefault(language, []).extend(_sentence_characters(text))
            continue
        grade = reading_grade(text)
        if grade is None:
            too_short += 1
        else:
            grades.append(grade)
    told = ", ".join(f"{count} in {name}" for name, count in sorted(others.items()))
    return Reading(
        summary(grades),
        too_short,
        {language: summary(values) for language, values in sorted(spans.items())},
        f"a reading grade is known for English alone, not for {told}" if told else "",
    )


def reading_grade(text: str) -> float | None:
    """The Flesch-Kincaid grade of English ``text``, from its first 20,000 characters without code; ``None``
    below ten words. Syllables are counted by rule, which errs on some words either way."""
    prose = prose_of(text[:_READ])
    spoken = _ENGLISH_WORD.findall(prose)
    if len(spoken) < _LEAST_WORDS:
        return None
    sentences = max(1, sum(1 for _ in _sentences(prose, _ENGLISH_WORD.search)))
    per_word = sum(_syllables(word.lower()) for word in spoken) / len(spoken)
    return 0.39 * len(spoken) / sentences + 11.8 * per_word - 15.59


def _sentence_characters(text: str) -> list[float]:
    """The mean length of the sentences of one text in characters that a reader counts, as a list of one."""
    counts = [words(sentence) for sentence in _sentences(prose_of(text[:_READ]), words)]
    return [sum(counts) / len(counts)] if counts else []


def _sentences(prose: str, holds: Callable[[str], object]) -> Iterator[str]:
    """Stretches up to a sentence's end or a line's in which ``holds`` finds something."""
    return (part for part in _SENTENCE_END.split(prose) if holds(part))


@lru_cache(maxsize=100_000)
def _syllables(word: str) -> int:
    """Groups of vowels, silent endings off, vowels that part company on."""
    letters = word.replace("’", "").replace("'", "")
    count = len(_VOWELS.findall(letters)) + len(_HIATUS.findall(letters))
    silent = _SILENT_END.search(letters)
    return max(1, count - (silent is not None and not letters.endswith(("ee", "ye")) and count > 1))
