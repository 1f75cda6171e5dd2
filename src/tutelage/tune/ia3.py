"""(IA)³: keys, values and the inner feed-forward activations are rescaled by trained vectors.

Liu et al., "Few-Shot Parameter-Efficient Fine-Tuning is Better and Cheaper than In-Context Learning",
NeurIPS 2022 (arXiv:2205.05638).
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from tutelage.errors import BadInput, nearest
from tutelage.models import libraries
from tutelage.tune.modules import blocks, fan_in_fan_out, is_linear, linears, targeted
from tutelage.tune.peft_kinds import PeftTuning

_KEYS_AND_VALUES = ("k_proj", "v_proj", "key", "value", "c_attn", "query_key_value", "qkv_proj", "Wqkv")
_FEED_FORWARD = ("down_proj", "c_proj", "fc2", "fc_out", "dense_4h_to_h", "w2", "wo")


class IA3(PeftTuning):
    """One number a channel is trained; the start is ones, which is the base's own output."""

    kind: ClassVar[str] = "ia3"
    paper: ClassVar[str] = "https://arxiv.org/abs/2205.05638"
    merges: ClassVar[bool] = True
    rate: ClassVar[float] = 1e-2

    targets: tuple[str, ...] = Field(
        default=(), description="linear layers to rescale; none: keys, values and the feed-forward's last"
    )
    feed_forward: tuple[str, ...] = Field(
        default=(), description="those of the targets whose input is rescaled, not their output"
    )

    def config(self, model: Any) -> Any:
        """See :meth:`PeftTuning.config`.

        Raises:
            BadInput: a name fits no layer, or the keys and values cannot be told; names what there is.
        """
        scaled, inner = self._named(model) if self.targets else _usual(model)
        return libraries.peft().IA3Config(
            task_type="CAUSAL_LM",
            target_modules=sorted({*scaled, *inner}),
            feedforward_modules=sorted(inner),
            fan_in_fan_out=all(fan_in_fan_out(each) for each in linears(model).values()),
        )

    def _named(self, model: Any) -> tuple[list[str], list[str]]:
        chosen = targeted(model, self.targets, "tune.method.targets")
        inner = targeted(model, self.feed_forward, "tune.method.feed_forward") if self.feed_forward else {}
        outside = [name for name in inner if name not in chosen]
        if outside:
            raise BadInput(
                f"feed_forward names '{outside[0]}', which is none of the targets",
                where="tune.method.feed_forward",
                remedy=nearest(outside[0], chosen),
            )
        return list(chosen), list(inner)


def _usual(model: Any) -> tuple[list[str], list[str]]:
    """Full names of the layers that give keys and values, and of those that end a feed-forward part."""
    named = {id(each): name for name, each in linears(model).items()}
    scaled, inner = [], []
    for block in blocks(model):
        scaled += _ending(block.attention, _KEYS_AND_VALUES, named, block.name)
        inner += _ending(block.feed_forward, _FEED_FORWARD, named, block.name)
    return scaled, inner


def _ending(part: Any, known: tuple[str, ...], named: dict[int, str], place: str) -> list[str]:
    """The full names of the linear layers in ``part`` whose last name is one of ``known``."""
    layers = [named[id(each)] for each in part.modules() if is_linear(each) and id(each) in named]
    found = [name for name in layers if name.rsplit(".", 1)[-1] in known]
    if not found:
        there = ", ".join(name.rsplit(".", 1)[-1] for name in layers)
        raise BadInput(
            f"what ia3 rescales cannot be told in '{place}', which has {there}",
            where="tune.method",
            remedy="name the layers in targets and feed_forward",
        )
    return found
