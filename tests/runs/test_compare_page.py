from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from browser import Browser, chromium
from comparisons import HOSTILE, better, evaluation, seeing, student
from tutelage.runs.comparing import compare


def test_a_hostile_answer_stays_words(tmp_path: Path) -> None:
    rows = [replace(each, raw=HOSTILE) for each in better("<b>evil</b>\u202e")]
    folder = evaluation(tmp_path / "one", rows, answers={"plain": HOSTILE})
    compare([folder], tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "<script" not in page
    assert "<b>evil" not in page
    assert "\x00" not in page
    assert "{{ 7 * 7 }}" in page
    assert page.count("</style>") == 1
    assert "x" * 5_000 not in page
    json.loads((tmp_path / "out" / "compare.json").read_text("utf-8"))
    assert not re.search(r"<[^>]+ on\w+=", page)


WIDE = """[...document.querySelectorAll('body *')].filter(each => {
  for (let inside = each; inside; inside = inside.parentElement)
    if (inside.matches('.wide')) return false;
  const box = each.getBoundingClientRect();
  return box.width && (box.right > innerWidth + 1 || box.left < -1);
}).map(each => each.outerHTML.slice(0, 200))"""


@pytest.mark.skipif(chromium() is None, reason="no Chromium is installed")
async def test_the_page_fits_and_runs_nothing(tmp_path: Path) -> None:
    answers = {"tuned": HOSTILE, "plain": "theirs"}
    evaluation(tmp_path / "run" / "bench", [*better(), *seeing()], answers=answers)
    student(tmp_path / "run" / "student")
    compare([tmp_path / "run"], tmp_path / "out")
    async with Browser() as browser:
        page = await browser.open(tmp_path / "out" / "report.html")
        await page.value("document.querySelectorAll('details').forEach(each => each.open = true)")
        for width, dark in ((1280, False), (400, True)):
            await page.look(width=width, dark=dark)
            assert await page.value("document.documentElement.scrollWidth") <= width
            assert await page.value(WIDE) == []
        assert await page.value("document.querySelectorAll('script, img').length") == 0
        assert await page.value("document.title") != "ran"
        assert page.problems == []
