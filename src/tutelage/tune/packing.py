"""Whether a model keeps packed rows apart."""

from __future__ import annotations

from typing import Any

from tutelage.draw import draw
from tutelage.models import libraries

_LENGTH = 8  # tokens of each row of the trial


def keeps_apart(model: Any) -> bool:
    """Whether what ``model`` says of a row is untouched by the row that is packed before it.

    Found out by trial, since it depends on the model's family and on how its attention is computed: two rows
    in one sequence, told apart by their positions, the first one in two versions. A model that does not take
    positions, or that puts virtual tokens before a sequence, does not keep rows apart.
    """
    torch = libraries.torch()
    if any(config.is_prompt_learning for config in (getattr(model, "peft_config", None) or {}).values()):
        return False
    first, other, second = (_row(model, number) for number in range(3))
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            packed, again = (_logits(torch, model, [row, second]) for row in (first, other))
            alone = _logits(torch, model, [second])
    except (TypeError, ValueError, RuntimeError, IndexError):
        return False  # it does not take such input at all
    finally:
        model.train(training)
    behind = slice(_LENGTH, None)
    # Masked attention has a weight of exactly nought, whatever stands there.
    untouched = torch.equal(packed[behind], again[behind])
    spread = float(alone.std()) or 1.0
    return untouched and float((packed[behind] - alone).abs().max()) < 0.05 * spread


def _row(model: Any, number: int) -> list[int]:
    known = int(model.get_input_embeddings().weight.shape[0])
    lot = draw(0, f"tune/packing/{number}")
    return [lot.randrange(known) for _ in range(_LENGTH)]


def _logits(torch: Any, model: Any, rows: list[list[int]]) -> Any:
    """Logits of ``rows`` in one sequence, by token, in float32."""
    device = next(model.parameters()).device
    ids = torch.tensor([[token for row in rows for token in row]], device=device)
    places = torch.tensor([[place for row in rows for place in range(len(row))]], device=device)
    return model(input_ids=ids, position_ids=places, use_cache=False).logits[0].float()
