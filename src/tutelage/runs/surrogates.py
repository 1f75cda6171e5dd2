"""Replies without halves of surrogate pairs: JSON may hold one, a UTF-8 file or database cannot."""

from __future__ import annotations

from dataclasses import replace

from tutelage.records import Reply, TokenLogprob
from tutelage.text import clean


def clean_reply(reply: Reply) -> Reply:
    """``reply`` as it can be stored, so that whoever asks now and whoever replays it get the same; the very
    same object where there is nothing to do."""
    if reply.text.isascii() and reply.thinking.isascii() and not reply.others and not reply.logprobs:
        return reply
    cleaned = replace(
        reply,
        text=clean(reply.text),
        thinking=clean(reply.thinking),
        others=tuple(clean(text) for text in reply.others),
        logprobs=tuple(_clean_token(each) for each in reply.logprobs),
    )
    return reply if cleaned == reply else cleaned


def _clean_token(token: TokenLogprob) -> TokenLogprob:
    top = tuple((clean(name), value) for name, value in token.top)
    return TokenLogprob(clean(token.token), token.logprob, top)
