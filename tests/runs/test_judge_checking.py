"""A judge under test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from tutelage.asking import Ask
from tutelage.errors import BadInput
from tutelage.evaluate.bench import Answer, Bench, Evidence, Figures, Judgement, Question
from tutelage.records import Example, assistant, user
from tutelage.runs.judge_checking import check_judge
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import Request


class Pair(Bench):
    """Asks which of two texts is better, in both orders."""

    kind: ClassVar[str] = "pair"
    judged: ClassVar[bool] = True
    paired: ClassVar[bool] = True

    def questions(self) -> Sequence[Question]:
        raise AssertionError("the rows are the questions")

    async def judge(
        self, question: Question, answer: Answer, baseline: Answer | None, ask: Ask | None
    ) -> Sequence[Judgement]:
        assert ask is not None
        assert baseline is not None
        found = []
        for swapped in (False, True):
            shown = [baseline.text, answer.text]
            first, second = reversed(shown) if swapped else shown
            reply = await ask([user(f"{first}|{second}")], turn=f"swapped-{swapped}")
            value = None if reply.text == "?" else float((reply.text == "first") == swapped)
            value = 0.5 if reply.text == "tie" else value
            found.append(
                Judgement(question.id, answer.model, value, "good", ask.name, 0, swapped, reply.text)
            )
        return found

    def figures(self, evidence: Evidence) -> Figures:
        raise AssertionError("a judge is measured, no model")


class Lone(Pair):
    kind: ClassVar[str] = "lone"
    paired: ClassVar[bool] = False


ROWS = [
    Example.single_turn(
        f"What is the number {n}?", f"The number {n} is a number that comes after {n - 1}.", id=str(n)
    )
    for n in range(20, 28)
]


def longest_is_best(request: Request) -> str:
    first, second = request.messages[-1].content.split("|")
    return "tie" if len(first) == len(second) else "first" if len(first) > len(second) else "second"


def test_a_judge_that_counts_characters(tmp_path: Path) -> None:
    result = check_judge(Scripted.of(longest_is_best, label="long"), ROWS, Pair(), tmp_path)
    details = result.figures.details
    assert details["specificity"] == 1.0
    assert details["length_bias"] == pytest.approx(50.0)
    assert details["position_bias"] == pytest.approx(0.0)
    assert result.figures.models["cut"]["detected"] == 1.0
    assert result.figures.models["swapped"]["detected"] == 0.0
    assert (tmp_path / "judgements.jsonl").is_file()


def test_a_judge_without_words_is_counted_as_unreadable(tmp_path: Path) -> None:
    result = check_judge(Scripted.of(lambda request: "?", label="dumb"), ROWS, Pair(), tmp_path)
    assert result.figures.details["unreadable"] == result.figures.details["judgements"] > 0
    assert "cannot be used" in result.figures.lines[0]


def test_only_single_questions_with_answers_are_used_and_no_more_than_asked(tmp_path: Path) -> None:
    talk = Example("t", (user("a"), assistant("b"), user("c"), assistant("d")), "c")
    silent = Example.single_turn("What?", "  ", id="s")
    result = check_judge(
        Scripted.of(longest_is_best, label="l"), [talk, silent, *ROWS], Pair(), tmp_path, limit=3
    )
    assert set(result.evidence.questions) == {"20", "21", "22"}
    with pytest.raises(BadInput, match="no row has a single question"):
        check_judge(Scripted.of(longest_is_best, label="l"), [talk, silent], Pair(), tmp_path / "two")


def test_a_bench_that_compares_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="compares no answers"):
        check_judge(Scripted.of(longest_is_best, label="l"), ROWS, Lone(), tmp_path)
