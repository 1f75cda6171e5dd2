"""Examples for the tests of exports: hand-made ones, and hostile ones by hypothesis."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from tutelage.records import Example, Message

HOSTILE = (
    "",
    " ",
    "\n---\nlicense: mit\n---\n",
    "| a | b |\n|---|---|",
    "</td><script>alert(1)</script>",
    "![x](http://x.example/a.png) [y](javascript:alert(1))",
    "`code` **bold** _it_ ~~no~~ $x$ &amp; #h \\| \\",
    "line\u2028end\u2029par\x85next\x00nul\r\n\ttab",
    "你好，世界。请用一句话概括。",
    "\ud83d",
    "\ude00 lone \ud800",
    "\ud83d\ude00",
    "\u202eright to left\u202c",
    "2024-01-01",
    "null",
    '{"json": [1, 2]}',
    "human",
    "<|im_end|>",
    "no",
    "😀" * 3,
)

texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(codec=None, exclude_categories=()), max_size=40),
)


@st.composite
def _examples(draw: st.DrawFn) -> Example:
    turns: list[Message] = []
    if draw(st.booleans()):
        turns.append(Message("system", draw(texts)))
    for _ in range(draw(st.integers(1, 3))):
        turns += [Message("user", draw(texts)), Message("assistant", draw(texts))]
    instruction, extra = draw(texts), draw(texts)
    if draw(st.booleans()):
        turns[-2] = Message("user", f"{instruction}\n{extra}")
    return Example(
        id=draw(st.uuids()).hex,
        messages=tuple(turns),
        instruction=instruction,
        input=extra,
        cell=draw(st.dictionaries(texts, texts, max_size=2)),
        method=draw(texts),
        item=draw(texts),
        teacher=draw(texts),
        licence=draw(texts),
        lineage={"words": draw(texts)},
    )


@pytest.fixture(scope="session")
def examples() -> st.SearchStrategy[Example]:
    """Conversations that every format can carry, with whatever text."""
    return _examples()


@pytest.fixture(scope="session")
def hostile() -> st.SearchStrategy[str]:
    """Text of any kind, half surrogate pairs included."""
    return texts


@pytest.fixture(scope="session")
def example() -> Callable[..., Example]:
    """Makes an example from alternating texts, the first a question: ``example("a", "b", system="s")``."""

    def make(*turns: str, id: str = "one", system: str = "", **rest: object) -> Example:
        roles = ("user", "assistant")
        messages = [Message(roles[index % 2], text) for index, text in enumerate(turns)]  # type: ignore[arg-type]  # a literal by construction
        if system:
            messages.insert(0, Message("system", system))
        rest.setdefault("instruction", turns[-2] if len(turns) > 1 else "")
        return Example(id, tuple(messages), **rest)  # type: ignore[arg-type]  # checked by the record

    return make
