"""A model writes many rows at once: each as it would alone."""

from __future__ import annotations

import math
import threading
from dataclasses import replace

import pytest
import torch

from tutelage.models.loading import load
from tutelage.models.writing import Row, end_tokens, soft_tokens, write

PROMPTS = ("Name three fruits.", "The answer is", "请说出三种水果。", "a")


@pytest.fixture(scope="module", params=["llama", "gpt2"])
def loaded(request):
    return load(str(request.getfixturevalue(request.param)), dtype="float32")


def row(loaded, prompt, **rest) -> Row:
    return Row(tuple(loaded.tokenizer.encode(prompt)), **({"max_tokens": 12} | rest))


def greedy(loaded, ids, count):
    """By hand, without a cache: the likeliest token again and again."""
    ids, start = list(ids), len(ids)
    ends = end_tokens(loaded)
    with torch.no_grad():
        while len(ids) < start + count and ids[-1] not in ends:
            ids.append(int(loaded.model(torch.tensor([ids])).logits[0, -1].argmax()))
    return ids[start:]


def test_a_batch_writes_what_each_row_alone_and_a_loop_by_hand_write(loaded):
    rows = [row(loaded, prompt) for prompt in PROMPTS]
    together = write(loaded, rows)
    assert together == [write(loaded, [each])[0] for each in rows]
    for each, written in zip(rows, together, strict=True):
        ids = greedy(loaded, each.ids, 12)
        assert written.tokens == len(ids)
        assert written.text == loaded.tokenizer.decode(ids, skip_special_tokens=True)


def test_chance_is_a_rows_own_whatever_its_company(loaded):
    drawn = row(loaded, PROMPTS[0], temperature=1.5, seed=7)
    alone = write(loaded, [drawn])[0]
    others = [row(loaded, prompt, temperature=1.0, seed=3) for prompt in PROMPTS]
    assert write(loaded, [*others, drawn])[-1] == alone
    assert write(loaded, [replace(drawn, seed=8)])[0] != alone
    unseeded = replace(drawn, seed=None)
    assert len({each.text for each in write(loaded, [unseeded] * 4)}) > 1


def test_a_bound_is_of_the_row(loaded):
    rows = [row(loaded, PROMPTS[0], max_tokens=bound) for bound in (1, 3, 9)]
    assert [(each.tokens, each.finish) for each in write(loaded, rows)] == [
        (1, "length"),
        (3, "length"),
        (9, "length"),
    ]


def test_a_stop_string_ends_the_row_and_is_cut_off(loaded):
    free = write(loaded, [row(loaded, PROMPTS[0], max_tokens=20)])[0]
    stop = free.text[4:6]
    assert stop
    stopped, other = write(
        loaded,
        [row(loaded, PROMPTS[0], max_tokens=20, stop=("never there", stop)), row(loaded, PROMPTS[0])],
    )
    assert stopped.text == free.text[: free.text.index(stop)]
    assert (stopped.finish, other.finish) == ("stop", "length")
    assert stopped.tokens < free.tokens


def test_the_end_token_ends_and_is_not_said(loaded, monkeypatch):
    end = loaded.tokenizer.eos_token_id
    bias = torch.zeros(loaded.model.config.vocab_size)
    bias[end] = 1e4

    def ends_at_once(module, args, output):
        return output + bias

    hook = loaded.model.lm_head.register_forward_hook(ends_at_once)
    try:
        [written] = write(loaded, [row(loaded, PROMPTS[0], logprobs=0)])
    finally:
        hook.remove()
    assert (written.text, written.finish, written.tokens, written.logprobs) == ("", "stop", 1, ())


def test_log_probabilities_are_those_of_the_model_by_hand(loaded):
    asked = row(loaded, PROMPTS[0], logprobs=3, temperature=2.0, seed=1, max_tokens=4)
    [written] = write(loaded, [asked, row(loaded, PROMPTS[2])])[:1]
    assert len(written.logprobs) == 4
    with torch.no_grad():
        known = loaded.model(torch.tensor([asked.ids])).logits[0, -1].log_softmax(-1)
    first = written.logprobs[0]
    best = known.topk(3)
    assert [p for _, p in first.top] == pytest.approx(best.values.tolist(), abs=1e-4)
    assert [token for token, _ in first.top] == [loaded.tokenizer.decode([each]) for each in best.indices]
    assert any(math.isclose(first.logprob, float(each), abs_tol=1e-4) for each in known)


def test_a_small_nucleus_is_the_likeliest_token(loaded):
    drawn = row(loaded, PROMPTS[0], temperature=3.0, top_p=1e-6, seed=5)
    assert write(loaded, [drawn])[0].text == write(loaded, [row(loaded, PROMPTS[0])])[0].text


def test_draws_have_the_models_probabilities(loaded):
    """A chi-square-like bound: 400 draws of one token against the softmax."""
    ids = tuple(loaded.tokenizer.encode(PROMPTS[0]))
    with torch.no_grad():
        known = loaded.model(torch.tensor([ids])).logits[0, -1].mul(2).softmax(-1)
    draws = write(loaded, [Row(ids, 1, temperature=0.5, seed=each, logprobs=0) for each in range(400)])
    mean = sum(math.exp(each.logprobs[0].logprob) for each in draws if each.logprobs) / 400
    plain = known.sqrt() / known.sqrt().sum()  # at temperature 1
    assert mean == pytest.approx(float((known * plain).sum()), rel=0.1)


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing. is deprecated:FutureWarning")  # in peft
@pytest.mark.parametrize("kind", ["PromptTuningConfig", "PrefixTuningConfig"])
def test_after_a_soft_prompt_too_company_changes_nothing(llama, kind):
    import peft

    soft = load(str(llama), dtype="float32")
    config = getattr(peft, kind)(task_type="CAUSAL_LM", num_virtual_tokens=5)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        soft = replace(soft, model=peft.get_peft_model(soft.model, config).eval())
    assert (soft_tokens(soft.model), soft_tokens(load(str(llama)).model)) == (5, 0)
    rows = [row(soft, prompt) for prompt in (*PROMPTS, PROMPTS[0])]
    together = write(soft, rows)
    assert together == [write(soft, [each])[0] for each in rows]
    ids = list(rows[0].ids)
    with torch.no_grad():
        for _ in range(together[0].tokens):
            mask = torch.ones(1, len(ids), dtype=torch.long)
            known = soft.model(input_ids=torch.tensor([ids]), attention_mask=mask).logits[0, -1]
            ids.append(int(known.argmax()))
    assert together[0].text == soft.tokenizer.decode(ids[len(rows[0].ids) :], skip_special_tokens=True)


def test_nothing_to_write_and_a_halt(loaded):
    assert write(loaded, []) == []
    halt = threading.Event()
    halt.set()
    [written] = write(loaded, [row(loaded, PROMPTS[0], max_tokens=500)], halt=halt)
    assert written.tokens == 1
