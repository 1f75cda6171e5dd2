"""Mixtures of several sources: rates, and from rates whole numbers of rows.

Longpre et al., "The Flan Collection", 2023 (arXiv:2301.13688), after Raffel et al. 2020 (arXiv:1910.10683):
a source of n rows is mixed at the rate min(n × scale, cap) ^ (1 / temperature), normalised. There a mixture
is an endless stream; here it is finite: rates become quotas of a wanted total, and a source gives no row
twice unless that is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Literal

from tutelage.errors import BadInput

_MOST = 1e12  # of a setting: so that no power or sum of them leaves the floating-point numbers

WhenExhausted = Literal["stop", "redistribute", "repeat"]


@dataclass(frozen=True)
class Mixture:
    """What is wanted; see the module text.

    ``weights`` are rates of one's own, one a source, in place of those by size. ``when_exhausted``: ``stop``
    ends the mixture where the first source is used up, so that the rates hold; ``redistribute`` gives its
    share to the others; ``repeat`` takes its rows again, all of them before any a third time.

    Raises:
        BadInput: a number outside its range, or weights beside a cap, scale or temperature.
    """

    total: int
    cap: int | None = None
    temperature: float = 1.0
    scale: float = 1.0
    weights: tuple[float, ...] = ()
    when_exhausted: WhenExhausted = "redistribute"

    def __post_init__(self) -> None:
        for name in ("total", "cap"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise BadInput(f"{name} must be 1 or more, but it is {value}", where=f"--{name} {value}")
        for name in ("temperature", "scale"):
            value = getattr(self, name)
            if not 0 < value <= _MOST:
                raise BadInput(
                    f"{name} must be above 0 and at most {_MOST:g}, but it is {value:g}",
                    where=f"--{name} {value:g}",
                )
        if self.weights:
            self._check_weights()

    def _check_weights(self) -> None:
        if (self.cap, self.temperature, self.scale) != (None, 1.0, 1.0):
            raise BadInput(
                "weights take the place of sizes, so there is nothing to cap, scale or temper",
                where="--weights",
                remedy="give either weights, or a cap, scale and temperature",
            )
        if not all(0 <= each <= _MOST for each in self.weights) or not any(self.weights):
            raise BadInput(
                f"weights must be 0 or more and at most {_MOST:g}, and one above 0",
                where=f"--weights {','.join(map(str, self.weights))}",
                remedy="write for example --weights 3,1,1",
            )

    def rates(self, sizes: Sequence[int]) -> list[float]:
        """The share of each source, adding up to 1.

        Raises:
            BadInput: another number of weights than sources.
        """
        if self.weights:
            if len(self.weights) != len(sizes):
                raise BadInput(
                    f"there are {len(self.weights)} weights for {len(sizes)} sources",
                    where="--weights",
                    remedy="give one weight a file, in their order",
                )
            raw = list(self.weights)
        else:
            cap = float("inf") if self.cap is None else self.cap
            counted = [min(size * self.scale, cap) for size in sizes]
            raw = [(each / max(counted)) ** (1 / self.temperature) for each in counted]
        whole = sum(raw)
        return [each / whole for each in raw]


@dataclass(frozen=True)
class Quotas:
    """Rows a source, in the order of the sources: what the rates ask for, and what there is."""

    requested: tuple[int, ...]
    obtained: tuple[int, ...]


def allot(sizes: Sequence[int], mixture: Mixture) -> Quotas:
    """Quotas of ``mixture`` for sources of ``sizes`` rows.

    Raises:
        BadInput: see :meth:`Mixture.rates`.
    """
    rates = mixture.rates(sizes)
    requested = largest_remainder(rates, mixture.total)
    if mixture.when_exhausted == "repeat":
        obtained = [wanted if size else 0 for wanted, size in zip(requested, sizes, strict=True)]
    elif mixture.when_exhausted == "stop":
        obtained = _until_one_is_empty(rates, sizes, mixture.total)
    else:
        obtained = _redistributed(rates, sizes, mixture.total)
    return Quotas(tuple(requested), tuple(obtained))


def largest_remainder(shares: Sequence[float], total: int) -> list[int]:
    """``total`` in whole numbers by ``shares``: each rounded down, what is left to the largest remainders.

    Shares need not add up to 1; at a tie the earlier one wins. All zeros give zeros.
    """
    exact = [Fraction(share) for share in shares]
    whole = sum(exact)
    if not whole:
        return [0] * len(exact)
    wanted = [share * total / whole for share in exact]
    quotas = [floor(each) for each in wanted]
    by_remainder = sorted(range(len(wanted)), key=lambda number: quotas[number] - wanted[number])
    for number in by_remainder[: total - sum(quotas)]:
        quotas[number] += 1
    return quotas


def _until_one_is_empty(rates: Sequence[float], sizes: Sequence[int], total: int) -> list[int]:
    """The quotas of the largest total, up to ``total``, that no source falls short of."""
    bounds = [(size + 1) / rate for rate, size in zip(rates, sizes, strict=True) if rate]
    reachable = floor(min([total, *bounds]))
    while True:
        quotas = largest_remainder(rates, reachable)
        if all(quota <= size for quota, size in zip(quotas, sizes, strict=True)):
            return quotas
        reachable -= 1


def _redistributed(rates: Sequence[float], sizes: Sequence[int], total: int) -> list[int]:
    """Quotas in which exhausted sources give all they have, and the others share the rest by their rates."""
    full: set[int] = set()
    while True:
        rest = total - sum(sizes[number] for number in full)
        open_rates = [0.0 if number in full else rate for number, rate in enumerate(rates)]
        quotas = largest_remainder(open_rates, rest)
        short = {number for number, quota in enumerate(quotas) if quota > sizes[number]}
        if not short:
            return [sizes[number] if number in full else quota for number, quota in enumerate(quotas)]
        full |= short


def split_evenly(sizes: Sequence[int], total: int) -> list[int]:
    """``total`` over groups of ``sizes``, equally as far as they have it: water filling.

    Groups that could take one more than there is left to give get it in their order. More than all sizes
    together is cut to that.
    """
    quotas = [0] * len(sizes)
    left = min(total, sum(sizes))
    while left:
        hungry = [number for number, size in enumerate(sizes) if quotas[number] < size]
        step = min(left // len(hungry), min(sizes[number] - quotas[number] for number in hungry))
        for number in hungry if step else hungry[:left]:
            quotas[number] += step or 1
            left -= step or 1
    return quotas
