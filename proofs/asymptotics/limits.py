"""Signs on whole tails and limits: of a smooth expression at an end of an interval, read off its tail model."""

from __future__ import annotations

from dataclasses import dataclass

from flint import fmpq

from ..budget import Undecided
from ..enclosures.balls import precision
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import shorten, to_text
from ..normal_forms import normal_form
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, exact
from .monomials import UNIT, Model, Monomial, Y, ball, constant, growth
from .tail_models import Tail, leading_sign

SCHEDULE = (
    (fmpq(1, 2), 3), (fmpq(1), 3), (fmpq(2), 3), (fmpq(2), 5), (fmpq(4), 3), (fmpq(4), 5), (fmpq(4), 8), (fmpq(6), 3),
    (fmpq(8), 5), (fmpq(16), 4), (fmpq(16), 8), (fmpq(64), 5), (fmpq(256), 5), (fmpq(1024), 5),
    (fmpq(2**20), 5), (fmpq(2**50), 5),
)  # fmt: skip
"""Where the tail starts and how many exact terms are kept: R as small as works keeps the middle short."""
MANY_TERMS = (fmpq(64), 16)
"""Tried last for a limit: what a series leaves when its first terms are taken away."""


@dataclass(frozen=True)
class End:
    """An end of an interval seen from inside: an infinity, or a finite exact point and a side."""

    at: Real
    side: int
    """+1 where x approaches from the right of a finite point (or goes to -oo), -1 otherwise."""

    def variable(self) -> Model:
        """The model of x in y."""
        if self.at.infinite:
            return [(Y, ex.rational(self.at.infinite))]
        if self.at.exact is None:
            raise Undecided("behaviour at a point without an exact form")
        step: Model = [(Monomial(fmpq(-1), fmpq(0)), ex.rational(self.side))]
        point = constant(self.at.exact)
        return step if point is ex.ZERO else [(UNIT, point), *step]


@dataclass(frozen=True)
class TailSign:
    """A sign proved on the whole tail y >= start, and how."""

    sign: int
    start: fmpq
    terms: int
    argument: str


def tail_sign(e: Expr, variable: str, end: End, *, at_least: fmpq | int = 0, bits: int = 128) -> TailSign:
    """The constant sign of a smooth expression on a tail, with the smallest start that works. Raises Undecided."""
    reasons: list[str] = []
    for start, terms in SCHEDULE:
        start = max(start, fmpq(at_least))
        with precision(bits):
            tail = Tail(start, terms)
            try:
                model = tail.model(e, variable, end.variable())
                sign = tail.values.sign(model)
            except Undecided as reason:
                reasons.append(str(reason))
                continue
        if sign is not None:
            return TailSign(sign, start, terms, _describe(model, end, start))
    reach = "beyond no bound that was tried, up to 2^50" if end.at.infinite else "on no stretch that was tried"
    reason = reasons[-1] if reasons else f"it keeps one sign {reach}, and may change for ever"
    raise Undecided(f"the sign of {shorten(to_text(e), 60)} as {variable} -> {end.at}: {reason}")


def _describe(model: Model, end: End, start: fmpq) -> str:
    if not model:
        return "identically 0"
    m, c = model[0]
    coefficient = to_text(c) if isinstance(c, Expr) and len(to_text(c)) <= 24 else ball(c).str(12)
    term = coefficient if m is UNIT else str(m) if coefficient == "1" else f"{coefficient}*{m}"
    more = " + smaller terms" if len(model) > 1 else ""
    return f"{term}{more}, its sign proved for all y >= {start}"


def limit(e: Expr, variable: str, end: End, bits: int = 128) -> Real:
    """The limit of a smooth expression at an end: exact or an infinity. Raises Undecided."""
    reason = "its leading behaviour was not found"
    for start, terms in (*SCHEDULE, MANY_TERMS):
        if start < 2:
            continue
        with precision(bits):
            try:
                value = _limit_of(Tail(start, terms).model(e, variable, end.variable()))
            except Undecided as error:
                reason = str(error)
                continue
        if value is not None:
            return value
    raise Undecided(f"the limit of {shorten(to_text(e), 60)} as {variable} -> {end.at}: {reason}")


def _limit_of(model: Model) -> Real | None:
    """The limit of a model, None where its leading coefficient is only enclosed. Raises Undecided."""
    if not model:
        return exact(0)
    if not all(ball(d).is_finite() for _, d in model):
        raise Undecided("a coefficient of its expansion is not known to be finite")
    m, c = model[0]
    direction = growth(m)
    if direction > 0:
        return PLUS_INFINITY if leading_sign(c) > 0 else MINUS_INFINITY
    if direction < 0:
        return exact(0)
    return exact(normal_form.simplest(c)) if isinstance(c, Expr) else None
