"""The templates of one recipe: which are meant, which a row gets, and what they ask of the columns."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from tutelage.errors import BadInput, nearest
from tutelage.methods.templating.template_files import INVERSE
from tutelage.methods.templating.templates import LABELS, Template

OptionsShown = Literal["show", "hide", "both"]
Inverse = Literal["none", "also", "only"]


@dataclass(frozen=True)
class Bank:
    """Templates in their order, each under its own name."""

    templates: tuple[Template, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Template]:
        """The templates by name."""
        return {each.name: each for each in self.templates}

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Fields that some template needs as a number."""
        return frozenset(name for each in self.templates for name in each.needs.numbers)

    def chosen(self, wanted: int | None, chance: Callable[[], random.Random]) -> Sequence[Template]:
        """``wanted`` of them, drawn; all where that is ``None``."""
        if wanted is None or wanted >= len(self.templates):
            return self.templates
        numbers = sorted(chance().sample(range(len(self.templates)), wanted))
        return [self.templates[number] for number in numbers]

    def quotas(self, cap: int) -> dict[str, int]:
        """``cap`` split over the templates, to within one."""
        share, rest = divmod(cap, len(self.templates))
        return {each.name: share + (number < rest) for number, each in enumerate(self.templates)}

    def lacking(self, fields: Collection[str]) -> list[str]:
        """The fewest fields that are missing for a template to fit; none where one does."""
        return min((sorted(each.needs.required.difference(fields)) for each in self.templates), key=len)

    def check(
        self, fields: Iterable[str], place: str, labels: Iterable[str], columns: Iterable[str] | None = None
    ) -> None:
        """Refuse a dataset whose fields fit none of the templates.

        ``labels`` are values of the label column, for the remedy; ``columns`` those of the file, where its
        fields are others.

        Raises:
            BadInput: it names what is missing and what is there.
        """
        given = set(fields)
        missing = self.lacking(given)
        if not missing:
            return
        there = given if columns is None else set(columns)
        if missing == [LABELS]:
            raise BadInput(
                "these templates need the names of the labels",
                where=f"labels; {place}",
                remedy=f"labels: [{', '.join(sorted(set(labels) - {'', '-1', 'None'})[:20])}]",
            )
        raise BadInput(
            f"no template fits the columns: {', '.join(map(repr, missing))} "
            f"{'is' if len(missing) == 1 else 'are'} not among {', '.join(map(repr, sorted(there)))}",
            where=place,
            remedy=f"say which is meant: columns: {{{missing[0]}: COLUMN}} ({nearest(missing[0], there)})",
        )


def bank_of(
    templates: Iterable[Template],
    *,
    names: Sequence[str],
    original_only: bool,
    inverse: Inverse,
    options: OptionsShown,
) -> Bank:
    """The templates that are meant: by name, or all that fit.

    Raises:
        BadInput: a name that no template has, or none fits.
    """
    named = _distinct(templates)
    for name in names:
        if name not in named:
            raise BadInput(
                f"there is no template called '{name}'", where="templates", remedy=nearest(name, named)
            )
    if names:
        return Bank(tuple(named[name] for name in dict.fromkeys(names)))
    found = [
        each
        for each in named.values()
        if _direction(each, inverse) and (each.original or not original_only) and _fits(each, options)
    ]
    if not found:
        raise BadInput(
            f"of {len(named)} templates none fits the settings",
            where="original_only, inverse, options",
            remedy="loosen one of them, or name templates: templates: [NAME]",
        )
    return Bank(tuple(found))


def _distinct(templates: Iterable[Template]) -> dict[str, Template]:
    """Templates by name; a further one of the same name gets a number."""
    named: dict[str, Template] = {}
    for each in templates:
        name, number = each.name, 1
        while name in named:
            number += 1
            name = f"{each.name} {number}"
        named[name] = each if name == each.name else replace(each, name=name)
    return named


def _direction(template: Template, inverse: Inverse) -> bool:
    turned = template.name.endswith(INVERSE)
    return inverse == "also" or turned == (inverse == "only")


def _fits(template: Template, options: OptionsShown) -> bool:
    """Whether a template with choices can show them, or leave them out, as it is wanted."""
    if options == "both" or not template.choices or not template.ranked or template.takes_options:
        return True
    return bool(template.shows_choices) == (options == "show")
