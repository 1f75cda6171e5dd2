"""Rows with words that must not occur, or without words that must."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, Literal

import regex
from pydantic import Field, PrivateAttr

from tutelage.errors import BadInput
from tutelage.filters.filter import Filter, Gate
from tutelage.records import KEPT, Example, Verdict
from tutelage.text import SPACED_LETTER, normalise

Part = Literal["instruction", "input", "output"]

_SPACED = regex.compile(SPACED_LETTER, regex.V1)


class Keywords(Filter):
    """Settings of the filter ``keywords``; without words it keeps everything.

    Words are compared case-folded. A word that starts or ends with a letter or digit of a spaced script must
    stand alone there (``cat`` is not in ``concatenate``); Chinese, Japanese and Thai words match anywhere.
    """

    kind: ClassVar[str] = "keywords"

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
        self._banned = _unique([*self.banned, *_listed(self.banned_file, "keywords.banned_file")])
        self._required = _unique([*self.required, *_listed(self.required_file, "keywords.required_file")])

    def start(self) -> Gate:
        """A gate without memory."""
        return _KeywordsGate(self, self._banned, self._required)


class _KeywordsGate(Gate):
    def __init__(self, settings: Keywords, banned: tuple[str, ...], required: tuple[str, ...]) -> None:
        self._settings = settings
        self._banned = _any_of(banned) if banned else None
        self._required = {word: _any_of([word]) for word in required}

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


def _listed(name: str, key: str) -> list[str]:
    """The words in the file ``name``, remarks and empty lines aside."""
    if not name:
        return []
    try:
        lines = Path(name).read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise BadInput(
            f"the word list '{name}' cannot be read: {error.strerror}",
            where=key,
            remedy="give a text file",
        ) from error
    except UnicodeDecodeError as error:
        bad = error.object[error.start]
        raise BadInput(
            f"the word list '{name}' is not UTF-8: byte 0x{bad:02x} at offset {error.start}",
            where=key,
            remedy="save the file as UTF-8",
        ) from error
    found = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not found:
        raise BadInput(f"the word list '{name}' holds no word", where=key, remedy="write one word a line")
    return found


def _unique(listed: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for each in listed if (word := normalise(each))))


def _any_of(listed: Iterable[str]) -> regex.Pattern[str]:
    """A pattern for normalised text; the longest word is tried first, so that it is the one named."""
    return regex.compile("|".join(map(_alone, sorted(listed, key=len, reverse=True))), regex.V1)


def _alone(word: str) -> str:
    """``word`` as a pattern, with word borders at those ends that stand beside spaces in their script."""
    before = rf"(?<!{SPACED_LETTER})" if _SPACED.match(word[0]) else ""
    after = rf"(?!{SPACED_LETTER})" if _SPACED.match(word[-1]) else ""
    return f"{before}{regex.escape(word)}{after}"
