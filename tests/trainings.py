"""A small training for tests: examples, and a training in a process of its own that dies where it is told."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import resource
import signal
from pathlib import Path
from typing import Any

from tutelage.records import Example
from tutelage.tune import checkpoints
from tutelage.tune.progress import Moment
from tutelage.tune.settings import TuneSettings
from tutelage.tune.training import tune

WORDS = ["apple", "pear", "plum", "fig", "nut", "kiwi", "melon", "lime", "苹果", "梨"]
# Torch, transformers, trl and peft warn of one another's old names.
QUIET = ("ignore::DeprecationWarning", "ignore::FutureWarning")
FULL_DISK = 3  # how a process ends that was told of a full disk


def examples(count: int = 24, cells: int = 3) -> list[Example]:
    """Questions of one mould with answers that differ, in a few cells."""
    found = []
    for number in range(count):
        lot = random.Random(number)
        answer = " ".join(lot.choices(WORDS, k=3 + number % 6))
        question = f"Name {number} fruits {' '.join(lot.choices(WORDS, k=4))}."
        cell = {"kind": str(number % cells)}
        found.append(Example.single_turn(question, answer, id=f"row-{number}", cell=cell))
    return found


def dying(out: Path, settings: TuneSettings, *, where: str, at: int) -> int:
    """Tune in a process that dies; returns how it ended, negative for a signal.

    ``where``: killed at an ``update``, or in a ``save``, when something goes to the disk for that time;
    or from that update on no file may grow over 4 KB (``limit``).
    """
    process = multiprocessing.get_context("fork").Process(target=_die, args=(out, settings, where, at))
    process.start()
    process.join(300)
    assert process.exitcode is not None
    return process.exitcode


def _die(out: Path, settings: TuneSettings, where: str, at: int) -> None:
    if where == "save":
        _kill_in_save(at)
    if where == "limit":
        _limit(at)

    def tell(moment: Moment) -> None:
        if where == "update" and moment.step == at and not moment.note:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        tune(settings, examples(), out, tell=tell)
    except checkpoints.StoreFailed:
        os._exit(FULL_DISK)
    os._exit(0)


def _kill_in_save(at: int) -> None:
    real, calls = checkpoints.to_disk, [0]

    def to_disk(path: Path) -> None:
        calls[0] += 1
        if calls[0] == at:
            os.kill(os.getpid(), signal.SIGKILL)
        real(path)

    checkpoints.to_disk = to_disk


def _limit(at: int) -> None:
    real = checkpoints.write

    def write(folder: Path, step: int, *rest: Any) -> Any:
        if step >= at:
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        return real(folder, step, *rest)

    checkpoints.write = write


def weights_hash(out: Path) -> str:
    """A name for the weights of the student in ``out``."""
    files = sorted(path for part in ("delta", "model") for path in (out / part).glob("*.safetensors"))
    assert files, f"no weights in {out}"
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
