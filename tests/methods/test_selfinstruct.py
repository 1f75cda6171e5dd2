"""Self-Instruct: what requests show, what is compared with what, instances, and runs that go on."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import tutelage
from tutelage import plugins
from tutelage.asking import Sampling
from tutelage.errors import CallFailed
from tutelage.filters.duplicate import Duplicate
from tutelage.methods.method import Materials, State
from tutelage.methods.prompted import Session
from tutelage.methods.selfinstruct import SelfInstruct
from tutelage.novelty import Index
from tutelage.prompts import material, steps
from tutelage.recipe.model import Recipe
from tutelage.records import Example, Item, Rejection, Reply
from tutelage.teachers.scripted import Scripted

MACHINE = (
    "Compose a lullaby for a robot.",
    "List the planets by their size.",
    "Advise a student who cannot sleep.",
)


def accepted(*instructions: str) -> tuple[Example, ...]:
    return tuple(Example.single_turn(each, "x", id=f"id of {each}") for each in instructions)


def planned(
    method: SelfInstruct, round: int = 0, kept: tuple[Example, ...] = (), before: tuple[Item, ...] = ()
) -> Item:
    (item,) = method.plan(round, State(1, 10, Materials(), before, kept))
    return item


async def carried_out(
    method: SelfInstruct, desk: Any, kept: tuple[Example, ...] = ()
) -> list[Example | Rejection]:
    item = planned(method, 0, kept)
    return list(await method.write(item, desk.at("generate", item.id)))


def reasons(found: list[Example | Rejection]) -> list[str]:
    return [each.reason if isinstance(each, Rejection) else each.instruction for each in found]


STEPS = ["answer", "classify", "input_first", "one", "one_system", "output_first", "request"]


def test_it_is_installed_and_both_languages_have_its_steps() -> None:
    assert plugins.load("methods", "selfinstruct") is SelfInstruct
    assert steps("selfinstruct", "en") == steps("selfinstruct", "zh") == STEPS


@pytest.mark.parametrize("language", ["en", "zh"])
def test_its_prompts_say_what_they_are_given(language: Any, desk_of) -> None:
    method = SelfInstruct(language=language)
    session = Session(method, desk_of(str).at("x", "y"), planned(method))
    slots = {"domain": "DOMAIN", "rule": "RULE", "boxed": True}
    for step in ("request", "one_system"):
        assert "DOMAIN" in session.word(step, shown=["SHOWN"], wanted=4, **slots)
    worked = material("selfinstruct", "worked.json", language)
    for step in ("classify", "input_first", "output_first"):
        text = session.word(step, instruction="TASK", wanted=4, worked=worked[step], **slots)
        assert "TASK" in text
        assert ("RULE" in text) is (step != "classify")
        assert worked[step][0]["task"] in text
    assert r"\boxed{}" in session.word("answer", question="Q", **slots)


# --- planning ----------------------------------------------------------------------------------------


def test_a_request_shows_six_seeds_and_two_machine_instructions() -> None:
    method = SelfInstruct(requests=30)
    human = {each.id for each in method.seeds}
    item = planned(method, 3, accepted(*MACHINE))
    assert dict(item.cell) == {"round": "3"}
    places: Counter[int] = Counter()
    for shown in item.payload["requests"]:
        written = [number for number, each in enumerate(shown) if each["id"] not in human]
        assert (len(shown), len(written)) == (8, 2)
        assert len({each["text"] for each in shown}) == 8
        places.update(written)
    assert len(places) == 8, "they are shuffled"


def test_while_there_are_no_machine_instructions_seeds_stand_in_for_them() -> None:
    human = {each.id for each in SelfInstruct().seeds}

    def seeds_shown(item: Item) -> list[int]:
        return [len(human & {each["id"] for each in shown}) for shown in item.payload["requests"]]

    assert seeds_shown(planned(SelfInstruct())) == [8] * 5
    assert seeds_shown(planned(SelfInstruct(), 1, accepted(MACHINE[0]))) == [7] * 5


def test_several_instances_of_one_instruction_are_shown_as_one() -> None:
    kept = (*accepted(*MACHINE[:1] * 3), *accepted(MACHINE[1]))
    item = planned(SelfInstruct(requests=20), 1, kept)
    for shown in item.payload["requests"]:
        assert len({each["text"] for each in shown}) == 8


def test_a_plan_follows_from_its_arguments_alone() -> None:
    method, kept = SelfInstruct(), accepted(*MACHINE)
    first = planned(method, 2, kept)
    planned(method, 5, kept[:1])
    assert planned(method, 2, kept) == first == planned(SelfInstruct(), 2, kept)
    assert planned(method, 3, kept) != first
    assert SelfInstruct(rounds=2).plan(2, State(1, 10, Materials())) == []


def test_a_round_that_was_planned_stays_while_all_it_shows_is_there(tmp_path: Path) -> None:
    path = tmp_path / "seeds.txt"
    lines = [f"{each.instruction}\n" for each in SelfInstruct().seeds]
    path.write_text("".join(lines), encoding="utf-8")
    done = planned(SelfInstruct(seeds_file=path), 1, accepted(*MACHINE))
    path.write_text("Name a famous bridge.\n" + "".join(lines), encoding="utf-8")
    assert planned(SelfInstruct(seeds_file=path), 1, accepted(*MACHINE), (done,)) == done
    assert planned(SelfInstruct(seeds_file=path), 1, accepted(*MACHINE)) != done
    path.write_text("".join(lines[:3]), encoding="utf-8")
    assert planned(SelfInstruct(seeds_file=path), 1, accepted(*MACHINE), (done,)) != done
    assert planned(SelfInstruct(), 1, (), (done,)) != done


# --- new instructions --------------------------------------------------------------------------------


async def test_a_new_task_is_compared_with_seeds_pool_and_its_own_round_before_it_is_paid(desk_of) -> None:
    seed = SelfInstruct().seeds[0].instruction
    lists = {
        "request-1": f"1. {seed}\n2. Explain why bees dance in the hive.\n3. {MACHINE[0]}",
        "request-2": "1. Explain why bees dance in the garden.\n2. Which knot holds a boat best?",
    }
    desk = desk_of(lambda call: lists.get(call.turn, "An answer of some length."))
    method = SelfInstruct(requests=2, instances="plain")
    found = await carried_out(method, desk, accepted(*MACHINE))
    assert reasons(found) == [
        "novelty:too_similar",
        "Explain why bees dance in the hive.",
        "novelty:too_similar",
        "novelty:too_similar",
        "Which knot holds a boat best?",
    ]
    details = [(each.text, each.detail) for each in found if isinstance(each, Rejection)]
    assert [seed in details[0][1], f"id of {MACHINE[0]}" in details[1][1]] == [True, True]
    assert "bees dance in the hive" in details[2][1]
    assert len(desk.calls) == 4, "two lists and two answers"


@pytest.mark.parametrize("chance", range(5))
async def test_the_pool_is_that_of_the_plan_however_it_was_reached(desk_of, chance: int) -> None:
    """An index that grew over rounds, one that was built at once, and one that went astray judge alike."""
    rng = random.Random(chance)
    words = ["river", "stone", "lamp", "garden", "train", "letter"]
    kept = accepted(*dict.fromkeys(f"Explain the {' '.join(rng.sample(words, 4))}." for _ in range(8)))
    new = [f"{n}. Explain the {' '.join(rng.sample(words, 4))}." for n in range(1, 8)]
    said = "\n".join(new)
    results = []
    for history in ([kept], [kept[:2], kept[:5], kept], [kept[3:], kept]):
        method = SelfInstruct(requests=1, instances="plain")
        for before in history:
            item = planned(method, 4, before)
        desk = desk_of(lambda call: said if call.turn == "request-1" else "Because.")
        results.append(await method.write(item, desk.at("generate", item.id)))
    assert results[0] == results[1] == results[2]
    index = Index(0.7)
    for text in [*(each.instruction for each in SelfInstruct().seeds), *(each.instruction for each in kept)]:
        index.add(text, text)
    by_hand = []
    for text in (line.partition(" ")[2] for line in new):
        if index.find(text) is None:
            by_hand.append(text)
            index.add(text, text)
    assert [each.instruction for each in results[0] if isinstance(each, Example)] == by_hand


async def test_a_bad_request_costs_itself_alone(desk_of) -> None:
    def answer(call: Any) -> str:
        if call.turn == "request-1":
            raise CallFailed("the server said no", reason="bad_request", permanent=True)
        lists = {"request-3": "1. Which knot holds a boat best?"}
        return lists.get(call.turn, "" if call.turn.startswith("request") else "A bowline.")

    found = await carried_out(SelfInstruct(requests=3, instances="plain"), desk_of(answer))
    assert reasons(found) == ["call:bad_request", "parse:no_list", "Which knot holds a boat best?"]


# --- instances ---------------------------------------------------------------------------------------


def scripted(lists: str, *, kind: str = "No", instances: str = "") -> Any:
    def answer(call: Any) -> str | Reply:
        step = call.turn.partition("-")[0]
        return {"request": lists, "classify": kind, "instances": instances}[step]

    return answer


async def test_a_task_that_is_no_classification_gets_inputs_with_outputs(desk_of) -> None:
    said = (
        "Example 1\nInput: 2, 5\nOutput: 7\nExample 2\nInput: None\nOutput: 0\nExample 3\nInput: 4\nOutput:"
    )
    desk = desk_of(scripted("1. Add up the numbers of the list.", instances=said))
    found = await carried_out(SelfInstruct(requests=1, instances=5, temperature=0.9), desk)
    first, second, refused = found
    assert (first.instruction, first.input, first.output) == ("Add up the numbers of the list.", "2, 5", "7")
    assert (second.input, second.output) == ("", "0")
    assert dict(first.cell) == {"classification": "no", "round": "0"}
    assert (refused.reason, "Add up" in refused.text) == ("instance:empty_output", True)
    assert len({first.id, second.id}) == 2
    request, classify, instances = desk.calls
    assert [call.sampling.temperature for call in desk.calls] == [0.9, 0.0, 0.0]
    assert "Now write 5 examples" in instances.said
    assert first.lineage["turns"] == [request.turn, classify.turn, instances.turn]
    assert set(first.lineage["prompts"]) == {"request", "classify", "input_first"}


async def test_a_classification_gets_labels_with_inputs_of_which_some_are_drawn(desk_of) -> None:
    said = "\n".join(f"Example {n}\nClass label: label {n}\nInput: text number {n}" for n in range(1, 5))
    labels = set()
    for number in range(12):
        lists = f"1. Say which of the {number} groups this text belongs to."
        desk = desk_of(scripted(lists, kind="Yes.", instances=said))
        example, *left = await carried_out(SelfInstruct(requests=1), desk)
        labels.add(example.output)
        assert example.cell["classification"] == "yes"
        assert example.input == f"text number {example.output[-1]}"
        assert [each.reason for each in left] == ["instance:beyond_number"] * 3
        assert "Now write 3 examples" in desk.calls[-1].said
    assert len(labels) > 1, "not always the first label"


async def test_contradictory_and_copied_instances_go(desk_of) -> None:
    copied = material("selfinstruct", "worked.json", "en")["input_first"][0]["instances"][0]
    pairs = [("a", "1"), ("a", "2"), ("b", "3"), (copied["input"], copied["output"])]
    said = "\n".join(f"Example {n}\nInput: {i}\nOutput: {o}" for n, (i, o) in enumerate(pairs, start=1))
    desk = desk_of(scripted("1. Turn the letter into a number.", instances=said))
    found = await carried_out(SelfInstruct(requests=1, instances=5), desk)
    assert [each.output for each in found if isinstance(each, Example)] == ["3"]
    assert Counter(each.reason for each in found if isinstance(each, Rejection)) == {
        "instance:contradictory": 2,
        "instance:copied_example": 1,
    }


async def test_an_instruction_whose_kind_or_instances_cannot_be_read_costs_itself(desk_of) -> None:
    vague = desk_of(scripted("1. Turn the letter into a number.", kind="Maybe."))
    assert reasons(await carried_out(SelfInstruct(requests=1), vague)) == ["parse:no_choice"]
    bare = desk_of(scripted("1. Turn the letter into a number.", instances="It is 4."))
    assert reasons(await carried_out(SelfInstruct(requests=1), bare)) == ["parse:no_output"]
    assert [call.turn.rpartition("-")[2] for call in bare.calls][-1] == "2", "it was asked for again"


async def test_chinese_tasks_from_request_to_instance(desk_of) -> None:
    def answer(call: Any) -> str:
        step = call.turn.partition("-")[0]
        if step == "request":
            return "1. 判断这条短信是不是诈骗短信。\n2. 《西游记》里谁最会变化？\n3. 如图所示，求面积。"
        if step == "classify":
            return "是" if "诈骗" in call.said.rpartition("任务：")[2] else "不是。"
        if "类别" in call.said:
            return "示例 1\n类别：诈骗\n输入：您已中奖，请先交税。\n示例 2\n类别：正常\n输入：妈，我到了。"
        return "示例 1\n输入：无\n输出：孙悟空会七十二变。"

    method = SelfInstruct(language="zh", requests=1, instances=2)
    found = await carried_out(method, desk_of(answer))
    made = [(each.input, each.output) for each in found if isinstance(each, Example)]
    assert made == [("您已中奖，请先交税。", "诈骗"), ("妈，我到了。", "正常"), ("", "孙悟空会七十二变。")]
    assert [each.reason for each in found if isinstance(each, Rejection)] == ["instruction:beyond_text"]


async def test_greedy_steps_say_so_even_where_the_recipe_says_nothing(desk_of) -> None:
    desk = desk_of(scripted("1. Turn the letter into a number.", instances="Input: a\nOutput: 1"))
    await carried_out(SelfInstruct(requests=1), desk)
    assert [call.sampling for call in desk.calls] == [Sampling(), *[Sampling(temperature=0.0)] * 2]


# --- whole runs --------------------------------------------------------------------------------------


def answering(request: Any) -> str:
    """A teacher whose tasks depend on what it is shown, so that a wrong pool would change the run."""
    said = request.messages[0].content
    rng = random.Random(said)
    words = ["river", "stone", "lamp", "garden", "train", "letter", "winter", "market"]
    if "new tasks of different kinds" in said:
        verbs = ("Explain", "Rank", "Sort", "Compare")
        return "\n".join(
            f"{n}. {rng.choice(verbs)} the {' '.join(rng.sample(words, 5))}." for n in range(1, 5)
        )
    if "classification task, that is" in said:
        return rng.choice(["Yes", "No"])
    labels = ("Class label", "Input") if "class labels first" in said else ("Output", "Input")
    return "\n".join(f"Example {n}\n{labels[1]}: text {n}\n{labels[0]}: value {n}" for n in range(1, 4))


def recipe_of(target: int) -> Recipe:
    return Recipe(
        name="selfinstruct",
        teacher=Scripted.of(answering, label="answering"),
        method=SelfInstruct(requests=2, per_call=4, instances=2),
        filters=(Duplicate(on="row"),),
        target=target,
    )


def test_a_run_in_steps_is_the_run_at_once_and_nothing_in_it_is_too_similar(tmp_path: Path) -> None:
    once = tutelage.run(recipe_of(60), out=tmp_path / "once")
    for target in (7, 23, 60):
        steps = tutelage.run(recipe_of(target), out=tmp_path / "steps")
        assert steps.accepted == target
    rows = list(tutelage.read_examples(once.out))
    assert rows == list(tutelage.read_examples(steps.out))
    assert {row.cell["round"] for row in rows} > {"0", "1", "2"}
    index = Index(0.7)
    for seed in SelfInstruct().seeds:
        index.add(seed.id, seed.instruction)
    for text in dict.fromkeys(row.instruction for row in rows):
        assert index.find(text) is None
        index.add(text, text)
    assert once.rejected["novelty:too_similar"] > 0
