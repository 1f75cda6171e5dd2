"""Records: ids that follow from content, and round trips that lose nothing."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from tutelage.records import Example, Item, Message, Usage, digest

texts = st.text(max_size=40)
messages = st.lists(
    st.builds(Message, st.sampled_from(["system", "user", "assistant"]), texts, st.just(())), max_size=4
)
cells = st.dictionaries(texts, texts, max_size=3)


@given(st.dictionaries(texts, texts), st.integers(0, 3))
def test_an_items_id_follows_from_its_content_not_from_key_order(cell: dict[str, str], occurrence: int):
    one = Item.make("m", cell, {"a": 1}, occurrence)
    other = Item.make("m", dict(reversed(cell.items())), {"a": 1}, occurrence)
    assert one.id == other.id
    assert one.id != Item.make("m", cell, {"a": 1}, occurrence + 1).id


def test_parts_of_a_digest_do_not_run_together():
    assert digest("ab", "c") != digest("a", "bc")


def test_a_lone_surrogate_has_a_digest():
    assert len(digest("\ud800")) == 32


@given(messages, texts, texts, cells)
def test_an_example_survives_json(turns: list[Message], instruction: str, extra: str, cell: dict[str, str]):
    example = Example("x", tuple(turns), instruction, extra, cell, lineage={"parents": ["a"]})
    assert Example.from_dict(json.loads(json.dumps(example.as_dict()))) == example


def test_input_joins_the_instruction_by_one_newline():
    example = Example.single_turn("Sort these.", "1 2", id="x", input="2 1", system="Be brief.")
    assert [message.role for message in example.messages] == ["system", "user", "assistant"]
    assert example.messages[1].content == "Sort these.\n2 1"
    assert (example.system, example.output) == ("Be brief.", "1 2")


def test_what_was_asked_is_the_instruction_or_all_questions_of_a_conversation():
    alone = Example.single_turn("Sum up.", "It is long.", id="1", input="A text.")
    assert alone.asked == "Sum up."
    turns = (Message("user", "Why?"), Message("assistant", "So."), Message("user", "And then?"))
    assert Example("2", (Message("system", "Be brief."), *turns), "And then?").asked == "Why?\nAnd then?"


def test_images_survive_and_are_absent_where_there_are_none():
    assert "images" not in Message("user", "hi").as_dict()
    pictured = Message("user", "<image> what?", ("a.png",))
    assert Message.from_dict(pictured.as_dict()) == pictured


def test_usage_adds_up():
    assert (Usage(1, 2, 1) + Usage(3, 4)).total == 10
