from __future__ import annotations

import numpy as np
import pytest

from studies import World, named
from tutelage.errors import BadInput
from tutelage.evaluate.statistics.design import GamedRow, design, gamed_rows
from tutelage.evaluate.statistics.length_control import fit_design


def some_gamed(chance: np.random.Generator, n: int) -> list[GamedRow]:
    return [
        GamedRow(f"q{at}", float(chance.random()), float(chance.normal()), variant)
        for variant in ("concise", "verbose")
        for at in range(n)
    ]


def test_a_refit_with_counts_is_a_fit_of_repeated_rows() -> None:
    chance = np.random.default_rng(8)
    values, gap, levels = World().study(chance, 20)
    y, model, baseline, gamma = named(values), named(gap * 0), named(gap), named(levels)
    gamed = some_gamed(chance, 20)
    made = design(y, model, baseline, gamma, gamed)
    counts = np.random.default_rng(0).integers(0, 4, 20)
    rows = {
        f"{each}.{copy}": each for each, k in zip(made.questions, counts, strict=True) for copy in range(k)
    }
    repeated = design(
        *({copy: part[each] for copy, each in rows.items()} for part in (y, model, baseline, gamma)),
        [row._replace(question=copy) for copy, each in rows.items() for row in gamed if row.question == each],
    )
    expected = fit_design(repeated).win_rate
    assert made.rates(counts[None].astype(float))[0] == pytest.approx(expected, abs=1e-6)


def test_one_s_own_gamed_rows_are_measured_in_their_own_spread() -> None:
    _, gap, _ = World().study(np.random.default_rng(9), 10)
    model, baseline = named(gap * 0), named(gap)
    rows = gamed_rows("concise", dict.fromkeys(model, 0.4) | {"q1": None}, model, baseline)
    assert {row.question for row in rows} == set(model) - {"q1"}
    assert np.std([row.length for row in rows], ddof=1) == pytest.approx(1)
    assert {row.variant for row in rows} == {"concise"}


def test_fewer_questions_keep_their_own_gamed_rows() -> None:
    chance = np.random.default_rng(3)
    y, gap, gamma = World().study(chance, 12)
    gamed = some_gamed(chance, 12)
    made = design(named(y), named(gap * 0), named(gap), named(gamma), gamed)
    kept = {f"q{at}" for at in (1, 5, 7, 9)}
    fewer = made.only(kept)
    direct = design({each: named(y)[each] for each in kept}, named(gap * 0), named(gap), named(gamma), gamed)
    assert fit_design(fewer).win_rate == pytest.approx(fit_design(direct).win_rate)
    assert (fewer.missing, len(fewer.gamed_at)) == (8, 8)
    with pytest.raises(BadInput, match="in common"):
        fewer.common(made.only({"q2"}))
