"""How much instructions repeat each other's words: ROUGE-L F1 between pairs, and to the nearest other.

After Self-Instruct (Wang et al. 2023) and Explore-Instruct (Wan et al. 2023), who report the mean over pairs
and each instruction's most similar other. The mean is estimated from random pairs and carries its interval; a
maximum cannot be estimated from a sample of pairs, which misses most nearest texts, so it is found exactly,
for every instruction or, where there are too many, for a random part of them. The mean maximum grows with the
number of instructions: compare it only at equal ``n``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tutelage.analysis.figures import Histogram, Summary, histogram, summary
from tutelage.analysis.nearest import affordable, fast, nearest
from tutelage.draw import draw
from tutelage.novelty import Hit, Tokens, rouge_l
from tutelage.novelty.rule import common
from tutelage.records import Example
from tutelage.text import rouge_tokens, unicode_tokens

EDGES = tuple(step / 20 for step in range(21))
PAIRS = 20_000

_NORMAL = 1.959963984540054  # standard errors on either side of the mean that hold 95 %
_LEAST_ROWS = 200  # a mean over fewer maxima is not worth its interval
_SHOWN = 10

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class NearPair:
    """Two instructions and their ROUGE-L F1; ``first`` stands earlier in the dataset."""

    first: str
    second: str
    score: float


@dataclass(frozen=True, slots=True)
class OverlapReport:
    """ROUGE-L F1 among the ``n`` instructions that have tokens; ``no_tokens`` others have none.

    ``mean`` is that over pairs, from ``pairs`` random ones with replacement (``every_pair``: from all of
    them), with a 95 % ``interval``. ``maxima`` summarises the exact score to the nearest other of ``rows``
    instructions; ``mean_max_interval`` is ``None`` where those are all. What could not be measured is
    ``None``, and ``unsupported`` says why. ``nearest`` are the most similar pairs that differ in some token.
    """

    n: int
    no_tokens: int
    tokens: Tokens
    pairs: int
    every_pair: bool
    mean: float | None
    interval: Interval | None
    pair_values: Histogram
    rows: int
    mean_max: float | None
    mean_max_interval: Interval | None
    maxima: Summary
    max_values: Histogram
    nearest: tuple[NearPair, ...]
    unsupported: str

    def as_dict(self) -> dict[str, Any]:
        """JSON-able figures."""
        return asdict(self) | {
            "interval": list(self.interval) if self.interval else None,
            "mean_max_interval": list(self.mean_max_interval) if self.mean_max_interval else None,
            "pair_values": self.pair_values.as_dict(),
            "max_values": self.max_values.as_dict(),
            "nearest": [asdict(pair) for pair in self.nearest],
        }


def measure_overlap(
    examples: Sequence[Example],
    *,
    tokens: Tokens = "unicode",
    pairs: int = PAIRS,
    seed: int = 0,
) -> OverlapReport:
    """The overlap of the instructions of ``examples``; ``tokens`` names the tokeniser, and scores under
    different ones do not compare. At most ``pairs`` pairs are scored for the mean."""
    tokenise = rouge_tokens if tokens == "rouge" else unicode_tokens
    numbers: dict[str, int] = {}
    texts: list[list[int]] = []
    sources: list[str] = []
    for example in examples:
        text = [numbers.setdefault(token, len(numbers)) for token in tokenise(example.instruction)]
        if text:
            texts.append(text)
            sources.append(example.instruction)
    values, every_pair = _pair_values(texts, pairs, seed)
    rows = _rows(len(texts), seed)
    hits = nearest(texts, rows) if rows else []
    return OverlapReport(
        n=len(texts),
        no_tokens=len(examples) - len(texts),
        tokens=tokens,
        pairs=len(values),
        every_pair=every_pair,
        mean=summary(values).mean,
        interval=_interval(values, certain=every_pair),
        pair_values=histogram(values, EDGES),
        rows=len(rows),
        mean_max=summary(hit.score for hit in hits).mean,
        mean_max_interval=_interval([hit.score for hit in hits]) if len(rows) < len(texts) else None,
        maxima=summary(hit.score for hit in hits),
        max_values=histogram((hit.score for hit in hits), EDGES),
        nearest=_shown(texts, sources, rows, hits),
        unsupported=_unsupported(len(texts), len(rows)),
    )


def _pair_values(texts: Sequence[Sequence[int]], pairs: int, seed: int) -> tuple[list[float], bool]:
    """Scores of random pairs, or of all where there are no more; and whether they are all."""
    n = len(texts)
    if n * (n - 1) // 2 <= pairs:
        return [_score(texts[i], texts[j]) for i in range(n) for j in range(i)], True
    chance = draw(seed, "analysis/overlap/pairs")
    chosen = (chance.sample(range(n), 2) for _ in range(pairs))
    return [_score(texts[i], texts[j]) for i, j in chosen], False


def _score(first: Sequence[int], second: Sequence[int]) -> float:
    return rouge_l(common(first, second), len(first), len(second))


def _rows(n: int, seed: int) -> Sequence[int]:
    """The rows whose nearest other is looked for: all, as many as can be afforded, or none."""
    count = affordable(n) if n >= 2 else 0
    if count >= n:
        return range(n)
    if count < _LEAST_ROWS:
        return ()
    return sorted(draw(seed, "analysis/overlap/rows").sample(range(n), count))


def _interval(values: Sequence[float], *, certain: bool = False) -> Interval | None:
    """The 95 % interval of the mean of independent draws (normal approximation); a point where the values are
    all there are."""
    spread = summary(values)
    if spread.mean is None or spread.std is None:
        return None
    if certain:
        return spread.mean, spread.mean
    half = _NORMAL * spread.std / math.sqrt(max(1, spread.n - 1))
    return spread.mean - half, spread.mean + half


def _shown(
    texts: Sequence[Sequence[int]], sources: Sequence[str], rows: Sequence[int], hits: Sequence[Hit]
) -> tuple[NearPair, ...]:
    """The most similar pairs, each once; exact copies are another measure's."""
    found = {
        (min(row, hit.row), max(row, hit.row)): hit.score
        for row, hit in zip(rows, hits, strict=True)
        if texts[row] != texts[hit.row]
    }
    best = sorted(found.items(), key=lambda each: (-each[1], each[0]))[:_SHOWN]
    return tuple(NearPair(sources[first], sources[second], score) for (first, second), score in best)


def _unsupported(n: int, rows: int) -> str:
    if n < 2:
        return f"{n} instructions with tokens: an overlap needs two"
    if rows:
        return ""
    if not fast():
        return (
            f"exact maxima of {n} instructions need the packages numpy and rapidfuzz; "
            'pip install "tutelage[fast]"'
        )
    return f"exact maxima of {n} instructions would take too long"
