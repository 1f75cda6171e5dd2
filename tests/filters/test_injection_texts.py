"""What is fitted on and what is tested with have no text in common."""

from __future__ import annotations

import pytest

from tutelage.filters import injection_texts as texts

SETS = {name: getattr(texts, name) for name in dir(texts) if name.isupper()}


@pytest.mark.parametrize("name", SETS)
def test_both_sets_have_several_texts_in_both_languages(name: str) -> None:
    for variant in ("fit", "test"):
        for language, least in (("en", 2), ("zh", 2)):
            listed = SETS[name][variant][language]
            assert len(listed) == len(set(listed)) >= least


@pytest.mark.parametrize("name", SETS)
def test_the_sets_are_apart(name: str) -> None:
    for language in ("en", "zh"):
        shared = set(SETS[name]["fit"][language]) & set(SETS[name]["test"][language])
        assert shared <= {""}  # a sentence may open with nothing
