"""Loss and match on rows that no training has seen."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from tutelage.asking import Abilities, Sampling, Score
from tutelage.errors import BadInput
from tutelage.evaluate.bench import Evidence
from tutelage.evaluate.held_out import HeldOut
from tutelage.records import Message, Reply

ROWS = [
    {"instruction": "Say yes.", "output": "Yes"},
    {"messages": [
        {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello"}, {"role": "user", "content": "再见"},
        {"role": "assistant", "content": "再见 朋友"},
    ]},
]  # fmt: skip


class Student:
    """Gives every token one nat, and says what it is told to."""

    name = "ada"

    def __init__(self, says: str, *, score: bool = True, tokens: bool = True) -> None:
        self.says, self.tokens = says, tokens
        self.abilities = Abilities(score=score)
        self.heard: list[int] = []

    async def __call__(
        self, messages: Sequence[Message], *, turn: str, sampling: Sampling = Sampling()
    ) -> Reply:
        self.heard.append(len(messages))
        return Reply(self.says)

    async def raw(self, prompt: str, *, turn: str, sampling: Sampling = Sampling()) -> Reply:
        raise AssertionError("never asked for")

    async def score(self, messages: Sequence[Message], answer: str, *, turn: str) -> float:
        return Score(-float(len(answer)), len(answer)) if self.tokens else -float(len(answer))


def bench(folder: Path, rows: Sequence[object] = ROWS, **settings: object) -> HeldOut:
    path = folder / "test.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return HeldOut.model_validate({"questions_file": path, **settings})


async def evidence(held: HeldOut, student: Student) -> Evidence:
    questions = {each.id: each for each in held.questions()}
    answers = {name: await held.answer(each, student) for name, each in questions.items()}
    verdicts = [
        v for name, each in answers.items() for v in await held.judge(questions[name], each, None, None)
    ]
    return Evidence(questions, {"ada": answers}, verdicts)


async def test_loss_perplexity_and_both_matches(tmp_path: Path):
    held = bench(tmp_path)
    student = Student("YES ")
    figures = held.figures(await evidence(held, student)).models["ada"]
    assert student.heard == [1, 4]  # the whole conversation before the last answer
    assert figures["loss_per_token"] == pytest.approx(1.0)
    assert figures["perplexity"] == pytest.approx(math.e)
    assert figures["loss_per_byte"] == pytest.approx(8 / 16)
    assert figures["loss_per_word"] == pytest.approx(8 / 5)
    assert (figures["match"], figures["exact_match"]) == (0.5, 0.0)


async def test_without_numbers_of_tokens_there_is_no_loss_per_token(tmp_path: Path):
    held = bench(tmp_path, match=False)
    figures = held.figures(await evidence(held, Student("", tokens=False))).models["ada"]
    assert "loss_per_token" not in figures
    assert "match" not in figures
    assert figures["loss_per_byte"] == pytest.approx(0.5)


async def test_a_student_that_cannot_score_is_asked_alone(tmp_path: Path):
    held = bench(tmp_path)
    found = held.figures(await evidence(held, Student("Yes", score=False)))
    assert found.models["ada"]["scored"] == 0
    assert found.models["ada"]["exact_match"] == 0.5
    assert any("cannot score" in line for line in found.lines)


def test_what_a_student_must_be_able_to_do(tmp_path: Path):
    assert bench(tmp_path).student_needs == ("chat",)
    assert bench(tmp_path, loss="on").student_needs == ("score", "chat")
    assert bench(tmp_path, loss="on", match=False).student_needs == ("score",)


async def test_results_by_a_key_of_the_cell(tmp_path: Path):
    row = {"id": "e1", "messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}],
           "instruction": "Q", "cell": {"task": "copy"}, "lineage": {}}  # fmt: skip
    held = bench(tmp_path, [row], category="task", loss="off")
    figures = held.figures(await evidence(held, Student("A"))).models["ada"]
    assert figures["categories"]["copy"]["accuracy"] == 1


@pytest.mark.parametrize("row", [{"text": "No answer here."}, {"instruction": "Q", "output": " "}])
def test_rows_without_an_answer_are_refused(tmp_path: Path, row: object):
    with pytest.raises(BadInput, match="known answer"):
        bench(tmp_path, [row]).questions()


def test_a_bench_that_would_do_nothing_is_refused():
    with pytest.raises(BadInput, match="neither"):
        HeldOut(loss="off", match=False)
