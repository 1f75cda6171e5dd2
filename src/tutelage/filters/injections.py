"""Low-effort answers put in place of true ones, on purpose and with labels: to calibrate the filter
``shirker``, to try it, and to see what such answers do to a student (Kaur et al. 2024).

Every kind is made without a model. What is drawn for a row depends on the seed, the kind and the row's id
alone, so that the same row is spoiled in the same way whatever stands beside it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import regex

from tutelage.draw import draw
from tutelage.errors import BadInput, nearest
from tutelage.filters import injection_texts as texts
from tutelage.filters.injection_texts import Language, Variants
from tutelage.records import Example, Message
from tutelage.text import scripts, words

Shirk = Literal["truncate", "refuse", "generic", "short", "restate", "evade", "template", "filler"]
KINDS: tuple[Shirk, ...] = get_args(Shirk)

_FEWEST_TO_SHORTEN = 12  # words; a shorter answer that is cut may be a whole one
_CUT = (0.2, 0.85)  # share of an answer that is left when it is cut off
_FILLER_SENTENCES = (8, 24)
_HAN_SHARE = 0.3
_FIRST_CLAUSE = regex.compile(r"^\W*(?:\S+\s+){2,5}\S+|^[^\s。，！？]{3,8}")
_TOPIC_EN = regex.compile(r"\b\p{L}[\p{L}'-]{4,}(?:\s\p{L}[\p{L}'-]{4,}){0,2}")
_TOPIC_ZH = regex.compile(r"\p{Han}{3,8}")
_OTHER_PERSON = {"i": "you", "my": "your", "me": "you", "we": "you", "our": "your", "i'm": "you're"}
_TEXTS = {
    "refuse": texts.REFUSALS,
    "generic": texts.STOCK,
    "restate": texts.RESTATEMENTS,
    "evade": texts.EVASIONS,
    "template": texts.TEMPLATES,
}


@dataclass(frozen=True, slots=True)
class Injected:
    """Rows in their old order, and for the id of every spoiled one the kind it was spoiled with."""

    examples: tuple[Example, ...]
    kinds: Mapping[str, Shirk]


def inject(
    examples: Sequence[Example],
    *,
    share: float,
    kinds: Sequence[str] = KINDS,
    seed: int = 0,
    variants: Variants = "test",
) -> Injected:
    """``examples`` with ``share`` of them (0 to 1, rounded) spoiled, the kinds dealt out evenly.

    A row that a kind cannot spoil (its answer is too short to be cut) is passed over for another; where too
    few rows remain, fewer are spoiled. Ids stay as they were.

    Raises:
        BadInput: an unknown kind, or a share outside 0 to 1.
    """
    wanted = _checked(share, kinds)
    order = list(range(len(examples)))
    draw(seed, "injections/order").shuffle(order)
    spoiled: dict[int, Example] = {}
    labels: dict[str, Shirk] = {}
    count = round(share * len(examples))
    for place in order:
        if len(spoiled) == count:
            break
        kind = wanted[len(spoiled) % len(wanted)]
        bad = spoil(examples[place], kind, seed=seed, variants=variants)
        if bad is not None:
            spoiled[place] = bad
            labels[bad.id] = kind
    return Injected(tuple(spoiled.get(place, each) for place, each in enumerate(examples)), labels)


def spoil(example: Example, kind: Shirk, *, seed: int = 0, variants: Variants = "test") -> Example | None:
    """``example`` with a low-effort last answer of ``kind``, or None where that kind cannot be made of it."""
    chance = draw(seed, f"injections/{variants}/{kind}/{example.id}")
    language = _language(example.instruction)
    if kind in ("truncate", "short") and words(example.output) < _FEWEST_TO_SHORTEN:
        return None
    if kind == "truncate":
        answer = _cut(example.output, chance)
    elif kind == "short":
        answer = _shortened(example.output, chance, variants, language)
    elif kind == "filler":
        answer = _long_and_empty(example.instruction, chance, variants, language)
    else:
        answer = _filled(
            chance.choice(_TEXTS[kind][variants][language]), example.instruction, chance, language
        )
    return _with_answer(example, answer)


def _checked(share: float, kinds: Sequence[str]) -> tuple[Shirk, ...]:
    if not 0 <= share <= 1:
        raise BadInput(f"the share {share} of spoiled rows is not between 0 and 1", remedy="use 0.2 for 20 %")
    for kind in kinds:
        if kind not in KINDS:
            raise BadInput(f"there is no injection called '{kind}'", remedy=nearest(kind, KINDS))
    wanted = tuple(kind for kind in KINDS if kind in kinds)
    if not wanted:
        raise BadInput("no kind of injection is named", remedy=f"name some of {', '.join(KINDS)}")
    return wanted


def _language(question: str) -> Language:
    return "zh" if scripts(question).get("Han", 0.0) >= _HAN_SHARE else "en"


def _cut(answer: str, chance: random.Random) -> str:
    """What a limit of tokens leaves: the answer up to some character, in mid-word as often as not."""
    return answer[: max(1, round(len(answer) * chance.uniform(*_CUT)))].rstrip()


def _shortened(answer: str, chance: random.Random, variants: Variants, language: Language) -> str:
    """A stub, or the first few words of the true answer closed as if they were all."""
    clause = _FIRST_CLAUSE.match(answer)
    if clause is None or chance.random() < 0.5:
        return chance.choice(texts.STUBS[variants][language])
    return clause.group().rstrip(" .,;:!?，。！？：") + ("。" if language == "zh" else ".")


def _long_and_empty(question: str, chance: random.Random, variants: Variants, language: Language) -> str:
    stop, between = ("。", "") if language == "zh" else (".", " ")
    parts = [each[variants][language] for each in (texts.OPENINGS, texts.SUBJECTS, texts.PREDICATES)]
    sentences = []
    for _ in range(chance.randint(*_FILLER_SENTENCES)):
        sentence = _filled(
            "".join([*map(chance.choice, parts[:1]), chance.choice(parts[1])]), question, chance, language
        )
        sentence = f"{sentence}{between}{chance.choice(parts[2])}{stop}"
        sentences.append(sentence[0].upper() + sentence[1:])
    breaks = ["\n\n" if chance.random() < 0.2 else between for _ in sentences]
    return "".join(part for pair in zip(sentences, breaks, strict=True) for part in pair).strip()


def _filled(text: str, question: str, chance: random.Random, language: Language) -> str:
    found = (_TOPIC_ZH if language == "zh" else _TOPIC_EN).findall(question)
    topic = chance.choice(found) if found else ("这件事" if language == "zh" else "this")
    asked = question.strip() if language == "zh" else _seen_from_outside(question.strip())
    filled = text.replace("{topic}", topic).replace("{question}", asked)
    return filled[:1].upper() + filled[1:]


def _seen_from_outside(question: str) -> str:
    """The question as another repeats it: ``my`` becomes ``your``."""
    return " ".join(_OTHER_PERSON.get(word.lower(), word) for word in question.split(" "))


def _with_answer(example: Example, answer: str) -> Example:
    messages = list(example.messages)
    for place in range(len(messages) - 1, -1, -1):
        if messages[place].role == "assistant":
            messages[place] = Message("assistant", answer)
            return replace(example, messages=tuple(messages))
    return replace(example, messages=(*messages, Message("assistant", answer)))
