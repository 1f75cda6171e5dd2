"""Labels joined to what was judged, and what they say of a judge."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("numpy", reason="the statistics of an evaluation need the extra 'evaluate'")

from tutelage.errors import BadInput
from tutelage.evaluate.beat_rate import BeatRate
from tutelage.evaluate.bench import Answer, Evidence, Figures, Judgement, Question
from tutelage.evaluate.human import human_figures, join, with_labels
from tutelage.evaluate.labels import Label

QUESTIONS = {f"q{n}": Question(f"q{n}", (f"Number {n}?",)) for n in range(10)}


def judged(*models: str) -> Evidence:
    answers = {
        name: {key: Answer(key, name, (f"{name} says {key}",)) for key in QUESTIONS}
        for name in (*models, "old")
    }
    judgements = [
        Judgement(key, name, 1.0, "old", "J", swapped=order)
        for name in models
        for key in QUESTIONS
        for order in (False, True)
    ]
    return Evidence(QUESTIONS, answers, judgements, "old")


def label(question: str, said: str, **rest: Any) -> Label:
    return Label("labels.json:row 1", (question,), (), said=said, **rest)


def test_labels_are_joined_by_id_or_text_whatever_names_them() -> None:
    by_text = Label("l:1", (), ("Number 4?",), said="old")
    rows = [label("q1", "new"), label("q2", "baseline"), label("q3", "tie"), by_text, label("q99", "new")]
    found = join(rows, judged("new"))
    assert found.human == {"new": {"q1": 1.0, "q2": 0.0, "q3": 0.5, "q4": 0.0}}
    assert "1 label of no judged pair" in found.notes[0]


def test_answers_tell_which_model_and_which_place() -> None:
    shown = ("old says q1", "b says q1")
    found = join(
        [label("q1", "second", answers=shown), label("q2", "2", answers=("other", "text"))], judged("a", "b")
    )
    assert found.human == {"b": {"q1": 1.0}}


def test_what_is_not_clear_is_refused() -> None:
    with pytest.raises(BadInput, match="which of 2 models"):
        join([label("q1", "tie")], judged("a", "b"))
    with pytest.raises(BadInput, match="no judged model"):
        join([label("q1", "tie", model="neww")], judged("new"))
    with pytest.raises(BadInput, match="names none of the two"):
        join([label("q1", "first")], judged("new"))
    with pytest.raises(BadInput, match="none of 1 label"):
        join([label("q77", "new")], judged("new"))


def test_agreement_and_a_rate_corrected_by_people() -> None:
    rows = [label(f"q{n}", "new" if n < 4 else "old") for n in range(8)]
    found = with_labels(Figures("beat-rate", {}), BeatRate(), judged("new"), rows)
    assert found.details["human"]["all"]["accuracy"] == 50.0
    assert found.details["human"]["all"]["kappa"] == 0.0
    corrected = found.details["human"]["models"]["new"]["prediction_powered"]
    assert corrected["uncorrected"] == 100.0
    assert corrected["interval"][0] < 50.0 < corrected["interval"][1] < 100.0
    assert found.details["human"]["models"]["new"]["rogan_gladen"]["problem"]


def test_a_judge_that_agrees_has_kappa_one() -> None:
    values = {f"q{n}": float(n % 2) for n in range(20)}
    details, lines = human_figures({"new": values}, {"new": values})
    assert details["all"]["kappa"] == pytest.approx(1.0)
    assert "agree on 100 % of 20 pairs" in lines[0]
