"""Readers of replies: what models really do to labels, lists, JSON and numbers."""

from __future__ import annotations

import json
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
    unquote,
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"Quoted."', "Quoted."),
        ("“Quoted.”", "Quoted."),
        ("「引用」", "引用"),
        ("**Bold**", "Bold"),
        ('"One" and "two"', '"One" and "two"'),
        ("**Note:** this is **bold**", "**Note:** this is **bold**"),
        ("“Hi,” she said. “Bye.”", "“Hi,” she said. “Bye.”"),
        ('"', '"'),
    ],
)
def test_unquote(text: str, expected: str) -> None:
    assert unquote(text) == expected


def test_unfence_leaves_two_fenced_blocks_alone() -> None:
    text = "```\na\n```\nand\n```\nb\n```"
    assert unfence(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Here you are:\n- one\n- two\n\nEnjoy!", ["one", "two"]),
        ("1. one\n2) two\n(3) three", ["one", "two", "three"]),
        ("1、沟通\n2、写作\n（3）倾听", ["沟通", "写作", "倾听"]),
        ("一、沟通\n二、写作", ["沟通", "写作"]),
        ("• one\n• two", ["one", "two"]),
        ("one\ntwo\nthree", ["one", "two", "three"]),
        ("one, two, three", ["one", "two", "three"]),
        ("Skills: one, two and more, three.", ["one", "two and more", "three"]),
        ("技能：沟通、写作、倾听。", ["沟通", "写作", "倾听"]),
        ('["one", "two"]', ["one", "two"]),
        ('```json\n{"skills": ["one", "two"]}\n```', ["one", "two"]),
        ('1. "one"\n2. **two**', ["one", "two"]),
        ("1. 3d modeling\n2. 2d art", ["3d modeling", "2d art"]),
        ("3d modeling\n2d art", ["3d modeling", "2d art"]),
        ("1.one\n2.two", ["one", "two"]),
    ],
)
def test_bullets(text: str, expected: list[str]) -> None:
    assert bullets(text) == expected


def test_an_empty_reply_is_no_list() -> None:
    with pytest.raises(Unreadable, match="no_list"):
        bullets(" \n\n")


NAMES = st.text(st.characters(categories=("Ll", "Lo")), min_size=1, max_size=10)


@given(
    st.lists(NAMES, min_size=2, max_size=8),
    st.sampled_from(["- {}", "* {}", "{n}. {}", "{n}) {}", "（{n}）{}"]),
)
def test_marked_lists_come_back(names: list[str], mark: str) -> None:
    text = "\n".join(mark.format(name, n=number) for number, name in enumerate(names, start=1))
    assert bullets(f"Here:\n{text}") == names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Sure: {"a": 1} done', {"a": 1}),
        ('```json\n{"a": [1, 2,],}\n```', {"a": [1, 2]}),
        ('{"a": "a } in a string, ]"}', {"a": "a } in a string, ]"}),
        ('{not json} but {"a": "b\\"c"}', {"a": 'b"c'}),
        ('{"a": "two\nlines"}', {"a": "two\nlines"}),
        ('[{"a": 1}]', [{"a": 1}]),
        ('{"a": ",}"}', {"a": ",}"}),
    ],
)
def test_json_in(text: str, expected: object) -> None:
    assert json_in(text) == expected


def test_brackets_alone_are_refused_quickly() -> None:
    with pytest.raises(Unreadable, match="no_json"):
        json_in("[" * 20_000)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=4), st.booleans())
def test_json_with_prose_around_comes_back(value: dict[str, object], pretty: bool) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2 if pretty else None)
    assert json_in(f"Here it is:\n```json\n{text}\n```\nGood luck!") == value


@pytest.mark.parametrize(
    ("text", "low", "high", "expected"),
    [
        ("8", None, None, 8),
        ("I give it 7.5 out of 10.", 0, 10, 7.5),
        ("Of 100 points: 85", 0, 99, 85),
        ("1,250 words", None, None, 1250),
        ("gpt4 gets -3", None, None, -3),
        ("评分：９", None, None, 9),
        ("8/10", 0, 10, 8),
    ],
)
def test_number(text: str, low: float | None, high: float | None, expected: float) -> None:
    assert number(text, low, high) == expected


def test_no_number_in_the_bounds() -> None:
    with pytest.raises(Unreadable, match="between 1 and 5"):
        number("9 of 10", 1, 5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes, I think so. No doubt.", "yes"),
        ("I know: no", "no"),
        ("Verdict: A+B, not A", "A+B"),
        ("我选乙", "乙"),
    ],
)
def test_choice(text: str, expected: str) -> None:
    assert choice(text, ["yes", "no", "A", "A+B", "甲", "乙"]) == expected
