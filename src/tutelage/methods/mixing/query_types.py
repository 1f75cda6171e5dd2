"""The list of query types: kinds of request, each with a definition and examples.

    types = parse_query_types(text)        Markdown, JSON, or one name a line
    render_query_types(types)              Markdown that reads back as the same list

Two dialects of Markdown are in use beside our own. Both head a type with its bold name; in one the definition
follows a bold label, in the other it is the paragraph that ends by announcing the examples.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput
from tutelage.methods.mixing.near_forms import form
from tutelage.replies import Unreadable, json_in, unfence, unquote
from tutelage.rows import read_text


@dataclass(frozen=True, slots=True)
class QueryType:
    """A kind of request: what the person wants to get, and how such a request sounds."""

    name: str
    definition: str = ""
    examples: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields."""
        return {"name": self.name, "definition": self.definition, "examples": list(self.examples)}

    @classmethod
    def from_dict(cls, plain: Any, place: str = "query type") -> QueryType:
        """A name, or an object with ``name`` and perhaps ``definition`` and ``examples``.

        Raises:
            BadInput: it is neither.
        """
        row = {"name": plain} if isinstance(plain, str) else plain
        if not isinstance(row, dict) or not isinstance(row.get("name"), str) or not _plain(row["name"]):
            raise BadInput(
                f"this is no query type: {json.dumps(plain, ensure_ascii=False, default=str)[:80]}",
                where=place,
                remedy='write a name, or an object with "name", "definition" and "examples"',
            )
        definition, examples = row.get("definition") or "", row.get("examples") or ()
        if not isinstance(definition, str) or not isinstance(examples, list | tuple):
            raise BadInput(
                f"the query type '{row['name']}' is malformed",
                where=place,
                remedy='"definition" is a text and "examples" a list of texts',
            )
        return cls(
            _plain(row["name"]), _plain(definition), tuple(filter(None, map(_example, map(str, examples))))
        )


_NUMBER = r"(?:\d{1,3}\s*[.)、．]\s*)?"
_HEADING = re.compile(rf"^\s{{0,3}}\#{{1,6}}\s+{_NUMBER}(?P<name>.+?)\s*\#*\s*$")
_BOLD = re.compile(
    rf"^\s{{0,3}}(?:[-*]\s+)?{_NUMBER}\*\*(?P<name>[^*]+?)[:：]?\*\*\s*[:：–—-]?\s*(?P<rest>.*)$"
)
_DEFINITION = re.compile(
    r"^\W*(?:definition|description|meaning|定义|说明|含义)\W*?[:：]\W*?(?=[^\W_]|[\"“«「(（])", re.IGNORECASE
)
_EXAMPLES = re.compile(r"^\W*(?:examples?|例子|例如|示例|举例|比如)\W*?[:：]?\W*$", re.IGNORECASE)
_ANNOUNCED = re.compile(
    r"\s*(?:\b(?:for example|examples include|some examples|for instance|examples?|e\.g\.)"
    r"|(?:例如|比如|例子|示例))"
    r"\s*[:：,，]?\s*$",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s*(?:[-*•·+]|\d{1,3}[.)、]|\([a-z\d]\))\s+(?P<text>.+)$")


@dataclass
class _Draft:
    """A query type while its lines are read."""

    name: str
    definition: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        """Take one line below the heading."""
        if not line.strip() or _EXAMPLES.match(line):
            return
        labelled = _DEFINITION.match(line)
        if labelled:
            self.definition.append(line[labelled.end() :].strip())
            return
        bullet = _BULLET.match(line)
        if bullet:
            self.examples.append(bullet["text"])
        elif self.examples:
            self.examples[-1] += " " + line.strip()
        else:
            self.definition.append(line.strip())

    def done(self) -> QueryType:
        """The finished type."""
        text = _ANNOUNCED.sub("", " ".join(self.definition)).strip()
        examples = filter(None, map(_example, self.examples))
        return QueryType(_plain(self.name), _plain(text), tuple(examples))


def _example(text: str) -> str:
    return unquote(" ".join(text.split()))


def _plain(text: str) -> str:
    """``text`` on one line, without bold marks around it."""
    return " ".join(re.sub(r"^\*\*(.+?)\*\*$", r"\1", " ".join(text.split())).split())


def _sections(text: str) -> list[_Draft]:
    """One draft a heading; bold names count as headings only where the text has no real ones."""
    lines = text.splitlines()
    real = any(_HEADING.match(line) for line in lines)
    drafts: list[_Draft] = []
    for line in lines:
        found = _HEADING.match(line) if real else _bold_name(line)
        if found:
            drafts.append(_Draft(found["name"]))
            if not real and found["rest"]:
                drafts[-1].add(found["rest"])
        elif drafts:
            drafts[-1].add(line)
    return drafts


def _bold_name(line: str) -> re.Match[str] | None:
    return None if _DEFINITION.match(line) or _EXAMPLES.match(line) else _BOLD.match(line)


def looks_like_query_types(text: str) -> bool:
    """Whether ``text`` is a list of query types in Markdown or JSON, and not a list of skills.

    A single "#" in a list of skills begins a comment; it takes headings of the third level to be Markdown.
    """
    if any(line.lstrip().startswith("###") for line in text.splitlines()):
        return any(draft.definition or draft.examples for draft in _sections(text))
    return '"definition"' in text and text.lstrip().startswith(("[", "{"))


def parse_query_types(text: str, place: str = "query types") -> list[QueryType]:
    """The query types of a file's text or of a reply, each name once (the first counts).

    Raises:
        BadInput: there is none in it.
    """
    text = unfence(text.lstrip("\ufeff"))
    if text.lstrip().startswith(("[", "{")):
        found = _from_json(text, place)
    else:
        found = [draft.done() for draft in _sections(text)]
        if not found and not re.search(r"[.!?。！？]\s", text):
            names = (re.sub(rf"^\s*(?:[-*•]\s+|{_NUMBER})", "", line).strip() for line in text.splitlines())
            found = [QueryType(_plain(name)) for name in names if name]
    unique = first_of_each(found)
    if not unique:
        raise BadInput(
            "there is no query type in it",
            where=place,
            remedy='head each type with "### " and its name, then "Definition: …", then examples as "- …"',
        )
    return unique


def first_of_each(types: Iterable[QueryType]) -> list[QueryType]:
    """``types`` without those whose name came before, in any spelling."""
    unique: dict[str, QueryType] = {}
    for each in types:
        if form(each.name):
            unique.setdefault(form(each.name), each)
    return list(unique.values())


def _from_json(text: str, place: str) -> list[QueryType]:
    try:
        plain = json_in(text)
    except Unreadable as error:
        raise BadInput("this is not valid JSON", where=place, remedy="write a list of objects") from error
    if isinstance(plain, dict):
        plain = next((value for value in plain.values() if isinstance(value, list)), [])
    return [QueryType.from_dict(each, f"{place}[{number}]") for number, each in enumerate(plain)]


def read_query_types(path: Path) -> list[QueryType]:
    """:func:`parse_query_types` of a UTF-8 file.

    Raises:
        BadInput: no such file, not UTF-8, or no query type in it.
    """
    return parse_query_types(read_text(path), str(path))


def render_query_types(types: Iterable[QueryType], language: str = "en") -> str:
    """The types as Markdown that :func:`parse_query_types` reads back as the same list."""
    label, left, right = ("定义：", "“", "”") if language == "zh" else ("Definition: ", '"', '"')
    blocks = []
    for each in types:
        lines = [f"### {each.name}"]
        if each.definition:
            lines.append(f"{label}{each.definition}")
        lines += [f"- {left}{example}{right}" for example in each.examples]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"
