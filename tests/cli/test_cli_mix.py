"""What the verb takes and prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutelage.cli.main import run


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """Two files of 30 and 5 rows, of which 20 are wanted."""
    files = []
    for name, size in (("a", 30), ("b", 5)):
        path = tmp_path / f"{name}.json"
        rows = [{"instruction": f"{name} {number}", "output": "x"} for number in range(size)]
        path.write_text(json.dumps(rows), encoding="utf-8")
        files.append(str(path))
    return ["mix", *files, "--total", "20", "--out", str(tmp_path / "out.json")]


@pytest.mark.parametrize(
    ("more", "obtained", "requested"),
    [
        (["--cap", "5"], [15, 5], [10, 10]),
        (["--weights", "1,1", "--when-exhausted", "stop"], [6, 5], [10, 10]),
        (["--weights", "1,1", "--when-exhausted", "repeat"], [10, 10], [10, 10]),
        (["--temperature", "1e9", "--seed", "3"], [15, 5], [10, 10]),
    ],
)
def test_the_verb(
    command: list[str],
    more: list[str],
    obtained: list[int],
    requested: list[int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = 0 if sum(obtained) == 20 else 3
    assert run([*command, *more, "--json"]) == code
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [each["obtained"] for each in told["sources"]] == obtained
    assert [each["requested"] for each in told["sources"]] == requested
    assert told["mixed"] == sum(obtained)
    assert run([*command, *more]) == code
    said = capsys.readouterr().out
    assert f"mixed {sum(obtained)} of 20 wanted rows" in said
    assert "requested\tobtained" in said


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--weights", "1,b"], "weights are numbers"),
        (["--weights", "1"], "1 weights for 2 sources"),
        (["--temperature", "0"], "temperature must be above 0"),
        (["--scale", "1e308"], "at most 1e+12, but it is 1e+308"),
        (["--total", "0"], "total must be 1 or more"),
        (["--when-exhausted", "weep"], "weep"),
        (["--split-by", "fil"], "no row has 'fil'"),
    ],
)
def test_wrong_options_are_refused(
    command: list[str], more: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, *more]) == 2
    assert words in capsys.readouterr().err
    assert not Path(command[-1]).exists()
