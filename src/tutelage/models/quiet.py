"""transformers without its progress bars and warnings, which would cut through our own display."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from tutelage.models import libraries


@contextmanager
def quietly() -> Iterator[None]:
    """Silence transformers within; what it warns of when it loads is checked by us, and refused.

    Raises:
        MissingExtra: transformers is not installed.
    """
    log = libraries.transformers().utils.logging
    shown, level = log.is_progress_bar_enabled(), log.get_verbosity()
    log.disable_progress_bar()
    log.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            # The libraries warn of one another's old names; nothing in it is a person's to mend.
            for category in (FutureWarning, DeprecationWarning):
                warnings.simplefilter("ignore", category)
            yield
    finally:
        log.set_verbosity(level)
        if shown:
            log.enable_progress_bar()
