"""promptsource's ``templates.yaml``, read without that package (Bach et al. 2022, arXiv:2202.01279).

The files carry two YAML tags of the package's own classes; here they are plain mappings. Where upstream cuts
every field at 2,048 characters and renders a missing one as nothing, we do neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tutelage.errors import BadInput
from tutelage.methods.templating.templates import Template

_TAG = "!Template"


class Tagged(dict[Any, Any]):
    """A mapping that stood under the tag of a template."""


class TemplateLoader(yaml.SafeLoader):
    """The safe loader, with the two tags of promptsource as mappings."""


def _template(loader: yaml.SafeLoader, node: yaml.MappingNode) -> Tagged:
    return Tagged(loader.construct_mapping(node, deep=True))


def _metadata(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    return loader.construct_mapping(node, deep=True)


TemplateLoader.add_constructor(_TAG, _template)
TemplateLoader.add_constructor("!TemplateMetadata", _metadata)


def is_promptsource(data: Any) -> bool:
    """Whether the content of a YAML file is promptsource's."""
    held = data.get("templates") if isinstance(data, Mapping) else None
    return isinstance(held, Mapping) and any(isinstance(each, Tagged) for each in held.values())


def templates_of(data: Mapping[str, Any], path: Path) -> list[Template]:
    """The templates of a file that :func:`is_promptsource`.

    Raises:
        BadInput: a template without a text or name, or one that is not valid; names file and template.
    """
    dataset, subset = str(data.get("dataset") or ""), str(data.get("subset") or "")
    return [
        _read(str(key), each, dataset, subset, str(path)) for key, each in data["templates"].items() if each
    ]


def _read(key: str, plain: Any, dataset: str, subset: str, place: str) -> Template:
    texts = [plain.get(name) if isinstance(plain, Mapping) else None for name in ("jinja", "name")]
    if not all(isinstance(each, str) and each for each in texts):
        raise BadInput(
            "this template lacks a text ('jinja') or a name",
            where=f"{place}, templates.{key}",
            remedy="complete it, or take it out of the file",
        )
    metadata = plain.get("metadata") or {}
    shows = metadata.get("choices_in_prompt")
    return Template(
        name=plain["name"].strip(),
        text=plain["jinja"],
        choices=str(plain.get("answer_choices") or ""),
        place=place,
        id=str(plain.get("id") or key),
        metrics=tuple(map(str, metadata.get("metrics") or ())),
        original=bool(metadata.get("original_task")),
        shows_choices=bool(shows),
        dataset=dataset,
        subset=subset,
        own=False,
        bars="text",
    )
