"""``tutelage skills``: what it answers, what it writes, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tutelage.cli.skills import command
from tutelage.errors import BadInput
from tutelage.methods.mixing.skills import read_skills


def answer(*args: str) -> dict[str, object]:
    result = CliRunner().invoke(command, [*args, "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    found: dict[str, object] = json.loads(result.stdout.splitlines()[-1])
    return found


def test_it_counts_and_writes_lists_that_read_back(tmp_path: Path) -> None:
    skills, types, out = tmp_path / "skills.txt", tmp_path / "types.md", tmp_path / "out"
    skills.write_text("data_analysis\nanalysis of data\nData Analysis\nbaking\n", encoding="utf-8")
    types.write_text('### Advice\nDefinition: asks what to do\n- "What now?"\n', encoding="utf-8")
    found = answer(str(skills), str(types), "--out", str(out))
    assert found == {"read": 4, "unique": 3, "merged": 2, "query_types": 1, "out": str(out)}
    assert [skill.name for skill in read_skills(out / "skills.txt")] == ["data analysis", "baking"]
    assert [skill.count for skill in read_skills(out / "skills.csv")] == [3, 1]
    assert (out / "query_types.md").read_text(encoding="utf-8") == types.read_text(encoding="utf-8")
    assert json.loads((out / "merges.json").read_text(encoding="utf-8"))["merges"]


def test_a_person_is_told_what_became_of_what(tmp_path: Path) -> None:
    file = tmp_path / "skills.txt"
    file.write_text("writing skills\nwriting\n", encoding="utf-8")
    result = CliRunner().invoke(command, [str(file)])
    assert "writing → writing skills (near)" in result.stderr
    assert result.stdout == "2 skills read, 2 unique, 1 after merging\n"


@pytest.mark.parametrize("content", ["", '["one"', "[1]"])
def test_a_bad_file_is_refused_and_nothing_is_written(tmp_path: Path, content: str) -> None:
    file, out = tmp_path / "skills.txt", tmp_path / "out"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(BadInput):
        CliRunner().invoke(command, [str(file), "--out", str(out)], catch_exceptions=False)
    assert not out.exists()


def test_the_published_lists(shared_data: Path) -> None:
    folders = shared_data / "skillmix"
    gpt = folders / "gpt-4-turbo-2024-04-09"
    claude = folders / "claude-3-5-sonnet-20240620"
    found = answer(str(gpt / "skills.txt"), str(gpt / "queries.txt"))
    assert found == {"read": 1143, "unique": 1132, "merged": 1123, "query_types": 16}
    found = answer(str(claude / "skills.txt"), str(claude / "queries.txt"))
    assert found == {"read": 3266, "unique": 2768, "merged": 2761, "query_types": 13}
