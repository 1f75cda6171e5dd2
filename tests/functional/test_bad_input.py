"""Malformed recipes, through the command line as a user meets them.

Each: exit code 2, an error that names place and value and says what to do, and nothing written.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.cli.main import run

TEACHER = "teacher: {kind: scripted, default: hello}\n"
METHOD = "method: skillmix\n"
SMALL = TEACHER + METHOD
KEY = "sk-proj-0123456789abcdefghij"

# name: (text of the recipe, its place in the error, the words that the error has)
MALFORMED = {
    "empty": ("", "r.yaml", ["found nothing", "tutelage new"]),
    "a list": ("- teacher\n- method\n", "r.yaml", ["found list"]),
    "a sentence": ("make me a dataset\n", "r.yaml", ["found str"]),
    "tabs": ("teacher:\n\tkind: scripted\n", "r.yaml:2:1", ["valid YAML", "never with tabs"]),
    "an open bracket": (SMALL + "filters: [shape\n", "r.yaml:4:1", ["valid YAML"]),
    "an open quote": (SMALL + 'name: "notes\n', "r.yaml", ["valid YAML"]),
    "two documents": (SMALL + "---\nname: x\n", "r.yaml:3:1", ["valid YAML"]),
    "a key twice": (SMALL + "seed: 1\nseed: 2\n", "r.yaml:4:1", ["'seed' stands twice", "line 3"]),
    "a python tag": (SMALL + "name: !!python/name:os.system\n", "r.yaml:3:7", ["tag", "python/name"]),
    "an endless alias": (SMALL + "filters: &f [*f]\n", "r.yaml:3:10", ["an alias must not hold itself"]),
    "a mistyped key": (SMALL + "taget: 5\n", "r.yaml:3:1", ["'taget'", "did you mean 'target'"]),
    "a mistyped key inside": (
        SMALL + "budget:\n  mony: 5\n",
        "r.yaml:4:3",
        ["'mony'", "did you mean 'money'"],
    ),
    "no teacher's model": (METHOD + "teacher: {kind: openai}\n", "r.yaml:2:1", ["'model' is missing"]),
    "no method": (TEACHER, "r.yaml", ["'method' is missing"]),
    "an unknown teacher": (
        "teacher: {kind: opnai, model: x}\n" + METHOD,
        "r.yaml:1:11",
        ["'opnai'", "'openai'"],
    ),
    "an unknown method": (TEACHER + "method: skilmix\n", "r.yaml:2:1", ["'skilmix'", "'skillmix'"]),
    "an unknown filter": (SMALL + "filters: [shape, novelti]\n", "r.yaml:3:18", ["'novelti'", "'novelty'"]),
    "a filter's mistyped setting": (
        SMALL + "filters:\n  - {kind: novelty, treshold: 0.5}\n",
        "r.yaml:4:21",
        ["'treshold'", "did you mean 'threshold'"],
    ),
    "a filter as key": (
        SMALL + "filters: [{novelty: {threshold: 0.5}}]\n",
        "r.yaml:3:11",
        ["{kind: novelty, threshold: 0.5}"],
    ),
    "a filter without kind": (
        SMALL + "filters: [{threshold: 0.5}]\n",
        "r.yaml:3:11",
        ["name of a kind", "novelty"],
    ),
    "filters as a word": (SMALL + "filters: shape\n", "r.yaml:3:1", ["a list", "'shape'"]),
    "a filter that is a number": (SMALL + "filters: [7]\n", "r.yaml:3:11", ["found 7"]),
    "a target of zero": (SMALL + "target: 0\n", "r.yaml:3:1", ["greater than or equal to 1", "found 0"]),
    "a target in words": (SMALL + "target: many\n", "r.yaml:3:1", ["a whole number", "'many'"]),
    "a target that is true": (SMALL + "target: true\n", "r.yaml:3:1", ["a whole number", "true"]),
    "a language not spoken": (SMALL + "language: klingon\n", "r.yaml:3:1", ["'en' or 'zh'", "'klingon'"]),
    "a name with a slash": (SMALL + "name: a/b\n", "r.yaml:3:1", ["without slashes", "'a/b'"]),
    "a negative budget": (SMALL + "budget: {money: -5}\n", "r.yaml:3:10", ["found -5"]),
    "a budget that is no number": (SMALL + "budget: {money: .nan}\n", "r.yaml:3:10", ["finite"]),
    "a pace in words": (
        SMALL + "pace: {concurrency: fast}\n",
        "r.yaml:3:8",
        ["'auto' or a whole number", "'fast'"],
    ),
    "an unknown mode": (SMALL + "pace: {mode: bulk}\n", "r.yaml:3:8", ["'live' or 'batch'", "'bulk'"]),
    "half a price": (SMALL + "prices: {gpt: {prompt: 1}}\n", "r.yaml:3:10", ["'completion' is missing"]),
    "an impossible yield": (SMALL + "patience: {yield: 3}\n", "r.yaml:3:12", ["found 3"]),
    "an unknown format": (SMALL + "export: {formats: [alpacca]}\n", "r.yaml:3:10", ["'alpacca'", "'alpaca'"]),
    "an unknown container": (SMALL + "export: {container: csv}\n", "r.yaml:3:10", ["'csv'"]),
    "k of zero": (TEACHER + "method: {kind: skillmix, k: 0}\n", "r.yaml:2:26", ["found 0"]),
    "a missing skill file": (
        TEACHER + "method: {kind: skillmix, skills_file: skils.txt}\n",
        "r.yaml:2:26",
        ["no file 'skils.txt'", "did you mean 'skills.txt'"],
    ),
    "a missing prompt file": (
        TEACHER + "method: {kind: skillmix, prompts: {draft: mine.txt}}\n",
        "r.yaml:2:36",
        ["mine.txt"],
    ),
    "an API key": (f"teacher: {{model: x, api_key: {KEY}}}\n" + METHOD, "r.yaml:1:21", ["api_key_env"]),
    "an API key for its name": (
        f"teacher: {{model: x, api_key_env: {KEY}}}\n" + METHOD,
        "r.yaml:1:21",
        ["api_key_env"],
    ),
    "a variable": (
        "teacher: {model: x, base_url: '${URL}'}\n" + METHOD,
        "r.yaml:1:21",
        ["not filled in", "--set"],
    ),
    "no URL": ("teacher: {model: x, base_url: localhost}\n" + METHOD, "r.yaml:1:21", ["base_url"]),
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "skills.txt").write_text("rhyme\nirony\n", encoding="utf-8")
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("verb", ["run", "validate"])
@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_recipe(here: Path, capsys: pytest.CaptureFixture[str], name: str, verb: str) -> None:
    text, place, words = MALFORMED[name]
    (here / "r.yaml").write_text(text, encoding="utf-8")
    before = files(here)
    assert run([verb, "r.yaml", "--json"]) == 2
    told = capsys.readouterr()
    said = json.loads(told.out.splitlines()[-1])["error"]
    assert place in f"{said['what']}\n{said['where']}"
    assert said["remedy"]
    for word in words:
        assert word in told.err
    assert "Traceback" not in told.err
    assert KEY not in told.out + told.err
    assert files(here) == before


def test_there_are_enough_of_them() -> None:
    assert len(MALFORMED) >= 25


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "none.yaml"], ["no file 'none.yaml'"]),
        (["run", "r.yml"], ["did you mean 'r.yaml'"]),
        (["run", "."], ["cannot be read"]),
        (["run", "latin.yaml"], ["not UTF-8", "byte"]),
        (["run", "r.yaml", "--set", "target"], ["KEY=VALUE"]),
        (["run", "r.yaml", "--set", "taget=5"], ["did you mean 'target'"]),
        (["run", "r.yaml", "--set", "target=0"], ["--set target", "found 0"]),
        (["run", "r.yaml", "--set", "keywords.words=[a]"], ["'keywords' is not in use"]),
        (["run", "r.yaml", "--set", "novelty.treshold=1"], ["--set novelty.treshold", "'threshold'"]),
        (["run", "r.yaml", "--set", f"teacher.api_key={KEY}"], ["--set teacher.api_key", "api_key_env"]),
        (["run", "r.yaml", "--set", "target=[1"], ["cannot be read", "quote it"]),
        (["run"], ["RECIPE"]),
        (["run", "r.yaml", "--ouput", "x"], ["--ouput"]),
    ],
)
def test_a_malformed_command_line(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: list[str]
) -> None:
    (here / "r.yaml").write_text(SMALL, encoding="utf-8")
    (here / "latin.yaml").write_bytes("name: Größe\n".encode("latin-1"))
    before = files(here)
    assert run(arguments) == 2
    told = capsys.readouterr()
    for word in words:
        assert word in told.err
    assert KEY not in told.err
    assert "to do:" in told.err
    assert files(here) == before
