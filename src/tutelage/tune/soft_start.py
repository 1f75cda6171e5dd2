"""Where soft prompts start: at real tokens, because a random start costs hundreds of steps.

Lester et al. (arXiv:2104.08691) found the embeddings of common words better than random numbers. A language
model's tokenizer gives low ids to common pieces, so the first 5,000 stand in for their list.
"""

from __future__ import annotations

from typing import Any

from tutelage.draw import draw
from tutelage.errors import BadInput
from tutelage.models import libraries

_COMMON = 5000
_LETTERS = 256  # single bytes and special tokens stand first in a byte-level vocabulary


def start_tokens(model: Any, count: int, text: str, seed: int) -> list[int]:
    """``count`` token ids: ``text``, repeated or cut to the length, or common tokens drawn from ``seed``.

    Where the model has a token that begins a text, drawn ids start with it: attention leans on it.

    Raises:
        BadInput: ``text`` is given and the model's tokenizer cannot be loaded, or makes nothing of it.
    """
    if text:
        ids = _tokens(model, text)
        return (ids * (count // len(ids) + 1))[:count]
    size = int(model.get_input_embeddings().weight.shape[0])
    first, end = min(_LETTERS, size // 4), min(_COMMON, size)
    stream = draw(seed, "tune/soft-start")
    drawn = [stream.randrange(first, end) for _ in range(count)]
    begin = getattr(model.config, "bos_token_id", None)
    return [begin, *drawn[1:]] if isinstance(begin, int) and 0 <= begin < size else drawn


def _tokens(model: Any, text: str) -> list[int]:
    name = getattr(model, "name_or_path", "")
    try:
        tokenizer = libraries.transformers().AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise BadInput(
            f"the tokenizer of the model cannot be loaded, so a prompt cannot start at a text: {error}",
            where=f"tune.method.text: {text!r}",
            remedy="give a base whose folder holds its tokenizer, or leave text empty",
        ) from error
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    if not ids:
        raise BadInput("the tokenizer makes no token of the text", where=f"tune.method.text: {text!r}")
    return ids
