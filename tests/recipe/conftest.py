"""Toy kinds, so that these tests know recipes and nothing of the kinds that are shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import Field, field_validator

from tutelage import plugins
from tutelage.asking import Abilities, Sampling
from tutelage.errors import BadInput, nearest
from tutelage.filters.filter import Filter, Gate
from tutelage.methods.method import Method
from tutelage.records import KEPT, Reply
from tutelage.teachers.teacher import Teacher


class ToyTeacher(Teacher):
    kind: ClassVar[str] = "openai"

    model: str
    base_url: str = "https://api.example.com/v1"
    api_key_env: str = "OPENAI_API_KEY"
    temperature: float | None = None
    max_tokens: int = 2048
    timeout: float = Field(default=300.0, gt=0)
    extra: dict[str, Any] = {}

    @field_validator("extra")
    @classmethod
    def _free(cls, value: dict[str, Any]) -> dict[str, Any]:
        if "model" in value:
            raise BadInput("extra may not set 'model'", where="extra.model", remedy="set model beside extra")
        return value

    @property
    def name(self) -> str:
        return self.model

    @property
    def identity(self) -> str:
        return f"toy:{self.model}"

    @property
    def abilities(self) -> Abilities:
        return Abilities()

    @property
    def defaults(self) -> Sampling:
        return Sampling(temperature=self.temperature)

    async def send(self, request: Any) -> Reply:
        return Reply("hello")


class OtherTeacher(ToyTeacher):
    kind: ClassVar[str] = "gguf"

    model: str = "small"


class ToyMethod(Method):
    kind: ClassVar[str] = "skillmix"

    k: int = Field(default=2, ge=1)
    share: float = 0.5
    strict: bool = False
    skills: tuple[str, ...] = ()
    skills_file: Path | None = None
    data_files: tuple[Path, ...] = ()
    rounds: int | tuple[int, ...] = 1

    def plan(self, round: int, state: Any) -> Sequence[Any]:
        return ()

    async def write(self, item: Any, ask: Any) -> Sequence[Any]:
        return ()


class PlainMethod(ToyMethod):
    """One setting has no default, and no template is shipped for it."""

    kind: ClassVar[str] = "plain"

    topic: str = Field(description="What it is about.")


class _Pass(Gate):
    def judge(self, example: Any) -> Any:
        return KEPT


class Shape(Filter):
    kind: ClassVar[str] = "shape"

    min_words: int = 3

    def start(self) -> Gate:
        return _Pass()


class Novelty(Shape):
    kind: ClassVar[str] = "novelty"

    threshold: float = Field(default=0.7, gt=0, le=1)


class Language(Shape):
    kind: ClassVar[str] = "language"

    language: str = "en"


class Duplicate(Shape):
    kind: ClassVar[str] = "duplicate"


KINDS: Mapping[str, Mapping[str, type]] = {
    "teachers": {"openai": ToyTeacher, "gguf": OtherTeacher},
    "methods": {"skillmix": ToyMethod, "plain": PlainMethod},
    "filters": {"shape": Shape, "novelty": Novelty, "language": Language, "duplicate": Duplicate},
}


@pytest.fixture(autouse=True)
def toy_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(group: str, name: str) -> Any:
        found = KINDS.get(group, {})
        if name not in found:
            raise BadInput(f"there is no {group.rstrip('s')} called '{name}'", remedy=nearest(name, found))
        return found[name]

    monkeypatch.setattr(plugins, "load", load)
    monkeypatch.setattr(plugins, "names", lambda group: sorted(KINDS.get(group, {})))
