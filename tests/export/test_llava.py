"""The format ``llava``: what it carries, what it refuses, and what becomes of images in the other formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.errors import BadInput
from tutelage.export.files import write_dataset, write_format
from tutelage.export.formats import FORMATS, RESERVED, TEXT_FORMATS, objection
from tutelage.export.settings import DatasetFacts, ExportSettings
from tutelage.records import Example, Message, assistant, user
from tutelage.rows import to_example

LLAVA = FORMATS["llava"]


def seen(question: str = "<image>\nWhat is this?", *rest: Message, id: str = "1") -> Example:
    turns = (Message("user", question, ("a/cup.png",)), assistant("A cup."), *rest)
    return Example(id, turns, question, lineage={"image_seen": False})


def plain(id: str = "2") -> Example:
    return Example(id, (user("What is tea?"), assistant("A drink.")), "What is tea?")


def test_a_row_is_what_llava_reads_and_reads_back_as_it_was() -> None:
    example = seen("<image>\nWhat is this?", user("Is it full?"), assistant("Yes."))
    (row,) = LLAVA.rows(example)
    assert row == {
        "id": "1",
        "image": "a/cup.png",
        "conversations": [
            {"from": "human", "value": "<image>\nWhat is this?"},
            {"from": "gpt", "value": "A cup."},
            {"from": "human", "value": "Is it full?"},
            {"from": "gpt", "value": "Yes."},
        ],
    }
    assert list(row) == list(LLAVA.columns)
    assert set(row) & RESERVED == {"image"}
    assert to_example(row, "rows.json:1").messages == example.messages


@pytest.mark.parametrize(
    "question", ["What is this?\n<image>", "<image>What is this?", "<image>\nWhat is this?"]
)
def test_the_marker_leads_wherever_it_stood(question: str) -> None:
    (row,) = LLAVA.rows(seen(question))
    assert row["conversations"][0]["value"] == "<image>\nWhat is this?"


@pytest.mark.parametrize(
    ("example", "code"),
    [
        (plain(), "image_count"),
        (Example("x", (Message("user", "<image><image>?", ("a", "b")), assistant("A")), "?"), "image_count"),
        (seen("What is this?"), "image_marker"),
        (seen("<image> <image>?"), "image_marker"),
        (seen("<image>?", user("<image>?"), assistant("A")), "image_marker"),
        (Example("x", (user("Hi"), assistant("Hi"), *seen().messages), "?"), "image_marker"),
        (Example("x", (Message("system", "Be kind."), *seen().messages), "?"), "system"),
        (Example("x", seen().messages[:1], "?"), "turns"),
    ],
)
def test_what_it_cannot_carry_is_refused_with_a_reason(example: Example, code: str) -> None:
    found = LLAVA.objection(example)
    assert found is not None
    assert found[0] == code
    with pytest.raises(BadInput, match=code):
        LLAVA.rows(example)


def test_an_objection_is_one_of_all_formats_together() -> None:
    assert (objection(seen()) or ("",))[0] == "images"
    assert objection(seen(), ["messages", "llava"]) is None
    assert objection(plain(), ["messages", "llava"]) is None
    assert (objection(plain(), ["llava"]) or ("",))[0] == "image_count"


def test_it_is_written_only_where_it_is_named() -> None:
    assert "llava" not in ExportSettings().formats
    assert ExportSettings(formats=("all",)[0]).formats == TEXT_FORMATS  # type: ignore[arg-type]  # as YAML
    assert ExportSettings(formats=("llava", "messages")).formats == ("messages", "llava")


def test_each_format_carries_what_it_can_and_the_rest_is_counted(tmp_path: Path) -> None:
    broken = Example("3", (user("Hi"),), "Hi")
    settings = ExportSettings(formats=("messages", "llava"), licence="mit")
    written = write_dataset(tmp_path / "out", [seen(), plain(), broken], [], DatasetFacts(), settings)
    assert written.examples == 2
    assert written.rows == {"messages": 1, "llava": 1}
    assert written.refused == {"messages": 1, "llava": 1}
    assert [each.reason for each in written.left_out] == ["export:turns"]
    (line,) = (tmp_path / "out" / "llava.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["image"] == "a/cup.png"
    assert len((tmp_path / "out" / "provenance.jsonl").read_text("utf-8").splitlines()) == 2
    card = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert "1 from `messages`, 1 from `llava`" in card
    assert (
        "In 1 of the examples the text was written from captions and boxes by a text model that did" in card
    )
    assert "image-text-to-text" in card


def test_a_card_of_text_says_nothing_of_images(tmp_path: Path) -> None:
    written = write_dataset(tmp_path / "out", [plain()], [], DatasetFacts(), ExportSettings())
    assert written.refused == {}
    card = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert "did not see the image" not in card
    assert "LLaVA" not in card


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_text_formats_go_on_refusing_images(name: str, tmp_path: Path) -> None:
    written = write_format(tmp_path / "x.jsonl", [seen(), plain()], name, "jsonl")
    assert (written.examples, [each.reason for each in written.left_out]) == (1, ["export:images"])


def test_one_file_of_llava_is_a_json_list(tmp_path: Path) -> None:
    written = write_format(tmp_path / "x.json", [seen(), plain()], "llava", "json")
    assert (written.examples, [each.reason for each in written.left_out]) == (1, ["export:image_count"])
    (row,) = json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert row["id"] == "1"
