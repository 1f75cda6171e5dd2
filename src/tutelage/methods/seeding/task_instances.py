"""Instances of a task out of a reply: inputs with outputs, or class labels with inputs.

The heuristics are Self-Instruct's (Wang et al. 2023) with one change: where one input has two outputs, those
instances go and the task's others stay, while the paper's program drops them all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tutelage.records import Reply
from tutelage.replies import Unreadable, sections, unfence
from tutelage.text import normalise

INPUT_FIRST: Mapping[str, Sequence[str]] = {
    "input": ("input", "输入"),
    "output": ("output", "answer", "response", "输出", "答案", "回答"),
}
OUTPUT_FIRST: Mapping[str, Sequence[str]] = {
    "output": ("class label", "class", "label", "output", "类别标签", "类别", "标签", "分类", "输出"),
    "input": ("input", "text", "输入", "文本"),
}
_EXAMPLE = re.compile(
    r"^\W*(?:example|instance|示例|例子|样例|例)\s*(?:\d+|[一二三四五六七八九十])?\W*$", re.IGNORECASE
)
_NOTHING = {
    *("none", "n/a", "na", "no input", "not applicable", "noinput", "no input needed", "-", "empty"),
    *("无", "没有", "无输入", "无需输入", "不需要", "不需要输入", "空"),
}
_COLONS = (":", "：")


@dataclass(frozen=True, slots=True)
class Instance:
    """An input, which may be empty, and an output."""

    input: str
    output: str

    def __str__(self) -> str:
        return f"{self.input}\n\n{self.output}".strip()


@dataclass(frozen=True)
class Instances:
    """Those that can be used, and the others with the reason of each."""

    good: list[Instance]
    faulty: list[tuple[str, Instance]]


def read_instances(reply: Reply, *, labels_first: bool) -> Instances:
    """The instances of a reply; the last one is dropped where the reply was cut off.

    Raises:
        Unreadable: ``no_output`` where there is none at all, ``cut_off`` where only a part of one is.
    """
    labels = OUTPUT_FIRST if labels_first else INPUT_FIRST
    found = [_instance(sections(chunk, labels)) for chunk in _chunks(unfence(reply.text), labels)]
    read = [each for each in found if each is not None]
    if not read:
        raise Unreadable("no_output", "no line that begins an output")
    if reply.finish == "length":
        cut = read.pop()
        if not read:
            raise Unreadable("cut_off", "the reply was cut off in its first instance")
        judged = _judged(read, labels_first)
        return Instances(judged.good, [*judged.faulty, ("cut_off", cut)])
    return _judged(read, labels_first)


def _chunks(text: str, labels: Mapping[str, Sequence[str]]) -> list[str]:
    """The text of each instance: between lines such as "Example 2", else from one first label to the next."""
    lines = text.splitlines()
    for mark in (_EXAMPLE, *map(_label, labels.values())):
        starts = [number for number, line in enumerate(_outside_code(lines)) if mark.match(line)]
        if starts:
            ends = [*starts[1:], len(lines)]
            return ["\n".join(lines[start:end]) for start, end in zip(starts, ends, strict=True)]
    return []


def _label(words: Sequence[str]) -> re.Pattern[str]:
    named = "|".join(map(re.escape, words))
    return re.compile(rf"^\W{{0,6}}(?:\d+\W+)?(?:{named})\s*\d{{0,2}}\W{{0,3}}[:：]", re.IGNORECASE)


def _outside_code(lines: Sequence[str]) -> Iterator[str]:
    """The lines, those of closed code blocks blank."""
    fences = [number for number, line in enumerate(lines) if line.lstrip().startswith("```")]
    blocks = list(zip(fences[::2], fences[1::2], strict=False))
    for number, line in enumerate(lines):
        yield "" if any(first <= number <= last for first, last in blocks) else line


def _instance(parts: Mapping[str, str]) -> Instance | None:
    if "output" not in parts:
        return None
    given = parts.get("input", "").strip()
    if normalise(given).strip("()[]（）<>。. ") in _NOTHING:
        given = ""
    return Instance(given, parts["output"].strip())


def _judged(read: Iterable[Instance], labels_first: bool) -> Instances:
    result = Instances([], [])
    seen: set[Instance] = set()
    outputs: dict[str, set[str]] = defaultdict(set)
    for each in read:
        reason = _fault(each, labels_first) or ("exact_duplicate" if each in seen else "")
        if reason:
            result.faulty.append((reason, each))
            continue
        seen.add(each)
        outputs[normalise(each.input)].add(normalise(each.output))
        result.good.append(each)
    against = [each for each in result.good if each.input and len(outputs[normalise(each.input)]) > 1]
    for each in against:
        result.good.remove(each)
        result.faulty.append(("contradictory", each))
    return result


def _fault(each: Instance, labels_first: bool) -> str:
    if not each.output:
        return "empty_output"
    if labels_first and not each.input:
        return "no_input"
    if normalise(each.input) == normalise(each.output):
        return "same_as_input"
    if each.output.endswith(_COLONS) or each.input.endswith(_COLONS):
        return "ends_with_colon"
    return ""
