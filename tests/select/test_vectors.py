"""Cosines: by hand, with and without numpy to the same bits, and embeddings of the file's own."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tutelage.errors import BadInput
from tutelage.records import Example
from tutelage.select.vectors import PlainIndex, index, tfidf, unit, vectors_of

BAGS = some.lists(
    some.dictionaries(some.integers(0, 12), some.floats(-3, 3).filter(lambda w: abs(w) > 1e-6 or w == 0)),
    min_size=1,
    max_size=12,
)


@given(BAGS)
def test_numpy_and_python_come_to_the_same_bits(bags: list[dict[int, float]]) -> None:
    pytest.importorskip("numpy")
    vectors = [unit(bag) for bag in bags]
    plain, fast = index(vectors, arrays=False), index(vectors)
    assert type(plain) is not type(fast)
    for vector in vectors:
        assert plain.cosines(vector) == fast.cosines(vector)


@given(BAGS)
def test_cosines_are_those_of_the_definition(bags: list[dict[int, float]]) -> None:
    cosines = index(map(unit, bags), arrays=False).cosines(unit(bags[0]))
    for bag, found in zip(bags, cosines, strict=True):
        product = sum(bags[0].get(term, 0) * weight for term, weight in bag.items())
        lengths = [math.sqrt(sum(weight * weight for weight in each.values())) for each in (bags[0], bag)]
        assert found == pytest.approx(product / (lengths[0] * lengths[1]) if all(lengths) else 0, abs=1e-9)


def test_an_index_grows() -> None:
    grown = PlainIndex()
    assert grown.cosines(unit({1: 2.0})) == []
    grown.add(unit({1: 5.0}))
    grown.add(unit({2: 1.0}))
    assert grown.cosines(unit({1: 2.0})) == [1.0, 0.0]


@pytest.mark.parametrize(
    ("near", "far"),
    [
        ("Write a poem about the sea in winter.", "List three prime numbers."),
        ("写一首关于冬天的海的诗。", "请列出三个质数。"),
    ],
)
def test_shared_wording_is_near_in_any_script(near: str, far: str) -> None:
    texts = [near, near.replace("winter", "summer").replace("冬", "夏"), far, near, "..."]
    vectors = tfidf(texts)
    cosines = index(vectors, arrays=False).cosines(vectors[0])
    assert cosines[0] == pytest.approx(1)
    assert cosines[3] == cosines[0]
    assert 1 > cosines[1] > 0.5 > cosines[2]
    assert cosines[4] == 0  # nothing to compare


def test_a_pool_of_equal_texts_is_still_alike() -> None:
    vectors = tfidf(["the same", "the same"])
    assert index(vectors, arrays=False).cosines(vectors[0]) == pytest.approx([1, 1])


def test_embeddings_are_taken_from_their_field(row: Callable[..., Example]) -> None:
    pool = [row("a", lineage={"e": [3, 4]}), row("b"), row("c", lineage={"e": [-3, -4.0]})]
    one, none, opposite = vectors_of(pool, "e")
    assert none is None
    assert one is not None
    assert opposite is not None
    assert index([one], arrays=False).cosines(opposite) == pytest.approx([-1])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([None], "no row has 'e'"),
        (["[1, 2]"], "must be a list of numbers"),
        ([[]], "must be a list of numbers"),
        ([[1, True]], "must be a list of numbers"),
        ([[1, float("nan")]], "must be a list of numbers"),
        ([[1, 2], [1, 2, 3]], "differ in length"),
    ],
)
def test_what_is_no_embedding_is_refused(
    row: Callable[..., Example], values: list[object], words: str
) -> None:
    pool = [row(f"row {number}", lineage={"e": value}) for number, value in enumerate(values)]
    with pytest.raises(BadInput, match=words):
        vectors_of(pool, "e")
