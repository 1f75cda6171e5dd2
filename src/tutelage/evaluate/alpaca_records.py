"""AlpacaEval's recorded judgements: the published annotation lists, and their compact form.

    annotations.json       [{instruction, output_1, generator_1, output_2, generator_2, preference 1..2, …}]
    compact                {model: {row: […], preference: […], len_baseline: […], len_model: […]}}

A preference of 1 is the baseline's, 2 the model's, 1.5 (or a stored 0) a draw. Both orders of one comparison
are one row of the published list, with their mean; the single ones stand under ``judgements``. Lengths are in
characters. Row numbers count the official questions from 0.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput
from tutelage.evaluate.bench import Answer, Evidence, Judgement, Question
from tutelage.evaluate.record_files import Record, figure, read_json, records_of, text_field
from tutelage.records import digest
from tutelage.text import counted

OFFICIAL_BASELINE = "gpt4_1106_preview"
_COMPACT = ("row", "preference", "len_baseline", "len_model")
_LENGTHS = ("len_baseline", "len_model")
_SAME = 1e-4  # preferences closer than this are one figure, rounded differently


class Recorded:
    """Evidence as it is collected from files. ``known`` are the bench's own questions, if it has any."""

    def __init__(self, known: Mapping[str, Question], baseline: str = "") -> None:
        self._by_text = {question.turns[0]: question for question in known.values()}
        self._by_row = {question.facts.get("row"): question for question in known.values()}
        self._known = known
        self._baseline = baseline
        self.questions: dict[str, Question] = dict(known)
        self.answers: dict[str, dict[str, Answer]] = {}
        self.judgements: list[Judgement] = []
        self.baselines: Counter[str] = Counter()
        self.notes: list[str] = []
        self._strangers: Counter[str] = Counter()

    def read(self, path: Path) -> None:
        """Take in one file, of either form.

        Raises:
            BadInput: it is neither, or damaged.
        """
        document = read_json(path)
        if isinstance(document, Mapping):
            for model, columns in document.items():
                self._compact(str(model), columns, f"{path}, {model}")
            return
        for record in records_of(document, path):
            self._annotation(record)

    def evidence(self) -> Evidence:
        """Everything that was read.

        Raises:
            BadInput: the models were compared with different baselines.
        """
        if len(self.baselines) > 1:
            raise BadInput(
                "the annotations compare with different baselines: "
                + ", ".join(f"{name} ({n})" for name, n in self.baselines.most_common()),
                where="baseline",
                remedy="choose one with the setting baseline",
            )
        self.notes += [
            f"{model}: {counted(n, 'row')} of questions that are not in this bench, left out"
            for model, n in self._strangers.items()
        ]
        baseline = next(iter(self.baselines), self._baseline)
        return Evidence(self.questions, self.answers, self.judgements, baseline, self.notes)

    # --- the published list ----------------------------------------------------------------------------

    def _annotation(self, record: Record) -> None:
        baseline = text_field(record, ("generator_1",))
        if self._baseline and baseline != self._baseline:
            self._skip(baseline)
            return
        model = text_field(record, ("generator_2",))
        question = self._question(record, model)
        if question is None:
            return
        self.baselines[baseline] += 1
        texts = {
            name: text_field(record, (column,))
            for name, column in ((baseline, "output_1"), (model, "output_2"))
        }
        for name, text in texts.items():
            self.answers.setdefault(name, {})[question.id] = Answer(question.id, name, (text,))
        facts = {
            name: record.data.get(name, len(text))
            for name, text in zip(_LENGTHS, texts.values(), strict=True)
        }
        judge = str(record.data.get("annotator") or record.data.get("judge") or "")
        for value, swapped, raw, more in _sides(record):
            self.judgements.append(
                Judgement(question.id, model, value, baseline, judge, 0, swapped, raw, facts | more)
            )

    def _skip(self, baseline: str) -> None:
        note = f"annotations against {baseline} left out: the baseline is {self._baseline}"
        if note not in self.notes:
            self.notes.append(note)

    def _question(self, record: Record, model: str) -> Question | None:
        """The question of a row, by the exact text of its instruction; a new one where none are known."""
        text = text_field(record, ("instruction",))
        found = self._by_text.get(text) or self._by_text.get(text.strip())
        if found is None and self._known:
            self._strangers[model] += 1
            return None
        if found is None:
            row = record.data.get("index", record.data.get("row"))
            facts = {"row": row} if isinstance(row, int) and not isinstance(row, bool) else {}
            found = Question(
                digest(text), (text,), category=str(record.data.get("dataset") or ""), facts=facts
            )
            self._by_text[text] = self.questions[found.id] = found
        return found

    # --- the compact form ------------------------------------------------------------------------------

    def _compact(self, model: str, columns: Any, place: str) -> None:
        rows = _compact_columns(columns, place)
        name = self._baseline or OFFICIAL_BASELINE
        self.baselines[name] += 1
        last = max(columns["row"], default=-1)
        for number in range(last + 1 if not self._known else 0):
            self.questions.setdefault(f"row-{number}", Question(f"row-{number}", (), facts={"row": number}))
        for number, preference, len_baseline, len_model in rows:
            question = self._by_row.get(number) if self._known else self.questions[f"row-{number}"]
            if question is None:
                self._strangers[model] += 1
                continue
            facts = {
                "len_baseline": figure(len_baseline, 0, math.inf, f"{place}, row {number}, len_baseline"),
                "len_model": figure(len_model, 0, math.inf, f"{place}, row {number}, len_model"),
                "order": "unknown",
            }
            value = _preference(preference, f"{place}, row {number}")
            self.judgements.append(Judgement(question.id, model, value, name, facts=facts))


def _compact_columns(columns: Any, place: str) -> list[tuple[Any, ...]]:
    if not isinstance(columns, Mapping) or not all(isinstance(columns.get(name), list) for name in _COMPACT):
        raise BadInput(
            "this is neither a list of annotations nor the compact form",
            where=place,
            remedy=f"the compact form has for each model the lists {', '.join(_COMPACT)}",
        )
    lengths = {name: len(columns[name]) for name in _COMPACT}
    if len(set(lengths.values())) > 1:
        raise BadInput("the lists of one model differ in length", where=f"{place}: {lengths}")
    for number in columns["row"]:
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            raise BadInput(f"a row number is a whole number from 0, and this is {number!r}", where=place)
    return list(zip(*(columns[name] for name in _COMPACT), strict=True))


def _preference(value: Any, place: str) -> float | None:
    """In [0, 1] from 1..2; a stored 0 is a draw."""
    if not isinstance(value, bool) and isinstance(value, (int, float)) and value == 0:
        return 0.5
    found = figure(value, 1, 2, f"{place}, preference")
    return None if found is None else found - 1


def _sides(record: Record) -> Iterable[tuple[float | None, bool, str, dict[str, Any]]]:
    """Value, order, raw reply and facts of each judgement in a row."""
    singles = record.data.get("judgements")
    if isinstance(singles, list) and singles:
        for each in singles:
            if not isinstance(each, Mapping):
                raise BadInput("a single judgement must be an object", where=record.place)
            value = figure(each.get("value"), 0, 1, f"{record.place}, judgements")
            order = {"order": "unknown"} if each.get("order") == "unknown" else {}
            yield value, bool(each.get("swapped")), str(each.get("raw", "")), order
        return
    value = _preference(record.data.get("preference"), record.place)
    raw = record.data.get("raw_completion")
    swapped = _order_told(value, raw)
    yield value, bool(swapped), _said(raw), {} if swapped is not None else {"order": "unknown"}


def _said(raw: Any) -> str:
    message = raw.get("message") if isinstance(raw, Mapping) else None
    said = message.get("content") if isinstance(message, Mapping) else raw
    return said if isinstance(said, str) else ""


def _order_told(value: float | None, raw: Any) -> bool | None:
    """Whether the model's answer stood first, where the stored first token tells: its P(m) is the preference
    for the answer shown first. ``None`` where it does not, or where both readings give the same figure."""
    try:
        top = raw["logprobs"]["content"][0]["top_logprobs"]
        shares = {each["token"]: math.exp(each["logprob"]) for each in top if each["token"] in ("m", "M")}
        for_first = shares.get("m", 0.0) / sum(shares.values())
    except (TypeError, KeyError, IndexError, ZeroDivisionError, ValueError, OverflowError):
        return None
    if value is None or abs(for_first - 0.5) < _SAME:
        return None
    first, second = abs(for_first - value) < _SAME, abs(1 - for_first - value) < _SAME
    return None if first == second else first
