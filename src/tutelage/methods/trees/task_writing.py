"""How examples of one task are written: a batch in one reply, or instruction and answer in a call each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tutelage.methods.answering import answered
from tutelage.methods.boxing import boxed
from tutelage.methods.prompted import Session
from tutelage.methods.trees.batch_reading import Draft, batch
from tutelage.methods.trees.tree_nodes import name_key
from tutelage.records import Example, Message, Rejection, Reply, assistant, system, user
from tutelage.replies import Unreadable, sections, unfence, unwrap

_LONGEST_QUESTION = 2_000  # characters of an instruction that is asked for alone
_ECHO = re.compile(
    r"^\s*(?:task|field|instruction|任务|领域|指令)\s*\d*\s*[:：]", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Style:
    """What examples of the domain must keep to: a ``rule`` in words, and whether answers end in a box."""

    rule: str = ""
    boxed: bool = False


async def together(session: Session, style: Style) -> list[Example | Rejection]:
    """The examples of one batch, and a rejection for each that cannot be used.

    Raises:
        NotRead: the reply held no example at all.
        CallFailed: a call could not be answered.
    """
    payload = session.item.payload
    prompt = session.word("batch", **_slots(payload), rule=style.rule, boxed=style.boxed)
    found = await session.read(prompt, "batch", batch)
    results: list[Example | Rejection] = []
    made = 0
    for each in found.value:
        if not isinstance(each, Draft):
            results.append(session.rejection(f"parse:{each.reason}", each.text))
        elif made == payload["wanted"]:
            results.append(session.rejection("explore:surplus", each.text, "more than were asked for"))
        else:
            results.append(_example(session, style, each))
            made += isinstance(results[-1], Example)
    return results


async def one_by_one(session: Session, style: Style) -> list[Example | Rejection]:
    """One example, or the reason why there is none: the instruction alone, then its answer.

    Raises:
        NotRead: no reply could be taken for an instruction, or the answer is empty.
        CallFailed: a call could not be answered.
    """
    asked = await session.read(_question_wanted(session, style), "question", _question)
    question = asked.value
    if name_key(question) in (
        name_key(session.item.payload["task"]),
        name_key(session.item.payload["domain"]),
    ):
        return [session.rejection("parse:echo", question, "the name of the task, no instruction")]
    if _copied(session, question):
        return [session.rejection("parse:copied_demonstration", question)]
    wanted = session.word("answer", question=question, boxed=style.boxed)
    answer = await answered(session, wanted, "answer")
    return [_example(session, style, Draft(question, "", unwrap(answer.text)), answer.finish)]


def _slots(payload: Mapping[str, Any]) -> dict[str, Any]:
    names = ("domain", "task", "reason", "above", "beside", "wanted", "demonstrations")
    return {name: payload[name] for name in names}


def _example(session: Session, style: Style, draft: Draft, finish: Any = "stop") -> Example | Rejection:
    if _copied(session, draft.instruction, draft.input):
        return session.rejection("parse:copied_demonstration", draft.text)
    output = boxed(draft.output) if style.boxed else draft.output
    if output is None:
        return session.rejection("parse:not_boxed", draft.text, "the answer has no final answer")
    payload = session.item.payload
    return session.single_turn(
        draft.instruction,
        output,
        input=draft.input,
        finish=finish,
        path=[*payload["above"], payload["task"]],
        round=payload["round"],
        first=payload["first"],
    )


def _copied(session: Session, instruction: str, given: str = "") -> bool:
    """Whether this is a demonstration again."""
    shown = session.item.payload["demonstrations"]
    both = (name_key(instruction), name_key(given))
    return any(both == (name_key(one["instruction"]), name_key(one["input"])) for one in shown)


def _question_wanted(session: Session, style: Style) -> list[Message]:
    """Demonstrations as earlier turns: a small model goes on in their manner."""
    payload = session.item.payload
    opening = session.word("question_system", domain=payload["domain"], rule=style.rule)
    messages = [system(f"{session.method.system}\n\n{opening}".strip())]
    for one in payload["demonstrations"]:
        messages.append(user(session.word("question", task=one["task"] or payload["domain"])))
        messages.append(assistant("\n".join(part for part in (one["instruction"], one["input"]) if part)))
    messages.append(user(session.word("question", task=payload["task"])))
    return messages


def _question(reply: Reply) -> str:
    """The instruction in a reply that should hold nothing else.

    Raises:
        Unreadable: nothing is left, it was cut off, or it is too long.
    """
    text = sections(reply.text).get("instruction") or unwrap(unfence(reply.text))
    pieces: Sequence[str] = [each for each in _ECHO.split(text) if each.strip()]  # may go on with a next one
    text = unwrap(pieces[0]) if pieces else ""
    if not text:
        raise Unreadable("empty_instruction", "no instruction in the reply")
    if reply.finish == "length" or len(text) > _LONGEST_QUESTION:
        raise Unreadable("not_an_instruction", "too long for an instruction")
    return text
