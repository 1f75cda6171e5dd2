"""The walk from the best score down, with its guard."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tutelage.errors import BadInput
from tutelage.records import Example, assistant, user
from tutelage.select.deita import Deita
from tutelage.select.selector import BEYOND

Make = Callable[..., Example]


def scored(row: Make, name: str, quality: float, complexity: float, embedding: list[float]) -> Example:
    return row(name, lineage={"q": quality, "c": complexity, "e": embedding})


FIELDS = {"quality_field": "q", "complexity_field": "c", "embedding_field": "e"}


def test_best_first_and_near_copies_of_better_rows_are_left_out(row: Make) -> None:
    pool = [
        scored(row, "copy", 2, 4, [1, 0.1]),
        scored(row, "best", 5, 2, [1, 0]),
        scored(row, "other", 1, 3, [0, 1]),
        scored(row, "opposite", 1, 1, [-1, 0]),
        scored(row, "late", 0.1, 1, [0.5, 0.5]),
    ]
    selection = Deita(**FIELDS).select(pool, 3, 0)
    assert [(each.id, each.score) for each in selection.chosen] == [
        ("best", 10),
        ("other", 3),
        ("opposite", 1),  # far away, which a comparison of a distance with the threshold would refuse
    ]
    copy, late = selection.left_out
    assert (copy.id, copy.reason, copy.witness) == ("copy", "too_similar", "best")
    assert copy.score == pytest.approx(0.995, abs=1e-3)
    assert (late.id, late.reason) == ("late", BEYOND)
    assert selection.counts == {"too_similar": 1, BEYOND: 1}


def test_scores_are_summed_over_turns(row: Make) -> None:
    said = (user("a"), assistant("b"), user("c"), assistant("d"))
    long = Example("long", said, "c", lineage={"q": [1, 2], "c": [3, 4]})
    fields = {"quality_field": "q", "complexity_field": "c"}
    chosen = Deita(**fields).select([long, row("x", lineage={"q": 3, "c": 3})], 2, 0).chosen
    assert [(each.id, each.score) for each in chosen] == [("long", 11), ("x", 9)]


def test_at_the_threshold_a_row_is_kept_and_a_twin_at_one(row: Make) -> None:
    pool = [row(f"the same {mark}", id=mark, lineage={"e": [3, 4, 12]}) for mark in "abcd"]
    assert len(Deita(threshold=1, embedding_field="e").select(pool, 9, 0).chosen) == 4
    assert len(Deita(threshold=0.999, embedding_field="e").select(pool, 9, 0).chosen) == 1


def test_without_fields_words_and_rough_scores_decide_in_chinese_too(row: Make) -> None:
    good = row("请为六岁的孩子写一首关于大海的四行诗。", "海浪轻轻唱，白帆向远方，沙滩留脚印，晚霞满天香。")
    copy = row("请为六岁的孩子写一首关于大海的四行诗！", "海浪轻轻唱，白帆向远方，沙滩留脚印，晚霞满天香。")
    poor = row("写诗。", "好")
    selection = Deita().select([poor, copy, good], 3, 0)
    assert [each.id for each in selection.chosen][-1] == poor.id
    assert selection.counts == {"too_similar": 1}


def test_order_of_the_pool_counts_nothing_and_a_smaller_budget_is_a_prefix(row: Make) -> None:
    pool = [row(f"Tell me about {name} and {name}s.", "It is known.") for name in "abcdefghij"]
    large = Deita().select(pool, 8, 3)
    assert Deita().select(pool[::-1], 8, 3) == large
    assert Deita().select(pool, 4, 3).chosen == large.chosen[:4]


def test_rows_that_lack_what_is_named_are_left_out_by_name(row: Make) -> None:
    pool = [scored(row, "a", 1, 1, [1]), row("b"), row("c", lineage={"q": 1, "c": 1})]
    selection = Deita(**FIELDS).select(pool, 3, 0)
    assert [each.id for each in selection.chosen] == ["a"]
    assert {each.id: each.reason for each in selection.left_out} == {"b": "no_score", "c": "no_embedding"}


def test_a_field_that_no_row_has_is_refused(row: Make) -> None:
    with pytest.raises(BadInput, match="no row has a score under q"):
        Deita(quality_field="q").select([row("a")], 1, 0)
    assert Deita().select([], 1, 0).chosen == ()
