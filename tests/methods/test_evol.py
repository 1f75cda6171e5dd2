"""Evol-Instruct: generations, operators, eliminations."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args

import pytest

from tutelage import prompts
from tutelage.errors import BadInput
from tutelage.filters.duplicate import Duplicate
from tutelage.filters.novelty import Novelty
from tutelage.methods.elimination import fault_of_instruction
from tutelage.methods.evol import Evol, Operator
from tutelage.methods.method import Materials, State
from tutelage.methods.seeding.seeds import Seed
from tutelage.prompts import material
from tutelage.recipe.model import Recipe
from tutelage.records import Example, Item, Rejection, Reply, digest
from tutelage.runs.stages import execute
from tutelage.store.reading import kept_examples
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import Request

OPERATORS = get_args(Operator)
SEEDS = tuple(Seed(f"Tell me about {name}.") for name in ("bees", "tides", "bridges", "salt"))
CHILD = "Explain to a sailor why the tides are higher at new moon, in three sentences."
FILE = Path("seeds.txt")  # never opened by a plan


def state(seeds: Sequence[Seed] = SEEDS, **rest: Any) -> State:
    return State(7, 10, Materials(tuple(seeds)), **rest)


def child_of(item: Item, question: str = "") -> Example:
    lineage = {name: item.payload[name] for name in ("parent", "seed")}
    text = question or f"{item.payload['instruction']} And say why ({item.cell['operator']})."
    return Example.single_turn(text, "Because.", id=f"child-{item.id}", cell=item.cell, lineage=lineage)


def parents(items: Sequence[Item]) -> list[str]:
    return [item.payload["instruction"] for item in items]


def one_item(operator: str = "deepen", question: str = "What are tides?") -> Item:
    payload = {"operator": operator, "parent": "p", "instruction": question, "seed": "s"}
    return Item.make("evol", {"operator": operator, "round": "0"}, payload)


async def written(desk: Any, operator: str = "deepen", **settings: Any) -> Example | Rejection:
    item = one_item(operator)
    method = Evol(seeds_file=FILE, **settings)
    (result,) = await method.write(item, desk.at("generate", item.id))
    return result


def answering(
    rewritten: str = CHILD, judged: str = "DIFFERENT", answer: str = "The sun and the moon pull together."
) -> Any:
    def answer_of(call: Any) -> str:
        return {"rewrite": rewritten, "judge": judged, "answer": answer}[call.turn.split("-")[0]]

    return answer_of


# --- wording --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_operator_has_its_prompt_and_its_example(language: str) -> None:
    assert prompts.steps("evol", language) == sorted([*OPERATORS, "judge"])
    shown = material("evol", "worked_examples.json", language)
    assert set(shown) == set(OPERATORS)
    pairs = [pair for each in shown.values() for pair in each]
    assert len(pairs) == 3 * len(OPERATORS)
    for operator, each in shown.items():
        for pair in each:
            fault = fault_of_instruction(
                pair["after"], pair["before"], prompt="", shown=(), most_added=90, stays=operator != "broaden"
            )
            assert fault is None, "what we show would pass"
    for operator in OPERATORS:
        text = prompts.load("evol", operator, language).render(instruction="XYZ", domain="cooking", words=20)
        assert text.endswith("XYZ")
        assert ("20" in text) == (operator not in ("broaden", "complicate"))
        assert ("cooking" in text) == (operator == "broaden")
    judge = prompts.load("evol", "judge", language).render(before="AAA", after="BBB")
    assert judge.index("AAA") < judge.index("BBB")


# --- planning -------------------------------------------------------------------------------------------


def test_the_first_generation_evolves_the_seeds() -> None:
    items = list(Evol(seeds_file=FILE).plan(0, state()))
    assert parents(items) == [each.question for each in SEEDS]
    assert {item.cell["round"] for item in items} == {"0"}
    json.dumps([dict(item.payload) for item in items])


def test_a_later_generation_evolves_children_and_tries_the_childless_again_with_another_operator() -> None:
    method = Evol(seeds_file=FILE)
    first = list(method.plan(0, state()))
    children = [child_of(first[1]), child_of(first[3])]
    second = list(method.plan(1, state(accepted=children)))
    assert parents(second) == [
        SEEDS[0].question,
        SEEDS[2].question,
        *(each.instruction for each in children),
    ]
    before = {item.payload["parent"]: item.cell["operator"] for item in first}
    again = {item.payload["parent"]: item.cell["operator"] for item in second[:2]}
    assert all(before[parent] != operator for parent, operator in again.items())
    assert [item.payload["seed"] for item in second[2:]] == [SEEDS[1].id, SEEDS[3].id]
    assert {item.cell["round"] for item in second} == {"1"}


def test_a_parent_meets_every_operator_before_one_comes_twice() -> None:
    method = Evol(seeds_file=FILE, rounds=7)
    met = [next(iter(method.plan(round, state(SEEDS[:1])))).cell["operator"] for round in range(7)]
    assert sorted(met[:6]) == sorted(OPERATORS)
    assert met[6] in OPERATORS


def test_operators_are_used_evenly_in_a_generation() -> None:
    seeds = [Seed(f"Tell me about number {n}.") for n in range(20)]
    for round in range(3):
        items = list(Evol(seeds_file=FILE).plan(round, state(seeds)))
        used = Counter(item.cell["operator"] for item in items)
        assert max(used.values()) - min(used.values()) <= (1 if round == 0 else 3)


def test_a_plan_that_was_cut_short_goes_on_as_if_it_had_not_been() -> None:
    for method in (Evol(seeds_file=FILE), Evol(seeds_file=FILE, per_round=3)):
        whole = list(method.plan(0, state()))
        for length in range(len(whole)):
            assert list(method.plan(0, state(planned=whole[:length]))) == whole


def test_without_retry_only_children_go_on_and_a_barren_generation_is_the_last() -> None:
    method = Evol(seeds_file=FILE, retry=False)
    first = list(method.plan(0, state()))
    assert parents(list(method.plan(1, state(accepted=[child_of(first[2])])))) == [
        child_of(first[2]).instruction
    ]
    assert list(method.plan(1, state())) == []


def test_generations_end() -> None:
    assert list(Evol(seeds_file=FILE, rounds=2).plan(2, state())) == []


def test_a_generation_may_be_bounded() -> None:
    method = Evol(seeds_file=FILE, per_round=2)
    items = list(method.plan(0, state()))
    assert len(items) == 2
    assert items == list(method.plan(0, state(tuple(reversed(SEEDS))))), "drawn by name, not by place"
    later = list(method.plan(1, state(accepted=[child_of(each) for each in items])))
    assert len(later) == 2


def test_an_added_seed_moves_nothing_that_was_planned() -> None:
    method = Evol(seeds_file=FILE)
    before = list(method.plan(0, state()))
    more = (Seed("Tell me about moss."), *SEEDS)
    after = list(method.plan(0, state(more, planned=before)))
    assert after[: len(before)] == before
    assert parents(after[len(before) :]) == ["Tell me about moss."]


def test_what_no_longer_holds_is_planned_anew() -> None:
    method = Evol(seeds_file=FILE)
    first = list(method.plan(0, state()))
    old = list(method.plan(1, state(accepted=[child_of(first[0], "An old text?")])))
    new = list(method.plan(1, state(accepted=[child_of(first[0], "A new text?")], planned=old)))
    assert "An old text?" not in parents(new)
    assert "A new text?" in parents(new)
    narrowed = Evol(seeds_file=FILE, operators=("broaden",))
    assert {item.cell["operator"] for item in narrowed.plan(0, state(planned=first))} == {"broaden"}
    assert next(iter(narrowed.plan(0, state(SEEDS[:1], planned=first)))).payload["seed"] == SEEDS[0].id


def test_a_plan_is_a_function_of_what_it_is_given() -> None:
    method = Evol(seeds_file=FILE)
    accepted = [child_of(each) for each in method.plan(0, state())]
    assert list(method.plan(1, state(accepted=accepted))) == list(method.plan(1, state(accepted=accepted)))
    other = State(8, 10, Materials(SEEDS))
    assert [i.cell for i in method.plan(0, other)] != [i.cell for i in method.plan(0, state())]


# --- writing --------------------------------------------------------------------------------------------


async def test_an_evolution_that_succeeds(desk_of: Callable[..., Any]) -> None:
    desk = desk_of(answering())
    example = await written(desk)
    assert isinstance(example, Example)
    assert (example.instruction, example.output) == (CHILD, "The sun and the moon pull together.")
    assert [call.turn for call in desk.calls] == ["rewrite", "judge", "answer"]
    assert example.lineage["parent_instruction"] == "What are tides?"
    assert (example.lineage["parent"], example.lineage["seed"]) == ("p", "s")
    assert dict(example.cell) == {"operator": "deepen", "round": "0"}
    assert desk.calls[2].said == CHILD
    assert desk.calls[1].sampling.temperature == 0.0


async def test_the_operator_is_shown_at_work_or_not(desk_of: Callable[..., Any]) -> None:
    desk = desk_of(answering())
    await written(desk, judge=False)
    await written(desk, judge=False, worked_examples=0)
    await written(desk, judge=False, worked_examples=3)
    shown, bare, thrice = desk.calls[0], desk.calls[2], desk.calls[4]
    assert len(thrice.messages) == 7
    assert [each.role for each in shown.messages] == ["user", "assistant", "user"]
    assert len(bare.messages) == 1
    assert shown.said == bare.said


@pytest.mark.parametrize(
    ("said", "code", "calls"),
    [
        ({"rewritten": "What are tides??"}, "copied_parent", 1),
        ({"rewritten": "The rewritten prompt asks what tides are at night."}, "leaked_prompt", 1),
        (
            {"rewritten": "What is a rainbow, and why do its colors always appear in the same order?"},
            "copied_example",
            1,
        ),
        ({"rewritten": "What are tides? " + "Tell me more of it. " * 40}, "grown", 1),
        ({"judged": "SAME"}, "nothing_new", 2),
        ({"judged": "They are the same."}, "nothing_new", 2),
        ({"answer": "I'm sorry, I cannot say."}, "apology", 3),
        ({"answer": "It is the."}, "stop_words", 3),
        ({"answer": "  "}, "stop_words", 3),
    ],
)
async def test_what_is_eliminated(
    desk_of: Callable[..., Any], said: dict[str, str], code: str, calls: int
) -> None:
    desk = desk_of(answering(**said))
    refused = await written(desk)
    assert isinstance(refused, Rejection)
    assert refused.reason == f"eliminate:{code}"
    assert len(desk.calls) == calls
    assert said.get("rewritten", CHILD).strip() in refused.text


@pytest.mark.parametrize("judged", ["DIFFERENT", "not the same", "Hm, hard to tell."])
async def test_only_a_clear_verdict_condemns(desk_of: Callable[..., Any], judged: str) -> None:
    assert isinstance(await written(desk_of(answering(judged=judged))), Example)


async def test_an_answer_that_was_cut_off_is_asked_for_again_shorter(desk_of: Callable[..., Any]) -> None:
    def answer_of(call: Any) -> Any:
        return Reply("The moon and", "length") if call.turn == "answer" else answering()(call)

    desk = desk_of(answer_of)
    example = await written(desk, judge=False)
    assert isinstance(example, Example)
    assert (example.output, example.finish) == ("The sun and the moon pull together.", "stop")
    assert [call.turn for call in desk.calls] == ["rewrite", "answer", "answer-shorter"]


async def test_data_may_take_room(desk_of: Callable[..., Any]) -> None:
    long = "Which of these tides is highest? " + " ".join(f"harbour{n}: {n} m," for n in range(60))
    assert isinstance(await written(desk_of(answering(long)), "complicate"), Example)
    assert isinstance(await written(desk_of(answering(long)), "deepen"), Rejection)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(""), "parse:empty_instruction"),
        (Reply("Explain to a", "length"), "parse:cut_off"),
        (Reply("Explain tides to a sailor.\n\nAnswer: The moon pulls."), "parse:it_holds_an_answer"),
    ],
)
async def test_a_reply_that_is_no_instruction_is_asked_for_again(
    desk_of: Callable[..., Any], reply: Reply, code: str
) -> None:
    desk = desk_of(lambda call: reply)
    refused = await written(desk)
    assert isinstance(refused, Rejection)
    assert (refused.reason, refused.text) == (code, reply.text)
    assert [call.turn for call in desk.calls] == ["rewrite", "rewrite-2"]


@pytest.mark.parametrize(
    "said", [f"New request: {CHILD}", f'"{CHILD}"', f"**New request**\n{CHILD}", f"```\n{CHILD}\n```"]
)
async def test_a_wrapped_instruction_is_unwrapped(desk_of: Callable[..., Any], said: str) -> None:
    example = await written(desk_of(answering(said)))
    assert isinstance(example, Example)
    assert example.instruction == CHILD


async def test_it_evolves_chinese(desk_of: Callable[..., Any]) -> None:
    item = one_item(question="什么是潮汐？")
    method = Evol(seeds_file=FILE, language="zh")
    desk = desk_of(
        answering("新的请求：什么是潮汐？为什么新月时潮水涨得更高？", "不同", "太阳和月亮的引力叠加在一起。")
    )
    (example,) = await method.write(item, desk.at("generate", item.id))
    assert isinstance(example, Example)
    assert example.instruction == "什么是潮汐？为什么新月时潮水涨得更高？"
    assert "40 个字" in desk.calls[0].said
    for said, code in (
        (answering("什么是潮汐"), "copied_parent"),
        (answering("什么是潮汐？为什么新月时更高？", "相同"), "nothing_new"),
        (answering("什么是潮汐？不要回答它，只写出新的请求。"), "leaked_prompt"),
        (answering("什么是潮汐？为什么新月时更高？", "不相同", "抱歉，我无法回答。"), "apology"),
    ):
        desk = desk_of(said)
        (refused,) = await method.write(item, desk.at("generate", item.id))
        assert isinstance(refused, Rejection)
        assert refused.reason == f"eliminate:{code}"


# --- settings and whole runs ----------------------------------------------------------------------------


def test_without_seeds_there_is_nothing_to_evolve(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nothing to evolve"):
        Evol()
    with pytest.raises(BadInput, match="did you mean 'arithmetic'"):
        Evol(preset="arithmetics")
    empty = tmp_path / "empty.txt"
    empty.write_text("\n", "utf-8")
    with pytest.raises(BadInput):
        Evol(seeds_file=empty)


async def test_a_preset_brings_seeds_and_domain(desk_of: Callable[..., Any], tmp_path: Path) -> None:
    desk = desk_of(answering())
    method = Evol(preset="medical")
    materials = await method.prepare(desk, 0)
    assert len(materials.content) >= 3
    assert materials.licences == ("Apache-2.0",)
    written_beside = tmp_path / "seeds.jsonl"
    written_beside.write_text(materials.files["seeds.jsonl"], "utf-8")
    fed_back = await Evol(seeds_file=written_beside).prepare(desk, 0)
    assert fed_back.content == materials.content
    item = one_item("broaden")
    await method.write(item, desk.at("generate", item.id))
    assert "health information" in desk.calls[0].said


def teacher() -> Scripted:
    def answer(request: Request) -> str:
        said = request.messages[-1].content
        if said.startswith("Here are two requests."):
            return "DIFFERENT"
        if "new request" in said:
            asked = said.rpartition("\n\n")[2]
            if "salt" in asked and "deeper" not in said:
                return asked  # salt is eliminated until it is deepened
            facts = " and ".join(digest(asked, number)[:6] for number in range(6))
            return f"{asked.partition('.')[0]}. Give {facts} too."
        return f"An answer of {len(said)} characters."

    return Scripted.of(answer)


async def test_generations_grow_in_a_whole_run(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds.txt"
    seeds.write_text("\n".join(each.instruction for each in SEEDS), "utf-8")
    method = Evol(seeds_file=seeds, operators=("constrain", "deepen"), rounds=3)
    recipe = Recipe(
        name="e",
        teacher=teacher(),
        method=method,
        filters=(Duplicate(), Novelty(scope="round", threshold=0.95)),
        target=9,
    )
    result = await execute(recipe, tmp_path / "run")
    kept = list(kept_examples(tmp_path / "run"))
    assert result.accepted == len(kept) == 9
    assert [each.cell["round"] for each in kept] == sorted(each.cell["round"] for each in kept)
    known = {each.id: each for each in kept}
    for each in kept:
        if each.cell["round"] != "0" and each.lineage["parent"] in known:
            mother = known[each.lineage["parent"]]
            assert int(mother.cell["round"]) < int(each.cell["round"])
            assert each.lineage["parent_instruction"] == mother.instruction
    assert set(result.rejected) == {"eliminate:copied_parent"}
    assert {each.cell["operator"] for each in kept if "salt" in each.instruction} == {"deepen"}
    assert (await execute(recipe, tmp_path / "run")).sent == 0
