"""FastChat's judgement and answer files, read and written.

    single     {question_id, model, judge, user_prompt, judgment, score, turn, tstamp}
    pairwise   {question_id, model_1, model_2, g1_winner, g2_winner, judge, g1_user_prompt, g1_judgment,
                g2_user_prompt, g2_judgment, turn, tstamp}
    answers    {question_id, answer_id, model_id, choices: [{index, turns}], tstamp}

A score of -1 is one that could not be read. In game 1 the first model is shown first, in game 2 the second
one. A time stamp is no part of the evidence: it is kept where it was read, and 0 where it was not, so that
equal evidence gives equal files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput
from tutelage.evaluate.alpaca_writing import plain
from tutelage.evaluate.bench import Answer, Evidence, Judgement, Question
from tutelage.evaluate.orders import against_one, paired
from tutelage.evaluate.record_files import Record, figure, read_records, text_field
from tutelage.evaluate.verdicts import HIGH, LOW
from tutelage.records import digest
from tutelage.rows import write_rows
from tutelage.text import counted

_WINNERS = {"model_1": 1.0, "model_2": 0.0, "tie": 0.5, "error": None}
Sent = Callable[[Judgement, Evidence], str]


def read_judgements(paths: Sequence[Path], known: Mapping[str, Question], baseline: str) -> Evidence:
    """The judgements of ``paths``, of one form throughout.

    Raises:
        BadInput: a file is of neither form or damaged, both forms stand together, or several baselines do.
    """
    judgements: list[Judgement] = []
    pairs: list[Judgement] = []
    off = 0
    for path in map(Path, paths):
        for record in read_records(path):
            if "g1_winner" in record.data:
                pairs += _pair(record)
            else:
                single = _single(record)
                off += single.facts.get("problem") == "out_of_range"
                judgements.append(single)
    if pairs and judgements:
        raise BadInput(
            "grades and comparisons stand together",
            where=", ".join(map(str, paths)),
            remedy="give one kind of file",
        )
    notes = [f"{counted(off, 'recorded grade')} off the scale from 1 to 10: not counted"] if off else []
    name = ""
    if pairs:
        judgements, name, more = against_one(pairs, baseline)
        notes += more
    questions = dict(known) or {each.question: Question(each.question, ()) for each in judgements}
    return Evidence(questions, {}, judgements, name, notes)


def _single(record: Record) -> Judgement:
    score = record.data.get("score")
    value = figure(score, float("-inf"), float("inf"), f"{record.place}, score")
    facts = _stamp(record)
    if value is not None and not LOW <= value <= HIGH:
        facts["problem"] = "no_score" if value == -1 else "out_of_range"
        value = None
    return Judgement(
        text_field(record, ("question_id",)),
        text_field(record, ("model", "model_id")),
        value,
        "",
        _judge(record),
        _turn(record),
        False,
        str(record.data.get("judgment", "")),
        facts,
    )


def _pair(record: Record) -> list[Judgement]:
    """Both games; ``model`` is the first model and ``baseline`` the second."""
    found = []
    for game, swapped in (("g1", True), ("g2", False)):
        if game not in record.data.get("games", ("g1", "g2")):
            continue
        winner = record.data.get(f"{game}_winner")
        if winner not in _WINNERS:
            raise BadInput(
                f"{game}_winner is {winner!r}",
                where=record.place,
                remedy=f"one of {', '.join(_WINNERS)} is expected",
            )
        found.append(
            Judgement(
                text_field(record, ("question_id",)),
                text_field(record, ("model_1",)),
                _WINNERS[str(winner)],
                text_field(record, ("model_2",)),
                _judge(record),
                _turn(record),
                swapped,
                str(record.data.get(f"{game}_judgment", "")),
                _stamp(record),
            )
        )
    return found


def _judge(record: Record) -> str:
    """The judge's name; FastChat writes it with the name of its prompt."""
    judge = record.data.get("judge", "")
    return str(judge[0]) if isinstance(judge, list) and judge else str(judge or "")


def _turn(record: Record) -> int:
    turn = record.data.get("turn", 1)
    if isinstance(turn, bool) or not isinstance(turn, int) or turn < 1:
        raise BadInput(f"a turn is 1 or 2, and this is {turn!r}", where=record.place)
    return turn


def _stamp(record: Record) -> dict[str, Any]:
    stamp = record.data.get("tstamp")
    return {"tstamp": stamp} if stamp else {}


# --- writing -----------------------------------------------------------------------------------------------


def write_records(evidence: Evidence, folder: Path, sent: Sent) -> list[Path]:
    """The evidence as FastChat's files; ``sent`` gives the prompt of a judgement. Returns the files."""
    files: dict[Path, list[dict[str, Any]]] = {}
    for pair in paired(evidence.judgements):
        first = pair.judgements[0]
        name = plain(first.judge) if first.judge else "judge"
        form = "pair" if first.baseline else "single"
        row = (
            _pair_row(pair.judgements, evidence, sent)
            if first.baseline
            else _single_row(first, evidence, sent)
        )
        files.setdefault(folder / "model_judgment" / f"{name}_{form}.jsonl", []).append(row)
    for model, answers in evidence.answers.items():
        rows = [_answer_row(evidence, answer) for answer in answers.values()]
        if rows:
            files[folder / "model_answer" / f"{plain(model)}.jsonl"] = rows
    for path, rows in files.items():
        write_rows(path, rows)
    return list(files)


def _single_row(judgement: Judgement, evidence: Evidence, sent: Sent) -> dict[str, Any]:
    return {
        "question_id": _official_id(judgement.question, evidence),
        "model": judgement.model,
        "judge": [judgement.judge, "tutelage-single"],
        "user_prompt": sent(judgement, evidence),
        "judgment": judgement.raw,
        "score": -1 if judgement.value is None else judgement.value,
        "turn": judgement.turn,
        "tstamp": judgement.facts.get("tstamp", 0.0),
    }


def _pair_row(judgements: Sequence[Judgement], evidence: Evidence, sent: Sent) -> dict[str, Any]:
    """One row for both games; FastChat knows no single game: one that was not played is an error there, and
    ``games`` names those that were."""
    first = judgements[0]
    row: dict[str, Any] = {
        "question_id": _official_id(first.question, evidence),
        "model_1": first.model,
        "model_2": first.baseline,
        "judge": [first.judge, "tutelage-pair"],
        "turn": first.turn,
        "tstamp": first.facts.get("tstamp", 0.0),
    }
    names = {value: name for name, value in _WINNERS.items()}
    for game, swapped in (("g1", True), ("g2", False)):
        played = next((each for each in judgements if each.swapped == swapped), None)
        row[f"{game}_winner"] = names[played.value] if played else "error"
        row[f"{game}_user_prompt"] = sent(played, evidence) if played else ""
        row[f"{game}_judgment"] = played.raw if played else ""
    if len(judgements) == 1:
        row["games"] = ["g1" if first.swapped else "g2"]
    return row


def _answer_row(evidence: Evidence, answer: Answer) -> dict[str, Any]:
    return {
        "question_id": _official_id(answer.question, evidence),
        "answer_id": digest(answer.question, answer.model, answer.turns),
        "model_id": answer.model,
        "choices": [{"index": 0, "turns": list(answer.turns)}],
        "tstamp": 0.0,
    }


def _official_id(name: str, evidence: Evidence) -> Any:
    """The id as the questions' file has it: FastChat's are numbers."""
    question = evidence.questions.get(name)
    given = question.facts.get("question_id") if question else None
    return given if given is not None and str(given) == name else int(name) if name.isdigit() else name
