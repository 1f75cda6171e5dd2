"""The provider's batch protocol, request by request."""

from __future__ import annotations

import asyncio
import json

import pytest

from door import model
from loopback import Script
from tutelage.runs.batch_queue import Batchable, BatchQueue, BatchState, unanswered
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import CallTrouble


@pytest.fixture
async def queue(loopback):
    server = await loopback(Script(batch_polls=1))
    teacher = model(server.url)
    made = BatchQueue(await teacher.wire(), ())
    made.server = server
    yield made
    await teacher.close()


def line(key, text="hello"):
    body = {"model": "loopback", "messages": [{"role": "user", "content": text}]}
    return json.dumps({"custom_id": key, "method": "POST", "url": "/v1/chat/completions", "body": body})


async def over(queue, identity):
    while not (state := await queue.state(identity)).over:
        await asyncio.sleep(0)
    return state


def test_which_teachers_have_one():
    assert isinstance(model("http://127.0.0.1:9/v1"), Batchable)
    assert not isinstance(Scripted(), Batchable)


async def test_there_and_back(queue):
    identity = await queue.submit("/chat/completions", {"a": line("a"), "b": line("b")})
    assert not (await queue.state(identity)).over
    state = await over(queue, identity)
    entries = await queue.entries(state.files)
    assert set(entries) == {"a", "b"}
    assert all(queue.trouble(entry) is None for entry in entries.values())


async def test_the_same_keys_are_not_submitted_again_unless_that_batch_is_on_record(queue):
    lines = {"a": line("a"), "b": line("b")}
    first = await queue.submit("/chat/completions", lines)
    assert await queue.submit("/chat/completions", lines) != first  # this process knows the first one
    wire = queue._wire
    assert await BatchQueue(wire, ()).submit("/chat/completions", dict(reversed(lines.items()))) == first
    assert await BatchQueue(wire, ()).submit("/chat/completions", {"a": line("a")}) != first


async def test_a_forgotten_batch_is_over_and_a_forgotten_file_empty(queue):
    state = await queue.state("batch_of_yesteryear")
    assert state.over
    assert await queue.entries(("file-of-yesteryear",)) == {}


async def test_a_line_that_cannot_be_read_counts_as_unanswered(queue):
    queue.server.batches.files["file-x"] = b'{"custom_id": "a"}\nnot json\n[]\n{"no": "id"}\n\n'
    assert set(await queue.entries(("file-x",))) == {"a"}


@pytest.mark.parametrize(
    ("entry", "trouble"),
    [
        ({"response": {"status_code": 400, "body": {"error": {"message": "refused"}}}}, "bad_request"),
        ({"response": {"status_code": 500, "body": {}}}, "server"),
        ({"response": {"status_code": 429, "body": {"error": {"message": "slow"}}}}, "rate"),
        ({"response": {"status_code": 200, "body": "text"}}, "server"),
        ({"response": None, "error": {"code": "batch_expired", "message": "too late"}}, "server"),
        (unanswered(BatchState("expired", (), "")), "server"),
        ({}, "server"),
    ],
)
async def test_what_a_line_says_of_its_call(queue, entry, trouble):
    assert queue.trouble(entry).trouble == trouble


async def test_an_answer_without_an_id_is_no_batch(queue, monkeypatch):
    async def odd(*given):
        return {"object": "file"}

    monkeypatch.setattr(queue._wire, "upload", odd)
    with pytest.raises(CallTrouble, match="without an id"):
        await queue.submit("/chat/completions", {"a": line("a")})
