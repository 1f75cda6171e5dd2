"""Templates from files: our own YAML, the families that we ship, promptsource's YAML, and folders of these.

Our own format maps a name to a template; prompt and target it must have, the rest as you like:

    which_topic:
      prompt: "{{ text }}\\nWhich topic is this? {{ options }}"
      target: "{{ answer_choices[label] }}"
      choices: [sport, science]        a list, or a Jinja text with three bars between the choices
      choices_in_prompt: true          where the text itself names them, without {{ options }}
      metrics: [accuracy]
      original_task: true
      inverse: {prompt: …, target: …}  asks for what the template gives
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from tutelage.errors import BadInput, nearest
from tutelage.methods.templating.promptsource import TemplateLoader, is_promptsource, templates_of
from tutelage.methods.templating.template_sandbox import BARS, SEPARATOR
from tutelage.methods.templating.templates import Template
from tutelage.prompts import material

FAMILIES = (
    "classification",
    "pair_classification",
    "multiple_choice",
    "extractive_qa",
    "summarise",
    "translate",
    "generate",
    "rewrite",
)
TASK = "task"  # the wording of Super-NaturalInstructions' tasks: a file beside the families
INVERSE = " (inverse)"
_ENDINGS = (".yaml", ".yml")


class _Sides(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    prompt: str
    target: str


class _Written(_Sides):
    choices: str | list[str] = ""
    metrics: list[str] = []
    choices_in_prompt: bool | None = None
    original_task: bool = True
    inverse: _Sides | None = None


def family(name: str, language: str) -> list[Template]:
    """The templates of a task family, inverses included.

    Raises:
        BadInput: there is no such family.
    """
    if name not in (*FAMILIES, TASK):
        raise BadInput(
            f"there is no task family called '{name}'", where="family", remedy=nearest(name, FAMILIES)
        )
    text = material("integrate", f"{name}.yaml", language)
    found = _own(yaml.safe_load(text), f"prompts/integrate/{language}/{name}.yaml")
    return [replace(each, filled=name != TASK) for each in found]


def read_templates(path: Path) -> list[Template]:
    """The templates of a file or of all YAML files in a folder and below it, in order of name.

    Raises:
        BadInput: the file cannot be read, holds no template, or one that is not valid.
    """
    if not path.exists():
        beside = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
        raise BadInput(
            "there is no such file of templates",
            where=str(path),
            remedy=f"{nearest(path.name, [*beside[:200], *FAMILIES])}; a family goes by its name alone",
        )
    if not path.is_dir():
        return list(_read_file(path))
    files = sorted(each for each in path.rglob("*") if each.suffix in _ENDINGS and each.is_file())
    if not files:
        raise BadInput(
            "the folder holds no templates", where=str(path), remedy="give one with .yaml files in it"
        )
    return [template for file in files for template in _read_file(file)]


def _read_file(path: Path) -> Iterator[Template]:
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), TemplateLoader)  # a subclass of the safe loader
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"the templates cannot be read: {error}", where=str(path), remedy="save the file as UTF-8 text"
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise BadInput(
            f"this is not valid YAML: {getattr(error, 'problem', None) or error}",
            where=f"{path}{line}",
            remedy="mend the line; put a text that holds ': ' or begins with '{' in quotation marks",
        ) from error
    if not isinstance(data, dict) or not data:
        raise BadInput(
            "the file holds no templates", where=str(path), remedy="write NAME: {prompt: …, target: …}"
        )
    yield from templates_of(data, path) if is_promptsource(data) else _own(data, str(path))


def _own(data: dict[Any, Any], place: str) -> Iterator[Template]:
    for name, plain in data.items():
        try:
            written = _Written.model_validate(plain)
        except ValidationError as error:
            raise _malformed(error, place, str(name)) from error
        yield _template(str(name), written, written, place)
        if written.inverse:
            yield _template(f"{name}{INVERSE}", written.inverse, written, place, original=False)


def _template(name: str, sides: _Sides, written: _Written, place: str, *, original: bool = True) -> Template:
    listed = isinstance(written.choices, list)
    choices = BARS.join(map(_literal, written.choices)) if listed else str(written.choices)
    return Template(
        name=name,
        text=f"{sides.prompt.strip()}{SEPARATOR}{sides.target.strip()}",
        choices=choices,
        place=place,
        id=name,
        metrics=tuple(written.metrics) if original else (),
        original=original and written.original_task,
        shows_choices=written.choices_in_prompt if original else None,
        ranked=original,
        bars="all" if name == TASK else "none",
    )


def _literal(text: str) -> str:
    """``text`` as a template that gives just it."""
    return f"{{{{ {text!r} }}}}" if "{" in text else text


def _malformed(error: ValidationError, place: str, name: str) -> BadInput:
    found = error.errors(include_url=False)
    first = next((each for each in found if isinstance(each["input"], bool)), found[0])
    key = ".".join(str(part) for part in first["loc"] if part not in ("str", "list[str]"))
    remedy = "write prompt and target as texts"
    if first["type"] == "extra_forbidden":
        remedy = nearest(key, _Written.model_fields)
    elif isinstance(first["input"], bool):
        remedy = "put yes and no in quotation marks: YAML reads them as true and false"
    shown = repr(first["input"])[:80]
    return BadInput(
        f"the template '{name}' cannot be read: {key or 'it'}: {first['msg']}, found {shown}",
        where=f"{place}, template '{name}'",
        remedy=remedy,
    )


def of_dataset(templates: Iterable[Template], dataset: str, subset: str) -> list[Template]:
    """Those for ``dataset`` and ``subset``, where templates say what they are for and this is given.

    Raises:
        BadInput: templates for several datasets, and nothing says which is meant; or none for this one.
    """
    found = list(templates)
    told = {(each.dataset, each.subset) for each in found if each.dataset}
    if len(told) <= 1:
        return found
    names = sorted("/".join(part for part in each if part) for each in told)
    wanted = [each for each in told if dataset == each[0] and (not subset or subset == each[1])]
    if len(wanted) == 1:
        return [each for each in found if not each.dataset or (each.dataset, each.subset) == wanted[0]]
    raise BadInput(
        f"the templates are for {len(told)} datasets: {', '.join(names)[:300]}",
        where="dataset",
        remedy="say which: dataset=NAME, and subset=NAME where it has several",
    )
