"""Any method, with verifiable constraints put to a share of its examples.

The inner method writes its examples as ever. For those that are drawn, the constraint is appended to the last
question as a sentence, the question is asked once more, and the new answer is checked by a program: what
misses its constraint is refused, with what was measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from tutelage.asking import Ask, Desk, Sampling
from tutelage.constraints import Constraint, ConstraintSettings, Finding, Subject, draw_constraints
from tutelage.draw import draw
from tutelage.errors import CallFailed
from tutelage.methods.method import Materials, Method, State
from tutelage.methods.reading import gathered
from tutelage.prompts import load
from tutelage.records import Example, Item, Message, Rejection, Reply, assistant, digest, user

NONE = "none"  # the cell of an example that was left as it was
_FOLDER = "constraints"


class Constrained:
    """A method in whose place it stands: it plans as that one does and writes with constraints.

    The chance of an example belongs to the recipe's ``seed`` and its item. Left as they are, besides those
    that are not drawn: examples with images, which their text-only teacher cannot see, and conversations that
    do not end in a question and its answer.

    Raises:
        BadInput: the method's language has too few of the wanted kinds.
    """

    def __init__(self, method: Method, settings: ConstraintSettings, seed: int) -> None:
        settings.check_language(method.language)
        self.adaptive = method.adaptive
        self._method = method
        self._settings = settings
        self._seed = seed

    async def prepare(self, desk: Desk, seed: int) -> Materials:
        """What the inner method prepares."""
        return await self._method.prepare(desk, seed)

    def plan(self, round: int, state: State) -> Iterable[Item]:
        """What the inner method plans."""
        return self._method.plan(round, state)

    async def write(self, item: Item, ask: Ask) -> Sequence[Example | Rejection]:
        """What the inner method writes, with constraints where they are drawn.

        Raises:
            CallFailed: a call of the inner method could not be answered. One of a constrained answer costs
                its example only.
        """
        written = await self._method.write(item, ask)
        return await gathered(self._one(item, number, each, ask) for number, each in enumerate(written))

    async def _one(
        self, item: Item, number: int, result: Example | Rejection, ask: Ask
    ) -> Example | Rejection:
        if isinstance(result, Rejection):
            return result
        wanted = self._drawn(item, number, result)
        if not wanted:
            return replace(result, cell={**result.cell, "constraints": NONE})
        question, asked = self._asked(result, item, number, wanted)
        try:
            return await self._answered(result, number, wanted, question, asked, ask)
        except CallFailed as error:
            return Rejection(f"call:{error.reason}", "", detail=str(error), item=item.id, example=result.id)

    # --- the question --------------------------------------------------------------------------------

    def _drawn(self, item: Item, number: int, example: Example) -> tuple[Constraint, ...]:
        place = f"constraints/{item.id}/{number}"
        if not _can_be_asked_again(example) or draw(self._seed, place).random() >= self._settings.share:
            return ()
        language = self._method.language
        about = Subject(
            language,
            question=example.instruction,
            answer=example.output,
            words=self._settings.words,
            languages=self._settings.languages,
        )
        wanted, count = self._settings.kinds, self._settings.count
        return draw_constraints(self._seed, f"{place}/kinds", wanted, count, language, about=about)

    def _asked(
        self, example: Example, item: Item, number: int, wanted: Sequence[Constraint]
    ) -> tuple[str, tuple[Message, ...]]:
        """The instruction with the constraints' sentences, and the conversation that ends in it.

        The sentences belong to the instruction: where the question is made of instruction and input, the
        input stays as it is.
        """
        language = self._method.language
        chance = draw(self._seed, f"constraints/{item.id}/{number}/wording")
        sentences = [chance.choice(each.wordings(language)) for each in wanted]
        said = ("" if language == "zh" else " ").join(sentences)
        old = example.messages[-2]
        instruction = _appended(example.instruction or old.content, said, language)
        if example.input and old.content == f"{example.instruction}\n{example.input}":
            content = f"{instruction}\n{example.input}"
        else:
            content = _appended(old.content, said, language)
        return instruction, (*example.messages[:-2], replace(old, content=content))

    # --- the answer ----------------------------------------------------------------------------------

    async def _answered(
        self,
        example: Example,
        number: int,
        wanted: Sequence[Constraint],
        instruction: str,
        asked: tuple[Message, ...],
        ask: Ask,
    ) -> Example | Rejection:
        turns = [f"constrained-{number}"]
        sampling = self._sampling()
        reply = await ask(asked, turn=turns[0], sampling=sampling)
        missed = _missed(wanted, reply.text)
        if missed and self._settings.on_miss == "ask_again":
            turns.append(f"constrained-{number}-2")
            language = self._method.language
            unmet = [constraint.wording(language) for constraint, _ in missed]
            again = load(_FOLDER, "again", language).render(unmet=unmet)
            reply = await ask([*asked, assistant(reply.text), user(again)], turn=turns[1], sampling=sampling)
            missed = _missed(wanted, reply.text)
        if not reply.text.strip():
            return Rejection("parse:no_answer", reply.text, "the constrained answer is empty", example.item)
        if missed:
            constraint, finding = missed[0]
            return Rejection(f"constraint:{constraint.kind}", reply.text, finding.detail, example.item)
        return _with_answer(example, wanted, instruction, asked, reply, turns)

    def _sampling(self) -> Sampling:
        """As the inner method samples, where it has settings for that."""
        method = self._method
        return Sampling(
            temperature=getattr(method, "temperature", None), max_tokens=getattr(method, "max_tokens", None)
        )


def _can_be_asked_again(example: Example) -> bool:
    ends = [message.role for message in example.messages[-2:]]
    return ends == ["user", "assistant"] and not any(message.images for message in example.messages)


def _appended(text: str, sentence: str, language: str) -> str:
    """``text`` and the sentence behind it: on a line of its own where the text has several."""
    text = text.rstrip()
    if "\n" in text:
        return f"{text}\n{sentence}"
    return f"{text}{sentence}" if language == "zh" else f"{text} {sentence}"


def _missed(wanted: Sequence[Constraint], answer: str) -> list[tuple[Constraint, Finding]]:
    found = [(each, each.check(answer)) for each in wanted]
    return [(each, finding) for each, finding in found if not finding.ok]


def _with_answer(
    example: Example,
    wanted: Sequence[Constraint],
    instruction: str,
    asked: tuple[Message, ...],
    reply: Reply,
    turns: Sequence[str],
) -> Example:
    told: list[dict[str, Any]] = [each.as_dict() for each in wanted]
    lineage = dict(example.lineage)
    earlier = lineage.get("turns", ())
    lineage["turns"] = [*(earlier if isinstance(earlier, (list, tuple)) else (earlier,)), *turns]
    families = sorted({each.family for each in wanted})
    return replace(
        example,
        id=digest(example.id, told),
        messages=(*asked, assistant(reply.text)),
        instruction=instruction,
        cell={**example.cell, "constraints": "+".join(families)},
        finish=reply.finish,
        lineage={**lineage, "constraints": told},
    )
