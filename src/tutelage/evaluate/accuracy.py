"""The share of right answers, with its interval: the one place where rule benches count.

All figures are fractions (0 to 1), as these benches publish them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum, sqrt
from typing import Any

from tutelage.evaluate.statistics.interval import wilson


def accuracy(outcomes: Sequence[bool]) -> dict[str, Any]:
    """``accuracy``, ``standard_error``, ``interval`` (95 %, Wilson) and ``n`` of independent outcomes, of
    which there is at least one."""
    return clustered([[each] for each in outcomes])


def clustered(groups: Sequence[Sequence[bool]]) -> dict[str, Any]:
    """The same where the outcomes of one group, such as the instructions of one prompt, belong together: only
    groups are taken for independent (ratio estimator, Cochran 1977, 6.4). ``n`` counts outcomes."""
    share, error = ratio([sum(each) for each in groups], [len(each) for each in groups])
    held = wilson(100 * share, len(groups), error=100 * error if error else None)
    return {
        "accuracy": share,
        "standard_error": error,
        "interval": [held.low / 100, held.high / 100],
        "n": sum(map(len, groups)),
    }


def ratio(tops: Sequence[float], bottoms: Sequence[float]) -> tuple[float, float]:
    """The sum of ``tops`` over that of ``bottoms``, and its standard error over the pairs (Cochran
    1977, 6.4); there is at least one pair, and the sum of ``bottoms`` is not 0."""
    total = fsum(bottoms)
    share = fsum(tops) / total
    spread = fsum((top - share * bottom) ** 2 for top, bottom in zip(tops, bottoms, strict=True))
    return share, sqrt(spread * len(tops) / max(len(tops) - 1, 1)) / total


def by_group(outcomes: Sequence[tuple[str, bool]]) -> Mapping[str, dict[str, Any]]:
    """:func:`accuracy` for each name, in the order of the alphabet; outcomes without a name are left out."""
    names = sorted({name for name, _ in outcomes if name})
    return {name: accuracy([right for each, right in outcomes if each == name]) for name in names}


def macro(groups: Mapping[str, Mapping[str, Any]]) -> float | None:
    """The plain mean of the accuracies of groups; ``None`` where there is none."""
    return fsum(each["accuracy"] for each in groups.values()) / len(groups) if groups else None
