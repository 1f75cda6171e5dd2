"""``tutelage skills``: read lists of skills, merge names that are the same, and write the list."""

from __future__ import annotations

from pathlib import Path

import click

from tutelage.cli.terminal import emit, json_option, note, out_option
from tutelage.methods.mixing.query_types import (
    QueryType,
    looks_like_query_types,
    parse_query_types,
    render_query_types,
)
from tutelage.methods.mixing.skills import Skill, SkillList, explain, merge, parse_skills, render_skills
from tutelage.rows import read_text


@click.command("skills")
@click.argument("files", metavar="FILE…", type=click.Path(path_type=Path), nargs=-1, required=True)
@out_option("Write skills.txt, skills.csv, merges.json (and query_types.md) to this folder.")
@json_option
def command(files: tuple[Path, ...], out: Path | None, as_json: bool) -> None:
    """Read FILEs of skills and query types, and merge the names that are the same.

    A list of skills is text with one a line, a JSON list, or CSV; query types are Markdown with a heading
    each. Equal names are made one, then names that differ in spelling, plural or word order. No model is
    asked.
    """
    skills, types = _read(files)
    exact = merge(skills, near=False)
    merged = merge(skills)
    if out:
        _write(out, merged, types)
    result: dict[str, int | str] = {
        "read": len(skills),
        "unique": len(exact.skills),
        "merged": len(merged.skills),
        "query_types": len(types),
    }
    if out:
        result["out"] = str(out)
    if not as_json:
        for each in merged.merges:
            note(f"{each.gone} → {each.kept} ({each.rule})")
        click.echo(
            f"{result['read']} skills read, {result['unique']} unique, {result['merged']} after merging"
            + (f"; {len(types)} query types" if types else "")
            + (f"; written to {out}" if out else "")
        )
        return
    emit(result)


def _read(files: tuple[Path, ...]) -> tuple[list[Skill], list[QueryType]]:
    """All skills in order, repetitions included, and all query types, the first of a name counting."""
    skills: list[Skill] = []
    types: dict[str, QueryType] = {}
    for file in files:
        text = read_text(file)
        if looks_like_query_types(text):
            for each in parse_query_types(text, str(file)):
                types.setdefault(each.name, each)
        else:
            skills += parse_skills(text, str(file))
    return skills, list(types.values())


def _write(out: Path, merged: SkillList, types: list[QueryType]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    texts = {}
    if merged.skills:
        texts = {
            "skills.txt": render_skills(merged),
            "skills.csv": render_skills(merged, "csv"),
            "merges.json": explain(merged),
        }
    if types:
        texts["query_types.md"] = render_query_types(types)
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8")
