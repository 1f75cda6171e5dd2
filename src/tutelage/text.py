"""What a text is made of, in any script: tokens, words, n-grams, scripts, and a form for comparison.

Two tokenisers cut a text for ROUGE-L. :func:`rouge_tokens` is that of the ``rouge_score`` package (Lin 2004),
which knows only a to z and 0 to 9: a Chinese sentence has no tokens at all under it. :func:`unicode_tokens`
agrees with it on every ASCII text and counts scripts written without spaces by character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

import regex

# Scripts that put no space between words: one character, with its marks, is one token. The prolonged
# sound mark belongs to no single script but always stands inside kana.
_SPACELESS = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー"
_CHARACTER = rf"[[{_SPACELESS}]&&[\p{{L}}\p{{N}}]]\p{{M}}*"
# One letter, mark or digit of a script with spaces; a pattern for ``regex.compile(…, regex.V1)``.
SPACED_LETTER = rf"[[\p{{L}}\p{{M}}\p{{N}}]--[[{_SPACELESS}]&&[\p{{L}}\p{{N}}]]]"

_ROUGE_TOKEN = re.compile(r"[a-z0-9]+")
_UNICODE_TOKEN = regex.compile(rf"{_CHARACTER}|{SPACED_LETTER}+", regex.V1)
_WORD = regex.compile(rf"{_CHARACTER}|{SPACED_LETTER}+(?:['’\-_]{SPACED_LETTER}+)*", regex.V1)
_ASCII_WORD = re.compile(r"[A-Za-z0-9]+(?:['\-_][A-Za-z0-9]+)*")

# Invisible characters that change no reading: soft hyphen, zero-width space, word joiner, byte order mark.
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))

SCRIPTS = (
    "Latin",
    "Han",
    "Hiragana",
    "Katakana",
    "Hangul",
    "Cyrillic",
    "Greek",
    "Arabic",
    "Hebrew",
    "Devanagari",
    "Thai",
)
_SCRIPT_RUN = regex.compile(
    "|".join(rf"(?P<{name}>\p{{{name}}}+)" for name in SCRIPTS) + r"|(?P<Other>\p{L})"
)
_ASCII_LETTER = re.compile(r"[A-Za-z]")


def _folded(text: str) -> str:
    """NFKC and case folding, carried far enough that folding again changes nothing (Unicode 3.13, X9)."""
    once = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFKC", once.casefold())


def normalise(text: str) -> str:
    """``text`` for exact comparison: NFKC, case and white space folded, invisible characters dropped."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(_folded(text.translate(_INVISIBLE)).split())


def rouge_tokens(text: str) -> list[str]:
    """The tokens of ``rouge_score`` 0.1.2 without stemmer: runs of a-z and 0-9 in the lower-cased text.

    Everything else separates, so ``café`` gives ``caf`` and Chinese gives nothing.
    """
    return _ROUGE_TOKEN.findall(text.lower())


def unicode_tokens(text: str) -> list[str]:
    """Tokens in any script: one per Han, kana, Thai, Lao, Khmer or Myanmar character with its marks, else
    runs of letters, marks and digits, after NFKC and case folding. Equal to :func:`rouge_tokens` on ASCII."""
    if text.isascii():
        return _ROUGE_TOKEN.findall(text.lower())
    return _UNICODE_TOKEN.findall(_folded(text))


def words(text: str) -> int:
    """How many words a reader would count: spaced words (``don't`` and ``well-known`` are one each) plus the
    characters of scripts without spaces. Punctuation, symbols and emoji count nothing."""
    pattern = _ASCII_WORD if text.isascii() else _WORD
    return sum(1 for _ in pattern.finditer(text))


def counted(number: int, unit: str) -> str:
    """``number`` of ``unit``, an English noun in its singular: ``1 row``, ``1,200 rows``."""
    return f"{number:,} {unit}{'' if number == 1 else 's'}"


def ngrams(tokens: Sequence[str], n: int) -> Iterator[tuple[str, ...]]:
    """Every run of ``n`` consecutive tokens, in order; none where there are fewer than ``n``."""
    return zip(*(tokens[start:] for start in range(n)), strict=False)


def scripts(text: str) -> dict[str, float]:
    """The share of each script (a name of :data:`SCRIPTS`, or ``Other``) among the letters of ``text``.

    Shares sum to 1; a text without letters gives an empty mapping.
    """
    if text.isascii():
        return {"Latin": 1.0} if _ASCII_LETTER.search(text) else {}
    counts: dict[str, int] = {}
    for run in _SCRIPT_RUN.finditer(text):
        name = run.lastgroup or "Other"
        counts[name] = counts.get(name, 0) + len(run.group())
    total = sum(counts.values())
    return {name: count / total for name, count in counts.items()}
