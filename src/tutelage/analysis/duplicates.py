"""What a dataset says twice: equal rows, and groups of instructions that are nearly the same.

Rows are equal after normalisation (NFKC, case and white space folded), counted by instruction, by question
(instruction and input) and by row. A near-duplicate group is a representative and all later instructions
that the novelty filter would have refused for its sake (ROUGE-L F1 above the threshold). Groups are not
chained: if B is like A and C is like B alone, C founds a group of its own. Connected components would join
them all, and on real data they run into thousands of instructions that have little to do with each other.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tutelage.novelty import Index, Tokens
from tutelage.records import Example
from tutelage.text import normalise

THRESHOLD = 0.7

_GROUPS, _MEMBERS = 10, 5  # groups shown, and members of each
_EXCERPT = 300  # characters of an instruction that is shown


@dataclass(frozen=True, slots=True)
class Repeats:
    """``groups`` texts come more than once; ``spare`` rows, a ``share`` of all, could go without loss."""

    groups: int
    spare: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Member:
    """An instruction of a group; ``score`` is its ROUGE-L F1 to the representative."""

    id: str
    instruction: str
    score: float


@dataclass(frozen=True, slots=True)
class NearGroup:
    """``size`` instructions that are nearly the same: the first of them, and the next few of the others."""

    id: str
    instruction: str
    size: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class DuplicateReport:
    """Equal rows and near-duplicate groups of ``examples`` rows.

    ``near`` counts groups and the instructions in them beside their representatives, equal ones included;
    ``sizes`` maps the size of a group to the number of groups; ``largest`` shows the biggest. ``no_tokens``
    instructions have no word to compare.
    """

    examples: int
    instruction: Repeats
    question: Repeats
    row: Repeats
    threshold: float
    tokens: Tokens
    near: Repeats
    sizes: dict[int, int]
    largest: tuple[NearGroup, ...]
    no_tokens: int

    def as_dict(self) -> dict[str, Any]:
        """JSON-able figures."""
        return asdict(self) | {
            "sizes": {str(size): count for size, count in self.sizes.items()},
            "largest": [asdict(group) for group in self.largest],
        }


def measure_duplicates(
    examples: Sequence[Example], *, threshold: float = THRESHOLD, tokens: Tokens = "unicode"
) -> DuplicateReport:
    """What the rows of ``examples`` repeat, in their order.

    Raises:
        BadInput: the threshold is not above 0 and at most 1.
    """
    index = Index(threshold, tokens=tokens)
    # Rows stand for themselves: a dataset may give one id twice.
    found = index.decide((str(row), example.instruction) for row, example in enumerate(examples))
    members: dict[int, list[tuple[int, float]]] = {}
    for row, match in enumerate(found):
        if match is not None:
            members.setdefault(int(match.key), []).append((row, match.score))
    largest = sorted(members, key=lambda first: (-len(members[first]), first))[:_GROUPS]
    sizes = Counter(len(each) + 1 for each in members.values())
    refused = sum(match is not None for match in found)
    return DuplicateReport(
        examples=len(examples),
        instruction=_equal(examples, "instruction"),
        question=_equal(examples, "instruction", "input"),
        row=_equal(examples, "instruction", "input", "output"),
        threshold=threshold,
        tokens=tokens,
        near=_repeats(len(members), refused, len(examples)),
        sizes=dict(sorted(sizes.items())),
        largest=tuple(_group(examples, first, members[first]) for first in largest),
        no_tokens=len(examples) - len(index) - refused,
    )


def _equal(examples: Sequence[Example], *parts: str) -> Repeats:
    """How often the named parts of a row come again, all of them together."""
    counts = Counter(_name([getattr(example, part) for part in parts]) for example in examples)
    groups = sum(count > 1 for count in counts.values())
    return _repeats(groups, len(examples) - len(counts), len(examples))


def _repeats(groups: int, spare: int, rows: int) -> Repeats:
    return Repeats(groups, spare, spare / rows if rows else None)


def _name(parts: Sequence[str]) -> bytes:
    """128 bits in place of normalised texts, which may be long."""
    text = "\0".join(normalise(part).replace("\0", " ") for part in parts)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _group(examples: Sequence[Example], first: int, others: Sequence[tuple[int, float]]) -> NearGroup:
    shown = tuple(
        Member(examples[row].id, _excerpt(examples[row].instruction), score)
        for row, score in others[:_MEMBERS]
    )
    chosen = examples[first]
    return NearGroup(chosen.id, _excerpt(chosen.instruction), len(others) + 1, shown)


def _excerpt(text: str) -> str:
    return text if len(text) <= _EXCERPT else text[:_EXCERPT] + " …"
