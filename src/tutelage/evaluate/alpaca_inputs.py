"""The inputs of AlpacaEval's length control: how hard each question is, and the gamed baseline.

    difficulty    CSV: row number (from 0), instruction_difficulty
    gamed         CSV: preference in [0, 1], index (the row number), std_delta_len

Row numbers are those of the official questions. They are turned into question ids here, once; from then on
everything is joined by id.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tutelage.errors import BadInput
from tutelage.evaluate.bench import Judgement, Question
from tutelage.evaluate.record_files import figure
from tutelage.rows import read_rows


class GamedJudgement(NamedTuple):
    """The baseline told to be concise or verbose (``variant``) against itself: the row number of the
    question, the preference for the variant in [0, 1], the length difference in standard deviations."""

    row: int
    preference: float
    length: float
    variant: str


def row_numbers(
    questions: Mapping[str, Question], judgements: Mapping[str, list[Judgement]], count: int
) -> Mapping[int, str]:
    """Question ids by official row number; empty where the order is not known.

    The number stands in a question's ``facts["row"]``. Where no question has one, the list of a model with a
    judgement for each of ``count`` questions is taken to stand in the official order.
    """
    known = {each.facts["row"]: each.id for each in questions.values() if "row" in each.facts}
    if known:
        return known
    for of_model in judgements.values():
        order = list(dict.fromkeys(each.question for each in of_model))
        if len(order) == count:
            return dict(enumerate(order))
    return {}


def read_difficulty(path: Path) -> list[float]:
    """The difficulty of every official question, by row number.

    Raises:
        BadInput: a column is missing, a value is no number, or the row numbers are not 0, 1, 2, …
    """
    found: list[float] = []
    for number, row in enumerate(read_rows(path)):
        index = next((row.data[name] for name in ("index", "row", "") if name in row.data), number)
        value = figure(row.data.get("instruction_difficulty"), -math.inf, math.inf, row.place, text=True)
        if value is None or str(index) != str(number):
            raise BadInput(
                f"row {index!r} with the difficulty {row.data.get('instruction_difficulty')!r} stands here",
                where=row.place,
                remedy="give columns 'index' (0, 1, 2, … without a gap) and 'instruction_difficulty'",
            )
        found.append(value)
    return found


def read_gamed(path: Path) -> list[GamedJudgement]:
    """The judgements of the gamed baseline.

    Raises:
        BadInput: a column is missing, or a value is no number.
    """
    found = []
    for row in read_rows(path):
        values = [
            figure(row.data.get(name), low, high, f"{row.place}, {name}", text=True)
            for name, low, high in (
                ("index", 0, math.inf),
                ("preference", 0, 1),
                ("std_delta_len", -math.inf, math.inf),
            )
        ]
        if None in values:
            raise BadInput(
                "this row lacks one of: index, preference, std_delta_len",
                where=row.place,
                remedy="give the file of the published regression, or leave gamed_file out",
            )
        index, preference, length = (float(value) for value in values if value is not None)
        found.append(GamedJudgement(int(index), preference, length, str(row.data.get("model", ""))))
    return found
