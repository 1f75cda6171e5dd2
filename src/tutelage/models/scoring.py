"""How likely a loaded model finds a given answer: log-likelihood in nats, summed over its tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tutelage.models import libraries
from tutelage.models.loading import Loaded

Pair = tuple[Sequence[int], Sequence[int]]
_MOST = 1 << 26  # logits at once (256 MB in float32)


def scores(loaded: Loaded, pairs: Sequence[Pair]) -> list[float]:
    """For each (prompt, answer) of token ids: ln p(answer | prompt), the sum over the answer's tokens.

    Pairs run together, padded on the right, where a causal model never looks. An empty prompt or answer is
    the caller's mistake.
    """
    vocabulary = loaded.model.get_input_embeddings().num_embeddings
    found: dict[int, float] = {}
    order = sorted(range(len(pairs)), key=lambda number: sum(map(len, pairs[number])))
    group: list[int] = []
    for number in order:
        length = sum(map(len, pairs[number]))
        if group and (len(group) + 1) * length * vocabulary > _MOST:
            found |= zip(group, _together(loaded, [pairs[each] for each in group]), strict=True)
            group = []
        group.append(number)
    if group:
        found |= zip(group, _together(loaded, [pairs[each] for each in group]), strict=True)
    return [found[number] for number in range(len(pairs))]


def _together(loaded: Loaded, pairs: Sequence[Pair]) -> list[float]:
    torch = libraries.torch()
    rows = [[*prompt, *answer] for prompt, answer in pairs]
    longest, pad = max(map(len, rows)), loaded.tokenizer.pad_token_id
    device = next(loaded.model.parameters()).device
    ids = torch.tensor([row + [pad] * (longest - len(row)) for row in rows], device=device)
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows], device=device)
    with torch.inference_mode():
        logits = loaded.model(input_ids=ids, attention_mask=mask).logits
    ahead = logits.shape[1] - longest  # soft prompts stand before the first token
    return [
        _sum(torch, logits[number, ahead + len(prompt) - 1 : ahead + len(prompt) + len(answer) - 1], answer)
        for number, (prompt, answer) in enumerate(pairs)
    ]


def _sum(torch: Any, logits: Any, answer: Sequence[int]) -> float:
    known = torch.log_softmax(logits.float(), -1)
    places = torch.tensor(list(answer), device=known.device)
    return float(known.gather(-1, places[:, None]).double().sum())
