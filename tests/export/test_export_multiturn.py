"""Conversations of several turns keep their roles and their order in every export, there and back."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.export.files import write_dataset
from tutelage.export.formats import FORMATS
from tutelage.export.settings import DatasetFacts, ExportSettings
from tutelage.filters.shape import Shape
from tutelage.methods.selfchat import SelfChat
from tutelage.recipe.model import Recipe
from tutelage.records import Example, Message
from tutelage.rows import read_rows, to_example
from tutelage.runs.stages import execute
from tutelage.store.reading import kept_examples
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import Request

WHOLE = ("alpaca", "sharegpt", "messages")  # one row an example
words = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30)


@st.composite
def dialogues(draw: st.DrawFn) -> Example:
    turns = [Message("system", draw(words))] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(1, 5))):
        turns += [Message("user", draw(words)), Message("assistant", draw(words))]
    return Example(draw(st.uuids()).hex, tuple(turns), turns[-2].content)


@pytest.mark.parametrize("name", WHOLE)
@given(example=dialogues())
def test_a_row_comes_back_with_the_same_turns(name: str, example: Example) -> None:
    (row,) = FORMATS[name].rows(example)
    assert to_example(row, "test:1").messages == example.messages


@given(example=dialogues())
def test_every_answer_is_the_completion_of_exactly_one_row_after_all_that_came_before(
    example: Example,
) -> None:
    back = [to_example(row, "test:1").messages for row in FORMATS["prompt-completion"].rows(example)]
    answers = [place for place, turn in enumerate(example.messages) if turn.role == "assistant"]
    assert back == [example.messages[: place + 1] for place in answers]
    assert back[-1] == example.messages


@pytest.mark.parametrize("container", ["jsonl", "json", "parquet"])
@settings(max_examples=15, deadline=None)
@given(examples=st.lists(dialogues(), min_size=1, max_size=4, unique_by=lambda each: each.id))
def test_files_come_back_with_the_same_turns(
    container: str, examples: list[Example], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("dialogues")
    write_dataset(folder, examples, [], DatasetFacts(title="T"), ExportSettings(container=container))
    check_files(folder, examples, container)


def check_files(folder: Path, examples: list[Example], container: str = "jsonl") -> None:
    """Every file of an export, read back, holds the turns of ``examples``."""
    wanted = {example.id: example.messages for example in examples}
    for name in WHOLE:
        assert {row.id: row.messages for row in back(folder / f"{name}.{container}")} == wanted
    unrolled: dict[str, list[tuple[Message, ...]]] = defaultdict(list)
    for row in back(folder / f"prompt-completion.{container}"):
        unrolled[row.id].append(row.messages)
    assert dict(unrolled) == {
        name: [turns[: at + 1] for at, turn in enumerate(turns) if turn.role == "assistant"]
        for name, turns in wanted.items()
    }


def back(file: Path) -> list[Example]:
    return [to_example(row.data, row.place) for row in read_rows(file)]


REPLIES = ["It needs water.", "Once a week.", "Less than in summer.", "Only the top layer."]
NEXT = ["How much of it?", "And in winter?", "Which part should stay dry?"]


def talk(request: Request) -> str:
    said = sum(turn.role == "assistant" for turn in request.messages)
    return (NEXT[said - 1] if request.messages[0].content.startswith("You play") else REPLIES[said]) + " 浇水"


@pytest.mark.parametrize("system", ["", "Be brief."])
async def test_a_run_of_self_chat_keeps_roles_in_order_in_every_export(tmp_path: Path, system: str) -> None:
    chats: Any = SelfChat(
        seeds=tuple(f"How do I water plant {number}?" for number in range(6)),
        seed_as="question",
        rounds=(1, 4),
        system=system,
    )
    teacher = Scripted.of(talk, label="talk")
    recipe = Recipe(name="chats", teacher=teacher, method=chats, filters=(Shape(),), target=6)
    result = await execute(recipe, tmp_path / "run")
    kept = list(kept_examples(tmp_path / "run"))
    assert result.accepted == len(kept) == 6
    assert len({len(example.messages) for example in kept}) > 2, "dialogues of several lengths"
    assert all(example.system == system for example in kept)
    check_files(tmp_path / "run" / "dataset", kept)
