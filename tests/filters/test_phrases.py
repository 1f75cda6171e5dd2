"""What the question mentions is not held against the answer."""

from __future__ import annotations

import time

from tutelage.filters import phrases


def test_labels_and_slots_that_were_asked_for() -> None:
    assert phrases.leftover_label("Output: 5", question="What does it print?") == "Output:"
    assert phrases.leftover_label("Output: 5", question="Give the output.") == ""
    assert phrases.slot_in_answer("[insert name]", "Greet them.") == "[insert name]"
    assert phrases.slot_in_answer("[insert name]", "Make a form with blanks.") == ""


def test_a_refusal_must_stand_at_the_start() -> None:
    late = "The sea rises. " * 30 + "I'm sorry, but I can't help with the rest."
    assert phrases.refusal(late) == ""


def test_no_pattern_blows_up_on_long_odd_text() -> None:
    started = time.process_time()
    for odd in (
        "[insert " * 5000,
        "#" * 50_000,
        "I'm sorry " * 5000,
        "{{" * 20_000,
        "`" * 20_000,
        " " * 50_000,
    ):
        phrases.refusal(odd)
        phrases.leftover_label(odd)
        phrases.leftover_label(odd, question=odd)
        phrases.slot_in_answer(odd, "q")
        phrases.slot_in_question(odd)
    assert time.process_time() - started < 5
