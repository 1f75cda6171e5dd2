"""The beat rate: win : tie : lose in both orders, and wins among the decided."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge import Judge
from tutelage.errors import BadInput
from tutelage.evaluate.beat_rate import BeatRate, beat_rate
from tutelage.evaluate.bench import Answer, Evidence, Question

QUESTION = Question("q", ("Write a topic.",), category="brainstorming", references=("a reference",))
MINE, BASE = Answer("q", "me", ("good",)), Answer("q", "base", ("poor",))


def honest(text: str, turn: str) -> str:
    return "Comments.\nA > B" if text.index("good") < text.index("poor") else "Comments.\nB > A"


async def test_a_judge_that_sees_the_better_one_in_both_orders() -> None:
    judge = Judge(honest)
    found = await BeatRate().judge(QUESTION, MINE, BASE, judge)
    assert [(each.swapped, each.value) for each in found] == [(False, 1.0), (True, 1.0)]
    assert "a reference" in judge.asked[0][1][0].content
    figures = BeatRate().figures(Evidence({"q": QUESTION}, {}, found, "base"))
    assert figures.models["me"]["beat_rate"] == 100.0
    assert figures.models["me"]["categories"]["brainstorming"]["win"] == 1
    (one,) = await BeatRate(orders="one").judge(QUESTION, MINE, BASE, judge)
    assert one.value == 1.0


async def test_a_judge_that_always_takes_the_first_makes_ties_only() -> None:
    found = await BeatRate().judge(QUESTION, MINE, BASE, Judge(lambda text, turn: "A > B"))
    figures = BeatRate().figures(Evidence({"q": QUESTION}, {}, found, "base"))
    assert (figures.models["me"]["tie"], figures.models["me"]["beat_rate"]) == (1, None)
    assert figures.details["habits"]["first_position"] == 100.0


async def test_what_cannot_be_read_is_no_tie() -> None:
    found = await BeatRate().judge(QUESTION, MINE, BASE, Judge(lambda text, turn: "Hard to say"))
    mine = BeatRate().figures(Evidence({"q": QUESTION}, {}, found, "base")).models["me"]
    assert (mine["tie"], mine["n"], mine["unreadable"], mine["missing"]) == (0, 0, 1, 1)


def test_the_published_counts_give_the_published_rates() -> None:
    for win, tie, lose, rate in (
        (194, 1, 13, 93.72),
        (114, 56, 38, 75.0),
        (52, 71, 85, 37.96),
        (11, 59, 24, 31.43),
    ):
        found = beat_rate([1.0] * win + [0.5] * tie + [0.0] * lose)
        assert (found["win"], found["tie"], found["lose"]) == (win, tie, lose)
        assert found["beat_rate"] == pytest.approx(rate, abs=0.005)
        assert found["interval"][0] < rate < found["interval"][1]


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, None]), max_size=40))
def test_swapping_the_models_mirrors_the_rate(verdicts: list[float | None]) -> None:
    mine = beat_rate(verdicts)
    theirs = beat_rate([None if each is None else 1 - each for each in verdicts])
    assert (mine["win"], mine["tie"], mine["n"]) == (theirs["lose"], theirs["tie"], theirs["n"])
    if mine["beat_rate"] is not None:
        assert mine["beat_rate"] + theirs["beat_rate"] == pytest.approx(100)


async def test_what_is_recorded_reads_back(tmp_path: Path) -> None:
    bench = BeatRate()
    found = await bench.judge(QUESTION, MINE, BASE, Judge(honest))
    evidence = Evidence({"q": QUESTION}, {}, found, "base")
    written = bench.record(evidence, tmp_path)
    again = bench.recorded(written)
    assert list(again.judgements) == found
    assert again.baseline == "base"
    assert bench.record(Evidence(), tmp_path) == ()
    bad = tmp_path / "bad.jsonl"
    bad.write_text(json.dumps({"question": "q", "model": "me", "baseline": "b", "value": 7}), "utf-8")
    with pytest.raises(BadInput, match="from 0 to 1"):
        bench.recorded([bad])


def test_the_baselines_answers_come_from_a_file(tmp_path: Path, shared_data: Path) -> None:
    questions = shared_data / "explore-instruct" / "en_eval_set.jsonl"
    first = json.loads(questions.read_text("utf-8").splitlines()[0])
    path = tmp_path / "chatgpt.jsonl"
    path.write_text(json.dumps({"question_id": first["question_id"], "answer": "Parks."}), "utf-8")
    bench = BeatRate(questions_file=str(questions), baseline_file=str(path))
    name, answers = bench.default_baseline()
    assert (name, len(answers)) == ("chatgpt", 1)
    assert BeatRate().default_baseline() == ("", {})
