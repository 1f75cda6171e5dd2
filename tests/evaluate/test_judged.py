"""What judged benches share: asked once more where unreadable, one judge, one judgement for each place."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from judge import Judge
from tutelage.errors import BadInput
from tutelage.evaluate.beat_rate import BeatRate
from tutelage.evaluate.bench import Evidence, Judgement, Question
from tutelage.evaluate.judged import against, asker, take
from tutelage.evaluate.verdicts import ordering

QUESTION = Question("q", ("Why is the sky blue?",))


async def asked(judge: Judge) -> Any:
    return await BeatRate().ask_judge(judge, "prompt", "again", lambda reply: ordering(reply.text), turn="t")


async def test_a_readable_reply_is_asked_for_once() -> None:
    judge = Judge(lambda text, turn: "A > B")
    found = await asked(judge)
    assert (found.value, found.raw, found.facts(), judge.turns) == (1.0, "A > B", {}, ["t"])


async def test_an_unreadable_one_is_asked_for_again_in_the_conversation() -> None:
    judge = Judge(lambda text, turn: "B > A" if turn == "t-again" else "Hm")
    found = await asked(judge)
    assert (found.value, found.first, judge.turns) == (0.0, "Hm", ["t", "t-again"])
    assert [message.content for message in judge.asked[1][1]] == ["prompt", "Hm", "again"]


async def test_two_unreadable_ones_have_no_value_and_are_never_a_tie() -> None:
    found = await asked(Judge(lambda text, turn: ""))
    assert (found.value, found.problem) == (None, "no_choice")
    judge = Judge(lambda text, turn: "")
    await asked(judge)
    assert [message.role for message in judge.asked[1][1]] == ["user"]


def test_the_prompt_speaks_the_language_of_the_question() -> None:
    slots = {"question": "x", "first": "y", "second": "z", "reference": ""}
    chinese = Question("q", ("为什么天空是蓝色的？请用一句话解释。",))
    assert "请求" in BeatRate().wording("compare", chinese)(**slots)
    assert "request" in BeatRate().wording("compare", QUESTION)(**slots)
    assert "请求" in BeatRate(language="zh").wording("compare", QUESTION)(**slots)
    own = BeatRate(prompts={"compare": "{{ first }} or {{ second }}?"})
    assert own.wording("compare", QUESTION)(**slots) == "y or z?"
    with pytest.raises(BadInput, match="no step called 'compair'"):
        BeatRate(prompts={"compair": "x"})


def test_without_a_judge_a_baseline_or_questions_nothing_begins() -> None:
    with pytest.raises(BadInput, match="needs a judge"):
        asker(None, "beat-rate")
    with pytest.raises(BadInput, match="no answer to this question"):
        against(None, "beat-rate")
    with pytest.raises(BadInput, match="has no questions"):
        BeatRate().questions()
    with pytest.raises(BadInput, match="no such file"):
        BeatRate(questions_file=str(Path("nowhere.jsonl"))).questions()


def evidence(*judgements: Judgement) -> Evidence:
    return Evidence({"q": QUESTION}, {}, judgements, "base")


def test_several_judges_are_refused_unless_one_is_chosen() -> None:
    two = evidence(Judgement("q", "m", 1.0, judge="a"), Judgement("q", "m", 0.0, judge="b"))
    with pytest.raises(BadInput, match="by 2 judges") as error:
        take(two)
    assert "a (1)" in str(error.value)
    taken = take(two, "b")
    assert ([each.value for each in taken.judgements], taken.judge) == ([0.0], "b")
    with pytest.raises(BadInput, match="no judgement is by 'c'"):
        take(two, "c")


def test_a_call_that_failed_belongs_to_the_judge_that_was_asked() -> None:
    taken = take(evidence(Judgement("q", "m", 1.0, judge="a"), Judgement("q", "n", None, raw="no judgement")))
    assert (taken.judge, len(taken.judgements)) == ("a", 2)


def test_doubles_strangers_and_nan_are_told() -> None:
    taken = take(
        evidence(
            Judgement("q", "m", 1.0),
            Judgement("q", "m", 0.0),
            Judgement("x", "m", 1.0),
            Judgement("q", "n", math.nan),
        )
    )
    assert [(each.model, each.value) for each in taken.judgements] == [("m", 0.0), ("n", None)]
    assert any("1 judgement given twice, 1 of them with another verdict" in note for note in taken.notes)
    same = take(evidence(Judgement("q", "m", 1.0), Judgement("q", "m", 1.0)))
    assert same.notes == ("m: 1 judgement given twice, the same each time; the last counts",)
    assert any("not in this bench" in note for note in taken.notes)
    with pytest.raises(BadInput, match="no judgement to count"):
        take(evidence())
    with pytest.raises(BadInput, match="of a question of this bench"):
        take(evidence(Judgement("x", "m", 1.0)))
