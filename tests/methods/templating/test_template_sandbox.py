from __future__ import annotations

import random
import time
from typing import Any

import pytest
from jinja2.exceptions import SecurityError, UndefinedError

from tutelage.methods.templating.template_sandbox import (
    SEPARATOR,
    OutOfRange,
    TemplateSandbox,
    Unlabelled,
    most_frequent,
)
from tutelage.template.bounded import TooManySteps
from tutelage.template.bounds import TooLong

SANDBOX = TemplateSandbox(trim=False)


def render(text: str, seed: int = 1, bars: Any = "text", **fields: Any) -> str:
    return SANDBOX.rendered(SANDBOX.compiled(text, bars), fields, random.Random(seed))


CHOICES = ["bad", "good"]


@pytest.mark.parametrize("label", [-1, None, ""])
@pytest.mark.parametrize("text", ["{{ c[label] }}", "{{ c.pop(label) if label is number else c[label] }}"])
def test_an_unlabelled_row_never_gives_the_last_choice(text: str, label: Any) -> None:
    with pytest.raises(Unlabelled):
        render(text, c=list(CHOICES), label=label)


@pytest.mark.parametrize("label", [2, -2, 1.0, "1", "good", [0]])
def test_a_label_that_is_no_place_in_the_list_is_out_of_range(label: Any) -> None:
    with pytest.raises(OutOfRange):
        render("{{ c[label] }}", c=CHOICES, label=label)


@pytest.mark.parametrize("text", ["{{ ['bad', 'good'][label] }}", "{{ ('bad', 'good')[label] }}"])
def test_lists_inside_the_template_are_guarded_too(text: str) -> None:
    assert render(text, label=1) == "good"
    with pytest.raises(Unlabelled):
        render(text, label=-1)


def test_a_reckoned_index_is_guarded() -> None:
    assert render("{{ c[1 - label] }}", c=CHOICES, label=1) == "bad"
    with pytest.raises(Unlabelled):
        render("{{ c[1 - label] }}", c=CHOICES, label=2)


def test_a_mapping_without_the_label_and_a_choice_that_is_not_listed() -> None:
    with pytest.raises(OutOfRange):
        render("{{ c[{5: 0}[label]] }}", c=CHOICES, label=4)
    with pytest.raises(OutOfRange):
        render("{{ c.index(label) }}", c=CHOICES, label="ugly")


def test_what_the_author_wrote_may_count_from_the_end() -> None:
    assert (
        render("{{ c[-1] }} {{ t.split()[-1] }} {{ c.pop(-1) }}", c=list(CHOICES), t="a b") == "good b good"
    )


def test_the_author_may_ask_before_using_a_label() -> None:
    assert render("{{ c[label] | default('none') }}", c=CHOICES, label=-1) == "none"
    assert render("{% if c[label] is defined %}x{% else %}y{% endif %}", c=CHOICES, label=7) == "y"


def test_true_and_false_choose() -> None:
    assert render("{{ c[label] }}", c=CHOICES, label=True) == "good"


LOOPS = {
    "nested": "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
    "binary": "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(30) }}",
}
SWELLS = {
    "repeat": "{{ 'a' * 10**9 }}",
    "repeat left": "{{ 10**9 * 'a' }}",
    "width": "{{ '%0999999999d' % 1 }}",
    "format": "{{ '{:>99999999}'.format(1) }}",
    "format filter": "{{ '%99999999d' | format(1) }}",
    "just": "{{ 'a'.ljust(10**9) }}",
    "center": "{{ 'a' | center(10**9) }}",
    "indent": "{{ 'a' | indent(10**9) }}",
    "power": "{{ 10 ** 100000 }}",
    "doubling": "{% set x = 'aaaaaaaa' %}" + "{% set x = x ~ x %}" * 40,
    "adding": "{% set x = 'aaaaaaaa' %}" + "{% set x = x + x %}" * 40,
    "block": "{% set x = 'aaaaaaaa' %}" + "{% set x %}{{ x }}{{ x }}{% endset %}" * 40,
    "extend": "{% set x = [1] %}" + "{% set _ = x.extend(x) %}" * 40,
    "replace": "{% set x = 'a' * 99999 %}{{ x.replace('a', x) }}",
    "replace filter": "{% set x = 'a' * 99999 %}{{ x | replace('a', x) }}",
    "join": "{% set x = 'a' * 99999 %}{{ x.join(['b'] * 99999) }}",
    "join filter": "{% set x = 'a' * 99999 %}{{ (['b'] * 99999) | join(x) }}",
    "output": "{% for a in range(9999) %}{{ 'a' * 999 }}{% endfor %}",
    "slices": "{{ [1] | slice(10**9) | list }}",
}


@pytest.mark.parametrize("name", LOOPS)
def test_a_template_that_loops_ends_by_itself(name: str) -> None:
    began = time.process_time()
    with pytest.raises(TooManySteps):
        render(LOOPS[name])
    assert time.process_time() - began < 3


@pytest.mark.parametrize("name", SWELLS)
def test_a_template_that_swells_ends_by_itself(name: str) -> None:
    began = time.process_time()
    with pytest.raises(TooLong):
        render(SWELLS[name])
    assert time.process_time() - began < 3


def test_recursion_and_long_ranges_end_too() -> None:
    with pytest.raises(RecursionError):
        render("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")
    with pytest.raises(OverflowError):
        render("{% for a in range(10**9) %}{% endfor %}")


def test_loops_know_their_length_and_missing_lists_are_told() -> None:
    assert render(
        "{% for x in c %}{{ loop.index }}/{{ loop.length }}{{ loop.last }} {% endfor %}", c=CHOICES
    ) == ("1/2False 2/2True ")
    with pytest.raises(UndefinedError, match="'c' is undefined"):
        render("{% for x in c %}{% endfor %}")


@pytest.mark.parametrize("text", ["{{ c.__class__ }}", "{{ ().__class__.__mro__ }}", "{{ c['__class__'] }}"])
def test_nothing_leads_out_of_the_sandbox(text: str) -> None:
    with pytest.raises((SecurityError, UndefinedError)):
        render(text, c=CHOICES)


def test_chance_is_the_callers() -> None:
    for name in ("choice", "random"):
        drawn = [render(f"{{{{ c | {name} }}}}", seed=seed, c=list("abcdefgh")) for seed in (1, 1, 2, 3, 4)]
        assert drawn[0] == drawn[1]
        assert len(set(drawn)) > 1


def test_bars_of_the_author_separate_and_bars_of_the_data_do_not() -> None:
    assert render("a ||| {{ x }}{{ '|||' }}", x="b|||c") == f"a {SEPARATOR} b|||c{SEPARATOR}"
    assert render("{{ x | join('|||') }}", x=["a|||b", "c"], bars="all") == f"a|||b{SEPARATOR}c"
    assert render("a ||| b", bars="none") == "a ||| b"


def test_the_extra_names_that_promptsource_uses() -> None:
    assert render("{% for a, b in zip('ab', 'cd') %}{{ a }}{{ b }}{% endfor %}") == "acbd"
    assert render("{{ 'x' | highlight }}{{ [3, 1, 1, 3, 2] | most_frequent }}") == "x[3, 1]"
    assert most_frequent([]) == []
