"""Statements that are true or false by construction, with numbers that gradproof did not compute.

Used by benchmarks/soundness.py (thousands) and tests/proofs/test_generated.py (a few hundred), which put this folder
on the import path; it is not packaged. Everything comes from :mod:`known_curves` (hand-written formulas, mpmath).
Each family is one function from a random generator and the wanted truth to a :class:`Generated`, or None where the
curve it drew has nothing to say. A false statement carries a point at which :func:`confirm` sees it fail by more than
EQUAL, or the exact reason; a true one is sampled at some thirty points.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from known_curves import (
    BY_FUNCTION,
    CURVES,
    EQUAL,
    NOISE,
    TIE,
    Bound,
    Curve,
    UndefinedHere,
    closed_form,
    decimal,
    evaluate,
    mp,
    number,
    shape,
)


@dataclass(frozen=True)
class Generated:
    """One statement, its domain, its truth, and why."""

    family: str
    text: str
    where: str | None
    truth: bool
    because: str
    pointwise: str | None = field(default=None, compare=False)
    """The same claim as a comparison at a point, which confirm() samples; None where only the reason is given."""
    at: dict[str, Any] = field(default_factory=dict, compare=False)
    """A false statement fails here."""
    points: tuple[dict[str, Any], ...] = field(default=(), compare=False)
    """Where confirm() samples a true one; drawn for x where none are given. A closed one is sampled at ``{}``."""
    defined: bool = True
    """Without it a closed term is undefined and neither verdict is right; `truth` is False, and `pointwise` says why."""


Family = Callable[[random.Random, bool], "Generated | None"]
FAMILIES: dict[str, Family] = {}
WEIGHTS = {"derivative_rule": 0.3, "derivative_formula": 0.6, "expectation": 0.6}
"""How often a family that is slow to decide takes its turn; 1 where nothing is said."""


def family(function: Family) -> Family:
    name = function.__name__.rstrip("_")
    assert name not in FAMILIES, f"two families are called {name}"
    FAMILIES[name] = function
    return function


def _small(rng: random.Random) -> tuple[str, Any]:
    k = rng.randint(6, 15)
    return f"1e-{k}", mp.mpf(10) ** -k


def _moved(value: Any, exact: str | None, sign: int, rng: random.Random) -> tuple[str, Any]:
    """Text and value of a number moved by 1e-6 to 1e-15."""
    text, delta = _small(rng)
    if exact is not None and rng.random() < 0.5:
        return f"{exact} {'+' if sign > 0 else '-'} {text}", number(exact) + sign * delta
    shown = decimal(value + sign * delta)
    return shown, number(shown)


def _pick(rng: random.Random) -> tuple[Curve, int]:
    return rng.choice(CURVES), rng.randrange(3)


def _sided(rng: random.Random, curve: Curve, order: int) -> tuple[Bound, int, str, str]:
    """A bound, +1 or -1, the direction in which it holds, and sup or inf."""
    known = shape(curve, order)
    return rng.choice([(known.sup, 1, "<", "sup"), (known.inf, -1, ">", "inf")])


# --- (a) bounds moved, (b) strictness


@family
def bound_moved(rng: random.Random, truth: bool) -> Generated | None:
    curve, order = _pick(rng)
    bound, sense, op, name = _sided(rng, curve, order)
    if not bound.finite:
        return None
    text, _ = _moved(bound.value, bound.exact, sense if truth else -sense, rng)
    here = curve.derivative_at(order, "x")
    strict = rng.choice([op, op + "="])
    flipped = {"<": ">", ">": "<"}[op] + strict[1:]
    shown = rng.choice([
        f"{here} {strict} {text}", f"{text} {flipped} {here}", f"{name}({curve.derivative(order)}) {strict} {text}",
    ])  # fmt: skip
    at = {} if truth else {"x": bound.witnesses[0]}
    return Generated("bound_moved", shown, None, truth, f"{name} is {decimal(bound.value, 20)}", f"{here} {strict} {text}", at)


@family
def strictness(rng: random.Random, truth: bool) -> Generated | None:
    curve, order = _pick(rng)
    bound, _, op, name = _sided(rng, curve, order)
    if bound.exact is None:
        return None
    here, whole, value = curve.derivative_at(order, "x"), f"{name}({curve.derivative(order)})", bound.exact
    pointwise = {f"{here} {op}= {value}": True, f"{here} {op} {value}": not bound.attained,
                 f"{here} != {value}": not bound.attained}  # fmt: skip
    closed = {f"{whole} == {value}": True, f"{whole} {op}= {value}": True, f"{whole} {op} {value}": False,
              f"{whole} != {value}": False}  # fmt: skip
    shown = rng.choice([text for text, true in (pointwise | closed).items() if true is truth])
    because = f"{name} {value} is {'attained' if bound.attained else 'not attained'}"
    inside = shown in pointwise
    return Generated("strictness", shown, None, truth, because, shown if inside else None,
                     {"x": bound.witnesses[0]} if inside and not truth else {})  # fmt: skip


# --- (c) domains


def _edge(rng: random.Random, curve: Curve, order: int) -> tuple[Any, int, int, int | None, Any] | None:
    """A sign change of one derivative: where, the side kept (+1 right), the signs there, at and beyond, the next."""
    turns = shape(curve, order).turns
    if not turns:
        return None
    i = rng.randrange(len(turns))
    turn, side = turns[i], rng.choice([1, -1])
    j = i + side
    following = turns[j].at if 0 <= j < len(turns) else None
    kept = turn.right if side > 0 else turn.left
    beyond = turn.left if side > 0 else turn.right
    return turn.at, side, kept * 3 + beyond, turn.here, following


def _domain(rng: random.Random, edge: str, side: int, at: Any, following: Any, closed: bool) -> str:
    op = (">" if side > 0 else "<") + ("=" if closed else "")
    if following is None and rng.random() < 0.6:
        return f"x {op} {edge}"
    reach = min(abs(following - at), mp.mpf(8)) if following is not None else mp.mpf(8)
    end = decimal(at + side * reach * mp.mpf(rng.choice(["0.5", "0.75", "0.9"])), 6)
    return f"{edge} {op.replace('>', '<')} x < {end}" if side > 0 else f"{end} < x {op} {edge}"


@family
def sign_domain(rng: random.Random, truth: bool) -> Generated | None:
    curve, order = _pick(rng)
    found = _edge(rng, curve, order)
    if found is None:
        return None
    at, side, signs, here, following = found
    beyond = (signs + 4) % 3 - 1
    kept = (signs - beyond) // 3
    exact = closed_form(at)
    g = curve.derivative_at(order, "x")
    op = {1: ">", -1: "<", 0: "=="}[kept]
    if exact is not None and rng.random() < 0.3:  # the exact edge: open, or closed with the value there
        if kept == 0:
            return None
        closed = rng.random() < 0.5 if truth else True
        shown_op = op
        if truth and closed and here is not None and here != kept:
            if here != 0:
                return None
            shown_op = op + "="
        if not truth and (here is None or here == kept):
            return None
        where = _domain(rng, exact, side, at, following, closed)
        shown = f"{g} {shown_op} 0"
        point = {"x": number(exact)} if not truth else {}
        return Generated("sign_domain", shown, where, truth, f"{g} at {exact} has sign {here}", shown, point)
    if beyond == kept:
        return None
    text, moved = _moved(at, exact, side if truth else -side, rng)
    shown = f"{g} {op} 0"
    where = _domain(rng, text, side, at, following, rng.random() < 0.5)
    point = {} if truth else {"x": (moved + at) / 2}
    return Generated("sign_domain", shown, where, truth, f"{g} changes sign at {decimal(at, 20)}", shown, point)


@family
def monotone_domain(rng: random.Random, truth: bool) -> Generated | None:
    curve, order = rng.choice(CURVES), rng.randrange(2)
    convexity = order == 1 and rng.random() < 0.5
    if curve.smoothness is not None and order > curve.smoothness:
        return None
    found = _edge(rng, curve, order + 1)
    if found is None:
        return None
    at, side, signs, _, following = found
    beyond = (signs + 4) % 3 - 1
    kept = (signs - beyond) // 3
    if kept == 0 or beyond == kept or (convexity and beyond == 0):
        return None
    text, moved = _moved(at, closed_form(at), side if truth else -side, rng)
    where = _domain(rng, text, side, at, following, rng.random() < 0.5)
    if convexity:
        shown = f"{'convex' if kept > 0 else 'concave'}({curve.function})"
    else:
        shown = f"{'increasing' if kept > 0 else 'decreasing'}({curve.derivative(order)})"
    slope = curve.derivative_at(order + 1, "x")
    pointwise = f"{slope} {'>' if kept > 0 else '<'} 0"
    point = {} if truth else {"x": (moved + at) / 2}
    return Generated("monotone_domain", shown, where, truth, f"{slope} changes sign at {decimal(at, 20)}", pointwise, point)


@family
def subinterval(rng: random.Random, truth: bool) -> Generated | None:
    """The extremum of a monotone stretch is its value at the end."""
    curve, order = rng.choice(CURVES), rng.randrange(2)
    if curve.smoothness is not None and order > curve.smoothness:
        return None
    low = rng.randint(-36, 30)
    high = low + rng.randint(1, 12)
    a, b = mp.mpf(low) / 8, mp.mpf(high) / 8
    turns = shape(curve, order + 1).turns
    signs = {int(mp.sign(curve.values[order + 1](a + (b - a) * mp.mpf(i) / 7))) for i in (1, 3, 6)}
    if len(signs) != 1 or 0 in signs or any(a - 1 / mp.mpf(16) < t.at < b + 1 / mp.mpf(16) for t in turns):
        return None
    direction = signs.pop()
    at_low, at_high = (curve.derivative_at(order, f"{n}/8") for n in (low, high))
    top, bottom = (at_high, at_low) if direction > 0 else (at_low, at_high)
    top_is_high = direction > 0
    g, here = curve.derivative(order), curve.derivative_at(order, "x")
    closed = rng.random() < 0.5
    where = f"{low}/8 {'<=' if closed else '<'} x {'<=' if closed else '<'} {high}/8"
    small, _ = _small(rng)
    true = [f"sup({g}) == {top}", f"inf({g}) == {bottom}", f"{here} <= {top}", f"{here} < {top} + {small}"]
    false = [f"sup({g}) == {top} + {small}", f"inf({g}) == {bottom} - {small}", f"sup({g}) <= {top} - {small}",
             f"sup({g}) == {top} - {small}"]  # fmt: skip
    strict = f"{bottom} < {here} < {top}"
    point: dict[str, Any] = {}
    (false if closed else true).append(strict)
    shown = rng.choice(true if truth else false)
    pointwise = shown if "sup" not in shown and "inf" not in shown else None
    if not truth and pointwise:
        point = {"x": b if top_is_high else a}
    return Generated("subinterval", shown, where, truth, "monotone between the ends", pointwise, point)


# --- (d) derivative formulas


_PLAIN = {
    "sigmoid": "1/(1 + exp(-x))", "tanh": "tanh(x)", "gelu": "x*(1 + erf(x/sqrt(2)))/2", "silu": "x/(1 + exp(-x))",
    "softplus": "log(1 + exp(x))", "mish": "x*tanh(log(1 + exp(x)))", "tanhshrink": "x - tanh(x)",
    "log_sigmoid": "-log(1 + exp(-x))", "squareplus": "(x + sqrt(x**2 + 4))/2",
    "phish": "x*tanh(x*(1 + erf(x/sqrt(2)))/2)", "smish": "x*tanh(log(1 + 1/(1 + exp(-x))))",
    "gelu_fast": "x/2*(1 + tanh(7978845608/10**10*x*(1 + 44715/10**6*x**2)))", "golu": "x*exp(-exp(-x))",
    "tanh_exp": "x*tanh(exp(x))", "isru": "x/sqrt(1 + x**2)", "gaussian": "exp(-x**2)", "lisht": "x*tanh(x)",
    "softplus(beta=3)": "log(1 + exp(3*x))/3", "squareplus(b=1)": "(x + sqrt(x**2 + 1))/2",
}  # fmt: skip


@lru_cache(maxsize=1)
def _by_sympy() -> dict[tuple[str, int], str]:
    """Further right formulas: what SymPy's diff makes of the plain definitions."""
    import sympy

    x = sympy.Symbol("x", real=True)
    found: dict[tuple[str, int], str] = {}
    for name, text in _PLAIN.items():
        f = sympy.sympify(text, locals={"x": x})
        for order in (1, 2):
            found[name, order] = str(sympy.diff(f, x, order))
    return found


def _right_formula(rng: random.Random, curve: Curve, order: int) -> str:
    choices = list(curve.formulas[order - 1])
    if (curve.function, order) in _by_sympy():
        choices.append(_by_sympy()[curve.function, order])
    chosen = rng.choice(choices)
    return f"({chosen})" if " if " in chosen else chosen


def _mutate(rng: random.Random, formula: str) -> str:
    """One coefficient, sign, exponent or argument changed."""
    tree = ast.parse(formula, mode="eval")
    exponents = {n.right for n in ast.walk(tree) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Pow)}
    orders = {n.args[1] for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "D" and len(n.args) > 1}
    places = [
        n for n in ast.walk(tree)
        if (isinstance(n, ast.Constant) and n not in orders) or (isinstance(n, ast.Name) and n.id == "x")
        or (isinstance(n, ast.BinOp) and isinstance(n.op, ast.Add | ast.Sub))
    ]  # fmt: skip
    small, _ = _small(rng)
    if not places or rng.random() < 0.1:
        return rng.choice([f"({formula}) + {small}", f"({formula})*(1 + {small})", f"-({formula})"])
    node = rng.choice(places)
    assert node.end_col_offset is not None
    before, inside, after = formula[: node.col_offset], formula[node.col_offset : node.end_col_offset], formula[node.end_col_offset :]
    match node:
        case ast.Constant() if node in exponents:
            new = f"({inside} + 1)"
        case ast.Constant():
            new = rng.choice([f"({inside} + {small})", f"({inside} - {small})", f"({inside} + 1)"])
        case ast.Name():
            new = rng.choice([f"({inside} + {small})", f"({inside}*(1 - {small}))", f"(-{inside})"])
        case ast.BinOp(left=left, op=op, right=right):
            parts = [ast.get_source_segment(formula, part) for part in (left, right)]
            new = f"({parts[0]} {'-' if isinstance(op, ast.Add) else '+'} ({parts[1]}))"
        case _:
            raise AssertionError(node)
    return before + new + after


_PROBES = tuple(mp.mpf(n) / 16 for n in (-77, -49, -31, -21, -13, -7, -3, -1, 1, 2, 5, 11, 18, 29, 44, 63))


def _where_different(left: str, right: str) -> Any | None:
    """The probe where two expressions differ most, or None; neither may be undefined or complex at any probe."""
    best, most = None, mp.mpf(10) ** -40
    for x in _PROBES:
        try:
            there = evaluate(right, x=x)
            difference = abs(evaluate(left, x=x) - there)
        except (ArithmeticError, ValueError, TypeError):
            return None
        if isinstance(there, mp.mpc) or not mp.isfinite(difference):
            return None
        if difference > most:
            best, most = x, difference
    return best


def _equation(family: str, left: str, right: str, wrong: str, checked: str, truth: bool) -> Generated | None:
    """left == right or left == wrong; `checked` is left for the mpmath evaluator, which has no D of an expression."""
    shown = right if truth else wrong
    point: dict[str, Any] = {}
    if not truth:
        x = _where_different(checked, wrong)
        if x is None:
            return None
        point = {"x": x}
    return Generated(family, f"{left} == {shown}", None, truth, "a hand-written or SymPy formula", f"{checked} == {shown}", point)


@family
def derivative_formula(rng: random.Random, truth: bool) -> Generated | None:
    curve, order = rng.choice(CURVES), rng.randint(1, 2)
    right = _right_formula(rng, curve, order)
    left = curve.derivative_at(order, "x")
    return _equation("derivative_formula", left, right, _mutate(rng, right), left, truth)


_SMOOTH = tuple(c for c in CURVES if c.smoothness is None)


@family
def derivative_rule(rng: random.Random, truth: bool) -> Generated | None:
    """Sums, products and scaled arguments."""
    f, g = rng.choice(CURVES), rng.choice(_SMOOTH)
    a, b = rng.randint(2, 9), rng.randint(2, 9)
    df, dg = _right_formula(rng, f, 1), _right_formula(rng, g, 1)
    ff, gg = f.at("x"), g.at("x")
    slope_f, slope_g = f.derivative_at(1, "x"), g.derivative_at(1, "x")
    kind = rng.choice(["sum", "product", "scale"])
    wrong_f, wrong_g = _mutate(rng, df), _mutate(rng, dg)
    if rng.random() < 0.5:
        wrong_f = df
    else:
        wrong_g = dg
    if kind == "sum":
        left, checked = f"D({a}*{ff} - {gg}/{b})(x)", f"{a}*{slope_f} - {slope_g}/{b}"
        rule = "{a}*({0}) - ({1})/{b}"
    elif kind == "product":
        left, checked = f"D({ff}*{gg})(x)", f"{slope_f}*{gg} + {ff}*{slope_g}"
        rule = "({0})*{gg} + {ff}*({1})"
    else:
        point = f"{a}*x/{b}"
        left, checked = f"D({f.at(point)})(x)", f"{a}*{f.derivative_at(1, point)}/{b}"
        rule = "{a}*{c}/{b}"
    c, wrong_c = f.derivative_at(1, f"{a}*x/{b}"), f.derivative_at(1, f"{a}*x/({b} + {_small(rng)[0]})")
    right = rule.format(df, dg, a=a, b=b, ff=ff, gg=gg, c=c)
    wrong = rule.format(wrong_f, wrong_g, a=a, b=b, ff=ff, gg=gg, c=wrong_c)
    return _equation("derivative_rule", left, right, wrong, checked, truth)


_IDENTITIES = (
    ("sigmoid(x) + sigmoid(-x)", "1"), ("softplus(x) - softplus(-x)", "x"), ("gelu(x) - gelu(-x)", "x"),
    ("silu(x) - silu(-x)", "x"), ("quick_gelu(x) - quick_gelu(-x)", "x"), ("gelu_tanh(x) - gelu_tanh(-x)", "x"),
    ("squareplus(x) - squareplus(-x)", "x"), ("squareplus(x)*squareplus(-x)", "1"), ("relu(x) - relu(-x)", "x"),
    ("log_sigmoid(x) - log_sigmoid(-x)", "x"), ("hard_swish(x) - hard_swish(-x)", "x"),
    ("hard_sigmoid(x) + hard_sigmoid(-x)", "1"), ("tanh(x)", "2*sigmoid(2*x) - 1"), ("silu(x)", "x*sigmoid(x)"),
    ("sigmoid(x)", "(1 + tanh(x/2))/2"), ("log_sigmoid(x)", "-softplus(-x)"), ("log_sigmoid(x)", "x - softplus(x)"),
    ("D(gelu)(x) + D(gelu)(-x)", "1"), ("D(silu)(x) + D(silu)(-x)", "1"), ("D(softplus)(x) + D(softplus)(-x)", "1"),
    ("silu(x)", "x/2*(1 + tanh(x/2))"), ("celu(x)", "elu(x)"), ("relu(x)", "(x + abs(x))/2"),
    ("leaky_relu(x, negative_slope=0.2)", "max(x, x/5)"), ("softsign(x)*(1 + abs(x))", "x"),
    ("hard_tanh(x)", "(abs(x + 1) - abs(x - 1))/2"), ("relu6(x)", "relu(x) - relu(x - 6)"),
    ("softplus(x, beta=3)", "softplus(3*x)/3"), ("celu(x, alpha=2)", "2*elu(x/2)"), ("tanhshrink(x) + tanh(x)", "x"),
    ("elu(x)", "relu(x) + exp(min(x, 0)) - 1"), ("exp(softplus(x))", "1 + exp(x)"),
    ("tanh(softplus(x))", "1 - 2/((1 + exp(x))**2 + 1)"), ("squareplus(x)**2 - x*squareplus(x)", "1"),
)  # fmt: skip


@family
def identity(rng: random.Random, truth: bool) -> Generated | None:
    left, right = rng.choice(_IDENTITIES)
    k, (small, _) = rng.randint(1, 9), _small(rng)
    if rng.random() < 0.5:
        left, right = left.replace("(x", f"({k}*x"), right
        right = right.replace("(x", f"({k}*x") if "(x" in right else right
        if not _same_at_probes(left, right):
            return None
    left, right = rng.choice([(left, right), (right, left)])
    wrong = rng.choice([f"({right})*(1 + {small})", f"{right} - {small}", f"({right}) + {small}*x"])
    return _equation("identity", left, right, wrong, left, truth)


def _same_at_probes(left: str, right: str) -> bool:
    return all(abs(evaluate(left, x=x) - evaluate(right, x=x)) < EQUAL for x in _PROBES)


@family
def parity(rng: random.Random, truth: bool) -> Generated | None:
    curve, order = _pick(rng)
    even = rng.random() < 0.5
    small, _ = _small(rng)
    g, here, there = curve.derivative(order), curve.derivative_at(order, "x"), curve.derivative_at(order, "-x")
    if not truth and rng.random() < 0.6:
        point = f"(x + {small})"
        g = here = curve.derivative_at(order, point)
        there = curve.derivative_at(order, f"(-x + {small})")
    other = there if even else f"-{there}"
    same = _same_at_probes(here, other) and all(
        abs(evaluate(here, x=x) - evaluate(other, x=x)) < EQUAL for x in (mp.mpf("21.5"), mp.mpf("-30.25"))
    )
    if same is not truth:
        return None
    point = {} if truth else {"x": _where_different(here, other)}
    if point.get("x", 0) is None:
        return None
    kind = "even" if even else "odd"
    return Generated("parity", f"{kind}({g})", None, truth, "compared with its mirror image", f"{here} == {other}", point)


# --- (e) numbers and sets of whole functions


@family
def limits(rng: random.Random, truth: bool) -> Generated | None:
    curve, order = _pick(rng)
    side = rng.choice([0, 1])
    g, end = curve.derivative_at(order, "x"), ("-oo", "oo")[side]
    small, _ = _small(rng)
    kind = rng.choice(["tail", "tail", "point", "asymptote"])
    if kind == "point":
        p = f"{rng.randint(-30, 30)}/8"
        if number(p) in curve.breaks:
            return None
        value = curve.derivative_at(order, p)
        shown = f"limit({g}, x, {p}) == {value}"
        return Generated("limits", shown if truth else f"{shown} + {small}", None, truth, "continuous at the point")
    if kind == "asymptote":
        slope, value = shape(curve, 1).limits[side], shape(curve, 0).limits[side]
        slope_text = closed_form(slope)
        if mp.isfinite(value) or slope_text is None:
            return None
        x = (-1) ** (1 - side) * mp.mpf(10) ** 30
        offset = closed_form(curve.value(0, x) - number(slope_text) * x)
        if offset is None or curve.name == "squareplus":
            return None
        shown = rng.choice([
            f"limit({curve.at('x')} - ({slope_text})*x, x, {end}) == {offset}", f"limit({curve.at('x')}/x, x, {end}) == {slope_text}",
        ])  # fmt: skip
        return Generated("limits", shown if truth else f"{shown} + {small}", None, truth, "the asymptote, read at 1e30")
    value = shape(curve, order).limits[side]
    if not mp.isfinite(value):
        right = "oo" if value > 0 else "-oo"
        wrong = rng.choice(["-oo" if value > 0 else "oo", f"1e{rng.randint(6, 15)}"])
    else:
        exact = closed_form(value)
        if exact is None:
            return None
        right, wrong = exact, f"{exact} {rng.choice('+-')} {small}"
    return Generated("limits", f"limit({g}, x, {end}) == {right if truth else wrong}", None, truth, "read at 1e60")


@family
def ranges(rng: random.Random, truth: bool) -> Generated | None:
    curve, order = _pick(rng)
    known = shape(curve, order)
    small, _ = _small(rng)
    g = curve.derivative(order)
    if curve.smoothness is not None and order > curve.smoothness:
        values = sorted({curve.value(order, x) for x in _PROBES}, key=float)
        if len(values) > 2:
            return None
        texts = [closed_form(v) for v in values]
        if None in texts:
            return None
        if not truth:
            i = rng.randrange(len(texts))
            texts[i] = rng.choice([f"{texts[i]} + {small}", f"{texts[i]} - {small}"])
        return Generated("ranges", f"range({g}) == {{{', '.join(map(str, texts))}}}", None, truth, "constant on every piece")
    ends = []
    for bound, infinite in ((known.inf, "-oo"), (known.sup, "oo")):
        if not bound.finite:
            ends.append((infinite, True, True))
        elif bound.exact is not None:
            ends.append((bound.exact, not bound.attained, False))
        elif truth:
            return None
        else:
            ends.append((decimal(bound.value, 30), not bound.attained, False))
    if known.inf.finite and known.sup.finite and known.inf.value == known.sup.value:
        return None
    if not truth:
        finite = [i for i, end in enumerate(ends) if not end[2]]
        if not finite:
            return None
        i = rng.choice(finite)
        text, is_open, _ = ends[i]
        sign = rng.choice("+-")
        ends[i] = rng.choice([(text, not is_open, False), (f"{text} {sign} {small}", is_open, False)])
    (low, low_open, _), (high, high_open, _) = ends
    options = [f"{side}=open" for side, is_open, text in (("left", low_open, low), ("right", high_open, high))
               if is_open and "oo" not in text]  # fmt: skip
    shown = f"range({g}) == interval({', '.join([low, high, *options])})"
    return Generated("ranges", shown, None, truth, "a continuous function fills the interval between its bounds")


@family
def lipschitz(rng: random.Random, truth: bool) -> Generated | None:
    curve, order = rng.choice(CURVES), rng.randrange(2)
    if curve.smoothness is not None and order > curve.smoothness:
        return None
    known = shape(curve, order + 1)
    bound = max(known.sup, known.inf, key=lambda b: abs(b.value))
    exact = closed_form(abs(bound.value))
    g = f"lipschitz({curve.derivative(order)})"
    if not bound.finite:
        n = rng.randint(1, 12)
        shown = rng.choice([f"{g} > 1e{n}", f"{g} == oo"] if truth else [f"{g} <= 1e{n}", f"{g} == 1e{n}"])
        return Generated("lipschitz", shown, None, truth, "the slope is unbounded")
    sense = 1 if truth else -1
    text, _ = _moved(abs(bound.value), exact, sense, rng)
    choices = [f"{g} <= {text}", f"{g} < {text}"]
    if exact is not None:
        wrong, _ = _moved(abs(bound.value), exact, rng.choice([1, -1]), rng)
        choices += [f"{g} == {exact}", f"{g} <= {exact}"] if truth else [f"{g} == {wrong}", f"{g} < {exact}"]
    elif not truth:
        choices.append(f"{g} == {decimal(abs(bound.value), 30)}")
    return Generated("lipschitz", rng.choice(choices), None, truth, f"sup of the slope is {decimal(abs(bound.value), 20)}")


@family
def continuity(rng: random.Random, truth: bool) -> Generated | None:
    curve = rng.choice(CURVES)
    small, _ = _small(rng)
    order = curve.smoothness
    f = curve.function
    shift = rng.choice(["", f"{rng.randint(1, 30)}/8"])
    if order is None and rng.random() < 0.6:  # a smooth function plus a tiny one that is not
        n = rng.randint(1, 5)
        f, order = f"{curve.at('x')} + {small}*relu(x - {shift or '1/2'})**{n}", n - 1
    elif order is not None and order >= 1 and rng.random() < 0.3:
        f, order = curve.derivative(1), order - 1
    elif shift:
        f = curve.at(f"x - {shift}")
    if order is None:
        true = [f"continuity({f}) == oo", f"smooth({f})", f"differentiable({f})"]
        false = [f"continuity({f}) == {rng.randint(0, 9)}"]
    else:
        true = [f"continuity({f}) == {order}", f"continuity({f}) < {order + 1}"]
        false = [f"continuity({f}) == {order + rng.choice([-1, 1, 2])}", f"smooth({f})", f"continuity({f}) == oo"]
        (true if order >= 1 else false).append(f"differentiable({f})")
    return Generated("continuity", rng.choice(true if truth else false), None, truth, f"C^{'oo' if order is None else order}")


@family
def extremal_points(rng: random.Random, truth: bool) -> Generated | None:
    curve, order = _pick(rng)
    known = shape(curve, order)
    kind = rng.choice(["argmax", "argmin", "zeros"])
    if kind == "zeros":
        if known.first_sign == 0 or any(t.here != 0 or 0 in (t.left, t.right) for t in known.turns) or not known.turns:
            return None
        points = tuple(t.at for t in known.turns)
    else:
        bound = known.sup if kind == "argmax" else known.inf
        if not (bound.attained and bound.isolated):
            return None
        points = bound.witnesses
    exact = [closed_form(p) for p in points]
    if None in exact:
        if truth:
            return None
        texts = [decimal(p, 25) for p in points]
    else:
        texts = [str(t) for t in exact]
        if not truth:
            if len(texts) > 1 and rng.random() < 0.3:
                texts.pop(rng.randrange(len(texts)))
            else:
                i = rng.randrange(len(texts))
                texts[i] = f"{texts[i]} {rng.choice('+-')} {_small(rng)[0]}"
    shown = texts[0] if len(texts) == 1 and rng.random() < 0.5 else "{" + ", ".join(texts) + "}"
    return Generated("extremal_points", f"{kind}({curve.derivative(order)}) == {shown}", None, truth, "isolated points")


@family
def rounded(rng: random.Random, truth: bool) -> Generated | None:
    curve, order = _pick(rng)
    bound, _, _, name = _sided(rng, curve, order)
    if not bound.finite or bound.value == 0 or (bound.exact is not None and "sqrt" not in bound.exact and "exp" not in bound.exact):
        return None
    n = rng.randint(2, 15)
    right = mp.nstr(bound.value, n, strip_zeros=False)
    shown_value = abs(number(right))  # 0.0998 to two digits is 0.10: the unit is that of the rounded number
    unit = mp.mpf(10) ** (mp.floor(mp.log10(shown_value) + EQUAL) + 1 - n)
    wrong = decimal(number(right) + rng.choice([1, -1]) * unit, n)
    shown = f"approx({name}({curve.derivative(order)}), {right if truth else wrong}, digits={n})"
    return Generated("rounded", shown, None, truth, f"the value is {decimal(bound.value, 25)}")


@family
def subdifferential(rng: random.Random, truth: bool) -> Generated | None:
    curve = rng.choice([c for c in CURVES if c.smoothness == 0])
    at = rng.choice(curve.breakpoints)
    near = mp.mpf(10) ** -60
    slopes = sorted((curve.values[1](number(at) + s * near) for s in (-1, 1)), key=float)
    texts = [closed_form(s) for s in slopes]
    if None in texts:
        return None
    scale, small = rng.randint(1, 9), _small(rng)[0]
    shown = [f"{scale}*({t})" for t in texts]
    if not truth:
        i = rng.randrange(2)
        shown[i] += f" {rng.choice('+-')} {small}"
    f = f"{scale}*{curve.at('x')}" if scale > 1 else curve.function
    return Generated("subdifferential", f"subdifferential({f}, {at}) == interval({shown[0]}, {shown[1]})", None, truth,
                     "one-sided slopes beside the kink")  # fmt: skip


_EXPECTATIONS = (
    ("relu(z)", "1/sqrt(2*pi)"), ("relu(z)**2", "1/2"), ("sigmoid(z)", "1/2"), ("tanh(z)", "0"), ("D(relu)(z)", "1/2"),
    ("D(relu)(z)**2", "1/2"), ("gelu(z)", "1/(2*sqrt(pi))"), ("abs(z)", "sqrt(2/pi)"), ("z**2", "1"), ("z**4", "3"),
    ("leaky_relu(z, negative_slope=0.2)**2", "0.52"), ("leaky_relu(z, negative_slope=0.2)", "0.8/sqrt(2*pi)"),
    ("D(gelu)(z)", "1/2"), ("D(silu)(z)", "1/2"), ("hard_sigmoid(z)", "1/2"), ("hard_swish(z)", "(2*Phi(3) - 1)/6"),
    ("elu(z)", "1/sqrt(2*pi) + exp(1/2)*Phi(-1) - 1/2"), ("tanhshrink(z)", "0"), ("softsign(z)", "0"),
    ("exp(z)", "exp(1/2)"), ("Phi(z)", "1/2"), ("Phi(z)**2", "1/3"), ("hard_tanh(z)", "0"), ("cos(z)", "exp(-1/2)"),
    ("D(hard_tanh)(z)", "2*Phi(1) - 1"), ("relu(z)**4", "3/2"), ("prelu(z)**2", "17/32"),
)  # fmt: skip
"""Gaussian moments known in closed form."""


@lru_cache(maxsize=256)
def _gaussian(curve: Curve, order: int, scale: str, power: int) -> Any:
    """E(f(s z)**p) by the trapezoidal rule, which converges like exp(-c/h) for a smooth f: 16 steps per unit."""
    h, s = mp.mpf(1) / 16, number(scale)
    total = mp.mpf(0)
    for i in range(-17 * 16, 17 * 16 + 1):
        z = i * h
        total += mp.exp(-z * z / 2) * curve.values[order](s * z) ** power
    return total * h / mp.sqrt(2 * mp.pi)


@family
def expectation(rng: random.Random, truth: bool) -> Generated | None:
    small, _ = _small(rng)
    if rng.random() < 0.5:
        body, value = rng.choice(_EXPECTATIONS)
        c = rng.randint(1, 9)
        left, right = f"E({c}*{body})" if c > 1 else f"E({body})", f"{c}*({value})"
        true = [f"{left} == {right}", f"{left} <= {right}", f"{left} < {right} + {small}"]
        false = [f"{left} == {right} + {small}", f"{left} < {right}", f"{left} <= {right} - {small}", f"{left} != {right}"]
        return Generated("expectation", rng.choice(true if truth else false), None, truth, "a closed form")
    curve, order = rng.choice([c for c in _SMOOTH if c.name not in ("identity", "squareplus", "softplus") or not c.arguments]), rng.randrange(2)
    if curve.name == "squareplus":
        return None
    scale, power = rng.choice(["1/2", "1"]), rng.choice([1, 2])
    value = _gaussian(curve, order, scale, power)
    sense = rng.choice([1, -1])
    text = decimal(value + (sense if truth else -sense) * number(small), 32)
    point = "z" if scale == "1" else f"{scale}*z"
    left = f"E({curve.derivative_at(order, point)}{'**2' if power == 2 else ''})"
    return Generated("expectation", f"{left} {'<' if sense > 0 else '>'} {text}", None, truth, f"{decimal(value, 20)} by quadrature")


@family
def product(rng: random.Random, truth: bool) -> Generated | None:
    curve = rng.choice([BY_FUNCTION[n] for n in ("sigmoid", "tanh", "softsign", "softplus", "hard_swish", "relu", "softplus(beta=3)", "elu", "tanhshrink")])
    order = 1
    n = rng.randint(2, 12)
    bound = shape(curve, order).sup
    assert bound.exact is not None
    g, small = f"product({curve.derivative(order)}, {n})", _small(rng)[0]
    top = f"({bound.exact})**{n}"
    if curve.name == "hard_swish":
        true, false = [f"{g} < {top}", f"sup({g}) == {top}"], [f"{g} <= {top} - {small}", f"sup({g}) == {top} - {small}"]
    else:
        strict = f"{g} < {top}"
        true, false = [f"{g} <= {top}", f"sup({g}) == {top}", f"{g} < {top} + {small}"], [f"{g} <= {top}*(1 - {small})", f"sup({g}) == {top}*(1 - {small})"]
        (false if bound.attained else true).append(strict)
    return Generated("product", rng.choice(true if truth else false), None, truth, f"each factor is at most {bound.exact}")


# --- (f) comparisons with equality at one point


_CONVEX = tuple(BY_FUNCTION[n] for n in (
    "softplus", "softplus(beta=3)", "softplus(beta=0.5)", "squareplus", "squareplus(b=1)", "squareplus(b=0.25)",
    "elu", "celu", "celu(alpha=2)", "celu(alpha=0.5)", "elu(alpha=0.5)",
))  # fmt: skip
_CONCAVE_RIGHT = tuple(BY_FUNCTION[n] for n in ("sigmoid", "tanh", "softsign"))


@family
def tangent(rng: random.Random, truth: bool) -> Generated | None:
    """A convex function lies above each tangent, a concave one below."""
    kind = rng.choice(["convex", "convex", "right", "left", "log_sigmoid"])
    n = rng.randint(1, 24)
    p, op, where = n * rng.choice([1, -1]), ">=", None
    if kind == "convex":
        curve = rng.choice(_CONVEX)
        if curve.breakpoints:
            p = -n
    elif kind == "log_sigmoid":
        curve, op = BY_FUNCTION["log_sigmoid"], "<="
    else:
        curve = rng.choice(_CONCAVE_RIGHT)
        p, op, where = (n, "<=", "x >= 0") if kind == "right" else (-n, ">=", "x <= 0")
    at, slope = curve.at(f"{p}/8"), curve.derivative_at(1, f"{p}/8")
    here, small, delta = curve.at("x"), *_small(rng)
    right = f"{at} + {slope}*(x - {p}/8)" if p > 0 else f"{at} + {slope}*(x + {-p}/8)"
    if truth:
        return Generated("tangent", f"{here} {op} {right}", where, True, "a tangent", f"{here} {op} {right}")
    point = number(f"{p}/8")
    if rng.random() < 0.6:
        wrong = f"{right} {'+' if op == '>=' else '-'} {small}"
    elif rng.random() < 0.5:
        wrong = f"{at} + ({slope} + {small})*(x - ({p}/8))"
        bend = curve.value(2, point)
        point = point + delta / bend
    else:
        wrong, op = right, op[0]
    return Generated("tangent", f"{here} {op} {wrong}", where, False, "a tangent, moved or strict", f"{here} {op} {wrong}", {"x": point})


_TOUCHING = (
    ("softplus(x)", ">=", "x/2 + log(2)", None, "0"), ("softplus(x)", "<=", "log(2) + x/2 + x**2/8", None, "0"),
    ("abs(softsign(x))", "<=", "abs(tanh(x))", None, "0"), ("gelu(x)", ">=", "x/2", None, "0"),
    ("silu(x)", ">=", "x/2", None, "0"), ("mish(x)", ">=", "3*x/5", None, "0"), ("quick_gelu(x)", ">=", "x/2", None, "0"),
    ("gelu_tanh(x)", ">=", "x/2", None, "0"), ("squareplus(x)", ">=", "x/2 + 1", None, "0"),
    ("tanh(x)", "<=", "x", "x >= 0", "0"), ("sigmoid(x)", ">=", "1/2 + x/4", "x <= 0", "0"),
    ("tanh(x)", ">=", "x - x**3/3", "x >= 0", "0"), ("exp(x)", ">=", "1 + x", None, "0"),
    ("D(sigmoid)(x)", "<=", "1/4 - x**2/16 + x**4/96", None, "0"), ("D(tanh)(x)", ">=", "1 - x**2", None, "0"),
    ("abs(D(sigmoid, 2)(x))", "<=", "abs(x)/8", None, "0"), ("log_sigmoid(x)", "<=", "x/2 - log(2)", None, "0"),
    ("softplus(x)", "<=", "squareplus(x, b=4*log(2)**2)", None, "0"), ("silu(x)", "<=", "x/2 + x**2/4", None, "0"),
    ("gelu(x)", "<=", "x/2 + x**2/sqrt(2*pi)", None, "0"), ("D(gelu)(x)", "<=", "Phi(sqrt(2)) + exp(-1)/sqrt(pi)", None, "sqrt(2)"),
    ("elu(x)", ">=", "x", None, "-1"), ("x*tanh(x)", "<=", "x**2", None, "0"), ("cosh(x)", ">=", "1 + x**2/2", None, "0"),
    ("abs(tanhshrink(x))", "<=", "abs(x)**3/3", None, "0"), ("hard_swish(x)", ">=", "-3/8", None, "-3/2"),
    ("softplus(x) - relu(x)", "<=", "log(2)", None, "0"), ("squareplus(x) - relu(x)", "<=", "1", None, "0"),
    ("erf(x)", "<=", "2*x/sqrt(pi)", "x >= 0", "0"), ("atan(x)", ">=", "x - x**3/3", "x >= 0", "0"),
    ("abs(sin(x))", "<=", "abs(x)", None, "0"), ("softplus(x)", ">=", "relu(x)", None, None),
    ("tanh(x)", "<", "1", None, None), ("abs(hard_sigmoid(x) - sigmoid(x))", "<=", "0.08", None, None),
    ("silu(x)", "<=", "relu(x)", None, "0"), ("gelu(x)", "<=", "relu(x)", None, "0"), ("mish(x)", "<=", "relu(x)", None, "0"),
    ("abs(gelu_tanh(x) - gelu(x))", "<=", "5e-4", None, None), ("log(x)", "<=", "x - 1", "x > 0", "1"),
)  # fmt: skip
"""lhs, relation, rhs, domain, and where both sides are equal (an elu entry touches on a whole half-line)."""


@family
def touching(rng: random.Random, truth: bool) -> Generated | None:
    left, op, right, where, equal = rng.choice(_TOUCHING)
    c = rng.randint(1, 9)
    if "squareplus(x, b" in right or left == "elu(x)":
        return None if c > 5 or left != "elu(x)" else _elu_above(rng, truth)
    small, _ = _small(rng)
    scale = f"{c}/{rng.randint(1, 9)}"
    left, right = (f"{scale}*({left})", f"{scale}*({right})") if rng.random() < 0.7 else (left, right)
    if truth:
        looser = f"{left} {op} {right} {'+' if op[0] == '<' else '-'} {small}"
        shown = rng.choice([f"{left} {op} {right}", f"{left} {op} {right}", looser])
        return Generated("touching", shown, where, True, "a known inequality", shown)
    if equal is None or (number(equal) == 0 and where is not None and ">=" not in where and "<=" not in where):
        return None
    tighter = f"{left} {op} {right} {'-' if op[0] == '<' else '+'} {small}"
    shown = rng.choice([tighter, tighter, f"{left} {op[0]} {right}"])
    return Generated("touching", shown, where, False, f"equal at {equal}", shown, {"x": number(equal)})


def _elu_above(rng: random.Random, truth: bool) -> Generated:
    small, _ = _small(rng)
    shown = rng.choice(["elu(x) >= x", f"elu(x) > x - {small}"] if truth else ["elu(x) > x", f"elu(x) >= x + {small}"])
    return Generated("touching", shown, None, truth, "equal for x >= 0", shown, {} if truth else {"x": mp.mpf(1)})


# --- two inputs

_GATES = (
    ("D(glu(a, b), a)", "==", "sigmoid(b)", "sigmoid(b)", None), ("D(glu(a, b), b)", "==", "a*sigmoid(b)*(1 - sigmoid(b))", "a*sigmoid(b)*sigmoid(-b)", None),
    ("D(swiglu(a, b), b)", "==", "silu(a)", "a*sigmoid(a)", None), ("D(geglu(a, b), b)", "==", "gelu(a)", "a*Phi(a)", None),
    ("D(swiglu(a, b), a)", "==", "b*D(silu)(a)", "b*sigmoid(a)*(1 + a*sigmoid(-a))", None),
    ("D(geglu(a, b), a)", "==", "b*D(gelu)(a)", "b*(Phi(a) + a*exp(-a**2/2)/sqrt(2*pi))", None),
    ("glu(a, b) + glu(a, -b)", "==", "a", "glu(a, b) + glu(a, -b)", None),
    ("swiglu(a, b) - swiglu(-a, b)", "==", "a*b", "swiglu(a, b) - swiglu(-a, b)", None),
    ("abs(glu(a, b))", "<=", "abs(a)", "abs(glu(a, b))", None), ("abs(D(glu(a, b), b))", "<=", "abs(a)/4", "abs(a)*sigmoid(b)*sigmoid(-b)", None),
    ("glu(a, b)", "<", "a", "glu(a, b)", "a > 0"), ("glu(a, b)", ">", "0", "glu(a, b)", "a > 0"),
    ("swiglu(a, b)", ">=", "a*b/2", "swiglu(a, b)", "b >= 0"), ("geglu(a, b)", ">=", "a*b/2", "geglu(a, b)", "b >= 0"),
    ("D(glu(a, b), a)", "<", "1", "sigmoid(b)", None), ("D(glu(a, b), a)", ">", "0", "sigmoid(b)", None),
)  # fmt: skip
_PAIRS = tuple((mp.mpf(a) / 4, mp.mpf(b) / 4) for a in (-13, -4, -1, 0, 2, 7, 19, 160) for b in (-17, -5, 0, 1, 6, 23, 150))


@family
def gates(rng: random.Random, truth: bool) -> Generated | None:
    left, op, right, checked, where = rng.choice(_GATES)
    c, (small, _) = rng.randint(2, 9), _small(rng)
    if truth:
        plain = op == "==" or rng.random() < 0.5
        loose = "" if plain else f" {'+' if op[0] == '<' else '-'} {small}"
        shown, seen = (f"{c}*({side}) {op} {c}*({right}){loose}" for side in (left, checked))
        return Generated("gates", shown, where, True, "the product rule, or a bounded gate", seen)
    changes = [f"({right})*(1 {{}} {small})", f"{right} {{}} {small}"]
    sign = rng.choice("+-") if op == "==" else "-" if op[0] == "<" else "+"
    wrong = rng.choice(changes).format(sign)
    for a, b in _PAIRS:
        names = {"a": a, "b": b}
        if (where is None or evaluate(where, **names)) and _violation(f"{c}*({checked}) {op} {c}*({wrong})", names) > EQUAL:
            shown, seen = (f"{c}*({side}) {op} {c}*({wrong})" for side in (left, checked))
            return Generated("gates", shown, where, False, "moved", seen, names)
    return None


# --- confirmation and the stream


def _violation(text: str, names: dict[str, Any], *, witness: bool = False) -> Any:
    """By how much a comparison (chain) fails at a point: 0 where it holds, 1 for a strict one with equal sides."""
    tree = ast.parse(text, mode="eval").body
    assert isinstance(tree, ast.Compare), text
    sides = [evaluate(ast.get_source_segment(text, n) or "", **names) for n in (tree.left, *tree.comparators)]
    near = all(abs(x) < 10 for x in names.values())  # further out equal sides may be rounding
    whole = all(x == mp.floor(x) for x in names.values())
    worst = mp.mpf(0)
    for op, a, b in zip(tree.ops, sides, sides[1:], strict=False):
        size = EQUAL * (1 + abs(a))
        gap = abs(a - b)
        tie = int(gap < size**1.2 if witness else near and (gap == 0 or (whole and NOISE < gap < TIE)))
        match op:
            case ast.LtE():
                fails = a - b if a - b > size else 0
            case ast.GtE():
                fails = b - a if b - a > size else 0
            case ast.Lt():
                fails = a - b if a - b > size else tie
            case ast.Gt():
                fails = b - a if b - a > size else tie
            case ast.Eq():
                fails = abs(a - b) if abs(a - b) > size else 0
            case ast.NotEq():
                fails = tie
            case _:
                raise AssertionError(text)
        worst = max(worst, mp.mpf(fails))
    return worst


def _inside(where: str | None, names: dict[str, Any]) -> bool:
    if where is None:
        return True
    return bool(evaluate(where, **names))


def _sample_points(item: Generated, rng: random.Random) -> Iterator[dict[str, Any]]:
    if item.points:
        yield from item.points
        return
    if item.family in ("gates", "lipschitz_pair", "monotone_pair"):
        first, second = ("a", "b") if item.family == "gates" else ("x", "y")
        for a, b in _PAIRS:
            yield {first: a, second: b}
        return
    for _ in range(10):
        yield {"x": mp.mpf(rng.gauss(0, 3))}
    for n in (-12, -6, -3, -1, 0, 1, 2, 6, 13):
        yield {"x": mp.mpf(n)}
    tree = ast.parse(item.where or "0", mode="eval").body
    if isinstance(tree, ast.Compare):
        for n in (tree.left, *tree.comparators):
            segment = ast.get_source_segment(item.where or "", n) or "x"
            if segment != "x":
                edge = number(segment)
                for k in (2, 7, 12, 17, 25):
                    yield {"x": edge + mp.mpf(10) ** -k}
                    yield {"x": edge - mp.mpf(10) ** -k}


def confirm(item: Generated) -> str | None:
    """The fault that mpmath finds in the construction, or None."""
    if item.pointwise is None:
        return None
    if not item.defined:
        return None if _violation(item.pointwise, item.at) == 0 else f"{item.pointwise} does not hold, so that all is defined"
    if not item.truth:
        if not _inside(item.where, item.at):
            return f"the witness {item.at} is outside {item.where}"
        if not _violation(item.pointwise, item.at, witness=True) > 0:
            return f"{item.pointwise} holds at {item.at}"
        return None
    if item.family == "strictness" and "<" not in item.pointwise.replace("<=", "") and "!=" not in item.pointwise:
        return None
    rng = random.Random(item.text)
    for names in _sample_points(item, rng):
        try:
            if _inside(item.where, names) and _violation(item.pointwise, names) > 0:
                return f"{item.pointwise} fails at {names}"
        except UndefinedHere:
            continue
    return None


def generate(
    count: int, truth: bool, seed: int | str, contradicted: list[str] | None = None, families: tuple[str, ...] = ()
) -> list[Generated]:
    """Different statements of one truth, the families (all, or those named) in turn.

    What mpmath contradicts is a fault of the generator: it is left out and told in `contradicted`, else raised.
    """
    rng = random.Random(f"{seed} {truth}")
    found: list[Generated] = []
    seen: set[tuple[str, str | None]] = set()
    live = [(name, make) for name, make in FAMILIES.items() if not families or name in families]
    while len(found) < count:
        for name, make in list(live):
            if rng.random() >= WEIGHTS.get(name, 1):
                continue
            item = _fresh(make, rng, truth, seen)
            if item is None:
                live.remove((name, make))
                continue
            problem = confirm(item)
            if problem is not None:
                if contradicted is None:
                    raise AssertionError(f"seed {seed}, {item}: {problem}")
                contradicted.append(f"seed {seed}, {item}: {problem}")
                continue
            seen.add((item.text, item.where))
            found.append(item)
            if len(found) == count:
                break
        assert live, f"only {len(found)} different statements to make"
    return found


_FINE_EXPONENT = re.compile(r"\*\*\([^()]*\([^()]*1e-")
"""An exponent moved by a tiny number is a fraction with a denominator that the language does not read."""


def _fresh(make: Family, rng: random.Random, truth: bool, seen: set[tuple[str, str | None]]) -> Generated | None:
    for _ in range(400):
        item = make(rng, truth)
        if item is not None and (item.text, item.where) not in seen and not _FINE_EXPONENT.search(item.text):
            return item
    return None
