from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.methods.templating.template_sandbox import SEPARATOR
from tutelage.methods.templating.templates import NotRendered, Rendered, Template, number_of


def own(prompt: str, target: str, **rest: Any) -> Template:
    return Template("t", f"{prompt}{SEPARATOR}{target}", **rest)


def p3(text: str, choices: str = "") -> Template:
    return Template("t", text, choices, own=False, bars="text")


def render(template: Template, **fields: Any) -> Rendered:
    return template.render(fields, random.Random(1), lambda choices: "/".join(choices))


def reason(template: Template, **fields: Any) -> str:
    with pytest.raises(NotRendered) as caught:
        render(template, **fields)
    return caught.value.reason


MOOD = p3("{{ text }} ||| {{ answer_choices[label] }}", "bad ||| good")


def test_prompt_target_choices_and_which_is_right() -> None:
    done = render(MOOD, text="Fine.", label=1)
    assert done == Rendered("Fine.", ("good",), ("bad", "good"))
    assert done.answer == 1


@pytest.mark.parametrize("label", [-1, None, "", "-1"])
def test_the_minus_one_trap(label: Any) -> None:
    assert reason(MOOD, text="Fine.", label=label) == "label:unlabelled"


@pytest.mark.parametrize("label", [2, -2, "1", "good", 1.0, -0.5])
def test_labels_that_point_nowhere(label: Any) -> None:
    assert reason(MOOD, text="Fine.", label=label) == "label:out_of_range"


@given(st.one_of(st.integers(-(10**9), 10**9), st.none(), st.text(max_size=5), st.floats()))
def test_only_the_numbers_of_choices_are_ever_rendered(label: Any) -> None:
    negated = p3("{{ text }} ||| {{ answer_choices[1 - label] }}", "bad ||| good")
    if isinstance(label, int) and label in (0, 1):
        assert render(MOOD, text="x", label=label).answer == label
        assert render(negated, text="x", label=label).answer == 1 - label
    else:
        assert reason(MOOD, text="x", label=label).startswith("label:")
        assert reason(negated, text="x", label=label).partition(":")[0] in ("label", "template")


def test_a_reckoned_label_is_told_by_the_field_that_it_comes_from() -> None:
    negated = p3("{{ text }} ||| {{ answer_choices[1 - label] }}", "bad ||| good")
    assert reason(negated, text="x", label=-1) == "label:unlabelled"
    assert reason(negated, text="x", label=2) == "label:out_of_range"


def test_a_template_that_leaves_out_a_row_is_no_error() -> None:
    guarded = p3("{{ text }} ||| {% if label != -1 %}{{ answer_choices[label] }}{% endif %}", "no ||| yes")
    assert reason(guarded, text="x", label=-1) == "label:unlabelled"
    assert (
        reason(p3("{% if keep %}{{ text }} ||| y{% endif %}"), text="x", keep=False) == "template:skips_row"
    )
    assert reason(p3("||| y")) == "template:skips_row"
    assert reason(p3("x |||")) == "template:skips_row"
    assert reason(p3("no separator")) == "template:skips_row"


def test_a_missing_field_is_named() -> None:
    with pytest.raises(NotRendered) as caught:
        render(MOOD, label=1)
    assert (caught.value.reason, "'text'" in caught.value.detail) == ("template:missing_field", True)


def test_several_separators_are_several_targets() -> None:
    assert render(p3("a ||| b ||| {{ x }} ||| c"), x="").targets == ("b", "c")


@given(st.text(), st.text())
def test_bars_in_data_never_separate(text: str, other: str) -> None:
    done = render(p3("Q{{ a }} ||| A{{ b }}"), a=f"{text}|||{other}|", b=f"|||{other}")
    assert done.prompt == f"Q{text}|||{other}|".strip()
    assert done.targets == (f"A|||{other}".strip(),)


def test_bars_in_a_choice() -> None:
    template = p3("q ||| {{ answer_choices[0] }}", "{{ c | join('|||') }}")
    assert render(template, c=["a|||b", "c"]).choices == ("a|||b", "c")


def test_a_template_may_change_its_own_copy_only() -> None:
    row = {"c": ["a", "b"], "d": {"e": [1]}}
    template = p3("{{ c.pop() }}{{ d.e.append(2) }} ||| {{ c | length }}{{ d.e | length }}")
    assert template.render(row, random.Random(1)).targets == ("12",)
    assert row == {"c": ["a", "b"], "d": {"e": [1]}}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ 1 / 0 }} ||| a", "template:failed"),
        ("{{ x.nothing() }} ||| a", "template:missing_field"),
        ("{% include 'a' %} ||| a", "template:failed"),
        ("{{ x.__class__ }} ||| a", "template:forbidden"),
        (
            "{% for a in range(9999) %}{% for b in range(99) %}{% endfor %}{% endfor %}",
            "template:too_many_steps",
        ),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "template:too_many_steps"),
        ("{{ 'a' * 10 ** 9 }} ||| a", "template:too_long"),
        ("{{ range(10 ** 9) }} ||| a", "template:too_long"),
    ],
)
def test_what_templates_do_wrong_has_a_reason(text: str, code: str) -> None:
    assert reason(p3(text), x="y") == code


def test_a_text_that_is_no_template_names_file_template_and_line() -> None:
    with pytest.raises(BadInput) as caught:
        Template("mood", "fine\n{% if %}", place="a.yaml")
    assert caught.value.where == "a.yaml, template 'mood', text, line 2"
    with pytest.raises(BadInput, match="No filter named 'nonsense'"):
        Template("mood", "{{ a | nonsense }}")


def test_options_are_worded_by_the_caller() -> None:
    template = own("q {{ options }}", "{{ answer_choices[label] }}", choices="a|||b")
    assert template.takes_options
    assert render(template, label=0).prompt == "q a/b"
    assert template.render({"label": 0}, random.Random(1)).prompt == "q"
    assert not MOOD.takes_options


def test_own_templates_take_names_of_labels() -> None:
    template = own("q", "{{ answer_choices[label] }}", choices="{{ choices | join('|||') }}")
    fields = {"choices": ["Red", "Blue"]}
    assert [render(template, **fields, label=each).answer for each in (0, 1, "blue ", "A", "b", True)] == [
        0, 1, 1, 0, 1, 1,
    ]  # fmt: skip
    assert reason(template, **fields, label="green") == "label:out_of_range"
    assert reason(template, **fields, label="C") == "label:out_of_range"
    assert reason(template, **fields, label=-1) == "label:unlabelled"


def test_a_name_wins_over_a_letter_and_letters_may_be_off() -> None:
    assert number_of("b", ["b", "c"], letters=True) == 0
    with pytest.raises(Exception, match="none of the 2 choices"):
        number_of("b", ["red", "blue"], letters=False)


def test_fingerprints_go_by_the_texts() -> None:
    assert p3("a").fingerprint == Template("other", "a", place="elsewhere").fingerprint
    assert p3("a").fingerprint != p3("a", "b").fingerprint
