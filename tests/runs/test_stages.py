"""A run from recipe to dataset, and what happens when it is run again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest

from toy import answering, recipe_of
from tutelage.errors import BadInput, RunLocked, TeacherRefused
from tutelage.filters.novelty import Novelty
from tutelage.recipe.settings import Budget, Patience
from tutelage.runs.progress import Snapshot
from tutelage.runs.stages import execute
from tutelage.store.database import Database
from tutelage.store.reading import kept_examples, rejections, run_row
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import CallTrouble, Request


async def test_a_run_ends_with_exactly_its_target_and_an_export(tmp_path: Path):
    result = await execute(recipe_of(target=12), tmp_path)
    assert (result.state, result.accepted, result.exit_code) == ("finished", 12, 0)
    lines = (tmp_path / "dataset" / "messages.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 12
    assert [json.loads(line)["id"] for line in lines] == [each.id for each in kept_examples(tmp_path)]
    assert "README.md" in result.files


async def test_running_a_finished_run_again_sends_nothing_and_changes_nothing(tmp_path: Path):
    teacher = Scripted.of(answering(share_bad=0.3))
    first = await execute(recipe_of(teacher), tmp_path)
    before = (tmp_path / "dataset" / "alpaca.jsonl").read_bytes()
    calls = teacher.calls
    again = await execute(recipe_of(teacher), tmp_path)
    assert teacher.calls == calls
    assert (again.sent, again.accepted) == (0, 10)
    assert again.rejected == first.rejected
    assert (tmp_path / "dataset" / "alpaca.jsonl").read_bytes() == before


async def test_a_larger_target_pays_for_the_difference_only(tmp_path: Path):
    teacher = Scripted.of(answering())
    await execute(recipe_of(teacher, target=10), tmp_path)
    paid = teacher.calls
    await execute(recipe_of(teacher, target=15), tmp_path)
    assert teacher.calls - paid <= 15
    assert len(list(kept_examples(tmp_path))) == 15


async def test_a_changed_filter_judges_again_without_a_call_and_says_so(tmp_path: Path):
    teacher = Scripted.of(answering())
    notes: list[str] = []
    await execute(recipe_of(teacher, target=10), tmp_path)
    calls = teacher.calls
    stricter = recipe_of(teacher, target=1, filters=(Novelty(threshold=0.5),))
    result = await execute(stricter, tmp_path, note=notes.append)
    assert teacher.calls == calls
    assert result.accepted == 1
    assert any(note.startswith("filters") and "all calls stay valid" in note for note in notes)


async def test_a_changed_system_prompt_asks_everything_anew(tmp_path: Path):
    teacher = Scripted.of(answering())
    await execute(recipe_of(teacher, target=5), tmp_path)
    calls = teacher.calls
    result = await execute(recipe_of(teacher, target=5, toy={"system": "Be brief."}), tmp_path)
    assert (result.replayed, teacher.calls) == (0, calls + result.sent)
    assert result.sent >= 5


async def test_one_name_added_in_the_middle_costs_its_own_calls_only(tmp_path: Path):
    names = tuple(f"n{number}" for number in range(10))
    teacher = Scripted.of(answering())
    await execute(recipe_of(teacher, target=10, toy={"names": names}), tmp_path)
    calls = teacher.calls
    longer = (*names[:4], "new", *names[4:])
    result = await execute(recipe_of(teacher, target=11, toy={"names": longer}), tmp_path)
    assert teacher.calls - calls == 1
    assert result.accepted == 11


async def test_a_budget_stops_the_run_cleanly_and_more_goes_on(tmp_path: Path):
    teacher = Scripted.of(answering())
    result = await execute(recipe_of(teacher, budget=Budget(calls=4)), tmp_path)
    assert (result.state, result.exit_code, teacher.calls) == ("short", 3, 4)
    assert len((tmp_path / "dataset" / "messages.jsonl").read_text().splitlines()) == result.accepted
    more = await execute(recipe_of(teacher, budget=Budget(calls=40)), tmp_path)
    assert (more.state, more.accepted, more.replayed) == ("finished", 10, 4)


async def test_an_exhausted_plan_stops_short_with_its_reason(tmp_path: Path):
    result = await execute(recipe_of(toy={"names": ("a", "b", "c")}), tmp_path)
    assert (result.state, result.exit_code, result.accepted) == ("short", 3, 3)
    assert "exhausted" in result.reason
    assert run_row(tmp_path).reason == result.reason


async def test_a_low_yield_stops_short(tmp_path: Path):
    teacher = Scripted.of(answering(share_bad=1.0))
    result = await execute(recipe_of(teacher, patience=Patience(window=15)), tmp_path)
    assert "yield stays too low" in result.reason
    assert result.rejected == {"parse:bad": 15}
    assert [each.text for each in rejections(tmp_path)] == ["bad"] * 15


async def test_a_refused_key_ends_the_run_and_keeps_what_there_is(tmp_path: Path):
    answer = answering()
    asked = 0

    def failing(request: Request) -> object:
        nonlocal asked
        asked += 1
        if asked > 6:
            raise CallTrouble("auth", "the key is refused", status=401)
        return answer(request)

    teacher = Scripted.of(failing)
    with pytest.raises(TeacherRefused):
        await execute(recipe_of(teacher, target=50), tmp_path)
    assert run_row(tmp_path).state == "failed"
    assert 0 < len(list(kept_examples(tmp_path))) <= 6
    assert (tmp_path / "dataset" / "README.md").exists()


async def test_two_executions_at_once_are_refused(tmp_path: Path):
    database = Database(tmp_path / "run.db")
    with pytest.raises(RunLocked):
        await execute(recipe_of(), tmp_path)
    database.close()


async def test_materials_are_written_and_an_edited_one_is_kept_beside(tmp_path: Path):
    await execute(recipe_of(toy={"gather": True}), tmp_path)
    path = tmp_path / "materials" / "gathered.txt"
    told = path.read_text("utf-8")
    path.write_text("edited by hand")
    await execute(recipe_of(toy={"gather": True}), tmp_path)
    assert path.read_text("utf-8") == told
    assert (tmp_path / "materials" / "gathered.txt.old").read_text() == "edited by hand"


async def test_the_first_interrupt_finishes_writing_and_the_run_goes_on_later(tmp_path: Path):
    teacher = Scripted.of(answering(), latency=0.02)
    asyncio.get_running_loop().call_later(0.15, os.kill, os.getpid(), signal.SIGINT)
    result = await execute(recipe_of(teacher, target=900), tmp_path)
    assert (result.state, result.exit_code) == ("interrupted", 130)
    assert run_row(tmp_path).state == "interrupted"
    paid = teacher.calls
    assert paid > 0
    more = await execute(recipe_of(teacher, target=paid), tmp_path)
    assert more.accepted == paid
    assert teacher.calls <= paid + 8


async def test_a_teacher_that_cannot_do_what_is_needed_is_refused_before_anything(tmp_path: Path):
    recipe = recipe_of()
    type(recipe.method).needs = ("score",)
    try:
        with pytest.raises(BadInput, match="score"):
            await execute(recipe, tmp_path / "out")
    finally:
        type(recipe.method).needs = ("chat",)
    assert not (tmp_path / "out").exists()


async def test_listeners_hear_where_it_stands(tmp_path: Path):
    heard: list[Snapshot] = []
    await execute(recipe_of(target=10), tmp_path, listener=heard.append)
    assert heard[-1].accepted == 10
    assert heard[-1].stage == "generate"
