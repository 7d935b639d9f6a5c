"""The sign of a smooth expression that several names share, where its factors do not settle it.

Each rule reduces the question to expressions that are simpler, or have fewer names:

- *linear*: linear inequalities that are known imply the sign of an affine expression;
- *one form*: what depends on one combination a x + b y is a function of one variable;
- *diagonal*: what is 0 wherever x = y has, for x < y, the sign of its derivative in y between the two;
- *logarithm*: c log(u) + r has the sign of c (u - exp(-r/c)), because exp is increasing;
- *scaling*: with x = t/p or x = t p, for a p that is not 0, the expression falls into factors of one name each;
- *root*: p + q sqrt(r) with p and q of opposite signs is compared by squaring;
- *quadratic*: a quadratic in one name keeps its leading sign where its discriminant is negative;
- *end*: what rises in one name is larger than at the lower end of that name's region;
- *boxes*: where every name lies between two numbers, the box is split until ball arithmetic sees the sign.

Signs are returned as the set of those that are possible; a rule that does not apply returns all three.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

from flint import arb, fmpq

from ..budget import Undecided, spend
from ..enclosures.balls import known_sign, precision
from ..enclosures.jets import Program, program
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.pieces import primitive
from ..functions.sign_charts import sign_line
from ..functions.step_functions import Line, hull, merge
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined
from ..reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real
from . import fourier_motzkin

ALL = frozenset((-1, 0, 1))
MAX_BOXES = 1_500
BOX_BITS = 64
MIN_RADIUS = 1e-4
DEPTH = 3
"""How many rules may be applied one after another."""

Signs = frozenset[int]
POSITIVE, NEGATIVE, ZERO = (frozenset((sign,)) for sign in (1, -1, 0))
NOT_NEGATIVE, NOT_POSITIVE = POSITIVE | ZERO, NEGATIVE | ZERO


@dataclass(frozen=True)
class Case:
    """The assumptions: signs of expressions, and the region of each name (a name that is missing: anywhere)."""

    known: Mapping[Expr, Signs]
    regions: Mapping[str, Line[bool]]
    depth: int = 0

    @property
    def definite(self) -> dict[Expr, int]:
        """The expressions with one possible sign."""
        return {key: next(iter(signs)) for key, signs in self.known.items() if len(signs) == 1}

    def without(self, name: str, region: Line[bool] | None) -> Case:
        """The case with nothing assumed of one name but a new region."""
        known = {key: signs for key, signs in self.known.items() if name not in ex.free_names(key)}
        regions = {n: r for n, r in self.regions.items() if n != name}
        if region is not None:
            regions[name] = region
        return replace(self, known=known, regions=regions)


Decide = Callable[[Expr, Case], Signs]
"""The signs of an expression in a case, by any means; it calls :func:`signs` again for what it cannot do itself."""


def product_signs(signs: Signs, factor: Signs, power: int = 1) -> Signs:
    """The signs of a product with a whole power of a factor."""
    return frozenset(a * (b if power % 2 else b * b) for a in signs for b in factor)


def signs_of(op: str) -> Signs:
    """The signs of a difference for which a relation holds."""
    return frozenset(s for s in ALL if ex.holds(op, s))


def sign_of_number(x: fmpq) -> Signs:
    """The sign of a number, as a set."""
    return frozenset(((x > 0) - (x < 0),))


def signs(e: Expr, case: Case, decide: Decide) -> Signs:
    """The signs that a smooth expression in several names can have (a superset)."""
    possible_signs = ALL
    if case.depth >= DEPTH:
        return possible_signs
    deeper = replace(case, depth=case.depth + 1)
    for rule in (_linear, _one_form, _diagonal, _root, _logarithm, _scaling, _quadratic, _end, _boxes):
        with suppress(Undecided, Undefined, normal_form.TooComplex):
            possible_signs &= rule(e, deeper, decide)
            # Elimination tells all that linear conditions do.
            if len(possible_signs) <= 1 or (possible_signs != ALL and rule is _linear):
                break
    return possible_signs


def possible(known: Mapping[Expr, Signs]) -> bool:
    """Whether the linear ones among the assumptions can hold together."""
    return fourier_motzkin.feasible(_rows(known))


def _rows(known: Mapping[Expr, Signs]) -> list[fourier_motzkin.Linear]:
    return [row for key, signs in known.items() for row in fourier_motzkin.constraints(key, signs)]


def implied(e: Expr, known: Mapping[Expr, Signs]) -> Signs:
    """The signs of an affine expression that linear assumptions leave possible."""
    if fourier_motzkin.form(e) is None:
        return ALL
    system = _rows(known)
    return frozenset(s for s in ALL if fourier_motzkin.feasible([*system, *fourier_motzkin.constraints(e, {s})]))


def _linear(e: Expr, case: Case, decide: Decide) -> Signs:
    return implied(e, case.known)


def _one_form(e: Expr, case: Case, decide: Decide) -> Signs:
    """e as a function of one linear combination of its names."""
    if not e.total:
        return ALL  # the way to the line on which all but one name are 0 may lead through undefined points
    names = sorted(ex.free_names(e))
    slopes = [calculus.differentiate(e, name) for name in names]
    pivot = slopes[0]
    quotients = [normal_form.canonical(slope / pivot).value for slope in slopes[1:]]
    ratios = [q for q in quotients if q is not None]
    if len(ratios) < len(quotients) or not all(
        normal_form.is_zero(slope - pivot * ratio) for slope, ratio in zip(slopes[1:], ratios, strict=True)
    ):
        return ALL
    s = names[0]
    combination = ex.add(ex.name(s), *(ex.name(n) * r for n, r in zip(names[1:], ratios, strict=True)))
    line = sign_line(calculus.substitute(e, dict.fromkeys(names[1:], ex.ZERO)), s)
    allowed = implied(combination, case.known)
    return taken(sign_line(ex.name(s), s).map(lambda side: side in allowed), line)


def _diagonal(e: Expr, case: Case, decide: Decide) -> Signs:
    for x, y in permutations(sorted(ex.free_names(e)), 2):
        order = implied(ex.name(y) - ex.name(x), case.known)
        if order == ALL and x < y and normal_form.is_zero(calculus.substitute(e, {y: ex.name(x)})):
            gap = ex.name(y) - ex.name(x)
            sides = [replace(case, known={**case.known, gap: frozenset((sign,))}) for sign in (1, -1)]
            return frozenset((0,)).union(*(_diagonal(e, side, decide) for side in sides))
        if not POSITIVE <= order <= NOT_NEGATIVE or not normal_form.is_zero(calculus.substitute(e, {y: ex.name(x)})):
            continue
        # From here on x <= y, and t runs from x to y: not below the region of x, not above that of y.
        between = _between(case.regions.get(x), case.regions.get(y))
        for moved, kept, direction in ((y, x, 1), (x, y, -1)):
            other = replace(case.without(moved, between))
            inside = replace(other, known={**other.known, ex.name(y) - ex.name(x): frozenset((0, 1))})
            slope = calculus.differentiate(e, moved)
            if not _defined(e, inside, decide) or kept not in ex.free_names(e):
                continue
            slopes = decide(normal_form.simplest(slope), inside)
            if not slopes:
                continue
            if slopes == ZERO:
                return ZERO
            if slopes != ALL and slopes != POSITIVE | NEGATIVE:
                (sign,) = {s * direction for s in slopes} - {0}
                strict = 0 not in slopes and 0 not in order
                return frozenset((sign,)) if strict else frozenset((0, sign))
    return ALL


def _between(left: Line[bool] | None, right: Line[bool] | None) -> Line[bool] | None:
    """All numbers from the lower end of one region to the upper end of another."""
    low = MINUS_INFINITY if left is None else hull(left)[0]
    high = PLUS_INFINITY if right is None else hull(right)[1]
    return interval(low, high)


def interval(low: Real, high: Real, *, closed: bool = True) -> Line[bool] | None:
    """The interval as a line, with or without its finite ends; None where it is everything."""
    ends = tuple(end for end in (low, high) if not end.infinite)
    gaps = (True,) if low.infinite else (False, True)
    return Line(ends, (closed,) * len(ends), gaps if high.infinite else (*gaps, False)) if ends else None


def _defined(e: Expr, case: Case, decide: Decide) -> bool:
    """Whether a smooth expression is proved to be defined and analytic throughout the case."""
    if e.total:
        return True
    if not all(_defined(child, case, decide) for child in ex.children(e)):
        return False
    match e.op:
        case "log":
            return e.args[0].positive or decide(e.args[0], case) == POSITIVE
        case "pow":
            base, exponent = e.args[0], e.args[1].value
            whole = exponent is not None and exponent.q == 1
            if base.positive or (whole and exponent is not None and exponent >= 0):
                return True
            signs = decide(base, case)
            return bool(signs) and signs <= (POSITIVE | NEGATIVE if whole else POSITIVE)
        case "tan":
            return False
        case _:
            return True


def _scaling(e: Expr, case: Case, decide: Decide) -> Signs:
    for x, p in permutations(sorted(ex.free_names(e)), 2):
        sign = _sign_of_name(p, case)
        if sign is None:
            continue
        for scaled in (ex.name(x) / ex.name(p), ex.name(x) * ex.name(p)):
            changed = normal_form.canonical(calculus.substitute(e, {x: scaled}))
            constant, upper, lower = normal_form.numerator_factors(changed)
            factors = [f for f, _ in (*upper, *lower)]
            if any(len(ex.free_names(f)) > 1 for f in factors):
                continue
            side = _sign_of_name(x, case)
            region = None if side is None else sign_line(ex.name(x), x).map(lambda s, want=side * sign: s == want)
            inside = case.without(x, region)
            # What the regrouping may have made undefined, or defined, is no concern: signs of e are asked for
            # where e is defined, and there both forms agree.
            total = sign_of_number(constant)
            for factor, power in (*upper, *lower):
                total = product_signs(total, decide(factor, inside), power)
            if total != ALL:
                return total
    return ALL


def _sign_of_name(name: str, case: Case) -> int | None:
    """The definite sign of a name that is not 0, or None."""
    signs = implied(ex.name(name), case.known)
    region = case.regions.get(name)
    if region is not None:
        signs &= taken(region, sign_line(ex.name(name), name))
    return next(iter(signs)) if signs in (POSITIVE, NEGATIVE) else None


def taken(region: Line[bool], signs: Line[int | None]) -> Signs:
    """The signs that are taken inside a region."""
    line = merge([signs, region])
    return frozenset(sign for sign, inside in (*line.gaps, *line.at) if inside and sign is not None)


def _root(e: Expr, case: Case, decide: Decide) -> Signs:
    for radicand in _radicands(e):
        r = ex.name("root#")
        replaced = calculus.substitute_node(e, ex.sqrt(radicand), r)
        q = calculus.differentiate(replaced, "root#")
        p = calculus.substitute(replaced, {"root#": ex.ZERO})
        if "root#" in ex.free_names(q) or not (p.total and q.total):
            continue
        outer, inner = decide(p, case), decide(q, case)
        if len(inner) != 1 or inner == ZERO or len(outer) != 1:
            continue
        (a,), (b,) = outer, inner
        if a * b >= 0:  # sqrt(r) is at least 0
            return frozenset((a,)) if a else frozenset((0, b))
        # sign(p + q sqrt r) = sign(q) sign(q^2 r - p^2) where p and q have opposite signs and r >= 0.
        return frozenset(b * s for s in decide(normal_form.canonical(q * q * radicand - p * p), case))
    return ALL


def _radicands(e: Expr) -> list[Expr]:
    """The expressions under square roots, each once."""
    radicands = [r for child in ex.children(e) for r in _radicands(child)]
    own = [e.args[0]] if e.op == "pow" and e.args[1].value == fmpq(1, 2) else []
    return list(dict.fromkeys(radicands + own))


def _logarithm(e: Expr, case: Case, decide: Decide) -> Signs:
    for argument in _logarithms(e):
        logarithm = ex.name("log#")
        replaced = calculus.substitute_node(e, ex.log(argument), logarithm)
        slope = calculus.differentiate(replaced, "log#")
        rest = calculus.substitute(replaced, {"log#": ex.ZERO})
        if "log#" in ex.free_names(slope) or not normal_form.is_zero(replaced - slope * logarithm - rest):
            continue
        outer = decide(slope, case)
        if outer not in (POSITIVE, NEGATIVE):
            continue
        # Where e is defined so is log(u), and u > 0: log(u) + r/c has the sign of u - exp(-r/c).
        inner = decide(normal_form.canonical(argument - ex.exp(-rest / slope)), case)
        if inner != ALL:
            return product_signs(outer, inner)
    return ALL


def _logarithms(e: Expr) -> list[Expr]:
    """The arguments of logarithms, each once."""
    inner = [u for child in ex.children(e) for u in _logarithms(child)]
    return list(dict.fromkeys(inner + ([e.args[0]] if e.op == "log" else [])))


def _quadratic(e: Expr, case: Case, decide: Decide) -> Signs:
    if not e.total:
        return ALL
    for name in sorted(ex.free_names(e)):
        first = calculus.differentiate(e, name)
        second = calculus.differentiate(first, name)
        if name in ex.free_names(second) or second is ex.ZERO:
            continue
        at_zero = {name: ex.ZERO}
        a, b, c = second * fmpq(1, 2), calculus.substitute(first, at_zero), calculus.substitute(e, at_zero)
        leading = decide(a, case)
        if leading not in (POSITIVE, NEGATIVE) or not normal_form.is_zero(
            e - a * ex.power(ex.name(name), 2) - b * ex.name(name) - c
        ):
            continue
        discriminant = decide(normal_form.canonical(ex.power(b, 2) - 4 * a * c), case)
        if 1 not in discriminant:
            return leading if 0 not in discriminant else leading | {0}
    return ALL


def _end(e: Expr, case: Case, decide: Decide) -> Signs:
    """The signs of an expression monotone in a name, from its sign at an end of the name's region; ALL if not found."""
    for name in sorted(ex.free_names(e)):
        region = case.regions.get(name)
        if region is None:
            continue
        low, high = hull(region)
        whole = case.without(name, interval(low, high))
        if not _defined(e, whole, decide):
            continue
        slope = decide(normal_form.simplest(calculus.differentiate(e, name)), whole)
        for end, direction in ((low, 1), (high, -1)):
            for sense in (1, -1):
                # e >= e(end) where e moves away from it upwards, e <= e(end) where downwards.
                if end.infinite or end.exact is None or not slope <= {0, direction * sense}:
                    continue
                start = decide(calculus.substitute(e, {name: end.exact}), whole)
                if start <= {0, sense} and start:
                    strict = 0 not in start or (0 not in slope and not _attained(region, end))
                    return frozenset((sense,)) if strict else frozenset((0, sense))
    return ALL


def _boxes(e: Expr, case: Case, decide: Decide) -> Signs:
    names = sorted(ex.free_names(e))
    if case.depth > 1 or not all(name in case.regions for name in names):
        return ALL
    ends = [hull(case.regions[name]) for name in names]
    if any(end.infinite for pair in ends for end in pair):
        return ALL
    compiled, slopes = program(e), [program(calculus.differentiate(e, name)) for name in names]
    with precision(BOX_BITS):
        boxes = [[low.ball(BOX_BITS).union(high.ball(BOX_BITS)) for low, high in ends]]
        signs: set[int] = set()
        for _ in range(MAX_BOXES):
            if not boxes:
                return frozenset(signs)
            spend()
            box = boxes.pop()
            sign = _sign_on(box, names, compiled, slopes)
            if sign is not None:
                signs.add(sign)
                continue
            widest = max(range(len(box)), key=lambda i: float(box[i].rad()))
            if float(box[widest].rad()) < MIN_RADIUS:
                return ALL
            middle, radius = box[widest].mid(), box[widest].rad()
            for half in ((middle - radius).union(middle), middle.union(middle + radius)):
                boxes.append([*box[:widest], half, *box[widest + 1 :]])
    return ALL


def _sign_on(box: list[arb], names: list[str], compiled: Program, slopes: list[Program]) -> int | None:
    """The sign on a box, plainly or by the mean value form."""
    at = dict(zip(names, box, strict=True))
    value: Any = compiled.run(at)
    if (sign := known_sign(value)) is not None:
        return sign
    total: Any = compiled.run({name: ball.mid() for name, ball in at.items()})
    for ball, slope in zip(box, slopes, strict=True):
        total = total + slope.run(at) * (ball - ball.mid())
    return known_sign(total)


def _attained(region: Line[bool], end: Real) -> bool:
    """Whether an end of the region may belong to it."""
    return any(inside for mark, inside in zip(region.marks, region.at, strict=True) if mark is end) or not any(
        mark is end for mark in region.marks
    )


def assumptions(known: Mapping[Expr, int], atoms: Iterator[tuple[Expr, str]]) -> dict[Expr, Signs]:
    """Assumed signs, and what relations that hold say about the signs of their differences, by primitive form."""
    result = {key: frozenset((sign,)) for key, sign in known.items()}
    for difference, op in atoms:
        flip, key = primitive(difference)
        result[key] = result.get(key, ALL) & {s * flip for s in signs_of(op)}
    for key, allowed in list(result.items()):
        flip, normal = normal_key(key)
        result[normal] = result.get(normal, ALL) & {s * flip for s in allowed}
    return result


def normal_key(e: Expr) -> tuple[int, Expr]:
    """(sign, v) with u = sign * positive constant * v, v in normal form where it is found."""
    try:
        return primitive(normal_form.canonical(e))
    except normal_form.TooComplex:
        return primitive(e)
