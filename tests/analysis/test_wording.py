"""Languages, vocabulary, reading level and lengths, in English, Chinese and nothing at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.analysis.wording import _mattr, _syllables, measure_wording, reading_grade
from tutelage.records import Example


def row(instruction: str, output: str = "", input: str = "") -> Example:
    return Example.single_turn(instruction, output, id="r", input=input)


def test_languages_are_counted_by_part() -> None:
    found = measure_wording(
        [
            row("Why is the sea salty?", "海水里有很多盐。"),
            row("为什么海水是咸的？", "海水里有很多盐。"),
            row("海はなぜしょっぱいのですか。", "Потому что в ней соль."),
            row("Pourquoi est-ce que les eaux des mers sont dans cette couleur ?", "42"),
            row("Write poems", ""),
        ]
    )
    assert found.languages["instruction"] == {"Latin script": 1, "en": 1, "fr": 1, "ja": 1, "zh": 1}
    assert found.languages["output"] == {"no letters": 2, "zh": 2, "Cyrillic script": 1}


def test_lengths_leave_empty_texts_out_and_count_them() -> None:
    found = measure_wording([row("one two three", "好的。", "x"), row("one", "yes it is", " ")]).lengths
    assert (found["instruction"].words.mean, found["instruction"].characters.max) == (2, 13)
    assert (found["input"].empty, found["input"].words.n, found["input"].words.mean) == (1, 1, 1)
    assert (found["output"].words.min, found["output"].words.max) == (2, 3)
    assert found["instruction"].word_histogram.n == 2


@given(st.lists(st.sampled_from("abcde"), max_size=40), st.integers(1, 12))
def test_the_moving_average_is_that_over_every_window(tokens: list[str], window: int) -> None:
    runs = [len(set(tokens[at : at + window])) / window for at in range(len(tokens) - window + 1)]
    assert _mattr(iter(tokens), window) == (pytest.approx(sum(runs) / len(runs)) if runs else None)


def test_variety_counts_words_that_come_once() -> None:
    found = measure_wording([row("a b c a"), row("a d")], window=3).variety["instruction"]
    assert (found.tokens, found.unique, found.hapax_share) == (6, 4, 0.75)
    assert found.mattr == pytest.approx((3 + 3 + 2 + 2) / 4 / 3)
    empty = measure_wording([row("??")]).variety["instruction"]
    assert (empty.tokens, empty.hapax_share, empty.mattr) == (0, None, None)


def test_harder_prose_has_a_higher_grade() -> None:
    plain = "The cat sat on the mat. It was a big cat. The dog ran to the cat. They had fun."
    hard = (
        "Notwithstanding considerable methodological heterogeneity, contemporary epidemiological "
        "investigations consistently demonstrate statistically significant associations."
    )
    easy_grade, hard_grade = reading_grade(plain), reading_grade(hard)
    assert easy_grade == pytest.approx(0.39 * 19 / 4 + 11.8 - 15.59, abs=0.7)
    assert hard_grade is not None
    assert hard_grade > 20


def test_few_words_and_code_have_no_grade() -> None:
    assert reading_grade("Write a poem.") is None
    assert reading_grade("```\n" + "for word in words print word " * 10 + "\n```") is None


@pytest.mark.parametrize(
    ("word", "count"),
    list({"the": 1, "table": 2, "people": 2, "make": 1, "wanted": 2, "walked": 1, "video": 3}.items()),
)
def test_syllables(word: str, count: int) -> None:
    assert _syllables(word) == count


def test_chinese_has_characters_a_sentence_and_no_grade() -> None:
    found = measure_wording([row("x", "月亮吸引海水。海水每天涨落两次，这就是潮汐！")]).reading["output"]
    assert found.sentence_characters["zh"].mean == (6 + 13) / 2
    assert (found.grade.n, found.grade.mean) == (0, None)
    assert "1 in zh" in found.unsupported


def test_odd_texts_are_measured() -> None:
    odd = [
        "",
        "\ud800 the and of",
        "a" * 1_000_000,
        "\n" * 1_000_000,
        "。" * 10_000,
        "the \\[" * 100_000,
        "\0",
    ]
    found = measure_wording([row(text, text, text) for text in odd])
    assert found.examples == len(odd)
    assert sum(found.languages["output"].values()) == len(odd)
    json.dumps(found.as_dict())


def test_no_rows_at_all() -> None:
    found = measure_wording([])
    assert (found.examples, found.languages["output"]) == (0, {})
    assert found.lengths["output"].words.mean is None
