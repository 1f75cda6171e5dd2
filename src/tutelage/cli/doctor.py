"""``tutelage doctor``: what is installed, what is missing, and whether a recipe's models answer."""

from __future__ import annotations

import asyncio
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from tutelage import __version__
from tutelage.asking import Abilities
from tutelage.cli.terminal import emit, json_option, set_option
from tutelage.cli.validate import missing_keys
from tutelage.models import libraries, precision
from tutelage.models.embedded import cache_folder
from tutelage.recipe import Recipe, load
from tutelage.runs.checkup import checkups
from tutelage.teachers.doctor import Checkup

# What tells that an extra is there: the module that its packages are installed for.
EXTRAS = {
    "local": "xllamacpp",
    "fast": "rapidfuzz",
    "analysis": "spacy",
    "tune": "trl",
    "qlora": "bitsandbytes",
    "evaluate": "numpy",
    "big": "duckdb",
    "scale": "ray",
}
PARTS = ("aiohttp", "click", "jinja2", "pydantic", "pyyaml", "regex", "rich")
TRAINERS = ("torch", "transformers", "trl", "peft", "accelerate", "datasets", "gguf", "bitsandbytes")
SCARCE = 1024**3  # bytes


@click.command("doctor")
@click.argument("recipe", type=click.Path(path_type=Path), required=False)
@set_option
@json_option
def command(recipe: Path | None, sets: tuple[str, ...], as_json: bool) -> int:
    """What is installed; with a RECIPE, whether its models answer and what they can really do.

    The trial takes a handful of small calls for each model. Exit code 1: a model does not do what is needed.
    """
    found: dict[str, Any] = _installation()
    ready = load(recipe, sets) if recipe else None
    examined = asyncio.run(checkups(ready)) if ready else {}
    if ready:
        found["roles"] = {role: _plain(each, ready, role) for role, each in examined.items()}
        found["warnings"] = missing_keys(ready)
    well = all(not role["faults"] for role in found.get("roles", {}).values())
    if as_json:
        emit({**found, "well": well})
    else:
        _show(found)
    return 0 if well else 1


def _installation() -> dict[str, Any]:
    disk = shutil.disk_usage(Path.cwd())
    return {
        "tutelage": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "parts": {name: _version(name) for name in PARTS},
        "extras": {name: find_spec(module) is not None for name, module in EXTRAS.items()},
        "disk_free": disk.free,
        "model_cache": str(cache_folder()),
        "tuning": _tuning(),
    }


def _tuning() -> dict[str, Any]:
    """What trains a student here; nothing without torch, whose import is the slow part."""
    if find_spec("torch") is None:
        return {}
    torch = libraries.torch()
    return {
        "versions": {name: _version(name) for name in TRAINERS},
        "device": precision.device(),
        "cards": int(torch.cuda.device_count()),
        "bfloat16": precision.has_bfloat16(),
        "reads_gguf": find_spec("gguf") is not None,
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _plain(checkup: Checkup, recipe: Recipe, role: str) -> dict[str, Any]:
    declared = getattr(recipe, role).abilities
    faults = [] if checkup.reachable and checkup.found.chat else [checkup.error]
    if role == "teacher" and not faults:
        needs = recipe.needs
        faults = [
            f"{need} is needed: {checkup.why_not.get(need, '')}"
            for need in needs
            if not getattr(checkup.found, need)
        ]
    return {
        "name": checkup.name,
        "reachable": checkup.reachable,
        "latency_s": checkup.latency_s,
        "context": checkup.context,
        "abilities": {name: getattr(checkup.found, name) for name in ABILITIES},
        "why_not": dict(checkup.why_not),
        "details": dict(checkup.details),
        "sample": checkup.sample,
        "surprises": _surprises(checkup, declared) if not faults else [],
        "faults": faults,
        "remedy": checkup.remedy,
    }


def _surprises(checkup: Checkup, declared: Abilities) -> list[str]:
    """Abilities that a run would count on and that are not there."""
    lacking = [name for name in ABILITIES if getattr(declared, name) and not getattr(checkup.found, name)]
    return [f"{name} is expected but does not work: {checkup.why_not.get(name, '')}" for name in lacking]


ABILITIES = ("chat", "raw", "score", "logprobs", "schema", "images")


def _show(found: dict[str, Any]) -> None:
    click.echo(f"tutelage {found['tutelage']} on Python {found['python']}, {found['platform']}")
    click.echo("  " + ", ".join(f"{name} {number or 'missing'}" for name, number in found["parts"].items()))
    click.echo("extras")
    for name, there in found["extras"].items():
        click.echo(f"  {name:<10} {'installed' if there else _absent(name)}")
    low = "  (scarce)" if found["disk_free"] < SCARCE else ""
    click.echo(f"disk: {found['disk_free'] / 1024**3:.1f} GiB free here{low}")
    click.echo(f"models are kept in {found['model_cache']}")
    if tuning := found["tuning"]:
        _show_tuning(tuning)
    for warning in found.get("warnings", ()):
        click.echo(f"warning: {warning}")
    for role, each in found.get("roles", {}).items():
        _show_role(role, each)


def _show_tuning(tuning: dict[str, Any]) -> None:
    there = ", ".join(f"{name} {number or 'missing'}" for name, number in tuning["versions"].items())
    cards = f"{tuning['cards']} graphics cards" if tuning["cards"] else "no graphics card"
    numbers = "bfloat16" if tuning["bfloat16"] else "float32: bfloat16 would be emulated"
    click.echo(f"tuning\n  {there}\n  on {tuning['device']} ({cards}), trains in {numbers}")
    reads = "reads GGUF files" if tuning["reads_gguf"] else "reads no GGUF files (the package gguf is absent)"
    click.echo(f"  {reads}; writes them with a converter that is fetched when it is first needed")


def _absent(extra: str) -> str:
    return f'absent: pip install "tutelage[{extra}]"'


def _show_role(role: str, each: dict[str, Any]) -> None:
    latency = f", first answer after {each['latency_s']:.2f} s" if each["latency_s"] is not None else ""
    context = f", context {each['context']} tokens" if each["context"] else ""
    click.echo(f"{role}: {each['name']}{latency}{context}")
    if each["reachable"]:
        words = ", ".join(f"{name} {'yes' if can else 'no'}" for name, can in each["abilities"].items())
        click.echo(f"  can: {words}")
    for name, value in each["details"].items():
        click.echo(f"  {name}: {value}")
    if each["sample"]:
        click.echo(f"  it said: {each['sample']}")
    for surprise in each["surprises"]:
        click.echo(f"  note: {surprise}")
    for fault in each["faults"]:
        click.echo(f"  fault: {fault}\n  to do: {each['remedy'] or 'bind another model to this role'}")
