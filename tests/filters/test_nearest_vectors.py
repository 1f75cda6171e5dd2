"""Both searches decide as a loop over all kept vectors does."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.filters.embedders import HashingEmbedder
from tutelage.filters.nearest_vectors import Near, NearestVectors, Sparse, VectorMatrix, cosine, unit

VECTORS = st.lists(st.lists(st.integers(-3, 3), min_size=1, max_size=6), min_size=1, max_size=30)


def by_loop(kept: list[Sparse], vector: Sparse, threshold: float) -> Near | None:
    scored = ((row, cosine(vector, other)) for row, other in enumerate(kept))
    return next((Near(row, score) for row, score in scored if score > threshold), None)


@pytest.mark.parametrize("search", [NearestVectors, VectorMatrix])
@settings(max_examples=60, deadline=None)
@given(vectors=VECTORS, threshold=st.sampled_from([0.1, 0.5, 0.8, 0.95]))
def test_the_first_near_one_is_found(
    search: type[NearestVectors] | type[VectorMatrix], vectors: list[list[float]], threshold: float
) -> None:
    tried = search(threshold)
    kept: list[Sparse] = []
    for vector in map(unit, vectors):
        near = tried.find(vector)
        wanted = by_loop(kept, vector, threshold) if vector else None
        assert near == wanted
        if near is None and vector:
            tried.add(vector)
            kept.append(vector)
    assert len(tried) == len(kept)


def test_a_unit_vector_has_norm_one_and_a_zero_vector_nothing() -> None:
    assert unit([3.0, 0.0, 4.0]) == {0: 0.6, 2: 0.8}
    assert unit([0.0, 0.0]) == {}


def test_hashed_vectors_follow_from_the_text_alone() -> None:
    one, other = HashingEmbedder().embed(["a ship", "A  SHIP!"])
    assert one == other
    assert len(one) == 4096
    assert math.isclose(cosine(unit(one), unit(one)), 1.0)
