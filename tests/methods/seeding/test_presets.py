"""Domains by name: every preset is whole, in both languages, and each language is itself."""

from __future__ import annotations

import ast
import json
import re
from fractions import Fraction

import pytest

from tutelage.errors import BadInput
from tutelage.methods.seeding.presets import Preset, names, preset
from tutelage.records import digest
from tutelage.text import normalise, scripts

SURVEY = {
    "arithmetic",
    "code",
    "dialogue",
    "information-extraction",
    "medical",
    "sentiment",
    "writing",
}
ALL = [(name, language) for language in ("en", "zh") for name in names(language)]


def boxed(text: str) -> list[str]:
    return re.findall(r"\\boxed\{([^{}]*)\}", text)


def test_the_domains_of_the_survey_are_there_in_both_languages() -> None:
    assert set(names("en")) >= SURVEY
    assert names("en") == names("zh") == sorted(names("en"))


@pytest.mark.parametrize(("name", "language"), ALL)
def test_a_preset_is_whole(name: str, language: str) -> None:
    found = preset(name, language)
    assert found.name == name
    assert found.domain
    assert (10 if name in SURVEY else 6) <= len(found.topics) <= 15
    assert 3 <= len(found.seeds) <= 6
    for texts in (found.topics, [each.instruction + each.input for each in found.seeds]):
        assert len({normalise(text) for text in texts}) == len(texts), "each once"
    for each in found.seeds:
        assert each.instruction.strip() == each.instruction != ""
        assert each.output.strip() == each.output != ""


@pytest.mark.parametrize(("name", "language"), ALL)
def test_a_preset_is_of_its_language(name: str, language: str) -> None:
    found = preset(name, language)
    texts = [found.domain, found.rule, *found.topics, *(each.instruction for each in found.seeds)]
    share = scripts("".join(texts)).get("Han", 0.0)
    assert share > 0.6 if language == "zh" else share == 0.0


@pytest.mark.parametrize("name", sorted(SURVEY))
def test_both_languages_have_the_same_settings(name: str) -> None:
    one, other = preset(name, "en"), preset(name, "zh")
    assert (one.boxed, bool(one.rule), len(one.seeds)) == (other.boxed, bool(other.rule), len(other.seeds))


@pytest.mark.parametrize(("name", "language"), ALL)
def test_where_answers_are_boxed_each_has_one(name: str, language: str) -> None:
    found = preset(name, language)
    for each in found.seeds:
        assert len(boxed(each.output)) == (1 if found.boxed else 0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_arithmetic_is_right(language: str) -> None:
    """Every equation of plain numbers in the answers holds, and the answers are what we worked out."""
    found = preset("arithmetic", language).seeds
    assert [boxed(each.output)[0] for each in found] == ["8", "68", "14", "5/4"]
    term = r"[\d./]+(?: ?[×÷+−] ?[\d./]+)+"
    equations = 0
    for each in found:
        for left, right in re.findall(rf"({term}) ?= ?([\d./]*\d)", each.output):
            plain = left.replace("×", "*").replace("÷", "/").replace("−", "-")
            exact = re.sub(r"[\d.]+(?:/\d+)?", lambda number: f"Fraction('{number.group()}')", plain)
            value = eval(exact, {"Fraction": Fraction})
            assert value == Fraction(right), f"{left} = {right}"
            equations += 1
    assert equations >= 6


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_code_is_code(language: str) -> None:
    blocks = [
        block
        for each in preset("code", language).seeds
        for block in re.findall(r"```python\n(.*?)```", each.output, re.DOTALL)
    ]
    assert len(blocks) == 2
    for block in blocks:
        ast.parse(block)
    scope: dict[str, object] = {}
    exec(blocks[1], scope)
    assert scope["mean"]([1, 2, 6]) == 3  # type: ignore[operator]  # the function just defined


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_extracted_stands_in_the_text(language: str) -> None:
    found = preset("information-extraction", language).seeds
    assert all(each.input for each in found)
    (as_json,) = [each for each in found if each.output.startswith("{")]
    assert all(value in as_json.input for value in json.loads(as_json.output).values())


def test_a_seed_example_becomes_a_seed_of_our_own_licence() -> None:
    example = preset("sentiment", "en").seeds[0]
    seed = example.as_seed()
    assert (seed.instruction, seed.input, seed.output) == (example.instruction, example.input, example.output)
    assert seed.licence == "Apache-2.0"
    assert seed.id == digest("seed", seed.instruction, seed.input, seed.output)


def test_an_unknown_preset_is_told_with_the_nearest() -> None:
    with pytest.raises(BadInput, match="did you mean 'medical'") as caught:
        preset("medcal", "en")
    assert caught.value.where == "preset"


def test_an_unknown_key_in_a_preset_is_refused() -> None:
    with pytest.raises(ValueError, match="Extra inputs"):
        Preset(name="x", domain="y", topic=["z"])  # type: ignore[call-arg]  # what is tested
