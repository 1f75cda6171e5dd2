"""New instructions out of a reply: every way of listing them, and every reason to refuse one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.methods.seeding.new_instructions import entries, fault, only_entry
from tutelage.prompts import material
from tutelage.records import Reply
from tutelage.replies import Unreadable

LISTS = [
    ("1. Name a tree.\n2. Sum up the text below.", ["Name a tree.", "Sum up the text below."]),
    ("Sure, here they are:\n\n1) Name a tree.\n2) Why?\n\nI hope they help!", ["Name a tree.", "Why?"]),
    ("1. Name a tree\nand its height.\n\n2. Why?", ["Name a tree and its height.", "Why?"]),
    ("**1. Name a tree.**\n**2.** Why?", ["Name a tree.", "Why?"]),
    ("Task 9: Name a tree.\nTask 10: Why?", ["Name a tree.", "Why?"]),
    ("1. Instruction: Name a tree.\n2. Task: Why?", ["Name a tree.", "Why?"]),
    ("(1) Name a tree.\n(2) Why?", ["Name a tree.", "Why?"]),
    ("1.\nName a tree.\n2.\nWhy?", ["Name a tree.", "Why?"]),
    ("- Name a tree.\n- Why?", ["Name a tree.", "Why?"]),
    ("Tasks:\nName a tree.\nWhy?", ["Name a tree.", "Why?"]),
    ('["Name a tree.", "Why?"]', ["Name a tree.", "Why?"]),
    ('1. "Name a tree."\n2. Say that 3.5 is more than 3.', ["Name a tree.", "Say that 3.5 is more than 3."]),
    ("1、写一首诗。\n2．为什么？", ["写一首诗。", "为什么？"]),
    ("好的，如下：\n任务1：写一首诗。\n任务2：为什么？", ["写一首诗。", "为什么？"]),
]


@pytest.mark.parametrize(("text", "wanted"), LISTS, ids=lambda each: str(each)[:25])
def test_every_way_of_listing(text: str, wanted: list[str]) -> None:
    assert entries(Reply(text)) == (wanted, "")


def test_of_a_reply_that_was_cut_off_the_last_entry_goes() -> None:
    cut = Reply("1. Name a tree.\n2. Why do the", finish="length")
    assert entries(cut) == (["Name a tree."], "Why do the")
    with pytest.raises(Unreadable, match="cut_off"):
        entries(Reply("1. Name a", finish="length"))
    with pytest.raises(Unreadable, match="no_list"):
        entries(Reply(" \n"))


ALONE = [
    ("Name a tree.", "Name a tree."),
    ("Task: Name a tree.\n\nAnswer: an oak.", "Name a tree."),
    ('"Name a tree."', "Name a tree."),
    ("1. Name a tree.\n2. Why?", "Name a tree."),
    ("Name a tree\nand its height.", "Name a tree and its height."),
    ("任务：写一首诗。", "写一首诗。"),
]


@pytest.mark.parametrize(("text", "wanted"), ALONE)
def test_one_instruction_alone(text: str, wanted: str) -> None:
    assert only_entry(Reply(text)) == ([wanted], "")


def test_one_instruction_that_is_cut_off_or_missing_cannot_be_read() -> None:
    for reply, reason in ((Reply(""), "no_instruction"), (Reply("Name a", finish="length"), "cut_off")):
        with pytest.raises(Unreadable) as caught:
            only_entry(reply)
        assert caught.value.reason == reason
    assert only_entry(Reply("Name a tree.\n\nAn oak is a", finish="length")) == (["Name a tree."], "")


FAULTS = [
    ("Name a tree.", "en", "too_short"),
    ("Name a tall tree.", "en", ""),
    ("word " * 151, "en", "too_long"),
    ("Write a program that sorts numbers.", "en", "write_a_program"),
    ("Please write a Python program to sort.", "en", "write_a_program"),
    ("Write a programme for a village festival.", "en", ""),
    ("Draw a house by the sea.", "en", "beyond_text"),
    ("Describe what this picture shows you.", "en", "beyond_text"),
    ("Generate a short funny video of cats.", "en", "beyond_text"),
    ("Go to the website and order it.", "en", "beyond_text"),
    ("Sum up the attached file for me.", "en", "beyond_text"),
    ("Sum up the plot of Hamlet.", "en", ""),
    ("Rewrite the following document for children.", "en", ""),
    ("Explain what a map of the stars tells.", "en", ""),
    ("What conclusions can we draw from it?", "en", ""),
    ("How should one name files of photos?", "en", ""),
    ("- explain the tides to me", "en", "odd_start"),
    ("写一首关于春天的诗。", "en", "odd_start"),
    ("写一首关于春天的诗。", "zh", ""),
    ("《红楼梦》的作者是谁？", "zh", ""),
    ("，写一首关于春天的诗", "zh", "odd_start"),
    ("写诗。", "zh", "too_short"),
    ("写一个程序计算平均数。", "zh", "write_a_program"),
    ("请写一个关于节日程序单的建议。", "zh", ""),
    ("描述下面的图片里有什么。", "zh", "beyond_text"),
    ("画一只在海边奔跑的小狗。", "zh", "beyond_text"),
    ("如图所示，求三角形的面积。", "zh", "beyond_text"),
    ("怎样画好一幅水彩画？", "zh", ""),
    ("把下面的文件改写得通俗易懂。", "zh", ""),
    ("怎样合理安排下载任务的时间？", "zh", ""),
]


@pytest.mark.parametrize(("text", "language", "wanted"), FAULTS)
def test_what_cannot_be_used_and_what_can(text: str, language: str, wanted: str) -> None:
    assert fault(text, language) == wanted


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_shipped_seed_breaks_our_own_rules(language: str) -> None:
    seeds = material("shared", "seeds.json", language)
    assert len(seeds) == 24
    assert {each["instruction"]: fault(each["instruction"], language) for each in seeds} == {
        each["instruction"]: "" for each in seeds
    }
    assert sum(each["is_classification"] for each in seeds) == 5
    assert all(each["output"] for each in seeds)


plain = st.text(st.characters(categories=["Lu", "Ll"]), min_size=2, max_size=10)
sentences = st.lists(plain, min_size=4, max_size=9).map(" ".join)


@given(st.lists(sentences, min_size=1, max_size=9))
def test_a_numbered_list_is_read_back(texts: list[str]) -> None:
    text = "\n".join(f"{number}. {each}" for number, each in enumerate(texts, start=1))
    assert entries(Reply(text)) == (texts, "")


@given(st.text(max_size=80))
def test_any_reply_is_read_or_refused_by_name(text: str) -> None:
    for finish in ("stop", "length"):
        for read in (entries, only_entry):
            try:
                found, _ = read(Reply(text, finish=finish))
            except Unreadable:
                continue
            assert found
            assert all(each.strip() for each in found)
