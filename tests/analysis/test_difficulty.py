"""What counting says about how hard examples are."""

from __future__ import annotations

import json

import pytest

from tutelage.analysis.difficulty import NO_STUDENT, constraints_of, measure_difficulty, skills_of
from tutelage.records import Example, assistant, user


def test_skills_and_constraints_are_counted_where_they_are_told() -> None:
    rows = [
        Example.single_turn("q", "a", id="1", cell={"skills": "x + y + z", "leaves": "l"}),
        Example.single_turn("q", "a", id="2", cell={"leaves": "l + m"}),
        Example.single_turn(
            "q",
            "a",
            id="3",
            cell={"constraints": "length"},
            lineage={"constraints": [{"kind": 1}, {"kind": 2}]},
        ),
        Example.single_turn("q", "a", id="4", cell={"constraints": "none"}),
        Example.single_turn("q", "a", id="5"),
    ]
    assert [skills_of(each) for each in rows] == [3, 2, None, None, None]
    assert [constraints_of(each) for each in rows] == [None, None, 2, 0, None]
    report = measure_difficulty(rows)
    assert (report.skills.n, report.skills.mean, report.constraints.n, report.constraints.max) == (
        2,
        2.5,
        2,
        2,
    )


def test_lengths_in_both_languages_and_turns() -> None:
    rows = [
        Example.single_turn("Say it.", "one two three", id="1", input="in full"),
        Example("2", (user("一"), assistant("好"), user("写一首诗"), assistant("春眠不觉晓")), "写一首诗"),
        Example.single_turn("Say it.", "", id="3"),
    ]
    report = measure_difficulty(rows)
    assert (report.answer_words.min, report.answer_words.max, report.answer_words.n) == (0, 5, 3)
    assert report.answer_characters.max == 13
    assert (report.question_words.max, report.question_words.min) == (4, 2)
    assert (report.turns.max, report.turns.min) == (2, 1)


def test_a_loss_only_where_a_student_gives_one() -> None:
    rows = [Example.single_turn("q", "a", id=str(number)) for number in range(4)]
    without = measure_difficulty(rows).as_dict()
    assert (without["loss"], without["loss_note"]) == (None, NO_STUDENT)
    told = measure_difficulty(rows, {"1": 2.0, "3": 1.0, "elsewhere": 9.0}).as_dict()
    assert (told["loss"]["n"], told["loss"]["mean"], told["loss_note"]) == (2, pytest.approx(1.5), "")
    json.dumps(told)


def test_nothing_at_all() -> None:
    assert measure_difficulty([]).answer_words.n == 0
