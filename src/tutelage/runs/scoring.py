"""A judge scores checkpoints: how often does a checkpoint's answer win against the held-out reference?

As Instruct-SkillMix chooses its checkpoints (Kaur et al. 2024, arXiv:2408.14774): each one answers the
held-out questions, and a judge compares its answers with the reference answers, here in both orders. The
best of several on the same questions looks better than it is, so what it is worth after the choice is told
beside it (:mod:`tutelage.evaluate.statistics.selection`).

All that is asked lies in OUT/scoring, so that the same command again pays for nothing twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput
from tutelage.evaluate.beat_rate import BeatRate
from tutelage.evaluate.bench import Answer, Question
from tutelage.evaluate.held_out import read_held_out
from tutelage.evaluate.numbers import numpy, statistics
from tutelage.evaluate.orders import paired
from tutelage.recipe.settings import Budget, PaceOptions, Price
from tutelage.runs.evaluating import Plan, gather
from tutelage.teachers.hf import HF
from tutelage.teachers.teacher import Teacher
from tutelage.tune.outfolder import HELD_OUT, SCORING, read_json, write_json
from tutelage.tune.settings import TuneSettings

REFERENCE = "reference"
_LONGEST = 512  # tokens of one answer of a checkpoint
Say = Callable[[str], None]


@dataclass(frozen=True)
class CheckpointJudge:
    """Who scores checkpoints, and what that may cost."""

    model: Teacher
    budget: Budget = field(default_factory=Budget)
    pace: PaceOptions = field(default_factory=PaceOptions)
    prices: Mapping[str, Price] = field(default_factory=dict)

    def check(self) -> None:
        """Refuse, before anything is trained, a judge that cannot judge.

        Raises:
            BadInput: it cannot chat.
            MissingExtra: numpy, which the correction takes, is not installed.
        """
        numpy()
        for need in BeatRate().needs:
            if not getattr(self.model.abilities, need):
                raise BadInput(
                    f"{self.model.name} ({self.model.kind}) cannot '{need}', so it cannot score checkpoints",
                    where="judge",
                    remedy="name another judge",
                )


class Scoring:
    """The scores of one tuning's checkpoints in the folder ``out``; ``say`` hears how far it is."""

    def __init__(
        self, judge: CheckpointJudge, settings: TuneSettings, out: Path, *, say: Say = lambda line: None
    ) -> None:
        self._judge = judge
        self._settings = settings
        self._out = out
        self._say = say

    def __call__(self, checkpoint: Path) -> float:
        """The win rate of the student in ``checkpoint`` in percent, ties as half; NaN where no judgement
        could be read.

        Raises:
            TutelageError: as :func:`tutelage.runs.evaluating.gather`.
        """
        known = [each for each in self._preferences(checkpoint).values() if each is not None]
        return 100 * sum(known) / len(known) if known else math.nan

    def correction(self, checkpoints: Sequence[Path]) -> Mapping[str, Any]:
        """What the best score is worth, given that it is the best of ``checkpoints``; JSON-able, and empty
        where they have no judged question in common.

        Raises:
            TutelageError: as :meth:`__call__`, where one of them was not scored yet.
        """
        candidates = {
            each.name: {name: y for name, y in self._preferences(each).items() if y is not None}
            for each in checkpoints
        }
        try:
            found = asdict(statistics("selection").best_of(candidates, seed=self._settings.seed))
        except BadInput:
            return {}
        interval = [found["interval"]["low"], found["interval"]["high"]]
        return {**found, "interval": interval, "judge": self._judge.model.name, "by": "win rate in percent"}

    def _preferences(self, checkpoint: Path) -> Mapping[str, float | None]:
        """For each held-out question the judge's preference for the checkpoint's answer, in [0, 1]."""
        file = self._out / SCORING / f"{checkpoint.name}.json"
        kept = read_json(file)
        if kept is None:
            kept = self._judged(checkpoint)
            write_json(file, kept)
        return kept

    def _judged(self, checkpoint: Path) -> dict[str, float | None]:
        questions = read_held_out(self._out / HELD_OUT)
        plan = Plan(
            BeatRate(),
            # Without its reference: that is one of the two answers here, and no help for the judge.
            questions=[replace(each, references=()) for each in questions],
            students={checkpoint.name: self._student(checkpoint)},
            answers={REFERENCE: {each.id: _reference(each) for each in questions}},
            baseline=REFERENCE,
            judge=self._judge.model,
            sanity=0,
            seed=self._settings.seed,
            budget=self._judge.budget,
            pace=self._judge.pace,
            prices=self._judge.prices,
        )
        evidence = gather(plan, self._out / SCORING, tell=self._say)
        return {each.question: each.preference for each in paired(evidence.judgements)}

    def _student(self, checkpoint: Path) -> Teacher:
        longest = min(self._settings.max_length, _LONGEST)
        given = {"model": str(checkpoint), "max_tokens": longest, "threads": self._settings.threads}
        return HF.model_validate(given)


def _reference(question: Question) -> Answer:
    return Answer(question.id, REFERENCE, question.references)
