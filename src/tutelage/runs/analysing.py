"""Inputs side by side, measured, and the report that is written of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tutelage import __version__
from tutelage.analysis.page import figures_of, render_page
from tutelage.analysis.report import Analysis, analyse
from tutelage.analysis.settings import DEFAULTS, AnalysisSettings
from tutelage.errors import BadInput
from tutelage.runs.inputs import Progress, named, read_input
from tutelage.runs.pools import keep_apart
from tutelage.runs.wanted import read_wishes

REPORT, PAGE = "report.json", "report.html"


@dataclass(frozen=True)
class AnalysisResult:
    """The analyses in the order of the inputs, and the files written, where there is an ``out``."""

    analyses: tuple[Analysis, ...]
    out: Path | None = None
    files: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON-able: ``inputs`` is a list with an object for each input; where there is one input alone, its
        figures stand at the top too."""
        inputs = [analysis.as_dict() for analysis in self.analyses]
        return {
            **(inputs[0] if len(inputs) == 1 else {}),
            "inputs": inputs,
            "out": str(self.out) if self.out is not None else None,
            "files": list(self.files),
        }


def analyse_inputs(
    paths: Sequence[Path],
    out: Path | None = None,
    *,
    settings: AnalysisSettings = DEFAULTS,
    wanted: Path | None = None,
    losses: Mapping[str, float] | None = None,
    tell: Progress = lambda line: None,
) -> AnalysisResult:
    """Measure every input (a dataset file, a folder of them, or a run) and write the report to ``out``.

    ``wanted`` is a file of what should be covered, for all inputs; a run's own materials say it else.
    ``losses`` maps ids of examples to a student's loss. One input is held in memory at a time.

    Raises:
        BadInput: an input cannot be read, is given twice, or ``out`` is no folder.
    """
    if not paths:
        raise BadInput("there is nothing to analyse", remedy="name a dataset file or the folder of a run")
    if out is not None and out.exists() and not out.is_dir():
        raise BadInput(
            "the report is a folder, but this is a file", where=f"--out {out}", remedy="name a folder"
        )
    for written in [out / name for name in (REPORT, PAGE)] if out is not None else ():
        keep_apart(paths, written)
    asked = read_wishes(wanted) if wanted is not None else None
    analyses = []
    for name, path in named(paths).items():
        tell(f"{name}: reading")
        given = read_input(name, path, settings, tell)
        wishes = asked.over(given.wishes) if asked else given.wishes
        analyses.append(
            analyse(
                name,
                given.examples,
                run=given.run,
                settings=settings,
                source=given.source,
                wanted=wishes.names,
                levels=wishes.levels,
                losses=losses,
                tell=partial(_tell_part, tell, name),
            )
        )
    files = _write(out, analyses, paths) if out is not None else ()
    return AnalysisResult(tuple(analyses), out, files)


def _tell_part(tell: Progress, name: str, part: str) -> None:
    tell(f"{name}: {part}")


def _write(out: Path, analyses: Sequence[Analysis], inputs: Sequence[Path]) -> tuple[str, ...]:
    """Write the figures as JSON, the page, and the drawings of each input by its number; the names of the
    files.

    Raises:
        BadInput: one of them is an input.
    """
    texts = {REPORT: _json({"tutelage": __version__, "inputs": [each.as_dict() for each in analyses]})}
    texts[PAGE] = render_page(analyses)
    for number, analysis in enumerate(analyses, start=1):
        texts |= {f"{number}-{name}.svg": drawing for name, drawing in figures_of(analysis).items()}
    for name in texts:
        keep_apart(inputs, out / name)
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        fresh = out / f"{name}.new"
        fresh.write_text(text, encoding="utf-8", newline="\n")
        fresh.replace(out / name)
    return tuple(texts)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
