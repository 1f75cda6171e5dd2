"""The error of all readers."""

from __future__ import annotations


class Unreadable(Exception):
    """A reply is not of the form that was asked for.

    ``reason`` is a code such as ``no_instruction``; ``detail`` says more for a person.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
