"""One statement on its way to a verdict: proved, refuted with a counterexample, or undecided with the reason.

Numbers like sup(f) and E(f) are computed first. A formula in free names remains: none (compare numbers), one
(cut the line where any relation changes its truth and look at every part), or several (:mod:`cases.case_split`).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

from flint import fmpq

from ..budget import Undecided
from ..cases import case_split, convex_sums, points
from ..cases.answers import Answer, connected
from ..cases.sign_rules import interval
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.landscape import decided_landscape
from ..functions.sign_charts import common_period, sign_line
from ..functions.step_functions import Line, merge, sample
from ..language.instances import bound_names
from ..language.syntax import (
    FALSE,
    TRUE,
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
    fold,
    is_pointwise,
    relations,
)
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined
from ..reals.reals import Real, compare, exact
from ..reals.sets import RealSet, equal, union
from ..reals.sets import point as singleton
from ..verdicts import Counterexample, Evidence
from ..vocabulary.numbers import NoLimit
from ..vocabulary.properties import Question
from ..vocabulary.values import closed_real, describe_extremum, digits
from ..vocabulary.words import beyond, decide_property, is_exact, naming, set_value
from .explanations import explain, is_identity, refuted
from .products import product_of
from .properties_by_parameter import condition, described, subject
from .reductions import REDUCTIONS, parameters_of, through_factor, through_instances
from .resolution import Resolution, free_names, union_of

MAX_COUNT = 40
"""Whole numbers tried as a counterexample for the n of a product."""


class Decision(Resolution):
    """One statement on its way to a verdict."""

    def run(self) -> Answer:
        """The answer, with the sentences about its numbers. Raises Undecided or Undefined."""
        try:
            return self._directly()
        except Undecided:
            for reduction in REDUCTIONS:
                if (answer := reduction(self)) is not None:
                    return answer
            raise

    def _directly(self) -> Answer:
        where = self.statement.where
        closed = [] if where is None else [leaf for leaf in relations(where) if not self.names(leaf)]
        try:
            notes = [note for leaf in closed for note in self.closed_truth(leaf).notes] + [*self.resolve()]
        except NoLimit as reason:
            if (blame := self._equated(reason)) is None:
                raise
            return Answer(False, (str(reason),), blame, Evidence.ENCLOSURE)
        if any(product.is_irrational for product in self.products.values()):
            if (answer := through_factor(self)) is not None:  # the search would be long, and in vain
                return answer
        return self.settle().after(*notes)

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

    def settle(self) -> Answer:
        """The answer where numbers and products are known. Raises Undecided or Undefined."""
        formula, notes = self.in_parameters(self.statement.formula)
        answer = self._settle(formula)
        if not (parameters := parameters_of(self)):
            return answer
        if answer.truth:
            return replace(answer, evidence=Evidence.ENCLOSURE).after(*notes)
        # The function at these parameters is one without any: it is asked for the counterexample.
        at = {name: answer.point[name] for name in parameters if name in answer.point}
        refutation = through_instances(self, [at] if len(at) == len(parameters) else None)
        if refutation is None:
            raise Undecided("; ".join([*notes, f"not confirmed for any value of {', '.join(parameters)}"]))
        return refutation.after(*notes)

    def in_parameters(self, formula: Formula) -> tuple[Formula, list[str]]:
        """A formula with its properties of functions with parameters as conditions on these, and what they are."""
        notes: list[str] = []

        @cache
        def condition_of(leaf: Leaf) -> Formula:
            if is_pointwise(leaf) or not self.names(leaf):
                return leaf
            if (variable := subject(leaf)) is None or variable in self.names_in(self.statement.where):
                raise Undecided(f"{leaf.text} depends on {', '.join(sorted(self.names(leaf)))}")
            with naming(leaf.text):
                truth = condition(leaf, self._closed_but_for_names, self.premises(anywhere=False))
            notes.append(f"{leaf.text}: {described(truth, self.allowed)}")
            if not ex.free_names(truth) and truth.value is not None:
                return TRUE if truth.value else FALSE
            return Relation("==", truth, ex.ONE, leaf.text)

        return fold(formula, condition_of, Connective), notes

    def _closed_but_for_names(self, e: Expr) -> Expr:
        """An expression with the numbers in it written out. Raises Undecided."""
        e = self.substitute(e)
        if ex.free_names(e) & (self.values.keys() | self.statement.products.keys()):
            raise Undecided("a number without an exact form in a function with parameters")
        return e

    def _settle(self, formula: Formula) -> Answer:
        if isinstance(formula, Connective) and formula.op == "and" and formula.parts:
            return self._conjunction(formula.parts)
        return self._decide(formula)

    def _conjunction(self, parts: tuple[Formula, ...]) -> Answer:
        """A conjunction holds on the domain when each part does; parts are decided one by one while they can be.

        All pointwise parts are decided together, because a point where any of them is undefined is not in the domain.
        """
        pointwise = tuple(p for p in parts if self.names_in(p))
        others = [p for p in parts if not self.names_in(p)]
        answers: list[Answer] = []
        notes: tuple[str, ...] = ()
        undecided: Undecided | None = None
        for group in [*others, *([Connective("and", pointwise)] if pointwise else [])]:
            try:
                answers.append(self._decide(group).after(*notes))
                notes = answers[-1].notes
            except Undecided as reason:
                undecided = undecided or reason
        if undecided is not None:  # what is not decided may be undefined, and then the whole is neither true nor false
            raise undecided
        for answer in answers:
            if not answer.truth:
                return answer
        exact_only = all(answer.evidence is Evidence.EXACT for answer in answers)
        return Answer(True, notes, evidence=Evidence.EXACT if exact_only else Evidence.ENCLOSURE)

    def _decide(self, formula: Formula) -> Answer:
        names = self.names_in(formula)
        if not names:
            return self._decide_closed(formula)
        if any(map(self.placeholders, relations(formula))):
            return self._decide_against_number(formula)
        names |= self.names_in(self.statement.where)
        decided, notes = self.without_closed(formula)
        if len(names) > 1:
            return self._decide_several(formula, decided, names).after(*notes)
        (variable,) = names
        return self._decide_on_line(formula, decided, variable).after(*notes)

    def _decide_closed(self, formula: Formula) -> Answer:
        self._require_domain()
        answer = self.closed_truth(formula)
        computed = any(not isinstance(leaf, Relation) or self._uses_functions(leaf) for leaf in relations(formula))
        evidence = Evidence.EXACT if self.exact_only and not computed else Evidence.ENCLOSURE
        return replace(answer, counterexample=None if answer.truth else answer.counterexample, evidence=evidence)

    def _require_domain(self) -> None:
        """A statement over an empty domain is undecided, even where it does not mention the restricted name."""
        where = self.statement.where
        if where is None:
            return
        names = self.names_in(where)
        if len(names) > 1:
            if not case_split.has_point(self.to_zero(where), tuple(sorted(names))):
                raise Undecided("no point was found that satisfies the condition")
            return
        line = self.condition(next(iter(names), "x"))
        if not any((*line.gaps, *line.at)):
            raise Undecided("the domain is empty: nothing satisfies the condition")

    def _uses_functions(self, leaf: Relation) -> bool:
        kinds = (f.kind for name, f in self.statement.functionals.items() if name in free_names(leaf))
        is_set = isinstance(leaf.lhs, SetFunctional) or isinstance(leaf.rhs, SetFunctional)
        return is_set or not all(map(is_exact, kinds))

    def closed_truth(self, formula: Formula) -> Answer:
        return fold(formula, self._closed_leaf, connected)

    def _closed_leaf(self, leaf: Leaf) -> Answer:
        if isinstance(leaf, Predicate):
            region = None if leaf.variable is None else self.region(leaf.variable)
            return decide_property(Question(leaf, self.substitute(leaf.body), region, self.number))
        if isinstance(leaf, Quantified):
            return self._quantified(leaf)
        if isinstance(leaf.lhs, SetValue) or isinstance(leaf.rhs, SetValue):
            return self._sets(leaf)
        left, right = self.number(leaf.lhs), self.number(leaf.rhs)
        order = self._order(leaf, left, right)
        note = f"{leaf.text}: {digits(left)} {('<', '==', '>')[order + 1]} {digits(right)}"
        if ex.holds(leaf.op, order):
            return Answer(True, (note,))
        blame = self._points_beyond(leaf, left, right) or Counterexample({}, digits(left), digits(right))
        return Answer(False, (note,), blame, left=left)

    def _points_beyond(self, leaf: Relation, left: Real, right: Real) -> Counterexample | None:
        """Points that show a side which is a number of a function to be above the other."""
        for side, value, bound in ((leaf.lhs, left, right), (leaf.rhs, right, left)):
            if isinstance(side, Expr) and side.op == "name" and compare(value, bound) > 0:
                if (f := self.statement.functionals.get(side.args[0])) is not None:
                    return beyond(f, self.substitute(f.body), self._region_of(f), bound)
        return None

    def _quantified(self, q: Quantified) -> Answer:
        """forall is a statement of its own; exists is refuted by the proof of its opposite, and proved by a witness."""
        exists = q.kind == "exists"
        if outer := self._open_names(q.body) - set(q.names):
            texts = self.statement.product_texts
            names = sorted(texts.get(product_of(name)[0], name) for name in outer)
            outside = f"depends on {', '.join(names)}: a quantifier is decided where it binds all names in it"
            raise Undecided(f"{q.text} {outside}")
        where_names = self.names_in(self.statement.where)
        confined = bool(where_names & set(q.names))
        if confined and not where_names <= set(q.names):
            raise Undecided(f"where {self.statement.where_text!r} relates bound names of {q.text} to other names")
        formula = Connective("not", (q.body,)) if exists else q.body
        keeps = confined or bool(where_names & bound_names(q.body))
        unconfined = {} if keeps else {"where": None, "where_text": None}
        inner = Decision(replace(self.statement, formula=formula, **unconfined))
        inner.values, inner.products, inner.exact_only = self.values, self.products, self.exact_only
        answer = inner.settle()
        if not exists:
            return answer
        if answer.truth:
            return Answer(False, answer.notes, Counterexample({}, "no such point", "a point"))
        if answer.counterexample is None:
            return replace(answer, truth=True)
        at = ", ".join(f"{name} = {value}" for name, value in answer.counterexample.at.items())
        return replace(answer, truth=True, notes=(*answer.notes, f"{q.text}: true at {at}"))

    def _open_names(self, formula: Formula) -> frozenset[str]:
        """The names that a formula depends on beside those bound inside it: also through its numbers and products."""
        return union_of(
            self._open_names(leaf.body) - set(leaf.names) if isinstance(leaf, Quantified) else self.names(leaf)
            for leaf in relations(formula)
        )

    def _order(self, r: Relation, left: Real, right: Real) -> int:
        """The order of two sides, each proved to be a number: then what cancels between them may."""
        if left is right and left.infinite:
            return 0
        if isinstance(r.lhs, Expr) and isinstance(r.rhs, Expr) and not (left.infinite or right.infinite):
            if r.lhs is r.rhs or normal_form.is_zero(self.difference(r)):
                return 0
        return compare(left, right)

    def _sets(self, r: Relation) -> Answer:
        (left, left_notes), (right, right_notes) = self._as_set(r.lhs), self._as_set(r.rhs)
        truth = equal(left, right) == (r.op == "==")
        return Answer(truth, (*left_notes, *right_notes), None if truth else Counterexample({}, str(left), str(right)))

    def _as_set(self, side: object) -> tuple[RealSet, tuple[str, ...]]:
        """A side as a set, and the sentences that say how it was found."""
        if isinstance(side, SetFunctional):
            if side.kind == "range" and (product := self._product_body(side.body)) is not None:
                if not product.parts:
                    raise Undecided(f"the set of values of {side.text}")
                values = union(product.parts)
                return values, (f"{side.text} = {values}: {product.note}",)
            assert side.variable is not None
            return set_value(side, self.substitute(side.body), self.region(side.variable))
        if isinstance(side, SetDisplay):
            return union([singleton(self.finite_number(m)) for m in side.members]), ()
        if isinstance(side, SetValue):
            return set_value(side, None, None)
        return union([singleton(self.number(side))]), ()

    def _decide_on_line(self, formula: Formula, decided: Formula, variable: str) -> Answer:
        """A formula in one name; `decided` is the same with the truth of its closed parts."""
        probe = None
        if not self.products:
            probe = points.failing_sample(self.to_zero(decided), self.to_zero(self.statement.where), variable)
        if probe is not None:
            notes: tuple[str, ...] = ()
            with suppress(Undecided, Undefined):
                notes = explain(self, formula, variable, self.domain(variable))
            return refuted(self, formula, {variable: exact(probe)}, notes, Evidence.EXACT)
        region, notes = self.domain(variable), ()
        try:
            truth = self.truth_line(decided, variable, region)
        except Undecided as reason:
            region, note = self._one_period(formula, variable, reason)
            truth, notes = self.truth_line(decided, variable, region), (note,)
        line = merge([region, truth])
        if not any(inside and holds is not None for inside, holds in (*line.gaps, *line.at)):
            raise Undecided("the domain is empty: nothing satisfies the condition with every term defined")
        symbolic = all(is_identity(self, leaf, variable) for leaf in relations(formula) if isinstance(leaf, Relation))
        evidence = Evidence.EXACT if symbolic else Evidence.ENCLOSURE
        notes += explain(self, formula, variable, region)
        gaps, marks = ([i for i, at in enumerate(values) if at == (True, False)] for values in (line.gaps, line.at))
        exact_marks = [line.marks[i] for i in marks if line.marks[i].exact is not None]
        if not (gaps or marks):
            return Answer(True, notes, evidence=evidence)
        if self.is_count(variable):
            at = self._whole_counterexample(line, variable)
        elif exact_marks:
            at = exact_marks[-1]
        else:
            at = sample(*line.ends(gaps[0])) if gaps else line.marks[marks[0]]
        return refuted(self, formula, {variable: at}, notes, evidence)

    def _one_period(self, formula: Formula, variable: str, reason: Undecided) -> tuple[Line[bool], str]:
        """A period of all functions in a formula, and the sentence that says so. Raises Undecided."""
        leaves = [leaf for leaf in relations(formula) if self.names(leaf)]
        if self.statement.where is not None or self.products or not all(isinstance(leaf, Relation) for leaf in leaves):
            raise reason
        length = common_period(variable, *(self.difference(leaf) for leaf in leaves if isinstance(leaf, Relation)))
        if length is None:
            raise reason
        domain = interval(exact(0), exact(length))
        assert domain is not None
        return domain, f"repeats after {to_text(length)}"

    def _whole_counterexample(self, line: Line[Any], variable: str) -> Real:
        """A whole number at which the statement fails; proofs may cover all reals, refutations must not."""
        for n in range(1, MAX_COUNT):
            both = merge([line, sign_line(ex.name(variable) - n, variable)])
            for i, (truth, sign) in enumerate(both.at):
                if sign == 0 and truth[0] is True and truth[1] is False:
                    return both.marks[i]
        raise Undecided(f"false for some real {variable}, but for no whole one up to {MAX_COUNT}")

    def _decide_against_number(self, formula: Formula) -> Answer:
        """f(x) op c for all x, with c known by enclosures: compare c with the extremum of f."""
        if not isinstance(formula, Relation) or formula.op in ("==", "!="):
            raise Undecided("a relation between a function and a number without an exact form, inside a larger formula")
        self._require_domain()
        assert isinstance(formula.lhs, Expr) and isinstance(formula.rhs, Expr)
        flipped = bool(ex.free_names(formula.lhs) & self.values.keys())
        body, other = (formula.rhs, formula.lhs) if flipped else (formula.lhs, formula.rhs)
        names = ex.free_names(body)
        if ex.free_names(other) - self.values.keys() or names & self.values.keys() or len(names) != 1:
            raise Undecided("a number without an exact form next to free names")
        (variable,) = names
        shape = decided_landscape(self.substitute(body), variable, self.region(variable))
        upper = (formula.op in ("<", "<=")) != flipped
        extremum = shape.sup if upper else shape.inf
        order = compare(extremum.value, self.number(other)) * (1 if upper else -1)
        strict = formula.op in ("<", ">")
        holds = order < 0 or (order == 0 and not (strict and extremum.attained))
        notes = (describe_extremum("the extremum", shape, "sup" if upper else "inf"),)
        if holds:
            return Answer(True, notes, evidence=Evidence.ENCLOSURE)
        if not extremum.at:
            raise Undecided("the bound is exceeded only in a limit")
        at = extremum.at[0]
        sides = (digits(extremum.value), digits(self.number(other)))
        blame = Counterexample({variable: str(at)}, *(sides[::-1] if flipped else sides))
        return Answer(False, notes, blame, Evidence.ENCLOSURE)

    def _decide_several(self, formula: Formula, decided: Formula, names: frozenset[str]) -> Answer:
        """A formula in several names; `decided` is the same with the truth of its closed parts."""
        question = points.Question(
            self.to_zero(decided),
            self.to_zero(self.statement.where),
            tuple(sorted(names)),
            {p.variable: p.region for p in self.products.values() if p.variable in names},
            frozenset(name for name in names if self.is_count(name)),
        )
        answer = case_split.decide(question, lambda: convex_sums.proof(question, lambda s: type(self)(s).run()))
        if answer.truth:
            return answer
        at = {name: exact(value) for name, value in answer.point.items() if isinstance(value, fmpq)}
        return refuted(self, formula, at, answer.notes, Evidence.EXACT)
