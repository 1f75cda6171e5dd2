"""TensorBoard, W&B and trackio, where a recipe names them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from tutelage.errors import BadInput

PACKAGES = {"tensorboard": ("tensorboard", "tensorboardX"), "wandb": ("wandb",), "trackio": ("trackio",)}


def check(report_to: Sequence[str]) -> None:
    """See that everything named in ``report_to`` is installed.

    Raises:
        BadInput: one is not; names the command that installs it.
    """
    for name in report_to:
        if not any(find_spec(package) for package in PACKAGES[name]):
            raise BadInput(
                f"training is to report to '{name}', which is not installed",
                where=f"tune.report_to {name}",
                remedy=f"pip install {PACKAGES[name][0]}, or leave report_to empty: "
                "curve.jsonl and curve.svg are written anyway",
            )
