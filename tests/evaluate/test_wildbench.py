"""WildBench: scores with a checklist, rewards in five outcomes, and the published table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from judge import Judge
from tutelage.errors import BadInput
from tutelage.evaluate.bench import Answer, Evidence, Question
from tutelage.evaluate.wildbench import WildBench
from tutelage.records import user

TASK = Question(
    "s1",
    ("And now?",),
    (user("before"),),
    "Math",
    facts={
        "checklist": ["Is it right?", "Is it short?"],
        "secondary_tags": ["Editing"],
        "references": {"gpt": "theirs"},
    },
)
MINE, BASE = Answer("s1", "me", ("mine",)), Answer("s1", "gpt", ("theirs",))


async def test_the_judge_sees_history_query_and_checklist() -> None:
    judge = Judge(lambda text, turn: '{"strengths": "x", "weaknesses": "y", "score": 8}')
    (found,) = await WildBench().judge(TASK, MINE, None, judge)
    assert (found.value, found.facts["len_model"]) == (8.0, 4)
    text = judge.asked[0][1][0].content
    assert all(part in text for part in ("before", "And now?", "mine", "- Is it right?", "- Is it short?"))
    figures = WildBench().figures(Evidence({"s1": TASK}, {}, [found])).models["me"]
    assert (figures["score"], figures["adjusted_score"], figures["task_macro_score"]) == (8.0, 6.0, 6.0)
    assert set(figures["task_categorized_scores"]) == {"Math & Data Analysis", "Creative Tasks"}


async def test_empty_answers_are_settled_without_a_call() -> None:
    judge = Judge(lambda text, turn: "{}")
    empty = Answer("s1", "me", (" \n",))
    (scored,) = await WildBench().judge(TASK, empty, None, judge)
    assert scored.value == 1.0
    bench = WildBench(mode="reward")
    pairs = (
        (empty, BASE, 0.0),
        (MINE, Answer("s1", "gpt", ("",)), 1.0),
        (empty, Answer("s1", "gpt", ("",)), 0.5),
    )
    for mine, other, value in pairs:
        found = await bench.judge(TASK, mine, other, judge)
        assert [each.value for each in found] == [value, value]
    assert not judge.asked


async def test_five_outcomes_in_both_orders() -> None:
    bench = WildBench(mode="reward")
    judge = Judge(
        lambda text, turn: (
            '{"choice": "A++"}' if text.index("mine") < text.index("theirs") else '{"choice": "B+"}'
        )
    )
    found = await bench.judge(TASK, MINE, BASE, judge)
    assert [each.value for each in found] == [0.75, 1.0]
    figures = bench.figures(Evidence({"s1": TASK}, {}, found, "gpt"))
    mine = figures.models["me"]
    assert (mine["reward"], mine["win_much"], mine["win"], mine["n"]) == (75.0, 1, 1, 1)
    mirrored = bench.figures(Evidence({"s1": TASK}, {}, await bench.judge(TASK, BASE, MINE, judge), "me"))
    assert mirrored.models["gpt"]["reward"] == -75.0


async def test_what_cannot_be_read_is_counted() -> None:
    (found,) = await WildBench().judge(TASK, MINE, None, Judge(lambda text, turn: "good"))
    figures = WildBench().figures(Evidence({"s1": TASK}, {}, [found])).models["me"]
    assert (figures["score"], figures["n"], figures["unreadable"], figures["missing"]) == (None, 0, 1, 1)


def test_a_baseline_may_stand_beside_the_tasks(tmp_path: Path) -> None:
    row = {
        "session_id": "s1",
        "conversation_input": [{"role": "user", "content": "Q"}],
        "references": {"gpt": "A"},
    }
    (tmp_path / "tasks.json").write_text(json.dumps([row]), "utf-8")
    bench = WildBench(mode="reward", questions_file=str(tmp_path / "tasks.json"), baseline="gpt")
    name, answers = bench.default_baseline()
    assert (name, answers["s1"].text) == ("gpt", "A")
    assert WildBench(questions_file=str(tmp_path / "tasks.json"), baseline="gpt").default_baseline() == (
        "",
        {},
    )


def test_scores_are_those_of_the_published_table(shared_data: Path) -> None:
    folder = shared_data / "wildbench"
    table = json.loads((folder / "score_leaderboard.json").read_text("utf-8"))
    bench = WildBench()
    figures = bench.figures(bench.recorded([folder / "judged_scores.json.gz"]))
    assert set(figures.models) == {"gemma-2b-it", "gpt-3.5-turbo-0125"}
    for name, found in figures.models.items():
        for field in ("score", "adjusted_score", "avg_len"):
            assert found[field] == pytest.approx(table[name][field], abs=1e-9)
        assert found["n"] == table[name]["total"]


async def test_what_is_recorded_reads_back_as_the_same_figures(tmp_path: Path) -> None:
    evidence = Evidence({"s1": TASK}, {"me": {"s1": MINE}, "gpt": {"s1": BASE}}, (), "gpt")
    for mode, reply in (("score", '{"score": 3}'), ("reward", '{"choice": "A+"}')):
        bench = WildBench(mode=mode)  # type: ignore[arg-type]  # a literal, one by one
        found = await bench.judge(TASK, MINE, BASE, Judge(lambda text, turn, reply=reply: reply))
        whole = Evidence(evidence.questions, evidence.answers, found, "gpt" if mode == "reward" else "")
        again = bench.figures(bench.recorded(bench.record(whole, tmp_path / mode)))
        before, mine = bench.figures(whole).models["me"], again.models["me"]
        for name in ("score", "reward", "n", "avg_len", "lose", "win"):
            assert mine.get(name) == before.get(name)
        assert again.details["judge"] == "judge-1"


def test_a_reward_needs_a_baseline() -> None:
    assert WildBench(mode="reward").paired
    with pytest.raises(BadInput, match="no judgement"):
        WildBench().figures(Evidence())
