"""Steps and sizes, counted over a whole rendering."""

from __future__ import annotations

import time

import pytest
from jinja2 import Template as Plain
from jinja2.exceptions import UndefinedError

from tutelage.template.bounded import BoundedSandbox, TooManySteps
from tutelage.template.bounds import TooLong

SANDBOX = BoundedSandbox()


def render(source: str, **fields: object) -> str:
    return SANDBOX.rendered(SANDBOX.compiled(source), fields)


GREEDY = {
    "loops": "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
    "calls": "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(30) }}",
    "centered": "{{ range(99999) | map('center', 99999) | list | length }}",
    "nested": "{% set x = 1 %}" + "{% set x = [x, x] %}" * 40,
    "nested tuples": "{% set x = 1 %}" + "{% set x = (x, x) %}" * 40 + "{{ {x: 1} }}",
    "nested defaults": "{% set x = 'a' %}" + "{% set x = ['', ''] | map('default', x, true) | list %}" * 40,
    "nested dicts": "{% set x = 1 %}" + "{% set x = {'a': x, 'b': x} %}" * 40 + "{{ x | tojson }}",
    "nested calls": "{% set x = 1 %}" + "{% set x = dict(a=x, b=x) %}" * 40,
    "sums": "{% set x = [1] %}" + "{% set x = [x, x] | sum(start=[]) %}" * 40,
    "lines": "{% set x = '\\n' * 99999 %}{{ x | indent(9999) }}",
    "indented by a text": "{% set x = '\\n' * 99999 %}{{ x | indent('a' * 9999) }}",
    "wrapped": "{% set x = 'a ' * 99999 %}{{ x | wordwrap(1, wrapstring='b' * 9999) }}",
    "escapes": "{% set x = '\"' %}" + "{% set x = x | tojson %}" * 40,
    "tabs": "{{ ('\\t' * 99999).expandtabs(99999) }}",
    "rounded": "{{ 1 | round(10**9, 'ceil') }}",
    "many": "{% set x = 'a' * 99999 %}{% for a in range(9999) %}{% set y = x | upper %}{% endfor %}",
}


@pytest.mark.parametrize("name", GREEDY)
def test_what_loops_or_swells_ends_by_itself(name: str):
    began = time.process_time()
    with pytest.raises((TooManySteps, TooLong)):
        render(GREEDY[name])
    assert time.process_time() - began < 3


ORDINARY = [
    "{{ x | join(', ') }}|{{ x | first }}|{{ x | length }}|{{ x | map('upper') | list }}",
    "{{ 'a b c' | wordwrap(3) }}{{ 'x\ny' | indent(2) }}{{ [1, 2] | sum }}{{ 2.5 | round }}",
    "{{ {'a': x, 'b': [1, (2, x)]} }}{{ 'a' ~ 1 ~ x }}{{ '%s!' % 'a' }}{{ 'a' * 3 + 'b' }}",
    "{% for a in x %}{{ loop.index }}{{ loop.last }}{{ loop.cycle('o', 'e') }}{{ a | title }}{% endfor %}",
    "{% for k, v in {'a': 1}.items() %}{{ k }}{{ v }}{% endfor %}{{ x | sort(reverse=true) }}",
    "{{ nothing }}{{ nothing | default('d') }}{% for a in nothing %}{% endfor %}",
    "{{ x | selectattr('y') | list }}{{ x | groupby(0) }}",
    "{% set ns = namespace(a=1) %}{% for b in x %}{% set ns.a = ns.a + 1 %}{% endfor %}{{ ns.a }}",
    "{% set told %}{{ x }}{% endset %}{{ told | replace('e', 'i') | escape }}{{ x | batch(2) | list }}",
]


@pytest.mark.parametrize("source", ORDINARY)
def test_ordinary_templates_write_what_jinja_writes(source: str):
    x = ["bee", "ant", "moth"]
    assert render(source, x=x) == Plain(source).render(x=x)


def test_a_namespace_may_hold_itself():
    assert render("{% set ns = namespace() %}{% set ns.own = [ns, ns] %}{{ ns }}") == "<Namespace>"


def test_each_rendering_counts_for_itself():
    template = SANDBOX.compiled("{% for a in range(99999) %}{% endfor %}")
    for _ in range(3):
        assert SANDBOX.rendered(template, {}) == ""


def test_an_undefined_list_is_an_error_where_it_is_used():
    with pytest.raises(UndefinedError):
        render("{{ nothing.there }}")
