"""AlpacaEval's figures of one model: win rate, length-controlled win rate, their errors, categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum, isfinite
from pathlib import Path
from typing import Any, Protocol

from tutelage.errors import BadInput
from tutelage.evaluate.alpaca_inputs import GamedJudgement, read_difficulty, read_gamed, row_numbers
from tutelage.evaluate.bench import Evidence, Judgement
from tutelage.evaluate.canaries import PREFIX
from tutelage.evaluate.numbers import statistics
from tutelage.evaluate.orders import Paired
from tutelage.text import counted

_FAR, _FAR_SHARE = 10.0, 0.25  # a length-controlled rate this far from the raw one deserves a look


class LengthSettings(Protocol):
    """The settings that length control reads."""

    @property
    def as_published(self) -> bool:
        """Join by row position, with the L1 penalty."""

    @property
    def difficulty_file(self) -> str:
        """CSV of difficulties."""

    @property
    def gamed_file(self) -> str:
        """CSV of the gamed baseline."""


@dataclass(frozen=True)
class LengthInputs:
    """What length control needs beside the judgements. ``difficulty`` is in the official order, ``rows``
    gives the question's id by row number."""

    as_published: bool = False
    difficulty: Sequence[float] = ()
    gamed: Sequence[GamedJudgement] = ()
    rows: Mapping[int, str] = field(default_factory=dict)
    notes: Sequence[str] = ()

    @classmethod
    def read(
        cls, settings: LengthSettings, evidence: Evidence, judgements: Sequence[Judgement]
    ) -> LengthInputs:
        """The files that ``settings`` name, with what must be said about them.

        Raises:
            BadInput: a file cannot be read, or ``as_published`` lacks one of them.
        """
        if settings.as_published and not (settings.difficulty_file and settings.gamed_file):
            raise BadInput(
                "the published regression needs the difficulties and the gamed baseline's judgements",
                where="as_published",
                remedy="give difficulty_file and gamed_file (--difficulty and --gamed)",
            )
        difficulty = read_difficulty(Path(settings.difficulty_file)) if settings.difficulty_file else []
        gamed = read_gamed(Path(settings.gamed_file)) if settings.gamed_file else []
        by_model: dict[str, list[Judgement]] = {}
        for each in judgements:
            by_model.setdefault(each.model, []).append(each)
        rows = row_numbers(evidence.questions, by_model, len(difficulty)) if difficulty else {}
        notes = []
        if settings.as_published:
            said = "lc_interval is that of the aligned figure" if rows else "there is no lc_interval"
            notes.append(f"as published: lc_win_rate joins by row position; {said}")
        if difficulty and not rows and not settings.as_published:
            notes.append(
                "the difficulties are left out: the official order of the questions is not known; name the "
                "official questions with questions_file"
            )
        return cls(settings.as_published, difficulty, gamed, rows, notes)

    @property
    def by_id(self) -> Mapping[str, float]:
        """Difficulty by question id."""
        return {self.rows[at]: value for at, value in enumerate(self.difficulty) if at in self.rows}


def model_figures(
    model: str,
    pairs: Sequence[Paired],
    evidence: Evidence,
    inputs: LengthInputs,
    *,
    replicates: int,
    seed: int,
) -> dict[str, Any]:
    """All figures of ``model``; rates and errors in percent, lengths in characters."""
    preferences = {each.question: each.preference for each in pairs}
    figures = rates(preferences)
    half = sum(each.half for each in pairs)
    figures |= {
        "missing": len(evidence.questions or preferences) - figures["n"],
        "unreadable": len(pairs) - figures["n"] - half,
        "half": half,
        "judgements": sum(len(each.judgements) for each in pairs),
    }
    lengths = _lengths(pairs)
    figures["average_length"] = fsum(mine for _, mine in lengths.values()) / len(lengths) if lengths else None
    figures |= _length_controlled(preferences, lengths, inputs, replicates, seed)
    return figures | {"categories": _categories(preferences, evidence)}


def rates(preferences: Mapping[str, float | None]) -> dict[str, Any]:
    """Win rate, its standard error (sample SD / √n) and interval, the rate with draws as half, and the least
    distance from 50 that so many questions would find; ``n`` is the number of questions that count."""
    if not any(value is not None for value in preferences.values()):
        return dict.fromkeys(
            ("win_rate", "standard_error", "interval", "discrete_win_rate", "smallest_detectable"), None
        ) | {"n": 0}
    found = statistics("rates").win_rate(preferences)
    return {
        "win_rate": found.win_rate,
        "standard_error": found.standard_error,
        "interval": found.interval.as_list(),
        "discrete_win_rate": found.discrete,
        "smallest_detectable": found.detectable,
        "n": found.n,
    }


def _lengths(pairs: Sequence[Paired]) -> dict[str, tuple[float, float]]:
    """Characters of the baseline's and the model's answer, by question."""
    found = {}
    for each in pairs:
        facts = each.judgements[0].facts
        both = facts.get("len_baseline"), facts.get("len_model")
        if all(isinstance(one, (int, float)) and isfinite(one) for one in both):
            found[each.question] = (float(both[0] or 0), float(both[1] or 0))
    return found


def _length_controlled(
    preferences: Mapping[str, float | None],
    lengths: Mapping[str, tuple[float, float]],
    inputs: LengthInputs,
    replicates: int,
    seed: int,
) -> dict[str, Any]:
    """The length-controlled rate, its interval by refit, and the published standard error."""
    nothing = dict.fromkeys(
        ("lc_win_rate", "lc_interval", "lc_standard_error", "lc_published_error", "lc_formula")
    )
    of_model = {question: mine for question, (_, mine) in lengths.items()}
    of_baseline = {question: theirs for question, (theirs, _) in lengths.items()}
    if not any(value is not None and question in lengths for question, value in preferences.items()):
        return nothing
    control, bootstrap = statistics("length_control"), statistics("bootstrap")
    difficulty = inputs.by_id or None
    gamed = [
        control.GamedRow(inputs.rows[row], preference, length, variant)
        for row, preference, length, variant in inputs.gamed
        if row in inputs.rows
    ]
    made = control.design(preferences, of_model, of_baseline, difficulty, gamed or None)
    found = (
        _published(preferences, of_model, of_baseline, inputs)
        if inputs.as_published
        else control.fit_design(made)
    )
    aligned = (
        bool(difficulty) or not inputs.as_published
    )  # else the interval would be that of another formula
    resampled = None
    if aligned and replicates > 1:
        resampled = bootstrap.length_controlled(made, replicates=replicates, seed=seed)
    return {
        "lc_win_rate": found.win_rate,
        "lc_interval": resampled.interval.as_list() if resampled else None,
        "lc_standard_error": resampled.standard_error if resampled else None,
        "lc_published_error": found.standard_error,
        "lc_formula": found.formula,
        "lc_notes": list(found.notes),
    }


def _published(
    preferences: Mapping[str, float | None],
    of_model: Mapping[str, float],
    of_baseline: Mapping[str, float],
    inputs: LengthInputs,
) -> Any:
    control = statistics("length_control")
    gamed = [control.GamedRow(str(row), *rest) for row, *rest in inputs.gamed]
    return statistics("published").fit_as_published(
        preferences, of_model, of_baseline, inputs.difficulty, gamed
    )


def _categories(preferences: Mapping[str, float | None], evidence: Evidence) -> dict[str, Any]:
    """Win rate and number of questions by category, where questions have one."""
    groups: dict[str, dict[str, float | None]] = {}
    for question, value in preferences.items():
        known = evidence.questions.get(question)
        if known and known.category:
            groups.setdefault(known.category, {})[question] = value
    return {name: rates(values) for name, values in sorted(groups.items())}


def sentences(models: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What a person should know of the figures."""
    said = []
    for model, figures in models.items():
        if model.startswith(PREFIX):
            continue  # asked on a few questions only, by intent
        if figures["unreadable"]:
            said.append(
                f"{model}: {counted(figures['unreadable'], 'comparison')} could not be read, and do not count"
            )
        if figures["half"]:
            said.append(
                f"{model}: {counted(figures['half'], 'comparison')} in one order only, and do not count"
            )
        if figures["missing"]:
            said.append(
                f"{model}: {figures['missing']} of {figures['n'] + figures['missing']} questions are missing"
            )
        said += [f"{model}: {note}" for note in figures.get("lc_notes") or ()]
        raw, controlled = figures["win_rate"], figures["lc_win_rate"]
        if raw is not None and controlled is not None:
            gap = abs(controlled - raw)
            if gap > _FAR or (raw > 0 and gap > _FAR_SHARE * raw):
                said.append(
                    f"{model}: length control moves the rate by {gap:.1f} points: look at its lengths"
                )
    return list(dict.fromkeys(said))
