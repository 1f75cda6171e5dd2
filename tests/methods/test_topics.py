"""Topics from their tree to their dialogues, in English and in Chinese."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tutelage import plugins
from tutelage.errors import BadInput, TutelageError
from tutelage.filters.shape import Shape
from tutelage.methods.method import Materials, State
from tutelage.methods.seeding.presets import preset
from tutelage.methods.topics import Topics, in_turn
from tutelage.recipe.model import Recipe
from tutelage.records import Item
from tutelage.runs.stages import execute
from tutelage.store.reading import kept_examples
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import Request

TREE = {
    "Cooking": {"Bread": ["Why does dough rise?", "How long must it rest?"], "Soup": ["Which bones?"]},
    "Sleep": {"Naps": ["How long should a nap be?"]},
}


def plan(method: Topics, tree: Any, done: tuple[Item, ...] = ()) -> list[Item]:
    return list(method.plan(0, State(1, 100, Materials(tree), done)))


def test_it_is_installed_as_a_kind() -> None:
    assert plugins.load("methods", "topics") is Topics


def test_every_question_is_an_item_and_topics_take_turns() -> None:
    assert [each.question for each in in_turn(TREE)] == [
        "Why does dough rise?",
        "How long should a nap be?",
        "Which bones?",
        "How long must it rest?",
    ]
    items = plan(Topics(), TREE)
    assert items[0].cell == {"topic": "Cooking", "subtopic": "Bread"}
    assert items[0].payload["question"] == "Why does dough rise?"
    assert len({item.id for item in items}) == 4


def test_topics_are_even_wherever_the_plan_is_cut() -> None:
    tree = {
        f"topic {t}": {f"part {p}": [f"Question {t} {p} {q}?" for q in range(4)] for p in range(3)}
        for t in range(5)
    }
    items = plan(Topics(), tree)
    for cut in range(1, len(items) + 1):
        for key in ("topic", "subtopic"):
            uses = Counter(tuple(item.cell[name] for name in ("topic", key)) for item in items[:cut])
            assert max(uses.values()) - min(uses.values()) <= 1 or len(uses) < 5


def test_a_question_that_is_added_moves_no_finished_item() -> None:
    done = tuple(plan(Topics(), TREE)[:3])
    more = {"Sleep": {"Naps": ["Why nap at all?", *TREE["Sleep"]["Naps"]]}, "Cooking": TREE["Cooking"]}
    after = plan(Topics(), more, done)
    assert tuple(after[:3]) == done
    assert len(after) == 5


async def test_a_tree_feeds_back_without_a_call(desk_of: Any, tmp_path: Path) -> None:
    def no_calls(call: Any) -> str:
        raise AssertionError(f"nothing should be asked: {call.stage}")

    path = tmp_path / "topics.json"
    path.write_text(json.dumps(TREE), encoding="utf-8")
    made = await Topics(topics_file=path).prepare(desk_of(no_calls), 1)
    assert json.loads(made.files["topics.json"]) == TREE == made.content


async def test_a_teacher_who_gives_no_question_ends_the_run_with_a_remedy(desk_of: Any) -> None:
    with pytest.raises(TutelageError, match="no question") as caught:
        await Topics(topics=("Sleep",)).prepare(desk_of(lambda call: ""), 1)
    assert "topics_file" in caught.value.remedy
    assert "parse:no_list" in caught.value.where


async def test_a_preset_gives_its_topics_and_its_domain(desk_of: Any) -> None:
    shipped = preset("medical", "en")
    desk = desk_of(lambda call: "- one part" if "subtopics" in call.stage else "- What is it good for?")
    made = await Topics(preset="medical", subtopics=1, questions=1).prepare(desk, 1)
    assert list(made.content) == list(shipped.topics)
    assert shipped.domain in desk.calls[0].said


@pytest.mark.parametrize(
    ("settings", "said"),
    [({"topics": ["", " "]}, "list of topics is empty"), ({"preset": "nothing-such"}, "no preset called")],
)
def test_bad_settings_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        Topics(**settings)


def test_a_broken_file_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "topics.json"
    path.write_text('{"Sleep": 3}', encoding="utf-8")
    with pytest.raises(BadInput, match="Sleep"):
        Topics(topics_file=path)


# --- whole runs ----------------------------------------------------------------------------------------

CHINESE = {
    "个大的话题": "睡眠\n做饭",
    "更小的话题": "- 午睡\n- 早餐",
    "个不同的问题": "1. 怎样才能更快入睡？\n2. 早饭应该吃些什么？",
}


def in_chinese(request: Request) -> str:
    last = request.messages[-1].content
    number = sum(turn.role == "assistant" for turn in request.messages)
    if request.messages[0].content.startswith("你扮演"):
        return ["那老人也是这样吗？", "冬天和夏天有区别吗？"][number - 1]
    found = next((reply for mark, reply in CHINESE.items() if mark in last), "")
    return found or f"{'先放松身体，再慢慢呼吸' if number else '每天在固定的时间去做'}，效果会更好。"


async def test_a_whole_run_in_chinese(tmp_path: Path) -> None:
    method = Topics(topics=2, subtopics=2, questions=2, rounds=2, language="zh", system="请简短回答。")
    recipe = Recipe(
        name="topics",
        teacher=Scripted.of(in_chinese, label="zh"),
        method=method,
        filters=(Shape(),),
        target=8,
    )
    result = await execute(recipe, tmp_path / "run")
    assert (result.accepted, result.rejected) == (8, {})
    kept = list(kept_examples(tmp_path / "run"))
    assert Counter(example.cell["topic"] for example in kept) == {"睡眠": 4, "做饭": 4}
    for example in kept:
        assert [turn.role for turn in example.messages] == ["system", *["user", "assistant"] * 2]
        assert example.messages[1].content in ("怎样才能更快入睡？", "早饭应该吃些什么？")
    told = json.loads(next((tmp_path / "run").rglob("topics.json")).read_text("utf-8"))
    assert list(told) == ["睡眠", "做饭"]
    again = await execute(recipe, tmp_path / "run")
    assert again.sent == 0
