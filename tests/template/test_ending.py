"""The token that ends an answer, read off a probe."""

from __future__ import annotations

import pytest

from tutelage.template.ending import NO_END, PROBE, Ending, ending_of, with_end

ANSWER = PROBE[1].content


@pytest.mark.parametrize(
    ("tail", "end", "rest"),
    [
        ("<|im_end|>\n", "<|im_end|>", "\n"),
        ("<end_of_turn>\n", "<end_of_turn>", "\n"),
        (" </s>", "</s>", ""),
        ("<|end|>\n<eos>", "<|end|>", "\n<eos>"),
        ("<｜end▁of▁sentence｜>", "<｜end▁of▁sentence｜>", ""),
        ("\nEOS here", "EOS", " here"),
        ("[/ANSWER]", "[/ANSWER]", ""),
    ],
)
def test_the_first_token_after_the_answer_ends_it(tail: str, end: str, rest: str):
    assert ending_of(f"question {ANSWER}{tail}", ("", "EOS", "<eos>")) == Ending(end, rest)


@pytest.mark.parametrize("written", ["", f"{ANSWER}\n### Instruction: a < b > c", f"<s> {ANSWER}"])
def test_without_one_there_is_none(written: str):
    assert ending_of(written, ("",)) == NO_END


def test_the_last_end_counts_where_an_answer_holds_one():
    ending = Ending("</s>", "\n")
    assert ending.stop("q: a</s>b</s>\n", 3) == len("q: a</s>b</s>")
    assert ending.stop("q: a</s>, cut", 3) == len("q: a</s>")
    assert ending.stop("q</s>: a", 6) is None


def test_a_source_is_extended_once():
    once = with_end("{{ messages }}")
    assert once != "{{ messages }}"
    assert with_end(once) == once
