"""Rows in another language than was asked for.

No model: the script decides between, say, English and Chinese, and the commonest function words between
languages of one alphabet. Code, mathematics, addresses and markup are set aside first. Where too little prose
is left to tell, the row is kept.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from tutelage.errors import BadInput, nearest
from tutelage.filters.filter import Filter, Gate
from tutelage.records import KEPT, Example, Verdict
from tutelage.text import scripts, unicode_tokens, words

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
_FUNCTION_WORDS = {
    "en": "the and of is are was were that this with for you your have has not from they which will it",
    "fr": "le les des et est une dans pour qui pas sur avec vous nous être sont cette aux mais plus ce au du",
    "de": "der und das ist nicht ein eine zu mit den von für auf sich dem auch wird oder sind einen wir ich",
    "es": "el los las y del una por con para es su lo como más pero sus este está son muy hay ser también",
    "it": "il di che è per un non sono della del gli nel con anche alla dei delle più questo ma si",
    "pt": "o os da em um uma não com para mais dos das ao pelo pela seu sua são você também foi isso",
    "nl": "het een van en dat niet zijn op te voor met aan ook maar naar om dan wordt deze wij je",
}
_LANGUAGE_OF: dict[str, list[str]] = {}
for _code, _listed in _FUNCTION_WORDS.items():
    for _word in _listed.split():
        _LANGUAGE_OF.setdefault(_word, []).append(_code)

_LEAST = 8  # words of prose (or characters) below which a language cannot be told
_LEAST_HITS = 4  # function words of another language that must speak against the expected one …
_MARGIN = 1.5  # … this many times as often as words of the expected one
_LETTERS_PER_WORD = {"Han": 1.0, "Hiragana": 1.0, "Katakana": 1.0, "Thai": 1.0, "Hangul": 2.0}
_LETTERS_PER_SPACED_WORD = 5.0
_KANA_IN_JAPANESE = 0.1  # of Han and kana; Chinese has none, Japanese mostly half
_FOREIGN_QUESTION = 0.1  # expected share in a question about another language

# Every alternative is linear in the text: a repetition starts once in a run of what it repeats, stops where
# another of its kind would start, and no blank at the start or end of a line runs on into the next.
_CODE = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]+`|\$\$.+?\$\$|\$[^$\n]+\$|(?<!\\)\\\[(?:(?!(?<!\\)\\\[).)+?\\\]|"
    r"\\\((?:(?!\\\().)+?\\\)|https?://\S+|<[^<>\n]+>|(?<![\w.%+-])[\w.%+-]++@\S+|"
    r"(?<![\w-])-*+(?=\w)[\w-]++(?:\.[\w-]+)+\b",
    re.DOTALL,
)
_CODE_LINE = re.compile(
    r"^[^\S\n]*+(?:(?:def|class|import|from|return|public|private|const|let|var|function|elif|else|try|except|"
    r"print|SELECT|INSERT|UPDATE|DELETE|CREATE)\b.*[(){}:;=,*]|(?:for|if|while)\b.*[:{][^\S\n]*$|"
    r"from \S+ import|import \S+$|#include|//|/\*|[{}()\[\];,]+[^\S\n]*$).*$|"
    r"^.*[;{}][^\S\n]*$|^.*[^=!<>]=[^=].*$|^[^\S\n]*+[\w.]+\(.*\)[^\S\n]*$|^.*\\[a-zA-Z]+\{.*$",
    re.MULTILINE,
)
_ABOUT_LANGUAGES = re.compile(
    r"translat|\b(?:english|chinese|mandarin|cantonese|french|german|spanish|italian|portuguese|dutch|russian|"
    r"japanese|korean|arabic|hebrew|greek|hindi|thai|latin|bilingual|multilingual|language)\b|"
    r"翻译|译成|译为|双语|[英中法德日韩俄汉外]文|[英汉法德日韩俄外]语|西班牙语|葡萄牙语|意大利语|阿拉伯语|希腊语|荷兰语",
    re.IGNORECASE,
)


def _codes(value: object) -> object:
    """One code stands for a list of one."""
    return (value,) if isinstance(value, str) else value


class Language(Filter):
    """Settings of the filter ``language``.

    A row passes in any of the expected languages. Its answer is not judged where the question is about
    languages (a translation, a vocabulary list).
    """

    kind: ClassVar[str] = "language"

    language: Annotated[tuple[str, ...], BeforeValidator(_codes)] = Field(
        default=("en", "zh"), min_length=1, description="one code or a list of the expected languages"
    )
    share: float = Field(
        default=0.5, gt=0, le=1, description="least share of prose in scripts of those languages"
    )

    def model_post_init(self, context: object, /) -> None:
        """Refuse a language that cannot be checked, rather than keep everything."""
        for code in self.language:
            if code not in SCRIPTS_OF:
                raise BadInput(
                    f"the language '{code}' cannot be checked",
                    where="language.language",
                    remedy=nearest(code, SCRIPTS_OF),
                )

    def start(self) -> Gate:
        """A gate without memory."""
        return _LanguageGate(self)


class _LanguageGate(Gate):
    def __init__(self, settings: Language) -> None:
        self._expected = settings.language
        self._share = settings.share

    def judge(self, example: Example) -> Verdict:
        """Refuse with reason ``off_language`` and the share of the expected scripts."""
        foreign = bool(_ABOUT_LANGUAGES.search(example.asked))
        verdict = self._of(example.asked, "instruction", _FOREIGN_QUESTION if foreign else self._share)
        answers = [] if foreign else [each.content for each in example.messages if each.role == "assistant"]
        for answer in answers:
            if verdict.keep:
                verdict = self._of(answer, "answer", self._share)
        return verdict

    def _of(self, text: str, part: str, least: float) -> Verdict:
        prose = prose_of(text)
        shares = word_shares(prose)
        if not shares or words(prose) < _LEAST:
            return KEPT
        share = max(_expected_share(shares, code) for code in self._expected)
        names = ", ".join(self._expected)
        if share < least:
            main = max(shares, key=shares.__getitem__)
            return Verdict(
                False, "off_language", share, f"{part}: {shares[main]:.0%} {main}, expected {names}"
            )
        other = self._other_alphabetic(prose) if least == self._share else ""
        if other:
            return Verdict(False, "off_language", 0.0, f"{part}: reads like {other}, expected {names}")
        return KEPT

    def _other_alphabetic(self, prose: str) -> str:
        """A language of the Latin alphabet whose function words outweigh those of the expected ones."""
        expected = [code for code in self._expected if code in _FUNCTION_WORDS]
        if not expected:
            return ""
        hits = Counter(code for token in unicode_tokens(prose) for code in _LANGUAGE_OF.get(token, ()))
        code, most = max(hits.items(), key=lambda each: each[1], default=("", 0))
        own = max(hits[each] for each in expected)
        return code if code not in expected and most >= _LEAST_HITS and most > _MARGIN * own else ""


def prose_of(text: str) -> str:
    """``text`` without code, formulas, addresses and tags."""
    return _CODE_LINE.sub(" ", _CODE.sub(" ", text))


def word_shares(prose: str) -> dict[str, float]:
    """Shares of scripts as :func:`tutelage.text.scripts` gives them, by words rather than letters: one Han
    character weighs as much as five Latin letters."""
    weights = {
        name: share / _LETTERS_PER_WORD.get(name, _LETTERS_PER_SPACED_WORD)
        for name, share in scripts(prose).items()
    }
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def _expected_share(shares: dict[str, float], code: str) -> float:
    """The share of the scripts of ``code``; Han with kana is Japanese and Han without is Chinese."""
    share = sum(shares.get(name, 0.0) for name in SCRIPTS_OF[code])
    kana = shares.get("Hiragana", 0.0) + shares.get("Katakana", 0.0)
    japanese = kana > _KANA_IN_JAPANESE * (kana + shares.get("Han", 0.0))
    if (code == "zh" and japanese) or (code == "ja" and not japanese):
        return 0.0
    return share
