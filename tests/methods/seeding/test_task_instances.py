"""Instances out of a reply, in both orders and languages, and the heuristics on them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.methods.seeding.task_instances import Instance, read_instances
from tutelage.records import Reply
from tutelage.replies import Unreadable

TWO = [Instance("2 and 3", "5"), Instance("4 and 4", "8")]

INPUT_FIRST = [
    "Example 1\nInput: 2 and 3\nOutput: 5\n\nExample 2\nInput: 4 and 4\nOutput: 8",
    "**Example 1:**\n**Input:** 2 and 3\n**Output:** 5\n\n**Example 2:**\n**Input:** 4 and 4\n**Output:** 8",
    "Input: 2 and 3\nOutput: 5\nInput: 4 and 4\nOutput: 8",
    "Here they are.\n### Example 1\nInput: 2 and 3\nOutput: 5\n### Example 2\nInput: 4 and 4\nOutput: 8",
    "示例 1\n输入：2 and 3\n输出：5\n\n示例 2\n输入：4 and 4\n输出：8",
    "示例一\n输入：2 and 3\n输出：5\n示例二：\n输入：4 and 4\n输出：8",
]


@pytest.mark.parametrize("text", INPUT_FIRST)
def test_input_first(text: str) -> None:
    read = read_instances(Reply(text), labels_first=False)
    assert (read.good, read.faulty) == (TWO, [])


OUTPUT_FIRST = [
    "Example 1\nClass label: 5\nInput: 2 and 3\nExample 2\nClass label: 8\nInput: 4 and 4",
    "Class label: 5\nInput: 2 and 3\n\nClass label: 8\nInput: 4 and 4",
    "示例 1\n类别：5\n输入：2 and 3\n示例 2\n类别：8\n输入：4 and 4",
]


@pytest.mark.parametrize("text", OUTPUT_FIRST)
def test_output_first(text: str) -> None:
    assert read_instances(Reply(text), labels_first=True).good == TWO


@pytest.mark.parametrize(
    "nothing", ["None", "(none)", "N/A", "No input.", "<noinput>", "无", "无需输入。", ""]
)
def test_a_task_may_need_no_input(nothing: str) -> None:
    read = read_instances(Reply(f"Input: {nothing}\nOutput: An oak."), labels_first=False)
    assert read.good == [Instance("", "An oak.")]
    assert read_instances(Reply("Output: An oak."), labels_first=False).good == [Instance("", "An oak.")]
    faulty = read_instances(Reply(f"Class label: tree\nInput: {nothing}"), labels_first=True).faulty
    assert faulty == [("no_input", Instance("", "tree"))]


def test_an_output_may_have_several_paragraphs_and_code() -> None:
    text = "Input: None\nOutput: First.\n\n- Second: yes\n\n```python\nInput: 3\n```"
    (only,) = read_instances(Reply(text), labels_first=False).good
    assert only.output == "First.\n\n- Second: yes\n\n```python\nInput: 3\n```"


def lines(*pairs: tuple[str, str]) -> Reply:
    return Reply(
        "\n".join(f"Example {n}\nInput: {a}\nOutput: {b}" for n, (a, b) in enumerate(pairs, start=1))
    )


def test_of_two_outputs_for_one_input_none_is_believed_and_the_others_stay() -> None:
    read = read_instances(lines(("a", "1"), ("b", "2"), ("A", "3"), ("c", "4")), labels_first=False)
    assert read.good == [Instance("b", "2"), Instance("c", "4")]
    assert read.faulty == [("contradictory", Instance("a", "1")), ("contradictory", Instance("A", "3"))]


def test_several_outputs_without_any_input_are_no_contradiction() -> None:
    assert len(read_instances(lines(("none", "1"), ("none", "2")), labels_first=False).good) == 2


def test_the_other_heuristics() -> None:
    given_pairs = (("a", "A"), ("b", ""), ("c:", "x"), ("d", "is："), ("e", "5"), ("e", "5"))
    read = read_instances(lines(*given_pairs), labels_first=False)
    assert read.good == [Instance("e", "5")]
    assert [reason for reason, _ in read.faulty] == [
        *("same_as_input", "empty_output", "ends_with_colon", "ends_with_colon", "exact_duplicate")
    ]


def test_a_reply_that_was_cut_off_loses_its_last_instance() -> None:
    cut = Reply("Input: a\nOutput: 1\nInput: b\nOutput: 2 and", finish="length")
    read = read_instances(cut, labels_first=False)
    assert (read.good, read.faulty) == ([Instance("a", "1")], [("cut_off", Instance("b", "2 and"))])
    with pytest.raises(Unreadable, match="cut_off"):
        read_instances(Reply("Input: a\nOutput: 1", finish="length"), labels_first=False)
    with pytest.raises(Unreadable, match="no_output"):
        read_instances(Reply("An oak is a tree."), labels_first=False)


words = st.text(st.characters(categories=["Ll"]), min_size=1, max_size=6)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=8))
def test_every_instance_is_good_or_named_once_and_no_good_two_contradict(
    pairs: list[tuple[str, str]],
) -> None:
    read = read_instances(lines(*pairs), labels_first=False)
    assert len(read.good) + len(read.faulty) == len(pairs)
    filled = [each.input.casefold() for each in read.good if each.input]
    assert len(set(filled)) == len(filled)  # without an input, two outputs do not contradict each other
