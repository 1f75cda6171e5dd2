from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.constraints import RULES, Constraint, Subject
from tutelage.constraints.length import sentences


def text_of(kind: str, number: int, language: str) -> str:
    """A text with exactly ``number`` of what ``kind`` counts."""
    if kind == "length_words":
        return " ".join(["word"] * number) if language == "en" else "字" * number + "。"
    if kind == "length_sentences":
        return " ".join(["It rained."] * number) if language == "en" else "下雨了。" * number
    return "x" * number


@pytest.mark.parametrize("kind", ["length_words", "length_sentences", "length_characters"])
@given(
    number=st.integers(0, 60),
    wanted=st.integers(0, 60),
    relation=st.sampled_from(["at_least", "at_most", "exactly"]),
    language=st.sampled_from(["en", "zh"]),
)
def test_a_text_of_n_passes_just_where_n_does(
    kind: str, number: int, wanted: int, relation: str, language: str
) -> None:
    met = {"at_least": number >= wanted, "at_most": number <= wanted, "exactly": number == wanted}[relation]
    finding = Constraint(kind, {"relation": relation, "count": wanted}).check(text_of(kind, number, language))
    assert finding.ok == met
    assert finding.measured == str(number)
    assert str(wanted) in finding.detail


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dr. Lee paid 3.50 at noon. She left!", 2),
        ("Use tools, e.g. a saw. Then rest?!", 2),
        ("J. R. Smith came.", 1),
        ('Is it "done." Yes.', 2),
        ("1. First thing\n2. Second thing", 2),
        ("A heading\n\nA sentence.", 2),
        ("今天下雨。我们回家吧！好吗？", 3),
        ("他说：“走吧。”然后走了。", 2),
        ("等等……好吧", 2),
        ("---\n\n", 0),
        ("", 0),
    ],
)
def test_sentences(text: str, count: int) -> None:
    assert sentences(text) == count


@given(seed=st.integers(0, 10**6), size=st.integers(0, 900))
def test_drawn_bounds_leave_room_for_an_answer(seed: int, size: int) -> None:
    for kind in ("length_words", "length_sentences", "length_characters"):
        drawn = RULES[kind].draw(Random(seed), Subject(answer="Word here. " * size))
        assert drawn is not None
        least = {"length_words": 40, "length_sentences": 3, "length_characters": 300}[kind]
        assert drawn.count >= least if drawn.relation == "at_most" else 0 < drawn.count <= 2_000


@pytest.mark.parametrize(("count", "noun"), [(1, "sentence"), (2, "sentences")])
def test_one_is_singular_in_every_wording_and_finding(count: int, noun: str) -> None:
    wanted = Constraint("length_sentences", {"relation": "at_least", "count": count})
    assert all(f"at least {count} {noun}." in each for each in wanted.wordings("en"))
    assert wanted.check("Yes. " * count).detail == f"{count} {noun}, wanted at least {count}"
