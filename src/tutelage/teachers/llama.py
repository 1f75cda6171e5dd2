"""llama.cpp as a library: loading a model, and choosing how many threads write."""

from __future__ import annotations

import importlib
import os
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tutelage.errors import MissingExtra, TeacherRefused

_TRIAL_TOKENS = 12
# Two threads beside another busy process can be 30 times slower than one, which loses far less.
_WORTH_IT = 1.25


def library() -> Any:
    """The package ``xllamacpp``.

    Raises:
        MissingExtra: it is not installed.
    """
    # GNU OpenMP's waiting threads otherwise spin, and take the core that the working one needs.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        return importlib.import_module("xllamacpp")
    except ImportError as error:
        raise MissingExtra("a gguf teacher", extra="local", package="xllamacpp") from error


def loaded(library: Any, path: Path, parallel: int, context: int, threads: int) -> Any:
    """A server object for the model at ``path``, for ``parallel`` conversations of ``context`` tokens.

    Its ``handle_chat_completions`` and ``handle_completions`` take OpenAI-shaped bodies, block without
    holding the interpreter, may be called from many threads, and answer ``{"error": …}`` on failure.

    Raises:
        TeacherRefused: llama.cpp cannot load it.
    """
    settings = library.CommonParams()
    settings.model.path = str(path)
    settings.n_parallel = parallel
    settings.n_ctx = context * parallel
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = threads
    settings.warmup = False
    settings.verbosity = -1
    # The library always listens on a loopback port as well; a key nobody knows shuts that door.
    settings.api_keys = [secrets.token_hex(16)]
    settings.ui = settings.endpoint_slots = False
    try:
        return library.Server(settings)
    except (RuntimeError, ValueError) as error:
        raise TeacherRefused(
            f"llama.cpp cannot load the model: {error}",
            where=path.name,
            remedy="the file may be damaged or newer than the library; or lower context and parallel",
        ) from error


def thread_choices() -> list[int]:
    """Thread counts worth a trial: one, half of the usable cores, and all of them."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return sorted({1, max(1, cores // 2), cores})


def fastest(load: Callable[[int], Any], choices: list[int]) -> tuple[Any, int]:
    """The engine with the number of threads that writes fastest now, and that number.

    More threads are taken only for a clear gain, and no further number is tried after a disappointment.
    """
    engine, chosen = load(choices[0]), choices[0]
    if len(choices) == 1:
        return engine, chosen
    best = _seconds(engine)
    for threads in choices[1:]:
        rival = load(threads)
        taken = _seconds(rival)
        if taken * _WORTH_IT > best:
            break
        engine, chosen, best = rival, threads, taken
    return engine, chosen


def _seconds(engine: Any) -> float:
    """Time for a few tokens, without the first call's preparations."""
    body = {"prompt": "Once upon a time", "max_tokens": 1, "temperature": 0.0, "ignore_eos": True}
    engine.handle_completions(body)
    started = time.perf_counter()
    engine.handle_completions(body | {"max_tokens": _TRIAL_TOKENS})
    return time.perf_counter() - started
