"""The export folder: every view of a dataset, its provenance, what was rejected, and its card.

    prompt-completion.jsonl  messages.jsonl  alpaca.jsonl  sharegpt.jsonl      (or .json, .parquet)
    llava.jsonl                                                                where it is asked for
    dataset_info.json   axolotl.yaml                                           for the trainers
    provenance.jsonl    rejected.jsonl       README.md   report.json           for people

Equal examples give equal bytes, and nothing is timed. The folder is written beside its place and then
swapped in, so an interrupted export leaves the one before it as it was.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from tutelage.export.card import LICENCE_FILE, card, card_head, card_title, licence_note
from tutelage.export.consumers import axolotl, llama_factory
from tutelage.export.containers import CONTAINERS, Container, Sink, broken, open_sink, to_disk
from tutelage.export.formats import FORMATS, Row, format_named, objection
from tutelage.export.settings import DatasetFacts, ExportSettings
from tutelage.export.swap import replacing_file, replacing_folder
from tutelage.export.tally import Tally
from tutelage.records import Example, Rejection, canonical, conversation

PROVENANCE = "provenance.jsonl"
REJECTED = "rejected.jsonl"
REPORT = "report.json"
OUR_NAMES = frozenset(
    {
        *(f"{name}.{container}" for name in FORMATS for container in CONTAINERS),
        *("dataset_info.json", "axolotl.yaml", PROVENANCE, REJECTED, REPORT, "README.md", LICENCE_FILE),
    }
)
"""Every file name that an export may write. What else lies in an export folder is left there."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote. ``rows`` counts by format.

    ``left_out`` are examples that none of the formats can carry (they are in ``rejected.jsonl`` too, where
    one is written); ``refused`` counts, by format, those that only others could. ``repaired`` are those with
    broken Unicode.
    """

    out: Path
    files: tuple[str, ...]
    examples: int
    rows: dict[str, int]
    left_out: tuple[Rejection, ...] = ()
    repaired: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)


def write_dataset(
    folder: Path,
    examples: Iterable[Example],
    rejections: Iterable[Rejection],
    facts: DatasetFacts,
    settings: ExportSettings,
) -> Exported:
    """Make ``folder`` the export of ``examples``, in their order; both iterables are read once.

    An example that none of the formats can carry goes to ``rejected.jsonl`` (``export:turns``,
    ``export:images``).

    Raises:
        BadInput: the folder cannot be made there.
        MissingExtra: parquet was asked for and pyarrow is absent.
        StoreFailed: the disk is full or fails; an earlier export is unharmed.
    """
    tally = Tally(files={name: f"{name}.{settings.container}" for name in settings.formats})
    with replacing_folder(folder, OUR_NAMES.__contains__) as new:
        left_out = _write_examples(new, examples, tally, settings.container)
        with closing(open_sink(new / REJECTED, "jsonl", {})) as sink:
            for rejection in _counted(chain(rejections, left_out), tally):
                sink.write(_rejected_row(rejection))
        _write_texts(new, facts, settings, tally)
        files = tuple(sorted(path.name for path in new.iterdir()))
    counted = (tally.examples, dict(tally.rows), tuple(left_out), tally.repaired, dict(tally.refused))
    return Exported(folder, files, *counted)


def _write_examples(
    folder: Path, examples: Iterable[Example], tally: Tally, container: Container
) -> list[Rejection]:
    """All data files and the provenance in one pass; returns what could not be carried."""
    left_out: list[Rejection] = []
    with ExitStack() as open_files:
        sinks: dict[str, Sink] = {}
        for name, file in tally.files.items():
            sink = open_sink(folder / file, container, FORMATS[name].columns)
            sinks[name] = open_files.enter_context(closing(sink))
        provenance = open_files.enter_context(closing(open_sink(folder / PROVENANCE, "jsonl", {})))
        for example in examples:
            refusal = _refusal(example, sinks)
            if refusal is not None:
                left_out.append(refusal)
                continue
            tally.add(example)
            provenance.write(_provenance_row(example))
            for name, sink in sinks.items():
                if FORMATS[name].objection(example):
                    tally.refused[name] += 1
                else:
                    tally.rows[name] += _write_rows(sink, FORMATS[name].rows(example))
    return left_out


def _write_rows(sink: Sink, rows: list[Row]) -> int:
    for row in rows:
        sink.write(row)
    return len(rows)


def _refusal(example: Example, formats: Iterable[str]) -> Rejection | None:
    reason = objection(example, formats)
    if reason is None:
        return None
    code, detail = reason
    return Rejection(
        reason=f"export:{code}",
        text=conversation(example.messages),
        detail=detail,
        item=example.item,
        example=example.id,
    )


def _counted(rejections: Iterable[Rejection], tally: Tally) -> Iterable[Rejection]:
    for rejection in rejections:
        tally.reject(rejection)
        yield rejection


def _provenance_row(example: Example) -> Row:
    """Cell and lineage differ from row to row, so both are one JSON string: a column of one type."""
    return {
        "id": example.id,
        "cell": canonical(dict(example.cell)),
        "method": example.method,
        "item": example.item,
        "teacher": example.teacher,
        "licence": example.licence,
        "finish": example.finish,
        "lineage": canonical(dict(example.lineage)),
    }


def _rejected_row(rejection: Rejection) -> Row:
    score = rejection.score
    return {
        "reason": rejection.reason,
        "detail": rejection.detail,
        "score": score if score is not None and math.isfinite(score) else None,
        "text": rejection.text,
        "item": rejection.item,
        "example": rejection.example,
    }


def _write_texts(folder: Path, facts: DatasetFacts, settings: ExportSettings, tally: Tally) -> None:
    title = card_title(facts, settings)
    texts = {
        "dataset_info.json": llama_factory(title, tally.files),
        "axolotl.yaml": axolotl(tally.files),
        "README.md": card(facts, settings, tally),
        REPORT: json.dumps(facts.report, ensure_ascii=False, indent=1) + "\n" if facts.report else "",
    }
    if "license_link" in card_head(facts, settings, tally):
        texts[LICENCE_FILE] = licence_note(facts, settings, tally)
    for name, text in texts.items():
        if text:
            file = (folder / name).open("w", encoding="utf-8", newline="\n")
            file.write(text)
            to_disk(file)


def write_format(path: Path, examples: Iterable[Example], format: str, container: Container) -> Exported:
    """Write ``examples`` as one file in one format, which replaces ``path`` when it is complete.

    Raises:
        BadInput: there is no such format, or the file cannot be made there.
        MissingExtra: parquet was asked for and pyarrow is absent.
        StoreFailed: the disk is full or fails; an earlier file is unharmed.
    """
    layout = format_named(format)
    left_out: list[Rejection] = []
    count = rows = repaired = 0
    with replacing_file(path) as new, closing(open_sink(new, container, layout.columns)) as sink:
        for example in examples:
            refusal = _refusal(example, [format])
            if refusal is not None:
                left_out.append(refusal)
                continue
            count += 1
            repaired += any(broken(message.content) for message in example.messages)
            rows += _write_rows(sink, layout.rows(example))
    return Exported(path, (path.name,), count, {format: rows}, tuple(left_out), repaired)
