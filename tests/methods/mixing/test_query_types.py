"""Query types: three dialects of Markdown, JSON, names alone, and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.methods.mixing.query_types import (
    QueryType,
    looks_like_query_types,
    parse_query_types,
    read_query_types,
    render_query_types,
)
from tutelage.prompts import material

ADVICE = QueryType("Advice", "the person asks what to do", ("What now?", "Stay or go?"))


@pytest.mark.parametrize(
    "text",
    [
        '### 1. **Advice**\n**Definition:** the person asks what to do\n- "What now?"\n- "Stay or go?"',
        '### Advice\nthe person asks what to do For example:\n- "What now?"\n- "Stay or go?"',
        "## Advice\nDefinition: the person asks what to do\nExamples:\n1. What now?\n2. Stay or go?",
        "**Advice**: the person asks what to do\n* What now?\n* Stay or go?",
        "1. **Advice**\n**Definition**: the person asks what to do\n- What now?\n- Stay or go?",
        '```\n### Advice\nDefinition: the person asks what to do\n- "What now?"\n- "Stay or go?"\n```',
        '[{"name": "Advice", "definition": "the person asks what to do", '
        '"examples": ["What now?", "Stay or go?"]}]',
        "Sure!\n\n### Advice\n- **Definition:** the person asks what to do\n- **Examples:**\n"
        "- What now?\n- Stay or go?",
    ],
)
def test_dialects(text: str) -> None:
    assert parse_query_types(text) == [ADVICE]


def test_names_alone_and_chinese() -> None:
    assert parse_query_types("- Advice\n- Plan") == [QueryType("Advice"), QueryType("Plan")]
    chinese = "### 出主意\n定义：问该怎么办\n- “怎么办？”\n"
    assert parse_query_types(chinese) == [QueryType("出主意", "问该怎么办", ("怎么办？",))]
    assert render_query_types(parse_query_types(chinese), "zh") == chinese


def test_the_first_of_a_name_counts() -> None:
    found = parse_query_types("### A\nDefinition: one\n### B\nDefinition: two\n### a\nDefinition: three")
    assert [(each.name, each.definition) for each in found] == [("A", "one"), ("B", "two")]


@pytest.mark.parametrize(
    "text",
    ["", "   \n", "[]", "I cannot do that. Sorry. Ask me something else.", "[1]", '[{"definition": "x"}]'],
)
def test_no_query_type(text: str) -> None:
    with pytest.raises(BadInput, match="query type"):
        parse_query_types(text, "f")


def test_query_types_are_told_from_skills() -> None:
    assert looks_like_query_types("### Advice\nDefinition: x")
    assert not looks_like_query_types("# a comment\nbaking\nsewing")
    assert not looks_like_query_types('["baking"]')
    assert looks_like_query_types('[{"name": "x", "definition": "y"}]')


def test_the_published_types_keep_definitions_and_examples(shared_data: Path) -> None:
    claude = read_query_types(shared_data / "skillmix" / "claude-3-5-sonnet-20240620" / "queries.txt")
    gpt = read_query_types(shared_data / "skillmix" / "gpt-4-turbo-2024-04-09" / "queries.txt")
    assert (len(claude), len(gpt)) == (13, 16)
    for each in (*claude, *gpt):
        assert len(each.definition) > 40
        assert len(each.examples) == 2
        assert (
            not each.definition.lower().rstrip(":").endswith(("definition", "examples", "example", "include"))
        )
    assert claude[0].definition.startswith("Queries aimed at acquiring factual knowledge")
    assert claude[-1] == QueryType(
        "Planning/Strategy",
        "Queries seeking structured approaches to achieve specific goals",
        ("How should I prepare for interviews?", "What's a good study plan?"),
    )
    assert gpt[0].definition.endswith("or learn about a topic.")
    for types in (claude, gpt):
        assert parse_query_types(render_query_types(types)) == types


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_shipped_types_read_back(language: str) -> None:
    text = material("skillmix", "query_types.md", language)
    types = parse_query_types(text)
    assert len(types) == 12
    assert all(each.definition and len(each.examples) == 2 for each in types)
    assert render_query_types(types, language) == text


WORD = st.text(st.characters(categories=("Ll", "Lu", "Lo")), min_size=1, max_size=8)
TYPES = st.lists(
    st.builds(
        QueryType,
        WORD.map(lambda word: f"Kind {word}"),
        st.lists(WORD, max_size=5).map(lambda words: " ".join(["that", *words]) if words else ""),
        st.lists(WORD.map(lambda word: f"How {word}?"), max_size=3).map(tuple),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda each: each.name.casefold(),
)


@given(TYPES, st.sampled_from(["en", "zh"]))
def test_rendered_types_read_back(types: list[QueryType], language: str) -> None:
    assert parse_query_types(render_query_types(types, language)) == types
