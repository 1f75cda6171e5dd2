"""What models wrap around their answers."""

from __future__ import annotations

import pytest

from tutelage.replies import unfence, unquote


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"Quoted."', "Quoted."),
        ("“Quoted.”", "Quoted."),
        ("「引用」", "引用"),
        ("**Bold**", "Bold"),
        ('"One" and "two"', '"One" and "two"'),
        ("**Note:** this is **bold**", "**Note:** this is **bold**"),
        ("“Hi,” she said. “Bye.”", "“Hi,” she said. “Bye.”"),
        ('"', '"'),
    ],
)
def test_unquote(text: str, expected: str) -> None:
    assert unquote(text) == expected


def test_unfence_leaves_two_fenced_blocks_alone() -> None:
    text = "```\na\n```\nand\n```\nb\n```"
    assert unfence(text) == text
