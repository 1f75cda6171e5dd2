"""Tuning on cloze patterns: labelled rows become gaps, a student learns the words, options are ranked."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tutelage.records import Example, Message, assistant
from tutelage.rows import read_rows, to_example

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
PATTERNS = EXAMPLES / "data" / "cloze-patterns.yaml"
LABELS = ["delivery", "payment", "damage", "exchange"]
WORDS = {"about": LABELS, "desk": ["parcels", "bills", "breakage", "swaps"]}
WORDS["wish"] = ["delay", "charge", "defect", "size"]


def run(*words: object) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tutelage", *map(str, words)], capture_output=True, text=True, timeout=300
    )
    assert told.returncode == 0, told.stderr


def labelled(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((EXAMPLES / "data" / name).read_text("utf-8").splitlines()))


def integrated(data: str, folder: Path) -> list[Example]:
    out = folder / f"{data}.jsonl"
    run(
        *("integrate", EXAMPLES / "data" / data, "--templates", PATTERNS, "--out", out),
        *("--set", "templates=all", "--set", f"labels={json.dumps(LABELS)}"),
    )
    return [to_example(row.data, row.place) for row in read_rows(out)]


def test_labelled_rows_become_questions_with_the_words_of_their_pattern(tmp_path: Path):
    rows = labelled("cloze-test.csv")
    examples = integrated("cloze-test.csv", tmp_path)
    assert len(examples) == len(rows) * len(WORDS)
    run(
        *("export", tmp_path / "cloze-test.csv.jsonl", "--format", "choices"),
        *("--out", tmp_path / "choices.jsonl"),
    )
    questions = [json.loads(line) for line in (tmp_path / "choices.jsonl").read_text("utf-8").splitlines()]
    assert len(questions) == len(examples)
    right = {row["text"]: row["label"] for row in rows}
    for question in questions:
        asked = question["question"][-1]["content"]
        (text,) = [text for text in right if text in asked]
        assert question["options"] == WORDS[question["category"]]
        assert LABELS[question["answer"]] == right[text]


def test_no_test_row_is_a_training_row():
    train, test = (
        {row["text"] for row in labelled(name)} for name in ("integrate-messages.csv", "cloze-test.csv")
    )
    assert not train & test


def accuracy(model: Path, examples: list[Example]) -> float:
    """The share of questions whose right option is the likeliest, per token, as the bench ranks them."""
    from tutelage.models.loading import load
    from tutelage.models.scoring import scores

    loaded = load(str(model))

    def ids(text: str) -> list[int]:
        return list(loaded.tokenizer(text, add_special_tokens=False)["input_ids"])

    def pair(asked: tuple[Message, ...], option: str) -> tuple[list[int], list[int]]:
        before, answer, *_ = loaded.template.pieces([*asked, assistant(option)])
        return ids(before.text), ids(answer.text)

    right = 0
    for example in examples:
        pairs = [pair(example.messages[:-1], each) for each in example.lineage["answer_choices"]]
        found = [score / len(answer) for score, (_, answer) in zip(scores(loaded, pairs), pairs, strict=True)]
        right += found.index(max(found)) == example.lineage["answer"]
    return right / len(examples)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_student_learns_to_fill_the_gaps(tmp_path: Path):
    from tiny import tiny_llama
    from tutelage.tune.settings import TuneSettings
    from tutelage.tune.training import tune

    examples = integrated("integrate-messages.csv", tmp_path)
    base = tiny_llama(tmp_path / "base")
    settings: dict[str, Any] = {"base": str(base), "method": "full", "learning_rate": 0.006, "batch": 16}
    result = tune(
        TuneSettings(**settings, epochs=60, held_out=0, checkpoints="none"), examples, tmp_path / "student"
    )
    assert result.loss_after < result.loss_before
    assert accuracy(base, examples) < 0.6
    assert accuracy(tmp_path / "student", examples) > 0.8
