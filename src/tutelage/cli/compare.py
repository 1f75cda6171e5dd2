"""``tutelage compare``: datasets, students and evaluations side by side, with a verdict and one page."""

from __future__ import annotations

import os
from pathlib import Path

import click

from tutelage.cli.terminal import emit, json_option, note, out_option, table
from tutelage.runs.comparing import EXAMPLES, Comparison, compare


@click.command("compare")
@click.argument("inputs", nargs=-1, required=True, metavar="A [B...]", type=click.Path(path_type=Path))
@out_option("A folder for compare.json and report.html.")
@click.option("--examples", default=EXAMPLES, show_default=True, type=click.IntRange(0),
              help="Questions of each pair of models that the page shows.")  # fmt: skip
@click.option("--seed", default=42, show_default=True, help="Decides which questions are shown.")
@json_option
def command(inputs: tuple[Path, ...], out: Path | None, examples: int, seed: int, as_json: bool) -> None:
    """Put runs, dataset files, students and evaluations side by side.

    Each input is what `tutelage run`, `tune` or `evaluate` wrote, a dataset file, or a folder that holds
    several of them. Models of the same bench, baseline and judge are compared question by question. No model
    is asked.

    Example: tutelage compare runs/notes runs/plain --out comparison
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in analyze: small matrices, one thread
    result = compare(inputs, out, seed=seed, most=examples, tell=note)
    if as_json:
        emit(result.as_dict())
    else:
        tell(result)


def tell(result: Comparison) -> None:
    """The verdicts and the differences for a person."""
    rows = [
        [study.study.bench, pair.found.model, pair.found.other, f"{pair.found.difference:+.2f}",
         f"{pair.found.low:+.2f} to {pair.found.high:+.2f}", pair.found.questions, pair.said.word]
        for study in result.studies
        for pair in study.pairs
    ]  # fmt: skip
    if rows:
        table(["bench", "model", "other", "difference", "interval", "n", "verdict"], rows)
    for sentence in result.sentences:
        click.echo(sentence)
    for line in result.not_compared:
        click.echo(line)
    for study in result.studies:
        for line in (*study.study.notes, *study.notes):
            note(line)
    if result.out is not None:
        click.echo(f"written to {result.out}: {', '.join(result.files)}")
