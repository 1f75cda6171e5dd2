"""A run derived again from its records."""

from __future__ import annotations

from pathlib import Path

import pytest

from toy import answering, recipe_of
from tutelage.errors import BadInput
from tutelage.runs.replay import differing_files, replay, verify
from tutelage.runs.stages import execute
from tutelage.teachers.scripted import Scripted


async def test_a_replay_gives_the_same_bytes_and_sends_nothing(tmp_path: Path):
    teacher = Scripted.of(answering(share_bad=0.2), noise=True)
    recipe = recipe_of(teacher, target=20)
    result = await execute(recipe, tmp_path / "run")
    calls = teacher.calls
    again = await replay(tmp_path / "run", tmp_path / "again", recipe)
    assert teacher.calls == calls
    assert (again.accepted, again.sent, again.rejected) == (20, 0, result.rejected)
    assert differing_files(tmp_path / "run" / "dataset", tmp_path / "again" / "dataset") == []


async def test_verify_names_what_was_tampered_with(tmp_path: Path):
    recipe = recipe_of()
    await execute(recipe, tmp_path)
    assert await verify(tmp_path, recipe) == []
    path = tmp_path / "dataset" / "alpaca.jsonl"
    path.write_text(path.read_text("utf-8").replace("red", "RED"), "utf-8")
    (tmp_path / "dataset" / "messages.jsonl").unlink()
    assert await verify(tmp_path, recipe) == ["alpaca.jsonl", "messages.jsonl"]


async def test_a_replay_needs_a_new_folder_and_a_run(tmp_path: Path):
    recipe = recipe_of(target=2)
    await execute(recipe, tmp_path / "run")
    with pytest.raises(BadInput, match="there is a run here already"):
        await replay(tmp_path / "run", tmp_path / "run", recipe)
    with pytest.raises(BadInput, match="there is no run here"):
        await replay(tmp_path / "nothing", tmp_path / "new", recipe)
