from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.export.licences import Limit, cautions, most_restrictive, read_licence

# Each forbids or demands more than the one before it.
LADDER = (
    "cc0-1.0",
    "mit",
    "apache-2.0",
    "cc-by-4.0",
    "cc-by-sa-4.0",
    "gpl-3.0",
    "llama3.1",
    "cc-by-nc-4.0",
    "cc-by-nd-4.0",
    "non-commercial research only",
    "Acme Data Terms",
    "unknown",
)


@pytest.mark.parametrize(("lower", "upper"), list(itertools.combinations(LADDER, 2)))
def test_the_upper_rung_wins_in_either_order(lower: str, upper: str) -> None:
    shared = lower in ("cc-by-sa-4.0", "gpl-3.0") and upper == "cc-by-nc-4.0"
    wanted = "cc-by-nc-sa-4.0" if shared else upper
    assert most_restrictive([lower, upper]) == most_restrictive([upper, lower]) == wanted


@given(st.lists(st.sampled_from(LADDER), min_size=1))
def test_no_part_is_freer_than_the_whole_and_order_does_not_matter(parts: list[str]) -> None:
    whole = most_restrictive(parts)
    assert all(read_licence(part).limit <= read_licence(whole).limit for part in parts)
    assert whole == most_restrictive(reversed(parts))
    assert most_restrictive([whole, *parts]) == whole


@pytest.mark.parametrize(
    ("given_name", "hub", "limit"),
    [
        ("MIT", "mit", Limit.PERMISSIVE),
        ("Apache 2.0", "apache-2.0", Limit.PERMISSIVE),
        ("Apache License 2.0", "apache-2.0", Limit.PERMISSIVE),
        ("Apache-2.0", "apache-2.0", Limit.PERMISSIVE),
        ("CC0-1.0", "cc0-1.0", Limit.PUBLIC_DOMAIN),
        ("CC BY-NC 4.0", "cc-by-nc-4.0", Limit.NON_COMMERCIAL),
        ("CC-BY-NC-SA-4.0", "cc-by-nc-sa-4.0", Limit.NON_COMMERCIAL),
        ("cc_by_sa_4.0", "cc-by-sa-4.0", Limit.SHARE_ALIKE),
        ("GPL-3.0-or-later", "gpl-3.0", Limit.COPYLEFT),
        ("GPLv3 or so", "other", Limit.UNRECOGNISED),
        ("CC BY", "other", Limit.ATTRIBUTION),  # no version: none is guessed
        ("CC-BY-NC-ND-2.0", "other", Limit.NO_DERIVATIVES),
        ("ODC-By-1.0", "odc-by", Limit.ATTRIBUTION),
        ("Llama 3.1", "llama3.1", Limit.USE_RESTRICTED),
        ("noncommercial", "other", Limit.NON_COMMERCIAL),
        ("research use only", "other", Limit.RESEARCH_ONLY),
        ("", "unknown", Limit.UNKNOWN),
        ("Unknown", "unknown", Limit.UNKNOWN),
    ],
)
def test_names_are_read_as_people_write_them(given_name: str, hub: str, limit: Limit) -> None:
    licence = read_licence(given_name)
    assert (licence.hub, licence.limit) == (hub, limit)


def test_no_part_at_all_is_unknown() -> None:
    assert most_restrictive([]) == "unknown"
    assert "unknown" in cautions([], "unknown")[0]


def test_unknown_is_never_hidden() -> None:
    assert most_restrictive(["mit", "cc-by-nc-4.0", "unknown"]) == "unknown"
    assert "unknown" in " ".join(cautions(["mit", "unknown"], "mit"))


def test_cautions_name_clashes_and_licences_to_be_read() -> None:
    assert cautions(["mit", "apache-2.0"], "apache-2.0") == []
    told = " ".join(cautions(["cc-by-sa-4.0", "cc-by-nc-4.0", "Acme Terms", "cc-by-nd-4.0"], "mit"))
    for word in ("clash", "Acme Terms", "changed copies", "freer"):
        assert word in told
    assert cautions(["cc-by-nc-sa-4.0", "mit"], "cc-by-nc-sa-4.0") == []
