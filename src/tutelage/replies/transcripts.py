"""A dialogue that a model wrote in one reply: turns under the labels of two speakers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tutelage.records import Message, Role
from tutelage.replies.sections import Label, LabelReader, fenced, styles_in_use
from tutelage.replies.unreadable import Unreadable
from tutelage.replies.wrapping import unfence, unwrap

# What each speaker may be called.
SPEAKERS: Mapping[str, Sequence[str]] = {
    "user": ("person", "human", "user", "用户", "人类", "提问者", "使用者"),
    "assistant": (
        *("assistant", "ai", "ai assistant", "chatbot", "bot"),
        *("助手", "AI助手", "AI 助手", "智能助手", "机器人"),
    ),
}
_ROLES: tuple[Role, Role] = ("user", "assistant")
_READER = LabelReader(SPEAKERS)


def transcript(text: str) -> list[Message]:
    """The turns of a dialogue in their order, each with its role.

    What stands before the first label is no turn. Labels count at the start of a line, outside code fences,
    in the most prominent style in which both speakers are labelled. Two turns in a row of one speaker are
    one turn. Nothing is cut off: see :func:`exchanges`.

    Raises:
        Unreadable: ``no_turns`` where no speaker is labelled.
    """
    lines = unfence(text).splitlines()
    seen = [_READER.read(line) if outside else None for line, outside in fenced(lines)]
    labels = [label for label in seen if label]
    if not labels:
        raise Unreadable("no_turns", "no line begins with the label of a speaker")
    styles = styles_in_use(labels, SPEAKERS)
    turns: list[tuple[Role, list[str]]] = []
    for line, label in zip(lines, seen, strict=True):
        if label and label.style in styles:
            turns.append((_role(label), [label.rest] if label.rest else []))
        elif turns:
            turns[-1][1].append(line)
    return _joined([Message(role, unwrap("\n".join(body))) for role, body in turns])


def exchanges(turns: Sequence[Message], *, cut_off: bool = False) -> list[tuple[str, str]]:
    """The complete exchanges of a dialogue: question and answer, in order.

    A greeting of the assistant before the first question is left out, and so is a last question that nobody
    answered. ``cut_off`` says that the last turn was not written to its end: it goes with its question.

    Raises:
        Unreadable: ``wrong_order`` where the speakers do not take turns, ``empty_turn``.
    """
    whole = list(turns[:-1] if cut_off else turns)
    if whole and whole[0].role == "assistant":
        whole = whole[1:]
    if len(whole) % 2:
        whole.pop()
    for number, turn in enumerate(whole):
        if turn.role != _ROLES[number % 2]:
            raise Unreadable("wrong_order", f"turn {number + 1} is the {turn.role}'s")
        if not turn.content:
            raise Unreadable("empty_turn", f"turn {number + 1} has no text")
    return [
        (asked.content, answered.content) for asked, answered in zip(whole[0::2], whole[1::2], strict=True)
    ]


def speaks_as(text: str, role: Role) -> str:
    """The first line of ``text`` that is labelled as a turn of ``role``, or an empty string."""
    for line, outside in fenced(text.splitlines()):
        label = _READER.read(line) if outside else None
        if label and label.part == role:
            return line.strip()
    return ""


def without_label(text: str, role: Role) -> str:
    """``text`` without a label of ``role`` at its head."""
    head, _, rest = text.lstrip().partition("\n")
    label = _READER.read(head)
    if not label or label.part != role:
        return text.strip()
    return f"{label.rest}\n{rest}".strip()


def _role(label: Label) -> Role:
    return "user" if label.part == "user" else "assistant"


def _joined(turns: Sequence[Message]) -> list[Message]:
    """Neighbours of one speaker as one turn."""
    joined: list[Message] = []
    for turn in turns:
        if joined and joined[-1].role == turn.role:
            both = f"{joined[-1].content}\n\n{turn.content}".strip()
            joined[-1] = Message(turn.role, both)
        else:
            joined.append(turn)
    return joined
