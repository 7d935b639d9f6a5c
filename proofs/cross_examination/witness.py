"""Values of what was written (:mod:`as_written`) at one point, in ball arithmetic: defined, undefined, or unknown.

At a point every case distinction is a sign and every derivative a Taylor coefficient, so nothing of the prover's search
is needed or used. A ball that meets the edge of a domain, and a derivative at a seam between two formulas, is unknown;
only what is certain can contradict a proof.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise
from operator import add, eq, ge, gt, le, lt, methodcaller, mul, ne, neg, sub
from typing import Any, TypeAlias

from flint import arb, arb_series, ctx, fmpq

from ..enclosures.balls import exact_rational, precision
from ..language.tables import Table
from .as_written import Node, Symbol

MAX_SEAMS = 64
"""Entries of a table that a ball may lie over."""
MAX_ORDER = 16
"""Taylor coefficients that are computed of one function."""

Value: TypeAlias = "arb | arb_series"


class Undefined(Exception):
    """There is certainly no value: the root of a negative number, a quotient by 0, a calculation with oo."""


class Unknown(Exception):
    """Nothing certain: a ball on an edge, a seam, or a number that is not estimated."""


class Exhausted(Exception):
    """The work allowed for one statement is done."""


Estimator: TypeAlias = "Callable[[Node, Place], arb]"
Place: TypeAlias = "Mapping[Any, Any]"
"""The values of symbols: rationals, balls or, under a derivative, Taylor polynomials."""


class Witness:
    """Evaluates nodes, counting operations; numbers from whole functions are left to an estimator."""

    def __init__(self, work: int, estimate: Estimator) -> None:
        self.left = work
        self.estimate = estimate

    def value(self, node: Node, place: Place) -> Value:
        """The ball or, under a derivative, the Taylor polynomial. Raises Undefined, Unknown or Exhausted."""
        if node.program is None:
            node.program = _Program(node)
        self.left -= node.program.size
        if self.left < 0:
            raise Exhausted
        try:
            return node.program.run(self, place)
        except (ValueError, OverflowError, ZeroDivisionError) as reason:  # FLINT's own refusals
            raise Unknown from reason

    def ball(self, node: Node, place: Place) -> arb:
        """A value that is one number."""
        value = self.value(node, place)
        if not isinstance(value, arb):
            raise Unknown
        return value

    def chosen(self, condition: Node, place: Place) -> bool:
        """Which branch a condition chooses, its parts read from left to right while they matter."""
        match condition.op:
            case "and" | "or":
                decisive = condition.op == "or"
                return decisive if any(self.chosen(c, place) is decisive for c in condition.args) else not decisive
            case "not":
                return not self.chosen(condition.args[0], place)
            case "relation":
                difference = self.value(condition.args[0], place) - self.value(condition.args[1], place)
                return holds(condition.extra, _sign(difference))
            case _:
                raise Unknown

    def derivative(self, node: Node, place: Place, at: Value) -> Value:
        """A Taylor coefficient; where `at` itself moves, the Taylor polynomial of the derivative along it."""
        body, _ = node.args
        symbol, order = node.extra
        moving = isinstance(at, arb_series)
        if any(isinstance(place.get(s), arb_series) for s in body.free - {symbol}):
            raise Unknown  # a mixed derivative
        length = order + (ctx.cap if moving else 1)
        if length > MAX_ORDER:
            raise Unknown
        if length <= ctx.cap == 2:  # as it is everywhere but inside a derivative of higher order
            jet = self._jet(body, symbol, order, _head(at), place)
        else:
            with precision(ctx.prec, length):
                jet = self._jet(body, symbol, order, _head(at), place)
        if not isinstance(jet, arb_series):
            return jet
        if not isinstance(at, arb_series):
            return jet[0]
        rest = at.coeffs()[1:]
        # FLINT composes with no series that is 0: a point that stands still.
        return arb_series([jet[0]]) if all(c.is_zero() for c in rest) else jet(arb_series([0, *rest]))

    def _jet(self, body: Node, symbol: Symbol, order: int, at: arb, place: Place) -> Value:
        """The derivative of an order around a point, as a Taylor polynomial."""
        jet = self.value(body, {**place, symbol: arb_series([at, arb(1)])})
        for _ in range(order):
            jet = jet.derivative() if isinstance(jet, arb_series) else arb(0)
        return jet


class _Program:
    """A node as a list of steps, so that a point costs little: each names the slots of its operands."""

    def __init__(self, node: Node) -> None:
        self._slots: dict[Node, int] = {}
        self._closed: list[tuple[int, Node]] = []
        self._symbols: list[tuple[int, Symbol]] = []
        self._steps: list[tuple[int, Callable[..., Any] | None, tuple[int, ...], Node]] = []
        self._bases: dict[int, list[Any] | Exception] = {}
        self._result = self._add(node, closed=not node.free)
        self.size = 1 + len(self._steps)

    def _add(self, node: Node, *, closed: bool) -> int:
        if node in self._slots:
            return self._slots[node]
        if node.op == "symbol":
            slot = self._slots[node] = len(self._slots)
            self._symbols.append((slot, node.extra))
            return slot
        if node.exact is not None or (not node.free and not closed):
            slot = self._slots[node] = len(self._slots)
            self._closed.append((slot, node))
            return slot
        operation, operands = _operation(node)
        sources = tuple(self._add(a, closed=closed) for a in operands)
        slot = self._slots[node] = len(self._slots)
        self._steps.append((slot, operation, sources, node))
        return slot

    def run(self, witness: Witness, place: Place) -> Value:
        base = self._bases.get(ctx.prec)
        if base is None:
            base = self._bases[ctx.prec] = self._constants(witness)
        if isinstance(base, Exception):
            raise base
        slots = base.copy()
        for slot, symbol in self._symbols:
            value = place.get(symbol)
            slots[slot] = value if isinstance(value, arb | arb_series) else _ball(value)
        for slot, operation, sources, node in self._steps:
            operands = [slots[s] for s in sources]
            if node.of_functions and any(isinstance(u, arb) and infinite_sign(u) for u in operands):
                raise Undefined  # oo stands alone or nowhere: it cannot be calculated with
            slots[slot] = operation(*operands) if operation is not None else _special(witness, node, place, operands)
        return slots[self._result]

    def _constants(self, witness: Witness) -> list[Any] | Exception:
        slots: list[Any] = [None] * len(self._slots)
        try:
            for slot, node in self._closed:
                slots[slot] = arb(node.exact) if node.exact is not None else witness.value(node, {})
        except (Undefined, Unknown) as reason:
            return reason
        return slots


class Interpolation:
    """A table's function: between two entries by a formula of their own, beyond the last ones constant.

    Of a ball over several entries, the formulas of all of them; at an entry there is a seam, where nothing moves.
    """

    def __init__(self, table: Table) -> None:
        self.kind, self.xs, self.ys = table.kind, table.xs, table.ys
        self.bends: dict[int, list[arb]] = {}

    def __call__(self, u: Value) -> Value:
        head = _head(u)
        low, high = exact_rational(head.lower()), exact_rational(head.upper())
        first, last = bisect_right(self.xs, low), bisect_right(self.xs, high)
        if isinstance(u, arb_series):
            if first != last or (first and self.xs[first - 1] == low):
                raise Unknown
            return self._between(first, u)
        if last - first > MAX_SEAMS:
            raise Unknown
        value = arb(0)
        for i in range(first, last + 1):
            part = self._between(i, u)
            value = part if i == first else value.union(part)
        return value

    def _between(self, i: int, u: Any) -> Any:
        """After entry i - 1 and before entry i."""
        if i in (0, len(self.xs)) or self.kind == "step":
            return 0 * u + arb(self.ys[max(i - 1, 0)])
        a, b, ya, yb = (arb(value) for value in (*self.xs[i - 1 : i + 1], *self.ys[i - 1 : i + 1]))
        share = (u - a) / (b - a)
        line = ya + (yb - ya) * share
        if self.kind == "linear":
            return line
        m, n = self._bends()[i - 1 : i + 1]
        rest = 1 - share
        return line + ((rest**3 - rest) * m + (share**3 - share) * n) * (b - a) ** 2 / 6

    def _bends(self) -> list[arb]:
        """The second derivatives of the natural spline at the entries, by Gauss's elimination."""
        if ctx.prec not in self.bends:
            n = len(self.xs)
            h = [arb(b - a) for a, b in pairwise(self.xs)]
            slopes = [arb(b - a) / w for (a, b), w in zip(pairwise(self.ys), h, strict=True)]
            diagonal = [2 * (h[i] + h[i + 1]) for i in range(n - 2)]
            right = [6 * (slopes[i + 1] - slopes[i]) for i in range(n - 2)]
            for i in range(1, n - 2):
                share = h[i] / diagonal[i - 1]
                diagonal[i] -= share * h[i]
                right[i] -= share * right[i - 1]
            bends = [arb(0)]
            for i in reversed(range(n - 2)):
                bends.append((right[i] - h[i + 1] * bends[-1]) / diagonal[i])
            self.bends[ctx.prec] = [arb(0), *reversed(bends)]
        return self.bends[ctx.prec]


def _ball(value: Any) -> arb:
    if value is None:
        raise Unknown
    return arb(value)


def _operation(node: Node) -> tuple[Callable[..., Any] | None, tuple[Node, ...]]:
    """The operation of a step (None where it takes more than the values of its operands), and its operands."""
    match node.op:
        case op if op in OPERATIONS:
            return OPERATIONS[op], node.args
        case "pow":
            base, exponent = node.args
            if exponent.exact is not None:
                return partial(rational_power, exponent=exponent.exact), (base,)
            return partial(_general_power, open_=bool(exponent.free)), node.args
        case "table":
            return Interpolation(node.extra), node.args
        case "pi":
            return arb.pi, ()
        case "e":
            return lambda: arb(1).exp(), ()
        case "D":
            return None, (node.args[1],)
        case _:
            return None, ()


def _special(witness: Witness, node: Node, place: Place, operands: list[Any]) -> Value:
    match node.op:
        case "D":
            return witness.derivative(node, place, operands[0])
        case "choice":
            return witness.value(node.args[1 if witness.chosen(node.args[0], place) else 2], place)
        case _:
            return witness.estimate(node, place)


def _general_power(u: Any, v: Any, *, open_: bool) -> Value:
    """exp(v log u); an exponent that is a rational in disguise would allow a negative base."""
    head = _head(u)
    if head > 0:
        return (u.log() * v).exp()
    raise Undefined if head < 0 and open_ else Unknown


def holds(relation: str, sign: int) -> bool:
    """Whether a difference of this sign satisfies a relation to 0."""
    return {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}[relation](sign, 0)


def sign(value: arb) -> int | None:
    """The sign of every number in the ball, None where they differ."""
    return 1 if value > 0 else -1 if value < 0 else 0 if value.is_zero() else None


def infinite_sign(value: arb) -> int:
    """1 or -1 for an infinity, 0 for anything else."""
    return 0 if value.is_finite() or value.is_nan() else 1 if value > 0 else -1 if value < 0 else 0


def _head(u: Value) -> arb:
    return u if isinstance(u, arb) else u[0]


def _sign(u: Value) -> int:
    """The sign at the point; where u moves through 0 there is a seam, and nothing is known around it."""
    side = sign(_head(u))
    if side is None or (side == 0 and isinstance(u, arb_series) and not _is_constant(u)):
        raise Unknown
    return side


def _is_constant(u: arb_series) -> bool:
    return all(c.is_zero() for c in u.coeffs()[1:])


def _require_positive(u: Value, *, or_zero: bool) -> None:
    head = _head(u)
    if head < 0 or (head.is_zero() and not or_zero):
        raise Undefined
    if not (head > 0 or (or_zero and isinstance(u, arb) and head >= 0)):
        raise Unknown


def _quotient(a: Value, b: Value) -> Value:
    head = _head(b)
    if head.is_zero():
        raise Undefined if isinstance(b, arb) or _is_constant(b) else Unknown
    if not (head > 0 or head < 0):
        raise Unknown
    return a / b if isinstance(b, arb) else a * b.inv()


def rational_power(u: Any, exponent: fmpq) -> Value:
    p, q = int(exponent.p), int(exponent.q)
    if q > 1:
        if _head(u).is_zero() and isinstance(u, arb):
            if p < 0:
                raise Undefined
            return arb(0)
        _require_positive(u, or_zero=False)
        return u.sqrt() ** p if q == 2 and p > 0 and isinstance(u, arb) else (u.log() * (arb(p) / q)).exp()
    return _quotient(arb(1), u ** -p) if p < 0 else u**p


def _sqrt(u: Value) -> Value:
    _require_positive(u, or_zero=True)
    return u.sqrt()


def _log(u: Value) -> Value:
    _require_positive(u, or_zero=False)
    return u.log()


def _asin(u: Value) -> Value:
    head = abs(_head(u))
    if head > 1:
        raise Undefined
    if not (head < 1 or (isinstance(u, arb) and head <= 1)):
        raise Unknown
    return u.asin()


def _acos(u: Value) -> Value:
    return arb.pi() / 2 - _asin(u)


def _tan(u: Value) -> Value:
    return u.tan() if isinstance(u, arb) else _quotient(u.sin(), u.cos())


def _sinh(u: Any) -> Value:
    return u.sinh() if isinstance(u, arb) else (u.exp() - (-u).exp()) / 2


def _cosh(u: Any) -> Value:
    return u.cosh() if isinstance(u, arb) else (u.exp() + (-u).exp()) / 2


def _tanh(u: Any) -> Value:
    if isinstance(u, arb):
        return u.tanh()
    decay = (-2 * u).exp() if u[0] >= 0 else (2 * u).exp()
    size = (1 - decay) * (1 + decay).inv()
    return size if u[0] >= 0 else -size


def _normal(u: Any) -> Value:
    return (-u / arb(2).sqrt()).erfc() / 2


def _abs(u: Value) -> Value:
    if isinstance(u, arb):
        return abs(u)
    return u if _sign(u) >= 0 else -u


def _signum(u: Value) -> Value:
    return arb(_sign(u))


def _floor(u: Value) -> arb:
    """The whole part; at a whole number there is a step, where nothing moves."""
    whole = _head(u).floor()
    if isinstance(u, arb_series) and not _is_constant(u) and not (whole.is_exact() and _head(u) > whole):
        raise Unknown
    return whole


def _ceil(u: Value) -> arb:
    return -_floor(-u)


def _round(u: Value) -> arb:
    """The nearest whole number, of two the even one."""
    nearest, tie = _floor(u + arb(1) / 2), _head(u) + arb(1) / 2
    if not tie.contains_integer():
        return nearest
    if not tie.is_exact() or isinstance(u, arb_series):
        raise Unknown
    return nearest - (nearest - 2 * (nearest / 2).floor())


def _larger(*values: Value) -> Value:
    return _extreme(values, 1)


def _smaller(*values: Value) -> Value:
    return _extreme(values, -1)


def _extreme(values: tuple[Value, ...], which: int) -> Value:
    result = values[0]
    for value in values[1:]:
        if isinstance(result, arb) and isinstance(value, arb):
            result = result.max(value) if which > 0 else result.min(value)
        elif _sign(value - result) == which:
            result = value
    return result


OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": add, "sub": sub, "mul": mul, "div": _quotient, "neg": neg, "log": _log, "sqrt": _sqrt, "abs": _abs,
    "asin": _asin, "acos": _acos, "sign": _signum, "max": _larger, "min": _smaller, "tan": _tan, "sinh": _sinh,
    "floor": _floor, "ceil": _ceil, "round": _round, "cosh": _cosh, "tanh": _tanh, "Phi": _normal,
    **{word: methodcaller(word) for word in ("exp", "erf", "erfc", "sin", "cos", "atan")},
}  # fmt: skip
