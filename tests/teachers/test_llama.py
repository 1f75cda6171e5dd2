"""Threads for llama.cpp: chosen by a short trial."""

from __future__ import annotations

import time
from typing import Any

from tutelage.teachers.llama import fastest, thread_choices


class Engine:
    """Takes as long as it was told."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def handle_completions(self, body: dict[str, Any]) -> dict[str, Any]:
        time.sleep(self.seconds if body["max_tokens"] > 1 else 0)
        return {"choices": [{"text": "x"}]}


def test_one_thread_is_always_tried() -> None:
    assert thread_choices()[0] == 1
    assert thread_choices() == sorted(set(thread_choices()))


def test_more_threads_are_taken_only_for_a_clear_gain() -> None:
    slow_when_many = {1: 0.02, 2: 0.2, 4: 0.001}
    _, chosen = fastest(lambda threads: Engine(slow_when_many[threads]), [1, 2, 4])
    assert chosen == 1
    fast_when_many = {1: 0.2, 2: 0.02}
    _, chosen = fastest(lambda threads: Engine(fast_when_many[threads]), [1, 2])
    assert chosen == 2
