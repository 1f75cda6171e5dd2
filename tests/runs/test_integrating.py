from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BadInput
from tutelage.methods.integrate import Integrate
from tutelage.rows import read_rows, to_example
from tutelage.runs.integrating import integrate_files, preview_templates


def data(folder: Path, rows: list[dict[str, Any]]) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def method(path: Path, **settings: Any) -> Integrate:
    return Integrate(data_file=path, **{"family": "summarise", **settings})


ROWS = [
    {"document": f"Long text {number}.", "summary": f"Short {number}.", "id": number} for number in range(5)
]


def test_rows_in_examples_out_and_refused_rows_beside(tmp_path: Path) -> None:
    path = data(tmp_path, [*ROWS, {"document": "No summary."}])
    said: list[tuple[int, int]] = []
    result = integrate_files(
        method(path, templates="all"), tmp_path / "out.jsonl", seed=1, on_progress=lambda *n: said.append(n)
    )
    assert (result.read, result.written, result.rejected) == (6, 20, {"template:missing_field": 4})
    assert sum(result.templates.values()) == 20
    written = [to_example(row.data, row.place) for row in read_rows(result.out)]
    assert len({each.id for each in written}) == 20
    assert Counter(each.cell["template"] for each in written) == result.templates
    refused = [row.data for row in read_rows(result.rejected_file)]
    assert {each["place"] for each in refused} == {"rows.jsonl:6"}
    assert all("'summary' is undefined" in each["detail"] for each in refused)
    assert refused[0]["row"] == {"document": "No summary."}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    path = data(tmp_path, ROWS)
    outs = [tmp_path / f"{number}.jsonl" for number in range(3)]
    for out, seed in zip(outs, (1, 1, 2), strict=True):
        integrate_files(method(path, shots=2), out, seed=seed)
    texts = [out.read_bytes() for out in outs]
    assert texts[0] == texts[1] != texts[2]


def test_nothing_is_written_over_what_is_read_nor_after_a_fault(tmp_path: Path) -> None:
    path = data(tmp_path, ROWS)
    with pytest.raises(BadInput, match="would be written over"):
        integrate_files(method(path), path, seed=1)
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"document,summary\n" + b"a,b\n" * 100 + b"\xff,b\n")
    with pytest.raises(BadInput, match="not UTF-8") as caught:
        integrate_files(method(broken), tmp_path / "out.jsonl", seed=1)
    assert caught.value.where.endswith("broken.csv:102")
    assert not (tmp_path / "out.jsonl").exists()
    assert not (tmp_path / "out.rejected.jsonl").exists()


def test_parquet_in_and_out(tmp_path: Path) -> None:
    first = integrate_files(method(data(tmp_path, ROWS)), tmp_path / "a.parquet", seed=1)
    assert [to_example(row.data, row.place).output for row in read_rows(first.out)] == [
        row["summary"] for row in ROWS
    ]
    import pyarrow
    import pyarrow.parquet

    table = tmp_path / "rows.parquet"
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), table)
    again = integrate_files(method(table), tmp_path / "b.jsonl", seed=1)
    assert again.written == 5


def test_a_preview_shows_each_template_once_and_what_is_left_over(tmp_path: Path) -> None:
    path = data(tmp_path, [{"document": "a", "summary": None}, *ROWS])
    found = preview_templates(method(path, templates=1, cap=1), seed=1)
    assert [each.template for each in found.shown] == ["in_short", "summary_of", "no_time", "labelled"]
    assert all(each.example is not None for each in found.shown)
    assert found.unused_columns == ["id"]
    assert found.never_filled == []
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_preview_tells_why_a_template_has_no_row_and_what_is_never_filled(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "good: {prompt: '{{ document }}', target: '{{ summary }}'}\n"
        "asks: {prompt: '{% if hint is defined %}x{% endif %}', target: '{{ document }}'}\n",
        encoding="utf-8",
    )
    found = preview_templates(method(data(tmp_path, ROWS), family="", templates_file=own), seed=1)
    good, asks = found.shown
    assert good.example is not None
    assert good.example.output == "Short 0."
    assert (asks.example, asks.refusals) == (None, {"template:skips_row": 5})
    assert found.never_filled == ["hint"]
    assert found.as_dict()["templates"][1]["prompt"] is None


MEASURE = """
import resource, sys
from pathlib import Path
from tutelage.methods.integrate import Integrate
from tutelage.runs.integrating import integrate_files
method = Integrate(data_file=Path(sys.argv[1]), family="summarise", shots=1)
done = integrate_files(method, Path(sys.argv[2]), seed=1)
print(done.written, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_a_long_file_is_streamed(tmp_path: Path) -> None:
    """Ten times the rows cost a few megabytes more: what tells equal rows apart, and nothing else."""
    peaks = []
    for count in (600, 6_000):
        path = tmp_path / f"{count}.csv"
        filler = "word " * 100
        with path.open("w", encoding="utf-8") as file:
            file.write("document,summary\n")
            file.writelines(f"{filler}{number},short {number}\n" for number in range(count))
        command = [sys.executable, "-c", MEASURE, str(path), str(tmp_path / "out.jsonl")]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        assert int(said[0]) == count
        peaks.append(int(said[1]) / 1024)
    assert peaks[1] - peaks[0] < 8
