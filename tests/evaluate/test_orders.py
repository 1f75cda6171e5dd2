"""Orders: both or one, averaged; a judge's leaning to a place is undone and told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.evaluate.bench import Answer, Judgement, Question
from tutelage.evaluate.orders import against_one, habits, of_model, paired, swaps

SHARES = st.floats(0, 1)


def both(question: str, unswapped: float | None, swapped: float | None, model: str = "me") -> list[Judgement]:
    return [
        Judgement(question, model, value, "base", "judge", swapped=order)
        for order, value in ((False, unswapped), (True, swapped))
    ]


def test_one_order_belongs_to_the_content_and_falls_both_ways() -> None:
    drawn = []
    for number in range(200):
        question = Question(str(number), (f"q{number}",))
        pair = Answer(str(number), "a", ("x",)), Answer(str(number), "b", ("y",))
        found = swaps("one", question, *pair)
        assert found == swaps("one", question, *pair)
        assert swaps("both", question, *pair) == (False, True)
        drawn += found
    assert len(drawn) == 200
    assert 70 < sum(drawn) < 130


@given(st.floats(0, 1), st.floats(0, 0.4))
def test_a_leaning_to_the_first_place_cancels(truth: float, leaning: float) -> None:
    truth = 0.4 + 0.2 * truth
    shown_first = [(of_model(1 - truth + leaning, False)), of_model(truth + leaning, True)]
    (pair,) = paired(both("q", *shown_first))
    assert pair.preference == pytest.approx(truth)


@given(SHARES, SHARES)
def test_seen_from_the_other_model_everything_is_mirrored(a: float, b: float) -> None:
    (mine,) = paired(both("q", a, b))
    (theirs,) = paired(both("q", 1 - b, 1 - a))
    assert mine.preference is not None
    assert theirs.preference == pytest.approx(1 - mine.preference)


def test_verdicts_disagreements_and_what_could_not_be_read() -> None:
    cases = [((1.0, 1.0), 1.0), ((0.2, 0.9), 0.5), ((0.5, 0.5), 0.5), ((0.5, 1.0), 0.5), ((0.0, 0.1), 0.0)]
    for values, verdict in cases:
        assert paired(both("q", *values))[0].verdict == verdict
    (lost,) = paired(both("q", 1.0, None))
    assert (lost.preference, lost.verdict, lost.half) == (None, None, False)


def test_a_single_order_among_pairs_has_no_preference() -> None:
    pairs = paired([*both("q1", 0.9, 0.9), *both("q2", 0.9, 0.9)[:1]])
    assert [(each.preference, each.half) for each in pairs] == [(0.9, False), (None, True)]
    assert paired(both("q", 0.9, 0.9)[:1])[0].preference == 0.9


def test_habits_tell_the_first_places_and_the_flips() -> None:
    always_first = [*both("q1", 0.0, 1.0), *both("q2", 0.1, 0.9)]
    found = habits(paired(always_first))
    assert (found["first_position"], found["flip_rate"], found["judgements"]) == (100.0, 100.0, 4)
    fair = habits(paired([*both("q1", 1.0, 1.0), *both("q2", 0.0, None), *both("q1", 0.5, 0.5, "other")]))
    assert (fair["flip_rate"], fair["unreadable"], fair["both_orders"]) == (0.0, 1, 2)
    hidden = habits(paired([Judgement("q", "m", 1.0, "b", facts={"order": "unknown"})]))
    assert (hidden["first_position"], hidden["judgements"]) == (None, 1)


def test_comparisons_are_turned_towards_one_baseline() -> None:
    games = [
        Judgement("q", "a", 1.0, "base", swapped=True),
        Judgement("q", "base", 1.0, "b", swapped=True),
    ]
    found, baseline, notes = against_one(games, "")
    assert baseline == "base"
    assert [(each.model, each.value, each.swapped) for each in found] == [("a", 1.0, True), ("b", 0.0, False)]
    assert not notes
    games.append(Judgement("q", "a", 0.0, "b"))
    with pytest.raises(BadInput, match="no baseline in common"):
        against_one(games, "")
    assert "1 game" in against_one(games, "base")[2][0]
