"""The sandbox in which templates over somebody's data are rendered.

Such a template may come from anywhere and meets rows that nobody has checked. So, beside what Jinja2's own
sandbox refuses:

- a missing field is an error, never an empty text;
- an index that comes from the row (``answer_choices[label]``) must be a number from 0 up: −1, which marks an
  unlabelled row, would quietly give the last choice; an index written by the author (``words[-1]``) may be
  negative;
- steps, lengths and repetitions are counted, so that a template that loops or swells ends by itself, and
  after the same step on every machine;
- chance (the filters ``choice`` and ``random``) is the caller's.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from jinja2 import StrictUndefined, Undefined, nodes, pass_context, pass_environment
from jinja2.exceptions import TemplateRuntimeError, UndefinedError
from jinja2.runtime import Context

from tutelage.template.bounded import BoundedSandbox, Counting, State, constant, filtered, state_of

BARS = "|||"
SEPARATOR = "\x00\x01\x00"  # what the author's three bars become, so that bars inside data mean nothing

Bars = Literal["none", "text", "all"]

_CHOSEN = " chosen"  # no template can name it


class Unlabelled(UndefinedError):
    """The row's label is −1, null or empty."""


class OutOfRange(UndefinedError):
    """The row's label points at no choice, or is no whole number."""


class _Chance(State):
    """What belongs to one rendering: its chance and its steps."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.chance = chance


class TemplateSandbox(BoundedSandbox):
    """See the module text. ``render`` takes a template of :meth:`compiled`."""

    def __init__(self, *, trim: bool) -> None:
        super().__init__(undefined=StrictUndefined, trim_blocks=trim, lstrip_blocks=trim)
        self.globals["zip"] = zip
        self.filters |= {
            _CHOSEN: _chosen,
            "choice": _choice,
            "random": _choice,
            "most_frequent": most_frequent,
            "highlight": lambda value: value,
        }

    def compiled(self, text: str, bars: Bars = "text") -> Any:
        """``text`` as a template of this sandbox.

        Three bars of the author become :data:`SEPARATOR`: those in the ``text`` of the template, ``all``
        (also those in quoted texts inside expressions, ``join("|||")``), or ``none``.

        Raises:
            TemplateSyntaxError: the text is no template; it knows the line.
        """
        return self.from_string(_Guarding(bars).visit(self.parse(text)))

    def rendered(self, template: Any, fields: Mapping[str, Any], chance: Any = None) -> str:
        """The text of ``template`` over ``fields``, with the chance of this one rendering."""
        return super().rendered(template, fields, _Chance(chance))

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """A call from a template; a list asked for a value from the data says what is wrong with it."""

        def call() -> Any:
            return super(TemplateSandbox, __self).call(__context, __obj, *args, **kwargs)

        owner, name = getattr(__obj, "__self__", None), getattr(__obj, "__name__", "")
        if isinstance(owner, list | tuple) and name in ("index", "pop"):
            return _looked_up(call, name, args)
        return call()


class _Guarding(Counting):
    """Also puts our filter where the author wrote an index, and marks separators."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        self.generic_visit(node)
        if node.ctx != "load" or isinstance(node.arg, nodes.Slice) or constant(node.arg) is not None:
            return node
        return filtered(node.node, _CHOSEN, node.arg)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        pops = isinstance(node.node, nodes.Getattr) and node.node.attr == "pop"
        if pops and len(node.args) == 1 and constant(node.args[0]) == -1:
            node.args = []  # the author's own −1; without an argument it means the same
        return node

    def visit_Output(self, node: nodes.Output) -> nodes.Node:
        for each in node.nodes if self._bars != "none" else ():
            if isinstance(each, nodes.TemplateData):
                each.data = each.data.replace(BARS, SEPARATOR)
            elif isinstance(each, nodes.Const):
                _mark(each)
        return self.generic_visit(node)

    def visit_Const(self, node: nodes.Const) -> nodes.Node:
        if self._bars == "all":
            _mark(node)
        return node


def _mark(node: nodes.Const) -> None:
    if isinstance(node.value, str):
        node.value = node.value.replace(BARS, SEPARATOR)


@pass_environment
def _chosen(environment: TemplateSandbox, obj: Any, index: Any) -> Any:
    """``obj[index]`` with an index from the data. A fault is an undefined value, so ``is defined`` works."""
    if isinstance(index, Undefined):
        return index
    if isinstance(obj, Undefined):
        return environment.getitem(obj, index)
    if isinstance(obj, Mapping):
        if isinstance(index, str | int | float | bool | None) and index in obj:
            return obj[index]
    elif isinstance(index, int) and 0 <= index < len(obj):
        return obj[index]
    unlabelled = index is None or index in (-1, "")
    return StrictUndefined(
        f"the row's value {index!r} points at none of {len(obj)} choices",
        exc=Unlabelled if unlabelled else OutOfRange,
    )


@pass_context
def _choice(context: Context, values: Iterable[Any]) -> Any:
    """One of ``values``, drawn by the rendering's own chance."""
    pool = list(values)
    if not pool:
        raise TemplateRuntimeError("there is nothing to choose from")
    return state_of(context).chance.choice(pool)


def most_frequent(values: Iterable[Any]) -> list[Any]:
    """The values that occur most often, in order of appearance."""
    counts = Counter(values)
    most = max(counts.values(), default=0)
    return [value for value, count in counts.items() if count == most]


def _looked_up(call: Callable[[], Any], name: str, args: tuple[Any, ...]) -> Any:
    """``list.index`` and ``list.pop`` with a value from the data."""
    if name == "pop" and args and isinstance(args[0], int) and args[0] < 0:
        raise Unlabelled(f"the row's value {args[0]!r} points at no choice")
    try:
        return call()
    except (ValueError, IndexError) as error:
        shown = repr(args[0]) if args else "nothing"
        raise OutOfRange(f"the row's value {shown} is not among the choices") from error
