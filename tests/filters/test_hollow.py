"""Words that say nothing, in English and Chinese."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.filters import hollow

PROSE = "Photosynthesis turns carbon dioxide and water into glucose inside chloroplasts."
EMPTY = (
    "There are many things that one should consider, and it is always good to have an open mind about them."
)


def test_empty_talk_has_more_common_words_than_prose() -> None:
    assert hollow.common_share(EMPTY) > 0.9
    assert hollow.common_share(PROSE) < 0.5
    assert hollow.common_share("这个问题非常重要，我们需要考虑各个方面的因素。") > 0.8
    assert hollow.common_share("叶绿体利用阳光把二氧化碳和水变成葡萄糖。") < 0.4


def test_content_is_what_is_left() -> None:
    assert hollow.content("The chloroplasts are very important in 1837.") == {"chloro", "1837"}
    assert hollow.content(EMPTY) == set()
    assert "葡萄" in hollow.content("叶绿体产生葡萄糖。")
    assert hollow.is_common("things")
    assert not hollow.is_common("glucose")


@pytest.mark.parametrize("text", ["That's a great question! Rain falls.", "这是一个很好的问题。下雨了。"])
def test_stock_phrases_are_counted_by_sentence(text: str) -> None:
    assert hollow.stock_share(hollow.sentences(text)) == 0.5
    assert hollow.stock_share(hollow.sentences(PROSE)) == 0


@pytest.mark.parametrize("text", ["It depends on your situation.", "It’s hard to say.", "这要看具体情况。"])
def test_evasions_are_counted_by_sentence(text: str) -> None:
    assert hollow.evasion_share(hollow.sentences(text)) == 1
    assert hollow.evasion_share([]) == 0


@pytest.mark.parametrize(
    "text", ["I must decline this request.", "Sorry, that is outside what I can do.", "恕我不能回答。"]
)
def test_declining_shows_at_the_start(text: str) -> None:
    assert hollow.declines(text)
    assert not hollow.declines(PROSE)
    assert not hollow.declines(f"{PROSE * 5} {text}")


@given(st.text(max_size=300))
def test_shares_stay_between_zero_and_one(text: str) -> None:
    told = hollow.sentences(text)
    assert all(0 <= each <= 1 for each in (hollow.common_share(text), hollow.stock_share(told)))
