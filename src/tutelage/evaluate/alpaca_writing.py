"""AlpacaEval's files, written: annotation lists and model outputs as the original program reads them.

    MODEL/annotations.json       for each model that was judged
    MODEL/model_outputs.json     for each model that answered

Both orders of one comparison are one row with their mean, as the original has one row for a question; the
single judgements stand beside it under ``judgements``, so that nothing is lost on the way back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tutelage.evaluate.bench import Answer, Evidence, Judgement, Question
from tutelage.evaluate.orders import Paired, paired
from tutelage.records import TokenLogprob
from tutelage.rows import write_rows


def write_annotations(evidence: Evidence, folder: Path) -> list[Path]:
    """Write ``evidence`` under ``folder``; returns the files."""
    written: list[Path] = []
    by_model: dict[str, list[Paired]] = {}
    for pair in paired(evidence.judgements):
        by_model.setdefault(pair.model, []).append(pair)
    for model, pairs in by_model.items():
        rows = [_row(evidence, pair) for pair in pairs]
        written.append(_written(folder / plain(model) / "annotations.json", rows))
    for model, answers in evidence.answers.items():
        rows = [_output(evidence.questions.get(name), answer) for name, answer in answers.items()]
        if rows:
            written.append(_written(folder / plain(model) / "model_outputs.json", rows))
    return written


def plain(model: str) -> str:
    """A model's name as the name of a folder or file."""
    return "".join("_" if each in '/\\:*?"<>|' else each for each in model).strip(". ") or "model"


def _written(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    write_rows(path, rows)
    return path


def _output(question: Question | None, answer: Answer) -> dict[str, Any]:
    return {
        "dataset": question.category if question else "",
        "instruction": _instruction(question),
        "output": answer.text,
        "generator": answer.model,
    }


def _instruction(question: Question | None) -> str:
    return question.turns[0] if question and question.turns else ""


def _row(evidence: Evidence, pair: Paired) -> dict[str, Any]:
    first = pair.judgements[0]
    question = evidence.questions.get(pair.question)
    texts = [
        answers[pair.question].text if pair.question in answers else ""
        for answers in (evidence.answers.get(first.baseline, {}), evidence.answers.get(pair.model, {}))
    ]
    return {
        "instruction": _instruction(question),
        "output_1": texts[0],
        "generator_1": first.baseline,
        "dataset": question.category if question else "",
        "output_2": texts[1],
        "generator_2": pair.model,
        "annotator": first.judge,
        "preference": None if pair.preference is None else pair.preference + 1,
        "raw_completion": _completion(first),
        "question_id": pair.question,
        **{name: first.facts[name] for name in ("len_baseline", "len_model") if name in first.facts},
        "judgements": [
            {
                "swapped": each.swapped,
                "value": each.value,
                "raw": each.raw,
                **({"order": "unknown"} if each.facts.get("order") == "unknown" else {}),
            }
            for each in pair.judgements
        ],
    }


def _completion(judgement: Judgement) -> Any:
    """The reply as the published list has it: with the first token's probabilities where they were asked
    for."""
    tops = judgement.facts.get("logprobs")
    if not tops:
        return judgement.raw
    top = [{"token": token, "logprob": logprob} for token, logprob in tops]
    return {
        "message": {"role": "assistant", "content": judgement.raw},
        "logprobs": {"content": [top[0] | {"top_logprobs": top}]},
    }


def first_tokens(token: TokenLogprob) -> list[list[Any]]:
    """A first token and its runners-up, the likeliest first, for a judgement's facts."""
    seen = dict(token.top) | {token.token: token.logprob}
    return [[text, logprob] for text, logprob in sorted(seen.items(), key=lambda each: -each[1])]
