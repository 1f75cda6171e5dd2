r"""A small, safe reader of expressions: text → tree. Nothing is executed, and size is bounded.

``parse`` reads LaTeX and plain writing (``\frac12``, ``1/2``, ``2\sqrt3``, ``sqrt(3)``, ``x^{2}y``, ``5!``,
``\binom52``, ``\sin^2 x``). What a tree is worth is told in ``values``.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, NamedTuple

MOST_CHARACTERS = 1_000
MOST_DEPTH = 60  # of brackets
MOST_LEVELS = 150  # of the tree; a sum of n terms has n


class NotRead(Exception):
    """The text is no expression, is too large, or has no value."""


class Node(NamedTuple):
    """A node of the tree: what is done, to what."""

    name: str
    parts: tuple[Any, ...]


FUNCTIONS = frozenset(
    "sin cos tan sec csc cot arcsin arccos arctan sinh cosh tanh log ln lg exp sqrt abs".split()  # noqa: SIM905 - read as a list
)
_CONSTANTS = ("pi", "e", "i", "infty")
_ALIASES = {"infinity": "infty", "inf": "infty", "asin": "arcsin", "acos": "arccos", "atan": "arctan"}
_TIMES = ("*", "cdot", "times")
_OVER = ("/", "div", ":")
_NO_FACTOR = (*_TIMES, *_OVER, "rfloor", "rceil", "rvert", "vert", "mid", "circ")
_GREEK = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau "  # noqa: SIM905 - read as a list
    "upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Sigma Phi Psi Omega ell".split()
)
_TOKEN = re.compile(
    r"(?P<number>\d+(?:\.\d+)?|\.\d+)|\\(?P<command>[a-zA-Z]+)|(?P<letters>[a-zA-Z]+)|(?P<sign>\*\*|[^\s])"
)
_NAMES = re.compile("|".join(sorted({*FUNCTIONS, *_ALIASES, "pi"}, key=len, reverse=True)) + "|[a-zA-Z]")
_LONGEST_WORD = 3  # letters that may stand for a product of variables


class Token(NamedTuple):
    """A number, a name, or a sign; ``place`` is where it begins."""

    kind: str
    text: str
    place: int


def _tokens(text: str) -> list[Token]:
    if len(text) > MOST_CHARACTERS:
        raise NotRead("too long")
    tokens: list[Token] = []
    for found in _TOKEN.finditer(text):
        kind, piece = str(found.lastgroup), found[found.lastgroup or 0]
        if kind == "letters":
            names = _NAMES.findall(piece)
            run = 0
            for name in names:
                run = run + 1 if len(name) == 1 else 0
                if run > _LONGEST_WORD:
                    raise NotRead("a word")
                tokens.append(Token("name", _ALIASES.get(name, name), found.start()))
        elif kind == "command":
            tokens.append(Token("name", _ALIASES.get(piece, piece), found.start()))
        else:
            tokens.append(Token(kind, "^" if piece == "**" else piece, found.start()))
    return tokens


def parse(text: str) -> Node:
    """The tree of ``text``.

    Raises:
        NotRead: it is no expression, or too large.
    """
    reader = _Reader(_tokens(text))
    try:
        tree = reader.sum()
    except RecursionError:
        raise NotRead("too deep") from None
    if reader.peek() is not None:
        raise NotRead(f"what is '{reader.peek()}'?")
    if _levels(tree) > MOST_LEVELS:
        raise NotRead("too deep")
    return tree


def _levels(tree: Node) -> int:
    """How deep the tree is, counted without recursion."""
    levels, row = 0, [tree]
    while row:
        levels += 1
        row = [part for node in row for part in node.parts if isinstance(part, Node)]
    return levels


class _Reader:
    """Recursive descent; one method for each level of binding."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def peek(self, ahead: int = 0) -> str | None:
        """The text of a coming token."""
        place = self._at + ahead
        return self._tokens[place].text if place < len(self._tokens) else None

    def _kind(self, ahead: int = 0) -> str:
        place = self._at + ahead
        return self._tokens[place].kind if place < len(self._tokens) else ""

    def _next(self) -> Token:
        if self._at >= len(self._tokens):
            raise NotRead("it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, text: str) -> None:
        if self._next().text != text:
            raise NotRead(f"no {text}")

    def sum(self) -> Node:
        """Terms with + and -."""
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise NotRead("too deep")
        tree = self._product()
        while self.peek() in ("+", "-"):
            sign = self._next().text
            right = self._product()
            tree = Node("add", (tree, right if sign == "+" else Node("neg", (right,))))
        self._depth -= 1
        return tree

    def _product(self) -> Node:
        if self.peek() in ("+", "-"):
            sign = self._next().text
            inside = self._product()
            return inside if sign == "+" else Node("neg", (inside,))
        tree = self._power()
        while True:
            if self.peek() in _TIMES:
                self._next()
                tree = Node("mul", (tree, self._signed()))
            elif self.peek() in _OVER:
                self._next()
                tree = Node("div", (tree, self._signed()))
            elif self._starts():
                tree = Node("mul", (tree, self._power()))
            else:
                return tree

    def _signed(self) -> Node:
        if self.peek() == "-":
            self._next()
            return Node("neg", (self._signed(),))
        return self._power()

    def _starts(self) -> bool:
        """Whether a factor begins here, so that a product is meant. Two numbers side by side are none."""
        text, kind = self.peek(), self._kind()
        if kind == "number":
            return self._at > 0 and self._tokens[self._at - 1].kind != "number"
        return (kind == "name" and text not in _NO_FACTOR) or text in ("(", "{", "[")

    def _power(self) -> Node:
        tree = self._atom()
        while self.peek() in ("^", "!", "%"):
            sign = self._next().text
            if sign == "^" and self.peek() in ("circ",):
                self._next()
                tree = Node("degrees", (tree,))
            elif sign == "^":
                tree = Node("pow", (tree, self._exponent()))
            else:
                tree = Node("factorial" if sign == "!" else "percent", (tree,))
        return tree

    def _exponent(self) -> Node:
        """A tower of powers is read from the top."""
        exponent = self._argument()
        if self.peek() != "^" or self.peek(1) == "circ":
            return exponent
        self._next()
        return Node("pow", (exponent, self._exponent()))

    def _argument(self, *, one_digit: bool = False) -> Node:
        r"""What a command or ``^`` is applied to: a group, or the next piece (for ``\frac`` one digit)."""
        if self.peek() == "{":
            return self._group("{", "}")
        if self.peek() == "-":
            self._next()
            return Node("neg", (self._argument(),))
        token = self._next()
        if token.kind == "number" and one_digit and len(token.text) > 1:
            self._at -= 1
            self._tokens[self._at] = Token("number", token.text[1:], token.place)
            return Node("number", (Fraction(token.text[0]),))
        self._at -= 1
        if self.peek() == "circ":
            raise NotRead("degrees of nothing")
        return self._atom()

    def _group(self, opening: str, closing: str) -> Node:
        self._expect(opening)
        tree = self.sum()
        self._expect(closing)
        return tree

    def _atom(self) -> Node:
        token = self._next()
        if token.kind == "number":
            return self._mixed(Fraction(token.text))
        if token.kind == "name":
            return self._named(token.text)
        closing = {"(": ")", "{": "}", "[": "]", "|": "|"}.get(token.text)
        if closing is None:
            raise NotRead(f"what is '{token.text}'?")
        tree = self.sum()
        self._expect(closing)
        return Node("abs", (tree,)) if closing == "|" else tree

    def _mixed(self, number: Fraction) -> Node:
        r"""A whole number before a fraction of numbers (``1\frac{1}{10}``, ``1 1/10``) is added to it."""
        whole = Node("number", (number,))
        if number.denominator != 1:
            return whole
        if self._kind() == "number" and self.peek(1) == "/" and self._kind(2) == "number":
            over, _, under = self._next(), self._next(), self._next()
            return Node("add", (whole, _ratio(over.text, under.text)))
        if self.peek() != "frac":
            return whole
        back, kept = self._at, list(self._tokens)
        fraction = self._atom()
        if all(isinstance(each, Node) and each.name == "number" for each in fraction.parts):
            return Node("add", (whole, fraction))
        self._at, self._tokens = back, kept
        return whole

    def _named(self, name: str) -> Node:
        if name == "frac":
            return Node("div", (self._argument(one_digit=True), self._argument(one_digit=True)))
        if name == "binom":
            return Node("binom", (self._argument(one_digit=True), self._argument(one_digit=True)))
        if name == "sqrt" and self.peek() == "[":
            degree = self._group("[", "]")
            return Node("root", (self._argument(), degree))
        if name == "sqrt":
            return Node("root", (self._argument(), Node("number", (Fraction(2),))))
        if name in FUNCTIONS:
            return self._function(name)
        if name in ("lfloor", "lceil"):
            tree = self.sum()
            self._expect(name.replace("l", "r", 1))
            return Node(name[1:], (tree,))
        if name in ("lvert", "vert", "mid"):
            tree = self.sum()
            self._expect("rvert" if name == "lvert" else name)
            return Node("abs", (tree,))
        if name in _CONSTANTS:
            return Node(name, ())
        if len(name) > 1 and name not in _GREEK:
            raise NotRead(f"what is '{name}'?")
        return Node("variable", (name + self._subscript(),))

    def _subscript(self) -> str:
        if self.peek() != "_":
            return ""
        self._next()
        if self.peek() != "{":
            return "_" + self._next().text
        self._next()
        inside = ""
        while self.peek() != "}":
            inside += self._next().text
        self._next()
        return "_" + inside

    def _function(self, name: str) -> Node:
        r"""``\sin x``, ``\sin^2 x``, ``\log_2 8``, ``sin(x)``; without brackets the argument is all that is
        multiplied without a sign, up to the next function."""
        base = power = None
        if self.peek() == "_":
            self._next()
            base = self._argument()
        if self.peek() == "^":
            self._next()
            power = self._argument()
        if self.peek() in ("(", "{"):
            inside = self._power()
        else:
            inside = self._power()
            while self._starts() and self.peek() not in FUNCTIONS:
                inside = Node("mul", (inside, self._power()))
        tree = Node(name, (inside,) if base is None else (inside, base))
        return tree if power is None else Node("pow", (tree, power))


def _ratio(over: str, under: str) -> Node:
    return Node("div", (Node("number", (Fraction(over),)), Node("number", (Fraction(under),))))


def variables(tree: Node) -> set[str]:
    """The names of the variables in ``tree``."""
    if tree.name == "variable":
        return {tree.parts[0]}
    return {name for part in tree.parts if isinstance(part, Node) for name in variables(part)}
