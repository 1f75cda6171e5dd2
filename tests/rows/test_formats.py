"""What rows say, in every format; and what broken rows are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.records import Example, Message, assistant, system, user
from tutelage.rows import FORMATS, Naming, Row, read_rows, recognise, to_example

QUESTION, ANSWER = "What is 2 + 2?", "Four."
TURNS = (user(QUESTION), assistant(ANSWER))


@pytest.mark.parametrize(
    ("data", "name", "messages"),
    [
        ({"instruction": QUESTION, "input": "", "output": ANSWER}, "alpaca", TURNS),
        ({"instruction": QUESTION, "input": None, "output": ANSWER}, "alpaca", TURNS),
        (
            {"messages": [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": ANSWER}]},
            "messages",
            TURNS,
        ),
        (
            {"conversations": [{"from": "human", "value": QUESTION}, {"from": "gpt", "value": ANSWER}]},
            "sharegpt",
            TURNS,
        ),
        ({"prompt": QUESTION, "completion": ANSWER}, "prompt-completion", TURNS),
        (
            {
                "prompt": [{"role": "user", "content": QUESTION}],
                "completion": [{"role": "assistant", "content": ANSWER}],
            },
            "prompt-completion",
            TURNS,
        ),
        ({"inputs": QUESTION, "targets": ANSWER}, "p3", TURNS),
        ({"text": QUESTION}, "text", TURNS[:1]),
    ],
)
def test_every_format_gives_the_same_conversation(
    data: dict[str, Any], name: str, messages: tuple[Message, ...]
) -> None:
    assert recognise(data) == name
    example = to_example(data, "f.jsonl:1")
    assert example.messages == messages
    assert example.instruction == QUESTION
    assert example.output == (ANSWER if len(messages) == 2 else "")
    assert example.cell == {"file": "f.jsonl"}
    assert example.finish == "other"


def test_native_rows_come_back_as_they_were() -> None:
    example = Example(
        "id-1",
        (system("s"), Message("user", "q\nin", ("a.png",)), assistant("a")),
        "q",
        "in",
        cell={"skill": "x"},
        method="skillmix",
        item="i",
        teacher="t",
        licence="mit",
        finish="length",
        lineage={"parents": ["p"]},
    )
    row = example.as_dict() | {"surplus": 1}
    assert recognise(row) == "native"
    assert to_example(row, "f.jsonl:1") == example


def test_alpaca_with_system_input_and_history() -> None:
    data = {
        "instruction": "Add.",
        "input": "2, 3",
        "output": "5",
        "system": "Be brief.",
        "history": [["Hi", "Hello"]],
        "license": "mit",
    }
    example = to_example(data, "f:1")
    assert example.messages == (
        system("Be brief."),
        user("Hi"),
        assistant("Hello"),
        user("Add.\n2, 3"),
        assistant("5"),
    )
    assert (example.instruction, example.input, example.licence) == ("Add.", "2, 3", "mit")


def test_the_order_of_formats_and_of_doubled_fields() -> None:
    turns = [{"role": "system", "content": "inner"}, {"role": "user", "content": "q"}]
    data = {"instruction": "x", "output": "y", "messages": turns, "system": "outer", "text": "z"}
    assert recognise(data) == "messages"
    assert to_example(data, "f:1").messages == (system("inner"), user("q"))
    assert recognise({"instruction": "x", "output": "y", "text": "z"}) == "alpaca"
    assert recognise({"instruction": "x", "output": "y", "prompt": "p"}) == "alpaca"
    assert recognise({"messages": None, "inputs": "x", "targets": "y"}) == "p3"


def test_images_stand_at_their_markers() -> None:
    parts = [{"type": "text", "text": "See "}, {"type": "image_url", "image_url": {"url": "a.png"}}]
    typed = to_example({"messages": [{"role": "user", "content": parts}]}, "f:1")
    beside = to_example(
        {"image": "a.png", "conversations": [{"from": "human", "value": "See <image>"}]}, "f:1"
    )
    assert typed.messages == beside.messages == (Message("user", "See <image>", ("a.png",)),)


def test_cells_are_read_from_an_object_or_its_json() -> None:
    base = {"instruction": "a", "output": "b"}
    assert to_example({**base, "cell": {"task": "x"}}, "f:1").cell == {"task": "x"}
    assert to_example({**base, "cell": '{"task": "x"}'}, "f:1").cell == {"task": "x"}


def test_names_of_one_pass_differ_and_do_not_depend_on_the_place() -> None:
    naming = Naming()
    plain = {"instruction": "a", "output": "b"}
    rows = [
        Row("f:1", plain),
        Row("f:2", plain),
        Row("f:3", {"id": "x", **plain}),
        Row("f:4", {"id": "x", **plain}),
    ]
    ids = [naming.example(row).id for row in rows]
    assert len(set(ids)) == 4
    assert ids[2:] == ["x", "x#1"]
    assert ids[:2] == [to_example(plain, "g:9", occurrence).id for occurrence in (0, 1)]
    assert Naming().example(Row("f:1", {"id": 7, **plain})).id == ids[0]  # only a text is a name


def test_lone_surrogates_make_an_example() -> None:
    assert Naming().example(Row("f:1", {"text": "\ud800"})).instruction == "\ud800"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"instruction": "a", "ouput": "b"}, ["alpaca", "lacks the key 'output'", "did you mean 'ouput'"]),
        ({"instruction": "a", "output": None}, ["lacks the key 'output'"]),
        ({"question": "a", "answer": "b"}, ["'question', 'answer'", "alpaca: instruction, output"]),
        ({}, ["(none)"]),
        ({"instruction": 5, "output": "b"}, ["'instruction' must be a text", "5"]),
        ({"instruction": "a", "output": ["b"]}, ["'output' must be a text", "['b']"]),
        ({"messages": []}, ["'messages' must be a list of turns"]),
        ({"messages": "hello"}, ["'messages' must be a list of turns", "'hello'"]),
        ({"messages": ["hello"]}, ["messages[0]", "'hello'"]),
        ({"messages": [{"role": "usr", "content": "x"}]}, ["'usr'", "did you mean 'user'"]),
        ({"messages": [{"content": "x"}]}, ["the role None"]),
        ({"messages": [{"role": "tool", "content": "x"}]}, ["'tool'", "known: assistant"]),
        ({"conversations": [{"from": "human", "value": 3}]}, ["conversations[0].value", "3"]),
        ({"messages": [{"role": "user", "content": [{"type": "audio"}]}]}, ["content[0]", "audio"]),
        ({"instruction": "a", "output": "b", "history": [["only one"]]}, ["history[0]", "only one"]),
        ({"image": "a.png", "instruction": "a", "output": "b"}, ["1 images", "0 markers"]),
        ({"instruction": "a", "output": "b", "cell": {"k": 1}}, ["cell.k", "1"]),
        ({"instruction": "a", "output": "b", "cell": "{no"}, ["'cell' must be an object"]),
        (
            {
                "messages": [{"role": "user", "content": "x"}],
                "instruction": "x",
                "cell": {},
                "lineage": {},
                "finish": "done",
            },
            ["finish", "'done'"],
        ),
    ],
)
def test_broken_rows_are_refused_by_place_and_value(data: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        to_example(data, "data.jsonl:7")
    assert "data.jsonl:7" in caught.value.where
    assert caught.value.remedy
    for word in words:
        assert word in str(caught.value)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=4)
    | st.sampled_from(["user", "gpt", "<image>"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["role", "from", "content", "value", "images", "text", "url"]), inner
        )
    ),
    max_leaves=5,
)
KEYS = sorted(
    {field for fields in FORMATS.values() for field in fields} | {"id", "input", "system", "history"}
)


@given(st.dictionaries(st.sampled_from([*KEYS, "images", "image", "finish", "licence"]), JSON))
@settings(max_examples=200)
def test_any_row_is_an_example_or_refused_in_words(data: dict[str, Any]) -> None:
    try:
        example = to_example(data, "f.jsonl:1")
    except BadInput as error:
        refused = error.where
    else:
        refused = ""
        assert Example.from_dict(example.as_dict()) == example
    assert refused.startswith("f.jsonl:1") or not refused


def test_real_files_are_read(shared_data: Path) -> None:
    for name, count in (
        ("self-instruct/self_instruct_5k.jsonl", 5000),
        ("skillmix/ism_sda_heldout_k2_100.json", 100),
        ("explore-instruct/demo_domain/paraphrase.json", None),
    ):
        naming = Naming()
        examples = [naming.example(row) for row in read_rows(shared_data / name)]
        assert count in (None, len(examples))
        assert all(example.instruction and example.output for example in examples)
        assert len({example.id for example in examples}) == len(examples)
