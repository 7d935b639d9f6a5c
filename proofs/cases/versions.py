"""The smooth formulas that an expression has where the signs of some expressions are known."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import product
from math import prod

from ..budget import Undecided
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.pieces import Resolver, Undefined, UnknownSign, primitive
from ..normal_forms import normal_form
from ..reals.reals import constant_sign


def versions(e: Expr, known: Mapping[Expr, int]) -> list[Expr | None]:
    """The smooth formulas e can have in a case, None for undefined. Raises UnknownSign or Undecided.

    Where an assumption says "= 0" for a switch inside a derivative that moves with the derivative's variable,
    the derivative, if it exists, equals the one-sided ones: all versions of the neighbouring formula count.
    """
    resolver = _CaseResolver(known, {})
    formulas = [_resolved(resolver, e)]
    if resolver.touched:
        zeros = [key for key, sign in known.items() if sign == 0]
        for signs in product((-1, 0, 1), repeat=len(zeros)):
            formulas.append(_resolved(_CaseResolver(known, dict(zip(zeros, signs, strict=True))), e))
    return formulas


def _resolved(resolver: Resolver, e: Expr) -> Expr | None:
    try:
        return resolver.visit(e)
    except Undefined:
        return None


class _CaseResolver(Resolver):
    """A resolver that splits products into factors and notices zeros inside derivatives."""

    def __init__(self, known: Mapping[Expr, int], inside: Mapping[Expr, int]) -> None:
        super().__init__(known)
        self.inside = inside
        self.touched = False

    def sign(self, u: Expr, bound: tuple[tuple[str, Expr], ...] = ()) -> int:
        moving = any(variable in ex.free_names(u) for variable, _ in bound)
        for variable, at in reversed(bound):
            u = calculus.substitute(u, {variable: at})
        if not ex.free_names(u):
            return self._closed_sign(u, moving)
        total = 1
        for factor, power in _factors(u):
            total *= self._factor_sign(factor, moving) ** power
        return total

    def _closed_sign(self, u: Expr, moving: bool) -> int:
        sign = constant_sign(u)
        if moving and sign == 0:
            raise Undecided("a derivative at a point where its case distinction is 0")
        return sign

    def _factor_sign(self, u: Expr, moving: bool) -> int:
        if not ex.free_names(u):
            return self._closed_sign(u, moving)
        base, exponent = ex.split_power(u)
        if base.positive:
            return 1
        if exponent.q != 1:  # a root: 0 or positive, with its base
            return abs(prod(self._factor_sign(factor, moving) ** power for factor, power in _factors(base)))
        flip, key = primitive(base)
        if key not in self.known:
            raise UnknownSign(key)
        sign = self.known[key]
        if sign == 0 and moving:
            self.touched = True
            sign = self.inside.get(key, 0)
        return (flip * sign) ** abs(int(exponent.p))


@lru_cache(maxsize=4096)
def _factors(u: Expr) -> tuple[tuple[Expr, int], ...]:
    """Factors with their powers; a polynomial in several names is factored over the rationals."""
    if u.op == "mul":
        return tuple((factor, 1) for factor in u.args)
    if u.op == "add" and len(ex.free_names(u)) > 1:
        try:
            constant_, upper, lower = normal_form.numerator_factors(u)
        except normal_form.TooComplex:
            return ((u, 1),)
        if len(upper) + len(lower) > 1:
            return ((ex.rational(constant_), 1), *upper, *lower)
    return ((u, 1),)
