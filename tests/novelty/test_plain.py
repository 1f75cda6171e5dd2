"""The search in pure Python; its decisions are tested with those of the others in test_index.py."""

from __future__ import annotations

from tutelage.novelty.plain import PrefixSearch


def test_what_was_added_can_be_taken_over() -> None:
    search = PrefixSearch(0.7, True)
    texts = [[1, 2, 3, 2], [5], [4, 4, 4]]
    for tokens in texts:
        search.add(tokens)
    assert list(search.texts()) == texts
