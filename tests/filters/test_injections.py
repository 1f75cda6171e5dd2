"""The injector: the wanted share, labels, and chance that belongs to the row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.filters.injections import KINDS, Shirk, inject, spoil
from tutelage.records import Example, assistant, user

ANSWER = (
    "Rain forms when moist air rises, cools below its dew point, and condenses on dust into falling droplets."
)


def rows(count: int, answer: str = ANSWER) -> list[Example]:
    return [Example.single_turn(f"Why does it rain in town {n}?", answer, id=f"r{n}") for n in range(count)]


@given(st.integers(1, 60), st.floats(0, 1), st.integers(0, 5))
def test_the_share_is_kept_and_every_spoiled_row_is_labelled(count: int, share: float, seed: int) -> None:
    before = rows(count)
    after = inject(before, share=share, seed=seed)
    changed = {new.id for old, new in zip(before, after.examples, strict=True) if old != new}
    assert len(after.kinds) == round(share * count)
    assert changed == set(after.kinds)
    assert [row.instruction for row in after.examples] == [row.instruction for row in before]


def test_kinds_are_dealt_evenly() -> None:
    dealt = list(inject(rows(80), share=0.5).kinds.values())
    assert {kind: dealt.count(kind) for kind in KINDS} == dict.fromkeys(KINDS, 5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_is_spoiled_the_same_way_whatever_stands_beside_it(kind: Shirk) -> None:
    alone = spoil(rows(1)[0], kind, seed=3)
    assert alone is not None
    assert alone.output != ANSWER
    assert alone == spoil(rows(9)[0], kind, seed=3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_chinese_question_gets_a_chinese_answer(kind: Shirk) -> None:
    row = Example.single_turn(
        "请解释为什么海水会涨落。", "海水涨落是月球引力造成的，每天大约有两次涨潮。", id="z"
    )
    bad = spoil(row, kind)
    assert bad is not None
    assert not any(letter.isascii() and letter.isalpha() for letter in bad.output)


def test_a_short_answer_is_not_cut() -> None:
    assert spoil(rows(1, "Clouds.")[0], "truncate") is None
    assert spoil(rows(1, "Clouds.")[0], "short") is None
    assert inject(rows(10, "Clouds."), share=0.5, kinds=["truncate"]).kinds == {}


def test_only_the_last_answer_of_a_conversation_is_spoiled() -> None:
    said = (user("One?"), assistant("First."), user("Two?"), assistant(ANSWER))
    bad = spoil(Example("m", said, "Two?"), "refuse")
    assert bad is not None
    assert bad.messages[:3] == said[:3]
    assert bad.output != ANSWER


def test_bad_settings_are_named() -> None:
    with pytest.raises(BadInput, match="'refus'") as caught:
        inject(rows(2), share=0.5, kinds=["refus"])
    assert "refuse" in str(caught.value)
    with pytest.raises(BadInput, match=r"share 1\.5"):
        inject(rows(2), share=1.5)
    with pytest.raises(BadInput, match="no kind"):
        inject(rows(2), share=0.5, kinds=[])
