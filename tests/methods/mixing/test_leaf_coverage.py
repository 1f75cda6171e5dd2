"""What the report says of pairs that were met and skills that were used."""

from __future__ import annotations

from tutelage.methods.mixing.leaf_coverage import coverage, share
from tutelage.methods.mixing.leaf_skills import LeafSkills
from tutelage.records import Example

SKILLS = LeafSkills({"a": ("sewing", "chess"), "b": ("law",), "c": ("music",)})


def example(leaves: list[str], skills: list[str]) -> Example:
    return Example.single_turn("q", "a", id="x", lineage={"leaves": leaves, "skills": skills})


def test_pairs_of_leaves() -> None:
    kept = [example(["a", "b"], ["sewing", "law"]), example(["b", "a"], ["law", "sewing"])]
    told = coverage(SKILLS, "leaves", iter(kept))
    assert told.lines == {"pairs of leaves covered": "1 of 3 (33.3 %)", "skills used": "2 of 4 (50.0 %)"}
    assert told.details["uncovered"] == {"a": ["c"], "b": ["c"]}
    assert told.details["examples_by_skill"]["a"] == {"sewing": 2, "chess": 0}
    assert told.details["share"] == 0.3333


def test_pairs_of_skills_where_leaves_are_too_few() -> None:
    alone = LeafSkills({"a": ("sewing", "chess", "law")})
    told = coverage(alone, "skills", [example(["a", "a"], ["chess", "sewing"])])
    assert told.lines["pairs of skills covered"] == "1 of 3 (33.3 %)"
    assert "fewer" in told.lines["leaves"]
    assert told.details["uncovered"] == {"chess": ["law"], "law": ["sewing"]}


def test_leaves_and_skills_that_are_gone_count_for_nothing() -> None:
    told = coverage(SKILLS, "leaves", [example(["a", "gone"], ["chess", "gone"])])
    assert told.lines["pairs of leaves covered"] == "0 of 3 (0.0 %)"


def test_a_share_of_nothing_has_no_percentage() -> None:
    assert share(0, 0) == "0 of 0"
    assert share(1234, 2468) == "1,234 of 2,468 (50.0 %)"
