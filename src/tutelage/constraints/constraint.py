"""A constraint: what an answer must keep to, in words for the question and as a check of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from tutelage.constraints import keywords, layout, length, whole
from tutelage.constraints.rule import WORDING, Finding, Parameters, Rule
from tutelage.errors import BadInput, nearest
from tutelage.prompts import Wording, material

RULES: dict[str, Rule[Any]] = {
    rule.kind: rule for rule in (*length.RULES, *layout.RULES, *keywords.RULES, *whole.RULES)
}
"""Every kind by name. A new one is a rule in its module and a file of wordings in each language."""

FAMILIES = tuple(dict.fromkeys(rule.family for rule in RULES.values()))


@dataclass(frozen=True)
class Constraint:
    """One constraint; ``parameters`` are checked when it is made.

    Raises:
        BadInput: an unknown kind, or parameters that it does not take.
    """

    kind: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in RULES:
            raise BadInput(
                f"there is no constraint called '{self.kind}'", where="kind", remedy=nearest(self.kind, RULES)
            )
        try:
            checked = self._rule.parameters.model_validate(dict(self.parameters))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise BadInput(
                f"the constraint '{self.kind}' cannot be read: {first['msg']}",
                where=".".join(map(str, first["loc"])) or repr(dict(self.parameters)),
                remedy=f"its parameters: {', '.join(self._rule.parameters.model_fields) or 'none'}",
            ) from error
        object.__setattr__(self, "parameters", checked.model_dump(mode="json"))

    @property
    def _rule(self) -> Rule[Any]:
        return RULES[self.kind]

    @property
    def _read(self) -> Parameters:
        read: Parameters = self._rule.parameters.model_validate(dict(self.parameters))
        return read

    @property
    def family(self) -> str:
        """``length``, ``format``, ``keywords``, ``language``, ``json``, ``start`` or ``end``."""
        return self._rule.family

    def wordings(self, language: str) -> list[str]:
        """Every sentence that can ask for it in ``language``.

        Raises:
            BadInput: no wording in that language, or none of this kind.
        """
        if language not in self._rule.languages:
            raise BadInput(
                f"the constraint '{self.kind}' has no wording in the language '{language}'",
                where="language",
                remedy=nearest(language, self._rule.languages),
            )
        name = f"{self.kind}.txt"
        text: str = material(WORDING, name, language)
        slots = self._read.slots(language)
        place = f"prompts/{WORDING}/{language}/{name}"
        return [Wording(line, place).render(**slots) for line in text.splitlines() if line.strip()]

    def wording(self, language: str, which: int = 0) -> str:
        """The sentence number ``which``, counted round and round."""
        found = self.wordings(language)
        return found[which % len(found)]

    def check(self, answer: str) -> Finding:
        """Whether ``answer`` keeps to it, and what was measured."""
        return self._rule.measure(answer, self._read)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able fields."""
        return {"kind": self.kind, "parameters": dict(self.parameters)}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Constraint:
        """The inverse of :meth:`as_dict`."""
        return cls(plain["kind"], dict(plain.get("parameters", {})))
