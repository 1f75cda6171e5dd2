"""A sandbox whose templates end by themselves, and after the same step on every machine.

A template may come from anywhere: from a data set's authors, or from the file of a model that somebody
downloaded. Beside what Jinja2's own sandbox refuses, here the turns of loops and the calls are counted, and
whatever a template makes is bounded: each text and list, and all of them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from jinja2 import Undefined, nodes, pass_context
from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import Namespace, _PassArg
from jinja2.visitor import NodeTransformer

from tutelage.template.bounds import LONGEST, TooLong, check_filter, check_growth, check_text_method, weigh

MOST_STEPS = 200_000  # turns of loops and calls, in one rendering
MOST_MADE = 20 * LONGEST  # characters and members, of all that one rendering makes

_MADE = (str, list, tuple, dict)
_STATE = " state"  # no template can name it
_COUNTED, _JOINED, _WEIGHED = " counted", " joined", " weighed"
# One draws from a generator that nobody seeds, the others make links that no prompt needs.
_UNWANTED = ("lipsum", "urlize", "xmlattr")


class TooManySteps(TemplateRuntimeError):
    """The template did more than :data:`MOST_STEPS`."""


class State:
    """What belongs to one rendering: how much it has done."""

    def __init__(self) -> None:
        self._steps = self._made = 0

    def step(self) -> None:
        """Count one step.

        Raises:
            TooManySteps: that was one too many.
        """
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise TooManySteps(f"the template takes more than {MOST_STEPS:,} steps")

    def made(self, value: Any) -> None:
        """Count a text or list that the template has made.

        Raises:
            TooLong: it is too long, or all together are.
        """
        if isinstance(value, _MADE):
            self._made += weigh(value)
            if self._made > MOST_MADE:
                raise TooLong(f"the template makes more than {MOST_MADE:,} characters in all")


class PlainNamespace(Namespace):
    """A namespace that does not write down what it holds, which may be itself."""

    def __repr__(self) -> str:
        return "<Namespace>"


class BoundedSandbox(SandboxedEnvironment):
    """See the module text. ``render`` takes a template of :meth:`compiled`."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, **options: Any) -> None:
        super().__init__(autoescape=False, **options)
        for name in _UNWANTED:
            self.globals.pop(name, None)
            self.filters.pop(name, None)
        self.globals["namespace"] = PlainNamespace
        self.filters = {name: bounded(name, plain) for name, plain in self.filters.items()}
        self.filters |= {_COUNTED: _counted, _JOINED: _joined, _WEIGHED: _weighed}

    def compiled(self, text: str) -> Any:
        """``text`` as a template of this sandbox.

        Raises:
            TemplateSyntaxError: the text is no template; it knows the line.
        """
        return self.from_string(Counting().visit(self.parse(text)))

    def rendered(self, template: Any, fields: Mapping[str, Any], state: Any = None) -> str:
        """The text of ``template`` over ``fields``; ``state`` is that of this one rendering."""
        return str(template.render({**fields, _STATE: state or State()}))

    @staticmethod
    def concat(parts: Iterable[str]) -> str:
        """Joins what a template or block writes, and stops a text that grows without end."""
        written: list[str] = []
        length = 0
        for part in parts:
            length += len(part)
            if length > LONGEST:
                raise TooLong(f"the template writes more than {LONGEST:,} characters")
            written.append(part)
        return "".join(written)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """A call from a template, counted; methods that swell what they are called on are bounded."""
        state = state_of(__context)
        state.step()
        method = getattr(__obj, "__wrapped__", __obj)  # the sandbox wraps str.format
        owner, name = getattr(method, "__self__", None), getattr(method, "__name__", "")
        if isinstance(owner, str):
            check_text_method(owner, name, args)
        result = super().call(__context, __obj, *args, **kwargs)
        state.made(owner if isinstance(owner, list) else result)
        return result

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """An operator from a template, unless its result would be huge."""
        check_growth(operator, left, right)
        result = super().call_binop(context, operator, left, right)
        state_of(context).made(result)
        return result


def state_of(context: Context) -> Any:
    """The state of the rendering that ``context`` belongs to."""
    return context[_STATE]


class Counting(NodeTransformer):
    """Puts our filters where the author wrote a loop, ``~``, or a list."""

    def visit_For(self, node: nodes.For) -> nodes.Node:
        """A loop, each turn of which is counted."""
        self.generic_visit(node)
        node.iter = filtered(node.iter, _COUNTED)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        """Parts joined by ``~``, within the bound."""
        self.generic_visit(node)
        parts = nodes.List(node.nodes, lineno=node.lineno, environment=node.environment)
        return filtered(parts, _JOINED)

    def visit_List(self, node: nodes.List) -> nodes.Node:
        """A list that the author wrote, weighed where its members are known at rendering only."""
        self.generic_visit(node)
        return node if constant(node) is not None else filtered(node, _WEIGHED)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:
        """A mapping, likewise."""
        self.generic_visit(node)
        return node if constant(node) is not None else filtered(node, _WEIGHED)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:
        """A tuple, likewise."""
        self.generic_visit(node)
        return node if node.ctx != "load" or constant(node) is not None else filtered(node, _WEIGHED)


def filtered(node: nodes.Node, name: str, *args: nodes.Expr) -> nodes.Filter:
    """``node`` through one of our filters."""
    place = {"lineno": node.lineno, "environment": node.environment}
    return nodes.Filter(node, name, list(args), [], None, None, **place)


def constant(node: nodes.Expr) -> Any:
    """The value that the author wrote, or ``None`` where it is known at rendering only."""
    try:
        return node.as_const()
    except nodes.Impossible:
        return None


def bounded(name: str, plain: Callable[..., Any]) -> Callable[..., Any]:
    """One of Jinja2's filters, with a bound on what it is asked for and on what it makes."""
    first = _PassArg.from_obj(plain)

    @pass_context
    def checked(context: Context, value: Any, *args: Any, **kwargs: Any) -> Any:
        if name == "join" and not isinstance(value, Undefined | str | list):
            value = list(value)
        check_filter(name, value, (*args, *kwargs.values()))
        if first is None:
            result = plain(value, *args, **kwargs)
        else:
            passed: dict[_PassArg, Any] = {
                _PassArg.context: context,
                _PassArg.eval_context: context.eval_ctx,
                _PassArg.environment: context.environment,
            }
            result = plain(passed[first], value, *args, **kwargs)
        state_of(context).made(result)
        return result

    return checked


@pass_context
def _counted(context: Context, values: Any) -> Any:
    if isinstance(values, Undefined):
        return iter(values)  # raises, where undefined values are errors
    return _Counted(values, state_of(context))


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
    joined = BoundedSandbox.concat(map(str, parts))
    state_of(context).made(joined)
    return joined


@pass_context
def _weighed(context: Context, made: Any) -> Any:
    state_of(context).made(made)
    return made
