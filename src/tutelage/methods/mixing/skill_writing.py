"""How Instruct-SkillMix writes one example: the conversation with the teacher, and what is made of it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tutelage.asking import Ask, Sampling
from tutelage.methods.method import Language
from tutelage.methods.mixing.query_types import QueryType
from tutelage.methods.reading import NotRead, Read, read
from tutelage.prompts import Wording, load, material
from tutelage.records import Example, Finish, Item, Message, Rejection, Reply, assistant, digest, system, user
from tutelage.replies import LABELS, Unreadable, both_parts, json_in, sections, unfence, unwrap

Turns = Literal["full", "short", "single-turn"]
Parts = Literal["together", "apart"]

SCHEMA = {
    "type": "object",
    "properties": {"instruction": {"type": "string"}, "response": {"type": "string"}},
    "required": ["instruction", "response"],
    "additionalProperties": False,
}

_LONGEST_QUESTION = 2_000  # characters of a question that is asked for alone
_COPIED = 0.85  # of its characters in common with a worked example: a copy
_SHORTER = 0.6  # of the words of an answer that was cut off, for the one that replaces it


@dataclass(frozen=True)
class Writing:
    """The settings of the conversation. ``worked`` examples: ``None`` is one, or all for parts apart."""

    language: Language = "en"
    domain: str = ""
    system: str = ""
    prompts: Mapping[str, str] = field(default_factory=dict)
    turns: Turns = "full"
    parts: Parts = "together"
    worked: int | None = None
    structured: bool = False
    sampling: Sampling = Sampling()
    retries: int = 1

    async def carry_out(self, item: Item, ask: Ask) -> Example | Rejection:
        """One example for ``item``, or a rejection with the reason and the raw text.

        Raises:
            CallFailed: a call could not be answered.
        """
        session = _Session(self, item, ask)
        try:
            return await (session.one_part_at_a_time() if self.is_apart else session.both_parts_at_once())
        except NotRead as error:
            return error.rejection(item.id)

    @property
    def is_apart(self) -> bool:
        """Whether question and answer are asked for one at a time; ``single-turn`` always does."""
        return self.parts == "apart" or self.turns == "single-turn"

    def shots(self) -> Sequence[Mapping[str, Any]]:
        """The worked examples to show."""
        wanted = self.worked if self.worked is not None else (None if self.is_apart else 1)
        examples: list[Mapping[str, Any]] = material("skillmix", "worked_examples.json", self.language)
        return examples[:wanted]


class _Session:
    """One item's conversation; keeps the turns and the wording that were used, for the lineage."""

    def __init__(self, writing: Writing, item: Item, ask: Ask) -> None:
        self._writing = writing
        self._item = item
        self._ask = ask
        self._skills: list[str] = list(item.payload["skills"])
        self._type = QueryType.from_dict(item.payload["query_type"])
        self._turns: list[str] = []
        self._used: dict[str, str] = {}

    # --- draft, critique, refine ---------------------------------------------------------------------

    async def both_parts_at_once(self) -> Example:
        """The long way: one conversation in which both parts are written together."""
        opening = [*self._system(), user(self._both_parts_wanted())]
        draft = await self._read(opening, "draft", _two_parts, self._both_parts_sampling(), labels=True)
        conversation = list(draft.messages)
        if self._writing.turns == "full":
            conversation.append(user(self._word("critique")))
            critique = await self._say(conversation, "critique")
            conversation.append(assistant(critique.text))
        conversation.append(user(self._refinement_wanted()))
        refined = await self._read(
            conversation, "refine", _two_parts, self._both_parts_sampling(), labels=True
        )
        question, answer = refined.value
        if refined.reply.finish == "length":
            answer, finish = await self._repair(refined, answer)
            return self._example(question, answer, finish)
        return self._example(question, answer, refined.reply.finish)

    def _both_parts_wanted(self) -> str:
        return self._word(
            "draft",
            skills=self._skills,
            query_type=self._type,
            worked=self._writing.shots(),
            domain=self._writing.domain,
            structured=self._writing.structured,
        )

    def _refinement_wanted(self) -> str:
        return self._word(
            "refine",
            skills=self._skills,
            critiqued=self._writing.turns == "full",
            structured=self._writing.structured,
        )

    def _both_parts_sampling(self) -> Sampling:
        sampling = self._writing.sampling
        return replace(sampling, schema=SCHEMA) if self._writing.structured else sampling

    async def _repair(self, cut: Read[tuple[str, str]], answer: str) -> tuple[str, Finish]:
        """A shorter answer in place of one that was cut off, with its finish reason."""
        wanted = self._word("repair", words=self._fewer_words(answer), labels=not self._writing.structured)
        reply = await self._say([*cut.messages, user(wanted)], "repair")
        text = sections(reply.text).get("response") or unwrap(unfence(reply.text))
        return (text, reply.finish) if text else (answer, "length")

    def _fewer_words(self, answer: str) -> int:
        """A length for the answer, in words (characters in Chinese), rounded to tens."""
        length = len(answer) if self._writing.language == "zh" else len(answer.split())
        return max(40, int(round(length * _SHORTER, -1)))

    # --- question, then answer -----------------------------------------------------------------------

    async def one_part_at_a_time(self) -> Example:
        """The way for weak models: each reply is one text, so that nothing has to be told apart."""
        asked = await self._read(
            self._question_wanted(), "question", self._one_question, self._writing.sampling
        )
        question: str = asked.value
        first = [*self._system(), user(question)]
        answer = await self._say(first, "answer")
        if self._writing.turns != "single-turn":
            exchange = [*first, assistant(answer.text)]
            critique = await self._critique(exchange) if self._writing.turns == "full" else ""
            wanted = [*asked.messages, user(self._word("refine_question"))]
            better = await self._read(wanted, "refine-question", self._one_question, self._writing.sampling)
            question = better.value
            exchange.append(user(self._word("refine_answer", critique=critique, question=question)))
            answer = await self._say(exchange, "refine-answer")
        if answer.finish == "length":
            shorter = self._word("answer_shorter", question=question)
            answer = await self._say([*self._system(), user(shorter)], "repair")
        if not answer.text.strip():
            raise NotRead("empty_response", question, "the answer is empty")
        return self._example(question, answer.text.strip(), answer.finish)

    async def _critique(self, exchange: Sequence[Message]) -> str:
        """What the asker has to say about the answer."""
        wanted = user(self._word("critique_apart"))
        reply = await self._say([*exchange, wanted], "critique")
        return reply.text.strip()

    def _question_wanted(self) -> list[Message]:
        """Worked examples as earlier turns: a small model goes on in their manner."""
        opening = self._word("question_system", domain=self._writing.domain)
        messages = [system(f"{self._writing.system}\n\n{opening}".strip())]
        for shot in self._writing.shots():
            kind = QueryType(shot["query_type"], shot["definition"])
            messages.append(user(self._word("question", skills=shot["skills"], query_type=kind)))
            messages.append(assistant(shot["instruction"]))
        messages.append(user(self._word("question", skills=self._skills, query_type=self._type)))
        return messages

    def _one_question(self, reply: Reply) -> str:
        """The question in a reply that should hold nothing else.

        Raises:
            Unreadable: nothing is left, it was cut off, or it is too long for a question.
        """
        text = sections(reply.text).get("instruction") or unwrap(unfence(reply.text))
        prompt = self._word("question", skills=self._skills, query_type=self._type)
        heads = [line.split(mark)[0] for line in prompt.splitlines() for mark in (":", "：") if mark in line]
        echo = "|".join(re.escape(head) for head in heads if len(head) <= 20)
        if echo:  # a small model may go on with a next example
            text = re.split(rf"^\s*(?:{echo})\s*[:：]", text, maxsplit=1, flags=re.MULTILINE)[0]
        text = unwrap(text)
        if not text:
            raise Unreadable("empty_instruction", "no question in the reply")
        if reply.finish == "length" or len(text) > _LONGEST_QUESTION:
            raise Unreadable("not_a_question", "too long for a question")
        return text

    # --- what both ways share ------------------------------------------------------------------------

    def _system(self) -> list[Message]:
        return [system(self._writing.system)] if self._writing.system else []

    def _wording(self, step: str) -> Wording:
        wording = load("skillmix", step, self._writing.language, self._writing.prompts)
        self._used[step] = wording.fingerprint
        return wording

    def _word(self, step: str, **slots: Any) -> str:
        return self._wording(step).render(**slots)

    async def _say(self, messages: Sequence[Message], turn: str) -> Reply:
        self._turns.append(turn)
        return await self._ask(messages, turn=turn, sampling=self._writing.sampling)

    async def _read(
        self,
        messages: Sequence[Message],
        turn: str,
        parse: Callable[[Reply], Any],
        sampling: Sampling,
        labels: bool = False,
    ) -> Read[Any]:
        structured = self._writing.structured
        found = await read(
            self._ask,
            messages,
            turn=turn,
            parse=parse,
            again=lambda reason: self._word("ask_again", problem=reason, labels=labels and not structured),
            retries=self._writing.retries,
            sampling=sampling,
        )
        self._turns += found.turns
        return found

    def _example(self, question: str, answer: str, finish: Finish) -> Example:
        for shot in self._writing.shots():
            if _alike(question, shot["instruction"]) or _alike(answer, shot["response"]):
                raise NotRead(
                    "copied_example", f"{question}\n\n{answer}", "a worked example was written again"
                )
        return Example.single_turn(
            question,
            answer,
            id=digest(self._item.id, 0),
            cell=self._item.cell,
            method=self._item.method,
            item=self._item.id,
            teacher=self._ask.name,
            finish=finish,
            lineage={
                "skills": self._skills,
                "query_type": self._type.name,
                "turns": self._turns,
                "prompts": dict(sorted(self._used.items())),
            },
        )


def _alike(text: str, shown: str) -> bool:
    """Whether ``text`` is what was shown, or begins as it does: weak models repeat their worked examples."""
    length = min(len(text), len(shown))
    matcher = difflib.SequenceMatcher(None, text[:length], shown[:length], autojunk=False)
    return length > len(shown) // 3 and matcher.quick_ratio() > _COPIED and matcher.ratio() > _COPIED


def _two_parts(reply: Reply) -> tuple[str, str]:
    """Question and answer of a reply: of its JSON object, else of its labelled sections.

    Raises:
        Unreadable: either is missing or empty.
    """
    if reply.text.lstrip().startswith(("{", "```json")):
        try:
            plain = json_in(reply.text)
        except Unreadable:
            plain = None
        if isinstance(plain, dict):
            return _of_object(plain)
    parts = both_parts(reply.text, LABELS)
    return parts["instruction"], parts["response"]


def _of_object(plain: Mapping[str, Any]) -> tuple[str, str]:
    parts = []
    for name in ("instruction", "response"):
        text = plain.get(name)
        if not isinstance(text, str):
            raise Unreadable(f"no_{name}", f"the JSON object has no text '{name}'")
        if not text.strip():
            raise Unreadable(f"empty_{name}", f"'{name}' is empty")
        parts.append(text.strip())
    return parts[0], parts[1]
