"""Keys of providers do not belong in a recipe, which is stored with every run and shared with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tutelage.recipe.kinds import Problem
from tutelage.recipe.overrides import ROLES
from tutelage.recipe.source import KeyPath

_REMEDY = "put it in an environment variable and name that one: api_key_env: OPENAI_API_KEY"
_NAMES = {
    "apikey",
    "accesskey",
    "secretkey",
    "secret",
    "password",
    "authorization",
    "bearertoken",
    "authtoken",
}
_VALUE = re.compile(r"(?:Bearer\s+)?(?:sk|rk|pk|gsk|hf|xai|nvapi|AIza)[-_]?[A-Za-z0-9_\-]{16,}")


def secrets(data: Mapping[str, Any]) -> list[Problem]:
    """Every value that is, or is named as, a provider's key. The problems never quote the value."""
    return [
        Problem(path, "an API key must not stand in a recipe", _REMEDY)
        for path, value in _texts(data, ())
        if _VALUE.fullmatch(value.strip()) or (path[0] in ROLES and _is_named(path[-1]) and value.strip())
    ]


def unfilled(data: Mapping[str, Any]) -> list[Problem]:
    """Settings of models that hope for an environment variable to be filled in, which never happens."""
    return [
        Problem(path, f"'{value}' stands as it is: environment variables are not filled in", _ENV)
        for path, value in _texts(data, ())
        if path[0] in ROLES and re.search(r"\$\{\w+\}|^\$[A-Z_]+$", value)
    ]


_ENV = "write the value out, give it with --set, or set OPENAI_BASE_URL and OPENAI_API_KEY"


def _is_named(key: str | int) -> bool:
    letters = re.sub(r"[^a-z]", "", str(key).lower())
    return any(letters.endswith(name) for name in _NAMES)


def _texts(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(value, str) and path:
        yield path, value
    elif isinstance(value, Mapping):
        for key, below in value.items():
            yield from _texts(below, (*path, key))
    elif isinstance(value, (list, tuple)):
        for index, below in enumerate(value):
            yield from _texts(below, (*path, index))
