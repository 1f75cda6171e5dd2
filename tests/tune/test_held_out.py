from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainings import examples
from tutelage.errors import BadInput
from tutelage.records import Example
from tutelage.tune.held_out import FEWEST, MOST, split


def _distinct(count: int, cells: int = 3) -> list[Example]:
    """Rows that share no word with one another."""
    return [
        Example.single_turn(f"q{i}a q{i}b q{i}c", f"a{i}d a{i}e", id=f"row-{i}", cell={"k": str(i % cells)})
        for i in range(count)
    ]


@given(st.integers(1, 150), st.integers(1, 12), st.integers(0, 5))
def test_each_row_is_on_one_side_and_every_cell_gives_its_share(count: int, cells: int, seed: int):
    rows = _distinct(count, cells)
    parted = split(rows, 0.1, seed)
    assert Counter(each.id for each in (*parted.training, *parted.held_out)) == Counter(r.id for r in rows)
    assert len(parted.held_out) == (round(count * 0.1) if count >= FEWEST else 0)
    held = Counter(each.cell["k"] for each in parted.held_out)
    for cell, size in Counter(each.cell["k"] for each in rows).items():
        share = len(parted.held_out) * size / count
        assert share - 1 < held[cell] < share + 1


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(lot):
    rows = _distinct(60)
    mixed = rows[:]
    lot.shuffle(mixed)
    assert {e.id for e in split(mixed, 0.2, 1).held_out} == {e.id for e in split(rows, 0.2, 1).held_out}


def test_a_share_stops_at_a_hundred_rows_and_a_number_does_not():
    rows = _distinct(1200)
    assert len(split(rows, 0.1, 0).held_out) == MOST
    assert len(split(rows, 120, 0).held_out) == 120


def test_few_rows_are_all_trained_on_and_that_is_said():
    parted = split(_distinct(19), 0.1, 0)
    assert parted.held_out == ()
    assert "nothing is held out" in parted.notes[0]
    assert len(split(_distinct(19), 2, 0).held_out) == 2


def test_to_hold_out_everything_is_refused():
    with pytest.raises(BadInput, match="leaves nothing to train on"):
        split(_distinct(5), 5, 0)


def test_near_copies_of_held_out_rows_leave_the_training_side():
    rows = _distinct(40)
    held = split(rows, 0.1, 0).held_out[0]
    copied = replace(held, id="copy", cell={"k": "other"})
    twin = Example.single_turn(held.instruction + " indeed", held.output, id="near", cell={"k": "other"})
    parted = split([*rows, copied, twin], 0.1, 0)
    if held.id in {each.id for each in parted.held_out}:
        assert {each.id for each in parted.copies} == {"copy", "near"}
        assert held.id in parted.copies[0].detail
    on_both = {each.asked for each in parted.held_out} & {each.asked for each in parted.training}
    assert on_both == set()


def test_rows_of_one_mould_stay_and_that_is_said():
    rows = [
        Example.single_turn("Is this sentence happy or sad, what do you think: " + word, "happy", id=word)
        for word in (f"w{number}" for number in range(40))
    ]
    parted = split(rows, 0.1, 0)
    assert len(parted.training) == 36
    assert parted.copies == ()
    assert "share a mould" in parted.notes[0]


def test_the_examples_of_the_training_tests_are_no_copies():
    assert split(examples(40), 0.1, 42).copies == ()
