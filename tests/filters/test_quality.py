"""The judge's rubric: two judgings, a bar, disagreement counted, and nothing kept that was not judged."""

from __future__ import annotations

from typing import Any

import pytest

from judge import CRITERIA, Judge, answer_in, grades
from tutelage.asking import Abilities
from tutelage.errors import BadInput
from tutelage.filters.filter import Chain
from tutelage.filters.quality import Quality
from tutelage.records import Example, Message, Verdict, assistant, user

ROW = Example.single_turn("Why is the sky blue?", "Air scatters blue light most.", id="x")


async def verdict(reply: Any, example: Example = ROW, **settings: Any) -> Verdict:
    said = await Quality(**settings).assess(example, Judge(reply))
    gate = Quality(**settings).start()
    gate.learn(said)
    return gate.judge(example)


def by_judging(*scores: float) -> Any:
    return lambda text, turn: grades(scores[int(turn.split("-")[1]) - 1], f"said in {turn}")


async def test_an_example_over_the_bar_is_kept_with_its_score_and_reasons() -> None:
    found = await verdict(by_judging(4, 5))
    assert (found.keep, found.reason, found.score) == (True, "", 4.5)
    assert "4.00 (correct 4, complete 4" in found.detail
    assert "said in judging-1" in found.detail
    assert "said in judging-2" in found.detail


async def test_the_bar_and_the_floor() -> None:
    assert (await verdict(by_judging(3.5, 3.5))).keep
    low = await verdict(by_judging(3.4, 3.4))
    assert (low.keep, low.reason, low.score) == (False, "below_bar", 3.4)
    weak = await verdict(lambda text, turn: grades(5, correct=1))
    assert (weak.keep, weak.reason, weak.score) == (False, "below_floor", 4.2)
    assert weak.detail.startswith("weak: correct")
    assert (await verdict(lambda text, turn: grades(5, correct=1), floor=1)).keep
    assert (await verdict(by_judging(8, 8), scale=10, bar=8)).keep


@pytest.mark.parametrize(
    ("rule", "kept", "reason", "score"),
    [
        ("lower", False, "below_bar", 3.0),
        ("reject", False, "disagreed", 4.0),
        ("average", True, "disagreed", 4.0),
    ],
)
async def test_disagreement_is_told_and_decided_as_set(
    rule: str, kept: bool, reason: str, score: float
) -> None:
    found = await verdict(by_judging(5, 3), disagreement=rule)
    assert (found.keep, found.reason, found.score) == (kept, reason, score)
    assert "the judgings disagree" in found.detail


async def test_what_lies_within_the_tolerance_is_no_disagreement() -> None:
    found = await verdict(by_judging(3, 4))
    assert (found.keep, found.reason, found.score) == (True, "", 3.5)
    kept = await verdict(by_judging(4, 5), tolerance=0.5)
    assert (kept.keep, kept.reason, kept.score) == (True, "disagreed", 4.0)


async def test_an_unreadable_reply_is_asked_for_once_more() -> None:
    judge = Judge(lambda text, turn: grades(4) if turn.endswith("-2-2") or turn == "judging-1" else "Fine!")
    assert (await Quality().assess(ROW, judge)).keep
    assert judge.turns == ["judging-1", "judging-2", "judging-2-2"]
    _, talk, _ = judge.asked[-1]
    assert [message.role for message in talk] == ["user", "assistant", "user"]
    assert "no number from 1 to 5 for: correct" in talk[-1].content


async def test_what_stays_unreadable_is_refused_with_what_was_said() -> None:
    judge = Judge(lambda text, turn: "Fine!")
    found = await Quality().assess(ROW, judge)
    assert (found.keep, found.reason) == (False, "unreadable")
    assert "the judge wrote 'Fine!'" in found.detail
    assert judge.turns == ["judging-1", "judging-1-2"]  # the second judging is not paid for any more


async def test_what_no_model_was_asked_about_is_refused() -> None:
    decision = Chain([Quality()]).decide(ROW)
    assert decision.rejection().reason == "quality:not_judged"


async def test_a_gate_holds_an_assessment_for_one_example_only() -> None:
    gate = Quality().start()
    gate.learn(Verdict(True))
    assert gate.judge(ROW).keep
    assert gate.judge(ROW).reason == "not_judged"


async def test_the_rubric_speaks_the_language_of_the_question() -> None:
    row = Example.single_turn("天空为什么是蓝色的？", "因为空气散射蓝光。", id="zh")
    for example, settings, chinese in (
        (ROW, {}, False),
        (row, {}, True),
        (row, {"language": "en"}, False),
        (ROW, {"language": "zh"}, True),
    ):
        judge = Judge(by_judging(4, 4))
        await Quality(**settings).assess(example, judge)
        said = [messages[0].content for _, messages, _ in judge.asked]
        assert [("打分" in text or "请" in text) for text in said] == [chinese, chinese]
        assert [answer_in(text) for text in said] == [example.output] * 2


async def test_a_conversation_is_shown_as_a_whole_and_images_need_eyes() -> None:
    talk = Example("t", (user("Hi"), assistant("Hello"), user("And in winter?"), assistant("Cold.")), "…")
    judge = Judge(by_judging(4, 4))
    await Quality().assess(talk, judge)
    text = judge.asked[0][1][0].content
    assert "user: Hi\n\nassistant: Hello\n\nuser: And in winter?" in text
    assert answer_in(text) == "Cold."
    seen = Example("i", (Message("user", "What is it?", ("a.png",)), assistant("A cat.")), "What is it?")
    blind = await Quality().assess(seen, Judge(by_judging(4, 4)))
    assert (blind.keep, blind.reason) == (False, "not_judged")
    judge = Judge(by_judging(4, 4), Abilities(images=True))
    assert (await Quality().assess(seen, judge)).keep
    assert judge.asked[0][1][0].images == ("a.png",)


@pytest.mark.parametrize(
    ("structured", "able"), [("auto", True), ("auto", False), ("on", False), ("off", True)]
)
async def test_replies_are_held_to_a_schema_where_the_judge_can(structured: str, able: bool) -> None:
    judge = Judge(by_judging(4, 4), Abilities(schema=able))
    await Quality(structured=structured).assess(ROW, judge)
    sampling = judge.asked[0][2]
    assert (sampling.schema is not None) == (structured == "on" or (structured == "auto" and able))
    assert (sampling.temperature, sampling.max_tokens) == (0.0, 400)


async def test_own_wording_takes_the_place_of_the_shipped_one() -> None:
    judge = Judge(by_judging(4, 4))
    await Quality(prompts={"first": "Rate {{ answer }} by {{ criteria[0].name }}"}).assess(ROW, judge)
    assert judge.asked[0][1][0].content == "Rate Air scatters blue light most. by correct"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"bar": 7}, ["bar is 7", "from 1 to 5"]),
        ({"floor": 0}, ["floor is 0"]),
        ({"bar": 11, "scale": 10}, ["bar is 11", "from 1 to 10"]),
        ({"criteria": ("claer",)}, ["did you mean 'clear'"]),
        ({"prompts": {"frist": "x"}}, ["did you mean 'first'"]),
        ({"prompts": {"first": "{{ x"}}, ["not a valid template"]),
    ],
)
def test_wrong_settings_are_refused_in_words(settings: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        Quality(**settings)
    assert all(word in str(caught.value) for word in words)


def test_the_shipped_criteria_are_the_default() -> None:
    assert Quality().criteria == CRITERIA
