from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel

from tutelage.recipe import outline


class Inner(BaseModel):
    depth: int = 1


class Outer(BaseModel):
    inner: Inner | None = None
    many: tuple[Inner, ...] = ()
    by_name: dict[str, Inner] = {}
    mode: Literal["a", "b"] | int = "a"
    function: Callable[[], None] | None = None


SCHEMA = outline.of(Outer)


def test_keys_are_known_at_any_depth() -> None:
    assert outline.keys(SCHEMA, ()) == set(Outer.model_fields)
    for path in (("inner",), ("many", 3), ("by_name", "anything")):
        assert outline.keys(SCHEMA, path) == {"depth"}
    assert outline.keys(SCHEMA, ("nowhere", "below")) == set()


def test_branches_of_a_union() -> None:
    found = list(outline.branches(SCHEMA["properties"]["mode"], SCHEMA))
    assert [each["type"] for each in found] == ["string", "integer"]


def test_what_json_cannot_hold_allows_anything() -> None:
    assert "function" in SCHEMA["properties"]
