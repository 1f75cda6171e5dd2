"""What a model is made of: its linear layers, its decoder layers, and which of its parameters are trained.

Everything is found by structure, not by a list of architectures, so that a new one works unless it is built
quite differently; then the error says what was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tutelage.draw import draw
from tutelage.errors import BadInput, nearest
from tutelage.models import libraries

_ATTENTION = ("attn", "attention")
_FEED_FORWARD = ("mlp", "ffn", "feed_forward", "feedforward", "moe", "fc2")
_NORM = ("norm", "ln")


@dataclass(frozen=True)
class Counts:
    """How many numbers are trained, and how many there are (what was added included)."""

    trainable: int
    parameters: int

    @property
    def share(self) -> float:
        """Trainable / all."""
        return self.trainable / self.parameters if self.parameters else 0.0


@dataclass(frozen=True)
class Block:
    """One decoder layer: its name, its attention, and what ends its feed-forward part."""

    name: str
    attention: Any
    feed_forward: Any


def counted(model: Any) -> Counts:
    """The trainable and all parameters of ``model``; shared ones count once, 4-bit ones as unpacked."""
    trainable = total = 0
    for parameter in model.parameters():
        state = getattr(parameter, "quant_state", None)
        size = parameter.numel() if state is None else _product(state.shape)
        total += size
        trainable += size if parameter.requires_grad else 0
    return Counts(trainable, total)


def _product(shape: Sequence[int]) -> int:
    size = 1
    for each in shape:
        size *= each
    return size


def trained(model: Any) -> dict[str, Any]:
    """The tensors of every parameter that is trained, by name, detached.

    Together with an optimizer's state this is an exact checkpoint of any kind, also where what
    :meth:`Tuning.save` writes is a digest of it (a reparameterised prompt).
    """
    return {name: each.detach() for name, each in model.named_parameters() if each.requires_grad}


def put_back(model: Any, tensors: Mapping[str, Any]) -> None:
    """Write what :func:`trained` gave into a model that was attached alike.

    Raises:
        BadInput: a tensor has no parameter of its name and shape, or a trained parameter got none.
    """
    parameters = dict(model.named_parameters())
    for name, tensor in tensors.items():
        if name not in parameters:
            raise BadInput(f"the model has no parameter '{name}'", remedy=nearest(name, parameters))
        if parameters[name].shape != tensor.shape:
            raise BadInput(
                f"'{name}' was saved with shape {tuple(tensor.shape)}, "
                f"and the model's has {tuple(parameters[name].shape)}",
                remedy="restore it on the base that it was trained on",
            )
    missing = [name for name, each in parameters.items() if each.requires_grad and name not in tensors]
    if missing:
        raise BadInput(f"{len(missing)} trained parameters were not saved, the first is '{missing[0]}'")
    with libraries.torch().no_grad():
        for name, tensor in tensors.items():
            parameters[name].copy_(tensor)


def freeze(model: Any) -> None:
    """No parameter of ``model`` is trained any more."""
    for parameter in model.parameters():
        parameter.requires_grad_(False)


@contextmanager
def seeded(seed: int, place: str) -> Iterator[None]:
    """Torch's generators start from ``(seed, place)`` inside, and go on outside as if nothing had been."""
    torch = libraries.torch()
    with torch.random.fork_rng():
        torch.manual_seed(draw(seed, place).getrandbits(62))
        yield


def is_linear(module: Any) -> bool:
    """Whether ``module`` multiplies by one weight matrix (GPT-2's ``Conv1D`` does, with it transposed)."""
    return isinstance(module, libraries.torch().nn.Linear) or type(module).__name__ == "Conv1D"


def fan_in_fan_out(module: Any) -> bool:
    """Whether the weight of a linear layer is stored as (in, out)."""
    return type(module).__name__ == "Conv1D"


def widths(module: Any) -> tuple[int, int]:
    """(inputs, outputs) of a linear layer."""
    if fan_in_fan_out(module):
        inputs, outputs = module.weight.shape
        return int(inputs), int(outputs)
    return int(module.in_features), int(module.out_features)


def linears(model: Any) -> dict[str, Any]:
    """The linear layers by full name, without the one that gives the vocabulary's logits.

    Raises:
        BadInput: there is none.
    """
    head = model.get_output_embeddings()
    found = {name: each for name, each in model.named_modules() if is_linear(each) and each is not head}
    if not found:
        raise BadInput(f"{_name(model)} has no linear layers", remedy="tune it with the method full")
    return found


def targeted(model: Any, targets: Sequence[str], where: str) -> dict[str, Any]:
    """The linear layers that ``targets`` name; all of them where it is empty.

    A target is a full name (``model.layers.0.mlp.up_proj``) or the end of one (``up_proj``).

    Raises:
        BadInput: a target fits no linear layer; the nearest known one is named.
    """
    known = linears(model)
    if not targets:
        return known
    ends = {name.rsplit(".", 1)[-1] for name in known}
    for target in targets:
        if not any(_fits(name, target) for name in known):
            raise BadInput(
                f"{_name(model)} has no linear layer called '{target}'",
                where=where,
                remedy=nearest(target, ends),
            )
    return {name: each for name, each in known.items() if any(_fits(name, target) for target in targets)}


def _fits(name: str, target: str) -> bool:
    return name == target or name.endswith(f".{target}")


def blocks(model: Any) -> list[Block]:
    """The decoder layers of ``model``, first to last, each with its attention and its feed-forward part.

    Raises:
        BadInput: the model has no stack of layers, or a layer lacks one of the two; names what it has.
    """
    name, stack = _stack(model)
    found = []
    for number, layer in enumerate(stack):
        place = f"{name}.{number}"
        attention = _part(layer, place, _ATTENTION, "attention")
        found.append(Block(place, attention, _part(layer, place, _FEED_FORWARD, "feed-forward part")))
    return found


def _stack(model: Any) -> tuple[str, Any]:
    """The longest list of modules of one type that hold linear layers."""
    lists = [
        (name, each)
        for name, each in model.named_modules()
        if isinstance(each, libraries.torch().nn.ModuleList)
        and len({type(layer) for layer in each}) == 1
        and any(is_linear(part) for part in each.modules())
    ]
    if not lists:
        children = ", ".join(name for name, _ in model.named_children())
        raise BadInput(
            f"{_name(model)} has no stack of layers; it has {children}", remedy="tune it with lora"
        )
    return max(lists, key=lambda pair: sum(each.numel() for each in pair[1].parameters()))


def _part(layer: Any, place: str, words: Sequence[str], what: str) -> Any:
    """The child of ``layer`` whose name holds one of ``words``, the earliest word first, and no norm's."""
    children = {
        name: each
        for name, each in layer.named_children()
        if not any(word in name.lower() for word in _NORM) and any(True for _ in each.parameters())
    }
    for word in words:
        for name, each in children.items():
            if word in name.lower():
                return each
    raise BadInput(
        f"the layer '{place}' has no {what} that can be told by its name; it has {', '.join(children)}",
        remedy="tune this architecture with lora",
    )


def _name(model: Any) -> str:
    return type(model).__name__
