from __future__ import annotations

from pathlib import Path

import pytest

from tutelage.recipe import changes, load, parse
from tutelage.recipe.changes import ALL_STAY

SMALL = "teacher: {model: a}\nmethod: skillmix\n"


@pytest.mark.parametrize(
    ("pair", "path", "words"),
    [
        ("name=other", "name", ALL_STAY),
        ("target=5", "target", ALL_STAY),
        ("budget.money=5", "budget.money", ALL_STAY),
        ("pace.tries=3", "pace.tries", ALL_STAY),
        ("patience.yield=0.5", "patience.yield", ALL_STAY),
        ("export.formats=alpaca", "export.formats", ALL_STAY),
        ("novelty.threshold=0.5", "filters.novelty.threshold", ALL_STAY),
        ("teacher.timeout=5", "teacher.timeout", ALL_STAY),
        ("teacher.base_url=https://x/v1", "teacher.base_url", ALL_STAY),  # this kind's identity is its model
        ("teacher.model=b", "teacher.model", "no call of the teacher stays valid"),
        ("teacher.temperature=0.1", "teacher.temperature", "no call of the teacher stays valid"),
        ("seed=1", "seed", "drawn anew"),
        ("language=zh", "language", "other language"),
        ("method.system=Be kind.", "method.system", "asked anew"),
        ("method.prompts.draft=Write.", "method.prompts.draft", "that wording"),
        ("method.k=3", "method.k", "stay as they are stay valid"),
    ],
)
def test_each_change_says_which_calls_stay_valid(pair: str, path: str, words: str) -> None:
    found = {each.path: each for each in changes(parse(SMALL, "r").tree(), parse(SMALL, "r", [pair]).tree())}
    assert path in found
    assert words in found[path].touches
    assert found[path].old != found[path].new
    if path != "language":  # which is handed down
        assert len(found) == 1


def test_a_recipe_does_not_differ_from_itself() -> None:
    assert changes(parse(SMALL, "r").tree(), parse(SMALL, "r").tree()) == []


def test_filters_are_told_by_name() -> None:
    old = parse(SMALL, "r", ["filters=[shape, novelty]"]).tree()
    new = parse(SMALL, "r", ["filters=[shape, duplicate, novelty]"]).tree()
    found = {each.path: each for each in changes(old, new)}
    assert set(found) == {"filters.duplicate", "filters.novelty.place"}
    assert found["filters.duplicate"].old is None


def test_a_role_that_comes_or_goes() -> None:
    (change,) = changes(parse(SMALL, "r").tree(), parse(SMALL, "r", ["judge.model=b"]).tree())
    assert (change.path, change.old) == ("judge", None)


def test_files_are_told_by_name_and_content(tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text("a", encoding="utf-8")
    recipe = tmp_path / "r.yaml"
    recipe.write_text("teacher: {model: a}\nmethod: {kind: skillmix, skills_file: s.txt}\n", encoding="utf-8")
    old = load(recipe).tree()
    (tmp_path / "s.txt").write_text("b", encoding="utf-8")
    (change,) = changes(old, load(recipe).tree())
    assert change.path == "method.skills_file"
    assert change.old.startswith("s.txt (")


def test_answers_that_change_under_the_same_settings_are_told() -> None:
    old, new = parse(SMALL, "r").tree(), parse(SMALL, "r").tree()
    new["teacher"]["decides"]["identity"] = "another file of the same name"
    (change,) = changes(old, new)
    assert (change.path, change.touches) == ("teacher", "no call of the teacher stays valid")
