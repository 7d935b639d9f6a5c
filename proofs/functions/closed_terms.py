"""The value of a closed term that contains numbers without an exact form: sup, E, limits, maximisers.

Each operation is asked whether it is defined there, and each case distinction which case holds, by the sign of one
enclosed number. Where abs, max or min cannot tell, because the number may be 0, its value is still enclosed: these
three are continuous. An operation that jumps (sign, if) or may be undefined stays undecided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flint import arb

from ..budget import Undecided
from ..enclosures.balls import excludes_zero
from ..enclosures.jets import enclose
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..normal_forms import normal_form
from ..reals.reals import Extreme, Real, image, sign_of
from .pieces import Resolver, UnknownSign

QUICK_BITS = 256
"""Up to this precision the sign of an argument of abs, max or min is looked for."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """Encloses a smooth expression in names that stand for numbers."""

    expr: Expr
    values: tuple[tuple[str, Real], ...]

    def __call__(self, bits: int) -> arb:
        return enclose(self.expr, {name: value.ball(bits + 16) for name, value in self.values}, bits + 16)


def closed_value(e: Expr, values: Mapping[str, Real]) -> Real:
    """The value of an expression whose free names stand for finite numbers. Raises Undefined or Undecided."""
    numbers = dict(values)
    e = _continuous_cases(e, numbers)
    signs: dict[Expr, int] = {}
    while True:
        try:
            defined = Resolver(signs).visit(e)
            return _enclosed(normal_form.simplest(defined), numbers)
        except UnknownSign as question:
            signs[question.key] = sign_of(_enclosed(question.key, numbers))


def _enclosed(e: Expr, numbers: Mapping[str, Real]) -> Real:
    names = sorted(ex.free_names(e))
    if len(names) <= 1:  # the image of a number is known to equal an image of the same number
        name = names[0] if names else "x"
        return image(calculus.substitute(e, {name: ex.name("x")}), "x", numbers.get(name, Real(exact=ex.ZERO)))
    return Real(refine=Enclosed(e, tuple((name, numbers[name]) for name in names)))


def _continuous_cases(e: Expr, numbers: dict[str, Real]) -> Expr:
    """abs, max and min whose case is not known, replaced by names that stand for their values."""
    if not e.switching or e.op == "derivative":
        return e
    e = calculus.rebuild(e, lambda child: _continuous_cases(child, numbers))
    if e.op not in ("abs", "max", "min"):
        return e
    first = closed_value(e.args[0], numbers)
    second = closed_value(-e.args[0] if e.op == "abs" else e.args[1], numbers)
    difference = closed_value(e.args[0] if e.op == "abs" else e.args[0] - e.args[1], numbers)
    if _has_sign(difference):
        return e
    placeholder = f"{e.op}#{len(numbers)}"
    numbers[placeholder] = Real(refine=Extreme(first, second, -1 if e.op == "min" else 1))
    return ex.name(placeholder)


def _has_sign(x: Real) -> bool:
    if x.exact is not None:
        try:
            sign_of(x)
        except Undecided:
            return False
        return True
    return any(excludes_zero(x.ball(bits)) for bits in (64, QUICK_BITS))
