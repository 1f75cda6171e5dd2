"""The index decides as a loop over rouge_score does, at every tie."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer, _score_lcs

from tutelage.errors import BadInput
from tutelage.novelty import Index, Match, rouge_l

THRESHOLDS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.9)


def sequential(texts: Sequence[str], threshold: float, *, strict: bool) -> list[Match | None]:
    """What rouge_score's loop decides: for each text the first kept one that condemns it."""
    kept: list[tuple[str, list[str]]] = []
    decisions: list[Match | None] = []
    for number, text in enumerate(texts):
        tokens = text.split()
        scores = ((key, _score_lcs(other, tokens).fmeasure) for key, other in kept)
        condemning = ((k, s) for k, s in scores if s > threshold or (not strict and s == threshold))
        found = next(condemning, None)
        decisions.append(Match(*found) if found else None)
        if found is None:
            kept.append((str(number), tokens))
    return decisions


def decide(texts: Sequence[str], index: Index) -> list[Match | None]:
    decisions = []
    for number, text in enumerate(texts):
        match = index.find(text)
        decisions.append(match)
        if match is None:
            index.add(str(number), text)
    return decisions


def variants(chance: random.Random, count: int, longest: int, vocabulary: int) -> list[str]:
    """Texts of which many are edits of earlier ones, so that many pairs lie near a threshold."""
    texts: list[list[str]] = [[]]
    while len(texts) < count:
        if chance.random() < 0.4:
            texts.append([f"w{chance.randrange(vocabulary)}" for _ in range(chance.randint(0, longest))])
        else:
            share = chance.uniform(0, 0.6)
            old = chance.choice(texts)
            new = [f"w{chance.randrange(vocabulary)}" if chance.random() < share else w for w in old]
            cut = chance.randint(0, len(new))
            texts.append(new[:cut] + new[cut + chance.randint(0, 2) :])
    return [" ".join(text) for text in texts]


@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("strict", [True, False])
@given(
    seed=st.integers(0, 10**9), longest=st.sampled_from([4, 10, 20]), vocabulary=st.sampled_from([3, 12, 80])
)
@settings(max_examples=12, deadline=None)
def test_decisions_and_witnesses_are_those_of_the_loop(
    threshold: float, strict: bool, seed: int, longest: int, vocabulary: int
) -> None:
    texts = variants(random.Random(seed), 40, longest, vocabulary)
    assert decide(texts, Index(threshold, strict=strict)) == sequential(texts, threshold, strict=strict)


@pytest.mark.parametrize("seed", range(3))
def test_long_texts_are_decided_as_the_loop_does(seed: int) -> None:
    chance = random.Random(seed)
    texts = [text for text in variants(chance, 60, 200, 40) if len(text.split()) > 40]
    assert any(len(text.split()) > 128 for text in texts)
    assert decide(texts, Index()) == sequential(texts, 0.7, strict=True)


def exact_ties() -> list[tuple[int, int, int]]:
    """Lengths and LCS of all pairs up to 60 tokens whose F1 is 0.7 on paper: 20 LCS = 7 (m + n)."""
    return [
        (m, n, 7 * (m + n) // 20)
        for m in range(1, 60)
        for n in range(1, 60)
        if (m + n) % 20 == 0 and 7 * (m + n) // 20 <= min(m, n)
    ]


@pytest.mark.parametrize("strict", [True, False])
def test_ties_at_the_threshold_fall_as_rouge_score_rounds(strict: bool) -> None:
    outcomes = set()
    for m, n, lcs in exact_ties():
        shared = [f"s{i}" for i in range(lcs)]
        one = shared + [f"a{i}" for i in range(m - lcs)]
        other = [f"b{i}" for i in range(n - lcs)] + shared
        texts = [" ".join(one), " ".join(other)]
        decisions = decide(texts, Index(strict=strict))
        assert decisions == sequential(texts, 0.7, strict=strict)
        outcomes.add(decisions[1] is not None)
    assert outcomes == {True, False}  # rounding sends ties both ways, whichever the comparison


@given(st.integers(1, 200), st.integers(1, 200), st.data())
def test_score_is_that_of_rouge_score_to_the_last_bit(m: int, n: int, data: st.DataObject) -> None:
    lcs = data.draw(st.integers(0, min(m, n)))
    one = ["s"] * lcs + ["a"] * (m - lcs)
    other = ["s"] * lcs + ["b"] * (n - lcs)
    assert rouge_l(lcs, m, n) == _score_lcs(one, other).fmeasure


@given(st.lists(st.text(alphabet="ab c", max_size=14), max_size=12))
@settings(deadline=None)
def test_rouge_tokens_agree_with_the_public_scorer(texts: list[str]) -> None:
    scorer = RougeScorer(["rougeL"])
    kept: list[str] = []
    index = Index(tokens="rouge")
    for number, text in enumerate(texts):
        refused = any(scorer.score(text, other)["rougeL"].fmeasure > 0.7 for other in kept)
        assert (index.find(text) is not None) == refused
        if not refused:
            kept.append(text)
            index.add(str(number), text)


def test_identical_chinese_sentences_score_one() -> None:
    index = Index()
    index.add("first", "请写一首关于春天的诗。")
    assert index.find("请写一首关于春天的诗。") == Match("first", 1.0)
    rouge = Index(tokens="rouge")
    rouge.add("first", "请写一首关于春天的诗。")
    assert rouge.find("请写一首关于春天的诗。") is None
    assert not rouge.comparable("请写一首关于春天的诗。")


def test_texts_without_tokens_are_similar_to_nothing() -> None:
    index = Index()
    for text in ("", "…", "🙂"):
        assert not index.comparable(text)
        index.add("empty", text)
        assert index.find(text) is None
    assert len(index) == 0


def test_the_witness_is_the_first_kept_text_that_condemns() -> None:
    index = Index()
    index.add("one", "a b c d e f g h i x")
    index.add("two", "a b c d e f g h i j")
    match = index.find("a b c d e f g h i j")
    assert match == Match("one", rouge_l(9, 10, 10))
    assert index.find("a b c d e f g h i j") == match  # remembered


def test_what_was_found_but_not_added_stands_in_nobodys_way() -> None:
    index = Index()
    assert index.find("tell me a story") is None
    assert index.find("tell me a story") is None


def test_a_strict_threshold_of_one_refuses_nothing_and_a_lax_one_copies() -> None:
    strict, lax = Index(1.0), Index(1.0, strict=False)
    for index in (strict, lax):
        index.add("one", "a b c")
    assert strict.find("a b c") is None
    assert lax.find("a b c") == Match("one", 1.0)
    assert lax.find("a b d") is None


@pytest.mark.parametrize("threshold", [0, -1, 1.1, float("nan")])
def test_a_threshold_that_means_nothing_is_refused(threshold: float) -> None:
    with pytest.raises(BadInput, match="threshold"):
        Index(threshold)


def pool_size(texts: Sequence[str]) -> int:
    return sum(match is None for match in decide(texts, Index()))


def test_demo_domain_keeps_what_the_loop_keeps(shared_data: Path) -> None:
    folder = shared_data / "explore-instruct" / "demo_domain"
    files = sorted(path for path in folder.glob("*.json") if path.stem != "tree_meta_info")
    pools = [[row["instruction"] for row in json.loads(path.read_text())["examples"]] for path in files]
    assert sum(map(pool_size, pools)) == 2448
    assert pool_size([text for pool in pools for text in pool]) == 2278


def test_self_instruct_keeps_what_the_loop_keeps(shared_data: Path) -> None:
    lines = (shared_data / "self-instruct" / "self_instruct_5k.jsonl").read_text().splitlines()
    texts = list(dict.fromkeys(json.loads(line)["instruction"] for line in lines))
    assert len(texts) == 4867
    assert pool_size(texts) == 4852
