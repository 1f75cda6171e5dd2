"""One budget for a run and all that follows it: what the other records of its folder leave for one."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from tutelage.recipe.settings import Budget
from tutelage.store import reading


def remaining(budget: Budget, folder: Path, own: Path) -> Budget:
    """``budget`` less what is recorded as spent in the databases below ``folder``, apart from ``own``, whose
    spending is counted where it is opened. Never below nothing.

    Raises:
        StoreFailed: a database is damaged.
    """
    if budget == Budget():
        return budget
    money, tokens, calls = 0.0, 0.0, 0.0
    for file in sorted(folder.rglob("*.db")):
        if file.resolve() == own.resolve():
            continue
        spent = defaultdict(float, reading.totals(file))  # one without calls lacks some
        money += spent["cost"] + spent["uncertain_cost"]
        tokens += spent["prompt_tokens"] + spent["completion_tokens"] + spent["uncertain_tokens"]
        calls += spent["sent"]
    return Budget(
        money=None if budget.money is None else max(0.0, budget.money - money),
        tokens=None if budget.tokens is None else max(0, int(budget.tokens - tokens)),
        calls=None if budget.calls is None else max(0, int(budget.calls - calls)),
    )
