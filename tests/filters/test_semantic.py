"""The filter by embeddings: a pluggable embedder, greedy in order, by scope."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

from tutelage.errors import BadInput, MissingExtra
from tutelage.filters.filter import Chain, Filter
from tutelage.filters.keywords import Keywords
from tutelage.filters.semantic import Semantic
from tutelage.records import Example


def row(id: str, instruction: str, **cell: str) -> Example:
    return Example.single_turn(instruction, "out", id=id, cell=cell)


def kept(rows: list[Example], *filters: Filter) -> list[str]:
    chain = Chain(filters)
    return [each.id for each in rows if chain.decide(each).kept]


class Meaning:
    """Knows that a dog is a hound; a word it does not know is nothing."""

    KNOWN = {"dog": [1.0, 0.1], "hound": [1.0, 0.0], "cat": [0.0, 1.0]}

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [self.KNOWN.get(text, [0.0, 0.0]) for text in texts]


class Broken:
    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return []


@pytest.fixture(autouse=True)
def stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module of somebody else's, found by its name."""
    module = ModuleType("stranger")
    module.__dict__.update(Meaning=Meaning, Broken=Broken, number=lambda: 3)
    monkeypatch.setitem(sys.modules, "stranger", module)


def test_a_row_too_near_is_refused_with_cosine_and_witness() -> None:
    chain = Chain([Semantic(embedder="stranger:Meaning")])
    assert chain.decide(row("a", "dog")).kept
    assert chain.decide(row("b", "cat")).kept
    verdict = chain.decide(row("c", "hound")).verdicts[-1][1]
    assert (verdict.keep, verdict.reason, verdict.witness) == (False, "same_meaning", "a")
    assert verdict.score == pytest.approx(1 / 1.01**0.5)


def test_what_the_embedder_does_not_know_is_kept_and_noted() -> None:
    verdict = Semantic(embedder="stranger:Meaning").start().judge(row("a", "quux"))
    assert (verdict.keep, verdict.reason) == (True, "no_vector")
    assert kept([row("a", "!"), row("b", "!")], Semantic()) == ["a", "b"]


def test_the_hashing_embedder_reads_english_and_chinese() -> None:
    rows = [
        row("a", "Write a story about a sailing ship."),
        row("b", "Write stories about a sailing ship!"),
        row("c", "Explain how bees find their way."),
        row("d", "请写一首关于春天的诗。"),
        row("e", "请写一首关于春天的诗吧！"),
        row("f", "解释蜜蜂如何找到回家的路。"),
    ]
    assert kept(rows, Semantic(threshold=0.8)) == ["a", "c", "d", "f"]


def test_scopes_are_pools_of_their_own() -> None:
    rows = [
        row("a", "a fine text", task="x"),
        row("b", "a fine text", task="y"),
        row("c", "a fine text", task="x"),
    ]
    assert kept(rows, Semantic()) == ["a"]
    assert kept(rows, Semantic(scope="task")) == ["a", "b"]
    with pytest.raises(BadInput, match="no key of this row") as caught:
        kept(rows, Semantic(scope="tsk"))
    assert "did you mean 'task'" in caught.value.remedy


def test_rows_that_a_later_filter_refused_stand_in_nobodys_way() -> None:
    rows = [row("a", "a fine long text bad"), row("b", "a fine long text")]
    assert kept(rows, Semantic(threshold=0.6), Keywords(banned=("bad",))) == ["b"]


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"embedder": "hashin"}, "no embedder called 'hashin'"),
        ({"embedder": "stranger:Nobody"}, "cannot be made"),
        ({"embedder": "nowhere.at.all:X"}, "cannot be made"),
        ({"embedder": "stranger:number"}, "has no embed"),
        ({"embedder": "stranger:Meaning", "model": Path("x")}, "cannot be made"),
        ({"embedder": "model2vec"}, "needs a model"),
        ({"embedder": "model2vec", "model": Path("nowhere")}, "no folder 'nowhere'"),
        ({"embedder": "hashing", "model": Path("x")}, "has no model"),
    ],
)
def test_an_embedder_that_cannot_be_made_is_said_before_any_work(
    settings: dict[str, object], what: str
) -> None:
    with pytest.raises(BadInput, match=what):
        Semantic.model_validate(settings)


def test_an_embedder_that_gives_no_vector_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="stranger:Broken"):
        Semantic(embedder="stranger:Broken").start().judge(row("a", "dog"))


@pytest.mark.skipif(find_spec("model2vec") is not None, reason="model2vec is installed")
def test_a_missing_package_is_named_with_its_command(tmp_path: Path) -> None:
    with pytest.raises(MissingExtra) as caught:
        Semantic(embedder="model2vec", model=tmp_path)
    assert caught.value.remedy == "pip install model2vec"
