"""The overlap of instructions: against rouge_score, with an honest interval, and null where it is unknown."""

from __future__ import annotations

import json
import random
from itertools import combinations
from pathlib import Path

import pytest
from rouge_score.rouge_scorer import RougeScorer

from tutelage.analysis import nearest, overlap
from tutelage.analysis.overlap import measure_overlap
from tutelage.records import Example


def rows(texts: list[str]) -> list[Example]:
    return [Example.single_turn(text, "yes", id=str(row)) for row, text in enumerate(texts)]


def words(count: int, seed: int = 0) -> list[str]:
    chance = random.Random(seed)
    known = ["write", "list", "describe", "a", "the", "short", "poem", "essay", "about", "cats", "of", "in"]
    return [" ".join(chance.choices(known, k=chance.randint(3, 12))) for _ in range(count)]


def test_small_sets_are_rouge_scores_over_every_pair() -> None:
    texts = words(40)
    scorer = RougeScorer(["rougeL"])
    pairs = {
        (i, j): scorer.score(texts[i], texts[j])["rougeL"].fmeasure for i, j in combinations(range(40), 2)
    }
    maxima = [max(value for pair, value in pairs.items() if row in pair) for row in range(40)]
    found = measure_overlap(rows(texts), tokens="rouge")
    assert found.every_pair
    assert found.pairs == 780
    assert found.mean == pytest.approx(sum(pairs.values()) / 780, abs=1e-12)
    assert found.interval == (found.mean, found.mean)
    assert found.mean_max == pytest.approx(sum(maxima) / 40, abs=1e-12)
    assert found.mean_max_interval is None
    assert found.pair_values.n == 780
    assert found.max_values.n == found.rows == found.n == 40


def test_the_interval_of_sampled_pairs_holds_the_true_mean_as_often_as_it_says() -> None:
    examples = rows(words(60))
    truth = measure_overlap(examples).mean
    assert truth is not None
    held = 0
    for seed in range(60):
        found = measure_overlap(examples, pairs=300, seed=seed)
        assert not found.every_pair
        assert found.interval is not None
        held += found.interval[0] <= truth <= found.interval[1]
    assert 51 <= held <= 60


def test_the_same_seed_gives_the_same_report() -> None:
    examples = rows(words(60))
    first, again = (measure_overlap(examples, pairs=200, seed=5) for _ in range(2))
    assert first == again
    assert first.mean != measure_overlap(examples, pairs=200, seed=6).mean


def test_chinese_needs_the_unicode_tokeniser_and_rouge_says_that_it_sees_nothing() -> None:
    examples = rows(["写一首关于月亮的诗。", "写一首关于太阳的诗。", "解释潮汐的原因。"])
    found = measure_overlap(examples)
    assert found.n == 3
    assert found.maxima.max == pytest.approx(14 / 18)
    assert found.nearest[0].first == "写一首关于月亮的诗。"
    blind = measure_overlap(examples, tokens="rouge")
    assert (blind.n, blind.no_tokens, blind.mean, blind.mean_max) == (0, 3, None, None)
    assert "needs two" in blind.unsupported


@pytest.mark.parametrize("texts", [[], ["one"], ["", "???"]])
def test_too_few_texts_have_no_figure(texts: list[str]) -> None:
    found = measure_overlap(rows(texts)).as_dict()
    assert (found["mean"], found["interval"], found["mean_max"]) == (None, None, None)
    assert found["unsupported"]


def test_many_texts_without_the_packages_have_a_mean_and_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (nearest, overlap):
        monkeypatch.setattr(module, "fast", lambda: False)
    monkeypatch.setattr(nearest, "_PLAIN_ROWS", 30)
    found = measure_overlap(rows(words(31)), pairs=50)
    assert found.mean is not None
    assert found.mean_max is None
    assert "tutelage[fast]" in found.unsupported


def test_more_texts_than_can_be_paired_have_maxima_of_a_part_with_an_interval(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [f"{text} number {row % 97} item {row}" for row, text in enumerate(words(700))]
    truth = measure_overlap(rows(texts)).mean_max
    monkeypatch.setattr(nearest, "_ALL_ROWS", 600)
    monkeypatch.setattr(nearest, "_PAIRS", 700 * 250)
    found = measure_overlap(rows(texts))
    assert truth is not None
    assert found.rows == found.maxima.n == 250
    assert found.mean_max_interval is not None
    assert found.mean_max_interval[0] < truth < found.mean_max_interval[1]


def test_odd_texts_are_measured() -> None:
    examples = rows(["Write \ud800 a poem", "Write a poem", "word " * 200_000, "😀"])
    found = measure_overlap(examples)
    assert (found.n, found.no_tokens) == (3, 1)
    assert found.maxima.max == 1.0
    json.dumps(found.as_dict())


def test_real_instructions(shared_data: Path) -> None:
    lines = (shared_data / "self-instruct" / "self_instruct_5k.jsonl").read_text("utf-8").splitlines()
    found = measure_overlap(rows([json.loads(line)["instruction"] for line in lines]))
    assert found.n == 5000
    assert found.mean == pytest.approx(0.0821, abs=0.0015)
    assert found.mean_max == pytest.approx(0.52258, abs=1e-5)
