"""Which trouble deserves another try, when, and when the whole run has to stop."""

from __future__ import annotations

import pytest

from tutelage.errors import CallFailed, TeacherRefused
from tutelage.runs.retry import (
    GONE_AFTER,
    LONGEST_PAUSE,
    MOST_ADAPTATIONS,
    NEVER_THERE_AFTER,
    PATIENCE,
    Attempts,
    Patience,
)
from tutelage.teachers.teacher import CallTrouble


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def patience(clock, tries=6):
    return Patience("model-x", tries, clock=clock, chance=lambda: 1.0)


def pauses(given, trouble, count, place="stage/item/turn"):
    attempts = Attempts(place)
    return [given.pause(trouble, attempts) for _ in range(count)]


def give_up(given, trouble):
    attempts = Attempts("stage/item/turn")
    while True:
        given.pause(trouble, attempts)


@pytest.mark.parametrize("kind", ["server", "network", "timeout", "invalid", "empty"])
def test_passing_trouble_is_tried_again_ever_later(clock, kind):
    given = patience(clock)
    given.answered()
    attempts = Attempts("stage/item/turn")
    trouble = CallTrouble(kind, "so it was")
    assert [given.pause(trouble, attempts) for _ in range(5)] == [1, 2, 4, 8, 16]
    with pytest.raises(CallFailed, match="6 tries: so it was") as caught:
        given.pause(trouble, attempts)
    assert (caught.value.reason, caught.value.permanent) == (kind, False)
    assert caught.value.where == "stage/item/turn"


def test_a_pause_is_bounded_and_fully_jittered(clock):
    long = pauses(patience(clock, tries=20), CallTrouble("server", ""), 19)
    assert max(long) == LONGEST_PAUSE
    none = Patience("model-x", 20, clock=clock, chance=lambda: 0.0)
    assert set(pauses(none, CallTrouble("server", ""), 19)) == {0.0}


def test_a_named_time_is_obeyed_within_reason(clock):
    assert pauses(patience(clock), CallTrouble("server", "", retry_after=7.0), 1) == [7.0]
    assert pauses(patience(clock), CallTrouble("server", "", retry_after=86_400.0), 1)[0] <= 600


def test_a_single_try_is_said_as_such(clock):
    with pytest.raises(CallFailed, match="1 try:"):
        pauses(patience(clock, tries=1), CallTrouble("server", ""), 1)


@pytest.mark.parametrize("kind", ["rate", "overloaded"])
def test_asking_for_patience_uses_up_no_try(clock, kind):
    given = patience(clock, tries=2)
    for _ in range(1_000):
        clock.now += 1.0
        assert pauses(given, CallTrouble(kind, "slow down"), 1)[0] <= 8.0


@pytest.mark.parametrize("kind", ["rate", "overloaded"])
def test_endless_refusal_ends_the_run(clock, kind):
    given = patience(clock)
    pauses(given, CallTrouble(kind, "slow down"), 1)
    clock.now = PATIENCE - 1
    given.answered()  # one answer, and patience begins anew
    pauses(given, CallTrouble(kind, "slow down"), 1)
    clock.now += PATIENCE - 1
    pauses(given, CallTrouble(kind, "slow down"), 1)
    clock.now += 2
    with pytest.raises(TeacherRefused, match="30 minutes: slow down"):
        pauses(given, CallTrouble(kind, "slow down"), 1)


def test_an_idle_hour_is_not_impatience(clock):
    given = patience(clock)
    given.answered()
    clock.now = 10 * PATIENCE
    assert pauses(given, CallTrouble("rate", ""), 1) == [0.0]


def test_what_the_teacher_learnt_is_asked_again_at_once_but_not_for_ever(clock):
    given = patience(clock)
    attempts = Attempts("place")
    trouble = CallTrouble("adapt", "no temperature")
    assert [given.pause(trouble, attempts) for _ in range(MOST_ADAPTATIONS)] == [0.0] * MOST_ADAPTATIONS
    with pytest.raises(CallFailed) as caught:
        given.pause(trouble, attempts)
    assert caught.value.permanent


def test_a_bad_request_costs_its_own_call(clock):
    given = patience(clock)
    for _ in range(10 * GONE_AFTER):
        with pytest.raises(CallFailed) as caught:
            pauses(given, CallTrouble("bad_request", "HTTP 400: refused", status=400), 1)
        assert caught.value.permanent


@pytest.mark.parametrize(("kind", "remedy"), [("auth", "OPENAI_API_KEY"), ("missing", "base_url")])
def test_nobody_will_be_answered(clock, kind, remedy):
    with pytest.raises(TeacherRefused, match="model-x") as caught:
        pauses(patience(clock), CallTrouble(kind, "HTTP 4xx"), 1)
    assert remedy in caught.value.remedy
    assert "HTTP 4xx" in caught.value.what


def test_a_server_that_was_never_there_is_noticed_soon(clock):
    given = patience(clock)
    for _ in range(NEVER_THERE_AFTER - 1):
        with pytest.raises(CallFailed):
            give_up(given, CallTrouble("network", "refused"))
    with pytest.raises(TeacherRefused, match="3 calls given up in a row"):
        give_up(given, CallTrouble("network", "refused"))


def test_a_server_that_went_away_is_noticed_and_one_answer_forgives(clock):
    given = patience(clock)
    given.answered()
    for _ in range(3):
        for _ in range(GONE_AFTER - 1):
            with pytest.raises(CallFailed):
                give_up(given, CallTrouble("timeout", "nothing came"))
        given.answered()
    for _ in range(GONE_AFTER - 1):
        with pytest.raises(CallFailed):
            give_up(given, CallTrouble("timeout", "nothing came"))
    with pytest.raises(TeacherRefused):
        give_up(given, CallTrouble("timeout", "nothing came"))


def test_empty_answers_come_from_a_server_that_is_there(clock):
    given = patience(clock)
    for _ in range(10 * GONE_AFTER):
        with pytest.raises(CallFailed):
            give_up(given, CallTrouble("empty", "nothing in it"))
