"""The command line: a verb's file is imported when the verb is called, so that ``--help`` is instant.

Exit codes: 0 done, 1 failed, 2 bad input, 3 stopped short of the target or budget reached, 130 interrupted.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

import click

from tutelage import __version__
from tutelage.errors import TutelageError, nearest

VERBS = {
    "new": "write a commented recipe",
    "doctor": "is the teacher there, what can it do, what is installed",
    "preview": "a few examples and a forecast of calls, tokens, money and time",
    "run": "everything the recipe declares; the same command resumes",
    "filter": "the filters alone, on any dataset",
    "analyze": "measures of runs and dataset files, side by side, with one page",
    "integrate": "labelled data through templates, without a model",
    "mix": "several datasets into one of a given size",
    "select": "the best or most varied rows of a dataset, to a budget",
    "skills": "read, merge and write skill lists",
    "tree": "import, look at and export task trees",
    "tune": "a student from a dataset: full or parameter-efficient",
    "chat": "talk to a student, or any model, in the terminal",
    "serve": "a local model over the OpenAI protocol",
    "export": "a run or a dataset file in the formats that trainers read",
    "evaluate": "a bench for models, for answers on record, or for judgements on record",
    "judge-check": "what a judge can see, on answers whose worth is known",
    "compare": "datasets, students and evaluations side by side, with a verdict and one page",
    "runs": "list runs, look into one, replay it",
    "validate": "everything that can be known of a recipe without a call",
    "kinds": "the methods, filters and teachers that are installed, and their settings",
}
FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130
_PIPE_CLOSED = 141


class _Verbs(click.Group):
    """Imports ``tutelage.cli.VERB`` when the verb is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        found = importlib.import_module(f"tutelage.cli.{cmd_name.replace('-', '_')}").command
        assert isinstance(found, click.Command)  # each verb's file has one
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            raise click.UsageError(f"there is no verb '{args[0]}'; {nearest(args[0], VERBS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="tutelage")
def cli() -> None:
    """From a sentence about what a model should be good at to an instruction dataset.

    Start with: tutelage new NAME, then tutelage preview NAME.yaml, then tutelage run NAME.yaml.
    """


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line and return its exit code; errors are told on standard error.

    With ``--json`` an error is also the last line of standard output: ``{"error": {…}}``. With
    ``TUTELAGE_DEBUG=1`` errors come with their traceback.
    """
    as_json = "--json" in arguments
    try:
        returned = cli.main(list(arguments), prog_name="tutelage", standalone_mode=False)
    except SystemExit as stop:
        returned = stop.code
    except click.exceptions.NoArgsIsHelpError as asked:
        asked.show()
        return BAD_INPUT
    except TutelageError as error:
        return _failed(error, as_json)
    except click.ClickException as error:
        return _failed(_usage(error), as_json)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        if as_json:
            said = {"what": "interrupted", "where": "", "remedy": "", "exit": INTERRUPTED}
            click.echo(json.dumps({"error": said}))
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except OSError as error:
        return _failed(_of_system(error), as_json)
    return returned if isinstance(returned, int) else 0


def _of_system(error: OSError) -> TutelageError:
    what = error.strerror or str(error)
    return TutelageError(
        what, where=str(error.filename or ""), remedy="check the path, its rights, and the disk"
    )


def _usage(error: click.ClickException) -> TutelageError:
    """A wrong option or argument, in the form of our own errors."""
    told = TutelageError(error.format_message())
    context = getattr(error, "ctx", None)
    if context is not None:
        told.where = context.command_path
        told.remedy = f"{context.command_path} --help"
    told.exit_code = BAD_INPUT
    return told


def _failed(error: TutelageError, as_json: bool) -> int:
    if os.environ.get("TUTELAGE_DEBUG"):
        traceback.print_exc()
    click.echo(f"error: {error}", err=True)
    if as_json:
        said = {"what": error.what, "where": error.where, "remedy": error.remedy, "exit": error.exit_code}
        click.echo(json.dumps({"error": said}, ensure_ascii=False))
    return error.exit_code


def _open_streams() -> None:
    """Put the null device where a stream was closed (``>&-``): there is nowhere to write, and no fault."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open to the end


def _stdout_lost() -> None:
    """Send what is still in standard output nowhere, so that nothing fails at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> NoReturn:
    """The ``tutelage`` program."""
    _open_streams()
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone (`tutelage … | head`). Nothing is left to say, at exit neither.
        _stdout_lost()
        code = _PIPE_CLOSED
    except OSError as error:  # standard output is full or gone: `> /dev/full`
        click.echo(f"error: the result cannot be written: {error.strerror}", err=True)
        _stdout_lost()
        code = FAILED
    sys.exit(code)
