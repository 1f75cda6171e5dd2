"""MT-Bench: two turns, references where they belong, grades and comparisons."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from judge import Judge
from tutelage.evaluate.bench import Answer, Evidence, Judgement, Question
from tutelage.evaluate.mt_bench import MTBench
from tutelage.records import assistant, user

QUESTION = Question("101", ("First?", "Second?"), category="math", references=("ref one", "ref two"))
MINE, BASE = Answer("101", "me", ("mine 1", "mine 2")), Answer("101", "base", ("base 1", "base 2"))


async def test_the_student_is_asked_turn_by_turn_at_the_categorys_temperature() -> None:
    student = Judge(lambda text, turn: f"to {text}", name="student-1")
    answer = await MTBench().answer(Question("1", ("a", "b"), category="writing"), student)
    assert (answer.turns, answer.model) == (("to a", "to b"), "student-1")
    assert [each[2].temperature for each in student.asked] == [0.7, 0.7]
    assert student.asked[1][1] == (user("a"), assistant("to a"), user("b"))
    await MTBench().answer(QUESTION, student)
    assert student.asked[-1][2].temperature == 0.0
    await MTBench().answer(Question("2", ("a",), category="mine"), student)
    assert student.asked[-1][2].temperature is None


async def test_the_second_turn_is_graded_with_everything_before_it() -> None:
    judge = Judge(lambda text, turn: "Fine. [[7]]" if turn == "grade-1" else "[[4]]")
    found = await MTBench().judge(QUESTION, MINE, None, judge)
    assert [(each.turn, each.value) for each in found] == [(1, 7.0), (2, 4.0)]
    first, second = (asked[1][0].content for asked in judge.asked)
    assert "ref one" in first
    assert not {"ref two", "mine 2", "Second?"} & {
        part for part in ("ref two", "mine 2", "Second?") if part in first
    }
    assert all(part in second for part in ("First?", "mine 1", "Second?", "mine 2", "ref one", "ref two"))


async def test_grades_off_the_scale_are_asked_for_again_and_never_kept() -> None:
    judge = Judge(lambda text, turn: "[[11]]")
    found = await MTBench().judge(QUESTION, MINE, None, judge)
    assert [(each.value, each.facts["problem"]) for each in found] == [(None, "out_of_range")] * 2
    assert judge.turns == ["grade-1", "grade-1-again", "grade-2", "grade-2-again"]
    figures = MTBench().figures(Evidence({"101": QUESTION}, {}, found))
    assert (figures.models["me"]["score"], figures.models["me"]["unreadable"]) == (None, 2)


async def test_a_turn_without_an_answer_costs_no_call() -> None:
    judge = Judge(lambda text, turn: "[[7]]")
    found = await MTBench().judge(QUESTION, Answer("101", "me", ("only one",)), None, judge)
    assert (judge.turns, [each.value for each in found]) == (["grade-1"], [7.0, None])
    figures = MTBench().figures(Evidence({"101": QUESTION}, {}, found)).models["me"]
    assert (figures["unanswered"], figures["unreadable"], figures["score"]) == (1, 0, 7.0)


async def test_pairs_are_judged_in_both_orders_and_a_disagreement_is_a_tie() -> None:
    bench = MTBench(mode="pairwise")
    assert bench.paired
    assert not MTBench().paired

    def verdict(text: str, turn: str) -> str:
        mine_first = text.index("mine 1") < text.index("base 1")
        return "[[A]]" if turn.startswith("pair-1") or mine_first else "[[B]]"

    judge = Judge(verdict)
    found = await bench.judge(QUESTION, MINE, BASE, judge)
    assert [(each.turn, each.swapped, each.value) for each in found] == [
        (1, False, 0.0),
        (1, True, 1.0),
        (2, False, 1.0),
        (2, True, 1.0),
    ]
    figures = bench.figures(Evidence({"101": QUESTION}, {}, found, "base"))
    mine = figures.models["me"]
    assert (mine["win"], mine["tie"], mine["lose"], mine["adjusted_win_rate"]) == (1, 1, 0, 75.0)
    assert figures.details["habits"]["flip_rate"] == 50.0
    theirs = bench.figures(
        Evidence({"101": QUESTION}, {}, await bench.judge(QUESTION, BASE, MINE, judge), "me")
    )
    assert theirs.models["base"]["adjusted_win_rate"] == 25.0


def test_the_official_questions_have_references_where_they_count(shared_data: Path) -> None:
    folder = shared_data / "mt-bench"
    bench = MTBench(
        questions_file=str(folder / "question.jsonl"),
        reference_file=str(folder / "reference_answer" / "gpt-4.jsonl"),
    )
    questions = bench.questions()
    assert len(questions) == 80
    assert all(len(each.turns) == 2 for each in questions)
    referred = {each.category for each in questions if each.references}
    assert referred == {"math", "reasoning", "coding"}
    assert sum(len(each.references) == 2 for each in questions) == 30


async def test_what_is_recorded_reads_back_as_the_same_figures(tmp_path: Path) -> None:
    for mode, reply in (("single", "[[6]]"), ("pairwise", "[[A]]")):
        bench = MTBench(mode=mode)  # type: ignore[arg-type]  # a literal, one by one
        found = await bench.judge(QUESTION, MINE, BASE, Judge(lambda text, turn, reply=reply: reply))
        evidence = Evidence(
            {"101": QUESTION},
            {"me": {"101": MINE}, "base": {"101": BASE}},
            found,
            "base" if mode != "single" else "",
        )
        written = bench.record(evidence, tmp_path / mode)
        judged = [path for path in written if path.parent.name == "model_judgment"]
        rows = [json.loads(line) for line in judged[0].read_text("utf-8").splitlines()]
        assert rows[0]["question_id"] == 101
        assert "First?" in rows[0].get("user_prompt", rows[0].get("g1_user_prompt"))
        again = bench.figures(bench.recorded(judged))
        mine, before = again.models["me"], bench.figures(evidence).models["me"]
        for name in set(before) - {"categories"}:
            assert mine[name] == before[name]


def test_missing_references_are_said() -> None:
    bare = Question("1", ("a", "b"), category="math")
    judge_said = [each for each in MTBench().figures(_graded(bare)).lines if "reference" in each]
    assert len(judge_said) == 1


def _graded(question: Question) -> Evidence:
    return Evidence({question.id: question}, {}, [Judgement(question.id, "me", 5.0, turn=1)])


def test_several_forms_of_settings() -> None:
    with pytest.raises(ValueError, match="single"):
        MTBench(mode="triple")  # type: ignore[arg-type]  # refused at run time too
