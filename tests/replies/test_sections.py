"""Labelled sections, whatever the labels look like."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.replies import (
    Unreadable,
    both_parts,
    bullets,
    choice,
    json_in,
    number,
    sections,
    unfence,
    unwrap,
)

QUESTION = "Why is my Response time slow? The answer: unknown."
ANSWER = "Because of the cache.\n\nAnswer: 42\n\n- one\n- two"


@pytest.mark.parametrize(
    "text",
    [
        "### Instruction\n{q}\n\n### Response\n{a}",
        "### Instruction:\n{q}\n### Response:\n{a}",
        "# Refined Instruction\n\n{q}\n\n# Refined Response\n\n{a}",
        "###Instruction\n{q}\n###Response\n{a}",
        "**Instruction:** {q}\n\n**Response:**\n{a}",
        "**Instruction**: {q}\n**Response**: {a}",
        "**Instruction**\n{q}\n**Response**\n{a}",
        "### **Improved Instruction**\n{q}\n### **Improved Response**\n{a}",
        "1. **Instruction:** {q}\n\n2. **Response:** {a}",
        "### 1. Instruction\n{q}\n### 2. Response\n{a}",
        "Sure! Here is what you asked for.\n\n## Query\n{q}\n\n---\n\n## Answer\n{a}",
        '### Instruction\n"{q}"\n\n### Response\n{a}\n\n---',
        "```\n### Instruction\n{q}\n\n### Response\n{a}\n```",
        "```markdown\n### Instruction\n{q}\n\n### Response\n{a}\n```",
        "### Instruction (refined)\n{q}\n### Response (refined):\n{a}",
        "### 指令\n{q}\n\n### 回答\n{a}",
        "【指令】：{q}\n【回答】：{a}",
        "**改进后的指令：**\n{q}\n**改进后的回答：**\n{a}",
        "> ### Instruction\n{q}\n> ### Response\n{a}",
        "### Instruction\n{q}\n\n### Response\n{a}\n\n### Instruction\nAnother one\n\n### Response\nMore",
        "### Response\n### Instruction\n{q}\n### Response\n{a}",
        "### Instruction\n{q}\n\n**Response:**\n{a}",
    ],
)
def test_both_parts_are_found_whatever_the_labels_look_like(text: str) -> None:
    assert both_parts(text.format(q=QUESTION, a=ANSWER)) == {"instruction": QUESTION, "response": ANSWER}


def test_plain_labels_need_their_colon() -> None:
    found = both_parts("Instruction: Tell me\nResponse times vary\nResponse: They do\nAnswer me that")
    assert found == {
        "instruction": "Tell me\nResponse times vary",
        "response": "They do\nAnswer me that",
    }


def test_a_label_inside_a_code_fence_is_content() -> None:
    answer = "Use this:\n```\n### Response\nfoo\n### Instruction\nbar\n```\ndone"
    assert both_parts(f"### Instruction\nq\n### Response\n{answer}")["response"] == answer


def test_a_bold_label_inside_an_answer_under_headings_is_content() -> None:
    answer = "**Question:** why?\n**Answer:** because"
    assert both_parts(f"### Instruction\nq\n### Response\n{answer}")["response"] == answer


def test_a_heading_inside_an_answer_under_bold_labels_is_content() -> None:
    answer = "First.\n### Answer\nSecond."
    assert both_parts(f"**Instruction:** q\n**Response:** {answer}")["response"] == answer


def test_a_dialogue_in_the_message_is_content() -> None:
    question = "Continue this chat.\nUser: hello\nAssistant: hi"
    assert both_parts(f"### Instruction\n{question}\n### Response\nok")["instruction"] == question


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no labels at all", "no_instruction"),
        ("", "no_instruction"),
        ("### Instruction\nonly this", "no_response"),
        ("### Response\nonly that", "no_instruction"),
        ("### Instruction\n\n### Response\nthat", "empty_instruction"),
        ("### Instruction\nthis\n### Response\n", "empty_response"),
        ("### Instruction\n### Response\n### Instruction\n### Response", "empty_instruction"),
    ],
)
def test_what_is_missing_is_named(text: str, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        both_parts(text)
    assert caught.value.reason == reason


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp", "Zs", "Cs")), min_size=1, max_size=12
)
LINES = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)


@given(st.lists(LINES, min_size=1, max_size=4), st.lists(LINES, min_size=1, max_size=4))
def test_any_text_comes_back_from_under_headings(question: list[str], answer: list[str]) -> None:
    # "x " at the start: no line of the text is itself a label, a rule, a fence or quoted as a whole
    q, a = ("\n".join(f"x {line}" for line in part) for part in (question, answer))
    assert both_parts(f"### Instruction\n{q}\n\n### Response\n{a}") == {
        "instruction": q.strip(),
        "response": a.strip(),
    }


@given(st.text(max_size=300))
def test_no_text_breaks_a_reader(text: str) -> None:
    sections(text)
    unwrap(text)
    unfence(text)
    for reader in (both_parts, bullets, json_in, number, lambda text: choice(text, ["yes", "no"])):
        with suppress(Unreadable):
            reader(text)
