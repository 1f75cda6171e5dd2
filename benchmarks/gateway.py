"""What the gateway costs, how full it keeps a server, and how much memory it takes.

    python benchmarks/gateway.py                 all parts; about six minutes
    python benchmarks/gateway.py cpu slots       some of them
    python benchmarks/gateway.py memory --items 20000

The server is `tests/loopback.py` in a process of its own: real HTTP over loopback, keep-alive, ~600-byte
answers. Each measurement of the client runs in a fresh process too, so that CPU seconds and peak memory are
its own. CPU per request is marginal: (CPU at 2,000 requests - CPU at 200) / 1,800. Wall times depend on what
else the machine does; CPU seconds and the server's own count of requests in flight much less.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp

from tutelage.recipe.settings import Budget, PaceOptions
from tutelage.records import user
from tutelage.runs.gateway import Gateway
from tutelage.store.calls import Calls
from tutelage.store.database import Database
from tutelage.teachers.openai import OpenAI

ROOT = Path(__file__).parent.parent
ANSWER = "An answer of about six hundred bytes, as a teacher may write one. " * 6
QUESTION = "Question {n}: " + "explain in your own words why the sky over a harbour looks different. " * 4
FEW, MANY = 200, 2_000
CPU_TARGET = 0.5  # milliseconds a request, the whole path
SLOT_TARGET = 0.95
AUTO_TARGET = 0.9
MEMORY_TARGET = 100.0  # MB
FLAT_TARGET = 15.0  # MB more at ten times as many items: the database's page cache, no more


@contextmanager
def server(*options: str) -> Iterator[str]:
    """A loopback server in its own process; gives its URL."""
    command = [sys.executable, str(ROOT / "tests" / "loopback.py"), "--text", ANSWER, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def control(url: str, verb: str) -> dict[str, Any]:
    """The server's counters; ``verb`` is count or reset."""
    with urllib.request.urlopen(url.replace("/v1", f"/{verb}")) as answer:
        return dict(json.load(answer))


def client_command(kind: str, url: str, count: int, lanes: int | str) -> list[str]:
    return [sys.executable, __file__, "--client", kind, url, str(count), str(lanes)]


def client(kind: str, url: str, count: int, lanes: int | str) -> dict[str, float]:
    """Run one client in a fresh process: its CPU seconds, wall seconds, peak memory in MB."""
    command = client_command(kind, url, count, lanes)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


# --- the client's process -------------------------------------------------------------------------------


async def crowd(count: int, lanes: int, ask: Callable[[int], Awaitable[Any]]) -> None:
    """``count`` asks, ``lanes`` at a time, with no barrier between them."""
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            await ask(number)

    await asyncio.gather(*(work() for _ in range(min(lanes, count))))


async def bare(url: str, count: int, lanes: int) -> None:
    """The yardstick: an aiohttp session and a JSON body."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def ask(number: int) -> None:
            messages = [{"role": "user", "content": QUESTION.format(n=number)}]
            body = {"model": "loopback", "messages": messages, "max_tokens": 2048}
            async with session.post(f"{url}/chat/completions", json=body) as response:
                (await response.json())["choices"][0]["message"]["content"]

        await crowd(count, lanes, ask)


async def ours(url: str, count: int, lanes: int | str, folder: Path) -> None:
    """The whole path: look-up, limiter, request, store, commit."""
    database = Database(folder / "run.db")
    pace = PaceOptions.model_validate({"concurrency": lanes})
    gateway = Gateway(
        Calls(database),
        {"teacher": OpenAI(model="loopback", base_url=url)},
        budget=Budget(),
        pace=pace,
        prices={},
    )
    numbers = iter(range(count))
    running: set[asyncio.Task[None]] = set()
    over = asyncio.Event()

    async def item(number: int) -> None:
        ask = gateway.at("generate", f"item-{number:08d}")
        await ask([user(QUESTION.format(n=number))], turn="ask")

    def start(done: asyncio.Task[None] | None = None) -> None:
        if done:
            done.result()
            running.discard(done)
        while len(running) < gateway.wanted and (number := next(numbers, None)) is not None:
            task = asyncio.get_running_loop().create_task(item(number))
            running.add(task)
            task.add_done_callback(start)
        if not running:
            over.set()

    async with gateway:
        start()
        await over.wait()
    database.close()


def run_client(kind: str, url: str, count: int, lanes: str) -> None:
    """The body of a client process: prints one JSON line."""
    many = int(lanes) if lanes.isdigit() else lanes
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        if kind == "bare":
            asyncio.run(bare(url, count, int(many)))
        else:
            asyncio.run(ours(url, count, many, Path(folder)))
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures = {
        "cpu": used.ru_utime + used.ru_stime,
        "wall": time.perf_counter() - began,
        "rss": used.ru_maxrss / 1024,
    }
    print(json.dumps(figures))


# --- the parts ------------------------------------------------------------------------------------------


def verdict(name: str, value: str, target: str, passed: bool) -> bool:
    print(f"  {name:<44} {value:>14}   target {target:<12} {'pass' if passed else 'FAIL'}")
    return passed


def marginal(kind: str, url: str) -> float:
    """CPU milliseconds a request: the median of three."""

    def once() -> float:
        few, many = client(kind, url, FEW, 64), client(kind, url, MANY, 64)
        return 1_000 * (many["cpu"] - few["cpu"]) / (MANY - FEW)

    return median(once() for _ in range(3))


def part_cpu(options: argparse.Namespace) -> bool:
    print("CPU per request (64 in flight, 50 ms)")
    with server("--latency", "0.05") as url:
        yardstick, whole = marginal("bare", url), marginal("ours", url)
    print(f"  {'bare aiohttp loop':<44} {yardstick:>11.3f} ms")
    print(f"  {'whole path / bare':<44} {whole / yardstick:>12.1f} x")
    return verdict("whole path", f"{whole:.3f} ms", f"<= {CPU_TARGET} ms", whole <= CPU_TARGET)


def slot_use(kind: str, lanes: int, latency: float) -> float:
    """Mean in flight / lanes over eight seconds of steady work, counted by the server."""
    with server("--latency", str(latency)) as url:
        process = subprocess.Popen(client_command(kind, url, 1_000_000, lanes), stdout=subprocess.DEVNULL)
        try:
            time.sleep(3.0)
            control(url, "reset")
            time.sleep(8.0)
            return float(control(url, "count")["mean_in_flight"]) / lanes
        finally:
            process.kill()
            process.wait()


def part_slots(options: argparse.Namespace) -> bool:
    print("Slot use, counted by the server (mean in flight / slots, steady work)")
    passed = True
    for lanes, latency in ((64, 0.05), (256, 0.5)):
        name = f"{lanes} in flight, {latency * 1000:.0f} ms"
        print(f"  {name + ', bare aiohttp loop':<44} {slot_use('bare', lanes, latency):>14.3f}")
        share = median(slot_use("ours", lanes, latency) for _ in range(3))
        passed &= verdict(name, f"{share:.3f}", f">= {SLOT_TARGET}", share >= SLOT_TARGET)
    return passed


def part_auto(options: argparse.Namespace) -> bool:
    print("`concurrency: auto` on servers with limited slots (requests a second, server's clock)")
    passed = True
    for slots, overload, count in ((16, "queue", 4_000), (48, "slow", 8_000)):
        with server("--latency", "0.05", "--slots", str(slots), "--overload", overload) as url:

            def rate(lanes: int | str, url: str = url, count: int = count) -> float:
                control(url, "reset")
                client("ours", url, count, lanes)
                return count / control(url, "count")["seconds"]

            fixed = {lanes: rate(lanes) for lanes in (8, 16, 32, 64, 128)}
            share = rate("auto") / max(fixed.values())
        best = max(fixed, key=lambda lanes: fixed[lanes])
        print(f"  {slots} slots ({overload}): best fixed {best} gives {fixed[best]:.0f}/s")
        passed &= verdict("auto / best fixed", f"{share:.3f}", f">= {AUTO_TARGET}", share >= AUTO_TARGET)
    return passed


def part_memory(options: argparse.Namespace) -> bool:
    print("Peak memory of the client's process")
    few, many = max(1, options.items // 10), options.items
    with server() as url:
        small, large = client("ours", url, few, 64)["rss"], client("ours", url, many, 64)["rss"]
    limit = f"<= {MEMORY_TARGET:.0f} MB"
    passed = verdict(f"{few:,} items", f"{small:.1f} MB", limit, small <= MEMORY_TARGET)
    passed &= verdict(f"{many:,} items", f"{large:.1f} MB", limit, large <= MEMORY_TARGET)
    growth = large - small
    flat = f"<= {FLAT_TARGET:.0f} MB"
    return verdict("growth", f"{growth:.1f} MB", flat, growth <= FLAT_TARGET) and passed


PARTS = {"cpu": part_cpu, "slots": part_slots, "auto": part_auto, "memory": part_memory}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all by default")
    parser.add_argument("--items", type=int, default=100_000, help="the larger run of `memory`")
    parser.add_argument(
        "--client", nargs=4, metavar=("KIND", "URL", "COUNT", "LANES"), help=argparse.SUPPRESS
    )
    options = parser.parse_args()
    if options.client:
        kind, url, count, lanes = options.client
        run_client(kind, url, int(count), lanes)
        return 0
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part '{unknown[0]}'; known: {', '.join(PARTS)}")
    results = [PARTS[part](options) for part in options.parts or PARTS]
    return 0 if all(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
