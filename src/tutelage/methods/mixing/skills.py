"""The list of skills: read from files, normalised, merged, and written so that it reads back.

    found = parse_skills(text)                 lines, a JSON list, or CSV with name and count
    merged = merge(found)                      exact form, then near form
    merged = merged.united(groups, "teacher")  synonyms that somebody named
    render_skills(merged, "csv")               reads back as the same list

A skill is known by the form of its name (:func:`form`): ``time_management``, ``Time-Management`` and
``time management`` are one. The name that is shown, and that goes into prompts, is in plain words.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tutelage.errors import BadInput
from tutelage.methods.mixing.near_forms import form, near_groups, readable
from tutelage.rows import read_text

Rule = Literal["exact", "near", "teacher"]
Format = Literal["txt", "csv", "json"]


@dataclass(frozen=True, slots=True)
class Skill:
    """One skill: its readable name, how often it was named, and other names that were merged into it."""

    name: str
    count: int = 1
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The name and its aliases."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class Merge:
    """``gone`` became ``kept``, by a rule."""

    gone: str
    kept: str
    rule: Rule


@dataclass(frozen=True)
class SkillList:
    """Skills in the order of their first appearance, and how they were merged.

    ``read`` counts the names before merging; ``merges`` explains every name that is no longer on the list
    (an exact repetition is only counted).
    """

    skills: tuple[Skill, ...]
    read: int = 0
    merges: tuple[Merge, ...] = ()
    _by_form: Mapping[str, Skill] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        index = {form(name): skill for skill in self.skills for name in skill.aliases}
        index.update({form(skill.name): skill for skill in self.skills})
        object.__setattr__(self, "_by_form", index)

    @property
    def names(self) -> tuple[str, ...]:
        """The names in order."""
        return tuple(skill.name for skill in self.skills)

    def find(self, name: str) -> Skill | None:
        """The skill that ``name`` means, be it its name or an alias, in any spelling."""
        return self._by_form.get(form(name))

    def united(self, groups: Iterable[Sequence[str]], rule: Rule) -> SkillList:
        """This list with the skills of every group made one; names that are not on it are passed over.

        The skill of a group's first name that is on the list keeps its name; counts add up.
        """
        leader: dict[str, str] = {skill.name: skill.name for skill in self.skills}

        def root(name: str) -> str:
            while leader[name] != name:
                name = leader[name]
            return name

        merges = list(self.merges)
        for group in groups:
            roots = list(dict.fromkeys(root(skill.name) for name in group if (skill := self.find(name))))
            for gone in roots[1:]:
                leader[gone] = roots[0]
                merges.append(Merge(gone, roots[0], rule))
        members: dict[str, list[Skill]] = {}
        for skill in self.skills:
            members.setdefault(root(skill.name), []).append(skill)
        return SkillList(tuple(_one(name, of) for name, of in members.items()), self.read, tuple(merges))


def _one(name: str, members: Sequence[Skill]) -> Skill:
    """One skill called ``name`` out of ``members``, among which it is."""
    first = next(each for each in members if each.name == name)
    others = [
        alias for each in members for alias in each.names if alias != name and alias not in first.aliases
    ]
    aliases = tuple(dict.fromkeys([*first.aliases, *others]))
    return Skill(name, sum(each.count for each in members), aliases)


def merge(skills: Iterable[Skill], *, near: bool = True) -> SkillList:
    """``skills`` with equal names made one, and, where ``near``, names that differ in inflection only."""
    found: dict[str, Skill] = {}
    read = 0
    for skill in skills:
        read += 1
        key = form(skill.name)
        known = found.get(key)
        if known:
            aliases = tuple(alias for alias in skill.aliases if alias not in known.names)
            found[key] = Skill(known.name, known.count + skill.count, known.aliases + aliases)
        elif key:
            found[key] = skill
    exact = SkillList(tuple(found.values()), read)
    return exact.united(near_groups(exact.names), "near") if near else exact


def parse_skills(text: str, place: str = "skills") -> list[Skill]:
    """The skills of a file's text in order, repetitions included: one a line, a JSON list, or CSV.

    A line may be bulleted or numbered; lines that begin with "#" and a space are comments. CSV is known by a
    head line with a column ``name``, ``skill``, ``技能`` or ``本领`` beside another; ``count`` and
    ``aliases`` (joined by "|") are read.

    Raises:
        BadInput: the text is not readable as one of these, or holds no skill.
    """
    stripped = text.lstrip("\ufeff \t\r\n")
    if stripped.startswith(("[", "{")):
        found = _from_json(stripped, place)
    elif _csv_columns(stripped.splitlines()[0] if stripped else ""):
        found = _from_csv(stripped, place)
    else:
        lines = (line for line in stripped.splitlines() if not re.match(r"\s*#+\s", line))
        found = [Skill(name) for line in lines if (name := readable(line))]
    if not found:
        raise BadInput("there is no skill in it", where=place, remedy="write one skill per line")
    return found


def read_skills(path: Path) -> list[Skill]:
    """:func:`parse_skills` of a UTF-8 file.

    Raises:
        BadInput: no such file, not UTF-8, or not a list of skills.
    """
    return parse_skills(read_text(path), str(path))


_NAME_COLUMNS = ("name", "skill", "技能", "本领")


def _csv_columns(head: str) -> list[str]:
    cells = [cell.strip().strip('"').casefold() for cell in head.split(",")]
    return cells if any(cell in _NAME_COLUMNS for cell in cells) and (len(cells) > 1) else []


def _from_csv(text: str, place: str) -> list[Skill]:
    columns = _csv_columns(text.splitlines()[0])
    reader = csv.reader(io.StringIO(text), strict=True)
    found = []
    try:
        next(reader)
        for cells in reader:
            row = dict(zip(columns, cells, strict=False))
            name = readable(next(row[each] for each in _NAME_COLUMNS if each in row) if row else "")
            if name:
                where = f"{place}, line {reader.line_num}"
                found.append(
                    _skill(name, row.get("count") or "1", (row.get("aliases") or "").split("|"), where)
                )
    except csv.Error as error:
        raise BadInput(f"this is not valid CSV: {error}", where=f"{place}, line {reader.line_num}") from error
    except StopIteration:
        raise BadInput(
            "a line has no cell for the name",
            where=f"{place}, line {reader.line_num}",
            remedy="give every line a name",
        ) from None
    return found


def _from_json(text: str, place: str) -> list[Skill]:
    try:
        plain = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"this is not valid JSON: {error.msg}",
            where=f"{place}, line {error.lineno}",
            remedy="write a list of names",
        ) from error
    if isinstance(plain, dict):
        plain = plain.get("skills", plain)
    if not isinstance(plain, list):
        raise BadInput(
            "this JSON is not a list of skills",
            where=place,
            remedy='write ["time management", …] or [{"name": …, "count": …}]',
        )
    found = []
    for number, each in enumerate(plain):
        where = f"{place}[{number}]"
        row = {"name": each} if isinstance(each, str) else each
        if not isinstance(row, dict) or not isinstance(row.get("name"), str):
            raise BadInput(
                f"this is no skill: {json.dumps(each, ensure_ascii=False)[:80]}",
                where=where,
                remedy='write a name, or an object with "name"',
            )
        name = readable(row["name"])
        if name:
            found.append(_skill(name, row.get("count", 1), row.get("aliases", ()), where))
    return found


def _skill(name: str, count: Any, aliases: Any, where: str) -> Skill:
    try:
        number = int(str(count).strip())
    except ValueError:
        number = 0
    if number < 1:
        raise BadInput(
            f"the count of '{name}' is {count!r}",
            where=where,
            remedy="write a whole number from 1 up, or leave it out",
        )
    if isinstance(aliases, str) or not all(isinstance(alias, str) for alias in aliases):
        raise BadInput(
            f"the aliases of '{name}' are no list of names", where=where, remedy='write ["…", "…"]'
        )
    return Skill(name, number, tuple(filter(None, map(readable, aliases))))


def render_skills(skills: SkillList, form: Format = "txt") -> str:
    """The list as text that :func:`parse_skills` reads back: names alone (txt), or all of it (csv, json)."""
    if form == "txt":
        return "".join(f"{name}\n" for name in skills.names)
    if form == "json":
        rows = [
            {"name": each.name, "count": each.count, "aliases": list(each.aliases)} for each in skills.skills
        ]
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["name", "count", "aliases"])
    writer.writerows([each.name, each.count, "|".join(each.aliases)] for each in skills.skills)
    return out.getvalue()


def explain(skills: SkillList) -> str:
    """Which name was merged into which and by which rule, as JSON for a person."""
    merges = [{"gone": each.gone, "kept": each.kept, "rule": each.rule} for each in skills.merges]
    return (
        json.dumps(
            {"read": skills.read, "kept": len(skills.skills), "merges": merges}, ensure_ascii=False, indent=1
        )
        + "\n"
    )
