"""Batch mode against a local server that speaks the protocol: half price, nothing paid twice, resumable."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing, suppress

import pytest

from door import ask, ask_all, door, errors, model, replies
from loopback import Act, Script
from tutelage.errors import BadInput, BudgetReached, CallFailed, TeacherRefused
from tutelage.recipe.settings import Price
from tutelage.runs import retry
from tutelage.runs.batch import BatchSettings
from tutelage.runs.gateway import Stopped
from tutelage.store.calls import Calls
from tutelage.store.database import Database
from tutelage.teachers.scripted import Scripted

QUICK = BatchSettings(poll_every=0.01, quiet_for=0.03)
PRICES = {"loopback": Price(prompt=2.0, completion=8.0)}


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(retry, "FIRST_PAUSE", 0.02)


def batch_door(folder, server, *, batch=QUICK, pace=None, **options):
    options.setdefault("prices", PRICES)
    return door(folder, model(server.url), batch=batch, pace={"mode": "batch"} | (pace or {}), **options)


def lines(server):
    """custom ids of everything that was ever submitted, in order."""
    sent = [batch["input_file_id"] for batch in server.batches.batches.values()]
    return [
        json.loads(line)["custom_id"] for file in sent for line in server.batches.files[file].splitlines()
    ]


def open_batches(folder):
    with closing(Database(folder / "run.db")) as database:
        return Calls(database).open_batches("teacher")


async def submitted(server, count):
    while len(server.batches.batches) < count:
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.02)  # and written down


async def test_calls_go_in_one_batch_and_come_back_to_their_askers(tmp_path, loopback):
    server = await loopback(Script(reply=lambda text, number: f"to {text.strip()}"))
    async with batch_door(tmp_path, server) as gateway:
        outcomes = await ask_all(gateway, 30)
        assert gateway.tally.sent == 30
        assert gateway.wanted >= 30
    assert [reply.text for reply in outcomes] == [f"to Question {number}?" for number in range(30)]
    assert len(server.batches.batches) == 1
    assert len(lines(server)) == len(set(lines(server))) == 30
    assert open_batches(tmp_path) == {}
    async with batch_door(tmp_path, server) as gateway:
        assert await ask_all(gateway, 30) == outcomes
    assert len(server.batches.batches) == 1


async def test_a_batched_call_costs_half(tmp_path, loopback):
    server = await loopback()
    async with batch_door(tmp_path, server) as gateway:
        reply = await ask(gateway, 1)
        full = (reply.usage.prompt * 2.0 + reply.usage.completion * 8.0) / 1e6
        assert gateway.tally.cost == pytest.approx(full / 2)


async def test_live_and_batched_calls_have_one_key(tmp_path, loopback):
    server = await loopback(Script(different=True))
    async with batch_door(tmp_path, server) as gateway:
        first = await ask(gateway, 1)
    async with door(tmp_path, model(server.url)) as gateway:
        assert await ask(gateway, 1) == first
        assert gateway.tally.sent == 0


async def test_size_and_number_bound_a_batch(tmp_path, loopback):
    server = await loopback()
    small = BatchSettings(poll_every=0.01, quiet_for=0.03, most_calls=10)
    async with batch_door(tmp_path, server, batch=small) as gateway:
        assert len(replies(await ask_all(gateway, 25))) == 25
    assert len(server.batches.batches) == 3
    thin = BatchSettings(poll_every=0.01, quiet_for=0.03, most_bytes=1_000)
    async with batch_door(tmp_path, server, batch=thin) as gateway:
        await ask_all(gateway, 50)
    sizes = [len(data) for data in server.batches.files.values() if b'"url"' in data]
    assert len(sizes) == 8
    assert max(sizes[3:]) <= 1_000


async def test_a_failed_line_is_tried_again_and_a_poisoned_one_is_not(tmp_path, loopback):
    server = await loopback(Script(poison="Question 3?"))
    seen = []

    def flaky(number, body):
        seen.append(body)
        return Act(status=500) if len(seen) % 5 == 0 else None

    server.script.decide = flaky
    async with batch_door(tmp_path, server) as gateway:
        outcomes = await ask_all(gateway, 20)
    (lost,) = errors(outcomes)
    assert isinstance(lost, CallFailed)
    assert outcomes.index(lost) == 3
    assert lost.permanent
    assert lines(server).count(lines(server)[3]) == 1
    assert len(server.batches.batches) > 1
    assert open_batches(tmp_path) == {}


async def test_a_refused_setting_is_left_out_by_all_lines_of_the_next_batch(tmp_path, loopback):
    refusal = Act(status=400, text="Unsupported parameter: 'temperature'", param="temperature")
    server = await loopback(Script(decide=lambda number, body: refusal if "temperature" in body else None))
    teacher = model(server.url, temperature=0.3)
    async with door(tmp_path, teacher, batch=QUICK, pace={"mode": "batch"}) as gateway:
        assert len(replies(await ask_all(gateway, 12))) == 12
    assert len(server.batches.batches) == 2


async def test_a_resumed_run_attaches_to_its_open_batch(tmp_path, loopback):
    server = await loopback(Script(different=True, batch_polls=10_000))
    async with batch_door(tmp_path, server) as gateway:
        asking = asyncio.create_task(ask_all(gateway, 12))
        await submitted(server, 1)
        gateway.stop()
        assert all(isinstance(each, Stopped) for each in await asking)
    ((identity, keys),) = open_batches(tmp_path).items()
    assert len(keys) == 12
    server.script.batch_polls = 1
    async with batch_door(tmp_path, server) as gateway:
        outcomes = await ask_all(gateway, 14)  # two more than before
        assert len(replies(outcomes)) == 14
        assert gateway.tally.sent == 2
    assert len(lines(server)) == len(set(lines(server))) == 14
    assert identity not in open_batches(tmp_path)
    async with batch_door(tmp_path, server) as gateway:
        assert await ask_all(gateway, 14) == outcomes


async def test_answers_that_nobody_asks_for_yet_are_kept_for_later(tmp_path, loopback):
    server = await loopback(Script(batch_polls=10_000))
    async with batch_door(tmp_path, server) as gateway:
        asking = asyncio.create_task(ask_all(gateway, 6))
        await submitted(server, 1)
        gateway.stop()
        await asking
    server.script.batch_polls = 1
    async with batch_door(tmp_path, server) as gateway:
        await ask(gateway, 0)
        await asyncio.sleep(0.1)
        await ask(gateway, 1)  # long after its batch was collected
    assert len(open_batches(tmp_path)) == 1
    async with batch_door(tmp_path, server) as gateway:
        await ask_all(gateway, 6)
        await asyncio.sleep(0.02)
    assert len(lines(server)) == 6
    assert open_batches(tmp_path) == {}


async def test_a_batch_that_was_not_written_down_is_found_again(tmp_path, loopback, monkeypatch):
    server = await loopback(Script(batch_polls=2))

    def killed(self, *row):
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(Calls, "write_batch", killed)
        async with batch_door(tmp_path, server) as gateway:
            asking = asyncio.create_task(ask_all(gateway, 5))
            await submitted(server, 1)
            gateway.stop()
            await asking
    assert open_batches(tmp_path) == {}
    async with batch_door(tmp_path, server) as gateway:
        assert len(replies(await ask_all(gateway, 5))) == 5
    assert len(server.batches.batches) == 1


@pytest.mark.parametrize("end", ["expired", "cancelled", "failed"])
async def test_a_batch_that_came_to_nothing_is_submitted_again(tmp_path, loopback, end):
    server = await loopback(Script(batch_polls=5))
    async with batch_door(tmp_path, server) as gateway:
        asking = asyncio.create_task(ask_all(gateway, 8))
        await submitted(server, 1)
        server.batches.batches["batch_1"]["status"] = end
        assert len(replies(await asking)) == 8
    assert len(server.batches.batches) == 2
    assert open_batches(tmp_path) == {}


async def test_a_batch_that_failed_and_was_closed_is_not_taken_for_a_new_one(tmp_path, loopback):
    server = await loopback(Script(decide=lambda number, body: Act(status=500)))
    async with batch_door(tmp_path, server, pace={"tries": 1}) as gateway:
        assert len(errors(await ask_all(gateway, 2))) == 2
    server.script.decide = None
    async with batch_door(tmp_path, server) as gateway:
        assert len(replies(await ask_all(gateway, 2))) == 2
    assert len(server.batches.batches) == 2


async def test_a_batch_that_the_provider_forgot_is_submitted_again(tmp_path, loopback):
    server = await loopback(Script(batch_polls=10_000))
    async with batch_door(tmp_path, server) as gateway:
        asking = asyncio.create_task(ask_all(gateway, 4))
        await submitted(server, 1)
        gateway.stop()
        await asking
    forgotten = server.batches.batches.pop("batch_1")
    server.batches.batches["batch_x"] = forgotten | {"metadata": None}
    server.script.batch_polls = 1
    async with batch_door(tmp_path, server) as gateway:
        assert len(replies(await ask_all(gateway, 4))) == 4


async def test_a_budget_holds_for_batches_and_their_resumption(tmp_path, loopback):
    server = await loopback()
    async with batch_door(tmp_path, server, budget={"calls": 10}) as gateway:
        outcomes = await ask_all(gateway, 15)
    assert len(replies(outcomes)) == 10
    assert all(isinstance(each, BudgetReached) for each in errors(outcomes))
    assert len(lines(server)) == 10
    async with batch_door(tmp_path, server, budget={"calls": 12}) as gateway:
        assert len(replies(await ask_all(gateway, 15))) == 12


async def test_an_interface_that_does_not_work_ends_the_run(tmp_path, loopback):
    server = await loopback()
    async with door(
        tmp_path,
        model(server.url.replace("/v1", "/v2")),
        batch=QUICK,
        pace={"mode": "batch", "tries": 2},
    ) as gateway:
        outcomes = await ask_all(gateway, 5)
    assert all(isinstance(each, TeacherRefused) for each in outcomes)


async def test_a_teacher_without_a_batch_interface_is_refused(tmp_path):
    with pytest.raises(BadInput, match="batch interface") as caught:
        async with door(tmp_path, Scripted(default="yes"), pace={"mode": "batch"}):
            pass
    assert caught.value.where == "pace.mode"


async def test_the_key_is_in_no_file_of_the_run(tmp_path, loopback, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret-0123456789")
    server = await loopback(Script(key="sk-very-secret-0123456789"))
    with suppress(TeacherRefused):
        async with batch_door(tmp_path, server) as gateway:
            await ask_all(gateway, 3)
    for file in tmp_path.iterdir():
        assert b"very-secret" not in file.read_bytes()
    assert all(b"very-secret" not in data for data in server.batches.files.values())
