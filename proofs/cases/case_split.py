"""Statements in several free names: case splitting, factors in one name each, and exact counterexamples.

Every case distinction (and every condition) is split by the sign of its argument. In each case a relation is
decided by normal form, by a sign already assumed, or by factoring its difference: the sign of a product follows
from its factors, and a factor in one name is decided on the line. The rest is bounded by the ranges of parts that
share no name. Refutations come from points tried one by one and evaluated exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from math import prod

from flint import fmpq

from ..budget import Undecided, budget, exhausted
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.pieces import Resolver, UnknownSign, primitive
from ..functions.sign_charts import Line, constant, merge, sample, sign_line, signs_within
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined, constant_sign
from ..reals.reals import exact, sign_of
from ..reals.sets import Interval
from ..verdicts import Evidence
from . import fourier_motzkin, sign_rules
from .bounds import span_of
from .points import FIRST_SAMPLES, MAX_SAMPLES, Question, Tree, evaluate, inside, points, search, search_lines, show
from .sign_rules import Case

MAX_CASES = 400
BOXES = (8, 1)
"""Half widths of the boxes on which an undecided statement is tried."""
BOX_STEPS = 8_000


@dataclass(frozen=True)
class Verdict:
    """Proved where there is no counterexample."""

    counterexample: dict[str, fmpq] | None
    notes: tuple[str, ...]
    evidence: Evidence


def decide(question: Question) -> Verdict:
    """Prove the statement case by case, else look for a counterexample. Raises Undecided."""
    edges = _edges(question)
    if (found := search(question, edges, FIRST_SAMPLES) or _linear_counterexample(question)) is not None:
        return Verdict(found, (f"tried points until one failed: {show(found)}",), Evidence.EXACT)
    prover = CaseSplit(question)
    try:
        prover.run()
    except Undecided as reason:
        if exhausted():
            raise
        found = search(question, edges) or search_lines(question)
        if found is None:
            box = _proved_box(question)
            raise Undecided(f"{reason}; no counterexample among {MAX_SAMPLES} points tried{box}") from None
        return Verdict(found, (f"tried points until one failed: {show(found)}",), Evidence.EXACT)
    _require_point(question)
    notes = (f"{prover.cases} cases by the signs of {', '.join(sorted(prover.keys)) or 'nothing'}", *prover.notes)
    return Verdict(None, notes, Evidence.ENCLOSURE if prover.used_lines else Evidence.EXACT)


def _proved_box(question: Question) -> str:
    """For an undecided statement: the box of its names on which it is proved, as the end of a sentence."""
    for half in BOXES:
        ends = exact(fmpq(-half)), exact(fmpq(half))
        box: Line[bool] = Line(ends, (True, True), (False, True, False))
        regions = {name: _both(question.regions.get(name), box) for name in question.names}
        try:
            with budget(BOX_STEPS):
                CaseSplit(replace(question, regions=regions)).run()
        except (Undecided, Undefined):
            if exhausted():
                break
            continue
        return f"; proved for {' and '.join(f'abs({name}) <= {half}' for name in question.names)} only"
    return ""


def _require_point(question: Question) -> None:
    """Find one point at which the condition holds and every term has a value: nothing is proved of an empty domain.

    Raises Undecided where none is found, or where the proof is contradicted there.
    """
    for point in (*_inner_points(question), *points(question.names)):
        try:
            if not inside(question, point) or not evaluate(question.where, point):
                continue
            if evaluate(question.formula, point):
                return
        except (Undefined, Undecided):
            if exhausted():
                raise
            continue
        raise Undecided(f"a proof contradicted at {show(point)}; this is a bug in gradproof, please report it")
    raise Undecided("no point was found that satisfies the condition with every term defined")


def _inner_points(question: Question) -> Iterator[dict[str, fmpq]]:
    """Points that the linear parts of the condition leave, or that lie inside where each name may be."""
    conditions = list(_all_of(question.where))
    rows = (row for e, op in conditions for row in fourier_motzkin.constraints(e, _signs_of(op)))
    point = fourier_motzkin.solution(rows)
    if point is not None:
        yield {name: point.get(name, fmpq(0)) for name in question.names}
    with suppress(Undecided, Undefined):
        inner = {name: _inner(line) for name, line in CaseSplit(question).allowed().items()}
        yield {name: inner.get(name, fmpq(1)) for name in question.names}


def _inner(region: Line[bool]) -> fmpq:
    """A rational inside a region, of an open part where there is one. Raises Undecided."""
    for i, held in enumerate(region.gaps):
        if held and (value := sample(*region.ends(i)).rational) is not None:
            return value
    for mark, held in zip(region.marks, region.at, strict=True):
        if held and mark.rational is not None:
            return mark.rational
    raise Undecided("no rational point is known of where a name may lie")


def _linear_counterexample(question: Question) -> dict[str, fmpq] | None:
    """A point, found by elimination, where the linear conditions hold and a linear part of the formula fails."""
    rows = [row for e, op in _all_of(question.where) for row in fourier_motzkin.constraints(e, _signs_of(op))]
    for e, op in _all_of(question.formula):
        if fourier_motzkin.form(e) is None:
            continue
        for sign in sign_rules.ALL - _signs_of(op):
            point = fourier_motzkin.solution([*rows, *fourier_motzkin.constraints(e, {sign})])
            if point is None:
                continue
            at = {name: point.get(name, fmpq(0)) for name in question.names}
            with suppress(Undefined, Undecided):
                if inside(question, at) and evaluate(question.where, at) and not evaluate(question.formula, at):
                    return at
    return None


def _all_of(tree: Tree) -> Iterator[tuple[Expr, str]]:
    """The relations that must all hold."""
    if isinstance(tree, bool):
        return
    if isinstance(tree[0], Expr):
        yield tree  # type: ignore[misc]
    elif tree[0] == "and":
        for part in tree[1]:
            yield from _all_of(part)  # type: ignore[arg-type]


def _signs_of(op: str) -> sign_rules.Signs:
    """The signs of a difference for which a relation holds."""
    return frozenset(s for s in sign_rules.ALL if ex.holds(op, s))


def has_point(where: Tree, names: tuple[str, ...]) -> bool:
    """Whether a point that satisfies a condition is found."""
    try:
        _require_point(Question(True, where, names))
    except Undecided:
        return False
    return True


class CaseSplit:
    """The search tree over signs."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.cases = 0
        self.keys: set[str] = set()
        self.notes: list[str] = []
        self.used_lines = False
        self._open: list[Expr] = []
        """Relations in one name that stay open in the case at hand: the next signs to split by."""

    def run(self) -> None:
        stack: list[dict[Expr, int]] = [{}]
        met = False
        while stack:
            known = stack.pop()
            self.cases += 1
            if self.cases > MAX_CASES:
                raise Undecided(f"more than {MAX_CASES} cases")
            try:
                met |= self._settle(known)
            except UnknownSign as question:
                self.keys.add(to_text(question.key))
                stack += [{**known, question.key: sign} for sign in (1, 0, -1)]
        if not met:
            raise Undecided("the domain is empty: no case satisfies the condition")

    def _settle(self, known: dict[Expr, int]) -> bool:
        """Decide one case; whether it may contain points of the domain. Raises UnknownSign, Undecided."""
        regions = self._confine(known)
        if any(_is_empty(region) for region in regions.values()):
            return False
        assumed = sign_rules.assumptions(known, _all_of(self.question.where))
        if not sign_rules.possible(assumed):
            return False
        self._undefined = False
        where = self._truth(self.question.where, Case(sign_rules.assumptions(known, iter(())), regions), known)
        if where is False:
            return False
        self._open: list[Expr] = []
        truth = self._truth(self.question.formula, Case(assumed, regions), known)
        if self._undefined:
            return False  # some term has no value anywhere in this case: none of it is in the domain
        if truth is not True:
            for key in sorted(self._open, key=lambda k: (len(ex.free_names(k)), len(to_text(k)))):
                if key not in known:
                    raise UnknownSign(key)
            assumed = ", ".join(f"{to_text(k)} {'<=>'[s + 1] if s else '='} 0" for k, s in known.items())
            raise Undecided(f"not decided in the case {assumed or 'of all points'}")
        return True

    def allowed(self) -> dict[str, Line[bool]]:
        """For each name, where the condition allows it to be, without any assumption."""
        return self._confine({})

    def _confine(self, known: dict[Expr, int]) -> dict[str, Line[bool]]:
        """For each name, where the assumptions and the condition allow it to be."""
        regions = dict(self.question.regions)
        for key, sign in known.items():
            names = ex.free_names(key)
            if len(names) == 1:
                (name,) = names
                line = sign_line(key, name).map(lambda s, sign=sign: s == sign)
                regions[name] = _both(regions.get(name), line)
        for difference, op in _all_of(self.question.where):
            names = ex.free_names(difference)
            if len(names) == 1:
                (name,) = names
                line = sign_line(difference, name).map(lambda s, op=op: s is not None and ex.holds(op, s))
                regions[name] = _both(regions.get(name), line)
        return regions

    def _truth(self, tree: Tree, case: Case, known: dict[Expr, int]) -> bool | None:
        """True or False throughout the case, or None."""
        if isinstance(tree, bool):
            return tree
        if isinstance(tree[0], Expr):
            return self._relation(tree[0], str(tree[1]), case, known)
        values = [self._truth(part, case, known) for part in tree[1]]  # type: ignore[arg-type]
        if tree[0] == "not":
            return None if values[0] is None else not values[0]
        decisive = tree[0] == "or"
        if decisive in values:
            return decisive
        return None if None in values else not decisive

    def _relation(self, e: Expr, op: str, case: Case, known: dict[Expr, int]) -> bool | None:
        verdicts: set[bool | None] = set()
        for formula in self._versions(e, known):
            if formula is None:
                continue  # undefined: the point is not in the domain
            signs = self._signs(formula, case)
            holds = {ex.holds(op, s) for s in signs}
            verdicts.add(holds.pop() if len(holds) == 1 else None)
            if None in verdicts and (len(ex.free_names(formula)) == 1 or fourier_motzkin.form(formula) is not None):
                self._open.append(primitive(formula)[1])
        if not verdicts:
            self._undefined = True
            return True
        return verdicts.pop() if len(verdicts) == 1 else None

    def _versions(self, e: Expr, known: dict[Expr, int]) -> list[Expr | None]:
        """The smooth formulas e can have in the case.

        Where an assumption says "= 0" for a switch inside a derivative that moves with the derivative's variable,
        the derivative, if it exists, equals the one-sided ones: all versions of the neighbouring formula count.
        """
        zeros = [key for key, sign in known.items() if sign == 0]
        results: list[Expr | None] = []
        resolver = _CaseResolver(known, {})
        first = _resolve(resolver, e)
        results.append(first)
        if resolver.touched:
            for signs in product((-1, 0, 1), repeat=len(zeros)):
                inner = _CaseResolver(known, dict(zip(zeros, signs, strict=True)))
                results.append(_resolve(inner, e))
        return results

    def _signs(self, e: Expr, case: Case) -> sign_rules.Signs:
        """The signs a smooth expression can take in the case (a superset)."""
        known = case.definite
        e = _use_zeros(e, known)
        if normal_form.is_zero(_with_positive_names(e, known)):
            return frozenset((0,))
        signs = self._one_factor(e, case)
        if signs != sign_rules.ALL:
            return signs
        try:
            constant_, upper, lower = normal_form.numerator_factors(e)
        except normal_form.TooComplex:
            return self._together(e, case)
        total = frozenset(((constant_ > 0) - (constant_ < 0),))
        # Factors in the same single name are taken together: a * erf(a) is never negative, its factors are.
        alone: dict[str, Expr] = {}
        for factor, power in (*upper, *lower):
            names = ex.free_names(factor)
            if len(names) == 1:
                (name,) = names
                alone[name] = alone.get(name, ex.ONE) * ex.power(factor, power)
                continue
            found = self._one_factor(factor, case)
            if found == sign_rules.ALL and len(upper) + len(lower) > 1:
                found = sign_rules.signs(factor, case, self._signs)
            total = frozenset(a * b**power for a in total for b in found)
        for factor in alone.values():
            total = frozenset(a * b for a in total for b in self._one_factor(factor, case))
        return total & self._together(e, case) if len(total) > 1 else total

    def _together(self, e: Expr, case: Case) -> sign_rules.Signs:
        found = self._by_ranges(e, case.regions)
        return found & sign_rules.signs(e, case, self._signs) if len(found) > 1 and len(ex.free_names(e)) > 1 else found

    def _one_factor(self, e: Expr, case: Case) -> sign_rules.Signs:
        if e.positive:
            return frozenset((1,))
        flip, key = primitive(e)
        assumed = frozenset(flip * s for s in case.known.get(key, sign_rules.ALL))
        if ex.is_nonnegative(e):
            assumed -= {-1}
        names = ex.free_names(e)
        if assumed == sign_rules.ALL and len(names) > 1:
            flip, key = sign_rules.normal_key(e)
            assumed = frozenset(flip * s for s in case.known.get(key, sign_rules.ALL))
        if len(names) <= 1:
            if len(assumed) == 1:
                return assumed
            name = next(iter(names), "x")
            self.used_lines = True
            region = case.regions.get(name)
            line = merge([signs_within(e, name, region), region or constant(True)])
            return assumed & {s for s, inside in (*line.gaps, *line.at) if inside and s is not None}
        if all(_positive_term(t, case.definite) for t in (e.args if e.op == "add" else (e,))):
            return frozenset((1,))
        return assumed

    def _by_ranges(self, e: Expr, regions: Mapping[str, Line[bool]]) -> sign_rules.Signs:
        try:
            span = span_of(e, regions)
        except (Undecided, Undefined):
            return sign_rules.ALL
        self.used_lines = True
        return frozenset(_span_signs(span))


def _edges(question: Question) -> dict[str, tuple[fmpq, ...]]:
    """For each name, the rational ends of where the condition allows it: strict and wide bounds fail there first."""
    try:
        regions = CaseSplit(question).allowed()
    except (Undecided, Undefined):
        return {}
    return {name: tuple(m.rational for m in line.marks if m.rational is not None) for name, line in regions.items()}


def _positive_term(e: Expr, known: Mapping[Expr, int]) -> bool:
    """A term whose factors are positive by shape or assumption."""
    sign = 1
    for factor in e.args if e.op == "mul" else (e,):
        if factor.value is not None:
            sign *= (factor.value > 0) - (factor.value < 0)
            continue
        base, exponent = ex.split_power(factor)
        if base.positive:
            continue
        flip, key = primitive(base)
        if key not in known or exponent.q != 1:
            return False
        sign *= (flip * known[key]) ** abs(int(exponent.p))
    return sign > 0


def _span_signs(span: Interval) -> set[int]:
    low = -1 if span.low.infinite else sign_of(span.low)
    high = 1 if span.high.infinite else sign_of(span.high)
    signs = set(range(low, high + 1))
    if low == 0 and not span.low_closed:
        signs.discard(0)
    if high == 0 and not span.high_closed:
        signs.discard(0)
    return signs


def _both(a: Line[bool] | None, b: Line[bool]) -> Line[bool]:
    return b if a is None else merge([a, b]).map(all)


def _is_empty(line: Line[bool]) -> bool:
    return not any(line.gaps) and not any(line.at)


def _use_zeros(e: Expr, known: Mapping[Expr, int]) -> Expr:
    """Write what an assumption "= 0" says about a name that occurs linearly into the expression."""
    for key, sign in known.items():
        if sign == 0:
            for name in sorted(ex.free_names(key) & ex.free_names(e)):
                slope = calculus.differentiate(key, name) if not key.switching else ex.ZERO
                if slope.value is not None and slope is not ex.ZERO:
                    rest = calculus.substitute(key, {name: ex.ZERO})
                    e = calculus.substitute(e, {name: rest * (-1 / slope.value)})
                    break
    return e


def _with_positive_names(e: Expr, known: Mapping[Expr, int]) -> Expr:
    """Write a name of known sign as +-exp(log of its size), so that roots of its powers simplify."""
    values = {
        key.args[0]: ex.exp(ex.name(key.args[0] + "#log")) * sign
        for key, sign in known.items()
        if key.op == "name" and sign
    }
    return calculus.substitute(e, values) if values else e


class _CaseResolver(Resolver):
    """A resolver that splits products into factors and notices zeros inside derivatives."""

    def __init__(self, known: Mapping[Expr, int], inside: Mapping[Expr, int]) -> None:
        super().__init__(known)
        self.inside = inside
        self.touched = False

    def sign(self, u: Expr, bound: tuple[tuple[str, Expr], ...] = ()) -> int:
        moving = any(variable in ex.free_names(u) for variable, _ in bound)
        for variable, at in reversed(bound):
            u = calculus.substitute(u, {variable: at})
        if not ex.free_names(u):
            return self._closed_sign(u, moving)
        total = 1
        for factor, power in _factors(u):
            total *= self._factor_sign(factor, moving) ** power
        return total

    def _closed_sign(self, u: Expr, moving: bool) -> int:
        sign = constant_sign(u)
        if moving and sign == 0:
            raise Undecided("a derivative at a point where its case distinction is 0")
        return sign

    def _factor_sign(self, u: Expr, moving: bool) -> int:
        if not ex.free_names(u):
            return self._closed_sign(u, moving)
        base, exponent = ex.split_power(u)
        if base.positive:
            return 1
        if exponent.q != 1:  # a root: 0 or positive, with its base
            return abs(prod(self._factor_sign(factor, moving) ** power for factor, power in _factors(base)))
        flip, key = primitive(base)
        if key not in self.known:
            raise UnknownSign(key)
        sign = self.known[key]
        if sign == 0 and moving:
            self.touched = True
            sign = self.inside.get(key, 0)
        return (flip * sign) ** abs(int(exponent.p))


@lru_cache(maxsize=4096)
def _factors(u: Expr) -> tuple[tuple[Expr, int], ...]:
    """Factors with their powers; a polynomial in several names is factored over the rationals."""
    if u.op == "mul":
        return tuple((factor, 1) for factor in u.args)
    if u.op == "add" and len(ex.free_names(u)) > 1:
        try:
            constant_, upper, lower = normal_form.numerator_factors(u)
        except normal_form.TooComplex:
            return ((u, 1),)
        if len(upper) + len(lower) > 1:
            return ((ex.rational(constant_), 1), *upper, *lower)
    return ((u, 1),)


def _resolve(resolver: Resolver, e: Expr) -> Expr | None:
    try:
        return resolver.visit(e)
    except Undefined:
        return None
