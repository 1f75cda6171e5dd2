"""Integration of labelled data: rows of a table become examples through templates; no model is asked.

After promptsource / P3 (Bach et al. 2022), FLAN (Wei et al. 2022, Longpre et al. 2023) and
Super-NaturalInstructions (Wang et al. 2022). Departures: a missing field and a label that points at no choice
(−1 above all) refuse the row with a reason instead of writing nonsense, no field is cut, and every random
choice belongs to its row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from tutelage.asking import Ask, Desk
from tutelage.draw import draw
from tutelage.errors import BadInput, nearest
from tutelage.methods.method import Materials, Method, State
from tutelage.methods.templating.capping import Candidate, capped
from tutelage.methods.templating.exemplars import Asked, Frame, Pool
from tutelage.methods.templating.labelled_rows import (
    UNTYPED,
    LabelledRow,
    Mapped,
    Occurrences,
    read_labelled,
)
from tutelage.methods.templating.natural_instructions import Task, read_task
from tutelage.methods.templating.template_bank import Bank, Inverse, OptionsShown, bank_of
from tutelage.methods.templating.template_files import FAMILIES, TASK, family, of_dataset, read_templates
from tutelage.methods.templating.templates import LABEL, LABELS, NotRendered, Rendered, Template
from tutelage.prompts import check_overrides
from tutelage.records import UNKNOWN_LICENCE, Example, Item, Rejection, canonical, digest
from tutelage.rows import read_rows

_LOOKED_AT = 50  # rows whose columns are compared with the templates before anything is written


@dataclass(frozen=True)
class _Source:
    """One data file under the name of its dataset; with its task, where it is one."""

    path: Path
    dataset: str
    task: Task | None

    def rows(self, seen: Occurrences, shots: int) -> Iterator[LabelledRow]:
        given = self.task.rows(shots) if self.task else None
        return read_labelled(self.path, self.dataset, seen, given)


class Integrate(Method):
    """Settings of integration; see docs/kinds/methods/integrate.md."""

    kind: ClassVar[str] = "integrate"
    paper: ClassVar[str] = "https://arxiv.org/abs/2202.01279"
    needs: ClassVar[tuple[str, ...]] = ()

    data_file: Path | None = None
    """Labelled rows: CSV, TSV, JSON, JSON Lines or Parquet; or a task of Super-NaturalInstructions."""
    data_files: tuple[Path, ...] = ()
    """More of them, each a dataset."""
    family: str = ""
    """Our own templates: classification, pair_classification, multiple_choice, extractive_qa, summarise,
    translate, generate or rewrite."""
    templates_file: Path | None = None
    """Templates of your own or of promptsource."""
    templates_files: tuple[Path, ...] = ()
    """More of them; where no recipe names them, folders too."""
    templates: Annotated[int, Field(ge=1)] | Literal["all"] | tuple[str, ...] = 1
    """How many of the templates a row gets, drawn; ``all``; or the names of those that every row gets."""
    original_only: bool = False
    """Only templates that ask for the dataset's own task."""
    inverse: Inverse = "none"
    """Templates that turn question and answer around: ``also`` or ``only``."""
    options: OptionsShown = "both"
    """Whether a question shows its choices; ``both`` draws that for each row."""
    shots: Annotated[int, Field(ge=0)] = 0
    """Worked examples before a question, other rows of the same dataset."""
    shot_pool: Annotated[int, Field(ge=2)] = 1000
    """How many rows, from the first, they are drawn from."""
    rationale: str = ""
    """The column that holds the way to the answer: it is written before it."""
    columns: Mapping[str, str | tuple[str, ...]] = {}
    """Field → column, a way into one (``answers.text.0``), or several that make a list."""
    separate: Mapping[str, str] = {}
    """Field → separator: a text that holds a list."""
    constants: Mapping[str, str] = {}
    """Fields that are the same in every row."""
    labels: tuple[str, ...] | Mapping[str | int, str] = ()
    """Names of the labels 0, 1, …; or value in the file → name."""
    targets: Literal["first", "every"] = "first"
    """Where a row has several right answers: the first, or an example for each."""
    cap: Annotated[int, Field(ge=1)] | None = None
    """At most so many of each dataset, split over the templates."""
    max_characters: Annotated[int, Field(ge=1)] = 20_000
    """Of question and answer together."""
    dataset: str = ""
    """Its name; that of the file where nothing is said."""
    subset: str = ""
    """Of the dataset, where it has several."""
    licence: str = UNKNOWN_LICENCE
    """Of the data."""

    @model_validator(mode="after")
    def _sound(self) -> Integrate:
        check_overrides(self.kind, self.language, self.prompts)
        if not self._paths:
            raise BadInput("there is no data", where="data_file", remedy="data_file: rows.csv")
        if self.family and self.family not in FAMILIES:
            family(self.family, self.language)
        if self.family and (self.templates_file or self.templates_files):
            raise BadInput(
                "templates are given twice", where="family", remedy="give 'family' or 'templates_file'"
            )
        if all(path.exists() for path in (*self._paths, *self._template_paths)):
            self.check()
        return self

    # --- before planning -----------------------------------------------------------------------------

    @property
    def _paths(self) -> tuple[Path, ...]:
        return (*((self.data_file,) if self.data_file else ()), *self.data_files)

    @property
    def _template_paths(self) -> tuple[Path, ...]:
        return (*((self.templates_file,) if self.templates_file else ()), *self.templates_files)

    @cached_property
    def bank(self) -> Bank:
        """The templates that are meant.

        Raises:
            BadInput: they cannot be read, or none fits the settings.
        """
        files = self._template_paths
        if self.family or not files:
            found = family(self.family or TASK, self.language)
        else:
            read = [template for path in files for template in read_templates(path)]
            found = of_dataset(read, self.dataset, self.subset)
        return bank_of(
            found,
            names=self.templates if isinstance(self.templates, tuple) else (),
            original_only=self.original_only,
            inverse=self.inverse,
            options=self.options,
        )

    @cached_property
    def sources(self) -> tuple[_Source, ...]:
        """The data files; without templates each is a task of Super-NaturalInstructions.

        Raises:
            BadInput: a task cannot be read.
        """
        tasks = not (self.family or self.templates_file or self.templates_files)
        return tuple(
            _Source(path, self.dataset or path.stem, read_task(path) if tasks else None)
            for path in self._paths
        )

    @cached_property
    def _mapped(self) -> Mapped:
        return Mapped(self.columns, self.separate, self.constants, self.labels)

    def fields_of(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a row after renaming, splitting and constants, labels as they stand in the file."""
        plain = Mapped(self.columns, self.separate, self.constants, ())
        return plain.fields(data, (), untyped=False) | ({LABELS: list(self.labels)} if self.labels else {})

    def columns_in_use(self) -> set[str]:
        """The columns that some template, or the rationale, takes something from."""
        used: set[str] = set()
        for name in {self.rationale, *(name for each in self.bank.templates for name in each.needs.fields)}:
            source = self.columns.get(name, name)
            for path in (source,) if isinstance(source, str) else source:
                used |= {path, path.partition(".")[0]}
        return used

    async def prepare(self, desk: Desk, seed: int) -> Materials:
        """Reads the templates and looks at the first rows; see :meth:`check`."""
        self.check()
        return Materials(licences=sorted({self._licence(source) for source in self.sources}))

    def check(self) -> None:
        """Refuse what cannot work, before anything is written.

        Raises:
            BadInput: data or templates cannot be read, or the columns fit no template.
        """
        for source in self.sources:
            if source.task is None:
                first = [row.data for row in islice(read_rows(source.path), _LOOKED_AT)]
                columns = {name for data in first for name in data}
                fields = {name for data in first for name in self.fields_of(data)}
                if self.bank.lacking(fields) or source.path.suffix.lower() in UNTYPED:
                    self._refuse_unknown(columns, source.path)
                values = [str(data.get(self._column(LABEL))) for data in first]
                self.bank.check(fields, str(source.path), values, columns)

    def _refuse_unknown(self, there: set[str], path: Path) -> None:
        """Refuse a setting ``columns`` that names a column which the file has not."""
        for name, source in self.columns.items():
            for column in (source,) if isinstance(source, str) else source:
                if column not in there and column.partition(".")[0] not in there:
                    known = ", ".join(map(repr, sorted(there)))
                    raise BadInput(
                        f"there is no column '{column}' for '{name}' among {known}",
                        where=f"columns; {path}",
                        remedy=nearest(column, there),
                    )

    def _column(self, name: str) -> str:
        column = self.columns.get(name, name)
        return column if isinstance(column, str) else name

    def _licence(self, source: _Source) -> str:
        own = source.task.licence if source.task else UNKNOWN_LICENCE
        return own if self.licence == UNKNOWN_LICENCE else self.licence

    # --- planning ------------------------------------------------------------------------------------

    def plan(self, round: int, state: State) -> Iterator[Item]:
        """Row by row in the order of the files, each with its templates; read as they are needed."""
        for source in self.sources:
            yield from self._of_source(source, state.seed)

    def _of_source(self, source: _Source, seed: int) -> Iterator[Item]:
        pool = None
        if self.shots and source.task is None:
            pool = Pool(source.rows(Occurrences(), 0), self.shot_pool)
        kept = None
        if self.cap:
            kept = capped(self._candidates(source, seed), self.bank.quotas(self.cap), seed)
        for number, (row, template) in enumerate(self._candidates(source, seed)):
            if kept is None or number in kept:
                yield self._item(source, row, template, pool, seed)

    def _candidates(self, source: _Source, seed: int) -> Iterator[Candidate]:
        wanted = self.templates if isinstance(self.templates, int) else None
        for row in source.rows(Occurrences(), self.shots):
            chance = partial(draw, seed, f"templates/{row.key}/{row.occurrence}")
            for template in self.bank.chosen(wanted, chance):
                yield row, template

    def _item(
        self, source: _Source, row: LabelledRow, template: Template, pool: Pool | None, seed: int
    ) -> Item:
        name = digest(self.kind, source.dataset, template.name, template.fingerprint, row.key, row.occurrence)
        cell = {
            "dataset": source.dataset,
            "subset": self.subset or template.subset,
            "template": template.name,
        }
        payload: dict[str, Any] = {
            "row": row.data,
            "place": row.place,
            "untyped": row.untyped,
            "template": template.name,
            "seed": seed,
            "licence": self._licence(source),
        }
        if pool:
            payload["shots"] = pool.candidates(row, self.shots, draw(seed, f"shots/{name}"))
        return Item(name, self.kind, cell, payload, row.occurrence)

    # --- writing -------------------------------------------------------------------------------------

    async def write(self, item: Item, ask: Ask) -> Sequence[Example | Rejection]:
        """The examples of one row and template; nothing is asked."""
        return self.rendered(item)

    def rendered(self, item: Item) -> list[Example | Rejection]:
        """What :meth:`write` gives, for callers that have no teacher."""
        template = self.bank.by_name[item.payload["template"]]
        try:
            return list(self._examples(item, template))
        except NotRendered as error:
            return [Rejection(error.reason, canonical(item.payload["row"]), error.detail, item.id)]

    def _examples(self, item: Item, template: Template) -> Iterator[Example]:
        payload, frame = item.payload, self._frame
        chance = draw(payload["seed"], f"{self.kind}/{item.id}")
        shown = self.options == "show" or (self.options == "both" and chance.random() < 0.5)

        def ask_about(row: Mapping[str, Any]) -> Asked:
            fields = self._mapped.fields(row, self.bank.numbers, untyped=payload["untyped"])
            done = template.render(fields, chance, frame.options if shown else lambda choices: "")
            return Asked(done, frame.reasons(fields))

        asked = ask_about(payload["row"])
        shots = list(islice(frame.shots(payload.get("shots", ()), ask_about, asked), self.shots))
        if "shots" in payload:
            shots = frame.fitting(asked, shots)
        names_choices = (shown and template.takes_options) or bool(template.shows_choices)
        lineage = {**_lineage(item, template, asked.done), "options": names_choices}
        lineage["shots"] = [shot.key for shot in shots]
        for target in asked.done.targets if self.targets == "every" else asked.done.targets[:1]:
            prompt, answer = frame.whole(asked, target, shots)
            yield Example.single_turn(
                prompt,
                answer,
                id=digest(item.id, prompt, answer),
                system=self.system,
                cell=item.cell,
                method=self.kind,
                item=item.id,
                licence=payload["licence"],
                lineage=lineage,
            )

    @cached_property
    def _frame(self) -> Frame:
        return Frame(self.language, self.prompts, self.rationale, self.max_characters)


def _lineage(item: Item, template: Template, done: Rendered) -> dict[str, Any]:
    """What an evaluation needs to rank the choices, and a person to find the row."""
    return {
        "row": item.payload["place"],
        "template": {"id": template.id or template.name, "fingerprint": template.fingerprint},
        "answer_choices": list(done.choices),
        "answer": done.answer,
        "metrics": list(template.metrics),
    }
