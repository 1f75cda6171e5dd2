"""Self-chat from its seeds to its dialogues, in English and in Chinese."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tutelage import plugins
from tutelage.errors import BadInput
from tutelage.filters.shape import Shape
from tutelage.methods.method import State
from tutelage.methods.seeding.presets import preset
from tutelage.methods.selfchat import SelfChat
from tutelage.prompts import load, steps
from tutelage.recipe.model import Recipe
from tutelage.records import Example, Item, Rejection
from tutelage.runs.stages import execute
from tutelage.store.reading import kept_examples
from tutelage.teachers.scripted import Scripted
from tutelage.teachers.teacher import Request

SEEDS = ("How do tides work?", "Why does bread rise?", "What is a prime number?")


def no_calls(call: Any) -> str:
    raise AssertionError(f"nothing should be asked: {call.stage}")


async def planned(desk_of: Any, seed: int = 1, done: tuple[Item, ...] = (), **settings: Any) -> list[Item]:
    method = SelfChat(**settings)
    made = await method.prepare(desk_of(no_calls), seed)
    return list(method.plan(0, State(seed, 100, made, done)))


def test_it_is_installed_as_a_kind() -> None:
    assert plugins.load("methods", "selfchat") is SelfChat


class TestThePlan:
    async def test_a_seed_is_a_topic_or_the_first_message(self, desk_of: Any) -> None:
        topic, *_ = await planned(desk_of, seeds=SEEDS)
        assert topic.cell == {"topic": SEEDS[0]}
        assert topic.payload["question"] == ""
        question, *_ = await planned(desk_of, seeds=SEEDS, seed_as="question")
        assert question.cell == {"source": "recipe"}
        assert question.payload["question"] == SEEDS[0]

    async def test_every_seed_has_its_turn_before_any_has_its_second(self, desk_of: Any) -> None:
        plan = await planned(desk_of, seeds=SEEDS, per_seed=2)
        assert [item.payload["topic"] for item in plan] == [*SEEDS, *SEEDS]
        assert len({item.id for item in plan}) == 6

    async def test_rounds_are_drawn_within_their_bounds_by_the_seed(self, desk_of: Any) -> None:
        many = tuple(f"question {number}" for number in range(200))
        plan = await planned(desk_of, seeds=many, rounds=(2, 4))
        assert {item.payload["rounds"] for item in plan} == {2, 3, 4}
        assert await planned(desk_of, seeds=many, rounds=(2, 4)) == plan
        assert await planned(desk_of, seed=2, seeds=many, rounds=(2, 4)) != plan
        assert {item.payload["rounds"] for item in await planned(desk_of, seeds=SEEDS, rounds=3)} == {3}

    async def test_a_seed_that_is_added_moves_no_finished_item(self, desk_of: Any) -> None:
        done = tuple(await planned(desk_of, seeds=SEEDS))
        after = await planned(desk_of, seeds=("Who was Euler?", *SEEDS), done=done)
        assert tuple(after[:3]) == done
        assert after[3].payload["topic"] == "Who was Euler?"
        fewer = await planned(desk_of, seeds=SEEDS[1:], done=done)
        assert tuple(fewer) == done[1:]

    async def test_a_file_names_its_cell_and_its_licence(self, desk_of: Any, tmp_path: Path) -> None:
        file = tmp_path / "asked.jsonl"
        file.write_text(
            '{"question": "How do tides work?", "licence": "MIT"}\n{"question": "Why?"}\n', encoding="utf-8"
        )
        method = SelfChat(seeds=SEEDS[:1], seeds_file=file, seed_as="question")
        made = await method.prepare(desk_of(no_calls), 1)
        plan = list(method.plan(0, State(1, 9, made)))
        assert [item.cell["source"] for item in plan] == ["recipe", "asked.jsonl"]
        assert made.licences == ("MIT", "unknown")

    @pytest.mark.parametrize("language", ["en", "zh"])
    async def test_a_preset_gives_topics_or_its_questions(self, desk_of: Any, language: str) -> None:
        shipped = preset("medical", language)
        plan = await planned(desk_of, preset="medical", language=language)
        assert [item.cell["topic"] for item in plan] == list(shipped.topics)
        plan = await planned(desk_of, preset="medical", language=language, seed_as="question")
        assert [item.payload["question"] for item in plan] == [
            each.as_seed().question for each in shipped.seeds
        ]
        assert {item.cell["source"] for item in plan} == {"medical"}


class TestBadInput:
    @pytest.mark.parametrize(
        ("settings", "said"),
        [
            ({}, "nothing to talk about"),
            ({"seeds": ["  "]}, "nothing to talk about"),
            ({"seeds": SEEDS, "rounds": (4, 2)}, r"write \[2, 4\]"),
            ({"preset": "no-such-domain"}, "no preset called"),
            ({"seeds": SEEDS, "prompts": {"persn": "x"}}, "person"),
        ],
    )
    def test_it_is_refused_with_the_remedy(self, settings: dict[str, Any], said: str) -> None:
        with pytest.raises(BadInput, match=said):
            SelfChat(**settings)

    @pytest.mark.parametrize(
        "settings", [{"rounds": 0}, {"rounds": True}, {"way": "both"}, {"least_rounds": 0}]
    )
    def test_settings_are_checked(self, settings: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            SelfChat(seeds=SEEDS, **settings)

    def test_an_empty_file_is_refused_at_once(self, tmp_path: Path) -> None:
        empty = tmp_path / "empty.txt"
        empty.write_text("", encoding="utf-8")
        with pytest.raises(BadInput, match="no rows"):
            SelfChat(seeds_file=empty)


SLOTS = {
    "person": {"topic": "tides", "stop": "[END]"},
    "greeting": {},
    "asker": {},
    "namer": {},
    "first_question": {"topic": "tides"},
    "next_question": {"question": "Why?", "answer": "The moon."},
    "answer_shorter": {"question": "Why?"},
    "writer": {},
    "transcript": {"topic": "tides", "question": "Why?", "system": "Be brief.", "rounds": 3},
    "topics": {"wanted": 3, "known": ["Sleep"], "domain": "health"},
    "subtopics": {"wanted": 3, "topic": "Sleep", "domain": "health"},
    "subtopic": {"topic": "Sleep"},
    "questions": {"wanted": 3, "topic": "Sleep", "subtopic": "naps"},
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_step_of_dialogues_renders_in_both_languages(language: str) -> None:
    assert steps("dialogue", language) == sorted(SLOTS)
    for step, slots in SLOTS.items():
        text = load("dialogue", step, language).render(**slots)
        assert text
        assert "{{" not in text
        assert "\n\n\n" not in text
        assert any("\u4e00" <= sign <= "\u9fff" for sign in text) == (language == "zh")


# --- whole runs ----------------------------------------------------------------------------------------

OPENINGS = [
    "How much does it depend on",
    "And in winter, is it still",
    "Who found out that it was",
    "Then why",
]
WORDS = ["moon", "dough", "water", "heat", "numbers", "yeast", "coast", "flour"]


def english(request: Request) -> str:
    """A person who asks something new each time, and an assistant who answers it."""
    first = request.messages[0].content
    number = sum(turn.role == "assistant" for turn in request.messages)
    if first.startswith("You play a person"):
        topic = first.splitlines()[3].split()[-1].strip("?")
        return f"{OPENINGS[number]} {WORDS[number]} {topic}?"
    asked = request.messages[-1].content
    return f"Step {number}: {asked.rstrip('?')} is best answered by looking at {WORDS[number + 2]} closely."


async def run_of(method: SelfChat, answer: Any, out: Path, target: int) -> tuple[Any, list[Example]]:
    recipe = Recipe(
        name="chat",
        teacher=Scripted.of(answer, label="chat"),
        method=method,
        filters=(Shape(),),
        target=target,
    )
    result = await execute(recipe, out)
    return result, list(kept_examples(out))


async def test_a_whole_run_keeps_dialogues_with_their_roles(tmp_path: Path) -> None:
    method = SelfChat(seeds=SEEDS, rounds=(2, 3), system="Answer in a friendly way.")
    result, kept = await run_of(method, english, tmp_path / "run", 3)
    assert result.accepted == 3
    for example in kept:
        roles = [turn.role for turn in example.messages]
        assert roles == ["system", *["user", "assistant"] * (len(roles) // 2)]
        assert example.system == "Answer in a friendly way."
        assert example.lineage["ended"] == "rounds"
        assert example.cell["topic"] in SEEDS
    again, same = await run_of(method, english, tmp_path / "run", 3)
    assert (again.sent, same) == (0, kept)


async def test_one_bad_dialogue_costs_one_item(tmp_path: Path) -> None:
    def answer(request: Request) -> str:
        spoiled = "rise" in str([turn.content for turn in request.messages])
        return "" if spoiled and not request.messages[0].content.startswith("You play") else english(request)

    result, kept = await run_of(SelfChat(seeds=SEEDS), answer, tmp_path / "run", 3)
    assert (result.accepted, len(kept)) == (2, 2)
    assert sum(result.rejected.values()) == 1


async def test_chinese_dialogues(tmp_path: Path) -> None:
    asked = ["面团为什么会发起来？", "那需要放多少酵母呢？", "冬天要发多久？"]
    answers = [
        "酵母吃掉糖，产生气体，面团就发起来了。",
        "五百克面粉大约放五克酵母。",
        "冬天大约需要两个小时。",
    ]

    def answer(request: Request) -> str:
        number = sum(turn.role == "assistant" for turn in request.messages)
        if request.messages[0].content.startswith("你扮演"):
            return asked[number] if number < 3 else "好的，谢谢你，我明白了。"
        return answers[number]

    method = SelfChat(seeds=("做面包",), language="zh", rounds=5)
    result, (kept,) = await run_of(method, answer, tmp_path / "run", 1)
    assert result.accepted == 1
    assert [turn.content for turn in kept.messages] == [
        each for pair in zip(asked, answers, strict=True) for each in pair
    ]
    assert kept.lineage["ended"] == "goodbye"
    assert not isinstance(kept, Rejection)
