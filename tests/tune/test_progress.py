from __future__ import annotations

from tutelage.tune.progress import Clock, Moment


def test_a_moment_is_a_line_for_a_person():
    moment = Moment(3, 12, 2.5, 1234.4, 3725.0, 2.25, "checkpoint 3")
    assert str(moment) == (
        "step 3/12 · loss 2.5000 · held-out 2.2500 · 1,234 tokens/s · 1 h 02 min left · checkpoint 3"
    )
    assert str(Moment(1, 2)) == "step 1/2"
    assert "1 min 05 s left" in str(Moment(1, 2, seconds_left=65))


def test_only_updates_count_and_what_went_before_is_taken_up():
    times = iter([0.0, 2.0, 10.0, 12.0])
    clock = Clock(4, now=lambda: next(times))
    assert clock.left(0) is None
    for _ in range(2):
        clock.start()
        clock.stop(100, 40)
    assert (clock.seconds, clock.tokens, clock.trained_tokens, clock.rate) == (4.0, 200, 80, 50.0)
    assert clock.left(2) == 4.0
    later = Clock(4)
    later.go_on(clock.as_dict())
    assert (later.rate, later.left(2)) == (50.0, None)
