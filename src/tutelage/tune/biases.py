"""Bias terms: which there are, and zero ones where an architecture has none."""

from __future__ import annotations

from typing import Any

from tutelage.errors import BadInput
from tutelage.models import libraries
from tutelage.tune.modules import linears

# The switches by which transformers' configurations give linear layers a bias, all or by part.
_SWITCHES = ("attention_bias", "mlp_bias")


def is_bias(name: str) -> bool:
    """Whether a parameter's full name is that of a bias term."""
    return name == "bias" or name.endswith((".bias", "_bias"))


def biases(model: Any) -> dict[str, Any]:
    """The bias terms of ``model`` by name, norms' included."""
    return {name: each for name, each in model.named_parameters() if is_bias(name)}


def add_zero_biases(model: Any) -> int:
    """Give each linear layer without a bias one of zeros; how many got one. The logits stay as they are."""
    torch = libraries.torch()
    added = 0
    for layer in linears(model).values():
        if getattr(layer, "bias", None) is None:
            outputs = layer.weight.shape[0]
            zeros = torch.zeros(outputs, dtype=layer.weight.dtype, device=layer.weight.device)
            layer.bias = torch.nn.Parameter(zeros)
            added += 1
    return added


def declare_biases(model: Any) -> None:
    """Set the configuration's switches, so that a saved ``model`` is loaded with the biases that were added.

    Raises:
        BadInput: the architecture has no switch for some of them, so they would be lost.
    """
    held = [name for name in _SWITCHES if hasattr(model.config, name)]
    before = {name: getattr(model.config, name) for name in held}
    for name in held:
        setattr(model.config, name, True)
    with libraries.torch().device("meta"):
        empty = type(model)(model.config)
    known = set(biases(empty))
    lost = [name for name in biases(model) if name not in known]
    if lost:
        for name, value in before.items():
            setattr(model.config, name, value)
        raise BadInput(
            f"{type(model).__name__} cannot be loaded with {len(lost)} of the biases that were added, "
            f"the first is '{lost[0]}'",
            where="tune.method.add_biases",
            remedy="keep the student unmerged, or tune with lora",
        )
