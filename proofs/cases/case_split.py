"""Statements in several free names: case splitting, factors in one name each, and exact counterexamples.

Every case distinction (and every condition) is split by the sign of its argument. In each case a relation is
decided by normal form, by a sign already assumed, or by factoring its difference: the sign of a product follows
from its factors, and a factor in one name is decided on the line. The rest is bounded by the ranges of parts that
share no name. Refutations come from points tried one by one and evaluated exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from flint import fmpq

from ..budget import Undecided, budget, exhausted, remaining
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.pieces import UnknownSign, primitive
from ..functions.sign_charts import sign_line, signs_within
from ..functions.step_functions import Line, constant, merge, sample
from ..language.syntax import TRUE, Connective, Formula, conjuncts, fold, kleene, relations
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined
from ..reals.reals import exact, sign_of
from ..reals.sets import Interval
from ..verdicts import Evidence
from . import fourier_motzkin, points, sign_rules
from .answers import Answer
from .bounds import span_of
from .sign_rules import Case
from .versions import versions

MAX_CASES = 400
SHARE = 0.8
"""The part of the steps that a proof may take; the rest is left for the search of a counterexample."""
BOXES = (8, 1)
"""Half widths of the boxes on which an undecided statement is tried."""
BOX_STEPS = 8_000
PREMISE_STEPS = 8_000
"""Steps for a formula that a proof rests on: about a second."""


def decide(question: points.Question, shortcut: Callable[[], Answer | None] = lambda: None) -> Answer:
    """Prove the statement by the shortcut or case by case, else look for a counterexample. Raises Undecided."""
    edges = _edges(question)
    failure = points.search(question, edges, points.FIRST_SAMPLES) or _linear_counterexample(question)
    if failure is not None:
        return _refuted(failure)
    if (answer := shortcut()) is not None:
        _require_point(question)
        return answer
    if 2 < len(question.names) <= points.FEW_NAMES:
        with suppress(Undecided), budget(min(points.MORE_STEPS, SHARE * remaining() / 4)):
            failure = points.search(question, edges)
        if failure is not None:
            return _refuted(failure)
    prover = CaseSplit(question)
    try:
        with budget(SHARE * remaining()):
            prover.run()
    except Undecided as reason:
        if exhausted():
            raise
        failure = points.search(question, edges) or points.search_lines(question) or points.search_far(question)
        if failure is None:
            box = _proved_box(question)
            raise Undecided(f"{reason}; no counterexample among {points.MAX_SAMPLES} points tried{box}") from None
        return _refuted(failure)
    _require_point(question)
    note = f"{prover.cases} cases by the signs of {', '.join(sorted(prover.keys)) or 'nothing'}"
    return Answer(True, (note,), evidence=Evidence.ENCLOSURE if prover.used_lines else Evidence.EXACT)


def holds(formula: Formula, where: Formula) -> bool:
    """Whether a formula of relations to 0 is proved wherever a condition holds and every term has a value."""
    sides = [points.compared(leaf)[0] for part in (formula, where) for leaf in relations(part)]
    names = tuple(sorted(frozenset[str]().union(*map(ex.free_names, sides))))
    with suppress(Undecided, Undefined), budget(PREMISE_STEPS):
        CaseSplit(points.Question(formula, where, names)).run()
        return True
    return False


def _refuted(point: dict[str, fmpq]) -> Answer:
    note = f"tried points until one failed: {points.show(point)}"
    return Answer(False, (note,), evidence=Evidence.EXACT, point=point)


def _proved_box(question: points.Question) -> str:
    """For an undecided statement: the box of its names on which it is proved, as the end of a sentence."""
    for half in BOXES:
        box = sign_rules.interval(exact(-half), exact(half))
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


def _require_point(question: points.Question) -> None:
    """Find one point at which the condition holds and every term has a value: nothing is proved of an empty domain.

    Raises Undecided where none is found, or where the proof is contradicted there.
    """
    for point in (*_inner_points(question), *points.points(question.names)):
        try:
            if not points.in_domain(question, point):
                continue
            if points.evaluate(question.formula, point):
                return
        except (Undefined, Undecided):
            if exhausted():
                raise
            continue
        raise Undecided(f"a proof contradicted at {points.show(point)}; this is a bug in gradproof, please report it")
    raise Undecided("no point was found that satisfies the condition with every term defined")


def _inner_points(question: points.Question) -> Iterator[dict[str, fmpq]]:
    """Points that the linear parts of the condition leave, or that lie inside where each name may be."""
    point = fourier_motzkin.solution(_linear_rows(question.where))
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


def _linear_counterexample(question: points.Question) -> dict[str, fmpq] | None:
    """A point, found by elimination, where the linear conditions hold and a linear part of the formula fails."""
    rows = _linear_rows(question.where)
    for e, op in _all_of(question.formula):
        if fourier_motzkin.form(e) is None:
            continue
        for sign in sign_rules.ALL - sign_rules.signs_of(op):
            point = fourier_motzkin.solution([*rows, *fourier_motzkin.constraints(e, {sign})])
            if point is None:
                continue
            at = {name: point.get(name, fmpq(0)) for name in question.names}
            with suppress(Undefined, Undecided):
                if points.in_domain(question, at) and not points.evaluate(question.formula, at):
                    return at
    return None


def _all_of(formula: Formula) -> Iterator[tuple[Expr, str]]:
    """The relations that must all hold."""
    for part in conjuncts(formula):
        if not isinstance(part, Connective):
            yield points.compared(part)


def _linear_rows(condition: Formula) -> list[fourier_motzkin.Linear]:
    """The linear inequalities in a condition."""
    return [row for e, op in _all_of(condition) for row in fourier_motzkin.constraints(e, sign_rules.signs_of(op))]


def has_point(where: Formula, names: tuple[str, ...]) -> bool:
    """Whether a point that satisfies a condition is found."""
    try:
        _require_point(points.Question(TRUE, where, names))
    except Undecided:
        return False
    return True


class CaseSplit:
    """The search tree over signs."""

    def __init__(self, question: points.Question) -> None:
        self.question = question
        self.cases = 0
        self.keys: set[str] = set()
        self.used_lines = False
        self._open: list[Expr] = []
        """Linear factors and relations in one name that stay open in the case at hand: the next signs to split by."""
        self._undefined = False
        """Whether some term has no value anywhere in the case at hand."""

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
        if not all(any((*region.gaps, *region.at)) for region in regions.values()):
            return False
        assumed = sign_rules.assumptions(known, _all_of(self.question.where))
        if not sign_rules.possible(assumed):
            return False
        self._undefined = False
        where = self._truth(self.question.where, Case(sign_rules.assumptions(known, iter(())), regions), known)
        if where is False:
            return False
        self._open = []
        truth = self._truth(self.question.formula, Case(assumed, regions), known)
        if self._undefined:
            return False  # none of the case is in the domain
        if truth is not True:
            for key in sorted(self._open, key=lambda k: (len(ex.free_names(k)), len(to_text(k)))):
                if key not in known:
                    raise UnknownSign(key)
            signs = ", ".join(f"{to_text(key)} {'<=>'[sign + 1]} 0" for key, sign in known.items())
            raise Undecided(f"the case {signs}" if signs else "no case distinction that was tried decides it")
        return True

    def allowed(self) -> dict[str, Line[bool]]:
        """For each name, where the condition allows it to be, without any assumption."""
        return self._confine({})

    def _confine(self, known: dict[Expr, int]) -> dict[str, Line[bool]]:
        """For each name, where the assumptions and the condition allow it to be."""
        regions = dict(self.question.regions)
        signs = [(key, frozenset((sign,))) for key, sign in known.items()]
        signs += [(difference, sign_rules.signs_of(op)) for difference, op in _all_of(self.question.where)]
        for e, allowed in signs:
            if len(ex.free_names(e)) == 1:
                (name,) = ex.free_names(e)
                line = sign_line(e, name).map(lambda sign, allowed=allowed: sign in allowed)
                regions[name] = _both(regions.get(name), line)
        return regions

    def _truth(self, formula: Formula, case: Case, known: dict[Expr, int]) -> bool | None:
        """True or False throughout the case, or None."""
        return fold(formula, lambda leaf: self._relation(*points.compared(leaf), case, known), kleene)

    def _relation(self, e: Expr, op: str, case: Case, known: dict[Expr, int]) -> bool | None:
        verdicts: set[bool | None] = set()
        for formula in versions(e, known):
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

    def _signs(self, e: Expr, case: Case) -> sign_rules.Signs:
        """The signs a smooth expression can take in the case (a superset)."""
        definite = case.definite
        e = _use_zeros(e, definite)
        if normal_form.is_zero(_with_positive_names(e, definite)):
            return sign_rules.ZERO
        signs = self._one_factor(e, case)
        if signs != sign_rules.ALL:
            return signs
        try:
            number, upper, lower = normal_form.numerator_factors(e)
        except normal_form.TooComplex:
            return self._together(e, case)
        total = sign_rules.sign_of_number(number)
        # Factors in the same single name are taken together: a * erf(a) is never negative, its factors are.
        alone: dict[str, Expr] = {}
        for factor, power in (*upper, *lower):
            names = ex.free_names(factor)
            if len(names) == 1:
                (name,) = names
                alone[name] = alone.get(name, ex.ONE) * ex.power(factor, power)
                continue
            signs = self._one_factor(factor, case)
            if signs == sign_rules.ALL and len(upper) + len(lower) > 1:
                signs = sign_rules.signs(factor, case, self._signs)
                if signs == sign_rules.ALL and not case.depth and fourier_motzkin.form(factor) is not None:
                    self._open.append(primitive(factor)[1])
            total = sign_rules.product_signs(total, signs, power)
        for factor in alone.values():
            total = sign_rules.product_signs(total, self._one_factor(factor, case))
        return total & self._together(e, case) if len(total) > 1 else total

    def _together(self, e: Expr, case: Case) -> sign_rules.Signs:
        """The signs of an expression whose factors do not settle it."""
        signs = self._by_ranges(e, case.regions)
        return signs & sign_rules.signs(e, case, self._signs) if len(signs) > 1 and len(ex.free_names(e)) > 1 else signs

    def _one_factor(self, e: Expr, case: Case) -> sign_rules.Signs:
        if e.positive:
            return sign_rules.POSITIVE
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
            return assumed & sign_rules.taken(region or constant(True), signs_within(e, name, region))
        if all(_positive_term(t, case.definite) for t in (e.args if e.op == "add" else (e,))):
            return sign_rules.POSITIVE
        return assumed

    def _by_ranges(self, e: Expr, regions: Mapping[str, Line[bool]]) -> sign_rules.Signs:
        try:
            span = span_of(e, regions)
        except (Undecided, Undefined):
            return sign_rules.ALL
        self.used_lines = True
        return frozenset(_span_signs(span))


def _edges(question: points.Question) -> dict[str, tuple[fmpq, ...]]:
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


def _both(*regions: Line[bool] | None) -> Line[bool]:
    """The intersection of regions."""
    return merge([region for region in regions if region is not None]).map(all)


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
