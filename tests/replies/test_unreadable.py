"""The one way in which reading fails."""

from __future__ import annotations

from tutelage.replies import Unreadable


def test_it_carries_a_code_and_what_to_say() -> None:
    error = Unreadable("no_list", "nothing that looks like a list")
    assert (error.reason, error.detail) == ("no_list", "nothing that looks like a list")
    assert "no_list" in str(error)
