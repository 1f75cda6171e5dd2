"""The verb analyze as a whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tutelage.analysis.settings import AnalysisSettings
from tutelage.cli.analyze import build_settings
from tutelage.cli.main import run
from tutelage.errors import BadInput

ENGLISH = [
    {"instruction": text, "input": "", "output": "Certainly. Here it is.", "cell": {"skills": skills}}
    for text, skills in (
        ("Write a short poem about the sea.", "rhyme + metaphor"),
        ("Write a short poem about the sea!", "rhyme + irony"),
        ("Give three reasons why bread rises.", "metaphor + irony"),
    )
]
CHINESE = [
    {"instruction": text, "input": "", "output": "好的，答案如下。"}
    for text in ("写一首关于大海的短诗。", "请说明面包为什么会发起来。", "写一首关于大海的短诗。")
]


def jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def last(text: str) -> dict[str, Any]:
    found = json.loads(text.strip().splitlines()[-1])
    assert isinstance(found, dict)
    return found


def test_two_inputs_side_by_side_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [jsonl(tmp_path / "en.jsonl", ENGLISH), jsonl(tmp_path / "zh.jsonl", CHINESE)]
    assert run(["analyze", *map(str, files), "--out", str(tmp_path / "report"), "--json"]) == 0
    told = last(capsys.readouterr().out)
    english, chinese = told["inputs"]
    assert (english["name"], english["examples"], chinese["examples"]) == ("en.jsonl", 3, 3)
    assert set(english["verb_noun"]) >= {"unique", "mean", "std", "top15_share"}
    assert set(english["rouge_l"]) >= {"mean", "interval", "mean_max"}
    assert english["verb_noun"]["unique"] == 2
    assert english["coverage"]["skill_pairs"]["values"] == 3
    assert english["duplicates"] is not None
    assert chinese["verb_noun"]["unique"] is None
    assert "zh" in json.dumps(chinese["verb_noun"]["unsupported"])
    assert 0 < chinese["rouge_l"]["mean_max"] <= 1
    assert english["difficulty"]["loss_note"] == "no student was given"
    written = json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))
    assert written["inputs"] == told["inputs"]
    assert told["out"] == str(tmp_path / "report")
    assert set(told["files"]) == {path.name for path in (tmp_path / "report").iterdir()}


def test_a_table_for_people_with_measures_as_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [
        jsonl(tmp_path / "en.jsonl", [*ENGLISH, {"question": "?"}]),
        jsonl(tmp_path / "zh.jsonl", CHINESE),
    ]
    assert run(["analyze", *map(str, files)]) == 0
    told = capsys.readouterr()
    lines = [line.split("\t") for line in told.out.splitlines()]
    assert lines[0] == ["measure", "en.jsonl", "zh.jsonl"]
    assert all(len(line) == 3 for line in lines)
    rows = {line[0]: line[1:] for line in lines[1:]}
    assert rows["examples"] == ["3", "3"]
    assert rows["verb-noun pairs: unique"] == ["2", "–"]
    assert rows["skill_pairs: values, evenness"] == ["3 of 3, 1.000", "–"]
    assert "en.jsonl:4" in told.err
    assert "zh.jsonl: verbs and nouns:" in told.err


def test_a_run_beside_its_export(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", str(recipe), "--out", "run"]) == 0
    assert run(["analyze", "run", "run/dataset/messages.jsonl", "--json"]) == 0
    told, exported = last(capsys.readouterr().out)["inputs"]
    assert (told["examples"], exported["examples"]) == (4, 4)
    assert (told["yields"]["accepted"], exported["yields"]) == (4, None)
    assert told["coverage"]["skills"]["wanted"]["names"] == 4
    assert told["coverage"]["query_type"]["possible"] > 1
    assert run(["analyze", "run"]) == 0
    assert "accepted of decided" in capsys.readouterr().out


def test_wanted_names_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, wanted = jsonl(tmp_path / "en.jsonl", ENGLISH), tmp_path / "wanted.csv"
    wanted.write_text("skills\nrhyme\nlitotes\n")
    assert run(["analyze", str(path), "--wanted", str(wanted), "--json"]) == 0
    told = last(capsys.readouterr().out)["inputs"][0]["coverage"]["skills"]["wanted"]
    assert (told["covered"], told["missing"]) == (1, ["litotes"])


def test_a_sample_is_told_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = jsonl(tmp_path / "en.jsonl", ENGLISH)
    assert run(["analyze", str(path), "--sample", "2", "--json"]) == 0
    told = last(capsys.readouterr().out)["inputs"][0]
    assert (told["examples"], told["analysed"], told["sampled"]) == (3, 2, True)
    assert told["settings"]["sample"] == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.jsonl"], ["no such file", "none.jsonl"]),
        (["empty"], ["neither a run nor dataset files"]),
        (["en.jsonl", "./en.jsonl"], ["given twice"]),
        (["en.jsonl", "--out", "en.jsonl"], ["this is a file"]),
        (["en.jsonl", "--set", "analyze.paris=3"], ["paris", "pairs"]),
        (["en.jsonl", "--set", "analyse.pairs=3"], ["did you mean 'analyze'"]),
        (["en.jsonl", "--set", "analyze=3"], ["settings of its own"]),
        (["en.jsonl", "--set", "analyze.threshold=7"], ["threshold"]),
        (["en.jsonl", "--spacy", "no_such_model"], ["no_such_model"]),
        (["en.jsonl", "--rule", "best"], ["best", "compat"]),
        (["bad.jsonl"], ["bad.jsonl:1"]),
        (["en.jsonl", "--wanted", "gone.csv"], ["gone.csv"]),
        ([], ["FILE"]),
    ],
)
def test_wrong_use_is_refused_in_words(
    arguments: list[str],
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    jsonl(tmp_path / "en.jsonl", ENGLISH)
    (tmp_path / "bad.jsonl").write_text("not json\n")
    (tmp_path / "empty").mkdir()
    assert run(["analyze", *arguments, "--json"]) == 2
    told = capsys.readouterr()
    for word in words:
        assert word in told.err
    assert last(told.out)["error"]["exit"] == 2


def test_options_stand_over_sets() -> None:
    built = build_settings(
        ["analyze.rule=search", "analyze.pairs=50", "analyze.spacy=xx"], {"rule": "compat"}
    )
    assert built == AnalysisSettings(rule="compat", pairs=50, spacy=("xx",))
    with pytest.raises(BadInput):
        build_settings(["analyze.sample=0"], {})
