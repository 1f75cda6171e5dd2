"""The folder of a tuned student: what it is made of, and ``student.json``, which says so.

    OUT/student.json     base and its digest, method and settings, template, recipe, data, results
        delta/           what the method trained, as its ``save`` wrote it
        model/           the whole model, merged or fully tuned, as transformers reads it
        *.gguf           the same for llama.cpp
        template.jinja, tokenizer files, curve.jsonl, curve.svg, README.md, checkpoints/

A folder may come from anybody. So every name in ``student.json`` is looked up inside the folder alone, except
for the base, which :func:`tutelage.models.finding.find` looks up like any model that a person names.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from tutelage import __version__
from tutelage.errors import BadInput, TutelageError
from tutelage.models.hashing import files_hash, folder_hash
from tutelage.records import digest

FILE = "student.json"
FORMAT = 1
DELTA = "delta"
MODEL = "model"
_REMEDY = "tune again, or fetch the student's folder again"


@dataclass(frozen=True, slots=True)
class Student:
    """What ``student.json`` says.

    ``base`` is what was tuned, in words that ``find`` knows; ``base_digest`` the digest of its weights then.
    ``method`` holds ``kind`` and its settings, ``template`` the template as a dictionary. ``merged`` tells
    that ``model/`` holds plain weights. ``gguf`` is a file's name in the folder, or empty. ``recipe``,
    ``data`` and ``results`` explain where the student is from; nothing here reads them.
    """

    base: str
    base_digest: str
    method: Mapping[str, Any]
    template: Mapping[str, Any]
    merged: bool = False
    gguf: str = ""
    recipe: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    results: Mapping[str, Any] = field(default_factory=dict)
    version: str = __version__

    def write(self, folder: Path) -> None:
        """Write ``student.json`` into ``folder``, which exists; an older one stays whole until the end.

        Raises:
            BadInput: a field is not what :func:`read` would accept.
            TutelageError: it cannot be written (full disk).
        """
        plain = {"format": FORMAT} | asdict(self)
        _checked(plain, folder / FILE)
        part = folder / f".{FILE}.part"
        try:
            part.write_text(json.dumps(plain, ensure_ascii=False, indent=2) + "\n", "utf-8")
            os.replace(part, folder / FILE)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise TutelageError(
                f"the student cannot be kept: {error.strerror or error}",
                where=str(folder / FILE),
                remedy="free some space there, or tune into another folder",
            ) from error


def read(folder: Path) -> Student:
    """The student in ``folder``.

    Raises:
        BadInput: there is none, or ``student.json`` is damaged, too new, or points out of its folder.
    """
    file = folder / FILE
    try:
        plain = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise BadInput(
            f"the folder holds no student: {FILE} cannot be read ({error.strerror})",
            where=str(folder),
            remedy="give the folder that tuning wrote",
        ) from error
    except ValueError as error:
        raise BadInput(
            f"the student's description is no JSON: {error}", where=str(file), remedy=_REMEDY
        ) from error
    known = _checked(plain, file)
    student = Student(**known)
    _inside(folder, [name for name in (student.gguf, DELTA, MODEL) if name])
    return student


def weights(folder: Path) -> Path | None:
    """The folder of the whole model, or ``None`` where there is only what was trained."""
    model = folder / MODEL
    return model if (model / "config.json").is_file() else None


def gguf_file(folder: Path) -> Path:
    """The file for llama.cpp in a student's folder.

    Raises:
        BadInput: there is none; tells how to make one.
    """
    named = read(folder).gguf
    found = [folder / named] if named else sorted(folder.glob("*.gguf"))
    if found and found[0].is_file():
        return found[0]
    raise BadInput(
        "the student's folder holds no .gguf file",
        where=str(folder),
        remedy="tune with `--gguf q8_0` (a method that merges, such as lora, or full), "
        "or serve it as a teacher of kind hf",
    )


def named_base(model: str) -> str:
    """``model`` as a student should keep it: a path becomes absolute, other names stay."""
    path = Path(model).expanduser()
    return str(path.resolve()) if path.exists() else model


def student_digest(folder: Path, student: Student) -> str:
    """A name of 32 hex digits for what the student answers with: base, method, template and all weights."""
    parts = [folder / MODEL] if weights(folder) else [folder / DELTA]
    trained = [each for part in parts for each in part.rglob("*")]
    return digest(
        student.base_digest,
        dict(student.method),
        dict(student.template),
        files_hash(folder, trained),
        folder_hash(folder / MODEL) if weights(folder) else "",
    )


_SHAPES: dict[str, type] = {
    "base": str,
    "base_digest": str,
    "method": dict,
    "template": dict,
    "merged": bool,
    "gguf": str,
    "recipe": dict,
    "data": dict,
    "results": dict,
    "version": str,
}


def _checked(plain: Any, file: Path) -> dict[str, Any]:
    """The fields of ``plain`` that a :class:`Student` has, each of its type."""
    if not isinstance(plain, dict):
        raise BadInput("the student's description is no JSON object", where=str(file), remedy=_REMEDY)
    if plain.get("format") != FORMAT:
        raise BadInput(
            f"the student's format is {plain.get('format')!r}; this version reads {FORMAT}",
            where=f"{file}, format",
            remedy="upgrade tutelage, or tune again",
        )
    for name in ("base", "base_digest", "method", "template"):
        if name not in plain:
            raise BadInput(f"the student's description lacks '{name}'", where=str(file), remedy=_REMEDY)
    for name, shape in _SHAPES.items():
        if name in plain and not isinstance(plain[name], shape):
            raise _wrong(file, name, plain[name])
    if not plain["base"] or not isinstance(plain["method"].get("kind"), str):
        raise _wrong(file, "base" if not plain["base"] else "method.kind", plain["method"].get("kind"))
    gguf = plain.get("gguf", "")
    if gguf and (Path(gguf).name != gguf or "\\" in gguf or not gguf.endswith(".gguf")):
        raise _wrong(file, "gguf", gguf)
    return {each.name: plain[each.name] for each in fields(Student) if each.name in plain}


def _wrong(file: Path, name: str, value: Any) -> BadInput:
    return BadInput(
        f"the student's '{name}' cannot be used: {str(value)[:100]!r}",
        where=f"{file}, {name}",
        remedy=_REMEDY,
    )


def _inside(folder: Path, names: list[str]) -> None:
    """Refuse a part that is a link to somewhere else."""
    home = folder.resolve()
    for name in names:
        if not (folder / name).resolve().is_relative_to(home):
            raise BadInput(
                f"the student's '{name}' lies outside its folder", where=str(folder / name), remedy=_REMEDY
            )
