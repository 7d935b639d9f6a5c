"""Facts about the catalogue's curves, known without gradproof: values, derivative formulas, bounds and zeros.

Written by hand and evaluated with mpmath; nothing here imports gradproof, so a mistake in the engine cannot make a
false statement look true. :mod:`generate_statements` reads it. Bounds come from a scan of [-40, 40] (less where tails fall fast), bisection of the
next derivative (golden section for the second), the values beside the breakpoints and the values at +-1e60.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from curve_values import (
    Curve,
    Number,
    UndefinedHere,
    Value,
    _bell,
    _celu,
    _elu,
    _gelu_tanh,
    _hard_tanh,
    _leaky,
    _mish,
    _one,
    _phi,
    _selu,
    _softplus,
    _softplus_of,
    _squareplus,
    _swish,
    _zero,
    mp,
    normal_cdf,
    sigmoid,
)
from more_curves import MORE

EQUAL = mp.mpf(10) ** -60
"""Numbers nearer than this are taken as equal: far above the working precision, far below every perturbation."""
NOISE, TIE = mp.mpf(10) ** -320, mp.mpf(10) ** -200
"""Two sides that differ by something between these at a whole number are equal but for rounding: no tail is as small
there, and what falls like exp(-exp(x)) is smaller."""
NEAR = mp.mpf(10) ** -60
"""How near a breakpoint its one-sided limits are read."""

_T = "tanh(softplus(x))"
_U = "sqrt(2/pi)*(x + 0.044715*x**3)"
_U1 = "sqrt(2/pi)*(1 + 0.134145*x**2)"

CURVES: tuple[Curve, ...] = (
    Curve("identity", "", (lambda x: x, _one, _zero), (("1",), ("0",)), parity="odd"),
    Curve(
        "sigmoid", "", (sigmoid, _bell, lambda x: _bell(x) * (sigmoid(-x) - sigmoid(x))),
        (
            ("sigmoid(x)*(1 - sigmoid(x))", "exp(-x)/(1 + exp(-x))**2", "1/(2 + exp(x) + exp(-x))", "1/(4*cosh(x/2)**2)"),
            ("sigmoid(x)*(1 - sigmoid(x))*(1 - 2*sigmoid(x))", "exp(x)*(1 - exp(x))/(1 + exp(x))**3"),
        ),
    ),
    Curve(
        "tanh", "", (mp.tanh, lambda x: mp.sech(x) ** 2, lambda x: -2 * mp.tanh(x) * mp.sech(x) ** 2),
        (
            ("1 - tanh(x)**2", "1/cosh(x)**2", "4/(exp(x) + exp(-x))**2"),
            ("-2*tanh(x)*(1 - tanh(x)**2)", "-2*sinh(x)/cosh(x)**3"),
        ),
        parity="odd",
    ),
    Curve(
        "relu", "", (lambda x: max(x, mp.mpf(0)), lambda x: mp.mpf(1) if x > 0 else mp.mpf(0), _zero),
        (("1 if x > 0 else 0", "(1 + sign(x))/2", "relu(x)/x"), ("0",)), 0, ("0",),
    ),
    _leaky("leaky_relu", "", "0.01"), _leaky("leaky_relu", "negative_slope=0.2", "0.2"),
    _leaky("leaky_relu", "negative_slope=-0.5", "-0.5"),
    _leaky("prelu", "", "0.25"), _leaky("prelu", "weight=0.1", "0.1"),
    _elu("1"), _elu("2"), _elu("0.5"), _elu("-1"), _selu(), _celu("1"), _celu("2"), _celu("0.5"),
    Curve(
        "gelu", "",
        (lambda x: x * normal_cdf(x), lambda x: normal_cdf(x) + x * _phi(x), lambda x: (2 - x * x) * _phi(x)),
        (
            ("Phi(x) + x*exp(-x**2/2)/sqrt(2*pi)", "(1 + erf(x/sqrt(2)))/2 + x*exp(-x**2/2)/sqrt(2*pi)"),
            ("(2 - x**2)*exp(-x**2/2)/sqrt(2*pi)",),
        ),
    ),
    Curve(
        "gelu_tanh", "", (_gelu_tanh(0), _gelu_tanh(1), _gelu_tanh(2)),
        (
            (f"(1 + tanh({_U}))/2 + x/2*(1 - tanh({_U})**2)*{_U1}", f"sigmoid(2*{_U}) + x/2*(1 - tanh({_U})**2)*{_U1}"),
            (f"(1 - tanh({_U})**2)*({_U1} + x/2*(sqrt(2/pi)*0.26829*x - 2*tanh({_U})*({_U1})**2))",),
        ),
    ),
    Curve(
        "quick_gelu", "", tuple(_swish(mp.mpf("1.702"), k) for k in range(3)),  # type: ignore[arg-type]
        (
            ("sigmoid(1.702*x)*(1 + 1.702*x*(1 - sigmoid(1.702*x)))",),
            ("1.702*sigmoid(1.702*x)*(1 - sigmoid(1.702*x))*(2 + 1.702*x*(1 - 2*sigmoid(1.702*x)))",),
        ),
    ),
    Curve(
        "silu", "", tuple(_swish(mp.mpf(1), k) for k in range(3)),  # type: ignore[arg-type]
        (
            ("sigmoid(x)*(1 + x*(1 - sigmoid(x)))", "sigmoid(x) + x*sigmoid(x)*(1 - sigmoid(x))",
             "silu(x) + sigmoid(x)*(1 - silu(x))"),
            ("sigmoid(x)*(1 - sigmoid(x))*(2 + x*(1 - 2*sigmoid(x)))",),
        ),
    ),
    _softplus_of("1"), _softplus_of("3"), _softplus_of("0.5"),
    Curve(
        "mish", "", (_mish(0), _mish(1), _mish(2)),
        (
            (f"{_T} + x*(1 - {_T}**2)*sigmoid(x)", f"{_T} + x*sigmoid(x)/cosh(softplus(x))**2"),
            (f"2*(1 - {_T}**2)*sigmoid(x) + x*(1 - {_T}**2)*(sigmoid(x)*(1 - sigmoid(x)) - 2*{_T}*sigmoid(x)**2)",),
        ),
    ),
    Curve(
        "softsign", "",
        (lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2, lambda x: -2 * mp.sign(x) / (1 + abs(x)) ** 3),
        (("1/(1 + abs(x))**2",), ("-2*sign(x)/(1 + abs(x))**3",)), 1, ("0",), "odd",
    ),
    Curve(
        "hard_sigmoid", "",
        (lambda x: min(max(x / 6 + mp.mpf(1) / 2, mp.mpf(0)), mp.mpf(1)),
         lambda x: mp.mpf(1) / 6 if -3 < x < 3 else mp.mpf(0), _zero),
        (("1/6 if -3 < x < 3 else 0",), ("0",)), 0, ("-3", "3"),
    ),
    _hard_tanh("-1", "1", ""), _hard_tanh("-2", "3", "min_val=-2, max_val=3"),
    Curve(
        "hard_swish", "",
        (lambda x: x * min(max(x / 6 + mp.mpf(1) / 2, mp.mpf(0)), mp.mpf(1)),
         lambda x: mp.mpf(0) if x < -3 else mp.mpf(1) if x > 3 else (2 * x + 3) / 6,
         lambda x: mp.mpf(1) / 3 if -3 < x < 3 else mp.mpf(0)),
        (("0 if x < -3 else 1 if x > 3 else (2*x + 3)/6",), ("1/3 if -3 < x < 3 else 0",)), 0, ("-3", "3"),
    ),
    Curve(
        "relu6", "",
        (lambda x: min(max(x, mp.mpf(0)), mp.mpf(6)), lambda x: mp.mpf(1) if 0 < x < 6 else mp.mpf(0), _zero),
        (("1 if 0 < x < 6 else 0",), ("0",)), 0, ("0", "6"),
    ),
    Curve(
        "log_sigmoid", "", (lambda x: -_softplus(-x), lambda x: sigmoid(-x), lambda x: -_bell(x)),
        (("sigmoid(-x)", "1 - sigmoid(x)", "1/(1 + exp(x))"), ("-sigmoid(x)*sigmoid(-x)", "-exp(x)/(1 + exp(x))**2")),
    ),
    Curve(
        "tanhshrink", "",
        (lambda x: x - mp.tanh(x), lambda x: mp.tanh(x) ** 2, lambda x: 2 * mp.tanh(x) * mp.sech(x) ** 2),
        (("tanh(x)**2", "1 - 1/cosh(x)**2"), ("2*tanh(x)*(1 - tanh(x)**2)", "2*sinh(x)/cosh(x)**3")),
        parity="odd",
    ),
    _squareplus("4"), _squareplus("1"), _squareplus("0.25"), *MORE,
)  # fmt: skip

BY_FUNCTION = {curve.function: curve for curve in CURVES}


# --- text: the small part of the statement language that is Python syntax, evaluated with mpmath


class _Called:
    """A function in a statement: called with a point it is its value, with parameters alone another function."""

    def __init__(self, curve: Curve, order: int) -> None:
        self.curve, self.order = curve, order

    def __call__(self, *points: Number, **parameters: Number) -> Any:
        curve = self.curve
        if parameters:
            wanted = {k: number(v) if isinstance(v, str) else v for k, v in parameters.items()}
            curve = next(c for c in CURVES if c.name == curve.name and _parameters(c) == wanted)
        return curve.value(self.order, points[0]) if points else _Called(curve, self.order)


@lru_cache(maxsize=256)
def _parameters_of(arguments: str) -> tuple[tuple[str, Number], ...]:
    pairs = (part.split("=") for part in arguments.split(", ") if part)
    return tuple((name, number(value)) for name, value in pairs)


def _parameters(curve: Curve) -> dict[str, Number]:
    return dict(_parameters_of(curve.arguments))


def _derivative(f: _Called, order: Number = 1) -> _Called:
    return _Called(f.curve, f.order + int(order))


class _ExactNumbers(ast.NodeTransformer):
    """Number literals from their source text, so that 1/3 and 0.1 are not floats."""

    def __init__(self, source: str) -> None:
        self.source = source

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        text = ast.get_source_segment(self.source, node) or repr(node.value)
        call = ast.Call(ast.Name("_number", ast.Load()), [ast.Constant(text)], [])
        return ast.copy_location(call, node)


_BASE_NAMES: dict[str, Any] = {
    "__builtins__": {}, "_number": mp.mpf, "D": _derivative, "Phi": normal_cdf, "pi": +mp.pi, "e": mp.e + 0, "oo": mp.inf,
    "exp": mp.exp, "log": mp.log, "sqrt": mp.sqrt, "abs": abs, "erf": mp.erf, "erfc": mp.erfc, "sin": mp.sin,
    "cos": mp.cos, "tan": mp.tan, "atan": mp.atan, "tanh": mp.tanh, "sinh": mp.sinh, "cosh": mp.cosh, "min": min, "max": max, "sign": mp.sign,
    **{c.name: _Called(c, 0) for c in CURVES}, **{c.name: _Called(c, 0) for c in CURVES if not c.arguments},
    "glu": lambda a, b: a * sigmoid(b),
    "geglu": lambda a, b: a * normal_cdf(a) * b,
    "swiglu": lambda a, b: a * sigmoid(a) * b,
}  # fmt: skip


@lru_cache(maxsize=1 << 15)
def _compiled(text: str) -> Any:
    tree = ast.fix_missing_locations(_ExactNumbers(text).visit(ast.parse(text, mode="eval")))
    return compile(tree, "<statement>", "eval")


def evaluate(text: str, **names: Number) -> Number:
    """A real expression of the statement language; the text is the generator's own. Raises UndefinedHere."""
    try:
        return eval(_compiled(text), {**_BASE_NAMES, **names})
    except ZeroDivisionError:
        raise UndefinedHere(text) from None


def number(text: str) -> Number:
    """A closed term."""
    return mp.mpf(text) if re.fullmatch(r"-?[0-9.]+(e-?[0-9]+)?", text) else +evaluate(text)


def decimal(value: Number, digits: int = 45) -> str:
    """A decimal near the value, as the statement language reads it."""
    return mp.nstr(value, digits, strip_zeros=True, min_fixed=-30, max_fixed=40)


_CLOSED_FORMS = (
    "sqrt(3)/18", "4*sqrt(3)/9", "Phi(sqrt(2)) + exp(-1)/sqrt(pi)", "Phi(-sqrt(2)) - exp(-1)/sqrt(pi)", "sqrt(2/pi)", "sqrt(2)",
    "2*exp(-2)/sqrt(2*pi)", "log(2)", "3/5", "log(2 + sqrt(3))", "log(2 + sqrt(3))/2",
    "1.6732632423543772848170429916717*1.0507009873554804934193349852946", "1.0507009873554804934193349852946",
    "0.851", "1.702", "11/48",
)  # fmt: skip


@lru_cache(maxsize=1)
def _closed_values() -> tuple[tuple[str, Number], ...]:
    return tuple((text, evaluate(text)) for text in _CLOSED_FORMS)


def closed_form(value: Number) -> str | None:
    """An exact form of a number that was computed to 40 digits or more, or None."""
    close = mp.mpf(10) ** -36
    for q in (1, 2, 3, 4, 5, 6, 8, 10, 12, 100):
        p = mp.nint(value * q)
        if abs(p) < 200 and abs(value * q - p) < close:
            return f"{int(p)}/{q}" if q > 1 else str(int(p))
    if abs(value) < 10**6 and abs(number(short := mp.nstr(value, 27, min_fixed=-30)) - value) < close:
        return short
    for text, known in _closed_values():
        for sign, shown in ((1, text), (-1, f"-({text})")):
            if abs(value - sign * known) < close:
                return shown
    return None


# --- shapes


@dataclass(frozen=True)
class Bound:
    """A least upper or greatest lower bound."""

    value: Number
    attained: bool
    witnesses: tuple[Number, ...]
    """Where it is attained (isolated points), or one point that comes nearer than 1e-16 to it."""
    exact: str | None
    isolated: bool
    """Whether it is attained at the witnesses alone."""

    @property
    def finite(self) -> bool:
        return bool(mp.isfinite(self.value))


@dataclass(frozen=True)
class Turn:
    """A point where the sign changes or the function touches zero."""

    at: Number
    left: int
    here: int | None
    right: int


@dataclass(frozen=True)
class Shape:
    """Bounds, signs and tails of one derivative of one curve."""

    sup: Bound
    inf: Bound
    turns: tuple[Turn, ...]
    first_sign: int
    limits: tuple[Number, Number]
    continuous: bool


FAR = mp.mpf(10) ** 60


_SCALE = tuple(mp.sinh(mp.mpf(i) / 40) for i in range(-175, 176))


def _grid(curve: Curve) -> list[Number]:
    points = [x for x in _SCALE if curve.reach[0] < x < curve.reach[1]]
    for b in curve.breaks:
        points += [b - NEAR, b + NEAR, b]
    points += [(a + b) / 2 for a, b in pairwise(curve.breaks)]
    return sorted(set(points))


def _turning_point(curve: Curve, order: int, low: Number, high: Number, sense: int) -> Number:
    """The place of the one extremum between two points."""
    if order < 2:
        slope = curve.values[order + 1]
        left = mp.sign(slope(low))
        for _ in range(180):
            middle = (low + high) / 2
            s = mp.sign(slope(middle))
            if s == 0:
                return middle
            low, high = (middle, high) if s == left else (low, middle)
        return (low + high) / 2
    f = curve.values[order]
    ratio = (mp.sqrt(5) - 1) / 2
    a, b = high - ratio * (high - low), low + ratio * (high - low)
    fa, fb = sense * f(a), sense * f(b)
    for _ in range(170):
        if fa > fb:
            high, b, fb = b, a, fa
            a = high - ratio * (high - low)
            fa = sense * f(a)
        else:
            low, a, fa = a, b, fb
            b = low + ratio * (high - low)
            fb = sense * f(b)
    middle = (low + high) / 2
    return mp.mpf(0) if abs(middle) < mp.mpf(10) ** -38 else middle


@lru_cache(maxsize=512)
def shape(curve: Curve, order: int) -> Shape:
    """One derivative as mpmath sees it."""
    f = curve.values[order]
    grid = _grid(curve)
    kept = [x for x in grid if curve.defined_at(order, x)]
    values = [f(x) for x in kept]
    limits = tuple(_limit(f, side) for side in (-1, 1))
    if order == 0 and curve.ends is not None:
        limits = tuple(map(mp.mpf, curve.ends))
    bounds = [_bound(curve, order, kept, values, limits, sense) for sense in (1, -1)]
    continuous = all(abs(f(b - NEAR) - f(b + NEAR)) < mp.mpf(10) ** -50 for b in curve.breaks)
    turns, first = _turns(curve, order, kept, values)
    return Shape(bounds[0], bounds[1], turns, first, (limits[0], limits[1]), continuous)


def _limit(f: Value, side: int) -> Number:
    value = f(side * FAR)
    if abs(value) < mp.mpf(10) ** -20:  # x^(-1/2) is 1e-30 there, and tends to 0
        return mp.mpf(0)
    return mp.sign(value) * mp.inf if abs(value) > mp.mpf(10) ** 20 else value


def _bound(
    curve: Curve, order: int, points: list[Number], values: list[Number], limits: tuple[Number, ...], sense: int
) -> Bound:
    f = curve.values[order]
    beside = {b + s * NEAR for b in curve.breaks for s in (-1, 1)}
    candidates = [(v, x) for x, v in zip(points, values, strict=True) if x not in beside]
    for i in range(1, len(points) - 1):
        low, here, high = (sense * values[j] for j in (i - 1, i, i + 1))
        crosses = any(points[i - 1] < b < points[i + 1] for b in curve.breaks)
        if here >= low and here >= high and (here > low or here > high) and not crosses:
            if points[i] in beside:
                continue
            at = _turning_point(curve, order, points[i - 1], points[i + 1], sense)
            candidates.append((f(at), at))
    open_ends = [(f(b + s * NEAR), b + s * NEAR) for b in curve.breaks for s in (-1, 1)]
    tails = [(limit, side * FAR) for side, limit in zip((-1, 1), limits, strict=True)]
    best = max(sense * v for v, _ in candidates + open_ends + tails)
    if best == mp.inf:
        return Bound(sense * best, False, (), None, False)
    close = mp.mpf(10) ** -55
    at = [x for v, x in candidates if abs(sense * v - best) < close]
    exact = closed_form(sense * best)
    value = number(exact) if exact is not None else sense * best
    if not at:
        near = _near_unattained(f, value, sense, open_ends, limits)
        return Bound(value, False, (near,), exact, False)
    separate: list[Number] = []
    for x in sorted(at):
        if not separate or abs(x - separate[-1]) > mp.mpf(10) ** -30:
            separate.append(x)
    isolated = len(separate) <= 2 and all(abs(f(x + d) - value) > EQUAL**2 for x in separate for d in (-NEAR, NEAR))
    flat = any(abs(f(x + d) - value) < EQUAL**2 for x in separate for d in _STEPS)
    return Bound(value, True, tuple(separate), exact, (isolated or not flat) and len(separate) <= 2)


_STEPS = tuple(s * mp.mpf(step) for s in (-1, 1) for step in ("0.01", "1e-8"))
"""How far beside a bound a flat piece is looked for."""


def _near_unattained(
    f: Value, value: Number, sense: int, open_ends: list[tuple[Number, Number]], limits: tuple[Number, ...]
) -> Number:
    for v, x in open_ends:
        if abs(v - value) < mp.mpf(10) ** -50:
            return x
    for side, limit in zip((-1, 1), limits, strict=True):
        if mp.isfinite(limit) and abs(limit - value) < mp.mpf(10) ** -50:
            x = side * mp.mpf(1)
            while abs(f(x) - value) > mp.mpf(10) ** -17:
                x *= 2
            return x
    raise AssertionError("an unattained bound that is nowhere approached")


def _turns(curve: Curve, order: int, points: list[Number], values: list[Number]) -> tuple[tuple[Turn, ...], int]:
    f = curve.values[order]
    signs = [int(mp.sign(v)) for v in values]
    found: list[Turn] = []
    last = signs[0]
    i = 1
    while i < len(points):
        if signs[i] == last:
            i += 1
            continue
        isolated = signs[i] == 0 and i + 1 < len(points) and signs[i + 1] != 0
        if isolated:
            found.append(Turn(points[i], last, 0, signs[i + 1]))
            last = signs[i + 1]
            i += 2
            continue
        between = [b for b in curve.breaks if points[i - 1] <= b <= points[i]]
        at = between[0] if between else _sign_change(f, points[i - 1], points[i])
        here = 0
        if between:
            here = int(mp.sign(f(at))) if curve.defined_at(order, at) else None
        found.append(Turn(at, last, here, signs[i]))
        last = signs[i]
        i += 1
    return tuple(found), signs[0]


def _sign_change(f: Value, low: Number, high: Number) -> Number:
    left = mp.sign(f(low))
    for _ in range(180):
        middle = (low + high) / 2
        s = mp.sign(f(middle))
        if s == 0:
            return middle
        low, high = (middle, high) if s == left else (low, middle)
    return (low + high) / 2
