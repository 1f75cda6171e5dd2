"""A conversation's text: the same in training and in serving."""

from __future__ import annotations

import re
import time
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_templates import DATED, MARKED, OPEN, STRICT, THINKING, TWO_ENDS
from tutelage.errors import BadInput
from tutelage.records import Message, assistant, system, user
from tutelage.template.named import NAMES, named
from tutelage.template.template import Piece, Refusal, Template

TEMPLATES = {
    **{name: named(name) for name in NAMES},
    "dated": Template("dated", DATED, bos="<s>", eos="</s>"),
    "strict": Template("strict", STRICT, bos="<bos>", eos="<eos>"),
    "two ends": Template("two ends", TWO_ENDS, eos="<|endoftext|>"),
    "open": Template("open", OPEN, eos="</s>"),
    "marked": Template("marked", MARKED, eos="</s>"),
}
TRIMS = {"dated", "strict"}
texts = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=30) | st.sampled_from(
    ["", " x ", "蜂\n", "{{ x }}", "<|im_end|>", "</s>", "# {% raw %}", "'\"\\"]
)


@st.composite
def conversations(draw: st.DrawFn) -> tuple[Message, ...]:
    turns = draw(st.lists(st.tuples(texts, texts), min_size=1, max_size=4))
    told = draw(st.none() | texts)
    said = [each for asked, answer in turns for each in (user(asked), assistant(answer))]
    return (*([] if told is None else [system(told)]), *said)


@pytest.mark.parametrize("name", TEMPLATES)
@given(conversations())
def test_pieces_are_the_text_as_trained_and_begin_as_served(name: str, messages: tuple[Message, ...]):
    template = TEMPLATES[name]
    if name == "strict" and messages[0].role == "system":
        messages = messages[1:]
    pieces = template.pieces(messages)
    assert "".join(piece.text for piece in pieces) == template.render(messages)
    written, trained = "", [number for number, piece in enumerate(pieces) if piece.trained]
    answers = [number for number, message in enumerate(messages) if message.role == "assistant"]
    assert len(trained) == len(answers)
    for number, piece in enumerate(pieces):
        if piece.trained:
            turn = answers[trained.index(number)]
            content = messages[turn].content
            assert template.prompt(messages[:turn]) == written
            text = piece.text.removesuffix(template.end)
            assert text != piece.text
            if name in TRIMS:
                text, content = text.strip(), content.strip()
            assert text in (content, f" {content}")
        written += piece.text


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_keeps_the_check(name: str):
    TEMPLATES[name].check()


ENDS = {
    "two ends": "<|end|>",
    "dated": "<|eot_id|>",
    "strict": "<end_of_turn>",
    "open": "</s>",
    "gemma": "<end_of_turn>",
}


@pytest.mark.parametrize("name", ENDS)
def test_the_end_of_a_turn_is_read_off_the_template(name: str):
    assert TEMPLATES[name].end == ENDS[name]


def test_what_follows_the_end_is_not_trained():
    template = TEMPLATES["two ends"]
    assert template.pieces([user("Q"), assistant("A")]) == (
        Piece("<|user|>\nQ<|end|>\n<|assistant|>\n", False),
        Piece("A<|end|>", True),
        Piece("\n<|endoftext|>", False),
    )


def test_a_template_without_an_end_writes_eos_after_every_answer_wherever_it_is_rendered():
    template = TEMPLATES["open"]
    messages = [user("Q"), assistant("A"), user("R")]
    assert template.prompt(messages) == "User: Q\nAssistant: A</s>\nUser: R\nAssistant:"
    assert Template.from_dict(template.as_dict()) == template
    with pytest.raises(BadInput, match="nothing tells a server"):
        Template("open", OPEN).pieces(messages[:2])


def test_thoughts_that_earlier_turns_lose_are_no_basis_for_training():
    template = Template("thinking", THINKING, eos="<|im_end|>")
    single = (user("1+1?"), assistant("<think>\none and one\n</think>\n\n2"))
    assert template.pieces(single)[1].text == "<think>\none and one\n</think>\n\n2<|im_end|>"
    template.check(multi_turn=False)
    with pytest.raises(BadInput, match="training and serving text differ") as caught:
        template.pieces((*single, user("And 2+2?"), assistant("4")))
    assert "one and one" in caught.value.where
    assert "becomes" in caught.value.where
    assert "2<|im_end|>" in caught.value.where
    with pytest.raises(BadInput, match="changes earlier turns"):
        template.check()


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("{% for m in messages %}{{ m.role }}: {{ m.content }}</s>{% endfor %}", None),
        (
            "{% for m in messages %}{{ m.content }}</s>{% endfor %}{{ '>' if add_generation_prompt }}",
            "elsewhere",
        ),
        ("{{ messages | length }}{% for m in messages %}{{ m.content }}</s>{% endfor %}", "elsewhere"),
        ("{% for m in messages %}{{ m.content | upper }}</s>{% endfor %}", "does not write the answer"),
    ],
)
def test_the_check_finds_what_would_train_another_text_than_it_serves(source: str, what: str | None):
    template = Template("own", source)
    if what is None:
        template.check()  # the role's name is then learned with the answer, but truly
    else:
        with pytest.raises(BadInput, match=what):
            template.check()


def test_a_role_that_the_template_refuses_is_told_in_its_own_words():
    template = TEMPLATES["strict"]
    with pytest.raises(Refusal, match="System role not supported") as caught:
        template.pieces([system("S"), user("Q"), assistant("A")])
    assert "roles: system, user" in caught.value.where
    with pytest.raises(Refusal, match="no one"):
        Template("none", "{{ raise_exception('no one') }}</s>").check()


def test_the_date_is_a_fixed_one_or_todays():
    fixed = Template("dated", DATED, bos="<s>", date="2026-02-01")
    assert "Today Date: 01 Feb 2026\n" in fixed.prompt([user("Q")])
    today = datetime.now().strftime("%d %b %Y")
    assert today in TEMPLATES["dated"].prompt([user("Q")])
    assert fixed.fingerprint != TEMPLATES["dated"].fingerprint
    with pytest.raises(BadInput, match="no date"):
        Template("dated", DATED, date="tomorrow")


def test_conversations_without_an_answer_and_with_an_open_end():
    chatml = named("chatml")
    assert [piece.trained for piece in chatml.pieces([user("Q")])] == [False]
    assert [piece.trained for piece in chatml.pieces([user("Q"), assistant("A"), user("R")])] == [
        False,
        True,
        False,
    ]
    assert chatml.pieces([]) == ()


def test_images_are_refused():
    with pytest.raises(BadInput, match="images"):
        named("chatml").render([Message("user", "<image> What?", ("bee.png",))])


HOSTILE = {
    "endless": "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
    "recursion": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "swelling": "{% set ns = namespace(x='aa') %}"
    "{% for a in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "laughing": "{% set ns = namespace(x='a') %}"
    "{% for a in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
    "outside": "{{ messages.__class__.__mro__ }}{{ ''.__class__.__base__.__subclasses__() }}",
    "changing": "{% set _ = messages.append(1) %}",
    "undefined": "{{ nothing.there }}",
    "type": "{{ 1 + 'a' }}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_template_costs_an_error_and_no_more(name: str):
    began = time.process_time()
    with pytest.raises(BadInput, match=r"stopped|fails|no template may"):
        Template("hostile", HOSTILE[name]).render([user("Q")])
    assert time.process_time() - began < 5


@pytest.mark.parametrize("source", ["{% for %}", "{{ ", "{% if x %}", "{{ x | nothing }}"])
def test_what_is_no_template_is_refused_when_it_is_made(source: str):
    with pytest.raises(BadInput, match="the template is not valid") as caught:
        Template("broken", source)
    assert re.search(r"template 'broken', line 1", caught.value.where)


def test_fields_go_there_and_back():
    template = Template("x", TWO_ENDS, eos="</s>", special={"pad_token": "<pad>"}, date="2026-01-01")
    assert Template.from_dict(template.as_dict()) == template
    assert hash(template) == hash(Template.from_dict(template.as_dict()))
    with pytest.raises(BadInput, match="not the fields"):
        Template.from_dict({"name": "x", "sauce": ""})
