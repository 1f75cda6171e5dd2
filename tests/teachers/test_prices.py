"""A price is right or unknown, never guessed."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.records import Usage
from tutelage.teachers.prices import FREE, Price, price_of, table


@pytest.mark.parametrize(
    ("model", "same_as"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("openai/gpt-4o-mini", "gpt-4o-mini"),
        ("claude-opus-4-1-20250805", "claude-opus-4-1"),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku"),
        ("gemini-2.0-flash-001", "gemini-2.0-flash"),
    ],
)
def test_dated_and_routed_names_have_the_price_of_their_model(model, same_as):
    assert price_of(model) == table()[1][same_as]


@pytest.mark.parametrize("model", ["o3-pro", "gpt-4o-audio-preview", "claude-opus-4-9", "my-model", ""])
def test_another_variant_is_unknown(model):
    assert price_of(model) is None


def test_a_recipe_goes_first_and_own_machines_are_free():
    mine = {"gpt-4o": Price(1, 2), "org/model": Price(3, 4)}
    assert price_of("gpt-4o", mine) == Price(1, 2)
    assert price_of("org/model", mine) == Price(3, 4)
    assert price_of("anything", kind="gguf") == FREE
    assert price_of("gpt-4o", mine, kind="scripted") == Price(1, 2)


def test_the_table_is_dated_and_sane():
    day, prices = table()
    assert datetime.date.fromisoformat(day).year >= 2025
    assert all(0 < price.prompt <= price.completion for price in prices.values())


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_cost_is_linear_and_thinking_is_not_paid_twice(prompt, completion):
    price = Price(2.0, 8.0)
    usage = Usage(prompt, completion, completion // 2)
    assert price.cost(usage) == pytest.approx(prompt * 2e-6 + completion * 8e-6)
    assert price.times(0.5).cost(usage) == pytest.approx(price.cost(usage) / 2)
