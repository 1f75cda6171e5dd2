from __future__ import annotations

from tutelage.evaluate.headlines import Headline, by_category, headlines


def test_an_interval_belongs_to_its_own_figure() -> None:
    mt = {"win_rate": 40.0, "adjusted_win_rate": 55.0, "interval": [50.0, 60.0]}
    found = {each.name: each for each in headlines(mt)}
    assert found["win rate with ties as half, %"][1:] == (55.0, 50.0, 60.0)
    assert found["win rate, %"][1:] == (40.0, None, None)
    kept = headlines({"prompt_strict": 0.4, "intervals": {"prompt_strict": [0.3, 0.5]}})
    assert kept == [Headline("prompts kept, strict", 0.4, 0.3, 0.5)]


def test_an_unknown_bench_tells_its_plain_figures() -> None:
    assert headlines({"my_figure": 2, "text": "a", "flag": True, "bad": float("nan")}) == [
        Headline("my figure", 2.0)
    ]


def test_categories_of_any_bench() -> None:
    assert by_category({"categories": {"a": {"win_rate": 50.0, "n": 3}}}) == {"a": (50.0, 3)}
    assert by_category({"task_rewards": {"a": 1.5, "b": None}}) == {"a": (1.5, None), "b": (None, None)}
    assert by_category({}) == {}


def test_the_minimal_formula_is_named() -> None:
    plain = {"lc_win_rate": 30.0, "lc_interval": [20.0, 40.0]}
    assert "minimal" in headlines({**plain, "lc_formula": "minimal"})[0].name
    assert "minimal" not in headlines({**plain, "lc_formula": "full"})[0].name
