"""How an execution ended, for scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutelage.runs.result import RunResult
from tutelage.store.runs import RunState


@pytest.mark.parametrize(
    ("state", "code"),
    [("finished", 0), ("previewed", 0), ("failed", 1), ("short", 3), ("interrupted", 130)],
)
def test_exit_codes(state: RunState, code: int) -> None:
    result = RunResult(state, "", Path("out"), 5, 4, 1, {"a:b": 2}, 9, 3, 1, 100, 0.1234567, 2.0)
    assert result.exit_code == code
    told = result.as_json()
    assert told["calls"] == {"sent": 9, "replayed": 3, "failed": 1}
    assert (told["cost"], told["rejected"], told["out"]) == (0.123457, {"a:b": 2}, "out")
