"""The bench ifeval: from the official files to the four accuracies and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.errors import BadInput
from tutelage.evaluate.answers import read_answers
from tutelage.evaluate.bench import Answer, Evidence
from tutelage.evaluate.ifeval import IFEval

ROWS = [
    {
        "key": 1,
        "prompt": "Say it without commas and in quotes.",
        "instruction_id_list": ["punctuation:no_comma", "startend:quotation"],
        "kwargs": [{}, None],
    },
    {"key": 2, "prompt": "A title.", "instruction_id_list": ["detectable_format:title"], "kwargs": [{}]},
]


def bench(folder: Path, rows: object = ROWS) -> IFEval:
    path = folder / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return IFEval(questions_file=path)


async def evidence(ifeval: IFEval, answers: dict[str, str], model: str = "ada") -> Evidence:
    questions = {each.id: each for each in ifeval.questions()}
    given = {name: Answer(name, model, (text,)) for name, text in answers.items()}
    graded = [
        verdict
        for name, each in given.items()
        for verdict in await ifeval.judge(questions[name], each, None, None)
    ]
    return Evidence(questions, {model: given}, graded)


async def test_strict_and_loose_by_prompt_and_by_instruction(tmp_path: Path):
    ifeval = bench(tmp_path)
    found = ifeval.figures(await evidence(ifeval, {"1": 'Sure, here:\n"It."', "2": "No title"}))
    figures = found.models["ada"]
    names = ("prompt_strict", "instruction_strict", "prompt_loose", "instruction_loose")
    assert [figures[name] for name in names] == pytest.approx([0, 0, 1 / 2, 2 / 3])
    assert figures["types"]["startend:quotation"] == {"n": 1, "strict": 0.0, "loose": 1.0}
    low, high = figures["intervals"]["prompt_loose"]
    assert 0 <= low < 0.5 < high <= 1


async def test_a_missing_answer_is_counted_and_never_wrong(tmp_path: Path):
    ifeval = bench(tmp_path)
    found = ifeval.figures(await evidence(ifeval, {"2": "<<T>>"}))
    assert found.models["ada"]["prompt_strict"] == 1
    assert found.models["ada"]["missing"] == 1
    assert any("1 question of 2 without" in line for line in found.lines)


async def test_the_published_results_are_written_and_read_back(tmp_path: Path):
    ifeval = bench(tmp_path)
    kept = await evidence(ifeval, {"1": '"It."', "2": "<<T>>,"})
    paths = ifeval.record(kept, tmp_path / "out")
    assert [path.name for path in paths] == ["eval_results_strict.jsonl", "eval_results_loose.jsonl"]
    assert ifeval.figures(ifeval.recorded(paths)).models == ifeval.figures(kept).models
    alone = IFEval()  # without the questions: the rows speak for themselves
    assert alone.figures(alone.recorded(paths)).models == ifeval.figures(kept).models


def test_the_four_accuracies_of_real_answers(shared_data: Path):
    import asyncio

    folder = shared_data / "ifeval"
    ifeval = IFEval(questions_file=folder / "input_data.jsonl")
    questions = ifeval.questions()
    read = read_answers([folder / "responses_text_bison.jsonl"], questions, model="bison")
    assert not read.notes
    texts = {name: each.text for name, each in read.answers["bison"].items()}
    figures = ifeval.figures(asyncio.run(evidence(ifeval, texts, "bison"))).models["bison"]
    assert (figures["n"], figures["instructions"], figures["missing"]) == (541, 747, 0)
    assert figures["prompt_strict"] == pytest.approx(0.688, abs=0.003)
    assert figures["instruction_strict"] == pytest.approx(0.744, abs=0.003)
    assert figures["prompt_loose"] == pytest.approx(0.717, abs=0.003)
    assert figures["instruction_loose"] == pytest.approx(0.771, abs=0.003)
    assert sum(each["n"] for each in figures["types"].values()) == 747


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"key": 1, "prompt": "x"}, "instruction_id_list"),
        (
            {"key": 1, "prompt": "x", "instruction_id_list": ["punctuation:no_comma"], "kwargs": []},
            "equally long",
        ),
        (
            {"key": 1, "prompt": "x", "instruction_id_list": ["no_comma"], "kwargs": [{}]},
            "no instruction type",
        ),
    ],
)
def test_questions_of_another_kind_are_refused(tmp_path: Path, row: object, said: str):
    with pytest.raises(BadInput, match=said):
        bench(tmp_path, [row]).questions()


def test_no_questions_file():
    with pytest.raises(BadInput, match="--questions"):
        IFEval().questions()


def test_results_of_another_bench_are_refused(tmp_path: Path):
    path = tmp_path / "eval_results_strict.jsonl"
    path.write_text('{"prompt": "x", "score": 1}\n', "utf-8")
    with pytest.raises(BadInput, match="follow_instruction_list"):
        IFEval().recorded([path])


def test_nothing_to_count(tmp_path: Path):
    with pytest.raises(BadInput, match="no graded answer"):
        bench(tmp_path).figures(Evidence())
