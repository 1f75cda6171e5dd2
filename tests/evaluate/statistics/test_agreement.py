from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies import named
from tutelage.errors import BadInput
from tutelage.evaluate.statistics.agreement import (
    agreement,
    cohens_kappa,
    prediction_powered,
    rogan_gladen,
)

verdict = st.sampled_from([0.0, 0.5, 1.0])


def test_fleiss_cohen_and_everitt_s_example() -> None:
    """Their 1969 table of two clinicians and three diagnoses: kappa 0.429, SE 0.0539 (n = 200)."""
    table = np.array([[106, 10, 4], [22, 28, 10], [2, 12, 6]])
    rows, columns = np.indices(table.shape)
    a, b = np.repeat(rows.ravel(), table.ravel()), np.repeat(columns.ravel(), table.ravel())
    kappa, error = cohens_kappa(a.astype(float), b.astype(float))
    assert kappa == pytest.approx(0.429, abs=5e-4)
    assert error == pytest.approx(0.0539, abs=5e-4)


@given(st.lists(verdict, min_size=2, max_size=30))
def test_a_judge_agrees_with_itself(values: list[float]) -> None:
    rows = named(np.array(values))
    found = agreement(rows, rows)
    assert found.accuracy == 100
    assert found.kappa == pytest.approx(1.0 if len(set(values)) > 1 else 0.0)


@given(st.lists(st.tuples(verdict, verdict), min_size=1, max_size=30))
def test_agreement_is_mutual(pairs: list[tuple[float, float]]) -> None:
    a, b = (named(np.array(side)) for side in zip(*pairs, strict=True))
    there, back = agreement(a, b), agreement(b, a)
    assert there.kappa == pytest.approx(back.kappa)
    assert there.accuracy == back.accuracy
    assert -1 <= there.kappa_interval.low <= there.kappa_interval.high <= 1


def test_sensitivity_and_specificity_are_of_decided_questions() -> None:
    judge = {"a": 0.9, "b": 0.2, "c": 0.1, "d": 0.6, "e": 0.5, "f": 1.0}
    human = {"a": 1.0, "b": 1.0, "c": 0.0, "d": 0.0, "e": 1.0, "g": 1.0}
    found = agreement(judge, human)
    assert (found.n, found.accuracy) == (5, 40)
    assert (found.sensitivity, found.specificity) == (50, 50)
    assert agreement({"a": 1.0}, {"a": 1.0}).specificity is None


def test_rogan_and_gladen_undo_known_error_rates() -> None:
    """True rate 40 %, Se 0.9, Sp 0.7: the judge shows 54 %."""
    human = np.array([1.0] * 400 + [0.0] * 600)
    judge = np.array([1.0] * 360 + [0.0] * 40 + [1.0] * 180 + [0.0] * 420)
    found = rogan_gladen(named(judge), named(human))
    assert found.uncorrected == pytest.approx(54)
    assert found.win_rate == pytest.approx(40)
    assert found.interval.holds(40)
    assert not found.interval.holds(54)


def test_a_judge_no_better_than_chance_cannot_be_corrected() -> None:
    human = {"a": 1.0, "b": 0.0}
    with pytest.raises(BadInput, match="chance"):
        rogan_gladen({"a": 0.0, "b": 1.0}, human)
    with pytest.raises(BadInput, match="human wins"):
        rogan_gladen({"a": 0.0, "b": 1.0}, {"a": 1.0, "b": 1.0})


def test_prediction_powered_is_right_with_a_biased_judge_and_shorter_with_a_good_one() -> None:
    chance = np.random.default_rng(0)
    human = (chance.random(2000) < 0.4).astype(float)
    biased = np.where(human > 0, 1.0, (chance.random(2000) < 0.3).astype(float))
    labelled = {each: value for each, value in named(human).items() if int(each[1:]) < 200}
    found = prediction_powered(named(biased), labelled)
    alone = prediction_powered(named(chance.random(2000)), labelled)
    assert found.uncorrected > 55
    assert found.interval.holds(40)
    assert found.standard_error < 0.85 * alone.standard_error
    assert alone.weight < 0.3 < found.weight <= 1
    assert (found.labelled, found.n) == (200, 2000)


def test_prediction_powered_with_all_labels_is_the_human_rate() -> None:
    human = {"a": 1.0, "b": 0.0, "c": 1.0}
    assert prediction_powered({"a": 0.2, "b": 0.9, "c": 0.1}, human).win_rate == pytest.approx(200 / 3)
    with pytest.raises(BadInput, match="at least two"):
        prediction_powered({"a": 0.2, "b": 0.3}, {"a": 1.0})
