"""Datasets, students and evaluations side by side, with verdicts, and the one page that says it all.

    paths → what lies there → studies (same bench, baseline and judge) → verdicts → compare.json, report.html

Nothing is asked: everything comes from what is on record. Equal inputs and seed give equal bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from tutelage import __version__
from tutelage.analysis.report import Analysis
from tutelage.analysis.settings import DEFAULTS, AnalysisSettings
from tutelage.errors import BadInput
from tutelage.evaluate.bench import Figures, Judgement
from tutelage.evaluate.canaries import judge_figures
from tutelage.evaluate.comparing import Compared, Study, compare_study
from tutelage.evaluate.shown import Shown, examples
from tutelage.runs.analysing import analyse_inputs
from tutelage.runs.compare_inputs import Evaluated, StudentFacts, find, read_evaluation, read_student
from tutelage.runs.compare_page import render_page
from tutelage.runs.pools import keep_apart
from tutelage.text import counted

REPORT, PAGE = "compare.json", "report.html"
JUDGE_CHECK = "judge-check"
EXAMPLES = 6
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Comparison:
    """What came out. ``shown`` has for each study and each of its pairs the answers that the page shows."""

    studies: Sequence[Compared] = ()
    shown: Sequence[Sequence[Sequence[Shown]]] = ()
    datasets: Sequence[Analysis] = ()
    students: Sequence[StudentFacts] = ()
    not_compared: Sequence[str] = ()
    out: Path | None = None
    files: Sequence[str] = ()

    @property
    def sentences(self) -> list[str]:
        """A verdict for each pair of models."""
        return [pair.said.sentence for study in self.studies for pair in study.pairs]

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "tutelage": __version__,
            "verdicts": [
                {"bench": study.study.bench, "model": pair.found.model, "other": pair.found.other}
                | {"word": pair.said.word, "sentence": pair.said.sentence}
                for study in self.studies
                for pair in study.pairs
            ],
            "studies": [
                each.as_dict() | {"shown": [[one.as_dict() for one in pair] for pair in pairs]}
                for each, pairs in zip(self.studies, self.shown, strict=True)
            ],
            "datasets": [each.as_dict() for each in self.datasets],
            "students": [
                {"name": each.name, **each.described, "left_out": dict(each.left_out)}
                for each in self.students
            ],
            "not_compared": [*self.not_compared],
            "out": str(self.out) if self.out else None,
            "files": [*self.files],
        }


def compare(
    paths: Sequence[Path],
    out: Path | None = None,
    *,
    seed: int = 42,
    most: int = EXAMPLES,
    settings: AnalysisSettings = DEFAULTS,
    tell: Tell = lambda line: None,
) -> Comparison:
    """Put what lies at ``paths`` side by side and write ``compare.json`` and ``report.html`` to ``out``.

    A path is a dataset file, a run, a student's folder, an evaluation's, or a folder that holds such
    folders. ``most`` questions of each pair of models are shown, drawn by ``seed``.

    Raises:
        BadInput: there is nothing to compare, a file is damaged, or ``out`` is no folder.
        MissingExtra: there are evaluations, and numpy is not installed.
    """
    if not paths:
        raise BadInput("there is nothing to compare", remedy="name runs, students, evaluations or datasets")
    if out is not None and out.exists() and not out.is_dir():
        raise BadInput("the page goes to a folder, but this is a file", where=f"--out {out}",
                       remedy="name a folder")  # fmt: skip
    found = find(paths)
    evaluations = [read_evaluation(each) for each in found if each.kind == "evaluation"]
    studies, apart = studies_of(evaluations)
    compared = [compare_study(study, seed=seed) for study in studies]
    files = [each.path for each in found if each.kind == "dataset"]
    result = Comparison(
        studies=compared,
        shown=[
            [examples(each.study, pair, most=most, seed=seed) for pair in each.pairs] for each in compared
        ],
        datasets=analyse_inputs(files, settings=settings, tell=tell).analyses if files else (),
        students=[read_student(each) for each in found if each.kind == "student"],
        not_compared=apart,
        out=out,
        files=(REPORT, PAGE) if out is not None else (),
    )
    if out is not None:
        _write(result, out, files)
    return result


def studies_of(evaluations: Sequence[Evaluated]) -> tuple[list[Study], list[str]]:
    """Evaluations of the same bench, baseline and judge together; and what stays apart, in sentences."""
    checks = _judge_checks(evaluations)
    parts = [part for each in evaluations if each.bench != JUDGE_CHECK for part in _parts(each)]
    studies: list[Study] = []
    for part in parts:
        place = next((at for at, each in enumerate(studies) if _fits(each, part)), None)
        if place is None:
            studies.append(part)
        else:
            studies[place] = _joined(studies[place], part)
    origin = {each.name: each.source for each in evaluations}
    apart = [  # two benches of one run are no surprise to anybody
        line
        for one, other in combinations(studies, 2)
        if one.bench == other.bench
        or {*map(origin.get, one.sources)}.isdisjoint(map(origin.get, other.sources))
        for line in [_why_apart(one, other)]
    ]
    return [replace(each, fitness=checks.get(each.judge)) for each in studies], apart


def _judge_checks(evaluations: Sequence[Evaluated]) -> dict[str, Figures]:
    """What checks of judges among the inputs say, by judge."""
    by_judge: dict[str, list[Judgement]] = {}
    for each in evaluations:
        if each.bench == JUDGE_CHECK:
            for judgement in each.judgements:
                by_judge.setdefault(judgement.judge, []).append(judgement)
    return {judge: judge_figures(given) for judge, given in by_judge.items() if judge}


def _parts(each: Evaluated) -> list[Study]:
    """A study for each judge: what two judges said is not one measure."""
    judges = list(dict.fromkeys(one.judge for one in each.judgements if one.judge)) or [""]
    notes = [f"{each.name}: {note}" for note in each.notes]
    if len(judges) > 1:
        notes.append(f"{each.name}: the judgements of {len(judges)} judges are kept apart")
    parts = []
    for judge in judges:
        # A call that failed leaves a judgement without a judge: it is everybody's.
        given = [one for one in each.judgements if one.judge == judge or not one.judge]
        baselines = {one.baseline for one in given if one.baseline}
        parts.append(
            Study(
                each.bench,
                _known(each, given, notes),
                each.answers,
                each.texts,
                each.figures,
                baselines.pop() if len(baselines) == 1 else "",
                judge,
                (each.name,),
                tuple(notes),
                settings=each.settings,
            )
        )
    return parts


def _known(each: Evaluated, given: Sequence[Judgement], notes: list[str]) -> list[Judgement]:
    """One judgement for each place; of those given twice the last counts."""
    last = {(one.model, one.baseline, one.question, one.turn, one.swapped): one for one in given}
    if len(last) < len(given):
        notes.append(
            f"{each.name}: {counted(len(given) - len(last), 'judgement')} given twice; the last counts"
        )
    return list(last.values())


def _fits(study: Study, part: Study) -> bool:
    """Whether ``part`` measures the same thing: bench, judge, baseline and its answers."""
    if (study.bench, study.baseline, study.judge) != (part.bench, part.baseline, part.judge):
        return False
    return _same_baseline(study, part)


def _same_baseline(one: Study, other: Study) -> bool:
    mine, theirs = one.answers.get(one.baseline, {}), other.answers.get(one.baseline, {})
    return all(mine[key].turns == theirs[key].turns for key in mine.keys() & theirs.keys())


def _joined(study: Study, part: Study) -> Study:
    """Both together. A model that both have keeps its name in the first and is told apart in the second; a
    question whose text differs is another question and is left out of the second."""
    other = {key for key, text in part.texts.items() if study.texts.get(key, text) != text}
    again = set(study.models) & set(part.models)
    source = part.sources[0]
    name_of = {name: f"{name} ({source})" for name in again}
    notes = [*study.notes, *part.notes]
    if other:
        notes.append(f"{source}: {counted(len(other), 'question')} with the id of another question, left out")
    judgements = [
        replace(each, model=name_of.get(each.model, each.model))
        for each in part.judgements
        if each.question not in other and (each.model in part.models or not _has_sanity(study))
    ]
    answers = {
        name_of.get(name, name): {key: answer for key, answer in given.items() if key not in other}
        for name, given in part.answers.items()
    }
    baseline = {**answers.get(study.baseline, {}), **study.answers.get(study.baseline, {})}
    return replace(
        study,
        judgements=[*study.judgements, *judgements],
        answers={**study.answers, **answers, **({study.baseline: baseline} if baseline else {})},
        texts={**part.texts, **study.texts},
        figures={**{name_of.get(name, name): each for name, each in part.figures.items()}, **study.figures},
        sources=(*study.sources, source),
        notes=notes,
    )


def _has_sanity(study: Study) -> bool:
    return len({each.model for each in study.judgements}) > len(study.models)


def _why_apart(one: Study, other: Study) -> str:
    names = [" and ".join(each.sources) for each in (one, other)]
    said = f"{names[0]} and {names[1]} cannot be compared: "
    if one.bench != other.bench:
        return said + f"{one.bench} and {other.bench} are different benches."
    if one.judge != other.judge:
        return said + f"their judges are {one.judge or 'unknown'} and {other.judge or 'unknown'}."
    if one.baseline != other.baseline:
        return said + f"their baselines are {one.baseline or 'none'} and {other.baseline or 'none'}."
    return said + f"the answers of the baseline {one.baseline} differ."


def _write(result: Comparison, out: Path, inputs: Sequence[Path]) -> None:
    texts = {
        REPORT: json.dumps(result.as_dict(), ensure_ascii=False, indent=2) + "\n",
        PAGE: render_page(
            result.studies, result.shown, result.datasets, result.students, result.not_compared
        ),
    }
    for name in texts:
        keep_apart(inputs, out / name)
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        fresh = out / f"{name}.new"
        # Half a surrogate pair in an answer is written as its replacement: the file stays UTF-8.
        fresh.write_text(text.encode("utf-8", "replace").decode("utf-8"), encoding="utf-8", newline="\n")
        fresh.replace(out / name)
