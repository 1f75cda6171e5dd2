"""Rows with words that must not occur, or without words that must."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field, PrivateAttr

from tutelage.filters.filter import Filter, Gate
from tutelage.filters.word_lists import any_of, read_list, unique
from tutelage.records import KEPT, Example, Verdict
from tutelage.text import normalise

Part = Literal["instruction", "input", "output"]


class Keywords(Filter):
    """Settings of the filter ``keywords``; without words it keeps everything.

    Words are compared case-folded. A word that starts or ends with a letter or digit of a spaced script must
    stand alone there (``cat`` is not in ``concatenate``); Chinese, Japanese and Thai words match anywhere.
    """

    kind: ClassVar[str] = "keywords"
    memory: ClassVar[bool] = False

    banned: tuple[str, ...] = Field(default=(), description="words of which none may occur")
    required: tuple[str, ...] = Field(default=(), description="words of which one (or all) must occur")
    banned_file: str = Field(
        default="", description="a text file with one banned word a line; # starts a remark"
    )
    required_file: str = Field(default="", description="a text file with one required word a line")
    require: Literal["any", "all"] = Field(default="any", description="whether one required word is enough")
    parts: tuple[Part, ...] = Field(
        default=("instruction", "input", "output"), description="what is searched"
    )

    _banned: tuple[str, ...] = PrivateAttr(())
    _required: tuple[str, ...] = PrivateAttr(())

    def model_post_init(self, context: Any, /) -> None:
        """Read the files now, so that a missing one is said before any work."""
        banned = read_list(self.banned_file, "keywords.banned_file") if self.banned_file else []
        required = read_list(self.required_file, "keywords.required_file") if self.required_file else []
        self._banned = unique([*self.banned, *banned])
        self._required = unique([*self.required, *required])

    def start(self) -> Gate:
        """A gate without memory."""
        return _KeywordsGate(self, self._banned, self._required)


class _KeywordsGate(Gate):
    def __init__(self, settings: Keywords, banned: tuple[str, ...], required: tuple[str, ...]) -> None:
        self._settings = settings
        self._banned = any_of(banned) if banned else None
        self._required = {word: any_of([word]) for word in required}

    def judge(self, example: Example) -> Verdict:
        """Refuse with reason ``banned`` or ``missing``; the detail names the word."""
        texts = {"instruction": example.instruction, "input": example.input, "output": example.output}
        text = "\n".join(normalise(texts[part]) for part in self._settings.parts)
        found = self._banned.search(text) if self._banned else None
        if found:
            return Verdict(False, "banned", detail=f"the word '{found.group()}'")
        missing = [word for word, pattern in self._required.items() if not pattern.search(text)]
        if missing and (self._settings.require == "all" or len(missing) == len(self._required)):
            wanted = "all" if self._settings.require == "all" else "one"
            return Verdict(False, "missing", detail=f"wanted {wanted} of: {', '.join(missing)}")
        return KEPT
