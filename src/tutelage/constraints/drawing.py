"""Constraints for one answer, drawn so that one answer can keep to all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random

from tutelage.constraints.constraint import FAMILIES, RULES, Constraint
from tutelage.constraints.rule import Subject
from tutelage.draw import draw

_LISTS = ("format_bullets", "format_numbered", "format_paragraphs")
_LENGTHS = tuple(kind for kind in RULES if kind.startswith("length"))
_FORMATS = tuple(kind for kind in RULES if kind.startswith("format"))
_KEYWORDS = tuple(kind for kind in RULES if kind.startswith("keywords"))
# A kind, and those that cannot stand beside it in one answer.
_NOT_BESIDE: dict[str, tuple[str, ...]] = {
    "json": (*_FORMATS, "start", "end", "length_sentences", "language", "keywords_forbid"),
    "language": ("length_words", "length_characters", "format_lower_case", *_KEYWORDS, "start", "end"),
    "format_title": ("format_lower_case", "format_paragraphs", "start", "length_sentences"),
    "format_lower_case": ("format_upper_case", "start", "end"),
    "format_upper_case": ("language", "format_title", "start", "end"),
    "format_quoted": ("format_title", *_LISTS, "start", "end"),
    **dict.fromkeys(_LISTS, (*_LISTS, "length_sentences")),
    **dict.fromkeys(_LENGTHS, _LENGTHS),
}


def compatible(one: str, other: str) -> bool:
    """Whether one answer can be asked for both kinds; no kind stands beside itself."""
    return one != other and other not in _NOT_BESIDE.get(one, ()) and one not in _NOT_BESIDE.get(other, ())


def expanded(kinds: Iterable[str], language: str) -> list[str]:
    """Kinds and families (``length`` for all its kinds) as kinds that ``language`` has, in a fixed order."""
    wanted = set(kinds)
    return [
        kind
        for kind, rule in RULES.items()
        if (kind in wanted or rule.family in wanted) and language in rule.languages
    ]


def most_at_once(kinds: Sequence[str], enough: int) -> int:
    """How many of ``kinds`` one answer can keep to together, looked for up to ``enough``."""
    if enough <= 0 or not kinds:
        return 0
    best = 0
    for number, kind in enumerate(kinds):
        beside = [each for each in kinds[number + 1 :] if compatible(kind, each)]
        best = max(best, 1 + most_at_once(beside, enough - 1))
        if best >= enough:
            break
    return best


def draw_constraints(
    seed: int, place: str, kinds: Iterable[str], count: int, language: str, *, about: Subject | None = None
) -> tuple[Constraint, ...]:
    """``count`` compatible constraints for the answer at ``place``; fewer only where no more can be had.

    A family is drawn first and one of its kinds then, so that many formats do not crowd out one JSON.
    ``about`` holds the question, an answer to suit, and the user's own words.
    """
    chance = draw(seed, place)
    subject = replace(about or Subject(), language=language)
    chosen: list[Constraint] = []
    open_kinds = expanded(kinds, language)
    while open_kinds and len(chosen) < count:
        kind = _next(chance, open_kinds, count - len(chosen))
        drawn = RULES[kind].draw(chance, subject)
        if drawn is None:
            open_kinds.remove(kind)
            continue
        chosen.append(Constraint(kind, drawn.model_dump()))
        subject = replace(subject, taken=(*subject.taken, *_texts(chosen[-1])))
        open_kinds = [each for each in open_kinds if compatible(kind, each)]
    return tuple(chosen)


def _next(chance: Random, kinds: Sequence[str], wanted: int) -> str:
    """A kind after which as many can still follow as after any other, up to ``wanted`` with it."""
    room = {
        kind: most_at_once([each for each in kinds if compatible(kind, each)], wanted - 1) for kind in kinds
    }
    best = [kind for kind in kinds if room[kind] == max(room.values())]
    families = [family for family in FAMILIES if any(RULES[kind].family == family for kind in best)]
    family = chance.choice(families)
    return chance.choice([kind for kind in best if RULES[kind].family == family])


def _texts(constraint: Constraint) -> list[str]:
    """The words and phrases that a constraint names."""
    named = constraint.parameters
    return [
        *named.get("words", ()),
        *named.get("keys", ()),
        *(named[k] for k in ("word", "phrase") if k in named),
    ]
