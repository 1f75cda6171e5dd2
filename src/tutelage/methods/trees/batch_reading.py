"""Several examples in one reply: labelled blocks of instruction, input and output, or a JSON list.

One bad example costs one example: what cannot be read stands beside the others as a :class:`Flaw`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tutelage.records import Reply
from tutelage.replies import Unreadable, json_in, unfence, unwrap
from tutelage.replies.sections import Label, LabelReader, fenced, styles_in_use

LABELS: Mapping[str, Sequence[str]] = {
    "instruction": ("instruction", "question", "request", "指令", "问题", "请求"),
    "input": ("input", "passage", "context", "输入", "原文", "材料"),
    "output": (*("output", "response", "answer"), *("输出", "回答", "答案", "回复")),
}
_NO_INPUT = re.compile(
    r"[<(\[（【]?\s*(?:no ?input|none|n/?a|null|nil|empty|not applicable|无|没有|无输入|空)"
    r"\s*[>)\]）】]?[.。]?|[-–—]+",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"\s*(?:#{1,6}\s*)?(?:\*\*|__)?(?:example|task|no\.?|示例|例子|例|第)?\s*#?\d{1,3}\s*(?:条|个|例)?"
    r"[.:：)、]?(?:\*\*|__)?\s*"
    r"|\s*#{1,6}\s*",
    re.IGNORECASE,
)
_SLOT = re.compile(
    r"[<\[](?:your|insert|the|an?|instruction|request|input|text|passage|output|answer|response)\b[^<>\[\]]*[>\]]"
    r"|[<\[【（](?:指令|请求|输入|原文|输出|回答|此处|这里)[^<>\[\]】）]*[>\]】）]|\.{3,}|…+",
    re.IGNORECASE,
)
_READER = LabelReader(LABELS)


@dataclass(frozen=True, slots=True)
class Draft:
    """One example as it was read."""

    instruction: str
    input: str
    output: str

    @property
    def text(self) -> str:
        """All of it, for a rejection."""
        return "\n\n".join(part for part in (self.instruction, self.input, self.output) if part)


@dataclass(frozen=True, slots=True)
class Flaw:
    """One example that could not be read: a code, and the raw text."""

    reason: str
    text: str


def batch(reply: Reply) -> list[Draft | Flaw]:
    """The examples of a reply in their order; the last one of a reply that was cut off is a flaw.

    Raises:
        Unreadable: ``no_examples``.
    """
    text = unfence(reply.text)
    found = _of_json(text) or [_of_block(block) for block in _blocks(text)]
    if not any(isinstance(each, Draft) for each in found):
        raise Unreadable("no_examples", "no instruction with an output")
    if reply.finish == "length" and isinstance(found[-1], Draft):
        found[-1] = Flaw("cut_off", found[-1].text)
    return found


def _of_json(text: str) -> list[Draft | Flaw]:
    if not re.match(r"\s*(?:```\w*\s*)?[\[{]", text):
        return []
    try:
        found = json_in(text)
    except Unreadable:
        return []
    if isinstance(found, dict):
        found = next((value for value in found.values() if isinstance(value, list)), [found])
    return [_of_object(each) for each in found]


def _of_object(value: Any) -> Draft | Flaw:
    if not isinstance(value, Mapping):
        return Flaw("no_instruction", str(value))
    parts = {name: value.get(name) for name in LABELS}
    if not all(part is None or isinstance(part, str) for part in parts.values()):
        return Flaw("no_text", str(dict(value)))
    return _of_block({name: part for name, part in parts.items() if isinstance(part, str)})


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """The labelled blocks: each label of an instruction begins one.

    A label that comes out of turn (a second input, anything after the output but an instruction) is content.
    """
    lines = text.splitlines()
    seen = [_READER.read(line) if outside else None for line, outside in fenced(lines)]
    labels = [label for label in seen if label]
    styles = styles_in_use(labels, LABELS) if labels else ()
    opening = next((label.word for label in labels if label.part == "instruction"), "")
    block: dict[str, list[str]] = {}
    current = ""
    for line, label in zip(lines, seen, strict=True):
        if label and label.style in styles and _in_turn(label, current, opening):
            if label.part == "instruction" and block:
                yield _joined(block)
                block = {}
            current = label.part
            block[current] = [label.rest] if label.rest else []
        elif current:
            block[current].append(line)
    if block:
        yield _joined(block)


def _in_turn(label: Label, current: str, opening: str) -> bool:
    order = list(LABELS)
    if label.part == "instruction":
        return label.word == opening
    return bool(current) and order.index(label.part) > order.index(current)


def _joined(block: Mapping[str, list[str]]) -> dict[str, str]:
    """The parts of a block as texts, without the heading of the next one at its end."""
    parts = {}
    for name, lines in block.items():
        while lines and (not lines[-1].strip() or _SEPARATOR.fullmatch(lines[-1])) and len(lines) > 1:
            lines.pop()
        parts[name] = unwrap("\n".join(lines))
    return parts


def _of_block(parts: Mapping[str, str]) -> Draft | Flaw:
    instruction, given, output = (parts.get(name, "").strip() for name in LABELS)
    text = "\n\n".join(part for part in parts.values() if part)
    if _NO_INPUT.fullmatch(given):
        given = ""
    for name, part in (("instruction", instruction), ("output", output)):
        if not part:
            return Flaw(f"no_{name}", text)
    if any(_SLOT.fullmatch(part) for part in (instruction, given, output) if part):
        return Flaw("placeholder", text)
    return Draft(instruction, given, output)
