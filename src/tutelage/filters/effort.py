"""How little effort an answer shows: features from 0 (none of it) to 1 (as bad as it gets), without a model.

Each feature grows with the fault it names, so a model with weights that are not negative can say which fault
spoke most. What an answer owes depends on its question: :func:`tutelage.filters.asked.expected_words`.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

from tutelage.filters import hollow, phrases
from tutelage.filters.asked import expected_words, says_again
from tutelage.filters.endings import open_end
from tutelage.filters.turns import Turn
from tutelage.text import language_of, ngrams, unicode_tokens, words

Feature = Literal[
    "refusal",
    "declined",
    "short",
    "little",
    "stock",
    "evasion",
    "open_end",
    "restated",
    "alike",
    "common",
]
NAMES: tuple[Feature, ...] = get_args(Feature)
# These read no list of words; the others are 0 in a language without lists.
LANGUAGE_FREE: frozenset[Feature] = frozenset({"open_end", "restated", "alike"})

_READ = 12_000  # characters of an answer whose words are read
_TAIL = 3_000  # characters at the end from which the habit of its lines is read
_ANY = 1.0  # weight of words that a question without demand still owes
_DEMANDING = 60.0  # expected words from which a question demands all it can
_BRIEF = 60.0  # words up to which a refusal is the whole answer
_SHORT = 0.3  # share of the expected words from which an answer is long enough
_NEW_A_WORD = 0.3  # content words that an answer of so many expected words should add
_COMMON = (0.62, 0.92)  # share of common words: as honest prose may have it, and at its worst
_COPIED = (0.4, 0.85)  # share of the answer that the question had before: usual, and at its worst
_COPIED_RUN = 3


def language(turn: Turn) -> str:
    """``en`` or ``zh`` where the lists can be used, else the name of the language or script of the turn."""
    found = language_of(turn.instruction) or language_of(turn.answer)
    return "en" if found in ("", "Latin script") else found


def features(turn: Turn, alike: float, *, listed: bool = True) -> dict[Feature, float]:
    """Every feature of :data:`NAMES` for one turn.

    ``alike`` is the answer's resemblance to earlier ones (0 to 1); without ``listed`` only the features of
    :data:`LANGUAGE_FREE` are measured, the rest being 0.
    """
    answer = turn.answer[:_READ]
    length = words(answer)
    expected = expected_words(turn.instruction[:_READ])
    demand = min(1.0, math.log1p(expected - _ANY) / math.log1p(_DEMANDING))
    copied = _copied(turn.instruction[:_READ], answer)
    measured: dict[Feature, float] = dict.fromkeys(NAMES, 0.0)
    measured["open_end"] = 1.0 if turn.finish == "length" else open_end(turn.answer[-_TAIL:])
    if not says_again(turn.instruction[:_READ]):
        measured["restated"] = _ramp(copied, *_COPIED) * demand
    measured["alike"] = alike
    if listed:
        measured |= _lexical(turn, answer, length, expected, demand)
    return measured


def _lexical(turn: Turn, answer: str, length: int, expected: float, demand: float) -> dict[Feature, float]:
    """The features that need lists of words."""
    told = hollow.sentences(answer)
    asked, said = hollow.content(turn.question[:_READ]), hollow.content(answer)
    new = len(said if says_again(turn.instruction[:_READ]) else said - asked)
    brief = min(1.0, _BRIEF / max(1, length))
    common = _ramp(hollow.common_share(answer), *_COMMON) if length >= 5 else 0.0
    return {
        "refusal": brief if phrases.refusal(answer) else 0.0,
        "declined": brief if hollow.declines(answer) else 0.0,
        "short": max(0.0, 1.0 - length / (_SHORT * expected)) * demand,
        "little": _shortfall(new, _NEW_A_WORD * expected) * demand,
        "stock": hollow.stock_share(told),
        "evasion": hollow.evasion_share(told),
        "common": common * min(1.0, length / 40),
    }


def _shortfall(found: float, wanted: float) -> float:
    """How far ``found`` stays behind ``wanted``, on a scale of logarithms: 0 (not at all) to 1."""
    return max(0.0, 1.0 - math.log1p(found) / math.log1p(wanted)) if wanted > 0 else 0.0


def _ramp(share: float, usual: float, worst: float) -> float:
    return min(1.0, max(0.0, (share - usual) / (worst - usual)))


def _copied(instruction: str, answer: str) -> float:
    """The share of the answer's tokens that stand in runs of three that the instruction has."""
    asked, told = unicode_tokens(instruction), unicode_tokens(answer)
    if len(told) < _COPIED_RUN:
        return 0.0
    known = set(ngrams(asked, _COPIED_RUN))
    covered: set[int] = set()
    for place, run in enumerate(ngrams(told, _COPIED_RUN)):
        if run in known:
            covered.update(range(place, place + _COPIED_RUN))
    return len(covered) / len(told)
