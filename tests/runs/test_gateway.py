"""The door: replay, one send a key, commit before answer, faults over real HTTP, stopping."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from door import Rehearsed, ask, ask_all, door, errors, model, replies, said
from loopback import Act, Script
from tutelage.asking import Desk, Sampling
from tutelage.errors import BadInput, CallFailed, StoreFailed, TeacherRefused
from tutelage.records import Message, TokenLogprob, canonical, digest, user
from tutelage.runs import retry
from tutelage.runs.gateway import Gateway, Stopped, key_of
from tutelage.store.calls import Calls
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import CallTrouble, Request


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(retry, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(retry, "OVERLOAD_PAUSE", 0.02)


def rows(folder, statement):
    with closing(sqlite3.connect(folder / "run.db")) as connection:
        return connection.execute(statement).fetchall()


# --- answered from the store ----------------------------------------------------------------------------


async def test_second_run_sends_nothing_and_gets_the_same(tmp_path, loopback):
    server = await loopback(Script(different=True))
    async with door(tmp_path, model(server.url)) as gateway:
        first = await ask_all(gateway, 40)
        assert gateway.tally.sent == 40
        assert gateway.tally.replayed == 0
    async with door(tmp_path, model(server.url)) as gateway:
        second = await ask_all(gateway, 40)
        assert (gateway.tally.sent, gateway.tally.replayed) == (0, 40)
        assert gateway.tally.run_usage.total == sum(reply.usage.total for reply in replies(first))
    assert first == second
    assert server.count.requests == 40


async def test_replay_needs_neither_key_nor_server(tmp_path, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    async with door(tmp_path, Scripted(default="yes", label="s")) as gateway:
        await ask(gateway, 1)
    public = model("https://api.example.com/v1", label="scripted:s")
    async with door(tmp_path, public, replay_only=True) as gateway:
        # Another teacher's identity and defaults make another key, so this one is not on record.
        with pytest.raises(CallFailed) as caught:
            await ask(gateway, 1)
    assert caught.value.reason == "not_recorded"
    assert "generate/item-1/ask" in str(caught.value)


def test_the_key_is_the_digest_of_teacher_request_and_place():
    request = Request(
        Sampling(temperature=0.5, stop=("a", "b"), extra={"k": [1]}, schema={"type": "object"}),
        (Message("user", "¿Qué? 你好 \ud800", images=("a.png",)),),
    )
    text = canonical(request.as_dict())
    assert key_of(canonical("openai:x"), text, "s/i/t") == digest("openai:x", request.as_dict(), "s/i/t")


async def test_everything_that_decides_the_answer_is_in_the_key(tmp_path):
    teacher = Scripted(default="yes", label="one")
    async with door(tmp_path, teacher) as gateway:
        desk = gateway.at("generate", "item")
        await desk([user("a")], turn="ask")
        await desk([user("b")], turn="ask")
        await desk([user("a")], turn="again")
        await desk([user("a")], turn="ask", sampling=Sampling(temperature=0.1))
        await gateway.at("other", "item")([user("a")], turn="ask")
        await desk.raw("a", turn="ask")
        await desk([user("a")], turn="ask")  # the only repetition
    assert teacher.calls == 6


async def test_one_send_for_two_who_ask_at_once(tmp_path, loopback):
    server = await loopback(Script(latency=0.05, different=True))
    async with door(tmp_path, model(server.url)) as gateway:
        first, second = await asyncio.gather(ask(gateway, 1), ask(gateway, 1))
    assert first == second
    assert server.count.requests == 1


# --- written down before it is answered -----------------------------------------------------------------


async def test_nobody_has_a_reply_that_is_not_committed(tmp_path):
    async with door(tmp_path, Scripted(default="yes", latency=0.001)) as gateway:

        async def item(number):
            await ask(gateway, number)
            place = f"generate/item-{number}/ask"
            assert rows(tmp_path, f"SELECT count(*) FROM calls WHERE place = '{place}'") == [(1,)]

        await asyncio.gather(*(item(number) for number in range(50)))


async def test_replies_of_one_moment_share_a_commit(tmp_path, monkeypatch):
    commits = []
    monkeypatch.setattr(
        Calls, "commit", lambda self: commits.append(1) or self._database.commit(), raising=True
    )
    gate = asyncio.Event()

    async def together(request, number):
        await gate.wait()
        return said()

    async with door(tmp_path, Rehearsed(together)) as gateway:
        asking = asyncio.create_task(ask_all(gateway, 16))
        await asyncio.sleep(0.02)
        gate.set()
        assert len(replies(await asking)) == 16
        assert len(commits) <= 2


async def test_an_unwritable_store_answers_nobody(tmp_path, monkeypatch):
    async with door(tmp_path, Scripted(default="yes")) as gateway:
        await ask(gateway, 0)

        def full(self):
            raise StoreFailed("the run database failed: disk is full", remedy="free some space")

        with monkeypatch.context() as patch:
            patch.setattr(Calls, "commit", full)
            outcomes = await ask_all(gateway, 5)
        assert isinstance(outcomes[1], StoreFailed)
        with pytest.raises(StoreFailed):
            await ask(gateway, 9)


async def test_a_cancelled_asker_does_not_lose_a_paid_call(tmp_path, loopback):
    server = await loopback(Script(latency=0.1))
    async with door(tmp_path, model(server.url)) as gateway:
        asking = asyncio.create_task(ask(gateway, 1))
        await asyncio.sleep(0.05)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert rows(tmp_path, "SELECT count(*) FROM calls") == [(1,)]


async def test_half_a_surrogate_pair_is_stored_and_answered_alike(tmp_path):
    async def broken(request, number):
        tokens = (TokenLogprob("\udce6", -0.5, (("\udce6", -0.5), ("整", -1.0))),)
        return replace(said("half \ud83d pair, 整 whole \U0001f600"), others=("\ud83d",), logprobs=tokens)

    async with door(tmp_path, Rehearsed(broken)) as gateway:
        first = await ask(gateway, 1, "a question with \udc00 in it")
    async with door(tmp_path, Rehearsed(broken)) as gateway:
        assert await ask(gateway, 1, "a question with \udc00 in it") == first
        assert gateway.tally.replayed == 1
    assert first.text == "half \ufffd pair, 整 whole \U0001f600"
    assert (first.others, first.logprobs[0].token) == (("\ufffd",), "\ufffd")


async def test_a_defect_in_writing_leaves_nobody_waiting(tmp_path, monkeypatch):
    def broken(self, row):
        raise ValueError("a defect")

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: None)
    async with door(tmp_path, Scripted(default="yes")) as gateway:
        with monkeypatch.context() as patch:
            patch.setattr(Calls, "write", broken)
            with pytest.raises(ValueError, match="a defect"):
                await asyncio.wait_for(ask(gateway, 1), 5)


# --- faults ---------------------------------------------------------------------------------------------


async def test_a_refused_key_stops_everything_and_is_not_shown(tmp_path, loopback, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret-0123456789")
    server = await loopback(Script(key="another", latency=0.02))
    async with door(tmp_path, model(server.url)) as gateway:
        outcomes = await ask_all(gateway, 100)
        with pytest.raises(TeacherRefused):
            await ask(gateway, 1000)
    assert all(isinstance(each, TeacherRefused) for each in outcomes)
    assert "OPENAI_API_KEY" in str(outcomes[0])
    assert "secret" not in str(outcomes[0])
    assert server.count.requests <= 16  # those in flight when the first refusal came
    assert rows(tmp_path, "SELECT count(*) FROM failures") == [(0,)]


async def test_what_failed_in_passing_is_asked_again_unless_finished(tmp_path):
    async def bad_day(request, number):
        if number > 2:
            return said()
        raise CallTrouble("empty", "nothing in it")

    teacher = Rehearsed(bad_day)
    async with door(tmp_path, teacher, pace={"tries": 2}) as gateway:
        (failed,) = errors(await ask_all(gateway, 1))
        assert (failed.reason, failed.permanent) == ("empty", False)
    async with door(tmp_path, teacher, finished=True) as gateway:
        with pytest.raises(CallFailed, match="2 tries"):
            await ask(gateway, 0)
        assert teacher.sent == 2
    async with door(tmp_path, teacher) as gateway:
        assert (await ask(gateway, 0)).text == "An answer."
    assert rows(tmp_path, "SELECT count(*) FROM failures") == [(0,)]
    assert rows(tmp_path, "SELECT attempts FROM calls") == [(3,)]


# --- stopping -------------------------------------------------------------------------------------------


async def test_stop_lets_calls_in_flight_come_in_and_sends_no_other(tmp_path, loopback):
    server = await loopback(Script(latency=0.1))
    async with door(tmp_path, model(server.url), pace={"concurrency": 4}) as gateway:
        asking = asyncio.create_task(ask_all(gateway, 20))
        await asyncio.sleep(0.05)
        gateway.stop()
        outcomes = await asking
        with pytest.raises(Stopped):
            await ask(gateway, 99)
        assert (await ask(gateway, 0)).text  # what is stored is still answered
    assert len(replies(outcomes)) == 4
    assert all(isinstance(each, Stopped) for each in errors(outcomes))
    assert server.count.requests == 4
    assert rows(tmp_path, "SELECT count(*) FROM calls") == [(4,)]


async def test_leaving_writes_down_what_is_in_flight(tmp_path, loopback):
    server = await loopback(Script(latency=0.1))
    async with door(tmp_path, model(server.url)) as gateway:
        asking = asyncio.create_task(ask_all(gateway, 10))
        await asyncio.sleep(0.05)
    assert len(replies(await asking)) == 10
    assert rows(tmp_path, "SELECT value FROM totals WHERE name = 'sent'") == [(10,)]


async def test_a_retry_is_a_new_call_to_a_stopped_gateway(tmp_path, loopback):
    server = await loopback(Script(latency=0.1, decide=lambda number, body: Act(status=500, latency=0.1)))
    async with door(tmp_path, model(server.url)) as gateway:
        asking = asyncio.create_task(ask_all(gateway, 3))
        await asyncio.sleep(0.05)
        gateway.stop()
        assert all(isinstance(each, Stopped) for each in await asking)
    assert server.count.requests == 3


# --- what cannot be asked -------------------------------------------------------------------------------


async def test_money_with_an_unknown_price_is_refused_before_anything_is_sent(tmp_path, loopback):
    server = await loopback()
    with pytest.raises(BadInput, match=r"prices: \{loopback"):
        async with door(tmp_path, model(server.url), budget={"money": 1.0}):
            pass
    assert server.count.requests == 0


async def test_a_budget_of_tokens_wants_a_bound_on_answers(tmp_path):
    async def never(request, number):
        raise AssertionError

    async with door(tmp_path, Rehearsed(never, most=None), budget={"tokens": 1000}) as gateway:
        with pytest.raises(BadInput, match="max_tokens"):
            await ask(gateway, 1)


def test_a_gateway_is_a_desk():
    desk: type[Desk] = Gateway
    assert desk
