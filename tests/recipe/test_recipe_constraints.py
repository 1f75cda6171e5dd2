"""The key ``constraints`` of a recipe: read, laid over, stored, compared, and absent where it is not used."""

from __future__ import annotations

import json

import pytest

from tutelage.constraints import ConstraintSettings
from tutelage.errors import BadInput
from tutelage.recipe import changes, parse, schema
from tutelage.recipe.model import from_tree

PLAIN = "teacher: {model: a}\nmethod: skillmix\n"
WITH = f"{PLAIN}constraints: {{count: 2, kinds: [length, keywords], share: 0.25, on_miss: ask_again}}\n"


def test_it_is_read_with_its_defaults() -> None:
    assert parse(PLAIN, "r").constraints is None
    assert parse(f"{PLAIN}constraints: {{}}\n", "r").constraints == ConstraintSettings()
    found = parse(WITH, "r").constraints
    assert found is not None
    assert (found.count, found.kinds, found.share) == (2, ("length", "keywords"), 0.25)
    laid = parse(WITH, "r", ["constraints.share=1", "constraints.words=[tea]"]).constraints
    assert laid is not None
    assert (laid.count, laid.share, laid.words) == (2, 1, ("tea",))


def test_a_recipe_without_it_is_what_it_always_was() -> None:
    recipe = parse(PLAIN, "r")
    assert "constraints" not in recipe.tree()
    assert recipe.needs == recipe.method.needs
    assert recipe.fingerprint == parse(f"{PLAIN}constraints: null\n", "r").fingerprint
    assert from_tree({**recipe.tree(), "constraints": None}).fingerprint == recipe.fingerprint


def test_it_decides_the_data_and_comes_back_from_the_tree() -> None:
    recipe = parse(WITH, "r")
    assert recipe.fingerprint != parse(PLAIN, "r").fingerprint
    assert recipe.fingerprint != parse(WITH, "r", ["constraints.share=0.5"]).fingerprint
    again = from_tree(json.loads(json.dumps(recipe.tree())))
    assert again.constraints == recipe.constraints
    assert again.fingerprint == recipe.fingerprint
    assert "chat" in recipe.needs


def test_a_change_of_it_leaves_the_methods_calls_valid() -> None:
    plain, old = parse(PLAIN, "r").tree(), parse(WITH, "r").tree()
    (came,) = changes(plain, old)
    assert (came.path, came.old) == ("constraints", None)
    (change,) = changes(old, parse(WITH, "r", ["constraints.share=1"]).tree())
    assert change.path == "constraints.share"
    assert "calls of the method stay valid" in change.touches


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("constraints: {kinds: [lenght]}", "did you mean 'length'"),
        ("constraints: {kind: [length]}", "did you mean 'kinds'"),
        ("constraints: {count: 2, kinds: [length]}", "at most 1"),
        ("constraints: many", "constraints"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(BadInput) as error:
        parse(f"{PLAIN}{text}\n", "r.yaml")
    assert told in str(error.value)
    assert "r.yaml:3" in str(error.value)


def test_the_schema_knows_it() -> None:
    found = schema()
    assert "ConstraintSettings" in found["$defs"]
    assert "constraints" in found["properties"]
