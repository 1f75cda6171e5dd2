"""Proposals of sub-tasks: read from a reply, and checked for being names of tasks at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tutelage.methods.trees.tree_nodes import name_key
from tutelage.replies import Unreadable, bullets, json_in

_MOST_WORDS = 12
_MOST_CHARACTERS = 90
_ECHO_WORDS = 5  # so many words in a row that stand in the prompt are no chance
_ECHO_CHARACTERS = 10  # the same where words are not spaced
_LABELS = {
    *("name", "task", "sub-task", "subtask", "sub task", "finer task", "new task", "reason", "task name"),
    *("名称", "任务", "子任务", "新任务", "更细的任务", "理由", "原因", "任务名称"),
}
_SPLIT = re.compile(r"\s*(?:[:：]|\s[-–—]\s|\s*——\s*)\s*")
_MARKED = re.compile(r"\s*(?:[-*•·–—]\s|\d{1,3}[.)、．])")
_MARKS = "*_`#\"'“”‘’「」《》<>[]【】 \t"
_TALK = re.compile(
    r"(?:i['’]?m |i am |i can|sorry|sure\b|certainly|of course|here (?:are|is)|as an ai"
    r"|抱歉|对不起|好的|当然|以下)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^(?P<label>.*?)\s*\d{0,3}$")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A name and why it belongs; ``raw`` is the entry as it was written."""

    name: str
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a proposal was not accepted."""

    code: str
    detail: str
    score: float | None = None


def proposals(text: str) -> list[Proposal]:
    """The entries of a reply: lines of a name, a colon and a reason; names alone; or JSON objects.

    Raises:
        Unreadable: ``no_list``.
    """
    objects = _objects(text)
    if objects:
        return objects
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) == 1 and _SPLIT.search(lines[0]) and not _MARKED.match(lines[0]):
        text = f"- {text.strip()}"  # else its reason would be taken apart at the commas
    return [_proposal(entry) for entry in bullets(text)]


def first_proposal(text: str) -> list[Proposal]:
    """The name in a reply that should hold nothing else: its first line, up to a semicolon or full stop.

    Raises:
        Unreadable: ``no_name``.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise Unreadable("no_name", "the reply is empty")
    bare = re.sub(r"^(?:[-*•·]\s+|\d{1,3}[.)、]\s*)", "", lines[0])
    found = _proposal(re.split(r"[;；]", bare)[0].rstrip(".。,，"))
    return [Proposal(found.name, found.reason, lines[0])]


def _objects(text: str) -> list[Proposal]:
    if not re.match(r"\s*(?:```\w*\s*)?[\[{]", text):
        return []
    try:
        found = json_in(text)
    except Unreadable:
        return []
    if isinstance(found, dict):
        found = next((value for value in found.values() if isinstance(value, list)), [found])
    named = [each for each in found if isinstance(each, Mapping) and isinstance(each.get("name"), str)]
    return [
        Proposal(" ".join(each["name"].split()), str(each.get("reason", "")).strip(), str(dict(each)))
        for each in named
    ]


def _proposal(entry: str) -> Proposal:
    head, *rest = _SPLIT.split(entry, maxsplit=1)
    reason = rest[0] if rest else ""
    if reason and name_key(_bare_label(head)) in _LABELS:
        head, *rest = _SPLIT.split(reason, maxsplit=1)
        reason = rest[0] if rest else ""
    return Proposal(" ".join(head.strip(_MARKS).split()), reason.strip(_MARKS), entry)


def _bare_label(text: str) -> str:
    found = _NUMBERED.match(text.strip(_MARKS))
    return found["label"] if found else text


def checked(proposal: Proposal, prompt: str) -> Refused | None:
    """Why ``proposal`` cannot name a task: empty, a sentence, a label, or words of the prompt itself."""
    name = proposal.name
    if not any(letter.isalpha() for letter in name) or not name.isprintable():
        return Refused("parse:no_name", "no letters in it")
    if len(name) > _MOST_CHARACTERS or len(name.split()) > _MOST_WORDS:
        return Refused("parse:long_name", f"{len(name.split())} words, {len(name)} characters")
    if _TALK.match(name):
        return Refused("parse:no_name", "the model talks to us")
    key = name_key(name)
    if name_key(_bare_label(name)) in _LABELS or "{" in name:
        return Refused("parse:echo", "a label, no name")
    raw = name_key(proposal.raw)
    long = len(key.split()) >= _ECHO_WORDS or (not key.isascii() and len(key) >= _ECHO_CHARACTERS)
    if (long and key in name_key(prompt)) or (raw != key and raw in name_key(prompt)):
        return Refused("parse:echo", "the words of the prompt")
    return None
