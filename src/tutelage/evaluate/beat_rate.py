"""Explore-Instruct's beat rate: win : tie : lose against a baseline, and wins among the decided.

After Wan et al. (2023), "Explore-Instruct: Enhancing Domain-Specific Instruction Coverage through Active
Exploration" (arXiv:2310.09168): a judge comments on helpfulness, relevance, accuracy and detail of both
answers and orders them in a last line; beat rate = wins / (wins + losses). Departures: the original always
shows the baseline first and takes what it cannot read for a tie. Here both orders are judged, a
disagreement of the orders is a tie (as in MT-Bench), and what cannot be read is asked for once more and
then counted. The wording is ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from tutelage.asking import Ask
from tutelage.evaluate.answers import read_answers
from tutelage.evaluate.bench import Answer, Evidence, Figures, Judgement, Measure, Question
from tutelage.evaluate.judged import Judged, against, asker, take
from tutelage.evaluate.measures import of_pairs, percent
from tutelage.evaluate.mt_figures import lines
from tutelage.evaluate.orders import Orders, Paired, habits, of_model, paired, swaps
from tutelage.evaluate.record_files import Record, figure, read_records, text_field
from tutelage.evaluate.statistics.interval import wilson
from tutelage.evaluate.verdicts import ordering
from tutelage.rows import write_rows


class BeatRate(Judged):
    """Settings of the bench ``beat-rate``."""

    kind: ClassVar[str] = "beat-rate"
    paper: ClassVar[str] = "Wan et al. 2023, Explore-Instruct"
    headline: ClassVar[tuple[str, ...]] = ("beat_rate", "interval", "win", "tie", "lose")
    paired: ClassVar[bool] = True
    folder: ClassVar[str] = "beat-rate"

    baseline_file: str = Field(default="", description="the baseline's answers")
    baseline: str = Field(default="", description="name of the baseline, where the file holds several")
    orders: Orders = Field(default="both", description="both orders, or one that is drawn by content")
    seed: int = Field(default=0, description="of the drawn order")

    def default_baseline(self) -> tuple[str, Mapping[str, Answer]]:
        """The answers in ``baseline_file``.

        Raises:
            BadInput: the file cannot be read.
        """
        if not self.baseline_file:
            return "", {}
        found = read_answers([Path(self.baseline_file)], self.questions(), model=self.baseline).answers
        name = self.baseline if self.baseline in found else next(iter(found), "")
        return name, found.get(name, {})

    async def judge(
        self, question: Question, answer: Answer, baseline: Answer | None, ask: Ask | None
    ) -> Sequence[Judgement]:
        """One judgement for each order.

        Raises:
            CallFailed: the judge did not answer.
            BadInput: there is no judge, or no baseline's answer.
        """
        ask, other = asker(ask, self.kind), against(baseline, self.kind)
        orders = swaps(self.orders, question, answer, other, self.seed)
        return [await self._judged(question, answer, other, swapped, ask) for swapped in orders]

    async def _judged(
        self, question: Question, answer: Answer, other: Answer, swapped: bool, ask: Ask
    ) -> Judgement:
        first, second = (answer, other) if swapped else (other, answer)
        prompt = self.wording("compare", question)(
            question="\n".join(question.turns),
            first=first.text,
            second=second.text,
            reference="\n".join(question.references),
        )
        verdict = await self.ask_judge(
            ask,
            prompt,
            self.wording("again", question)(),
            lambda reply: ordering(reply.text),
            turn="model-first" if swapped else "baseline-first",
        )
        value = None if verdict.value is None else of_model(verdict.value, swapped)
        place = (question.id, answer.model, value, other.model, ask.name, 0, swapped)
        return Judgement(*place, verdict.raw, verdict.facts())

    def figures(self, evidence: Evidence) -> Figures:
        """Win : tie : lose and the beat rate, by model and category.

        Raises:
            BadInput: no judgement counts, or several judges are recorded and none is chosen.
        """
        taken = take(evidence, self.judge_name)
        pairs = paired(taken.judgements)
        by_model = {
            model: [each for each in pairs if each.model == model]
            for model in dict.fromkeys(p.model for p in pairs)
        }
        models = {model: _figures(each, evidence) for model, each in by_model.items()}
        details = {"judge": taken.judge, "baseline": evidence.baseline, "habits": habits(pairs)}
        return Figures(self.kind, models, details, [*taken.notes, *lines(models)])

    def measured(self, evidence: Evidence) -> Sequence[Measure]:
        """Wins in percent, ties as half.

        Raises:
            BadInput: as :meth:`figures`.
        """
        pairs = paired(take(evidence, self.judge_name).judgements)
        return [of_pairs(pairs, "win rate, ties as half", lambda each: percent(each.verdict))]

    def recorded(self, paths: Sequence[Path]) -> Evidence:
        """Judgements as :meth:`record` writes them: the original has no published form.

        Raises:
            BadInput: a file is of another form, or damaged.
        """
        judgements = [_judgement(record) for path in paths for record in read_records(Path(path))]
        questions = self.questions_if_any() or {
            each.question: Question(each.question, ()) for each in judgements
        }
        baselines = sorted({each.baseline for each in judgements})
        return Evidence(questions, {}, judgements, ", ".join(baselines))

    def record(self, evidence: Evidence, folder: Path) -> Sequence[Path]:
        """``comparisons.jsonl``: a row for each judgement, with all of its fields."""
        if not evidence.judgements:
            return ()
        path = folder / "comparisons.jsonl"
        write_rows(path, [asdict(each) for each in evidence.judgements])
        return (path,)


def _judgement(record: Record) -> Judgement:
    facts = record.data.get("facts")
    return Judgement(
        text_field(record, ("question", "question_id")),
        text_field(record, ("model",)),
        figure(record.data.get("value"), 0, 1, f"{record.place}, value"),
        text_field(record, ("baseline",)),
        str(record.data.get("judge", "")),
        0,
        bool(record.data.get("swapped")),
        str(record.data.get("raw", "")),
        facts if isinstance(facts, dict) else {},
    )


def _figures(pairs: Sequence[Paired], evidence: Evidence) -> dict[str, Any]:
    verdicts = {each.question: each.verdict for each in pairs}
    groups: dict[str, list[float | None]] = {}
    for question, verdict in verdicts.items():
        known = evidence.questions.get(question)
        if known and known.category:
            groups.setdefault(known.category, []).append(verdict)
    figures = beat_rate(list(verdicts.values()))
    return {
        **figures,
        "missing": len(evidence.questions or verdicts) - figures["n"],
        "unreadable": len(pairs) - figures["n"],
        "unanswered": 0,
        "categories": {name: beat_rate(each) for name, each in sorted(groups.items())},
    }


def beat_rate(verdicts: Sequence[float | None]) -> dict[str, Any]:
    """Counts, and 100 · wins / (wins + losses) with Wilson's interval; ``None`` where nothing is decided."""
    win, tie, lose = (sum(each == value for each in verdicts) for value in (1.0, 0.5, 0.0))
    decided = win + lose
    rate = 100 * win / decided if decided else None
    return {
        "win": win,
        "tie": tie,
        "lose": lose,
        "beat_rate": rate,
        "interval": None if rate is None else wilson(rate, decided).as_list(),
        "n": win + tie + lose,
    }
