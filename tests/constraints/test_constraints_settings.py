from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tutelage.constraints import FAMILIES, ConstraintSettings
from tutelage.errors import BadInput


def test_the_defaults() -> None:
    settings = ConstraintSettings()
    assert (settings.count, settings.kinds, settings.share) == (1, FAMILIES, 0.5)
    assert settings.on_miss == "reject"


def test_one_word_stands_for_a_list() -> None:
    settings = ConstraintSettings(kinds="json", words=" tea ", languages="ko")  # type: ignore[arg-type]  # as YAML
    assert (settings.kinds, settings.words, settings.languages) == (("json",), ("tea",), ("ko",))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"kinds": ["lenght"]}, "did you mean 'length'"),
        ({"kinds": []}, "at least 1"),
        ({"count": 0}, "greater than or equal to 1"),
        ({"count": 2, "kinds": ["json", "start"]}, "at most 1 of the kinds json, start"),
        ({"count": 2, "kinds": ["length"]}, "at most 1 of the kinds length"),
        ({"share": 0}, "greater than 0"),
        ({"share": 1.5}, "less than or equal to 1"),
        ({"on_miss": "keep"}, "reject"),
        ({"words": ["", "a"]}, "empty"),
        ({"languages": ["de"]}, "by its script"),
        ({"colour": 1}, "Extra inputs"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        ConstraintSettings(**wrong)


def test_two_of_one_family_may_go_together() -> None:
    assert ConstraintSettings(count=2, kinds=("json", "format")).count == 2


def test_a_language_may_have_too_few() -> None:
    settings = ConstraintSettings(kinds=("format_lower_case",))
    settings.check_language("en")
    with pytest.raises(BadInput, match="in the language 'zh' one answer can keep to at most 0"):
        settings.check_language("zh")
