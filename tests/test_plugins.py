"""Kinds by name."""

from __future__ import annotations

import pytest

from tutelage import plugins
from tutelage.errors import BadInput


def test_our_own_kinds_enter_by_entry_points():
    assert {"shape", "duplicate", "novelty", "language", "keywords"} <= set(plugins.names("filters"))
    assert {"openai", "anthropic", "gguf", "scripted"} <= set(plugins.names("teachers"))
    assert "skillmix" in plugins.names("methods")


def test_an_unknown_name_offers_the_nearest():
    with pytest.raises(BadInput, match="did you mean 'novelty'"):
        plugins.load("filters", "noveltie")


def test_settings_are_frozen_and_refuse_unknown_keys():
    kind = plugins.load("filters", "novelty")
    with pytest.raises(ValueError, match="extra"):
        kind(treshold=0.5)
