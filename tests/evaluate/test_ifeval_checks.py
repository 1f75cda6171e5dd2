"""IFEval's instruction types: by hand, and against a second implementation on real answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.evaluate.ifeval_checks import CHECKS, follows, follows_loosely, parameters_of, variants

CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("keywords:existence", {"keywords": ["cat", "Dog"]}, "A dog concatenates.", "A dog."),
    ("keywords:frequency",
     {"keyword": "ox", "frequency": 2, "relation": "less than"}, "One ox.", "Ox and oxen."),
    ("keywords:frequency",
     {"keyword": "c++", "frequency": 1, "relation": "at least"}, "I like C++.", "I like C."),
    ("keywords:forbidden_words", {"forbidden_words": ["cat"]}, "Concatenate.", "A Cat."),
    ("keywords:letter_frequency",
     {"letter": "a", "let_frequency": 2, "let_relation": "at least"}, "Aha", "Ah"),
    ("language:response_language",
     {"language": "de"}, "Das ist nicht der Hund und die Katze.", "This is the dog."),
    ("language:response_language",
     {"language": "fa"}, "این یک متن است که برای شما می شود.", "هذا هو النص من على"),
    ("length_constraints:number_sentences",
     {"num_sentences": 2, "relation": "at least"}, "Mr. A is in. So?", "Hi."),
    ("length_constraints:number_paragraphs", {"num_paragraphs": 2}, "a\n***\nb\n***", "a\n***\n***\nb"),
    ("length_constraints:number_words",
     {"num_words": 3, "relation": "less than"}, "well-known", "a well-known x"),
    (
        "length_constraints:nth_paragraph_first_word",
        {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "Then"},
        "One.\n\n'then, two.",
        "One.\n\nNext two.",
    ),
    ("detectable_content:number_placeholders", {"num_placeholders": 2}, "[a] [b]", "[a"),
    ("detectable_content:postscript", {"postscript_marker": "P.P.S"}, "Bye. p. p. s hello", "P.S. hello"),
    ("detectable_content:postscript", {"postscript_marker": "P.S."}, "Bye.\nP. S. hello", "PS hello"),
    ("detectable_format:number_bullet_lists", {"num_bullets": 2}, "* a\n- b", "* a\n** b **"),
    ("detectable_format:constrained_response", {}, "Well. My answer is maybe.", "Maybe."),
    ("detectable_format:number_highlighted_sections", {"num_highlights": 2}, "**bold** *one*", "**bold**"),
    ("detectable_format:multiple_sections",
     {"section_spliter": "Section", "num_sections": 2}, "Section 1 a Section 2", "Section one Section 2"),
    ("detectable_format:json_format", {}, '```json\n{"a": 1}\n```', "{a: 1}"),
    ("detectable_format:title", {}, "<<a title>>", "<< >>"),
    ("combination:two_responses", {}, "a ****** b", "a ****** a"),
    ("combination:repeat_prompt", {"prompt_to_repeat": "Say it."}, " say it. Yes.", "Yes. Say it."),
    ("startend:end_checker", {"end_phrase": "The end."}, 'So. "the END."', "The end. Or not?"),
    ("change_case:capital_word_frequency",
     {"capital_frequency": 2, "capital_relation": "at least"}, "I do NOT.", "I do."),
    ("change_case:english_capital", {}, "THIS IS IT.", "This is it."),
    ("change_case:english_lowercase", {}, "this is it.", "This is it."),
    ("punctuation:no_comma", {}, "a; b", "a, b"),
    ("startend:quotation", {}, ' "all of it" ', '"'),
]  # fmt: skip


def test_all_25_types_are_there():
    assert len(CHECKS) == 25
    assert {kind for kind, *_ in CASES} == set(CHECKS)


@pytest.mark.parametrize(("kind", "given", "kept", "missed"), CASES)
def test_one_answer_keeps_to_it_and_one_does_not(kind: str, given: dict[str, Any], kept: str, missed: str):
    want = parameters_of(kind, given, "", "here")
    assert follows(kind, want, kept)
    assert not follows(kind, want, missed)
    assert not follows(kind, want, "  \n")


def test_the_eight_readings_of_the_loose_rule():
    assert len(variants("*a*\n*b*\n*c*\n*d*")) == 8
    assert "b\nc" in variants("*a*\n*b*\n*c*\n*d*")
    assert follows_loosely("punctuation:no_comma", {}, "Sure, here it is:\nNo comma here.")
    assert not follows_loosely("punctuation:no_comma", {}, "a\nb, c\nd")


def test_what_to_repeat_is_taken_from_the_prompt():
    prompt = "Write a poem.\nFirst repeat the request word for word without change, then give your answer"
    assert parameters_of("combination:repeat_prompt", {}, prompt, "")["prompt_to_repeat"] == "Write a poem."


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("keywords:existance", {}, "keywords:existence"),
        ("length_constraints:number_words", {"num_words": 3}, "needs 'relation'"),
        ("length_constraints:number_words", {"num_words": "3", "relation": "at least"}, "num_words"),
        ("length_constraints:number_words", {"num_words": 3, "relation": "at most"}, "at least"),
        ("keywords:existence", {"keywords": []}, "keywords"),
        ("combination:repeat_prompt", {}, "prompt_to_repeat"),
    ],
)
def test_bad_parameters_are_refused(kind: str, given: dict[str, Any], said: str):
    with pytest.raises(BadInput, match=said):
        parameters_of(kind, given, "", "row 1")


def test_floats_of_the_hub_are_whole_numbers():
    given = {"num_words": 3.0, "relation": "at least", "num_bullets": None}
    assert parameters_of("length_constraints:number_words", given, "", "")["num_words"] == 3


# What langdetect takes for another language: an English word, names, sentences in capitals, and Marathi.
LANGUAGE_TOLD_OTHERWISE = {"24", "202", "3276", "3311", "3456", "1259"}


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_it_agrees_with_a_second_implementation_on_real_answers(shared_data: Path):
    registry = pytest.importorskip("if_verifiable.ifeval.instructions_registry").INSTRUCTION_DICT
    pytest.importorskip("langdetect").DetectorFactory.seed = 0
    folder = shared_data / "ifeval"
    answers = {row["prompt"]: row["response"] for row in rows_of(folder / "responses_text_bison.jsonl")}
    differ: dict[str, set[str]] = {}
    compared: set[str] = set()
    for row in rows_of(folder / "input_data.jsonl"):
        answer = answers[row["prompt"]]
        for kind, kwargs in zip(row["instruction_id_list"], row["kwargs"], strict=True):
            want = parameters_of(kind, kwargs, row["prompt"], str(row["key"]))
            other = registry[kind](kind)
            other.build_description(**want)
            try:
                theirs = (
                    bool(other.check_following(answer)),
                    any(each.strip() and other.check_following(each) for each in variants(answer)),
                )
            except LookupError:  # it wants NLTK's data files, which are not at hand
                continue
            compared.add(kind)
            if (follows(kind, want, answer), follows_loosely(kind, want, answer)) != theirs:
                differ.setdefault(kind, set()).add(str(row["key"]))
    assert len(compared) >= 22
    languages = {"language:response_language", "change_case:english_capital", "change_case:english_lowercase"}
    assert set(differ) <= languages
    assert set().union(*differ.values()) <= LANGUAGE_TOLD_OTHERWISE
