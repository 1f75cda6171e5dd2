"""LLaVA's way: three kinds of text about pictures that the teacher never sees."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tutelage.draw import draw
from tutelage.errors import BadInput
from tutelage.export.formats import FORMATS
from tutelage.export.settings import ExportSettings
from tutelage.methods.method import Materials, State
from tutelage.methods.scenes import Scene, Thing
from tutelage.methods.visual import MARKER, VIEWS, Visual
from tutelage.prompts import languages, load, material, steps
from tutelage.recipe.kinds import build
from tutelage.recipe.model import Recipe
from tutelage.records import Example, Item, Rejection, Reply
from tutelage.rows import to_example
from tutelage.runs.stages import execute
from tutelage.store.reading import kept_examples, rejections
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import Request

Desk = Any
ROWS = [
    {"image": "beach.png", "captions": ["A dog runs along the beach."], "boxes": [
        {"category": "dog", "bbox": [0.31, 0.42, 0.66, 0.88]}]},
    {"image": "pots/pot.png", "captions": ["A pot on a table."]},
    {"image": "bus.png", "instances": [{"category": "bus", "bbox": [0.0, 0.0, 0.5, 0.5]}]},
]  # fmt: skip
TALK = "Person: What is there?\nAssistant: A dog.\n\nPerson: Where is it?\nAssistant: On the beach."
WHY = "Person: Why does the dog run?\nAssistant: It seems to play, for its tail is up."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(ROWS), "utf-8")
    return path


def method(file: Path, **settings: Any) -> Visual:
    return Visual(data_file=file, **{"check_files": False, "rounds": 2, **settings})


async def planned(visual: Visual, desk: Desk, seed: int = 1, before: tuple[Item, ...] = ()) -> list[Item]:
    materials = await visual.prepare(desk, seed)
    return list(visual.plan(0, State(seed, 9, materials, before)))


async def of_kind(visual: Visual, desk: Desk, kind: str, image: str = "beach.png") -> Item:
    items = await planned(visual, desk)
    return next(each for each in items if each.cell["kind"] == kind and each.payload["image"] == image)


async def one(visual: Visual, desk: Desk, kind: str) -> Example | Rejection:
    item = await of_kind(visual, desk, kind)
    (result,) = await visual.write(item, desk.at("generate", item.id))
    return result


def refused(result: Example | Rejection) -> Rejection:
    assert isinstance(result, Rejection)
    return result


def written(result: Example | Rejection) -> Example:
    assert isinstance(result, Example)
    return result


async def test_every_picture_gets_every_kind_and_each_once_before_any_again(
    file: Path, desk_of: Callable[..., Desk]
) -> None:
    items = await planned(method(file), desk_of(str))
    assert len({item.id for item in items}) == len(items) == len(ROWS) * len(VIEWS)
    assert [item.payload["image"] for item in items] == [row["image"] for row in ROWS] * 3
    for row in ROWS:
        assert {item.cell["kind"] for item in items if item.payload["image"] == row["image"]} == set(VIEWS)
    assert items == await planned(method(file), desk_of(str))
    json.dumps([dict(item.payload) for item in items])


async def test_a_plan_stays_where_a_row_is_added_in_front(file: Path, desk_of: Callable[..., Desk]) -> None:
    before = await planned(method(file), desk_of(str))
    file.write_text(json.dumps([{"image": "new.png", "captions": ["New."]}, *ROWS]), "utf-8")
    after = await planned(method(file), desk_of(str), before=tuple(before[:5]))
    assert after[:5] == before[:5]
    assert len(after) == 12
    assert {item.id for item in before} <= {item.id for item in after}


async def test_a_conversation_has_its_picture_in_the_first_question(
    file: Path, desk_of: Callable[..., Desk]
) -> None:
    desk = desk_of(lambda call: TALK)
    example = written(await one(method(file), desk, "conversation"))
    (call,) = desk.calls
    assert "A dog runs along the beach." in call.said
    assert "dog: 0.31, 0.42, 0.66, 0.88" in call.said
    assert [message.role for message in example.messages] == ["user", "assistant"] * 2
    assert example.messages[0].content == f"{MARKER}\nWhat is there?"
    assert example.messages[0].images == ("beach.png",)
    assert not any(message.images for message in example.messages[1:])
    assert sum(message.content.count(MARKER) for message in example.messages) == 1
    assert example.cell == {"kind": "conversation"}
    assert example.lineage["image_seen"] is False
    assert example.lineage["captions"] == ["A dog runs along the beach."]
    (row,) = FORMATS["llava"].rows(example)
    assert row["image"] == "beach.png"
    assert to_example(row, "x.json:1").messages == example.messages


async def test_a_description_answers_a_drawn_request(file: Path, desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(lambda call: "A brown dog runs along a wide beach.")
    visual = method(file)
    example = written(await one(visual, desk, "description"))
    request = (await of_kind(visual, desk, "description")).payload["request"]
    assert request in material("visual", "requests.json", "en")
    assert request in desk.calls[0].said
    assert example.messages[0].content == f"{MARKER}\n{request}"
    assert example.output == "A brown dog runs along a wide beach."


async def test_reasoning_is_one_exchange(file: Path, desk_of: Callable[..., Desk]) -> None:
    example = written(await one(method(file), desk_of(lambda call: WHY), "reasoning"))
    assert [message.role for message in example.messages] == ["user", "assistant"]
    assert example.messages[0].content == f"{MARKER}\nWhy does the dog run?"


async def test_parts_apart_ask_for_one_text_a_call(file: Path, desk_of: Callable[..., Desk]) -> None:
    questions = iter(["What is there?", "Where does it run?"])
    desk = desk_of(lambda call: next(questions) if call.turn.startswith("question") else "A dog.")
    example = written(await one(method(file, parts="apart", boxes="words"), desk, "conversation"))
    assert [call.turn for call in desk.calls] == ["question-0", "answer-0", "question-1", "answer-1"]
    assert "dog (medium, middle)" in desk.calls[0].said
    assert "What is there?" in desk.calls[2].said
    assert example.messages[2].content == "Where does it run?"
    again = desk_of(lambda call: "What is there?" if call.turn.startswith("question") else "A dog.")
    result = await one(method(file, parts="apart"), again, "conversation")
    assert refused(result).reason == "visual:repeated_question"
    why = desk_of(lambda call: "Why does the dog run?" if call.turn.startswith("question") else "It plays.")
    assert len(written(await one(method(file, parts="apart"), why, "reasoning")).messages) == 2
    assert [call.turn for call in why.calls] == ["question-0", "answer-0"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("As the caption says, a dog runs.", "mentions_source"),
        ("The bounding box of the dog is large.", "mentions_source"),
        ("The dog is at coordinates on the left.", "mentions_source"),
        ("The dog is at [0.31, 0.42, 0.66, 0.88].", "mentions_source"),
        ("The dog fills 0.31, 0.42 of it.", "mentions_source"),
        ("According to the provided descriptions, a dog runs.", "mentions_source"),
        ("根据图片说明，有一只狗。", "mentions_source"),
        ("狗的坐标在左边。", "mentions_source"),
        ("边界框里有一只狗。", "mentions_source"),
        ("I'm sorry, but I cannot see the image.", "unseen"),
        ("I don't actually see any picture here.", "unseen"),
        ("抱歉，我无法查看图片。", "unseen"),
        ("Here: <image> A dog.", "marker"),
    ],
)
async def test_what_gives_the_source_away_is_refused(
    file: Path, desk_of: Callable[..., Desk], answer: str, reason: str
) -> None:
    single = refused(await one(method(file), desk_of(lambda call: answer), "description"))
    assert (single.reason, single.text) == (f"visual:{reason}", answer)
    talk = f"{TALK.rpartition('Assistant: ')[0]}Assistant: {answer}"
    whole = refused(await one(method(file), desk_of(lambda call: talk), "conversation"))
    assert (whole.reason, whole.text) == (f"visual:{reason}", talk)


@pytest.mark.parametrize(
    "answer", ["A man reads a text on a beach box.", "I see 3.5 metres of beach, 2, 3 birds."]
)
async def test_harmless_words_pass(file: Path, desk_of: Callable[..., Desk], answer: str) -> None:
    assert written(await one(method(file), desk_of(lambda call: answer), "description")).output == answer


@pytest.mark.parametrize(
    ("kind", "answer", "reason"),
    [
        ("conversation", "I like dogs.", "parse:no_turns"),
        ("conversation", "Person: What?\nAssistant: A dog.", "parse:too_few_exchanges"),
        ("description", " ", "parse:empty_answer"),
    ],
)
async def test_what_cannot_be_read_is_refused_with_its_text(
    file: Path, desk_of: Callable[..., Desk], kind: str, answer: str, reason: str
) -> None:
    result = refused(await one(method(file), desk_of(lambda call: answer), kind))
    assert (result.reason, result.text) == (reason, answer)


async def test_a_prompt_said_back_is_no_answer(file: Path, desk_of: Callable[..., Desk]) -> None:
    def echo(call: Any) -> str:
        return str(call.said.splitlines()[-1])

    result = refused(await one(method(file), desk_of(echo), "description"))
    assert result.reason == "visual:prompt_echo"


async def test_a_text_about_something_else_is_refused(file: Path, desk_of: Callable[..., Desk]) -> None:
    desk = desk_of(lambda call: "Train for a marathon every week.")
    result = refused(await one(method(file), desk, "description"))
    assert result.reason == "visual:other_subject"
    assert "marathon" in result.text


async def test_a_conversation_that_is_cut_off_keeps_its_whole_exchanges(
    file: Path, desk_of: Callable[..., Desk]
) -> None:
    text = f"{TALK}\n\nPerson: How many?\nAssistant: There is on"
    desk = desk_of(lambda call: Reply(text, finish="length"))
    example = written(await one(method(file, rounds=3), desk, "conversation"))
    assert (len(example.messages), example.finish) == (4, "stop")


async def test_chinese_from_the_scene_to_the_row(tmp_path: Path, desk_of: Callable[..., Desk]) -> None:
    path = tmp_path / "行.json"
    box = {"category": "狗", "bbox": [0.0, 0.7, 0.3, 1.0]}
    path.write_text(json.dumps([{"image": "狗.png", "captions": ["一只狗。"], "boxes": [box]}]), "utf-8")
    talk = "用户：图里有什么？\n助手：一只狗。\n用户：它在哪里？\n助手：在左下角。"

    def answer(call: Any) -> str:
        return talk if "一段对话" in call.said else "左下角有一只棕色的狗。"

    desk = desk_of(answer)
    visual = method(path, language="zh", boxes="words")
    for kind in ("conversation", "description"):
        item = await of_kind(visual, desk, kind, "狗.png")
        (result,) = await visual.write(item, desk.at("generate", item.id))
        example = written(result)
        assert example.messages[0].content.startswith(f"{MARKER}\n")
    assert "狗（中等大小，左偏下）" in desk.calls[0].said
    assert "描述" in desk.calls[0].said


def test_settings_are_checked_before_anything_is_asked(file: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"there is no image 'beach.png'"):
        Visual(data_file=file)
    with pytest.raises(BadInput, match="expected 'conversation'"):
        build("methods", "visual", {"data_file": file, "kinds": ["poem"], "check_files": False}, "r.yaml")
    assert method(file, kinds=("reasoning", "reasoning")).kinds == ("reasoning",)


def test_every_step_renders_in_both_languages() -> None:
    assert languages("visual") == ["en", "zh"]
    assert steps("visual", "en") == steps("visual", "zh")
    things = (Thing("dog", (0, 0, 1, 1)),)
    slots = {
        "scene": "S",
        "captions": ("A.",),
        "things": things,
        "numbers": True,
        "rounds": 3,
        "kind": "reasoning",
        "earlier": [("Q?", "A.")],
        "question": "Q?",
    }
    for language in ("en", "zh"):
        for step in steps("visual", language):
            earlier = {"earlier": ["Q?"]} if step == "question" else {}
            text = load("visual", step, language).render(**{**slots, **earlier})
            assert text
            assert "{" not in text
            assert step == "scene" or "S" in text
        assert len(set(material("visual", "requests.json", language))) == 8


async def test_a_whole_run_is_exported_for_llava(file: Path, tmp_path: Path) -> None:
    def answer(request: Request) -> str:
        said = request.messages[-1].content
        tag = str(draw(0, said).random())
        if "Write a conversation" in said:
            return TALK.replace("A dog.", f"A dog, a pot, a bus and {tag}.")
        if "cannot be answered at a glance" in said:
            return f"Person: Why {tag}?\nAssistant: The caption says so."
        return f"A dog, number {tag}, runs past a pot and a bus."

    recipe = Recipe(
        name="pictures",
        teacher=Scripted.of(answer, label="pictures"),
        method=method(file),
        filters=(),
        target=6,
        export=ExportSettings(formats=("llava",), container="json"),
    )
    result = await execute(recipe, tmp_path / "run")
    assert (result.state, result.accepted) == ("finished", 6)
    assert {each.reason for each in rejections(tmp_path / "run")} <= {"visual:mentions_source"}
    rows = json.loads((tmp_path / "run" / "dataset" / "llava.json").read_text("utf-8"))
    assert [row["id"] for row in rows] == [each.id for each in kept_examples(tmp_path / "run")]
    assert all(row["conversations"][0]["value"].startswith("<image>\n") for row in rows)
    card = (tmp_path / "run" / "dataset" / "README.md").read_text("utf-8")
    assert "a text model that did not see the image" in card


def test_a_scene_is_the_payload_of_its_item(file: Path) -> None:
    visual = method(file)
    scene = Scene("a.png", ("A.",), ())
    (item,) = Visual(data_file=file, check_files=False, kinds=("reasoning",)).plan(
        0, State(1, 1, Materials([scene]))
    )
    assert Scene.from_dict(item.payload) == scene
    assert visual.kind == item.method == "visual"
