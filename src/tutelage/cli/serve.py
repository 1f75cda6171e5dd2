"""``tutelage serve``: a local model over the OpenAI protocol."""

from __future__ import annotations

import asyncio
import os
import signal

import click

from tutelage.cli.terminal import emit, json_option, note
from tutelage.runs.answering import RUNTIMES, Runtime, local_teacher
from tutelage.runs.serving import LOOPBACK, ServeOptions, check_door, serving
from tutelage.teachers.teacher import Teacher
from tutelage.teachers.wire import checked_key_name


@click.command("serve")
@click.argument("model")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: a free one.")
@click.option("--host", default=LOOPBACK, show_default=True, help="Another than loopback needs a key.")
@click.option("--key-env", metavar="NAME", default="", help="The environment variable that holds the key.")
@click.option("--name", "names", multiple=True, help="A name that the model answers to; may be repeated.")
@click.option("--runtime", type=click.Choice(RUNTIMES), help="llama.cpp or torch [default: what fits].")
@click.option("--threads", type=click.IntRange(1), help="CPU threads.")
@json_option
def command(
    model: str,
    port: int,
    host: str,
    key_env: str,
    names: tuple[str, ...],
    runtime: Runtime | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """Offer MODEL (a student's folder, a GGUF file, a model's folder, a hub id, smollm2) until Ctrl-C.

    It answers chat completions, completions and the list of models below http://HOST:PORT/v1, on this
    machine alone unless --host names another address. --json tells the address as soon as it answers.

    Example: tutelage serve runs/notes/student --port 8080
    """
    key = os.environ.get(checked_key_name(key_env), "").strip() if key_env else ""
    options = ServeOptions(host=host, port=port, key=key, names=names)
    check_door(options, key_env)
    teacher = local_teacher(model, runtime=runtime, settings={"threads": threads})
    asyncio.run(_serve(teacher, options, as_json))


async def _serve(teacher: Teacher, options: ServeOptions, as_json: bool) -> None:
    """Serve until a signal ends it: a server has no other end, so that is no failure."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, ended.set)
    note(f"loading {teacher.name}")
    async with serving(teacher, options) as url:
        names = list(dict.fromkeys((*options.names, teacher.name)))
        if as_json:
            emit({"url": url, "models": names})
        else:
            click.echo(f"ready: {', '.join(names)} at {url} (Ctrl-C ends)")
        await ended.wait()
    note("ended")
