"""``tutelage evaluate`` as a user drives it: published figures, every judged bench, and kills."""

from __future__ import annotations

import csv
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from loopback import in_thread
from loopback_script import Act, Script
from tutelage.cli.main import run

pytest.importorskip("numpy", reason="the statistics of an evaluation need the extra 'evaluate'")

QUESTIONS = 8
# The student's answers hold FINE, the baseline's PLAIN: the judge knows the better one by that.
FIRST, SECOND = r"(?s)FINE.*PLAIN", r"(?s)PLAIN.*FINE"
JUDGES = {
    "alpaca-eval": ("m", "M", ()),
    "beat-rate": ("A > B", "B > A", ()),
    "mt-bench": ("[[A]]", "[[B]]", ("mt-bench.mode=pairwise",)),
    "wildbench": ('{"choice": "A+"}', '{"choice": "B+"}', ("wildbench.mode=reward",)),
}


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    """What the command writes with ``--json``; it must succeed."""
    capsys.readouterr()
    code = run(["evaluate", *map(str, arguments), "--json"])
    found = capsys.readouterr()
    assert code == 0, found.err
    result: dict[str, Any] = json.loads(found.out)
    return result


# --- figures that were published -----------------------------------------------------------------------


def leaderboard(data: Path) -> dict[str, dict[str, str]]:
    with (data / "alpaca-eval" / "leaderboard.csv").open(newline="") as file:
        return {row[""]: row for row in csv.DictReader(file)}


def alpaca(data: Path) -> list[str | Path]:
    folder = data / "alpaca-eval"
    inputs = ["--difficulty", folder / "instruction_difficulty.csv", "--gamed", folder / "df_gamed.csv"]
    return ["alpaca-eval", "--from", folder / "lc_inputs.json.gz", *inputs]


def test_alpaca_eval_has_the_published_rates(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published = leaderboard(shared_data)
    fast = ["--set", "alpaca-eval.replicates=20"]
    for flag, near in (("--as-published", 0.02), ("", 0.15)):
        found = told(capsys, *alpaca(shared_data), *fast, *([flag] if flag else []))
        assert len(found["models"]) == 5
        for model, figures in found["models"].items():
            row = published[model]
            assert figures["win_rate"] == pytest.approx(float(row["win_rate"]), abs=1e-6)
            assert figures["standard_error"] == pytest.approx(float(row["standard_error"]), abs=1e-6)
            if figures["missing"] == 0 or flag:
                wanted = float(row["length_controlled_winrate"])
                assert figures["lc_win_rate"] == pytest.approx(wanted, abs=near)
    assert found["models"]["gpt35_turbo_instruct"]["lc_win_rate"] == pytest.approx(15.0, abs=0.05)
    assert found["models"]["gpt35_turbo_instruct"]["missing"] == 1
    assert len(found["pairs"]) == 10
    assert all(row["interval"][0] < row["difference"] < row["interval"][1] for row in found["pairs"])


def test_wildbench_has_the_published_scores(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published = json.loads((shared_data / "wildbench" / "score_leaderboard.json").read_text("utf-8"))
    found = told(capsys, "wildbench", "--from", shared_data / "wildbench" / "judged_scores.json.gz")
    for model, figures in found["models"].items():
        row = next(each for name, each in published.items() if name.removesuffix("@together") == model)
        assert figures["adjusted_score"] == pytest.approx(float(row["adjusted_score"]), abs=0.005)
        assert figures["n"] > 1000
    assert [row["measure"] for row in found["pairs"]] == ["score"]


def test_ifeval_has_its_four_accuracies(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shared_data / "ifeval"
    answers = folder / "responses_text_bison.jsonl"
    files = ["--questions", folder / "input_data.jsonl", "--answers", answers, "--out", tmp_path / "o"]
    (figures,) = told(capsys, "ifeval", *files)["models"].values()
    assert figures["prompt_strict"] == pytest.approx(372 / 541)
    assert figures["instruction_strict"] == pytest.approx(556 / 747)
    assert figures["prompt_loose"] == pytest.approx(388 / 541)
    assert figures["instruction_loose"] == pytest.approx(576 / 747)


def test_math_finds_every_reference_right(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = shared_data / "math" / "MATH_eval_set_sample.jsonl"
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    answers = tmp_path / "solutions.jsonl"
    solved = [{"question": row["question"], "answer": row["std_answer"]} for row in rows]
    answers.write_text("\n".join(map(json.dumps, solved)), "utf-8")
    found = told(capsys, "math", "--questions", file, "--answers", answers, "--out", tmp_path / "o")
    assert found["models"]["solutions"]["accuracy"] == 1.0
    assert found["models"]["solutions"]["n"] == 500


# --- a student and a judge by a script, for every judged bench ---


def world(folder: Path, first: str, second: str) -> list[str | Path]:
    """Files of questions, of two students' answers, the baseline's, and the judge's rules."""
    questions = [
        {"id": f"q{n}", "question": f"Question number {n}?", "category": "odd" if n % 2 else "even"}
        for n in range(QUESTIONS)
    ]
    (folder / "questions.json").write_text(json.dumps(questions), "utf-8")
    for name, text in (("base", "A PLAIN answer to it, and no more than that was wanted."),):
        rows = [{"id": each["id"], "model": name, "answer": f"{text} {each['id']}"} for each in questions]
        (folder / f"{name}.json").write_text(json.dumps(rows), "utf-8")
    (folder / "student.yaml").write_text("- {when: '.', reply: 'A FINE answer to it.'}\n", "utf-8")
    rules = [
        {"when": FIRST, "reply": first},
        {"when": SECOND, "reply": second},
        {"when": "(?s)PLAIN.*PLAIN", "reply": "I cannot tell."},
        {"when": "(?s)(A answers|answer-[0-9a-f]+ of=.[mA].>|FINE|.)", "reply": "no idea"},
    ]
    (folder / "judge.yaml").write_text(json.dumps(rules), "utf-8")
    return [
        "--questions",
        folder / "questions.json",
        "--student",
        f"scripted:{folder / 'student.yaml'}",
        "--baseline",
        folder / "base.json",
        "--judge",
        f"scripted:{folder / 'judge.yaml'}",
        "--set",
        "student.label=pupil",
        "--set",
        "judge.label=script",
        "--out",
        folder / "out",
    ]


@pytest.mark.parametrize("bench", sorted(JUDGES))
def test_a_judged_bench_from_questions_to_verdict(
    bench: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, sets = JUDGES[bench]
    arguments = [bench, *world(tmp_path, first, second), *(word for each in sets for word in ("--set", each))]
    found = told(capsys, *arguments, "--sanity", "4")
    figures = found["models"]["pupil"]
    rate = figures.get(
        "reward", figures.get("beat_rate", figures.get("adjusted_win_rate", figures.get("win_rate")))
    )
    assert rate == {"wildbench": 50.0}.get(bench, 100.0)
    assert figures["n"] == QUESTIONS
    assert set(figures.get("categories") or {"odd": 1, "even": 1}) == {"odd", "even"}
    (against,) = found["against"]
    assert against["n"] == QUESTIONS
    assert against["sign_test"]["for_model"] == QUESTIONS
    # The judge could read none of the answers of known worth, so nothing is said of quality.
    assert found["judge_check"]["unreadable"] > 0
    # Again: the same figures, and nobody is asked.
    again = told(capsys, *arguments, "--sanity", "4")
    assert again == found
    kept = [
        json.loads(line) for line in (tmp_path / "out" / "judgements.jsonl").read_text("utf-8").splitlines()
    ]
    assert {each["model"] for each in kept} >= {"pupil", "sanity:identical"}
    assert all("raw" in each for each in kept)


@pytest.mark.parametrize(
    ("bench", "name", "grade"), [("mt-bench", "score", "[[7]]"), ("wildbench", "score", '{"score": 7}')]
)
def test_graded_answers_and_the_judge_that_gives_everybody_seven(
    bench: str, name: str, grade: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = world(tmp_path, grade, grade)
    (tmp_path / "judge.yaml").write_text(json.dumps([{"when": "(?s).", "reply": grade}]), "utf-8")
    found = told(capsys, bench, *arguments, "--sanity", "4")
    assert found["models"]["pupil"][name] == 7.0
    seen = found["judge_check"]["sensitivity"]
    assert seen == {"mt-bench": 0.0, "wildbench": 0.5}[bench]  # WildBench gives an empty answer 1 unasked


# --- kills ---


def judged_at(url: str, folder: Path, out: Path) -> list[str]:
    world(folder, "m", "M")
    return [
        sys.executable,
        "-m",
        "tutelage",
        "evaluate",
        "alpaca-eval",
        "--questions",
        str(folder / "questions.json"),
        "--student",
        "openai:pupil",
        "--baseline",
        str(folder / "base.json"),
        "--judge",
        "openai:script",
        "--set",
        f"student.base_url={url}",
        "--set",
        f"judge.base_url={url}",
        "--set",
        "alpaca-eval.preference=verdict",
        "--set",
        "alpaca-eval.replicates=50",
        "--set",
        "pace.concurrency=3",
        "--out",
        str(out),
        "--json",
    ]


def answered(number: int, body: dict[str, Any]) -> Act:
    """The student's answers say FINE; the judge takes what says so, else the longer one."""
    text = str(body["messages"][-1]["content"])
    answers = re.findall(r'<answer-[0-9a-f]+ of="[mM]">\n(.*?)\n</answer-[0-9a-f]+>', text, re.DOTALL)
    if body["model"] == "pupil" or len(answers) != 2:
        return Act(text="A FINE answer to it.")
    first = ("FINE" in answers[0], len(answers[0])) >= ("FINE" in answers[1], len(answers[1]))
    return Act(text="m" if first else "M")


def test_a_killed_evaluation_pays_for_nothing_twice(tmp_path: Path) -> None:
    calls, kills, at_once = 0, 0, 3
    with in_thread(Script(latency=0.02, decide=answered)) as server:
        alone = judged_at(server.url, tmp_path, tmp_path / "whole")
        whole = subprocess.run(alone, capture_output=True, text=True, check=True)
        calls, server_script = server.count.requests, server.script
        server.reset()
        server_script = server.script
        server_script.latency, server_script.decide = 0.02, answered
        out = tmp_path / "killed"
        command = judged_at(server.url, tmp_path, out)
        for wanted in (5, calls // 2):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while server.count.requests < wanted and process.poll() is None:
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
            kills += process.wait() == -signal.SIGKILL
        assert kills == 2
        last = subprocess.run(command, capture_output=True, text=True, check=True)
        # What was under way, and what had come in but was not yet written down.
        assert calls <= server.count.requests <= calls + kills * 2 * at_once
    first, again = json.loads(whole.stdout), json.loads(last.stdout)
    assert first.pop("out") != again.pop("out")
    assert first == again
    assert first["models"]["pupil"]["n"] == QUESTIONS
