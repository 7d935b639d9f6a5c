"""The operations of expressions on balls (``arb``) and on Taylor polynomials with ball coefficients (``arb_series``).

A result that is not finite means "not known here" (a division by a ball around 0, say), never a wrong number.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial, reduce
from typing import Any, TypeAlias

from flint import arb, arb_series, ctx, fmpq

from ..expressions import expr as ex
from ..expressions.expr import Expr
from .balls import NAN, excludes_zero

Element: TypeAlias = "arb | arb_series"


Operation: TypeAlias = Callable[..., Any]
"""A function of balls or of series, as many as the operation has arguments."""


def operation(e: Expr) -> tuple[Operation, tuple[Expr, ...]]:
    """The outermost operation of a smooth expression, and its arguments. Raises ValueError for a case distinction."""
    match e.op:
        case "rational":
            return partial(arb, e.args[0]), ()
        case "pi":
            return arb.pi, ()
        case "add":
            return _add, e.args
        case "mul":
            return _mul, e.args
        case "pow":
            base, exponent = e.args
            power = exponent.value
            if power is None:
                return _general_power, (base, exponent)
            if base.op == "cosh" and power.q == 1 and power < 0:
                return partial(_sech_power, -int(power.p)), base.args
            return partial(_rational_power, power), (base,)
        case "log" if e.args[0].op == "add" and ex.ONE in e.args[0].args and not ex.free_names(e):
            return _log1p, tuple(term for term in e.args[0].args if term is not ex.ONE)
        case op if op in _FUNCTIONS:
            return _FUNCTIONS[op], e.args
        case op:
            raise ValueError(f"cannot evaluate {op!r}: resolve case distinctions on a piece first")


def _add(*terms: Any) -> Any:
    return reduce(operator.add, terms)


def _mul(*factors: Any) -> Any:
    return reduce(operator.mul, factors)


def _head(u: Element) -> arb:
    return u if isinstance(u, arb) else u[0]


def _with_head(u: arb_series, head: arb) -> arb_series:
    """The same series with a tighter constant coefficient."""
    coefficients = u.coeffs()
    return arb_series([head, *coefficients[1:]]) if coefficients else arb_series([head])


def _unknown(u: Element) -> Element:
    return NAN if isinstance(u, arb) else arb_series([NAN] * ctx.cap)


def _rational_power(exponent: fmpq, u: Element) -> Element:
    if exponent.q == 1:
        return _whole_power(int(exponent.p), u)
    head = _head(u)
    if not head > 0:
        if isinstance(u, arb) and head >= 0 and exponent > 0 and head.is_zero():
            return arb(0)
        if not (isinstance(u, arb) and exponent > 0):
            return _unknown(u)
        # On a ball that reaches below 0 the power is defined on the part above; enclose that part's values.
        top = head.upper()
        if top.is_zero():
            return arb(0)
        if not (head.is_finite() and top > 0):
            return NAN
        return arb(0).union((exponent.p * top.log() / exponent.q).exp())
    if exponent.q == 2:
        return _whole_power(int(exponent.p), u.sqrt())
    return (u.log() * (arb(exponent.p) / exponent.q)).exp()


def _whole_power(n: int, u: Any) -> Any:
    if n < 0:
        raised = _whole_power(-n, u)
        try:
            return 1 / raised if excludes_zero(_head(raised)) else _unknown(u)
        except ValueError:  # a ball so wide that FLINT no longer sees its sign
            return _unknown(u)
    if isinstance(u, arb):
        return _ball_power(u, n)
    if n == 0:  # kept where the base is not total: 1 where it has a value
        return arb_series([1]) if u[0].is_finite() else _unknown(u)
    if n == 1:
        return u
    result: Any = None
    square = u
    k = n
    while k:
        if k & 1:
            result = square if result is None else result * square
        k >>= 1
        if k:
            square = square * square
    return _with_head(result, _ball_power(u[0], n))


def _ball_power(u: arb, n: int) -> arb:
    """The n-th power of a ball; an even power of a ball around 0 is not below 0."""
    if n == 1:
        return u
    if n % 2 == 0 and not excludes_zero(u):
        if not u.is_finite():
            return NAN
        return arb(0).union(abs(u).upper() ** n)
    if not u.is_exact():
        # Monotone in the base: the ends give the range without the dependency of repeated products.
        low, high = u.lower() ** n, u.upper() ** n
        return low.union(high)
    return u**n


def _general_power(u: Element, exponent: Element) -> Element:
    if not _head(u) > 0:
        return _unknown(u)
    return (u.log() * exponent).exp()


def _log(u: Element) -> Element:
    return u.log() if _head(u) > 0 else _unknown(u)


def _log1p(*terms: Any) -> Any:
    """log(1 + u) of a closed term u, which keeps its accuracy where u is tiny."""
    u: Any = _add(*terms)
    return u.log1p() if u > -1 else NAN


def _tan(u: Element) -> Element:
    cosine = u.cos()
    return u.sin() / cosine if excludes_zero(_head(cosine)) else _unknown(u)


def _from_slope(value: arb, slope: arb_series, u: arb_series) -> arb_series:
    """The series of F(u) from F(u0) and the series of F'(u)."""
    return _with_head((slope * u.derivative()).integral(), value)


def _gaussian(u: arb_series) -> Any:
    return (-_whole_power(2, u)).exp() * (2 / arb.pi().sqrt())


def _minus_gaussian(u: arb_series) -> Any:
    return -_gaussian(u)


def _monotone(f: Callable[[arb], arb], u: arb) -> arb:
    """A monotone function of a ball, from its ends."""
    return f(u) if u.is_exact() else f(u.lower()).union(f(u.upper()))


def _by_slope(f: Callable[[arb], arb], slope: Operation) -> Operation:
    """A monotone function: on a ball from its ends, on a series from its derivative.

    arb_series.erf, for one, squares by a product, which loses everything on a wide ball around 0.
    """

    def apply(u: Element) -> Element:
        if isinstance(u, arb):
            return _monotone(f, u) if u.is_finite() else NAN
        return _from_slope(_monotone(f, u[0]), slope(u), u)

    return apply


def _atan(u: Element) -> Element:
    return u.atan() if isinstance(u, arb) else _from_slope(u[0].atan(), _whole_power(-1, 1 + _whole_power(2, u)), u)


def _sinh(u: Element) -> Element:
    if isinstance(u, arb):
        return _monotone(arb.sinh, u) if u.is_finite() else NAN
    return _with_head((u.exp() - (-u).exp()) / 2, _monotone(arb.sinh, u[0]))


def _cosh_ball(u: arb) -> arb:
    if u.is_exact() or not u.is_finite():
        return u.cosh()
    ends = u.lower().cosh().union(u.upper().cosh())
    return ends if excludes_zero(u) else ends.union(arb(1))


def _cosh(u: Element) -> Element:
    if isinstance(u, arb):
        return _cosh_ball(u)
    return _with_head((u.exp() + (-u).exp()) / 2, _cosh_ball(u[0]))


def _sech_power(n: int, u: Element) -> Element:
    """1 / cosh(u)^n. Away from 0 by q = exp(-abs(u)) as (2 q / (1 + q^2))^n, which no wide ball makes infinite."""
    head = _head(u)
    if not excludes_zero(head):
        return _whole_power(-n, _cosh(u))
    decay: Any = (-u).exp() if head > 0 else u.exp()
    return _whole_power(n, 2 * decay * _whole_power(-1, 1 + _whole_power(2, decay)))


_FUNCTIONS: dict[str, Operation] = {
    "exp": operator.methodcaller("exp"), "sin": operator.methodcaller("sin"), "cos": operator.methodcaller("cos"),
    "log": _log, "tan": _tan, "atan": _atan, "sinh": _sinh, "cosh": _cosh,
    "erf": _by_slope(arb.erf, _gaussian), "erfc": _by_slope(arb.erfc, _minus_gaussian),
    "tanh": _by_slope(arb.tanh, partial(_sech_power, 2)),
}  # fmt: skip
