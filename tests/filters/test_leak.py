"""The leak guard on real benchmarks, and its settings."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from pydantic import ValidationError

from tutelage.errors import BadInput
from tutelage.filters.filter import Chain
from tutelage.filters.leak import Leak
from tutelage.records import Example, Message, Verdict

EXAM = "Compose an engaging travel blog post about a recent trip to Hawaii."
ZH = "请写一首关于长江三峡秋天夜晚的七言绝句，并解释其中的典故。"


@pytest.fixture
def exam(tmp_path: Path) -> Path:
    path = tmp_path / "exam.jsonl"
    rows = [{"turns": [EXAM, "Now rewrite it as twelve haikus about volcanoes."]}, {"question": ZH}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def judged(guard: Leak, instruction: str, output: str = "Yes.", input: str = "") -> Verdict:
    return guard.start().judge(Example.single_turn(instruction, output, id="x", input=input))


def test_the_verdict_names_the_place_the_question_and_what_is_shared(exam: Path) -> None:
    verdict = judged(Leak(files=(exam,)), EXAM.replace("engaging", "amusing").replace("Hawaii", "Norway"))
    assert (verdict.keep, verdict.reason, verdict.witness) == (False, "near_copy", f"{exam}:1 turn 1")
    assert verdict.score is not None
    assert 0.6 < verdict.score < 1
    assert f"'{EXAM}'" in verdict.detail
    assert "'travel blog post about a recent trip to'" in verdict.detail


def test_chinese_is_guarded_and_shown_without_spaces(exam: Path) -> None:
    verdict = judged(Leak(files=(exam,)), ZH.replace("秋天", "冬天"))
    assert (verdict.reason, verdict.witness) == ("near_copy", f"{exam}:2")
    assert "天夜晚的7言绝句并解释" in verdict.detail  # numbers are shown as they are compared


def test_the_input_is_part_of_the_question_and_may_hide_it(exam: Path) -> None:
    guard = Leak(files=(exam,))
    assert judged(guard, "Do what follows.", input=EXAM).reason == "contains"
    aside = "My neighbour sells tulips, plays chess with sailors and repairs violins in winter."
    exam.write_text('{"question": "Who made the bronze doors?"}\n')
    guard = Leak(files=(exam,))
    assert judged(guard, f"Who made those bronze doors? {aside}").keep
    assert judged(guard, "Who made those bronze doors?", input=aside).reason == "near_copy"


def test_every_user_turn_is_read_and_answers_where_asked(exam: Path) -> None:
    turns = (Message("user", EXAM), Message("assistant", "Aloha."), Message("user", "Thanks."))
    chat = Example("x", turns, "Thanks.")
    assert Leak(files=(exam,)).start().judge(chat).reason == "copy"
    assert judged(Leak(files=(exam,)), "Ask me something.", EXAM).keep
    assert judged(Leak(files=(exam,), answers=True), "Ask me something.", EXAM).reason == "copy"


def test_settings_change_what_is_found(exam: Path) -> None:
    text = EXAM.replace("engaging", "amusing").replace("Hawaii", "Norway")
    assert judged(Leak(files=(exam,), threshold=0.95, n=9), text).keep
    assert judged(Leak(files=(exam,), threshold=0.95, n=7), text).reason == "contains"


def test_one_path_needs_no_list_and_none_is_refused(exam: Path) -> None:
    assert len(Leak.model_validate({"files": str(exam)}).questions.found) == 3
    with pytest.raises(ValidationError):
        Leak(files=())


def test_bad_files_are_refused_when_the_filter_is_made(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text('{"id": 1, "answer": "x"}\n')
    with pytest.raises(BadInput, match="holds no question"):
        Leak(files=(empty,))
    with pytest.raises(BadInput, match="no such file"):
        Leak(files=(tmp_path / "none.jsonl",))


def test_settings_can_be_written_down(exam: Path) -> None:
    assert json.loads(Leak(files=(exam,)).model_dump_json())["files"] == [str(exam)]


def test_a_leak_is_a_rejection_in_a_chain(exam: Path) -> None:
    rejection = Chain([Leak(files=(exam,))]).decide(Example.single_turn(ZH, "好", id="z")).rejection()
    assert rejection.reason == "leak:copy"
    assert f"(against {exam}:2)" in rejection.detail


@pytest.fixture(scope="module")
def real(shared_data: Path) -> Leak:
    files = (
        shared_data / "mt-bench" / "question.jsonl",
        shared_data / "alpaca-eval" / "reference_outputs.json",
    )
    return Leak(files=files)


def edited(text: str, chance: random.Random) -> str:
    words = text.split()
    for place in sorted(chance.sample(range(len(words)), max(1, round(0.2 * len(words)))), reverse=True):
        words[place : place + 1] = chance.choice(([], ["quite"], ["rather", words[place]]))
    return " ".join(words)


def test_recall_on_real_benchmarks(real: Leak) -> None:
    texts = [question.text for question in real.questions.found]
    assert len(texts) == 965
    assert not any(judged(real, text).keep for text in texts)
    chance = random.Random(0)
    missed = sum(judged(real, edited(text, chance)).keep for text in texts)
    assert missed <= 0.05 * len(texts)


def test_false_alarms_on_unrelated_rows(real: Leak, shared_data: Path) -> None:
    gate = real.start()
    lines = (shared_data / "self-instruct" / "self_instruct_5k.jsonl").read_text("utf-8").splitlines()
    rows = map(json.loads, lines)
    examples = (Example.single_turn(row["instruction"], "", id="x", input=row["input"]) for row in rows)
    assert sum(not gate.judge(example).keep for example in examples) <= 0.001 * len(lines)
