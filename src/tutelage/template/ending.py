"""How a template ends an answer: the token at which a server stops, and what is written after it.

It is read off a probe. Where a template writes nothing that could end an answer, its source is extended: the
end-of-sequence token becomes part of each answer before the template sees it, in the same Jinja, so that
training, transformers and llama.cpp go on writing one text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tutelage.records import assistant, user

_QUESTION, _ANSWER = "Which number?", "5040-3827-15"  # what no template writes by itself, or in capitals
PROBE = (user(_QUESTION), assistant(_ANSWER))

# <|im_end|>, </s>, <end_of_turn>, <｜end▁of▁sentence｜>, [/ANSWER]
_MARK = re.compile(r"<[^<>\s]{1,60}>|\[/?[A-Z][A-Z_]{1,30}\]")

_PRELUDE = (
    "{%- set ended = namespace(turns=[]) -%}"
    "{%- for turn in messages -%}"
    "{%- if turn['role'] == 'assistant' -%}"
    "{%- set ended.turns = ended.turns + [{'role': 'assistant', 'content': turn['content'] + eos_token}] -%}"
    "{%- else -%}"
    "{%- set ended.turns = ended.turns + [turn] -%}"
    "{%- endif -%}"
    "{%- endfor -%}"
    "{%- set messages = ended.turns -%}\n"
)


@dataclass(frozen=True, slots=True)
class Ending:
    """The token, and what is written after it (mostly a line end)."""

    end: str = ""
    rest: str = ""

    def stop(self, text: str, start: int) -> int | None:
        """Where the end token of the answer stops that begins at ``start`` and is the last in ``text``."""
        if text.endswith(self.end + self.rest, start):
            return len(text) - len(self.rest)
        found = text.rfind(self.end, start)
        return None if found < 0 else found + len(self.end)


NO_END = Ending()


def ending_of(written: str, tokens: Iterable[str]) -> Ending:
    """The ending that shows in ``written``, a rendering of :data:`PROBE`: of all that looks like a special
    token, or is one of ``tokens``, the first after the answer."""
    _, answer, tail = written.rpartition(_ANSWER)
    if not answer:
        return NO_END
    found = [(tail.find(token), -len(token), token) for token in tokens if token and token in tail]
    if mark := _MARK.search(tail):
        found.append((mark.start(), -len(mark.group()), mark.group()))
    if not found:
        return NO_END
    at, _, end = min(found)
    return Ending(end, tail[at + len(end) :])


def with_end(source: str) -> str:
    """``source`` as one that writes ``eos_token`` after each answer."""
    return source if source.startswith(_PRELUDE) else _PRELUDE + source
