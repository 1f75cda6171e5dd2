"""The filter ``shirker``: its weights from labelled injections, and what it finds in data it never saw.

    python benchmarks/shirker.py --data ../shared/data --fit       print the weights (a module's text)
    python benchmarks/shirker.py --data ../shared/data             measure the shipped weights

Weights come from the IFEval answers, the MT-bench reference answers, the Self-Instruct seed tasks, a part of
MATH, and Chinese pairs of our own, with the injections' variants ``fit``. They are tried with the variants
``test`` on the SkillMix rows, on Self-Instruct's 5,000 and on AlpacaEval's baseline answers, in all of which
the rows count as true answers just as they are. Everything is deterministic.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from shirker_zh import PAIRS

from tutelage.filters import injections
from tutelage.filters.effort import NAMES, features
from tutelage.filters.sameness import Skeletons
from tutelage.filters.shirker import Shirker
from tutelage.filters.turns import turns
from tutelage.records import Example
from tutelage.text import words

PASSES = 6  # seeds with which the fitting rows are spoiled anew
SHARE = 0.4  # of the fitting rows, spoiled
PENALTY = 2e-4
LOSS = 0.02  # of the true answers that fitting may lose at a score of one half; some of them are shirkers
# Constraints of IFEval under which a true answer looks spoiled: a set end, a repeated question, one of three
# set sentences, another language or form.
ODD = ("startend:", "combination:", "language:", "detectable_format:constrained", "detectable_format:json")
SEEDS = 5  # seeds of the test on a small set; larger ones are spoiled once
TEST_SHARE = 0.2
LONG_ENOUGH = 20  # words of a true answer for the second reading of Self-Instruct


def example(number: int, question: str, answer: str, given: str = "") -> Example:
    return Example.single_turn(question, answer, id=f"{number:05d}", input=given)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def fitting_rows(data: Path) -> list[Example]:
    """Everything the weights are fitted on."""
    pairs: list[tuple[str, str, str]] = []
    asked_for = {
        row["prompt"]: row["instruction_id_list"] for row in lines(data / "ifeval" / "input_data.jsonl")
    }
    for row in lines(data / "ifeval" / "responses_text_bison.jsonl"):
        if not any(each.startswith(ODD) for each in asked_for.get(row["prompt"], ())):
            pairs.append((row["prompt"], row["response"], ""))
    questions = {row["question_id"]: row["turns"] for row in lines(data / "mt-bench" / "question.jsonl")}
    for row in lines(data / "mt-bench" / "reference_answer" / "gpt-4.jsonl"):
        told = row["choices"][0]["turns"]
        pairs += [
            (asked, answer, "") for asked, answer in zip(questions[row["question_id"]], told, strict=True)
        ]
    for row in lines(data / "self-instruct" / "seed_tasks.jsonl"):
        pairs += [(row["instruction"], each["output"], each["input"]) for each in row["instances"]]
    for row in lines(data / "math" / "MATH_eval_set_sample.jsonl")[::5]:
        pairs.append((row["question"], row["std_answer"], ""))
    pairs += [(question, answer, "") for question, answer in PAIRS]
    rows = [example(place, *pair[:2], pair[2]) for place, pair in enumerate(pairs)]
    return [row for row in rows if row.output.strip()]


def table(rows: Sequence[Example]) -> tuple[np.ndarray, np.ndarray]:
    """Features and labels of every row in every pass, in a stream as the filter sees it."""
    found, labels = [], []
    for seed in range(PASSES):
        spoiled = injections.inject(rows, share=SHARE, seed=seed, variants="fit")
        seen = Skeletons()
        for row in spoiled.examples:
            turn = next(turns(row))
            measured = features(turn, seen.resemblance(turn.instruction, turn.answer))
            seen.remember(turn.instruction, turn.answer)
            found.append([measured[name] for name in NAMES])
            labels.append(row.id in spoiled.kinds)
    return np.array(found), np.array(labels, dtype=float)


def fitted(matrix: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights, none negative, and the intercept: logistic loss with both classes weighed alike.

    Projected gradient descent with Nesterov's momentum from zero: no chance, so the same figures everywhere.
    """
    share = labels.mean()
    weigh = np.where(labels == 1, 0.5 / share, 0.5 / (1 - share)) / len(labels)
    design = np.hstack([matrix, np.ones((len(matrix), 1))])
    rate = 4.0 / np.linalg.norm(design * np.sqrt(weigh)[:, None], 2) ** 2
    point = old = np.zeros(design.shape[1])
    for step in range(1, 6001):
        ahead = point + (step - 1) / (step + 2) * (point - old)
        slope = design.T @ (weigh * (1 / (1 + np.exp(-design @ ahead)) - labels))
        slope[:-1] += PENALTY * ahead[:-1]
        old, point = point, ahead - rate * slope
        point[:-1] = np.maximum(point[:-1], 0)
    return point[:-1], float(point[-1])


def fit(rows: Sequence[Example]) -> str:
    """The text of ``shirker_weights.py``."""
    matrix, labels = table(rows)
    weights, _ = fitted(matrix, labels)
    true = matrix[labels == 0] @ weights
    intercept = -float(np.quantile(true, 1 - LOSS))
    body = "\n".join(f'    "{name}": {weight:.2f},' for name, weight in zip(NAMES, weights, strict=True))
    return (
        '"""The weights of the filter ``shirker``, as ``benchmarks/shirker.py --fit`` writes them."""\n\n'
        "from __future__ import annotations\n\nfrom collections.abc import Mapping\n\n"
        "from tutelage.filters.effort import Feature\n\n"
        f"INTERCEPT = {intercept:.2f}\n"
        f"THRESHOLD = 0.5  # the intercept puts the loss of true answers in the fitting rows at {LOSS:.0%}\n"
        f"WEIGHTS: Mapping[Feature, float] = {{\n{body}\n}}\n"
    )


class Seen(NamedTuple):
    """One row as the filter judged it; ``kind`` is empty for a true answer."""

    kind: str
    score: float
    keep: bool
    reason: str


def judged(rows: Sequence[Example], kinds: Sequence[str], share: float, seed: int) -> list[Seen]:
    spoiled = injections.inject(rows, share=share, kinds=kinds, seed=seed, variants="test")
    gate = Shirker().start()
    seen = []
    for row in spoiled.examples:
        verdict = gate.judge(row)
        if verdict.keep:
            gate.remember(row)
        seen.append(Seen(spoiled.kinds.get(row.id, ""), verdict.score or 0.0, verdict.keep, verdict.reason))
    return seen


def area(bad: Iterable[float], good: Iterable[float]) -> float:
    """The area under the ROC curve: how often a bad score is above a good one, ties being half."""
    low, high = np.sort(np.array(list(good))), np.array(list(bad))
    below = np.searchsorted(low, high, "left") + np.searchsorted(low, high, "right")
    return float(below.mean() / (2 * len(low)))


def report(name: str, rows: Sequence[Example], seeds: int) -> dict[str, Any]:
    """Area, share found and the reasons by kind, and overall with all kinds dealt out; printed and "
    "returned."""
    clean = judged(rows, injections.KINDS, 0.0, 0)
    lost = [each for each in clean if not each.keep]
    figures: dict[str, Any] = {"rows": len(rows), "lost": len(lost) / len(rows), "kinds": {}}
    print(f"\n{name}: {len(rows)} true answers, {len(lost)} lost ({figures['lost']:.2%})")
    for kind in (*injections.KINDS, "all"):
        kinds = injections.KINDS if kind == "all" else (kind,)
        seen = [each for seed in range(seeds) for each in judged(rows, kinds, TEST_SHARE, seed)]
        bad, good = [s for s in seen if s.kind], [s for s in seen if not s.kind]
        auc = area((s.score for s in bad), (s.score for s in good))
        found = sum(not s.keep for s in bad) / len(bad)
        false = sum(not s.keep for s in good) / len(good)
        reasons: dict[str, int] = defaultdict(int)
        for each in bad:
            reasons[each.reason or "kept"] += 1
        said = ", ".join(f"{r} {n}" for r, n in sorted(reasons.items(), key=lambda each: -each[1])[:4])
        print(
            f"  {kind:9} n {len(bad):5}  AUC {auc:.4f}  found {found:6.1%}  true lost {false:.2%}  ({said})"
        )
        figures["kinds"][kind] = {"auc": auc, "found": found, "lost": false}
    return figures


def test_sets(data: Path) -> dict[str, list[Example]]:
    """The rows that no weight was fitted on."""
    skillmix = json.loads((data / "skillmix" / "ism_sda_heldout_k2_100.json").read_text("utf-8"))
    alpaca = json.loads((data / "alpaca-eval" / "reference_outputs.json").read_text("utf-8"))
    self_instruct = lines(data / "self-instruct" / "self_instruct_5k.jsonl")

    def rows(listed: Iterable[dict[str, Any]]) -> list[Example]:
        made = (
            example(place, row["instruction"], row["output"], row.get("input", ""))
            for place, row in enumerate(listed)
        )
        return [row for row in made if row.output.strip()]

    sets = {"skillmix": rows(skillmix), "alpaca_eval": rows(alpaca), "self_instruct": rows(self_instruct)}
    sets["self_instruct, answers of 20 words or more"] = [
        row for row in sets["self_instruct"] if words(row.output) >= LONG_ENOUGH
    ]
    return sets


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--fit", action="store_true", help="print the weights instead of measuring")
    parser.add_argument("--write", type=Path, help="with --fit: write the weights to this file")
    parser.add_argument("--only", default="", help="measure only sets whose name starts so")
    asked = parser.parse_args()
    if asked.fit:
        text = fit(fitting_rows(asked.data))
        if asked.write:
            asked.write.write_text(text, "utf-8")
        print(text)
        return
    for name, rows in test_sets(asked.data).items():
        if name.startswith(asked.only):
            report(name, rows, SEEDS if len(rows) < 200 else 1)


if __name__ == "__main__":
    main()
