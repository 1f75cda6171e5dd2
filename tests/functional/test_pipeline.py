"""A recipe from its dataset to the figures of its student, killed in every stage and given again."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tiny import tiny_llama
from tutelage.cli.main import run
from tutelage.runs import analysing
from tutelage.teachers.scripted import Scripted
from tutelage.tune import checkpoints

# What the training libraries warn of while they change is theirs to mend.
pytestmark = pytest.mark.filterwarnings(
    "ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning:torch"
)
RECIPE = """
name: small
target: 8
teacher:
  kind: scripted
  rules:
    - when: '(?s)<answer-[0-9a-f]+ of="A">\\s*Begin'
      reply: "A is to the point.\\nA > B"
    - when: '(?s)<answer-[0-9a-f]+ of="B">\\s*Begin'
      reply: "B is to the point.\\nB > A"
    - when: '(?s)<answer-[0-9a-f]+ of="A">'
      reply: "Neither helps.\\nA = B"
    - when: 'Topics: (.+)'
      reply: 'I am busy with {{ groups[0] }} and need your advice. What should I do first?'
    - when: 'busy with (.+) and need'
      reply: 'Begin with what is hardest about {{ groups[0] }}, and ask somebody who knows it well.'
method:
  kind: skillmix
  turns: single-turn
  query_types: shipped
  skills: [gardening, budgeting, cooking, chess, sailing]
filters: [shape, duplicate]
pace: {concurrency: 1}
analyze: {pairs: 10}
tune: {base: tiny, method: {kind: lora, rank: 4}, steps: 4, batch: 2, checkpoints: 2, held_out: 3}
evaluate: {questions: 3, max_tokens: 8, sanity: 2}
"""
COMMAND = ["run", "r.yaml", "--out", "out", "--json"]
PASSING = {"seconds", "tokens_per_second", "peak_memory", "resumed_at", "out"}  # differ from run to run


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("models") / "tiny", spread=0.3)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny").symlink_to(model)
    (tmp_path / "r.yaml").write_text(RECIPE)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def lasting(found: Any) -> Any:
    """What must be the same however often a run was interrupted."""
    tuned = {key: value for key, value in found["tune"].items() if key not in PASSING}
    return tuned, found["evaluate"], found["analyze"], found["accepted"], found["rejected"]


def calls_of(folder: Path) -> dict[str, float]:
    """Calls sent, by the record."""
    from tutelage.store.reading import totals

    return {str(path.relative_to(folder)): totals(path)["sent"] for path in sorted(folder.rglob("*.db"))}


def test_one_command_from_the_dataset_to_the_figures(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["validate", "r.yaml"]) == 0
    capsys.readouterr()
    assert run(COMMAND) == 0
    captured = capsys.readouterr()
    found = json.loads(captured.out.splitlines()[-1])
    assert set(found["evaluate"]) == {"held-out", "beat-rate"}
    losses = {name: each["loss_per_token"] for name, each in found["evaluate"]["held-out"]["models"].items()}
    assert losses["untuned"] == pytest.approx(found["tune"]["loss_before"], rel=1e-3)
    assert losses["tuned"] == pytest.approx(found["tune"]["loss_after"], rel=1e-3)
    assert {"tuned", "sanity:empty"} <= set(found["evaluate"]["beat-rate"]["models"])
    assert found["evaluate"]["beat-rate"]["baseline"] == "untuned"
    for stage in ("analyze: ", "tune: ", "evaluate held-out: ", "evaluate beat-rate: "):
        assert f"\n{stage}" in captured.err
    for name in (
        "report/report.html",
        "student/held_out.jsonl",
        "evaluations/beat-rate/judgements.jsonl",
        "report.html",
    ):
        assert (folder / "out" / name).is_file()
    sent = calls_of(folder / "out")
    assert run(COMMAND) == 0
    assert lasting(told(capsys)) == lasting(found)
    assert calls_of(folder / "out") == sent


def test_what_could_not_follow_is_refused_before_anything_is_asked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for pair, told in (
        ("tune.held_out=0", "holds none out"),
        ("evaluate.benches=[ifeval]", "no questions of its own"),
        ("evaluate.against=nobody", "names no model"),
        ("evaluate.benches=[beet-rate]", "did you mean 'beat-rate'"),
    ):
        assert run([*COMMAND, "--set", pair]) == 2, pair
        assert told in capsys.readouterr().err
    assert not (folder / "out").exists()


def test_one_budget_bounds_all_of_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--set", "held-out.match=false"]
    assert run([*COMMAND, *options, "--set", "budget.calls=24"]) == 3
    assert "budget" in capsys.readouterr().err
    assert sum(calls_of(folder / "out").values()) <= 24
    assert run([*COMMAND, *options]) == 0


def _dies(arrange: Callable[[], None], at: Path) -> int:
    """The command in a process of its own that ``arrange`` makes die; how it ended."""

    def work() -> None:
        os.chdir(at)
        arrange()
        os._exit(run(COMMAND))

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join(120)
    assert process.exitcode is not None
    return process.exitcode


def _die(*given: Any, **named: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def _at_call(number: int, below: str) -> Callable[[], None]:
    """Die at a call of the scripted model, counted from when ``below`` is there."""

    def arrange() -> None:
        send, seen = Scripted.send, [0]

        async def counted(self: Scripted, request: Any) -> Any:
            seen[0] += Path("out", below).exists()
            if seen[0] == number:
                _die()
            return await send(self, request)

        Scripted.send = counted  # type: ignore[method-assign]  # in a process that is about to die

    return arrange


def _in_the_report() -> None:
    analysing.render_page = _die


def _after_a_checkpoint() -> None:
    write = checkpoints.write

    def dying(*given: Any) -> Any:
        write(*given)
        _die()

    checkpoints.write = dying


@pytest.mark.slow
def test_killed_in_every_stage_it_comes_to_the_same(
    folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    stages = (
        _at_call(5, "run.db"),
        _in_the_report,
        _after_a_checkpoint,
        _at_call(3, "evaluations/beat-rate"),
    )
    for arrange in stages:
        assert _dies(arrange, folder) == -signal.SIGKILL
    assert run(COMMAND) == 0
    broken = told(capsys)
    assert broken["tune"]["resumed_at"] == 2
    paid = calls_of(folder / "out")
    (folder / "out").rename(folder / "broken")
    assert run(COMMAND) == 0
    assert lasting(told(capsys)) == lasting(broken)
    whole = calls_of(folder / "out")
    for name in ("held-out", "beat-rate"):  # what is surplus in run.db is chance
        record = f"evaluations/{name}/evaluation.db"
        assert paid[record] <= whole[record] + 1  # one call at most was in flight
