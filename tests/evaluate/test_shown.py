from __future__ import annotations

from comparisons import N, both
from tutelage.evaluate.bench import Answer
from tutelage.evaluate.comparing import Study, compare_study
from tutelage.evaluate.shown import MOST, examples


def made() -> Study:
    values = [1.0] * 5 + [0.0] * 5 + [0.5] * 10
    judgements = [
        e
        for q, v in enumerate(values)
        for e in both(f"q{q}", "tuned", v, lean=0.3 if v == 0.5 and q > 15 else 0)
    ]
    answers = {"tuned": {f"q{q}": Answer(f"q{q}", "tuned", ("x" * (MOST + 7),)) for q in range(N)}}
    return Study("alpaca-eval", judgements, answers, baseline="plain", judge="judge")


def test_telling_ones_come_first_and_the_seed_decides() -> None:
    study = made()
    [pair] = compare_study(study).pairs
    shown = examples(study, pair, most=6, seed=1)
    assert [each.outcome for each in shown] == ["orders disagree"] * 2 + ["wins"] * 2 + ["loses"] * 2
    assert shown == examples(study, pair, most=6, seed=1)
    others = [[each.question for each in examples(study, pair, most=6, seed=seed)] for seed in range(2, 8)]
    assert any(each != [one.question for one in shown] for each in others)
    assert len(examples(study, pair, most=100, seed=1)) == N


def test_a_long_answer_is_cut_and_an_absent_one_is_none() -> None:
    study = made()
    [pair] = compare_study(study).pairs
    first = examples(study, pair, most=1, seed=1)[0]
    (_, mine), (_, theirs) = first.answers
    assert mine is not None
    assert (len(mine.text), mine.left) == (MOST, 7)
    assert theirs is None
    assert [each.order for each in first.said] == [
        "saw plain first, then tuned",
        "saw tuned first, then plain",
    ]
