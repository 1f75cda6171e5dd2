"""What LLaMA-Factory and axolotl make of our files, restated in short and checked on our rows.

The trainers cannot be installed beside the current ``datasets``; what matters of their converters is little:
which columns they read, how they pair turns, what they skip. Each trap has its negative test here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tutelage.export.consumers import axolotl, llama_factory, slug
from tutelage.export.files import write_dataset
from tutelage.export.formats import FORMATS
from tutelage.export.settings import DatasetFacts, ExportSettings
from tutelage.records import Example, Message

Conversation = list[tuple[str, str]]
FILES = {name: f"{name}.jsonl" for name in FORMATS}
ENTRIES = json.loads(llama_factory("Notes", FILES))


def entry(name: str) -> dict[str, Any]:
    found: dict[str, Any] = ENTRIES[f"notes_{name}"]
    return found


def llama_factory_alpaca(row: dict[str, Any], columns: dict[str, str]) -> Conversation:
    """Alpaca with ``columns`` given: a column that is not named is not there."""

    def cell(role: str) -> Any:
        return row[columns[role]] if role in columns else None

    turns = [("system", cell("system"))] if cell("system") else []
    for asked, answered in cell("history") or []:
        turns += [("user", asked), ("assistant", answered)]
    question = "\n".join(part for part in (cell("prompt"), cell("query")) if part)
    return [*turns, ("user", question), ("assistant", cell("response"))]


def llama_factory_sharegpt(row: dict[str, Any], spec: dict[str, Any]) -> Conversation | None:
    """Sharegpt with ``tags`` given; ``None`` for a row that is skipped with a line in the log."""
    tags = spec["tags"]
    turns = [(turn[tags["role_tag"]], turn[tags["content_tag"]]) for turn in row[spec["columns"]["messages"]]]
    head: Conversation = []
    if turns and turns[0][0] == tags.get("system_tag"):
        head = [("system", turns[0][1])]
        turns = turns[1:]
    wanted = [tags["user_tag"], tags["assistant_tag"]] * (len(turns) // 2 + 1)
    if not turns or len(turns) % 2 or [role for role, _ in turns] != wanted[: len(turns)]:
        return None
    names = {tags["user_tag"]: "user", tags["assistant_tag"]: "assistant"}
    return head + [(names[role], text) for role, text in turns]


def axolotl_chat_template(row: dict[str, Any], spec: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Role, text, and whether it is trained. ``human`` and ``gpt`` are mapped by default."""
    keys = spec["message_property_mappings"]
    roles = {"human": "user", "gpt": "assistant"}
    turns = [
        (roles.get(turn[keys["role"]], turn[keys["role"]]), turn[keys["content"]])
        for turn in row[spec["field_messages"]]
    ]
    return [(role, text, role in spec["roles_to_train"]) for role, text in turns]


def told(example: Example) -> Conversation:
    return [(turn.role, turn.content) for turn in example.messages]


@given(data=st.data())
def test_llama_factory_reads_every_view_as_the_conversation(examples: Any, data: st.DataObject) -> None:
    example = data.draw(examples)
    (alpaca,), (sharegpt,), (messages,) = (
        FORMATS[name].rows(example) for name in ("alpaca", "sharegpt", "messages")
    )
    filled = [turn for turn in told(example) if turn[0] != "system" or turn[1]]
    assert llama_factory_alpaca(alpaca, entry("alpaca")["columns"]) == filled
    assert llama_factory_sharegpt(sharegpt, entry("sharegpt")) == told(example)
    assert llama_factory_sharegpt(messages, entry("messages")) == told(example)


@given(data=st.data())
def test_axolotl_trains_the_answers_of_either_view(examples: Any, data: st.DataObject) -> None:
    example = data.draw(examples)
    for names in (["messages", "sharegpt"], ["sharegpt"]):
        (spec,) = yaml.safe_load(axolotl({name: FILES[name] for name in names}))["datasets"]
        (row,) = FORMATS[names[0]].rows(example)
        assert spec["type"] == "chat_template"
        assert spec["path"] == FILES[names[0]]
        assert axolotl_chat_template(row, spec) == [(*turn, turn[0] == "assistant") for turn in told(example)]


class TestTraps:
    """Each fails with the entry that a person would write by hand."""

    def test_an_unnamed_input_vanishes(self) -> None:
        messages = (Message("user", "Sum up.\nA text."), Message("assistant", "Text."))
        (row,) = FORMATS["alpaca"].rows(Example("1", messages, "Sum up.", "A text."))
        by_hand = {"prompt": "instruction", "response": "output"}
        assert llama_factory_alpaca(row, by_hand)[0] == ("user", "Sum up.")
        assert llama_factory_alpaca(row, entry("alpaca")["columns"])[0] == ("user", "Sum up.\nA text.")

    def test_without_a_system_tag_the_row_is_skipped(self, example: Callable[..., Example]) -> None:
        (row,) = FORMATS["messages"].rows(example("q", "a", system="s"))
        by_hand = {key: value for key, value in entry("messages")["tags"].items() if key != "system_tag"}
        assert llama_factory_sharegpt(row, {**entry("messages"), "tags": by_hand}) is None
        assert llama_factory_sharegpt(row, entry("messages")) is not None

    def test_the_openai_reader_that_adds_a_system_prompt_is_never_named(self) -> None:
        assert {each["formatting"] for each in ENTRIES.values()} == {"alpaca", "sharegpt"}

    def test_all_tags_and_columns_are_named(self) -> None:
        tags = {"role_tag", "content_tag", "user_tag", "assistant_tag", "observation_tag", "function_tag"}
        for name in ("messages", "sharegpt"):
            assert set(entry(name)["tags"]) == tags | {"system_tag"}
        columns = entry("alpaca")["columns"]
        assert set(columns.values()) == set(FORMATS["alpaca"].columns) - {"id"}

    def test_axolotl_is_never_given_the_deprecated_type(self) -> None:
        assert "type: sharegpt" not in axolotl(FILES)
        assert "type: alpaca" not in axolotl(FILES)

    def test_torchtune_knows_only_these_three_names(self, example: Callable[..., Example]) -> None:
        (row,) = FORMATS["sharegpt"].rows(example("q", "a", "q", "a", system="s"))
        assert {turn["from"] for turn in row["conversations"]} == {"system", "human", "gpt"}


def test_files_that_nobody_reads_are_not_written(tmp_path: Path, example: Callable[..., Example]) -> None:
    settings = ExportSettings(formats="prompt-completion")
    exported = write_dataset(tmp_path / "out", [example("q", "a")], [], DatasetFacts(), settings)
    assert not {"dataset_info.json", "axolotl.yaml"} & set(exported.files)


@pytest.mark.parametrize("container", ["jsonl", "json", "parquet"])
def test_every_file_that_is_named_exists(
    tmp_path: Path, example: Callable[..., Example], container: Any
) -> None:
    out = tmp_path / "out"
    write_dataset(out, [example("q", "a")], [], DatasetFacts(), ExportSettings(container=container))
    named = [each["file_name"] for each in json.loads((out / "dataset_info.json").read_text()).values()]
    snippet = yaml.safe_load((out / "axolotl.yaml").read_text())
    named += [each["path"] for each in snippet["datasets"]]
    assert snippet["datasets"][0]["ds_type"] == ("parquet" if container == "parquet" else "json")
    assert all((out / name).is_file() for name in named)


def test_names_of_entries_are_plain() -> None:
    assert slug("Clinical Notes, v2!") == "clinical_notes_v2"
    assert slug("临床记录") == slug("---") == "dataset"
