"""AlpacaEval's figures: swapped models mirror, lengths join by id, what is far off is said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.evaluate.alpaca_figures import LengthInputs, model_figures, rates, sentences
from tutelage.evaluate.bench import Evidence, Judgement, Question
from tutelage.evaluate.orders import paired

VALUES = st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=1, max_size=30)


@given(VALUES)
def test_swapping_the_two_models_mirrors_the_rate(values: list[float | None]) -> None:
    mine = {str(at): value for at, value in enumerate(values)}
    theirs = {name: None if value is None else 1 - value for name, value in mine.items()}
    a, b = rates(mine), rates(theirs)
    assert a["n"] == b["n"] == sum(value is not None for value in values)
    if a["n"]:
        assert a["win_rate"] + b["win_rate"] == pytest.approx(100)
        assert a["standard_error"] == pytest.approx(b["standard_error"], abs=1e-6)
        assert a["discrete_win_rate"] + b["discrete_win_rate"] == pytest.approx(100, abs=101 / a["n"])


def judged(values: list[float], lengths: list[tuple[int, int]]) -> list[Judgement]:
    return [
        Judgement(f"q{at}", "me", value, "base", facts={"len_baseline": theirs, "len_model": mine})
        for at, (value, (theirs, mine)) in enumerate(zip(values, lengths, strict=True))
    ]


def figures(judgements: list[Judgement], **evidence: object) -> dict[str, object]:
    questions = {f"q{at}": Question(f"q{at}", (), category="x" if at % 2 else "y") for at in range(12)}
    return model_figures("me", paired(judgements), Evidence(questions), LengthInputs(), replicates=20, seed=0)


@settings(max_examples=10)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(random: object) -> None:
    values = [0.1 * at for at in range(10)]
    rows = judged(values, [(100 + 7 * at, 90 + at * at) for at in range(10)])
    expected = figures(rows)
    random.shuffle(rows)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert figures(rows) == expected


def test_figures_count_categories_and_missing() -> None:
    found = figures(judged([1.0, 0.0, 0.5], [(10, 20), (10, 30), (10, 10)]))
    assert (found["n"], found["missing"], found["win_rate"]) == (3, 9, 50.0)
    categories = found["categories"]
    assert isinstance(categories, dict)
    assert {name: each["n"] for name, each in categories.items()} == {"x": 1, "y": 2}


def test_without_lengths_there_is_no_length_control() -> None:
    found = figures([Judgement("q0", "me", 1.0, "base")])
    assert (found["win_rate"], found["lc_win_rate"]) == (100.0, None)


def test_sentences_speak_of_what_is_odd_and_not_of_sanity_models() -> None:
    odd = {
        "unreadable": 1,
        "half": 2,
        "missing": 3,
        "n": 4,
        "win_rate": 10.0,
        "lc_win_rate": 30.0,
        "lc_notes": [],
    }
    said = sentences({"me": odd, "sanity:empty": odd})
    assert len(said) == 4
    assert all(line.startswith("me:") for line in said)
    assert any("by 20.0 points" in line for line in said)


def alike(n: int, value: float = 1.0) -> dict[str, object]:
    return figures(judged([value] * n, [(100 + 7 * at, 90 + at * at) for at in range(n)]))


def test_one_question_has_no_error_and_a_few_no_length_control() -> None:
    one, few = alike(1), alike(9)
    assert (one["win_rate"], one["standard_error"], one["smallest_detectable"]) == (100.0, None, None)
    assert (few["win_rate"], few["lc_win_rate"], few["lc_interval"]) == (100.0, None, None)
    assert few["lc_notes"] == ["no length-controlled rate: 9 questions, and it takes 10"]


def test_the_minimal_formula_has_no_published_error_and_is_named() -> None:
    found = alike(12)
    low, high = found["lc_interval"]  # type: ignore[misc]  # a list of two
    assert found["lc_formula"] == "minimal"
    assert (found["lc_published_error"], found["lc_standard_error"]) == (None, None)
    assert low < 80
    assert low < found["lc_win_rate"] <= high
    assert any("minimal formula" in line for line in sentences({"me": found}))


@pytest.mark.parametrize("n", [1, 2, 12])
def test_a_model_against_itself_is_fifty_however_few(n: int) -> None:
    found = figures(judged([0.5] * n, [(100 + at, 100 + at) for at in range(n)]))
    assert (found["win_rate"], found["lc_win_rate"]) == (50.0, 50.0)
    low, high = found["interval"]  # type: ignore[misc]  # a list of two
    assert low < 50 < high
    assert low + high == pytest.approx(100)
