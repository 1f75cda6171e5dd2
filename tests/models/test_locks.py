"""One at a time."""

from __future__ import annotations

import fcntl

import pytest

from tutelage.models.locks import alone


def taken(lock) -> bool:
    with lock.open("w") as other:
        try:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def fails_while_alone(lock) -> None:
    with alone(lock):
        assert taken(lock)
        raise KeyError


def test_another_waits_until_the_first_lets_go_even_by_an_error(tmp_path):
    lock = tmp_path / "lock"
    with pytest.raises(KeyError):
        fails_while_alone(lock)
    assert not taken(lock)
