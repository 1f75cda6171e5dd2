from __future__ import annotations

from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.recipe.kinds import attempt, build, dotted


def test_a_kind_is_built_from_its_settings() -> None:
    built = build("methods", "skillmix", {"k": 3}, "recipe.yaml:5:1")
    assert (built.kind, getattr(built, "k", None)) == ("skillmix", 3)


def test_all_problems_are_told_at_once_with_value_expectation_and_nearest_key() -> None:
    with pytest.raises(BadInput) as caught:
        build("methods", "skillmix", {"kk": 1, "k": "many", "share": 2, "strict": "maybe"}, "r.yaml:5:1")
    text = str(caught.value)
    assert "3 problems" in text
    assert "unknown key 'kk' (did you mean 'k'?)" in text
    assert "k: expected a whole number, found 'many'" in text
    assert "strict: expected true or false, found 'maybe'" in text
    assert caught.value.where == "r.yaml:5:1"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"k": True}, "k: expected a whole number, found true"),
        ({"share": False}, "share: expected a number, found false"),
        ({"k": 0}, "k: expected greater than or equal to 1, found 0"),
        ({"skills": "a, b"}, "skills: expected a list, found 'a, b'"),
        ({"skills": ["a", 5]}, "skills[1]: expected text, found 5"),
        ({"rounds": "x"}, "rounds: expected a whole number or a list, found 'x'"),
        ({"prompts": ["x"]}, 'prompts: expected a mapping, found ["x"]'),
    ],
)
def test_one_problem_reads_as_one_sentence(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput) as caught:
        build("methods", "skillmix", settings, "r.yaml")
    assert words in caught.value.what
    assert "problems" not in caught.value.what


def test_a_missing_key_and_an_unknown_kind() -> None:
    with pytest.raises(BadInput) as missing:
        build("teachers", "openai", {}, "r.yaml")
    assert "the key 'model' is missing" in missing.value.what
    with pytest.raises(BadInput) as unknown:
        build("teachers", "opena", {}, "r.yaml")
    assert "did you mean 'openai'" in unknown.value.remedy


def test_a_kind_may_complain_in_its_own_words() -> None:
    _, problems = attempt("teachers", "openai", {"model": "a", "extra": {"model": "b"}})
    assert [each.path for each in problems] == [("extra", "model")]


def test_a_long_value_is_cut() -> None:
    _, problems = attempt("methods", "skillmix", {"k": "x" * 500})
    assert len(problems[0].what) < 200


def test_paths_read_like_code() -> None:
    assert dotted(("filters", 1, "threshold")) == "filters[1].threshold"
    assert dotted(()) == ""
