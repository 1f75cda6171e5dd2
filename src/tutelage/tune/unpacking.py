"""4-bit linear layers of bitsandbytes, and plain ones in their place."""

from __future__ import annotations

import importlib
from typing import Any

from tutelage.models import libraries
from tutelage.tune.modules import fan_in_fan_out


def packed(model: Any) -> dict[str, Any]:
    """The layers whose own weight is kept in 4 bits, by full name."""
    return {
        name: each
        for name, each in model.named_modules()
        if "weight" in each._parameters and getattr(each.weight, "quant_state", None) is not None
    }


def unpacked_merge(model: Any) -> Any:
    """The plain float32 model that LoRA on 4-bit layers amounts to; the ``PeftModel`` is used up.

    PEFT would round the sum to 4 bits again, and the answers with it; here the sum stays as it is.
    """
    torch = libraries.torch()
    adapter = model.active_adapter
    with torch.no_grad():
        sums = {
            id(layer.get_base_layer()): _sum(layer, adapter)
            for layer in model.modules()
            if hasattr(layer, "lora_A") and adapter in layer.lora_A
        }
        plain = model.unload()
        with torch.device("meta"):
            shape = type(plain)(plain.config)
        for name, layer in packed(plain).items():
            weight = sums.get(id(layer))
            values = _values(layer) if weight is None else weight
            parent, _, child = name.rpartition(".")
            made = _plain(shape.get_submodule(name), values, layer.bias)
            setattr(plain.get_submodule(parent), child, made)
    return _declared_plain(plain)


def _sum(layer: Any, adapter: str) -> Any:
    """Base and addition of one LoRA layer."""
    values = _values(layer.get_base_layer())
    if adapter in layer.lora_variant:  # DoRA scales the sum, which is the variant's affair
        return layer.lora_variant[adapter].merge_safe(layer, adapter, values)
    return values + layer.get_delta_weight(adapter)


def _values(layer: Any) -> Any:
    """What the 4-bit weight stands for, in float32."""
    functional = importlib.import_module("bitsandbytes.functional")
    return functional.dequantize_4bit(layer.weight.data, layer.weight.quant_state).float()


def _plain(like: Any, weight: Any, bias: Any) -> Any:
    """The layer ``like``, which is empty, with these values (out, in): a quantised ``Conv1D`` was turned."""
    nn = libraries.torch().nn
    like.weight = nn.Parameter(weight.float().T.contiguous() if fan_in_fan_out(like) else weight.float())
    like.bias = bias
    return like


def _declared_plain(model: Any) -> Any:
    """``model`` without the marks by which transformers knows a quantised one and refuses to train it."""
    del model.config.quantization_config
    for name in ("hf_quantizer", "quantization_method"):
        if hasattr(model, name):
            delattr(model, name)
    model.is_quantized = model.is_loaded_in_4bit = False
    return model
