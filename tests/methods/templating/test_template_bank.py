from __future__ import annotations

import random
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.methods.templating.template_bank import Bank, bank_of
from tutelage.methods.templating.template_files import INVERSE, family
from tutelage.methods.templating.templates import Template

SETTINGS: dict[str, Any] = {"names": (), "original_only": False, "inverse": "none", "options": "both"}
SHOWS = Template("shows", "a", "x|||y", own=False, shows_choices=True)
HIDES = Template("hides", "a", "x|||y", own=False, shows_choices=False, original=False)
FREE = Template("free", "a", own=False)


def names(templates: list[Template], **settings: Any) -> list[str]:
    return list(bank_of(templates, **{**SETTINGS, **settings}).by_name)


def test_options_choose_among_templates_that_cannot_do_both() -> None:
    three = [SHOWS, HIDES, FREE]
    assert names(three) == ["shows", "hides", "free"]
    assert names(three, options="show") == ["shows", "free"]
    assert names(three, options="hide") == ["hides", "free"]
    ours = names(family("classification", "en"), options="hide")
    assert "which_label" in ours
    assert "named_choices" not in ours


def test_originals_inverses_and_names() -> None:
    assert names([SHOWS, HIDES, FREE], original_only=True) == ["shows", "free"]
    ours = family("summarise", "en")
    assert not any(name.endswith(INVERSE) for name in names(ours))
    assert names(ours, inverse="only") == [f"labelled{INVERSE}"]
    assert len(names(ours, inverse="also")) == len(ours)
    assert names(ours, names=("no_time", f"labelled{INVERSE}")) == ["no_time", f"labelled{INVERSE}"]


def test_what_fits_nothing_is_told() -> None:
    with pytest.raises(BadInput, match="none fits"):
        names([FREE], inverse="only")
    with pytest.raises(BadInput) as caught:
        names([FREE, SHOWS], names=("show",))
    assert "'shows'" in caught.value.remedy


def test_equal_names_are_told_apart() -> None:
    assert names([FREE, FREE, FREE]) == ["free", "free 2", "free 3"]


@given(st.integers(1, 10_000), st.integers(1, 30))
def test_a_cap_is_split_to_within_one(cap: int, count: int) -> None:
    quotas = bank_of([FREE] * count, **SETTINGS).quotas(cap)
    assert sum(quotas.values()) == cap
    assert max(quotas.values()) - min(quotas.values()) <= 1


def test_a_row_gets_as_many_as_wanted() -> None:
    bank = Bank((SHOWS, HIDES, FREE))
    assert bank.chosen(None, random.Random) == (SHOWS, HIDES, FREE)
    assert bank.chosen(9, random.Random) == (SHOWS, HIDES, FREE)
    drawn = {tuple(each.name for each in bank.chosen(2, partial(random.Random, seed))) for seed in range(50)}
    assert drawn == {("shows", "hides"), ("shows", "free"), ("hides", "free")}


def test_columns_that_fit_no_template() -> None:
    bank = bank_of(family("summarise", "en"), **SETTINGS)
    bank.check(["document", "summary", "id"], "a.csv", [])
    with pytest.raises(BadInput, match="'document' is not among 'doc', 'summary'") as caught:
        bank.check(["doc", "summary"], "a.csv", [])
    assert "columns: {document: COLUMN}" in caught.value.remedy
    with pytest.raises(BadInput, match="names of the labels") as caught:
        bank_of(family("classification", "en"), **SETTINGS).check(
            ["text", "label"], "a", ["ham", "spam", "ham"]
        )
    assert caught.value.remedy == "labels: [ham, spam]"
