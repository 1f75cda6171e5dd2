"""AlpacaEval's figures of one model: win rate, length-controlled win rate, their errors, categories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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

_FEWEST_MODELS = 3  # of which two estimate the difficulties that the third is scored with
_FEWEST = 10  # questions for a regression of two or three coefficients
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

    @property
    def own_difficulty(self) -> bool:
        """Estimate difficulties from the models at hand."""


@dataclass(frozen=True)
class LengthInputs:
    """What length control needs beside the judgements. ``difficulty`` is in the official order, ``rows``
    gives the question's id by row number. ``own`` are difficulties by model and question id, estimated from
    the other models."""

    as_published: bool = False
    difficulty: Sequence[float] = ()
    gamed: Sequence[GamedJudgement] = ()
    rows: Mapping[int, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    own: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

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
            notes.append(
                "as published: lc_win_rate joins by row position; lc_interval is from plain refits of the "
                "same shifted rows, centred on the published figure"
            )
        if difficulty and not rows and not settings.as_published:
            notes.append(
                "the difficulties are left out: the official order of the questions is not known; name the "
                "official questions with questions_file"
            )
        return cls(settings.as_published, difficulty, gamed, rows, notes)

    def with_own(self, by_model: Mapping[str, Sequence[Paired]]) -> LengthInputs:
        """With difficulties that a joint fit over the other models estimates, for each model anew: none is
        scored by what its own answers said. Too few models: without, and a note says so.

        Raises:
            MissingExtra: numpy is not installed.
        """
        control, difficulty = statistics("length_control"), statistics("difficulty")
        designs = {}
        for model, pairs in by_model.items():
            preferences = {each.question: each.preference for each in pairs}
            lengths = _lengths(pairs)
            if not model.startswith(PREFIX) and any(
                value is not None and question in lengths for question, value in preferences.items()
            ):
                mine = {question: length for question, (_, length) in lengths.items()}
                theirs = {question: length for question, (length, _) in lengths.items()}
                designs[model] = control.design(preferences, mine, theirs)
        if len(designs) < _FEWEST_MODELS:
            note = (
                f"difficulties are left out: to estimate them takes {_FEWEST_MODELS} models, and "
                f"{counted(len(designs), 'model')} can be used"
            )
            return replace(self, notes=(*self.notes, note))
        fits = {model: difficulty.joint_fit(designs, without=model) for model in designs}
        notes = dict.fromkeys(note for each in fits.values() for note in each.notes)
        return replace(
            self, own={model: each.gamma for model, each in fits.items()}, notes=(*self.notes, *notes)
        )

    def difficulties(self, model: str) -> Mapping[str, float] | None:
        """Difficulty by question id: the published one, else the one estimated for ``model``."""
        return self.by_id or self.own.get(model) or None

    def gamed_by(self, names: Mapping[int, str] | Sequence[str]) -> Iterator[Any]:
        """The gamed rows under the question ids that ``names`` gives their row numbers."""
        known = names if isinstance(names, Mapping) else dict(enumerate(names))
        row_of = statistics("length_control").GamedRow
        return (row_of(known[row], *rest) for row, *rest in self.gamed if row in known)

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
    difficulty = inputs.difficulties(model)
    figures |= _length_controlled(preferences, lengths, inputs, difficulty, replicates, seed)
    return figures | {"categories": _categories(preferences, evidence)}


def rates(preferences: Mapping[str, float | None]) -> dict[str, Any]:
    """Win rate, its standard error (sample SD / √n) and interval, the rate with draws as half, and the least
    distance from 50 that so many questions would find, with ``None`` for what so few do not tell;
    ``n`` is the number of questions that count."""
    if not any(value is not None for value in preferences.values()):
        return dict.fromkeys(
            ("win_rate", "standard_error", "interval", "discrete_win_rate", "smallest_detectable"), None
        ) | {"n": 0}
    found = statistics("rates").win_rate(preferences)
    return {
        "win_rate": found.win_rate,
        "standard_error": found.standard_error if found.n > 1 else None,
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
    difficulty: Mapping[str, float] | None,
    replicates: int,
    seed: int,
) -> dict[str, Any]:
    """The length-controlled rate, its interval by refit, and the published standard error. The minimal
    formula predicts the same for every question, so that the published error would be 0: it has none."""
    nothing = dict.fromkeys(
        ("lc_win_rate", "lc_interval", "lc_standard_error", "lc_published_error", "lc_formula")
    )
    of_model = {question: mine for question, (_, mine) in lengths.items()}
    of_baseline = {question: theirs for question, (theirs, _) in lengths.items()}
    if not any(value is not None and question in lengths for question, value in preferences.items()):
        return nothing
    control = statistics("length_control")
    gamed = list(inputs.gamed_by(list(preferences) if inputs.as_published else inputs.rows))
    if inputs.as_published:
        difficulty = dict(zip(preferences, inputs.difficulty, strict=False))
        found = _published(preferences, of_model, of_baseline, inputs)
    made = control.design(preferences, of_model, of_baseline, difficulty, gamed or None)
    if not inputs.as_published:
        if len(made) < _FEWEST and not made.equal:
            few = f"no length-controlled rate: {counted(len(made), 'question')}, and it takes {_FEWEST}"
            return nothing | {"lc_notes": [few]}
        found = control.fit_design(made)
    telling = found.formula != "minimal" and len(made) > 1
    return {
        "lc_win_rate": found.win_rate,
        **_resampled(made, found.win_rate, replicates, seed),
        "lc_published_error": found.standard_error if telling else None,
        "lc_formula": found.formula,
        "lc_notes": list(found.notes),
    }


def _resampled(made: Any, rate: float, replicates: int, seed: int) -> dict[str, Any]:
    """Interval and error of ``rate`` by refitting ``made``. Where all preferences are equal no resample
    differs, and the error is not known."""
    if replicates < 2:
        return {"lc_interval": None, "lc_standard_error": None}
    bootstrap = statistics("bootstrap")
    found = bootstrap.length_controlled(made, replicates=replicates, seed=seed)
    known = len(made) > 1 and made.preference.min() < made.preference.max()
    return {
        "lc_interval": bootstrap.centred(found, rate).as_list(),
        "lc_standard_error": found.standard_error if known else None,
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
                f"{model}: {counted(figures['unreadable'], 'comparison')} without readable verdict, left out"
            )
        if figures["half"]:
            said.append(f"{model}: {counted(figures['half'], 'comparison')} in one order only, left out")
        if figures["missing"]:
            said.append(
                f"{model}: {figures['missing']} of {figures['n'] + figures['missing']} questions are missing"
            )
        if figures.get("lc_formula") == "minimal" and figures["lc_win_rate"] is not None:
            said.append(
                f"{model}: length-controlled rate {figures['lc_win_rate']:.2f} by the minimal formula (no "
                "difficulties): not comparable with published rates, from which it can be several points away"
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
