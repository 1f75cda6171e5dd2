"""The oracle; its decisions are tested with those of the others in test_index.py."""

from __future__ import annotations

import pytest

pytest.importorskip("rapidfuzz")

from tutelage.novelty.brute import BruteSearch, as_string


def test_tokens_are_characters_and_never_surrogates() -> None:
    text = as_string([0, 0xD7FF, 0xD800, 0x10F7FF])
    assert len(text) == 4
    text.encode("utf-8")
    with pytest.raises(OverflowError, match="different tokens"):
        as_string([0x110000])


def test_the_first_kept_text_condemns() -> None:
    search = BruteSearch(0.7, True)
    search.add([1, 2, 3, 4])
    search.add([1, 2, 3, 4])
    hit = search.find([1, 2, 3, 4])
    assert hit is not None
    assert (hit.row, hit.score) == (0, 1.0)
