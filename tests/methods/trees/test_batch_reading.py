"""Batches of examples in every manner that models write them."""

from __future__ import annotations

import pytest

from tutelage.methods.trees.batch_reading import Draft, Flaw, batch
from tutelage.records import Reply
from tutelage.replies import Unreadable

ASKED = """### Example 1
Instruction: Name a fruit.
Input: None
Output: An apple.

### Example 2
Instruction: Shorten this.
Input: It was a long day.
It rained.
Output: A long, wet day.
"""
BOTH = [
    Draft("Name a fruit.", "", "An apple."),
    Draft("Shorten this.", "It was a long day.\nIt rained.", "A long, wet day."),
]


@pytest.mark.parametrize(
    "text",
    [
        ASKED,
        f"Sure!\n\n{ASKED}",
        f"```\n{ASKED}```",
        ASKED.replace("### Example", "Example"),
        ASKED.replace("### Example 1\n", "1. ").replace("### Example 2\n", "2. "),
        ASKED.replace("Instruction:", "**Instruction:**")
        .replace("Input:", "**Input:**")
        .replace("Output:", "**Output:**"),
        ASKED.replace("\n### Example 2", "\n---\n\n### Example 2"),
        ASKED.replace("Input: None\n", ""),
        ASKED.replace("None", "<no input>"),
        ASKED.replace("Instruction", "指令")
        .replace("Input", "输入")
        .replace("Output", "输出")
        .replace("None", "无"),
        '[{"instruction": "Name a fruit.", "input": "", "output": "An apple."},'
        ' {"instruction": "Shorten this.", "input": "It was a long day.\\nIt rained.",'
        ' "output": "A long, wet day."}]',
    ],
)
def test_all_manners_give_the_same(text: str) -> None:
    assert batch(Reply(text)) == BOTH


def test_one_bad_example_costs_one_example() -> None:
    text = (
        ASKED.replace("Output: An apple.", "Output:")
        + "### Example 3\nInstruction: <your request>\nOutput: x"
    )
    assert batch(Reply(text)) == [
        Flaw("no_output", "Name a fruit.\n\nNone"),
        BOTH[1],
        Flaw("placeholder", "<your request>\n\nx"),
    ]


def test_the_last_one_of_a_reply_that_was_cut_off_is_a_flaw() -> None:
    found = batch(Reply(ASKED, "length"))
    assert found[0] == BOTH[0]
    assert found[1] == Flaw("cut_off", BOTH[1].text)


def test_labels_inside_an_output_stay_in_it() -> None:
    text = "Instruction: Show a form.\nInput: None\nOutput: Fill in:\nInput: your name\nAnswer: 42"
    assert batch(Reply(text)) == [Draft("Show a form.", "", "Fill in:\nInput: your name\nAnswer: 42")]


@pytest.mark.parametrize("text", ["", "I am sorry.", "Instruction: Name a fruit.", "[]", "Output: x"])
def test_no_example_at_all(text: str) -> None:
    with pytest.raises(Unreadable):
        batch(Reply(text))


def test_objects_with_other_types_are_flaws() -> None:
    found = batch(Reply('[3, {"instruction": ["a"], "output": "b"}, {"instruction": "a", "output": "b"}]'))
    assert [each.reason if isinstance(each, Flaw) else each for each in found] == [
        "no_instruction",
        "no_text",
        Draft("a", "", "b"),
    ]


@pytest.mark.parametrize("output", ["[1, 2, 3]", "(x + 1)", "{}", "<br>", "（一）"])
def test_short_answers_in_brackets_are_answers(output: str) -> None:
    assert batch(Reply(f"Instruction: What is it?\nOutput: {output}")) == [Draft("What is it?", "", output)]


@pytest.mark.parametrize("output", ["...", "<your answer>", "[insert text here]", "【此处写回答】"])
def test_slots_that_nobody_filled_are_flaws(output: str) -> None:
    text = f"Instruction: One?\nOutput: {output}\n\nInstruction: Two?\nOutput: 2"
    assert batch(Reply(text))[0] == Flaw("placeholder", f"One?\n\n{output}")
