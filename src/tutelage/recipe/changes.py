"""What differs between two recipes, and what each difference means for calls that were paid already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tutelage.recipe.files import is_file
from tutelage.recipe.overrides import ROLES

ALL_STAY = "all calls stay valid"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: the dotted path, both values (``None`` where absent), and what it touches, in words."""

    path: str
    old: Any
    new: Any
    touches: str


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """The differences between two trees made by ``Recipe.tree``, in the order of the recipe's keys."""
    found: list[Change] = []
    for key in [*old, *(key for key in new if key not in old)]:
        before, after = old.get(key), new.get(key)
        if key == "filters":
            before, after = _by_name(before), _by_name(after)
        for path, was, now in _leaves(before, after, key):
            if ".decides" not in path:
                found.append(Change(path, was, now, _touches(path, before, after)))
        found += _only_decided(key, before, after, found)
    return found


def _leaves(old: Any, new: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping) and not is_file(old) and not is_file(new):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _leaves(old.get(key), new.get(key), f"{path}.{key}")
    elif is_file(old) and is_file(new):  # moved as a whole is no change
        if (old["file"], old["digest"]) != (new["file"], new["digest"]):
            yield path, _named(old), _named(new)
    elif old != new:
        yield path, old, new


def _named(file: Mapping[str, str]) -> str:
    return f"{file['file']} ({file['digest'][:8]})"


def _by_name(filters: Any) -> dict[str, Any]:
    """Filters by name, so that adding one is one difference; a repeated kind gets a number."""
    named: dict[str, Any] = {}
    for place, each in enumerate(filters or ()):
        name = each["kind"]
        while name in named:
            name += "'"
        named[name] = {**each, "place": place}
    return named


def _only_decided(key: str, old: Any, new: Any, found: list[Change]) -> list[Change]:
    """A model whose answers changed though no setting did: another file under the same name."""
    if key not in ROLES or not old or not new or old.get("decides") == new.get("decides"):
        return []
    if any(each.path.startswith(f"{key}.") for each in found):
        return []
    return [Change(key, old["decides"], new["decides"], _none_of(key))]


def _touches(path: str, old: Any, new: Any) -> str:
    part, _, rest = path.partition(".")
    if part in ROLES:
        same = old and new and old.get("decides") == new.get("decides")
        return ALL_STAY if same else _none_of(part)
    if part == "seed":
        return "the plan is drawn anew; calls of items that the new plan holds too stay valid"
    if part == "language":
        return "the wording changes; calls asked in the other language are asked anew"
    return _of_method(rest) if part == "method" else _OF_PART.get(part, ALL_STAY)


_OF_PART = {
    "constraints": "calls of the method stay valid; what is asked with a constraint is asked anew",
    "filters": f"{ALL_STAY}; every example is judged again",
    "target": f"{ALL_STAY}; more or fewer items are planned",
    "export": f"{ALL_STAY}; the exports are written again",
    "analyze": f"{ALL_STAY}; the report is written again",
    "tune": f"{ALL_STAY}; the student is tuned anew where its weights depend on it",
    "evaluate": f"{ALL_STAY}; only what was not asked before is asked",
}


def _none_of(role: str) -> str:
    return f"no call of the {role} stays valid"


def _of_method(setting: str) -> str:
    if setting in ("", "kind"):
        return "no call of the old method is used"
    if setting == "system":
        return "every call sent with it is asked anew"
    if setting.startswith("prompts"):
        return "calls asked with that wording are asked anew, and those that follow on them"
    return "calls whose messages stay as they are stay valid; the others are asked anew"
