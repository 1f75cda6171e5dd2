from __future__ import annotations

from pathlib import Path

import pytest

from tutelage.recipe.files import is_file, resolve


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "skills.txt").write_text("rhyme\n", encoding="utf-8")
    (tmp_path / "draft.md").write_text("Write it.\n", encoding="utf-8")
    return tmp_path


def test_file_settings_are_found_beside_the_recipe(folder: Path) -> None:
    data = {"method": {"kind": "skillmix", "skills_file": "skills.txt"}, "filters": ["shape"]}
    found = resolve(data, folder)
    assert found.data["method"]["skills_file"] == str(folder / "skills.txt")
    assert found.files[("method", "skills_file")]["file"] == "skills.txt"
    assert is_file(found.files[("method", "skills_file")])
    assert data["method"] == {"kind": "skillmix", "skills_file": "skills.txt"}  # not touched
    assert not found.problems


def test_lists_of_files_and_files_of_filters_and_roles(folder: Path) -> None:
    data = {
        "teacher": {"kind": "scripted", "file": "draft.md"},
        "method": {"data_files": ["skills.txt", "draft.md"]},
        "filters": ["shape", {"kind": "keywords", "words_file": "skills.txt"}],
    }
    found = resolve(data, folder)
    assert set(found.files) == {
        ("teacher", "file"),
        ("method", "data_files", 0),
        ("method", "data_files", 1),
        ("filters", 1, "words_file"),
    }
    assert found.data["method"]["data_files"][1] == str(folder / "draft.md")


def test_the_digest_is_of_the_bytes(folder: Path) -> None:
    data = {"method": {"skills_file": "skills.txt"}}
    before = resolve(data, folder).files[("method", "skills_file")]["digest"]
    (folder / "other.txt").write_bytes((folder / "skills.txt").read_bytes())
    same = resolve({"method": {"skills_file": "other.txt"}}, folder).files[("method", "skills_file")]
    assert same["digest"] == before
    (folder / "skills.txt").write_text("haiku\n", encoding="utf-8")
    assert resolve(data, folder).files[("method", "skills_file")]["digest"] != before


def test_prompts_are_read_in(folder: Path) -> None:
    prompts = {
        "draft": "draft.md",
        "refine": "Improve the text of report.txt",
        "critique": "Be strict.\nvery.md",
    }
    found = resolve({"method": {"prompts": prompts}}, folder)
    assert found.data["method"]["prompts"] == prompts | {"draft": "Write it.\n"}


def test_a_missing_file_is_a_problem_with_the_nearest_name(folder: Path) -> None:
    data = {"method": {"skills_file": "skils.txt", "prompts": {"draft": "drafts.md"}}}
    problems = {each.path: each for each in resolve(data, folder).problems}
    assert problems[("method", "skills_file")].what == "there is no file 'skils.txt'"
    assert "skills.txt" in problems[("method", "skills_file")].remedy
    assert "draft.md" in problems[("method", "prompts", "draft")].remedy
    (lost,) = resolve({"method": {"skills_file": "none/x.txt"}}, folder).problems
    assert "relative to the recipe" in lost.remedy
    (a_folder,) = resolve({"method": {"skills_file": "."}}, folder).problems
    assert "is a folder" in a_folder.what


def test_values_that_are_no_paths_are_left_to_the_kind(folder: Path) -> None:
    found = resolve({"method": {"skills_file": 5, "data_files": "x", "prompts": 7}, "filters": 3}, folder)
    assert not found.problems
    assert found.data["method"]["skills_file"] == 5
