"""Only what is thin is planned, until it is filled or given up."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import tutelage
from tutelage.errors import BadInput
from tutelage.filters.duplicate import Duplicate
from tutelage.methods.fill import Fill
from tutelage.methods.method import Materials, State
from tutelage.prompts import steps
from tutelage.recipe.model import Recipe
from tutelage.records import Example, Item, Rejection, Reply
from tutelage.teachers.scripted import Scripted

TASKS = ("haiku", "ode", "ballad", "letter", "recipe", "riddle", "speech", "toast")
GONE = ("ballad", "riddle", "toast")


def jsonl(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def rows_of(*tasks: str, each: int = 3) -> list[dict[str, Any]]:
    return [
        {"instruction": f"Write {task} number {n} for my friend.", "output": "x", "cell": {"task": task}}
        for task in tasks
        for n in range(each)
    ]


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Path]:
    """A dataset that three tasks of a tree are missing from."""
    kept = [task for task in TASKS if task not in GONE]
    tree = {"name": kept[0], "children": [{"name": task, "reason": f"It is {task}."} for task in TASKS[1:]]}
    (tmp_path / "tree.json").write_text(json.dumps(tree), encoding="utf-8")
    return {"data_file": jsonl(tmp_path / "data.jsonl", rows_of(*kept)), "tree_file": tmp_path / "tree.json"}


async def planned(method: Fill, round: int = 0, **state: Any) -> list[Item]:
    materials = await method.prepare(None, 0)  # type: ignore[arg-type] # no desk: counting asks nothing
    return list(method.plan(round, State(0, 99, materials, **state)))


def accepted(item: Item) -> Example:
    return Example(item.id, (), "", cell=item.cell, item=item.id, lineage={"round": item.payload["round"]})


async def test_of_a_dataset_without_three_cells_exactly_these_are_planned(given: dict[str, Path]) -> None:
    method = Fill(**given, per_cell=3)
    items = await planned(method)
    assert Counter(item.cell["task"] for item in items) == dict.fromkeys(GONE, 3)
    assert [item.cell["task"] for item in items[:3]] == list(GONE)  # evenly, for a target may end it early
    assert len({item.id for item in items}) == 9
    assert items[0].payload["about"] == "It is ballad."
    report = json.loads((await method.prepare(None, 0)).files["gaps.json"])  # type: ignore[arg-type] # the same
    assert (report["cells"], report["thin"], report["missing"]) == (8, 3, 9)
    assert [each["cell"]["task"] for each in report["gaps"] if each["missing"]] == list(GONE)
    assert [gap.missing for gap in method.gaps()] == [each["missing"] for each in report["gaps"]]


async def test_a_thin_cell_gets_what_it_lacks_after_the_empty_ones(given: dict[str, Path]) -> None:
    rows = rows_of("haiku", "toast", each=2) + rows_of("ode", each=5)
    jsonl(given["data_file"], rows)
    items = await planned(Fill(**given, per_cell=3))
    counts = Counter(item.cell["task"] for item in items)
    assert (counts["haiku"], counts["toast"], counts["ode"], counts["riddle"]) == (1, 1, 0, 3)
    assert [item.cell["task"] for item in items].index("haiku") >= 2 * 5


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("skills_file", "rhyme\nMetre\n", {"skills": "Metre"}),
        ("cells_file", '[{"skills": "rhyme"}, {"skills": "metre", "about": "beats"}]', {"skills": "metre"}),
    ],
)
async def test_skills_and_cells(tmp_path: Path, kind: str, text: str, expected: dict[str, str]) -> None:
    file = tmp_path / ("wanted.txt" if kind == "skills_file" else "wanted.json")
    file.write_text(text, encoding="utf-8")
    row = {"instruction": "q", "output": "a", "cell": {"skills": "irony + rhyme", "query_type": "advice"}}
    data = jsonl(tmp_path / "data.jsonl", [row])
    items = await planned(Fill(data_files=(data,), per_cell=1, **{kind: file}))
    assert [item.cell for item in items] == [expected]


async def test_rounds_go_on_until_a_cell_is_filled_or_given_up(given: dict[str, Path]) -> None:
    method = Fill(**given, per_cell=2, fruitless=2)
    first = await planned(method)
    assert len(first) == 6
    kept = [accepted(item) for item in first if item.cell["task"] == "ballad"]  # filled
    kept += [accepted(item) for item in first if item.cell["task"] == "riddle"][:1]  # half
    second = await planned(method, 1, accepted=kept)
    assert Counter(item.cell["task"] for item in second) == {"riddle": 1, "toast": 2}
    assert not {item.id for item in first} & {item.id for item in second}
    third = await planned(method, 2, accepted=kept)  # nothing came for toast in two rounds
    assert Counter(item.cell["task"] for item in third) == {"riddle": 1}
    assert await planned(method, 3, accepted=kept) == []


async def test_a_plan_stays_where_a_larger_one_is_made(given: dict[str, Path]) -> None:
    before = await planned(Fill(**given, per_cell=2))
    assert await planned(Fill(**given, per_cell=2), planned=before) == before
    more = await planned(Fill(**given, per_cell=3), planned=before)
    assert more[:6] == before
    assert Counter(item.cell["task"] for item in more) == dict.fromkeys(GONE, 3)
    assert len({item.id for item in more}) == 9
    fewer = await planned(Fill(**given, per_cell=1), planned=before)
    assert fewer == before[:3]


async def write(desk: Any, method: Fill, item: Item) -> list[Example | Rejection]:
    return list(await method.write(item, desk.at("generate", item.id)))


async def test_requests_of_near_cells_stand_before_the_new_one(
    desk_of: Callable[..., Any], given: dict[str, Path]
) -> None:
    method = Fill(**given, per_cell=1)
    item = (await planned(method))[1]
    said = {"request": "Please write a riddle about an old clock.", "answer": "It has hands and cannot clap."}
    desk = desk_of(lambda call: said[call.turn])
    (example,) = await write(desk, method, item)
    assert isinstance(example, Example)
    assert (example.instruction, example.output) == (said["request"], said["answer"])
    assert example.cell == {"task": "riddle"}
    assert example.lineage["round"] == 0
    assert [call.turn for call in desk.calls] == ["request", "answer"]
    asked = desk.calls[0].messages
    assert [each.role for each in asked] == ["user", "assistant"] * 2 + ["user"]
    assert asked[1].content.startswith("Write ")
    assert asked[-1].content.startswith("Topic: riddle\nAbout it: It is riddle.\nWrite one request")
    assert desk.calls[1].said == said["request"]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "parse:no_instruction"),
        ("Riddle", "parse:too_short"),
        ("Write one request about this topic that a person could send.", "parse:prompt_echo"),
        (Reply("Please write a riddle about an old", finish="length"), "parse:cut_off"),
        ("Draw a riddle on a sheet of paper.", "parse:beyond_text"),
        ("copy", "parse:prompt_echo"),
        ("You're welcome! Tell me more about riddles.", "parse:spoke_as_assistant"),
        ("What can I do for you today with riddles?", "parse:spoke_as_assistant"),
        ("Sure, I can help you with that riddle.", "parse:spoke_as_assistant"),
    ],
)
async def test_what_is_no_new_request_is_asked_for_again_and_then_refused(
    desk_of: Callable[..., Any], given: dict[str, Path], reply: Any, reason: str
) -> None:
    method = Fill(**given, per_cell=1)
    item = (await planned(method))[1]
    desk = desk_of(lambda call: call.messages[1].content if reply == "copy" else reply)
    (refused,) = await write(desk, method, item)
    assert isinstance(refused, Rejection)
    assert refused.reason == reason
    assert [call.turn for call in desk.calls] == ["request", "request-2"]


def teacher(bad: int = 0) -> Scripted:
    """Answers everything; the first ``bad`` requests about each topic are empty."""
    refused: Counter[str] = Counter()

    def answer(request: Any) -> str:
        said = request.messages[-1].content
        if not said.startswith(("Topic: ", "主题：")):
            return f"An answer to it: {said}"
        topic = said.splitlines()[0].partition(": ")[2] or said.splitlines()[0].partition("：")[2]
        number = refused[topic] = refused[topic] + 1
        if number <= bad:
            return ""
        return (
            f"Compose a {topic} with {number} verses."
            if said.isascii()
            else f"请写一个关于{topic}的故事，共{number}段。"
        )

    return Scripted.of(answer)


def recipe(method: Fill, target: int, bad: int = 0) -> Recipe:
    return Recipe(name="f", teacher=teacher(bad), method=method, filters=(Duplicate(),), target=target)


def test_a_whole_run_fills_what_is_missing_and_says_so(given: dict[str, Path], tmp_path: Path) -> None:
    method = Fill(**given, per_cell=2, ask_again=0)
    result = tutelage.run(recipe(method, 6, bad=1), out=tmp_path / "out")
    assert (result.accepted, result.rejected) == (6, {"parse:no_instruction": 3})
    examples = list(tutelage.read_examples(tmp_path / "out"))
    assert Counter(each.cell["task"] for each in examples) == dict.fromkeys(GONE, 2)
    assert {each.lineage["round"] for each in examples} == {0, 1}
    assert json.loads(next((tmp_path / "out").rglob("gaps.json")).read_text("utf-8"))["missing"] == 6
    materials = asyncio.run(method.prepare(None, 0))  # type: ignore[arg-type] # counting asks nothing
    report = method.report(materials, examples)
    assert report.lines["gaps"] == "3 of 8 cells had fewer than 2 examples; 3 are filled"
    assert [each["added"] for each in report.details["gaps"] if each["missing"]] == [2, 2, 2]


def test_where_nothing_is_missing_nothing_is_asked(given: dict[str, Path], tmp_path: Path) -> None:
    jsonl(given["data_file"], rows_of(*TASKS))
    result = tutelage.run(recipe(Fill(**given, per_cell=3), 5), out=tmp_path / "out")
    assert (result.accepted, result.sent) == (0, 0)
    assert result.reason.startswith("the plan is exhausted")


def test_a_run_in_chinese(tmp_path: Path) -> None:
    rows = [
        {"instruction": f"请写一首关于{what}的诗。", "output": "好", "cell": {"task": "写诗"}}
        for what in ("海", "山")
    ]
    cells = tmp_path / "cells.csv"
    cells.write_text("task,about\n写诗,\n写信,给朋友的信\n", encoding="utf-8")
    method = Fill(data_file=jsonl(tmp_path / "d.jsonl", rows), cells_file=cells, per_cell=2, language="zh")
    result = tutelage.run(recipe(method, 2), out=tmp_path / "out")
    assert result.accepted == 2
    examples = list(tutelage.read_examples(tmp_path / "out"))
    assert {each.cell["task"] for each in examples} == {"写信"}
    assert examples[0].instruction == "请写一个关于写信的故事，共1段。"


def test_both_languages_have_the_same_steps() -> None:
    assert steps("fill", "en") == steps("fill", "zh") == ["answer", "request"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"data_file": None}, "no dataset is given"),
        ({"tree_file": None}, "nothing says what the dataset should cover"),
        ({"tree_file": Path("folder/tree_meta_info.json")}, "tree import"),
        ({"cells_file": Path("/no/such.json")}, "no such file"),
    ],
)
def test_settings_that_cannot_be(given: dict[str, Path], settings: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Fill(**{**given, **settings})


async def test_cells_that_nothing_could_cover_are_refused_before_a_call(
    given: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "c.json").write_text('[{"taks": "ode"}]', encoding="utf-8")
    with pytest.raises(BadInput, match="no row has 'taks' in its cell"):
        await planned(Fill(data_file=given["data_file"], cells_file=tmp_path / "c.json"))
    assert isinstance(await Fill(**given).prepare(None, 0), Materials)  # type: ignore[arg-type] # as above


async def test_a_plan_without_end_is_made_as_it_is_taken(given: dict[str, Path]) -> None:
    method = Fill(**given, per_cell=10**30)
    state = State(0, 3, await method.prepare(None, 0))  # type: ignore[arg-type] # no desk: counting asks nothing
    first = list(islice(method.plan(0, state), 7))
    assert [item.cell["task"] for item in first] == [*GONE, *GONE, GONE[0]]
    again = State(0, 3, state.materials, planned=tuple(first))
    ahead = list(islice(method.plan(0, again), 9))
    assert ahead[:7] == first
    assert [item.cell["task"] for item in ahead[7:]] == list(GONE[1:])


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "no rows"),
        ('{"instruction": "Na', "cut off"),
        ('{"instruction": "Go.", "output": "x", "cell": {"tsk": "ode"}}\n', "no row has 'task'"),
    ],
)
def test_a_dataset_that_a_run_would_refuse_is_refused_at_once(
    given: dict[str, Path], text: str, match: str
) -> None:
    given["data_file"].write_text(text, "utf-8")
    with pytest.raises(BadInput, match=match):
        Fill(**given)
