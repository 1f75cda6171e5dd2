"""The flow: item order, exactly N, surplus, patience, and errors that cost one item only."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.errors import BudgetReached, CallFailed, TeacherRefused
from tutelage.filters.filter import Chain, Filter, Gate
from tutelage.methods.method import Materials, Method, State
from tutelage.recipe.settings import Patience
from tutelage.records import Example, Item, Rejection, Verdict
from tutelage.runs.flow import Flow
from tutelage.runs.gateway import Stopped
from tutelage.store.examples import Spot


class Odd(Filter):
    """Keeps odd numbers."""

    kind = "odd"

    def start(self) -> Gate:
        class OddGate(Gate):
            def judge(self, example: Example) -> Verdict:
                return Verdict(int(example.instruction) % 2 == 1, "even")

        return OddGate()


class Unlike(Filter):
    """Keeps what no kept example equals modulo ten: a filter whose memory must follow item order."""

    kind = "unlike"

    def start(self) -> Gate:
        seen: set[int] = set()

        class UnlikeGate(Gate):
            def judge(self, example: Example) -> Verdict:
                return Verdict(int(example.instruction) % 10 not in seen, "alike")

            def remember(self, example: Example) -> None:
                seen.add(int(example.instruction) % 10)

        return UnlikeGate()


@dataclass
class FakeGateway:
    """Answers from a function; counts how many asks are open."""

    wanted: int = 4
    stopped: bool = False

    def at(self, stage: str, item: str) -> FakeGateway:
        return self

    def stop(self) -> None:
        self.stopped = True


@dataclass
class FakeLedger:
    """Remembers what it is told."""

    states: list[tuple[str, str, Spot]] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    def planned(self, round: int) -> list[Item]:
        return []

    def plan(self, item: Item, spot: Spot) -> None:
        self.items.append(item)

    def write_example(self, example: Example, spot: Spot, state: str, verdicts: Any = ()) -> None:
        self.states.append((example.instruction, state, spot))

    def write_rejection(self, rejection: Rejection, spot: Spot) -> None:
        self.rejected.append(rejection)

    def kept(self) -> list[str]:
        kept = [(spot.round, spot.position, text) for text, state, spot in self.states if state == "kept"]
        return [text for _, _, text in sorted(kept)]

    def surplus(self) -> list[str]:
        return [text for text, state, _ in self.states if state == "surplus"]


class Count(Method):
    """Writes the number of each item; ``troubles`` says what goes wrong where."""

    kind = "count"
    items: int = 1000
    speeds: int | None = None
    troubles: dict[int, Any] = {}

    def plan(self, round: int, state: State) -> Iterable[Item]:
        return (Item.make("count", {}, {"n": number}) for number in range(self.items))

    async def write(self, item: Item, ask: Any) -> Sequence[Example | Rejection]:
        number = item.payload["n"]
        if self.speeds is not None:
            for _ in range(random.Random(self.speeds * 1000 + number).randrange(6)):
                await asyncio.sleep(0)
        if ask.stopped:
            raise Stopped
        trouble = self.troubles.get(number)
        if isinstance(trouble, Exception):
            raise trouble
        if trouble == "reject":
            return [Rejection("parse:no_answer", "raw", item=item.id)]
        return [Example.single_turn(str(number), "answer", id=item.id, item=item.id)]


def flow_of(method: Method, ledger: FakeLedger, **rest: Any) -> Flow:
    given: dict[str, Any] = {
        "chain": Chain([Odd()]),
        "gateway": FakeGateway(),
        "materials": Materials(),
        "seed": 1,
        "target": 10,
        "patience": Patience(),
        **rest,
    }
    return Flow(method=method, ledger=ledger, **given)


async def test_exactly_n_are_kept_in_item_order():
    ledger = FakeLedger()
    flow = flow_of(Count(), ledger, target=10)
    assert await flow.run() == ""
    assert ledger.kept() == [str(number) for number in range(1, 20, 2)]
    assert flow.counts.accepted == 10
    assert flow.counts.rejected["odd:even"] == 10


@given(st.integers(0, 10**6), st.sampled_from([1, 2, 8, 64]), st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_neither_speed_nor_concurrency_changes_what_is_kept(speeds: int, wanted: int, target: int):
    ledger = FakeLedger()
    flow = flow_of(
        Count(speeds=speeds),
        ledger,
        gateway=FakeGateway(wanted),
        chain=Chain([Odd(), Unlike()]),
        target=min(target, 5),
        patience=Patience(window=100),
    )
    asyncio.run(flow.run())
    assert ledger.kept() == ["1", "3", "5", "7", "9"][: min(target, 5)]


async def test_what_was_under_way_beyond_the_last_is_surplus():
    ledger = FakeLedger()
    flow = flow_of(Count(speeds=3), ledger, gateway=FakeGateway(32), chain=Chain([]), target=20)
    await flow.run()
    assert len(ledger.kept()) == 20
    assert all(int(text) >= 20 for text in ledger.surplus())
    assert len(ledger.items) <= 24  # near the end no more is begun than is expected to be needed


async def test_one_bad_call_costs_one_item():
    failed = CallFailed("refused", reason="bad_request", permanent=True)
    ledger = FakeLedger()
    flow = flow_of(Count(troubles={3: failed, 5: "reject"}), ledger, chain=Chain([]), target=8)
    await flow.run()
    assert ledger.kept() == ["0", "1", "2", "4", "6", "7", "8", "9"]
    assert flow.counts.rejected == {"call:bad_request": 1, "parse:no_answer": 1}


async def test_an_exhausted_plan_is_a_reason():
    flow = flow_of(Count(items=6), FakeLedger(), target=10)
    assert await flow.run() == (
        "the plan is exhausted: 6 items were planned, 3 of 10 wanted examples were accepted"
    )


async def test_a_yield_that_stays_too_low_is_a_reason():
    troubles = dict.fromkeys(range(5, 1000), "reject")
    flow = flow_of(
        Count(troubles=troubles), FakeLedger(), chain=Chain([]), patience=Patience(window=20), target=100
    )
    reason = await flow.run()
    assert "yield stays too low: 0 of the last 20 results" in reason
    assert flow.counts.accepted == 5


@pytest.mark.parametrize("error", [BudgetReached("no money left"), TeacherRefused("no key")])
async def test_an_error_that_ends_the_run_comes_after_what_was_decided_before_it(error: Exception):
    ledger = FakeLedger()
    gateway = FakeGateway(8)
    flow = flow_of(Count(speeds=1, troubles={7: error}), ledger, chain=Chain([]), gateway=gateway, target=50)
    with pytest.raises(type(error)):
        await flow.run()
    assert ledger.kept() == [str(number) for number in range(7)]
    assert gateway.stopped
    assert len(ledger.items) <= 7 + 8 + 1


async def test_a_limit_decides_so_many_items_and_knows_no_target():
    ledger = FakeLedger()
    flow = flow_of(Count(), ledger, target=2, limit=12)
    assert await flow.run() == ""
    assert flow.counts.decided == 12
    assert flow.counts.accepted == 6


async def test_an_interrupt_keeps_what_is_complete_in_order():
    ledger = FakeLedger()
    flow = flow_of(Count(speeds=5), ledger, chain=Chain([]), target=500, gateway=FakeGateway(16))
    asyncio.get_running_loop().call_later(0.005, flow.interrupt)
    assert await flow.run() == "interrupted"
    assert ledger.kept() == [str(number) for number in range(len(ledger.kept()))]


class Rounds(Method):
    """Each round writes twice the numbers that were accepted before, the first one 1 and 2."""

    kind = "rounds"
    adaptive = True
    rounds: int = 4

    def plan(self, round: int, state: State) -> Iterable[Item]:
        if round >= self.rounds:
            return []
        values = [2 * int(each.instruction) for each in state.accepted] if round else [1, 2]
        return [Item.make("rounds", {}, {"n": value, "round": round}) for value in values]

    async def write(self, item: Item, ask: Any) -> Sequence[Example | Rejection]:
        for _ in range(random.Random(item.id).randrange(4)):
            await asyncio.sleep(0)
        return [Example.single_turn(str(item.payload["n"]), "a", id=item.id, item=item.id)]


async def test_rounds_see_what_earlier_rounds_accepted():
    ledger = FakeLedger()
    flow = flow_of(Rounds(), ledger, chain=Chain([Unlike()]), target=100)
    reason = await flow.run()
    assert reason.startswith("the plan is exhausted")
    # Of round 1 the 2 is alike, of round 2 the 2 and 4, of round 3 the 2, 4 and 8 that came again.
    assert ledger.kept() == ["1", "2", "4", "8", "16"]
