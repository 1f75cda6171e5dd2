"""What a text is made of, in any script: tokens, words, n-grams, scripts, languages, a form for comparison.

Two tokenisers cut a text for ROUGE-L. :func:`rouge_tokens` is that of the ``rouge_score`` package (Lin 2004),
which knows only a to z and 0 to 9: a Chinese sentence has no tokens at all under it. :func:`unicode_tokens`
agrees with it on every ASCII text and counts scripts written without spaces by character.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import regex

from tutelage.errors import MissingExtra

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


def clean(text: str) -> str:
    """``text`` with U+FFFD for each half of a surrogate pair without its other half, which UTF-8 cannot hold;
    whole pairs become their character."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


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


def stemmed(tokens: list[str]) -> list[str]:
    """``tokens`` as the stemmer of ``rouge_score`` leaves them: Porter's, for those of more than 3 letters.

    Raises:
        MissingExtra: nltk is not installed.
    """
    return [_stem(token) if len(token) > 3 else token for token in tokens]


@cache
def _stem(token: str) -> str:
    return str(_stemmer().stem(token))


@cache
def _stemmer() -> Any:
    try:
        from nltk.stem.porter import PorterStemmer  # noqa: PLC0415 - optional, slow to import
    except ImportError as error:
        raise MissingExtra("stemming", extra="fast", package="nltk") from error
    return PorterStemmer()


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


SCRIPTS_OF = {
    **dict.fromkeys(("en", "fr", "de", "es", "it", "pt", "nl"), ("Latin",)),
    "zh": ("Han",),
    "ja": ("Hiragana", "Katakana", "Han"),
    "ko": ("Hangul",),
    "ru": ("Cyrillic",),
    "ar": ("Arabic",),
    "he": ("Hebrew",),
    "el": ("Greek",),
    "hi": ("Devanagari",),
    "th": ("Thai",),
}

# Words that are common in one of these languages and rare in, or absent from, the others.
FUNCTION_WORDS = {
    "en": "the and of is are was were that this with for you your have has not from they which will it "
    "what how why when who or be can would should could their there these those its by about if",
    "fr": "le les des et est une dans pour qui pas sur avec vous nous être sont cette aux mais plus ce au du",
    "de": "der und das ist nicht ein eine zu mit den von für auf sich dem auch wird oder sind einen wir ich",
    "es": "el los las y del una por con para es su lo como más pero sus este está son muy hay ser también",
    "it": "il di che è per un non sono della del gli nel con anche alla dei delle più questo ma si",
    "pt": "o os da em um uma não com para mais dos das ao pelo pela seu sua são você também foi isso",
    "nl": "het een van en dat niet zijn op te voor met aan ook maar naar om dan wordt deze wij je",
}
_LANGUAGES_WITH: dict[str, list[str]] = {}
for _code, _listed in FUNCTION_WORDS.items():
    for _word in _listed.split():
        _LANGUAGES_WITH.setdefault(_word, []).append(_code)

_LETTERS_PER_WORD = {"Han": 1.0, "Hiragana": 1.0, "Katakana": 1.0, "Thai": 1.0, "Hangul": 2.0}
_LETTERS_PER_SPACED_WORD = 5.0
_KANA_IN_JAPANESE = 0.1  # of Han and kana; Chinese has none, Japanese mostly half

# Every pattern is tried from the beginning of a run alone, or looks no further than a line or a thousand
# characters, so that a megabyte without a space (or of nothing but line ends) takes no longer than another.
_CODE = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]+`|\$\$.{1,1000}?\$\$|\$[^$\n]+\$|\\\[.{1,1000}?\\\]|\\\(.{1,1000}?\\\)|"
    r"https?://\S+|<[^<>\n]+>|(?<![\w.%+-])[\w.%+-]++@\S+|(?<![\w-])[\w-]++(?:\.[\w-]++)+",
    re.DOTALL,
)
_BLANK = r"[^\S\n]*+"
_CODE_LINE = re.compile(
    rf"^{_BLANK}(?:(?:def|class|import|from|return|public|private|const|let|var|function|elif|else|try|except|"
    rf"print|SELECT|INSERT|UPDATE|DELETE|CREATE)\b.*[(){{}}:;=,*]|(?:for|if|while)\b.*[:{{]{_BLANK}$|"
    rf"from \S+ import|import \S+$|#include|//|/\*|[{{}}()\[\];,]++{_BLANK}$).*$|"
    rf"^.*[;{{}}]{_BLANK}$|^.*[^=!<>]=[^=].*$|^{_BLANK}[\w.]++\(.*\){_BLANK}$|^.*\\[a-zA-Z]+\{{.*$",
    re.MULTILINE,
)


def prose_of(text: str) -> str:
    """``text`` without code, formulas, addresses and tags."""
    return _CODE_LINE.sub(" ", _CODE.sub(" ", text))


def word_shares(prose: str) -> dict[str, float]:
    """Shares of scripts as :func:`scripts` gives them, by words rather than letters: one Han character
    weighs as much as five Latin letters."""
    weights = {
        name: share / _LETTERS_PER_WORD.get(name, _LETTERS_PER_SPACED_WORD)
        for name, share in scripts(prose).items()
    }
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def language_share(shares: Mapping[str, float], code: str) -> float:
    """The share of the scripts of the language ``code``; Han with kana is Japanese and Han without is
    Chinese."""
    share = sum(shares.get(name, 0.0) for name in SCRIPTS_OF[code])
    kana = shares.get("Hiragana", 0.0) + shares.get("Katakana", 0.0)
    japanese = kana > _KANA_IN_JAPANESE * (kana + shares.get("Han", 0.0))
    if (code == "zh" and japanese) or (code == "ja" and not japanese):
        return 0.0
    return share


def function_words(tokens: Iterable[str]) -> Counter[str]:
    """How many of the case-folded ``tokens`` are function words of each language of
    :data:`FUNCTION_WORDS`."""
    return Counter(code for token in tokens for code in _LANGUAGES_WITH.get(token, ()))


# The scripts that one language alone uses, or nearly so.
_ONE_LANGUAGE = ("zh", "ja", "ko", "he", "el", "th")
_READ = 20_000  # characters of a text from which its language is told
_SURE = 3  # function words that make a text French, say, rather than English with a name in it …
_MARGIN = 1.5  # … this many times as many as English ones


def language_of(text: str) -> str:
    """The language that most of the prose of ``text`` is in: a code such as ``en`` or ``zh``; where only the
    script can be told, its name (``Cyrillic script``; ``Latin script`` for a text with no function word); an
    empty string where there is no letter."""
    prose = prose_of(text[:_READ])
    shares = word_shares(prose)
    if not shares:
        prose = text[:_READ]  # nothing but code, say: the names in it are better than nothing
        shares = word_shares(prose)
    if not shares:
        return ""
    by_name = {code: language_share(shares, code) for code in _ONE_LANGUAGE}
    apart = {script for code in _ONE_LANGUAGE for script in SCRIPTS_OF[code]}
    by_name |= {f"{script} script": share for script, share in shares.items() if script not in apart}
    name = max(by_name, key=by_name.__getitem__)
    return _latin(prose) if name == "Latin script" else name


def _latin(prose: str) -> str:
    """The language of prose in Latin letters; English, by far the commonest, is told by one word."""
    hits = function_words(unicode_tokens(prose))
    english = hits.pop("en", 0)
    code, most = max(hits.items(), key=lambda each: each[1], default=("", 0))
    if most >= _SURE and most > _MARGIN * english:
        return code
    return "en" if english else "Latin script"
