"""One statement on its way to a verdict: proved, refuted with a counterexample, or undecided with the reason.

Numbers like sup(f) and E(f) are computed first. A formula in free names remains: none (compare numbers), one
(cut the line where any relation changes its truth and look at every part), or several (:mod:`cases.case_split`).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from flint import fmpq

from ..budget import Undecided, budget
from ..cases import case_split, points
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.landscape import decided_landscape
from ..functions.periods import period
from ..functions.pieces import Undefined
from ..functions.sign_charts import Line, merge, sample, sign_line
from ..language.syntax import (
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
    relations,
)
from ..normal_forms import normal_form
from ..reals.reals import Real, compare, exact
from ..reals.sets import RealSet, equal, union
from ..reals.sets import point as singleton
from ..verdicts import Counterexample, Evidence, NoTruthValue, Verdict
from ..vocabulary.numbers import NoLimit
from ..vocabulary.properties import Question
from ..vocabulary.values import closed_real, describe_extremum, digits
from ..vocabulary.words import decide_property, is_exact, set_value
from .explanations import counterexample, explain, is_identity
from .resolution import Resolution

MAX_COUNT = 40
"""Whole numbers tried as a counterexample for the n of a product."""
PROBE_STEPS = 2_000


@dataclass(frozen=True)
class Outcome(NoTruthValue):
    """A verdict with what a reader needs to follow it."""

    verdict: Verdict
    evidence: Evidence | None = None
    explanation: tuple[str, ...] = ()
    counterexample: Counterexample | None = None


class Decision(Resolution):
    """One statement on its way to a verdict."""

    def run(self) -> Outcome:
        """Raises Undecided or Undefined."""
        try:
            self.resolve()
        except NoLimit as reason:
            if (blame := self._equated(reason)) is None:
                raise
            return Outcome(Verdict.REFUTED, Evidence.ENCLOSURE, (str(reason),), blame)
        return self.settle()

    def _equated(self, missing: NoLimit) -> Counterexample | None:
        """The counterexample to `limit(...) == number` for a limit that does not exist; else None (stays undecided)."""
        formula = self.statement.formula
        if not isinstance(formula, Relation) or formula.op != "==":
            return None
        for side, other in ((formula.lhs, formula.rhs), (formula.rhs, formula.lhs)):
            if not isinstance(side, Expr) or side.op != "name" or not isinstance(other, Expr | Infinity):
                continue
            if self.statement.functionals.get(side.args[0]) == missing.functional:
                self._require_domain()
                value = other if isinstance(other, Infinity) else closed_real(other)
                return Counterexample({}, "no limit", str(value))
        return None

    def settle(self) -> Outcome:
        """Decide the formula, its numbers and products known. Raises Undecided or Undefined."""
        formula = self.statement.formula
        if isinstance(formula, Connective) and formula.op == "and":
            return self._conjunction(formula.parts)
        return self._decide(formula)

    def _conjunction(self, parts: tuple[Formula, ...]) -> Outcome:
        """A conjunction holds on the domain when each part does; parts are decided one by one while they can be.

        All pointwise parts are decided together, because a point where any of them is undefined is not in the domain.
        """
        pointwise = tuple(p for p in parts if self._is_pointwise(p))
        others = [p for p in parts if not self._is_pointwise(p)]
        groups = [*others, *([Connective("and", pointwise)] if pointwise else [])]
        outcomes: list[Outcome] = []
        undecided: Undecided | None = None
        for group in groups:
            try:
                outcomes.append(self._decide(group))
            except Undecided as reason:
                undecided = undecided or reason
        if undecided is not None:  # what is not decided may be undefined, and then the whole is neither true nor false
            raise undecided
        if (refuted := next((o for o in outcomes if o.verdict is not Verdict.PROVED), None)) is not None:
            return refuted
        exact_only = all(outcome.evidence is Evidence.EXACT for outcome in outcomes)
        return Outcome(Verdict.PROVED, Evidence.EXACT if exact_only else Evidence.ENCLOSURE, tuple(self.notes))

    def _is_pointwise(self, part: Formula) -> bool:
        return any(isinstance(r, Relation) and self.names(r) for r in relations(part))

    def _decide(self, formula: Formula) -> Outcome:
        leaves = relations(formula)
        names = frozenset().union(*(self.names(leaf) for leaf in leaves))
        where_names: frozenset[str] = frozenset()
        if self.statement.where is not None:
            where_names = frozenset().union(*(self.names(r) for r in relations(self.statement.where)))
        if not names:
            return self._decide_closed(formula)
        unresolved = {n for leaf in leaves for n in self.placeholders(leaf)}
        if unresolved:
            return self._decide_against_number(formula)
        all_names = names | where_names
        if len(all_names) == 1:
            return self._decide_on_line(formula, next(iter(all_names)))
        return self._decide_several(formula, all_names)

    def _decide_closed(self, formula: Formula) -> Outcome:
        self._require_domain()
        truth, blame = self.closed_truth(formula)
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
        names = frozenset().union(*(self.names(r) for r in relations(where)))
        if len(names) > 1:
            if not case_split.has_point(points.translate(where, self._atom), tuple(sorted(names))):
                raise Undecided("no point was found that satisfies the condition")
            return
        line = self.condition(next(iter(names), "x"))
        if not any((*line.gaps, *line.at)):
            raise Undecided("the domain is empty: nothing satisfies the condition")

    def _uses_functions(self, leaf: Relation) -> bool:
        for side in (leaf.lhs, leaf.rhs):
            if isinstance(side, SetFunctional):
                return True
            if isinstance(side, Expr) and any(
                not is_exact(self.statement.functionals[n].kind)
                for n in ex.free_names(side) & self.statement.functionals.keys()
            ):
                return True
        return False

    def closed_truth(self, formula: Formula) -> tuple[bool, Counterexample | None]:
        if isinstance(formula, Connective):
            results = [self.closed_truth(part) for part in formula.parts]
            if formula.op == "not":
                truth, blame = results[0]
                return not truth, blame or Counterexample({}, "true", "false")
            blames = [blame for truth, blame in results if not truth and blame]
            truths = [truth for truth, _ in results]
            return (all(truths) if formula.op == "and" else any(truths)), (blames[0] if blames else None)
        if isinstance(formula, Predicate):
            body, region = self.substitute(formula.body), self._predicate_region(formula)
            answer = decide_property(Question(formula, body, region, self.number))
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
        if outer := self._open_names(q.body) - set(q.names):
            texts = self.statement.product_texts
            raise Undecided(f"{q.text} depends on {', '.join(sorted(texts.get(n.rstrip('~'), n) for n in outer))}")
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

    def _open_names(self, formula: Formula) -> frozenset[str]:
        """The names that a formula depends on beside those bound inside it: also through its numbers and products."""
        found: frozenset[str] = frozenset()
        for leaf in relations(formula):
            inner = isinstance(leaf, Quantified)
            found |= self._open_names(leaf.body) - set(leaf.names) if inner else self.names(leaf)
        return found

    def _compare_closed(self, formula: Relation, left: Real, right: Real) -> int:
        """The order of two sides, each proved to be a number: then what cancels between them may."""
        if isinstance(formula.lhs, Expr) and isinstance(formula.rhs, Expr) and not (left.infinite or right.infinite):
            if formula.lhs is formula.rhs or normal_form.is_zero(self.difference(formula)):
                return 0
        return compare(left, right)

    def _predicate_region(self, p: Predicate) -> Line[bool] | None:
        return self.region(p.variable) if p.variable is not None else None

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
            found, notes = set_value(side, self.substitute(side.body), self.region(side.variable))
            self.notes += notes
            return found
        if isinstance(side, SetDisplay):
            return union([singleton(self.finite_number(m)) for m in side.members])
        if isinstance(side, SetValue):
            found, notes = set_value(side, None, None)
            self.notes += notes
            return found
        return union([singleton(self.number(side))])

    def _decide_on_line(self, formula: Formula, variable: str) -> Outcome:
        if (probe := self._failing_probe(formula, variable)) is not None:
            with suppress(Undecided, Undefined):
                explain(self, formula, variable, self.domain(variable))
            blame_there = counterexample(self, formula, {variable: probe})
            return Outcome(Verdict.REFUTED, Evidence.EXACT, tuple(self.notes), blame_there)
        region = self.domain(variable)
        try:
            truth = self.truth_line(formula, variable, region)
        except Undecided as reason:
            region = self._one_period(formula, variable, reason)
            truth = self.truth_line(formula, variable, region)
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
        symbolic = all(is_identity(self, leaf, variable) for leaf in relations(formula) if isinstance(leaf, Relation))
        evidence = Evidence.EXACT if symbolic else Evidence.ENCLOSURE
        explain(self, formula, variable, region)
        if blame is None:
            return Outcome(Verdict.PROVED, evidence, tuple(self.notes))
        index, is_gap = blame
        at = sample(*line.ends(index)) if is_gap else line.marks[index]
        if self.is_count(variable):
            at = self._whole_counterexample(line, variable)
        return Outcome(Verdict.REFUTED, evidence, tuple(self.notes), counterexample(self, formula, {variable: at}))

    def _one_period(self, formula: Formula, variable: str, reason: Undecided) -> Line[bool]:
        """A domain on which a formula of periodic functions takes every truth it ever takes. Raises Undecided."""
        leaves = [leaf for leaf in relations(formula) if self.names(leaf)]
        if self.statement.where is not None or self.products or not all(isinstance(leaf, Relation) for leaf in leaves):
            raise reason
        length = period(variable, *(self.difference(leaf) for leaf in leaves if isinstance(leaf, Relation)))
        if length is None:
            raise reason
        self.notes.append(f"repeats after {to_text(length)}")
        return Line((exact(0), exact(length)), (True, True), (False, True, False))

    def _failing_probe(self, formula: Formula, variable: str) -> Real | None:
        """A counterexample among a few simple points: cheaper than a chart, and nicer to read."""
        if self.products:
            return None
        tree = points.translate(formula, self._atom)
        condition = self.statement.where
        where = True if condition is None else points.translate(condition, self._atom)
        for value in (*points.SAMPLES, 1000, -1000):
            point = {variable: fmpq(value)}
            try:
                with budget(PROBE_STEPS):
                    if points.evaluate(where, point) and not points.evaluate(tree, point):
                        return exact(fmpq(value))
            except (Undecided, Undefined):
                continue
        return None

    def _whole_counterexample(self, line: Line[Any], variable: str) -> Real:
        """A whole number at which the statement fails; proofs may cover all reals, refutations must not."""
        for n in range(1, MAX_COUNT):
            both = merge([line, sign_line(ex.name(variable) - n, variable)])
            for i, (truth, sign) in enumerate(both.at):
                if sign == 0 and truth[0] is True and truth[1] is False:
                    return both.marks[i]
        raise Undecided(f"false for some real {variable}, but for no whole one up to {MAX_COUNT}")

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
        shape = decided_landscape(self.substitute(body), variable, self.region(variable))
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

    def _atom(self, leaf: Leaf) -> points.Atom:
        if not isinstance(leaf, Relation) or not self.names(leaf):
            return self.closed_truth(leaf)[0]
        if isinstance(leaf.lhs, Infinity) or isinstance(leaf.rhs, Infinity):
            raise Undecided("a comparison with oo next to other relations")
        return self.difference(leaf), leaf.op

    def _decide_several(self, formula: Formula, names: frozenset[str]) -> Outcome:
        case = points.Question(
            points.translate(formula, self._atom),
            points.translate(self.statement.where, self._atom) if self.statement.where is not None else True,
            tuple(sorted(names)),
            {p.variable: p.region for p in self.products.values() if p.variable in names},
            frozenset(name for name in names if self.is_count(name)),
        )
        answer = case_split.decide(case)
        self.notes += answer.notes
        if answer.counterexample is None:
            return Outcome(Verdict.PROVED, answer.evidence, tuple(self.notes))
        at = {name: exact(value) for name, value in answer.counterexample.items()}
        return Outcome(Verdict.REFUTED, Evidence.EXACT, tuple(self.notes), counterexample(self, formula, at))


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
