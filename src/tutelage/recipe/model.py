"""The recipe: what a run was asked to do, with every kind built and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from tutelage.analysis.settings import AnalysisSettings
from tutelage.asking import TeacherRole
from tutelage.constraints import ConstraintSettings
from tutelage.errors import BadInput
from tutelage.evaluate.settings import EvaluateSettings
from tutelage.export.settings import ExportSettings
from tutelage.filters.filter import Filter
from tutelage.methods.method import Language, Method
from tutelage.plugins import Kind
from tutelage.recipe.files import digest_file, is_file
from tutelage.recipe.kinds import build
from tutelage.recipe.overrides import ROLES
from tutelage.recipe.settings import Budget, PaceOptions, Patience, Price
from tutelage.recipe.source import KeyPath
from tutelage.records import canonical, digest
from tutelage.teachers.teacher import Teacher
from tutelage.tune.settings import TuneSettings

# What follows the dataset: a change of it changes no row.
AFTER_DATASET = ("analyze", "tune", "evaluate")
# What a key says here changes speed, cost, a heading or what follows, never which rows come out.
_NOT_IDENTITY = ("name", "budget", "pace", "prices", "patience", *AFTER_DATASET)


@dataclass(frozen=True)
class Recipe:
    """The declared run. ``files`` maps a key path to the name and digest of the file it points at."""

    name: str
    teacher: Teacher
    method: Method
    filters: tuple[Filter, ...]
    judge: Teacher | None = None
    student: Teacher | None = None
    constraints: ConstraintSettings | None = None
    language: Language = "en"
    seed: int = 42
    target: int = 100
    budget: Budget = field(default_factory=Budget)
    pace: PaceOptions = field(default_factory=PaceOptions)
    prices: Mapping[str, Price] = field(default_factory=dict)
    patience: Patience = field(default_factory=Patience)
    export: ExportSettings = field(default_factory=ExportSettings)
    analyze: AnalysisSettings | None = None
    tune: TuneSettings | None = None
    evaluate: EvaluateSettings | None = None
    where: str = "recipe"
    text: str = ""
    files: Mapping[KeyPath, Mapping[str, str]] = field(default_factory=dict)

    def roles(self) -> dict[TeacherRole, Teacher]:
        """The models that were declared, by the role they play."""
        declared: dict[TeacherRole, Teacher | None] = {
            "teacher": self.teacher,
            "judge": self.judge,
            "student": self.student,
        }
        return {role: model for role, model in declared.items() if model is not None}

    @property
    def needs(self) -> tuple[str, ...]:
        """The abilities that the teacher must have: the method's, and ``chat`` for constraints."""
        asked = ("chat",) if self.constraints else ()
        return tuple(dict.fromkeys((*self.method.needs, *asked)))

    def tree(self) -> dict[str, Any]:
        """Everything as JSON-able data with defaults filled in; files stand by name and digest, and the
        tree of a role holds what decides its answers under ``decides``."""
        roles: dict[str, Teacher | None] = {role: getattr(self, role) for role in ROLES}
        tree: dict[str, Any] = {
            "name": self.name,
            "language": self.language,
            "seed": self.seed,
            "target": self.target,
            **{role: _role(model) if model else None for role, model in roles.items()},
            "method": _kind(self.method),
            # Absent where there are none, so that a recipe without them is what it always was.
            **({"constraints": _settings(self.constraints)} if self.constraints else {}),
            "filters": [_kind(each) for each in self.filters],
            "budget": _settings(self.budget),
            "pace": _settings(self.pace),
            "prices": {model: _settings(price) for model, price in self.prices.items()},
            "patience": _settings(self.patience),
            "export": _settings(self.export),
            **{key: _settings(part) for key in AFTER_DATASET if (part := getattr(self, key)) is not None},
        }
        for path, content in self.files.items():
            _put(tree, path, dict(content))
        return tree

    def sections(self) -> dict[str, str]:
        """A digest per top-level key of :meth:`tree`: equal digests, equal content."""
        return {key: digest(value) for key, value in self.tree().items()}

    @property
    def fingerprint(self) -> str:
        """The digest of all that decides the data.

        Left out: the name, budget, pace, prices and patience, titles of exports, where a teacher is
        reached and by which key, the names (not the contents) of files, and what follows the dataset.
        """
        tree = {key: value for key, value in self.tree().items() if key not in _NOT_IDENTITY}
        for role in ROLES:
            tree[role] = tree[role] and tree[role]["decides"]
        tree["export"].pop("title", None)
        return digest(_contents(tree))


def data_part(tree: Mapping[str, Any]) -> dict[str, Any]:
    """What a tree made by :meth:`Recipe.tree` says of the dataset, without what follows it."""
    return {key: value for key, value in tree.items() if key not in AFTER_DATASET}


def from_tree(tree: Mapping[str, Any]) -> Recipe:
    """The recipe of a tree that :meth:`Recipe.tree` made, such as the one a run has stored.

    Raises:
        BadInput: a file it points at is gone or differs, or a kind no longer takes its settings.
    """
    where = f"the stored recipe '{tree['name']}'"
    parts: dict[str, Any] = {key: tree[key] for key in ("name", "language", "seed", "target")}
    files: dict[KeyPath, Mapping[str, str]] = {}
    for role in ROLES:
        parts[role] = _rebuilt("teachers", tree[role], (role,), files, where) if tree[role] else None
    parts["method"] = _rebuilt("methods", tree["method"], ("method",), files, where)
    parts["filters"] = tuple(
        _rebuilt("filters", each, ("filters", index), files, where)
        for index, each in enumerate(tree["filters"])
    )
    if tree.get("constraints"):
        parts["constraints"] = ConstraintSettings(**tree["constraints"])
    parts |= _following(tree, files)
    prices = {model: Price(**price) for model, price in tree["prices"].items()}
    budget, pace = Budget(**tree["budget"]), PaceOptions(**tree["pace"])
    patience, export = Patience(**tree["patience"]), ExportSettings(**tree["export"])
    rest: dict[str, Any] = {
        "budget": budget,
        "pace": pace,
        "patience": patience,
        "export": export,
        "prices": prices,
    }
    return Recipe(**parts, **rest, where=where, files=files)


def _following(tree: Mapping[str, Any], files: dict[KeyPath, Mapping[str, str]]) -> dict[str, Any]:
    """What the tree says is to follow the dataset."""

    def kind(declared: Any, path: KeyPath) -> Any:
        return _settled(declared, path, files) if isinstance(declared, Mapping) else declared

    found: dict[str, Any] = {}
    if tree.get("analyze"):
        found["analyze"] = AnalysisSettings(**tree["analyze"])
    if tune := tree.get("tune"):
        found["tune"] = TuneSettings(**{**tune, "method": kind(tune["method"], ("tune", "method"))})
    if evaluate := tree.get("evaluate"):
        benches = [kind(each, ("evaluate", "benches", n)) for n, each in enumerate(evaluate["benches"])]
        found["evaluate"] = EvaluateSettings(**{**evaluate, "benches": benches})
    return found


def _rebuilt(
    group: str, tree: Mapping[str, Any], path: KeyPath, files: dict[KeyPath, Mapping[str, str]], where: str
) -> Any:
    settings = _settled(tree, path, files)
    return build(group, tree["kind"], {k: v for k, v in settings.items() if k not in _NO_SETTING}, where)


_NO_SETTING = ("kind", "decides")


def _settled(
    tree: Mapping[str, Any], path: KeyPath, files: dict[KeyPath, Mapping[str, str]]
) -> dict[str, Any]:
    """The settings of one kind as they were given, files by their path; ``files`` takes their digests."""

    def found(value: Any, here: KeyPath) -> Any:
        if is_file(value):
            files[here] = value
            return _unchanged(value)
        return [found(each, (*here, i)) for i, each in enumerate(value)] if isinstance(value, list) else value

    return {key: found(value, (*path, key)) for key, value in tree.items()}


def _unchanged(file: Mapping[str, str]) -> str:
    """The path of ``file`` if its bytes are still those that the recipe saw."""
    try:
        same = digest_file(Path(file["path"])) == file["digest"]
    except OSError:
        same = False
    if not same:
        raise BadInput(
            f"the file '{file['file']}' is gone or has changed since the run",
            where=file["path"],
            remedy="put the file back as it was",
        )
    return file["path"]


def _role(model: Teacher) -> dict[str, Any]:
    decides = {"kind": model.kind, "identity": model.identity, "sampling": _json(asdict(model.defaults))}
    return {**_kind(model), "decides": decides}


def _json(value: Any) -> Any:
    """``value`` as it is after a way through a file: lists for tuples."""
    return json.loads(canonical(value))


def _kind(kind: Kind) -> dict[str, Any]:
    return {"kind": kind.kind, **kind.model_dump(mode="json", fallback=_named)}


def _settings(part: BaseModel) -> dict[str, Any]:
    return part.model_dump(mode="json", by_alias=True)


def _named(value: Any) -> str:
    """A Python function in a kind's settings, by its import path: the same in every process."""
    return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', type(value).__qualname__)}"


def _put(tree: Any, path: KeyPath, value: Any) -> None:
    for step in path[:-1]:
        tree = tree[step]
    tree[path[-1]] = value


def _contents(tree: Any) -> Any:
    """``tree`` with every file reduced to the digest of its bytes."""
    if isinstance(tree, dict):
        if is_file(tree):
            return {"digest": tree["digest"]}
        return {key: _contents(value) for key, value in tree.items()}
    return [_contents(each) for each in tree] if isinstance(tree, list) else tree
