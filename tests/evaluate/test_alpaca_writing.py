"""AlpacaEval's files as written: what the original program expects, and nothing lost on the way back."""

from __future__ import annotations

import json
from pathlib import Path

from tutelage.evaluate.alpaca_records import Recorded
from tutelage.evaluate.alpaca_writing import first_tokens, plain, write_annotations
from tutelage.evaluate.bench import Answer, Evidence, Judgement, Question
from tutelage.records import TokenLogprob

QUESTION = Question("q", ("Why?",), category="koala")
LENGTHS = {"len_model": 2, "len_baseline": 4}


def evidence() -> Evidence:
    judgements = [
        Judgement("q", "org/me", 0.25, "base", "judge", 0, False, "M", LENGTHS | {"logprobs": [["M", -0.1]]}),
        Judgement("q", "org/me", 0.75, "base", "judge", 0, True, "m", LENGTHS),
        Judgement("q", "other", None, "base", "judge", 0, False, "?", LENGTHS | {"order": "unknown"}),
    ]
    answers = {
        "org/me": {"q": Answer("q", "org/me", ("ab",))},
        "base": {"q": Answer("q", "base", ("abcd",))},
    }
    return Evidence({"q": QUESTION}, answers, judgements, "base")


def test_both_orders_are_one_row_with_their_mean(tmp_path: Path) -> None:
    written = {
        path.relative_to(tmp_path).as_posix(): path for path in write_annotations(evidence(), tmp_path)
    }
    assert set(written) == {
        "org_me/annotations.json",
        "other/annotations.json",
        "org_me/model_outputs.json",
        "base/model_outputs.json",
    }
    (row,) = json.loads(written["org_me/annotations.json"].read_text("utf-8"))
    assert row["preference"] == 1.5
    assert (row["output_1"], row["generator_1"]) == ("abcd", "base")
    assert (row["output_2"], row["generator_2"], row["dataset"]) == ("ab", "org/me", "koala")
    assert row["raw_completion"]["logprobs"]["content"][0]["top_logprobs"] == [
        {"token": "M", "logprob": -0.1}
    ]
    (lost,) = json.loads(written["other/annotations.json"].read_text("utf-8"))
    assert lost["preference"] is None
    (output,) = json.loads(written["base/model_outputs.json"].read_text("utf-8"))
    assert output == {"dataset": "koala", "instruction": "Why?", "output": "abcd", "generator": "base"}


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    before = evidence()
    found = Recorded({"q": QUESTION})
    for path in write_annotations(before, tmp_path):
        if path.name == "annotations.json":
            found.read(path)
    after = found.evidence()
    assert [(e.model, e.value, e.swapped, e.raw, e.facts.get("order")) for e in after.judgements] == [
        (e.model, e.value, e.swapped, e.raw, e.facts.get("order")) for e in before.judgements
    ]
    assert after.judgements[0].facts["len_model"] == 2


def test_names_of_models_become_names_of_files() -> None:
    assert plain("org/model:7b") == "org_model_7b"
    assert plain("../..") == "_"
    assert plain("..") == "model"


def test_the_likeliest_token_stands_first() -> None:
    assert first_tokens(TokenLogprob("M", -2.0, (("m", -0.2), ("M", -2.0)))) == [["m", -0.2], ["M", -2.0]]
