"""Rank classification and letters, from files of several forms to figures, without a model at the end."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from tutelage.asking import Abilities, Sampling, Score
from tutelage.errors import BadInput
from tutelage.evaluate.answers import answer_row, read_answers
from tutelage.evaluate.bench import Evidence
from tutelage.evaluate.choices import Choices, best, named
from tutelage.records import Message, Reply


class Student:
    """Scores an answer by what it is told, and says one thing to every question."""

    name = "ada"
    abilities = Abilities(score=True)

    def __init__(self, scores: dict[str, float], says: str = "", bare: float = -1.0) -> None:
        self.scores, self.says, self.bare = scores, says, bare
        self.asked: list[str] = []

    async def __call__(
        self, messages: Sequence[Message], *, turn: str, sampling: Sampling = Sampling()
    ) -> Reply:
        self.asked.append(messages[-1].content)
        return Reply(self.says)

    async def raw(self, prompt: str, *, turn: str, sampling: Sampling = Sampling()) -> Reply:
        raise AssertionError("never asked for")

    async def score(self, messages: Sequence[Message], answer: str, *, turn: str) -> float:
        if turn.startswith("bare"):
            return Score(self.bare * len(answer), len(answer.split()))
        return Score(self.scores[answer], len(answer.split()))


ROWS = [
    {
        "id": "a",
        "question": "Colour of snow?",
        "options": ["white", "very dark black"],
        "answer": "A",
        "category": "c",
    },
    {"id": "b", "question": "Two and two?", "options": ["five", "four"], "answer": 1, "category": "n"},
]


def bench(folder: Path, rows: Sequence[object] = ROWS, **settings: object) -> Choices:
    path = folder / "choices.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return Choices.model_validate({"questions_file": path, **settings})


async def evidence(choices: Choices, student: Student) -> Evidence:
    questions = {each.id: each for each in choices.questions()}
    answers = {name: await choices.answer(each, student) for name, each in questions.items()}
    verdicts = [
        v for name, each in answers.items() for v in await choices.judge(questions[name], each, None, None)
    ]
    return Evidence(questions, {"ada": answers}, verdicts)


async def test_the_likeliest_option_wins_and_the_length_counts(tmp_path: Path):
    student = Student({"white": -2.0, "very dark black": -3.0, "five": -1.0, "four": -2.0})
    plain = bench(tmp_path, normalise="none")
    figures = plain.figures(await evidence(plain, student)).models["ada"]
    assert figures["accuracy"] == 0.5
    assert figures["chance"] == 0.5
    assert figures["categories"]["c"]["accuracy"] == 1
    by_token = bench(tmp_path)
    figures = by_token.figures(await evidence(by_token, student)).models["ada"]
    assert figures["accuracy"] == 0  # -3 over three tokens beats -2 over one
    assert figures["by_normalisation"] == {"none": 0.5, "tokens": 0.0, "characters": 0.0}


async def test_less_what_is_likely_anyway(tmp_path: Path):
    student = Student({"white": -2.0, "very dark black": -3.0, "five": -1.0, "four": -2.0}, bare=-1.0)
    choices = bench(tmp_path, normalise="unconditional")
    figures = choices.figures(await evidence(choices, student)).models["ada"]
    assert figures["by_normalisation"]["unconditional"] == figures["accuracy"]


async def test_scores_in_a_file_need_no_model(tmp_path: Path):
    student = Student({"white": -1.0, "very dark black": -9.0, "five": -3.0, "four": -2.0})
    choices = bench(tmp_path)
    kept = await evidence(choices, student)
    path = tmp_path / "answers.jsonl"
    path.write_text(
        "".join(json.dumps(answer_row(each)) + "\n" for each in kept.answers["ada"].values()), "utf-8"
    )
    questions = choices.questions()
    read = read_answers([path], questions)
    verdicts = [
        verdict
        for question in questions
        for verdict in await choices.judge(question, read.answers["ada"][question.id], None, None)
    ]
    again = choices.figures(Evidence({each.id: each for each in questions}, read.answers, verdicts))
    assert again.models == choices.figures(kept).models
    assert again.models["ada"]["accuracy"] == 1


async def test_a_letter_is_asked_for_in_the_language_of_the_question(tmp_path: Path):
    rows = [*ROWS, {"id": "z", "question": "雪是什么颜色的？", "options": ["白色", "黑色"], "answer": "白色"}]
    choices = bench(tmp_path, rows, mode="letter")
    assert choices.student_needs == ("chat",)
    student = Student({}, says="A")
    figures = choices.figures(await evidence(choices, student)).models["ada"]
    assert figures["accuracy"] == pytest.approx(2 / 3)
    assert "A. white" in student.asked[0]
    assert "字母" in student.asked[2]


async def test_an_answer_without_a_choice_is_wrong_and_counted(tmp_path: Path):
    choices = bench(tmp_path, mode="letter")
    found = choices.figures(await evidence(choices, Student({}, says="I would rather not.")))
    assert (found.models["ada"]["accuracy"], found.models["ada"]["unread"]) == (0, 2)
    assert any("name no option" in line for line in found.lines)


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("B", 1),
        ("(B)", 1),
        ("**B**. Because A is wrong", 1),
        ("B、因为", 1),
        ("The answer is B.", 1),
        ("答案是B", 1),
        ("I think A is wrong; the answer: (B)", 1),
        ("A good question. It is black.", 1),
        ("Either (A) or (B)", None),
        ("white or black", None),
        ("Z", None),
        ("", None),
    ],
)
def test_which_option_a_reply_names(text: str, index: int | None):
    assert named(text, ["white", "black"]) == index


def test_scores_that_are_no_numbers_choose_nothing():
    assert best({"scores": [math.nan, -1.0]}, ["a", "b"], "none") is None
    assert best({"scores": [-1.0]}, ["a", "b"], "none") is None


def test_another_kind_of_file_is_refused(tmp_path: Path):
    with pytest.raises(BadInput, match="options"):
        bench(tmp_path, [{"id": "a", "question": "Why?", "answer": "A"}]).questions()
