"""Which pool an example belongs to: all examples are one, or those of one value in their cell."""

from __future__ import annotations

from tutelage.errors import BadInput, nearest
from tutelage.records import Example

EVERYTHING = "all"


def pool_of(example: Example, scope: str, setting: str) -> str:
    """The name of the pool of ``example``; ``setting`` names the scope's place in an error.

    Raises:
        BadInput: ``scope`` is no key of the example's cell.
    """
    if scope == EVERYTHING:
        return ""
    try:
        return example.cell[scope]
    except KeyError:
        raise BadInput(
            f"the scope '{scope}' is no key of this row's cell",
            where=f"{setting}, row {example.id}",
            remedy=nearest(scope, [EVERYTHING, *example.cell]),
        ) from None
