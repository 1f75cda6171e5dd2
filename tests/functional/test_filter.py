"""``tutelage filter`` as a person or a script meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.cli.main import run
from tutelage.rows import read_rows

ROW = {
    "instruction": "Tell me why the sea rises.",
    "output": "Because the moon pulls at it all day.",
    "extra": 1,
}
OTHER = {"instruction": "Name a fruit that is yellow.", "output": "A banana is yellow.", "extra": 2}


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def last_json(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_the_interface_for_scripts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = write(tmp_path / "one.jsonl", ROW, OTHER), write(tmp_path / "two.jsonl", ROW)
    out = tmp_path / "new" / "out.json"
    code = run(["filter", str(one), str(two), "--filters", "duplicate,novelty", "--out", str(out), "--json"])
    assert code == 0
    assert last_json(capsys) == {
        "read": 3,
        "kept": 2,
        "rejected": {"duplicate:exact": 1},
        "noted": {},
        "out": str(out),
        "rejected_file": str(tmp_path / "new" / "out.rejected.jsonl"),
    }
    assert json.loads(out.read_text("utf-8")) == [ROW, OTHER]


def test_a_setting_changes_the_decision(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    near = ROW | {"instruction": "Tell me why the sea falls."}
    source = write(tmp_path / "in.jsonl", ROW, near)
    command = ["filter", str(source), "--filters", "novelty", "--out", str(tmp_path / "o.jsonl"), "--json"]
    assert run(command) == 0
    assert last_json(capsys)["kept"] == 1
    assert run([*command, "--set", "novelty.threshold=0.9"]) == 0
    assert last_json(capsys)["kept"] == 2


def test_the_default_filters_and_the_words_for_a_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refusal = {
        "instruction": "Where does rain come from?",
        "output": "I'm sorry, but I can't help with that.",
    }
    source = write(tmp_path / "in.jsonl", ROW, refusal, ROW)
    assert run(["filter", str(source), "--out", str(tmp_path / "o.jsonl")]) == 0
    told = capsys.readouterr().out
    assert "read 3 rows, kept 1" in told
    assert "1  shape:refusal" in told
    assert "1  duplicate:exact" in told


GOOD = json.dumps(ROW) + "\n"
MALFORMED: dict[str, tuple[str, bytes, list[str]]] = {
    "half a line": ("d.jsonl", GOOD.encode() + b'{"instruction": "a", "out', ["d.jsonl:2", "line"]),
    "no JSON": ("d.jsonl", b"instruction: a\n", ["d.jsonl:1", "instruction: a"]),
    "a list cut off": ("d.json", b'[{"instruction": "a", "output": "b"},\n', ["d.json:", "cut off"]),
    "Latin-1": ("d.jsonl", b'{"instruction": "caf\xe9"}', ["d.jsonl:1", "0xe9 at offset 20", "UTF-8"]),
    "UTF-16": ("d.jsonl", GOOD.encode("utf-16"), ["d.jsonl:1", "UTF-16", "iconv"]),
    "empty": ("d.jsonl", b"", ["d.jsonl", "no rows"]),
    "an empty list": ("d.json", b"[]", ["d.json", "no rows"]),
    "a number as row": ("d.jsonl", GOOD.encode() + b"7\n", ["d.jsonl:2", "a number: 7", "write rows like"]),
    "an object without rows": ("d.json", b'{"title": "x"}', ["d.json:1", "'title'", "'examples'"]),
    "unknown keys": (
        "d.jsonl",
        b'{"question": "a", "reply": "b"}',
        ["d.jsonl:1", "'question', 'reply'", "alpaca"],
    ),
    "a mistyped key": (
        "d.jsonl",
        b'{"instruction": "a", "ouput": "b"}',
        ["d.jsonl:1", "'output'", "did you mean"],
    ),
    "a wrong type": ("d.jsonl", b'{"instruction": 5, "output": "b"}', ["d.jsonl:1", "'instruction'", "5"]),
    "a wrong role": (
        "d.jsonl",
        b'{"messages": [{"role": "usr", "content": "a"}]}',
        ["d.jsonl:1", "'usr'", "'user'"],
    ),
    "a ragged table": ("d.csv", b"instruction,output\na,b,c\n", ["d.csv:2", "3 cells", "quote"]),
    "an open quote": ("d.csv", b'instruction,output\n"a,b\n', ["d.csv:2", "quotation"]),
    "no Parquet": ("d.parquet", b"PAR1", ["d.parquet", "Parquet"]),
    "an unknown ending": ("d.xlsx", b"PK", ["d.xlsx", "'.xlsx'", ".jsonl"]),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_files_are_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    file, content, words = MALFORMED[name]
    source = tmp_path / file
    source.write_bytes(content)
    assert (
        run(["filter", str(source), "--filters", "duplicate", "--out", str(tmp_path / "new" / "o.jsonl")])
        == 2
    )
    told = capsys.readouterr().err
    for word in words:
        assert word in told
    assert "Traceback" not in told
    assert [path.name for path in tmp_path.iterdir()] == [file]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["in.jsonl", "--out", "in.jsonl"], ["written over"]),
        (["im.jsonl", "--out", "o.jsonl"], ["no such file", "'in.jsonl'"]),
        (["in.jsonl", "--out", "o.txt"], ["'.txt'", ".jsonl"]),
        (["in.jsonl", "--out", "o.jsonl", "--filters", "novel"], ["'novel'", "'novelty'"]),
        (["in.jsonl", "--out", "o.jsonl", "--set", "novelty.treshold=1"], ["treshold", "'threshold'"]),
        (["in.jsonl", "--out", "o.jsonl", "--strict", "bad.jsonl"], ["bad.jsonl:1", "'question'"]),
        (
            ["in.jsonl", "--out", "o.jsonl", "--filters", "novelty", "--set", "novelty.scope=fil"],
            ["'fil'", "'file'"],
        ),
    ],
)
def test_wrong_commands_are_refused_and_nothing_is_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "in.jsonl", ROW)
    write(tmp_path / "bad.jsonl", {"question": "x"})
    assert run(["filter", *arguments]) == 2
    told = capsys.readouterr().err
    for word in words:
        assert word in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.jsonl", "in.jsonl"]
    assert next(read_rows(tmp_path / "in.jsonl")).data == ROW


def test_published_figures(shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = shared_data / "explore-instruct" / "demo_domain"
    files = sorted(str(path) for path in folder.glob("*.json") if path.stem != "tree_meta_info")
    novelty = ["--filters", "novelty", "--out", str(tmp_path / "o.jsonl"), "--json"]
    assert run(["filter", *files, *novelty]) == 0
    assert last_json(capsys)["kept"] == 2278
    assert run(["filter", *files, *novelty, "--set", "novelty.scope=file"]) == 0
    assert last_json(capsys)["kept"] == 2448
    source = str(shared_data / "self-instruct" / "self_instruct_5k.jsonl")
    assert run(["filter", source, "--filters", "duplicate,novelty", *novelty[2:]]) == 0
    found = last_json(capsys)
    assert (found["read"], found["kept"]) == (5000, 4852)


def test_the_trace_tells_what_each_filter_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    short = {"instruction": "Describe the sea at night.", "output": "No."}
    source = write(tmp_path / "in.jsonl", ROW, short, ROW, OTHER, {"x": 1})
    command = ["filter", str(source), "--filters", "shape,duplicate", "--out", str(tmp_path / "o.jsonl")]
    assert run([*command, "--trace", "--json"]) == 0
    trace = last_json(capsys)["trace"]
    assert isinstance(trace, list)
    assert [(step["filter"], step["entering"], step["leaving"]) for step in trace] == [
        ("row", 5, 4),
        ("shape", 4, 3),
        ("duplicate", 3, 2),
    ]
    (sample,) = trace[2]["examples"]["exact"]
    assert (sample["place"], sample["witness"]) == (f"{source}:3", f"{source}:1")
    assert run([*command, "--trace"]) == 0
    told = capsys.readouterr().out
    assert "shape: 4 in, 3 out" in told
    assert "Describe the sea at night." in told
    assert run([*command, "--json"]) == 0
    assert "trace" not in last_json(capsys)


JUDGE = """
name: judging
target: 1
teacher: {kind: scripted, default: nothing}
judge:
  kind: scripted
  label: judge
  rules:
    - {when: banana, reply: '{"rationale": "It repeats.", "scores": SCORES}'}
  default: '{"rationale": "Well said.", "scores": GOOD}'
method: {kind: skillmix, skills: [chess, cooking]}
"""
CRITERIA = ("correct", "complete", "obedient", "clear", "specific")


def test_a_judge_decides_about_rows_of_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write(tmp_path / "in.jsonl", ROW, OTHER)
    recipe = tmp_path / "judge.yaml"
    text = JUDGE.replace("SCORES", json.dumps(dict.fromkeys(CRITERIA, 2)))
    recipe.write_text(text.replace("GOOD", json.dumps(dict.fromkeys(CRITERIA, 5))), "utf-8")
    command = ["filter", str(source), "--filters", "quality", "--out", str(tmp_path / "o.jsonl"), "--json"]
    assert run(command) == 2
    told = capsys.readouterr().err
    assert "'quality' asks a model" in told
    assert "--judge RECIPE" in told
    assert not (tmp_path / "o.calls.db").exists()
    assert run([*command, "--judge", str(recipe)]) == 0
    assert last_json(capsys)["rejected"] == {"quality:below_bar": 1}
    (refused,) = [each.data for each in read_rows(tmp_path / "o.rejected.jsonl")]
    assert (refused["row"], refused["score"]) == (OTHER, 2.0)
    assert "It repeats." in refused["detail"]
    assert (tmp_path / "o.calls.db").exists()
