"""Templates: one way to ask for what a labelled row holds, and what to answer.

    template.render(fields, chance) → Rendered(prompt, targets, choices)     or NotRendered(reason)

``text`` is a Jinja template in which a separator stands between prompt and target (promptsource: three bars).
``choices`` is a second one, whose parts between three bars are the answers to choose from; ``text`` sees them
as ``answer_choices``, and as ``options``, the block that shows them.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from jinja2.exceptions import SecurityError, TemplateError, UndefinedError

from tutelage.errors import BadInput
from tutelage.methods.templating.template_needs import Needs, needs_of
from tutelage.methods.templating.template_sandbox import (
    SEPARATOR,
    Bars,
    OutOfRange,
    TemplateSandbox,
    Unlabelled,
)
from tutelage.records import digest
from tutelage.template.bounded import TooManySteps
from tutelage.template.bounds import TooLong

LABEL = "label"  # the field that own templates choose by
LABELS = "labels"  # the names of all labels, where the recipe gives them
_GIVEN = frozenset({"answer_choices", "options"})

_PLAIN = TemplateSandbox(trim=False)  # as promptsource renders
_TRIMMED = TemplateSandbox(trim=True)

# The first that fits names the reason; the rest is a template that fails on this row.
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (Unlabelled, "label:unlabelled"),
    (OutOfRange, "label:out_of_range"),
    (UndefinedError, "template:missing_field"),
    (TooLong, "template:too_long"),
    (OverflowError, "template:too_long"),  # what the sandbox raises for a long range
    (MemoryError, "template:too_long"),
    (TooManySteps, "template:too_many_steps"),
    (RecursionError, "template:too_many_steps"),
    (SecurityError, "template:forbidden"),
)
_AT_FAULT = (
    TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    MemoryError,
    RecursionError,
)


class NotRendered(Exception):
    """A row that this template cannot ask about; ``reason`` is a rejection's code."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Rendered:
    """A question, its answers (at least one), and what there was to choose from. ``answer`` is the number of
    the first target among the choices, where it is one of them as it stands."""

    prompt: str
    targets: tuple[str, ...]
    choices: tuple[str, ...] = ()

    @property
    def answer(self) -> int | None:
        """Where the first target stands among the choices."""
        return self.choices.index(self.targets[0]) if self.targets[0] in self.choices else None


@dataclass(frozen=True)
class Template:
    """See the module text. ``place`` says where it is from, for messages.

    ``original`` tells a template of the dataset's own task from one that asks for something else.
    ``shows_choices`` is ``None`` where it depends on ``options``. ``own`` marks our format: blocks leave no
    empty lines, and a label may be given by its name. ``ranked`` is off where the target is none of the
    choices. ``filled`` refuses a row in which a required field is blank.
    """

    name: str
    text: str
    choices: str = ""
    place: str = "template"
    id: str = ""
    metrics: tuple[str, ...] = ()
    original: bool = True
    shows_choices: bool | None = None
    dataset: str = ""
    subset: str = ""
    own: bool = True
    ranked: bool = True
    filled: bool = False
    bars: Bars = "none"
    _rendering: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for part, text, bars in (("text", self.text, self.bars), ("choices", self.choices, "all")):
            try:
                self._rendering[part] = self._sandbox.compiled(text, bars)
            except TemplateError as error:
                at = getattr(error, "lineno", None)
                line = f", line {at}" if at else ""
                raise BadInput(
                    f"the template '{self.name}' is not valid: {error.args[0] if error.args else error}",
                    where=f"{self.place}, template '{self.name}', {part}{line}",
                    remedy="write fields as {{ name }} and blocks as {% if name %}…{% endif %}",
                ) from error

    @property
    def _sandbox(self) -> TemplateSandbox:
        return _TRIMMED if self.own else _PLAIN

    @cached_property
    def fingerprint(self) -> str:
        """The digest of its texts."""
        return digest(self.text, self.choices)

    @cached_property
    def needs(self) -> Needs:
        """What it asks of a row."""
        found = needs_of(self._sandbox, (self.text, self.choices))
        numbers = found.numbers | ({LABEL} & found.fields if self.own else set())
        return Needs(found.fields - _GIVEN, found.required - _GIVEN, found.indices, numbers)

    @cached_property
    def takes_options(self) -> bool:
        """Whether it has a place for the block of options."""
        return "options" in needs_of(self._sandbox, (self.text,)).fields

    def render(
        self,
        fields: Mapping[str, Any],
        chance: random.Random,
        options: Callable[[Sequence[str]], str] = lambda choices: "",
    ) -> Rendered:
        """The question and answer for ``fields``, which stay as they are; ``options`` words the choices.

        Raises:
            NotRendered: ``label:…`` for a label that points at no choice, ``template:…`` for the rest.
        """
        if self.filled:
            self._refuse_blank(fields)
        own = {
            name: copy.deepcopy(value) if isinstance(value, list | dict) else value
            for name, value in fields.items()
        }  # templates may pop and append
        try:
            choices = self._choices(own, chance)
            if choices:
                if self.own and LABEL in self.needs.fields:
                    own[LABEL] = number_of(own.get(LABEL), choices, letters=LABELS not in self.needs.fields)
                own["answer_choices"] = list(choices)
            own["options"] = options(choices) if choices else ""
            written = self._sandbox.rendered(self._rendering["text"], own, chance)
        except _AT_FAULT as error:
            raise NotRendered(self._reason(error, fields), f"{self.name}: {str(error)[:200]}") from error
        return self._split(written, choices, fields)

    def _refuse_blank(self, fields: Mapping[str, Any]) -> None:
        """A label says by itself whether it is one; all else that is asked for has to say something."""
        for name in sorted(self.needs.required - {LABEL}):
            value = fields.get(name, name)  # one that is missing has a reason of its own
            if value is None or (isinstance(value, str) and not value.strip()):
                raise NotRendered("template:empty_field", f"{self.name}: '{name}' is {value!r}")

    def _reason(self, error: Exception, fields: Mapping[str, Any]) -> str:
        """The code for ``error``; an index that was reckoned fails by its label, whatever Python says."""
        found = next((reason for kind, reason in _REASONS if isinstance(error, kind)), "template:failed")
        labels = [fields[name] for name in self.needs.indices if name in fields]
        no_numbers = isinstance(error, TypeError) and not all(isinstance(each, int) for each in labels)
        if labels and (found.startswith("label:") or no_numbers):
            return "label:unlabelled" if self._is_unlabelled(fields) else "label:out_of_range"
        return found

    def _is_unlabelled(self, fields: Mapping[str, Any]) -> bool:
        return any(is_unlabelled(fields[name]) for name in self.needs.indices if name in fields)

    def _choices(self, fields: Mapping[str, Any], chance: random.Random) -> tuple[str, ...]:
        if not self.choices:
            return ()
        written = self._sandbox.rendered(self._rendering["choices"], fields, chance)
        return tuple(each.strip() for each in written.split(SEPARATOR)) if written.strip() else ()

    def _split(self, written: str, choices: tuple[str, ...], fields: Mapping[str, Any]) -> Rendered:
        prompt, *targets = (part.strip() for part in written.split(SEPARATOR))
        targets = [target for target in targets if target]
        if prompt and targets:
            return Rendered(prompt, tuple(targets), choices if self.ranked else ())
        if self._is_unlabelled(fields):
            raise NotRendered("label:unlabelled", f"{self.name}: it leaves out rows without a label")
        side = "target" if prompt else "prompt"
        raise NotRendered("template:skips_row", f"{self.name}: its {side} is empty for this row")


def is_unlabelled(value: Any) -> bool:
    """Whether a label says that there is none: null, empty, or −1 (also as a text, as in CSV)."""
    return value is None or (isinstance(value, int | float | str) and value in (-1, "", "-1"))


def number_of(label: Any, choices: Sequence[str], *, letters: bool) -> int:
    """Which of ``choices`` a label means: its number, its name, or, with ``letters``, one from A.

    Raises:
        Unlabelled: there is no label.
        OutOfRange: it means none of them.
    """
    if is_unlabelled(label):
        raise Unlabelled(f"the row's label is {label!r}")
    if isinstance(label, int) and 0 <= label < len(choices):
        return int(label)
    if isinstance(label, str):
        plain = label.strip().casefold()
        found = [number for number, choice in enumerate(choices) if choice.casefold() == plain]
        if len(found) == 1:
            return found[0]
        letter = ord(plain) - ord("a") if letters and len(plain) == 1 else -1
        if not found and 0 <= letter < len(choices):
            return letter
    shown = ", ".join(choices)[:120]
    raise OutOfRange(f"the row's label {label!r} is none of the {len(choices)} choices ({shown})")
