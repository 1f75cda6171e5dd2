"""The labelled parts of a reply, whatever the labels look like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tutelage.replies.unreadable import Unreadable
from tutelage.replies.wrapping import unfence, unwrap

# What each part of a reply may be called.
LABELS: Mapping[str, Sequence[str]] = {
    "instruction": (
        *("instruction", "query", "question", "message", "request", "prompt", "user", "human"),
        *("user query", "user message", "user request", "human query"),
        *("指令", "提问", "问题", "消息", "求助", "请求", "用户"),
    ),
    "response": (
        *("response", "answer", "reply", "assistant", "assistant response", "ai response"),
        *("回答", "答案", "答复", "回复", "助手"),
    ),
}

_CHANGED = (
    r"(?:(?:the\s+)?(?:refined|improved|revised|final|new|updated|better|rewritten|corrected|your|my)\s+"
    r"|(?:改进|修改|优化|完善|改写|修订|更新|重写|最终|新)(?:后)?的?)?"
)
_FENCE = re.compile(r"^\s{0,3}(```+|~~~+)")


@dataclass(frozen=True, slots=True)
class Label:
    """A label line: its part, the word and the style that were used, and the text after it."""

    part: str
    word: str
    style: str
    rest: str


class LabelReader:
    """Recognises label lines for one set of parts."""

    def __init__(self, labels: Mapping[str, Sequence[str]]) -> None:
        self._parts = {word.casefold(): part for part, words in labels.items() for word in words}
        words = "|".join(sorted(map(re.escape, self._parts), key=len, reverse=True))
        self._line = re.compile(
            rf"^\s{{0,3}}(?:>\s?)?(?P<heading>\#{{1,6}}\s*)?(?:\(?\d{{1,2}}[.):、）]\s*)?(?P<bold>\*\*|__)?"
            rf"\s*[【\[]?{_CHANGED}(?P<word>{words})\s*\d{{0,2}}\s*[】\]]?"
            rf"(?:\s*[(（][^()（）]{{0,40}}[)）])?"
            rf"(?P<colon1>[:：])?\s*(?P<unbold>\*\*|__)?\s*(?P<colon2>[:：])?(?P<rest>.*)$",
            re.IGNORECASE,
        )

    def read(self, line: str) -> Label | None:
        """``line`` as a label, or ``None``: a plain word needs a colon, a heading or bold stands alone."""
        found = self._line.match(line)
        if not found or bool(found["bold"]) != bool(found["unbold"]):
            return None
        colon = bool(found["colon1"] or found["colon2"])
        rest = found["rest"].strip()
        style = "heading" if found["heading"] else "bold" if found["bold"] else "plain"
        if not colon and (style == "plain" or rest):
            return None
        word = found["word"].casefold()
        return Label(self._parts[word], word, style, rest)


_STYLES = ("heading", "bold", "plain")


def sections(text: str, labels: Mapping[str, Sequence[str]] = LABELS) -> dict[str, str]:
    """The labelled parts of a reply by name; a part that is not there is absent, an empty one is "".

    Only a label at the start of a line counts, outside code fences, and in the most prominent style (heading,
    then bold, then plain) in which all parts are labelled, if there is one: so "Answer: 42" inside an answer
    under a heading stays in it. A part has one label: "Question: …" under "Instruction:" is content. A part
    that comes twice ends the reading: a model that goes on with a second example is cut there.
    """
    reader = LabelReader(labels)
    lines = unfence(text).splitlines()
    seen = [reader.read(line) if outside else None for line, outside in fenced(lines)]
    found = [label for label in seen if label]
    if not found:
        return {}
    styles = styles_in_use(found, labels)
    parts: dict[str, list[str]] = {}
    words: dict[str, str] = {}
    current: list[str] | None = None
    for line, label in zip(lines, seen, strict=True):
        if label and label.style in styles and words.get(label.part, label.word) == label.word:
            if any(line.strip() for line in parts.get(label.part, ())):
                break
            words[label.part] = label.word
            current = parts[label.part] = [label.rest] if label.rest else []
        elif current is not None:
            current.append(line)
    return {name: unwrap("\n".join(body)) for name, body in parts.items()}


def styles_in_use(found: Sequence[Label], labels: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """The most prominent style in which every part of ``labels`` was found, else every style."""
    for style in _STYLES:
        if {label.part for label in found if label.style == style} == set(labels):
            return (style,)
    return _STYLES


def fenced(lines: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Each line and whether it stands outside code fences; an unclosed fence hides nothing."""
    marks = [_FENCE.match(line) for line in lines]
    open_until = -1
    for number, line in enumerate(lines):
        if number <= open_until:
            yield line, False
            continue
        mark = marks[number]
        closing = None
        if mark:
            later = range(number + 1, len(lines))
            closing = next((n for n in later if lines[n].strip() == mark[1]), None)
        if closing is not None:
            open_until = closing
        yield line, closing is None


def both_parts(text: str, labels: Mapping[str, Sequence[str]] = LABELS) -> dict[str, str]:
    """:func:`sections` with every part of ``labels`` there and filled.

    Raises:
        Unreadable: ``no_<part>`` or ``empty_<part>``.
    """
    found = sections(text, labels)
    for name in labels:
        if name not in found:
            raise Unreadable(f"no_{name}", f"no line that begins the {name}")
        if not found[name]:
            raise Unreadable(f"empty_{name}", f"nothing under the label of the {name}")
    return {name: found[name] for name in labels}
