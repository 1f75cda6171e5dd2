"""Whatever a model says can be written to a UTF-8 file, and what could be is left alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutelage.records import Reply, TokenLogprob
from tutelage.runs.surrogates import clean_reply

ANY = st.text(st.characters(), max_size=30)  # halves of pairs included


@given(ANY, ANY, ANY, ANY)
def test_every_text_of_a_reply_is_cleaned(text, thinking, other, token):
    reply = Reply(
        text, thinking=thinking, others=(other,), logprobs=(TokenLogprob(token, -1.0, ((token, -1.0),)),)
    )
    cleaned = clean_reply(reply)
    for each in (cleaned.text, cleaned.thinking, *cleaned.others, cleaned.logprobs[0].token):
        each.encode()
    cleaned.logprobs[0].top[0][0].encode()
    assert clean_reply(cleaned) is cleaned
