"""Several processes for one tuning, through accelerate's launcher: its configuration, and the command.

Graphics cards share the weights of a fully tuned model (FSDP), because those, their gradients and the
optimizer's state are what does not fit one card. Methods that train little keep a whole model on every card.
On processors the processes share the rows alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from tutelage.errors import BadInput, TutelageError
from tutelage.models import libraries
from tutelage.tune.settings import TuneSettings

Device = Literal["auto", "cuda", "cpu"]
CONFIG = "accelerate.yaml"
_ENDING = 60.0  # seconds that the processes have to write a checkpoint after Ctrl-C


@dataclass(frozen=True, slots=True)
class Launch:
    """What will run: the launcher's configuration, where it is written, the command, and its variables."""

    config: Mapping[str, Any]
    file: Path
    command: tuple[str, ...]
    environment: Mapping[str, str]

    def config_text(self) -> str:
        """The configuration as the launcher reads it."""
        return yaml.safe_dump(dict(self.config), sort_keys=False)


def plan_launch(
    settings: TuneSettings, processes: int, arguments: Sequence[str], out: Path, *, device: Device = "auto"
) -> Launch:
    """The launch of ``tutelage tune`` with ``arguments`` in so many processes; nothing is written or begun.

    Raises:
        BadInput: there are fewer cards than processes, or the method cannot be shared among them.
        MissingExtra: torch is not installed, and ``device`` is ``auto``.
    """
    if settings.batch % processes:
        raise BadInput(
            f"a batch of {settings.batch} examples cannot be shared evenly by {processes} processes",
            where=f"--launch {processes}",
            remedy=f"set tune.batch to a multiple of {processes}",
        )
    chosen = _device(processes) if device == "auto" else device
    tuning = settings.tuning
    if not getattr(tuning, "accumulates", True):
        raise BadInput(
            f"'{tuning.kind}' updates each weight before several processes could agree on its gradient",
            where="tune.method",
            remedy="tune with full: FSDP shares its memory among the cards",
        )
    sharded = chosen == "cuda" and tuning.whole
    config = _config(processes, chosen, sharded, settings.dtype)
    command = (
        *(sys.executable, "-m", "accelerate.commands.launch", "--config_file", str(out / CONFIG)),
        *("--num_cpu_threads_per_process", str(settings.threads)),
        *("-m", "tutelage", "tune", *arguments),
    )
    environment = {"ACCELERATE_USE_CPU": "true", "CUDA_VISIBLE_DEVICES": ""} if chosen == "cpu" else {}
    return Launch(config, out / CONFIG, command, environment)


def launch(plan: Launch) -> int:
    """Write the configuration and run the command; its exit code.

    Raises:
        TutelageError: the configuration cannot be written.
    """
    try:
        plan.file.parent.mkdir(parents=True, exist_ok=True)
        plan.file.write_text(plan.config_text(), "utf-8")
    except OSError as error:
        raise TutelageError(
            f"the launcher's configuration cannot be written: {error.strerror or error}",
            where=str(plan.file),
            remedy="name another folder with --out",
        ) from error
    with subprocess.Popen(plan.command, env={**os.environ, **plan.environment}) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # The terminal has told the processes too; they write a checkpoint and end.
            try:
                process.wait(_ENDING)
            except subprocess.TimeoutExpired:
                process.kill()
            raise


def is_first() -> bool:
    """Whether this process is the one that speaks, of all that a launcher has begun."""
    return os.environ.get("RANK", "0") == "0"


def is_launched() -> bool:
    """Whether a launcher has begun this process, as one of several."""
    return os.environ.get("WORLD_SIZE", "1") != "1"


def _device(processes: int) -> Literal["cuda", "cpu"]:
    torch = libraries.torch()
    cards = int(torch.cuda.device_count())
    if not cards:
        return "cpu"
    if cards < processes:
        raise BadInput(
            f"{processes} processes need as many cards, and there are {cards}",
            where=f"--launch {processes}",
            remedy=f"--launch {cards}, or --device cpu",
        )
    return "cuda"


def _config(processes: int, device: str, sharded: bool, dtype: str) -> dict[str, Any]:
    """The fields of accelerate's ClusterConfig (1.15).

    The launcher's own kind for processors goes through MPI, so they too are begun as its several cards; the
    environment then tells each process to use none.
    """
    precision = "no" if device == "cpu" or dtype == "float32" else "bf16"
    config: dict[str, Any] = {
        "compute_environment": "LOCAL_MACHINE",
        "distributed_type": "FSDP" if sharded else "MULTI_GPU",
        "num_machines": 1,
        "num_processes": processes,
        "machine_rank": 0,
        "main_training_function": "main",
        "mixed_precision": precision,
        "use_cpu": False,
    }
    if sharded:
        config["fsdp_config"] = {
            "fsdp_version": 2,
            "fsdp_auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
            "fsdp_reshard_after_forward": True,
            "fsdp_state_dict_type": "FULL_STATE_DICT",
            "fsdp_cpu_ram_efficient_loading": True,
            "fsdp_offload_params": False,
            "fsdp_activation_checkpointing": False,
        }
    return config
