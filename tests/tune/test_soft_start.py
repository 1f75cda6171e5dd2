from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from tuning_laws import folder_of, fresh
from tutelage.errors import BadInput
from tutelage.tune.soft_start import start_tokens


@given(st.integers(1, 40), st.integers(0, 9))
def test_drawn_tokens_are_common_begin_a_text_and_belong_to_the_seed(count: int, seed: int) -> None:
    model = MODEL
    drawn = start_tokens(model, count, "", seed)
    assert drawn == start_tokens(model, count, "", seed)
    assert drawn[0] == model.config.bos_token_id
    assert len(drawn) == count
    assert all(100 <= each < 400 for each in drawn[1:])


def test_a_text_is_repeated_or_cut() -> None:
    whole = AutoTokenizer.from_pretrained(folder_of("llama"))("Name three fruits.")["input_ids"]
    assert start_tokens(MODEL, 2, "Name three fruits.", 1) == whole[:2]
    assert start_tokens(MODEL, 2 * len(whole) + 1, "Name three fruits.", 1) == [*whole, *whole, whole[0]]


def test_a_model_without_tokenizer_is_refused() -> None:
    model = fresh("llama")
    model.name_or_path = "/nowhere/at-all"
    with pytest.raises(BadInput, match="tokenizer of the model cannot be loaded"):
        start_tokens(model, 2, "Name three fruits.", 1)


MODEL = fresh("llama")
