"""Water filling over cells, nested."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tutelage.errors import BadInput
from tutelage.records import Example
from tutelage.select.even import Even


def pool(sizes: dict[str, int]) -> list[Example]:
    return [
        Example(f"{task}{number}", (), "", cell={"task": task, "kind": str(number % 2)})
        for task, size in sizes.items()
        for number in range(size)
    ]


SIZES = some.dictionaries(some.sampled_from("abcdef"), some.integers(1, 9), min_size=1)


@given(SIZES, some.integers(1, 60), some.integers(0, 3))
def test_counts_differ_by_one_unless_a_cell_ran_dry(sizes: dict[str, int], budget: int, seed: int) -> None:
    selection = Even(by=("task",)).select(pool(sizes), budget, seed)
    counts = Counter(each.id[0] for each in selection.chosen)
    assert sum(counts.values()) == min(budget, sum(sizes.values()))
    most = max(counts.values())
    assert all(counts[task] >= min(size, most - 1) for task, size in sizes.items())
    smaller = Even(by=("task",)).select(pool(sizes)[::-1], budget // 2, seed)
    assert smaller.chosen == selection.chosen[: budget // 2]


def test_without_keys_the_whole_cell_tells_groups_apart() -> None:
    chosen = Even().select(pool({"a": 8, "b": 2}), 4, 0).chosen
    assert {(each.id[0], int(each.id[1]) % 2) for each in chosen} == {("a", 0), ("a", 1), ("b", 0), ("b", 1)}


def test_a_cell_that_lacks_the_key_is_a_group_of_its_own() -> None:
    rows = [*pool({"a": 5}), Example("other", (), "", cell={"file": "x.json"})]
    chosen = Even(by=("task",)).select(rows, 2, 0).chosen
    assert "other" in {each.id for each in chosen}


def test_a_key_that_no_cell_has_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadInput, match=r"(?s)no row has 'taks'.*did you mean 'task'"):
        Even(by=("taks",)).select(pool({"a": 1}), 1, 0)
