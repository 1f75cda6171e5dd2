"""What leaves a run: its materials for a person to edit, and its dataset with the card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tutelage import __version__
from tutelage.errors import StoreFailed
from tutelage.export.files import write_dataset
from tutelage.export.settings import DatasetFacts
from tutelage.methods.method import Materials
from tutelage.recipe.model import Recipe
from tutelage.store.reading import kept_examples, rejections


def write_materials(out: Path, materials: Materials) -> None:
    """Write what the method gathered (skill lists, a tree) to ``out/materials``.

    A file whose content is unchanged is left alone; one that a person edited is kept beside it as ``.old``.

    Raises:
        StoreFailed: the folder cannot be written.
    """
    if not materials.files:
        return
    folder = out / "materials"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in materials.files.items():
            path = folder / name
            if path.exists() and path.read_bytes() != text.encode():
                path.replace(path.with_name(f"{name}.old"))
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise StoreFailed(
            f"the materials cannot be written: {error.strerror}",
            where=str(folder),
            remedy="free some space or mend the folder's rights, and run the same command again",
        ) from error


@dataclass(frozen=True, slots=True)
class Published:
    """The names of the files, and what the method had to tell: a label and a text each."""

    files: tuple[str, ...] = ()
    findings: Mapping[str, str] = field(default_factory=dict)


def publish(out: Path, recipe: Recipe, materials: Materials, stopped: str) -> Published:
    """Write ``out/dataset`` from what the store holds.

    Only what follows from the replies is told, so that a replay gives the same bytes: no times, and no
    totals, which depend on what was under way when the run stopped.
    """
    teachers = [model.name for role, model in recipe.roles().items() if role != "student" and recipe.needs]
    parts = {f"teacher {recipe.teacher.name}": recipe.teacher.licence} if recipe.needs else {}
    told = recipe.method.report(materials, kept_examples(out))
    parts |= {f"material {number}": name for number, name in enumerate(materials.licences, start=1)}
    facts = DatasetFacts(
        title=recipe.export.title,
        recipe_name=recipe.name,
        recipe_fingerprint=recipe.fingerprint,
        method=recipe.method.kind,
        paper=recipe.method.paper,
        teachers=teachers,
        filters=[each.kind for each in recipe.filters],
        target=recipe.target,
        parts=parts,
        findings=told.lines,
        report=told.details,
        version=__version__,
        language=recipe.language,
        stopped=stopped,
    )
    exported = write_dataset(out / "dataset", kept_examples(out), rejections(out), facts, recipe.export)
    return Published(exported.files, told.lines)
