"""Rows that hold an entry of the user's own lists: terms that a dataset must not show or must not answer.

Nothing is shipped. A list finds its entries and nothing else: it neither knows what a row means nor makes a
dataset safe.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field, PrivateAttr

from tutelage.filters.filter import Filter, Gate
from tutelage.filters.word_lists import Entries, read_list
from tutelage.records import KEPT, Example, Verdict
from tutelage.text import normalise

Part = Literal["question", "answer"]

_ROLES: dict[Part, tuple[str, ...]] = {"question": ("system", "user"), "answer": ("assistant",)}


class Safety(Filter):
    """Settings of the filter ``safety``: files with one entry a line; ``#`` starts a remark.

    An entry is a word or phrase, compared as in the filter ``keywords``; behind ``re:`` stands a regular
    expression. All turns of a conversation are read.
    """

    kind: ClassVar[str] = "safety"
    memory: ClassVar[bool] = False

    list_files: tuple[str, ...] = Field(
        min_length=1, description="text files with one entry a line; there is no list of ours"
    )
    parts: tuple[Part, ...] = Field(
        default=("question", "answer"), min_length=1, description="what is searched: question, answer"
    )

    _lists: tuple[tuple[str, tuple[str, ...]], ...] = PrivateAttr(())  # file, its entries

    def model_post_init(self, context: Any, /) -> None:
        """Read the files now, so that a missing one is said before any work."""
        key = "safety.list_files"
        self._lists = tuple((name, tuple(read_list(name, key))) for name in self.list_files)
        self._entries()

    def start(self) -> Gate:
        """A gate without memory."""
        return _SafetyGate(self.parts, self._entries())

    def _entries(self) -> list[tuple[str, Entries]]:
        return [(name, Entries(listed, f"safety.list_files, {name}")) for name, listed in self._lists]


class _SafetyGate(Gate):
    def __init__(self, parts: tuple[Part, ...], lists: list[tuple[str, Entries]]) -> None:
        self._parts = parts
        self._lists = lists

    def judge(self, example: Example) -> Verdict:
        """Refuse with reason ``listed``; the detail names entry, part and list."""
        for part in self._parts:
            said = [message.content for message in example.messages if message.role in _ROLES[part]]
            text = normalise("\n".join(said))
            for name, entries in self._lists:
                found = entries.find(text)
                if found:
                    return Verdict(False, "listed", detail=_told(*found, part, name))
        return KEPT


def _told(entry: str, matched: str, part: Part, name: str) -> str:
    what = f"'{entry}'" if entry == matched else f"'{entry}' matches '{matched[:60]}'"
    return f"{part}: {what} of the list {name.rpartition('/')[2]}"
