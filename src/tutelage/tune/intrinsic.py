"""Intrinsic dimension: one short code is trained, and a fixed random map makes it a change of the model.

Of the weights: Aghajanyan, Zettlemoyer, Gupta, "Intrinsic Dimensionality Explains the Effectiveness of
Language Model Fine-Tuning", ACL 2021 (arXiv:2012.13255). Of a soft prompt, shared among tasks: Qin et al.,
"Exploring Universal Intrinsic Task Subspace via Prompt Tuning" (arXiv:2110.07867). The map is not the papers'
Fastfood but a sparse one, see :mod:`tutelage.tune.projection`.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from tutelage.errors import BadInput
from tutelage.models import libraries
from tutelage.tune import delta, shared_space
from tutelage.tune.modules import freeze, targeted
from tutelage.tune.soft_start import start_tokens
from tutelage.tune.tuning import Tuning

_DIMENSIONS = {"weights": 10_000, "prompts": 100}


class Intrinsic(Tuning):
    """A code of ``dimension`` numbers is trained; it moves all linear layers, or a soft prompt."""

    kind: ClassVar[str] = "intrinsic"
    paper: ClassVar[str] = "https://arxiv.org/abs/2012.13255"
    rate: ClassVar[float] = 5e-2

    space: Literal["weights", "prompts"] = Field(default="weights", description="what the code moves")
    dimension: int | None = Field(
        default=None, ge=1, description="numbers trained; none: 10,000 for weights, 100 for prompts"
    )
    structured: bool = Field(
        default=True, description="one of the numbers scales each layer (SAID); weights only"
    )
    targets: tuple[str, ...] = Field(
        default=(), description="linear layers that move; none: all but the output layer"
    )
    tokens: int = Field(default=20, ge=1, description="how many soft tokens; prompts only")
    text: str = Field(default="", description="a text that the prompt starts from; prompts only")
    shared_from: tuple[Path, ...] = Field(
        default=(), description="students whose subspace is used: one to share, several prompts to learn from"
    )

    @property
    def merges(self) -> bool:  # type: ignore[override]  # of this kind one space merges and one does not
        """Moved weights fold into the base's; a soft prompt does not."""
        return self.space == "weights"

    @property
    def served(self) -> bool:
        """Whether it merges."""
        return self.merges

    def attach(self, model: Any, *, seed: int) -> Any:
        """See :meth:`Tuning.attach`.

        Raises:
            BadInput: the dimension does not fit, or ``shared_from`` holds nothing that can be shared.
        """
        if self.space == "prompts":
            start, directions, kept = self._prompt_space(model, seed)
            return self._prompted(model, start, directions, {"seed": str(seed), "learnt": kept})
        size, drawn, structured = self.dimension or _DIMENSIONS["weights"], seed, self.structured
        if self.shared_from:
            size, drawn, structured = shared_space.of_weights(self.shared_from, self.dimension)
        return self._moved(model, size, drawn, structured)

    def _moved(self, model: Any, size: int, seed: int, structured: bool) -> Any:
        chosen = targeted(model, self.targets, "tune.method.targets")
        weights = sum(each.weight.numel() for each in chosen.values())
        least = len(chosen) + 1 if structured else 1
        if not least <= size <= weights:
            raise BadInput(
                f"a dimension of {size:,} does not fit {len(chosen)} layers of {weights:,} weights",
                where="tune.method.dimension",
                remedy=f"give one from {least:,} to {weights:,}",
            )
        freeze(model)
        subspace = importlib.import_module("tutelage.tune.subspace")
        subspace.move(model, chosen, size, seed, structured=structured)
        model.subspace.words = {
            "space": "weights",
            "seed": str(seed),
            "dimension": str(size),
            "structured": json.dumps(structured),
        }
        return model

    def _prompt_space(self, model: Any, seed: int) -> tuple[Any, Any, str]:
        """(start, directions, whether they were learnt): a random space, a shared one, or one learnt."""
        if self.shared_from:
            return (*shared_space.of_prompts(self.shared_from, self.dimension), "true")
        torch = libraries.torch()
        embeddings = model.get_input_embeddings()
        ids = torch.tensor(start_tokens(model, self.tokens, self.text, seed), device=embeddings.weight.device)
        with torch.no_grad():
            start = embeddings(ids).float()
        size = self.dimension or min(_DIMENSIONS["prompts"], start.numel())
        if size > start.numel():
            raise BadInput(
                f"a dimension of {size:,} is more than the prompt's {start.numel():,} numbers",
                where="tune.method.dimension",
                remedy=f"give at most {start.numel():,}; 5 to 250 is usual",
            )
        return start, shared_space.random_directions(size, start, seed), "false"

    def _prompted(self, model: Any, start: Any, directions: Any, words: Mapping[str, str]) -> Any:
        peft, torch = libraries.peft(), libraries.torch()
        width = int(model.get_input_embeddings().weight.shape[1])
        if start.shape[1] != width:
            raise BadInput(
                f"the shared prompts are {start.shape[1]} wide, and the model {width}",
                where="tune.method.shared_from",
                remedy="share among students of one base",
            )
        config = peft.PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=start.shape[0])
        attached = peft.get_peft_model(model, config)
        freeze(attached)
        embedding = attached.prompt_encoder[attached.active_adapter].embedding
        with torch.no_grad():
            embedding.weight.copy_(start)
        coded = importlib.import_module("tutelage.tune.prompt_space").code_prompt(embedding, directions)
        coded.words = {"space": "prompts", **words}
        return attached

    def save(self, model: Any, folder: Path) -> None:
        """See :meth:`Tuning.save`: the code; of a prompt its start too, and learnt directions."""
        if self.space == "weights":
            space = model.subspace
            tensors = {"code": space.code, "scales": space.scales}
            delta.write(folder, tensors, kind=self.kind, about=space.words)
            return
        embedding = model.prompt_encoder[model.active_adapter].embedding
        coded = embedding.parametrizations.weight[0]
        tensors = {"code": coded.code, "start": embedding.parametrizations.weight.original}
        if coded.words["learnt"] == "true":
            tensors["directions"] = coded.directions
        delta.write(folder, tensors, kind=self.kind, about=coded.words)

    def restore(self, model: Any, folder: Path) -> Any:
        """See :meth:`Tuning.restore`; the students that the subspace came from are not needed."""
        tensors, words = delta.read(folder, kind=self.kind)
        if words.get("space") != self.space:
            raise BadInput(
                f"the student's code moves {words.get('space')}, not {self.space}",
                where=str(folder),
                remedy=f"set space to {words.get('space')}",
            )
        with libraries.torch().no_grad():
            if self.space == "prompts":
                directions = shared_space.directions_of(tensors, words)
                kept = {name: words[name] for name in ("seed", "learnt")}
                attached = self._prompted(model, tensors["start"], directions, kept)
                embedding = attached.prompt_encoder[attached.active_adapter].embedding
                embedding.parametrizations.weight[0].code.copy_(tensors["code"])
                return attached.eval()
            structured = json.loads(words["structured"])
            moved = self._moved(model, int(words["dimension"]), int(words["seed"]), structured)
            if moved.subspace.scales.shape != tensors["scales"].shape:
                raise BadInput(
                    f"the code was trained for {len(tensors['scales'])} layers, "
                    f"and {len(moved.subspace.scales)} are there",
                    where=str(folder),
                    remedy="restore it on the base, and with the targets, that it was trained with",
                )
            moved.subspace.code.copy_(tensors["code"])
            moved.subspace.scales.copy_(tensors["scales"])
        return moved.eval()

    def merge(self, model: Any) -> Any:
        """See :meth:`Tuning.merge`; a soft prompt cannot be merged."""
        if self.space == "prompts":
            raise BadInput(
                "a soft prompt cannot be merged into the base's weights",
                where="tune.method.space: prompts",
                remedy="keep the student's folder (it serves as a teacher of kind hf), or use space: weights",
            )
        return importlib.import_module("tutelage.tune.subspace").fold(model)
