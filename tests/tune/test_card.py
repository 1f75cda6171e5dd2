from __future__ import annotations

from pathlib import Path

import yaml

from tutelage.models.student import Student
from tutelage.tune.card import base_licence, card
from tutelage.tune.result import TuneResult


def _result(**given: object) -> TuneResult:
    scores = [
        {"step": 5, "held_out_loss": 2.0, "train_loss": 1.0},
        {"step": 9, "held_out_loss": 2.2, "train_loss": 0.5},
    ]
    losses = {"loss_before": 3.0, "loss_after": 2.0, "train_loss_before": 3.1, "train_loss_after": 1.0}
    counts = {"trainable": 10, "parameters": 1000, "examples": 90, "held_out": 10, "dropped": 2}
    counts |= {"truncated": 1, "copies": 3, "steps": 9, "tokens": 5000, "trained_tokens": 2000}
    facts = {"measured_on": "held_out", "packing": True, "dtype": "float32", "base": "/home/x/base"}
    pace = {"tokens_per_second": 100.0, "seconds": 50.0, "peak_memory": {"process": 1}}
    choice = {"chosen": 5, "chosen_by": "held-out loss", "scores": scores, "notes": ["nobody looked"]}
    plain = {**losses, **counts, **facts, **pace, **choice, "method": {"kind": "lora"}, **given}
    return TuneResult.from_dict(plain, Path("pupil"))


_STUDENT = Student(
    base="/home/x/base",
    base_digest="abc",
    method={"kind": "lora", "rank": 16},
    template={"name": "chatml", "source": "{{ x }}", "bos": "", "eos": "</s>"},
    merged=True,
    gguf="student-f16.gguf",
    recipe={"base": "/home/x/base", "seed": 42, "learning_rate": 2e-4},
    data={"digest": "0123", "files": ["rows.json"]},
)


def test_the_head_is_yaml_that_hubs_read():
    text = card(_STUDENT, _result(), "apache-2.0")
    head = yaml.safe_load(text.split("---")[1])
    assert head["license"] == "apache-2.0"
    assert head["base_model"] == "base"
    assert "lora" in head["tags"]


def test_the_card_tells_figures_data_template_choice_and_how_to_serve():
    text = card(_STUDENT, _result(), "apache-2.0")
    for told in ("3.0000 (held-out rows", "| **5** | 2.0000", "| 9 | 2.2000", "by held-out loss", "0123"):
        assert told in text
    for told in ("chatml", "llama-server -m pupil/student-f16.gguf", "tutelage serve pupil", "nobody looked"):
        assert told in text
    assert "/home/x" not in text


def test_an_unknown_licence_is_said_to_be_unknown():
    text = card(_STUDENT, _result(measured_on="training"))
    assert "licence of base is not known" in text
    assert "license" not in yaml.safe_load(text.split("---")[1])
    assert "nothing was held out" in text
    assert base_licence("smollm2") == "apache-2.0"
    assert base_licence("x", {"license": "mit"}) == "mit"


def test_a_score_has_its_column():
    scores = [{"step": 5, "held_out_loss": None, "train_loss": 1.0, "score": 0.5}]
    assert "| **5** | – | 1.0000 | 0.5000 |" in card(_STUDENT, _result(scores=scores))
