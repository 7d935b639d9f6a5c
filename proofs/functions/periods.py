"""Periods: of functions in which the variable occurs only inside sin, cos and tan, and of distances to whole numbers.

sin(u), cos(u) and tan(u) with u affine in the variable repeat after 2 pi over its slope; whatever is computed from
such terms alone repeats after their common period, case distinctions and derivatives included.
"""

from __future__ import annotations

from functools import lru_cache
from math import gcd, lcm

from flint import fmpq

from ..budget import Undecided
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..normal_forms import normal_form
from ..normal_forms.signs import constant_sign

_TRIGONOMETRIC = ("sin", "cos", "tan")


@lru_cache(maxsize=1 << 10)
def period(variable: str, *functions: Expr) -> Expr | None:
    """A common period of functions (not always the smallest), or None where none is found."""
    if (length := _length_of_steps(variable, functions)) is not None:
        return length
    slopes: list[Expr] = []
    try:
        if not all(_repeats(e, variable, slopes) for e in functions) or not slopes:
            return None
        first = slopes[0] * constant_sign(slopes[0])
        ratios = [normal_form.canonical(slope / first).value for slope in slopes]
    except (Undecided, normal_form.TooComplex):
        return None
    sizes = [abs(ratio) for ratio in ratios if ratio is not None]
    if len(sizes) < len(ratios):
        return None
    return normal_form.simplest(2 * ex.PI * _whole_multiple(sizes) / first)


def steady_length(variable: str, e: Expr) -> Expr | None:
    """A length after which a total function with floors is the same but for a constant: floor(x + 1) is floor(x) + 1.

    The expression moved by it is the expression and a rational: no term is left that may be undefined.
    """
    length = _common_length(variable, (e,))
    return length if length is not None and _moved(variable, e, length).value is not None else None


def _length_of_steps(variable: str, functions: tuple[Expr, ...]) -> Expr | None:
    """A period of functions with floors of affine arguments: the same expressions again when they are moved by it."""
    length = _common_length(variable, functions)
    return length if length is not None and all(_moved(variable, e, length) is ex.ZERO for e in functions) else None


def _moved(variable: str, e: Expr, length: Expr) -> Expr:
    """The change of a function after a length."""
    return calculus.substitute(e, {variable: ex.name(variable) + length}) - e


def _common_length(variable: str, functions: tuple[Expr, ...]) -> Expr | None:
    """The least length after which all floors of affine arguments have risen by whole numbers."""
    slopes = {slope for e in functions for slope in _slopes_of_steps(e, variable)}
    rates = [slope for slope in slopes if slope]
    if not rates or len(rates) < len(slopes):
        return None
    return ex.rational(_whole_multiple(rates))


@lru_cache(maxsize=1 << 10)
def _slopes_of_steps(e: Expr, variable: str) -> frozenset[fmpq | None]:
    """The slopes of what floors are taken of; None among them where one is not affine."""
    slopes = frozenset[fmpq | None]().union(*(_slopes_of_steps(child, variable) for child in ex.children(e)))
    if e.op != "floor" or variable not in ex.free_names(e):
        return slopes
    argument = _without_steps(e.args[0])
    slope = None if argument.switching else calculus.differentiate(argument, variable).value
    return slopes | {None if slope is None else abs(slope)}


def _without_steps(e: Expr) -> Expr:
    """The expression with every floor(u) as u: a guess at how fast it moves."""
    return _without_steps(e.args[0]) if e.op == "floor" else calculus.rebuild(e, _without_steps)


def _whole_multiple(ratios: list[fmpq]) -> fmpq:
    """The least positive number whose products with all ratios are whole."""
    return fmpq(lcm(*(int(r.q) for r in ratios)), gcd(*(int(r.p) for r in ratios)))


def _repeats(e: Expr, variable: str, slopes: list[Expr]) -> bool:
    """Whether the variable occurs only inside trigonometric functions of affine arguments, whose slopes are noted."""
    if variable not in ex.free_names(e):
        return True
    match e.op:
        case "name":
            return False
        case "derivative":
            body, bound, at = e.args
            if at is ex.name(variable) and bound == variable:
                return _repeats(body, variable, slopes)
            return (bound == variable or variable not in ex.free_names(body)) and _repeats(at, variable, slopes)
        case op if op in _TRIGONOMETRIC and not e.args[0].switching:
            slope = calculus.differentiate(e.args[0], variable)
            if not ex.free_names(slope) and e.args[0].total:
                if constant_sign(slope):
                    slopes.append(slope)
                return True
            return _repeats(e.args[0], variable, slopes)
        case _:
            return all(_repeats(child, variable, slopes) for child in ex.children(e))
