"""What one batch, or one pair of calls, comes to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tutelage.methods.explore import Explore
from tutelage.methods.method import State
from tutelage.methods.seeding.presets import preset
from tutelage.records import Rejection, Reply


async def written(desk_of: Callable[..., Any], method: Explore, answer: Callable[[Any], Any]) -> list[Any]:
    """What the first item comes to, with its calls on ``desk``."""
    desk = desk_of(answer)
    materials = await method.prepare(desk, 0)
    item = next(iter(method.plan(0, State(0, 4, materials))))
    ask = desk.at("generate", item.id)
    return [desk, item, list(await method.write(item, ask))]


async def test_what_a_batch_asks_for_and_gives(desk_of: Callable[..., Any]) -> None:
    shown = preset("rewriting", "en").seeds[0]
    reply = (
        f"Instruction: {shown.instruction}\nInput: {shown.input}\nOutput: Copied.\n\n"
        "Instruction: One.\nOutput: 1\n\nInstruction: Two.\n\n"
        + "\n\n".join(f"Instruction: Number {n}.\nOutput: {n}" for n in range(4))
    )
    method = Explore(preset="rewriting", depth=0, demonstrations=3)
    desk, item, results = await written(desk_of, method, lambda call: reply)
    reasons = [each.reason if isinstance(each, Rejection) else each.instruction for each in results]
    assert reasons == [
        "parse:copied_demonstration",
        "One.",
        "parse:no_output",
        "Number 0.",
        "Number 1.",
        "Number 2.",
        "explore:surplus",
    ]
    said = desk.calls[0].said
    assert "Every input holds the passage" in said
    assert f"Instruction: {shown.instruction}" in said
    assert "\\boxed" not in said
    assert len(item.payload["demonstrations"]) == 3


async def test_mathematics_wants_a_box(desk_of: Callable[..., Any]) -> None:
    reply = "Instruction: 1+1?\nOutput: Final answer: 2\n\nInstruction: 1+2?\nOutput: three"
    method = Explore(preset="mathematics", depth=0)
    desk, _, results = await written(desk_of, method, lambda call: reply)
    assert "\\boxed" in desk.calls[0].said
    assert results[0].output == "Final answer: $\\boxed{2}$"
    assert results[1].reason == "parse:not_boxed"


async def test_parts_apart_ask_for_one_text_at_a_time(desk_of: Callable[..., Any]) -> None:
    def answer(call: Any) -> Any:
        if call.turn == "question":
            return "Task: brainstorming ideas\nInstruction: Name a boat.\nTask: another"
        return Reply("A long li", "length") if call.turn == "answer" else "Lily."

    method = Explore(preset="brainstorming", depth=0, parts="apart")
    desk, _, results = await written(desk_of, method, answer)
    assert [call.turn for call in desk.calls] == ["question", "answer", "answer-shorter"]
    assert [(each.instruction, each.output) for each in results] == [("Name a boat.", "Lily.")]
    assert results[0].lineage["turns"] == ["question", "answer", "answer-shorter"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Brainstorming ideas", "parse:echo"),
        (preset("brainstorming", "en").seeds[0].instruction, "parse:copied_demonstration"),
        ("", "parse:empty_instruction"),
        ("x" * 3000, "parse:not_an_instruction"),
    ],
)
async def test_what_is_no_instruction_is_refused(desk_of: Callable[..., Any], said: str, reason: str) -> None:
    method = Explore(preset="brainstorming", depth=0, parts="apart", demonstrations=3)
    _, _, results = await written(desk_of, method, lambda call: said)
    assert [each.reason for each in results] == [reason]
