"""The tree of topics: read from files, grown by asking, and what goes wrong with either."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput, CallFailed
from tutelage.methods.dialogues.topic_tree import TopicGrower, Tree, read_tree
from tutelage.methods.topics import Topics
from tutelage.records import Reply


def grower(desk: Any, *, one_at_a_time: bool = False, **settings: Any) -> TopicGrower:
    return TopicGrower(Topics(**settings), desk, "", one_at_a_time)


class TestReading:
    def read(self, folder: Path, plain: Any) -> Tree:
        path = folder / "topics.json"
        path.write_text(plain if isinstance(plain, str) else json.dumps(plain), encoding="utf-8")
        return read_tree(path)

    def test_every_depth_of_a_tree_is_a_tree(self, tmp_path: Path) -> None:
        assert self.read(tmp_path, ["Cooking", "Sleep"]) == {"Cooking": {}, "Sleep": {}}
        assert self.read(tmp_path, {"Cooking": ["Bread"], "Sleep": None}) == {
            "Cooking": {"Bread": []},
            "Sleep": {},
        }
        whole = {"Cooking": {"Bread": ["Why?", "How?"], "Soup": []}}
        assert self.read(tmp_path, whole) == whole

    @pytest.mark.parametrize(
        ("plain", "said"),
        [
            ("{", "no JSON"),
            ({}, "names no topic"),
            ([], "names no topic"),
            (7, "no list of texts: 7"),
            ({"Cooking": 7}, "no list of texts: 7"),
            ({"Cooking": {"Bread": "Why?"}}, r'no list of texts: "Why\?"'),
            ({"Cooking": {"Bread": [""]}}, "no list of texts"),
            ({" ": []}, "a name is empty"),
        ],
    )
    def test_what_is_no_tree_is_refused_with_its_form(self, tmp_path: Path, plain: Any, said: str) -> None:
        with pytest.raises(BadInput, match=said) as caught:
            self.read(tmp_path, plain)
        assert caught.value.remedy
        assert "topics.json" in caught.value.where

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(BadInput, match="cannot be read"):
            read_tree(tmp_path / "none.json")


class TestGrowing:
    async def test_only_what_is_open_is_asked_for(self, desk_of: Any) -> None:
        def answer(call: Any) -> str:
            return "- Naps\n- Dreams" if "subtopics" in call.stage else "1. Why do we dream?\n2. How long?"

        desk = desk_of(answer)
        tree: Tree = {"Cooking": {"Bread": ["Why does dough rise?"]}, "Sleep": {}}
        grown = await grower(desk).grown(tree, 2, 2)
        assert grown == {
            "Cooking": {"Bread": ["Why does dough rise?"]},
            "Sleep": {"Naps": ["Why do we dream?", "How long?"], "Dreams": ["Why do we dream?", "How long?"]},
        }
        assert desk.stages == ["topics/subtopics", "topics/questions", "topics/questions"]

    async def test_a_topic_that_is_added_costs_its_own_calls(self, desk_of: Any) -> None:
        def places(desk: Any) -> set[tuple[str, str, str]]:
            return {(call.stage, call.item, call.turn) for call in desk.calls}

        first, second = (
            desk_of(lambda call: "- Naps" if "subtopics" in call.stage else "Why nap?") for _ in "12"
        )
        await grower(first).grown({"Sleep": {}}, 1, 1)
        await grower(second).grown({"Work": {}, "Sleep": {}}, 1, 1)
        assert places(first) < places(second)
        assert len(places(second)) == 4

    async def test_one_at_a_time_asks_for_one_text_a_call(self, desk_of: Any) -> None:
        said = iter(["Naps", "naps.", "Dreams"])

        def answer(call: Any) -> str:
            return next(said) if "subtopic" in call.stage else f"Question {call.turn}: why, and how?"

        grown = await grower(desk_of(answer), one_at_a_time=True).grown({"Sleep": {}}, 3, 2)
        assert grown == {"Sleep": {"Naps": ["why, and how?"], "Dreams": ["why, and how?"]}}

    async def test_a_name_asked_for_alone_is_short_and_not_the_topic(self, desk_of: Any) -> None:
        said = {"subtopic-1": "sleep", "subtopic-2": "word " * 12, "subtopic-3": "Naps"}

        def answer(call: Any) -> str:
            first = call.turn.removesuffix("-2") if call.turn.count("-") == 2 else call.turn
            return said[first] if "subtopic" in call.stage else "Why nap?"

        work = grower(desk_of(answer), one_at_a_time=True)
        assert await work.grown({"Sleep": {}}, 3, 1) == {"Sleep": {"Naps": ["Why nap?"]}}
        assert [each.reason for each in work.rejections] == ["parse:same_name", "parse:no_names"]

    async def test_unreadable_replies_and_failed_calls_cost_their_own_branch(self, desk_of: Any) -> None:
        def answer(call: Any) -> str:
            if "subtopics" in call.stage:
                return "- Naps\n- Dreams\n- Beds"
            if "Naps" in str(call.messages):
                raise CallFailed("no", reason="bad_request", permanent=True)
            return "" if "Dreams" in str(call.messages) else "- Which bed is good?"

        work = grower(desk_of(answer))
        grown = await work.grown({"Sleep": {}}, 3, 1)
        assert grown == {"Sleep": {"Naps": [], "Dreams": [], "Beds": ["Which bed is good?"]}}
        assert sorted(each.reason for each in work.rejections) == ["call:bad_request", "parse:no_list"]

    async def test_a_list_that_was_cut_off_loses_its_last_entry(self, desk_of: Any) -> None:
        def answer(call: Any) -> str | Reply:
            return Reply("- Naps\n- Dre", finish="length") if "subtopics" in call.stage else "Why nap?"

        assert list((await grower(desk_of(answer)).grown({"Sleep": {}}, 5, 1))["Sleep"]) == ["Naps"]

    async def test_a_lone_question_may_hold_commas(self, desk_of: Any) -> None:
        asked = "If I nap at noon, will I sleep at night?"
        grown = await grower(desk_of(lambda call: asked)).grown({"Sleep": {"Naps": []}}, 1, 3)
        assert grown == {"Sleep": {"Naps": [asked]}}

    async def test_topics_are_asked_for_until_there_are_enough(self, desk_of: Any) -> None:
        said = iter(["- Sleep\n- Cooking", "- sleep\n- Sport", "- Music"])
        desk = desk_of(lambda call: next(said))
        assert await grower(desk).topics(4) == ["Sleep", "Cooking", "Sport", "Music"]
        assert "Sleep; Cooking" in desk.calls[1].said

    async def test_a_teacher_who_knows_no_more_topics_is_not_asked_for_ever(self, desk_of: Any) -> None:
        desk = desk_of(lambda call: "- Sleep")
        assert await grower(desk).topics(4) == ["Sleep"]
        assert len(desk.calls) == 2

    async def test_a_prompt_that_comes_back_is_no_name(self, desk_of: Any) -> None:
        echo = "Name narrower topics inside this one that people talk about."
        work = grower(desk_of(lambda call: echo))
        assert await work.grown({"Sleep": {}}, 3, 1) == {"Sleep": {}}
        assert [each.reason for each in work.rejections] == ["parse:prompt_echo"]
