from __future__ import annotations

import json
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.constraints import FAMILIES, RULES, Constraint, Subject, compatible, draw_constraints, expanded
from tutelage.constraints.drawing import most_at_once

ABOUT = {
    "en": Subject(
        question="How do gardens survive drought?",
        answer="Gardens survive drought because mulch keeps moisture near roots. " * 6,
    ),
    "zh": Subject("zh", question="花园怎样度过旱季？", answer="花园靠覆盖物保持水分，根部就不会干。" * 6),
}
FILLER = {"en": "ok", "zh": "好"}


def satisfying(constraints: tuple[Constraint, ...], language: str) -> str:
    """An answer that keeps to all of ``constraints``: proof that they do not contradict one another."""
    named = {each.kind: each.parameters for each in constraints}
    words = list(named.get("keywords_include", {}).get("words", ()))
    frequency = named.get("keywords_count")
    if frequency and frequency["relation"] != "at_most":
        words += [frequency["word"]] * frequency["count"]
    if "language" in named:
        language = named["language"]["language"]
    filler = FILLER[language]
    stop = "." if language == "en" else "。"
    sentence_count = named.get("length_sentences", {})
    sentences = sentence_count.get("count", 1) if sentence_count.get("relation") == "at_least" else 1
    pieces = [" ".join([filler, *words]) + stop, *[filler + stop] * (sentences - 1)]
    for kind, extra in (("length_words", f" {filler}"), ("length_characters", f" {filler}")):
        if named.get(kind, {}).get("relation") == "at_least":
            pieces[0] = extra * named[kind]["count"] + " " + pieces[0]
    return assembled(named, pieces, filler)


def assembled(named: dict[str, object], pieces: list[str], filler: str) -> str:
    parameters: dict[str, dict[str, object]] = named  # type: ignore[assignment]  # every value is one
    if "json" in named:
        keys = parameters["json"]["keys"]
        assert isinstance(keys, list)
        filled = {keys[0]: " ".join(pieces)} | dict.fromkeys(keys[1:], "")
        return json.dumps(filled, ensure_ascii=False)
    for kind, mark in (("format_highlights", f"*{filler}*"), ("format_placeholders", f"[{filler}]")):
        if kind in named:
            pieces += [mark] * int(str(parameters[kind]["count"]))
    paragraphs = [" ".join(pieces)]
    if "format_paragraphs" in named:
        count = parameters["format_paragraphs"]["count"]
        assert isinstance(count, int)
        paragraphs += [filler] * (count - len(paragraphs))
    for kind, mark in (("format_bullets", "- "), ("format_numbered", "{}. ")):
        if kind in named:
            count = parameters[kind]["count"]
            assert isinstance(count, int)
            paragraphs += ["\n".join(mark.format(number + 1) + filler for number in range(count))]
    if "start" in named:
        paragraphs[0] = f"{parameters['start']['phrase']} {paragraphs[0]}"
    if "end" in named:
        paragraphs[-1] = f"{paragraphs[-1]} {parameters['end']['phrase']}"
    if "format_title" in named:
        paragraphs.insert(0, f"# {filler}")
    answer = "\n\n".join(paragraphs)
    answer = f'"{answer}"' if "format_quoted" in named else answer
    return answer.upper() if "format_upper_case" in named else answer


@settings(max_examples=400)
@given(
    seed=st.integers(0, 10**9),
    count=st.integers(1, 5),
    language=st.sampled_from(["en", "zh"]),
    known=st.booleans(),
)
def test_one_answer_can_keep_to_all_that_are_drawn(seed: int, count: int, language: str, known: bool) -> None:
    about = ABOUT[language] if known else None
    drawn = draw_constraints(seed, "place", FAMILIES, count, language, about=about)
    assert len(drawn) == count
    assert all(compatible(one.kind, other.kind) for one, other in combinations(drawn, 2))
    answer = satisfying(drawn, language)
    for constraint in drawn:
        finding = constraint.check(answer)
        assert finding.ok, (constraint, finding, answer)


def test_a_draw_belongs_to_its_place() -> None:
    drawn = {place: draw_constraints(7, place, FAMILIES, 2, "en") for place in map(str, range(40))}
    assert drawn == {place: draw_constraints(7, place, FAMILIES, 2, "en") for place in reversed(drawn)}
    assert len({str(each) for each in drawn.values()}) > 30


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("json", "format_bullets"),
        ("json", "start"),
        ("format_lower_case", "format_title"),
        ("length_words", "length_words"),
        ("length_words", "length_characters"),
        ("format_bullets", "format_numbered"),
        ("language", "keywords_include"),
    ],
)
def test_what_contradicts_is_not_compatible_either_way(one: str, other: str) -> None:
    assert not compatible(one, other)
    assert not compatible(other, one)


def test_families_stand_for_their_kinds() -> None:
    assert expanded(["length", "json"], "en") == [
        "length_words",
        "length_sentences",
        "length_characters",
        "json",
    ]
    assert "format_lower_case" in expanded(["format"], "en")
    assert "format_lower_case" not in expanded(["format"], "zh")


def test_a_choice_never_blocks_a_count_that_is_possible() -> None:
    kinds = ["json", "format_bullets", "start"]
    for seed in range(60):
        drawn = draw_constraints(seed, "p", kinds, 2, "en")
        assert {each.kind for each in drawn} == {"format_bullets", "start"}
    assert most_at_once(kinds, 5) == 2
    assert most_at_once([], 3) == most_at_once(kinds, 0) == 0


def test_every_kind_and_wide_families_are_drawn() -> None:
    drawn = [draw_constraints(seed, "p", FAMILIES, 1, "en")[0] for seed in range(600)]
    assert {each.kind for each in drawn} == set(RULES)
    assert sum(each.kind == "json" for each in drawn) > 600 / len(FAMILIES) / 2


def test_fewer_are_drawn_only_where_no_more_can_be_had() -> None:
    subject = Subject(words=("ivy",))
    kinds = ["keywords_include", "keywords_forbid"]
    assert len(draw_constraints(3, "p", kinds, 2, "en", about=subject)) == 1
    assert draw_constraints(3, "p", ["format_lower_case"], 1, "zh") == ()
