"""Several processes: what is written for accelerate, what accelerate makes of it, and which are refused."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from accelerate.commands.config.config_args import load_config_from_file
from accelerate.commands.launch import _validate_launch_command, launch_command_parser

from tutelage.errors import BadInput
from tutelage.runs.launching import Launch, is_first, is_launched, launch, plan_launch
from tutelage.tune.settings import TuneSettings

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
ARGUMENTS = ("--data", "a file.jsonl", "--out", "s", "--set", "lora.rank=8", "--json")


def settings_of(method: str, **rest: Any) -> TuneSettings:
    return TuneSettings.model_validate({"method": method, **rest})


@pytest.mark.parametrize(
    ("method", "device", "kind"),
    [("full", "cuda", "FSDP"), ("lora", "cuda", "MULTI_GPU"), ("full", "cpu", "MULTI_GPU")],
)
def test_accelerate_reads_what_is_written(tmp_path: Path, method: str, device: Any, kind: str) -> None:
    plan = plan_launch(settings_of(method, threads=2), 4, ARGUMENTS, tmp_path, device=device)
    plan.file.write_text(plan.config_text())
    config = load_config_from_file(str(plan.file))
    assert (config.distributed_type.value, config.num_processes, config.use_cpu) == (kind, 4, False)
    assert config.mixed_precision == ("bf16" if device == "cuda" else "no")
    parsed = launch_command_parser().parse_args(plan.command[3:])
    assert parsed.module
    assert parsed.training_script == "tutelage"
    assert tuple(parsed.training_script_args) == ("tune", *ARGUMENTS)
    checked, _, _ = _validate_launch_command(parsed)
    assert (checked.use_fsdp, checked.num_cpu_threads_per_process) == (kind == "FSDP", 2)
    if kind == "FSDP":
        assert (checked.fsdp_version, checked.fsdp_state_dict_type) == (2, "FULL_STATE_DICT")
    assert (plan.environment == {}) == (device == "cuda")


def test_what_several_processes_cannot_do_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be shared evenly by 3"):
        plan_launch(settings_of("lora", batch=16), 3, (), tmp_path, device="cpu")
    with pytest.raises(BadInput, match="low-memory"):
        plan_launch(settings_of("low-memory"), 2, (), tmp_path, device="cuda")


def test_the_number_of_cards_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert plan_launch(settings_of("full"), 2, (), tmp_path).config["distributed_type"] == "FSDP"
    with pytest.raises(BadInput, match="there are 2"):
        plan_launch(settings_of("full"), 4, (), tmp_path)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert plan_launch(settings_of("full"), 4, (), tmp_path).environment["ACCELERATE_USE_CPU"] == "true"


def test_the_command_is_run_with_its_file_and_variables(tmp_path: Path) -> None:
    code = "import os, sys; sys.exit(7 if os.environ['MARK'] == 'yes' and open(sys.argv[1]).read() else 1)"
    file = tmp_path / "new" / "accelerate.yaml"
    plan = Launch({"num_processes": 2}, file, (sys.executable, "-c", code, str(file)), {"MARK": "yes"})
    assert launch(plan) == 7
    assert yaml.safe_load(file.read_text()) == {"num_processes": 2}


def test_one_process_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RANK", raising=False)
    assert is_first()
    assert not is_launched()
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert not is_first()
    assert is_launched()
