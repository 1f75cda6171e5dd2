"""Rows in another language than was asked for.

No model: the script decides between, say, English and Chinese, and the commonest function words between
languages of one alphabet. Code, mathematics, addresses and markup are set aside first. Where too little prose
is left to tell, the row is kept.
"""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from tutelage.errors import BadInput, nearest
from tutelage.filters.filter import Filter, Gate
from tutelage.records import KEPT, Example, Verdict
from tutelage.text import (
    FUNCTION_WORDS,
    SCRIPTS_OF,
    function_words,
    language_share,
    prose_of,
    unicode_tokens,
    word_shares,
    words,
)

_LEAST = 8  # words of prose (or characters) below which a language cannot be told
_LEAST_HITS = 4  # function words of another language that must speak against the expected one …
_MARGIN = 1.5  # … this many times as often as words of the expected one
_FOREIGN_QUESTION = 0.1  # expected share in a question about another language

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
    memory: ClassVar[bool] = False

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
        share = max(language_share(shares, code) for code in self._expected)
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
        expected = [code for code in self._expected if code in FUNCTION_WORDS]
        if not expected:
            return ""
        hits = function_words(unicode_tokens(prose))
        code, most = max(hits.items(), key=lambda each: each[1], default=("", 0))
        own = max(hits[each] for each in expected)
        return code if code not in expected and most >= _LEAST_HITS and most > _MARGIN * own else ""
