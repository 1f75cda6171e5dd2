"""A recipe whose teacher is a script, for the verbs that carry one out."""

from __future__ import annotations

from pathlib import Path

import pytest

RECIPE = """
name: everyday
target: 4
teacher:
  kind: scripted
  rules:
    - when: 'Topics: (.+)'
      reply: 'I am busy with {{ groups[0] }} and need your advice. What should I do first?'
    - when: 'busy with (\\w+)'
      reply: 'Begin with what is hardest about {{ groups[0] }}, and ask somebody who knows it well.'
method:
  kind: skillmix
  turns: single-turn
  query_types: shipped
  skills: [gardening, budgeting, cooking, chess]
filters: [shape, duplicate]
"""


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The recipe's file, in the working folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "recipe.yaml"
    path.write_text(RECIPE, encoding="utf-8")
    return path
