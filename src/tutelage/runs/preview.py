"""A few items through the run's own engine and store, and what the whole run will take.

What a preview asks is kept: the run that follows answers it from the store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from tutelage.recipe.model import Recipe
from tutelage.records import Example, Rejection
from tutelage.runs.assessing import ASSESSING
from tutelage.runs.flow import WRITING
from tutelage.runs.forecast import Forecast, Range, Sight, forecast
from tutelage.runs.progress import Listener
from tutelage.runs.result import RunResult
from tutelage.runs.stages import Note, execute
from tutelage.store.reading import (
    CallCosts,
    accepted_by_item,
    call_costs,
    items_of_examples,
    kept_examples,
    rejections,
)


@dataclass(frozen=True)
class Preview:
    """What a preview showed. ``forecast`` is ``None`` when no item was decided."""

    result: RunResult
    items: int
    examples: Sequence[Example]
    rejections: Sequence[Rejection]
    forecast: Forecast | None

    def as_json(self) -> dict[str, Any]:
        """What ``tutelage preview --json`` prints."""
        return {
            **self.result.as_json(),
            "items": self.items,
            "forecast": None if self.forecast is None else _forecast_json(self.forecast),
        }


async def preview(
    recipe: Recipe,
    out: Path,
    *,
    items: int = 10,
    listener: Listener | None = None,
    note: Note = lambda text: None,
) -> Preview:
    """Decide the first ``items`` items of the plan in ``out`` and forecast the run to its target."""
    result = await execute(recipe, out, limit=items, listener=listener, note=note)
    sights, seconds_per_call, fixed = _sights(out, items, cut_short=bool(result.reason))
    return Preview(
        result=result,
        items=len(sights),
        examples=tuple(islice(kept_examples(out), items)),
        rejections=tuple(islice(rejections(out), items)),
        forecast=forecast(
            sights,
            target=recipe.target,
            fixed=fixed,
            seconds_per_call=seconds_per_call,
            lanes=_lanes(recipe, items),
        ),
    )


def _sights(out: Path, items: int, *, cut_short: bool) -> tuple[list[Sight], float, Sight]:
    """The previewed items, the mean seconds of a call, and what preparation took.

    Of a preview that was ``cut_short``, only those that were decided.
    """
    accepted = accepted_by_item(out, items, decided=cut_short)
    costs = _with_judgings(call_costs(out), items_of_examples(out))
    seen = {item: costs.get((WRITING, item), CallCosts()) for item in accepted}
    sights = [Sight(cost.calls, cost.tokens, cost.cost, accepted[item]) for item, cost in seen.items()]
    before = [cost for (stage, _), cost in costs.items() if stage != WRITING]
    fixed = Sight(
        sum(cost.calls for cost in before),
        sum(cost.tokens for cost in before),
        sum(cost.cost for cost in before),
        0,
    )
    calls = sum(cost.calls for cost in seen.values())
    seconds = sum(cost.seconds for cost in seen.values()) / calls if calls else 0.0
    return sights, seconds, fixed


def _with_judgings(
    costs: Mapping[tuple[str, str], CallCosts], item_of: Mapping[str, str]
) -> dict[tuple[str, str], CallCosts]:
    """``costs`` with what filters asked about an example counted with the item that it was written for."""
    found: dict[tuple[str, str], CallCosts] = {}
    for (stage, name), cost in costs.items():
        asked = stage.partition("/")[0] == ASSESSING
        place = (WRITING, item_of.get(name, "")) if asked else (stage, name)
        found[place] = found.get(place, CallCosts()) + cost
    return found


def _lanes(recipe: Recipe, items: int) -> int:
    """How many calls ran at once while the preview measured their time."""
    known = recipe.teacher.slots or recipe.pace.concurrency
    return min(items, known) if isinstance(known, int) else items


def _forecast_json(given: Forecast) -> dict[str, Any]:
    def plain(value: Range) -> dict[str, float]:
        return {"low": value.low, "middle": value.middle, "high": value.high}

    names = ("items", "calls", "tokens", "cost", "seconds", "accepted_share")
    return {"target": given.target} | {name: plain(getattr(given, name)) for name in names}
