"""Every question with its answer, in any conversation."""

from __future__ import annotations

from tutelage.filters.turns import Turn, turns
from tutelage.records import Example, assistant, system, user


def test_a_single_turn_keeps_instruction_and_question_apart() -> None:
    row = Example.single_turn("Correct it.", "It is.", id="a", input="It are.", finish="other")
    assert list(turns(row)) == [Turn("Correct it.\nIt are.", "Correct it.", "It is.", "other")]


def test_every_turn_of_a_conversation_comes_in_order_and_only_the_last_has_the_finish() -> None:
    said = (system("Be kind."), user("One?"), assistant("First."), user("Two?"), assistant("Second."))
    found = list(turns(Example("a", said, "Two?", finish="length")))
    assert [(turn.question, turn.answer, turn.finish) for turn in found] == [
        ("One?", "First.", "other"),
        ("Two?", "Second.", "length"),
    ]


def test_a_question_without_answer_has_an_empty_one() -> None:
    assert [turn.answer for turn in turns(Example("a", (user("One?"),), "One?"))] == [""]
