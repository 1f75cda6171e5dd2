from __future__ import annotations

from tutelage.methods.templating.template_needs import needs_of
from tutelage.methods.templating.template_sandbox import TemplateSandbox


def needs(*texts: str):
    return needs_of(TemplateSandbox(trim=False), texts)


def test_fields_are_those_that_the_text_asks_for() -> None:
    found = needs(
        "{{ a }}{% for x in b %}{{ x.c }}{% endfor %}{% set d = 1 %}{{ d }}", "{{ e }}{{ range(2) }}"
    )
    assert found.fields == {"a", "b", "e"}


def test_what_is_asked_for_first_is_not_required() -> None:
    found = needs("{% if a is defined %}{{ a }}{% endif %}{{ b | default('') }}{{ c }}")
    assert found.fields == {"a", "b", "c"}
    assert found.required == {"c"}


def test_indices_and_numbers() -> None:
    found = needs(
        "{{ x[a] }}{{ x[1 - b] }}{{ x[m[c]] }}{{ x['d'] }}{{ x[-1] }}{% if e == 5 %}{{ f + 1 }}{% endif %}"
    )
    assert found.indices == {"a", "b", "c"}
    assert found.numbers == {"a", "b", "c", "e", "f"}


def test_texts_are_no_numbers() -> None:
    found = needs("{% if a == 'yes' %}{{ b ~ 1 }}{{ x[y.index(c)] }}{% endif %}")
    assert found.numbers == frozenset()
