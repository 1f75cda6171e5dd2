"""``tutelage serve`` as a process: it says where it is, answers, and ends at a signal."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tutelage.cli.main import run

CODE = """
import sys
from tutelage.cli import main, serve
from tutelage.teachers.scripted import Scripted
serve.local_teacher = lambda model, **rest: Scripted(default="Hello from {{ text }}.")
sys.exit(main.run(sys.argv[1:]))
"""


def test_it_serves_until_it_is_told_to_end() -> None:
    command = [sys.executable, "-c", CODE, "serve", "any", "--port", "0", "--name", "me", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        told = json.loads(process.stdout.readline())
        assert told["url"].startswith("http://127.0.0.1:")
        assert told["models"][0] == "me"
        body = {"model": "me", "messages": [{"role": "user", "content": "here"}]}
        request = urllib.request.Request(
            f"{told['url']}/chat/completions",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as response:
            assert json.load(response)["choices"][0]["message"]["content"] == "Hello from here."
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["smollm2", "--host", "0.0.0.0"], "there is no key"),
        (["smollm2", "--key-env", "NO_SUCH_VARIABLE"], "holds no key"),
        (["smollm2", "--key-env", "sk-abc"], "must be the name of an environment variable"),
        (["no-such-model"], "there is no model"),
        (["smollm2", "--port", "70000"], "is not in the range"),
        (["r.yaml"], "there is no model"),
    ],
)
def test_bad_input(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert run(["serve", *arguments]) == 2
    err = capsys.readouterr().err
    assert told in err
    assert "sk-abc" not in err
