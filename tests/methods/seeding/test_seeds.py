"""Seeds from any file: whatever form they have, and what is said of files that hold none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import BadInput
from tutelage.methods.seeding.seeds import Seed, distinct, each_asked, read_seeds

TURNS = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "What is yeast?"},
    {"role": "assistant", "content": "A fungus."},
    {"role": "user", "content": "And lichen?"},
    {"role": "assistant", "content": "A fungus with an alga."},
]


def written(folder: Path, *rows: Any, name: str = "seeds.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


ROWS = [
    ({"instruction": " Name a tree. "}, Seed("Name a tree.")),
    ({"instruction": "Translate.", "input": "Baum"}, Seed("Translate.", "Baum")),
    ({"instruction": "Translate.", "input": "Baum", "output": "tree"}, Seed("Translate.", "Baum", "tree")),
    ({"instruction": "Translate.", "input": None, "output": None}, Seed("Translate.")),
    ({"question": "2 + 2?", "answer": "4"}, Seed("2 + 2?", "", "4")),
    ({"instruction": "Sum up.", "context": "Long.", "response": "L."}, Seed("Sum up.", "Long.", "L.")),
    ({"query": "为什么天是蓝的？"}, Seed("为什么天是蓝的？")),
    ({"prompt": "Say hello."}, Seed("Say hello.")),
    ({"prompt": "Say hello.", "completion": "Hello."}, Seed("Say hello.", "", "Hello.")),
    ({"prompt": [{"role": "user", "content": "Say hello."}]}, Seed("Say hello.")),
    ({"inputs": "Is it so?"}, Seed("Is it so?")),
    ({"inputs": "Is it so?", "targets": "Yes"}, Seed("Is it so?", "", "Yes")),
    ({"messages": TURNS[1:3]}, Seed("What is yeast?", "", "A fungus.")),
    ({"messages": TURNS}, Seed("What is yeast?")),
    ({"conversations": [{"from": "human", "value": "Why?"}]}, Seed("Why?")),
    ({"instruction": "", "question": "Why?"}, Seed("Why?")),
    ({"instruction": "Sort.", "license": "MIT"}, Seed("Sort.", licence="MIT")),
    (
        {"instruction": "Spam?", "output": "no", "input": "Hi", "is_classification": True},
        Seed("Spam?", "Hi", "no", True),
    ),
    (
        {"instruction": "Spam?", "is_classification": False, "instances": [{"input": "", "output": "no"}]},
        Seed("Spam?", "", "no", False),
    ),
]


@pytest.mark.parametrize(("row", "seed"), ROWS, ids=lambda each: str(each)[:40])
def test_every_form_of_a_seed(tmp_path: Path, row: dict[str, Any], seed: Seed) -> None:
    assert read_seeds(written(tmp_path, row)) == [seed]


def test_text_csv_and_json_files(tmp_path: Path) -> None:
    (tmp_path / "lines.txt").write_text("Name a tree.\n\n  请写一首诗。\n", encoding="utf-8")
    (tmp_path / "table.csv").write_text("instruction,input\nTranslate.,Baum\n", encoding="utf-8")
    (tmp_path / "list.json").write_text('[{"instruction": "Name a tree."}]', encoding="utf-8")
    assert read_seeds(tmp_path / "lines.txt") == [Seed("Name a tree."), Seed("请写一首诗。")]
    assert read_seeds(tmp_path / "table.csv") == [Seed("Translate.", "Baum")]
    assert read_seeds(tmp_path / "list.json") == [Seed("Name a tree.")]


def test_the_seed_tasks_of_self_instruct(shared_data: Path) -> None:
    seeds = read_seeds(shared_data / "self-instruct" / "seed_tasks.jsonl")
    assert len(seeds) == 175
    assert sum(seed.is_classification is True for seed in seeds) == 26
    assert sum(not seed.input for seed in seeds) == 50
    assert all(seed.output for seed in seeds)


def test_equal_seeds_count_once_and_asked_rows_every_time(tmp_path: Path) -> None:
    path = written(tmp_path, {"instruction": "A b."}, {"instruction": "C d."}, {"instruction": "A b."})
    assert read_seeds(path) == [Seed("A b."), Seed("C d.")]
    assert [each.instruction for each in each_asked(path)] == ["A b.", "C d.", "A b."]


def test_what_is_asked_ends_with_the_last_user_turn(tmp_path: Path) -> None:
    rows = ({"messages": TURNS}, {"instruction": "Translate.", "input": "Baum", "output": "tree"})
    talk, single = each_asked(written(tmp_path, *rows))
    assert [each.as_dict() for each in talk.messages] == TURNS[:4]
    assert [each.content for each in single.messages] == ["Translate.\nBaum"]
    assert (single.instruction, single.input) == ("Translate.", "Baum")


def test_asked_rows_are_read_as_they_are_wanted(tmp_path: Path) -> None:
    path = written(tmp_path, {"instruction": "A b."}, {"instruction": ""})
    rows = each_asked(path)
    assert next(rows).instruction == "A b."
    with pytest.raises(BadInput, match="no instruction"):
        next(rows)


BAD = [
    ({"instruction": "  "}, "no instruction", "seeds.jsonl:2"),
    ({"intruction": "Name a tree."}, "its keys are 'intruction'", "one of instruction, question"),
    ({"instruction": 5}, "'instruction' is no text: '5'", "seeds.jsonl:2"),
    ({"instruction": "A b.", "input": ["x"]}, "'input' is no text", "seeds.jsonl:2"),
    ({"instruction": "A b.", "instances": []}, "a seed task needs", "seeds.jsonl:2"),
    ({"instances": [{"output": "x"}]}, "a seed task needs", "seeds.jsonl:2"),
    ({"instruction": "A b.", "instances": [{"input": 3}]}, "'input' is no text", "seeds.jsonl:2"),
    ({"messages": [{"role": "assistant", "content": "Hm."}]}, "no instruction", "seeds.jsonl:2"),
    ({"messages": [{"role": "usr", "content": "Hm."}]}, "role 'usr'", "seeds.jsonl:2"),
    ({"output": "x"}, "lacks the key 'instruction'", "seeds.jsonl:2"),
    ({}, r"its keys are \(none\)", "seeds.jsonl:2"),
]


@pytest.mark.parametrize(("row", "what", "where"), BAD, ids=lambda each: str(each)[:40])
def test_a_bad_row_is_named(tmp_path: Path, row: dict[str, Any], what: str, where: str) -> None:
    path = written(tmp_path, {"instruction": "A good one."}, row)
    for reading in (lambda: read_seeds(path), lambda: list(each_asked(path))):
        with pytest.raises(BadInput, match=what) as caught:
            reading()
        assert where in str(caught.value)


def test_files_that_hold_no_seed(tmp_path: Path) -> None:
    for name in ("empty.jsonl", "empty.txt", "empty.json", "empty.csv"):
        (tmp_path / name).write_text("" if name != "empty.json" else "[]", encoding="utf-8")
        with pytest.raises(BadInput, match="holds no rows"):
            read_seeds(tmp_path / name)
    with pytest.raises(BadInput, match="no such file") as caught:
        read_seeds(tmp_path / "emty.txt")
    assert "empty.txt" in caught.value.remedy


def test_another_encoding_is_named_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "seeds.txt"
    path.write_bytes("Name a tree.\n请写一首诗。\n".encode("gbk"))
    with pytest.raises(BadInput, match="not UTF-8") as caught:
        read_seeds(path)
    assert "seeds.txt:2" in caught.value.where
    path.write_bytes("Name a tree.".encode("utf-16"))
    with pytest.raises(BadInput, match="UTF-16"):
        read_seeds(path)


texts = st.text(max_size=8)
seeds = st.builds(Seed, texts, texts, texts, st.none() | st.booleans())


@given(st.lists(seeds))
def test_distinct_keeps_the_first_of_each_content_in_order(some: list[Seed]) -> None:
    kept = distinct(some)
    assert len({seed.id for seed in kept}) == len(kept)
    assert {seed.id for seed in kept} == {seed.id for seed in some}
    places = [some.index(seed) for seed in kept]
    assert places == sorted(places)


@given(seeds)
def test_a_seed_survives_its_dictionary(seed: Seed) -> None:
    assert Seed.from_dict(json.loads(json.dumps(seed.as_dict()))) == seed
    assert seed.question.startswith(seed.instruction)
