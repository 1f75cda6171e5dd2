"""``--set key=value``: settings from the command line, laid over a recipe or a filter list.

teacher.base_url=http://localhost:8000/v1     a key of the recipe
novelty.threshold=0.6                         a filter in use, by its name
skillmix.k=3                                  the method in use, by its name
filters=[shape,duplicate]                     a whole part at once
tune.epochs=2, lora.rank=8                    the student's tuning, and its method in use, by its name
evaluate.questions=5, beat-rate.orders=one    the student's evaluation, and a bench in use, by its name
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tutelage import plugins
from tutelage.errors import BadInput, nearest
from tutelage.evaluate.settings import EvaluateSettings
from tutelage.recipe.source import read
from tutelage.tune.settings import PRESETS, TuneSettings

ROLES = ("teacher", "judge", "student")
KINDED = (*ROLES, "method")
KEYS = (
    "name",
    "language",
    "seed",
    "target",
    *KINDED,
    "constraints",
    "filters",
    "budget",
    "pace",
    "prices",
    "patience",
    "export",
    "analyze",
    "tune",
    "evaluate",
)
DEFAULT_FILTERS: tuple[str, ...] = ("shape", "language", "duplicate", "novelty")
DEFAULT_KINDS = dict.fromkeys(ROLES, "openai")
_DEFAULT_TUNING = TuneSettings.model_fields["method"].default
_DEFAULT_BENCHES = EvaluateSettings.model_fields["benches"].default


def parse_sets(pairs: Iterable[str]) -> dict[str, Any]:
    """``["teacher.model=gpt-4o", "target=5"]`` → ``{"teacher": {"model": "gpt-4o"}, "target": 5}``.

    Values are read as YAML, so ``null``, ``true``, numbers and ``[a, b]`` work; later pairs win over equal
    earlier ones.

    Raises:
        BadInput: a pair without ``=``, without a key, with a value that is not YAML, or one that needs a
            key to be a value and a group at once. The error names the pair.
    """
    tree: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        where = f"--set {key}" if equals else f"--set {pair}"
        segments = [segment.strip() for segment in key.split(".")]
        if not equals or not all(segments):
            raise BadInput(f"'{key}' is not of the form KEY=VALUE", where=where, remedy=_FORM)
        group = tree
        for depth, segment in enumerate(segments[:-1], start=1):
            group = group.setdefault(segment, {})
            if not isinstance(group, dict):
                raise _clash(".".join(segments[:depth]), where)
        last = segments[-1]
        if isinstance(group.get(last), dict) and group[last]:
            raise _clash(key, where)
        group[last] = _value(text, where)
    return tree


_FORM = "write for example --set teacher.model=gpt-4o-mini or --set novelty.threshold=0.6"


def _value(text: str, where: str) -> Any:
    try:
        return read(text, where).data if text.strip() else ""
    except BadInput as error:
        raise BadInput(
            f"the value '{text}' cannot be read", where=where, remedy="quote it: --set 'key=\"value\"'"
        ) from error


def _clash(key: str, where: str) -> BadInput:
    return BadInput(
        f"'{key}' is given a value and keys below it", where=where, remedy="give one of the two only"
    )


def apply(tree: Mapping[str, Any], sets: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the declared ``tree`` with ``sets`` (from :func:`parse_sets`) laid over it.

    Changing the ``kind`` of a role or method starts from that kind's defaults, since the settings of the
    old one mean nothing to the new.

    Raises:
        BadInput: a first segment that is neither a key of a recipe nor a kind in use.
    """
    result = dict(tree)
    ordered = sorted(sets.items(), key=lambda each: each[0] not in KEYS)  # filters= before novelty.…=
    for first, value in ordered:
        if first in KEYS:
            result[first] = _over(first, result.get(first), value)
        elif first == _name(result.get("method")):
            result["method"] = _over("method", result["method"], _group(first, value))
        elif first == tuning_name(result.get("tune")):
            result["tune"] = _tuned(result["tune"], {"method": _group(first, value)})
        elif first in map(_name, benches_in_use(result.get("evaluate"))):
            result["evaluate"] = _benched(result["evaluate"], first, _group(first, value))
        else:
            result["filters"] = _filters(result, first, value)
    return result


def _name(declared: Any) -> str | None:
    return declared.get("kind") if isinstance(declared, Mapping) else declared


def tuning_name(tune: Any) -> str | None:
    """The way to tune that the section ``tune`` has in use, or ``None`` where there is no such section."""
    if not isinstance(tune, Mapping):
        return None
    by_preset = PRESETS.get(str(tune.get("preset")), {}).get("method", _DEFAULT_TUNING)
    name = _name(tune.get("method", by_preset))
    return name if isinstance(name, str) else None


def _tuned(old: Any, new: Mapping[str, Any]) -> dict[str, Any]:
    """The section ``tune`` with ``new`` over it; a method by name alone takes settings too."""
    section = dict(old) if isinstance(old, Mapping) else {}
    method, rest = new.get("method"), {key: value for key, value in new.items() if key != "method"}
    section = _merged(section, rest)
    if isinstance(method, Mapping):
        name = tuning_name(section)
        now = section.get("method", name)
        kept = now if isinstance(now, Mapping) else {"kind": now}
        other = method.get("kind", name) != name
        section["method"] = dict(method) if other else _merged(kept, method)
    elif method is not None:
        section["method"] = method
    return section


def benches_in_use(evaluate: Any) -> list[Any]:
    """The benches as the section ``evaluate`` declares them; none where there is no such section."""
    if not isinstance(evaluate, Mapping):
        return []
    declared = evaluate.get("benches", _DEFAULT_BENCHES)
    return list(declared) if isinstance(declared, (list, tuple)) else [declared]


def _benched(evaluate: Mapping[str, Any], name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The section ``evaluate`` with ``settings`` over those of the bench ``name``."""
    return {**evaluate, "benches": _each_over(benches_in_use(evaluate), name, settings)}


def _each_over(declared: list[Any], name: str, settings: Mapping[str, Any]) -> list[Any]:
    """A list of kinds with ``settings`` laid over those called ``name``."""
    return [
        _merged({"kind": each} if isinstance(each, str) else each, settings) if _name(each) == name else each
        for each in declared
    ]


def _group(first: str, value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    raise BadInput(
        f"'{first}' is the name of a kind and cannot be set as a whole",
        where=f"--set {first}",
        remedy=f"name one of its settings: --set {first}.SETTING=VALUE",
    )


def _over(first: str, old: Any, new: Any) -> Any:
    if first == "filters" and isinstance(new, Mapping):
        name = next(iter(new), "")
        raise BadInput(
            "a filter is set by its own name",
            where=f"--set filters.{name}",
            remedy=f"write --set {name}.SETTING=VALUE, or --set 'filters=[shape, novelty]' for the list",
        )
    if not isinstance(new, Mapping):
        return new
    if first == "tune":
        return _tuned(old, new)
    if first in KINDED:
        kind = _name(old) or DEFAULT_KINDS.get(first)
        if new.get("kind", kind) != kind:
            return dict(new)
        if isinstance(old, str):
            old = {"kind": old}
    return _merged(old, new)


def _merged(old: Any, new: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(old) if isinstance(old, Mapping) else {}
    for key, value in new.items():
        result[key] = _merged(result.get(key), value) if isinstance(value, Mapping) else value
    return result


def _filters(tree: Mapping[str, Any], name: str, value: Any) -> list[Any]:
    declared = tree.get("filters", DEFAULT_FILTERS)
    filters = list(declared) if isinstance(declared, (list, tuple)) else []
    if name not in [_name(each) for each in filters]:
        raise _unknown(name, filters, tree)
    return _each_over(filters, name, _group(name, value))


def _unknown(name: str, filters: list[Any], tree: Mapping[str, Any]) -> BadInput:
    where = f"--set {name}"
    if name in plugins.names("filters"):
        return BadInput(
            f"the filter '{name}' is not in use here",
            where=where,
            remedy=f"add '{name}' to the filters; in use: {', '.join(str(_name(each)) for each in filters)}",
        )
    others = (*filters, tree.get("method"), *benches_in_use(tree.get("evaluate")))
    kinds = (*map(_name, others), tuning_name(tree.get("tune")))
    in_use = [str(kind) for kind in kinds if kind]
    return BadInput(
        f"'{name}' is neither a key of a recipe nor a method or filter in use",
        where=where,
        remedy=nearest(name, {*KEYS, *in_use}),
    )
