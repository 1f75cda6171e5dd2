"""A judge under test: pairs whose better answer is known beforehand, judged in both orders.

    rows with good answers → canaries (:mod:`tutelage.evaluate.canaries`) → the judge → what it can see

The judge is asked with the prompts of a pairwise bench, so that what is learnt holds for that bench.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput
from tutelage.evaluate.bench import Answer, Bench, Evidence, Figures, Question
from tutelage.evaluate.canaries import canaries, judge_figures
from tutelage.evaluate.human import human_figures
from tutelage.evaluate.labels import GOOD, LABELLED, LabelledPairs, labelled_pairs, read_labels
from tutelage.evaluate.measures import known
from tutelage.records import Example
from tutelage.runs.evaluating import Evaluation, Plan, gather, write
from tutelage.teachers.teacher import Teacher


def check_judge(
    judge: Teacher,
    examples: Iterable[Example],
    bench: Bench,
    out: Path,
    *,
    labels: Path | None = None,
    limit: int = 20,
    seed: int = 42,
    tell: Callable[[str], None] = lambda line: None,
    **rest: Any,
) -> Evaluation:
    """Put canaries made of the first ``limit`` single-turn ``examples`` before ``judge``, and the pairs of
    answers in the file ``labels`` that people have judged. ``rest`` are budget, pace and prices of a
    :class:`~tutelage.runs.evaluating.Plan`.

    Raises:
        BadInput: no row with one question and an answer, or a bench that compares nothing; a label without
            question, answers or verdict.
        TutelageError: as :func:`~tutelage.runs.evaluating.evaluate`.
    """
    if not bench.paired:
        raise BadInput(
            f"the bench '{bench.kind}' compares no answers",
            where="--bench",
            remedy="name one that does, such as alpaca-eval or beat-rate",
        )
    people = labelled_pairs(read_labels(labels)) if labels else None
    questions, good = _pairs(examples, limit)
    if not questions and people is None:
        raise BadInput(
            "no row has a single question with an answer",
            where="--data",
            remedy="name a dataset whose answers are good",
        )
    answers: dict[str, Mapping[str, Answer]] = {GOOD: good, **canaries(good, seed=seed)}
    if people:
        questions += people.questions
        answers |= {GOOD: {**good, **people.second}, LABELLED: people.first}
    plan = Plan(
        bench, questions=questions, answers=answers, baseline=GOOD, judge=judge, sanity=0, seed=seed, **rest
    )
    evidence = gather(plan, out, tell=tell)
    figures = judge_figures([each for each in evidence.judgements if each.model != LABELLED])
    if people:
        figures = _with_people(figures, bench, evidence, people)
    return Evaluation(figures, evidence, out, write(bench, evidence, figures, out))


def _with_people(figures: Figures, bench: Bench, evidence: Evidence, people: LabelledPairs) -> Figures:
    judged = {
        model: {question: value / 100 for question, value in known(values).items()}
        for measure in bench.measured(evidence)[:1]
        for model, values in measure.values.items()
        if model == LABELLED
    }
    details, lines = human_figures(judged, {LABELLED: people.human})
    # A judge that saw no canary has its figures from people alone.
    said = [*(figures.lines if figures.models else ()), *people.notes, lines[0]]
    return replace(figures, details={**figures.details, "human": details["all"]}, lines=said)


def _pairs(examples: Iterable[Example], limit: int) -> tuple[list[Question], dict[str, Answer]]:
    questions: list[Question] = []
    good: dict[str, Answer] = {}
    for example in examples:
        turns = [message.content for message in example.messages if message.role == "user"]
        if len(turns) != 1 or not example.output.strip() or example.id in good:
            continue
        questions.append(Question(example.id, (turns[0],)))
        good[example.id] = Answer(example.id, GOOD, (example.output,))
        if len(questions) == limit:
            break
    return questions, good
