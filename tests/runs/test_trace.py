"""What each filter removed, in order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toy import answering, recipe_of
from tutelage.errors import BadInput
from tutelage.filters.filter import Chain, Decision
from tutelage.filters.keywords import Keywords
from tutelage.filters.novelty import Novelty
from tutelage.filters.shape import Shape
from tutelage.records import KEPT, Example, Verdict
from tutelage.runs.stages import execute
from tutelage.runs.trace import SAMPLES, SHOWN, Trace, shortened, trace_of_run
from tutelage.store.reading import rejections_by_reason
from tutelage.teachers.scripted import Scripted


def decision(number: int, *reasons: str) -> Decision:
    example = Example.single_turn(f"question {number}", f"answer {number}", id=str(number))
    verdicts = [
        (f"f{n}", Verdict(False, reason, 0.5, "why") if reason else KEPT) for n, reason in enumerate(reasons)
    ]
    return Decision(example, tuple(verdicts))


def test_rows_are_counted_in_and_out_of_every_filter() -> None:
    trace = Trace(["f0", "f1"])
    for number, reasons in enumerate([("", ""), ("a",), ("a",), ("b",), ("", "c"), ("", "")]):
        trace.follow(decision(number, *reasons), f"file:{number}", "file:0" if "c" in reasons else "")
    first, second = trace.steps
    assert (first.entering, first.leaving, first.removed) == (6, 3, {"a": 2, "b": 1})
    assert (second.entering, second.leaving, second.removed) == (3, 2, {"c": 1})
    (shown,) = second.samples["c"]
    assert (shown.place, shown.question, shown.answer, shown.score, shown.detail, shown.witness) == (
        "file:4", "question 4", "answer 4", 0.5, "why", "file:0",
    )  # fmt: skip
    assert trace.lines()[:2] == ["f0: 6 in, 3 out", "          2  a"]
    assert "             file:4: why (against file:0)" in trace.lines()
    assert "               → answer 4" in trace.lines()


def test_unreadable_rows_are_a_step_of_their_own() -> None:
    trace = Trace(["f0"])
    trace.unreadable("file:1", "unreadable", "no question", {"x": 1})
    trace.follow(decision(2, ""), "file:2")
    assert [(step.name, step.entering, step.leaving) for step in trace.steps] == [("row", 2, 1), ("f0", 1, 1)]
    assert trace.as_list()[0]["examples"]["unreadable"][0]["question"] == "{'x': 1}"


@given(st.lists(st.sampled_from([(), ("a",), ("", "b"), ("", "", "c"), ("", "", "d"), ("", "", "")])))
def test_what_leaves_one_filter_enters_the_next(rows: Sequence[tuple[str, ...]]) -> None:
    trace = Trace(["f0", "f1", "f2"])
    rows = [row for row in rows if row]
    for number, reasons in enumerate(rows):
        trace.follow(decision(number, *reasons), str(number))
    steps = trace.steps
    assert steps[0].entering == len(rows)
    for one, other in pairwise(steps):
        assert one.leaving == other.entering
    assert steps[-1].leaving == sum(not any(row) for row in rows)
    assert all(len(shown) <= SAMPLES for step in steps for shown in step.samples.values())


@given(st.text(max_size=2000))
def test_shown_text_is_one_short_line(text: str) -> None:
    line = shortened(text)
    assert len(line) <= SHOWN
    assert line.splitlines() in ([], [line])


def test_a_filter_named_twice_is_two_steps() -> None:
    filters = [Keywords(banned=("red",)), Keywords(banned=("blue",))]
    chain, trace = Chain(filters), Trace(each.kind for each in filters)
    for number, text in enumerate(["red", "blue", "green"]):
        example = Example.single_turn(text, "a", id=str(number))
        trace.follow(chain.decide(example), str(number))
    assert [(step.entering, step.leaving) for step in trace.steps] == [(3, 2), (2, 1)]


async def test_the_trace_of_a_run_tells_what_the_run_counted(tmp_path: Path) -> None:
    filters = (Shape(), Keywords(banned=("round",)), Novelty(threshold=0.75))
    teacher = Scripted.of(answering())
    result = await execute(recipe_of(teacher, filters=filters, target=6, toy={"turns": 1}), tmp_path)
    trace = trace_of_run(tmp_path)
    counted = {
        f"{step.name}:{reason}": count for step in trace.steps for reason, count in step.removed.items()
    }
    assert counted == rejections_by_reason(tmp_path) == result.rejected
    assert [step.name for step in trace.steps] == ["shape", "keywords", "novelty"]
    assert trace.steps[-1].leaving == result.accepted
    with pytest.raises(BadInput):
        trace_of_run(tmp_path / "nothing")
