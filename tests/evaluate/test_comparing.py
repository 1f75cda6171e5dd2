from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparisons import N, better, both, seeing
from tutelage.evaluate.bench import Judgement
from tutelage.evaluate.comparing import Study, compare_study
from tutelage.evaluate.fitness import Fitness


def study(judgements: list[Judgement], **more: object) -> Study:
    settings = {"bench": "alpaca-eval", "baseline": "plain", "judge": "judge"} | more
    return Study(judgements=judgements, **settings)  # type: ignore[arg-type]  # keys of a Study alone


def test_a_better_model_is_called_better_where_the_judge_sees() -> None:
    made = compare_study(study([*better(), *seeing()]))
    [pair] = made.pairs
    assert (pair.found.model, pair.found.other, pair.said.word) == ("tuned", "plain", "better")
    assert pair.found.difference == pytest.approx(100 * (sum(0.9 - q % 3 / 20 for q in range(N)) / N - 0.5))
    assert pair.signs["for_first"] == N
    assert pair.found.judge == Fitness()


def test_a_blind_judge_has_no_verdict() -> None:
    blind = [each for q in range(N) for each in both(f"q{q}", "sanity:empty", 0.5)]
    [pair] = compare_study(study([*better(), *blind])).pairs
    assert pair.said.word == "judge not fit"


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=5, max_size=30), st.floats(0, 0.4))
def test_a_leaning_judge_moves_nothing(values: list[float], lean: float) -> None:
    """Both orders average a lean away, as long as preferences stay within their ends."""
    inner = [0.4 + value / 5 for value in values]
    plain = [e for q, v in enumerate(inner) for e in both(f"q{q}", "tuned", v)]
    leaning = [e for q, v in enumerate(inner) for e in both(f"q{q}", "tuned", v, lean=lean)]
    one, other = (compare_study(study(each)).pairs[0].found for each in (plain, leaning))
    assert one.difference == pytest.approx(other.difference)


@given(st.permutations(list(range(12))))
def test_order_of_arrival_moves_nothing(order: list[int]) -> None:
    rows = [both(f"q{q}", "tuned", q / 12) for q in range(12)]
    straight = compare_study(study([each for row in rows for each in row]))
    mixed = compare_study(study([each for place in order for each in rows[place]]))
    assert straight.as_dict() == mixed.as_dict()


def test_several_pairs_hold_together_and_the_baseline_stands_second() -> None:
    made = compare_study(study([*better("a"), *better("b", 0.8)]))
    assert [(p.found.model, p.found.other) for p in made.pairs] == [
        ("a", "b"),
        ("a", "plain"),
        ("b", "plain"),
    ]
    assert {round(p.found.level, 4) for p in made.pairs} == {round(1 - 0.05 / 3, 4)}
    assert made.pairs[0].controlled is not None
    assert "98.33 %" in made.notes[0]


def test_missing_and_unreadable_are_left_out_and_counted() -> None:
    first = better("a")
    second = [each for each in better("b") if each.question not in ("q0", "q1")]
    found = compare_study(study([*first, *second])).pairs[0]
    assert (found.found.questions, found.only) == (N - 2, (2, 0))


def test_models_without_common_questions_are_told() -> None:
    first = [each for q in range(6) for each in both(f"a{q}", "a", 0.9)]
    second = [each for q in range(6) for each in both(f"b{q}", "b", 0.9)]
    made = compare_study(study([*first, *second]))
    assert any("a and b cannot be compared" in note for note in made.notes)


def test_grades_are_compared_in_grades_and_canaries_with_the_identical_answer() -> None:
    graded = [Judgement(f"q{q}", name, value, judge="judge", turn=turn)
              for q in range(N) for name, value in (("a", 8.0), ("b", 6.0 + q % 2), ("sanity:identical", 8.0),
                                                    ("sanity:empty", 1.0)) for turn in (1, 2)]  # fmt: skip
    made = compare_study(study(graded, baseline="", bench="mt-bench"))
    [pair] = made.pairs
    assert pair.found.difference == pytest.approx(1.5)
    assert made.judge is not None
    assert made.judge.details["sensitivity"] == 1.0
    assert pair.said.word == "better"


def test_an_answer_that_names_no_option_is_wrong() -> None:
    ruled = [Judgement(f"q{q}", name, value, judge="rule")
             for q in range(N) for name, value in (("a", 1.0), ("b", None if q < 10 else 1.0))]  # fmt: skip
    [pair] = compare_study(study(ruled, baseline="", judge="rule", bench="choices")).pairs
    assert pair.found.difference == pytest.approx(50)
    assert pair.found.questions == N


@pytest.mark.parametrize(("n", "value", "word"), [
    (5, 1.0, "no difference shown"), (6, 1.0, "better"), (6, 0.5, "no difference shown"),
])  # fmt: skip
def test_equal_outcomes_are_no_certainty(n: int, value: float, word: str) -> None:
    """As the sign test has it: five wins of five have p = 0.06, six of six 0.03; ties prove no equality."""
    [pair] = compare_study(study([each for q in range(n) for each in both(f"q{q}", "tuned", value)])).pairs
    assert pair.said.word == word
    assert pair.found.low < pair.found.difference < pair.found.high or value == 1.0


def test_a_model_alone_is_told() -> None:
    alone = compare_study(study([Judgement("q", "a", 1.0, judge="rule")], baseline="", bench="math"))
    assert alone.pairs == []
    assert "a stands alone" in alone.notes[0]


def test_less_loss_is_better() -> None:
    rows = [Judgement(f"q{q}", name, None, judge="rule",
                      facts={"loss": loss * (q + 1), "bytes": 10 * (q + 1)})
            for q in range(N) for name, loss in (("a", 4.0 + q % 2), ("b", 9.0))]  # fmt: skip
    [pair] = compare_study(study(rows, baseline="", judge="rule", bench="held-out")).pairs
    assert pair.said.word == "better"
    assert pair.found.difference < 0
    assert all(value > 0 for value in pair.differences.values())


def test_a_bench_as_it_was_set_and_one_that_is_not_known() -> None:
    one = compare_study(study(better(), settings={"orders": "both", "seed": 3}))
    assert one.measure == "win rate"
    wrong = compare_study(study(better(), settings={"orders": "none"}))
    assert "its settings do not fit (orders)" in wrong.notes[0]
    strange = compare_study(study(better(), bench="alpaca-evil"))
    assert (strange.pairs, "there is no bench" in strange.notes[0]) == ([], True)
