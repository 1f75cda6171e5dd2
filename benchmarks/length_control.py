"""The length-controlled rate with 300 refits for 805 questions: ours beside a plain loop, in one run.

    OMP_NUM_THREADS=1 python benchmarks/statistics.py --data ../shared/data [--replicates 300]

The loop draws the same questions and fits one replicate after the other, each to convergence from the same
start, by a Newton method written the obvious way. Where scikit-learn is installed, its logistic regression
(soft labels as doubled, weighted rows) does some of the replicates too, and its time is extrapolated. All
times are CPU seconds of one process; the regression has the 805 rows of a model and the 1,610 of the gamed
baseline.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tutelage.evaluate.statistics.bootstrap import counts, in_chunks, length_controlled
from tutelage.evaluate.statistics.design import Design, GamedRow, design
from tutelage.evaluate.statistics.logistic import RIDGE
from tutelage.evaluate.statistics.published import fit_as_published

PROMISED = 3.0  # seconds
SAMPLE = 10  # replicates of scikit-learn that are measured
Array = Any


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read(folder: Path, model: str) -> tuple[Design, tuple[Any, ...]]:
    """A model's rows with the published difficulties and gamed rows."""
    rows = json.loads(gzip.decompress((folder / "lc_inputs.json.gz").read_bytes()))[model]
    ids = [str(row) for row in rows["row"]]
    parts = [dict(zip(ids, rows[key], strict=True)) for key in ("preference", "len_model", "len_baseline")]
    preference = {each: value - 1 for each, value in parts[0].items()}
    levels = [float(row["instruction_difficulty"]) for row in table(folder / "instruction_difficulty.csv")]
    gamed = [
        GamedRow(row["index"], float(row["preference"]), float(row["std_delta_len"]), row["model"])
        for row in table(folder / "df_gamed.csv")
    ]
    by_id = {str(row): value for row, value in enumerate(levels)}
    made = design(preference, parts[1], parts[2], by_id, gamed)
    return made, (preference, parts[1], parts[2], levels, gamed)


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of the best of two runs, and what the work gave."""
    best, found = float("inf"), None
    for _ in range(2):
        started = time.process_time()
        found = work()
        best = min(best, time.process_time() - started)
    return best, found


def one_row_matrix(made: Design, drawn: Array) -> tuple[Array, Array, Array]:
    """Regressors [rows, 3], labels and weights of one replicate."""
    weights = np.concatenate([drawn, made.gamed_weight * drawn[made.gamed_at]])
    labels = np.concatenate([made.preference, made.gamed_preference])
    return made.columns(drawn[None])[0].T, labels, weights


def plain_newton(x: Array, labels: Array, weights: Array) -> Array:
    """One fit, from zero to convergence."""
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ beta))
        score = x.T @ (weights * (labels - p)) - RIDGE * beta
        information = (x * (weights * p * (1 - p))[:, None]).T @ x + RIDGE * np.eye(len(beta))
        step = np.linalg.solve(information, score)
        beta = beta + step
        if np.abs(step).max() < 1e-9:
            break
    return beta


def rate(made: Design, drawn: Array, beta: Array) -> float:
    return float(100 * (drawn * made.predictions(beta[None])[0]).sum() / drawn.sum())


def loop(made: Design, drawn: Array) -> Array:
    """Every replicate by itself."""
    return np.array([rate(made, each, plain_newton(*one_row_matrix(made, each))) for each in drawn])


def scikit(made: Design, drawn: Array) -> Array | None:
    """Some replicates by scikit-learn; ``None`` where it is not installed."""
    try:
        linear = importlib.import_module("sklearn.linear_model")
    except ModuleNotFoundError:
        return None
    found = []
    for each in drawn[:SAMPLE]:
        x, labels, weights = one_row_matrix(made, each)
        model = linear.LogisticRegression(C=1 / RIDGE, fit_intercept=False, tol=1e-8, max_iter=1000)
        ends = np.concatenate([np.ones(len(x)), np.zeros(len(x))])
        shares = np.concatenate([weights * labels, weights * (1 - labels)])
        model.fit(np.concatenate([x, x]), ends, sample_weight=shares)
        found.append(rate(made, each, model.coef_[0]))
    return np.array(found)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"))
    arguments.add_argument("--model", default="claude-2.1")
    arguments.add_argument("--replicates", type=int, default=300)
    chosen = arguments.parse_args()
    made, published = read(chosen.data / "alpaca-eval", chosen.model)
    whole, found = seconds(lambda: length_controlled(made, replicates=chosen.replicates))
    print(f"{chosen.model}: {found.estimate:.2f}, {found.interval.low:.2f} to {found.interval.high:.2f}")
    print(f"estimate, {chosen.replicates} refits and interval: {whole:.3f} s CPU (promised {PROMISED:.0f})")
    drawn = counts(len(made), chosen.replicates, seed=0, place="length-control")
    ours, fast = seconds(lambda: in_chunks(made.rates, drawn))
    slow_time, slow = seconds(lambda: loop(made, drawn))
    print(f"refits alone: {ours:.3f} s; one by one: {slow_time:.3f} s, ratio {slow_time / ours:.1f}")
    print(f"largest difference of the two: {np.abs(fast - slow).max():.1e} points")
    learnt_time, learnt = seconds(lambda: scikit(made, drawn))
    if learnt is None:
        print("scikit-learn is not installed: not measured")
    else:
        total = learnt_time * chosen.replicates / len(learnt)
        print(f"scikit-learn: {total:.1f} s (extrapolated), ratio {total / ours:.0f}")
        print(f"largest difference to it: {np.abs(fast[: len(learnt)] - learnt).max():.1e} points")
    exact, _ = seconds(lambda: fit_as_published(*published))
    print(f"one fit as published, with its cross-validation: {exact:.3f} s")
    if whole > PROMISED:
        sys.exit("slower than promised")


if __name__ == "__main__":
    main()
