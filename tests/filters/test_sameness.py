"""One template for all is found; alike answers to alike questions are not held against anyone."""

from __future__ import annotations

from tutelage.filters.sameness import Skeletons

FRAME = (
    "Let us look at {0}. The first step is to gather what you need for {0}. The next step is to work on "
    "{0} without rushing. The last step is to look back at what was done and to learn from it."
)
RAIN = "Rain forms when moist air rises, cools below its dew point and condenses into droplets that fall."


def test_a_template_is_known_again_under_another_question() -> None:
    seen = Skeletons()
    seen.remember("How do I plant potatoes?", FRAME.format("potatoes"))
    assert seen.resemblance("How can beginners repair bicycles?", FRAME.format("bicycles")) > 0.6
    assert seen.resemblance("Why does it rain?", RAIN) == 0


def test_a_chinese_template_is_known_again() -> None:
    frame = "关于{0}，有三点需要注意。第一，了解{0}的基础。第二，制定明确的计划。第三，经常检查进展并调整。"
    seen = Skeletons()
    seen.remember("怎样种植番茄？", frame.format("番茄"))
    assert seen.resemblance("如何修理自行车？", frame.format("自行车")) > 0.5


def test_the_same_question_is_no_template() -> None:
    seen = Skeletons()
    seen.remember("Why does it rain in autumn?", RAIN)
    assert seen.resemblance("Why does it rain in autumn?", RAIN) == 0


def test_short_answers_have_no_skeleton() -> None:
    seen = Skeletons()
    seen.remember("Is it warm?", "Yes, it is.")
    assert seen.resemblance("Are cats blue?", "Yes, it is.") == 0


def test_memory_is_a_window() -> None:
    seen = Skeletons(window=2)
    seen.remember("How do I plant potatoes?", FRAME.format("potatoes"))
    seen.remember("Why does it rain?", RAIN)
    assert seen.resemblance("How can beginners repair bicycles?", FRAME.format("bicycles")) > 0
    seen.remember("What are clouds?", RAIN.replace("Rain forms", "Clouds of white vapour appear"))
    assert seen.resemblance("How can beginners repair bicycles?", FRAME.format("bicycles")) == 0
