"""What Evol-Instruct eliminates, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.methods.elimination import Fault, fault_of_answer, fault_of_instruction, same

PARENT = "Name three kinds of bread and say where each is eaten."
PROMPT = "Rewrite the request below so that it is harder. Reply with the new request and nothing else."


def look(
    child: str, parent: str = PARENT, shown: Sequence[str] = (), most: int = 30, stays: bool = True
) -> str:
    fault = fault_of_instruction(child, parent, prompt=PROMPT, shown=shown, most_added=most, stays=stays)
    return fault.code if fault else ""


@pytest.mark.parametrize(
    "child",
    [
        "Name three kinds of flat bread that need no yeast, and say where each is eaten and with what.",
        "Give the history of rye bread in four sentences.",
        "Rewrite this paragraph on breads so that a child can follow it: Yeast turns sugar into gas.",
    ],
)
def test_an_evolved_instruction_passes(child: str) -> None:
    assert look(child) == ""


@pytest.mark.parametrize(
    ("child", "code"),
    [
        (PARENT, "copied_parent"),
        ("name THREE kinds of bread, and say where each is eaten", "copied_parent"),
        ("Name three kinds of bread and say where one is eaten.", "copied_parent"),
        ("Name three kinds of bread. The rewritten prompt asks for more.", "leaked_prompt"),
        ("#Rewritten Prompt#: Name four kinds of bread.", "leaked_prompt"),
        ("Here is a harder version: Name four kinds of bread.", "leaked_prompt"),
        ("Name bread. Reply with the new request and nothing else.", "leaked_prompt"),
        ("改写后的请求：请列出四种面包。", "leaked_prompt"),
        ("How tall is the highest mountain of Peru?", "astray"),
        ("Name bread " + "and more bread " * 20, "grown"),
    ],
)
def test_a_failed_instruction_is_eliminated(child: str, code: str) -> None:
    assert look(child) == code


def test_the_worked_example_is_no_evolution() -> None:
    shown = "Suggest three breakfasts that need no stove."
    assert look("Suggest three breakfasts that need no stove!", shown=("Another.", shown)) == "copied_example"


def test_a_new_request_in_breadth_may_leave_its_parent_behind() -> None:
    assert look("How tall is the highest mountain of Peru?", stays=False) == ""
    assert look("为什么清晨有雾？", "解释雨是怎样形成的。") == "astray"
    assert look("雨为什么斜着落下？", "解释雨是怎样形成的。") == ""


def test_a_label_of_the_parent_is_the_parents_own() -> None:
    parent = "Correct the spelling of the given prompt: helo wurld"
    assert (
        look("Correct the spelling of the given prompt twice and explain each change: helo wurld", parent)
        == ""
    )


def test_a_long_text_with_one_more_condition_is_new() -> None:
    long = "Plan a week of meals for four people " + " ".join(f"without item{n}" for n in range(40))
    longer = f"{long} and spend no more than ninety dollars in all"
    assert not same(longer, long)
    assert same(long + ".", long)


@given(st.text(alphabet="abc 汉字。", max_size=60), st.text(alphabet="abc 汉字。", max_size=60))
def test_sameness_has_no_direction(one: str, other: str) -> None:
    assert same(one, other) == same(other, one)
    assert same(one, one)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("I'm sorry, but I cannot help with that.", "apology"),
        ("抱歉，我无法回答这个问题。", "apology"),
        ("...", "stop_words"),
        ("The and of it.", "stop_words"),
        ("", "stop_words"),
        ("好的。", "stop_words"),
        ("B", ""),
        ("Paris", ""),
        ("法国的首都是巴黎。", ""),
        ("I'm sorry to hear that. " + "Bread wants time and warmth. " * 20, ""),
    ],
)
def test_what_an_answer_tells(answer: str, code: str) -> None:
    fault = fault_of_answer(answer, "Say where bread is eaten.")
    assert (fault.code if fault else "") == code


def test_who_asks_for_an_apology_gets_one() -> None:
    letter = "I'm sorry that I came late."
    assert fault_of_answer(letter, "Write an apology to a friend.") is None
    assert isinstance(fault_of_answer(letter, "Write to a friend."), Fault)
