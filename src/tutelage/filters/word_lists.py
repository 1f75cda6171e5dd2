"""Lists of words in files, and one pattern that finds any of them.

Words are compared after NFKC and case folding. A word that starts or ends with a letter or digit of a spaced
script must stand alone there (``cat`` is not in ``concatenate``); Chinese, Japanese and Thai words match
anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import regex

from tutelage.errors import BadInput
from tutelage.text import SPACED_LETTER, normalise

EXPRESSION = "re:"  # what a line begins with that is a regular expression
PATIENCE = 5.0  # seconds for one search with expressions: one that needs more would never come back

_SPACED = regex.compile(SPACED_LETTER, regex.V1)


def read_list(name: str, key: str) -> list[str]:
    """The lines of the file ``name``, remarks (``#``) and empty ones aside; ``key`` is the setting's name.

    Raises:
        BadInput: the file cannot be read, is not UTF-8, or holds no word.
    """
    try:
        lines = Path(name).read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise BadInput(
            f"the word list '{name}' cannot be read: {error.strerror}",
            where=key,
            remedy="give a text file",
        ) from error
    except UnicodeDecodeError as error:
        bad = error.object[error.start]
        raise BadInput(
            f"the word list '{name}' is not UTF-8: byte 0x{bad:02x} at offset {error.start}",
            where=key,
            remedy="save the file as UTF-8",
        ) from error
    found = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not found:
        raise BadInput(f"the word list '{name}' holds no word", where=key, remedy="write one word a line")
    return found


def unique(listed: Iterable[str]) -> tuple[str, ...]:
    """``listed`` normalised, each word once, in order; what becomes empty is left out."""
    return tuple(dict.fromkeys(word for each in listed if (word := normalise(each))))


def any_of(listed: Iterable[str]) -> regex.Pattern[str]:
    """A pattern for normalised text; the longest word is tried first, so that it is the one named."""
    return regex.compile("|".join(map(_alone, sorted(listed, key=len, reverse=True))), regex.V1)


class Entries:
    """Entries of a list: words, and regular expressions behind ``re:``. ``key`` names the list in errors.

    Raises:
        BadInput: an expression that is none.
    """

    def __init__(self, listed: Sequence[str], key: str) -> None:
        expressions = [each for each in listed if each.startswith(EXPRESSION)]
        found = unique(each for each in listed if not each.startswith(EXPRESSION))
        self._key = key
        self._words = any_of(found) if found else None
        self._expressions = [(each, _compiled(each, key)) for each in dict.fromkeys(expressions)]

    def find(self, text: str) -> tuple[str, str] | None:
        """The first entry that normalised ``text`` holds and what it matched; words come before expressions.

        Raises:
            BadInput: an expression takes longer than :data:`PATIENCE`.
        """
        found = self._words.search(text) if self._words else None
        if found:
            return found.group(), found.group()
        for entry, pattern in self._expressions:
            try:
                found = pattern.search(text, timeout=PATIENCE)
            except TimeoutError as error:
                raise BadInput(
                    f"an expression takes longer than {PATIENCE:g} s on a text of {len(text):,} characters",
                    where=f"{self._key}: {entry}",
                    remedy="write it without repetitions inside repetitions",
                ) from error
            if found and found.group():
                return entry, found.group()
        return None


def _compiled(entry: str, key: str) -> regex.Pattern[str]:
    """The expression of ``entry``. It meets normalised text, so letter case never counts."""
    try:
        return regex.compile(entry.removeprefix(EXPRESSION).strip(), regex.V1 | regex.IGNORECASE)
    except regex.error as error:
        raise BadInput(
            f"this is not a regular expression: {error}",
            where=f"{key}: {entry}",
            remedy="correct it, or leave 're:' out to match the text as it stands",
        ) from error


def _alone(word: str) -> str:
    """``word`` as a pattern, with word borders at those ends that stand beside spaces in their script."""
    before = rf"(?<!{SPACED_LETTER})" if _SPACED.match(word[0]) else ""
    after = rf"(?!{SPACED_LETTER})" if _SPACED.match(word[-1]) else ""
    return f"{before}{regex.escape(word)}{after}"
