"""WildBench's result files, read and written; plain or gzip.

    scores       [{session_id, model_test, score, model_output, parsed_result: {strengths, weaknesses,
    score}}] comparisons  [{session_id, model_A, model_B, winner, extent, model_outputs, parsed_result: {…,
    choice}}] compact      {model: [{session_id, score, output_chars}]}

``winner`` is a model or ``tie``, ``extent`` 1 (slightly) or 2 (much). The judge is no field of the
published rows: it stands in the path, as ``eval=NAME``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput
from tutelage.evaluate.alpaca_writing import plain
from tutelage.evaluate.bench import Answer, Evidence, Judgement, Question
from tutelage.evaluate.orders import against_one
from tutelage.evaluate.record_files import Record, figure, read_json, records_of, text_field
from tutelage.evaluate.verdicts import HIGH, LOW
from tutelage.records import canonical
from tutelage.rows import write_rows

_EXTENTS = {0: 0.5, 1: 0.75, 2: 1.0}
_ID = ("session_id", "id")


def read_results(paths: Sequence[Path], known: Mapping[str, Question], baseline: str) -> Evidence:
    """The results in ``paths``, of one form throughout.

    Raises:
        BadInput: a file is of none of the forms, or damaged; scores and comparisons stand together.
    """
    singles: list[Judgement] = []
    pairs: list[Judgement] = []
    answers: dict[str, dict[str, Answer]] = {}
    for path in map(Path, paths):
        for record in _records(path):
            if "winner" in record.data:
                pairs.append(_pair(record, _judge(path), answers))
            else:
                singles.append(_score(record, _judge(path), answers))
    if pairs and singles:
        raise BadInput(
            "scores and comparisons stand together", where=", ".join(map(str, paths)), remedy="give one kind"
        )
    name = ""
    notes: list[str] = []
    if pairs:
        singles, name, notes = against_one(pairs, baseline or _reference(paths, pairs))
    questions = dict(known) or {each.question: Question(each.question, ()) for each in singles}
    return Evidence(questions, answers, singles, name, notes)


def _records(path: Path) -> list[Record]:
    document = read_json(path)
    if not isinstance(document, Mapping):
        return records_of(document, path)
    found: list[Record] = []
    for model, rows in document.items():
        if not isinstance(rows, list):
            raise BadInput(
                "this is neither a list of results nor lists by model",
                where=f"{path}, {model}",
                remedy="give an eval_results file, or {model: [{session_id, score, output_chars}]}",
            )
        found += [
            Record(each.place, {"model_test": str(model), **each.data})
            for each in records_of(rows, Path(f"{path}, {model}"))
        ]
    return found


def _judge(path: Path) -> str:
    """The judge's name in the path, ``eval=NAME``."""
    return next((part.removeprefix("eval=") for part in path.parts if part.startswith("eval=")), "")


def _reference(paths: Sequence[Path], pairs: Sequence[Judgement]) -> str:
    """The baseline's name in the paths, ``ref=NAME``, as the results have it; empty where they have none."""
    told = {
        part.removeprefix("ref=") for path in paths for part in Path(path).parts if part.startswith("ref=")
    }
    known = {name for each in pairs for name in (each.model, each.baseline)}
    return next((name for name in sorted(known) if told == {plain(name)}), "")


def _score(record: Record, judge: str, answers: dict[str, dict[str, Answer]]) -> Judgement:
    question, model = text_field(record, _ID), text_field(record, ("model_test", "generator", "model"))
    value = figure(record.data.get("score"), LOW, HIGH, f"{record.place}, score", text=True)
    output = record.data.get("model_output")
    length = figure(record.data.get("output_chars"), 0, math.inf, f"{record.place}, output_chars")
    if isinstance(output, str):
        answers.setdefault(model, {})[question] = Answer(question, model, (output,))
        length = float(len(output.strip()))
    facts = {} if length is None else {"len_model": length}
    return Judgement(question, model, value, judge=_named(record, judge), raw=_raw(record), facts=facts)


def _pair(record: Record, judge: str, answers: dict[str, dict[str, Answer]]) -> Judgement:
    """A comparison, the model being the one called A, which was shown first."""
    question = text_field(record, _ID)
    names = text_field(record, ("model_A",)), text_field(record, ("model_B",))
    outputs = record.data.get("model_outputs")
    facts: dict[str, Any] = {}
    for name, fact in zip(names, ("len_model", "len_baseline"), strict=True):
        text = outputs.get(name) if isinstance(outputs, Mapping) else None
        if isinstance(text, str):
            answers.setdefault(name, {})[question] = Answer(question, name, (text,))
            facts[fact] = len(text)
    value = _outcome(record, *names)
    return Judgement(question, names[0], value, names[1], _named(record, judge), 0, True, _raw(record), facts)


def _outcome(record: Record, first: str, second: str) -> float | None:
    winner, extent = record.data.get("winner"), record.data.get("extent")
    if winner is None:
        return None
    if winner == "tie":
        return 0.5
    if winner not in (first, second) or isinstance(extent, bool) or extent not in (1, 2):
        raise BadInput(
            f"the winner {winner!r} with the extent {extent!r} is no outcome of {first} against {second}",
            where=record.place,
            remedy="winner is one of the two models or 'tie', extent 1 or 2",
        )
    return _EXTENTS[extent] if winner == first else 1 - _EXTENTS[extent]


def _named(record: Record, judge: str) -> str:
    return str(record.data.get("judge") or judge)


def _raw(record: Record) -> str:
    parsed = record.data.get("parsed_result", record.data.get("raw", ""))
    return parsed if isinstance(parsed, str) else canonical(parsed)


# --- writing ---------------------------------------------------------------------------------------


def write_results(evidence: Evidence, folder: Path) -> list[Path]:
    """The evidence as result lists, one row a judgement; returns the files."""
    files: dict[Path, list[dict[str, Any]]] = {}
    for each in evidence.judgements:
        judge = plain(f"eval={each.judge}")
        place = folder / "score.v2" / judge
        if each.baseline:
            place = folder / "pairwise.v2" / judge / plain(f"ref={each.baseline}")
        row = _pair_row(each, evidence) if each.baseline else _score_row(each, evidence)
        files.setdefault(place / f"{plain(each.model)}.json", []).append(row)
    for path, rows in files.items():
        write_rows(path, rows)
    return list(files)


def _text(evidence: Evidence, model: str, question: str) -> str | None:
    answer = evidence.answers.get(model, {}).get(question)
    return answer.text if answer else None


def _score_row(judgement: Judgement, evidence: Evidence) -> dict[str, Any]:
    row: dict[str, Any] = {
        "session_id": judgement.question,
        "parsed_result": judgement.raw,
        "model_test": judgement.model,
        "score": judgement.value,
        "judge": judgement.judge,
    }
    output = _text(evidence, judgement.model, judgement.question)
    if output is not None:
        return row | {"model_output": output}
    return row | {"output_chars": judgement.facts.get("len_model")}


def _pair_row(judgement: Judgement, evidence: Evidence) -> dict[str, Any]:
    names = (judgement.model, judgement.baseline)
    first, second = names if judgement.swapped else names[::-1]
    value = judgement.value
    texts = {name: _text(evidence, name, judgement.question) for name in (first, second)}
    row = {
        "session_id": judgement.question,
        "parsed_result": judgement.raw,
        "model_A": first,
        "model_B": second,
        "winner": None if value is None else "tie" if value == 0.5 else names[value < 0.5],
        "extent": None if value is None else round(abs(value - 0.5) * 4),
        "judge": judgement.judge,
    }
    return row | {"model_outputs": {name: text for name, text in texts.items() if text is not None}}
