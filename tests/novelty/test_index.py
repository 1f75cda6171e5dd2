"""Every search decides as a loop over rouge_score does, at every tie and in batches of any size."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from tutelage.errors import BadInput, MissingExtra
from tutelage.novelty import Index, Match, rouge_l
from tutelage.novelty import index as index_module

THRESHOLDS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.9)
BATCHES = (1, 7, 100, None)
LAWFUL = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
Loop = Callable[..., list[Match | None]]


def decide(texts: Sequence[str], index: Index) -> list[Match | None]:
    decisions = []
    for number, text in enumerate(texts):
        match = index.find(text)
        decisions.append(match)
        if match is None:
            index.add(str(number), text)
    return decisions


def in_batches(texts: Sequence[str], index: Index, size: int | None) -> list[Match | None]:
    named = [(str(number), text) for number, text in enumerate(texts)]
    size = size or len(named)
    parts = [named[start : start + size] for start in range(0, len(named), size)]
    return [match for part in parts for match in index.decide(part)]


@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("strict", [True, False])
@given(
    seed=st.integers(0, 10**9), longest=st.sampled_from([4, 10, 20]), vocabulary=st.sampled_from([3, 12, 80])
)
@LAWFUL
def test_decisions_and_witnesses_are_those_of_the_loop(
    search: str, variants: Callable[..., list[str]], loop: Loop,
    threshold: float, strict: bool, seed: int, longest: int, vocabulary: int,
) -> None:  # fmt: skip
    texts = variants(random.Random(seed), 40, longest, vocabulary)
    wanted = loop(texts, threshold, strict=strict)

    def index() -> Index:
        return Index(threshold, strict=strict, search=search)

    assert decide(texts, index()) == wanted
    for size in BATCHES:
        assert in_batches(texts, index(), size) == wanted


@pytest.mark.parametrize("seed", range(3))
def test_long_texts_are_decided_as_the_loop_does(
    search: str, variants: Callable[..., list[str]], loop: Loop, seed: int
) -> None:
    chance = random.Random(seed)
    texts = [text for text in variants(chance, 60, 300, 40) if len(text.split()) > 40]
    assert any(len(text.split()) > 256 for text in texts)
    wanted = loop(texts, 0.7, strict=True)
    assert decide(texts, Index(search=search)) == wanted
    assert in_batches(texts, Index(search=search), None) == wanted


def exact_ties(threshold: int) -> list[tuple[int, int, int]]:
    """Lengths and LCS of pairs up to 60 tokens whose F1 is ``threshold`` tenths on paper."""
    return [
        (m, n, threshold * (m + n) // 20)
        for m in range(1, 60)
        for n in range(1, 60)
        if threshold * (m + n) % 20 == 0 and threshold * (m + n) // 20 <= min(m, n)
    ]


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("tenths", [5, 6, 7, 8, 9])
def test_ties_at_the_threshold_fall_as_rouge_score_rounds(
    search: str, loop: Loop, strict: bool, tenths: int
) -> None:
    outcomes = set()
    for m, n, lcs in exact_ties(tenths):
        shared = [f"s{i}" for i in range(lcs)]
        one = shared + [f"a{i}" for i in range(m - lcs)]
        other = [f"b{i}" for i in range(n - lcs)] + shared
        texts = [" ".join(one), " ".join(other)]
        decisions = Index(tenths / 10, strict=strict, search=search).decide(
            list(zip("ab", texts, strict=True))
        )
        wanted = loop(texts, tenths / 10, strict=strict)
        assert [match and match.score for match in decisions] == [each and each.score for each in wanted]
        outcomes.add(decisions[1] is not None)
    if tenths == 7:
        assert outcomes == {True, False}  # rounding sends ties both ways, whichever the comparison


@given(st.lists(st.text(alphabet="ab cé", max_size=14), max_size=12))
@LAWFUL
def test_rouge_tokens_agree_with_the_public_scorer(search: str, texts: list[str]) -> None:
    scorer = RougeScorer(["rougeL"])
    kept: list[str] = []
    index = Index(tokens="rouge", search=search)
    for number, text in enumerate(texts):
        refused = any(scorer.score(text, other)["rougeL"].fmeasure > 0.7 for other in kept)
        assert (index.find(text) is not None) == refused
        if not refused:
            kept.append(text)
            index.add(str(number), text)


def test_stems_agree_with_the_public_scorer(shared_data: Path) -> None:
    lines = (shared_data / "self-instruct" / "self_instruct_5k.jsonl").read_text().splitlines()[:120]
    texts = [json.loads(line)["instruction"] for line in lines]
    scorer = RougeScorer(["rougeL"], use_stemmer=True)
    index = Index(0.4, tokens="rouge", stem=True)
    kept: list[str] = []
    plain = in_batches(texts, Index(0.4, tokens="rouge"), None)
    for number, (text, match) in enumerate(zip(texts, in_batches(texts, index, None), strict=True)):
        scores = [scorer.score(other, text)["rougeL"].fmeasure for other in kept]
        assert (match is not None) == (max(scores, default=0.0) > 0.4), number
        if match is None:
            kept.append(text)
    assert len(kept) < sum(each is None for each in plain)  # stems find more that is similar


def test_identical_chinese_sentences_score_one(search: str) -> None:
    index = Index(search=search)
    index.add("first", "请写一首关于春天的诗。")
    assert index.find("请写一首关于春天的诗。") == Match("first", 1.0)
    rouge = Index(tokens="rouge", search=search)
    rouge.add("first", "请写一首关于春天的诗。")
    assert rouge.find("请写一首关于春天的诗。") is None
    assert not rouge.comparable("请写一首关于春天的诗。")


def test_a_thousand_chinese_texts_given_twice_keep_at_most_a_thousand(search: str) -> None:
    chance = random.Random(3)
    signs = [chr(code) for code in range(0x4E00, 0x4E00 + 400)]
    texts = ["".join(chance.choices(signs, k=chance.randint(6, 20))) + "。" for _ in range(1000)]
    assert sum(match is None for match in in_batches(texts * 2, Index(search=search), 500)) <= 1000


def test_texts_without_tokens_are_similar_to_nothing(search: str) -> None:
    index = Index(search=search)
    for text in ("", "…", "🙂"):
        assert not index.comparable(text)
        index.add("empty", text)
        assert index.find(text) is None
    assert index.decide([("a", ""), ("b", "…"), ("c", "a word"), ("d", "A word!")]) == [
        None, None, None, Match("c", 1.0)
    ]  # fmt: skip
    assert len(index) == 1


def test_the_witness_is_the_first_kept_text_that_condemns(search: str) -> None:
    index = Index(search=search)
    index.add("one", "a b c d e f g h i x")
    index.add("two", "a b c d e f g h i j")
    match = index.find("a b c d e f g h i j")
    assert match == Match("one", rouge_l(9, 10, 10))
    assert index.find("a b c d e f g h i j") == match  # remembered
    assert index.decide([("three", "a b c d e f g h i j")]) == [match]


def test_what_was_found_but_not_added_stands_in_nobodys_way(search: str) -> None:
    index = Index(search=search)
    assert index.find("tell me a story") is None
    assert index.find("tell me a story") is None


def test_a_strict_threshold_of_one_refuses_nothing_and_a_lax_one_copies(search: str) -> None:
    strict, lax = Index(1.0, search=search), Index(1.0, strict=False, search=search)
    for index in (strict, lax):
        index.add("one", "a b c")
    assert strict.find("a b c") is None
    assert lax.find("a b c") == Match("one", 1.0)
    assert lax.find("a b d") is None


@pytest.mark.parametrize("threshold", [0, -1, 1.1, float("nan")])
def test_a_threshold_that_means_nothing_is_refused(threshold: float) -> None:
    with pytest.raises(BadInput, match="threshold"):
        Index(threshold)


def test_a_change_of_search_on_the_way_changes_no_decision(
    variants: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = variants(random.Random(8), 300, 12, 30)
    wanted = in_batches(texts, Index(search="plain"), None)
    monkeypatch.setattr(index_module, "_PLAIN_UNTIL", 40)
    for size in BATCHES:
        assert in_batches(texts, Index(), size) == wanted
    assert decide(texts, Index()) == wanted


def test_a_search_whose_packages_are_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="numba"):
        Index(search="compiled")
    monkeypatch.setattr(index_module, "_PLAIN_UNTIL", 2)
    texts = [f"word{number} and more" for number in range(9)]
    assert len(in_batches(texts, Index(), None)) == 9  # pure Python goes on


def test_demo_domain_keeps_what_the_loop_keeps(search: str, shared_data: Path) -> None:
    folder = shared_data / "explore-instruct" / "demo_domain"
    files = sorted(path for path in folder.glob("*.json") if path.stem != "tree_meta_info")
    pools = [[row["instruction"] for row in json.loads(path.read_text())["examples"]] for path in files]

    def kept(texts: Sequence[str]) -> int:
        return sum(match is None for match in in_batches(texts, Index(search=search), None))

    assert sum(map(kept, pools)) == 2448
    assert kept([text for pool in pools for text in pool]) == 2278
    meta = json.loads((folder / "tree_meta_info.json").read_text())
    levels = [meta, *meta["children"]]
    ordered = [json.loads((folder / each["config_filename"]).read_text())["examples"] for each in levels]
    assert kept([row["instruction"] for rows in ordered for row in rows]) == 2284


def test_self_instruct_keeps_what_the_loop_keeps(search: str, shared_data: Path) -> None:
    lines = (shared_data / "self-instruct" / "self_instruct_5k.jsonl").read_text().splitlines()
    texts = list(dict.fromkeys(json.loads(line)["instruction"] for line in lines))
    assert len(texts) == 4867
    assert sum(match is None for match in in_batches(texts, Index(search=search), None)) == 4852
