"""The contract of a selector: from a pool of examples, at most a budget of them, each with its reason.

A selection explains itself: what was chosen, in the order of choosing and with the figure it was chosen by,
and what was left out and why. A smaller budget's choice is a prefix of a larger one's.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from tutelage.plugins import Kind
from tutelage.records import Example

BEYOND = "beyond_budget"  # the reason of what would have come later


@dataclass(frozen=True, slots=True)
class Choice:
    """One example, chosen or left out.

    ``reason`` is a code such as ``drawn`` or ``too_similar``; ``score`` the figure that decided;
    ``witness`` the id of the chosen example that stands against it, where there is one.
    """

    id: str
    reason: str
    score: float | None = None
    witness: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """``chosen`` in the order of choosing, and ``left_out``: together every example of the pool, once."""

    chosen: tuple[Choice, ...]
    left_out: tuple[Choice, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many were left out, by reason, most first."""
        return dict(Counter(each.reason for each in self.left_out).most_common())


class Selector(Kind, ABC):
    """The settings of a selector."""

    reads_text: ClassVar[bool] = True
    """Whether it looks at more than ids and cells; where not, a large pool need not lie in memory."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of lineage fields that it reads; of a row without lineage, columns of the file."""
        return ()

    @abstractmethod
    def select(self, pool: Sequence[Example], budget: int, seed: int) -> Selection:
        """At most ``budget`` examples of ``pool``, whose ids differ.

        The result depends on ids, contents and ``seed``; the order of the pool counts nothing.

        Raises:
            BadInput: the settings name something that the pool does not have.
        """


def rank(seed: int, id: str) -> int:
    """Where ``id`` stands in the lottery of ``seed``: 64 bits of chance that belong to that place alone.

    A hash and not :func:`tutelage.draw.draw`, whose generator takes six times as long to start: there is one
    draw for every row of a pool.
    """
    name = hashlib.blake2b(f"{seed}/rank/{id}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(name, "big")


def by_rank(pool: Sequence[Example], seed: int) -> list[Example]:
    """``pool`` in the order of the lottery."""
    return sorted(pool, key=lambda example: (rank(seed, example.id), example.id))
