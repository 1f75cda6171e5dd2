"""Exact repetition after normalisation."""

from __future__ import annotations

from tutelage.filters.duplicate import Duplicate
from tutelage.filters.filter import Chain
from tutelage.filters.keywords import Keywords
from tutelage.records import Example, assistant, user


def row(id: str, instruction: str, output: str = "o", input: str = "") -> Example:
    return Example.single_turn(instruction, output, id=id, input=input)


def test_the_second_of_two_equal_instructions_is_refused_with_its_witness() -> None:
    chain = Chain([Duplicate()])
    assert chain.decide(row("1", "Write a  Poem.")).kept
    decision = chain.decide(row("2", "ｗrite a poem.", "other", input="more"))
    assert not decision.kept
    verdict = decision.verdicts[-1][1]
    assert (verdict.reason, verdict.score, verdict.witness) == ("exact", 1.0, "1")
    assert chain.decide(row("3", "Write a poem")).kept  # punctuation counts
    assert not chain.decide(row("4", "write a poem")).kept


def test_what_has_to_differ_is_a_setting() -> None:
    rows = [row("1", "add", "3", "1 2"), row("2", "add", "4", "1 2"), row("3", "add", "3", "1 3")]
    chains = {on: Chain([Duplicate(on=on)]) for on in ("instruction", "question", "row")}
    counts = {on: sum(chain.decide(each).kept for each in rows) for on, chain in chains.items()}
    assert counts == {"instruction": 1, "question": 2, "row": 3}


def test_a_row_that_another_filter_refused_stands_in_nobodys_way() -> None:
    chain = Chain([Duplicate(), Keywords(banned=("bad",))])
    assert not chain.decide(row("1", "Tell me", "bad")).kept
    assert chain.decide(row("2", "Tell me", "good")).kept


def test_odd_texts_are_compared_too() -> None:
    chain = Chain([Duplicate()])
    assert chain.decide(row("1", "\ud800")).kept
    assert not chain.decide(row("2", "\ud800")).kept
    assert chain.decide(row("3", "写诗")).kept
    assert not chain.decide(row("4", "写诗 ")).kept


def chat(id: str, *said: str) -> Example:
    turns = tuple(user(text) if at % 2 == 0 else assistant(text) for at, text in enumerate(said))
    return Example(id, turns, said[-2])


def test_conversations_differ_by_all_that_was_asked_in_them() -> None:
    chain = Chain([Duplicate()])
    assert chain.decide(chat("1", "How do I water ferns?", "Often.", "And in winter?", "Less.")).kept
    assert chain.decide(chat("2", "How do I water palms?", "Often.", "And in winter?", "Less.")).kept
    assert not chain.decide(chat("3", "How do I water ferns?", "Rarely.", "And in winter?", "No.")).kept
    rows = Chain([Duplicate(on="row")])
    assert rows.decide(chat("1", "How do I water ferns?", "Often.", "And in winter?", "Less.")).kept
    assert rows.decide(chat("2", "How do I water ferns?", "Rarely.", "And in winter?", "Less.")).kept
