"""Several files in, one shuffled file of their quotas out."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.rows import read_rows
from tutelage.runs.mixing import mix_files
from tutelage.select.mixing import Mixture


def source(path: Path, rows: list[Any]) -> Path:
    if path.suffix == ".json":
        path.write_text(json.dumps(rows), encoding="utf-8")
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def rows_of(name: str, count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"instruction": f"{name} {number}", "output": "a", **more} for number in range(count)]


def lines(path: Path) -> list[dict[str, Any]]:
    return [row.data for row in read_rows(path)]


@pytest.fixture
def three(tmp_path: Path) -> list[Path]:
    return [
        source(tmp_path / "large.jsonl", rows_of("large", 200, licence="CC0-1.0", note={"deep": [1]})),
        source(tmp_path / "middle.json", rows_of("middle", 60, cell={"task": "t"})),
        source(tmp_path / "small.jsonl", [*rows_of("small", 10), {"x": 1}]),
    ]


def counts(path: Path) -> Counter[str]:
    return Counter(row["instruction"].split()[0] for row in lines(path))


def test_quotas_are_met_and_rows_lose_nothing(three: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    result = mix_files(three, Mixture(100, cap=60, temperature=2), out)
    assert result.mixed == 100
    assert [(each.requested, each.obtained) for each in result.sources] == [(42, 45), (41, 45), (17, 10)]
    assert counts(out) == {
        "large": result.sources[0].obtained,
        "middle": result.sources[1].obtained,
        "small": 10,
    }
    assert result.sources[2].unreadable == 1
    assert result.as_dict()["read"] == 271
    found = {row["instruction"]: row for row in lines(out)}
    assert len(found) == 100
    large = next(row for name, row in found.items() if name.startswith("large"))
    assert (large["licence"], large["note"], large["cell"]) == (
        "CC0-1.0",
        {"deep": [1]},
        {"file": "large.jsonl"},
    )
    middle = next(row for name, row in found.items() if name.startswith("middle"))
    assert middle["cell"] == {"task": "t", "file": "middle.json"}


def test_the_order_is_mixed_and_the_bytes_repeat(three: list[Path], tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        mix_files(three, Mixture(60, weights=(1, 1, 0)), tmp_path / f"{name}.jsonl", seed=seed)
    a, b, c = ((tmp_path / f"{name}.jsonl").read_bytes() for name in "abc")
    assert a == b != c
    firsts = [row["instruction"].split()[0] for row in lines(tmp_path / "a.jsonl")]
    assert 15 < sum(one != other for one, other in pairwise(firsts)) < 45


def test_a_larger_total_takes_the_same_rows_and_more(three: list[Path], tmp_path: Path) -> None:
    for total in (40, 80):
        mix_files(three, Mixture(total, weights=(3, 1, 0)), tmp_path / f"{total}.jsonl")
    small, large = ({row["instruction"] for row in lines(tmp_path / f"{total}.jsonl")} for total in (40, 80))
    assert small < large


def test_repeating_takes_every_row_before_any_again(three: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    mix_files(three, Mixture(50, weights=(1, 0, 1), when_exhausted="repeat"), out)
    small = Counter(row["instruction"] for row in lines(out) if row["instruction"].startswith("small"))
    assert len(small) == 10
    assert sorted(small.values()) == [2] * 5 + [3] * 5


def test_a_quota_is_split_evenly_over_templates(tmp_path: Path) -> None:
    rows = [
        {"instruction": f"{template} {number}", "output": "a", "cell": {"template": template}}
        for template, size in (("one", 50), ("two", 30), ("three", 3))
        for number in range(size)
    ]
    out = tmp_path / "out.jsonl"
    mix_files([source(tmp_path / "in.jsonl", rows)], Mixture(43), out, split_by="template")
    assert counts(out) == {"one": 20, "two": 20, "three": 3}


def test_what_cannot_be_mixed_is_refused_and_nothing_is_written(three: list[Path], tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    out = tmp_path / "out.jsonl"
    with pytest.raises(BadInput, match="named twice"):
        mix_files([three[0], three[0]], Mixture(5), out)
    with pytest.raises(BadInput, match="written over"):
        mix_files(three, Mixture(5), three[1])
    with pytest.raises(BadInput, match="2 weights for 3"):
        mix_files(three, Mixture(5, weights=(1, 1)), out)
    with pytest.raises(BadInput, match=r"(?s)no row has 'tusk'.*'task'"):
        mix_files(three, Mixture(5), out, split_by="tusk")
    with pytest.raises(BadInput, match=r"small\.jsonl:11"):
        mix_files(three, Mixture(5), out, strict=True)
    assert sorted(tmp_path.iterdir()) == before


def test_every_row_names_its_source_and_the_first_source_stays(tmp_path: Path) -> None:
    files = [
        source(tmp_path / "own.jsonl", rows_of("own", 1, cell={"task": "t"})),
        source(tmp_path / "mixed.jsonl", rows_of("mixed", 1, cell={"file": "before.json"})),
        source(tmp_path / "none.jsonl", rows_of("none", 1)),
    ]
    mix_files(files, Mixture(3), tmp_path / "out.jsonl")
    assert {row["instruction"].split()[0]: row["cell"] for row in lines(tmp_path / "out.jsonl")} == {
        "own": {"task": "t", "file": "own.jsonl"},
        "mixed": {"file": "before.json"},
        "none": {"file": "none.jsonl"},
    }
