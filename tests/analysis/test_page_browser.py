"""The report page as a browser shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyses import analysis, hostile, verbs
from browser import Browser, chromium
from tutelage.analysis.page import figures_of, render_page
from tutelage.analysis.yields import RunFacts

pytestmark = pytest.mark.skipif(chromium() is None, reason="no Chromium is installed")

WIDE = """[...document.querySelectorAll('body *')].filter(each => {
  for (let inside = each; inside; inside = inside.parentElement)
    if (inside.matches('.wide')) return false;
  const box = each.getBoundingClientRect();
  return box.width && (box.right > innerWidth + 1 || box.left < -1);
}).map(each => each.outerHTML.slice(0, 200))"""
GROUND = "getComputedStyle(document.body).backgroundColor"


async def test_the_page_fits_and_runs_nothing(tmp_path: Path) -> None:
    """Light and dark, wide and narrow, closed and unfolded: no message, no request, nothing cut off."""
    run = RunFacts("r", "finished", target=20, accepted=15, rejected={"too_short": 4})
    (tmp_path / "page.html").write_text(
        render_page([hostile(), analysis("plain", run=run), analysis("zh", verb_noun=verbs([], "18 in zh"))]),
        encoding="utf-8",
    )
    grounds = set()
    async with Browser() as browser:
        page = await browser.open(tmp_path / "page.html")
        for unfolded in (False, True):
            await page.value(
                f"document.querySelectorAll('details').forEach(each => each.open = {unfolded:d})"
            )
            for width, dark in ((1280, False), (400, True)):
                await page.look(width=width, dark=dark)
                assert await page.value("document.documentElement.scrollWidth") <= width
                assert await page.value(WIDE) == []
                grounds.add(await page.value(GROUND))
        assert len(grounds) == 2
        assert await page.value("document.querySelectorAll('script, img').length") == 0
        assert (await page.printed()).startswith(b"%PDF")
        assert page.problems == []


async def test_a_script_in_the_page_would_not_run(tmp_path: Path) -> None:
    """The policy is the second wall: should a text ever slip through, it stays dead."""
    page = render_page([analysis()]).replace("<h1>", "<script>document.title = 'ran'</script><h1>")
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    async with Browser() as browser:
        shown = await browser.open(tmp_path / "page.html")
        assert "ran" not in await shown.value("document.title")
        assert "Content Security Policy" in " ".join(shown.problems)


async def test_a_figure_is_a_file_that_any_browser_shows(tmp_path: Path) -> None:
    async with Browser() as browser:
        for name, svg in list(figures_of(hostile()).items())[:4]:
            (tmp_path / f"{name}.svg").write_text(svg, encoding="utf-8")
            page = await browser.open(tmp_path / f"{name}.svg", dark=True)
            assert await page.value("document.documentElement.tagName") == "svg"
            assert await page.value("document.querySelectorAll('parsererror').length") == 0
            assert page.problems == []
