"""Each rule on rows that it must refuse and on look-alikes that it must not."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tutelage.filters.shape import Shape
from tutelage.records import Example, Finish, assistant, user

LONG = "The tide rises and falls twice a day because the moon pulls at the sea on both sides of the earth."
QUESTION = "Why does the sea rise and fall every day?"


def reason(
    question: str, answer: str, *, finish: Finish = "stop", input: str = "", **settings: object
) -> str:
    example = Example.single_turn(question, answer, id="x", input=input, finish=finish)
    verdict = Shape(**settings).start().judge(example)
    assert verdict.keep == (verdict.reason == "")
    return verdict.reason


REFUSED = [
    # a question that repeats itself, as small models do
    ("I'll make a cake with a rainbow of shapes.\n" * 5 + "That's just the start!", LONG, "repeated_lines"),
    # empty
    (QUESTION, " \n", "empty"),
    ("", LONG, "empty"),
    # refusal
    (QUESTION, "I'm sorry, but I can't assist with that request.", "refusal"),
    (QUESTION, "I apologize, but I am unable to provide an answer to this.", "refusal"),
    (QUESTION, "I’m not able to help with this.", "refusal"),
    (QUESTION, "Unfortunately, I cannot browse the internet.", "refusal"),
    (QUESTION, "As an AI language model, I have no opinion on the sea.", "refusal"),
    (QUESTION, "Well, as an artificial intelligence, I never saw the sea.", "refusal"),
    (QUESTION, "I'm just an AI, so the sea is strange to me.", "refusal"),
    (QUESTION, "I don't have access to real-time tide tables.", "refusal"),
    ("为什么海水会涨落？", "很抱歉，我无法回答这个问题。", "refusal"),
    ("为什么海水会涨落？", "作为一个人工智能语言模型，我没有见过大海。", "refusal"),
    ("为什么海水会涨落？", "我不能提供这方面的信息。", "refusal"),
    # left-over labels
    (QUESTION, f"Improved answer: {LONG}", "leftover_label"),
    (QUESTION, f"**Answer:** {LONG}", "leftover_label"),
    (QUESTION, f"### Response:\n{LONG}", "leftover_label"),
    (QUESTION, f"{LONG}\n\n### Instruction:\nNow explain rain.", "leftover_label"),
    (QUESTION, f"{LONG}<|im_end|>", "leftover_label"),
    (QUESTION, f"Sure! Here is the improved response: {LONG}", "leftover_label"),
    (f"Instruction: {QUESTION}", LONG, "leftover_label"),
    (f"**Revised question:** {QUESTION}", LONG, "leftover_label"),
    ("为什么海水会涨落？", "改进后的回答：因为月亮的引力。", "leftover_label"),
    ("指令：解释潮汐。", "潮汐是由月亮和太阳的引力造成的。", "leftover_label"),
    # placeholders
    ("What is the capital of [insert country]?", "Paris.", "placeholder"),
    ("Write a letter to [your friend] about the sea.", f"Dear Ann, {LONG}", "placeholder"),
    (QUESTION, f"Dear reader, {LONG} Sincerely, [Insert Name Here]", "placeholder"),
    (QUESTION, "Lorem ipsum dolor sit amet, consectetur.", "placeholder"),
    (QUESTION, "The tide in {{city}} rises twice a day.", "placeholder"),
    (QUESTION, f"{LONG}\nTODO", "placeholder"),
    (
        "Sort a list in Python.",
        "```python\ndef sort(xs):\n    # your code here\n    pass\n```",
        "placeholder",
    ),
    ("写一封感谢信。", "亲爱的[插入姓名]，感谢您一直以来的支持与帮助。", "placeholder"),
    # loops
    (QUESTION, "It is the moon that pulls the sea. " * 20, "repeated_lines"),
    (QUESTION, "The first line is fine here.\n" + "The moon pulls at the sea.\n" * 7, "repeated_lines"),
    (QUESTION, f"{LONG} and the sea and the sea and the sea and the sea and the sea", "repeated_lines"),
    ("为什么海水会涨落？", "因为月亮的引力让海水上升。" * 12, "repeated_lines"),
    # echo
    (QUESTION, "why does the sea  rise and fall every day?", "echo"),
    # length
    ("Sea?", LONG, "too_short"),
    (QUESTION, "...", "too_short"),
    ("Write an essay on the sea.", "The sea is big.", "too_short"),
    ("Write a function that adds two lists.", "True", "too_short"),
    ("请解释潮汐的原因。", "月亮。", "too_short"),
    (" ".join(f"w{i}" for i in range(501)), LONG, "too_long"),
    (QUESTION, " ".join(f"w{i}" for i in range(4001)), "too_long"),
]


@pytest.mark.parametrize(("question", "answer", "code"), REFUSED)
def test_bad_rows_are_refused_with_their_code(question: str, answer: str, code: str) -> None:
    assert reason(question, answer) == code


KEPT = [
    ("What is the capital of France?", "Paris."),
    ("法国的首都是哪里？", "巴黎"),
    ("Which emoji says hello?", "👋"),
    ("Write a headline about the sea.", "Sea wins"),
    ("Write the number 4 as a word.", "Four"),
    ("Draft a reply to the invitation.", "I'm sorry, but I cannot attend the meeting on Monday morning."),
    ("Console a friend.", "I'm sorry to hear that. I can come over tonight and we can talk."),
    ("What would you say to a hero?", "I cannot thank you enough for what you did for us."),
    ("Introduce yourself.", "As an AI researcher, I study how machines learn from text."),
    ("Write a letter of thanks to Ann.", f"Dear Ann, {LONG} Yours, [Your Name]"),
    (
        "Write an email template with placeholders.",
        "Dear {{name}}, [insert date] works for me, see you then.",
    ),
    ("Show Vue interpolation.", "Use `{{ message }}` in the template, and Vue fills it in for you."),
    ("How does one print in Go?", "```go\nfmt.Println(m[key], {{1}})\n```"),
    ("What does a todo app need?", "A list, a way to add to it, and a way to tick things off."),
    ("Give the result as 'Answer: X'. What is 2 + 2?", "Answer: 4"),
    ("Write a dialogue about tides.", "User: Why tides?\nExpert: The moon pulls at the sea."),
    ("Give me a matrix of zeros.", "[[0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]]"),
    ("Laugh three times.", "Ha ha ha!"),
    ("Write a C function that does nothing.", "void f(void) {\n}\n\nvoid g(void) {\n}\n\nvoid h(void) {\n}"),
    ("Fix the grammar.", "The cat sat."),
    (
        "Write a short poem with a refrain.",
        "The sea is wide and deep\nO carry me home tonight\nThe gulls have gone to sleep\n"
        "O carry me home tonight\nThe stars are cold and bright\nO carry me home tonight",
    ),
]


@pytest.mark.parametrize(("question", "answer"), KEPT)
def test_good_rows_that_look_like_bad_ones_are_kept(question: str, answer: str) -> None:
    assert reason(question, answer) == ""


def test_an_answer_that_equals_its_input_is_no_echo() -> None:
    assert reason("Fix the grammar.", "The cat sat.", input="The cat sat.") == ""


def test_a_short_instruction_with_an_input_is_long_enough() -> None:
    assert reason("Summarise.", "The moon makes tides.", input=LONG) == ""


@pytest.mark.parametrize(
    ("answer", "finish", "code"),
    [
        (LONG, "length", "truncated"),
        (LONG, "filter", "filtered"),
        (LONG, "stop", ""),
        (LONG, "other", ""),
        (f"{LONG} It also depends on the", "other", "truncated"),
        (f"{LONG} It also depends on the", "stop", ""),  # the teacher said that it had ended
        (f"{LONG} 因为月亮，", "other", "truncated"),
        ("Here:\n```python\nprint(1)\n", "other", "truncated"),
        ("Here:\n```python\nprint(1)\n```", "other", ""),
        ("Buy milk, eggs and", "other", ""),  # too short to be sure
        (f"{LONG}\n- salt\n- wind", "other", ""),
    ],
)
def test_truncation_is_known_from_the_finish_or_guessed_without_it(
    answer: str, finish: Finish, code: str
) -> None:
    assert reason(QUESTION, answer, finish=finish) == code


def test_every_turn_of_a_conversation_is_read() -> None:
    turns = (
        user(QUESTION),
        assistant("I'm sorry, but I can't help with that."),
        user("Try!"),
        assistant(LONG),
    )
    verdict = Shape(question_min=1).start().judge(Example("x", turns, "Try!"))
    assert verdict.reason == "refusal"
    assert "can't help" in verdict.detail
    open_end = Example("x", (user(QUESTION),), QUESTION)
    assert Shape().start().judge(open_end).reason == "empty"


@pytest.mark.parametrize(
    ("middle", "code"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("Look:\n```python\nprint('tide')", "truncated"),
        (f"{LONG} It also does so because of the", "truncated"),
        ("What is the reason?", "echo"),
        (f"{LONG}<|im_end|>", "leftover_label"),
        (LONG, ""),
        ("The moon", ""),
    ],
)
@pytest.mark.parametrize("finish", ["stop", "other"])
def test_an_earlier_answer_is_read_like_the_last(middle: str, code: str, finish: Finish) -> None:
    turns = (user(QUESTION), assistant(LONG), user("What is the reason?"), assistant(middle))
    turns = (*turns, user("And at night?"), assistant("At night it is the same."))
    example = Example("x", turns, "And at night?", finish=finish)
    assert Shape().start().judge(example).reason == code


def test_one_word_may_follow_an_answer_but_opens_no_conversation() -> None:
    def judged(*questions: str) -> str:
        turns = tuple(turn for each in questions for turn in (user(each), assistant(LONG)))
        return Shape().start().judge(Example("x", turns, questions[-1])).reason

    assert judged(QUESTION, "Why?") == ""
    assert judged(QUESTION, "Why?", "And at night?") == ""
    assert judged("Sea?", QUESTION) == "too_short"
    assert judged(QUESTION, "?") == "too_short"


def test_an_earlier_question_is_read_too() -> None:
    turns = (user(QUESTION), assistant(LONG), user(" "), assistant(LONG), user(QUESTION), assistant(LONG))
    assert Shape().start().judge(Example("x", turns, QUESTION)).reason == "empty"


def test_a_last_question_without_an_answer_does_not_take_the_one_before() -> None:
    turns = (user(QUESTION), assistant(LONG), user("And at night?"))
    verdict = Shape().start().judge(Example("x", turns, "And at night?"))
    assert (verdict.reason, verdict.detail) == ("empty", "the answer is empty")


def test_settings_move_the_limits_and_switch_codes_off() -> None:
    assert reason(QUESTION, "The moon.", answer_min=3) == "too_short"
    assert reason("Write an essay on the sea.", "The sea.", composed_min=0) == ""
    assert reason(QUESTION, f"Answer: {LONG}", skip=("leftover_label",)) == ""
    assert reason(QUESTION, LONG, answer_max=5) == "too_long"
    with pytest.raises(ValidationError, match="skip"):
        Shape(skip=("no_such_code",))  # type: ignore[arg-type]  # the point of the test


def test_scores_and_details_tell_the_figure() -> None:
    gate = Shape().start()
    short = gate.judge(Example.single_turn("Write an essay on the sea.", "The sea.", id="x"))
    assert (short.score, short.detail) == (2, "answer of 2 words, least 6")
    looping = gate.judge(Example.single_turn(QUESTION, "The moon pulls the sea up. " * 30, id="x"))
    assert looping.score is not None
    assert 0.9 < looping.score <= 1
