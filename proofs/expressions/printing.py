"""Expressions written in the statement language."""

from __future__ import annotations

from functools import lru_cache

from flint import fmpq

from ..budget import Undecided, spend
from .expr import Expr, name, rational, split_power

_SUM, _PRODUCT, _UNARY, _POWER, _ATOM = range(5)


def to_text(e: Expr) -> str:
    """The expression in the statement language; parsing it gives the expression back.

    Raises Undecided for one that is too large: what is shared in the graph is written out each time.
    """
    if e.size <= MAX_CACHED_TEXT:
        return _short_text(e)
    if e.size > MAX_TEXT:
        raise Undecided("a formula too large to be written out")
    spend(e.size / 50)
    return _written(e, _SUM)


def shorten(text: str, width: int = 100) -> str:
    """Text cut to a readable width."""
    return text if len(text) <= width else text[: width - 3] + "..."


MAX_TEXT = 100_000
"""Nodes of an expression that is written out."""

MAX_CACHED_TEXT = 100
"""Nodes of an expression whose text is kept: longer ones are rare and would fill the memory."""


@lru_cache(maxsize=1 << 14)
def _short_text(e: Expr) -> str:
    return _written(e, _SUM)


def _written(e: Expr, context: int) -> str:
    body, level = _render(e)
    return f"({body})" if level < context else body


def _render(e: Expr) -> tuple[str, int]:
    match e.op:
        case "rational":
            value = e.args[0]
            if value < 0:
                return str(value), _SUM
            return str(value), _ATOM if value.q == 1 else _PRODUCT
        case "name":
            return e.args[0], _ATOM
        case "pi":
            return "pi", _ATOM
        case "add":
            out = ""
            for i, term in enumerate(e.args):
                piece = _written(term, _SUM)
                if i and not piece.startswith("-"):
                    out += " + " + piece
                else:
                    out += " - " + piece[1:] if i else piece
            return out, _SUM
        case "mul":
            return _render_product(e)
        case "pow":
            base, exponent = e.args
            if exponent.value == fmpq(1, 2):
                return f"sqrt({_written(base, _SUM)})", _ATOM
            if exponent.value is not None and exponent.value < 0:
                return "1/" + _written(power_node(base, -exponent.value), _POWER), _PRODUCT
            return f"{_written(base, _ATOM)}**{_written(exponent, _ATOM)}", _POWER
        case "if":
            relation, u, a, b = e.args
            return f"({_written(a, _SUM)} if {_written(u, _SUM)} {relation} 0 else {_written(b, _SUM)})", _ATOM
        case "derivative":
            body, variable, at = e.args
            inner = f"D({_written(body, _SUM)}, {variable})"
            if at is name(variable):
                return inner, _ATOM
            return f"{inner} at {variable} = {_written(at, _SUM)}", _SUM
        case op:
            return f"{op}({', '.join(_written(a, _SUM) for a in e.args)})", _ATOM


def power_node(base: Expr, exponent: fmpq) -> Expr:
    """base ** exponent without re-tidying a base that is already tidy."""
    return base if exponent == 1 else Expr("pow", base, rational(exponent))


def _render_product(e: Expr) -> tuple[str, int]:
    numerator: list[str] = []
    denominator: list[str] = []
    sign = ""
    for factor in e.args:
        value = factor.value
        if value is not None:
            if value < 0:
                sign, value = "-", -value
            if value.p != 1:
                numerator.append(str(value.p))
            if value.q != 1:
                denominator.append(str(value.q))
            continue
        base, exponent = split_power(factor)
        if exponent < 0:
            denominator.append(_written(power_node(base, -exponent), _UNARY))
        else:
            numerator.append(_written(factor, _UNARY))
    top = "*".join(numerator) or "1"
    if not denominator:
        return sign + top, _SUM if sign else _PRODUCT
    bottom = denominator[0] if len(denominator) == 1 else f"({'*'.join(denominator)})"
    return f"{sign}{top}/{bottom}", _SUM if sign else _PRODUCT


Expr.printer = to_text
