"""``tutelage chat``: talk to a student, or to any teacher, in the terminal."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Iterator
from typing import Any

import click

from tutelage.asking import Sampling
from tutelage.cli.terminal import emit, json_option, note, set_option
from tutelage.errors import CallFailed, nearest
from tutelage.runs.answering import RUNTIMES, Runtime, any_teacher
from tutelage.runs.chatting import Conversation

_COMMANDS = {
    "/reset": "forget what was said",
    "/system": "TEXT: begin anew with this system message (without TEXT: with none)",
    "/help": "these lines",
    "/quit": "end, as Ctrl-D does",
}
_PROMPT = "you> "


@click.command("chat")
@click.argument("model")
@click.option("--system", "system_text", default="", help="A system message.")
@click.option("--temperature", type=click.FloatRange(0), help="0 gives the likeliest answer.")
@click.option("--max-tokens", type=click.IntRange(1), help="The longest answer.")
@click.option("--seed", type=click.IntRange(0), help="For the same answers again.")
@click.option("--threads", type=click.IntRange(1), help="CPU threads of a local model.")
@click.option("--runtime", type=click.Choice(RUNTIMES), help="llama.cpp or torch [default: what fits].")
@click.option("--role", default="teacher", help="Whom to ask, where MODEL is a recipe.")
@set_option
@json_option
def command(
    model: str,
    system_text: str,
    temperature: float | None,
    max_tokens: int | None,
    seed: int | None,
    threads: int | None,
    runtime: Runtime | None,
    role: str,
    sets: tuple[str, ...],
    as_json: bool,
) -> int:
    """Talk to MODEL: a student's folder, a GGUF file, a model's folder, a hub id, smollm2, or a recipe.

    Each line is a turn; lines may be piped in. /reset forgets, /system TEXT begins anew, /quit ends. --json
    ends with the whole conversation. Exit code 1: a line was not answered.

    Example: tutelage chat runs/notes/student
    """
    teacher = any_teacher(model, role=role, runtime=runtime, settings={"threads": threads}, sets=sets)
    sampling = Sampling(temperature=temperature, max_tokens=max_tokens, seed=seed)
    talk = Conversation(teacher, system_text, sampling)
    failed = 0
    with asyncio.Runner() as runner:  # one loop for all turns, and none while a person types
        runner.run(teacher.open())
        try:
            for line in _lines(teacher.name):
                failed += not _turn(runner, talk, line, quiet=as_json)
        finally:
            runner.run(teacher.close())
    if as_json:
        emit(_result(talk, teacher.name, failed))
    return 1 if failed else 0


def _lines(name: str) -> Iterator[str]:
    """What a person types or a program sends, until the end or /quit."""
    typed = sys.stdin.isatty()
    if typed:
        import readline  # noqa: F401, PLC0415 - gives input() its history; of use on a terminal alone

        note(f"{name}; /help lists the commands")
    elif isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # a line that is not UTF-8 is a turn all the same
    while True:
        try:
            line = input(_PROMPT) if typed else next(sys.stdin).rstrip("\n")
        except (EOFError, StopIteration):
            return
        if line.strip() == "/quit":
            return
        if line.strip():
            yield line


def _turn(runner: asyncio.Runner, talk: Conversation, line: str, *, quiet: bool) -> bool:
    """Carry one line out; ``False`` if it was a question that got no answer."""
    if line.startswith("/"):
        _carry_out(talk, line)
        return True
    try:
        reply = runner.run(talk.say(line))
    except CallFailed as error:
        note(f"no answer: {error}")
        if talk.messages and "context" in error.what:
            note("/reset forgets what was said, and makes room")
        return False
    except KeyboardInterrupt:
        if not sys.stdin.isatty():
            raise
        note("stopped; the question is taken back")
        return False
    if not quiet:
        click.echo(reply.text or "(an empty answer)")
        if reply.finish == "length":
            note("(cut off; --max-tokens allows more)")
    return True


def _carry_out(talk: Conversation, line: str) -> None:
    name, _, rest = line.strip().partition(" ")
    if name == "/help":
        for each, told in _COMMANDS.items():
            note(f"{each:<8} {told}")
    elif name in ("/reset", "/system"):
        talk.reset()
        if name == "/system":
            talk.system = rest.strip()
        note("begun anew")
    else:
        note(f"there is no command '{name}'; {nearest(name, _COMMANDS)}")


def _result(talk: Conversation, name: str, failed: int) -> dict[str, Any]:
    return {
        "model": name,
        "messages": [each.as_dict() for each in talk.messages],
        "tokens": talk.usage.total,
        "failed": failed,
    }
