"""The keys ``analyze`` and ``evaluate``: read, laid over, stored, compared, and no part of the dataset."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.errors import BadInput
from tutelage.recipe import changes, load, parse, schema
from tutelage.recipe.changes import ALL_STAY
from tutelage.recipe.drafting import Wishes, draft
from tutelage.recipe.model import data_part, from_tree


@pytest.fixture(autouse=True)
def toy_kinds() -> None:
    """In place of the toys: what is tested are the shipped benches."""


PLAIN = "teacher: {model: a}\nmethod: skillmix\n"
WITH = (
    f"{PLAIN}analyze: true\ntune: {{}}\nevaluate:\n  benches: [held-out, {{kind: beat-rate, orders: one}}]\n"
)


def test_true_is_a_report_with_its_defaults_and_false_is_none() -> None:
    assert parse(PLAIN, "r").analyze is None
    assert parse(f"{PLAIN}analyze: false\n", "r").analyze is None
    assert parse(f"{PLAIN}analyze: true\n", "r", ["analyze.pairs=50"]).analyze is not None
    found = parse(f"{PLAIN}analyze: {{threshold: 0.5}}\n", "r").analyze
    assert found is not None
    assert found.threshold == 0.5


def test_benches_are_laid_over_by_name() -> None:
    found = parse(
        WITH, "r", ["beat-rate.orders=both", "held-out.match=false", "evaluate.questions=3"]
    ).evaluate
    assert found is not None
    assert found.questions == 3
    assert found.benches == ({"kind": "held-out", "match": False}, {"kind": "beat-rate", "orders": "both"})
    plain = parse(f"{PLAIN}tune: {{}}\nevaluate: {{}}\n", "r", ["beat-rate.orders=one"]).evaluate
    assert plain is not None
    assert plain.benches == ("held-out", {"kind": "beat-rate", "orders": "one"})


def test_they_are_no_part_of_the_dataset_and_come_back_from_the_tree() -> None:
    recipe, plain = parse(WITH, "r"), parse(PLAIN, "r")
    assert recipe.fingerprint == plain.fingerprint
    assert data_part(recipe.tree()) == plain.tree()
    again = from_tree(json.loads(json.dumps(recipe.tree())))
    assert (again.analyze, again.evaluate) == (recipe.analyze, recipe.evaluate)
    (change,) = changes(recipe.tree(), parse(WITH, "r", ["evaluate.seed=1"]).tree())
    assert change.path == "evaluate.seed"
    assert ALL_STAY in change.touches


@pytest.mark.parametrize(
    ("text", "sets", "told", "where"),
    [
        ("evaluate: {}", [], "the section 'tune' is missing", "r:3:1"),
        ("tune: {}\nevaluate: {benches: [beet-rate]}", [], "did you mean 'beat-rate'", "r:4:22"),
        ("tune: {}\nevaluate: {bench: x}", [], "did you mean 'benches'", "r:4:12"),
        ("tune: {}\nevaluate: {benches: [{kind: beat-rate, order: one}]}", [], "'orders'", "r:4:40"),
        ("tune: {}\nevaluate: {}", ["beat-rate.orders=three"], "orders", "--set beat-rate.orders"),
        ("analyze: {pair: 3}", [], "did you mean 'pairs'", "r:3:1"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, sets: list[str], told: str, where: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(f"{PLAIN}{text}\n", "r", sets)
    assert told in str(caught.value)
    assert where in caught.value.where


def test_files_of_benches_and_the_other_model_lie_beside_the_recipe(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "q.jsonl").write_text('{"question": "Why?"}\n')
    path = tmp_path / "r.yaml"
    bench = "{kind: beat-rate, questions_file: q.jsonl}"
    path.write_text(f"{PLAIN}tune: {{}}\nevaluate: {{against: other, benches: [{bench}]}}\n")
    recipe = load(path)
    assert recipe.evaluate is not None
    assert recipe.evaluate.against == str(tmp_path / "other")
    assert recipe.evaluate.benches[0]["questions_file"] == str(tmp_path / "q.jsonl")  # type: ignore[index]  # a mapping here
    again = from_tree(json.loads(json.dumps(recipe.tree())))
    assert again.evaluate == recipe.evaluate
    (tmp_path / "q.jsonl").write_text("")
    with pytest.raises(BadInput, match="has changed"):
        from_tree(json.loads(json.dumps(recipe.tree())))


def test_the_schema_names_the_benches() -> None:
    listed, *single = schema()["$defs"]["EvaluateSettings"]["properties"]["benches"]["anyOf"]
    assert "beat-rate" in listed["items"]["anyOf"][0]["enum"]
    assert {"$ref": "#/$defs/benches.beat-rate"} in single


def test_the_drafted_sections_are_good_when_they_are_uncommented() -> None:
    text = draft(Wishes("x", preset="local", domain="cooking"))
    for key in ("analyze", "tune", "evaluate"):
        assert f"\n# {key}:" in text
        text = text.replace(f"\n# {key}:", f"\n{key}:")
    head, mark, rest = text.partition("\ntune:")
    found = parse(head + mark + rest.replace("\n# ", "\n"), "r")
    assert found.analyze is not None
    assert found.evaluate is not None
