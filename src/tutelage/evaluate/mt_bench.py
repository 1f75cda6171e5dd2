"""MT-Bench: two-turn questions, each turn graded from 1 to 10, or compared with a baseline's.

After Zheng et al. (2023), "Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena" (arXiv:2306.05685). The
second turn is judged with the whole conversation in sight; questions with reference answers are judged
beside them; a pair is judged in both orders, and a disagreement of the orders is a tie. Departures: a grade
off the scale or unreadable is asked for once more and then counted, never kept as it is; every figure has
its interval, over questions. The judge is told that a reference may be wrong: 13 of the published 30 were
found to be. The wording is ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from tutelage.asking import Ask, Sampling
from tutelage.evaluate.answers import read_answers
from tutelage.evaluate.bench import Answer, Evidence, Figures, Judgement, Measure, Question
from tutelage.evaluate.hub import HubSet
from tutelage.evaluate.judged import Judged, against, asker, take
from tutelage.evaluate.measures import of_pairs, percent
from tutelage.evaluate.mt_figures import lines, pair_figures, single_figures
from tutelage.evaluate.mt_records import read_judgements, write_records
from tutelage.evaluate.orders import Orders, habits, of_model, paired, swaps
from tutelage.evaluate.verdicts import HIGH, LOW, letter, rating
from tutelage.records import Finish, Message, assistant, conversation, user

_REFERRED = ("math", "reasoning", "coding")  # the published categories that are judged beside references …
_UNREFERRED = ("writing", "roleplay", "stem", "humanities", "extraction")  # … and those that are not
_TEMPERATURES = {
    "writing": 0.7,
    "roleplay": 0.7,
    "stem": 0.1,
    "humanities": 0.1,
    "extraction": 0.0,
    "math": 0.0,
    "coding": 0.0,
    "reasoning": 0.0,
}


class MTBench(Judged):
    """Settings of the bench ``mt-bench``."""

    kind: ClassVar[str] = "mt-bench"
    paper: ClassVar[str] = "Zheng et al. 2023, MT-Bench"
    headline: ClassVar[tuple[str, ...]] = ("score", "adjusted_win_rate", "interval", "win", "tie", "lose")
    folder: ClassVar[str] = "mt-bench"
    hub: ClassVar[HubSet] = HubSet("HuggingFaceH4/mt_bench_prompts")

    mode: Literal["single", "pairwise"] = Field(
        default="single", description="grades, or comparison with a baseline"
    )
    reference_file: str = Field(
        default="", description="reference answers: FastChat's reference_answer/*.jsonl"
    )
    baseline_file: str = Field(
        default="", description="pairwise: the baseline's answers (FastChat's model_answer)"
    )
    baseline: str = Field(default="", description="pairwise: name of the baseline, where files hold several")
    orders: Orders = Field(
        default="both", description="pairwise: both orders, or one that is drawn by content"
    )
    temperatures: Mapping[str, float] = Field(
        default=_TEMPERATURES, description="of the student, by category; others: its own setting"
    )
    answer_tokens: int = Field(
        default=1024, ge=1, description="longest answer of the student, in tokens a turn"
    )
    seed: int = Field(default=0, description="of the drawn order")

    @property
    def paired(self) -> bool:  # type: ignore[override]  # one kind, two modes: the setting decides, not the class
        """Whether a baseline is needed."""
        return self.mode == "pairwise"

    def questions(self) -> Sequence[Question]:
        """The questions with their references.

        Raises:
            BadInput: a file cannot be read, or no reference is of a question of this bench.
        """
        questions = super().questions()
        turns = {each.id: each.references for each in questions}
        if self.reference_file:
            found = read_answers([Path(self.reference_file)], questions).answers
            turns |= {name: answer.turns for answers in found.values() for name, answer in answers.items()}
        return [
            replace(each, references=() if each.category in _UNREFERRED else turns[each.id])
            for each in questions
        ]

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

    async def answer(self, question: Question, ask: Ask) -> Answer:
        """Turn after turn, at the temperature of the question's category.

        Raises:
            CallFailed: the student did not answer.
        """
        sampling = Sampling(
            temperature=self.temperatures.get(question.category), max_tokens=self.answer_tokens
        )
        said = list(question.context)
        turns: list[str] = []
        finish: Finish = "stop"
        for number, text in enumerate(question.turns, start=1):
            said.append(user(text))
            reply = await ask(said, turn=f"turn-{number}", sampling=sampling)
            said.append(assistant(reply.text))
            turns.append(reply.text)
            finish = reply.finish
        return Answer(question.id, ask.name, tuple(turns), finish)

    # --- judging ---------------------------------------------------------------------------------------

    async def judge(
        self, question: Question, answer: Answer, baseline: Answer | None, ask: Ask | None
    ) -> Sequence[Judgement]:
        """A judgement for each turn, and in comparisons for each order of it. A turn that was not answered
        has no value, and costs no call.

        Raises:
            CallFailed: the judge did not answer.
            BadInput: there is no judge, or in a comparison no baseline's answer.
        """
        ask = asker(ask, self.kind)
        found: list[Judgement] = []
        for turn in range(1, len(question.turns) + 1):
            if self.mode == "single":
                found.append(await self._graded(question, answer, turn, ask))
                continue
            other = against(baseline, self.kind)
            for swapped in swaps(self.orders, question, answer, other, self.seed):
                found.append(await self._compared(question, answer, other, turn, swapped, ask))
        return found

    async def _graded(self, question: Question, answer: Answer, turn: int, ask: Ask) -> Judgement:
        if len(answer.turns) < turn:
            return Judgement(
                question.id, answer.model, None, "", ask.name, turn, facts={"problem": "no_answer"}
            )
        verdict = await self.ask_judge(
            ask,
            self.single_prompt(question, answer, turn),
            self.wording("single_again", question)(problem="[[x]]", low=int(LOW), high=int(HIGH)),
            lambda reply: rating(reply.text),
            turn=f"grade-{turn}",
        )
        return Judgement(
            question.id, answer.model, verdict.value, "", ask.name, turn, False, verdict.raw, verdict.facts()
        )

    async def _compared(
        self, question: Question, answer: Answer, other: Answer, turn: int, swapped: bool, ask: Ask
    ) -> Judgement:
        place = (question.id, answer.model)
        if min(len(answer.turns), len(other.turns)) < turn:
            return Judgement(
                *place, None, other.model, ask.name, turn, swapped, facts={"problem": "no_answer"}
            )
        verdict = await self.ask_judge(
            ask,
            self.pair_prompt(question, answer, other, turn, swapped),
            self.wording("pair_again", question)(),
            lambda reply: letter(reply.text),
            turn=f"pair-{turn}-{'model' if swapped else 'baseline'}-first",
        )
        value = None if verdict.value is None else of_model(verdict.value, swapped)
        return Judgement(*place, value, other.model, ask.name, turn, swapped, verdict.raw, verdict.facts())

    def single_prompt(self, question: Question, answer: Answer, turn: int) -> str:
        """What the judge of one turn (from 1) is sent."""
        before = [*question.context, *_talk(question, answer.turns, turn - 1)]
        return self.wording("single", question)(
            before=conversation(before) if before else "",
            question=question.turns[turn - 1],
            reference=_reference(question, turn),
            answer=answer.turns[turn - 1],
            low=int(LOW),
            high=int(HIGH),
        )

    def pair_prompt(self, question: Question, answer: Answer, other: Answer, turn: int, swapped: bool) -> str:
        """What the judge of one comparison is sent."""
        first, second = (answer, other) if swapped else (other, answer)
        shown = [
            conversation([*question.context, *_talk(question, each.turns, turn)]) for each in (first, second)
        ]
        return self.wording("pair", question)(
            first=shown[0], second=shown[1], reference=_reference(question, turn), several=turn > 1
        )

    # --- figures ---------------------------------------------------------------------------------------

    def figures(self, evidence: Evidence) -> Figures:
        """Mean grades, or win rates over the baseline, by model, turn and category.

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
        make = pair_figures if compares else single_figures
        models = {model: make(each, evidence) for model, each in by_model.items()}
        details: dict[str, Any] = {"judge": taken.judge, "mode": "pairwise" if compares else "single"}
        if compares:
            details |= {"baseline": evidence.baseline, "habits": habits(pairs)}
        unreferred = [
            each.id
            for each in evidence.questions.values()
            if each.category in _REFERRED and not each.references
        ]
        notes = list(taken.notes)
        if unreferred and any(each.turns for each in evidence.questions.values()):
            notes.append(
                f"{len(unreferred)} questions of {', '.join(_REFERRED)} have no reference answer here"
            )
        return Figures(self.kind, models, details, [*notes, *lines(models)])

    def measured(self, evidence: Evidence) -> Sequence[Measure]:
        """The mean grade over turns, or wins in percent with ties as half.

        Raises:
            BadInput: as :meth:`figures`.
        """
        pairs = paired(take(evidence, self.judge_name).judgements)
        if any(each.baseline for each in pairs):
            return [of_pairs(pairs, "win rate, ties as half", lambda each: percent(each.verdict))]
        return [of_pairs(pairs, "grade", lambda each: each.preference, low=LOW, high=HIGH)]

    def recorded(self, paths: Sequence[Path]) -> Evidence:
        """FastChat's ``model_judgment`` files, single or pairwise.

        Raises:
            BadInput: a file is not of that format, is damaged, or compares with several baselines.
        """
        return read_judgements(paths, self.questions_if_any(), self.baseline)

    def record(self, evidence: Evidence, folder: Path) -> Sequence[Path]:
        """``model_judgment/JUDGE_single.jsonl`` (or ``_pair``) and ``model_answer/MODEL.jsonl``."""
        return write_records(evidence, folder, self._sent)

    def _sent(self, judgement: Judgement, evidence: Evidence) -> str:
        """The prompt of a judgement, made again from the record; empty where an answer is not in it."""
        question = evidence.questions.get(judgement.question)
        answer = evidence.answers.get(judgement.model, {}).get(judgement.question)
        other = evidence.answers.get(judgement.baseline, {}).get(judgement.question)
        if (
            not question
            or not answer
            or not 1 <= judgement.turn <= min(len(question.turns), len(answer.turns))
        ):
            return ""
        if not judgement.baseline:
            return self.single_prompt(question, answer, judgement.turn)
        if not other or len(other.turns) < judgement.turn:
            return ""
        return self.pair_prompt(question, answer, other, judgement.turn, judgement.swapped)


def _talk(question: Question, answers: Sequence[str], turns: int) -> list[Message]:
    """The first ``turns`` turns with their answers."""
    return [
        message
        for text, said in zip(question.turns[:turns], answers[:turns], strict=True)
        for message in (user(text), assistant(said))
    ]


def _reference(question: Question, turn: int) -> str:
    """The reference for one turn; for a later one the references before it too, as a conversation."""
    known = question.references[:turn]
    if len(known) < 2:
        return "".join(known)
    return conversation(_talk(question, known, len(known)))
