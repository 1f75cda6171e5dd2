"""What is learnt from a refusal, and what is not."""

from __future__ import annotations

from tutelage.teachers.adaptation import Learnt
from tutelage.teachers.wire import Refusal


def test_two_settings_that_exclude_each_other_lose_the_lesser_first():
    learnt, body = Learnt(), {"temperature": 1, "top_p": 0.9}
    refusal = Refusal("`temperature` and `top_p` cannot both be specified", status=400)
    assert learnt.learn(body, refusal) == "top_p"
    assert learnt.fit(body) == {"temperature": 1}
    assert (
        learnt.learn(body, Refusal("temperature is deprecated for this model", status=400)) == "temperature"
    )


def test_a_field_that_was_not_sent_teaches_nothing():
    learnt = Learnt()
    assert learnt.learn({"model": "m"}, Refusal("'seed' is not supported", status=400, param="seed")) == ""
    assert learnt.dropped == set()


def test_a_name_within_another_word_is_not_that_name():
    learnt = Learnt()
    assert learnt.learn({"stop": ["x"]}, Refusal("unknown field 'nonstop_mode'", status=400)) == ""
