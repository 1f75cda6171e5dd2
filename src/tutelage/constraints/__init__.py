"""Verifiable constraints: put into a question as a sentence, and checked in its answer by a program.

After the idea of IFEval (Zhou et al. 2023, arXiv:2311.07911): instructions whose keeping needs no judge.

Constraint("length_words", {"relation": "at_most", "count": 80})
    .wording("en")      → "Use at most 80 words."
    .check(answer)      → Finding(ok, measured, detail)
draw_constraints(seed, place, ["length", "json"], 1, "en")   compatible ones for one answer
"""

from tutelage.constraints.constraint import FAMILIES, RULES, Constraint
from tutelage.constraints.drawing import compatible, draw_constraints, expanded
from tutelage.constraints.rule import Finding, Subject
from tutelage.constraints.settings import ConstraintSettings

__all__ = [
    "FAMILIES",
    "RULES",
    "Constraint",
    "ConstraintSettings",
    "Finding",
    "Subject",
    "compatible",
    "draw_constraints",
    "expanded",
]
