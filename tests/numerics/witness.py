"""A second witness for reference values: mpmath, with its own visitor, own derivatives and own precision control.

It shares with the oracle nothing but the expression. Derivatives come from arithmetic on (f, f', f'') triples, not
from symbolic differentiation, and cases are decided at the point, not by pieces. It proves nothing: precision is
doubled until two runs agree, which is evidence against a mistake, not a certificate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import mpmath
from flint import fmpq
from gradproof.proofs.expressions.expr import ONE, Expr

Triple: TypeAlias = "tuple[Any, Any, Any]"
"""A value with its first and second derivative in x, as mpmath numbers."""

SMALLEST = 400
LARGEST_DIGITS = 6000
SATURATED = mpmath.mpf(10) ** 40
_SATURATED: dict[str, Callable[[Any], Any]] = {
    "exp": lambda v: mpmath.mpf(0), "tanh": mpmath.sign, "erf": mpmath.sign, "erfc": lambda v: 1 - mpmath.sign(v)
}  # fmt: skip
"""What an exponential of an exponential leaves of these beyond SATURATED; mpmath would want as many digits as the
argument has."""


def witness(expr: Expr, x: fmpq, *, order: int = 0, digits: int = 50) -> Any:
    """f^(order)(x) for order 0, 1 or 2, to about this many significant digits, or 10**-SMALLEST absolutely.

    At a kink the result is a one-sided derivative. Domain: abs(x) below 1e100, or 0. Raises ArithmeticError where
    LARGEST_DIGITS do not settle it.
    """
    # Near 0 the terms of a function with a zero of order 3 cancel to the third power of x.
    leading_zeros = max(0, int((x.q.bit_length() - x.p.bit_length()) * 0.302)) if x else 0
    working = digits + 20 + 3 * leading_zeros
    before = None
    while working <= LARGEST_DIGITS:
        with mpmath.workdps(working):
            point = mpmath.mpf(int(x.p)) / int(x.q)
            value = _triple(expr, (point, mpmath.mpf(1), mpmath.mpf(0)), {})[order]
            # What is smaller than the working precision may be the remains of a cancellation, or nothing at all.
            visible = abs(value) > mpmath.mpf(10) ** (digits - working) or working > 2 * SMALLEST
            if before is not None and visible:
                scale = max(abs(value), mpmath.mpf(10) ** -SMALLEST)
                if abs(value - before) <= scale * mpmath.mpf(10) ** -digits:
                    return value
        before, working = value, 2 * working
    raise ArithmeticError(f"witness: {LARGEST_DIGITS} digits do not settle the value at x={x}")


def _triple(e: Expr, x: Triple, known: dict[Expr, Triple]) -> Triple:
    if e not in known:
        known[e] = _operation(e, x, known)
    return known[e]


def _operation(e: Expr, x: Triple, known: dict[Expr, Triple]) -> Triple:
    match e.op:
        case "name":
            return x
        case "rational":
            return mpmath.mpf(int(e.args[0].p)) / int(e.args[0].q), mpmath.mpf(0), mpmath.mpf(0)
        case "pi":
            return +mpmath.pi, mpmath.mpf(0), mpmath.mpf(0)
        case "add":
            terms = [_triple(a, x, known) for a in e.args]
            return sum(t[0] for t in terms), sum(t[1] for t in terms), sum(t[2] for t in terms)
        case "mul":
            product = (mpmath.mpf(1), mpmath.mpf(0), mpmath.mpf(0))
            for a in e.args:
                f, g = product, _triple(a, x, known)
                product = f[0] * g[0], f[1] * g[0] + f[0] * g[1], f[2] * g[0] + 2 * f[1] * g[1] + f[0] * g[2]
            return product
        case "pow":
            base, exponent = (_triple(a, x, known) for a in e.args)
            return _power(base, exponent[0])
        case "abs":
            u = _triple(e.args[0], x, known)
            return u if u[0] >= 0 else (-u[0], -u[1], -u[2])
        case "sign":
            return mpmath.sign(_triple(e.args[0], x, known)[0]), mpmath.mpf(0), mpmath.mpf(0)
        case "max" | "min":
            a, b = (_triple(arg, x, known) for arg in e.args)
            return a if (a[0] >= b[0]) == (e.op == "max") else b
        case "if":
            relation, u, a, b = e.args
            return _triple(a if _holds(_triple(u, x, known)[0], relation) else b, x, known)
        case "log" if e.args[0].op == "add" and ONE in e.args[0].args:
            u = _triple(e.args[0], x, known)
            rest = [_triple(a, x, known)[0] for a in e.args[0].args if a is not ONE]
            return _composed(mpmath.log1p(sum(rest)), 1 / u[0], -1 / u[0] ** 2, u)
        case op:
            return _chain(op, _triple(e.args[0], x, known))


def _holds(value: Any, relation: str) -> bool:
    return {
        ">": value > 0, ">=": value >= 0, "<": value < 0, "<=": value <= 0, "==": value == 0, "!=": value != 0
    }[relation]  # fmt: skip


def _power(u: Triple, r: Any) -> Triple:
    """u**r for a constant r; 0**0 is 1, so that whole powers have derivatives at 0."""

    def term(factor: Any, exponent: Any) -> Any:
        return factor * u[0] ** exponent if factor else mpmath.mpf(0)

    return _composed(term(1, r), term(r, r - 1), term(r * (r - 1), r - 2), u)


def _chain(op: str, u: Triple) -> Triple:
    """F(u) by the chain rule from F, F' and F''."""
    v = u[0]
    if op in _SATURATED and abs(v) > SATURATED and not (op == "exp" and v > 0):
        return _SATURATED[op](v), mpmath.mpf(0), mpmath.mpf(0)
    value = getattr(mpmath, op)(v)
    match op:
        case "exp":
            slopes = value, value
        case "log":
            slopes = 1 / v, -1 / v**2
        case "erf" | "erfc":
            bell = (2 if op == "erf" else -2) * mpmath.exp(-v * v) / mpmath.sqrt(mpmath.pi)
            slopes = bell, -2 * v * bell
        case "sin":
            slopes = mpmath.cos(v), -value
        case "cos":
            slopes = -mpmath.sin(v), -value
        case "tan":
            slopes = 1 + value**2, 2 * value * (1 + value**2)
        case "atan":
            slopes = 1 / (1 + v * v), -2 * v / (1 + v * v) ** 2
        case "sinh":
            slopes = mpmath.cosh(v), value
        case "cosh":
            slopes = mpmath.sinh(v), value
        case "tanh":
            steep = mpmath.sech(v) ** 2
            slopes = steep, -2 * value * steep
        case _:
            raise ValueError(f"op={op!r}: unknown to the witness")
    return _composed(value, *slopes, u)


def _composed(value: Any, first: Any, second: Any, u: Triple) -> Triple:
    return value, first * u[1], second * u[1] ** 2 + first * u[2]
