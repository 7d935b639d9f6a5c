"""Values of what was written (:mod:`as_written`) at one point, in ball arithmetic: defined, undefined, or unknown.

At a point every case distinction is a sign and every derivative a Taylor coefficient, so nothing of the prover's search
is needed or used. A ball that meets the edge of a domain, and a derivative at a seam between two formulas, is unknown;
only what is certain can contradict a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from flint import arb, arb_series, ctx, fmpq

from .as_written import Node, Symbol
from .evaluate import precision

MAX_ORDER = 12
"""Taylor coefficients that are computed of one function."""

Value: TypeAlias = "arb | arb_series"


class Undefined(Exception):
    """There is certainly no value: the root of a negative number, a quotient by 0, a calculation with oo."""


class Unknown(Exception):
    """Nothing certain: a ball on an edge, a seam, or a number that is not estimated."""


class Exhausted(Exception):
    """The work allowed for one statement is done."""


class Frame:
    """One symbol's value, with the values already computed that depend on it; the innermost binding counts."""

    __slots__ = ("memo", "parent", "symbol", "value")

    def __init__(self, parent: Frame | None, symbol: Symbol | None, value: Any) -> None:
        self.parent = parent
        self.symbol = symbol
        self.value = value
        self.memo: dict[Node, Any] = {}


def fresh(frame: Frame) -> Frame:
    """The same symbols without what was computed at another precision."""
    return Frame(None if frame.parent is None else fresh(frame.parent), frame.symbol, frame.value)


Estimator: TypeAlias = "Callable[[Witness, Node, Frame], arb]"


class Witness:
    """Evaluates nodes, counting operations; numbers from whole functions are left to an estimator."""

    def __init__(self, work: int, estimate: Estimator) -> None:
        self.left = work
        self._estimate = estimate

    def root(self) -> Frame:
        return Frame(None, None, None)

    def at(self, point: Mapping[str, Any]) -> Frame:
        """A frame with these values."""
        frame = self.root()
        for symbol, value in point.items():
            frame = Frame(frame, symbol, value)
        return frame

    def value(self, node: Node, frame: Frame) -> Value:
        """The ball or, under a derivative, the Taylor polynomial. Raises Undefined, Unknown or Exhausted."""
        while frame.symbol is not None and frame.symbol not in node.free:
            assert frame.parent is not None
            frame = frame.parent
        found = frame.memo.get(node)
        if found is None:
            self.left -= 1
            if self.left < 0:
                raise Exhausted
            try:
                found = self._value(node, frame)
            except (Undefined, Unknown) as reason:
                found = reason
            except (ValueError, OverflowError, ZeroDivisionError) as reason:  # FLINT's own refusals
                found = Unknown(str(reason))
            frame.memo[node] = found
        if isinstance(found, Exception):
            raise found
        return found

    def ball(self, node: Node, frame: Frame) -> arb:
        """A value that is one number."""
        found = self.value(node, frame)
        if not isinstance(found, arb):
            raise Unknown
        return found

    def _value(self, node: Node, frame: Frame) -> Value:
        op = node.op
        if node.exact is not None:
            return arb(node.exact)
        if op in OPERATIONS:
            operands = [self.value(a, frame) for a in node.args]
            if node.of_functions and any(isinstance(u, arb) and infinite_sign(u) for u in operands):
                raise Undefined  # oo stands alone or nowhere: it cannot be calculated with
            return OPERATIONS[op](*operands)
        match op:
            case "symbol":
                return _looked_up(node.extra, frame)
            case "pow":
                return self._power(node, frame)
            case "choice":
                return self.value(node.args[1 if self._chosen(node.args[0], frame) else 2], frame)
            case "pi":
                return arb.pi()
            case "e":
                return arb(1).exp()
            case "D":
                return self._derivative(node, frame)
        return self._estimate(self, node, frame)

    def _power(self, node: Node, frame: Frame) -> Value:
        base, exponent = node.args
        u = self.value(base, frame)
        if exponent.exact is not None:
            return rational_power(u, exponent.exact)
        v = self.value(exponent, frame)
        head = _head(u)
        if head > 0:
            return (u.log() * v).exp()
        if head < 0 and exponent.free:
            raise Undefined
        raise Unknown

    def _chosen(self, condition: Node, frame: Frame) -> bool:
        """Which branch a condition chooses, its parts read from left to right while they matter."""
        match condition.op:
            case "and" | "or":
                decisive = condition.op == "or"
                return decisive if any(self._chosen(c, frame) is decisive for c in condition.args) else not decisive
            case "not":
                return not self._chosen(condition.args[0], frame)
            case "relation":
                difference = self.value(condition.args[0], frame) - self.value(condition.args[1], frame)
                return holds(condition.extra, _sign(difference))
        raise Unknown

    def _derivative(self, node: Node, frame: Frame) -> Value:
        """A Taylor coefficient; where the place itself moves, the Taylor polynomial of the derivative along it."""
        body, at = node.args
        symbol, order = node.extra
        place = self.value(at, frame)
        moving = isinstance(place, arb_series)
        if any(isinstance(_looked_up(s, frame), arb_series) for s in body.free - {symbol}):
            raise Unknown  # a mixed derivative
        length = order + (ctx.cap if moving else 1)
        if length > MAX_ORDER:
            raise Unknown
        if length <= ctx.cap == 2:  # as it is everywhere but inside a derivative of higher order
            jet = self._jet(body, symbol, order, _head(place), frame)
        else:
            with precision(ctx.prec, length):
                jet = self._jet(body, symbol, order, _head(place), frame)
        if isinstance(jet, arb_series):
            return jet(arb_series([0, *place.coeffs()[1:]])) if moving else jet[0]
        return jet

    def _jet(self, body: Node, symbol: Symbol, order: int, place: arb, frame: Frame) -> Value:
        """The derivative of an order around a place, as a Taylor polynomial."""
        jet = self.value(body, Frame(frame, symbol, arb_series([place, arb(1)])))
        for _ in range(order):
            jet = jet.derivative() if isinstance(jet, arb_series) else arb(0)
        return jet


def holds(relation: str, sign: int) -> bool:
    """Whether a difference of this sign satisfies a relation to 0."""
    match relation:
        case "<":
            return sign < 0
        case "<=":
            return sign <= 0
        case ">":
            return sign > 0
        case ">=":
            return sign >= 0
        case "==":
            return sign == 0
    return sign != 0


def sign(value: arb) -> int | None:
    """The sign of every number in the ball, None where they differ."""
    return 1 if value > 0 else -1 if value < 0 else 0 if value.is_zero() else None


def infinite_sign(value: arb) -> int:
    """1 or -1 for an infinity, 0 for anything else."""
    return 0 if value.is_finite() or value.is_nan() else 1 if value > 0 else -1 if value < 0 else 0


def _looked_up(symbol: Symbol, frame: Frame | None) -> Value:
    while frame is not None and frame.symbol != symbol:
        frame = frame.parent
    if frame is None:
        raise Unknown
    value = frame.value
    return value if isinstance(value, arb | arb_series) else arb(value)


def _head(u: Value) -> arb:
    return u if isinstance(u, arb) else u[0]


def _sign(u: Value) -> int:
    """The sign at the point; where u moves through 0 there is a seam, and nothing is known around it."""
    found = sign(_head(u))
    if found is None or (found == 0 and isinstance(u, arb_series) and not _is_constant(u)):
        raise Unknown
    return found


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


def rational_power(u: Value, exponent: fmpq) -> Value:
    p, q = int(exponent.p), int(exponent.q)
    if q > 1:
        if _head(u).is_zero() and isinstance(u, arb):
            if p < 0:
                raise Undefined
            return arb(0)
        _require_positive(u, or_zero=False)
        return u.sqrt() ** p if q == 2 and p > 0 and isinstance(u, arb) else (u.log() * (arb(p) / q)).exp()
    if p < 0:
        return _quotient(arb(1), _whole_power(u, -p))
    return _whole_power(u, p)


def _whole_power(u: Any, n: int) -> Value:
    if isinstance(u, arb):
        return u**n
    result: Any = arb(1)
    while n:
        if n & 1:
            result = u * result
        n >>= 1
        if n:
            u = u * u
    return result


def _sqrt(u: Value) -> Value:
    _require_positive(u, or_zero=True)
    return u.sqrt()


def _log(u: Value) -> Value:
    _require_positive(u, or_zero=False)
    return u.log()


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
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": _quotient,
    "neg": lambda a: -a, "exp": lambda u: u.exp(), "log": _log, "sqrt": _sqrt, "abs": _abs,
    "sign": lambda u: arb(_sign(u)), "max": _larger, "min": _smaller, "erf": lambda u: u.erf(),
    "erfc": lambda u: u.erfc(), "sin": lambda u: u.sin(), "cos": lambda u: u.cos(), "tan": _tan,
    "atan": lambda u: u.atan(), "sinh": _sinh, "cosh": _cosh, "tanh": _tanh, "Phi": _normal,
}  # fmt: skip
