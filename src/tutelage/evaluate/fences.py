"""Marks around what a judge is shown, which the shown texts cannot forge.

A judge reads answers between tags. An answer that writes such a tag itself could end its own frame and open
another; so each prompt's tags carry a mark, ``<answer-3f9c01d2a4 of="m">``. It is made of the texts that
stand between them and occurs in none of them. Equal texts have equal marks, so that replies are replayed.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from tutelage.records import digest

LENGTH = 10  # hexadecimal digits


def fence(shown: Iterable[object]) -> str:
    """The mark for a prompt that shows ``shown``: texts, lists of texts, or numbers."""
    texts = [str(each) for each in shown]
    marks = (digest(number, *texts)[:LENGTH] for number in count())
    return next(mark for mark in marks if not any(mark in text.lower() for text in texts))
