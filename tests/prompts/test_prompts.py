"""Wording: found, overridden, rendered in a sandbox, and the same set of steps in every language."""

from __future__ import annotations

import re

import pytest

from tutelage.errors import BadInput
from tutelage.prompts import Wording, check_overrides, languages, load, material, steps

SLOTS = {
    "topics": {"wanted": 5, "domain": "", "known": []},
    "skills_for_topic": {"topic": "cooking", "wanted": 5, "domain": ""},
    "query_types": {"wanted": 5, "domain": ""},
    "skills_of_row": {"instruction": "Hi {{ 7 * 7 }}", "response": "Ho", "wanted": 3},
    "merge_synonyms": {"names": ["one", "two"]},
    "draft": {
        "skills": ["conflict resolution", "humor"],
        "query_type": {"name": "Advice", "definition": "wants advice", "examples": ["What now?"]},
        "worked": [],
        "domain": "",
        "structured": False,
    },
    "critique": {},
    "refine": {"skills": ["a", "b"], "critiqued": True, "structured": False},
    "repair": {"words": 120, "labels": True},
    "question_system": {"domain": ""},
    "question": {"skills": ["a", "b"], "query_type": {"name": "Advice", "definition": "wants advice"}},
    "critique_apart": {},
    "refine_question": {},
    "refine_answer": {"critique": "Too vague.", "question": "Why?"},
    "answer_shorter": {"question": "Why?"},
    "ask_again": {"problem": "no_response", "labels": True},
}


def test_every_language_has_every_step() -> None:
    assert languages("skillmix") == ["en", "zh"]
    for language in languages("skillmix"):
        assert steps("skillmix", language) == sorted(SLOTS)
        assert len(material("skillmix", "worked_examples.json", language)) == 4


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("step", sorted(SLOTS))
def test_every_step_renders_with_its_slots_and_no_hole(step: str, language: str) -> None:
    text = load("skillmix", step, language).render(**SLOTS[step])
    assert text == text.strip() != ""
    assert "\n\n\n" not in text
    assert "{%" not in text
    if step != "skills_of_row":
        assert "{{" not in text
    assert bool(re.search(r"[\u4e00-\u9fff]", text)) == (language == "zh") or step == "refine_answer"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_draft_names_skills_type_and_definition(language: str) -> None:
    worked = material("skillmix", "worked_examples.json", language)
    for count in (0, 1, 3):
        text = load("skillmix", "draft", language).render(**{**SLOTS["draft"], "worked": worked[:count]})
        assert text.count("### ") == 2 * count + 2
        for part in ("conflict resolution", "humor", "Advice", "wants advice", "What now?"):
            assert part in text
        assert (worked[0]["instruction"] in text) == (count > 0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_domain_reaches_every_prompt_that_knows_one(language: str) -> None:
    for step in ("topics", "skills_for_topic", "query_types", "draft", "question_system"):
        assert "beekeeping" in load("skillmix", step, language).render(
            **{**SLOTS[step], "domain": "beekeeping"}
        )


def test_text_from_a_slot_is_never_a_template() -> None:
    assert "Hi {{ 7 * 7 }}" in load("skillmix", "skills_of_row").render(**SLOTS["skills_of_row"])


def test_html_is_left_alone() -> None:
    assert Wording("{{ a }}").render(a="<b> & 'c'") == "<b> & 'c'"


def test_equal_wording_has_an_equal_fingerprint() -> None:
    shipped = load("skillmix", "critique")
    assert load("skillmix", "critique", "en", {"critique": shipped.text}).fingerprint == shipped.fingerprint
    assert Wording("other").fingerprint != shipped.fingerprint


def test_own_wording_takes_the_place_of_the_file() -> None:
    own = {"critique": "What would you change?"}
    assert load("skillmix", "critique", "zh", own).render() == "What would you change?"
    assert load("skillmix", "refine", "en", own).text == load("skillmix", "refine").text


def test_an_override_for_no_step_names_the_nearest() -> None:
    with pytest.raises(BadInput, match="did you mean 'critique'") as caught:
        load("skillmix", "draft", "en", {"critiqe": "x"})
    assert caught.value.where == "prompts.critiqe"


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(BadInput, match="'fr'"):
        load("skillmix", "draft", "fr")


def test_an_unknown_step_is_named() -> None:
    with pytest.raises(BadInput, match="did you mean 'draft'"):
        load("skillmix", "drafts", "en")


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("Hello {{ nam }}", "nam"),
        ("{{ query_type.nme }}", "nme"),
        ("{% for x in liste %}{{ x }}{% endfor %}", "liste"),
    ],
)
def test_a_slot_that_nobody_fills_is_an_error(text: str, slot: str) -> None:
    wording = Wording(text, "prompts.draft")
    with pytest.raises(BadInput, match=slot) as caught:
        wording.render(name="x", query_type={"name": "y"})
    assert caught.value.where == "prompts.draft"
    assert "name, query_type" in caught.value.remedy


@pytest.mark.parametrize("text", ["{{ a", "{% if a %}", "{{ a | nosuchfilter }}", "{% bogus %}"])
def test_a_text_that_is_no_template_is_refused_before_use(text: str) -> None:
    with pytest.raises(BadInput, match="not a valid template") as caught:
        check_overrides("skillmix", "en", {"draft": text})
    assert caught.value.where.startswith("prompts.draft, line 1")


@pytest.mark.parametrize(
    "text",
    [
        "{{ a / 0 }}",
        "{{ a + 'x' }}",
        "{{ a.__class__.__mro__ }}",
        "{{ ''.__class__ }}",
        "{{ range(10**9) | list }}",
    ],
)
def test_a_template_that_raises_is_the_template_s_fault(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        Wording(text, "prompts.draft").render(a=1)
    assert caught.value.where == "prompts.draft"
