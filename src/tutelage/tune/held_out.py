"""Rows that are not trained on: a share of every cell, and no near copy of them on the training side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutelage.draw import draw
from tutelage.errors import BadInput
from tutelage.novelty import Index
from tutelage.records import Example, canonical
from tutelage.tune.tokens import LeftOut

FEWEST = 20  # below so many examples a share holds nothing out: each is needed for training
MOST = 100  # rows that a share takes at most
_ALIKE = 0.7  # ROUGE-L F1, the threshold of Self-Instruct
_TOO_MANY = 0.5  # share of copies from which on the rows are of one mould rather than copied


@dataclass(frozen=True, slots=True)
class Split:
    """``training`` and ``held_out`` in the order of the examples; ``copies`` left the training side."""

    training: tuple[Example, ...]
    held_out: tuple[Example, ...]
    copies: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()


def split(examples: Sequence[Example], wanted: float, seed: int) -> Split:
    """Hold out ``wanted`` of ``examples``: a share below 1, or rows.

    Which rows are held out depends on their ids, their cells and ``seed``, not on their order.

    Raises:
        BadInput: so many rows are wanted that none would be left.
    """
    count = rows_held_out(len(examples), wanted)
    if not count:
        note = f"nothing is held out: {len(examples)} examples" if wanted else "nothing is held out, as asked"
        return Split(tuple(examples), (), notes=(note,))
    chosen = _drawn(examples, count, seed)
    held_out = tuple(example for place, example in enumerate(examples) if place in chosen)
    training = [example for place, example in enumerate(examples) if place not in chosen]
    return _without_copies(training, held_out)


def rows_held_out(examples: int, wanted: float) -> int:
    """How many of so many examples are held out.

    Raises:
        BadInput: as :func:`split`.
    """
    if wanted < 1:
        return min(MOST, round(examples * wanted)) if examples >= FEWEST else 0
    if wanted >= examples:
        raise BadInput(
            f"held_out {wanted:.0f} leaves nothing to train on: there are {examples} examples",
            where="tune.held_out",
            remedy="hold out fewer rows, or a share such as 0.1",
        )
    return int(wanted)


def _drawn(examples: Sequence[Example], count: int, seed: int) -> set[int]:
    """Places of the held-out rows: each cell gives its share, what is left over goes by largest remainder."""
    cells: dict[str, list[int]] = {}
    for place, example in enumerate(examples):
        cells.setdefault(canonical(dict(example.cell)), []).append(place)
    chance = {cell: draw(seed, f"tune/held-out/cell/{cell}").random() for cell in cells}
    share = {cell: count * len(places) / len(examples) for cell, places in cells.items()}
    quota = {cell: int(part) for cell, part in share.items()}
    by_remainder = sorted(cells, key=lambda cell: (quota[cell] - share[cell], chance[cell], cell))
    for cell in by_remainder[: count - sum(quota.values())]:
        quota[cell] += 1
    chosen: set[int] = set()
    for cell, places in cells.items():
        order = sorted(places, key=lambda place: _lot(seed, examples[place]))
        chosen.update(order[: quota[cell]])
    return chosen


def _lot(seed: int, example: Example) -> tuple[float, str]:
    return draw(seed, f"tune/held-out/{example.id}").random(), example.id


def _without_copies(training: list[Example], held_out: tuple[Example, ...]) -> Split:
    """Training rows whose whole text is nearly that of a held-out row leave, unless that is half of them."""
    index = Index(_ALIKE)
    for example in held_out:
        index.add(example.id, _text(example))
    kept: list[Example] = []
    copies: list[LeftOut] = []
    for example in training:
        match = index.find(_text(example))
        if match is None:
            kept.append(example)
        else:
            detail = f"ROUGE-L {match.score:.2f} with held-out {match.key}"
            copies.append(LeftOut(example.id, "held_out_copy", detail=detail))
    if len(copies) > _TOO_MANY * len(training):
        note = (
            f"{len(copies)} of {len(training)} training rows are nearly the same text as a held-out row; "
            "they share a mould, so they stay, and the held-out loss is kinder than it should be"
        )
        return Split(tuple(training), held_out, notes=(note,))
    return Split(tuple(kept), held_out, tuple(copies))


def _text(example: Example) -> str:
    """What was asked and what was answered: system texts are often the same for all."""
    return "\n".join(message.content for message in example.messages if message.role != "system")
