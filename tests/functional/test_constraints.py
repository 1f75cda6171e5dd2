"""Constraints through a whole run: rows that keep to them, refusals by kind, a replay of the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from toy import Toy, recipe_of
from tutelage.constraints import Constraint, ConstraintSettings
from tutelage.errors import BadInput
from tutelage.filters.language import Language
from tutelage.methods.method import State
from tutelage.records import Example, Item, Reply
from tutelage.runs.replay import verify
from tutelage.runs.stages import check_abilities, execute
from tutelage.store.reading import kept_examples, rejections
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import Request

SETTINGS = ConstraintSettings(count=2, kinds=("format", "length_words"), share=0.6)


def obedient(request: Request) -> Reply:
    """An answer of many shapes at once; it keeps to some constraints and misses others."""
    asked = request.messages[-1].content
    head = "# Title\n\n" if "title" in asked else ""
    text = "it is known that this is so and so. " * (12 if "at least" in asked else 2)
    if "bullet" in asked:
        text = "- so\n- and so\n- and on"
    return Reply(head + text.strip())


async def test_a_run_with_constraints_replays_to_the_same_bytes(tmp_path: Path) -> None:
    recipe = recipe_of(Scripted.of(obedient, label="obedient"), target=30, constraints=SETTINGS, filters=())
    result = await execute(recipe, tmp_path)
    assert (result.state, result.accepted) == ("finished", 30)
    kept = list(kept_examples(tmp_path))
    constrained = [each for each in kept if each.cell["constraints"] != "none"]
    assert 0 < len(constrained) < 30
    for example in constrained:
        wanted = [Constraint.from_dict(each) for each in example.lineage["constraints"]]
        assert len(wanted) == 2
        assert all(each.check(example.output).ok for each in wanted)
        assert any(sentence in example.instruction for sentence in wanted[0].wordings("en"))
    reasons = {each.reason for each in rejections(tmp_path)}
    assert reasons
    assert all(reason.startswith("constraint:") for reason in reasons)
    assert await verify(tmp_path, recipe) == []
    again = await execute(recipe, tmp_path)
    assert again.sent == 0


class Growing(Toy):
    """Each round asks about what the rounds before accepted."""

    adaptive = True

    def plan(self, round: int, state: State) -> Iterable[Item]:
        grown = [example.id for example in state.accepted] or ["seed"]
        for name in grown[-6:] if round else ["a", "b", "c", "d"]:
            yield Item.make(self.kind, {"round": str(round)}, {"name": f"{name}/{round}"})


async def test_an_adaptive_method_grows_from_constrained_examples(tmp_path: Path) -> None:
    teacher = Scripted.of(obedient, label="obedient")
    recipe = replace(recipe_of(teacher, target=20, filters=(), constraints=SETTINGS), method=Growing())
    result = await execute(recipe, tmp_path)
    assert (result.state, result.accepted) == ("finished", 20)
    assert await verify(tmp_path, recipe) == []


async def test_adding_constraints_to_a_run_keeps_the_methods_calls(tmp_path: Path) -> None:
    teacher = Scripted.of(obedient, label="obedient")
    await execute(recipe_of(teacher, target=10, filters=()), tmp_path)
    told: list[str] = []
    every = ConstraintSettings(kinds=("format_lower_case",), share=1)
    recipe = recipe_of(teacher, target=10, filters=(), constraints=every)
    result = await execute(recipe, tmp_path, note=told.append)
    assert result.accepted == 10
    assert result.replayed >= 10
    assert any("constraints" in line for line in told)


@pytest.mark.parametrize(
    ("language", "question", "answer"),
    [
        (
            "en",
            "Where does the river that crosses the old town begin?",
            "这条河从北边的山里流出来，穿过老城。",
        ),
        ("zh", "这条穿过老城的河从哪里流出来？", "It comes down from the hills in the north of the town."),
    ],
)
def test_the_default_language_filter_lets_an_answer_pass_that_was_asked_for(
    language: str, question: str, answer: str
) -> None:
    gate = Language(language=(language,)).start()
    other = "zh" if language == "en" else "en"
    for sentence in Constraint("language", {"language": other}).wordings(language):
        asked = Example.single_turn(f"{question} {sentence}", answer, id="1")
        assert gate.judge(asked).keep
    assert not gate.judge(Example.single_turn(question, answer, id="2")).keep


def test_a_language_without_the_kinds_is_refused_before_anything_is_asked() -> None:
    lower = ConstraintSettings(kinds=("format_lower_case",))
    with pytest.raises(BadInput, match="in the language 'zh'"):
        check_abilities(recipe_of(constraints=lower, toy={"language": "zh"}))
