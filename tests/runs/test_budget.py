"""The law of the purse: spent and reserved never exceed a limit, and little is left over."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from door import Rehearsed, ask_all, door, errors, replies
from tutelage.asking import Sampling
from tutelage.draw import draw
from tutelage.errors import BudgetReached
from tutelage.recipe.settings import Budget, Price
from tutelage.records import Reply, Usage, user
from tutelage.runs.budget import NOTHING, Amount, Purse
from tutelage.store.calls import Calls
from tutelage.store.database import Database
from tutelage.teachers.teacher import CallTrouble

WORLDS = 1_000
IN_FLIGHT = 256


class World:
    """One distribution of prices and lengths, one budget, and what became of it."""

    def __init__(self, number):
        rng = self.rng = draw(number, "budget/world")
        self.prompt_price = rng.choice([0.0, 10 ** rng.uniform(-7, -4)])
        self.completion_price = 10 ** rng.uniform(-7, -4)
        self.most = rng.choice([1, 16, 256, 4_096])
        self.shape = rng.choice([0.2, 1.0, 5.0])  # mostly short, uniform, mostly long
        bound = self.amount(2_000, self.most)
        calls = rng.randint(1, 400)
        self.budget = Budget(
            money=rng.choice([None, bound.money * calls * rng.random()]),
            tokens=rng.choice([None, int(bound.tokens * calls * rng.random())]),
            calls=calls,
        )
        self.purse = Purse(self.budget)
        self.in_flight = 0
        self.reached = 0

    def amount(self, prompt, completion):
        money = prompt * self.prompt_price + completion * self.completion_price
        return Amount(money, prompt + completion, 1)

    async def lane(self):
        while True:
            prompt = self.rng.randint(1, 1_000)
            bound = self.amount(2 * prompt, self.most)
            try:
                await self.purse.reserve(bound)
            except BudgetReached:
                self.reached += 1
                self.refused = bound
                return
            self.in_flight += 1
            for _ in range(self.rng.randint(0, 3)):
                await asyncio.sleep(0)
            length = int(self.most * self.rng.betavariate(self.shape, 1.0))
            self.in_flight -= 1
            failed = self.rng.random() < 0.05
            self.purse.settle(bound, Amount(calls=1) if failed else self.amount(prompt, length))

    def check(self):
        spent, budget = self.purse.spent, self.budget
        assert self.reached == IN_FLIGHT
        assert self.in_flight == 0
        for used, limit in zip(spent, (budget.money, budget.tokens, budget.calls), strict=True):
            assert limit is None or used <= limit
        # Nothing else was in flight when the last one was refused, so less than its bound is left.
        left = [
            limit - used - want
            for used, limit, want in zip(
                spent, (budget.money, budget.tokens, budget.calls), self.refused, strict=True
            )
            if limit is not None
        ]
        assert min(left) < 0


async def test_never_over_in_a_thousand_worlds():
    for number in range(WORLDS):
        world = World(number)
        await asyncio.gather(*(world.lane() for _ in range(IN_FLIGHT)))
        world.check()


@given(st.lists(st.tuples(st.integers(1, 50), st.floats(0, 1)), min_size=1, max_size=60), st.integers(0, 400))
@settings(deadline=None, max_examples=60)
def test_tokens_are_never_exceeded_at_any_moment(calls, limit):
    async def run():
        purse, held = Purse(Budget(tokens=limit)), 0

        async def lane(bound, share):
            nonlocal held
            try:
                await purse.reserve(Amount(0, bound, 1))
            except BudgetReached:
                return
            held += bound
            assert purse.spent.tokens + held <= limit
            await asyncio.sleep(0)
            held -= bound
            purse.settle(Amount(0, bound, 1), Amount(0, int(bound * share), 1))

        await asyncio.gather(*(lane(*call) for call in calls))
        assert purse.spent.tokens <= limit

    asyncio.run(run())


async def test_first_come_first_served():
    purse, order = Purse(Budget(tokens=100)), []
    await purse.reserve(Amount(0, 90, 1))

    async def lane(name, tokens):
        await purse.reserve(Amount(0, tokens, 1))
        order.append(name)
        purse.settle(Amount(0, tokens, 1), Amount(0, 1, 1))

    lanes = [asyncio.create_task(lane("large", 80)), asyncio.create_task(lane("small", 1))]
    await asyncio.sleep(0)
    purse.settle(Amount(0, 90, 1), Amount(0, 10, 1))
    await asyncio.gather(*lanes)
    assert order == ["large", "small"]


async def test_who_gives_up_waiting_takes_nothing_along():
    purse = Purse(Budget(tokens=100))
    await purse.reserve(Amount(0, 90, 1))
    waiting = [asyncio.create_task(purse.reserve(Amount(0, tokens, 1))) for tokens in (80, 5)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.wait_for(waiting[1], 1)  # fits once the large one is gone
    granted = asyncio.create_task(purse.reserve(Amount(0, 90, 1)))
    await asyncio.sleep(0)
    purse.settle(Amount(0, 90, 1), NOTHING)
    granted.cancel()  # in the moment in which it was granted
    with pytest.raises(asyncio.CancelledError):
        await granted
    await asyncio.wait_for(purse.reserve(Amount(0, 95, 1)), 1)


async def test_the_refusal_says_what_is_used_and_what_to_do():
    purse = Purse(Budget(money=1.0), Amount(0.95, 0, 3))
    with pytest.raises(BudgetReached) as caught:
        await purse.reserve(Amount(0.1, 10, 1))
    said = str(caught.value)
    assert "0.9500 of 1 money are used" in said
    assert "raise budget.money" in said


# --- behind the door ------------------------------------------------------------------------------------


def varied(number):
    rng = draw(number, "budget/replies")

    async def act(request, sent):
        await asyncio.sleep(0)
        return Reply("x", "stop", Usage(rng.randint(1, 60), rng.randint(0, 64)))

    return Rehearsed(act)


PRICES = {"rehearsed": Price(prompt=1.0, completion=3.0)}


@pytest.mark.parametrize(
    "budget", [{"money": 0.05}, {"tokens": 20_000}, {"calls": 137}, {"money": 0.02, "calls": 100}]
)
async def test_a_run_stops_below_its_budget_and_goes_on_with_more(tmp_path, budget):
    teacher = varied(1)
    pace = {"concurrency": 256}
    async with door(tmp_path, teacher, budget=budget, prices=PRICES, pace=pace) as gateway:
        outcomes = await ask_all(gateway, 1_000)
        assert all(isinstance(each, BudgetReached) for each in errors(outcomes))
        answered, tally = len(replies(outcomes)), gateway.tally
        assert 0 < answered < 1_000
        assert tally.cost <= budget.get("money", 9)
        assert tally.tokens <= budget.get("tokens", 10**9)
        assert teacher.sent <= budget.get("calls", 10**9)
    twice = {name: 2 * limit for name, limit in budget.items()}
    async with door(tmp_path, teacher, budget=twice, prices=PRICES, pace=pace) as gateway:
        again = await ask_all(gateway, 1_000)
        tally = gateway.tally
        assert tally.replayed == answered
        assert len(replies(again)) > 1.5 * answered
        assert tally.run_cost <= twice.get("money", 9)
        assert tally.run_usage.total <= twice.get("tokens", 10**9)
        assert teacher.sent <= twice.get("calls", 10**9)


async def test_what_earlier_executions_spent_counts(tmp_path):
    teacher = varied(2)
    for _ in range(5):
        async with door(tmp_path, teacher, budget={"calls": 10}) as gateway:
            await ask_all(gateway, 50)
    assert teacher.sent == 10


async def test_attempts_that_may_be_billed_count_in_full(tmp_path):
    async def act(request, sent):
        raise CallTrouble("timeout", "nothing came", maybe_paid=True)

    async with door(
        tmp_path, Rehearsed(act), budget={"money": 1.0}, prices=PRICES, pace={"tries": 1}
    ) as gateway:
        await ask_all(gateway, 1)
        uncertain = gateway.tally.uncertain_cost
        assert uncertain >= 64 * 3.0 / 1e6
    database = Database(tmp_path / "run.db")
    totals = Calls(database).totals()
    database.close()
    assert totals["uncertain_cost"] == pytest.approx(uncertain)
    assert totals["uncertain_tokens"] >= 64
    assert totals["cost"] == 0


async def test_other_body_fields_bound_the_answer_too(tmp_path):
    async def act(request, sent):
        raise AssertionError("it could break the budget")

    async with door(tmp_path, Rehearsed(act), budget={"tokens": 5_000}) as gateway:
        ask = gateway.at("generate", "item")
        for sampling in (Sampling(extra={"max_completion_tokens": 5_000}), Sampling(n=100)):
            with pytest.raises(BudgetReached):
                await ask([user("a")], turn="ask", sampling=sampling)
