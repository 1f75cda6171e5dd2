"""The chosen checkpoint becomes the student's folder: weights, merged weights, GGUF, curve and card."""

from __future__ import annotations

import gc
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput
from tutelage.models import converting, loading
from tutelage.models.student import DELTA, MODEL, Student
from tutelage.tune.checkpoints import plain_errors
from tutelage.tune.outfolder import write_text
from tutelage.tune.settings import TuneSettings
from tutelage.tune.tuning import Tuning

_TEMPLATE = "template.jinja"


def check_ends(settings: TuneSettings, tuning: Tuning) -> None:
    """See, before anything is trained, that the student can be merged and converted as asked.

    Raises:
        BadInput: this way to tune does not merge, or cannot become a GGUF file.
    """
    if settings.gguf and not tuning.served:
        raise BadInput(
            f"what '{tuning.kind}' trains cannot become a GGUF file: llama.cpp has no such addition",
            where=f"tune.gguf {settings.gguf}",
            remedy="leave gguf empty (the folder serves as a teacher of kind hf), or tune with lora or full",
        )
    if settings.merge and not (tuning.merges or tuning.whole):
        tuning.merge(None)


def fill(folder: Path, model: Any, tokenizer: Any, tuning: Tuning, student: Student) -> None:
    """Write a student into ``folder``, which exists: what was trained, tokenizer, template, description.

    Raises:
        StoreFailed, OSError: the disk is full.
    """
    weights = folder / (MODEL if tuning.whole else DELTA)
    weights.mkdir()
    tuning.save(model, weights)
    tokenizer.save_pretrained(folder)
    if tuning.whole:
        tokenizer.save_pretrained(weights)
    (folder / _TEMPLATE).write_text(str(student.template["source"]), "utf-8")
    replace(student, merged=tuning.whole).write(folder)


def take(chosen: Path, out: Path) -> None:
    """Put the files of the student in the checkpoint ``chosen`` into ``out``, in place of what is there.

    Raises:
        StoreFailed: the disk is full.
    """
    passed_over = {"resume", "state.json", "COMPLETE"}
    with plain_errors("the student", out):
        for name in (DELTA, MODEL):
            shutil.rmtree(out / name, ignore_errors=True)
        for source in sorted(chosen.iterdir()):
            if source.name in passed_over or source.name.startswith("."):
                continue
            if source.is_dir():
                part = out / f".{source.name}.part"
                shutil.rmtree(part, ignore_errors=True)
                shutil.copytree(source, part, copy_function=_link_or_copy)
                os.replace(part, out / source.name)
            else:
                write_text(out / source.name, source.read_text("utf-8"))


def merge(out: Path, tuning: Tuning, tokenizer: Any, student: Student) -> Student:
    """Fold the student in ``out`` into plain weights under ``model/``; returns it so described.

    The student is loaded as it will be when it serves, so what is merged is what was described.

    Raises:
        BadInput, StoreFailed: as :func:`tutelage.models.loading.load`; the disk is full.
    """
    if tuning.whole:
        return student
    loaded = loading.load(str(out), dtype="float32")
    model = tuning.merge(loaded.model)
    part = out / f".{MODEL}.part"
    with plain_errors("the merged model", out / MODEL):
        shutil.rmtree(part, ignore_errors=True)
        model.save_pretrained(part)
        tokenizer.save_pretrained(part)
        os.replace(part, out / MODEL)
    del model, loaded
    gc.collect()
    merged = replace(student, merged=True)
    merged.write(out)
    return merged


def to_gguf(out: Path, kind: str, student: Student) -> Student:
    """Write the whole model in ``out`` as a GGUF file; returns the student so described.

    Raises:
        BadInput, MissingExtra, TutelageError: as :func:`tutelage.models.converting.to_gguf`.
    """
    source = str(student.template["source"])
    file = converting.to_gguf(out / MODEL, out / f"student-{kind}.gguf", kind=kind, template=source)
    served = replace(student, gguf=file.name)
    served.write(out)
    return served


def _link_or_copy(source: str, target: str) -> None:
    """A hard link costs no room; some file systems have none."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
