"""A programmable model server on 127.0.0.1: the OpenAI chat protocol over real HTTP, faults included.

In a test          server = await loopback(Script(latency=0.05)); server.url, server.count.requests
In this process    async with Loopback(script) as server: ...
In a thread        with in_thread(script) as server: ...          (an event loop of its own)
As a process       python tests/loopback.py --port 0 --latency 0.05     prints its URL, then serves
                   GET /count gives the counters as JSON; POST /script changes the script while running;
                   POST /reset starts the counters again

`url` ends in /v1. What is sent back for a request is decided by a `Script`: its fields for what holds for
all requests, and its `decide` for one request (an `Act`, or None for the ordinary answer).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import random
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

from loopback_batches import Batches
from loopback_replies import answer_text, error_body, models_body, prompt_text, success_body
from loopback_script import Act, Count, Limit, Mode, Script

__all__ = ["Act", "Count", "Limit", "Loopback", "Script", "in_thread"]


class Loopback:
    """The server, an async context manager; ``script`` and ``count`` are live while it runs."""

    def __init__(self, script: Script | None = None, *, port: int = 0) -> None:
        self.script = script or Script()
        self.count = Count()
        self.port = port
        self.batches = Batches(self._batched)
        self._random = random.Random(0)
        self._free = asyncio.Condition()
        self._busy = 0
        self._runner: web.ServerRunner | None = None

    @property
    def url(self) -> str:
        """The base URL that a client is given."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def __aenter__(self) -> Loopback:
        # The low-level server without a router: its cost must not drown the client's in a benchmark.
        server = web.Server(self._serve, handler_cancellation=True, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=2048)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._runner:
            await self._runner.cleanup()

    def reset(self) -> None:
        """Start the counters again; requests in flight stay counted as such."""
        self.count = Count(in_flight=self.count.in_flight, max_in_flight=self.count.in_flight)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path in ("/v1/chat/completions", "/v1/completions", "/v1/messages"):
            return await self._ask(request, path)
        if path == "/v1/models":
            return web.json_response(models_body(self.script.models))
        if path.startswith(("/v1/files", "/v1/batches")):
            return await self.batches.serve(request, self.script.batch_polls)
        if path in ("/count", "/script", "/reset"):
            return await self._control(request, path)
        return web.json_response(error_body(f"no such path: {path}", 404), status=404)

    async def _control(self, request: web.BaseRequest, path: str) -> web.Response:
        if path == "/reset":
            self.reset()
        elif path == "/script":
            for name, value in (await request.json()).items():
                setattr(self.script, name, Limit(**value) if name == "limit" and value else value)
        return web.json_response(self.count.as_dict())

    async def _ask(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        body = json.loads(await request.read())
        count, script = self.count, self.script
        count.requests += 1
        count.step(+1)
        number = count.requests
        if script.keep_bodies:
            count.bodies.append(body)
            count.headers.append(dict(request.headers))
        status = 0
        try:
            act = self._decide(number, body, request, path)
            if act.status == 200 and act.mode == "ok" and script.slots:
                response = await self._in_slot(number, body, act, path, request)
            else:
                response = await self._act(number, body, act, path, request)
            status = act.status if act.mode not in ("reset", "hang", "stall", "truncated") else 0
            return response
        finally:
            self.count.step(-1)
            self.count.statuses[status] += 1
            if script.keep_log:
                self.count.log.append((time.monotonic() - self.count.first, status))

    def _decide(self, number: int, body: dict[str, Any], request: web.BaseRequest, path: str) -> Act:
        """What happens to this request: refusals first, then the script's wish, then its faults."""
        return (
            self._refusal(body, request, path)
            or (self.script.decide(number, body) if self.script.decide else None)
            or (
                self.script.fault
                if self.script.fault_every and not number % self.script.fault_every
                else None
            )
            or Act()
        )

    def _refusal(self, body: dict[str, Any], request: web.BaseRequest, path: str) -> Act | None:
        script = self.script
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if script.key and script.key not in (given, request.headers.get("x-api-key")):
            return Act(status=401, text=f"Incorrect API key provided: {given}", code="invalid_api_key")
        if (path == "/v1/completions" and not script.completions) or (
            path == "/v1/chat/completions" and not script.chat
        ):
            return Act(status=404, text="not offered here")
        for name, message in script.refuse.items():
            if name in body:
                return Act(status=400, text=message, code="unsupported_parameter", param=name)
        if script.poison and script.poison in prompt_text(body):
            return Act(status=400, text="this prompt is refused", code="content_policy")
        if script.limit and (wait := script.limit.wait(time.monotonic())):
            headers = {"Retry-After": str(math.ceil(wait))} if script.limit.retry_after else {}
            return Act(
                status=429, text="Rate limit reached", code="rate_limit_exceeded", headers=headers, latency=0
            )
        if script.slots and script.overload == "refuse" and self._busy >= script.slots:
            return Act(status=503, text="overloaded", latency=0)
        return None

    async def _in_slot(
        self, number: int, body: dict[str, Any], act: Act, path: str, request: web.BaseRequest
    ) -> web.StreamResponse:
        """Answer within the server's slots: wait for a free one, or be slower the more are busy."""
        slow = self.script.overload == "slow"
        async with self._free:
            while not slow and self._busy >= self.script.slots:
                await self._free.wait()
            self._busy += 1
        try:
            if slow:
                act.latency = self.script.latency * max(1.0, self._busy / self.script.slots)
            return await self._act(number, body, act, path, request)
        finally:
            async with self._free:
                self._busy -= 1
                self._free.notify()

    async def _act(
        self, number: int, body: dict[str, Any], act: Act, path: str, request: web.BaseRequest
    ) -> web.StreamResponse:
        latency = self.script.latency if act.latency is None else act.latency
        if self.script.slow_share and self._random.random() < self.script.slow_share:
            latency *= self.script.slow_factor
        if latency:
            await asyncio.sleep(latency)
        self.count.modes[act.mode] += 1
        if act.status != 200 or act.mode == "error":
            status = act.status if act.status != 200 else 500
            wrong = error_body(act.text or f"error {status}", status, act.code, act.param)
            return web.json_response(wrong, status=status, headers=act.headers)
        if act.mode in ("reset", "hang"):
            return await _broken(act.mode, request)
        payload = self._payload(number, body, act, path)
        if act.mode in ("truncated", "stall"):
            return await _partial(payload, request, stall=act.mode == "stall")
        return web.Response(body=payload, content_type="application/json", headers=act.headers)

    def _payload(self, number: int, body: dict[str, Any], act: Act, path: str) -> bytes:
        if act.mode == "not_json":
            return b"<html>502 Bad Gateway</html>"
        if act.mode == "wrong_shape":
            return b'{"object":"chat.completion","result":["nothing","here"]}'
        script = self.script
        text = act.text if act.text is not None else answer_text(script, body, number)
        if script.different:
            text += f" [{random.SystemRandom().getrandbits(64):016x}]"
        return success_body(script, body, path, "" if act.mode == "empty" else text, act.mode == "length")

    def _batched(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and body for one line of a batch: the same script, without latency."""
        self.count.requests += 1
        number = self.count.requests
        act = (self.script.decide(number, body) if self.script.decide else None) or Act()
        if self.script.poison and self.script.poison in prompt_text(body):
            act = Act(status=400, text="this prompt is refused")
        if act.status != 200:
            return act.status, error_body(act.text or "error", act.status, act.code, act.param)
        return 200, json.loads(self._payload(number, body, act, path))


async def _broken(mode: Mode, request: web.BaseRequest) -> web.Response:
    if mode == "hang":
        await asyncio.Event().wait()
    transport = request.transport
    if transport is not None:
        # Linger 0 makes the close a real RST rather than an orderly end.
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        transport.abort()
    return web.Response()


async def _partial(payload: bytes, request: web.BaseRequest, *, stall: bool) -> web.StreamResponse:
    """Half of the promised body, then the end of the connection or silence."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(payload)
    await response.prepare(request)
    await response.write(payload[: len(payload) // 2])
    if stall:
        await asyncio.Event().wait()
    if request.transport is not None:
        request.transport.close()
    return response


@contextmanager
def in_thread(script: Script | None = None) -> Iterator[Loopback]:
    """The server on an event loop of its own, for tests whose client runs its own loop (a CLI, say)."""
    ready: list[Loopback] = []
    started, loop = threading.Event(), asyncio.new_event_loop()
    done = asyncio.Event()

    async def serve() -> None:
        async with Loopback(script) as server:
            ready.append(server)
            started.set()
            await done.wait()

    def work() -> None:
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    if not started.wait(10):
        raise RuntimeError("the loopback server did not start within 10 seconds")
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--slots", type=int, default=0)
    parser.add_argument("--overload", default="queue", choices=["queue", "slow", "refuse"])
    parser.add_argument("--rate", type=float, default=0.0, help="requests a second; 0: no limit")
    parser.add_argument("--window", type=float, default=0.0, help="sliding window; 0: token bucket")
    parser.add_argument("--burst", type=float, default=1.0)
    parser.add_argument("--no-retry-after", action="store_true")
    parser.add_argument("--different", action="store_true")
    parser.add_argument("--poison", default="")
    parser.add_argument("--key", default="")
    parser.add_argument("--text", default=Script().text)
    parser.add_argument("--slow-share", type=float, default=0.0)
    parser.add_argument("--fault-every", type=int, default=0)
    parser.add_argument("--fault-status", type=int, default=500)
    parser.add_argument("--keep-log", action="store_true")
    return parser.parse_args()


async def _main() -> None:
    chosen = _options()
    limit = None
    if chosen.rate:
        limit = Limit(chosen.rate, chosen.window, chosen.burst, not chosen.no_retry_after)
    script = Script(
        latency=chosen.latency,
        slow_share=chosen.slow_share,
        text=chosen.text,
        different=chosen.different,
        fault_every=chosen.fault_every,
        fault=Act(status=chosen.fault_status),
        poison=chosen.poison,
        limit=limit,
        slots=chosen.slots,
        overload=chosen.overload,
        key=chosen.key,
        keep_log=chosen.keep_log,
    )
    async with Loopback(script, port=chosen.port) as server:
        print(server.url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(_main())
    except KeyboardInterrupt:
        raise SystemExit(130) from None
