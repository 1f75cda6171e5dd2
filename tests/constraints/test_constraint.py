from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.constraints import FAMILIES, RULES, Constraint
from tutelage.errors import BadInput
from tutelage.prompts import languages, steps

SAMPLES: dict[str, dict[str, object]] = {
    "length_words": {"relation": "at_least", "count": 3},
    "length_sentences": {"relation": "at_most", "count": 2},
    "length_characters": {"relation": "exactly", "count": 9},
    "format_bullets": {"relation": "exactly", "count": 2},
    "format_numbered": {"relation": "exactly", "count": 2},
    "format_paragraphs": {"relation": "exactly", "count": 2},
    "format_title": {},
    "format_highlights": {"relation": "at_least", "count": 2},
    "format_placeholders": {"relation": "at_least", "count": 2},
    "format_quoted": {},
    "format_upper_case": {},
    "format_lower_case": {},
    "format_no_commas": {},
    "keywords_include": {"words": ["tea", "cup"]},
    "keywords_forbid": {"words": ["tea"]},
    "keywords_count": {"relation": "at_least", "count": 2, "word": "tea"},
    "language": {"language": "zh"},
    "json": {"keys": ["answer"]},
    "start": {"phrase": "Well then:"},
    "end": {"phrase": "That is it."},
}


def test_every_kind_is_tried_here() -> None:
    assert set(SAMPLES) == set(RULES)
    assert FAMILIES == ("length", "format", "keywords", "language", "json", "start", "end")


@pytest.mark.parametrize("kind", RULES)
def test_every_kind_has_several_wordings_in_its_languages_that_name_its_parameters(kind: str) -> None:
    constraint = Constraint(kind, SAMPLES[kind])
    for language in RULES[kind].languages:
        said = constraint.wordings(language)
        assert len(said) == len(set(said)) >= 2
        for sentence in said:
            assert "{" not in sentence
            for name, value in constraint.parameters.items():
                if name in ("relation", "language"):
                    continue
                for each in value if isinstance(value, list) else [value]:
                    assert str(each) in sentence
        assert constraint.wording(language, len(said)) == said[0]


def test_both_languages_have_the_same_kinds_but_for_letter_case() -> None:
    assert languages("constraints") == ["en", "zh"]
    assert set(steps("constraints", "en")) - {"again"} == set(RULES)
    assert set(RULES) - set(steps("constraints", "zh")) == {"format_lower_case", "format_upper_case"}
    with pytest.raises(BadInput, match="no wording in the language 'zh'"):
        Constraint("format_lower_case").wordings("zh")


@pytest.mark.parametrize("kind", RULES)
def test_a_constraint_comes_back_from_its_dictionary(kind: str) -> None:
    constraint = Constraint(kind, SAMPLES[kind])
    again = Constraint.from_dict(constraint.as_dict())
    assert again == constraint
    assert again.as_dict() == {"kind": kind, "parameters": SAMPLES[kind]}


@pytest.mark.parametrize(
    ("kind", "parameters", "told"),
    [
        ("lenght_words", {}, "did you mean 'length_words'"),
        ("length_words", {"relation": "at_least"}, "count"),
        ("length_words", {"relation": "about", "count": 3}, "relation"),
        ("length_words", {"relation": "at_least", "count": -1}, "count"),
        ("format_title", {"level": 2}, "level"),
        ("keywords_include", {"words": []}, "words"),
        ("language", {"language": "fr"}, "by its script"),
    ],
)
def test_what_cannot_be_a_constraint_is_refused(kind: str, parameters: dict[str, object], told: str) -> None:
    with pytest.raises(BadInput) as error:
        Constraint(kind, parameters)
    assert told in str(error.value)


@given(answer=st.text(max_size=200), kind=st.sampled_from(sorted(RULES)))
def test_any_text_can_be_checked(answer: str, kind: str) -> None:
    finding = Constraint(kind, SAMPLES[kind]).check(answer)
    assert finding.ok in (True, False)
    assert finding.detail
