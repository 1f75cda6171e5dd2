"""Small pools."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tutelage.records import Example


@pytest.fixture
def row() -> Callable[..., Example]:
    """``row(question, answer, cell=…, lineage=…)``: an example named by its question."""

    def make(question: str, answer: str = "An answer.", **rest: object) -> Example:
        rest.setdefault("id", question)
        return Example.single_turn(question, answer, **rest)  # type: ignore[arg-type] # whatever a test says

    return make
