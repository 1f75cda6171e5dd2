"""Equal rows and near-duplicate groups: counted, not chained, shown with examples."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.analysis.duplicates import Repeats, measure_duplicates
from tutelage.errors import BadInput
from tutelage.records import Example


def row(number: int, instruction: str, input: str = "", output: str = "yes") -> Example:
    return Example.single_turn(instruction, output, id=f"r{number}", input=input)


def rows(*texts: str) -> list[Example]:
    return [row(number, text) for number, text in enumerate(texts)]


def test_equal_rows_are_counted_by_instruction_question_and_row() -> None:
    found = measure_duplicates(
        [
            row(0, "Fix this.", "teh", "the"),
            row(1, "fix  THIS.", "teh", "the"),
            row(2, "Fix this.", "teh", "The word is 'the'."),
            row(3, "Fix this.", "adn", "and"),
            row(4, "Something else.", "", "ok"),
        ]
    )
    assert found.instruction == Repeats(1, 3, 0.6)
    assert found.question == Repeats(1, 2, 0.4)
    assert found.row == Repeats(1, 1, 0.2)


def test_groups_have_a_representative_and_are_not_chained() -> None:
    found = measure_duplicates(
        rows(
            "write a short poem about the cold sea",
            "write a short poem about the warm sea",  # like the first
            "write a long story about the warm sea",  # like the second alone
            "bake bread",
        )
    )
    assert found.near == Repeats(1, 1, 0.25)
    assert found.sizes == {2: 1}
    (group,) = found.largest
    assert (group.id, group.size) == ("r0", 2)
    assert [(member.id, member.score) for member in group.members] == [("r1", 0.875)]


def test_the_largest_groups_come_first_and_show_a_few_members() -> None:
    found = measure_duplicates(rows("one two", "sing a song", *["Sing a song!"] * 9, "one two"))
    assert [(group.id, group.size, len(group.members)) for group in found.largest] == [
        ("r1", 10, 5),
        ("r0", 2, 1),
    ]
    assert found.as_dict()["sizes"] == {"2": 1, "10": 1}


def test_chinese_copies_are_found_and_a_text_without_words_is_told() -> None:
    found = measure_duplicates(rows("写一首关于月亮的诗。", "写一首关于月亮的诗！", "???", "。。"))
    assert found.near.spare == 1
    assert found.no_tokens == 2
    assert measure_duplicates(rows("写诗", "写诗"), tokens="rouge").no_tokens == 2


def test_one_id_for_two_rows_confuses_nothing() -> None:
    found = measure_duplicates([row(1, "sing a song"), row(1, "bake bread"), row(1, "bake the bread")])
    assert found.near.spare == 1
    assert found.largest[0].instruction == "bake bread"


def test_odd_texts_and_none_at_all() -> None:
    long = "word " * 200_000
    found = measure_duplicates(rows(long, long, "\ud800", "\ud800 a"))
    assert found.instruction.spare == 1
    assert len(found.largest[0].instruction) < 400
    json.dumps(found.as_dict())
    empty = measure_duplicates([])
    assert (empty.examples, empty.near, empty.row) == (0, Repeats(0, 0, None), Repeats(0, 0, None))


def test_a_threshold_that_is_none_is_refused() -> None:
    with pytest.raises(BadInput, match="threshold"):
        measure_duplicates([], threshold=0)


def test_near_duplicates_are_what_the_novelty_filter_refuses(shared_data: Path) -> None:
    texts = []
    for path in sorted((shared_data / "explore-instruct" / "demo_domain").glob("*.json")):
        texts += [each["instruction"] for each in json.loads(path.read_text("utf-8")).get("examples", ())]
    found = measure_duplicates(rows(*texts))
    assert (found.examples, found.examples - found.near.spare) == (4433, 2278)
    assert sum((size - 1) * count for size, count in found.sizes.items()) == found.near.spare
    assert sum(found.sizes.values()) == found.near.groups
