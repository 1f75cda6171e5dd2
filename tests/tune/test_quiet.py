from __future__ import annotations

import logging
import warnings

import datasets
import pytest
import transformers

from trainings import QUIET
from tutelage.tune.quiet import quietly

pytestmark = [pytest.mark.filterwarnings(each) for each in QUIET]


def test_the_libraries_are_silent_and_then_as_they_were():
    log = transformers.utils.logging
    before = log.get_verbosity(), log.is_progress_bar_enabled(), logging.getLogger("trl").level
    bars = datasets.are_progress_bars_disabled()
    with quietly():
        assert log.get_verbosity() == logging.ERROR
        assert datasets.are_progress_bars_disabled()
        warnings.warn("an old name", FutureWarning, stacklevel=1)
    assert before == (log.get_verbosity(), log.is_progress_bar_enabled(), logging.getLogger("trl").level)
    assert datasets.are_progress_bars_disabled() == bars
