"""Live calls over real HTTP: faults of every kind, hedging, a server that is gone."""

from __future__ import annotations

import asyncio

import pytest

from door import Rehearsed, ask, ask_all, door, errors, model, replies, said
from loopback import Act, Script
from tutelage.errors import CallFailed, TeacherRefused
from tutelage.recipe.settings import Price
from tutelage.runs import retry
from tutelage.teachers.teacher import CallTrouble


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(retry, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(retry, "OVERLOAD_PAUSE", 0.02)


FAULTS = [
    Act(status=500),
    Act(status=502),
    Act(status=503),
    Act(status=429, headers={"Retry-After": "0"}),
    Act("reset"),
    Act("hang"),
    Act("truncated"),
    Act("stall"),
    Act("not_json"),
    Act("wrong_shape"),
    Act("empty"),
]


async def test_faults_of_every_kind_lose_only_the_poisoned_row(tmp_path, loopback):
    def every_fourth(number, body):
        return FAULTS[number // 4 % len(FAULTS)] if number % 4 == 0 else None

    server = await loopback(Script(decide=every_fourth, poison="Question 7?"))
    teacher = model(server.url, timeout=0.4)
    async with door(tmp_path, teacher) as gateway:
        outcomes = await ask_all(gateway, 150)
        assert gateway.tally.failed == 1
        assert gateway.tally.failed_attempts >= 30
    (lost,) = errors(outcomes)
    assert outcomes.index(lost) == 7
    assert isinstance(lost, CallFailed)
    assert (lost.reason, lost.permanent) == ("bad_request", True)
    assert all(reply.text for reply in replies(outcomes))
    server.script.decide = None
    before = server.count.requests
    async with door(tmp_path, teacher) as gateway:  # the poisoned one is not asked again
        again = await ask_all(gateway, 150)
    assert server.count.requests == before
    assert replies(again) == replies(outcomes)


async def test_an_answer_cut_at_its_length_passes_through(tmp_path, loopback):
    server = await loopback(Script(decide=lambda number, body: Act("length")))
    async with door(tmp_path, model(server.url)) as gateway:
        assert (await ask(gateway, 1)).finish == "length"
    assert server.count.requests == 1


async def test_a_server_that_is_gone_ends_the_run_not_the_plan(tmp_path):
    async with door(tmp_path, model("http://127.0.0.1:9/v1"), pace={"tries": 2}) as gateway:
        outcomes = await ask_all(gateway, 200)
    refused = [each for each in outcomes if isinstance(each, TeacherRefused)]
    assert len(refused) >= 190
    assert "tutelage doctor" in str(refused[0])


async def test_a_slow_call_is_hedged_and_both_copies_count(tmp_path, loopback):
    server = await loopback(Script(decide=lambda number, body: Act("hang") if number == 1 else None))
    prices = {"loopback": Price(prompt=1.0, completion=2.0)}
    async with door(
        tmp_path, model(server.url), pace={"hedge_after": 0.1}, prices=prices, budget={"calls": 2}
    ) as gateway:
        await asyncio.wait_for(ask(gateway, 1), 5)
        assert gateway.tally.sent == 2
        assert gateway.tally.uncertain_cost > gateway.tally.cost > 0
    assert server.count.requests == 2


async def test_the_first_copy_may_still_win_and_the_other_is_cancelled(tmp_path):
    cancelled = []

    async def act(request, number):
        try:
            await asyncio.sleep(0.08 if number == 1 else 5)
        except asyncio.CancelledError:
            cancelled.append(number)
            raise
        return said(f"from {number}")

    async with door(tmp_path, Rehearsed(act), pace={"hedge_after": 0.03}) as gateway:
        assert (await ask(gateway, 1)).text == "from 1"
        assert gateway.in_flight == 0
    assert cancelled == [2]


async def test_two_failed_copies_are_one_try(tmp_path):
    async def act(request, number):
        await asyncio.sleep(0.05)
        if number <= 2:
            raise CallTrouble("server", "HTTP 500", maybe_paid=False)
        return said()

    async with door(tmp_path, Rehearsed(act), pace={"hedge_after": 0.01, "tries": 2}) as gateway:
        assert (await ask(gateway, 1)).text == "An answer."
        assert gateway.tally.failed_attempts >= 2


async def test_a_second_copy_that_the_budget_forbids_is_not_missed(tmp_path):
    async def act(request, number):
        await asyncio.sleep(0.05)
        return said()

    teacher = Rehearsed(act)
    async with door(tmp_path, teacher, pace={"hedge_after": 0.01}, budget={"calls": 1}) as gateway:
        assert (await ask(gateway, 1)).text == "An answer."
    assert teacher.sent == 1


async def test_tokens_per_minute_are_obeyed(tmp_path):
    async def act(request, number):
        return said(prompt=400, completion=100)

    teacher = Rehearsed(act)
    async with door(tmp_path, teacher, pace={"tokens_per_minute": 60_000}) as gateway:
        asking = asyncio.create_task(ask_all(gateway, 200))
        await asyncio.sleep(1.5)
        gateway.stop()
        await asking
    assert 1 <= teacher.sent <= 10  # 1,000 tokens a second, 500 a call, a second's worth at once
