from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tutelage.errors import BadInput, StoreFailed
from tutelage.export import files
from tutelage.export.files import OUR_NAMES, write_dataset, write_format
from tutelage.export.settings import DatasetFacts, ExportSettings
from tutelage.records import Example, Message, Rejection
from tutelage.rows import read_rows, to_example

Make = Callable[..., Example]
FACTS = DatasetFacts(title="Notes", recipe_name="notes", method="skillmix", version="0.1.0", language="en")


@pytest.fixture
def rows(example: Make) -> list[Example]:
    return [
        example("q1", "a1", id="1", cell={"skills": "x, y", "query_type": "z"}, licence="mit", teacher="t"),
        example(
            "问题", "答案", "again", "more", id="2", system="s", licence="cc-by-4.0", lineage={"n": [1, "x"]}
        ),
        example("half \ud83d", "\ud83d\ude00", id="3", licence="mit"),
    ]


REJECTED = (
    Rejection("parse:no_answer", "raw \ud800", item="i1"),
    Rejection("novelty:too_similar", "same", score=0.75, example="9", detail="against 1"),
    Rejection("shape:odd", "x", score=float("nan")),
)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("container", ["jsonl", "json", "parquet"])
def test_every_file_is_there_and_every_view_reads_back(
    tmp_path: Path, rows: list[Example], container: Any
) -> None:
    out = tmp_path / "dataset"
    exported = write_dataset(out, iter(rows), iter(REJECTED), FACTS, ExportSettings(container=container))
    assert set(contents(out)) == set(exported.files) == {
        *(f"{name}.{container}" for name in ("alpaca", "sharegpt", "messages", "prompt-completion")),
        *("dataset_info.json", "axolotl.yaml", "provenance.jsonl", "rejected.jsonl", "README.md"),
    }  # fmt: skip
    assert set(exported.files) <= OUR_NAMES
    assert exported.examples == 3
    assert exported.rows == {"prompt-completion": 4, "messages": 3, "alpaca": 3, "sharegpt": 3}
    assert exported.repaired == 1
    by_id = {
        row.data["id"]: to_example(row.data, row.place) for row in read_rows(out / f"alpaca.{container}")
    }
    assert by_id["2"].messages == rows[1].messages
    assert by_id["3"].output == "😀"
    assert by_id["3"].instruction == "half \ufffd"


def test_provenance_joins_by_id_and_rejections_keep_their_raw_text(
    tmp_path: Path, rows: list[Example]
) -> None:
    out = tmp_path / "dataset"
    write_dataset(out, rows, REJECTED, FACTS, ExportSettings())
    provenance = {row["id"]: row for row in lines(out / "provenance.jsonl")}
    assert list(provenance) == ["1", "2", "3"]
    assert json.loads(provenance["1"]["cell"]) == {"skills": "x, y", "query_type": "z"}
    assert json.loads(provenance["2"]["lineage"]) == {"n": [1, "x"]}
    assert all(isinstance(value, str) for row in provenance.values() for value in row.values())
    refused = lines(out / "rejected.jsonl")
    assert [row["text"] for row in refused] == ["raw \ufffd", "same", "x"]
    assert [row["score"] for row in refused] == [None, 0.75, None]
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "replaced by U+FFFD in 1 of the examples" in card
    assert yaml.safe_load(card.split("---\n")[1])["license"] == "cc-by-4.0"
    assert "novelty:too\\_similar" in card


def test_equal_examples_give_equal_bytes(tmp_path: Path, rows: list[Example]) -> None:
    for name in ("one", "two"):
        write_dataset(tmp_path / name, rows, REJECTED, FACTS, ExportSettings())
        time.sleep(0.01)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_what_no_format_can_carry_is_a_rejection_with_its_reason(tmp_path: Path, example: Make) -> None:
    seen = Example(
        "7", (Message("user", "what?", ("a.png",)), Message("assistant", "cat")), "what?", item="i7"
    )
    open_end = example("q", "a", "q2", id="8")
    exported = write_dataset(
        tmp_path / "out", [example("q", "a"), seen, open_end], REJECTED[:1], FACTS, ExportSettings()
    )
    assert exported.examples == 1
    assert [each.reason for each in exported.left_out] == ["export:images", "export:turns"]
    refused = lines(tmp_path / "out" / "rejected.jsonl")
    assert [(row["reason"], row["example"]) for row in refused][1:] == [
        ("export:images", "7"),
        ("export:turns", "8"),
    ]
    assert "user: what?" in refused[1]["text"]
    assert "export:images" in (tmp_path / "out" / "README.md").read_text()


def test_an_export_of_nothing_is_still_a_whole_folder(tmp_path: Path) -> None:
    exported = write_dataset(tmp_path / "out", [], [], FACTS, ExportSettings())
    assert exported.examples == 0
    assert (tmp_path / "out" / "alpaca.jsonl").read_bytes() == b""
    assert "0 examples" in (tmp_path / "out" / "README.md").read_text()


def test_another_container_leaves_no_stale_view(tmp_path: Path, rows: list[Example]) -> None:
    out = tmp_path / "out"
    write_dataset(out, rows, [], FACTS, ExportSettings())
    (out / "notes.md").write_text("mine")
    write_dataset(out, rows, [], FACTS, ExportSettings(container="json", formats="alpaca"))
    assert set(contents(out)) == {
        *("alpaca.json", "dataset_info.json", "provenance.jsonl", "rejected.jsonl", "README.md", "notes.md")
    }


def test_a_licence_of_ones_own_comes_with_its_file(tmp_path: Path, rows: list[Example]) -> None:
    write_dataset(tmp_path / "out", rows, [], FACTS, ExportSettings(licence="Acme Terms"))
    assert "Acme Terms" in (tmp_path / "out" / "LICENSE.md").read_text()


class Boom(Exception):
    pass


def failing(rows: list[Example], error: BaseException) -> Iterator[Example]:
    yield from rows
    raise error


@pytest.mark.parametrize("container", ["jsonl", "json", "parquet"])
@pytest.mark.parametrize("error", [Boom(), KeyboardInterrupt()])
def test_an_interrupted_export_leaves_the_old_one(
    tmp_path: Path, rows: list[Example], container: Any, error: BaseException
) -> None:
    out, settings = tmp_path / "out", ExportSettings(container=container)
    write_dataset(out, rows[:1], [], FACTS, settings)
    before = contents(out)
    with pytest.raises(type(error)):
        write_dataset(out, failing(rows, error), [], FACTS, settings)
    assert contents(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_full_disk_in_the_middle_leaves_the_old_one(
    tmp_path: Path, rows: list[Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write_dataset(out, rows[:1], [], FACTS, ExportSettings())
    before = contents(out)

    def full(file: Any) -> None:
        file.close()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "to_disk", full)
    with pytest.raises(StoreFailed, match="No space left"):
        write_dataset(out, rows, [], FACTS, ExportSettings())
    assert contents(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
def test_a_truly_full_device_is_told_not_thrown(tmp_path: Path, rows: list[Example]) -> None:
    place = tmp_path / "rows.jsonl"
    sink = files.open_sink(Path("/dev/full"), "jsonl", {})
    sink.write({"id": "x"})
    with pytest.raises(StoreFailed, match="No space left"), files.replacing_file(place):
        sink.close()
    assert list(tmp_path.iterdir()) == []


KILLED = """
import sys, time
from pathlib import Path
from tutelage.export.files import write_dataset
from tutelage.export.settings import DatasetFacts, ExportSettings
from tutelage.records import Example
def slow():
    for number in range(10_000):
        print("going", flush=True)
        yield Example.single_turn("new", "new", id=str(number))
        time.sleep(0.01)
write_dataset(Path(sys.argv[1]), slow(), [], DatasetFacts(), ExportSettings())
"""


def test_a_killed_export_leaves_the_old_one(tmp_path: Path, rows: list[Example]) -> None:
    out = tmp_path / "out"
    write_dataset(out, rows, REJECTED, FACTS, ExportSettings())
    before = contents(out)
    with subprocess.Popen([sys.executable, "-c", KILLED, str(out)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        for _ in range(3):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
    assert contents(out) == before


class TestOneFile:
    def test_one_format_alone(self, tmp_path: Path, rows: list[Example]) -> None:
        path = tmp_path / "rows.json"
        exported = write_format(path, rows, "prompt-completion", "json")
        assert (exported.examples, exported.rows, exported.repaired) == (3, {"prompt-completion": 4}, 1)
        assert [row["id"] for row in json.loads(path.read_text(encoding="utf-8"))] == ["1", "2", "2", "3"]

    def test_a_source_may_be_its_own_target(self, tmp_path: Path, rows: list[Example]) -> None:
        path = tmp_path / "rows.jsonl"
        write_format(path, rows, "messages", "jsonl")
        again = (to_example(row.data, row.place) for row in read_rows(path))
        write_format(path, again, "alpaca", "jsonl")
        assert {row["id"]: row["output"] for row in lines(path)} == {"1": "a1", "2": "more", "3": "😀"}

    def test_left_out_is_told(self, tmp_path: Path, example: Make) -> None:
        exported = write_format(tmp_path / "x.jsonl", [example("q")], "alpaca", "jsonl")
        assert [each.reason for each in exported.left_out] == ["export:turns"]

    def test_an_unknown_format_writes_nothing(self, tmp_path: Path, rows: list[Example]) -> None:
        with pytest.raises(BadInput, match="did you mean 'alpaca'"):
            write_format(tmp_path / "x.jsonl", rows, "alpacca", "jsonl")
        assert list(tmp_path.iterdir()) == []
