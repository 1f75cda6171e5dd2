"""AlpacaEval 2: single answers against those of a baseline, with a length-controlled win rate.

After Dubois, Galambosi, Liang and Hashimoto (2024), "Length-Controlled AlpacaEval" (arXiv:2404.04475). The
preference is P(m) / (P(m) + P(M)) of the judge's first token, where m is the answer shown first; a judge
without token probabilities gives a verdict in words. Departures: both orders by default, averaged;
questions are joined by id, where the original joins difficulties by row position (``as_published`` does as
it does); the interval of the length-controlled rate refits the regression to resampled questions; a
comparison that could not be read is counted, never dropped unseen. The judge's wording is ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from tutelage.asking import Ask, Sampling
from tutelage.evaluate.alpaca_figures import LengthInputs, model_figures, sentences
from tutelage.evaluate.alpaca_records import Recorded
from tutelage.evaluate.alpaca_writing import first_tokens, write_annotations
from tutelage.evaluate.answers import read_answers
from tutelage.evaluate.bench import Answer, Evidence, Figures, Judgement, Measure, Question
from tutelage.evaluate.hub import HubSet
from tutelage.evaluate.judged import Judged, against, asker, take
from tutelage.evaluate.measures import of_pairs, percent
from tutelage.evaluate.orders import Orders, habits, of_model, paired, swaps
from tutelage.evaluate.verdicts import first_token, named
from tutelage.records import Reply

TOP = 5  # runners-up asked for, as the original asks
FEWEST_REPLICATES = 20  # below, quantiles of a bootstrap mean nothing


class AlpacaEval(Judged):
    """Settings of the bench ``alpaca-eval``."""

    kind: ClassVar[str] = "alpaca-eval"
    paper: ClassVar[str] = "Dubois et al. 2024, Length-Controlled AlpacaEval"
    headline: ClassVar[tuple[str, ...]] = ("lc_win_rate", "lc_interval", "win_rate", "interval")
    paired: ClassVar[bool] = True
    folder: ClassVar[str] = "alpaca-eval"
    hub: ClassVar[HubSet] = HubSet("tatsu-lab/alpaca_eval", json_file="alpaca_eval_gpt4_baseline.json")

    baseline_file: str = Field(default="", description="the baseline's answers: a model_outputs.json")
    baseline: str = Field(default="", description="name of the baseline, where a file holds several")
    preference: Literal["auto", "logprobs", "verdict"] = Field(
        default="auto",
        description="read from the first token's probabilities or from the words; auto: as the judge can",
    )
    orders: Orders = Field(
        default="both", description="both: each pair judged in both orders; one: drawn by content"
    )
    as_published: bool = Field(
        default=False,
        description="length control exactly as the original computes it, its row shift included",
    )
    difficulty_file: str = Field(default="", description="CSV of the questions' difficulties, by row number")
    gamed_file: str = Field(
        default="", description="CSV of the judgements of the concise and verbose baseline"
    )
    own_difficulty: bool = Field(
        default=False,
        description="estimate the questions' difficulty from the models at hand (three or more)",
    )
    replicates: int = Field(default=500, ge=0, description="bootstrap replicates behind lc_interval")
    seed: int = Field(default=0, description="of the drawn order and of the bootstrap")

    @field_validator("replicates")
    @classmethod
    def _enough(cls, value: int) -> int:
        if 0 < value < FEWEST_REPLICATES:
            raise ValueError(f"give at least {FEWEST_REPLICATES}, or 0 for no interval")
        return value

    @property
    def needs(self) -> tuple[str, ...]:
        """Token probabilities only where they are insisted on."""
        return ("chat", "logprobs") if self.preference == "logprobs" else ("chat",)

    def default_baseline(self) -> tuple[str, Mapping[str, Answer]]:
        """The answers in ``baseline_file``; without one, those that stand beside the questions.

        Raises:
            BadInput: the file cannot be read, or holds other models than the one wanted.
        """
        questions = self.questions()
        if self.baseline_file:
            answers = read_answers([Path(self.baseline_file)], questions, model=self.baseline).answers
            name = self.baseline if self.baseline in answers else next(iter(answers), "")
            return name, answers.get(name, {})
        name = self.baseline or next((str(each.facts.get("generator", "")) for each in questions), "")
        beside = {
            each.id: Answer(each.id, name, (str(each.facts["output"]),))
            for each in questions
            if each.facts.get("output") is not None and each.facts.get("generator", name) == name
        }
        return (name, beside) if beside else ("", {})

    # --- judging ---------------------------------------------------------------------------------------

    async def judge(
        self, question: Question, answer: Answer, baseline: Answer | None, ask: Ask | None
    ) -> Sequence[Judgement]:
        """One judgement for each order.

        Two equal answers make the same prompt in both orders; it is asked once, and its answer counts from
        both sides, so that a model against itself comes to exactly one half.

        Raises:
            CallFailed: the judge did not answer.
            BadInput: there is no judge, or no baseline's answer.
        """
        ask, other = asker(ask, self.kind), against(baseline, self.kind)
        orders = swaps(self.orders, question, answer, other, self.seed)
        if answer.turns == other.turns:
            found = await self._judged(question, answer, other, orders[0], ask)
            return [_mirrored(found, swapped) for swapped in orders]
        return [await self._judged(question, answer, other, swapped, ask) for swapped in orders]

    async def _judged(
        self, question: Question, answer: Answer, baseline: Answer, swapped: bool, ask: Ask
    ) -> Judgement:
        first, second = (answer, baseline) if swapped else (baseline, answer)
        prompt = self.wording("compare", question)(
            question="\n".join(question.turns), first=first.text, second=second.text
        )
        by_token = self.preference == "logprobs" or (self.preference == "auto" and ask.abilities.logprobs)
        sampling = Sampling(temperature=self.temperature, max_tokens=self.max_tokens)
        if by_token:
            sampling = Sampling(temperature=self.temperature, max_tokens=1, logprobs=TOP)
        seen: list[Reply] = []

        def read(reply: Reply) -> float:
            seen.append(reply)
            return first_token(reply) if by_token else named(reply.text)

        verdict = await self.ask_judge(
            ask,
            prompt,
            self.wording("again", question)(),
            read,
            turn="model-first" if swapped else "baseline-first",
            sampling=sampling,
        )
        facts = {**verdict.facts(), "len_model": len(answer.text), "len_baseline": len(baseline.text)}
        if by_token and seen[-1].logprobs:
            facts["logprobs"] = first_tokens(seen[-1].logprobs[0])
        value = None if verdict.value is None else of_model(verdict.value, swapped)
        return Judgement(
            question.id, answer.model, value, baseline.model, ask.name, 0, swapped, verdict.raw, facts
        )

    # --- figures ---------------------------------------------------------------------------------------

    def figures(self, evidence: Evidence) -> Figures:
        """Win rates, plain and length-controlled, by model.

        Raises:
            BadInput: no judgement counts, or several judges are recorded and none is chosen.
            MissingExtra: numpy is not installed.
        """
        taken = take(evidence, self.judge_name)
        pairs = paired(taken.judgements)
        by_model = {
            model: [each for each in pairs if each.model == model]
            for model in dict.fromkeys(p.model for p in pairs)
        }
        inputs = LengthInputs.read(self, evidence, taken.judgements)
        if self.own_difficulty and not inputs.difficulty:
            inputs = inputs.with_own(by_model)
        models = {
            model: model_figures(model, each, evidence, inputs, replicates=self.replicates, seed=self.seed)
            for model, each in by_model.items()
        }
        details = {
            "judge": taken.judge,
            "baseline": evidence.baseline,
            "as_published": self.as_published,
            "habits": {"all": habits(pairs)} | {model: habits(each) for model, each in by_model.items()},
        }
        return Figures(self.kind, models, details, [*taken.notes, *inputs.notes, *sentences(models)])

    def measured(self, evidence: Evidence) -> Sequence[Measure]:
        """The preference for the model, in percent.

        Raises:
            BadInput: as :meth:`figures`.
        """
        pairs = paired(take(evidence, self.judge_name).judgements)
        return [of_pairs(pairs, "win rate", lambda each: percent(each.preference))]

    def recorded(self, paths: Sequence[Path]) -> Evidence:
        """Annotation lists and files of the compact form, plain or gzip.

        Raises:
            BadInput: a file is neither, is damaged, or holds a preference off the scale.
        """
        found = Recorded(self.questions_if_any(), self.baseline)
        for path in paths:
            found.read(Path(path))
        return found.evidence()

    def record(self, evidence: Evidence, folder: Path) -> Sequence[Path]:
        """Annotation lists and model outputs, as the original program has them."""
        return write_annotations(evidence, folder)


def _mirrored(found: Judgement, swapped: bool) -> Judgement:
    """The judgement of two equal answers, seen with the other one as the model's."""
    if swapped == found.swapped:
        return found
    value = None if found.value is None else 1.0 - found.value
    return Judgement(
        found.question,
        found.model,
        value,
        found.baseline,
        found.judge,
        found.turn,
        swapped,
        found.raw,
        found.facts,
    )
