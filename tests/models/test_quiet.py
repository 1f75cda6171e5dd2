"""Silence, and afterwards what was before, also after an error."""

from __future__ import annotations

import warnings

import pytest
from transformers.utils import logging

from tutelage.models.quiet import quietly


def fails_quietly() -> None:
    with quietly():
        assert not logging.is_progress_bar_enabled()
        assert logging.get_verbosity() == logging.ERROR
        raise KeyError


@pytest.mark.parametrize("shown", [True, False])
def test_what_was_before_comes_back(shown):
    (logging.enable_progress_bar if shown else logging.disable_progress_bar)()
    logging.set_verbosity_info()
    try:
        with pytest.raises(KeyError):
            fails_quietly()
        assert logging.is_progress_bar_enabled() is shown
        assert logging.get_verbosity() == logging.INFO
    finally:
        logging.set_verbosity_warning()
        logging.enable_progress_bar()


def test_old_names_are_not_warned_of_but_what_a_person_can_mend_is():
    with quietly():
        warnings.warn("an old name", FutureWarning, stacklevel=1)
        with pytest.warns(UserWarning, match="a full disk"):
            warnings.warn("a full disk", UserWarning, stacklevel=1)
    with pytest.warns(FutureWarning, match="an old name"):
        warnings.warn("an old name", FutureWarning, stacklevel=1)
