"""Conversations on which a template is tried before anything is trained with it."""

from __future__ import annotations

from collections.abc import Iterator

from tutelage.records import Message, assistant, system, user

Conversation = tuple[Message, ...]

_ENGLISH = (user("How do bees find their way home?"), assistant("By the sun, mostly, and by landmarks."))
_CHINESE = (user("蜜蜂怎样认路回家？"), assistant("主要靠太阳，也靠地标。"))
_SPACED = (user("  Two spaces before, a line end after.\n"), assistant(" one before, two after  "))
_SIGNS = (user("What does {{ x }} mean? And <b>?"), assistant("# {% if %}\n\n1. a *b* `c` \\ \"d\"\n2. 'e'"))


def probes(multi_turn: bool) -> Iterator[Conversation]:
    """Conversations of one answer, with and without a system prompt; then, where wanted, of several."""
    single = (_ENGLISH, _CHINESE, _SPACED, _SIGNS)
    yield from single
    for told in ("Answer a child.", "像对孩子那样回答。", ""):
        yield system(told), *_ENGLISH
    if multi_turn:
        yield *_ENGLISH, *_CHINESE
        yield *_SPACED, *_SIGNS, *_ENGLISH
        yield system("Answer a child."), *_CHINESE, *_SPACED
