"""Without the words of the libraries: what a person is told, we tell."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from tutelage.models import libraries

# They warn of one another's old names; nothing in it is a person's to mend.
_PACKAGES = ("trl", "peft", "accelerate")
_OF_ONE_ANOTHER = (FutureWarning, DeprecationWarning)


@contextmanager
def quietly() -> Iterator[None]:
    """Silence the logs, bars and deprecations of transformers, datasets, trl and peft."""
    transformers, datasets = libraries.transformers().utils.logging, libraries.datasets().utils.logging
    levels = [(log, log.get_verbosity()) for log in (transformers, datasets)]
    bars = transformers.is_progress_bar_enabled(), not libraries.datasets().are_progress_bars_disabled()
    for log, _ in levels:
        log.set_verbosity_error()
    loggers = [(logging.getLogger(name), logging.getLogger(name).level) for name in _PACKAGES]
    for logger, _ in loggers:
        logger.setLevel(logging.ERROR)
    transformers.disable_progress_bar()
    libraries.datasets().disable_progress_bars()
    try:
        with warnings.catch_warnings():
            for category in _OF_ONE_ANOTHER:
                warnings.simplefilter("ignore", category)
            yield
    finally:
        for log, level in levels:
            log.set_verbosity(level)
        for logger, level in loggers:
            logger.setLevel(level)
        if bars[0]:
            transformers.enable_progress_bar()
        if bars[1]:
            libraries.datasets().enable_progress_bars()
