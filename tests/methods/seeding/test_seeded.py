"""What methods with seeds have in common: where seeds come from, the asking, and the sifting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.methods.expand import Expand
from tutelage.methods.prompted import Session
from tutelage.methods.seeding import seeded
from tutelage.methods.seeding.presets import Preset, SeedExample
from tutelage.methods.seeding.seeded import Proposal
from tutelage.records import Item, Rejection, Reply

KITCHEN = Preset(
    name="kitchen",
    domain="cooking at home",
    rule="Name quantities.",
    seeds=(
        SeedExample(instruction="How do I poach an egg?"),
        SeedExample(instruction="Make a shopping list."),
    ),
)


@pytest.fixture
def kitchen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A preset, so that these tests do not hang on those that are shipped."""

    def of(name: str, language: str) -> Preset:
        if name != "kitchen":
            raise BadInput(f"there is no preset called '{name}'", where="preset")
        return KITCHEN

    monkeypatch.setattr(seeded, "preset", of)


def session_of(method: Expand, desk: Any) -> Session:
    item = Item.make("expand", {"source": "x"}, {"shown": []})
    return Session(method, desk.at("generate", item.id), item)


async def proposed(method: Expand, desk: Any, *shown: str) -> list[str]:
    found = await method.propose(session_of(method, desk), shown, "request")
    return [each.text if isinstance(each, Proposal) else each.reason for each in found]


def test_seeds_are_the_files_else_the_presets_else_the_shipped(tmp_path: Path, kitchen: None) -> None:
    (tmp_path / "own.txt").write_text("Name a tall tree.\n", encoding="utf-8")
    own = Expand(seeds_file=tmp_path / "own.txt", preset="kitchen")
    assert ([each.instruction for each in own.seeds], own.source) == (["Name a tall tree."], "own.txt")
    assert own.theme["domain"] == "cooking at home"
    from_preset = Expand(preset="kitchen", domain="baking")
    assert from_preset.seeds[0].instruction == "How do I poach an egg?"
    assert (from_preset.source, from_preset.theme["domain"]) == ("kitchen", "baking")
    assert len(Expand().seeds) == len(Expand(language="zh").seeds) == 24
    assert {each.licence for each in Expand().seeds} == {"Apache-2.0"}


def test_a_bad_file_or_preset_is_refused_when_the_recipe_is_read(tmp_path: Path, kitchen: None) -> None:
    (tmp_path / "empty.txt").write_text("\n", encoding="utf-8")
    with pytest.raises(BadInput, match="holds no rows"):
        Expand(seeds_file=tmp_path / "empty.txt")
    with pytest.raises(BadInput, match="no preset called 'kichen'"):
        Expand(preset="kichen")


async def test_seeds_that_are_not_the_users_are_written_beside_the_dataset(tmp_path: Path, desk_of) -> None:
    made = await Expand().prepare(desk_of(lambda call: ""), 1)
    (tmp_path / "seeds.jsonl").write_text(made.files["seeds.jsonl"], encoding="utf-8")
    again = Expand(seeds_file=tmp_path / "seeds.jsonl")
    assert [each.as_dict() for each in again.seeds] == [each.as_dict() for each in Expand().seeds]
    assert (await again.prepare(desk_of(lambda call: ""), 1)).files == {}
    assert made.licences == ("Apache-2.0",)


async def test_a_list_is_asked_for_and_every_entry_is_accounted_for(desk_of, kitchen: None) -> None:
    said = "1. Explain how yeast works.\n2. Hi.\n3. Draw a cake for me.\n4. Compare two flours.\n5. Which pan"
    desk = desk_of(lambda call: Reply(said, finish="length"))
    found = await proposed(Expand(preset="kitchen", per_call=3), desk, "How do I poach an egg?")
    assert found == [
        "Explain how yeast works.",
        "instruction:too_short",
        "instruction:beyond_text",
        "instruction:beyond_number",
        "instruction:cut_off",
    ]
    asked = desk.calls[0].said
    assert "1. How do I poach an egg?" in asked
    assert "cooking at home" in asked
    assert "Name quantities." in asked
    assert "Write 3 new requests" in asked


async def test_an_echo_of_the_prompt_is_refused(desk_of) -> None:
    desk = desk_of(
        lambda call: "1. Write 2 new requests that other people might send.\n2. How do tides work?"
    )
    assert await proposed(Expand(per_call=2), desk) == ["instruction:echo", "How do tides work?"]
    one = desk_of(lambda call: "Write one new request.")
    assert await proposed(Expand(per_call=1), one) == ["instruction:echo"]


async def test_one_at_a_time_shows_seeds_as_earlier_turns(desk_of) -> None:
    desk = desk_of(lambda call: "怎样挑选一个好西瓜？")
    method = Expand(language="zh", per_call=1, system="要有礼貌。", domain="水果")
    assert await proposed(method, desk, "苹果怎么保存？", "梨子什么时候熟？") == ["怎样挑选一个好西瓜？"]
    first, *turns = desk.calls[0].messages
    assert first.content.startswith("要有礼貌。")
    assert "水果" in first.content
    assert [each.role for each in turns] == ["user", "assistant", "user", "assistant", "user"]
    assert [each.content for each in turns[1::2]] == ["苹果怎么保存？", "梨子什么时候熟？"]
    assert len({each.content for each in turns[::2]}) == 1


def test_sifting_compares_with_the_pool_and_with_what_came_before(desk_of) -> None:
    method = Expand()
    session = session_of(method, desk_of(lambda call: ""))
    pool = method.seed_index()
    pool.add("example-1", "Tell me how the old mill by the river works.")
    texts = [
        "Tell me how the new mill by the river works.",
        "Write a letter to the mayor about noise at night.",
        "Write a letter to the mayor about noise at noon.",
        method.seeds[0].instruction,
    ]
    refused_before = session.rejection("instruction:too_short", "Hi.")
    found = method.sift([refused_before, *(Proposal(session, text) for text in texts)], pool)
    assert found[0] is refused_before
    assert [each.text for each in found if isinstance(each, Proposal)] == [texts[1]]
    similar = [each for each in found[1:] if isinstance(each, Rejection)]
    assert [each.reason for each in similar] == ["novelty:too_similar"] * 3
    assert "against example-1" in similar[0].detail
    assert "earlier in this item" in similar[1].detail
    assert "against the seed" in similar[2].detail
    assert [each.score for each in similar] == [0.9, 0.9, 1.0]


def test_chinese_is_compared_too(desk_of) -> None:
    method = Expand(language="zh")
    session = session_of(method, desk_of(lambda call: ""))
    texts = ["请介绍一下北京的春天。", "请介绍一下南京的春天。", "怎样照顾一只刚出生的小猫？"]
    found = method.sift([Proposal(session, text) for text in texts], method.seed_index())
    assert [isinstance(each, Proposal) for each in found] == [True, False, True]


def test_a_preset_of_boxed_answers_gets_them(desk_of, monkeypatch: pytest.MonkeyPatch) -> None:
    sums = Preset(name="sums", domain="sums", boxed=True)
    monkeypatch.setattr(seeded, "preset", lambda name, language: sums)
    method = Expand(preset="sums")
    session = session_of(method, desk_of(lambda call: ""))
    done = method.finished(session, "Add 2 and 3.", "2 + 3 makes five.\nAnswer: 5")
    assert done.output == "2 + 3 makes five.\nAnswer: $\\boxed{5}$"
    refused = method.finished(session, "Add 2 and 3.", "It is a sum.")
    assert (refused.reason, refused.text) == ("parse:not_boxed", "Add 2 and 3.\n\nIt is a sum.")
    assert len(method.seeds) == 24, "a preset without seeds leaves the shipped ones"
