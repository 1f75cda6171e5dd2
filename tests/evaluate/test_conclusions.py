"""What follows from all figures of an evaluation, whatever the bench."""

from __future__ import annotations

import pytest

pytest.importorskip("numpy", reason="the statistics of an evaluation need the extra 'evaluate'")

from comparisons import better, seeing
from tutelage.evaluate.alpaca_eval import AlpacaEval
from tutelage.evaluate.bench import Evidence, Figures, Measure
from tutelage.evaluate.conclusions import conclude, of_models, scale_figures


def test_pairs_and_those_against_the_baseline_stand_apart_with_their_level() -> None:
    evidence = Evidence(judgements=[*better("a"), *better("b", 0.6), *seeing()], baseline="plain")
    found = conclude(AlpacaEval(), evidence, Figures("alpaca-eval", {}))
    assert [(row["model"], row["other"]) for row in found.details["pairs"]] == [("a", "b")]
    assert [row["model"] for row in found.details["against"]] == ["a", "b"]
    (row,) = found.details["pairs"]
    assert row["interval"][0] < row["difference"] < row["interval"][1]
    assert (row["level"], row["verdict"], row["sign_test"]["for_model"]) == (1 - 0.05 / 3, "better", 20)
    assert any("98.33 %" in line for line in found.lines)
    assert found.details["judge_check"]["sensitivity"] == 1.0


def test_what_nobody_has_a_figure_in_is_no_measure() -> None:
    assert (
        of_models([Measure("loss", {"a": {"q": None}}), Measure("match", {"sanity:empty": {"q": 1.0}})]) == []
    )


def test_the_scale_has_models_and_baseline_in_order() -> None:
    values = {
        name: {f"q{i}": 100.0 * (i % 5 in wins) for i in range(200)}
        for name, wins in (("m0", [0]), ("m1", [1, 2, 3, 4]))
    }
    scale = scale_figures(Measure("win rate", values, versus="old"))
    assert scale is not None
    assert list(scale) == ["m1", "old", "m0"]
    assert scale_figures(Measure("win rate", {"m1": values["m1"]}, versus="old")) is None
