"""What tokens cost: a small shipped table, which a recipe overrides."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Protocol

import yaml

from tutelage.records import Usage

# What may follow a table's name without making it another model: a date, a number of issue, "latest".
_SAME_MODEL = re.compile(r"[-@:](?:\d{4}-\d{2}-\d{2}|\d{8}|\d{3,4}|latest)")
_OWN_MACHINE = {"gguf", "scripted"}


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens, with no discount for cached prompts: a cost is an upper bound."""

    prompt: float
    completion: float

    def cost(self, usage: Usage) -> float:
        """US dollars for ``usage``; thinking is paid as part of the completion."""
        return (usage.prompt * self.prompt + usage.completion * self.completion) / 1e6

    def times(self, factor: float) -> Price:
        """Both prices times ``factor``: 0.5 for OpenAI's batches."""
        return Price(self.prompt * factor, self.completion * factor)


FREE = Price(0.0, 0.0)


class Priced(Protocol):
    """Whatever states the two prices, such as a recipe's."""

    @property
    def prompt(self) -> float:
        """US dollars per million prompt tokens."""
        ...

    @property
    def completion(self) -> float:
        """US dollars per million completion tokens."""
        ...


@functools.cache
def table() -> tuple[str, Mapping[str, Price]]:
    """The day that the shipped table stands for (ISO), and its prices by model name."""
    plain = yaml.safe_load(files("tutelage.teachers").joinpath("prices.yaml").read_text(encoding="utf-8"))
    return str(plain["as_of"]), {name: Price(*pair) for name, pair in plain["usd_per_million"].items()}


def price_of(model: str, overrides: Mapping[str, Priced] | None = None, *, kind: str = "") -> Price | None:
    """The price of ``model`` as its teacher names it, or ``None`` if it is not known.

    ``overrides`` go first, then kinds that run on this machine (free), then the shipped table. A dated name
    (``gpt-4o-2024-08-06``) has the price of the longest name it begins with; a router's prefix
    (``openai/gpt-4o``) is left off. Another variant (``o3-pro``) is another model, never guessed.
    """
    found = _match(model, overrides or {})
    if found or kind in _OWN_MACHINE:
        return found or FREE
    return _match(model, table()[1])


def _match(model: str, prices: Mapping[str, Priced]) -> Price | None:
    for name in (model, model.rpartition("/")[2]):
        for known in sorted(prices, key=len, reverse=True):
            rest = name.removeprefix(known) if name.startswith(known) else None
            if rest is not None and (not rest or _SAME_MODEL.fullmatch(rest)):
                return Price(prices[known].prompt, prices[known].completion)
    return None
