"""The text is that of transformers' own rendering."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_templates import DATED, MARKED, OPEN, STRICT, THINKING, TWO_ENDS
from tutelage.errors import BadInput
from tutelage.records import Message, assistant, system, user
from tutelage.template.bounds import TooLong
from tutelage.template.named import NAMES, named
from tutelage.template.sandbox import ChatSandbox, Refused, clock
from tutelage.template.template import Template

SOURCES = {
    **{name: named(name, bos="<s>", eos="</s>").source for name in NAMES},
    "thinking": THINKING,
    "dated": DATED,
    "strict": STRICT,
    "two ends": TWO_ENDS,
    "open": Template("open", OPEN, eos="</s>").source,
    "marked": MARKED,
    "json": "{{ messages | tojson }}{{ {'b': '<蜂>', 'a': [1]} | tojson(indent=2, sort_keys=true) }}",
    "controls": "{% for m in messages %}{% if loop.last %}{% break %}{% endif %}{{ m.content }}{% endfor %}",
    "blocks": "  {% if tools is none %}\n    a\n  {% endif %}\n\n{{ documents }}\n{{ pad_token }}\n",
}
texts = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    [" x\n", "<think>\na\n</think>b"]
)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(models.WordLevel({"<s>": 0, "</s>": 1, "<pad>": 2, "a": 3}, unk_token="a"))
    return PreTrainedTokenizerFast(
        tokenizer_object=words, bos_token="<s>", eos_token="</s>", pad_token="<pad>", unk_token="a"
    )


def theirs(tokenizer: Any, source: str, messages: Sequence[Message], answering: bool) -> str:
    return str(
        tokenizer.apply_chat_template(
            [message.as_dict() for message in messages],
            chat_template=source,
            tokenize=False,
            add_generation_prompt=answering,
        )
    )


@pytest.mark.parametrize("name", SOURCES)
@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=3), st.none() | texts, st.booleans())
def test_it_writes_what_transformers_writes(
    tokenizer: Any, name: str, turns: list[tuple[str, str]], told: str | None, answering: bool
):
    said = [each for asked, answer in turns for each in (user(asked), assistant(answer))]
    messages = [*([] if told is None or name == "strict" else [system(told)]), *said]
    messages = messages[:-1] if answering else messages
    template = Template(name, SOURCES[name], bos="<s>", eos="</s>", special={"pad_token": "<pad>"})
    ours = template.prompt(messages) if answering else template.render(messages)
    assert ours == theirs(tokenizer, template.source, messages, answering)


def test_both_refuse_with_the_templates_own_words(tokenizer: Any):
    from jinja2.exceptions import TemplateError

    messages = [system("S"), user("Q")]
    with pytest.raises(TemplateError, match="System role not supported"):
        theirs(tokenizer, STRICT, messages, True)
    with pytest.raises(BadInput, match="System role not supported"):
        Template("strict", STRICT).prompt(messages)


SANDBOX = ChatSandbox()


def render(source: str, **fields: object) -> str:
    return SANDBOX.rendered(SANDBOX.compiled(source), fields)


def test_the_clock_stands_where_it_is_set_and_writes_no_book():
    fields = clock(datetime(2026, 1, 31))
    assert render("{{ strftime_now('%Y-%m-%d') }}", **fields) == "2026-01-31"
    with pytest.raises(TooLong):
        render("{{ strftime_now('%Y' * 9999) }}", **fields)


def test_json_is_indented_by_little():
    assert render("{{ {'a': 1} | tojson(indent=1) }}") == '{\n "a": 1\n}'
    for indent in ("999", "'a' * 999"):
        with pytest.raises(TooLong):
            render(f"{{{{ {{'a': 1}} | tojson(indent={indent}) }}}}")


def test_a_refusal_is_told_apart():
    with pytest.raises(Refused, match="not so"):
        render("{{ raise_exception('not so') }}")


def test_sets_inside_a_generation_block_stay_there():
    assert render("{% set a = 1 %}{% generation %}{% set a = 2 %}{{ a }}{% endgeneration %}{{ a }}") == "21"
