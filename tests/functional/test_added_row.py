"""One row added to a finished run's data costs that row's calls, whatever the place where it is added."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.cli.main import run

RECIPE = """
name: from-data
target: 10
teacher:
  kind: scripted
  rules:
    - when: 'Tell me about (\\w+)'
      reply: "- {{ groups[0] }} planning\\n- {{ groups[0] }} history"
    - when: 'Topics: (.+)'
      reply: 'I am busy with {{ groups[0] }} and need your advice. What should I do first?'
    - when: 'busy with (\\w+)'
      reply: 'Begin with what is hardest about {{ groups[0] }}, and ask somebody who knows it well.'
  default: none
method:
  kind: skillmix
  turns: single-turn
  query_types: shipped
  data_file: rows.jsonl
filters: [shape, duplicate]
"""
TOPICS = ["gardening", "budgeting", "cooking", "chess", "travel", "music", "painting", "running"]


def write_rows(folder: Path, topics: list[str]) -> None:
    rows = [
        {"instruction": f"Tell me about {topic}.", "input": "", "output": "It is nice."} for topic in topics
    ]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.mark.parametrize(("merge", "calls"), [("form", 1), ("auto", 2)])
@pytest.mark.parametrize("place", [0, 3, 8])
def test_an_added_row_costs_its_own_calls(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    merge: str,
    calls: int,
    place: int,
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    command = ["run", "recipe.yaml", "--quiet", "--json", "--set", f"skillmix.merge={merge}"]
    write_rows(tmp_path, TOPICS)
    assert run(command) == 0
    before = (tmp_path / "runs" / "from-data" / "dataset" / "alpaca.jsonl").read_bytes()
    capsys.readouterr()
    write_rows(tmp_path, [*TOPICS[:place], "sailing", *TOPICS[place:]])
    assert run(command) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    # Its skills are named, and with `auto` the batch of names that they fall into is looked at again.
    assert result["calls"]["sent"] <= calls
    assert result["accepted"] == 10
    assert (tmp_path / "runs" / "from-data" / "dataset" / "alpaca.jsonl").read_bytes() == before
