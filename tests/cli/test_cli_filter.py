"""How the verb's options become filters; the verb as a whole is in functional/test_filter.py."""

from __future__ import annotations

import pytest

from tutelage.cli.filter import build_filters
from tutelage.errors import BadInput
from tutelage.filters.duplicate import Duplicate
from tutelage.filters.novelty import Novelty


def test_filters_come_in_order_with_their_settings() -> None:
    sets = ["novelty.threshold=0.6", "novelty.tokens=rouge"]
    built = build_filters("novelty, duplicate,", sets)
    assert built == [Novelty(threshold=0.6, tokens="rouge"), Duplicate()]


@pytest.mark.parametrize(
    ("listed", "sets", "words"),
    [
        ("", [], ["no filter is named"]),
        ("novelty,novelty", [], ["'novelty' is named twice"]),
        ("noveltie", [], ["noveltie", "did you mean 'novelty'"]),
        ("novelty", ["novelty.treshold=0.6"], ["treshold", "did you mean 'threshold'"]),
        ("novelty", ["novelty.threshold=high"], ["threshold", "high"]),
        ("novelty", ["novelty.threshold=7"], ["threshold", "7"]),
        ("novelty", ["novelty=0.6"], ["'novelty'", "novelty.SETTING=VALUE"]),
        ("novelty", ["duplicate.on=row"], ["'duplicate' is not among", "--set duplicate"]),
        ("novelty", ["novelty.threshold"], ["KEY=VALUE"]),
        ("language", ["language.language=zz"], ["'zz' cannot be checked"]),
        ("shape", ["shape.skip=[empti]"], ["skip", "empti"]),
        ("keywords", ["keywords.banned_file=/no/such.txt"], ["/no/such.txt"]),
    ],
)
def test_wrong_options_are_refused_in_words(listed: str, sets: list[str], words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        build_filters(listed, sets)
    for word in words:
        assert word in str(caught.value)
