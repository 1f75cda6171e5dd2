"""``tutelage judge-check``: what a judge can see, on answers whose worth is known beforehand."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tutelage.cli.evaluate import build_bench, limits, nothing_graded, tell
from tutelage.cli.terminal import SHORT, emit, json_option, note, out_option, set_option
from tutelage.errors import BadInput
from tutelage.recipe.binding import bind
from tutelage.recipe.overrides import parse_sets
from tutelage.runs.judge_checking import check_judge
from tutelage.runs.pools import pooled


@click.command("judge-check")
@click.option("--judge", required=True, metavar="MODEL", help="The judge under test.")
@click.option(
    "--data",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Rows with good answers, of which worse ones are made.",
)
@click.option(
    "--labels",
    type=click.Path(path_type=Path),
    help="Pairs of answers with people's verdicts, to compare the judge's with.",
)
@click.option(
    "--bench", default="alpaca-eval", show_default=True, help="Whose prompts the judge is asked with."
)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1), help="Rows to use.")
@click.option("--seed", default=42, show_default=True, help="Decides where answers are cut.")
@out_option("A folder for judgements and figures [default: evaluations/judge-check].")
@set_option
@json_option
def command(
    judge: str,
    files: tuple[Path, ...],
    labels: Path | None,
    bench: str,
    limit: int,
    seed: int,
    out: Path | None,
    sets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Measure a judge: its sensitivity, specificity, position bias and length bias.

    Answers that are swapped, cut off, refused, lazy, empty, padded, shortened or identical are put beside
    good ones, in both orders. With --labels it is asked about those pairs too: how often does it agree with
    people? What the judge said stays in OUT: the same command again pays nothing twice.

    Example: tutelage judge-check --judge openai:gpt-4o-mini --data answers.json
    """
    if not files and labels is None:
        raise BadInput(
            "there is nothing to judge", where="judge-check", remedy="give --data FILE or --labels FILE"
        )
    tree = parse_sets(sets)
    model = bind(judge, "judge", tree.get("judge", {}))
    examples = (row.example for row in pooled(files) if row.example is not None)
    folder = out or Path("evaluations") / "judge-check"
    built = build_bench(bench, tree, {})
    result = check_judge(
        model, examples, built, folder, labels=labels, limit=limit, seed=seed, tell=note, **limits(tree)
    )
    if as_json:
        emit(result.as_dict())
    else:
        tell(result)
    if nothing_graded(result):
        sys.exit(SHORT)
