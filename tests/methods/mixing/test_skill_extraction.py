"""Lists from the teacher and from data: what is asked, what it costs to add one thing, what is refused."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import BadInput, CallFailed
from tutelage.methods.mixing.query_types import QueryType
from tutelage.methods.mixing.skill_extraction import Extraction, sample_rows, synonym_batches
from tutelage.methods.mixing.skills import Skill, merge
from tutelage.records import Reply


async def test_topics_are_asked_for_until_enough_came(desk_of) -> None:
    replies = iter(["- cooking\n- Cooking\n- travel", "- travel\n- law", "- more\n- even more"])
    desk = desk_of(lambda call: next(replies))
    assert await Extraction(desk).topics(4) == ["cooking", "travel", "law", "more"]
    assert desk.stages == ["skills/topics"] * 3
    assert "- cooking\n- travel" in desk.calls[1].said
    assert "2" in desk.calls[1].said


async def test_topics_that_bring_nothing_new_end_the_asking(desk_of) -> None:
    desk = desk_of(lambda call: "- cooking")
    assert await Extraction(desk).topics(4) == ["cooking"]
    assert len(desk.calls) == 2


async def test_an_item_is_named_by_its_topic_never_by_its_position(desk_of) -> None:
    def items(topics: list[str]) -> dict[str, str]:
        return {call.said.splitlines()[0]: call.item for call in calls_for(topics)}

    def calls_for(topics: list[str]):
        return calls[tuple(topics)]

    calls = {}
    for topics in (["a", "b"], ["b", "new", "a"]):
        desk = desk_of(lambda call: "- x")
        await Extraction(desk).skills_of_topics(topics, 3)
        calls[tuple(topics)] = desk.calls
    before, after = items(["a", "b"]), items(["b", "new", "a"])
    assert len(set(after.values())) == 3
    assert {topic: after[topic] for topic in before} == before


async def test_one_bad_reply_costs_one_topic(desk_of) -> None:
    def answer(call) -> str:
        if "Topic: bad" in call.messages[0].content:
            return "   "
        if "Topic: broken" in call.said:
            raise CallFailed("refused", reason="bad_request", permanent=True)
        return "1. baking bread: making dough rise\n2. **knife work**\n3. " + "long " * 40

    extraction = Extraction(desk_of(answer))
    skills = await extraction.skills_of_topics(["good", "bad", "broken"], 3)
    assert [skill.name for skill in skills] == ["baking bread", "knife work"]
    assert sorted(each.reason for each in extraction.rejections) == ["call:bad_request", "parse:no_list"]


async def test_the_last_entry_of_a_reply_that_was_cut_off_is_dropped(desk_of) -> None:
    desk = desk_of(lambda call: Reply("- one\n- two\n- thr", "length"))
    assert [skill.name for skill in await Extraction(desk).skills_of_topics(["t"], 5)] == ["one", "two"]


async def test_query_types_are_asked_again_when_unreadable(desk_of) -> None:
    good = '### Advice\nDefinition: asks what to do\n- "What now?"'
    desk = desk_of(lambda call: "Sorry, what?" if call.turn == "ask" else good)
    extraction = Extraction(desk, domain="beekeeping")
    assert await extraction.query_types(5) == [QueryType("Advice", "asks what to do", ("What now?",))]
    assert "beekeeping" in desk.calls[0].said
    assert "###" in desk.calls[1].said
    assert extraction.rejections == []


async def test_synonyms_merge_what_the_teacher_names_and_nothing_else(desk_of) -> None:
    skills = merge(
        [Skill(name) for name in ("budgeting", "budget planning", "knitting", "swimming", "dance")]
    )
    reply = "budget planning = budgeting\nknitting = quantum physics\ndance = swimming = knitting = budgeting"
    assert len(synonym_batches(skills.names)) == 1
    extraction = Extraction(desk_of(lambda call: reply))
    united = await extraction.synonyms(skills)
    assert united.names == ("budget planning", "knitting", "swimming", "dance")
    assert {each.reason for each in extraction.rejections} == {"merge:unknown_name", "merge:too_many"}


async def test_a_teacher_that_finds_no_synonyms_changes_nothing(desk_of) -> None:
    skills = merge([Skill("baking"), Skill("sewing")])
    assert (await Extraction(desk_of(lambda call: "none")).synonyms(skills)).skills == skills.skills


@given(
    st.lists(st.text("abcdefgh ", min_size=3, max_size=8), min_size=1, max_size=300, unique=True),
    st.text("abcdefgh", min_size=3, max_size=8),
)
def test_a_name_that_is_added_changes_its_own_batch_only(names: list[str], added: str) -> None:
    before = {tuple(batch) for batch in synonym_batches(names)}
    after = {tuple(batch) for batch in synonym_batches([*names, added])}
    assert len(after - before) <= 2  # two where it is itself a place to cut
    assert sorted(name for batch in before for name in batch) == sorted(names)


def write_rows(path: Path, count: int, extra: tuple[str, ...] = ()) -> Path:
    rows = [{"instruction": f"Question {n}?", "input": "", "output": f"Answer {n}."} for n in range(count)]
    for text in extra:
        rows.insert(len(rows) // 2, {"instruction": text, "input": "", "output": "Well."})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_one_row_that_is_added_takes_at_most_one_place_in_the_sample(tmp_path: Path) -> None:
    before = sample_rows([write_rows(tmp_path / "a.jsonl", 300)], 40, seed=1)
    for number in range(20):
        after = sample_rows(
            [write_rows(tmp_path / "b.jsonl", 300, (f"A new question {number}?",))], 40, seed=1
        )
        assert len({row.instruction for row in after} - {row.instruction for row in before}) <= 1
    assert len(before) == 40
    order = [int(row.instruction.split()[1].rstrip("?")) for row in before]
    assert order == sorted(order)
    assert [row.instruction for row in sample_rows([tmp_path / "a.jsonl"], 40, seed=2)] != [
        row.instruction for row in before
    ]


def test_a_row_twice_counts_once(tmp_path: Path) -> None:
    file = write_rows(tmp_path / "a.jsonl", 3)
    assert len(sample_rows([file, file], 40, seed=1)) == 3


def test_a_damaged_file_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"instruction": "a", "output": "b"}\n{"instruc', encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        sample_rows([file], 40, seed=1)
    assert "a.jsonl:2" in caught.value.where


async def test_one_row_that_is_added_costs_its_call_and_the_batches_it_touches(
    desk_of, tmp_path: Path
) -> None:
    def answer(call) -> str:
        if call.stage.endswith("merge_synonyms"):
            return "none"
        rng = random.Random(call.messages[0].content)
        return "\n".join(
            f"- {rng.choice('abcdefghij')}{rng.randrange(99)} skill {rng.randrange(99)}" for _ in range(3)
        )

    async def calls(file: Path) -> set[tuple[str, str]]:
        desk = desk_of(answer)
        extraction = Extraction(desk)
        found = await extraction.skills_of_rows(sample_rows([file], 1_000, seed=1), 5)
        await extraction.synonyms(merge(found))
        return {(call.stage, call.item) for call in desk.calls}

    before = await calls(write_rows(tmp_path / "a.jsonl", 120))
    after = await calls(write_rows(tmp_path / "b.jsonl", 120, ("And this one?",)))
    new = after - before
    assert sum(stage == "skills/skills_of_row" for stage, _ in new) == 1
    assert sum(stage == "skills/merge_synonyms" for stage, _ in new) <= 4  # three new names, rarely a cut
    assert sum(stage == "skills/merge_synonyms" for stage, _ in before) >= 5


async def test_what_is_no_name_of_a_skill_is_refused_and_told(desk_of) -> None:
    said = "\n".join(
        [
            "- reading maps",
            "- B",
            "- something one can be good or bad at",
            "- I would say that one has to look at the whole of the way",
        ]
    )
    extraction = Extraction(desk_of(lambda call: said))
    found = await extraction.skills_by_topic(["travel"], 4)
    assert [skill.name for skill in found["travel"]] == ["reading maps"]
    assert [each.reason for each in extraction.rejections] == ["parse:letter", "parse:echo", "parse:sentence"]
    chinese = Extraction(desk_of(lambda call: "1、读地图\n2、每一项都应当能看得出高下"), language="zh")
    assert [skill.name for skill in (await chinese.skills_by_topic(["旅行"], 4))["旅行"]] == ["读地图"]
