"""Nearest others are those of rouge_score over every pair, with and without the extra packages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from tutelage.analysis import nearest as room
from tutelage.analysis.nearest import affordable, nearest
from tutelage.novelty.rule import common

TEXTS = st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=9), min_size=2, max_size=14)
SCORER = RougeScorer(["rougeL"])


def said(tokens: list[int]) -> str:
    return " ".join(f"w{token}" for token in tokens)


def scores(texts: list[list[int]], row: int) -> dict[int, float]:
    return {
        other: SCORER.score(said(texts[row]), said(text))["rougeL"].fmeasure
        for other, text in enumerate(texts)
        if other != row
    }


@pytest.fixture(params=["packages", "plain"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "plain":
        monkeypatch.setattr(room, "fast", lambda: False)
    monkeypatch.setattr(room, "_BLOCK", 4)
    return str(request.param)


class TestNearest:
    @given(texts=TEXTS)
    def test_every_row_finds_its_nearest(self, texts: list[list[int]]) -> None:
        for found in (nearest(texts, range(len(texts))), room._plain(texts, range(len(texts)))):
            for row, hit in enumerate(found):
                all_scores = scores(texts, row)
                assert hit.score == pytest.approx(max(all_scores.values()), abs=1e-12)
                assert hit.score == pytest.approx(all_scores[hit.row], abs=1e-12)

    def test_blocks_and_parts_agree_with_the_whole(self, way: str) -> None:
        texts = [[(row * place) % 11 for place in range(1, 3 + row % 6)] for row in range(23)]
        found = nearest(texts, range(23))
        assert [hit.score for hit in found] == pytest.approx(
            [max(scores(texts, row).values()) for row in range(23)], abs=1e-12
        )
        part = nearest(texts, [20, 3, 7, 11, 15, 1])
        assert [hit.score for hit in part] == [found[row].score for row in (20, 3, 7, 11, 15, 1)]

    def test_a_text_is_not_its_own_nearest(self, way: str) -> None:
        assert [hit.row for hit in nearest([[1, 2], [3]], range(2))] == [1, 0]
        assert [hit.score for hit in nearest([[1, 2], [3]], range(2))] == [0.0, 0.0]


def test_common_subsequences_longer_than_a_word_of_the_machine() -> None:
    long = list(range(300))
    assert common(long, long[::2]) == 150
    assert common(long, long[::-1]) == 1


def test_what_can_be_afforded_falls_without_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    assert affordable(20_000) == 20_000
    assert 200 < affordable(1_000_000 // 2) < 20_000
    monkeypatch.setattr(room, "fast", lambda: False)
    assert affordable(1_000) == 1_000
    assert affordable(50_000) == 0
