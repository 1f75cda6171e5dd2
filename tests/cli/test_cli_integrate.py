from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.cli.main import run

ROWS = "text,label,id\nsee you at noon,ham,1\nwin a prize,spam,2\nwho knows,,3\n"
LABELS = ["--set", "labels=[ham, spam]"]


@pytest.fixture
def mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mail.csv").write_text(ROWS, encoding="utf-8")
    return tmp_path


def test_rows_become_a_dataset(mail: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [
        "integrate",
        "mail.csv",
        "--templates",
        "classification",
        *LABELS,
        "--out",
        "a.jsonl",
        "--json",
    ]
    assert run(command) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["read"], said["written"], said["rejected"]) == (3, 2, {"label:unlabelled": 1})
    assert sum(said["templates"].values()) == 2
    assert len((mail / "a.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    assert len((mail / "a.rejected.jsonl").read_text(encoding="utf-8").splitlines()) == 1


def test_a_person_is_told_the_same(mail: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["integrate", "mail.csv", "--templates", "classification", *LABELS, "--out", "a.jsonl"]) == 0
    said = capsys.readouterr().out
    assert "read 3 rows, wrote 2 examples" in said
    assert "label:unlabelled" in said


def test_a_preview_writes_nothing(mail: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["integrate", "mail.csv", "--templates", "classification", *LABELS, "--preview"]) == 0
    said = capsys.readouterr().out
    assert said.count("=== ") == 5
    assert "columns that no template uses: id" in said
    assert [each.name for each in mail.iterdir()] == ["mail.csv"]


def test_own_templates_and_settings_by_either_name(mail: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (mail / "own.yaml").write_text("a: {prompt: '{{ body }}', target: '{{ label }}'}\n", encoding="utf-8")
    for name in ("columns.body", "integrate.columns.body"):
        command = ["integrate", "mail.csv", "--templates", "own.yaml", "--out", "a.jsonl", "--json"]
        assert run([*command, "--set", f"{name}=text", "--set", "seed=7"]) == 0
        assert json.loads(capsys.readouterr().out)["written"] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--templates", "clasification", "--out", "a.jsonl"], "did you mean 'classification'"),
        (["--templates", "classification", "--out", "a.jsonl"], "labels: [ham, spam]"),
        (["--templates", "classification", *LABELS], "--out data.jsonl"),
        (["--templates", "classification", "--templates", "own.yaml"], "name one family"),
        (
            ["--templates", "classification", "--set", "lables=[a]", "--out", "a.jsonl"],
            "did you mean 'labels'",
        ),
        (["--templates", "classification", "--set", "seed=x", "--out", "a.jsonl"], "no whole number"),
        (["--templates", "summarise", "--out", "a.jsonl"], "columns: {document: COLUMN}"),
        (["--out", "a.jsonl"], "family=…"),
    ],
)
def test_bad_input_is_told_and_nothing_written(
    mail: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert run(["integrate", "mail.csv", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert [each.name for each in mail.iterdir()] == ["mail.csv"]
