from __future__ import annotations

import random

import pytest

from tutelage.methods.templating.exemplars import Asked, Frame, Pool, Shot
from tutelage.methods.templating.labelled_rows import LabelledRow
from tutelage.methods.templating.templates import NotRendered, Rendered

FRAME = Frame("en", {}, "", 100)


def row(text: str, occurrence: int = 0) -> LabelledRow:
    return LabelledRow(f"a:{text}", {"text": text}, "a", False, text, occurrence)


def asked(prompt: str, why: str = "") -> Asked:
    return Asked(Rendered(prompt, ("yes",)), why)


def test_a_row_is_never_its_own_example_nor_is_an_equal_one() -> None:
    pool = Pool([row("x"), row("x", 1), row("y"), row("z")], 1000)
    for seed in range(50):
        found = pool.candidates(row("x", 2), 3, random.Random(seed))
        assert sorted(each["key"] for each in found) == ["y", "z"]


def test_a_pool_is_bounded() -> None:
    pool = Pool((row(str(number)) for number in range(10**9)), 5)
    drawn = {each["key"] for seed in range(50) for each in pool.candidates(row("x"), 2, random.Random(seed))}
    assert drawn == set("01234")


def test_rows_that_are_skipped_or_ask_the_same_give_no_example() -> None:
    def ask_about(data: dict[str, str]) -> Asked:
        if data["text"] == "bad":
            raise NotRendered("template:skips_row", "")
        return asked(data["text"])

    candidates = [{"key": each, "data": {"text": each}} for each in ("bad", "same", "other")]
    assert list(FRAME.shots(candidates, ask_about, asked("same"))) == [Shot("other", "other", "yes")]


def test_examples_that_do_not_fit_are_dropped_from_the_end() -> None:
    shots = [Shot(str(number), "p" * 20, "t" * 5) for number in range(4)]
    assert len(FRAME.fitting(asked("q"), shots)) == 2
    question, answer = FRAME.whole(asked("q"), "yes", FRAME.fitting(asked("q"), shots))
    assert len(question) + len(answer) <= 100
    for question, some in (("q" * 90, shots), ("q", [])):
        with pytest.raises(NotRendered) as caught:
            FRAME.fitting(asked(question), some)
        assert caught.value.reason == "shots:none_fits"


def test_what_is_too_long_is_refused_not_cut() -> None:
    assert FRAME.whole(asked("q" * 97), "yes", []) == ("q" * 97, "yes")
    with pytest.raises(NotRendered) as caught:
        FRAME.whole(asked("q" * 98), "yes", [])
    assert caught.value.reason == "template:too_long"


@pytest.mark.parametrize(("language", "marker"), [("en", "The answer is: yes"), ("zh", "答案是：yes")])
def test_the_way_comes_before_the_answer_and_its_marker(language: str, marker: str) -> None:
    frame = Frame(language, {}, "why", 1000)
    why = frame.reasons({"why": " because "})
    question, answer = frame.whole(asked("q", why), "yes", [])
    assert question.startswith("q\n\n")
    assert marker.removesuffix("yes").strip("：: ") in question
    assert answer == f"because\n\n{marker}"
    for fields in ({}, {"why": " "}, {"why": 3}):
        with pytest.raises(NotRendered) as caught:
            frame.reasons(fields)
        assert caught.value.reason == "template:missing_field"
        assert "'why'" in caught.value.detail


def test_examples_and_options_are_worded() -> None:
    question, _ = FRAME.whole(asked("q"), "yes", [Shot("k", "p", "t")])
    assert question == "p\n\nt\n\n\nq"
    assert FRAME.options(["a", "b"]) == "Options:\n- a\n- b"
    assert Frame("zh", {}, "", 9).options(["甲"]) == "选项：\n- 甲"
