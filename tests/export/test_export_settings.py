from __future__ import annotations

import pytest
from pydantic import ValidationError

from tutelage.export.formats import TEXT_FORMATS
from tutelage.export.settings import ExportSettings


def test_all_formats_in_one_order_whatever_was_asked() -> None:
    assert ExportSettings().formats == ExportSettings(formats="all").formats == TEXT_FORMATS
    assert ExportSettings(formats=("sharegpt", "messages", "sharegpt")).formats == ("messages", "sharegpt")
    assert ExportSettings(formats="alpaca").formats == ("alpaca",)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"formats": ["alpacca"]}, "did you mean 'alpaca'"),
        ({"formats": []}, "at least one format"),
        ({"container": "csv"}, "jsonl"),
        ({"language": "English!"}, "language code"),
        ({"licens": "mit"}, "licens"),
    ],
)
def test_what_cannot_be_is_refused(settings: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        ExportSettings.model_validate(settings)
