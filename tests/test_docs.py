"""The code in the documentation runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

GUIDE = Path(__file__).parent.parent / "docs" / "guide"


def python_blocks(page: Path) -> str:
    return "\n".join(re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL))


def test_the_tutorial_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    code = python_blocks(GUIDE / "write-a-method.md")
    assert "class Glossary" in code
    exec(compile(code, "write-a-method.md", "exec", dont_inherit=True), {"__name__": "tutorial"})
