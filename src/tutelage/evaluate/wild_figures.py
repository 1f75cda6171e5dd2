"""WildBench's figures of one model: the score and the reward, micro and macro over groups of tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum
from typing import Any

from tutelage.evaluate.bench import Evidence, Judgement, Question
from tutelage.evaluate.mt_figures import mean_of
from tutelage.evaluate.orders import Paired

GROUPS: Mapping[str, str] = {
    "Information seeking": "Information/Advice seeking",
    "Advice seeking": "Information/Advice seeking",
    "Reasoning": "Planning & Reasoning",
    "Planning": "Planning & Reasoning",
    "Coding & Debugging": "Coding & Debugging",
    "Math": "Math & Data Analysis",
    "Data Analysis": "Math & Data Analysis",
    "Creative Writing": "Creative Tasks",
    "Editing": "Creative Tasks",
    "Brainstorming": "Creative Tasks",
    "Role playing": "Creative Tasks",
    "Others": "Creative Tasks",
}
WEIGHTS: Mapping[str, float] = {
    "Creative Tasks": 0.5,
    "Planning & Reasoning": 1.25,
    "Math & Data Analysis": 1.0,
    "Information/Advice seeking": 0.75,
    "Coding & Debugging": 1.25,
}
"""The weights of the published macro average; a group of one's own has 1."""

OUTCOMES = {1.0: "win_much", 0.75: "win", 0.5: "tie", 0.25: "lose", 0.0: "lose_much"}


def rescaled(score: float) -> float:
    """(Y - 5) · 2: 5 becomes 0."""
    return (score - 5) * 2


def groups_of(question: Question | None) -> set[str]:
    """The groups that a task counts in: those of its first and its secondary tags."""
    if question is None:
        return set()
    more = question.facts.get("secondary_tags")
    tags = [question.category, *(more if isinstance(more, (list, tuple)) else ())]
    return {GROUPS.get(str(tag), str(tag)) for tag in tags if tag}


def macro(groups: Mapping[str, float | None]) -> float | None:
    """The weighted mean of groups; ``None`` where there is none."""
    known = {name: value for name, value in groups.items() if value is not None}
    total = fsum(WEIGHTS.get(name, 1.0) for name in known)
    return fsum(WEIGHTS.get(name, 1.0) * value for name, value in known.items()) / total if known else None


def score_figures(pairs: Sequence[Paired], evidence: Evidence) -> dict[str, Any]:
    """Named as in the published table: ``score`` is the plain mean from 1 to 10, ``adjusted_score`` its
    rescaled form, ``task_macro_score`` the rescaled mean over groups, ``avg_len`` the mean length in
    characters of the answers that are not empty."""
    known = [(each.question, each.preference) for each in pairs]
    scores = [(question, 1, value) for question, value in known if value is not None]
    mean = mean_of(scores, "score")
    by_group = _by_group({question: value for question, _, value in scores}, evidence)
    adjusted = {name: None if value is None else rescaled(value) for name, value in by_group.items()}
    lengths = [each.judgements[0].facts.get("len_model") for each in pairs]
    written = [length for length in lengths if length]
    return {
        **mean,
        "adjusted_score": None if mean["score"] is None else rescaled(mean["score"]),
        "task_macro_score": macro(adjusted),
        "task_categorized_scores": adjusted,
        **_counts(pairs, evidence),
        "empty": sum(length == 0 for length in lengths),
        "avg_len": fsum(written) / len(written) if written else None,
    }


def reward_figures(pairs: Sequence[Paired], evidence: Evidence, margin: int | None) -> dict[str, Any]:
    """``reward`` from -100 to 100: the mean over baselines of the mean over tasks, orders averaged. Outcomes
    are counted by judgement."""
    by_baseline: dict[str, list[Paired]] = {}
    for each in pairs:
        by_baseline.setdefault(each.baseline, []).append(each)
    against = {name: _reward(each, evidence, margin) for name, each in by_baseline.items()}
    if len(against) == 1:
        return {**next(iter(against.values())), **_counts(pairs, evidence)}
    rewards = [each["reward"] for each in against.values() if each["reward"] is not None]
    return {
        "reward": fsum(rewards) / len(rewards) if rewards else None,
        "baselines": against,
        **_counts(pairs, evidence),
    }


def _reward(pairs: Sequence[Paired], evidence: Evidence, margin: int | None) -> dict[str, Any]:
    outcomes = dict.fromkeys(OUTCOMES.values(), 0)
    rewards: list[tuple[str, int, float]] = []
    for each in pairs:
        reward = rewarded(each, margin)
        if reward is None:
            continue
        for one in each.judgements:
            value = _with_margin(one, margin)
            if value is not None:
                outcomes[OUTCOMES[value]] += 1
        rewards.append((each.question, 1, reward))
    by_group = _by_group({question: value for question, _, value in rewards}, evidence)
    return {
        **mean_of(rewards, "reward"),
        **outcomes,
        "task_macro_reward": macro(by_group),
        "task_rewards": by_group,
    }


def rewarded(pair: Paired, margin: int | None) -> float | None:
    """The reward of one answer from -100 to 100, orders averaged; ``None`` where one could not be read."""
    if pair.preference is None:
        return None
    values = [_with_margin(each, margin) for each in pair.judgements]
    known = [value for value in values if value is not None]
    return 200 * (fsum(known) / len(known) - 0.5)


def _with_margin(judgement: Judgement, margin: int | None) -> float | None:
    """The preference, where a slight win by a much longer answer is a tie."""
    value, facts = judgement.value, judgement.facts
    if value not in (0.25, 0.75) or margin is None:
        return value
    longer = (facts.get("len_model") or 0) - (facts.get("len_baseline") or 0)
    return 0.5 if (longer if value == 0.75 else -longer) > margin else value


def _by_group(values: Mapping[str, float], evidence: Evidence) -> dict[str, float | None]:
    groups: dict[str, list[float]] = {}
    for question, value in values.items():
        for name in groups_of(evidence.questions.get(question)):
            groups.setdefault(name, []).append(value)
    return {name: fsum(each) / len(each) for name, each in sorted(groups.items())}


def _counts(pairs: Sequence[Paired], evidence: Evidence) -> dict[str, Any]:
    known = {each.question for each in pairs if each.preference is not None}
    return {
        "n": len(known),
        "missing": len(evidence.questions or {each.question: None for each in pairs}) - len(known),
        "unreadable": sum(each.preference is None for each in pairs),
        "unanswered": 0,
    }
