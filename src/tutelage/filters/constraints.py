"""Examples whose answer misses a constraint that came with its question.

A constraint is a demand that a program can check (``tutelage.constraints``; after IFEval, Zhou et al. 2023,
arXiv:2311.07911). An example carries those that were put into its question in ``lineage["constraints"]``; the
answer is measured again here, whatever has happened to it since it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from tutelage.constraints import RULES, Constraint
from tutelage.errors import BadInput, nearest
from tutelage.filters.filter import Filter, Gate
from tutelage.records import KEPT, Example, Verdict

LINEAGE = "constraints"  # where an example carries them


class Constraints(Filter):
    """Settings of the filter ``constraints``. Examples that carry none are kept, unless they are required."""

    kind: ClassVar[str] = "constraints"
    paper: ClassVar[str] = "Zhou et al. 2023, IFEval"
    memory: ClassVar[bool] = False

    required: bool = Field(default=False, description="refuse examples that carry no constraint")

    def start(self) -> Gate:
        """A gate without memory."""
        return _ConstraintsGate(self.required)


class _ConstraintsGate(Gate):
    def __init__(self, required: bool) -> None:
        self._required = required

    def judge(self, example: Example) -> Verdict:
        """Refuse with the kind of the first constraint that is missed; the score is the share that is met.

        What cannot be checked is refused too: ``unknown_kind``, ``unreadable``.
        """
        carried = example.lineage.get(LINEAGE)
        if carried is None or carried in ([], ()):
            # Kept with a reason, so that a file in which none is carried does not pass in silence.
            return Verdict(not self._required, "none", detail="the example carries no constraint")
        if not isinstance(carried, list | tuple):
            return Verdict(
                False, "unreadable", detail=f"a list of constraints is expected, not {carried!r:.100}"
            )
        missed: list[tuple[str, str]] = []
        for each in carried:
            fault, constraint = _read(each)
            if constraint is None:
                return fault
            finding = constraint.check(example.output)
            if not finding.ok:
                missed.append((constraint.kind, finding.detail))
        if not missed:
            return KEPT
        detail = "; ".join(f"{kind}: {said}" for kind, said in missed)
        return Verdict(False, missed[0][0], 1 - len(missed) / len(carried), detail)


def _read(plain: Any) -> tuple[Verdict, Constraint | None]:
    """The constraint, or the refusal that says why there is none."""
    if not isinstance(plain, Mapping) or not isinstance(plain.get("kind"), str):
        return Verdict(False, "unreadable", detail=f"not a constraint: {plain!r:.100}"), None
    kind = plain["kind"]
    if kind not in RULES:
        told = f"there is no constraint called '{kind}'; {nearest(kind, RULES)}"
        return Verdict(False, "unknown_kind", detail=told), None
    parameters = plain.get("parameters", {})
    if not isinstance(parameters, Mapping):
        return Verdict(False, "unreadable", detail=f"{kind}: parameters are {parameters!r:.100}"), None
    try:
        return KEPT, Constraint.from_dict({"kind": kind, "parameters": parameters})
    except BadInput as error:
        return Verdict(False, "unreadable", detail=f"{error.what} ({error.where})"), None
