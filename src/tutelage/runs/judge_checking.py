"""A judge under test: pairs whose better answer is known beforehand, judged in both orders.

    rows with good answers → canaries (:mod:`tutelage.evaluate.canaries`) → the judge → what it can see

The judge is asked with the prompts of a pairwise bench, so that what is learnt holds for that bench.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from tutelage.errors import BadInput
from tutelage.evaluate.bench import Answer, Bench, Question
from tutelage.evaluate.canaries import canaries, judge_figures
from tutelage.records import Example
from tutelage.runs.evaluating import Evaluation, Plan, gather, write
from tutelage.teachers.teacher import Teacher

GOOD = "good"  # what the answers that are held to be good are called


def check_judge(
    judge: Teacher,
    examples: Iterable[Example],
    bench: Bench,
    out: Path,
    *,
    limit: int = 20,
    seed: int = 42,
    tell: Callable[[str], None] = lambda line: None,
) -> Evaluation:
    """Put canaries made of the first ``limit`` single-turn ``examples`` before ``judge``.

    Raises:
        BadInput: no row with one question and an answer, or a bench that compares nothing.
        TutelageError: as :func:`~tutelage.runs.evaluating.evaluate`.
    """
    if not bench.paired:
        raise BadInput(
            f"the bench '{bench.kind}' compares no answers",
            where="--bench",
            remedy="name one that does, such as alpaca-eval or beat-rate",
        )
    questions, good = _pairs(examples, limit)
    if not questions:
        raise BadInput(
            "no row has a single question with an answer",
            where="--data",
            remedy="name a dataset whose answers are good",
        )
    answers = {GOOD: good, **canaries(good, seed=seed)}
    plan = Plan(bench, questions=questions, answers=answers, baseline=GOOD, judge=judge, sanity=0, seed=seed)
    evidence = gather(plan, out, tell=tell)
    figures = judge_figures(evidence.judgements)
    return Evaluation(figures, evidence, out, write(bench, evidence, figures, out))


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
