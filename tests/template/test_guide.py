"""What the guide shows of templates is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tutelage.template.template import Template

GUIDE = Path(__file__).parent.parent.parent / "docs" / "guide"


def blocks(page: str, language: str) -> list[str]:
    text = (GUIDE / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_the_code_runs():
    (code,) = blocks("templates.md", "python")
    exec(compile(code, "templates.md", "exec", dont_inherit=True), {})


@pytest.mark.parametrize("page", ["templates.md", "cloze.md"])
def test_the_templates_are_sound(page: str):
    (source,) = blocks(page, "jinja")
    template = Template("shown", source, eos="</s>")
    template.check()
    assert template.source == source
    assert template.end == "</s>"
