"""Rounds: tasks fill evenly, the target does not matter, and nobody is asked for ever."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutelage.draw import draw
from tutelage.methods.trees.task_rounds import Rounds

TASKS = [f"task {number}" for number in range(5)]


def played(
    rounds: Rounds, yields: list[float], most: int = 200, seed: int = 0
) -> tuple[list[int], list[int]]:
    """Accepted examples by task after all rounds (or ``most`` of them), and how many each was asked for."""
    accepted: list[tuple[int, str]] = []
    asked = [0] * len(TASKS)
    for round in range(most):
        shares = rounds.shares(round, TASKS, accepted)
        if not shares:
            break
        new = []
        for share in shares:
            number = TASKS.index(share.task)
            asked[number] += sum(share.sizes)
            chance = draw(seed, f"{round}/{number}")
            new += [(round, share.task) for _ in range(sum(share.sizes)) if chance.random() < yields[number]]
        accepted += new
    return [sum(task == each for _, task in accepted) for each in TASKS], asked


def test_a_first_round_asks_every_task_for_the_same() -> None:
    shares = Rounds(2, 10, 16, 30).shares(0, TASKS, [])
    assert [(share.task, share.sizes) for share in shares] == [(task, (2,)) for task in TASKS]


def test_rounds_double_until_they_are_full() -> None:
    few = [Rounds(2, 10, 16, 30).batches(round, 5) for round in range(6)]
    assert few == [(2, 1), (4, 1), (8, 1), (10, 2), (10, 3), (10, 3)]
    assert Rounds(25, 10, 16, 30).batches(0, 1) == (10, 3)
    assert Rounds(500, 10, 16, 30).batches(9, 57) == (10, 1)
    assert Rounds(5, 1, 16, 30).batches(0, 1) == (1, 5)


def test_poor_tasks_catch_up() -> None:
    has, _ = played(Rounds(1, 5, 1, 30), [1, 1, 0.5, 1, 0.3], most=30)
    assert min(has) > 20
    assert max(has) - min(has) <= 10, has


def test_tasks_that_give_nothing_drop_out() -> None:
    has, asked = played(Rounds(5, 5, 1, 15, per_task=20), [1, 0, 1, 0, 1])
    assert has == [20, 0, 20, 0, 20]
    assert asked == [20, 15, 20, 15, 20]


@given(
    first=st.integers(1, 4),
    batch=st.integers(4, 10),
    calls=st.integers(1, 12),
    per_task=st.integers(1, 30),
    yields=st.lists(st.sampled_from([0.0, 0.2, 1.0]), min_size=5, max_size=5),
    seed=st.integers(0, 99),
)
def test_a_quota_is_never_passed_and_the_rounds_end(
    first: int, batch: int, calls: int, per_task: int, yields: list[float], seed: int
) -> None:
    has, asked = played(Rounds(first, batch, calls, 30, per_task), yields, 2_000, seed)
    assert max(has) <= per_task
    for number, share in enumerate(yields):
        assert has[number] == per_task or share < 1
        assert share or asked[number] <= 30 + batch * calls


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(TASKS)), max_size=40), st.integers(0, 3))
def test_later_rounds_never_change_an_earlier_one(accepted: list[tuple[int, str]], round: int) -> None:
    rounds = Rounds(2, 6, 8, 12)
    earlier = [each for each in accepted if each[0] < round]
    assert rounds.shares(round, TASKS, accepted) == rounds.shares(round, TASKS, earlier)
