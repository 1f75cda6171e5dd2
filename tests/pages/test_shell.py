from __future__ import annotations

import base64
import hashlib
import re

from tutelage.pages.shell import CUT, cut, render


def page(**changes: object) -> str:
    names = ["studies", "not_compared", "datasets", "glance", "dataset_drawings", "students"]
    names += ["student_rows", "curves"]
    plain = {"title": "t", "sections": {}.items(), **{name: [] for name in names}}
    return render("tutelage.pages", "compare.html.jinja", **(plain | changes))


def test_words_are_escaped_and_the_policy_names_the_style() -> None:
    made = page(title="<script>x</script>\x00")
    assert "<script>" not in made
    assert "&lt;script&gt;x&lt;/script&gt;\ufffd" in made
    [style] = re.findall(r"<style>(.*?)</style>", made, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src &#39;sha256-{digest}&#39;" in made


def test_labels_are_cut() -> None:
    assert cut("x" * 1000) == "x" * CUT + "…"
    assert cut("short") == "short"
