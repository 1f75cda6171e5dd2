"""Evaluations in their folders, made up, for the tests of comparisons."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tutelage.evaluate.bench import Judgement
from tutelage.evaluate.canaries import PREFIX

HOSTILE = (
    "<script>document.title='ran'</script>\u202eturned \x00 half \ud83d {{ 7 * 7 }} </style>" + "x" * 50_000
)
N = 20


def both(
    question: str, model: str, value: float, *, lean: float = 0.0, judge: str = "judge"
) -> list[Judgement]:
    """One comparison in both orders, by a judge that leans to the first place by ``lean``."""
    return [
        Judgement(question, model, min(1, max(0, value + (lean if swapped else -lean))), "plain", judge, 0,
                  swapped, raw=f"I prefer {model}: {value}", facts={"len_model": 40, "len_baseline": 30})
        for swapped in (False, True)
    ]  # fmt: skip


def seeing(judge: str = "judge", n: int = N) -> list[Judgement]:
    """What a judge with open eyes says of answers of known worth."""
    worth = {"empty": 0.0, "constant": 0.0, "padded": 0.5, "identical": 0.5}
    return [
        each
        for name, value in worth.items()
        for q in range(n)
        for each in both(f"q{q}", f"{PREFIX}{name}", value, judge=judge)
    ]


def evaluation(
    folder: Path,
    judgements: Sequence[Judgement],
    *,
    bench: str = "alpaca-eval",
    answers: Mapping[str, str] | None = None,
    figures: Mapping[str, Mapping[str, Any]] | None = None,
    question: str = "What is {}?",
) -> Path:
    """A folder as an evaluation leaves it; ``answers`` has a text for each model."""
    folder.mkdir(parents=True, exist_ok=True)
    models = dict.fromkeys(each.model for each in judgements)
    made = figures or {name: {"win_rate": 60.0, "interval": [50.0, 70.0], "n": N} for name in models}
    (folder / "figures.json").write_text(json.dumps({"bench": bench, "models": made, "notes": []}))
    (folder / "judgements.jsonl").write_text("".join(json.dumps(asdict(each)) + "\n" for each in judgements))
    (folder / "answers").mkdir(exist_ok=True)
    for model, text in (answers or {}).items():
        rows = [
            {"id": f"q{q}", "question": question.format(q), "model": model, "turns": [f"{text} {q}"]}
            for q in range(N)
        ]
        (folder / "answers" / f"{model}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def better(model: str = "tuned", value: float = 0.9, **how: Any) -> list[Judgement]:
    """A model that wins against the baseline, a little more or less on each question."""
    return [each for q in range(N) for each in both(f"q{q}", model, value - q % 3 / 20, **how)]


def student(folder: Path, **changes: Any) -> Path:
    """A student's folder without weights."""
    folder.mkdir(parents=True, exist_ok=True)
    described = {
        "base": "/somewhere/smollm2",
        "method": {"kind": "lora", "rank": 8},
        "results": {"trainable": 1000, "parameters": 100_000, "loss_before": 3.5, "loss_after": 2.5},
    }
    (folder / "student.json").write_text(json.dumps(described | changes))
    points = [{"step": 0, "held_out_loss": 3.5}, {"step": 1, "loss": 3.4}, {"step": 2, "loss": 3.0}]
    (folder / "curve.jsonl").write_text("".join(json.dumps(each) + "\n" for each in points))
    (folder / "left_out.jsonl").write_text('{"reason": "too_long", "id": "a"}\n')
    return folder
