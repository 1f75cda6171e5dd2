from __future__ import annotations

from pathlib import Path

import pytest

from tutelage.errors import BadInput, TutelageError
from tutelage.tune import processes


def test_without_a_launcher_there_is_one_that_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    assert (processes.number(), processes.count()) == (0, 1)
    processes.wait()
    processes.check_same(1, Path("out"))
    processes.check_joined(1)


def test_a_launcher_is_believed_but_not_without_company(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert (processes.number(), processes.count()) == (1, 2)
    processes.check_joined(2)
    with pytest.raises(TutelageError, match="2 processes were begun, and 1 of them") as caught:
        processes.check_joined(1)
    assert caught.value.where == "process 1"


@pytest.mark.parametrize(
    ("before", "now", "remedy"), [(2, 1, "go on with --launch 2"), (1, 2, "go on without --launch")]
)
def test_another_number_of_processes_is_refused(
    monkeypatch: pytest.MonkeyPatch, before: int, now: int, remedy: str
) -> None:
    monkeypatch.setenv("WORLD_SIZE", str(now))
    with pytest.raises(BadInput, match=f"begun by {before} process") as caught:
        processes.check_same(before, Path("out"))
    assert remedy in caught.value.remedy
