"""Sentences and capital words without NLTK's data files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.evaluate.ifeval_sentences import capital_words, sentence_count


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("One", 1),
        ("One. Two! Three? Four.", 4),
        ("Mr. Smith met Dr. Jones at 3.15 p.m. in D.C. today.", 1),
        ("J. K. Rowling wrote it.", 1),
        ('He said "no." She left.', 2),
        ("Well... maybe. Yes... No.", 3),
        ("A line\nand another without an end", 1),
        ("1. First\n2. Second", 3),
        ("你好。再见！", 2),
    ],
)
def test_sentences(text: str, number: int):
    assert sentence_count(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("I'M HERE, DON'T.", 5),
        ("I'm A well-KNOWN X-RAY", 3),
        ("U.S. and P.P.S.", 2),
        ("ok", 0),
        ("**BOLD** (OK)", 2),
    ],
)
def test_capital_words(text: str, number: int):
    assert capital_words(text) == number


def test_capital_words_as_the_treebank_tokeniser_has_them(shared_data: Path):
    tokenizer = pytest.importorskip("nltk.tokenize").NLTKWordTokenizer()
    path = shared_data / "ifeval" / "responses_text_bison.jsonl"
    for line in path.read_text("utf-8").splitlines():
        text = json.loads(line)["response"]
        assert capital_words(text) == sum(token.isupper() for token in tokenizer.tokenize(text)), text
