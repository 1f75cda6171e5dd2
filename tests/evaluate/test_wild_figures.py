"""WildBench's figures: the margin in length, and macro averages as published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.evaluate.bench import Evidence, Judgement, Question
from tutelage.evaluate.orders import paired
from tutelage.evaluate.wild_figures import groups_of, macro, rescaled, reward_figures, score_figures

OUTCOMES = (0.0, 0.25, 0.5, 0.75, 1.0)


def test_macro_averages_are_those_of_the_published_tables(shared_data: Path) -> None:
    folder = shared_data / "wildbench"
    scores = json.loads((folder / "score_leaderboard.json").read_text("utf-8"))
    rewards = json.loads((folder / "pairwise_gpt4t_margin500.json").read_text("utf-8"))
    for row in scores.values():
        assert macro(row["task_categorized_scores"]) == pytest.approx(row["task_macro_score"])
    for row in rewards.values():
        assert macro(row["task_categorized_rewards"]) == pytest.approx(row["task_macro_reward"])


def compared(value: float, mine: int, theirs: int, baseline: str = "gpt") -> Judgement:
    return Judgement("q", "me", value, baseline, facts={"len_model": mine, "len_baseline": theirs})


def reward(*judgements: Judgement, margin: int | None = 500) -> float:
    found: float = reward_figures(paired(judgements), Evidence(), margin)["reward"]
    return found


@given(st.sampled_from(OUTCOMES), st.integers(0, 3000), st.integers(0, 3000))
def test_swapping_the_models_mirrors_the_reward_at_any_margin(value: float, mine: int, theirs: int) -> None:
    assert reward(compared(value, mine, theirs)) == -reward(compared(1 - value, theirs, mine))


def test_only_a_slight_win_that_is_longer_by_more_than_the_margin_is_a_tie() -> None:
    assert reward(compared(0.75, 1501, 1000)) == 0
    assert reward(compared(0.75, 1500, 1000)) == 50
    assert reward(compared(0.25, 1000, 1501)) == 0
    assert reward(compared(0.75, 1000, 9000)) == 50
    assert reward(compared(1.0, 9000, 1000)) == 100
    assert reward(compared(0.75, 9000, 1000), margin=None) == 50


def test_several_baselines_are_averaged() -> None:
    found = reward_figures(paired([compared(1.0, 1, 1), compared(0.25, 1, 1, "haiku")]), Evidence(), None)
    assert found["reward"] == 25
    assert {name: each["reward"] for name, each in found["baselines"].items()} == {"gpt": 100, "haiku": -50}


def test_a_task_counts_once_in_each_of_its_groups() -> None:
    task = Question("q", (), category="Editing", facts={"secondary_tags": ["Role playing", "Math"]})
    assert groups_of(task) == {"Creative Tasks", "Math & Data Analysis"}
    assert groups_of(Question("q", (), category="my own")) == {"my own"}
    assert groups_of(None) == set()
    assert macro({}) is None
    assert rescaled(5) == 0


def test_the_mean_length_leaves_empty_answers_out() -> None:
    rows = [
        Judgement("a", "me", 1.0, facts={"len_model": 0}),
        Judgement("b", "me", 9.0, facts={"len_model": 10}),
    ]
    found = score_figures(paired(rows), Evidence())
    assert (found["score"], found["avg_len"], found["empty"]) == (5.0, 10.0, 1)
