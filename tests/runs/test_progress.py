"""Progress in words."""

from __future__ import annotations

import pytest

from tutelage.runs.progress import Snapshot, duration


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"), (7800, "2 h 10 min")]
)
def test_durations_read_well(seconds: float, said: str):
    assert duration(seconds) == said


def test_a_line_names_the_commonest_reasons_first():
    snapshot = Snapshot("generate", 3, 10, rejected={"a:x": 1, "b:y": 4}, sent=9, tokens=100, seconds=2.0)
    line = snapshot.line()
    assert "3/10 accepted" in line
    assert "5 rejected (b:y 4, a:x 1)" in line
    assert "50 tokens/s" in line


def test_attempts_that_fail_are_told():
    line = Snapshot("generate", failed_attempts=7, last_trouble="connection refused\n" + "x" * 500).line()
    assert "7 failed attempts, the last: connection refused x" in line
    assert len(line) < 300
