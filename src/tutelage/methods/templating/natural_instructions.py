"""Super-NaturalInstructions (Wang et al. 2022, arXiv:2204.07705): one JSON file a task.

{"Definition": ["…"], "Positive Examples": [{"input", "output"}, …],
 "Instances": [{"input": "…", "output": ["…", …]}, …], "Instance License": ["…"]}
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput
from tutelage.records import UNKNOWN_LICENCE
from tutelage.rows import Row


@dataclass(frozen=True)
class Task:
    """A task: what to do, examples that show it, and its instances as they stand in the file."""

    path: Path
    definition: str
    examples: tuple[dict[str, str], ...]
    instances: list[Any]
    licence: str

    def rows(self, shots: int) -> Iterator[Row]:
        """One row an instance: ``definition``, ``input``, ``outputs``, and up to ``shots`` ``examples``,
        none of them the instance itself.

        Raises:
            BadInput: an instance without input or output.
        """
        for number, instance in enumerate(self.instances, start=1):
            place = f"{self.path}:instance {number}"
            given, outputs = _instance(instance, place)
            others = [each for each in self.examples if each["input"].strip() != given.strip()]
            row = {"definition": self.definition, "input": given, "outputs": outputs}
            yield Row(place, {**row, "examples": others[:shots]})


def read_task(path: Path) -> Task:
    """The task in a file.

    Raises:
        BadInput: it cannot be read, or is none.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:  # a wrong encoding and broken JSON are both a ValueError
        raise BadInput(
            f"the file cannot be read as a task: {error}",
            where=str(path),
            remedy="for a table of rows say by which templates: family=… or templates_file=…",
        ) from error
    definition = _text(data.get("Definition")) if isinstance(data, dict) else ""
    instances = data.get("Instances") if isinstance(data, dict) else None
    if not definition or not isinstance(instances, list) or not instances:
        raise BadInput(
            "this is no task of Super-NaturalInstructions: it needs 'Definition' and 'Instances'",
            where=str(path),
            remedy="for a table of rows say by which templates: family=… or templates_file=…",
        )
    shown = data.get("Positive Examples")
    examples = [
        {"input": _text(each.get("input")), "output": _text(each.get("output"))}
        for each in (shown if isinstance(shown, list) else ())
        if isinstance(each, dict)
    ]
    licences = data.get("Instance License")
    licence = licences[0] if isinstance(licences, list) and licences else licences
    good = tuple(each for each in examples if each["input"] and each["output"])
    return Task(path, definition, good, instances, str(licence or UNKNOWN_LICENCE))


def _text(value: Any) -> str:
    first = value[0] if isinstance(value, list) and value else value
    return first.strip() if isinstance(first, str) else ""


def _instance(instance: Any, place: str) -> tuple[str, list[str]]:
    given = instance.get("input") if isinstance(instance, dict) else None
    found = instance.get("output") if isinstance(instance, dict) else None
    outputs = [found] if isinstance(found, str) else found
    listed = isinstance(outputs, list) and all(isinstance(each, str) for each in outputs)
    if not isinstance(given, str) or not isinstance(outputs, list) or not listed:
        raise BadInput(
            "an instance needs 'input' (a text) and 'output' (a list of texts)", where=place, remedy="mend it"
        )
    return given, outputs
