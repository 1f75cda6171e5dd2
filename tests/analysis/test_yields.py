"""What became of a run's work."""

from __future__ import annotations

import json

import pytest

from tutelage.analysis.yields import Refusal, RunFacts, StageCalls, measure_yields

FACTS = RunFacts(
    name="notes",
    state="finished",
    method="skillmix",
    target=6,
    accepted=6,
    surplus=2,
    rejected={"parse:bad": 1, "novelty:too_similar": 3},
    refusals={"novelty:too_similar": Refusal("Rewrite it.", "F 0.9", 0.9)},
    stages={"generate": StageCalls(20, 900, 0.03, 4.0), "prepare": StageCalls(4, 300, 0.006, 1.0)},
    totals={"cost": 0.04, "sent": 27},
)


def test_shares_and_costs_over_what_was_accepted() -> None:
    report = measure_yields(FACTS)
    assert (report.rejections, report.acceptance) == (4, 0.6)
    told = report.as_dict()
    assert told["calls"] == {"calls": 24, "tokens": 1200, "cost": pytest.approx(0.036), "seconds": 5.0}
    assert (told["tokens_per_accepted"], told["calls_per_accepted"]) == (200, 4)
    assert told["cost_per_accepted"] == pytest.approx(0.006)
    assert list(told["rejected"]) == ["novelty:too_similar", "parse:bad"]
    assert told["rejected"]["novelty:too_similar"]["share"] == 0.75
    assert told["rejected"]["novelty:too_similar"]["example"]["score"] == 0.9
    assert told["rejected"]["parse:bad"]["example"] is None
    json.dumps(told)


def test_nothing_accepted_has_no_cost_per_example() -> None:
    told = measure_yields(RunFacts("x", "failed")).as_dict()
    assert (told["acceptance"], told["tokens_per_accepted"], told["rejected"]) == (None, None, {})
    refused = measure_yields(RunFacts("x", "short", rejected={"a:b": 2})).as_dict()
    assert (refused["acceptance"], refused["cost_per_accepted"]) == (0.0, None)
