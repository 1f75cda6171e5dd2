from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.recipe import Recipe, load, parse

SMALL = "teacher: {model: gpt-4o-mini}\nmethod: skillmix\n"


def setting(kind: Any, name: str) -> Any:
    return getattr(kind, name)


def test_two_lines_make_a_recipe() -> None:
    recipe = parse(SMALL, "r.yaml")
    assert (recipe.name, recipe.language, recipe.seed, recipe.target) == ("recipe", "en", 42, 100)
    assert recipe.teacher.name == "gpt-4o-mini"
    assert recipe.roles() == {"teacher": recipe.teacher}
    assert [each.kind for each in recipe.filters] == ["shape", "language", "duplicate", "novelty"]


def test_every_part_is_read() -> None:
    text = """
name: notes
language: zh
seed: 7
target: 5
teacher: {kind: openai, model: a, temperature: 0.7}
judge: {model: b}
student: gguf
method: {kind: skillmix, k: 3, system: Be kind.}
filters: [shape, {kind: novelty, threshold: 0.5}, {kind: language, language: en}]
budget: {money: 5.0, tokens: 1e6}
pace: {concurrency: 8, requests_per_minute: 60}
prices: {a: {prompt: 0.15, completion: 0.6}}
patience: {window: 10, yield: 0.1}
export: {formats: [alpaca], title: Notes}
"""
    recipe = parse(text, "r.yaml")
    assert set(recipe.roles()) == {"teacher", "judge", "student"}
    assert (recipe.method.language, setting(recipe.method, "k"), recipe.method.system) == (
        "zh",
        3,
        "Be kind.",
    )
    assert setting(recipe.filters[1], "threshold") == 0.5
    assert setting(recipe.filters[2], "language") == "en"  # says its own
    assert (recipe.budget.money, recipe.budget.tokens) == (5.0, 1_000_000)
    assert (recipe.pace.concurrency, recipe.patience.least) == (8, 0.1)
    assert recipe.prices["a"].completion == 0.6
    assert (recipe.export.formats, recipe.export.title) == (("alpaca",), "Notes")
    assert recipe.text == text


def test_the_language_is_handed_down() -> None:
    recipe = parse(SMALL + "language: zh\n", "r.yaml")
    assert recipe.method.language == "zh"
    assert [setting(each, "language") for each in recipe.filters if each.kind == "language"] == ["zh"]


def test_a_file_gives_its_name_and_its_folder(tmp_path: Path) -> None:
    (tmp_path / "skills.txt").write_text("rhyme", encoding="utf-8")
    path = tmp_path / "clinical notes.yaml"
    path.write_text("teacher: {model: a}\nmethod: {kind: skillmix, skills_file: skills.txt}\n")
    recipe = load(path, ["target=3", "method.k=1"])
    assert (recipe.name, recipe.target) == ("clinical notes", 3)
    assert setting(recipe.method, "skills_file") == tmp_path / "skills.txt"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", "r.yaml", "found nothing"),
        ("- a\n", "r.yaml", "found list"),
        ("just words\n", "r.yaml", "found str"),
        (SMALL + "taget: 5\n", "r.yaml:3:1", "did you mean 'target'"),
        (SMALL + "target: 0\n", "r.yaml:3:1", "greater than or equal to 1"),
        (SMALL + "target: true\n", "r.yaml:3:1", "whole number, found true"),
        (SMALL + "language: fr\n", "r.yaml:3:1", "'en' or 'zh'"),
        (SMALL + "name: a/b\n", "r.yaml:3:1", "without slashes"),
        (SMALL + "budget:\n  monney: 5\n", "r.yaml:4:3", "did you mean 'money'"),
        (SMALL + "prices: {a: {prompt: cheap, completion: 1}}\n", "r.yaml:3:14", "found 'cheap'"),
        (SMALL + "filters: [shape, novlty]\n", "r.yaml:3:18", "did you mean 'novelty'"),
        (SMALL + "filters:\n  - kind: novelty\n    treshold: 1\n", "r.yaml:5:5", "did you mean 'threshold'"),
        (
            SMALL + "filters: [{novelty: {threshold: 0.5}}]\n",
            "r.yaml:3:11",
            "{kind: novelty, threshold: 0.5}",
        ),
        (SMALL + "filters: [{}]\n", "r.yaml:3:11", "installed: duplicate"),
        (SMALL + "filters: [{threshold: 5}]\n", "r.yaml:3:11", "name of a kind"),
        (SMALL + "filters: shape\n", "r.yaml:3:1", "expected a list, found 'shape'"),
        (SMALL + "filters: [5]\n", "r.yaml:3:11", "expected text or a mapping"),
        (SMALL + "export: {formats: [alpacca]}\n", "r.yaml:3:10", "did you mean 'alpaca'"),
        (SMALL + "judge: {modle: x}\n", "r.yaml:3:9", "did you mean 'model'"),
        ("method: skillmix\n", "r.yaml", "teacher.model: the key 'model' is missing"),
        ("teacher: {model: a}\n", "r.yaml", "method: the key 'method' is missing"),
        ("teacher: {model: a}\nmethod: {k: 3}\n", "r.yaml:2:1", "method.kind: expected the name of a kind"),
        ("teacher: {kind: opena, model: a}\nmethod: skillmix\n", "r.yaml:1:11", "did you mean 'openai'"),
        ("teacher: {model: a, api_key: x}\nmethod: skillmix\n", "r.yaml:1:21", "api_key_env"),
        ("teacher: {model: a, base_url: '${URL}'}\nmethod: skillmix\n", "r.yaml:1:21", "not filled in"),
        (
            "teacher: {model: a}\nmethod: {kind: skillmix, skills_file: x.txt}\n",
            "r.yaml:2:26",
            "no file 'x.txt'",
        ),
    ],
)
def test_one_fault_names_place_value_and_remedy(text: str, place: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(text, "r.yaml")
    assert words in str(caught.value)
    assert place in str(caught.value)
    assert caught.value.remedy


def test_all_faults_are_told_in_the_order_of_the_file() -> None:
    text = "teacher: {modle: a}\ntarget: -1\nmethod: skilmix\nfilters:\n  - novlty\n"
    with pytest.raises(BadInput) as caught:
        parse(text, "r.yaml")
    lines = [line.split(":")[1] for line in caught.value.what.splitlines()[1:]]
    assert lines == sorted(lines)
    assert {"1", "2", "3", "5"} <= set(lines)


@pytest.mark.parametrize(
    ("pair", "place"),
    [
        ("teacher.modle=x", "--set teacher.modle"),
        ("target=0", "--set target"),
        ("novelty.threshold=5", "--set novelty.threshold"),
        ("skillmix.kk=1", "--set skillmix.kk"),
        ("method=nothing", "--set method"),
    ],
)
def test_a_fault_of_the_command_line_is_placed_there(pair: str, place: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(SMALL, "r.yaml", [pair])
    assert caught.value.where == place


def test_a_key_on_the_command_line_is_refused_unquoted() -> None:
    with pytest.raises(BadInput) as caught:
        parse(SMALL, "r.yaml", ["teacher.api_key=sk-abcdefgh12345678"])
    assert "abcdefgh" not in str(caught.value)


def test_a_recipe_is_a_value() -> None:
    assert parse(SMALL, "r.yaml") == parse(SMALL, "r.yaml")
    assert isinstance(parse(SMALL, "r.yaml"), Recipe)
