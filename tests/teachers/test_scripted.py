"""Replies by rule and by function."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tutelage.asking import Sampling
from tutelage.errors import BadInput
from tutelage.records import Reply, assistant, user
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import CallTrouble, Request

RULES = [
    {
        "when": r"capital of (?P<land>\w+)",
        "reply": "It is in {{ land }}, said {{ groups[0] }}, turn {{ turn }}.",
    },
    {"when": "cut", "reply": "half", "finish": "length", "thinking": "so be it"},
    {"when": "法国", "reply": "巴黎"},
]


def ask(text: str, **sampling) -> Request:
    return Request(Sampling(**sampling), (user("first"), assistant("yes"), user(text)))


async def test_the_first_rule_that_matches_the_last_user_message_answers():
    teacher = Scripted(rules=RULES, default="what?")
    assert (await teacher.send(ask("the capital of Peru"))).text == "It is in Peru, said Peru, turn 2."
    cut = await teacher.send(ask("cut"))
    assert (cut.finish, cut.thinking, cut.usage.thinking) == ("length", "so be it", 3)
    assert (await teacher.send(ask("法国的首都"))).text == "巴黎"
    assert (await teacher.send(ask("else"))).text == "what?"
    assert (await teacher.send(Request(Sampling(), prompt="法国"))).text == "巴黎"
    assert teacher.calls == 5


@given(st.text(max_size=30))
async def test_the_same_request_gets_the_same_reply(text):
    replies = [await Scripted(rules=RULES, default="{{ text | length }}").send(ask(text)) for _ in range(2)]
    assert replies[0] == replies[1]


async def test_noise_makes_no_two_answers_alike_not_even_samples():
    teacher = Scripted(default="same", noise=True)
    reply = await teacher.send(ask("x", n=4))
    assert len({reply.text, *reply.others, (await teacher.send(ask("x"))).text}) == 5


async def test_a_function_answers_with_text_reply_or_trouble_at_once_or_later():
    async def later(request: Request) -> Reply:
        if request.messages[-1].content == "bad":
            raise CallTrouble("server", "down")
        return Reply("late", score=-1.5)

    teacher = Scripted.of(later, label="mine", can=["score"])
    reply = await teacher.send(ask("x"))
    assert (reply.text, reply.score, reply.model) == ("late", -1.5, "mine")
    assert (
        await Scripted.of(lambda request: request.messages[-1].content.upper()).send(ask("up"))
    ).text == "UP"
    with pytest.raises(CallTrouble, match="down"):
        await teacher.send(ask("bad"))
    assert teacher.abilities.score


async def test_no_rule_and_no_default_costs_only_that_call():
    with pytest.raises(CallTrouble, match="no rule matches") as caught:
        await Scripted(rules=RULES).send(ask("else"))
    assert caught.value.trouble == "bad_request"


async def test_a_template_cannot_reach_the_machine():
    teacher = Scripted(default="{{ ''.__class__.__mro__ }}")
    with pytest.raises(CallTrouble, match="template is wrong"):
        await teacher.send(ask("x"))


async def test_rules_come_from_a_file_too_and_decide_the_identity(tmp_path):
    file = tmp_path / "rules.yaml"
    file.write_text('- {when: "a", reply: "from file"}\n', encoding="utf-8")
    teacher = Scripted(file=file)
    assert (await teacher.send(ask("a"))).text == "from file"
    assert teacher.identity == Scripted(rules=[{"when": "a", "reply": "from file"}]).identity
    assert teacher.identity != Scripted(rules=RULES).identity


@pytest.mark.parametrize(
    "text", ["just words", "- {when: a}", "- {when: '(', reply: b}", "- {when: a, reply: b, then: c}", "[: :"]
)
async def test_a_wrong_file_is_named_with_its_remedy(tmp_path, text):
    file = tmp_path / "rules.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        await Scripted(file=file).send(ask("a"))
    assert str(file) in caught.value.where
    assert caught.value.remedy


def test_a_wrong_rule_is_refused_at_once():
    with pytest.raises(ValidationError, match="not a regular expression"):
        Scripted(rules=[{"when": "(", "reply": "x"}])
