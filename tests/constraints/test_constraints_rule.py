from __future__ import annotations

import pytest

from tutelage.constraints.rule import LANGUAGES, Amount, Subject, lists
from tutelage.errors import BadInput


def test_both_languages_list_the_same_things() -> None:
    assert set(lists("en")) == set(lists("zh"))
    assert set(lists("en")["languages"]) == set(lists("zh")["languages"])
    for language in LANGUAGES:
        for name in ("keys", "start", "end", "words"):
            assert len(set(lists(language)[name])) == len(lists(language)[name]) >= 4
        assert not any(
            "," in each or "，" in each for name in ("start", "end") for each in lists(language)[name]
        )
    with pytest.raises(BadInput, match="no wording in the language 'fr'"):
        lists("fr")


def test_an_amount_tells_what_it_found_and_wanted() -> None:
    finding = Amount(relation="at_most", count=5).found(7, "word")
    assert (finding.ok, finding.measured, finding.detail) == (False, "7", "7 words, wanted at most 5")
    assert Amount(relation="at_most", count=5).slots("zh") == {"relation": "最多", "count": 5}


def test_a_subject_reads_lists_of_its_language() -> None:
    assert "例如" in Subject("zh").listed("words")
