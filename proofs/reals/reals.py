"""Certified real numbers: exact constants, isolated roots, images of either, and the two infinities.

A :class:`Real` can be enclosed at any precision. It is compared with another by enclosures that separate, or,
where both have exact forms, by a proof that the difference is 0; when neither works, :class:`Undecided` is raised.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from flint import arb, fmpq

from ..budget import Undecided
from ..enclosures.balls import doublings, dyadic, exact_rational, excludes_zero, known_sign, precision
from ..enclosures.formats import FORMATS, RoundingUndecided
from ..enclosures.jets import enclose
from ..enclosures.saturation import without_cancellation
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..normal_forms import normal_form
from ..normal_forms.polynomials import constant_modulo, fraction, polynomial_of_value
from ..normal_forms.signs import CAP_BITS, START_BITS, constant_sign
from .algebraic_roots import PolynomialRoot, is_zero, zero_near
from .decimals import half_unit, last_place, round_decimal

TINY = (1000, 100, 30)
"""Decimal places to which a number that may be 0 is said to be 0."""


class Real:
    """A real number known exactly, or by enclosures of any precision; or an infinity.

    A root without an exact form keeps in `vanishes` the expression it is a root of, and in `bracket` an interval that
    contains no other root of it.
    """

    __slots__ = ("_ball", "_bits", "_exact", "_recognise", "bracket", "infinite", "refine", "vanishes")

    def __init__(
        self,
        *,
        exact: Expr | None = None,
        refine: Callable[[int], arb] | None = None,
        infinite: int = 0,
        recognise: Callable[[arb], Expr | None] | None = None,
        vanishes: Expr | None = None,
        bracket: tuple[arb, arb] | None = None,
    ) -> None:
        self._exact = exact
        self.infinite = infinite
        self.refine = refine
        self._recognise = recognise
        self.vanishes = vanishes
        self.bracket = bracket
        self._bits = 0
        self._ball: arb | None = None

    @property
    def is_infinite(self) -> bool:
        return self.infinite != 0

    @property
    def rational(self) -> fmpq | None:
        """The exact rational value, where this is one."""
        return None if self.exact is None else self.exact.value

    @property
    def exact(self) -> Expr | None:
        """The exact form, looked for when it is first asked for, so that it never depends on who asked before."""
        search = self._recognise
        if self._exact is None and search is not None:
            self._exact = search(self.ball(384))
            self._recognise = None  # not before: another thread may ask meanwhile, or the work be cut short
            if self._exact is not None:
                self._ball = None
        return self._exact

    def recognise(self) -> bool:
        """Whether there is an exact form."""
        return self.exact is not None

    def ball(self, bits: int = 128) -> arb:
        """An enclosure computed at this working precision or more."""
        if self.infinite:
            return arb("inf") if self.infinite > 0 else arb("-inf")
        if self._ball is None or bits > self._bits:
            if self._exact is not None:
                self._ball = enclose(self._exact, prec=bits)
            else:
                assert self.refine is not None
                with precision(bits + 16):
                    self._ball = self.refine(bits)
            self._bits = bits
        return self._ball

    @property
    def interval(self) -> tuple[Fraction, Fraction]:
        """Two rationals that enclose the number, close together. Raises Undecided for an infinity."""
        if self.infinite:
            raise Undecided(f"{self} lies in no bounded interval")
        if (value := self.rational) is not None:
            return Fraction(int(value.p), int(value.q)), Fraction(int(value.p), int(value.q))
        with precision(160):
            ends = self.ball(128).lower(), self.ball(128).upper()
        low, high = (exact_rational(end) for end in ends)
        return Fraction(int(low.p), int(low.q)), Fraction(int(high.p), int(high.q))

    def __float__(self) -> float:
        """The nearest float64, ties to even. Raises Undecided where that is not settled."""
        if self.infinite:
            return float("inf") * self.infinite
        try:
            rounded = FORMATS["float64"].round(self.ball if self.rational is None else self.rational)
        except RoundingUndecided as reason:
            raise Undecided(str(reason)) from None
        return float(rounded) if isinstance(rounded, str) else int(rounded.p) / int(rounded.q)

    # Comparisons are decided, by enclosures or by proof, or raise Undecided.

    def __lt__(self, other: Number) -> bool:
        return compare(self, as_real(other)) < 0

    def __le__(self, other: Number) -> bool:
        return compare(self, as_real(other)) <= 0

    def __gt__(self, other: Number) -> bool:
        return compare(self, as_real(other)) > 0

    def __ge__(self, other: Number) -> bool:
        return compare(self, as_real(other)) >= 0

    # == stays identity: caches keep results under Reals, and no hash is the same for all numbers that are equal.

    def equals(self, other: Number) -> bool:
        """Whether this is the same number, decided as `<` is."""
        return compare(self, as_real(other)) == 0

    def decimal(self, digits: int = 30) -> str:
        """The value rounded to this many significant digits, each certified; plain or scientific.

        Raises ValueError for less than one digit, Undecided for a number too near a rounding boundary.
        """
        if not isinstance(digits, int) or digits < 1:  # pyright: ignore[reportUnnecessaryIsInstance]  # users need no type checker
            raise ValueError(f"digits={digits!r}: expected a whole number, 1 or more")
        return self._decimal(digits, 0)[0]

    def bound(self, direction: int, digits: int = 30) -> str:
        """The least (1) or greatest (-1) decimal of this many digits that is proved to bound the value on that side."""
        return self._decimal(digits, direction)[0]

    def _decimal(self, digits: int, direction: int) -> tuple[str, bool]:
        """The value rounded to the nearest (0), upwards (1) or downwards (-1), and whether that is exact."""
        if self.infinite:
            return ("inf" if self.infinite > 0 else "-inf"), True
        value = self.rational
        if value is not None:
            return round_decimal(value, digits, direction)
        outer = None
        for bits in doublings(max(START_BITS, 4 * digits), max(CAP_BITS, 16 * digits)):
            ball = self.ball(bits)
            if ball.is_exact():
                return round_decimal(exact_rational(ball), digits, direction)
            if ball.is_finite():
                with precision(2 * bits):
                    ends = ball.lower(), ball.upper()
                low, high = (round_decimal(exact_rational(end), digits, direction)[0] for end in ends)
                if low == high:
                    return low, False
                outer = high if direction > 0 else low
        if direction and outer is not None:
            return outer, False
        raise Undecided(f"{digits} digits of a number so near a rounding boundary")

    def to_json(self, digits: int = 30) -> dict[str, Any]:
        """{"decimal", "exact", "radius"}: radius bounds abs(value - decimal)."""
        if self.infinite:
            return {"decimal": self.decimal(), "exact": str(self), "radius": "0"}
        try:
            decimal, is_exact = self._decimal(digits, 0)
            radius = "0" if is_exact else half_unit(decimal)
        except Undecided:
            decimal, radius = self._beside_boundary(digits)
        form = decimal if self.exact is None and decimal == radius == "0" else self.exact and to_text(self.exact)
        return {"decimal": decimal, "exact": form, "radius": radius}

    def _beside_boundary(self, digits: int) -> tuple[str, str]:
        """A decimal and its error for a number too near a rounding boundary for the nearest one: perhaps 0 itself.

        One that is known to fewer digits has those that are certain, or a bound below and the ball's width beside it.
        """
        ball = self.ball(CAP_BITS)
        for places in TINY:
            if abs(ball) < arb(10) ** -places:
                return "0", f"1e-{places}"
        if not ball.is_finite():
            raise Undecided("a number of which no digit is known")
        with precision(2 * CAP_BITS):
            low, high = exact_rational(ball.lower()), exact_rational(ball.upper())
        for fewer in range(digits, 0, -1):
            nearest = {round_decimal(end, fewer)[0] for end in (low, high)}
            if len(nearest) == 1:
                return (decimal := nearest.pop()), half_unit(decimal)
            below = round_decimal(low, fewer, -1)[0]
            if high - low < fmpq(10) ** last_place(below):
                return below, round_decimal(high - _rational(below), 2, 1)[0]
        below = round_decimal(low, digits, -1)[0]
        return below, round_decimal(high - _rational(below), 2, 1)[0]

    def __str__(self) -> str:
        """The exact form where it is short, else certified digits."""
        if self.infinite:
            return "oo" if self.infinite > 0 else "-oo"
        if self.exact is not None and len(to_text(self.exact)) <= 60:
            return to_text(self.exact)
        try:
            return self.decimal(30)
        except Undecided:  # a root that may be 0 has no leading digit
            return self.ball().str(12)

    def __repr__(self) -> str:
        return f"Real({self})"

    def _repr_latex_(self) -> str | None:
        """The exact form for a notebook; None, so that `repr` is shown, where there is none or a long one."""
        from ..expressions.sympy_form import latex

        if self.infinite:
            return r"$\infty$" if self.infinite > 0 else r"$-\infty$"
        return f"${latex(self.exact)}$" if self.exact is not None and self.exact.size <= 60 else None

    def __reduce__(self) -> tuple[Any, ...]:
        search = None if self.exact is not None else (self.refine, self._recognise)
        bracket = None if self.bracket is None else (dyadic(self.bracket[0]), dyadic(self.bracket[1]))
        return _restored, (self.exact, self.infinite, search, self.vanishes, bracket)


def _rational(decimal: str) -> fmpq:
    value = Fraction(decimal)
    return fmpq(value.numerator, value.denominator)


def _restored(
    exact: Expr | None,
    infinite: int,
    search: tuple[Any, Any] | None,
    vanishes: Expr | None,
    bracket: tuple[tuple[int, int], tuple[int, int]] | None,
) -> Real:
    """A Real out of a pickle; it refines as before, since what refines it is pickled with it."""
    refine, recognise = search or (None, None)
    ends = None if bracket is None else (arb(bracket[0]), arb(bracket[1]))
    return Real(exact=exact, infinite=infinite, refine=refine, recognise=recognise, vanishes=vanishes, bracket=ends)


Number: TypeAlias = "Real | int | float | Fraction | fmpq | Expr"
"""The numbers that a Real is compared with; a float counts with its exact value."""


def as_real(value: object) -> Real:
    """A number as a Real. Raises TypeError for anything else, ValueError for NaN."""
    if isinstance(value, Real):
        return value
    if isinstance(value, float) and value != value:
        raise ValueError("nan is not compared with numbers")
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return PLUS_INFINITY if value > 0 else MINUS_INFINITY
    if isinstance(value, float):
        value = Fraction(value)
    if isinstance(value, Fraction):
        return exact(fmpq(value.numerator, value.denominator))
    if isinstance(value, int | fmpq | Expr):
        return exact(value)
    raise TypeError(f"expected a number, got {value!r} of type {type(value).__name__}")


def exact(value: Expr | fmpq | int) -> Real:
    """The exact constant."""
    return Real(exact=ex.as_expr(value))


PLUS_INFINITY, MINUS_INFINITY = Real(infinite=1), Real(infinite=-1)


def compare(a: Real, b: Real) -> int:
    """The sign of a - b. Raises Undecided where enclosures do not separate and no identity is found."""
    if a is b:
        return 0
    if a.infinite or b.infinite:
        return (a.infinite > b.infinite) - (a.infinite < b.infinite)
    if a.exact is not None and b.exact is not None:
        p, q = a.exact.value, b.exact.value
        return constant_sign(a.exact - b.exact) if p is None or q is None else (p > q) - (p < q)
    for bits in doublings(START_BITS, CAP_BITS):
        with precision(bits):
            sign = known_sign(a.ball(bits) - b.ball(bits))
        if sign is not None:
            return sign
        if bits == 4 * START_BITS:
            if a.vanishes is not None and a.vanishes is b.vanishes and in_bracket(a.ball(bits), b):
                return 0
            if _same_image(a, b) and a.ball(bits).is_finite():
                return 0
            if _same_zero(a, b):
                return 0
    raise Untold(a, b)


class Untold(Undecided):
    """Two numbers that are not told apart. Their digits are found for who reads them: most of these are caught."""

    def __str__(self) -> str:
        a, b = self.args
        return f"whether {a} and {b} are equal"


def _same_image(a: Real, b: Real) -> bool:
    """Whether both are values of one expression at points proved equal."""
    p, q = a.refine, b.refine
    if not (isinstance(p, Image) and isinstance(q, Image) and p.expr is q.expr and p.variable == q.variable):
        return False
    return proved_equal(p.at, q.at)


def _same_zero(a: Real, b: Real) -> bool:
    """Whether both are proved to be the same zero of one irreducible polynomial."""
    p, q = _as_zero(a), _as_zero(b)
    for root, other in ((p, q), (q, p)):
        if isinstance(root, PolynomialRoot) and isinstance(other, Expr):
            return is_zero(root, other)
    return p is not None and p == q


def _as_zero(x: Real) -> Expr | PolynomialRoot | None:
    """An algebraic number in its exact form or as a zero of an irreducible polynomial; None where it is not known."""
    if x.exact is not None:
        return x.exact
    if isinstance(x.refine, PolynomialRoot):
        return x.refine
    if isinstance(x.refine, Image) and isinstance(x.refine.at.refine, PolynomialRoot):
        vanishing = x.refine.at.vanishes
        if vanishing is not None:
            p = polynomial_of_value(x.refine.expr, vanishing, x.refine.variable)
            return None if p is None else zero_near(p, x.ball)
    return None


def proved_equal(a: Real, b: Real) -> bool:
    """Whether two numbers are proved to be equal; False also where that is not decided."""
    try:
        return compare(a, b) == 0
    except Undecided:
        return False


def extreme(a: Real, b: Real, sense: int) -> Real:
    """The larger (1) or smaller (-1) of two numbers; where they are not told apart, one enclosed by their balls'."""
    try:
        return a if sense * compare(a, b) >= 0 else b
    except Undecided:
        return Real(refine=Extreme(a, b, sense))


@dataclass(frozen=True, slots=True)
class Extreme:
    """Encloses the larger (1) or smaller (-1) of two numbers."""

    a: Real
    b: Real
    sense: int

    def __call__(self, bits: int) -> arb:
        a, b = self.a.ball(bits), self.b.ball(bits)
        return a.max(b) if self.sense > 0 else a.min(b)


def in_bracket(ball: arb, root: Real) -> bool:
    """Whether a ball lies inside the interval in which the root is the only one."""
    return root.bracket is not None and bool(ball > root.bracket[0]) and bool(ball < root.bracket[1])


def opposite(p: Real, q: Real) -> bool:
    """Whether p = -q is proved: by exact forms, or because -p is a root of what q is the only nearby root of."""
    if p.exact is not None and q.exact is not None:
        return constant_sign(p.exact + q.exact) == 0
    e, f = p.vanishes, q.vanishes
    if e is None or f is None or ex.free_names(e) != ex.free_names(f):
        return False
    # e is defined at its root p, and f in the whole bracket of q, where -p is proved to lie: there the identity holds.
    flip = {name: -ex.name(name) for name in ex.free_names(e)}
    flipped = calculus.substitute(e, flip)
    same = normal_form.is_zero(f - flipped) or normal_form.is_zero(f + flipped)
    return same and in_bracket(-p.ball(256), q)


@dataclass(frozen=True, slots=True)
class Image:
    """Encloses the value of a smooth expression at a number without an exact form."""

    expr: Expr
    variable: str
    at: Real

    def __call__(self, bits: int) -> arb:
        extra = 32
        while True:
            value = enclose(self.expr, {self.variable: self.at.ball(bits + extra)}, bits + extra)
            if (value.is_finite() and value.rel_accuracy_bits() >= bits - 8) or extra > 4 * bits + 512:
                return value
            extra *= 2


def image(e: Expr, variable: str, at: Real) -> Real:
    """The value of a smooth expression at a finite point."""
    if e is ex.name(variable):
        return at
    if at.rational is not None and (quotient := fraction(e, variable)) is not None:
        top, bottom = (p(at.rational) for p in quotient)
        if bottom:
            return exact(top / bottom)
    if at.exact is not None:
        value = calculus.substitute(e, {variable: at.exact})
        if ex.free_names(value):
            return exact(value)
        value = without_cancellation(value)
        if not enclose(value, prec=256).is_finite():  # simplifying would turn log(0) - log(0) into 0
            return exact(value)
        return exact(without_cancellation(normal_form.simplest(value)))
    if variable not in ex.free_names(e):
        return exact(e)
    value = None if at.vanishes is None else _value_where(at.vanishes, e, variable)
    return Real(refine=Image(e, variable, at)) if value is None else exact(value)


def _value_where(vanishing: Expr, e: Expr, variable: str) -> fmpq | None:
    """The value of k * vanishing + c (k may be a polynomial) where vanishing is 0: gelu is 10 where gelu(x) - 10 is."""
    if (value := constant_modulo(e, vanishing, variable)) is not None:
        return value
    weights = {rest: k for k, rest in map(ex.split_coefficient, ex.terms(vanishing))}
    k, term = ex.split_coefficient(next((t for t in e.args if t.value is None), e) if e.op == "add" else e)
    return (e - (k / weights[term]) * vanishing).value if weights.get(term) else None


def sign_of(value: Real) -> int:
    """The sign of a certified number. Raises Undecided."""
    if value.infinite:
        return value.infinite
    if value.exact is not None:
        return constant_sign(value.exact)
    for bits in doublings(START_BITS, CAP_BITS):
        ball = value.ball(bits)
        if excludes_zero(ball):
            return 1 if ball > 0 else -1
    raise Undecided("whether a value without an exact form is 0")
