"""WildBench: tasks of real users, each with a checklist; a score of 1 to 10, or a reward in five outcomes.

After Lin et al. (2024), "WildBench: Benchmarking LLMs with Challenging Tasks from Real Users in the Wild"
(arXiv:2406.04770).

    WB-Score    mean Y of the scores 1 … 10, rescaled to (Y - 5) · 2; micro, and macro over groups of tasks
    WB-Reward   much better +100, slightly better +50, tie 0, slightly worse -50, much worse -100;
                a slight win becomes a tie where the winner is more than K characters longer

An empty answer gets the least score, or loses by much, without a call. Departures: a pair is judged in both
orders and averaged; what cannot be read is asked for once more and then counted, where the original drops
it. The wording is ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from tutelage.asking import Ask
from tutelage.evaluate.answers import read_answers
from tutelage.evaluate.bench import Answer, Evidence, Figures, Judgement, Measure, Question
from tutelage.evaluate.hub import HubSet
from tutelage.evaluate.judged import Judged, against, asker, take
from tutelage.evaluate.measures import of_pairs
from tutelage.evaluate.mt_figures import lines
from tutelage.evaluate.orders import Orders, habits, of_model, paired, swaps
from tutelage.evaluate.verdicts import HIGH, LOW, five_way, score_in
from tutelage.evaluate.wild_figures import reward_figures, rewarded, score_figures
from tutelage.evaluate.wild_records import read_results, write_results
from tutelage.records import conversation


class WildBench(Judged):
    """Settings of the bench ``wildbench``."""

    kind: ClassVar[str] = "wildbench"
    paper: ClassVar[str] = "Lin et al. 2024, WildBench"
    headline: ClassVar[tuple[str, ...]] = (
        "score",
        "adjusted_score",
        "task_macro_score",
        "reward",
        "task_macro_reward",
        "interval",
    )
    folder: ClassVar[str] = "wildbench"
    hub: ClassVar[HubSet] = HubSet("allenai/WildBench", "v2", "test")

    mode: Literal["score", "reward"] = Field(
        default="score", description="scores, or comparison with a baseline"
    )
    baseline_file: str = Field(default="", description="reward: the baseline's answers")
    baseline: str = Field(default="", description="reward: name of the baseline, also one beside the tasks")
    orders: Orders = Field(default="both", description="reward: both orders, or one that is drawn by content")
    length_margin: int | None = Field(
        default=500, ge=0, description="K: a slight win by more characters than this is a tie; null: none is"
    )
    seed: int = Field(default=0, description="of the drawn order")

    @property
    def paired(self) -> bool:  # type: ignore[override]  # one kind, two modes: the setting decides, not the class
        """Whether a baseline is needed."""
        return self.mode == "reward"

    def default_baseline(self) -> tuple[str, Mapping[str, Answer]]:
        """The answers in ``baseline_file``, or those that stand beside the tasks under ``references``.

        Raises:
            BadInput: the file cannot be read.
        """
        if self.mode != "reward" or not (self.baseline_file or self.baseline):
            return "", {}
        questions = self.questions()
        if self.baseline_file:
            found = read_answers([Path(self.baseline_file)], questions, model=self.baseline).answers
            name = self.baseline if self.baseline in found else next(iter(found), "")
            return name, found.get(name, {})
        beside = {each.id: each.facts.get("references") for each in questions}
        answers = {
            name: Answer(name, self.baseline, (str(given[self.baseline]),))
            for name, given in beside.items()
            if isinstance(given, Mapping) and given.get(self.baseline) is not None
        }
        return (self.baseline, answers) if answers else ("", {})

    async def judge(
        self, question: Question, answer: Answer, baseline: Answer | None, ask: Ask | None
    ) -> Sequence[Judgement]:
        """One score, or a comparison in each order.

        Raises:
            CallFailed: the judge did not answer.
            BadInput: there is no judge, or in a comparison no baseline's answer.
        """
        ask = asker(ask, self.kind)
        if self.mode == "score":
            return [await self._scored(question, answer, ask)]
        other = against(baseline, self.kind)
        orders = swaps(self.orders, question, answer, other, self.seed)
        return [await self._compared(question, answer, other, swapped, ask) for swapped in orders]

    async def _scored(self, question: Question, answer: Answer, ask: Ask) -> Judgement:
        facts: dict[str, Any] = {"len_model": len(answer.text)}
        if not answer.text.strip():
            facts["fixed"] = "empty"
            return Judgement(question.id, answer.model, LOW, "", ask.name, facts=facts)
        scale = {"low": int(LOW), "high": int(HIGH)}
        verdict = await self.ask_judge(
            ask,
            self.wording("score", question)(**_shown(question), answer=answer.text, **scale),
            self.wording("score_again", question)(problem='"score"', **scale),
            lambda reply: score_in(reply.text),
            turn="score",
        )
        return Judgement(
            question.id,
            answer.model,
            verdict.value,
            judge=ask.name,
            raw=verdict.raw,
            facts=facts | verdict.facts(),
        )

    async def _compared(
        self, question: Question, answer: Answer, other: Answer, swapped: bool, ask: Ask
    ) -> Judgement:
        place = (question.id, answer.model)
        facts: dict[str, Any] = {"len_model": len(answer.text), "len_baseline": len(other.text)}
        mine, theirs = bool(answer.text.strip()), bool(other.text.strip())
        if not (mine and theirs):
            fixed = 0.5 + 0.5 * (mine - theirs)
            return Judgement(*place, fixed, other.model, ask.name, 0, swapped, "", facts | {"fixed": "empty"})
        first, second = (answer, other) if swapped else (other, answer)
        verdict = await self.ask_judge(
            ask,
            self.wording("reward", question)(**_shown(question), first=first.text, second=second.text),
            self.wording("reward_again", question)(),
            lambda reply: five_way(reply.text),
            turn="model-first" if swapped else "baseline-first",
        )
        value = None if verdict.value is None else of_model(verdict.value, swapped)
        return Judgement(
            *place, value, other.model, ask.name, 0, swapped, verdict.raw, facts | verdict.facts()
        )

    def figures(self, evidence: Evidence) -> Figures:
        """Scores or rewards by model and group of tasks.

        Raises:
            BadInput: no judgement counts, or several judges are recorded and none is chosen.
        """
        taken = take(evidence, self.judge_name)
        pairs = paired(taken.judgements)
        compares = any(each.baseline for each in taken.judgements)
        by_model = {
            model: [each for each in pairs if each.model == model]
            for model in dict.fromkeys(p.model for p in pairs)
        }
        details: dict[str, Any] = {"judge": taken.judge, "mode": "reward" if compares else "score"}
        if compares:
            models = {
                model: reward_figures(each, evidence, self.length_margin) for model, each in by_model.items()
            }
            details |= {
                "baselines": sorted({each.baseline for each in pairs}),
                "length_margin": self.length_margin,
                "habits": habits(pairs),
            }
        else:
            models = {model: score_figures(each, evidence) for model, each in by_model.items()}
        return Figures(self.kind, models, details, [*taken.notes, *lines(models)])

    def measured(self, evidence: Evidence) -> Sequence[Measure]:
        """The score from 1 to 10, or the reward from -100 to 100 (its mean over baselines).

        Raises:
            BadInput: as :meth:`figures`.
        """
        pairs = paired(take(evidence, self.judge_name).judgements)
        if any(each.baseline for each in pairs):
            reward = partial(rewarded, margin=self.length_margin)
            return [of_pairs(pairs, "reward", reward, low=-100.0)]
        return [of_pairs(pairs, "score", lambda each: each.preference, low=LOW, high=HIGH)]

    def recorded(self, paths: Sequence[Path]) -> Evidence:
        """The published ``eval_results`` lists, or scores by model; plain or gzip.

        Raises:
            BadInput: a file is neither, or damaged.
        """
        return read_results(paths, self.questions_if_any(), self.baseline)

    def record(self, evidence: Evidence, folder: Path) -> Sequence[Path]:
        """``score.v2/eval=JUDGE/MODEL.json``, or ``pairwise.v2/eval=JUDGE/ref=BASELINE/MODEL.json``."""
        return write_results(evidence, folder)


def _shown(question: Question) -> dict[str, Any]:
    """The slots that both prompts have in common."""
    checklist = question.facts.get("checklist")
    points = [str(point).strip() for point in checklist] if isinstance(checklist, (list, tuple)) else []
    return {
        "history": conversation(question.context) if question.context else "",
        "question": "\n".join(question.turns),
        "checklist": points,
    }
