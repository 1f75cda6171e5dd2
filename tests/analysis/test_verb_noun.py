"""Verb-noun pairs: the originals' rule and the search, counts that add up, and languages named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tutelage.analysis import parsing
from tutelage.analysis.parsing import MODEL
from tutelage.analysis.verb_noun import Pair, measure_verb_noun
from tutelage.records import Example

spacy_model = pytest.importorskip(MODEL)


def rows(texts: list[str]) -> list[Example]:
    return [Example.single_turn(text, "yes", id=str(row)) for row, text in enumerate(texts)]


ENGLISH = [
    "Write a poem about the sea.",
    "Write three poems. Then sing them.",
    "Please write a letter to my aunt.",
    "Explain why the sky is blue.",
    "What is the capital of France?",
]


def test_pairs_are_lemmas_counted_over_the_first_sentences() -> None:
    found = measure_verb_noun(rows(ENGLISH))
    assert found.pairs == (Pair("write", "poem", 2), Pair("write", "letter", 1))
    assert (found.unique, found.mean, found.std, found.top15_share) == (2, 1.5, 0.5, 1.0)
    assert (found.examples, found.parsed, found.with_pair) == (5, 5, 3)
    assert found.with_pair + found.verb_only + found.no_verb == found.parsed
    assert found.verb_only == 1


def test_the_sunburst_nests_nouns_in_verbs() -> None:
    found = measure_verb_noun(rows([*ENGLISH, "Draw a map of the town."]))
    assert found.by_verb() == [
        ("write", 3, [Pair("write", "poem", 2), Pair("write", "letter", 1)]),
        ("draw", 1, [Pair("draw", "map", 1)]),
    ]
    assert found.by_verb(1, 1) == [("write", 3, [Pair("write", "poem", 2)])]
    told = found.as_dict()
    assert told["verbs"]["write"] == {"count": 3, "nouns": {"poem": 2, "letter": 1}}
    assert json.loads(json.dumps(told)) == told


def by_the_notebook(pipeline: Callable[[str], Any], text: str) -> tuple[str, str]:
    """The rule as the paper's notebook states it, said anew: the first child of a child of a child."""
    sentences = list(pipeline(text).sents)
    token = sentences[0].root if sentences else None
    while token is not None:
        if token.pos_ == "VERB":
            nouns = [each for each in token.children if each.dep_ == "dobj" and each.pos_ == "NOUN"]
            return token.lemma_, nouns[0].lemma_ if nouns else ""
        children = list(token.children)
        token = children[0] if children else None
    return "", ""


def test_compat_is_the_notebooks_rule_on_real_instructions(shared_data: Path) -> None:
    lines = (shared_data / "self-instruct" / "self_instruct_5k.jsonl").read_text("utf-8").splitlines()
    texts = [json.loads(line)["instruction"] for line in lines[:400]]
    whole = spacy_model.load()
    wanted = [by_the_notebook(whole, text) for text in texts]
    found = measure_verb_noun(rows(texts))
    assert found.with_pair == sum(1 for _, noun in wanted if noun)
    assert found.verb_only == sum(1 for verb, noun in wanted if verb and not noun)
    assert {(pair.verb, pair.noun) for pair in found.pairs} == {pair for pair in wanted if pair[1]}
    more = measure_verb_noun(rows(texts), rule="search")
    assert more.with_pair > found.with_pair
    assert more.no_verb < found.no_verb


@pytest.mark.parametrize("rule", ["compat", "search"])
def test_every_batch_size_gives_the_same_report(shared_data: Path, rule: Any) -> None:
    lines = (shared_data / "self-instruct" / "self_instruct_5k.jsonl").read_text("utf-8").splitlines()
    examples = rows([json.loads(line)["instruction"] for line in lines[:300]])
    first, *others = (measure_verb_noun(examples, rule=rule, batch=batch) for batch in (256, 1, 7, 300))
    assert all(other == first for other in others)


def test_other_languages_are_named_and_not_scored() -> None:
    chinese = ["写一首关于月亮的诗。", "解释潮汐的原因。"]
    found = measure_verb_noun(rows([*ENGLISH, *chinese, "Напиши стихотворение о море.", "123 ?"]))
    assert found.other_languages == {"zh": 2, "Cyrillic script": 1}
    assert found.unsupported == "no parser model is given for 3 instructions: 1 in Cyrillic script, 2 in zh"
    assert found.empty == 1
    assert found.parsed + sum(found.other_languages.values()) + found.empty == found.examples


def test_chinese_alone_has_no_figures_rather_than_zeros() -> None:
    told = measure_verb_noun(rows(["写一首关于月亮的诗。"])).as_dict()
    assert (told["unique"], told["mean"], told["std"], told["top15_share"]) == (None,) * 4
    assert "1 in zh" in told["unsupported"]


def test_a_named_model_serves_its_language(monkeypatch: pytest.MonkeyPatch) -> None:
    class Chinese:
        """Stands for a Chinese model: every sentence is 写 with 诗 for its object."""

        language = "zh"

        def roots(self, texts: list[str], batch: int) -> list[Any]:
            noun = type("Token", (), {"dep_": "dobj", "children": (), "told": ("NOUN", "诗")})
            verb = type("Token", (), {"dep_": "ROOT", "children": (noun,), "told": ("VERB", "写")})
            return [verb for _ in texts]

        def word(self, token: Any) -> parsing.Word:
            return parsing.Word(*token.told)

    monkeypatch.setattr("tutelage.analysis.verb_noun.parsers", lambda models: {"zh": Chinese()})
    found = measure_verb_noun(
        rows(["写一首关于月亮的诗。", "Write a poem about the sea."]), models=["zh_any"]
    )
    assert found.pairs == (Pair("写", "诗", 1),)
    assert found.other_languages == {"en": 1}


def test_without_the_package_the_report_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    parsing.parsers.cache_clear()
    monkeypatch.setattr(parsing, "find_spec", lambda name: None)
    found = measure_verb_noun(rows(ENGLISH))
    parsing.parsers.cache_clear()
    assert (found.unique, found.parsed, found.examples) == (None, 0, 5)
    assert 'pip install "tutelage[analysis]"' in found.unsupported


def test_odd_texts_are_counted() -> None:
    found = measure_verb_noun(rows(["", "Write \ud800 a poem.", "write " * 200_000, "😀"]))
    assert found.examples == 4
    assert found.empty == 2
    assert found.parsed == 2


def test_no_rows_at_all() -> None:
    found = measure_verb_noun([])
    assert (found.examples, found.unique, found.unsupported) == (0, None, "")
