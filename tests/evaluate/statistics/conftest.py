"""The published leaderboard and what it was computed from."""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tutelage.evaluate.statistics.design import GamedRow

Rows = tuple[dict[str, float | None], dict[str, float], dict[str, float]]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Alpaca:
    """The published board, the two inputs of its regression, and some models' judgements."""

    board: dict[str, dict[str, str]]
    difficulty: list[float]
    gamed: list[GamedRow]
    models: dict[str, Rows]

    @property
    def gamma(self) -> dict[str, float]:
        return {str(row): value for row, value in enumerate(self.difficulty)}

    def published(self, model: str, column: str) -> float:
        return float(self.board[model][column])


@pytest.fixture(scope="session")
def alpaca(shared_data: Path) -> Alpaca:
    folder = shared_data / "alpaca-eval"
    compact = json.loads(gzip.decompress((folder / "lc_inputs.json.gz").read_bytes()))
    models: dict[str, Rows] = {}
    for name, rows in compact.items():
        ids = [str(row) for row in rows["row"]]
        preference: dict[str, float | None] = {
            each: value - 1 for each, value in zip(ids, rows["preference"], strict=True)
        }
        lengths = (dict(zip(ids, rows[key], strict=True)) for key in ("len_model", "len_baseline"))
        models[name] = (preference, *lengths)  # type: ignore[assignment]  # two of them
    gamed = [
        GamedRow(row["index"], float(row["preference"]), float(row["std_delta_len"]), row["model"])
        for row in table(folder / "df_gamed.csv")
    ]
    return Alpaca(
        board={row[""]: row for row in table(folder / "leaderboard.csv")},
        difficulty=[
            float(row["instruction_difficulty"]) for row in table(folder / "instruction_difficulty.csv")
        ],
        gamed=gamed,
        models=models,
    )
