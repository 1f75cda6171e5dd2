"""The inputs of an analysis: dataset files, folders of such files, and runs, each read into bounded memory.

A row that is no example is counted with its place and reason; a file whose text is damaged is refused, for
nobody knows what its other rows are. Of an input with more rows than are held, a uniform sample is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tutelage.analysis.report import Refused, Source
from tutelage.analysis.settings import AnalysisSettings
from tutelage.analysis.yields import RunFacts
from tutelage.errors import BadInput
from tutelage.export.files import PROVENANCE
from tutelage.records import Example, Message
from tutelage.rows import ENDINGS, Naming, read_rows
from tutelage.runs.row_sample import RowSample
from tutelage.runs.run_facts import run_facts
from tutelage.runs.wanted import Wishes, wishes_of_run
from tutelage.store import reading
from tutelage.text import clean

RUN_FILE = "run.db"
QUOTED = 20  # refused rows that are told with place and reason
SPEAK_EVERY = 50_000  # rows between two reports of progress
_NO_ROWS_BY_ITSELF = ".txt"  # in a folder, a text file is a note to people rather than a dataset

Progress = Callable[[str], None]  # a line for the person who waits


@dataclass(frozen=True)
class Input:
    """One input as read: its examples, where they came from, and what only a run knows."""

    name: str
    examples: Sequence[Example]
    source: Source
    run: RunFacts | None = None
    wishes: Wishes = field(default_factory=Wishes)


def read_input(
    name: str, path: Path, settings: AnalysisSettings, tell: Progress = lambda line: None
) -> Input:
    """The file, folder or run at ``path``.

    Raises:
        BadInput: there is no such thing, a file is damaged, or no row is an example.
    """
    if path.is_dir() and (path / RUN_FILE).is_file():
        return _read_run(name, path, settings, tell)
    if path.is_dir():
        return _read_files(name, path, _files_of(path), "folder", settings, tell)
    return _read_files(name, path, [path], "file", settings, tell)


def named(paths: Sequence[Path]) -> dict[str, Path]:
    """A name for each input: the end of its path that tells it from the others.

    Raises:
        BadInput: one input is given twice.
    """
    whole = [path.resolve() for path in paths]
    for path, resolved in zip(paths, whole, strict=True):
        if whole.count(resolved) > 1:
            raise BadInput("this input is given twice", where=str(path), remedy="name every input once")
    names = {}
    for path, resolved in zip(paths, whole, strict=True):
        parts = resolved.parts
        length = next(
            n for n in range(1, len(parts) + 1) if sum(other.parts[-n:] == parts[-n:] for other in whole) == 1
        )
        names["/".join(parts[-length:])] = path
    return names


def _files_of(folder: Path) -> list[Path]:
    if (folder / PROVENANCE).is_file():
        raise BadInput(
            "this folder is an export, and its files hold the same examples several times",
            where=str(folder),
            remedy=f"name one file, for example {folder / 'messages.jsonl'}, or the run's folder",
        )
    endings = set(ENDINGS) - {_NO_ROWS_BY_ITSELF}
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in endings and path.is_file())
    if not files:
        raise BadInput(
            "the folder holds neither a run nor dataset files",
            where=str(folder),
            remedy=f"name a run's folder, or files that end in {', '.join(ENDINGS)}",
        )
    return files


def _read_run(name: str, folder: Path, settings: AnalysisSettings, tell: Progress) -> Input:
    reader = _Reader(name, settings, tell)
    for example in reading.kept_examples(folder):
        reader.take(example)
    wishes, problems = wishes_of_run(folder)
    source = reader.source(folder, "run", problems)
    return Input(name, reader.sample.taken(), source, run_facts(folder, settings.seed), wishes)


def _read_files(
    name: str, path: Path, files: Sequence[Path], kind: str, settings: AnalysisSettings, tell: Progress
) -> Input:
    reader = _Reader(name, settings, tell)
    notes = []
    for file in files:
        before = _size(file)
        reader.read(file, alone=kind == "file")
        if _size(file) != before:
            notes.append(f"{file} changed while it was read ({before:,} bytes before, {_size(file):,} after)")
    reader.check_any()
    return Input(name, reader.sample.taken(), reader.source(path, kind, notes))


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


class _Reader:
    """Takes the rows of one input in, with its counts."""

    def __init__(self, name: str, settings: AnalysisSettings, tell: Progress) -> None:
        self._name, self._tell = name, tell
        self._naming = Naming()
        self._refused: list[Refused] = []
        self._first_error: BadInput | None = None
        self._unreadable = self._repaired = 0
        self.sample: RowSample[Example] = RowSample(settings.sample, settings.characters, settings.seed)

    def read(self, file: Path, *, alone: bool) -> None:
        """The rows of ``file``; in a folder (not ``alone``) one that holds no rows is counted as refused."""
        before = self.sample.offered + self._unreadable
        try:
            for example in self._examples(file):
                self.take(example)
        except BadInput as error:
            if alone or self.sample.offered + self._unreadable > before:
                raise
            self._refuse(error, str(file))

    def take(self, example: Example) -> None:
        """One example, mended where it holds half a surrogate pair."""
        mended = _mended(example)
        self._repaired += mended is not example
        self.sample.offer(mended, sum(len(message.content) for message in mended.messages))
        if self.sample.offered % SPEAK_EVERY == 0:
            self._tell(f"{self._name}: {self.sample.offered:,} rows read")

    def check_any(self) -> None:
        """Refuse an input without any example: that is a file of another kind, not bad rows."""
        if not self.sample.offered and self._first_error is not None:
            raise self._first_error

    def source(self, path: Path, kind: str, notes: Sequence[str]) -> Source:
        """What was found."""
        return Source(
            path=str(path),
            kind=kind,
            examples=self.sample.offered,
            unreadable=self._unreadable,
            refused=tuple(self._refused),
            repaired=self._repaired,
            notes=tuple(notes),
        )

    def _examples(self, file: Path) -> Iterator[Example]:
        for row in read_rows(file):
            try:
                example = self._naming.example(row)
            except BadInput as error:
                self._refuse(error, row.place)
            else:
                yield example

    def _refuse(self, error: BadInput, place: str) -> None:
        self._unreadable += 1
        self._first_error = self._first_error or error
        if len(self._refused) < QUOTED:
            self._refused.append(Refused(clean(error.where or place), clean(error.what)))


def _mended(example: Example) -> Example:
    """``example`` with U+FFFD for each half of a surrogate pair; the very same object where there is none."""
    texts = [example.instruction, example.input, example.id, *example.cell, *example.cell.values()]
    texts += [message.content for message in example.messages]
    if all(clean(text) is text for text in texts):
        return example
    return replace(
        example,
        id=clean(example.id),
        messages=tuple(Message(each.role, clean(each.content), each.images) for each in example.messages),
        instruction=clean(example.instruction),
        input=clean(example.input),
        cell={clean(key): clean(value) for key, value in example.cell.items()},
    )
