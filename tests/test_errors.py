"""Errors say what, where, and what to do."""

from __future__ import annotations

import pytest

from tutelage import errors


def test_an_error_reads_as_three_lines():
    error = errors.BadInput(
        "no such key 'fliters'", where="recipe.yaml:3:1", remedy="did you mean 'filters'?"
    )
    assert str(error).splitlines() == [
        "no such key 'fliters'",
        "  where: recipe.yaml:3:1",
        "  to do: did you mean 'filters'?",
    ]


def test_a_missing_extra_names_the_command():
    error = errors.MissingExtra("the teacher 'gguf'", extra="local", package="xllamacpp")
    assert 'pip install "tutelage[local]"' in str(error)
    assert error.exit_code == 2


@pytest.mark.parametrize(
    ("name", "said"),
    [("novelti", "did you mean 'novelty'?"), ("zzz", "known: novelty, shape")],
)
def test_the_nearest_name_is_offered(name: str, said: str):
    assert errors.nearest(name, ["shape", "novelty"]) == said


def test_exit_codes_mean_something():
    assert {cls.exit_code for cls in (errors.BudgetReached,)} == {3}
    assert errors.TeacherRefused.exit_code == errors.RunLocked.exit_code == 1
