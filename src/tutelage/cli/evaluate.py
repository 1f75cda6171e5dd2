"""``tutelage evaluate``: a bench for models, for answers on record, or for judgements on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from tutelage import plugins
from tutelage.cli.terminal import emit, json_option, note, out_option, set_option, table
from tutelage.errors import BadInput, nearest
from tutelage.evaluate.answers import read_answers
from tutelage.evaluate.bench import Bench
from tutelage.recipe import kinds
from tutelage.recipe.binding import bind
from tutelage.recipe.overrides import parse_sets
from tutelage.runs.evaluating import Evaluation, Plan, evaluate, evaluate_recorded
from tutelage.teachers.teacher import Teacher

ROLES = ("student", "judge", "baseline")
_FILE = click.Path(path_type=Path)
_SHOWN = 8  # figures in a table on a terminal; --json has all


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
    if recorded:
        asked = students or answers or judge
        if asked:
            raise BadInput(
                "judgements on record are read without asking anybody",
                where="--from",
                remedy="leave --student, --answers and --judge out",
            )
        result = evaluate_recorded(built, recorded)
    else:
        plan = _plan(built, tree, students, answers, baseline, judge, limit=limit, sanity=sanity, seed=seed)
        result = evaluate(plan, out or Path("evaluations") / bench, tell=note)
    if as_json:
        emit(result.as_dict())
    else:
        tell(result)


def build_bench(name: str, sets: Mapping[str, Any], given: Mapping[str, Any]) -> Bench:
    """The bench ``name`` with the settings of ``--set NAME.KEY=VALUE`` and ``given`` over them.

    Raises:
        BadInput: no such bench, or settings that fit neither it nor a role.
    """
    plugins.load("benches", name)  # an unknown name is told before its settings
    for key in sets:
        if key != name and key not in ROLES:
            raise BadInput(
                f"'{key}' cannot be set here", where=f"--set {key}", remedy=nearest(key, (name, *ROLES))
            )
    settings = sets.get(name, {})
    if not isinstance(settings, Mapping):
        raise BadInput(
            f"'{name}' has settings of its own", where=f"--set {name}", remedy=f"--set {name}.KEY=VALUE"
        )
    built = kinds.build("benches", name, {**settings, **given}, f"evaluate {name}")
    assert isinstance(built, Bench)  # the group holds nothing else
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


def tell(result: Evaluation) -> None:
    """The figures for a person: a row for each model, then what is to be said of them."""
    models = result.figures.models
    plain = {
        name: {key: value for key, value in figures.items() if isinstance(value, (int, float, str))}
        for name, figures in models.items()
    }
    columns = list(dict.fromkeys(key for figures in plain.values() for key in figures))[:_SHOWN]
    table(
        ["model", *columns],
        [[name, *(_cell(each.get(key)) for key in columns)] for name, each in plain.items()],
    )
    for line in result.figures.lines:
        note(line)
    if result.out is not None:
        click.echo(f"written to {result.out}: {', '.join(result.files)}")


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
