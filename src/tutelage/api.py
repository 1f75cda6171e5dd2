"""The Python front: one function a stage, blocking, with the same results as the command line.

    import tutelage
    result = tutelage.run("recipe.yaml", out="runs/notes", sets=["target=50"])
    for example in tutelage.read_examples(result.out):
        print(example.instruction)

Inside a running event loop use the coroutines in :mod:`tutelage.runs` instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tutelage import rows
from tutelage.analysis.settings import DEFAULTS, AnalysisSettings
from tutelage.evaluate.bench import Bench
from tutelage.filters.filter import Filter
from tutelage.recipe import kinds
from tutelage.recipe.model import Recipe
from tutelage.recipe.reading import load
from tutelage.records import Example
from tutelage.runs import analysing, comparing, evaluating, filtering, pipeline, stages, tuning
from tutelage.runs import preview as previewing
from tutelage.runs.assessing import Judges
from tutelage.runs.progress import Listener
from tutelage.runs.result import RunResult
from tutelage.store import reading
from tutelage.tune.progress import Tell, silent
from tutelage.tune.result import TuneResult
from tutelage.tune.settings import TuneSettings

NO_SETTINGS: Mapping[str, Any] = {}


def load_recipe(path: str | Path, sets: Sequence[str] = ()) -> Recipe:
    """Read and check a recipe; ``sets`` are overrides such as ``"skillmix.k=3"``.

    Raises:
        BadInput: with the place, the value, and the remedy.
    """
    return load(Path(path), sets)


def run(
    recipe: str | Path | Recipe,
    out: str | Path | None = None,
    *,
    sets: Sequence[str] = (),
    listener: Listener | None = None,
) -> RunResult:
    """Carry a recipe out, or go on with it, in the folder ``out`` (``runs/NAME`` by default).

    What the recipe declares to follow the dataset is in the result's ``after``.

    Raises:
        TutelageError: see :mod:`tutelage.errors`; a run that stops short returns, with its reason.
    """
    ready = recipe if isinstance(recipe, Recipe) else load_recipe(recipe, sets)
    pipeline.check_following(ready)
    result = asyncio.run(stages.execute(ready, out_folder(ready, out), listener=listener))
    return pipeline.follow(ready, result)


def preview(
    recipe: str | Path | Recipe,
    out: str | Path | None = None,
    *,
    items: int = 10,
    sets: Sequence[str] = (),
    listener: Listener | None = None,
) -> previewing.Preview:
    """Decide a few items and forecast the run; what they cost is not paid again by :func:`run`."""
    ready = recipe if isinstance(recipe, Recipe) else load_recipe(recipe, sets)
    folder = out_folder(ready, out)
    return asyncio.run(previewing.preview(ready, folder, items=items, listener=listener))


def filter_files(
    paths: Sequence[str | Path],
    filters: Sequence[Filter],
    out: str | Path,
    *,
    strict: bool = False,
    trace: bool = False,
    judge: str | Path | Recipe | None = None,
) -> filtering.FilterResult:
    """Run filters over dataset files of any known format, as one pool in the order given.

    ``judge`` is a recipe whose judge, or else teacher, answers filters that ask a model; ``trace`` has the
    result tell what each filter removed.

    Raises:
        BadInput: a file cannot be read, or a filter asks a model and no ``judge`` is given; with ``strict``,
            also the first row that is no example.
        TutelageError: the judge can no longer be asked; what it answered is kept beside ``out``.
    """
    ready = judge if isinstance(judge, Recipe) or judge is None else load_recipe(judge)
    judges = Judges.of(ready) if ready else None
    files = [Path(path) for path in paths]
    return filtering.filter_files(files, filters, Path(out), strict=strict, trace=trace, judges=judges)


def analyze(
    paths: Sequence[str | Path],
    out: str | Path | None = None,
    *,
    settings: AnalysisSettings = DEFAULTS,
    wanted: str | Path | None = None,
    losses: Mapping[str, float] | None = None,
) -> analysing.AnalysisResult:
    """Measure dataset files, folders of them, and runs side by side; ``result.as_dict()["inputs"]`` has an
    object for each. With ``out`` the report is written there.

    ``wanted`` is a file of what should be covered; ``losses`` maps ids of examples to a student's loss.

    Raises:
        BadInput: an input cannot be read, or is given twice.
    """
    return analysing.analyse_inputs(
        [Path(path) for path in paths],
        Path(out) if out is not None else None,
        settings=settings,
        wanted=Path(wanted) if wanted is not None else None,
        losses=losses,
    )


def tune_files(
    paths: str | Path | Sequence[str | Path],
    out: str | Path,
    *,
    settings: TuneSettings | Mapping[str, Any] = NO_SETTINGS,
    fresh: bool = False,
    tell: Tell = silent,
    score_checkpoint: tuning.ScoreCheckpoint | None = None,
) -> TuneResult:
    """Tune a student on dataset files and runs (their folders), as one pool, into the folder ``out``.

    ``settings`` are the keys of a recipe's section ``tune``, as a mapping or built. The same call goes on
    where an earlier process stopped; ``fresh`` begins anew. ``tell`` hears how far
    training is, and ``score_checkpoint`` scores a checkpoint's folder where ``settings.select`` is ``score``.

    Raises:
        BadInput: an input cannot be read, ``out`` holds something else, or nothing is left to train on.
        MissingExtra: the ``tune`` extra is not installed.
    """
    files = [paths] if isinstance(paths, (str, Path)) else paths
    return tuning.tune_files(
        [Path(path) for path in files],
        _tune_settings(settings),
        Path(out),
        fresh=fresh,
        tell=tell,
        score_checkpoint=score_checkpoint,
    )


def _tune_settings(given: TuneSettings | Mapping[str, Any]) -> TuneSettings:
    if isinstance(given, TuneSettings):
        return given
    built, problems = kinds.validate(TuneSettings, given)
    if not isinstance(built, TuneSettings):
        raise kinds.complaint(problems, lambda path: f"settings.{kinds.dotted(path)}", subject="the tuning")
    return built


def compare(
    paths: Sequence[str | Path],
    out: str | Path | None = None,
    *,
    seed: int = 42,
    examples: int = comparing.EXAMPLES,
    settings: AnalysisSettings = DEFAULTS,
) -> comparing.Comparison:
    """Put runs, dataset files, students and evaluations side by side, with a verdict for each two models;
    with ``out`` the page is written there. No model is asked.

    Raises:
        BadInput: there is nothing to compare at a path, or a file is damaged.
    """
    places, folder = [Path(path) for path in paths], Path(out) if out is not None else None
    return comparing.compare(places, folder, seed=seed, most=examples, settings=settings)


def evaluate_models(plan: evaluating.Plan, out: str | Path) -> evaluating.Evaluation:
    """Carry an evaluation out, or go on with it, in the folder ``out``.

    Raises:
        TutelageError: as :func:`tutelage.runs.evaluating.evaluate`.
    """
    return evaluating.evaluate(plan, Path(out))


def evaluate_recorded(
    bench: Bench, paths: Sequence[str | Path], *, labels: str | Path | None = None
) -> evaluating.Evaluation:
    """The figures of judgements on record; ``labels`` is a file of people's verdicts. No model is asked.

    Raises:
        BadInput: a file is damaged or of another format, or nothing in it can be counted.
    """
    people = Path(labels) if labels is not None else None
    return evaluating.evaluate_recorded(bench, [Path(path) for path in paths], labels=people)


def read_examples(path: str | Path) -> Iterator[Example]:
    """The examples of a run (its folder) or of a dataset file in any known format.

    Raises:
        BadInput: there is nothing to read, or a row is no example.
    """
    place = Path(path)
    if place.is_dir():
        return reading.kept_examples(place)
    naming = rows.Naming()
    return (naming.example(row) for row in rows.read_rows(place))


def out_folder(recipe: Recipe, out: str | Path | None) -> Path:
    """Where a run lives when nobody says: ``runs/NAME`` below the working folder."""
    return Path(out) if out is not None else Path("runs") / recipe.name
