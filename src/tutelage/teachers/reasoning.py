"""Thinking text told apart from the answer."""

from __future__ import annotations

_TAGS = ("think", "thinking", "thought")


def split(text: str) -> tuple[str, str]:
    """``(thinking, answer)`` of a reply.

    Taken as thinking: blocks ``<think>…</think>`` at the very start (also one that was cut off and never
    closed), and whatever stands before a ``</think>`` that has no opening tag, as templates that open the
    tag in the prompt leave it. A tag further on is part of the answer, for people do write about tags.
    A text without thinking comes back unchanged.
    """
    thoughts: list[str] = []
    while block := _leading(text) or (None if thoughts else _unopened(text)):
        thoughts.append(block[0])
        text = block[1]
    return "\n\n".join(thought for thought in thoughts if thought), text


def _leading(text: str) -> tuple[str, str] | None:
    start = text.lstrip()
    for tag in _TAGS:
        opening = f"<{tag}>"
        if start.startswith(opening):
            thought, _, rest = start[len(opening) :].partition(f"</{tag}>")
            return thought.strip(), rest.lstrip()
    return None


def _unopened(text: str) -> tuple[str, str] | None:
    for tag in _TAGS:
        thought, closing, rest = text.partition(f"</{tag}>")
        if closing and f"<{tag}>" not in thought:
            return thought.strip(), rest.lstrip()
    return None


def share(thinking: str, text: str, completion: int) -> int:
    """Tokens of ``completion`` that went into ``thinking``, by characters, where the server does not say."""
    total = len(thinking) + len(text)
    return round(completion * len(thinking) / total) if total else 0
