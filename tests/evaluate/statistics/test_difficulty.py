from __future__ import annotations

import numpy as np
import pytest

from studies import World, named, sigmoid
from tutelage.errors import BadInput
from tutelage.evaluate.statistics.design import Design, design
from tutelage.evaluate.statistics.difficulty import joint_fit


def models(count: int, n: int = 150, seed: int = 0) -> tuple[dict[str, Design], dict[str, float]]:
    chance = np.random.default_rng(seed)
    gamma = chance.normal(0, 1.4, n)
    worlds = [World(bias=float(chance.normal(-1, 1)), difficulty=1.0, noise=1.0) for _ in range(count)]
    return {f"m{at}": world.design(chance, n, gamma) for at, world in enumerate(worlds)}, named(gamma)


def test_difficulties_come_back_and_better_with_more_models() -> None:
    agreement = []
    for count in (2, 12):
        designs, true = models(count)
        found = joint_fit(designs)
        assert found.settled
        agreement.append(np.corrcoef([found.gamma[each] for each in true], list(true.values()))[0, 1])
    assert agreement[1] > 0.9 > agreement[0] > 0.4


def test_they_are_centred_and_counted() -> None:
    designs, _ = models(3, 40)
    designs["m0"] = designs["m0"].only(set(designs["m0"].questions[:30]))
    found = joint_fit(designs)
    assert sum(found.gamma.values()) == pytest.approx(0, abs=1e-9)
    assert sorted(set(found.seen.values())) == [2, 3]
    assert any("10 questions" in note for note in found.notes)
    assert any("rough" in note for note in found.notes)


def test_the_score_is_zero_at_the_fit() -> None:
    """Per question: Σ_m (y - p) = prior · γ, up to the shift that centres γ."""
    designs, _ = models(4, 30)
    found = joint_fit(designs, prior=0.7)
    again = joint_fit(dict(reversed(designs.items())), prior=0.7)
    assert again.gamma == pytest.approx(found.gamma)
    strong = joint_fit(designs, prior=1e6)
    assert max(abs(value) for value in strong.gamma.values()) < 1e-4


def test_harder_for_all_is_harder() -> None:
    y = np.array([0.9, 0.5, 0.1] * 10)
    made = design(named(y), named(y * 0), named(y * 0))
    found = joint_fit({"a": made, "b": made})
    levels = [found.gamma[f"q{at}"] for at in range(3)]
    assert levels[0] > levels[1] > levels[2]
    assert levels[0] - levels[1] == pytest.approx(levels[1] - levels[2], abs=1e-6)
    # One question of two equal models: 2(0.9 - σ(γ)) = prior γ, and θ = 0 by symmetry.
    assert 2 * (0.9 - float(sigmoid(np.array(levels[0])))) == pytest.approx(0.5 * levels[0], abs=1e-6)


def test_the_model_to_be_scored_can_be_left_out() -> None:
    designs, _ = models(4, 40)
    found = joint_fit(designs, without="m2")
    assert found.models == ("m0", "m1", "m3")
    rest = {name: made for name, made in designs.items() if name != "m2"}
    assert found.gamma == joint_fit(rest).gamma


def test_too_few_models_unknown_names_and_bad_priors_are_refused() -> None:
    designs, _ = models(2, 20)
    with pytest.raises(BadInput, match="at least two"):
        joint_fit(designs, without="m1")
    with pytest.raises(BadInput, match="no model") as caught:
        joint_fit(designs, without="m11")
    assert "m1" in caught.value.remedy
    with pytest.raises(BadInput, match="positive"):
        joint_fit(designs, prior=0)
