"""What a tuning is given: the examples of files and runs, and what is said of the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import tutelage
from tiny import tiny_llama
from toy import recipe_of
from tutelage.errors import BadInput, MissingExtra, RunLocked
from tutelage.models.student import read as read_student
from tutelage.runs import tuning
from tutelage.runs.tuning import check_tuning, dataset_digest, gather, masks, tune_anew, tune_files
from tutelage.tune.outfolder import alone
from tutelage.tune.settings import TuneSettings

# What the training libraries warn of while they change is theirs to mend.
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


def rows(path: Path, count: int = 6, **rest: Any) -> Path:
    made = [
        {"instruction": f"Name {n} fruits.", "input": "", "output": f"Here are {n}: pears.", **rest}
        for n in range(count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in made), "utf-8")
    return path


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("models") / "tiny")


def settings_of(base: Path, **rest: Any) -> TuneSettings:
    return TuneSettings.model_validate({"base": str(base), "steps": 1, "batch": 4, "held_out": 0, **rest})


def test_several_inputs_are_one_pool_with_ids_that_differ(tmp_path: Path) -> None:
    one, two = rows(tmp_path / "a.jsonl"), rows(tmp_path / "b.jsonl", id="x")
    found = gather([one, two, rows(tmp_path / "c.jsonl", 3)])
    assert len(found.examples) == 15
    assert len({each.id for each in found.examples}) == 15
    assert found.digest == dataset_digest(found.examples)
    assert found.digest != gather([two, one, tmp_path / "c.jsonl"]).digest


def test_a_run_gives_what_it_kept(tmp_path: Path) -> None:
    out = tmp_path / "run"
    tutelage.run(recipe_of(target=4), out=out)
    kept = [each.id for each in tutelage.read_examples(out)]
    assert [each.id for each in gather([out]).examples] == kept
    both = gather([out, out / "dataset" / "messages.jsonl"])
    assert len({each.id for each in both.examples}) == 8
    with pytest.raises(BadInput, match="holds no run") as caught:
        gather([out / "dataset"])
    assert "messages.jsonl" in caught.value.remedy


def test_rows_that_are_none_are_counted_and_told(tmp_path: Path) -> None:
    path = rows(tmp_path / "a.jsonl", 2)
    path.write_text(path.read_text() + '{"instruction": 5}\n{"other": 1}\n')
    found = gather([path])
    assert (len(found.examples), found.unreadable) == (2, 2)
    assert "a.jsonl:3" in found.refused[0]
    with pytest.raises(BadInput):
        gather([path], strict=True)


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    path = rows(tmp_path / "a.jsonl")
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "student.json").write_text("{}")
    for paths, told in (
        ([tmp_path / "s"], "holds a student, not examples"),
        ([], "nothing to tune on"),
        ([path, path], "given twice"),
        ([tmp_path], "holds no run"),
        ([tmp_path / "b.jsonl"], "no such file"),
    ):
        with pytest.raises(BadInput, match=told):
            gather(paths)


def test_what_is_missing_is_told_before_anything_is_read(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadInput, match="there is no model"):
        tune_files([], settings_of(tmp_path / "none"), tmp_path / "out")
    monkeypatch.setattr(tuning, "find_spec", lambda name: None if name == "trl" else object())
    with pytest.raises(MissingExtra, match="'trl'"):
        check_tuning(settings_of(base))


def test_masks_show_answers_and_train_nothing(tmp_path: Path, base: Path) -> None:
    examples = gather([rows(tmp_path / "a.jsonl", 3)]).examples
    found = masks(examples, settings_of(base), 1)
    assert found.text.count("[[") == 2  # the legend and one answer
    assert found.rows == 3
    assert 0 < found.trained < found.tokens
    assert "pears" not in found.text.split("[[")[0]
    short = settings_of(base, max_length=8)
    with pytest.raises(BadInput, match="no example is left"):
        masks(examples, short, 1)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.jsonl"]


def test_a_student_of_other_data_is_set_aside(tmp_path: Path, base: Path) -> None:
    path, out, told = rows(tmp_path / "a.jsonl"), tmp_path / "student", []
    first = tune_anew([path], settings_of(base), out, note=told.append)
    again = tune_anew([path], settings_of(base), out, note=told.append)
    assert again.as_dict() == first.as_dict()
    assert not told
    tune_anew([rows(path, 8)], settings_of(base), out, note=told.append)
    assert read_student(tmp_path / "student-1").data["examples"] == 6
    assert read_student(out).data["examples"] == 8
    assert read_student(out).data["files"] == ["a.jsonl"]
    assert "student-1" in told[0]
    with pytest.raises(BadInput, match="something else"):
        tune_files([path], settings_of(base, seed=1), out)
    assert tune_files([path], settings_of(base, seed=1), out, fresh=True).examples == 8


def test_a_second_process_is_told(tmp_path: Path, base: Path) -> None:
    with alone(tmp_path / "out"), pytest.raises(RunLocked):
        tune_files([rows(tmp_path / "a.jsonl")], settings_of(base), tmp_path / "out")


def test_rows_with_pictures_are_refused_by_name(tmp_path: Path, base: Path) -> None:
    path = rows(tmp_path / "a.jsonl", 2)
    message = {"role": "user", "content": "<image>What is it?", "images": ["a.png"]}
    row = {
        "id": "seen",
        "messages": [message, {"role": "assistant", "content": "A cat."}],
        "images": ["a.png"],
    }
    path.write_text(path.read_text() + json.dumps(row) + "\n")
    result = tune_files([path], settings_of(base), tmp_path / "out")
    assert (result.examples, result.dropped) == (2, 1)
    (listed,) = map(json.loads, (tmp_path / "out" / "left_out.jsonl").read_text().splitlines())
    assert listed["reason"] == "images"
