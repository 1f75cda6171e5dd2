"""Asking models ahead of the ordered decision: who is asked, about what, and what failure costs."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge import answer_in, grades
from toy import Toy, answering, recipe_of
from tutelage.asking import Ask
from tutelage.errors import BadInput
from tutelage.filters.filter import AssessedGate, Chain, Filter, Gate
from tutelage.filters.keywords import Keywords
from tutelage.filters.novelty import Novelty
from tutelage.filters.quality import Quality
from tutelage.recipe.settings import Budget, PaceOptions
from tutelage.records import Example, Reply, Usage, Verdict, user
from tutelage.runs.assessing import Assessor, Judges, check_can_ask, check_judges
from tutelage.runs.preview import preview
from tutelage.runs.replay import verify
from tutelage.runs.stages import check_abilities, execute
from tutelage.store.database import connect_reader
from tutelage.store.reading import kept_examples, totals
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import CallTrouble, Request


class Even(Filter):
    """Keeps what a model calls even."""

    kind: ClassVar[str] = "even"
    memory: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ("chat",)

    def start(self) -> Gate:
        return AssessedGate()

    async def assess(self, example: Example, ask: Ask) -> Verdict:
        reply = await ask([user(example.instruction)], turn="even")
        return Verdict(reply.text == "yes", "odd", detail=ask.name)


class Desk:
    """Answers by the number that is asked about, after a while; notes the places."""

    def __init__(self, rng: random.Random | None = None) -> None:
        self.places: list[tuple[str, str, str]] = []
        self._rng = rng

    def at(self, stage: str, item: str, role: str = "teacher") -> Any:
        self.places.append((stage, item, role))

        class At:
            name = role

            async def __call__(inner, messages: Any, *, turn: str, sampling: Any = None) -> Reply:
                for _ in range(self._rng.randrange(5) if self._rng else 0):
                    await asyncio.sleep(0)
                return Reply("yes" if int(messages[-1].content) % 2 == 0 else "no")

        return At()


ROLES: dict[Any, Any] = {"teacher": Scripted(default="x"), "judge": Scripted(default="y")}


def example(text: str) -> Example:
    return Example.single_turn(text, "an answer", id=f"id-{text}")


async def test_a_chain_without_models_asks_nobody() -> None:
    desk = Desk()
    assert await Assessor([Keywords(), Novelty()], desk, ROLES).assess(example("1")) == {}
    assert desk.places == []


async def test_an_example_that_falls_without_memory_is_not_paid_for() -> None:
    desk = Desk()
    filters = [Keywords(banned=("3",)), Novelty(), Even(), Even()]
    assessor = Assessor(filters, desk, ROLES)
    assert await assessor.assess(example("3")) == {}
    assert desk.places == []
    assert set(await assessor.assess(example("5"))) == {2}  # refused there, so the next one is not asked
    found = await assessor.assess(example("4"))
    assert {place: verdict.keep for place, verdict in found.items()} == {2: True, 3: True}
    assert desk.places == [("filter/even", f"id-{each}", "judge") for each in "544"]
    chain = Chain(filters)
    assert chain.decide(example("4"), found).kept
    assert chain.decide(example("4"), found).rejection().reason == "novelty:too_similar"


async def test_the_teacher_judges_where_nobody_else_does() -> None:
    desk = Desk()
    found = await Assessor([Even()], desk, {"teacher": ROLES["teacher"]}).assess(example("4"))
    assert found[0].detail == "teacher"


@given(st.lists(st.integers(0, 30), min_size=1, max_size=25), st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_the_order_of_answers_decides_nothing(numbers: list[int], seed: int) -> None:
    filters = [Keywords(banned=("7",)), Novelty(threshold=0.99), Even()]

    async def decided(rng: random.Random | None) -> list[bool]:
        assessor, chain = Assessor(filters, Desk(rng), ROLES), Chain(filters)
        rows = [example(str(number)) for number in numbers]
        found = await asyncio.gather(*map(assessor.assess, rows))
        return [chain.decide(row, each).kept for row, each in zip(rows, found, strict=True)]

    kept = asyncio.run(decided(random.Random(seed)))
    assert kept == asyncio.run(decided(None))
    first = {number: place for place, number in reversed(list(enumerate(numbers)))}
    assert kept == [first[n] == place and n % 2 == 0 and str(n) != "7" for place, n in enumerate(numbers)]


def test_a_model_that_cannot_do_it_is_refused_by_name() -> None:
    class Scores(Even):
        kind = "scores"
        needs = ("chat", "score")

    with pytest.raises(BadInput, match="the filter 'scores' needs a judge that can do 'score'"):
        check_judges([Scores()], ROLES)
    able = {"teacher": ROLES["teacher"], "judge": Scripted(default="y", can=("score",))}
    check_judges([Scores()], able)
    with pytest.raises(BadInput, match="'scores'"):
        check_abilities(recipe_of(filters=(Scores(),)))


def test_files_need_a_judge_only_where_a_filter_asks() -> None:
    check_can_ask([Keywords(), Novelty()], None)
    with pytest.raises(BadInput, match="'quality' asks a model") as caught:
        check_can_ask([Keywords(), Quality()], None)
    assert "--judge RECIPE" in caught.value.remedy
    check_can_ask([Quality()], Judges(ROLES))


# --- in a run ----------------------------------------------------------------------------------------


def judging(request: Request) -> Reply:
    """Grades by the answer's first letters after 'It is known to be': red is excellent, blue is poor."""
    answer = answer_in(request.messages[0].content)
    score = {"red": 5, "blue": 1}.get(answer.removeprefix("It is known to be ").split()[0].strip("."), 4)
    return Reply(grades(score), usage=Usage(50, 20))


def judged_recipe(judge: Any = judging, **rest: Any) -> Any:
    fields: dict[str, Any] = {"filters": (Keywords(banned=("name3",)), Quality()), "target": 12, **rest}
    return recipe_of(judge=Scripted.of(judge, label="judge"), **fields)


async def test_a_run_keeps_what_the_judge_keeps_and_a_replay_gives_the_same_bytes(tmp_path: Path) -> None:
    recipe = judged_recipe()
    result = await execute(recipe, tmp_path)
    assert result.accepted == 12
    assert result.rejected["quality:below_bar"] > 0
    assert all("be blue" not in each.output for each in kept_examples(tmp_path))
    assert await verify(tmp_path, recipe) == []
    again = await execute(recipe, tmp_path)
    assert (again.sent, again.accepted) == (0, 12)


async def test_concurrency_changes_nothing(tmp_path: Path) -> None:
    ids = []
    for lanes in (1, 7, 64):
        recipe = judged_recipe(pace=PaceOptions(concurrency=lanes))
        await execute(recipe, tmp_path / str(lanes))
        ids.append([each.id for each in kept_examples(tmp_path / str(lanes))])
    assert ids[0] == ids[1] == ids[2]


async def test_the_judge_is_asked_at_its_own_place_and_not_about_what_falls_before(tmp_path: Path) -> None:
    await execute(judged_recipe(), tmp_path)
    reader = connect_reader(tmp_path / "run.db")
    asked = reader.execute("SELECT place, role FROM calls WHERE place LIKE 'filter/%'").fetchall()
    refused = dict(reader.execute("SELECT example, reason FROM rejections").fetchall())
    reader.close()
    assert asked
    assert {role for _, role in asked} == {"judge"}
    judged = {place.split("/")[2] for place, _ in asked}
    banned = {name for name, reason in refused.items() if reason == "keywords:banned"}
    assert banned
    assert not judged & banned


async def test_a_judge_that_fails_costs_the_example_and_is_counted(tmp_path: Path) -> None:
    def failing(request: Request) -> Reply:
        if "name1." in request.messages[0].content:
            raise CallTrouble("bad_request", "this I will not read")
        return judging(request)

    recipe = judged_recipe(failing)
    result = await execute(recipe, tmp_path)
    assert result.rejected["quality:not_judged"] == 1
    assert result.accepted == 12
    reader = connect_reader(tmp_path / "run.db")
    (detail,) = reader.execute("SELECT detail FROM rejections WHERE reason = 'quality:not_judged'").fetchone()
    reader.close()
    assert "this I will not read" in detail
    assert await verify(tmp_path, recipe) == []


async def test_a_budget_that_ends_amid_judging_goes_on_later(tmp_path: Path) -> None:
    short = await execute(judged_recipe(budget=Budget(calls=20)), tmp_path)
    assert short.state == "short"
    paid = totals(tmp_path)["sent"]
    assert paid <= 20
    whole = await execute(judged_recipe(), tmp_path)
    assert (whole.state, whole.replayed) == ("finished", paid)
    await execute(judged_recipe(), tmp_path / "at-once")
    assert [each.id for each in kept_examples(tmp_path)] == [
        each.id for each in kept_examples(tmp_path / "at-once")
    ]


async def test_a_preview_counts_the_judge_with_the_items(tmp_path: Path) -> None:
    recipe = judged_recipe(filters=(Quality(),), target=40)
    seen = await preview(recipe, tmp_path, items=10)
    assert seen.result.sent == 30
    assert seen.forecast is not None
    result = await execute(recipe, tmp_path)
    decided = result.accepted + sum(result.rejected.values())
    assert seen.forecast.calls.low <= 3 * decided <= seen.forecast.calls.high


async def test_every_example_of_an_item_is_judged(tmp_path: Path) -> None:
    class Twice(Toy):
        kind = "twice"

        async def write(self, item: Any, ask: Any) -> Any:
            (one,) = await super().write(item, ask)
            two = Example.single_turn(
                one.instruction, "It is known to be blue.", id=one.id + "b", item=item.id
            )
            return [one, two]

    recipe = replace(judged_recipe(target=5), method=Twice(), teacher=Scripted.of(answering()))
    result = await execute(recipe, tmp_path)
    assert result.accepted == 5
    assert result.rejected["quality:below_bar"] >= 4
    assert all(each.output != "It is known to be blue." for each in kept_examples(tmp_path))
