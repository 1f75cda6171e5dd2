from __future__ import annotations

from typing import Any

import pytest

from tiny import tiny_tokenizer
from tutelage.errors import BadInput
from tutelage.records import Example, Message, assistant, system, user
from tutelage.template.named import NAMES, named
from tutelage.template.template import Template
from tutelage.tune.tokens import UNTRAINED, none_left, row_of, show_masks, tokenise

pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning")]

TURNS = (
    (user("Name three fruits."), assistant("Apples, pears and plums.")),
    (user("请说出三种水果。"), assistant("苹果、梨和李子。 ")),
    (
        user("Write a note."),
        assistant("  Dear friend,\n\nno."),
        user("Shorter."),
        assistant("No."),
        user("And 6 times 7?"),
        assistant("42"),
    ),
    (system("Be brief."), user("1 + 1?"), assistant("2")),
)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_tokenizer(tmp_path_factory.mktemp("tokenizer")))


def _example(turns: tuple[Message, ...], id: str = "row") -> Example:
    return Example(id, turns, turns[0].content)


def _template(name: str, tokenizer: Any) -> Template:
    return named(name, bos=tokenizer.bos_token, eos=tokenizer.eos_token)


def _trained(row: Any) -> list[list[int]]:
    """The stretches of trained tokens."""
    found: list[list[int]] = []
    before = UNTRAINED
    for label in row.labels:
        if label != UNTRAINED:
            if before == UNTRAINED:
                found.append([])
            found[-1].append(label)
        before = label
    return found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("turns", TURNS, ids=["plain", "chinese", "several", "system"])
def test_what_is_trained_is_the_answers_and_their_end_token(
    name: str, turns: tuple[Message, ...], tokenizer: Any
):
    template = _template(name, tokenizer)
    rows, left_out = tokenise([_example(turns)], template, tokenizer, max_length=4096)
    if left_out:
        assert left_out[0].reason == "refused"  # a template without a system role
        return
    answers = [message.content for message in turns if message.role == "assistant"]
    decoded = [tokenizer.decode(ids, skip_special_tokens=False) for ids in _trained(rows[0])]
    assert [text.removesuffix(template.end).strip() for text in decoded] == [a.strip() for a in answers]
    assert all(text.endswith(template.end) for text in decoded)


@pytest.mark.parametrize("name", NAMES)
def test_the_tokens_before_an_answer_are_those_that_are_served(name: str, tokenizer: Any):
    template = _template(name, tokenizer)
    row = row_of(_example(TURNS[0]), template, tokenizer)
    served = tokenizer(template.prompt(TURNS[0][:1]), add_special_tokens=False)["input_ids"]
    assert list(row.input_ids[: len(served)]) == served
    assert row.labels[len(served) - 1] == UNTRAINED != row.labels[len(served)]


@pytest.mark.parametrize("name", NAMES)
def test_the_text_of_a_row_is_the_rendered_conversation(name: str, tokenizer: Any):
    template = _template(name, tokenizer)
    row = row_of(_example(TURNS[2]), template, tokenizer)
    assert tokenizer.decode(row.input_ids, skip_special_tokens=False) == template.render(TURNS[2])


def test_long_rows_are_dropped_and_listed(tokenizer: Any):
    template = _template("chatml", tokenizer)
    long = _example((user("Why?"), assistant("because " * 200)), "long")
    rows, left_out = tokenise([_example(TURNS[0]), long], template, tokenizer, max_length=64)
    assert [row.id for row in rows] == ["row"]
    assert [(each.id, each.reason) for each in left_out] == [("long", "over_length")]
    assert left_out[0].tokens > 64


def test_truncated_rows_keep_the_beginning_and_are_listed(tokenizer: Any):
    template = _template("chatml", tokenizer)
    long = _example((user("Why?"), assistant("because " * 200)), "long")
    rows, left_out = tokenise([long], template, tokenizer, max_length=64, over_length="truncate")
    whole = row_of(long, template, tokenizer)
    assert rows[0].input_ids == whole.input_ids[:64]
    assert rows[0].trained
    assert (left_out[0].reason, left_out[0].tokens, left_out[0].kept) == ("truncated", len(whole), 64)


def test_a_row_whose_whole_answer_is_cut_off_is_never_kept(tokenizer: Any):
    template = _template("chatml", tokenizer)
    long = _example((user("why " * 200), assistant("so")), "asks")
    rows, left_out = tokenise([long], template, tokenizer, max_length=64, over_length="truncate")
    assert rows == []
    assert left_out[0].reason == "prompt_over_length"


def test_rows_with_images_or_without_answers_are_listed(tokenizer: Any):
    template = _template("chatml", tokenizer)
    seen = Example("seen", (Message("user", "<image>?", ("a.png",)), assistant("a cat")), "?")
    mute = _example((user("Why?"), assistant("")), "mute")
    blank = _example((user("Why?"), assistant(" \n ")), "blank")
    rows, left_out = tokenise([seen, mute, blank], template, tokenizer, max_length=64)
    assert rows == []
    assert [each.reason for each in left_out] == ["images", "no_answer", "no_answer"]


def test_nothing_left_is_an_error_with_counts(tokenizer: Any):
    template = _template("chatml", tokenizer)
    long = [_example((user("Why?"), assistant("because " * 200)), f"long-{n}") for n in range(3)]
    _, left_out = tokenise(long, template, tokenizer, max_length=64)
    error = none_left(3, left_out, 64)
    assert isinstance(error, BadInput)
    assert "3 over_length" in str(error)
    assert "max_length 64" in str(error)


def test_masks_are_shown_as_plain_text(tokenizer: Any):
    template = _template("chatml", tokenizer)
    rows, _ = tokenise([_example(TURNS[1], "zh"), _example(TURNS[2])], template, tokenizer, max_length=4096)
    text = show_masks(rows, tokenizer)
    assert text.isprintable() or "\x1b" not in text
    assert text.count("[[") == 2 * 1 + 2 + 2  # four answers, and the legend of each row
    shown = text.replace("|", "")
    assert "苹果、梨和李子。" in shown
    assert "[[42<im_end>" in shown.replace("|", "") or "[[42" in shown
