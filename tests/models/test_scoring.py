"""Scores are sums of log-probabilities, whatever the company."""

from __future__ import annotations

import pytest
import torch

from tutelage.models import scoring
from tutelage.models.loading import load
from tutelage.models.scoring import scores

PAIRS = (("Name three fruits.", " Apples"), ("a", " b c d e f"), ("请说出三种水果。", "苹果、梨"), ("a", "b"))


@pytest.fixture(scope="module", params=["llama", "gpt2"])
def loaded(request):
    return load(str(request.getfixturevalue(request.param)), dtype="float32")


def by_hand(loaded, prompt, answer):
    """A sum of one token after the other, each with a forward pass of its own."""
    ids, total = list(prompt), 0.0
    with torch.no_grad():
        for token in answer:
            total += float(loaded.model(torch.tensor([ids])).logits[0, -1].log_softmax(-1)[token])
            ids.append(token)
    return total


def test_a_batch_gives_what_a_loop_by_hand_gives(loaded):
    pairs = [tuple(map(loaded.tokenizer.encode, each)) for each in PAIRS]
    expected = [by_hand(loaded, *each) for each in pairs]
    assert scores(loaded, pairs) == pytest.approx(expected, abs=1e-3)


def test_groups_within_the_memory_keep_the_order(loaded, monkeypatch):
    pairs = [tuple(map(loaded.tokenizer.encode, each)) for each in PAIRS]
    whole = scores(loaded, pairs)
    monkeypatch.setattr(scoring, "_MOST", 1)
    assert scores(loaded, pairs) == pytest.approx(whole, abs=1e-4)
    assert scores(loaded, []) == []
