"""Sampling settings lie over one another."""

from __future__ import annotations

from tutelage.asking import Sampling


def test_what_is_said_above_wins_and_silence_falls_through():
    above = Sampling(temperature=0.0, stop=("END",))
    below = Sampling(temperature=1.0, max_tokens=100, n=3, extra={"top_k": 5})
    merged = above.over(below)
    assert (merged.temperature, merged.max_tokens, merged.n) == (0.0, 100, 3)
    assert merged.stop == ("END",)
    assert merged.extra == {"top_k": 5}


def test_laying_over_nothing_changes_nothing():
    sampling = Sampling(temperature=0.3, logprobs=5, schema={"type": "object"})
    assert sampling.over(Sampling()) == sampling
