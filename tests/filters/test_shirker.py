"""Shirkers of every kind are found, true answers stay, and both on real rows with injections."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import ValidationError

from tutelage.filters.injections import KINDS, inject
from tutelage.filters.shirker import Shirker
from tutelage.records import Example, Verdict, assistant, user

QUESTION = (
    "I run a small bakery by the harbour and want to cut the energy used by my two deck ovens. How "
    "should I plan "
    "the baking day, and which investments pay for themselves within three years? Please give specific "
    "examples."
)
GOOD = (
    "Bake in one block: heat both decks at 4:30, load sourdough at 250 °C first, then rolls at 220 °C, "
    "and finish "
    "with meringues on the falling heat, which saves about 18 kWh a day against two starts.\n\n"
    "1. **Door seals** cost €140 a deck and save roughly €210 a year, so they are repaid within nine "
    "months.\n"
    "2. **A steam heat exchanger** at €2,600 preheats proofer water and repays itself in 2.4 years.\n"
    "3. **Stone repair** evens the temperature and cuts each bake by two minutes.\n\n"
    "Log gas and loaves every day; under 0.9 kWh per kilogram of bread you have reached good practice."
)
ZH_QUESTION = (
    "我在海边经营一家小面包店，想降低两台烤炉的能耗。"
    "请详细说明怎样安排一天的烘焙，并举例说明哪些投资三年内能回本。"
)
ZH_GOOD = (
    "把烘焙集中在一个时段：四点半同时预热两层炉，先用250℃烤酸面包，再用220℃烤小餐包，"
    "最后借余温烤蛋白霜，每天比分两次开炉"
    "省电约18度。炉门密封条每层1100元，一年省电费1600元，九个月回本；蒸汽换热器两万元，"
    "用余热加热醒发箱的水，约两年半回本；"
    "修补炉底石板能让温度均匀，每炉缩短两分钟。坚持记录每公斤面包的耗电，低于0.9度就达到良好水平。"
)


def judged(question: str, answer: str, **settings: object) -> Verdict:
    return Shirker(**settings).start().judge(Example.single_turn(question, answer, id="x"))


FOUND = [
    ("I'm sorry, but I can't help with that.", "refusal"),
    ("I would rather not answer this question.", "refusal"),
    ("It depends on your situation. You should consult an expert.", "evasion"),
    ("Bake less.", "too_short"),
    ("That's a great question! There are many factors to consider.", "filler"),
    (
        "There are many things to consider here, and each of them is very important in its own way. It "
        "is always "
        "good to have a plan and to think about what you want. Different people have different needs, "
        "and what "
        "is right for one may not be right for others. In general, it helps to keep an open mind and to try "
        "things. With time and effort, you will find what works best for you and get good results.",
        "empty_words",
    ),
    (QUESTION, "restates"),
    (GOOD[: GOOD.index("repays itself in")], "truncated"),
]
FOUND_ZH = [
    ("很抱歉，我无法回答这个问题。", "refusal"),
    ("这要看具体情况，建议您咨询专业人士。", "evasion"),
    ("少烤点。", "too_short"),
    ("这是一个很好的问题，需要考虑很多因素。", "filler"),
    (f"您问的是：{ZH_QUESTION}", "restates"),
    (ZH_GOOD[: ZH_GOOD.index("用余热") + 5], "truncated"),
]


@pytest.mark.parametrize(("answer", "reason"), FOUND)
def test_a_shirker_is_found_with_its_reason(answer: str, reason: str) -> None:
    verdict = judged(QUESTION, answer)
    assert (verdict.keep, verdict.reason) == (False, reason)
    assert f"score {verdict.score:.3f}, threshold 0.5" in verdict.detail


@pytest.mark.parametrize(("answer", "reason"), FOUND_ZH)
def test_a_chinese_shirker_is_found_with_its_reason(answer: str, reason: str) -> None:
    verdict = judged(ZH_QUESTION, answer)
    assert (verdict.keep, verdict.reason) == (False, reason)


KEPT = [
    (QUESTION, GOOD),
    (ZH_QUESTION, ZH_GOOD),
    ("Classify the sentiment of this review: the bread was stale.", "Negative"),
    ("What is the capital of France?", "Paris."),
    ("Is 17 a prime number?", "Yes"),
    ("Correct the grammar: he go to school every day.", "He goes to school every day."),
    ("Translate into French: good morning", "bonjour"),
    ("判断情感是积极还是消极：服务太差了。", "消极"),
    ("What is 12 * 12?", "144"),
    ("Write a title for an essay about rain.", "The Long Grey Morning"),
]


@pytest.mark.parametrize(("question", "answer"), KEPT)
def test_a_true_answer_is_kept_with_its_score(question: str, answer: str) -> None:
    verdict = judged(question, answer)
    assert verdict.keep
    assert verdict.reason == ""
    assert verdict.score is not None
    assert verdict.score < 0.5


FRAME = (
    "Baking with {0} takes four steps: weigh 800 grams of {0}, rest the mixture overnight at 4 °C, "
    "shape it on a "
    "floured bench before sunrise, and load the oven when the thermometer beside the {0} reads 230 °C "
    "exactly."
)


def test_a_template_is_refused_from_its_second_use_and_only_after_a_kept_one() -> None:
    gate = Shirker().start()
    first = Example.single_turn("Explain how bakers treat rye.", FRAME.format("rye"), id="a")
    second = Example.single_turn("Describe the handling of spelt.", FRAME.format("spelt"), id="b")
    assert gate.judge(first).keep
    assert gate.judge(second).keep  # nothing was kept yet
    gate.remember(first)
    assert gate.judge(second).reason == "template"


def test_the_worst_turn_of_a_conversation_decides() -> None:
    said = (user(QUESTION), assistant("It depends on your situation."), user(QUESTION), assistant(GOOD))
    assert Shirker().start().judge(Example("m", said, QUESTION)).reason == "evasion"
    whole = (user(QUESTION), assistant(GOOD), user("Is rye denser than wheat?"), assistant("Yes."))
    assert Shirker().start().judge(Example("m", whole, "Is rye denser than wheat?")).keep


def test_an_answer_that_reached_the_limit_of_tokens_is_truncated() -> None:
    row = Example.single_turn(QUESTION, GOOD, id="x", finish="length")
    assert (
        Shirker().start().judge(row).score
        > Shirker().start().judge(Example.single_turn(QUESTION, GOOD, id="x")).score
    )


def test_only_the_wanted_kinds_are_looked_for() -> None:
    refusal = "I'm sorry, but I can't help with that."
    assert judged(QUESTION, refusal, kinds=["refusal"]).reason == "refusal"
    assert judged(QUESTION, refusal, kinds=["truncated", "template"]).keep
    assert judged(QUESTION, "It depends on your situation.", kinds=["refusal"]).keep


def test_the_threshold_is_the_users() -> None:
    assert not judged(QUESTION, "It depends on your situation.", threshold=0.3).keep
    assert judged(QUESTION, "It depends on your situation.", threshold=0.9999).keep


def test_another_language_is_said_and_judged_without_lists() -> None:
    verdict = judged(
        "Объясните подробно, почему море поднимается и опускается каждый день.", "Луна притягивает воду."
    )
    assert verdict.keep
    assert "no word lists" in verdict.detail
    assert "no word lists" not in judged(QUESTION, GOOD).detail


def test_a_missing_answer_is_left_to_another_filter() -> None:
    assert judged(QUESTION, "  ").detail == "there is no answer to judge"


def test_bad_settings_are_refused() -> None:
    for settings in ({"threshold": 1.2}, {"kinds": ["lazy"]}, {"kinds": []}, {"language": "fr"}):
        with pytest.raises(ValidationError):
            Shirker(**settings)


@pytest.mark.parametrize(
    "answer", ["\ud800 lone", "a" * 1_000_000, "." * 1_000_000, "( " * 300_000, "\n" * 500_000 + "x"]
)
def test_odd_and_huge_answers_are_judged_in_bounded_time(answer: str) -> None:
    assert 0 <= (judged(QUESTION, answer).score or 0) <= 1


def rows_of(listed: Sequence[dict[str, str]]) -> list[Example]:
    return [
        Example.single_turn(row["instruction"], row["output"], id=str(place), input=row.get("input", ""))
        for place, row in enumerate(listed)
        if row["output"].strip()
    ]


def scores(rows: Sequence[Example], kinds: Sequence[str], seed: int) -> tuple[list[float], list[float]]:
    """Scores of the spoiled and of the true answers, in one stream."""
    spoiled = inject(rows, share=0.2, kinds=kinds, seed=seed)
    gate, bad, good = Shirker().start(), [], []
    for row in spoiled.examples:
        verdict = gate.judge(row)
        if verdict.keep:
            gate.remember(row)
        (bad if row.id in spoiled.kinds else good).append(verdict.score or 0.0)
    return bad, good


def area(bad: Sequence[float], good: Sequence[float]) -> float:
    pairs = [(high > low) + 0.5 * (high == low) for high in bad for low in good]
    return sum(pairs) / len(pairs)


def test_shirkers_among_real_rows_are_told_from_true_answers(shared_data: Path) -> None:
    rows = rows_of(json.loads((shared_data / "skillmix" / "ism_sda_heldout_k2_100.json").read_text("utf-8")))
    gate = Shirker().start()
    lost = 0
    for row in rows:
        keep = gate.judge(row).keep
        lost += not keep
        if keep:
            gate.remember(row)
    assert lost / len(rows) <= 0.02
    bad, good = scores(rows, KINDS, 0)
    assert area(bad, good) >= 0.97
    assert sum(score >= 0.5 for score in good) / len(good) <= 0.02
    assert sum(score >= 0.5 for score in bad) / len(bad) >= 0.7


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_alone_is_told_from_true_answers(kind: str, shared_data: Path) -> None:
    rows = rows_of(json.loads((shared_data / "skillmix" / "ism_sda_heldout_k2_100.json").read_text("utf-8")))
    assert area(*scores(rows[::2], [kind], 1)) >= 0.97


def test_short_true_answers_of_self_instruct_stay(shared_data: Path) -> None:
    text = (shared_data / "self-instruct" / "self_instruct_5k.jsonl").read_text("utf-8")
    rows = rows_of([json.loads(line) for line in text.splitlines()[::10]])
    gate = Shirker().start()
    kept = [gate.judge(row).keep for row in rows]
    assert sum(kept) / len(kept) >= 0.95
