"""Settings of an analysis."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tutelage.analysis.settings import DEFAULTS, AnalysisSettings


def test_one_model_stands_for_a_list_of_one() -> None:
    assert AnalysisSettings(spacy="zh_core_web_sm").spacy == ("zh_core_web_sm",)  # type: ignore[arg-type] # as --set gives it
    assert AnalysisSettings(spacy=("a", "b")).spacy == ("a", "b")
    assert DEFAULTS.spacy == ()


@pytest.mark.parametrize(
    "wrong", [{"sample": 0}, {"pairs": 1}, {"threshold": 0}, {"rule": "best"}, {"paris": 5}]
)
def test_wrong_values_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        AnalysisSettings.model_validate(wrong)
