"""Subspaces that come from other students' folders."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput
from tutelage.models import libraries
from tutelage.tune import delta

_WHERE = "tune.method.shared_from"
_PEFT = "adapter_model.safetensors"


def of_weights(folders: Sequence[Path], dimension: int | None) -> tuple[int, int, bool]:
    """(dimension, seed, structured) of the one student in ``folders``, so that both codes mean the same.

    Raises:
        BadInput: there are several, it holds no subspace of weights, or ``dimension`` is another.
    """
    if len(folders) > 1:
        raise BadInput(
            "a subspace of weights is shared from one student: it is random, and learns nothing from several",
            where=_WHERE,
            remedy="name one folder, or set space to prompts",
        )
    _, words = delta.parts(_inside(folders[0]))
    if words.get("kind") != "intrinsic" or words.get("space") != "weights":
        raise BadInput(
            f"the student holds no subspace of weights: kind {words.get('kind')}, space {words.get('space')}",
            where=f"{_WHERE}: {folders[0]}",
            remedy="name a student that was tuned with intrinsic and space: weights",
        )
    size = int(words["dimension"])
    if dimension not in (None, size):
        raise BadInput(
            f"the shared subspace has the dimension {size:,}, not {dimension:,}",
            where="tune.method.dimension",
            remedy="leave dimension out",
        )
    return size, int(words["seed"]), bool(json.loads(words["structured"]))


def of_prompts(folders: Sequence[Path], dimension: int | None) -> tuple[Any, Any]:
    """(start, directions): those of one student of this kind, or learnt from several students' prompts.

    Without a ``dimension`` as many directions are learnt as the prompts span.

    Raises:
        BadInput: a folder holds no prompt, or they are too few or unlike.
    """
    if len(folders) == 1:
        tensors, words = delta.parts(_inside(folders[0]))
        if "start" not in tensors:
            raise BadInput(
                "one student's prompt spans no space to learn",
                where=f"{_WHERE}: {folders[0]}",
                remedy="name several students, or one of kind intrinsic with space: prompts",
            )
        directions = directions_of(tensors, words)
        if dimension not in (None, len(directions)):
            raise BadInput(
                f"the shared subspace has the dimension {len(directions)}, not {dimension}",
                where="tune.method.dimension",
                remedy="leave dimension out",
            )
        return tensors["start"], directions
    prompts = [_prompt(folder) for folder in folders]
    learnt = importlib.import_module("tutelage.tune.prompt_space").learnt_directions
    found: tuple[Any, Any] = learnt(prompts, dimension or len(prompts) - 1)
    return found


def random_directions(dimension: int, start: Any, seed: int) -> Any:
    """Random directions (d, tokens · width), in which a code of one moves by one deviation of ``start``."""
    prompt_space = importlib.import_module("tutelage.tune.prompt_space")
    return prompt_space.random_directions(dimension, start.numel(), seed) * start.std()


def directions_of(tensors: Mapping[str, Any], words: Mapping[str, str]) -> Any:
    """The directions of a saved student of kind intrinsic: written where learnt, drawn again where random."""
    if "directions" in tensors:
        return tensors["directions"]
    return random_directions(len(tensors["code"]), tensors["start"], int(words["seed"]))


def _prompt(folder: Path) -> Any:
    """The soft prompt, (tokens, width), of a student of kind prompt, ptuning or intrinsic."""
    inside = _inside(folder)
    if (inside / _PEFT).is_file():
        tensors = libraries.safetensors_torch().load_file(str(inside / _PEFT))
        if "prompt_embeddings" in tensors:
            return tensors["prompt_embeddings"]
    elif (inside / delta.NAME).is_file():
        tensors, words = delta.parts(inside)
        if "start" in tensors:
            moved = tensors["code"] @ directions_of(tensors, words)
            return tensors["start"] + moved.view_as(tensors["start"])
    raise BadInput(
        "the student holds no soft prompt",
        where=f"{_WHERE}: {folder}",
        remedy="name students that were tuned with prompt, ptuning, or intrinsic with space: prompts",
    )


def _inside(folder: Path) -> Path:
    """Where the student's own weights lie: in ``delta`` of a student's folder, or the folder itself."""
    return folder / "delta" if (folder / "delta").is_dir() else folder
