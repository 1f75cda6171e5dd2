"""Tokens, words and scripts, against rouge_score and by law."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.tokenizers import DefaultTokenizer

from tutelage.text import clean, ngrams, normalise, rouge_tokens, scripts, unicode_tokens, words

ANY = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)
ROUGE = DefaultTokenizer()


@given(ANY)
def test_clean_text_encodes_and_stays_clean(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert clean(cleaned) == cleaned


@given(st.text(st.characters(codec="utf-8")))
def test_text_without_halves_is_left_alone(text: str) -> None:
    assert clean(text) is text


def test_a_pair_in_two_halves_is_one_character() -> None:
    assert clean("\ud83d\ude00") == "\U0001f600"
    assert clean("\ude00\ud83d") == "\ufffd\ufffd"


@given(ANY)
def test_rouge_tokens_are_those_of_rouge_score(text: str) -> None:
    assert rouge_tokens(text) == ROUGE.tokenize(text)


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=80))
def test_both_tokenisers_agree_on_ascii(text: str) -> None:
    assert unicode_tokens(text) == ROUGE.tokenize(text)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("写一首诗。", ["写", "一", "首", "诗"]),
        ("用 Python3 写", ["用", "python3", "写"]),
        ("Café déjà", ["café", "déjà"]),
        ("コーヒー", ["コ", "ー", "ヒ", "ー"]),
        ("สวัสดี", ["ส", "วั", "ส", "ดี"]),
        ("한국어 문장", ["한국어", "문장"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("ＡＢＣ１２", ["abc12"]),  # full width
        ("snake_case é", ["snake", "case", "é"]),
        ("🙂!?", []),
    ],
)
def test_unicode_tokens_of_other_scripts(text: str, tokens: list[str]) -> None:
    assert unicode_tokens(text) == tokens


@given(ANY)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Write  a\tPOEM\n", "write a poem"),
        ("Ｗｒｉｔｅ", "write"),
        ("Straße", "STRASSE"),
        ("cafe\u0301", "café"),
        ("zero\u200bwidth", "zerowidth"),
        ("写\u3000诗", "写 诗"),
    ],
)
def test_normalise_makes_equal_what_reads_alike(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(("one", "other"), [("a-b", "a b"), ("a.", "a"), ("写诗", "写 诗")])
def test_normalise_keeps_apart_what_reads_differently(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Don't stop, well-known friend.", 4),
        ("我喜欢 Python。", 4),
        ("", 0),
        ("... !!!", 0),
        ("naïve café", 2),
        ("x = 5", 2),
    ],
)
def test_words_are_what_a_reader_counts(text: str, count: int) -> None:
    assert words(text) == count


def test_ngrams_are_consecutive_runs() -> None:
    assert list(ngrams("abcd", 3)) == [("a", "b", "c"), ("b", "c", "d")]
    assert list(ngrams("ab", 3)) == []


def test_scripts_are_shares_of_letters() -> None:
    assert scripts("hello 123") == {"Latin": 1.0}
    assert scripts("123 !") == {}
    assert scripts("ab 中文") == {"Latin": 0.5, "Han": 0.5}
    assert set(scripts("Привет あア 한 שלום")) == {"Cyrillic", "Hiragana", "Katakana", "Hangul", "Hebrew"}


@given(ANY)
def test_script_shares_sum_to_one(text: str) -> None:
    shares = scripts(text)
    assert not shares or abs(sum(shares.values()) - 1) < 1e-9
