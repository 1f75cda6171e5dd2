"""Recipe file → Recipe: read, lay ``--set`` over it, check everything, and say all that is wrong at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from tutelage import plugins
from tutelage.analysis.settings import AnalysisSettings
from tutelage.constraints import ConstraintSettings
from tutelage.errors import BadInput
from tutelage.evaluate.settings import EvaluateSettings
from tutelage.export.settings import ExportSettings
from tutelage.plugins import Kind
from tutelage.recipe import files, kinds, overrides
from tutelage.recipe.kinds import Problem
from tutelage.recipe.model import Recipe
from tutelage.recipe.secrets import secrets, unfilled
from tutelage.recipe.settings import Budget, PaceOptions, Patience, Price, Settings, checked_name
from tutelage.recipe.source import KeyPath, Source, read, read_file
from tutelage.tune.settings import TuneSettings

Declared = str | Mapping[str, Any]


class Declaration(Settings):
    """A recipe as it is written; kinds stand by name or as a mapping with ``kind``."""

    name: str = ""
    """Names the run and its card; the file's stem where absent."""
    language: Literal["en", "zh"] = "en"
    """Handed to the method and the filters, unless they say otherwise."""
    seed: int = 42
    """Decides every draw."""
    target: int = Field(default=100, ge=1)
    """Accepted examples wanted."""
    teacher: Declared = Field(default_factory=dict)
    """The model that writes."""
    judge: Declared | None = None
    """The model that grades."""
    student: Declared | None = None
    """The model that is tuned."""
    method: Declared
    """How examples are written."""
    constraints: ConstraintSettings | None = None
    """Verifiable constraints put to a share of the examples, whatever the method."""
    filters: tuple[Declared, ...] = overrides.DEFAULT_FILTERS
    """What an example must pass, in this order."""
    budget: Budget = Budget()
    pace: PaceOptions = PaceOptions()
    prices: Mapping[str, Price] = Field(default_factory=dict)
    """USD per million tokens by model name, where the shipped table lacks it or is out of date."""
    patience: Patience = Patience()
    export: ExportSettings = ExportSettings()
    analyze: bool | AnalysisSettings | None = None
    """The report on the finished dataset: true, or its settings."""
    tune: TuneSettings | None = None
    """The student that is tuned on the finished dataset."""
    evaluate: EvaluateSettings | None = None
    """The benches that the tuned student is put to."""

    @field_validator("name")
    @classmethod
    def _one_line(cls, name: str) -> str:
        try:
            return checked_name(name)
        except BadInput as error:
            raise ValueError(error.what) from error


def load(path: str | Path, sets: Sequence[str] = ()) -> Recipe:
    """The recipe in the file ``path`` with ``KEY=VALUE`` pairs laid over it.

    Raises:
        BadInput: everything that is wrong, each with ``file:line:column``, what was expected and what to do.
    """
    path = Path(path)
    return parse(read_file(path), str(path), sets, folder=path.parent, name=path.stem)


def parse(
    text: str, where: str, sets: Sequence[str] = (), *, folder: Path = Path(), name: str = "recipe"
) -> Recipe:
    """The recipe in ``text``; ``where`` names it in errors, ``folder`` is where its files are looked for.

    Raises:
        BadInput: as :func:`load`.
    """
    source = read(text, where)
    if not isinstance(source.data, dict):
        found = "nothing" if source.data is None else type(source.data).__name__
        raise BadInput(
            f"a recipe is a mapping of keys to values; found {found}",
            where=where,
            remedy="start from one that works: tutelage new NAME",
        )
    laid = overrides.parse_sets(sets)
    return _Parsing(source, laid).recipe(folder, name, text)


class _Parsing:
    """One recipe under way; gathers problems so that one error can tell all of them."""

    def __init__(self, source: Source, laid: Mapping[str, Any]) -> None:
        self._source = source
        self._laid = laid
        self._data = overrides.apply(source.data, laid)
        self._problems: list[Problem] = []

    def recipe(self, folder: Path, name: str, text: str) -> Recipe:
        self._problems += secrets(self._data)
        self._raise()  # before anything could quote a key
        self._problems += unfilled(self._data)
        found = files.resolve(self._data, folder)
        self._problems += found.problems
        self._data = found.data
        declared, problems = kinds.validate(Declaration, self._data)
        self._problems += problems
        method = self._one("methods", "method")
        if method is not None and not method.needs and self._data.get("constraints") is None:
            self._data.setdefault("teacher", {"kind": "scripted"})  # which nobody will ask
        models = {role: self._one("teachers", role) for role in overrides.ROLES}
        filters = self._filters()
        self._check_following()
        self._raise()
        assert isinstance(declared, Declaration)  # validate gives the class it was asked for
        parts = {key: getattr(declared, key) for key in _COPIED}
        if isinstance(declared.analyze, bool):
            parts["analyze"] = AnalysisSettings() if declared.analyze else None
        return Recipe(
            name=declared.name or name,
            **models,
            method=method,
            filters=tuple(filters),
            where=self._source.where,
            text=text,
            files=found.files,
            **parts,
        )

    def _raise(self) -> None:
        """All problems as one error; a file that is missing is said once, not again by the kind."""
        first: dict[KeyPath, Problem] = {}
        for each in self._problems:
            first.setdefault(each.path, each)
        if first:
            raise kinds.complaint(list(first.values()), self._place, subject="the recipe")

    def _one(self, group: str, key: str) -> Any:
        declared = self._data.get(key, {} if key == "teacher" else None)
        return None if declared is None else self._kind(group, declared, (key,))

    def _filters(self) -> list[Any]:
        declared = self._data.get("filters", overrides.DEFAULT_FILTERS)
        if not isinstance(declared, (list, tuple)):
            return []  # the declaration's check has said so
        return [self._kind("filters", each, ("filters", index)) for index, each in enumerate(declared)]

    def _check_following(self) -> None:
        """The settings of the way to tune and of benches, which their sections keep as they were written."""
        section = self._data.get("tune")
        if isinstance(section, Mapping) and "method" in section:
            self._kind("tuning", section["method"], ("tune", "method"))
        section = self._data.get("evaluate")
        if section is None:
            return
        if self._data.get("tune") is None:
            told = "there is no student to evaluate: the section 'tune' is missing"
            self._problems.append(Problem(("evaluate",), told, "add one, such as tune: {method: lora}"))
        benches = section.get("benches") if isinstance(section, Mapping) else None
        for index, each in enumerate(benches if isinstance(benches, (list, tuple)) else ()):
            self._kind("benches", each, ("evaluate", "benches", index))

    def _kind(self, group: str, declared: Any, path: KeyPath) -> Kind | None:
        if isinstance(declared, str):
            name, settings = declared, {}
        elif isinstance(declared, Mapping):
            settings = dict(declared)
            name = settings.pop("kind", overrides.DEFAULT_KINDS.get(str(path[0])))
        else:
            return None  # the declaration's check has said so
        if not isinstance(name, str):
            self._problems.append(_unnamed(group, settings, path))
            return None
        if group != "teachers":
            self._hand_down(group, name, settings)
        built, problems = kinds.attempt(group, name, settings)
        named = isinstance(declared, str)
        for each in problems:
            here = path if named and each.path == ("kind",) else (*path, *each.path)
            self._problems.append(Problem(here, each.what, each.remedy))
        return built

    def _hand_down(self, group: str, name: str, settings: dict[str, Any]) -> None:
        """The recipe's language, where the kind has one and does not say its own."""
        language = self._data.get("language")
        if language in ("en", "zh") and "language" not in settings and name in plugins.names(group):
            try:
                fields = plugins.load(group, name).model_fields
            except BadInput:
                return  # said when the kind is built
            if "language" in fields:
                settings["language"] = language

    def _place(self, path: KeyPath) -> str:
        """Where ``path`` was said: on the command line, or in the file."""
        names = [path]
        if path and path[0] in ("method", "filters"):  # which may be set by the name of the kind
            depth = 1 if path[0] == "method" else 2
            names.append((self._named(path[:depth]), *path[depth:]))
        if path[:2] == ("evaluate", "benches") and len(path) > 3:
            names.append((self._named(path[:3]), *path[3:]))
        if path[:2] == ("tune", "method"):
            names.append((str(overrides.tuning_name(self._data["tune"])), *path[2:]))
        said = next((name for name in names if _stands(self._laid, name)), None)
        return f"--set {kinds.dotted(said)}" if said else self._source.at(path)

    def _named(self, path: KeyPath) -> str:
        declared: Any = self._data
        for step in path:
            declared = declared.get(step, "") if isinstance(declared, Mapping) else declared[step]
        return str(declared.get("kind") if isinstance(declared, Mapping) else declared)


def _stands(tree: Any, path: KeyPath) -> bool:
    """Whether ``tree`` says something at ``path``, or a value that ``path`` lies within."""
    for step in path:
        if not isinstance(tree, Mapping):
            return True
        if step not in tree:
            return False
        tree = tree[step]
    return bool(path)


_COPIED = (
    "language", "seed", "target", "constraints", "budget", "pace", "prices", "patience", "export",
    "analyze", "tune", "evaluate",
)  # fmt: skip


def _unnamed(group: str, settings: Mapping[str, Any], path: KeyPath) -> Problem:
    key = next(iter(settings), "")
    if len(settings) == 1 and key in plugins.names(group) and isinstance(settings[key], Mapping):
        inner = "".join(f", {name}: {value}" for name, value in settings[key].items())
        return Problem(path, "the key 'kind' is missing", f"write {{kind: {key}{inner}}}")
    if not settings:
        return Problem(path, "the key 'kind' is missing", f"installed: {', '.join(plugins.names(group))}")
    return Problem(
        (*path, "kind"), "expected the name of a kind", f"add kind: one of {', '.join(plugins.names(group))}"
    )
