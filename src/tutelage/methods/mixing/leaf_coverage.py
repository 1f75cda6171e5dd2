"""How much of a tree a dataset has met: pairs of leaves, and the use of every skill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import combinations as subsets
from math import comb
from typing import Any, Literal

from tutelage.methods.method import Report
from tutelage.methods.mixing.leaf_skills import LeafSkills
from tutelage.records import Example


def coverage(skills: LeafSkills, units: Literal["leaves", "skills"], kept: Iterable[Example]) -> Report:
    """The share of pairs of ``units`` that the lineages of ``kept`` name together, and what is lacking."""
    names = sorted(skills.of) if units == "leaves" else sorted(skills.as_list().names)
    met: set[tuple[str, str]] = set()
    uses: Counter[tuple[str, int]] = Counter()
    for example in kept:
        places = [skills.find(name) for name in example.lineage.get("skills", ())]
        uses.update(place for place in places if place)
        of_leaves = example.lineage.get("leaves", ())
        found = of_leaves if units == "leaves" else [skills.of[leaf][n] for leaf, n in filter(None, places)]
        met.update(subsets(sorted({name for name in found if name in skills.of or units == "skills"}), 2))
    pairs = comb(len(names), 2)
    lines = {
        f"pairs of {units} covered": share(len(met), pairs),
        "skills used": share(len(uses), skills.count),
    }
    if units == "skills":
        lines["leaves"] = f"{len(skills.of)}, fewer than the skills of an example: mixed by skill"
    lacking = {
        one: [other for other in names[n + 1 :] if (one, other) not in met] for n, one in enumerate(names)
    }
    details: dict[str, Any] = {
        f"pairs_of_{units}": pairs,
        "covered": len(met),
        "share": round(len(met) / pairs, 4) if pairs else None,
        "uncovered": {name: others for name, others in lacking.items() if others},
        "examples_by_skill": {
            leaf: {name: uses[leaf, number] for number, name in enumerate(of)}
            for leaf, of in skills.of.items()
        },
    }
    return Report(lines, details)


def share(part: int, whole: int) -> str:
    """``312 of 780 (40.0 %)``."""
    return f"{part:,} of {whole:,}" + (f" ({100 * part / whole:.1f} %)" if whole else "")
