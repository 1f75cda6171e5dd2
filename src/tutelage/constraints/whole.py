"""What an answer is as a whole: its language, one JSON object, its first and its last words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any

from pydantic import Field, field_validator

from tutelage.constraints.rule import Finding, Parameters, Rule, Subject, lists
from tutelage.errors import nearest
from tutelage.replies import unfence
from tutelage.text import SCRIPTS_OF, normalise, scripts, unicode_tokens

# Languages that their script gives away. Those that share one (French, German) would need a model.
TOLD_BY_SCRIPT = ("en", "zh", "ja", "ko", "ru", "ar", "he", "el", "hi", "th")
_SHARE = 0.5  # of the words of an answer that must be in the wanted language's script
_KANA = 0.1  # of Han and kana: above it a text is Japanese, below it Chinese
_QUOTES = "\"'“”‘’「」『』*_` \n\t"


class AnswerLanguage(Parameters):
    """A language code."""

    language: str

    @field_validator("language")
    @classmethod
    def _known(cls, code: str) -> str:
        if code not in TOLD_BY_SCRIPT:
            raise ValueError(
                f"the language '{code}' cannot be told by its script; {nearest(code, TOLD_BY_SCRIPT)}"
            )
        return code

    def slots(self, language: str) -> Mapping[str, Any]:
        """The name of the language, in the language of the question."""
        return {"name": lists(language)["languages"][self.language]}


class Keys(Parameters):
    """Keys of a JSON object."""

    keys: tuple[str, ...] = ()


class Phrase(Parameters):
    """A phrase, word for word."""

    phrase: str = Field(min_length=1)


def language_shares(text: str) -> dict[str, float]:
    """The share of each script among the words of ``text``; a Han character or a kana is a word."""
    counts = Counter(
        max(found, key=found.__getitem__) for word in unicode_tokens(text) if (found := scripts(word))
    )
    total = sum(counts.values())
    return {name: count / total for name, count in counts.items()}


def _language(answer: str, wanted: AnswerLanguage) -> Finding:
    shares = language_shares(answer)
    share = sum(shares.get(name, 0.0) for name in SCRIPTS_OF[wanted.language])
    kana = shares.get("Hiragana", 0.0) + shares.get("Katakana", 0.0)
    japanese = kana > _KANA * (kana + shares.get("Han", 0.0))
    if (wanted.language == "zh" and japanese) or (wanted.language == "ja" and not japanese):
        share = 0.0
    return Finding(
        share >= _SHARE,
        f"{share:.0%} {wanted.language}",
        f"{share:.0%} of the words look like '{wanted.language}', wanted at least {_SHARE:.0%}",
    )


def _json(answer: str, wanted: Keys) -> Finding:
    """The whole answer, a code fence around it aside, is one object with at least the wanted keys."""
    try:
        found = json.loads(unfence(answer.strip()))
    except (ValueError, RecursionError) as error:
        return Finding(False, "no JSON", f"the answer is no JSON: {error}")
    if not isinstance(found, dict):
        return Finding(False, type(found).__name__, "the answer is JSON, but no object")
    missing = [key for key in wanted.keys if key not in found]
    told = ", ".join(found)
    return Finding(not missing, told, f"keys: {told}; missing: {', '.join(missing) or 'none'}")


def _edge(text: str) -> str:
    return normalise(text.strip(_QUOTES))


def _start(answer: str, wanted: Phrase) -> Finding:
    begins = answer.strip()[: len(wanted.phrase) + 20]
    met = _edge(answer).startswith(_edge(wanted.phrase))
    return Finding(met, begins, f"begins {begins!r}, wanted {wanted.phrase!r}")


def _end(answer: str, wanted: Phrase) -> Finding:
    ends = answer.strip()[-len(wanted.phrase) - 20 :]
    met = _edge(answer).endswith(_edge(wanted.phrase))
    return Finding(met, ends, f"ends {ends!r}, wanted {wanted.phrase!r}")


def _draw_language(chance: Random, subject: Subject) -> AnswerLanguage | None:
    offered = subject.languages or tuple(each for each in ("en", "zh") if each != subject.language)
    others = [code for code in offered if code != subject.language]
    return AnswerLanguage(language=chance.choice(others)) if others else None


def _draw_json(chance: Random, subject: Subject) -> Keys:
    return Keys(keys=tuple(chance.sample(subject.listed("keys"), chance.randint(2, 3))))


def _draw_phrase(chance: Random, subject: Subject, name: str) -> Phrase | None:
    taken = [normalise(each) for each in subject.taken]
    free = [each for each in subject.listed(name) if not any(word in normalise(each) for word in taken)]
    return Phrase(phrase=chance.choice(free)) if free else None


def _draw_start(chance: Random, subject: Subject) -> Phrase | None:
    return _draw_phrase(chance, subject, "start")


def _draw_end(chance: Random, subject: Subject) -> Phrase | None:
    return _draw_phrase(chance, subject, "end")


RULES = (
    Rule("language", AnswerLanguage, _language, _draw_language),
    Rule("json", Keys, _json, _draw_json),
    Rule("start", Phrase, _start, _draw_start),
    Rule("end", Phrase, _end, _draw_end),
)
