"""``tutelage judge-check``: what a judge can see, and how often it agrees with people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.cli.main import run

pytest.importorskip("numpy", reason="the statistics of an evaluation need the extra 'evaluate'")

# Every good answer says FINE; canaries that are worse mostly do not, and the judge goes by it.
RULES = [
    {"when": "(?s)FINE.*FINE", "reply": "A = B"},
    {"when": '(?s)FINE.*answer-[0-9a-f]+ of="B"', "reply": "A > B"},
    {"when": '(?s)answer-[0-9a-f]+ of="B".*FINE', "reply": "B > A"},
    {"when": "(?s).", "reply": "A = B"},
]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = [
        {
            "instruction": f"Say {n}.",
            "input": "",
            "output": f"It is {n}, and that is all there is to say: FINE",
        }
        for n in range(6)
    ]
    (tmp_path / "d.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    (tmp_path / "judge.yaml").write_text(json.dumps(RULES), "utf-8")
    pairs = [
        {
            "question": f"Say {n}.",
            "answer_1": f"FINE {n}",
            "answer_2": f"No {n}",
            "preferred": 1 if n < 5 else 2,
        }
        for n in range(6)
    ]
    (tmp_path / "labels.json").write_text(json.dumps(pairs), "utf-8")
    return tmp_path


def check(*arguments: str) -> int:
    return run(["judge-check", "--judge", "scripted:judge.yaml", "--bench", "beat-rate", *arguments])


def test_canaries_and_people_in_one_report(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("--data", "d.jsonl", "--labels", "labels.json", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["specificity"] == 1.0
    assert 0.5 < found["sensitivity"] < 1.0  # an answer swapped for another says FINE too
    assert found["position_bias"] == pytest.approx(0.0)
    assert found["human"]["n"] == 6
    assert found["human"]["accuracy"] == pytest.approx(100 * 5 / 6)


def test_people_alone(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("--labels", "labels.json", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["human"]["n"] == 6
    assert not any("cannot be used" in line for line in found["notes"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "nothing to judge"),
        (["--data", "none.jsonl"], "none.jsonl"),
        (["--labels", "d.jsonl"], "no verdict"),
        (["--data", "d.jsonl", "--bench", "math"], "compares no answers"),
    ],
)
def test_bad_input_is_told(
    arguments: list[str], told: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(*arguments) == 2
    assert told in capsys.readouterr().err
