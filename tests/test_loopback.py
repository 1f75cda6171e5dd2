"""The loopback server keeps its promises: what a client meets is what the script says."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from loopback import Act, Limit, Loopback, Script, in_thread

BODY = {"model": "m", "messages": [{"role": "user", "content": "Say something"}]}


async def ask(server: Loopback, body: dict[str, Any] = BODY, **options: Any) -> tuple[int, Any, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.url}/chat/completions", json=body, **options) as response,
    ):
        return response.status, await response.json(), response.headers


async def test_an_answer_carries_text_usage_and_finish_and_is_counted(loopback):
    server = await loopback(Script(text="fixed", keep_bodies=True))
    status, body, _ = await ask(server)
    assert (status, body["choices"][0]["message"]["content"]) == (200, "fixed")
    assert body["usage"]["total_tokens"] > 1
    assert server.count.requests == 1
    assert server.count.statuses == {200: 1}
    assert server.count.bodies == [BODY]


async def test_different_answers_never_repeat(loopback):
    server = await loopback(Script(text="fixed", different=True))
    texts = {(await ask(server))[1]["choices"][0]["message"]["content"] for _ in range(5)}
    assert len(texts) == 5


@pytest.mark.parametrize("mode", ["reset", "truncated"])
async def test_broken_connections_are_broken_for_the_client(loopback, mode):
    server = await loopback(Script(fault_every=1, fault=Act(mode)))
    with pytest.raises(aiohttp.ClientError):
        await ask(server)
    assert server.count.modes == {mode: 1}


@pytest.mark.parametrize("mode", ["hang", "stall"])
async def test_hung_sockets_last_until_the_client_gives_up(loopback, mode):
    server = await loopback(Script(fault_every=1, fault=Act(mode)))
    with pytest.raises(asyncio.TimeoutError):
        await ask(server, timeout=aiohttp.ClientTimeout(total=0.1))
    for _ in range(50):
        if not server.count.in_flight:
            break
        await asyncio.sleep(0.02)
    assert server.count.in_flight == 0


async def test_only_the_poisoned_prompt_is_refused(loopback):
    server = await loopback(Script(poison="something"))
    assert (await ask(server))[0] == 400
    other = {"model": "m", "messages": [{"role": "user", "content": "good"}]}
    assert (await ask(server, other))[0] == 200


@pytest.mark.parametrize("window", [0.0, 0.5])
async def test_the_limit_holds_and_can_be_lifted_while_running(loopback, window):
    server = await loopback(Script(limit=Limit(rate=10, window=window)))
    replies = await asyncio.gather(*(ask(server) for _ in range(30)))
    passed = sum(status == 200 for status, _, _ in replies)
    assert passed <= 8
    refused = next(headers for status, _, headers in replies if status == 429)
    assert refused["Retry-After"] == "1"
    server.script.limit = None
    assert (await ask(server))[0] == 200


async def test_slots_queue_and_the_mean_in_flight_is_measured(loopback):
    server = await loopback(Script(latency=0.05, slots=2))
    started = time.monotonic()
    await asyncio.gather(*(ask(server) for _ in range(6)))
    assert time.monotonic() - started >= 0.15
    assert server.count.max_in_flight == 6
    assert 2 < server.count.mean_in_flight <= 6


async def test_a_batch_ripens_by_polls_and_separates_errors(loopback):
    server = await loopback(Script(batch_polls=1, poison="bad"))
    lines = [
        {"custom_id": name, "method": "POST", "url": "/v1/chat/completions",
         "body": {"model": "m", "messages": [{"role": "user", "content": name}]}}
        for name in ("a", "bad", "c")
    ]  # fmt: skip
    async with aiohttp.ClientSession() as session:
        form = aiohttp.FormData({"purpose": "batch"})
        form.add_field("file", "\n".join(map(json.dumps, lines)), filename="in.jsonl")
        async with session.post(f"{server.url}/files", data=form) as response:
            upload = await response.json()
        wish = {
            "input_file_id": upload["id"],
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
        }
        async with session.post(f"{server.url}/batches", json=wish) as response:
            batch = await response.json()
        seen = [batch["status"]]
        while seen[-1] != "completed":
            async with session.get(f"{server.url}/batches/{batch['id']}") as response:
                batch = await response.json()
            seen.append(batch["status"])
        async with session.get(f"{server.url}/files/{batch['output_file_id']}/content") as response:
            rows = [json.loads(line) for line in (await response.text()).splitlines()]
    assert seen == ["validating", "validating", "in_progress", "completed"]
    assert [row["custom_id"] for row in rows] == ["c", "a"]
    assert batch["request_counts"] == {"total": 3, "completed": 2, "failed": 1}


def test_it_serves_from_a_thread():
    with in_thread(Script(text="from a thread")) as server:
        request = urllib.request.Request(f"{server.url}/chat/completions", json.dumps(BODY).encode())
        with urllib.request.urlopen(request) as response:
            assert json.load(response)["choices"][0]["message"]["content"] == "from a thread"


def test_it_serves_as_a_process_and_is_steered_over_http():
    program = [sys.executable, str(Path(__file__).with_name("loopback.py")), "--text", "one"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        try:
            root = process.stdout.readline().strip().removesuffix("/v1")
            change = urllib.request.Request(f"{root}/script", json.dumps({"text": "two"}).encode())
            urllib.request.urlopen(change).close()
            request = urllib.request.Request(f"{root}/v1/chat/completions", json.dumps(BODY).encode())
            with urllib.request.urlopen(request) as response:
                assert json.load(response)["choices"][0]["message"]["content"] == "two"
            with urllib.request.urlopen(f"{root}/count") as response:
                assert json.load(response)["requests"] == 1
        finally:
            process.terminate()
