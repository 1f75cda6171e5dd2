from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analyses import analysis, verbs
from tutelage.analysis.page_figures import (
    SHOWN,
    file_names,
    rejection_bars,
    ring_of,
    shared,
    value_bars,
    value_ranks,
    verb_bars,
)
from tutelage.analysis.yields import RunFacts


def test_the_sunburst_shows_verbs_and_their_nouns() -> None:
    svg = ring_of(analysis())
    assert ">write<" in svg
    assert "<title>write poem: 4 (22.2%)</title>" in svg
    assert ring_of(analysis(verb_noun=verbs([]))) == ""


def test_bars_compare_shares_of_inputs_of_any_size() -> None:
    small = analysis("small", verb_noun=verbs([("draw", "cat", 1)]))
    svg = verb_bars([small, analysis("large")])
    assert "<title>small, draw cat: 100%</title>" in svg
    assert "<title>large, draw cat: 0%</title>" in svg
    assert "<title>large, write line: 66.7%</title>" in svg


def test_inputs_of_one_name_are_told_apart() -> None:
    svg = value_bars([analysis("twin"), analysis("twin")], "topic")
    assert "twin, Write 3 lines" in svg
    assert "twin (2), Write 3 lines" in svg


def test_only_the_commonest_values_have_a_bar() -> None:
    many = tuple(f"text {place}" for place in range(3 * SHOWN))
    assert value_bars([analysis(texts=many)], "skills").count('font-size="11"') == SHOWN
    assert value_ranks([analysis(texts=many)], "skills")
    assert value_ranks([analysis()], "topic") == ""


def test_a_letter_is_one_inputs_throughout() -> None:
    """An input without rejections takes no letter from one that has some."""
    run = analysis("run", run=RunFacts("r", "finished", accepted=3, rejected={"copy": 1}))
    other = analysis("other", run=RunFacts("r", "finished", accepted=1, rejected={"copy": 1}))
    svg = rejection_bars([analysis("file"), run, other])
    assert ">B 25%<" in svg
    assert ">C 50%<" in svg


def test_nothing_gives_no_figure() -> None:
    bare = analysis(texts=(), verb_noun=verbs([]))
    assert not any(shared([bare]).values())
    assert value_bars([bare], "topic") == ""


@given(st.lists(st.text(max_size=60), unique=True, max_size=8))
def test_every_key_has_a_file_name_of_its_own(keys: list[str]) -> None:
    names = file_names(keys)
    assert list(names) == keys
    assert len(set(names.values())) == len(keys)
    assert all(name.isascii() and name == name.lower() and "/" not in name for name in names.values())
