"""House rules that a machine can check."""

from __future__ import annotations

import ast
import json
import os
import re
import resource
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import tutelage

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "tutelage"
MODULES = sorted(SOURCE.rglob("*.py"))
PYTHON = [*MODULES, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "benchmarks").rglob("*.py"))]
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
BANNED = {
    "util", "utils", "helper", "helpers", "common", "misc", "core", "manager", "handler", "handlers",
    "processor", "factory", "service", "base", "engine", "controller", "facade", "impl",
}  # fmt: skip
HEAVY = ("pydantic", "aiohttp", "yaml", "rich", "jinja2", "torch", "numpy", "sqlite3", "asyncio", "regex")
# Modules without a law of their own: contracts and packages, which others' tests exercise.
WITHOUT_TEST = {
    "__main__.py", "methods/method.py", "filters/filter.py", "teachers/teacher.py", "select/selector.py",
    "tune/tuning.py", "evaluate/bench.py",
}  # fmt: skip
KINDS = {
    "methods": "methods", "filters": "filters", "teachers": "teachers", "selectors": "select",
    "tuning": "tune", "benches": "evaluate",
}  # fmt: skip
CONTRACTS = {"benches": "Bench", "tuning": "Tuning"}


def name_of(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def entry_points() -> dict[str, dict[str, str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    groups: dict[str, dict[str, str]] = project["entry-points"]
    return {group.removeprefix("tutelage."): points for group, points in groups.items()}


def shipped() -> list[tuple[str, str, str]]:
    return [
        (group, name, where) for group, points in entry_points().items() for name, where in points.items()
    ]


def test_no_file_and_no_function_is_too_long() -> None:
    long = []
    for path in PYTHON:
        text = path.read_text("utf-8")
        if len(text.splitlines()) > LONGEST_FILE:
            long.append(f"{path.relative_to(ROOT)}: {len(text.splitlines())} lines")
        for function in functions(ast.parse(text)):
            length = (function.end_lineno or 0) - function.lineno + 1
            if length > LONGEST_FUNCTION:
                long.append(f"{path.relative_to(ROOT)}: {function.name} has {length} lines")
    assert not long


def test_no_module_has_a_name_that_says_nothing() -> None:
    parts = {part for path in MODULES for part in path.relative_to(SOURCE).with_suffix("").parts}
    assert not parts & BANNED
    assert not {word for part in parts for word in part.split("_")} & BANNED


def test_every_module_has_a_test_at_the_mirrored_path() -> None:
    missing = []
    for path in MODULES:
        name = name_of(path)
        if path.name == "__init__.py" or name in WITHOUT_TEST:
            continue
        folder = ROOT / "tests" / path.relative_to(SOURCE).parent
        room = path.parent.name
        names = [
            f"test_{path.stem}.py",
            f"test_{room}_{path.stem}.py",
            f"test_{room.rstrip('s')}_{path.stem}.py",
        ]
        if not any((folder / each).is_file() for each in names):
            missing.append(name)
    assert not missing


def test_every_public_name_has_a_docstring() -> None:
    missing = []
    for path in MODULES:
        tree = ast.parse(path.read_text("utf-8"))
        if path.stat().st_size and path.name != "__init__.py" and not ast.get_docstring(tree):
            missing.append(name_of(path))
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        public = [each for each in classes if not each.name.startswith("_")]
        bodies = [*tree.body, *(node for each in public for node in each.body)]
        named = [each for each in bodies if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]
        for each in [*public, *named]:
            if not each.name.startswith("_") and not ast.get_docstring(each):
                missing.append(f"{name_of(path)}: {each.name}")
    assert not missing


SILENCED = re.compile(r"#\s*(?:noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|type:\s*ignore\[[\w, -]+\])(.*)$")


def test_every_silenced_check_has_its_reason() -> None:
    """Behind it, or behind the one in the line above, which it shares."""
    bare = []
    for path in PYTHON:
        reason_above = False
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            found = SILENCED.search(line)
            has_reason = bool(found and re.search(r"[A-Za-z]{3}", found.group(1)))
            if found and not has_reason and not reason_above:
                bare.append(f"{path.relative_to(ROOT)}:{number}")
            reason_above = has_reason or bool(found and reason_above)
    assert not bare


@pytest.mark.parametrize(("group", "name", "where"), shipped(), ids=lambda value: str(value))
def test_every_kind_has_a_class_a_page_and_a_test(group: str, name: str, where: str) -> None:
    module, _, cls = where.partition(":")
    path = ROOT / "src" / Path(*module.split(".")).with_suffix(".py")
    assert path.stem == name.replace("-", "_")
    assert f"class {cls}(" in path.read_text("utf-8")
    page = ROOT / "docs" / "kinds" / group / f"{name}.md"
    assert page.is_file(), f"{page.relative_to(ROOT)} is missing"
    tests = list((ROOT / "tests" / KINDS[group]).glob(f"test*_{path.stem}.py"))
    assert tests, f"no test of the {group.rstrip('s')} {name}"


def test_every_class_of_a_kind_has_its_entry_point() -> None:
    known = {where for _, _, where in shipped()}
    for group, room in KINDS.items():
        contracts = "|".join([CONTRACTS.get(group, group.rstrip("s").title()), "Prompted"])
        for path in (SOURCE / room).glob("*.py"):
            text = path.read_text("utf-8")
            for found in re.findall(rf"^class ([A-Z]\w*)\((?:{contracts})\):", text, re.MULTILINE):
                assert f"tutelage.{room}.{path.stem}:{found}" in known


def test_the_public_names_are_sorted_complete_and_there() -> None:
    assert tutelage.__all__ == sorted(tutelage.__all__)
    tree = ast.parse((SOURCE / "__init__.py").read_text("utf-8"))
    typed = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.If)
        for each in node.body
        if isinstance(each, ast.ImportFrom)
        for alias in each.names
    }
    assert typed == set(tutelage.__all__)
    for name in tutelage.__all__:
        assert getattr(tutelage, name) is not None


def run_python(code: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment, timeout=60
    )
    return done.stdout


def test_help_and_import_load_nothing_heavy() -> None:
    code = (
        "import sys, json, io, contextlib\n"
        "import tutelage\n"
        "from tutelage.cli.main import run\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    code = run(['--help'])\n"
        "print(json.dumps([code, sorted(sys.modules)]))"
    )
    status, modules = json.loads(run_python(code))
    assert status == 0
    assert not set(HEAVY) & set(modules)


def test_help_answers_at_once() -> None:
    """At most 0.2 s of CPU, the interpreter included: the best of three, on a machine that may be busy."""

    def spent() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run_python("from tutelage.cli.main import run; run(['--help'])")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    assert min(spent() for _ in range(3)) <= 0.2


def test_the_readme_shows_every_verb_and_both_commands() -> None:
    from tutelage.cli.main import VERBS

    text = (ROOT / "README.md").read_text("utf-8")
    for verb in VERBS:
        assert f"`tutelage {verb}" in text
    for command in ("quickstart", "tests"):
        shown = re.search(rf"<!-- command: {command} -->\n```\n(.*?)\n```", text, re.DOTALL)
        assert shown is not None
        assert "\n" not in shown.group(1)


def test_every_verb_has_its_file_and_every_file_its_verb() -> None:
    from tutelage.cli.main import VERBS

    shared = {"__init__", "main", "terminal", "display", "tune_display", "tune_settings"}
    verbs = {verb.replace("-", "_") for verb in VERBS}
    assert {path.stem for path in (SOURCE / "cli").glob("*.py")} - shared == verbs


def test_constraints_are_names_and_versions_alone() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.-]*==[0-9][\w.!]*", line) for line in pinned)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = [
        *project["dependencies"],
        *(each for extra in ("local", "dev", "big", "tune", "qlora", "evaluate") for each in extras[extra]),
    ]
    names = {re.split(r"[^A-Za-z0-9._-]", each)[0].lower().replace("_", "-") for each in asked}
    assert names - {"tutelage"} <= {line.split("==")[0] for line in pinned}
