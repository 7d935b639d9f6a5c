"""Statements that are decided through another: of an integrand, of the parameter of a mean, of one factor, at one
value of the parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from flint import fmpq

from ..budget import LIMIT, Undecided, budget
from ..cases.answers import Answer, Point
from ..cases.points import points as all_points
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..language.instances import bound_names, instance
from ..language.syntax import TRUE, Connective, Relation, Statement, conjuncts, is_pointwise, relations
from ..normal_forms.signs import Undefined
from ..verdicts import Counterexample, Evidence
from ..vocabulary.values import digits
from . import factors
from .integrands import comparison, premises, sides
from .means_by_parameter import by_order, settle, without_limits
from .means_by_parameter import comparison as parameter_comparison
from .resolution import Resolution, union_of


def through_integrand(decision: Resolution) -> Answer | None:
    """The proof of an inequality between a mean and a number by the same between the integrand and the number."""
    if (compared := comparison(decision.statement)) is None:
        return None
    f, relation = compared
    if f.variable in decision.names_in(decision.statement.where):
        return None
    for statements in premises(decision.statement, f, relation):
        with suppress(Undecided, Undefined):
            if all(type(decision)(each).run().truth for each in statements):
                strictly = f" and {relation.op} for {f.variable} > 1" if len(statements) > 2 else ""
                note = f"{f.text}: its integrand is {relation.op[0]}= the other side for all {f.variable}{strictly}"
                return Answer(True, (note,), evidence=Evidence.ENCLOSURE)
    return None


def through_parameter(decision: Resolution) -> Answer | None:
    """The answer to a comparison of E(F(s*z)) with a number, for the s of a domain, or of E2(f(u)*g(v), c)."""
    question = parameter_comparison(decision.statement)
    if question is None or decision.names_in(decision.statement.where) - {question.of.parameter}:
        return None
    rest = {key: f for key, f in decision.statement.functionals.items() if f is not question.of.functional}
    others = type(decision)(replace(decision.statement, functionals=rest, formula=TRUE))
    with suppress(Undecided, Undefined):
        notes = others.resolve()
        if ex.free_names(others.written_out(question.number)) - others.values.keys():
            return None
        settled = settle(question, others.number(question.number), others.domain(question.of.parameter))
        if settled.truth:
            return Answer(True, (*notes, settled.note), evidence=Evidence.ENCLOSURE)
        assert settled.at is not None and settled.mean is not None
        sides = digits(settled.mean), digits(others.number(question.number))
        relation = decision.statement.formula
        turned = isinstance(relation, Relation) and relation.op != question.op
        blame = Counterexample({question.of.parameter: str(settled.at)}, *(sides[::-1] if turned else sides))
        return Answer(False, (*notes, settled.note), blame, Evidence.ENCLOSURE)
    return None


def through_order(decision: Resolution) -> Answer | None:
    """The answer to a comparison of a mean at two values of its parameter by that of the values."""
    with suppress(Undecided, Undefined):
        if (order := by_order(decision.statement)) is None:
            return None
        answer = type(decision)(order.statement).run()
        if answer.truth:
            return Answer(True, (order.note,), evidence=Evidence.ENCLOSURE)
        if order.mean.is_strict and answer.counterexample and (values := order.values(answer.point)) is not None:
            blame = replace(answer.counterexample, lhs=digits(values[0]), rhs=digits(values[1]))
            return Answer(False, (order.note,), blame, Evidence.ENCLOSURE, answer.point)
    return None


def through_limit(decision: Resolution) -> Answer | None:
    """The answer to a statement about limits of means in their parameters."""
    with suppress(Undecided, Undefined):
        if (other := without_limits(decision.statement)) is not None:
            return replace(type(decision)(other[0]).run().after(*other[1]), evidence=Evidence.ENCLOSURE)
    return None


UNEQUAL_STEPS = 2_000
"""Steps for a point at which many factors, all but one of them equal, fail."""


def through_factor(decision: Resolution) -> Answer | None:
    """The answer to a comparison of a product with an n-th power by that of one factor, or the proof of several."""
    formula = decision.statement.formula
    if isinstance(formula, Connective):
        parts = [replace(decision.statement, formula=part) for part in formula.parts]
        answers = [through_factor(type(decision)(part)) for part in parts] if formula.op == "and" else []
        notes = tuple(note for answer in answers if answer is not None for note in answer.notes)
        proved = answers and all(answer is not None and answer.truth for answer in answers)
        return Answer(True, notes, evidence=Evidence.ENCLOSURE) if proved else None
    if (reduction := factors.comparison(decision.statement)) is None:
        return None
    for premise, note in reduction.premises:
        with suppress(Undecided, Undefined):
            other = type(decision)(premise)
            answer = other.run()
            if any(value.infinite for value in other.values.values()):
                return None  # an infinite number may be compared with, and has no powers
            if answer.truth:
                return Answer(True, (*answer.notes, note), evidence=Evidence.ENCLOSURE)
    for power, count in (*reduction.powers, *reduction.unequal):
        with suppress(Undecided, Undefined), budget(LIMIT if count in factors.COUNTS else UNEQUAL_STEPS):
            answer = type(decision)(power).run()
            if not answer.truth and (blame := answer.counterexample) is not None:
                blame = replace(blame, at={**blame.at, reduction.count: str(count)})
                return Answer(False, answer.notes, blame, Evidence.ENCLOSURE, left=answer.left)
    return None


POINTWISE = {"sup": "<=", "inf": ">="}
"""The bounds that say of a function on a domain that is not empty what they say of its values: sup(f) is the least
number that no value exceeds."""


def through_points(decision: Resolution) -> Answer | None:
    """The answer to a bound of sup or inf by that to the same bound of the function at every point."""
    with suppress(Undecided, Undefined):
        if (statement := pointwise(decision.statement)) is not None:
            return type(decision)(statement).run().after(f"{decision.statement.text}: looked at point by point")
    return None


def pointwise(statement: Statement) -> Statement | None:
    """The statement about all points that means the same as one that bounds sup(f) or inf(f) by a number; else None."""
    for side, other, op in sides(statement):
        f = statement.functionals.get(side.args[0]) if side.op == "name" else None
        if f is None or POINTWISE.get(f.kind) != op or f.variable is None or ex.free_names(other):
            continue
        if ex.free_names(f.body) == frozenset((f.variable,)):
            rest = {key: value for key, value in statement.functionals.items() if value is not f}
            return replace(statement, formula=Relation(op, f.body, other, statement.text), functionals=rest)
    return None


INSTANCES = 8
"""Values of parameters that are tried, one after the other."""
INSTANCE_STEPS, INSTANCES_STEPS = 2_000, 6_000
"""Steps for one of them, and for all."""


def parameters_of(decision: Resolution) -> tuple[str, ...]:
    """The names on which properties and sets of functions depend."""
    leaves = [leaf for leaf in relations(decision.statement.formula) if not is_pointwise(leaf)]
    return tuple(sorted(union_of(map(decision.names, leaves))))


def _may_be_filled_in(decision: Resolution, names: Iterable[str]) -> bool:
    """Whether values can be filled in for names: none counts factors, and none is bound somewhere too, where the
    condition on it would be lost."""
    statement = decision.statement
    bound = union_of(f.bound for f in statement.functionals.values()) | bound_names(statement.formula)
    bound |= {variable for _, _, variable in statement.products.values()}
    return not any(name in bound or decision.is_count(name) for name in names)


def through_fixed_names(decision: Resolution) -> Answer | None:
    """The answer where the condition says which value a parameter has, by the statement at that value."""
    fixed: dict[str, Expr] = {}
    where = decision.statement.where
    for part in () if where is None else conjuncts(where):
        match part:
            case Relation(op="==", lhs=Expr(op="name", args=(name,)), rhs=Expr() as value) if not ex.free_names(value):
                fixed[name] = value
            case _:
                pass
    if not fixed.keys() & set(parameters_of(decision)) or not _may_be_filled_in(decision, fixed):
        return None
    with suppress(Undecided, Undefined):
        answer = type(decision)(instance(decision.statement, fixed)).run()
        if answer.truth:
            return answer
        blame = answer.counterexample or Counterexample({}, "false", "true")
        at = {**{name: to_text(value) for name, value in fixed.items()}, **blame.at}
        return replace(answer, counterexample=replace(blame, at=at))
    return None


def through_instances(decision: Resolution, points: Iterable[Point] | None = None) -> Answer | None:
    """The refutation at some value of the parameters, where the functions have none left."""
    parameters = parameters_of(decision)
    if not parameters or not _may_be_filled_in(decision, parameters):
        return None
    with budget(INSTANCES_STEPS):
        for point in _points(decision, parameters) if points is None else points:
            with suppress(Undecided, Undefined), budget(INSTANCE_STEPS):
                values = {name: ex.rational(x) for name, x in point.items() if isinstance(x, fmpq)}
                answer = type(decision)(instance(decision.statement, values)).run()
                if not answer.truth:
                    blame = answer.counterexample or Counterexample({}, "false", "true")
                    at = {**{name: str(x) for name, x in values.items()}, **blame.at}
                    return replace(answer, counterexample=replace(blame, at=at), point={**point, **answer.point})
    return None


def _points(decision: Resolution, parameters: tuple[str, ...]) -> Iterator[Point]:
    """Values of the parameters worth trying: the ends of where a single one may lie, then simple ones."""
    with suppress(Undecided, Undefined):
        if len(parameters) == 1:
            marks = decision.allowed(parameters[0]).marks
            yield from ({parameters[0]: mark.rational} for mark in marks if mark.rational is not None)
    yield from islice(all_points(parameters), INSTANCES)


REDUCTIONS: tuple[Callable[[Resolution], Answer | None], ...] = (
    through_integrand, through_parameter, through_order, through_limit, through_factor, through_points,
    through_fixed_names, through_instances,
)  # fmt: skip
"""The answers that are found through another statement; None where that does not decide."""
