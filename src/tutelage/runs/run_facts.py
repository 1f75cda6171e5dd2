"""What a run's database tells an analysis: yields, one rejection of each reason, and calls by stage."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tutelage.analysis.yields import Refusal, RunFacts, StageCalls
from tutelage.records import Rejection
from tutelage.store import reading
from tutelage.text import clean

EXCERPT = 500  # characters of a rejected text that are shown


def run_facts(folder: Path, seed: int = 0) -> RunFacts:
    """The facts of the run in ``folder``; which rejection is shown for a reason is drawn by ``seed``.

    Raises:
        BadInput: there is no run.
    """
    row = reading.run_row(folder)
    states = reading.examples_by_state(folder)
    method = row.recipe.get("method", {})
    return RunFacts(
        name=row.name,
        state=row.state,
        method=str(method.get("kind", "")) if isinstance(method, dict) else str(method),
        target=row.recipe.get("target"),
        accepted=states.get("kept", 0),
        surplus=states.get("surplus", 0),
        rejected=reading.rejections_by_reason(folder),
        refusals=_one_of_each(folder, seed),
        stages=_stages(folder),
        totals=reading.totals(folder),
        reason=row.reason,
        version=row.version,
    )


def _stages(folder: Path) -> dict[str, StageCalls]:
    stages: dict[str, StageCalls] = {}
    for (stage, _), costs in reading.call_costs(folder).items():
        calls = StageCalls(costs.calls, costs.tokens, costs.cost, costs.seconds)
        stages[stage] = stages.get(stage, StageCalls()) + calls
    return dict(sorted(stages.items()))


def _one_of_each(folder: Path, seed: int) -> dict[str, Refusal]:
    """For every reason the rejection with the smallest lot."""
    least: dict[str, tuple[bytes, Rejection]] = {}
    for rejection in reading.rejections(folder):
        place = f"{seed}/{rejection.reason}/{rejection.item}/{rejection.example}"
        lot = hashlib.blake2b(place.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        if rejection.reason not in least or lot < least[rejection.reason][0]:
            least[rejection.reason] = (lot, rejection)
    return {
        reason: Refusal(_cut(clean(rejection.text)), _cut(clean(rejection.detail)), rejection.score)
        for reason, (_, rejection) in sorted(least.items())
    }


def _cut(text: str) -> str:
    return text if len(text) <= EXCERPT else text[:EXCERPT] + "…"
