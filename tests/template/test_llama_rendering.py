"""llama.cpp writes the prompt that we write: its own engine renders the same Jinja."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from chat_templates import DATED, OPEN, STRICT, TWO_ENDS
from tutelage.records import Message
from tutelage.template.named import NAMES, named
from tutelage.template.probes import probes
from tutelage.template.reading import of_gguf
from tutelage.template.template import Template

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("TUTELAGE_SMOLLM2" not in os.environ, reason="set TUTELAGE_SMOLLM2 to the GGUF file"),
]
BOS, EOS = "<|im_start|>", "<|im_end|>"  # llama.cpp takes them from the model
SERVER = """
import sys, time
import xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.chat_template = sys.argv[1:]
params.use_jinja, params.n_ctx, params.verbosity, params.warmup, params.port = True, 256, -1, False, 0
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
time.sleep(600)
"""
TEMPLATES = {
    **{name: named(name, bos=BOS, eos=EOS) for name in NAMES},
    "dated": Template("dated", DATED, bos=BOS, eos=EOS),
    "strict": Template("strict", STRICT, bos=BOS, eos=EOS),
    "two ends": Template("two ends", TWO_ENDS, bos=BOS, eos=EOS),
    "open": Template("open", OPEN, bos=BOS, eos=EOS),
}


@contextmanager
def serving(source: str) -> Iterator[str]:
    pytest.importorskip("xllamacpp", reason="the extra 'local' is not installed")
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, os.environ["TUTELAGE_SMOLLM2"], source],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def applied(address: str, messages: Sequence[Message]) -> str:
    body = json.dumps({"messages": [message.as_dict() for message in messages]}).encode()
    request = urllib.request.Request(f"{address}/apply-template", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return str(json.load(response)["prompt"])


def test_the_models_own_template():
    own = of_gguf(os.environ["TUTELAGE_SMOLLM2"])
    assert own is not None
    with serving("") as address:
        for probe in probes(multi_turn=True):
            assert applied(address, probe[:-1]) == own.prompt(probe[:-1])


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template(name: str):
    template = TEMPLATES[name]
    with serving(template.source) as address:
        for probe in probes(multi_turn=True):
            if name != "strict" or probe[0].role != "system":
                assert applied(address, probe[:-1]) == template.prompt(probe[:-1])
