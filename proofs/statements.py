"""Deciding statements: proved, refuted with a counterexample, or undecided with the reason.

Numbers like sup(f) and E(f) are computed first. What remains is a formula in free names: none (compare numbers),
one (cut the line where any relation changes its truth and look at every part), or several (:mod:`several`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from flint import fmpq

from . import expressions as ex
from . import identities, nearest, parametric, predicates, several
from .effort import Undecided, budget
from .evaluate import enclose
from .expressions import Expr
from .landscape import decided_landscape
from .language import parse_statement
from .lines import Line, constant, merge, sample, sign_line, signs_within
from .periods import period
from .pieces import Undefined, split
from .products import Product, product_set
from .reals import MINUS_INFINITY, PLUS_INFINITY, Real, compare, constant_sign, exact
from .sets import RealSet, equal, union
from .sets import point as singleton
from .syntax import (
    Connective,
    Formula,
    Infinity,
    Leaf,
    Predicate,
    Quantified,
    Relation,
    SetDisplay,
    SetFunctional,
    SetValue,
    Statement,
    relations,
)
from .values import closed_real, describe_extremum, digits, functional, set_value
from .vector_statements import prove_vectors
from .vector_words import is_about_vectors
from .verdicts import Counterexample, Evidence, Result, Verdict


def prove(
    text: str, *, where: str | None = None, functions: Mapping[str, str] | None = None, suggest: bool = True
) -> Result:
    """Decide one statement in the statement language, on the domain given by `where`.

    `functions` defines further functions of x by formulas. With `suggest`, a refutation carries the nearest true
    statement that was found and proved. Raises StatementError for text that is not in the language.
    """
    if is_about_vectors(text, where, functions):
        return prove_vectors(text, where, functions, suggest)
    started = time.perf_counter()
    statement = parse_statement(text, where, functions)
    try:
        with budget():
            outcome = Decision(statement).run()
    except (Undecided, Undefined) as reason:
        outcome = Outcome(Verdict.UNDECIDED, None, (str(reason),))
    except RecursionError:
        outcome = Outcome(Verdict.UNDECIDED, None, ("the expression is nested too deeply for the prover",))
    found = None
    if suggest and outcome.verdict is Verdict.REFUTED:
        with budget(SUGGESTION_STEPS):
            found = nearest.suggest(statement, functions, prove, outcome.counterexample)
    seconds = time.perf_counter() - started
    explanation = tuple(dict.fromkeys(outcome.explanation))
    return Result(text, where, outcome.verdict, outcome.evidence, explanation, outcome.counterexample, found, seconds)


MAX_COUNT = 40
"""Whole numbers tried as a counterexample for the n of a product."""
PROBE_STEPS = 2_000
SUGGESTION_STEPS = 50_000
"""Steps spent on looking for the nearest true statement."""


@dataclass(frozen=True)
class Outcome:
    """A verdict with what a reader needs to follow it."""

    verdict: Verdict
    evidence: Evidence | None = None
    explanation: tuple[str, ...] = ()
    counterexample: Counterexample | None = None


class Decision:
    """One statement on its way to a verdict."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.notes: list[str] = []
        self.values: dict[str, Real] = {}
        self.exact_only = True
        self.products: dict[str, Product] = {}

    def run(self) -> Outcome:
        """Raises Undecided or Undefined."""
        self.resolve()
        return self.settle()

    def settle(self) -> Outcome:
        """Decide the formula, its numbers and products known. Raises Undecided or Undefined."""
        formula = self.statement.formula
        if isinstance(formula, Connective) and formula.op == "and":
            return self._conjunction(formula.parts)
        return self._decide(formula)

    def resolve(self) -> None:
        """Compute the numbers and products that the placeholders stand for."""
        self._resolve_functionals()
        self._resolve_products()

    def _conjunction(self, parts: tuple[Formula, ...]) -> Outcome:
        """A conjunction holds on the domain when each part does; parts are decided one by one while they can be.

        All pointwise parts are decided together, because a point where any of them is undefined is not in the domain.
        """
        pointwise = tuple(p for p in parts if self._is_pointwise(p))
        others = [p for p in parts if not self._is_pointwise(p)]
        groups = [*others, *([Connective("and", pointwise)] if pointwise else [])]
        undecided: Undecided | Undefined | None = None
        evidence = Evidence.EXACT
        for group in groups:
            try:
                outcome = self._decide(group)
            except (Undecided, Undefined) as reason:
                undecided = undecided or reason
                continue
            if outcome.verdict is not Verdict.PROVED:
                return outcome
            if outcome.evidence is not Evidence.EXACT:
                evidence = Evidence.ENCLOSURE
        if undecided is not None:
            raise undecided
        return Outcome(Verdict.PROVED, evidence, tuple(self.notes))

    def _is_pointwise(self, part: Formula) -> bool:
        return any(isinstance(r, Relation) and self._names(r) for r in relations(part))

    # --- numbers from functions

    def _resolve_functionals(self) -> None:
        for placeholder, f in self.statement.functionals.items():
            body = self._substitute(f.body)
            region = self._region(f.variable) if f.kind != "limit" and f.variable else None
            if f.kind in ("sup", "inf") and (product := self._product_body(f.body)) is not None:
                if product.bounds is not None:
                    self.values[placeholder] = exact(product.bounds[f.kind == "sup"])
                    self.notes.append(f"{f.text}: {product.note}")
                    continue
                if not product.parts:
                    raise Undecided(f"{f.text}, for every n")
                span = union(product.parts)
                part = span.parts[-1 if f.kind == "sup" else 0]
                self.values[placeholder] = part.high if f.kind == "sup" else part.low
                self.notes.append(f"{f.text} = {digits(self.values[placeholder])}: {product.note}")
                continue
            if f.variable is not None and (ex.free_names(body) - {f.variable}) and f.kind in parametric.KINDS:
                if region is not None:
                    raise Undecided(f"{f.text} under a condition on {f.variable}")
                found = parametric.value(f, body, self._signs_of_parameter)
                self.values[placeholder] = found
                self.notes.append(f"{f.text} = {'oo' if found.exact is None else ex.text(found.exact)}")
                continue
            found = functional(f, body, region)
            self.values[placeholder] = found.value
            self.notes += found.notes
            if found.value.exact is None and not found.value.infinite:
                self.exact_only = False

    def _product_body(self, body: Expr) -> Product | None:
        if body.op != "name" or body.args[0] not in self.statement.products:
            return None
        return self._product(body.args[0])

    def _product(self, placeholder: str) -> Product:
        if placeholder not in self.products:
            factor, count, variable = self.statement.products[placeholder]
            factor = self._substitute(factor)
            if extra := ex.free_names(factor) - {variable}:
                raise Undecided(f"a product of factors that depend on {', '.join(sorted(extra))}")
            shape = decided_landscape(factor, variable, self._region(variable))
            self.products[placeholder] = product_set(shape, count, placeholder)
        return self.products[placeholder]

    def _resolve_products(self) -> None:
        for placeholder in self.statement.products:
            product = self._product(placeholder)
            self.notes.append(product.note)

    def _substitute(self, e: Expr) -> Expr:
        """Placeholders with exact values written out."""
        exact_values = {k: v.exact for k, v in self.values.items() if v.exact is not None}
        names = ex.free_names(e)
        for placeholder in names & self.values.keys():
            if self.values[placeholder].infinite:
                raise Undecided(
                    f"{self.statement.functionals[placeholder].text} is infinite and cannot be calculated with"
                )
        products = {k: p.expr for k, p in self.products.items() if p.expr is not None}
        return ex.substitute(e, {**exact_values, **products})

    def _region(self, variable: str) -> Line[bool] | None:
        """The truth of the where condition along one variable, or None without a condition on it."""
        where = self.statement.where
        if where is None:
            return None
        names = set().union(*(self._names(r) for r in relations(where)))
        if variable not in names:
            return None
        if names != {variable}:
            raise Undecided(f"where {self.statement.where_text!r} relates {variable} to other names")
        return self._condition(variable)

    def _names(self, leaf: Leaf) -> frozenset[str]:
        """Free names of a pointwise relation; sets, predicates and placeholders have none."""
        if not isinstance(leaf, Relation) or isinstance(leaf.lhs, SetValue) or isinstance(leaf.rhs, SetValue):
            return frozenset()
        names: frozenset[str] = frozenset()
        for side in (leaf.lhs, leaf.rhs):
            if isinstance(side, Expr):
                names |= ex.free_names(self._products_out(side))
        return names - self.values.keys()

    def _products_out(self, e: Expr) -> Expr:
        """Products written out, and numbers that depend on free names."""
        known = {k: p.expr for k, p in self.products.items() if p.expr is not None}
        open_ = {k: v.exact for k, v in self.values.items() if v.exact is not None and ex.free_names(v.exact)}
        return ex.substitute(e, {**known, **open_})

    def _signs_of_parameter(self, e: Expr) -> frozenset[int]:
        """The signs of a formula in parameters wherever the condition holds (all three where they are not found)."""
        names = ex.free_names(e)
        try:
            if not names:
                return frozenset((constant_sign(e),))
            if len(names) > 1:
                return frozenset((-1, 0, 1))
            (name,) = names
            inside = merge([self._region(name) or constant(True), sign_line(e, name)])
        except Undecided:
            return frozenset((-1, 0, 1))
        return frozenset(sign for within, sign in (*inside.gaps, *inside.at) if within and sign is not None)

    # --- formulas

    def _decide(self, formula: Formula) -> Outcome:
        leaves = relations(formula)
        names = frozenset().union(*(self._names(leaf) for leaf in leaves))
        where_names: frozenset[str] = frozenset()
        if self.statement.where is not None:
            where_names = frozenset().union(*(self._names(r) for r in relations(self.statement.where)))
        if not names:
            return self._decide_closed(formula)
        unresolved = {n for leaf in leaves for n in self._placeholders(leaf)}
        if unresolved:
            return self._decide_against_number(formula)
        all_names = names | where_names
        if len(all_names) == 1:
            return self._decide_on_line(formula, next(iter(all_names)))
        return self._decide_several(formula, all_names)

    def _placeholders(self, leaf: Leaf) -> set[str]:
        """Numbers without exact forms in a relation."""
        if not isinstance(leaf, Relation):
            return set()
        found: set[str] = set()
        for side in (leaf.lhs, leaf.rhs):
            if isinstance(side, Expr):
                found |= {n for n in ex.free_names(side) & self.values.keys() if self.values[n].exact is None}
        return found

    # closed formulas

    def _decide_closed(self, formula: Formula) -> Outcome:
        self._require_domain()
        truth, blame = self._closed_truth(formula)
        evidence = Evidence.EXACT if self.exact_only else Evidence.ENCLOSURE
        if any(not isinstance(leaf, Relation) or self._uses_functions(leaf) for leaf in relations(formula)):
            evidence = Evidence.ENCLOSURE
        if truth:
            return Outcome(Verdict.PROVED, evidence, tuple(self.notes))
        return Outcome(Verdict.REFUTED, evidence, tuple(self.notes), blame)

    def _require_domain(self) -> None:
        """A statement over an empty domain is undecided, even where it does not mention the restricted name."""
        where = self.statement.where
        if where is None:
            return
        names = frozenset().union(*(self._names(r) for r in relations(where)))
        if len(names) > 1:
            if not several.has_point(several.translate(where, self._atom), tuple(sorted(names))):
                raise Undecided("no point was found that satisfies the condition")
            return
        line = self._condition(next(iter(names), "x"))
        if not any((*line.gaps, *line.at)):
            raise Undecided("the domain is empty: nothing satisfies the condition")

    def _uses_functions(self, leaf: Relation) -> bool:
        for side in (leaf.lhs, leaf.rhs):
            if isinstance(side, SetFunctional):
                return True
            if isinstance(side, Expr) and any(
                self.statement.functionals[n].kind in ("sup", "inf", "lipschitz")
                for n in ex.free_names(side) & self.statement.functionals.keys()
            ):
                return True
        return False

    def _closed_truth(self, formula: Formula) -> tuple[bool, Counterexample | None]:
        if isinstance(formula, Connective):
            results = [self._closed_truth(part) for part in formula.parts]
            if formula.op == "not":
                truth, blame = results[0]
                return not truth, blame or Counterexample({}, "true", "false")
            blames = [blame for truth, blame in results if not truth and blame]
            truths = [truth for truth, _ in results]
            return (all(truths) if formula.op == "and" else any(truths)), (blames[0] if blames else None)
        if isinstance(formula, Predicate):
            answer = predicates.decide(formula, self._substitute(formula.body), self._predicate_region(formula), self)
            self.notes += answer.notes
            return answer.truth, answer.counterexample
        if isinstance(formula, Quantified):
            return self._quantified(formula)
        if isinstance(formula.lhs, SetValue) or isinstance(formula.rhs, SetValue):
            return self._sets(formula)
        left, right = self.number(formula.lhs), self.number(formula.rhs)
        if left is right and left.infinite:
            order = 0
        else:
            order = self._compare_closed(formula, left, right)
        truth = ex.holds(formula.op, order)
        shown = {-1: "<", 0: "==", 1: ">"}[order]
        self.notes.append(f"{formula.text}: {digits(left)} {shown} {digits(right)}")
        return truth, None if truth else Counterexample({}, digits(left), digits(right))

    def _quantified(self, q: Quantified) -> tuple[bool, Counterexample | None]:
        """forall is a statement of its own; exists is refuted by the proof of its opposite, and proved by a witness."""
        exists = q.kind == "exists"
        if outer := _free(q.body) - set(q.names) - self.values.keys() - self.statement.products.keys():
            raise Undecided(f"{q.text} depends on {', '.join(sorted(outer))}")
        where_names = _free(self.statement.where) if self.statement.where is not None else frozenset()
        confined = bool(where_names & set(q.names))
        if confined and not where_names <= set(q.names):
            raise Undecided(f"where {self.statement.where_text!r} relates bound names of {q.text} to other names")
        inner = Decision(
            replace(
                self.statement,
                formula=Connective("not", (q.body,)) if exists else q.body,
                where=self.statement.where if confined else None,
                where_text=self.statement.where_text if confined else None,
            )
        )
        inner.values, inner.products, inner.exact_only = self.values, self.products, self.exact_only
        outcome = inner.settle()
        self.notes += inner.notes
        holds = (outcome.verdict is Verdict.PROVED) != exists
        if exists and holds and outcome.counterexample is not None:
            at = ", ".join(f"{name} = {value}" for name, value in outcome.counterexample.at.items())
            self.notes.append(f"{q.text}: true at {at}")
        if exists and not holds:
            return False, Counterexample({}, "no such point", "a point")
        return holds, outcome.counterexample

    def _compare_closed(self, formula: Relation, left: Real, right: Real) -> int:
        if isinstance(formula.lhs, Expr) and isinstance(formula.rhs, Expr) and not (left.infinite or right.infinite):
            if formula.lhs is formula.rhs:
                return 0
            if left.exact is not None and right.exact is not None:
                return compare(left, right)
        return compare(left, right)

    def _predicate_region(self, p: Predicate) -> Line[bool] | None:
        return self._region(p.variable) if p.variable is not None else None

    def number(self, side: object) -> Real:
        """One side of a closed relation as a certified number or infinity."""
        if isinstance(side, Infinity):
            return PLUS_INFINITY if side.sign > 0 else MINUS_INFINITY
        assert isinstance(side, Expr)
        if side.op == "name" and side.args[0] in self.values:
            return self.values[side.args[0]]
        e = self._substitute(side)
        pending = ex.free_names(e) & self.values.keys()
        if not pending or ex.free_names(e) - pending:
            return closed_real(e)
        smooth = _smooth_closed(e)

        return Real(refine=lambda bits: enclose(smooth, {n: self.values[n].ball(bits) for n in pending}, bits))

    def _sets(self, r: Relation) -> tuple[bool, Counterexample | None]:
        left, right = self._as_set(r.lhs), self._as_set(r.rhs)
        same = equal(left, right)
        truth = same if r.op == "==" else not same
        return truth, None if truth else Counterexample({}, str(left), str(right))

    def _as_set(self, side: object) -> RealSet:
        if isinstance(side, SetFunctional):
            if side.kind == "range" and (product := self._product_body(side.body)) is not None:
                if not product.parts:
                    raise Undecided(f"the set of values of {side.text}")
                found = union(product.parts)
                self.notes.append(f"{side.text} = {found}: {product.note}")
                return found
            assert side.variable is not None
            found, notes = set_value(side, self._substitute(side.body), self._region(side.variable))
            self.notes += notes
            return found
        if isinstance(side, SetDisplay):
            return union([singleton(self.number(m)) for m in side.members])
        if isinstance(side, SetValue):
            found, notes = set_value(side, None, None)
            self.notes += notes
            return found
        return union([singleton(self.number(side))])

    # one free name

    def _decide_on_line(self, formula: Formula, variable: str) -> Outcome:
        if (probe := self._failing_probe(formula, variable)) is not None:
            with suppress(Undecided, Undefined), budget(SUGGESTION_STEPS):
                self._explain(formula, variable, self._domain(variable))
            blame_there = self._counterexample(formula, {variable: probe})
            return Outcome(Verdict.REFUTED, Evidence.EXACT, tuple(self.notes), blame_there)
        region = self._domain(variable)
        try:
            truth = self._truth_line(formula, variable, region)
        except Undecided as reason:
            region = self._one_period(formula, variable, reason)
            truth = self._truth_line(formula, variable, region)
        line = merge([region, truth])
        met = False
        blame: tuple[int, bool] | None = None
        for i, (inside, holds) in [*enumerate(line.gaps)]:
            met |= inside is True and holds is not None
            if inside is True and holds is False and blame is None:
                blame = (i, True)
        for i, (inside, holds) in [*enumerate(line.at)]:
            met |= inside is True and holds is not None
            if inside is True and holds is False and (blame is None or line.marks[i].exact is not None):
                blame = (i, False)
        if not met:
            raise Undecided("the domain is empty: nothing satisfies the condition with every term defined")
        symbolic = all(_is_identity(self, leaf, variable) for leaf in relations(formula) if isinstance(leaf, Relation))
        evidence = Evidence.EXACT if symbolic else Evidence.ENCLOSURE
        self._explain(formula, variable, region)
        if blame is None:
            return Outcome(Verdict.PROVED, evidence, tuple(self.notes))
        index, is_gap = blame
        at = sample(*line.ends(index)) if is_gap else line.marks[index]
        if self._is_count(variable):
            at = self._whole_counterexample(line, variable)
        return Outcome(Verdict.REFUTED, evidence, tuple(self.notes), self._counterexample(formula, {variable: at}))

    def _one_period(self, formula: Formula, variable: str, reason: Undecided) -> Line[bool | None]:
        """A domain on which a formula of periodic functions takes every truth it ever takes. Raises Undecided."""
        leaves = [leaf for leaf in relations(formula) if self._names(leaf)]
        if self.statement.where is not None or self.products or not all(isinstance(leaf, Relation) for leaf in leaves):
            raise reason
        length = period(variable, *(self._difference(leaf) for leaf in leaves if isinstance(leaf, Relation)))
        if length is None:
            raise reason
        self.notes.append(f"repeats after {ex.text(length)}")
        return Line((exact(0), exact(length)), (True, True), (False, True, False))

    def _failing_probe(self, formula: Formula, variable: str) -> Real | None:
        """A counterexample among a few simple points: cheaper than a chart, and nicer to read."""
        if self.products:
            return None
        tree = several.translate(formula, self._atom)
        where = several.translate(self.statement.where, self._atom) if self.statement.where is not None else True
        for value in several.SAMPLES:
            point = {variable: fmpq(value)}
            try:
                with budget(PROBE_STEPS):
                    if several.evaluate(where, point) and not several.evaluate(tree, point):
                        return exact(fmpq(value))
            except (Undecided, Undefined):
                continue
        return None

    def _is_count(self, name: str) -> bool:
        """Whether a name counts the factors of a product, and so stands for whole numbers from 1."""
        return any(name in ex.free_names(count) for _, count, _ in self.statement.products.values())

    def _whole_counterexample(self, line: Line[Any], variable: str) -> Real:
        """A whole number at which the statement fails; proofs may cover all reals, refutations must not."""
        for n in range(1, MAX_COUNT):
            both = merge([line, sign_line(ex.name(variable) - n, variable)])
            for i, (truth, sign) in enumerate(both.at):
                if sign == 0 and truth[0] is True and truth[1] is False:
                    return both.marks[i]
        raise Undecided(f"false for some real {variable}, but for no whole one up to {MAX_COUNT}")

    def _domain(self, variable: str) -> Line[bool | None]:
        region: Line[bool | None] = constant(True)
        if self.statement.where is not None:
            region = self._condition(variable)
        for product in self.products.values():
            if product.variable == variable:
                both = merge([region, product.region])
                region = both.map(lambda pair: pair[0] is True and pair[1] is True)
        return region

    def _truth_line(self, formula: Formula, variable: str, region: Line[bool | None] | None) -> Line[bool | None]:
        """Truth at every real of the region (or of the line); None where a subterm is undefined."""
        if isinstance(formula, Relation) and self._names(formula) <= {variable}:
            if not self._names(formula):
                return constant(self._closed_truth(formula)[0])
            if isinstance(formula.lhs, Infinity) or isinstance(formula.rhs, Infinity):
                return self._against_infinity(formula, variable)
            signs = signs_within(self._difference(formula), variable, region)
            return signs.map(lambda s, op=formula.op: None if s is None else ex.holds(op, s))
        if isinstance(formula, (Predicate, Quantified)):
            return constant(self._closed_truth(formula)[0])
        assert isinstance(formula, Connective)
        if not formula.parts:
            return constant(formula.op == "and")
        lines = [self._truth_line(part, variable, region) for part in formula.parts]
        return merge(lines).map(lambda values, op=formula.op: _connect(op, values))

    def _condition(self, variable: str) -> Line[bool]:
        """Where the where condition holds. A part of a conjunction only matters where the other parts hold."""
        where = self.statement.where
        assert where is not None
        parts = where.parts if isinstance(where, Connective) and where.op == "and" else (where,)
        inside: Line[bool] = constant(True)
        postponed: list[Formula] = []
        for part in parts:
            try:
                inside = _both(inside, self._truth_line(part, variable, None))
            except Undecided:
                if len(parts) == 1:
                    raise
                postponed.append(part)
        for part in postponed:
            inside = _both(inside, self._truth_line(part, variable, inside))
        return inside

    def _difference(self, r: Relation) -> Expr:
        """lhs - rhs, written so that terms of the two sides never hide an undefined point."""
        assert isinstance(r.lhs, Expr) and isinstance(r.rhs, Expr)
        return self._substitute(r.lhs) - self._substitute(r.rhs)

    def _against_infinity(self, r: Relation, variable: str) -> Line[bool | None]:
        side = r.lhs if isinstance(r.lhs, Expr) else r.rhs
        infinity = r.rhs if isinstance(r.rhs, Infinity) else r.lhs
        assert isinstance(side, Expr) and isinstance(infinity, Infinity)
        order = -infinity.sign if side is r.lhs else infinity.sign
        defined = sign_line(self._substitute(side), variable)
        return defined.map(lambda s: None if s is None else ex.holds(r.op, order))

    def _counterexample(self, formula: Formula, at: Mapping[str, Real]) -> Counterexample:
        """The point, and both sides of the first relation that fails there."""
        shown = {self._name_for_readers(name): str(x) for name, x in at.items()}
        for leaf in relations(formula):
            if not isinstance(leaf, Relation) or not isinstance(leaf.lhs, Expr) or not isinstance(leaf.rhs, Expr):
                continue
            try:
                sides = [several.value(self._substitute(side), at) for side in (leaf.lhs, leaf.rhs)]
                if not ex.holds(leaf.op, compare(*sides)):
                    return Counterexample(shown, _side(sides[0], sides[1]), _side(sides[1], sides[0]))
            except (Undecided, Undefined):
                continue
        return Counterexample(shown, "false", "true")

    def _name_for_readers(self, name: str) -> str:
        """A placeholder as the text it stands for; with ~ it is the product's share of the largest one."""
        text = self.statement.product_texts.get(name.rstrip("~"), name)
        return f"{text} / its supremum" if name.endswith("~") else text

    def _explain(self, formula: Formula, variable: str, region: Line[bool | None]) -> None:
        """For each relation between a function and a number: the extremum that settles it."""
        confined = self.statement.where is not None or any(p.variable == variable for p in self.products.values())
        inside = region.map(lambda truth: truth is True) if confined else None
        for leaf in relations(formula):
            if not isinstance(leaf, Relation) or not isinstance(leaf.lhs, Expr) or not isinstance(leaf.rhs, Expr):
                continue
            difference = self._difference(leaf)
            if identities.is_zero(difference):
                self.notes.append(f"{leaf.text}: both sides have the same normal form")
                continue
            try:
                self.notes.append(self._extremum_note(leaf, variable, inside))
                self.notes += _tail_notes(difference, variable)
            except (Undecided, Undefined):
                continue

    def _extremum_note(self, leaf: Relation, variable: str, inside: Line[bool] | None) -> str:
        assert isinstance(leaf.lhs, Expr) and isinstance(leaf.rhs, Expr)
        left_text, _, right_text = leaf.text.partition(f" {leaf.op} ")
        lhs, rhs = self._substitute(leaf.lhs), self._substitute(leaf.rhs)
        upper = leaf.op in ("<", "<=", "==", "!=")
        if variable not in ex.free_names(rhs):
            body, text = lhs, left_text
        elif variable not in ex.free_names(lhs):
            body, text, upper = rhs, right_text, not upper
        else:
            body, text = lhs - rhs, f"({left_text}) - ({right_text})"
        kind = "sup" if upper else "inf"
        shape = decided_landscape(body, variable, inside)
        return describe_extremum(f"{kind} of {text}", shape, kind)

    # a function against a number without an exact form

    def _decide_against_number(self, formula: Formula) -> Outcome:
        """f(x) op c for all x, with c known by enclosures: compare c with the extremum of f."""
        if not isinstance(formula, Relation) or formula.op in ("==", "!="):
            raise Undecided("a relation between a function and a number without an exact form, inside a larger formula")
        self._require_domain()
        assert isinstance(formula.lhs, Expr) and isinstance(formula.rhs, Expr)
        flipped = bool(ex.free_names(formula.lhs) & self.values.keys())
        body, other = (formula.rhs, formula.lhs) if flipped else (formula.lhs, formula.rhs)
        names = ex.free_names(body) - self.values.keys()
        if ex.free_names(other) - self.values.keys() or ex.free_names(body) & self.values.keys() or len(names) != 1:
            raise Undecided("a number without an exact form next to free names")
        (variable,) = names
        shape = decided_landscape(self._substitute(body), variable, self._region(variable))
        upper = (formula.op in ("<", "<=")) != flipped
        extremum = shape.sup if upper else shape.inf
        order = compare(extremum.value, self.number(other)) * (1 if upper else -1)
        strict = formula.op in ("<", ">")
        holds = order < 0 or (order == 0 and not (strict and extremum.attained))
        self.notes.append(describe_extremum("the extremum", shape, "sup" if upper else "inf"))
        if holds:
            return Outcome(Verdict.PROVED, Evidence.ENCLOSURE, tuple(self.notes))
        if not extremum.at:
            raise Undecided("the bound is exceeded only in a limit")
        at = extremum.at[0]
        sides = (digits(extremum.value), digits(self.number(other)))
        blame = Counterexample({variable: str(at)}, *(sides[::-1] if flipped else sides))
        return Outcome(Verdict.REFUTED, Evidence.ENCLOSURE, tuple(self.notes), blame)

    # several free names

    def _atom(self, leaf: Leaf) -> several.Atom:
        if not isinstance(leaf, Relation) or not self._names(leaf):
            return self._closed_truth(leaf)[0]
        if isinstance(leaf.lhs, Infinity) or isinstance(leaf.rhs, Infinity):
            raise Undecided("a comparison with oo next to other relations")
        return self._difference(leaf), leaf.op

    def _decide_several(self, formula: Formula, names: frozenset[str]) -> Outcome:
        case = several.Question(
            several.translate(formula, self._atom),
            several.translate(self.statement.where, self._atom) if self.statement.where is not None else True,
            tuple(sorted(names)),
            {p.variable: p.region for p in self.products.values() if p.variable in names},
            frozenset(name for name in names if self._is_count(name)),
        )
        answer = several.decide(case)
        self.notes += answer.notes
        if answer.counterexample is None:
            return Outcome(Verdict.PROVED, answer.evidence, tuple(self.notes))
        at = {name: exact(value) for name, value in answer.counterexample.items()}
        return Outcome(Verdict.REFUTED, Evidence.EXACT, tuple(self.notes), self._counterexample(formula, at))


def _both(inside: Line[bool], truth: Line[bool | None]) -> Line[bool]:
    return merge([inside, truth]).map(lambda pair: pair[0] and pair[1] is True)


def _connect(op: str, values: tuple[bool | None, ...]) -> bool | None:
    if None in values:
        return None
    if op == "not":
        return not values[0]
    return all(values) if op == "and" else any(values)


def _free(formula: Formula) -> frozenset[str]:
    """The free names of a formula's numbers, those bound inside it left out."""
    names: frozenset[str] = frozenset()
    for leaf in relations(formula):
        if isinstance(leaf, Quantified):
            names |= _free(leaf.body) - set(leaf.names)
        elif isinstance(leaf, Relation):
            sides = [side for side in (leaf.lhs, leaf.rhs) if isinstance(side, Expr)]
            names |= frozenset().union(*map(ex.free_names, sides))
    return names


def _smooth_closed(e: Expr) -> Expr:
    if e.switching:
        raise Undecided("a case distinction on a number without an exact form")
    return e


def _is_identity(decision: Decision, leaf: Relation, variable: str) -> bool:
    if not isinstance(leaf.lhs, Expr) or not isinstance(leaf.rhs, Expr):
        return False
    try:
        cut = split(decision._difference(leaf), variable)
    except Undecided:
        return False
    return all(piece.expr is None or identities.is_zero(piece.expr) for piece in cut.pieces)


def _side(x: Real, other: Real) -> str:
    """A value with enough digits to be told from the other side."""
    if x.infinite or (x.rational is not None and len(str(x.rational)) <= 40):
        return str(x)
    shown = 30
    while shown < 300 and x.decimal(shown) == other.decimal(shown):
        shown *= 2
    short = x.exact is not None and len(ex.text(x.exact)) <= 60
    return f"{ex.text(x.exact)} = {x.decimal(shown)}" if short and x.exact is not None else x.decimal(shown)


def _tail_notes(difference: Expr, variable: str) -> list[str]:
    from .zeros import chart

    cut = split(difference, variable)
    notes = []
    for piece in (cut.pieces[0], cut.pieces[-1]):
        if piece.expr is not None:
            found = chart(piece.expr, variable, piece.low, piece.high)
            notes += [f"tail, {n.replace(': ', ': left - right = ', 1)}" for n in found.notes if "y >=" in n]
    return list(dict.fromkeys(notes))
