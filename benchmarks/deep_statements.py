"""Families of conditions on whole functions, several names, nested quantifiers and compositions three deep.

Importing this module adds them to those of :mod:`generate_statements`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from edge_statements import _tiny
from generate_statements import WEIGHTS, Generated, _violation, family
from known_curves import BY_FUNCTION, CURVES, Curve, closed_form, decimal, evaluate, mp, shape

# --- conditions in functionals: curves on a part of the line


@dataclass(frozen=True)
class Extreme:
    """The least upper or greatest lower bound on a region: its text, value, and where it is attained or approached."""

    text: str
    value: Any
    at: Any
    place: str | None
    attained: bool


@dataclass(frozen=True)
class Region:
    """An interval or a half-line, with what a curve does there."""

    where: str
    curve: Curve
    order: int
    sup: Extreme | None
    inf: Extreme | None
    monotone: int


def _end(curve: Curve, order: int, p: Any, closed: bool) -> tuple[Any, Any, str, bool]:
    text = f"{int(8 * p)}/8"
    return curve.value(order, p), p, text, closed


def _region(rng: random.Random, order: int | None = None) -> Region | None:
    """A curve or its derivative between eighths, or beyond one: its bounds are at ends, turning points and limits."""
    curve, order = rng.choice(CURVES), rng.randrange(2) if order is None else order
    if curve.ends is not None or (curve.smoothness is not None and order > curve.smoothness):
        return None
    low = mp.mpf(rng.randint(-40, 30)) / 8
    high = low + mp.mpf(rng.randint(1, 48)) / 8
    kind, closed_low, closed_high = rng.choice(["both", "both", "left", "right"]), rng.random() < 0.5, rng.random() < 0.5
    if any(abs(b - p) < mp.mpf("0.01") for b in curve.breaks for p in (low, high)):
        return None
    g, signs = curve.values[order], set()
    candidates: list[tuple[Any, Any, str | None, bool]] = []
    if kind != "left":
        candidates.append(_end(curve, order, low, closed_low))
    if kind != "right":
        candidates.append(_end(curve, order, high, closed_high))
    start, stop = (-mp.inf if kind == "left" else low), (mp.inf if kind == "right" else high)
    limits = shape(curve, order).limits
    for infinite, value in ((start, limits[0]), (stop, limits[1])):
        if mp.isinf(infinite):
            candidates.append((value, infinite, None, False))
    inside = [t.at for t in shape(curve, order + 1).turns if start < t.at < stop] + [b for b in curve.breaks if start < b < stop]
    if any(min(abs(t - low), abs(t - high)) < mp.mpf("0.01") for t in inside):
        return None
    for t in inside:
        candidates.append((g(t), t, closed_form(t), True))
    grid = sorted([max(start, mp.mpf(-30)), *inside, min(stop, mp.mpf(30))])
    for a, b in pairwise(grid):
        signs |= {int(mp.sign(g(b - (b - a) / 3) - g(a + (b - a) / 3)))}
    word = signs.pop() if len(signs) == 1 else 0
    op_low, op_high = ("<=" if closed_low else "<"), ("<=" if closed_high else "<")
    texts = (f"{int(8 * low)}/8", f"{int(8 * high)}/8")
    where = {"both": f"{texts[0]} {op_low} x {op_high} {texts[1]}", "left": f"x {op_high} {texts[1]}",
             "right": f"x {op_low.replace('<', '>')} {texts[0]}"}[kind]  # fmt: skip
    extremes = [_extreme(curve, order, candidates, sense) for sense in (1, -1)]
    return Region(where, curve, order, extremes[0], extremes[1], word)


def _extreme(curve: Curve, order: int, candidates: list[tuple[Any, Any, str | None, bool]], sense: int) -> Extreme | None:
    """The one best candidate, or None where it is infinite, not the only one, or has no text."""
    best, *others = sorted(candidates, key=lambda c: -sense * c[0])
    value, at, place, attained = best
    if not mp.isfinite(value) or any(abs(c[0] - value) < mp.mpf(10) ** -8 for c in others):
        return None
    if mp.isinf(at):
        text = closed_form(value)
        at = _far(curve, order, value, at)
        if text is None or at is None:
            return None
        return Extreme(text, value, at, None, False)
    text = curve.derivative_at(order, place) if place is not None else None
    if text is None:
        return None
    step = mp.mpf("1e-3")
    if any(abs(curve.values[order](at + s * step) - value) < mp.mpf(10) ** -20 for s in (-1, 1)):
        return None
    return Extreme(text, value, at, place, attained)


def _far(curve: Curve, order: int, value: Any, end: Any) -> Any | None:
    """A point so far out that the value there is nearer to the limit than 1e-45, short of 1e12."""
    x = mp.sign(end) * 64
    while abs(x) < mp.mpf(10) ** 12:
        if abs(curve.values[order](x) - value) < mp.mpf(10) ** -45:
            return x
        x *= 8
    return None


@family
def restricted(rng: random.Random, truth: bool) -> Generated | None:
    """sup, inf, range, argmax and bounds at a point on intervals and half-lines, turning points included."""
    region = _region(rng)
    if region is None:
        return None
    small, _ = _tiny(rng)
    g, here = region.curve.derivative(region.order), region.curve.derivative_at(region.order, "x")
    sense = rng.choice([1, -1])
    extreme = region.sup if sense > 0 else region.inf
    if extreme is None:
        return None
    name, op = ("sup", "<") if sense > 0 else ("inf", ">")
    text, moved_in, moved_out = extreme.text, f"{extreme.text} {'-+'[sense < 0]} {small}", f"{extreme.text} {'+-'[sense < 0]} {small}"
    true = [f"{name}({g}) == {text}", f"{name}({g}) {op}= {text}", f"{here} {op}= {text}", f"{here} {op} {moved_out}"]
    false = [f"{name}({g}) == {rng.choice([moved_in, moved_out])}", f"{name}({g}) {op} {text}", f"{name}({g}) {op}= {moved_in}"]
    (false if extreme.attained else true).append(f"{here} {op} {text}")
    if extreme.attained:
        false.append(f"{here} {op}= {moved_in}")
    if extreme.place is not None and extreme.attained:
        arg = f"arg{'max' if sense > 0 else 'min'}({g})"
        true.append(f"{arg} == {extreme.place}")
        false.append(f"{arg} == {extreme.place} {rng.choice('+-')} {small}")
    if region.sup is not None and region.inf is not None:
        true.append(_range(g, region.inf, region.sup))
        flip = rng.random() < 0.5
        wrong = Extreme(text if flip else moved_out, 0, 0, None, extreme.attained is not flip)
        false.append(_range(g, *((region.inf, wrong) if sense > 0 else (wrong, region.sup))))
        true.append(f"bounded({g})")
    shown = rng.choice(true if truth else false)
    at_a_point = shown.startswith(here)
    return Generated("restricted", shown, region.where, truth, f"{name} there is {decimal(extreme.value, 20)}",
                     shown if at_a_point else None, {"x": extreme.at} if at_a_point and not truth else {})  # fmt: skip


def _range(g: str, inf: Extreme, sup: Extreme) -> str:
    options = "".join(f", {side}=open" for side, e in (("left", inf), ("right", sup)) if not e.attained)
    return f"range({g}) == interval({inf.text}, {sup.text}{options})"


@family
def restricted_words(rng: random.Random, truth: bool) -> Generated | None:
    """increasing, decreasing, convex, concave, positive on intervals and half-lines."""
    order = rng.randrange(2)
    region = _region(rng, order)
    if region is None:
        return None
    g, f = region.curve.derivative(order), region.curve.function
    rises, falls = region.monotone > 0, region.monotone < 0
    facts = {f"increasing({g})": rises, f"decreasing({g})": falls}
    if order == 1:
        facts |= {f"convex({f})": rises, f"concave({f})": falls}
    if region.inf is not None and abs(region.inf.value) > mp.mpf(10) ** -30:
        facts[f"positive({g})"] = region.inf.value > 0
    if region.monotone == 0 and not _turns_inside(region):
        return None
    shown = rng.choice([text for text, holds in facts.items() if holds is truth] or [""])
    return Generated("restricted_words", shown, region.where, truth, "its turning points") if shown else None


def _turns_inside(region: Region) -> bool:
    """Whether it visibly rises and falls in the region: two of the extremes are apart from both ends."""
    return region.sup is not None and region.inf is not None


# --- piecewise linear functions with exact rational kinks


@dataclass(frozen=True)
class Broken:
    """A continuous piecewise linear function: its text, kinks, the slopes between them and its value at one kink."""

    text: str
    kinks: tuple[Fraction, ...]
    slopes: tuple[Fraction, ...]
    first: Fraction

    def __call__(self, x: Fraction) -> Fraction:
        value, at = self.first, self.kinks[0]
        if x < at:
            return value + self.slopes[0] * (x - at)
        for kink, slope in zip((*self.kinks[1:], x), self.slopes[1:], strict=True):
            to = min(max(kink, at), x)
            value, at = value + slope * (to - at), to
        return value

    def between(self, low: Fraction | None, high: Fraction | None) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
        """The kinks in an open interval and the slopes of the pieces that it meets."""
        kinks = tuple(k for k in self.kinks if (low is None or k > low) and (high is None or k < high))
        ends = (None, *self.kinks, None)
        slopes = tuple(
            slope for slope, (a, b) in zip(self.slopes, pairwise(ends), strict=True)
            if (low is None or b is None or b > low) and (high is None or a is None or a < high)
        )  # fmt: skip
        return kinks, slopes


def _ratio(q: Fraction) -> str:
    return str(q) if q >= 0 else f"({q})"


def _broken(rng: random.Random) -> Broken:
    if rng.random() < 0.5:
        a, b = Fraction(rng.randint(1, 12) * rng.choice([1, -1]), rng.randint(1, 3)), Fraction(rng.randint(-6, 6))
        low = Fraction(rng.randint(-8, 4))
        high = low + rng.randint(1, 12)
        ends = ((low - b) / a, (high - b) / a)
        line = f"{_ratio(a)}*x + {_ratio(b)}" if b else f"{_ratio(a)}*x"
        text = rng.choice([f"min(max({line}, {low}), {high})", f"max(min({line}, {high}), {low})"])
        first = low if a > 0 else high
        return Broken(text, (min(ends), max(ends)), (Fraction(0), a, Fraction(0)), first)
    kinks = sorted(rng.sample(range(-12, 13), rng.randint(1, 3)))
    weights = [rng.choice([-3, -2, -1, 1, 2, 3]) for _ in kinks]
    slope = Fraction(rng.randint(-4, 4))
    terms = [f"{slope}*x"]
    for k, w in zip(kinks, weights, strict=True):
        inner = f"x - {k}/4" if k >= 0 else f"x + {-k}/4"
        terms.append(f"({w})*{rng.choice([f'relu({inner})', f'max({inner}, 0)', f'({inner} + abs({inner}))/2'])}")
    slopes = [slope]
    for w in weights:
        slopes.append(slopes[-1] + w)
    where = tuple(Fraction(k, 4) for k in kinks)
    return Broken(" + ".join(terms), where, tuple(slopes), slope * where[0])


@family
def kinked(rng: random.Random, truth: bool) -> Generated | None:
    """Slopes, order and monotony of a piecewise linear function on a part of the line that leaves kinks out or in."""
    f = _broken(rng)
    k = rng.choice(f.kinks)
    kind = rng.choice(["interval", "interval", "right", "left", "holes", "outside"])
    low = rng.choice([k, k - Fraction(1, 8), k + Fraction(1, 8), k - 2, Fraction(rng.randint(-24, 24), 8)])
    high = low + Fraction(rng.randint(1, 40), 8)
    parts: Sequence[tuple[Fraction | None, Fraction | None]]
    match kind:
        case "interval":
            where, parts = f"{low} < x < {high}", [(low, high)]
        case "right":
            where, parts = f"x > {low}", [(low, None)]
        case "left":
            where, parts = f"x < {low}", [(None, low)]
        case "holes":
            where = " and ".join(f"x != {k}" for k in f.kinks)
            parts = list(pairwise((None, *f.kinks, None)))
        case _:
            high = abs(low) + Fraction(1, 8)
            where, parts = f"abs(x) > {high}", [(None, -high), (high, None)]
    pieces = [f.between(*part) for part in parts]
    kinks, slopes = (tuple(v for piece in pieces for v in piece[i]) for i in (0, 1))
    small = _tiny(rng)[0]
    smooth = not kinks
    facts = {f"continuity({f.text}) == oo": smooth, f"continuity({f.text}) == 0": not smooth, f"smooth({f.text})": smooth,
             f"differentiable({f.text})": smooth}  # fmt: skip
    slope = f"D({f.text}, x)"  # not defined at the kinks
    top, bottom = max(slopes), min(slopes)
    facts |= {f"{slope} <= {top}": True, f"{slope} < {top}": False, f"{slope} >= {bottom}": True, f"{slope} <= {top} - {small}": False,
              f"{slope} > {bottom}": False}  # fmt: skip
    if kind != "outside" or rng.random() < 0.1:
        steepest = max(abs(s) for s in slopes)
        if kind == "outside":
            steepest = max(steepest, abs(f(high) - f(-high)) / (2 * high))
        facts |= {f"lipschitz({f.text}) == {steepest}": True, f"lipschitz({f.text}) <= {steepest}": True,
                  f"lipschitz({f.text}) == {steepest} + {small}": False, f"lipschitz({f.text}) == {min(abs(s) for s in slopes)}": steepest == min(abs(s) for s in slopes),
                  f"lipschitz({f.text}) < {steepest}": False}  # fmt: skip
    if kind not in ("outside", "holes"):
        facts |= {f"increasing({f.text})": bottom > 0, f"decreasing({f.text})": top < 0, f"convex({f.text})": list(slopes) == sorted(slopes),
                  f"concave({f.text})": list(slopes) == sorted(slopes, reverse=True), f"monotone({f.text})": bottom >= 0 or top <= 0}  # fmt: skip
    if kind == "interval":
        values = [f(low), f(high), *map(f, kinks)]
        facts |= {f"sup({f.text}) == {max(values)}": True, f"inf({f.text}) == {min(values)}": True, f"sup({f.text}) < {max(values)}": False,
                  f"inf({f.text}) == {min(values)} - {small}": False, f"sup({f.text}) - {max(values)} == 0": True}  # fmt: skip
    shown = rng.choice([text for text, holds in facts.items() if holds is truth])
    return Generated("kinked", shown, where, truth, f"kinks {', '.join(map(str, f.kinks))}, slopes {', '.join(map(str, f.slopes))}")


# --- several names

_NAMES = ("x", "y", "z", "u", "v")


def _linear(coefficients: list[int], constant: int = 0) -> str:
    terms = [f"{'-' if c < 0 else '+'} {abs(c) if abs(c) != 1 else ''}{'*' if abs(c) != 1 else ''}{name}"
             for c, name in zip(coefficients, _NAMES, strict=False) if c]  # fmt: skip
    if constant:
        terms.append(f"{'-' if constant < 0 else '+'} {abs(constant)}")
    text = " ".join(terms) or "0"
    return text[2:] if text.startswith("+ ") else "-" + text[2:] if text.startswith("- ") else text


@family
def linear_consequence(rng: random.Random, truth: bool) -> Generated | None:
    """A sum of the inequalities in `where`, all of which are equalities at one point."""
    n = rng.choice([2, 2, 3, 3, 4, 5])
    corner = [rng.randint(-5, 5) for _ in range(n)]
    rows = [[rng.choice([-2, -1, 0, 0, 1, 1, 2, 3]) for _ in range(n)] for _ in range(rng.randint(2, n + 1))]
    inwards = [rng.choice([-2, -1, 1, 2]) for _ in range(n)]  # every row falls that way, so that the strict ones have points
    slopes = [sum(a * b for a, b in zip(row, inwards, strict=True)) for row in rows]
    rows = [[-a for a in row] if slope > 0 else row for row, slope in zip(rows, slopes, strict=True) if slope]
    weights = [rng.randint(0, 3) for _ in rows]
    strict = [rng.random() < 0.3 for _ in rows]
    target = [sum(w * row[i] for w, row in zip(weights, rows, strict=True)) for i in range(n)]
    named = [any(row[i] for row in rows) for i in range(n)]
    if sum(named) < 2 or named != [bool(c) for c in target]:  # a condition names only what the statement does
        return None
    bounds = [sum(a * b for a, b in zip(row, corner, strict=True)) for row in rows]
    tight = sum(a * b for a, b in zip(target, corner, strict=True))
    conditions = [f"{_linear(row)} {'<' if s else '<='} {b}" for row, s, b in zip(rows, strict, bounds, strict=True)]
    left, small = _linear(target), _tiny(rng)[0]
    strictly = any(s and w for s, w in zip(strict, weights, strict=True))
    if truth:
        shown = rng.choice([f"{left} <= {tight}", f"{left} < {tight} + {small}", f"{left} {'<' if strictly else '<='} {tight}"])
    elif any(strict):
        return None
    else:
        shown = rng.choice([f"{left} < {tight}", f"{left} <= {tight} - {small}", f"{left} != {tight}", f"{left} >= {tight} + {small}"])
    names: dict[str, Any] = dict(zip(_NAMES, map(mp.mpf, corner), strict=False))
    points = tuple({k: v + rng.randint(-3, 3) for k, v in names.items()} for _ in range(6)) if truth else ()
    return Generated("linear_consequence", shown, " and ".join(conditions), truth, f"all equal at {corner}", shown, names if not truth else {}, points)


@family
def squares(rng: random.Random, truth: bool) -> Generated | None:
    """A sum of squares, multiplied out, that is 0 at one point."""
    n = rng.choice([2, 2, 3, 3, 4])
    root = [rng.randint(-3, 3) for _ in range(n)]
    forms = []
    for _ in range(rng.randint(1, 2) if n < 4 else 2):
        row = [rng.choice([-2, -1, 0, 1, 1, 2, 3]) for _ in range(n)]
        if sum(map(bool, row)) >= 2:
            forms.append((row, -sum(a * b for a, b in zip(row, root, strict=True)) if rng.random() < 0.4 else 0))
    if not forms:
        return None
    at = root if any(c for _, c in forms) and all(c or not sum(a * b for a, b in zip(r, root, strict=True)) for r, c in forms) else [0] * n
    if any(sum(a * b for a, b in zip(r, at, strict=True)) + c for r, c in forms):
        return None
    total: dict[tuple[int, ...], int] = {}
    for row, constant in forms:
        line = [(i, c) for i, c in enumerate(row) if c] + ([(-1, constant)] if constant else [])
        for i, a in line:
            for j, b in line:
                key = tuple(sorted(k for k in (i, j) if k >= 0))
                total[key] = total.get(key, 0) + a * b
    terms = [(c, "*".join(_NAMES[i] for i in key)) for key, c in total.items() if c]
    text = " + ".join(f"{c}*{m}" if m else str(c) for c, m in terms).replace("+ -", "- ")
    small = _tiny(rng)[0]
    factored = " + ".join(f"({_linear(row, c)})**2" for row, c in forms)
    mixed = [t for t in terms if t[0] < 0]
    true = [f"{text} >= 0", f"{text} > -{small}", f"{text} == {factored}"]
    false = [f"{text} > 0", f"{text} >= {small}", f"{text} == {factored} - {small}", f"{text} != 0", f"{text} <= -{small}"]
    if mixed:
        right = " + ".join(f"{-c}*{m}" if m else str(-c) for c, m in mixed)
        left = " + ".join(f"{c}*{m}" if m else str(c) for c, m in terms if c > 0) or "0"
        true.append(f"{left} >= {right}")
        false.append(f"{left} >= {right} + {small}")
    shown = rng.choice(true if truth else false)
    names = {name: mp.mpf(v) for name, v in zip(_NAMES, at, strict=False)}
    points = (*({name: mp.mpf(rng.randint(-9, 9)) / 2 for name in names} for _ in range(6)), names)
    return Generated("squares", shown, None, truth, f"zero at {at}", shown, {} if truth else names, points if truth else ())


_BOUNDED = tuple(BY_FUNCTION[n] for n in ("sigmoid", "tanh", "softsign", "hard_tanh", "hard_sigmoid", "gaussian") if n in BY_FUNCTION)


@family
def separate_bounds(rng: random.Random, truth: bool) -> Generated | None:
    """Sums and products of functions of different names, by their bounds."""
    n = rng.choice([2, 2, 2, 3])
    parts = []
    for name in rng.sample(_NAMES, n):
        curve, order = rng.choice(_BOUNDED), rng.randrange(2)
        sup, inf = shape(curve, order).sup, shape(curve, order).inf
        if sup.exact is None or inf.exact is None or (curve.smoothness is not None and order > curve.smoothness):
            return None
        parts.append((curve.derivative_at(order, name), sup, inf, name))
    small, delta = _tiny(rng)
    if delta < mp.mpf(10) ** -13:
        small, delta = "1e-10", mp.mpf(10) ** -10
    kind = rng.choice(["sum", "sum", "product", "difference"])
    if kind == "product":
        if any(inf.value < 0 for _, _, inf, _ in parts):
            return None
        left, right = "*".join(p[0] for p in parts), "*".join(f"({p[1].exact})" for p in parts)
        chosen = [p[1] for p in parts]
    elif kind == "sum":
        c = [rng.randint(1, 5) for _ in parts]
        left, right = (" + ".join(f"{m}*{t}" for m, t in zip(c, texts, strict=True)) for texts in ([p[0] for p in parts], [f"({p[1].exact})" for p in parts]))
        chosen = [p[1] for p in parts]
    else:
        left = f"{parts[0][0]} - {parts[1][0]}"
        right, chosen, parts = f"{parts[0][1].exact} - ({parts[1][2].exact})", [parts[0][1], parts[1][2]], parts[:2]
    attained = all(b.attained for b in chosen)
    true, false = [f"{left} <= {right}", f"{left} < {right} + {small}"], [f"{left} <= {right} - {small}"]
    (false if attained else true).append(f"{left} < {right}")
    shown = rng.choice(true if truth else false)
    at = {p[3]: b.witnesses[0] for p, b in zip(parts, chosen, strict=True)}
    points = tuple({p[3]: mp.mpf(rng.gauss(0, 2)) for p in parts} for _ in range(4))
    return Generated("separate_bounds", shown, None, truth, "each by its own bound", shown, {} if truth else at, points if truth else ())


_STRICTLY_CONVEX = tuple(BY_FUNCTION[n] for n in ("softplus", "softplus(beta=3)", "squareplus", "squareplus(b=1)"))


@family
def jensen(rng: random.Random, truth: bool) -> Generated | None:
    """A convex function at a mean of two numbers."""
    m, n = rng.randint(1, 4), rng.randint(1, 4)
    small, k = _tiny(rng)[0], rng.randint(1, 9)
    body = rng.choice(["{}**2", "exp({})", "abs({})", "relu({})", "curve"])
    if body == "curve":
        curve = rng.choice(_STRICTLY_CONVEX)
        f = curve.at
    else:
        f = (lambda t: body.format(f"({t})" if "**" in body else t))  # noqa: E731
    mean = f"({m}*x + {n}*y)/{m + n}"
    left, right = f"{k}*{f(mean)}", f"{k}*({m}*{f('x')} + {n}*{f('y')})/{m + n}"
    true = [f"{left} <= {right}", f"{left} < {right} + {small}", f"{right} >= {left}"]
    false = [f"{left} < {right}", f"{left} <= {right} - {small}", f"{left} != {right}", f"{left} > {right} + {small}"]
    shown = rng.choice(true if truth else false)
    points = tuple({"x": mp.mpf(rng.gauss(0, 3)), "y": mp.mpf(rng.gauss(0, 3))} for _ in range(6))
    return Generated("jensen", shown, None, truth, "convex; equal at x == y", shown, {} if truth else {"x": mp.mpf(1), "y": mp.mpf(1)}, points if truth else ())


_IN_TWO = (
    # left, relation, right, where, a point where both are equal
    ("log(exp(x) + exp(y))", ">=", "(x + y)/2 + log(2)", None, (0, 0)), ("log(exp(x) + exp(y))", "<=", "max(x, y) + log(2)", None, (1, 1)),
    ("max(x, y)", ">=", "(x + y)/2", None, (2, 2)), ("min(x, y)", "<=", "(x + y)/2", None, (2, 2)), ("abs(x + y)", "<=", "abs(x) + abs(y)", None, (1, 2)),
    ("abs(abs(x) - abs(y))", "<=", "abs(x - y)", None, (1, 3)), ("max(x, y) - min(x, y)", "==", "abs(x - y)", None, (1, 3)),
    ("tanh(x + y)*(1 + tanh(x)*tanh(y))", "==", "tanh(x) + tanh(y)", None, (1, 2)), ("sigmoid(x - y)*(exp(x) + exp(y))", "==", "exp(x)", None, (1, 2)),
    ("relu(x + y)", "<=", "relu(x) + relu(y)", None, (1, 2)), ("softplus(x) + softplus(y)", ">=", "softplus(x + y)", None, None),
    ("x*y", "<=", "(x + y)**2/4", None, (3, 3)), ("exp(x + y)", "==", "exp(x)*exp(y)", None, (1, 1)), ("exp(x)", ">=", "exp(y)*(1 + x - y)", None, (1, 1)),
    ("sqrt(x*y)", "<=", "(x + y)/2", "x > 0 and y > 0", (2, 2)), ("2/(1/x + 1/y)", "<=", "(x + y)/2", "x > 0 and y > 0", (2, 2)),
    ("log(x*y)", "==", "log(x) + log(y)", "x > 0 and y > 0", (2, 3)), ("x/y + y/x", ">=", "2", "x > 0 and y > 0", (2, 2)),
    ("abs(tanh(x) - tanh(y))", "<=", "abs(x - y)", None, (2, 2)), ("abs(sigmoid(x) - sigmoid(y))", "<=", "abs(x - y)/4", None, (2, 2)),
    ("abs(softplus(x) - softplus(y))", "<=", "abs(x - y)", None, (1, 1)), ("cosh(x + y)", "==", "cosh(x)*cosh(y) + sinh(x)*sinh(y)", None, (1, 2)),
    ("sin(x + y)", "==", "sin(x)*cos(y) + cos(x)*sin(y)", None, (1, 2)), ("max(x, y)", "==", "y + relu(x - y)", None, (1, 2)),
    ("leaky_relu(x + y)", "<=", "leaky_relu(x) + leaky_relu(y)", None, (1, 2)), ("(x - y)*(x**2 + x*y + y**2)", "==", "x**3 - y**3", None, (1, 2)),
    ("x**2 + y**2", ">=", "2*abs(x*y)", None, (2, 2)), ("abs(x*y)", "==", "abs(x)*abs(y)", None, (2, 3)), ("elu(x) + elu(y)", ">=", "-2", None, None),
)  # fmt: skip


@family
def two_names(rng: random.Random, truth: bool) -> Generated | None:
    """Textbook inequalities in two names, scaled, shifted, and made false."""
    left, op, right, where, equal = rng.choice(_IN_TWO)
    a, b, (small, _) = rng.randint(1, 20), rng.randint(1, 9), _tiny(rng)
    left, right = f"{a}/{b}*({left})", f"{a}/{b}*({right})"
    first, second = rng.sample(_NAMES, 2)
    rename = {"x": first, "y": second}

    def named(text: str) -> str:
        return re.sub(r"\b[xy]\b", lambda m: rename[m[0]], text)

    away = {"<=": "-", ">=": "+", "==": rng.choice("+-")}[op]
    back = {"<=": "+", ">=": "-", "==": ""}[op]
    true = [f"{left} {op} {right}"] + ([f"{left} {op} {right} {back} {small}"] if back else [])
    false = [f"{left} {op} {right} {away} {small}"]
    if op != "==":
        false.append(f"{left} {op[0]} {right}")
    else:
        false.append(f"{left} != {right}")
    if equal is None and not truth:
        return None
    shown = named(rng.choice(true if truth else false))
    at = {} if truth or equal is None else {first: mp.mpf(equal[0]), second: mp.mpf(equal[1])}
    points = tuple({first: mp.mpf(rng.gauss(0, 3)), second: mp.mpf(rng.gauss(0, 3))} for _ in range(6))
    return Generated("two_names", shown, where and named(where), truth, "a textbook fact", shown, at, points if truth else ())


# --- quantifiers


def _atom(rng: random.Random, truth: bool) -> str | None:
    """A closed formula with quantifiers and a known truth value."""
    small, delta = _tiny(rng)
    kind = rng.choice(["region", "region", "pair", "line", "value"])
    if kind in ("region", "line"):
        region = _region(rng)
        if region is None:
            return None
        sense = rng.choice([1, -1])
        extreme = region.sup if sense > 0 else region.inf
        if extreme is None:
            return None
        name = rng.choice(["x", "y", "t"])
        here = region.curve.derivative_at(region.order, name)
        where = region.where.replace("x", name)
        op, back = (">", "<") if sense > 0 else ("<", ">")
        beyond, before = f"{extreme.text} {'+-'[sense < 0]} {small}", f"{extreme.text} {'-+'[sense < 0]} {small}"
        true = [f"exists({name}, {where} and {here} {op} {before})", f"forall({name}, not ({where}) or {here} {back}= {extreme.text})",
                f"not exists({name}, {where} and {here} {op}= {beyond})", f"forall({name}, {here} {back} {beyond} or not ({where}))"]  # fmt: skip
        false = [f"exists({name}, {where} and {here} {op} {extreme.text})", f"forall({name}, not ({where}) or {here} {back}= {before})",
                 f"exists({name}, {where} and {here} == {beyond})"]  # fmt: skip
        reached = f"exists({name}, {where} and {here} == {extreme.text})"
        (true if extreme.attained else false).append(reached)
        return rng.choice(true if truth else false)
    if kind == "pair":
        f, g = rng.choice(_BOUNDED), rng.choice(_BOUNDED)
        top, bottom = shape(f, 0).sup, shape(g, 0).inf
        if top.exact is None or bottom.exact is None or delta < mp.mpf(10) ** -12:
            return None
        sides = f"{f.at('x')} - {g.at('y')}"
        right = f"{top.exact} - ({bottom.exact})"
        attained = top.attained and bottom.attained
        true = [f"forall(x, y, {sides} <= {right})", f"exists(x, y, {sides} > {right} - {small})", f"not exists(x, y, {sides} > {right} + {small})"]
        false = [f"forall(x, y, {sides} < {right} - {small})", f"exists(x, y, {sides} > {right})"]
        (true if attained else false).append(f"exists(x, y, {sides} == {right})")
        return rng.choice(true if truth else false)
    a, b = rng.randint(1, 9), rng.randint(1, 9)
    true = [f"exists(x, x**2 == {a})", f"forall(x, x**2 + {a} > 0)", f"exists(x, tanh(x) > 1 - {small})", f"exists(x, exp(x) < {small})", "forall(x, exp(x) > 0)",
            f"exists(x, x**3 == -{a})", f"not exists(x, x**2 == -{a})", f"exists(x, {a}*x == {b})", f"forall(x, {a}*x < {b} or x > 0)", f"exists(x, sin(x) == {a}/{a + b})",
            "forall(x, y, (x - y)**2 >= 0)", f"exists(x, y, x > y + {a})", f"forall(x, x < {a} or {b}*x >= {a * b})"]  # fmt: skip
    false = [f"exists(x, x**2 == -{a})", f"forall(x, x**2 > {small})", f"forall(x, tanh(x) < 1 - {small})", "exists(x, exp(x) == 0)", f"forall(x, exp(x) > {small})",
             f"exists(x, x**2 + {a} <= 0)", f"forall(x, y, x < y + {a})", "exists(x, cosh(x) < 1)", f"forall(x, {a}*x != {b})", "exists(x, sigmoid(x) >= 1)",
             f"forall(x, abs(x) >= {small})", f"not exists(x, x > {a})", "exists(x, erf(x) == 1)"]  # fmt: skip
    return rng.choice(true if truth else false)


@family
def nested_quantifiers(rng: random.Random, truth: bool) -> Generated | None:
    """Closed quantified formulas joined by `and`, `or` and `not`, inside quantifiers and beside a free name."""
    kind = rng.choice(["one", "and", "or", "not", "inside", "beside", "implies", "deeper"])
    signs = {
        "one": (truth,), "and": (True, True) if truth else rng.choice([(True, False), (False, True), (False, False)]),
        "or": rng.choice([(True, False), (False, True)]) if truth else (False, False), "not": (not truth,), "inside": (truth,), "beside": (truth,),
        "implies": (rng.choice([(True, True), (False, True), (False, False)]) if truth else (True, False)), "deeper": (True, truth),
    }[kind]  # fmt: skip
    atoms = [_atom(rng, sign) for sign in signs]
    if None in atoms:
        return None
    n = rng.randint(1, 9)
    match kind:
        case "one":
            shown = f"{atoms[0]}"
        case "and":
            shown = f"{atoms[0]} and {atoms[1]}"
        case "or":
            shown = f"{atoms[0]} or {atoms[1]}"
        case "not":
            shown = f"not ({atoms[0]})"
        case "inside":
            shown = rng.choice([f"exists(s, s > {n} and {atoms[0]})", f"forall(s, s**2 >= 0 and {atoms[0]})", f"forall(s, s**2 < 0 or {atoms[0]})"])
        case "beside":
            shown = rng.choice([f"tanh(s) < {n} and {atoms[0]}", f"{atoms[0]} and s <= abs(s)"])
        case "implies":
            shown = f"not ({atoms[0]}) or {atoms[1]}"
        case _:
            shown = f"forall(s, (s > {n} or s <= {n}) and {atoms[0]} and exists(r, r == {n} and {atoms[1]}))"
    return Generated("nested_quantifiers", shown, None, truth, f"{kind}: {signs}")


# --- compositions three deep

_OUTER = (
    # function of a text, values at -oo and oo (None: infinite), Lipschitz constant
    ("sigmoid({})", "0", "1", "1/4"), ("tanh({})", "-1", "1", "1"), ("softplus({})", "0", None, "1"), ("softsign({})", "-1", "1", "1"),
    ("atan({})", "-pi/2", "pi/2", "1"), ("erf({})", "-1", "1", "2/sqrt(pi)"), ("elu({})", "-1", None, "1"), ("exp({})", "0", None, None),
    ("squareplus({})", "0", None, "1"), ("Phi({})", "0", "1", "1/sqrt(2*pi)"), ("leaky_relu({})", None, None, "1"), ("log_sigmoid({})", None, "0", "1"),
    ("tanhshrink({})", None, None, "1"), ("2*{} - 1", None, None, "2"), ("{}/3 + 1", None, None, "1/3"),
)  # fmt: skip
"""Strictly increasing functions."""


@dataclass(frozen=True)
class Chain:
    """A composition three deep: its text, its bounds and limits as texts (None: infinite)."""

    text: str
    inf: str | None
    sup: str | None
    limits: tuple[str | None, str | None]
    lipschitz: str | None


def _applied(outer: tuple[str, str | None, str | None, str | None], value: str | None, side: int) -> str | None:
    """The outer function at a number, or at the infinity on that side (0 left, 1 right)."""
    return outer[0].format(f"({value})") if value is not None else outer[1 + side]


def _chain(rng: random.Random) -> tuple[Chain, Curve, tuple[Any, Any]] | None:
    curve = rng.choice(CURVES)
    known = shape(curve, 0)
    if curve.ends is not None or (curve.smoothness is not None and curve.smoothness < 0):
        return None
    first, second = rng.choice(_OUTER), rng.choice(_OUTER)
    ends = []
    for bound in (known.inf, known.sup):
        if bound.finite and bound.exact is None:
            return None
        ends.append(bound.exact if bound.finite else None)
    limits: list[str | None] = []
    for value in known.limits:
        exact = closed_form(value) if mp.isfinite(value) else None
        if mp.isfinite(value) and exact is None:
            return None
        limits.append(exact)
    sides = [int(value > 0) if mp.isinf(value) else 0 for value in known.limits]
    text, inf, sup = curve.at("x"), ends[0], ends[1]
    constant = closed_form(max(abs(shape(curve, 1).sup.value), abs(shape(curve, 1).inf.value)))
    lipschitz = constant if constant is not None and mp.isfinite(shape(curve, 1).sup.value) and mp.isfinite(shape(curve, 1).inf.value) else None
    for outer in (second, first):
        text = outer[0].format(text if outer[0].endswith("({})") else f"({text})")
        inf, sup = _applied(outer, inf, 0), _applied(outer, sup, 1)
        limits = [_applied(outer, v, side) for v, side in zip(limits, sides, strict=True)]
        lipschitz = f"({lipschitz})*{outer[3]}" if lipschitz and outer[3] else None
    return Chain(text, inf, sup, (limits[0], limits[1]), lipschitz), curve, (known.inf, known.sup)


@family
def composed_bounds(rng: random.Random, truth: bool) -> Generated | None:
    """Bounds, ranges and limits of two strictly increasing functions after a curve with exact bounds."""
    made = _chain(rng)
    if made is None:
        return None
    chain, _, bounds = made
    sense = rng.choice([1, -1])
    value, bound = (chain.sup, bounds[1]) if sense > 0 else (chain.inf, bounds[0])
    small, delta = _tiny(rng)
    if rng.random() < 0.2:
        side = rng.choice([0, 1])
        limit = chain.limits[side]
        if limit is None:
            return None
        right = limit if truth else f"{limit} {rng.choice('+-')} {small}"
        return Generated("composed_bounds", f"limit({chain.text}, x, {('-oo', 'oo')[side]}) == {right}", None, truth, "by continuity")
    if value is None:
        shown = f"{'sup' if sense > 0 else 'inf'}({chain.text}) == {'' if (sense > 0) is truth else '-'}oo"
        return Generated("composed_bounds", shown, None, truth, "unbounded")
    if delta < mp.mpf(10) ** -12:
        small, delta = f"1e-{rng.randint(6, 12)}", mp.mpf(10) ** -12
    attained = bound.finite and bound.attained
    name, op = ("sup", "<") if sense > 0 else ("inf", ">")
    moved_in, moved_out = f"{value} {'-+'[sense < 0]} {small}", f"{value} {'+-'[sense < 0]} {small}"
    true = [f"{chain.text} {op}= {value}", f"{chain.text} {op} {moved_out}", f"{name}({chain.text}) == {value}"]
    false = [f"{name}({chain.text}) == {rng.choice([moved_in, moved_out])}", f"{name}({chain.text}) {op} {value}"]
    at = bound.witnesses[0] if bound.finite else None
    if at is not None:
        tight = f"{chain.text} {op}= {moved_in}"
        if abs(at) < 10**4 and _violation(tight, {"x": at}, witness=True) > 0:
            false.append(tight)
    (false if attained else true).append(f"{chain.text} {op} {value}")
    if chain.inf is not None and chain.sup is not None:
        options = [f"{side}=open" for side, b in (("left", bounds[0]), ("right", bounds[1])) if not (b.finite and b.attained)]
        true.append(f"range({chain.text}) == interval({', '.join([chain.inf, chain.sup, *options])})")
    shown = rng.choice(true if truth else false)
    inside = shown.startswith(chain.text)
    return Generated("composed_bounds", shown, None, truth, f"{name} is {value}", shown if inside else None,
                     {"x": at} if inside and not truth else {})  # fmt: skip


_INNER = ("sigmoid", "tanh", "softplus", "gelu", "silu", "elu", "softsign", "mish", "tanhshrink", "relu", "leaky_relu")


@family
def composed_derivative(rng: random.Random, truth: bool) -> Generated | None:
    """The chain rule for three functions, and the product of three Lipschitz constants."""
    f, g, h = (BY_FUNCTION[rng.choice(_INNER)] for _ in range(3))
    k, n = rng.randint(1, 4), rng.randint(-8, 8)
    inner = "x" if k == 1 else f"{k}*x"
    u = h.at(inner)
    v = g.at(u)
    whole, rule = f.at(v), f"{f.derivative_at(1, v)}*{g.derivative_at(1, u)}*{h.derivative_at(1, inner)}"
    rule = rule if k == 1 else f"{k}*{rule}"
    small, delta = _tiny(rng)
    left = f"D({whole}, x)"
    if rng.random() < 0.5:
        bounds = [shape(c, 1).sup for c in (f, g, h)]
        if any(b.exact is None for b in bounds) or any(abs(shape(c, 1).inf.value) > shape(c, 1).sup.value for c in (f, g, h)):
            return None
        top = f"{k}*" + "*".join(f"({b.exact})" for b in bounds)
        if truth:
            shown = rng.choice([f"{left} <= {top}", f"lipschitz({whole}) <= {top}", f"abs({left}) < {top} + {small}"])
            return Generated("composed_derivative", shown, None, True, "the chain rule")
        point = mp.mpf(n) / 4
        try:
            value = evaluate(rule, x=point)
        except ArithmeticError:
            return None
        if abs(value) < mp.mpf(10) ** -6:
            return None
        shown = rng.choice([f"{left} <= {decimal(value - abs(value) * delta, 60)}", f"lipschitz({whole}) < {decimal(abs(value) * (1 - delta), 60)}"])
        inside = shown.startswith("D(")
        return Generated("composed_derivative", shown, None, False, f"it is {decimal(value, 20)} at {n}/4",
                         shown.replace(left, rule) if inside else None, {"x": point} if inside else {})  # fmt: skip
    wrong = rng.choice([f"{rule}*(1 + {small})", f"{rule} + {small}", rule.replace(f"{inner}", f"({inner} + {small})", 1)])
    if not truth:
        point = mp.mpf(rng.choice([-5, -3, -1, 1, 3, 5])) / 4
        try:
            if not _violation(f"{rule} == {wrong}", {"x": point}, witness=True) > 0:
                return None
        except ArithmeticError:
            return None
        return Generated("composed_derivative", f"{left} == {wrong}", None, False, "not the chain rule", f"{rule} == {wrong}", {"x": point})
    return Generated("composed_derivative", f"{left} == {rule}", None, True, "the chain rule")


WEIGHTS.update(linear_consequence=0.6, composed_derivative=0.4, composed_bounds=0.8, jensen=0.5, separate_bounds=0.6)
