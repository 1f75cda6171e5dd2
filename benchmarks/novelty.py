"""The novelty index beside rouge_score as Self-Instruct calls it: CPU time, on one core, in one run.

    python benchmarks/novelty.py --data ../shared/data [--full]

The yardstick does for every candidate what Self-Instruct's program does: a new pool of four processes, and
``scorer.score`` against every kept text. Hours of it are not run: some candidates are measured, spread over
the pool's growth, and the sum is extrapolated (the cost of a candidate grows with the pool, piece by piece
linearly between two measured ones). Ours includes tokenising; compiling is done before (numba caches it).

The texts are the real instructions of the data folder. Where more are wanted, they are recombined: the head
of one and the tail of another, with 40 to 70 % of the words redrawn, by a word that was used before (as often
as it was) or by a new one, so that the vocabulary grows as Heaps' law, fitted on the real texts, says.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import Pool
from pathlib import Path

from rouge_score.rouge_scorer import RougeScorer

from tutelage.novelty import Index

SAMPLES = 6  # candidates of the yardstick that are measured
REPEATS = 3


def real_texts(folder: Path) -> list[str]:
    """The distinct instructions of the data folder, shuffled."""
    found: list[str] = []
    for path in sorted((folder / "explore-instruct" / "demo_domain").glob("*.json")):
        found += [row["instruction"] for row in json.loads(path.read_text("utf-8")).get("examples", ())]
    for name in ("self-instruct/self_instruct_5k.jsonl", "self-instruct/seed_tasks.jsonl"):
        lines = (folder / name).read_text("utf-8").splitlines()
        found += [json.loads(line)["instruction"] for line in lines]
    for name in ("alpaca-eval/reference_outputs.json", "skillmix/ism_sda_heldout_k2_100.json"):
        found += [row["instruction"] for row in json.loads((folder / name).read_text("utf-8"))]
    texts = list(dict.fromkeys(found))
    random.Random(0).shuffle(texts)
    return texts


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


class Growth:
    """Texts without end: the real ones first, then recombinations of them."""

    def __init__(self, real: list[str]) -> None:
        self.real = real
        self._chance = random.Random(1)
        self._used: list[str] = []  # every word as often as it was used
        self._known: set[str] = set()
        points = []
        for text in real:
            self._count(words_of(text))
            points.append((math.log(len(self._used)), math.log(len(self._known))))
        late = points[len(points) // 10 :]
        slope, start = statistics.linear_regression([x for x, _ in late], [y for _, y in late])
        self.beta, self.k = slope, math.exp(start)

    def _count(self, words: list[str]) -> None:
        self._used += words
        self._known.update(words)

    def texts(self, count: int) -> Iterator[str]:
        yield from self.real[:count]
        for _ in range(count - len(self.real)):
            yield self._recombined()

    def _recombined(self) -> str:
        chance = self._chance
        head, tail = (words_of(chance.choice(self.real)) for _ in range(2))
        words = head[: (len(head) + 1) // 2] + tail[len(tail) // 2 :]
        share = chance.uniform(0.4, 0.7)
        wanted = self.k * len(self._used) ** self.beta  # words that Heaps' law would have by now
        for at in range(len(words)):
            if chance.random() < share:
                new = len(self._known) < wanted and chance.random() < 0.5
                words[at] = (
                    f"{chance.choice(self._used)[:6]}q{len(self._known)}"
                    if new
                    else chance.choice(self._used)
                )
                self._known.add(words[at])
        self._used += words
        return " ".join(words)


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of ``work``, its children included."""

    def now() -> float:
        both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(each.ru_utime + each.ru_stime for each in both)

    before = now()
    work()
    return now() - before


def step_of_self_instruct(candidate: str, kept: list[str]) -> None:
    scorer = RougeScorer(["rougeL"], use_stemmer=False)
    with Pool(4) as pool:
        scores = pool.map(partial(scorer.score, candidate), kept)
    max(score["rougeL"].fmeasure for score in scores)


def yardstick(texts: list[str]) -> float:
    """CPU seconds of the whole loop, extrapolated from ``SAMPLES`` steps; every text counts as kept."""
    n = len(texts)
    sizes = [max(1, round(n * share / (SAMPLES - 1))) for share in range(SAMPLES)]
    costs = [cpu(partial(step_of_self_instruct, texts[-1], texts[:size])) for size in sizes]
    pieces = zip(sizes, sizes[1:], costs, costs[1:], strict=False)
    return sum((b - a) * (before + after) / 2 for a, b, before, after in pieces)


def ours(texts: list[str], search: str) -> tuple[float, int]:
    """The least CPU seconds of some runs, and how many texts are kept."""
    best, kept = math.inf, 0
    for _ in range(REPEATS if len(texts) <= 50_000 else 1):
        named = [(str(number), text) for number, text in enumerate(texts)]
        index = Index(tokens="rouge", search=search)  # type: ignore[arg-type]  # one of the names
        started = time.process_time()
        decisions = index.decide(named)
        best = min(best, time.process_time() - started)
        kept = sum(match is None for match in decisions)
    return best, kept


def latency(texts: list[str]) -> float:
    """The median of the seconds that one candidate takes against 50,000 kept texts."""
    index = Index(tokens="rouge", search="compiled")
    for number, text in enumerate(texts):
        if len(index) == 50_000:
            break
        index.add(str(number), text)
    taken = []
    for text in texts[-2_000:]:
        started = time.perf_counter()
        index.find(text)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


FILTER = """
import json, resource, sys
from pathlib import Path
from tutelage.filters.novelty import Novelty
from tutelage.runs.filtering import filter_files
done = filter_files([Path(sys.argv[1])], [Novelty()], Path(sys.argv[2]))
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"read": done.read, "kept": done.kept, "cpu": used.ru_utime + used.ru_stime,
                  "gigabytes": used.ru_maxrss / 1e6}))
"""


def filter_a_file(texts: Iterator[str]) -> dict[str, float]:
    """``tutelage filter`` on a JSONL file, in a process of its own: CPU seconds and peak memory of it all."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "rows.jsonl"
        with source.open("w", encoding="utf-8") as file:
            for text in texts:
                file.write(json.dumps({"instruction": text, "input": "", "output": "An answer."}) + "\n")
        command = [sys.executable, "-c", FILTER, str(source), str(Path(folder) / "kept.jsonl")]
        found: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"))
    arguments.add_argument("--full", action="store_true", help="also 200,000 texts and a file of 1,000,000")
    chosen = arguments.parse_args()
    growth = Growth(real_texts(chosen.data))
    print(f"{len(growth.real)} real instructions; Heaps: V = {growth.k:.2f} N^{growth.beta:.3f}")
    sizes = [1_000, 5_000, 20_000, 50_000] + ([200_000] if chosen.full else [])
    texts = list(growth.texts(max(sizes)))
    ours(texts[:3_000], "compiled")  # compiles, or loads what was compiled
    spent: dict[tuple[str, int], float] = {}
    for size in sizes:
        for search in ("compiled", "vectorised"):
            spent[search, size], kept = ours(texts[:size], search)
            print(f"{size:>9,} {search:<10} {spent[search, size]:8.3f} s CPU, kept {kept:,}", flush=True)
        if size in (1_000, 50_000):
            loop = yardstick(texts[:size])
            print(f"{size:>9,} rouge_score {loop:8,.0f} s CPU (extrapolated from {SAMPLES} candidates)")
            for search in ("compiled", "vectorised"):
                print(f"{size:>9,} ratio {search:<10} {loop / spent[search, size]:,.0f}", flush=True)
    print(f"one candidate against 50,000 kept: {latency(texts) * 1e6:.0f} µs (median)")
    if chosen.full:
        exponent = math.log(spent["compiled", 200_000] / spent["compiled", 20_000], 10)
        print(f"growth exponent 20,000 to 200,000, compiled: {exponent:.2f}")
        print(f"1,000,000 rows: {filter_a_file(Growth(growth.real).texts(1_000_000))}")


if __name__ == "__main__":
    main()
