"""The main job against a real server: llama.cpp's own, on loopback, with the embedded model."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "quickstart.yaml"
SERVER = """
import sys, time
import xllamacpp
params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.n_parallel, params.n_ctx, params.verbosity = 4, 16384, -1
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1  # two on busy cores are far slower
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
time.sleep(3600)
"""


@pytest.fixture
def server() -> Iterator[str]:
    pytest.importorskip("xllamacpp", reason="the extra 'local' is not installed")
    from tutelage.models.embedded import smollm2

    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(smollm2())],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.slow
def test_the_quickstart_runs_against_llama_cpps_own_server(server: str, tmp_path: Path):
    sets = ("teacher.kind=openai", f"teacher.base_url={server}/v1", "teacher.model=smollm2", "target=5")
    told = subprocess.run(
        [sys.executable, "-m", "tutelage", "run", str(EXAMPLE), "--out", str(tmp_path), "--json"]
        + [word for pair in sets for word in ("--set", pair)],
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert told.returncode == 0, told.stderr
    result = json.loads(told.stdout.splitlines()[-1])
    print(json.dumps(result))
    assert result["accepted"] == 5
    assert result["tokens"] > 0
