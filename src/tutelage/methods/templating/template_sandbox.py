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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from jinja2 import StrictUndefined, Undefined, nodes, pass_context, pass_environment
from jinja2.exceptions import TemplateRuntimeError, UndefinedError
from jinja2.filters import FILTERS
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from jinja2.visitor import NodeTransformer

from tutelage.methods.templating.template_bounds import bounded, check_growth, check_size, check_text_method

BARS = "|||"
SEPARATOR = "\x00\x01\x00"  # what the author's three bars become, so that bars inside data mean nothing

Bars = Literal["none", "text", "all"]

MOST_STEPS = 200_000  # turns of loops and calls, in one rendering

_STATE = " state"  # no template can name it
_CHOSEN, _COUNTED, _JOINED = " chosen", " counted", " joined"


class Unlabelled(UndefinedError):
    """The row's label is −1, null or empty."""


class OutOfRange(UndefinedError):
    """The row's label points at no choice, or is no whole number."""


class TooManySteps(TemplateRuntimeError):
    """The template did more than :data:`MOST_STEPS`."""


class State:
    """What belongs to one rendering: its chance and its steps."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._steps = 0

    def step(self) -> None:
        """Count one step.

        Raises:
            TooManySteps: that was one too many.
        """
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise TooManySteps(f"the template takes more than {MOST_STEPS:,} steps")


class TemplateSandbox(SandboxedEnvironment):
    """See the module text. ``render`` takes a template of :meth:`compiled`."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, *, trim: bool) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=False, trim_blocks=trim, lstrip_blocks=trim)
        self.globals["zip"] = zip
        del self.globals["lipsum"]  # draws from a generator that nobody seeds
        self.filters |= {
            _CHOSEN: _chosen,
            _COUNTED: _counted,
            _JOINED: _joined,
            "choice": _choice,
            "random": _choice,
            "most_frequent": most_frequent,
            "highlight": lambda value: value,
        }
        for name in ("center", "indent", "batch", "slice", "format", "join", "replace"):
            self.filters[name] = bounded(name, FILTERS[name])

    def compiled(self, text: str, bars: Bars = "text") -> Any:
        """``text`` as a template of this sandbox.

        Three bars of the author become :data:`SEPARATOR`: those in the ``text`` of the template, ``all``
        (also those in quoted texts inside expressions, ``join("|||")``), or ``none``.

        Raises:
            TemplateSyntaxError: the text is no template; it knows the line.
        """
        return self.from_string(_Guarding(bars).visit(self.parse(text)))

    def rendered(self, template: Any, fields: Mapping[str, Any], chance: random.Random) -> str:
        """The text of ``template`` over ``fields``."""
        return str(template.render({**fields, _STATE: State(chance)}))

    @staticmethod
    def concat(parts: Iterable[str]) -> str:
        """Joins what a template or block writes, and stops a text that grows without end."""
        written: list[str] = []
        length = 0
        for part in parts:
            length += len(part)
            check_size(length)
            written.append(part)
        return "".join(written)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """A call from a template, counted; methods that swell what they are called on are bounded."""
        __context[_STATE].step()
        method = getattr(__obj, "__wrapped__", __obj)  # the sandbox wraps str.format
        owner, name = getattr(method, "__self__", None), getattr(method, "__name__", "")
        if isinstance(owner, str):
            check_text_method(owner, name, args)
        if isinstance(owner, list | tuple) and name in ("index", "pop"):
            return _looked_up(
                lambda: super(TemplateSandbox, __self).call(__context, __obj, *args), name, args
            )
        result = super().call(__context, __obj, *args, **kwargs)
        if isinstance(owner, list):
            check_size(len(owner))
        return result

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """An operator from a template, unless its result would be huge."""
        check_growth(operator, left, right)
        return super().call_binop(context, operator, left, right)


class _Guarding(NodeTransformer):
    """Puts our filters where the author wrote an index, a loop, or ``~``, and marks separators."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        self.generic_visit(node)
        if node.ctx != "load" or isinstance(node.arg, nodes.Slice) or constant(node.arg) is not None:
            return node
        return _filtered(node.node, _CHOSEN, node.arg)

    def visit_For(self, node: nodes.For) -> nodes.Node:
        self.generic_visit(node)
        node.iter = _filtered(node.iter, _COUNTED)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        parts = nodes.List(node.nodes, lineno=node.lineno, environment=node.environment)
        return _filtered(parts, _JOINED)

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


def _filtered(node: nodes.Node, name: str, *args: nodes.Expr) -> nodes.Filter:
    place = {"lineno": node.lineno, "environment": node.environment}
    return nodes.Filter(node, name, list(args), [], None, None, **place)


def constant(node: nodes.Expr) -> Any:
    """The value that the author wrote, or ``None`` where it is known at rendering only."""
    try:
        return node.as_const()
    except nodes.Impossible:
        return None


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
def _counted(context: Context, values: Any) -> Any:
    if isinstance(values, Undefined):
        return iter(values)  # raises
    return _Counted(values, context[_STATE])


class _Counted:
    """A loop's values; every turn is a step."""

    def __init__(self, values: Iterable[Any], state: State) -> None:
        self._values, self._state = values, state

    def __iter__(self) -> Iterator[Any]:
        for value in self._values:
            self._state.step()
            yield value

    def __len__(self) -> int:
        return len(self._values)  # type: ignore[arg-type]  # the TypeError is what Jinja2 looks for


@pass_context
def _joined(context: Context, parts: Sequence[Any]) -> str:
    return TemplateSandbox.concat(map(str, parts))


@pass_context
def _choice(context: Context, values: Iterable[Any]) -> Any:
    """One of ``values``, drawn by the rendering's own chance."""
    pool = list(values)
    if not pool:
        raise TemplateRuntimeError("there is nothing to choose from")
    return context[_STATE].chance.choice(pool)


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
