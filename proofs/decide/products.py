"""product(f, n): the values a product of f at n independent arguments can take."""

from __future__ import annotations

from dataclasses import dataclass

from ..budget import Undecided
from ..cases.bounds import product_span
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.landscape import Landscape
from ..functions.step_functions import Line
from ..normal_forms import normal_form
from ..reals.reals import Real, compare, exact, sign_of
from ..reals.sets import Interval, RealSet, point, union
from ..vocabulary.sets import region_of
from ..vocabulary.values import digits

MAX_POINTS = 200
MAX_FACTORS = 64


_SHARE = "~"


def _share(placeholder: str) -> str:
    """The name for the share that a product has of its largest value."""
    return placeholder + _SHARE


def product_of(name: str) -> tuple[str, bool]:
    """The placeholder of a product that a name belongs to, and whether the name is that of its share."""
    return name.removesuffix(_SHARE), name.endswith(_SHARE)


@dataclass(frozen=True)
class Product:
    """Either a set of values (parts), or for a free n an expression in n and a share `variable` of the largest."""

    parts: tuple[Interval, ...]
    expr: Expr | None
    variable: str
    region: Line[bool]
    note: str
    bounds: tuple[Expr, Expr] | None = None
    """For a free n: inf and sup."""

    @property
    def is_irrational(self) -> bool:
        """Whether it is a share of a power whose base is no rational."""
        return self.bounds is not None and self.bounds[1].op == "pow" and self.bounds[1].args[0].value is None


def product_set(shape: Landscape, count: Expr, placeholder: str) -> Product:
    """The set of all products of n values of the function. Raises Undecided."""
    if shape.is_empty:
        raise Undecided("a product over an empty domain")
    values = shape.range
    n = None if count.value is None else int(count.value.p)
    text = f"a product of {to_text(count)} values from {values}"
    products = _finite(values, n)
    if products is None:
        if n is None:
            return _symbolic(values, count, placeholder, text)
        products = _nonnegative_power(values, n) or _repeated(values, n)
    return Product(products.parts, None, placeholder, region_of(products), f"{text} lies in {products}")


def _finite(values: RealSet, n: int | None) -> RealSet | None:
    """Products over finitely many values; for a free n only {0, 1} and its parts stay the same for every n."""
    if not all(part.is_point for part in values.parts):
        return None
    members = [part.low for part in values.parts]
    if all(m.rational is not None and m.rational in (0, 1) for m in members):
        return values
    if n is None:
        return None
    powers = [m.exact for m in members if m.exact is not None]
    if len(powers) != len(members):
        return None
    products: set[Expr] = {ex.ONE}
    for _ in range(n):
        products = {a * b for a in products for b in powers}
        if len(products) > MAX_POINTS:
            return None
    return union([point(exact(p)) for p in products])


def _single(values: RealSet) -> Interval | None:
    return values.parts[0] if len(values.parts) == 1 else None


def _nonnegative_power(values: RealSet, n: int) -> RealSet | None:
    """For one interval of non-negative numbers with exact ends: the interval between the powers of its ends."""
    hull = _single(values)
    if hull is None or hull.low.infinite or sign_of(hull.low) < 0:
        return None
    return RealSet((Interval(_power(hull.low, n), _power(hull.high, n), hull.low_closed, hull.high_closed),))


def _power(x: Real, n: int) -> Real:
    if x.infinite:
        return x
    return exact(ex.power(x.exact, n)) if x.exact is not None else Real(refine=lambda bits: x.ball(bits + 32) ** n)


def _repeated(values: RealSet, n: int) -> RealSet:
    """The hull of n-fold products of an interval with exact ends of both signs."""
    hull = _single(values)
    if hull is None or hull.low.exact is None or hull.high.exact is None or n > MAX_FACTORS:
        reason = "an end has no exact form, or they are too many"
        raise Undecided(f"the range of all products of {n} values from {values}: {reason}")
    current = hull
    for _ in range(n - 1):
        current = product_span(hull, current)
    return RealSet((current,))


def _symbolic(values: RealSet, count: Expr, placeholder: str, shown: str) -> Product:
    """For a free n: a share t of sup^n. From an interval [a, b] with -b <= a <= 0 < b, the products of n values are
    those from a b^(n-1) to b^n: t lies in [a/b, 1], and takes the ends where the factors do."""
    hull = _single(values)
    if hull is None or not _reaches_furthest_up(hull):
        only = values.single()
        if only is None or only.exact is None or sign_of(only) <= 0:
            raise Undecided(f"{shown}, for every n")
        whole = ex.power(only.exact, count)
        return Product((), whole, placeholder, region_of(union([point(exact(1))])), f"{shown} is {to_text(whole)}")
    low, high = hull.low.exact, hull.high.exact
    assert low is not None and high is not None
    least = normal_form.simplest(low / high)
    share = RealSet((Interval(exact(least), exact(1), hull.low_closed, hull.high_closed),))
    largest = ex.power(high, count)
    note = f"{shown} is a share in {share} of ({digits(hull.high)})**{to_text(count)}"
    whole = ex.name(_share(placeholder)) * largest
    return Product((), whole, _share(placeholder), region_of(share), note, (least * largest, largest))


def _reaches_furthest_up(hull: Interval) -> bool:
    """Whether an interval from a to b has exact ends, -b <= a <= 0 < b, and for a < 0 takes both ends or neither."""
    low, high = hull.low, hull.high
    if low.exact is None or high.exact is None or sign_of(high) <= 0 or sign_of(low) > 0:
        return False
    if low.rational == 0:
        return True
    return hull.low_closed == hull.high_closed and compare(exact(-low.exact), high) <= 0
