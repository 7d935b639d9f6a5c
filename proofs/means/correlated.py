"""E[e(u, v)] for two standard normals u and v of correlation c: closed forms in c, and enclosures for every number c.

The expression is a sum of products f(u) g(v). At c = 0 the factors are independent, at c = 1 and c = -1 there is one
variable, and between them a product has a closed form (:mod:`correlated_forms`) or is a sum of Hermite coefficients
(:mod:`hermite_series`), of which more are taken until the enclosure is as narrow as asked for.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

from flint import arb

from ..budget import Undecided
from ..enclosures.balls import precision
from ..enclosures.jets import enclose
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.closed_terms import closed_value
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined, constant_sign
from ..reals.reals import Real, exact
from .correlated_forms import closed_product
from .expectations import expectation
from .hermite_series import HermiteCoefficients, correlated_mean
from .scaled_means import ScaledMeans

MOST_PRODUCTS = 64
LADDER = ((24, 64), (48, 96), (96, 144), (192, 176), (384, 208))
"""Numbers of coefficients that are tried, and bits with which they are computed."""

Products: TypeAlias = tuple[tuple[Expr, Expr], ...]
"""Pairs of f(u) and g(v) whose products add up to an expression."""


@lru_cache(maxsize=1 << 8)
def correlated_expectation(e: Expr, u: str, v: str, c: Expr) -> Real:
    """E[e] for standard normals of correlation c; for a c with free names a formula that has no value outside [-1, 1].

    Raises Undefined for a number c outside [-1, 1], Undecided where no mean is found.
    """
    products = separated(e, u, v)
    if ex.free_names(c) or ex.free_names(e) - {u, v}:
        closed = _closed(products, u, v, c)
        if closed is None:
            raise Undecided(f"the mean of {to_text(e)} has no closed form for every correlation and parameter")
        guard = ex.sqrt(1 - c * c)
        return exact(closed if _occurs(guard, closed) else closed + 0 * guard)
    if constant_sign(1 - c * c) < 0:
        raise Undefined(f"{to_text(c)} is no correlation: it is not between -1 and 1")
    for end in (ex.ONE, -ex.ONE):
        if constant_sign(c - end) == 0:
            return expectation(calculus.substitute(e, {v: end * ex.name(u)}), u)
    closed = _closed(products, u, v, c)
    if closed is not None:
        return exact(normal_form.simplest(closed))
    if constant_sign(c) == 0:
        return _independent(products, u, v)
    series = [(coefficients(f, u), coefficients(g, v)) for f, g in products]

    def refine(bits: int) -> arb:
        ball = arb(0)
        for count, digits in LADDER:
            with precision(2 * digits):
                ball = sum(
                    (correlated_mean(f, g, enclose(c, prec=2 * digits), count, digits) for f, g in series), arb(0)
                )
                if count == LADDER[-1][0] or ball.rad() < arb(2) ** -min(bits, LADDER[-1][1]):
                    break
        return ball

    refine(1)  # raises Undecided where there is none
    return Real(refine=refine)


def _independent(products: Products, u: str, v: str) -> Real:
    """The sum of the products of the means."""
    means = [expectation(e, variable) for product in products for e, variable in zip(product, (u, v), strict=True)]
    if any(mean.infinite for mean in means):
        raise Undecided("a product of infinite means")
    names = [ex.name(f"m{i}") if mean.exact is None else mean.exact for i, mean in enumerate(means)]
    total = ex.add(*(f * g for f, g in zip(names[::2], names[1::2], strict=True)))
    return closed_value(total, {f"m{i}": mean for i, mean in enumerate(means) if mean.exact is None})


def separated(e: Expr, u: str, v: str) -> Products:
    """An expression as a sum of products of a function of u and one of v. Raises Undecided."""
    names = ex.free_names(e)
    if v not in names:
        return ((e, ex.ONE),)
    if u not in names:
        return ((ex.ONE, e),)
    products: Products | None = None
    if e.op == "add":
        products = tuple(product for term in e.args for product in separated(term, u, v))
    elif e.op == "mul":
        products = ((ex.ONE, ex.ONE),)
        for factor in e.args:
            products = _times(products, separated(factor, u, v))
    elif e.op == "pow" and (n := e.args[1].value) is not None and n.q == 1 and 0 < n <= MOST_PRODUCTS:
        products, base = ((ex.ONE, ex.ONE),), separated(e.args[0], u, v)
        for _ in range(int(n.p)):
            products = _times(products, base)
    if products is None:
        raise Undecided(f"{to_text(e)} is no sum of products of functions of {u} and of {v}")
    return products


def _times(left: Products, right: Products) -> Products:
    if len(left) * len(right) > MOST_PRODUCTS:
        raise Undecided(f"a mean of more than {MOST_PRODUCTS} products")
    return tuple((f * h, g * k) for f, g in left for h, k in right)


def _closed(products: Products, u: str, v: str, c: Expr) -> Expr | None:
    means = [closed_product(f, u, g, v, c) for f, g in products]
    return None if None in means else ex.add(*(mean for mean in means if mean is not None))


@lru_cache(maxsize=256)
def coefficients(f: Expr, variable: str) -> HermiteCoefficients:
    """The Hermite coefficients of a function of one standard normal variable."""
    return HermiteCoefficients(ScaledMeans(f, variable), ScaledMeans(f * f, variable), lambda _: arb(1))


def _occurs(part: Expr, e: Expr) -> bool:
    return e is part or any(_occurs(part, child) for child in ex.children(e))
