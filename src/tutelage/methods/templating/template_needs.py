"""What a template needs of a row, read from its text: fields, and which of them must be numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jinja2 import Environment, meta, nodes

from tutelage.template.bounded import constant

_ARITHMETIC = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod)


@dataclass(frozen=True)
class Needs:
    """Names that a template asks for.

    ``fields`` are all of them, ``required`` those that it does not first ask whether they are there.
    ``indices`` choose from a list; ``numbers`` are these and what is compared or reckoned with a number: in a
    table of texts, such as CSV, they have to be read as numbers.
    """

    fields: frozenset[str]
    required: frozenset[str]
    indices: frozenset[str]
    numbers: frozenset[str]


def needs_of(environment: Environment, texts: Iterable[str]) -> Needs:
    """What templates with these texts, which must be sound, need together."""
    trees = [environment.parse(text) for text in texts]
    fields = {name for tree in trees for name in meta.find_undeclared_variables(tree)}
    fields -= set(environment.globals)
    optional = {name for tree in trees for name in _asked_for(tree)}
    indices = {name for tree in trees for name in _indices(tree)}
    numbers = indices | {name for tree in trees for name in _reckoned(tree)}
    return Needs(
        frozenset(fields),
        frozenset(fields - optional),
        frozenset(indices & fields),
        frozenset(numbers & fields),
    )


def _asked_for(tree: nodes.Template) -> Iterator[str]:
    """Names in ``x is defined``, ``x | default(…)`` and the like."""
    for test in tree.find_all(nodes.Test):
        if test.name in ("defined", "undefined") and isinstance(test.node, nodes.Name):
            yield test.node.name
    for each in tree.find_all(nodes.Filter):
        if each.name in ("default", "d") and isinstance(each.node, nodes.Name):
            yield each.node.name


def _indices(tree: nodes.Template) -> Iterator[str]:
    for each in tree.find_all(nodes.Getitem):
        if not isinstance(each.arg, nodes.Slice) and constant(each.arg) is None:
            yield from _names(each.arg)


def _reckoned(tree: nodes.Template) -> Iterator[str]:
    for compare in tree.find_all(nodes.Compare):
        yield from _beside_numbers([compare.expr, *(operand.expr for operand in compare.ops)])
    for each in tree.find_all(_ARITHMETIC):
        yield from _beside_numbers([each.left, each.right])


def _beside_numbers(operands: list[nodes.Expr]) -> Iterator[str]:
    values = [constant(each) for each in operands]
    if any(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        for each in operands:
            yield from _names(each)


def _names(node: nodes.Node) -> Iterator[str]:
    """Names in an expression, not looking into calls, which may make of a value what they like."""
    if isinstance(node, nodes.Name):
        yield node.name
    elif isinstance(node, nodes.Getitem):
        yield from _names(node.arg)
    elif isinstance(node, nodes.BinExpr):
        yield from _names(node.left)
        yield from _names(node.right)
