"""The filter around the index: scopes, witnesses, and texts without words."""

from __future__ import annotations

import pytest

from tutelage.errors import BadInput
from tutelage.filters.filter import Chain, Filter
from tutelage.filters.keywords import Keywords
from tutelage.filters.novelty import Novelty
from tutelage.records import Example, assistant, user

TEN = "one two three four five six seven eight nine ten"


def row(id: str, instruction: str, **cell: str) -> Example:
    return Example.single_turn(instruction, "out", id=id, cell=cell)


def kept(rows: list[Example], *filters: Filter) -> list[str]:
    chain = Chain(filters)
    return [each.id for each in rows if chain.decide(each).kept]


def test_a_similar_instruction_is_refused_with_score_and_witness() -> None:
    chain = Chain([Novelty()])
    chain.decide(row("a", TEN))
    decision = chain.decide(row("b", TEN.replace("ten", "eleven")))
    verdict = decision.verdicts[-1][1]
    assert (verdict.keep, verdict.reason, verdict.witness) == (False, "too_similar", "a")
    assert verdict.score == pytest.approx(0.9)
    assert decision.rejection().detail == "ROUGE-L 0.900 (against a)"


def test_threshold_and_comparison_are_settings() -> None:
    rows = [row("a", "a b c d"), row("b", "a b x y")]  # F1 = 0.5 without rounding
    assert kept(rows, Novelty(threshold=0.5)) == ["a", "b"]
    assert kept(rows, Novelty(threshold=0.5, strict=False)) == ["a"]
    assert kept(rows, Novelty(threshold=0.49)) == ["a"]


def test_a_scope_makes_one_pool_for_each_value() -> None:
    rows = [row("a", TEN, task="x"), row("b", TEN, task="y"), row("c", TEN, task="x")]
    assert kept(rows, Novelty()) == ["a"]
    assert kept(rows, Novelty(scope="task")) == ["a", "b"]


def test_a_scope_that_no_cell_has_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadInput, match="did you mean 'task'"):
        kept([row("a", TEN, task="x")], Novelty(scope="tsk"))


def test_chinese_counts_by_character_unless_rouge_is_asked_for() -> None:
    rows = [
        row("a", "请写一首关于春天的诗。"),
        row("b", "请写一首关于春天的诗。"),
        row("c", "请写一首关于秋天的诗。"),
    ]
    assert kept(rows, Novelty()) == ["a"]
    chain = Chain([Novelty(tokens="rouge")])
    decisions = [chain.decide(each) for each in rows]
    assert all(decision.kept for decision in decisions)
    verdicts = [decision.verdicts[0][1] for decision in decisions]
    assert {verdict.reason for verdict in verdicts} == {"no_tokens"}  # kept, but never silently
    assert "rouge" in verdicts[0].detail


def test_rows_that_a_later_filter_refused_stand_in_nobodys_way() -> None:
    assert kept([row("a", f"{TEN} bad"), row("b", TEN)], Novelty(), Keywords(banned=("bad",))) == ["b"]


def test_conversations_are_compared_by_all_that_was_asked_in_them() -> None:
    def chat(id: str, first: str, last: str) -> Example:
        return Example(id, (user(first), assistant("Yes."), user(last), assistant("No.")), last)

    last = "Can you give me an example of that?"
    other = "Which planets have rings, and who first saw them?"
    rows = [chat("a", TEN, last), chat("b", other, last), chat("c", TEN, last.replace("example", "instance"))]
    assert kept(rows, Novelty()) == ["a", "b"]
