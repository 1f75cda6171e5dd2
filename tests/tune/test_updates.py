from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tutelage.tune.updates import checkpoint_steps, grouped, packed, plan

_LENGTHS = st.lists(st.integers(1, 40), min_size=1, max_size=40)


@given(st.integers(1, 90), st.integers(1, 20), st.integers(1, 4), st.integers(0, 3))
def test_every_epoch_has_every_row_once(rows: int, batch: int, epochs: int, seed: int):
    made = plan(rows, batch=batch, epochs=epochs, steps=None, seed=seed)
    assert made.steps == epochs * made.per_epoch
    for epoch in range(epochs):
        updates = made.updates[epoch * made.per_epoch : (epoch + 1) * made.per_epoch]
        assert sorted(row for update in updates for row in update) == list(range(rows))
        assert all(len(update) <= batch for update in updates)


def test_epochs_differ_in_order_and_seeds_in_all():
    made = plan(30, batch=30, epochs=2, steps=None, seed=0)
    assert made.updates[0] != made.updates[1]
    assert made.updates != plan(30, batch=30, epochs=2, steps=None, seed=1).updates


def test_steps_win_over_epochs_and_a_part_of_an_epoch_counts():
    assert plan(10, batch=4, epochs=3, steps=5, seed=0).steps == 5
    assert plan(10, batch=1, epochs=0.5, steps=None, seed=0).steps == 5


def test_checkpoints_fall_on_the_ends_of_epochs():
    made = plan(10, batch=2, epochs=3, steps=None, seed=0)
    assert checkpoint_steps(made, "epoch", every_one=True) == {5, 10, 15}
    assert checkpoint_steps(plan(60, batch=2, epochs=2, steps=None, seed=0), "epoch") == {30, 60}
    assert checkpoint_steps(made, "epoch") == {5, 10, 15}
    assert checkpoint_steps(made, 4) == {4, 8, 12, 15}
    assert checkpoint_steps(made, "none") == {15}
    assert checkpoint_steps(plan(8, batch=2, epochs=1, steps=None, seed=0), "half", every_one=True) == {2, 4}


@given(st.integers(1, 40), st.integers(1, 60), st.sampled_from(["epoch", "half"]))
def test_checkpoints_lie_apart_however_short_an_epoch_is(rows: int, epochs: int, when: str):
    made = plan(rows, batch=2, epochs=epochs, steps=None, seed=0)
    *due, last = sorted(checkpoint_steps(made, when))
    assert last == made.steps
    assert all(later - step >= made.steps / 20 - 1 for step, later in pairwise([0, *due]))


@given(_LENGTHS, st.integers(1, 60))
def test_packs_hold_each_row_once_and_never_too_much(lengths: list[int], room: int):
    parts = packed(tuple(range(len(lengths))), lengths, room)
    assert sorted(row for part in parts for row in part) == list(range(len(lengths)))
    assert all(len(part) == 1 or sum(lengths[row] for row in part) <= room for part in parts)


@given(_LENGTHS, st.integers(1, 60), st.one_of(st.none(), st.integers(1, 5)))
def test_groups_hold_each_row_once_within_the_bound(lengths: list[int], room: int, most: int | None):
    parts = grouped(tuple(range(len(lengths))), lengths, room, most)
    assert sorted(row for part in parts for row in part) == list(range(len(lengths)))
    for part in parts:
        longest = max(lengths[row] for row in part)
        assert len(part) == 1 or (len(part) <= most if most else longest * len(part) <= room)
