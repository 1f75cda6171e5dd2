"""Chance belongs to a place."""

from __future__ import annotations

from tutelage.draw import draw


def test_a_place_has_its_own_stream_whatever_happened_elsewhere():
    first = draw(1, "generate/a").random()
    draw(1, "generate/b").random()
    assert draw(1, "generate/a").random() == first


def test_seeds_and_places_differ():
    values = {draw(seed, place).random() for seed in range(20) for place in ("a", "b", "1/a", "11/a")}
    assert len(values) == 80


def test_the_stream_is_the_same_on_every_platform():
    assert draw(42, "plan/0").randrange(10**9) == 17341898
