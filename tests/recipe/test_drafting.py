from __future__ import annotations

import pytest

from tutelage.errors import BadInput
from tutelage.recipe import parse
from tutelage.recipe.drafting import PRESETS, Wishes, draft


@pytest.mark.parametrize("preset", PRESETS)
def test_a_method_without_a_template_gets_its_settings_listed(preset: str) -> None:
    text = draft(Wishes("my notes", "plain", preset, language="zh"))
    assert "  topic:    # required: What it is about; see `tutelage kinds plain`\n" in text
    assert "  # k: 2\n" in text
    with pytest.raises(BadInput, match=r"method.topic"):
        parse(text, "notes.yaml")
    recipe = parse(text.replace("topic: ", "topic: bread"), "notes.yaml")
    assert (recipe.name, recipe.language, recipe.method.kind) == ("my notes", "zh", "plain")


def test_what_it_does_not_know() -> None:
    with pytest.raises(BadInput, match="plane"):
        draft(Wishes("x", "plane"))
    with pytest.raises(BadInput) as caught:
        draft(Wishes("x", "plain", "smal"))
    assert "'small'" in caught.value.remedy
