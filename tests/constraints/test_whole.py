from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.constraints import Constraint
from tutelage.constraints.whole import language_shares


@pytest.mark.parametrize(
    ("answer", "code", "ok"),
    [
        ("今天天气很好，我们去公园散步。", "zh", True),
        ("今天用 Python 写代码，然后用 Docker 部署。", "zh", True),
        ("The weather is fine today.", "zh", False),
        ("The weather is fine today.", "en", True),
        ("今日はとても良い天気です。", "ja", True),
        ("今日はとても良い天気です。", "zh", False),
        ("今天天气很好。", "ja", False),
        ("오늘 날씨가 좋습니다.", "ko", True),
        ("Сегодня хорошая погода.", "ru", True),
        ("42", "en", False),
        ("", "zh", False),
    ],
)
def test_a_language_is_told_by_its_script(answer: str, code: str, ok: bool) -> None:
    assert Constraint("language", {"language": code}).check(answer).ok is ok


def test_shares_are_of_words() -> None:
    assert language_shares("茶茶茶 international") == {"Han": 0.75, "Latin": 0.25}
    assert language_shares("12 !") == {}


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=4)


@given(found=st.dictionaries(st.sampled_from("abcd"), JSON), wanted=st.sets(st.sampled_from("abcd")))
def test_one_object_with_the_wanted_keys(found: dict[str, object], wanted: set[str]) -> None:
    constraint = Constraint("json", {"keys": sorted(wanted)})
    text = json.dumps(found, ensure_ascii=False)
    assert constraint.check(text).ok == (wanted <= set(found))
    assert constraint.check(f"```json\n{text}\n```").ok == (wanted <= set(found))
    assert not constraint.check(f"Here it is: {text}").ok
    assert not constraint.check(f"[{text}]").ok


@pytest.mark.parametrize("answer", ["", "no", "{", "[" * 10_000, "null", '{"a": 1} {"b": 2}'])
def test_what_is_no_object_is_refused(answer: str) -> None:
    assert not Constraint("json").check(answer).ok


@given(phrase=st.sampled_from(["That is all.", "以上。", "So be it"]), middle=st.text("abc 。", max_size=20))
def test_first_and_last_words(phrase: str, middle: str) -> None:
    start, end = (Constraint(kind, {"phrase": phrase}) for kind in ("start", "end"))
    assert start.check(f'"{phrase}" {middle}').ok
    assert end.check(f"{middle} **{phrase.upper()}**\n").ok
    assert not start.check(f"x {phrase}").ok
    assert not end.check(f"{phrase} x").ok
    assert not start.check("").ok
