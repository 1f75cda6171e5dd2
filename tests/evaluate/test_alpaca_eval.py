"""AlpacaEval: judging in both orders, and the published leaderboard from recorded judgements."""

from __future__ import annotations

import csv
import gzip
import json
import math
from pathlib import Path
from typing import Any

import pytest

from judge import Judge
from tutelage.asking import Abilities, Sampling
from tutelage.errors import BadInput
from tutelage.evaluate.alpaca_eval import AlpacaEval
from tutelage.evaluate.bench import Answer, Evidence, Figures, Question
from tutelage.records import Reply, TokenLogprob

QUESTION = Question("q", ("Why is the sky blue?",), category="sky")
MINE, BASE = Answer("q", "me", ("good",)), Answer("q", "base", ("bad, long",))


class Weigher(Judge):
    """Puts P(m) on the first token by the text of the prompt."""

    async def __call__(self, messages: Any, *, turn: str, sampling: Sampling = Sampling()) -> Reply:
        reply = await super().__call__(messages, turn=turn, sampling=sampling)
        p = float(reply.text)
        top = (("m", math.log(p)), ("M", math.log(1 - p)), ("The", -9.0))
        return Reply("m" if p > 0.5 else "M", logprobs=(TokenLogprob(*top[p <= 0.5], top),))


def good_first(text: str) -> bool:
    return text.index("good") < text.index("bad, long")


async def test_the_token_gives_the_preference_and_the_order_is_undone() -> None:
    judge = Weigher(lambda text, turn: "0.9" if good_first(text) else "0.3", Abilities(logprobs=True))
    plain, swapped = await AlpacaEval().judge(QUESTION, MINE, BASE, judge)
    assert (plain.swapped, swapped.swapped) == (False, True)
    assert (plain.value, swapped.value) == (pytest.approx(0.7), pytest.approx(0.9))
    assert judge.turns == ["baseline-first", "model-first"]
    sampling = judge.asked[0][2]
    assert (sampling.max_tokens, sampling.logprobs) == (1, 5)
    assert plain.facts["len_model"] == 4
    assert plain.facts["logprobs"][0][0] == "M"


async def test_the_verdict_is_read_where_there_are_no_probabilities() -> None:
    judge = Judge(lambda text, turn: "m" if good_first(text) else "M")
    found = await AlpacaEval().judge(QUESTION, MINE, BASE, judge)
    assert [each.value for each in found] == [1.0, 1.0]
    assert judge.asked[0][2].logprobs is None
    mirrored = await AlpacaEval().judge(QUESTION, BASE, MINE, judge)
    assert [each.value for each in mirrored] == [0.0, 0.0]
    (one,) = await AlpacaEval(orders="one").judge(QUESTION, MINE, BASE, judge)
    assert one.value == 1.0
    assert AlpacaEval(preference="logprobs").needs == ("chat", "logprobs")


async def test_a_model_against_itself_is_exactly_one_half_for_any_judge() -> None:
    judge = Weigher(lambda text, turn: "0.83", Abilities(logprobs=True))
    same = Answer("q", "twin", BASE.turns)
    found = await AlpacaEval().judge(QUESTION, same, BASE, judge)
    assert len(judge.asked) == 1
    assert sum(each.value or 0 for each in found) == 1.0
    figures = AlpacaEval(replicates=0).figures(Evidence({"q": QUESTION}, {}, found, "base")).models["twin"]
    assert figures["win_rate"] == 50.0


async def test_an_unreadable_comparison_is_asked_again_then_counted() -> None:
    judge = Judge(lambda text, turn: "both are fine")
    found = await AlpacaEval().judge(QUESTION, MINE, BASE, judge)
    assert [each.value for each in found] == [None, None]
    assert judge.turns == ["baseline-first", "baseline-first-again", "model-first", "model-first-again"]
    figures = AlpacaEval().figures(Evidence({"q": QUESTION}, {}, found, "base"))
    mine = figures.models["me"]
    assert (mine["n"], mine["missing"], mine["unreadable"], mine["win_rate"]) == (0, 1, 1, None)
    assert figures.details["habits"]["all"]["unreadable"] == 2
    assert any("1 comparison" in line for line in figures.lines)


def test_the_baseline_stands_beside_the_questions_or_in_a_file(tmp_path: Path) -> None:
    rows = [{"instruction": "Q", "output": "A", "generator": "gpt", "dataset": "d"}]
    (tmp_path / "set.json").write_text(json.dumps(rows), "utf-8")
    bench = AlpacaEval(questions_file=str(tmp_path / "set.json"))
    name, answers = bench.default_baseline()
    assert (name, [each.text for each in answers.values()]) == ("gpt", ["A"])
    rows[0] |= {"output": "B", "generator": "other"}
    (tmp_path / "outputs.json").write_text(json.dumps(rows), "utf-8")
    named = AlpacaEval(
        questions_file=str(tmp_path / "set.json"), baseline_file=str(tmp_path / "outputs.json")
    )
    assert named.default_baseline()[0] == "other"


# --- the published leaderboard ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def alpaca(shared_data: Path) -> Path:
    return shared_data / "alpaca-eval"


def figures_of(folder: Path, **settings: Any) -> Figures:
    bench = AlpacaEval(
        difficulty_file=str(folder / "instruction_difficulty.csv"),
        gamed_file=str(folder / "df_gamed.csv"),
        **{"replicates": 0, **settings},
    )
    return bench.figures(bench.recorded([folder / "lc_inputs.json.gz"]))


def leaderboard(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "leaderboard.csv").open(encoding="utf-8") as file:
        return {row[""]: row for row in csv.DictReader(file)}


def test_raw_rates_and_errors_are_those_of_the_leaderboard(alpaca: Path) -> None:
    board = leaderboard(alpaca)
    models = figures_of(alpaca).models
    assert len(models) == 5
    for name, found in models.items():
        assert found["win_rate"] == pytest.approx(float(board[name]["win_rate"]), abs=1e-6)
        assert found["standard_error"] == pytest.approx(float(board[name]["standard_error"]), abs=1e-6)
        assert found["discrete_win_rate"] == pytest.approx(float(board[name]["discrete_win_rate"]), abs=1e-6)
        assert found["n"] == int(board[name]["n_total"])
        if not found["missing"]:
            assert int(found["average_length"]) == int(board[name]["avg_length"])


def test_length_controlled_rates_as_published_and_aligned(alpaca: Path) -> None:
    board = leaderboard(alpaca)
    published, aligned = figures_of(alpaca, as_published=True).models, figures_of(alpaca).models
    for name, found in published.items():
        goal = float(board[name]["length_controlled_winrate"])
        assert found["lc_win_rate"] == pytest.approx(goal, abs=0.02)
        if name != "gpt35_turbo_instruct":
            assert aligned[name]["lc_win_rate"] == pytest.approx(goal, abs=0.15)
    shifted = aligned["gpt35_turbo_instruct"]
    assert shifted["lc_win_rate"] == pytest.approx(15.0, abs=0.05)
    assert (shifted["n"], shifted["missing"]) == (804, 1)


def test_the_interval_refits_and_is_wider_than_the_published_error(alpaca: Path) -> None:
    found = figures_of(alpaca, replicates=100).models["claude-2.1"]
    low, high = found["lc_interval"]
    assert low < found["lc_win_rate"] < high
    assert found["lc_standard_error"] > 1.5 * found["lc_published_error"]


def test_the_interval_as_published_is_that_of_the_published_figure(alpaca: Path) -> None:
    published = figures_of(alpaca, as_published=True, replicates=100).models["gpt35_turbo_instruct"]
    aligned = figures_of(alpaca, replicates=100).models["gpt35_turbo_instruct"]
    low, high = published["lc_interval"]
    assert 1 < published["lc_win_rate"] - low < 6
    assert 1 < high - published["lc_win_rate"] < 6
    assert low > aligned["lc_interval"][0] + 1.5
    assert published["lc_published_error"] > 0


def test_without_difficulties_the_formula_is_said_to_be_minimal(alpaca: Path) -> None:
    bench = AlpacaEval(replicates=0)
    found = bench.figures(bench.recorded([alpaca / "lc_inputs.json.gz"]))
    assert found.models["alpaca-7b"]["lc_formula"] == "minimal"
    assert any("minimal" in line for line in found.lines)
    with pytest.raises(BadInput, match="needs the difficulties"):
        AlpacaEval(as_published=True).figures(bench.recorded([alpaca / "lc_inputs.json.gz"]))


def test_official_lists_give_the_same_figures_joined_by_the_instruction(alpaca: Path, tmp_path: Path) -> None:
    """In another order than the official one, with one row lost, by name and not by place."""
    questions = json.loads((alpaca / "reference_outputs.json").read_text("utf-8"))

    with gzip.open(alpaca / "lc_inputs.json.gz") as file:
        compact = json.load(file)["gpt35_turbo_instruct"]
    rows = [
        {
            "instruction": questions[row]["instruction"],
            "output_1": questions[row]["output"],
            "generator_1": "gpt4_1106_preview",
            "output_2": "x" * length,
            "generator_2": "gpt35_turbo_instruct",
            "annotator": "weighted_alpaca_eval_gpt4_turbo",
            "preference": preference,
        }
        for row, preference, length in zip(
            compact["row"], compact["preference"], compact["len_model"], strict=True
        )
    ]
    path = tmp_path / "annotations.json"
    path.write_text(json.dumps(rows[::-1]), "utf-8")
    bench = AlpacaEval(
        questions_file=str(alpaca / "reference_outputs.json"),
        difficulty_file=str(alpaca / "instruction_difficulty.csv"),
        gamed_file=str(alpaca / "df_gamed.csv"),
        replicates=0,
    )
    found = bench.figures(bench.recorded([path]))
    expected = figures_of(alpaca).models["gpt35_turbo_instruct"]
    mine = found.models["gpt35_turbo_instruct"]
    for name in ("win_rate", "standard_error", "lc_win_rate", "n", "missing"):
        assert mine[name] == pytest.approx(expected[name], abs=1e-9)
    assert set(mine["categories"]) == {"selfinstruct", "oasst", "koala", "helpful_base", "vicuna"}
    assert found.details["judge"] == "weighted_alpaca_eval_gpt4_turbo"
    unordered = bench.model_copy(update={"questions_file": ""})
    left_out = unordered.figures(unordered.recorded([path]))
    assert left_out.models["gpt35_turbo_instruct"]["lc_formula"] == "minimal"
    assert "name the official questions" in left_out.lines[0]


async def test_what_is_recorded_reads_back_as_the_same_figures(tmp_path: Path) -> None:
    judge = Weigher(lambda text, turn: "0.8" if good_first(text) else "0.4", Abilities(logprobs=True))
    bench = AlpacaEval(replicates=20)
    found = await bench.judge(QUESTION, MINE, BASE, judge)
    evidence = Evidence({"q": QUESTION}, {"me": {"q": MINE}, "base": {"q": BASE}}, found, "base")
    written = bench.record(evidence, tmp_path)
    lists = [path for path in written if path.name == "annotations.json"]
    again = bench.figures(bench.recorded(lists))
    assert again.models["me"] == bench.figures(evidence).models["me"]
    assert again.details["habits"] == bench.figures(evidence).details["habits"]
