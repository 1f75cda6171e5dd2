"""What a tree is worth: a ``Fraction`` wherever only rational numbers are met, else a complex float.

Powers, factorials and numbers are bounded, so that no answer can take time or memory that it should not.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Mapping
from fractions import Fraction

from tutelage.evaluate.mathematics.expression import Node, NotRead

Value = Fraction | complex

_MOST_BITS = 50_000  # of an exact power
_MOST_FACTORIAL = 500
_CLOSE = 1e-10  # relative; floats carry sixteen digits
_NOTHING = 1e-12  # what is left of sin π and the like


def value(tree: Node, sample: Mapping[str, complex] | None = None) -> Value:
    """The value of ``tree``, with variables as in ``sample``.

    Raises:
        NotRead: it has none, or one too large.
    """
    try:
        return _value(tree, sample or {})
    except (ArithmeticError, ValueError) as error:
        raise NotRead(str(error)) from error


def close(one: Value, other: Value) -> bool:
    """Whether two values are equal: exactly where both are rational, else but for rounding."""
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return one == other
    try:
        left, right = complex(one), complex(other)
    except OverflowError:
        return False
    if left == right:
        return True
    return abs(left - right) <= max(_NOTHING, _CLOSE * max(abs(left), abs(right))) < math.inf


def _value(tree: Node, sample: Mapping[str, complex]) -> Value:
    if tree.name == "number":
        return Fraction(tree.parts[0])
    if tree.name == "variable":
        return sample[tree.parts[0]]
    if tree.name in _CONSTANTS:
        return _CONSTANTS[tree.name]
    if tree.name not in _OPERATIONS:
        raise NotRead(f"what is '{tree.name}'?")
    found = _OPERATIONS[tree.name](*(_value(part, sample) for part in tree.parts))
    if not isinstance(found, Fraction) and cmath.isnan(found):
        raise NotRead("no number")
    return found


def _add(one: Value, other: Value) -> Value:
    return one + other


def _multiply(one: Value, other: Value) -> Value:
    return one * other


def _divide(one: Value, other: Value) -> Value:
    return one / other


def _power(base: Value, exponent: Value) -> Value:
    if isinstance(base, Fraction) and isinstance(exponent, Fraction):
        if exponent.denominator == 1:
            bits = max(base.numerator.bit_length(), base.denominator.bit_length())
            if abs(exponent.numerator) * bits > _MOST_BITS:
                raise NotRead("too large a power")
            return Fraction(base) ** exponent.numerator
        exact = _exact_root(base, exponent.denominator) if exponent.denominator < 64 else None
        if exact is not None:
            return _power(exact, Fraction(exponent.numerator))
    if complex(base) == 0:
        return Fraction(0) if complex(exponent).real > 0 else _divide(Fraction(1), Fraction(0))
    return complex(base) ** complex(exponent)


def _exact_root(number: Fraction, degree: int) -> Fraction | None:
    """The rational root of a number that is not negative, where there is one."""
    if number < 0:
        return None
    over, under = _whole_root(number.numerator, degree), _whole_root(number.denominator, degree)
    return None if over is None or under is None else Fraction(over, under)


def _whole_root(number: int, degree: int) -> int | None:
    if degree == 2:
        found = math.isqrt(number)
    elif number.bit_length() > 1000:
        return None
    else:
        found = round(number ** (1 / degree))
    return found if found**degree == number else None


def _root(number: Value, degree: Value) -> Value:
    """The real root where there is one: the cube root of -8 is -2."""
    if isinstance(degree, Fraction) and degree.denominator == 1 and degree.numerator % 2:
        plain = complex(number)
        if plain.imag == 0 and plain.real < 0:
            return -_root(-number, degree)
    return _power(number, _divide(Fraction(1), degree))


def _factorial(number: Value) -> Value:
    if not isinstance(number, Fraction) or number.denominator != 1 or not 0 <= number <= _MOST_FACTORIAL:
        raise NotRead("no factorial")
    return Fraction(math.factorial(number.numerator))


def _binomial(one: Value, other: Value) -> Value:
    pair = [each.numerator for each in (one, other) if isinstance(each, Fraction) and each.denominator == 1]
    if len(pair) < 2 or not min(pair) >= 0 or max(pair) > 2 * _MOST_FACTORIAL:
        raise NotRead("no binomial coefficient")
    return Fraction(math.comb(*pair))


def _absolute(number: Value) -> Value:
    return abs(number) if isinstance(number, Fraction) else complex(abs(number))


def _log(number: Value, base: Value | None = None, plain: float = math.e) -> Value:
    """To ``base``; exact where the number is a whole power of a whole base."""
    if (
        base is not None
        and isinstance(number, Fraction)
        and isinstance(base, Fraction)
        and base > 1
        and number > 0
    ):
        times = round(math.log(number) / math.log(base))
        if abs(times) < 200 and _power(base, Fraction(times)) == number:
            return Fraction(times)
    return cmath.log(complex(number)) / cmath.log(complex(plain if base is None else base))


def _rounded(by: Callable[[Fraction], int]) -> Callable[[Value], Value]:
    def rounded(number: Value) -> Value:
        if not isinstance(number, Fraction):
            number = Fraction(complex(number).real)
        return Fraction(by(number))

    return rounded


def _by(function: Callable[[complex], complex]) -> Callable[[Value], Value]:
    return lambda number: function(complex(number))


def _over(function: Callable[[complex], complex]) -> Callable[[Value], Value]:
    return lambda number: 1 / function(complex(number))


_CONSTANTS: dict[str, Value] = {
    "pi": complex(math.pi),
    "e": complex(math.e),
    "i": 1j,
    "infty": complex(math.inf),
}
_OPERATIONS: dict[str, Callable[..., Value]] = {
    "add": _add,
    "neg": lambda number: -number,
    "mul": _multiply,
    "div": _divide,
    "pow": _power,
    "root": _root,
    "abs": _absolute,
    "factorial": _factorial,
    "binom": _binomial,
    "percent": lambda number: number / 100,
    "degrees": lambda number: complex(number) * math.pi / 180,
    "floor": _rounded(math.floor),
    "ceil": _rounded(math.ceil),
    "exp": _by(cmath.exp),
    "ln": _log,
    "log": _log,
    "lg": lambda number, base=Fraction(10): _log(number, base),
    **{name: _by(getattr(cmath, name)) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "arcsin": _by(cmath.asin),
    "arccos": _by(cmath.acos),
    "arctan": _by(cmath.atan),
    "sec": _over(cmath.cos),
    "csc": _over(cmath.sin),
    "cot": _over(cmath.tan),
}
