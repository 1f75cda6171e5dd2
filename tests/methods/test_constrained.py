"""A method with constraints around it: what is asked, what is kept, and why an answer is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from tutelage.asking import Ask
from tutelage.constraints import Constraint, ConstraintSettings
from tutelage.errors import BadInput, CallFailed
from tutelage.methods.constrained import NONE, Constrained
from tutelage.methods.method import Method, State
from tutelage.records import Example, Item, Message, Rejection, assistant, digest, system, user

Desk = Any


class Given(Method):
    """A stranger's method, which knows nothing of constraints: it asks once and writes what it is told to."""

    kind = "given"
    input: str = ""
    turns: int = 1
    images: bool = False
    refuses: bool = False
    question: str = "What is tea?"
    max_tokens: int = 99

    def plan(self, round: int, state: State) -> Iterable[Item]:
        return [item(str(number)) for number in range(round + 1)]

    async def write(self, item: Item, ask: Ask) -> Sequence[Example | Rejection]:
        reply = await ask([user(self.question)], turn="answer")
        named = {"cell": item.cell, "item": item.id, "lineage": {"turns": ["answer"], "seed": "s"}}
        single = Example.single_turn(
            self.question, reply.text, id=digest(item.id, 0), input=self.input, system="Be kind.", **named
        )
        if self.images:
            seen = Message("user", "<image>\nWhat is this?", ("a.png",))
            return [Example("pic", (seen, assistant("A cup.")), "What is this?", **named)]
        if self.turns > 1:
            dialogue = (user("Hello"), assistant("Hi"), user(self.question), assistant(reply.text))
            return [Example("talk", dialogue, self.question, **named)]
        refused = [Rejection("parse:bad", "x", item=item.id)] if self.refuses else []
        return [*refused, single]


def item(name: str = "one") -> Item:
    return Item.make("given", {"topic": name}, {"name": name})


def wrapped(settings: dict[str, Any], seed: int = 3, **given: Any) -> Constrained:
    return Constrained(Given(**given), ConstraintSettings(**{"share": 1, **settings}), seed)


async def written(method: Constrained, desk: Desk, name: str = "one") -> list[Example | Rejection]:
    return list(await method.write(item(name), desk.at("generate", item(name).id)))


FORMAT = {"kinds": ["format_bullets"]}


def bulleted(call: Any) -> str:
    """An answer that keeps to whatever number of bullets is asked for."""
    wanted = next((int(word) for word in call.said.split() if word.isdigit()), 0)
    return "\n".join(["- tea"] * wanted) if wanted else "Tea is a drink."


async def test_the_question_gets_the_sentence_and_the_answer_is_new(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(bulleted)
    (example,) = await written(wrapped(FORMAT), desk)
    assert isinstance(example, Example)
    first, second = desk.calls
    assert (first.turn, second.turn) == ("answer", "constrained-0")
    assert second.messages[0] == system("Be kind.")
    assert second.sampling.max_tokens == 99
    (told,) = example.lineage["constraints"]
    constraint = Constraint.from_dict(told)
    assert example.messages == (*second.messages, assistant(example.output))
    assert example.instruction == second.said
    assert example.instruction.startswith("What is tea? ")
    assert example.instruction.removeprefix("What is tea? ") in constraint.wordings("en")
    assert constraint.check(example.output).ok
    assert example.cell == {"topic": "one", "constraints": "format"}
    assert example.lineage["turns"] == ["answer", "constrained-0"]
    assert example.lineage["seed"] == "s"
    assert example.id != digest(item().id, 0)


async def test_an_input_stays_and_the_instruction_gets_the_sentence(desk_of: Callable[..., Desk]) -> None:
    method = Constrained(Given(input="Green tea."), ConstraintSettings(share=1, kinds=("format_bullets",)), 3)
    desk = desk_of(lambda call: "\n".join(["- tea"] * number(call.messages[-1].content)))
    (example,) = await written(method, desk)
    assert isinstance(example, Example)
    assert example.input == "Green tea."
    assert example.messages[-2].content == f"{example.instruction}\nGreen tea."
    assert len(example.instruction) > len("What is tea? ")


def number(text: str) -> int:
    return next((int(word) for word in text.split() if word.isdigit()), 0)


async def test_a_miss_is_refused_with_what_was_measured(desk_of: Callable[..., Desk]) -> None:
    (refused,) = await written(wrapped(FORMAT), desk_of(lambda call: "No points at all."))
    assert isinstance(refused, Rejection)
    assert refused.reason == "constraint:format_bullets"
    assert refused.text == "No points at all."
    assert refused.detail.startswith("0 bullet points, wanted exactly ")
    assert refused.item == item().id


@pytest.mark.parametrize("learns", [True, False])
async def test_ask_again_gives_one_more_chance(desk_of: Callable[..., Desk], learns: bool) -> None:
    def answer(call: Any) -> str:
        again = call.turn.endswith("-2")
        return "\n".join(["- tea"] * number(call.said)) if again and learns else "No points."

    desk = desk_of(answer)
    (result,) = await written(wrapped({**FORMAT, "on_miss": "ask_again"}), desk)
    assert [call.turn for call in desk.calls] == ["answer", "constrained-0", "constrained-0-2"]
    assert [message.role for message in desk.calls[-1].messages[-3:]] == ["user", "assistant", "user"]
    assert "bullet points" in desk.calls[-1].said
    assert isinstance(result, Example) == learns
    if isinstance(result, Example):  # what was said in between is no part of the row
        assert result.messages[:-1] == desk.calls[1].messages
        assert result.lineage["turns"] == ["answer", "constrained-0", "constrained-0-2"]


async def test_the_last_question_of_a_conversation_is_constrained(desk_of: Callable[..., Desk]) -> None:
    (example,) = await written(wrapped(FORMAT, turns=2), desk_of(bulleted))
    assert isinstance(example, Example)
    assert example.messages[:2] == (user("Hello"), assistant("Hi"))
    assert example.messages[2].content == example.instruction


async def test_a_multi_line_question_gets_a_line_more(desk_of: Callable[..., Desk]) -> None:
    method = wrapped({"kinds": ["format_no_commas"]}, question="What is this?\n\nTea")
    (example,) = await written(method, desk_of(lambda call: "A drink."))
    assert isinstance(example, Example)
    assert example.instruction.startswith("What is this?\n\nTea\n")


async def test_pictures_and_refusals_are_left_alone(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(lambda call: "Tea.")
    (example,) = await written(wrapped(FORMAT, images=True), desk)
    assert isinstance(example, Example)
    assert (len(desk.calls), example.cell["constraints"]) == (1, NONE)
    assert "constraints" not in example.lineage
    refused, missed = await written(wrapped(FORMAT, refuses=True), desk)
    assert isinstance(refused, Rejection)
    assert refused.reason == "parse:bad"
    assert isinstance(missed, Rejection)
    assert desk.calls[-1].turn == "constrained-1"


async def test_a_share_is_drawn_by_place(desk_of: Callable[..., Desk]) -> None:
    method = wrapped({"kinds": ["format_no_commas"], "share": 0.3})
    cells: dict[str, str] = {}
    for name in map(str, range(200)):
        (example,) = await written(method, desk_of(lambda call: "Tea."), name)
        assert isinstance(example, Example)
        cells[name] = example.cell["constraints"]
    assert 35 < sum(cell == "format" for cell in cells.values()) < 85
    (again,) = await written(method, desk_of(lambda call: "Tea."), "17")
    assert isinstance(again, Example)
    assert again.cell["constraints"] == cells["17"]


async def test_several_constraints_stand_in_one_question(desk_of: Callable[..., Desk]) -> None:
    method = wrapped({"count": 2, "kinds": ["format_no_commas", "format_lower_case"]})
    (example,) = await written(method, desk_of(lambda call: "tea is a drink."))
    assert isinstance(example, Example)
    assert {each["kind"] for each in example.lineage["constraints"]} == {
        "format_no_commas",
        "format_lower_case",
    }
    assert example.cell["constraints"] == "format"


async def test_a_chinese_method_is_asked_in_chinese(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(lambda call: "茶是一种饮料。")
    method = wrapped({"kinds": ["format_no_commas"]}, language="zh", question="茶是什么？")
    (example,) = await written(method, desk)
    assert isinstance(example, Example)
    assert example.instruction in ("茶是什么？回答里不要使用逗号。", "茶是什么？请不要用任何逗号。")
    (missed,) = await written(method, desk_of(lambda call: "茶，是饮料。"))
    assert isinstance(missed, Rejection)
    assert missed.detail == "1 commas, wanted none"


async def test_an_empty_answer_and_a_failed_call_cost_their_example_only(
    desk_of: Callable[..., Desk],
) -> None:
    def failing(call: Any) -> str:
        if call.turn == "answer":
            return "Tea."
        raise CallFailed("too long", reason="bad_request", permanent=True)

    (failed,) = await written(wrapped(FORMAT), desk_of(failing))
    assert isinstance(failed, Rejection)
    assert failed.reason == "call:bad_request"
    empty = desk_of(lambda call: "Tea." if call.turn == "answer" else " ")
    (refused,) = await written(wrapped({"kinds": ["format_no_commas"]}), empty)
    assert isinstance(refused, Rejection)
    assert refused.reason == "parse:no_answer"


async def test_planning_is_the_methods_own(desk_of: Callable[..., Desk]) -> None:
    method = wrapped(FORMAT)
    assert method.adaptive is Given.adaptive
    state = State(0, 1, await method.prepare(desk_of(str), 0))
    assert list(method.plan(1, state)) == [item("0"), item("1")]


def test_a_language_without_the_wanted_kinds_is_refused() -> None:
    with pytest.raises(BadInput, match="in the language 'zh'"):
        wrapped({"kinds": ["format_lower_case"]}, language="zh")
