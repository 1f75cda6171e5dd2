r"""The bench math on real problems: solutions right against themselves, rewritings right, others wrong.

Rewritings and perturbations are made by rule from the real answers, in an order drawn from a fixed seed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from tutelage.draw import draw
from tutelage.errors import BadInput
from tutelage.evaluate.bench import Answer, Evidence, Question
from tutelage.evaluate.math import Math
from tutelage.evaluate.mathematics import final_answer, same
from tutelage.evaluate.question_files import Columns

FILE = Path("math") / "MATH_eval_set_sample.jsonl"
FRACTION = re.compile(r"\\[dt]?frac\{(\d+)\}\{(\d+)\}")
NUMBER = re.compile(r"(?<![\d.\\])\d+(?![\d.]*\d)")


def split_items(text: str) -> list[str]:
    return [each.strip() for each in text.split(",")]


def rewritings(text: str) -> Iterator[str]:
    """Other ways to write the same answer."""
    yield f"  ${text}$ "
    yield text.replace(" ", r"\,") if " " in text and "begin" not in text else text + r"\!"
    yield from of_fractions(text)
    yield from of_whole_numbers(text)
    yield from of_commands(text)
    if re.fullmatch(r"[-\d, ]+", text) and "," in text:
        yield ", ".join(reversed(split_items(text)))
        yield r"\{" + ", ".join(reversed(split_items(text))) + r"\}"
    if re.fullmatch(r"\\text\{[A-Za-z]+\}", text):
        yield text.replace("text", "mbox")
        yield text[6:-1]


def of_fractions(text: str) -> Iterator[str]:
    if "frac" in text:
        yield text.replace(r"\dfrac", r"\frac").replace(r"\tfrac", r"\frac").replace(r"\frac", r"\dfrac")
        yield FRACTION.sub(r"(\1/\2)", text) if not re.match(r"\d", text) else text
    if not re.fullmatch(r"-?\\[dt]?frac\{\d+\}\{\d+\}", text):
        return
    over, under = map(int, FRACTION.findall(text)[0])
    sign = "-" if text.startswith("-") else ""
    yield rf"{sign}\frac{{{3 * over}}}{{{3 * under}}}"
    if (over, under) == (1, 2):
        yield f"{sign}½"
    if over > under:
        yield rf"{sign}{over // under}\frac{{{over % under}}}{{{under}}}"
        yield f"{sign}{over // under} {over % under}/{under}"
    if 10_000 % under == 0:
        yield str(float(Fraction(f"{sign}{over}/{under}")))


def of_whole_numbers(text: str) -> Iterator[str]:
    if re.fullmatch(r"\d{4,}", text):
        yield f"{int(text):,}"
        yield f"{int(text):,}".replace(",", r",\!")
    if re.fullmatch(r"-?\d+", text):
        yield f"x = {text}"
        yield f"{text}.0"
        yield rf"{text}\text{{ cm}}^2"
        yield f"{text} square inches"
        yield f"{text} 个"


def of_commands(text: str) -> Iterator[str]:
    if r"\begin{pmatrix}" in text:
        yield text.replace("pmatrix", "bmatrix").replace(" ", "")
    if r"\sqrt" in text:
        yield re.sub(r"\\sqrt\s*\{(\d+)\}", r"√\1", text)
    if r"\pi" in text:
        yield text.replace(r"\pi", "π")
    if r"^\circ" in text and not re.search(r"\\(?:cos|sin|sec)", text):
        yield text.replace(r"^\circ", "°")
        yield text.replace(r"^\circ", " degrees")


def perturbations(text: str) -> Iterator[str]:
    """Answers that look alike and are wrong."""
    spots = list(NUMBER.finditer(text))
    for spot in spots[:3]:
        yield text[: spot.start()] + str(int(spot[0]) + 1) + text[spot.end() :]
    if re.fullmatch(r"-?\d+", text) and text != "0":
        yield text.removeprefix("-") if text.startswith("-") else f"-{text}"
        yield f"{text}.5"
        yield f"{text}0"
        yield f"{text}, {text}1"
    if re.fullmatch(r"\\frac\{(\d+)\}\{(\d+)\}", text):
        over, under = FRACTION.findall(text)[0]
        if over != under:
            yield rf"\frac{{{under}}}{{{over}}}"
        yield f"{int(over) / int(under):.2f}9"
    if r"\sqrt" in text:
        yield text.replace(r"\sqrt", "", 1)
    if r"\pi" in text:
        yield text.replace(r"\pi", "", 1)
    if re.fullmatch(r"\([-\d, ]+\)", text) and len(set(split_items(text[1:-1]))) > 1:
        yield "(" + ", ".join(reversed(split_items(text[1:-1]))) + ")"
        yield "[" + text[1:]
    if text.startswith(r"\text{"):
        yield r"\text{Friday}"


@pytest.fixture(scope="module")
def answers(shared_data: Path) -> list[str]:
    rows = [json.loads(line) for line in (shared_data / FILE).read_text("utf-8").splitlines()]
    return [final_answer(row["std_answer"]).text for row in rows]


def drawn(answers: list[str], change: Callable[[str], Iterator[str]], count: int) -> list[tuple[str, str]]:
    """``count`` changed answers, no kind of answer crowding out the others."""
    pairs = [(made, text) for text in dict.fromkeys(answers) for made in change(text) if made != text]
    chance = draw(7, change.__name__)
    chance.shuffle(pairs)
    assert len(pairs) >= count
    return pairs[:count]


def test_every_reference_is_right_against_itself(answers: list[str]):
    assert len(answers) == 500
    assert [text for text in answers if not same(text, text)] == []


def test_equivalent_rewritings_are_right(answers: list[str]):
    pairs = drawn(answers, rewritings, 100)
    assert [pair for pair in pairs if not same(*pair)] == []
    every = drawn(answers, rewritings, 600)
    assert [pair for pair in every if not same(*pair)] == []


def test_perturbed_answers_are_wrong(answers: list[str]):
    pairs = drawn(answers, perturbations, 100)
    assert [pair for pair in pairs if same(*pair)] == []
    every = drawn(answers, perturbations, 600)
    assert [pair for pair in every if same(*pair)] == []


async def graded(bench: Math, texts: dict[str, str]) -> Evidence:
    questions = {each.id: each for each in bench.questions()}
    given = {name: Answer(name, "ada", (text,)) for name, text in texts.items()}
    verdicts = [
        v for name, each in given.items() for v in await bench.judge(questions[name], each, None, None)
    ]
    return Evidence(questions, {"ada": given}, verdicts)


async def test_figures_of_the_reference_solutions(shared_data: Path):
    bench = Math(questions_file=shared_data / FILE)
    texts = {each.id: each.references[-1] for each in bench.questions()}
    first = next(iter(texts))
    texts[first] = "I do not know.\nSorry."
    figures = bench.figures(await graded(bench, texts)).models["ada"]
    assert figures["accuracy"] == pytest.approx(499 / 500)
    assert figures["without_final"] == 1
    assert set(figures["levels"]) == {f"Level {number}" for number in range(1, 6)}
    assert "Prealgebra" in figures["categories"]
    assert sum(each["n"] for each in figures["categories"].values()) == 500


async def test_own_columns_and_categories(tmp_path: Path):
    path = tmp_path / "own.csv"
    path.write_text("q,a,topic\n1+1?,#### 2,sums\n半个是多少?,0.5,份\n", "utf-8")
    bench = Math(questions_file=path, columns=Columns(question=("q",), reference=("a",), category="topic"))
    one, two = bench.questions()
    evidence = await graded(bench, {one.id: "So the answer is 2.", two.id: "答案是½。"})
    figures = bench.figures(evidence).models["ada"]
    assert figures["accuracy"] == 1
    assert list(figures["categories"]) == ["sums", "份"]


def test_a_problem_without_a_final_answer_is_refused(tmp_path: Path):
    path = tmp_path / "own.jsonl"
    path.write_text('{"question": "1+1?", "std_answer": "It is\\nobvious."}\n', "utf-8")
    with pytest.raises(BadInput, match="no final answer"):
        Math(questions_file=path).questions()


async def test_missing_answers_are_wrong_in_the_second_figure() -> None:
    asked = {f"q{at}": Question(f"q{at}", ("1 + 1?",), facts={"final": "2"}) for at in range(4)}
    given = Answer("q0", "m", (r"\boxed{2}",))
    judged = await Math().judge(asked["q0"], given, None, None)
    found = Math().figures(Evidence(asked, {"m": {"q0": given}}, judged)).models["m"]
    assert (found["accuracy"], found["accuracy_of_all"], found["missing"]) == (1.0, 0.25, 3)


def test_a_file_without_a_reference_column_is_told_the_names(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": "q", "question": "1 + 1?", "outcome": "2"}\n', "utf-8")
    with pytest.raises(BadInput, match="no reference column: reference"):
        Math(questions_file=path).questions()
