from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.recipe.overrides import apply, parse_sets

WORD = st.text("abcdefgh", min_size=1, max_size=5)


def test_pairs_become_a_tree_of_yaml_values() -> None:
    pairs = ["teacher.model=gpt-4o", "target=5", "method.strict=true", "filters=[shape, novelty]", "name="]
    assert parse_sets(pairs) == {
        "teacher": {"model": "gpt-4o"},
        "target": 5,
        "method": {"strict": True},
        "filters": ["shape", "novelty"],
        "name": "",
    }
    assert parse_sets(["a=1", "a=2"]) == {"a": 2}
    assert parse_sets(["teacher.base_url=http://h:1/v1?x=y"]) == {
        "teacher": {"base_url": "http://h:1/v1?x=y"}
    }


@given(st.dictionaries(st.tuples(WORD, WORD), st.integers(), max_size=6))
def test_every_pair_is_found_where_its_key_says(pairs: dict[tuple[str, str], int]) -> None:
    tree = parse_sets([f"{group}.{key}={value}" for (group, key), value in pairs.items()])
    assert {(group, key): value for group in tree for key, value in tree[group].items()} == pairs


@pytest.mark.parametrize("pair", ["target", "=5", "a..b=1", ".a=1", "a=[1", "a={b"])
def test_a_bad_pair_is_named(pair: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_sets([pair])
    assert caught.value.where.startswith("--set")
    assert caught.value.remedy


@pytest.mark.parametrize("pairs", [["a=1", "a.b=2"], ["a.b=2", "a=1"]])
def test_a_value_and_a_group_clash(pairs: list[str]) -> None:
    with pytest.raises(BadInput, match="keys below it"):
        parse_sets(pairs)


def test_keys_methods_and_filters_by_name() -> None:
    tree = {"method": "skillmix", "filters": ["shape", {"kind": "novelty", "threshold": 0.9}], "target": 10}
    laid = apply(tree, parse_sets(["skillmix.k=3", "novelty.threshold=0.6", "shape.min_words=1", "target=2"]))
    assert laid == {
        "method": {"kind": "skillmix", "k": 3},
        "filters": [{"kind": "shape", "min_words": 1}, {"kind": "novelty", "threshold": 0.6}],
        "target": 2,
    }
    assert tree["target"] == 10  # the original is not touched


def test_the_default_filters_can_be_set_without_being_listed() -> None:
    laid = apply({}, parse_sets(["novelty.threshold=0.6"]))
    assert laid["filters"] == ["shape", "language", "duplicate", {"kind": "novelty", "threshold": 0.6}]


def test_a_new_list_of_filters_comes_before_their_settings() -> None:
    laid = apply({"filters": ["shape"]}, parse_sets(["novelty.threshold=0.6", "filters=[novelty]"]))
    assert laid["filters"] == [{"kind": "novelty", "threshold": 0.6}]


def test_roles_grow_from_a_name_or_from_nothing() -> None:
    assert apply({"teacher": "gguf"}, {"teacher": {"model": "x"}})["teacher"] == {
        "kind": "gguf",
        "model": "x",
    }
    assert apply({}, {"teacher": {"model": "x"}})["teacher"] == {"model": "x"}
    assert apply({"teacher": {"model": "a", "extra": {"b": 1}}}, {"teacher": {"extra": {"c": 2}}}) == {
        "teacher": {"model": "a", "extra": {"b": 1, "c": 2}}
    }


def test_another_kind_starts_from_its_own_defaults() -> None:
    laid = apply({"teacher": {"model": "gpt-4o"}}, parse_sets(["teacher.kind=gguf"]))
    assert laid["teacher"] == {"kind": "gguf"}
    same = apply({"teacher": {"model": "gpt-4o"}}, parse_sets(["teacher.kind=openai"]))
    assert same["teacher"] == {"kind": "openai", "model": "gpt-4o"}


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("novelty.threshold=0.6", "not in use"),
        ("shap.min_words=1", "did you mean 'shape'"),
        ("taget=5", "did you mean 'target'"),
        ("skillmix=3", "cannot be set as a whole"),
        ("filters.shape.min_words=1", "by its own name"),
    ],
)
def test_what_cannot_be_set(pair: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        apply({"method": "skillmix", "filters": ["shape"]}, parse_sets([pair]))
    assert words in str(caught.value)
    assert "--set" in caught.value.where
