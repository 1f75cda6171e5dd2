"""``tutelage evaluate``: a bench for models, for answers on record, or for judgements on record."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from tutelage import plugins
from tutelage.cli.terminal import SHORT, emit, json_option, note, out_option, set_option, table
from tutelage.errors import BadInput, nearest
from tutelage.evaluate.answers import read_answers
from tutelage.evaluate.bench import Bench
from tutelage.evaluate.leaderboard import placed
from tutelage.recipe import kinds
from tutelage.recipe.binding import bind
from tutelage.recipe.overrides import parse_sets
from tutelage.recipe.settings import Budget, PaceOptions, Price, Settings
from tutelage.runs.evaluating import FIGURES, Evaluation, Plan, evaluate, evaluate_recorded, keep
from tutelage.teachers.teacher import Teacher
from tutelage.text import counted

ROLES = ("student", "judge", "baseline")
LIMITS: Mapping[str, type[Settings]] = {"budget": Budget, "pace": PaceOptions}
_FILE = click.Path(path_type=Path)
PRICES = "write --set prices.MODEL='{prompt: 1, completion: 2}', in USD per million tokens"
_SHOWN = 9  # figures in a table on a terminal; --json has all
_COUNTS = ("missing", "unreadable", "half", "unanswered", "judgements")  # of note where they are not 0


@click.command("evaluate")
@click.argument("bench")
@click.option("--from", "recorded", multiple=True, type=_FILE, help="Judgements on record; asks no model.")
@click.option("--student", "students", multiple=True, metavar="MODEL", help="A model to evaluate.")
@click.option("--answers", multiple=True, type=_FILE, help="Answers on record: a file for each model.")
@click.option("--baseline", metavar="MODEL|FILE", help="Whom the others are compared with.")
@click.option("--judge", metavar="MODEL", help="The model that grades.")
@click.option("--questions", type=_FILE, help="The bench's question file.")
@click.option("--limit", type=click.IntRange(1), help="Ask only the first N questions.")
@click.option("--sanity", default=20, show_default=True, type=click.IntRange(0), help="Questions on which"
              " answers of known worth are judged as well; 0: none.")  # fmt: skip
@click.option("--as-published", is_flag=True, help="Compute as the published implementation does, faults"
              " included.")  # fmt: skip
@click.option("--difficulty", type=_FILE, help="Published difficulty of each question (alpaca-eval).")
@click.option("--gamed", type=_FILE, help="Published rows of the gamed baseline (alpaca-eval).")
@click.option("--labels", type=_FILE, help="People's verdicts on the same answers: agreement, corrected"
              " rates.")  # fmt: skip
@click.option("--leaderboard", type=_FILE, help="A published table (CSV) to place the models in.")
@click.option("--seed", default=42, show_default=True, help="Decides every draw.")
@out_option("A folder for answers, judgements and figures [default: evaluations/BENCH].")
@set_option
@json_option
def command(
    bench: str,
    recorded: tuple[Path, ...],
    students: tuple[str, ...],
    answers: tuple[Path, ...],
    baseline: str | None,
    judge: str | None,
    questions: Path | None,
    limit: int | None,
    sanity: int,
    as_published: bool,
    difficulty: Path | None,
    gamed: Path | None,
    labels: Path | None,
    leaderboard: Path | None,
    seed: int,
    out: Path | None,
    sets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Evaluate models on BENCH (see: tutelage kinds).

    MODEL is smollm2, a .gguf file, a student's folder, a recipe, or KIND:MODEL such as openai:gpt-4o-mini.
    What was answered and judged stays in OUT, so that the same command again pays for nothing twice.

    Example: tutelage evaluate alpaca-eval --from annotations.json --difficulty instruction_difficulty.csv
    """
    tree = parse_sets(sets)
    flags = {"questions_file": questions, "difficulty_file": difficulty, "gamed_file": gamed}
    given = {key: str(value) for key, value in flags.items() if value is not None}
    built = build_bench(bench, tree, given | ({"as_published": True} if as_published else {}))
    _check_used(built, tree, recorded=bool(recorded), judge=judge)
    if recorded:
        if students or answers or judge or baseline or limit:
            raise BadInput(
                "judgements on record are read without asking anybody",
                where="--from",
                remedy="leave --student, --answers, --judge, --baseline and --limit out",
            )
        result = evaluate_recorded(built, recorded, labels=labels)
        if out is not None:
            result = keep(built, result, out)
    else:
        rest = {"limit": limit, "sanity": sanity, "seed": seed, "labels": labels}
        plan = _plan(built, tree, students, answers, baseline, judge, **rest, **limits(tree))
        result = evaluate(plan, out or Path("evaluations") / bench, tell=note)
    if leaderboard is not None:
        result = replace(result, figures=placed(result.figures, leaderboard))
    if as_json:
        emit(result.as_dict())
    else:
        tell(result, built.headline)
    if built.judged and nothing_graded(result):
        sys.exit(SHORT)


def nothing_graded(result: Evaluation) -> bool:
    """Whether there are judgements and none has a verdict; it is told then."""
    asked = result.evidence.judgements
    if not asked or any(each.value is not None for each in asked):
        return False
    note("nothing could be graded: no judgement has a verdict")
    return True


def build_bench(name: str, sets: Mapping[str, Any], given: Mapping[str, Any]) -> Bench:
    """The bench ``name`` with the settings of ``--set NAME.KEY=VALUE`` and ``given`` over them.

    Raises:
        BadInput: no such bench, or settings that fit neither it nor a role.
    """
    plugins.load("benches", name)  # an unknown name is told before its settings
    for key in sets:
        known = (name, *ROLES, *LIMITS, "prices")
        if key not in known:
            raise BadInput(f"'{key}' cannot be set here", where=f"--set {key}", remedy=nearest(key, known))
    settings = sets.get(name, {})
    if not isinstance(settings, Mapping):
        raise BadInput(
            f"'{name}' has settings of its own", where=f"--set {name}", remedy=f"--set {name}.KEY=VALUE"
        )
    built = kinds.build("benches", name, {**settings, **given}, f"evaluate {name}")
    assert isinstance(built, Bench)  # the group holds nothing else
    return built


def _check_used(bench: Bench, sets: Mapping[str, Any], *, recorded: bool, judge: str | None) -> None:
    """Refuse what would change nothing."""
    for key in sets:
        if recorded and key in (*ROLES, *LIMITS, "prices"):
            raise BadInput("judgements on record are read without asking anybody", where=f"--set {key}",
                           remedy=f"leave it out; a bench has --set {bench.kind}.KEY=VALUE")  # fmt: skip
    if judge and not bench.judged:
        raise BadInput(
            f"the bench '{bench.kind}' asks no judge", where=f"--judge {judge}", remedy="leave it out"
        )


def limits(sets: Mapping[str, Any]) -> dict[str, Any]:
    """Budget, pace and prices as ``--set`` has them, as in a recipe.

    Raises:
        BadInput: an unknown key, or a value that does not fit.
    """
    made: dict[str, Any] = {
        key: _section(model, sets[key], key) for key, model in LIMITS.items() if key in sets
    }
    prices = sets.get("prices", {})
    if not isinstance(prices, Mapping):
        raise BadInput("prices are by model", where="--set prices", remedy=PRICES)
    return made | {"prices": {name: _section(Price, each, f"prices.{name}") for name, each in prices.items()}}


def _section(model: type[Settings], given: Any, name: str) -> Any:
    if not isinstance(given, Mapping):
        keys = ", ".join(model.model_fields)
        raise BadInput(f"'{name}' is a group of settings", where=f"--set {name}", remedy=f"its keys: {keys}")
    built, problems = kinds.validate(model, given)
    if problems:
        raise kinds.complaint(problems, lambda path: f"--set {name}.{kinds.dotted(path)}", subject=name)
    return built


def _plan(
    bench: Bench,
    sets: Mapping[str, Any],
    students: Sequence[str],
    files: Sequence[Path],
    baseline: str | None,
    judge: str | None,
    **rest: Any,
) -> Plan:
    models: dict[str, Teacher] = {}
    for named in students:
        model = bind(named, "student", _settings(sets, "student"))
        if model.name in models:
            raise BadInput(f"two students are called '{model.name}'", where=f"--student {named}",
                           remedy="evaluate them one after the other, in two folders")  # fmt: skip
        models[model.name] = model
    read = read_answers(files, bench.questions()) if files else None
    answers = dict(read.answers) if read else {}
    notes = list(read.notes) if read else []
    compared = ""
    if baseline is not None:
        compared, found, said = _baseline(bench, baseline, sets)
        notes += said
        if isinstance(found, Teacher):
            models[compared] = found
        elif compared in answers and answers[compared] != found:
            raise BadInput(f"the baseline is called '{compared}', and so is one that is evaluated",
                           where=f"--baseline {baseline}", remedy="rename one of the files, or name the model"
                           " in its rows: generator")  # fmt: skip
        else:
            answers[compared] = found
    elif bench.paired:
        compared, found = bench.default_baseline()
        answers = {**answers, **({compared: found} if compared else {})}
    grader = bind(judge, "judge", _settings(sets, "judge")) if judge else None
    return Plan(
        bench,
        students=models,
        answers=answers,
        baseline=compared,
        judge=grader,
        notes=tuple(notes),
        **rest,
    )


def _baseline(bench: Bench, named: str, sets: Mapping[str, Any]) -> tuple[str, Any, Sequence[str]]:
    """Its name, and a model or the answers in a file."""
    path = Path(named)
    if path.is_file() and path.suffix in (".json", ".jsonl", ".csv"):
        read = read_answers([path], bench.questions())
        if len(read.answers) != 1:
            raise BadInput(
                f"the file holds answers of {len(read.answers)} models",
                where=named,
                remedy="name a file with one",
            )
        ((name, answers),) = read.answers.items()
        return name, answers, read.notes
    model = bind(named, "student", _settings(sets, "baseline"))
    return model.name, model, ()


def _settings(sets: Mapping[str, Any], role: str) -> Mapping[str, Any]:
    settings = sets.get(role, {})
    return settings if isinstance(settings, Mapping) else {}


def tell(result: Evaluation, headline: Sequence[str] = ()) -> None:
    """The figures for a person: a row for each model, ``headline`` first, then what is to be said of them."""
    models = result.figures.models
    columns = _columns(models.values(), headline)
    table(
        ["model", *columns],
        [[name, *(_cell(each.get(key)) for key in columns)] for name, each in models.items()],
    )
    for line in result.figures.lines:
        note(" ".join(line.split()))  # a model may be called anything
    if result.out is not None:
        files = counted(len(result.files), "file")
        click.echo(f"written to {result.out}: {files}, {FIGURES} among them")


def _columns(models: Iterable[Mapping[str, Any]], headline: Sequence[str] = ()) -> list[str]:
    """The figures that fit into a line: the headline, other rates and scores with their intervals, and counts
    where one is not 0."""
    rows = list(models)
    keys = dict.fromkeys(key for each in rows for key, value in each.items() if _shown(value))
    told = [key for key in keys if key not in _COUNTS or any(each.get(key) for each in rows)]
    counts = [key for key in told if key in (*_COUNTS, "n")]
    first = [key for key in headline if key in told]
    others = [key for key in told if key not in (*first, *counts)]
    return [*first, *others[: max(0, _SHOWN - len(first) - len(counts))], *counts]


def _shown(value: Any) -> bool:
    return isinstance(value, (int, float)) or _is_interval(value)


def _is_interval(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(each, float) for each in value)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if _is_interval(value):
        return f"{value[0]:.2f} to {value[1]:.2f}"
    return (
        f"{value:.3g}"
        if isinstance(value, float) and abs(value) < 1
        else (f"{value:.2f}" if isinstance(value, float) else str(value))
    )
