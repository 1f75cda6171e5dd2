from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.export.formats import FORMATS, RESERVED, TEXT_FORMATS, Format, format_named, objection
from tutelage.records import Example, Message
from tutelage.rows import to_example

OWN_NAMES = {
    "prompt-completion": {"prompt", "completion"},
    "messages": {"messages"},
    "alpaca": set(),
    "sharegpt": set(),
}


def fits(value: Any, column: Any) -> bool:
    """Whether ``value`` is of the declared type, without a null anywhere."""
    if column == "text":
        return isinstance(value, str)
    if column == "pairs":
        return all(len(pair) == 2 and all(isinstance(text, str) for text in pair) for pair in value)
    return bool(value) and all(
        tuple(turn) == column and all(isinstance(text, str) for text in turn.values()) for turn in value
    )


@pytest.mark.parametrize("layout", [FORMATS[name] for name in TEXT_FORMATS], ids=TEXT_FORMATS)
class TestEveryFormat:
    @given(data=st.data())
    def test_rows_are_flat_uniform_and_named(
        self, layout: Format, examples: Any, data: st.DataObject
    ) -> None:
        example = data.draw(examples)
        for row in layout.rows(example):
            assert list(row) == list(layout.columns)
            assert row["id"] == example.id
            assert all(fits(row[name], column) for name, column in layout.columns.items())

    def test_no_column_has_a_name_that_a_trainer_takes_for_something_else(self, layout: Format) -> None:
        assert set(layout.columns) & RESERVED == OWN_NAMES[layout.name]

    def test_images_are_refused_not_dropped(self, layout: Format) -> None:
        seen = Example("7", (Message("user", "what?", ("a.png",)), Message("assistant", "a cat")), "what?")
        with pytest.raises(BadInput, match=r"example '7'.*images"):
            layout.rows(seen)

    @pytest.mark.parametrize(
        "roles",
        ["", "system", "user", "assistant", "user user assistant", "user assistant user",
         "user assistant assistant", "user system assistant", "system system user assistant"],
    )  # fmt: skip
    def test_turns_that_a_trainer_would_skip_are_refused(self, layout: Format, roles: str) -> None:
        messages = tuple(Message(role, "x") for role in roles.split())  # type: ignore[arg-type]  # roles above
        with pytest.raises(BadInput, match=r"alternation"):
            layout.rows(Example("7", messages, "x"))


@pytest.mark.parametrize("name", ["messages", "sharegpt"])
@given(data=st.data())
def test_conversations_come_back_as_they_were(name: str, examples: Any, data: st.DataObject) -> None:
    example = data.draw(examples)
    (row,) = FORMATS[name].rows(example)
    assert to_example(row, "test:1").messages == example.messages


@given(data=st.data())
def test_alpaca_comes_back_save_for_an_empty_system(examples: Any, data: st.DataObject) -> None:
    example = data.draw(examples)
    (row,) = FORMATS["alpaca"].rows(example)
    told = tuple(turn for turn in example.messages if turn.role != "system" or turn.content)
    assert to_example(row, "test:1").messages == told


@given(data=st.data())
def test_unrolling_trains_every_assistant_turn_once(examples: Any, data: st.DataObject) -> None:
    example = data.draw(examples)
    rows = FORMATS["prompt-completion"].rows(example)
    plain = [{"role": turn.role, "content": turn.content} for turn in example.messages]
    answers = [turn for turn in plain if turn["role"] == "assistant"]
    assert [row["completion"] for row in rows] == [[answer] for answer in answers]
    for row in rows:
        whole = row["prompt"] + row["completion"]
        assert whole == plain[: len(whole)]
        assert row["prompt"][-1]["role"] == "user"
    assert [row["turn"] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]


def test_alpaca_splits_only_what_joins_again_by_one_newline() -> None:
    def alpaca(question: str, instruction: str, extra: str) -> tuple[str, str]:
        messages = (Message("user", question), Message("assistant", "a"))
        (row,) = FORMATS["alpaca"].rows(Example("1", messages, instruction, extra))
        return row["instruction"], row["input"]

    assert alpaca("Sum up.\nA text.", "Sum up.", "A text.") == ("Sum up.", "A text.")
    assert alpaca("Sum up.\n\nA text.", "Sum up.", "A text.") == ("Sum up.\n\nA text.", "")
    assert alpaca("\nA text.", "", "A text.") == ("\nA text.", "")  # an empty part would be skipped
    assert alpaca("Sum up.", "Sum up.", "") == ("Sum up.", "")
    assert alpaca("What was asked", "what a method calls it", "") == ("What was asked", "")


def test_alpaca_keeps_earlier_turns_as_history(example: Any) -> None:
    (row,) = FORMATS["alpaca"].rows(example("q1", "a1", "q2", "a2", "q3", "a3", system="be brief"))
    assert row["history"] == [["q1", "a1"], ["q2", "a2"]]
    assert (row["instruction"], row["output"], row["system"]) == ("q3", "a3", "be brief")


def test_a_plain_conversation_has_no_objection(example: Any) -> None:
    assert objection(example("q", "a")) is None


def test_an_unknown_format_offers_the_nearest() -> None:
    with pytest.raises(BadInput, match="did you mean 'sharegpt'"):
        format_named("shargpt")
