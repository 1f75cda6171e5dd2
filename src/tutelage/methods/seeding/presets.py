"""Presets: a domain by name, with a sentence about it, seed topics and seed examples.

One YAML file a preset and language, ``prompts/presets/<language>/<name>.yaml``:

    domain: rewriting texts            the sentence that methods put into their prompts
    rule: Every input holds a passage. what an example of this domain must keep to (may be empty)
    boxed: false                       the final answer stands in \\boxed{…}
    topics: [summaries for children, …]
    seeds: [{instruction: …, input: …, output: …}, …]
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

from tutelage.errors import BadInput, nearest
from tutelage.methods.seeding.seeds import Seed
from tutelage.prompts import __name__ as _PROMPTS


class SeedExample(BaseModel):
    """A seed example of a preset, written by us."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instruction: str
    input: str = ""
    output: str = ""

    def as_seed(self) -> Seed:
        """The example as a seed of our own licence."""
        return Seed(self.instruction, self.input, self.output, licence="Apache-2.0")


class Preset(BaseModel):
    """A domain; see the module text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    domain: str
    rule: str = ""
    boxed: bool = False
    topics: tuple[str, ...] = ()
    seeds: tuple[SeedExample, ...] = ()


def names(language: str) -> list[str]:
    """The presets of a language, sorted."""
    folder = files(_PROMPTS) / "presets" / language
    return sorted(each.name[: -len(".yaml")] for each in folder.iterdir() if each.name.endswith(".yaml"))


@cache
def preset(name: str, language: str) -> Preset:
    """The preset called ``name``.

    Raises:
        BadInput: there is none of that name in this language.
    """
    known = names(language)
    if name not in known:
        raise BadInput(f"there is no preset called '{name}'", where="preset", remedy=nearest(name, known))
    text = (files(_PROMPTS) / "presets" / language / f"{name}.yaml").read_text(encoding="utf-8")
    return Preset(name=name, **yaml.safe_load(text))
