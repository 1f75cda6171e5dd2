from __future__ import annotations

import torch

from tuning_laws import QUIET, Laws, folder_of, fresh
from tutelage.tune.modules import counted
from tutelage.tune.prompt import Prompt

pytestmark = QUIET


class TestPrompt(Laws):
    tuning = Prompt(tokens=4)
    rate = 1e-1
    starts_as_base = False


def test_it_is_one_vector_a_token_and_starts_at_the_text() -> None:
    from transformers import AutoTokenizer

    base = fresh("llama")
    ids = AutoTokenizer.from_pretrained(folder_of("llama"))("Name three fruits.")["input_ids"][:3]
    expected = base.get_input_embeddings().weight[ids]
    model = Prompt(tokens=3, text="Name three fruits.").attach(base, seed=1)
    assert counted(model).trainable == 3 * 32
    assert torch.equal(model.prompt_encoder["default"].embedding.weight, expected)


def test_it_starts_as_if_the_tokens_stood_there() -> None:
    """Soft tokens at the embeddings of real ones are those: the logits are the ones with them in front."""
    base = fresh("llama")
    row = torch.tensor([[5, 6, 7]])
    model = Prompt(tokens=4).attach(fresh("llama"), seed=1)
    vectors = model.prompt_encoder["default"].embedding.weight
    table = base.get_input_embeddings().weight
    before = torch.stack([(table == each).all(dim=1).nonzero()[0, 0] for each in vectors])[None]
    expected = base(torch.cat([before, row], dim=1)).logits[:, 4:]
    assert torch.allclose(model(input_ids=row).logits[:, 4:], expected, atol=1e-5)
