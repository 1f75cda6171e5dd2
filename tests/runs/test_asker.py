"""What an ask makes of a question, and what it refuses by name."""

from __future__ import annotations

import pytest

from door import door
from tutelage.asking import Sampling
from tutelage.errors import BadInput, CallFailed
from tutelage.records import Reply, user
from tutelage.teachers.scripted import Scripted


async def test_roles_and_abilities_are_named(tmp_path):
    async with door(tmp_path, Scripted(default="yes")) as gateway:
        with pytest.raises(BadInput, match="judge"):
            gateway.at("grade", "item", "judge")
        with pytest.raises(BadInput, match="score a given answer"):
            await gateway.at("grade", "item").score([user("a")], "b", turn="ask")
        assert gateway.at("grade", "item").name == "scripted"
        assert gateway.at("grade", "item").abilities.raw


async def test_each_form_of_asking_makes_its_own_request(tmp_path):
    seen = []

    def answer(request):
        seen.append(request)
        return Reply("done", score=-1.5)

    async with door(tmp_path, Scripted.of(answer, label="s", can=("score",))) as gateway:
        ask = gateway.at("grade", "item")
        await ask([user("a")], turn="one", sampling=Sampling(temperature=0.2))
        await ask.raw("once upon", turn="two")
        assert await ask.score([user("a")], "b", turn="three") == -1.5
        assert await ask.score([user("a")], "b", turn="three") == -1.5  # from the store
    chat, raw, score = seen
    assert (chat.messages, chat.prompt, chat.answer) == ((user("a"),), None, None)
    assert chat.sampling.temperature == 0.2
    assert (raw.messages, raw.prompt) == ((), "once upon")
    assert (score.messages, score.answer) == ((user("a"),), "b")


async def test_a_score_that_is_missing_is_said(tmp_path):
    async with door(tmp_path, Scripted(default="no score", can=("score",))) as gateway:
        with pytest.raises(CallFailed) as caught:
            await gateway.at("grade", "item").score([user("a")], "b", turn="ask")
    assert caught.value.where == "grade/item/ask"
