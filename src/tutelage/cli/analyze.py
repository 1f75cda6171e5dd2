"""``tutelage analyze``: measures of runs and dataset files, side by side, with one page."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args

import click

from tutelage.analysis.report import Analysis
from tutelage.analysis.settings import AnalysisSettings, Rule, Tokens
from tutelage.cli.terminal import emit, json_option, note, out_option, set_option, table
from tutelage.errors import BadInput, nearest
from tutelage.recipe.kinds import complaint, validate
from tutelage.recipe.overrides import parse_sets
from tutelage.runs.analysing import AnalysisResult, analyse_inputs

_QUOTED = 3  # refused rows that are told on the terminal
_GROUP = "analyze"


@click.command("analyze")
@click.argument("inputs", nargs=-1, required=True, metavar="FILE|RUN...", type=click.Path(path_type=Path))
@out_option("A folder for report.json, report.html and the drawings (.svg).")
@click.option("--sample", type=click.IntRange(1), help="Measure at most N rows of each input, drawn evenly.")
@click.option("--rule", type=click.Choice(get_args(Rule)), help="How verbs and nouns are found.")
@click.option("--spacy", "models", multiple=True, metavar="MODEL", help="A spaCy model; may be repeated.")
@click.option("--tokens", type=click.Choice(get_args(Tokens)), help="What ROUGE-L compares.")
@click.option(
    "--wanted", type=click.Path(path_type=Path), help="A skill list, tree or table of cells to cover."
)
@set_option
@json_option
def command(
    inputs: tuple[Path, ...],
    out: Path | None,
    sample: int | None,
    rule: str | None,
    models: tuple[str, ...],
    tokens: str | None,
    wanted: Path | None,
    sets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Measure each FILE, folder of files, or RUN, and show them side by side.

    Reads JSON, JSONL, CSV, TSV, Parquet and plain text, in every format that Tutelage writes. Rows that are
    no examples are counted and told. --json ends with {"inputs": [an object for each], "out": …}.

    Example: tutelage analyze runs/notes alpaca.jsonl --out report
    """
    # The parser's matrices are small: a second thread beside a busy process makes it many times slower.
    # Numpy reads this when it is imported, which the measures do below.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    given = {"sample": sample, "rule": rule, "spacy": models or None, "tokens": tokens}
    settings = build_settings(sets, {name: value for name, value in given.items() if value is not None})
    result = analyse_inputs(inputs, out, settings=settings, wanted=wanted, tell=_clocked())
    _tell_refused(result.analyses)
    if as_json:
        emit(result.as_dict())
    else:
        _tell(result)


def build_settings(sets: Sequence[str], options: dict[str, Any]) -> AnalysisSettings:
    """The settings of ``--set analyze.KEY=VALUE`` with ``options`` over them.

    Raises:
        BadInput: a key or value that is none of them.
    """
    tree = parse_sets(sets)
    for key in tree:
        if key != _GROUP:
            raise BadInput(f"'{key}' cannot be set here", where=f"--set {key}", remedy=nearest(key, [_GROUP]))
    given = tree.get(_GROUP, {})
    if not isinstance(given, dict):
        raise BadInput(
            f"'{_GROUP}' has settings of its own",
            where=f"--set {_GROUP}",
            remedy=f"--set {_GROUP}.KEY=VALUE; keys: {', '.join(AnalysisSettings.model_fields)}",
        )
    built, problems = validate(AnalysisSettings, given | options)
    if not isinstance(built, AnalysisSettings):
        raise complaint(problems, lambda _: f"--set {_GROUP}", subject="the analysis")
    return built


def _clocked() -> Callable[[str], None]:
    """Tells each line with the seconds since the beginning."""
    start = time.monotonic()
    return lambda line: note(f"{time.monotonic() - start:6.1f} s  {line}")


def _tell_refused(analyses: Sequence[Analysis]) -> None:
    for each in analyses:
        for refused in each.source.refused[:_QUOTED]:
            note(f"not an example: {refused.place}: {refused.reason}")
        if each.source.unreadable:
            note(f"{each.name}: rows or files that are no examples: {each.source.unreadable:,}")
        if each.source.repaired:
            note(f"{each.name}: {each.source.repaired:,} examples held broken Unicode, read as U+FFFD")
        for line in each.source.notes:
            note(f"{each.name}: {line}")


def _tell(result: AnalysisResult) -> None:
    columns = [each.as_dict() for each in result.analyses]
    headers = ["measure", *(each.name for each in result.analyses)]
    table(headers, [[name, *map(told, columns)] for name, told in _rows(columns)])
    for each in columns:
        if each["verb_noun"]["unsupported"]:
            note(f"{each['name']}: verbs and nouns: {each['verb_noun']['unsupported']}")
    if result.out is not None:
        click.echo(f"written to {result.out}: {', '.join(result.files)}")


_Told = Callable[[dict[str, Any]], str]


def _rows(columns: Sequence[dict[str, Any]]) -> list[tuple[str, _Told]]:
    """The rows of the table: a name, and how it reads the figures of one input."""
    rows = [(name, _figure(path, form)) for name, path, form in _FIGURES]
    for code in dict.fromkeys(code for each in columns for code in each["languages"]["instruction"]):
        rows.append((f"instructions in {code}", _language_row(code)))
    for key in dict.fromkeys(key for each in columns for key in each["coverage"]):
        rows.append((f"{key}: values, evenness", _cell_row(key)))
    if any(each["yields"] for each in columns):
        rows += [(name, _figure(f"yields.{path}", form)) for name, path, form in _YIELDS]
    return rows


_FIGURES = (
    ("examples", "examples", ",d"),
    ("measured", "analysed", ",d"),
    ("verb-noun pairs: unique", "verb_noun.unique", ",d"),
    ("verb-noun pairs: mean", "verb_noun.mean", ".2f"),
    ("verb-noun pairs: std", "verb_noun.std", ".2f"),
    ("verb-noun pairs: share of the top 15", "verb_noun.top15_share", ".1%"),
    ("ROUGE-L of pairs: mean", "rouge_l.mean", ".4f"),
    ("ROUGE-L of pairs: 95 % from", "rouge_l.interval.0", ".4f"),
    ("ROUGE-L of pairs: 95 % to", "rouge_l.interval.1", ".4f"),
    ("ROUGE-L to the nearest other: mean", "rouge_l.mean_max", ".4f"),
    ("ROUGE-L: n", "rouge_l.n", ",d"),
    ("near-duplicates: groups", "duplicates.near.groups", ",d"),
    ("near-duplicates: share of rows", "duplicates.near.share", ".1%"),
    ("equal rows: share", "duplicates.row.share", ".1%"),
    ("instruction words: median", "lengths.instruction.words.median", ",.0f"),
    ("answer words: median", "lengths.output.words.median", ",.0f"),
    ("instruction: type-token ratio", "wording.variety.instruction.mattr", ".3f"),
    ("answer: reading grade, median", "wording.reading.output.grade.median", ".1f"),
)
_YIELDS = (
    ("accepted of decided", "acceptance", ".1%"),
    ("surplus", "surplus", ",d"),
    ("tokens per accepted example", "tokens_per_accepted", ",.0f"),
    ("cost per accepted example", "cost_per_accepted", ".6f"),
)


def _figure(path: str, form: str) -> _Told:
    def told(figures: dict[str, Any]) -> str:
        value: Any = figures
        for part in path.split("."):
            if isinstance(value, list):
                value = value[int(part)]
            else:
                value = value.get(part) if value is not None else None
        return "–" if value is None else format(value, form)

    return told


def _language_row(code: str) -> _Told:
    def told(figures: dict[str, Any]) -> str:
        counts = figures["languages"]["instruction"]
        return format(counts.get(code, 0) / figures["analysed"], ".1%") if figures["analysed"] else "–"

    return told


def _cell_row(key: str) -> _Told:
    def told(figures: dict[str, Any]) -> str:
        found = figures["coverage"].get(key)
        if found is None:
            return "–"
        even = "–" if found["evenness"] is None else format(found["evenness"], ".3f")
        of = f" of {found['possible']:,}" if found["possible"] else ""
        return f"{found['values']:,}{of}, {even}"

    return told
