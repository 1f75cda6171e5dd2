"""The settings of a tuning: a recipe's section ``tune``, then ``--set``, then the command line's options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tutelage.errors import BadInput, nearest
from tutelage.plugins import names
from tutelage.recipe import kinds
from tutelage.recipe.binding import bind
from tutelage.recipe.overrides import apply, parse_sets, tuning_name
from tutelage.recipe.reading import load
from tutelage.runs.scoring import CheckpointJudge
from tutelage.tune.settings import PRESETS, TuneSettings

_OPTIONS = ("base", "method", "preset", "template", "epochs", "steps", "gguf")
_GROUP = "tune"
_JUDGE = "judge"


def build_settings(recipe: Path | None, sets: Sequence[str], options: Mapping[str, Any]) -> TuneSettings:
    """The recipe's keys, ``--set tune.KEY`` and ``--set METHOD.KEY`` over them, and options over all.

    A preset stands below everything that is said beside it, wherever that is said.

    Raises:
        BadInput: the recipe is wrong, or a key or value fits none; each is named where it was said.
    """
    section = _of_recipe(recipe) if recipe else {}
    said = {key: options[key] for key in _OPTIONS if options.get(key) is not None}
    if options.get("judge"):
        section["select"] = "score"
    sets = [each for each in sets if not each.startswith(f"{_JUDGE}.")]
    if said.get("method") and said["method"] != tuning_name(section):
        section.pop("method", None)  # whose settings mean nothing to the new one
    elif isinstance(section.get("method"), Mapping):
        said.pop("method", None)
    section = {**_laid({**section, **said}, sets), **{key: said[key] for key in said if key != "method"}}
    if options.get("add_biases"):
        section = _laid(section, ["bitfit.add_biases=true"])
    _check_method(section)
    built, problems = kinds.validate(TuneSettings, section)
    if not isinstance(built, TuneSettings):
        raise kinds.complaint(problems, lambda path: _place(path, said, sets), subject="the tuning")
    return built


def build_judge(
    recipe: Path | None, sets: Sequence[str], named: str | None, settings: TuneSettings
) -> CheckpointJudge | None:
    """Who scores checkpoints: the model ``named``, else the recipe's judge or teacher; ``None`` where no
    score is asked for. ``--set judge.KEY=VALUE`` lies over it.

    Raises:
        BadInput: nothing is known by that name, it cannot judge, or it is set though nobody asks for it.
    """
    own = parse_sets([each for each in sets if each.startswith(f"{_JUDGE}.")]).get(_JUDGE, {})
    model = named or (str(recipe) if recipe else "")
    if settings.select != "score" or not model:
        if own or named:
            raise BadInput(
                "a judge is set, and nothing asks for its score",
                where=f"--judge {named}" if named else f"--set {_JUDGE}.{next(iter(own))}",
                remedy="name one with --judge, and leave tune.select at score",
            )
        return None
    judge = CheckpointJudge(bind(model, "judge", own))
    if recipe:
        declared = load(recipe)
        judge = replace(judge, budget=declared.budget, pace=declared.pace, prices=declared.prices)
    judge.check()
    return judge


def _of_recipe(path: Path) -> dict[str, Any]:
    found = load(path).tune
    if found is None:
        raise BadInput(
            "the recipe has no section 'tune'",
            where=str(path),
            remedy="add one, such as tune: {method: lora}, or leave --recipe out",
        )
    by_preset = PRESETS.get(found.preset, {})  # which another preset on the command line replaces
    given = found.model_dump(mode="json", exclude_unset=True)
    return {key: value for key, value in given.items() if by_preset.get(key) != value}


def _laid(section: dict[str, Any], sets: Sequence[str]) -> dict[str, Any]:
    tree = parse_sets(sets)
    method = tuning_name(section)
    for key in tree:
        if key in (_GROUP, method):
            continue
        where = f"--set {key}"
        if key in names("tuning"):
            raise BadInput(f"the method '{key}' is not in use here", where=where, remedy=f"in use: {method}")
        raise BadInput(f"'{key}' cannot be set here", where=where, remedy=nearest(key, [_GROUP, str(method)]))
    laid = apply({_GROUP: section}, tree)[_GROUP]
    if not isinstance(laid, Mapping):
        raise BadInput(
            f"'{_GROUP}' has settings of its own", where=f"--set {_GROUP}", remedy="--set tune.KEY=VALUE"
        )
    return dict(laid)


def _check_method(section: Mapping[str, Any]) -> None:
    """The method's own settings, with the nearest name for a wrong one."""
    declared = section.get("method")
    name = tuning_name(section)
    if declared is not None and name is not None:
        given = dict(declared) if isinstance(declared, Mapping) else {}
        given.pop("kind", None)
        kinds.build("tuning", name, given, f"method {name}")


def _place(path: Sequence[str | int], said: Mapping[str, Any], sets: Sequence[str]) -> str:
    key = str(path[0]) if path else ""
    if key in said:
        return f"--{key} {said[key]}"
    return next((f"--set {each}" for each in sets if each.startswith(f"{_GROUP}.{key}")), _GROUP)
