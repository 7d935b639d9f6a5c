"""A sum of values of one function at several arguments, compared through one variable.

Three theorems make a question in one variable t of one in many names, where s runs over the arguments:

- *Jensen*: for f convex on an interval that holds every s, and weights w > 0 of sum W, sum w f(s) >= W f(sum w s / W);
  weights that depend on a parameter are not below 0 where the condition holds, and have the sum 1;
- *Petrovic*: for f concave on [0, oo) and k arguments s >= 0 of sum S, sum f(s) >= f(S) + (k - 1) f(0): no f(s) lies
  below the chord, (1 - s/S) f(0) + (s/S) f(S), and where S = 0 both sides are k f(0);
- *Lipschitz*: abs(f(s) - f(s')) <= c abs(s - s') where c is at least the Lipschitz constant of f.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeAlias

from flint import fmpq

from ..budget import Undecided, budget, exhausted
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.sign_charts import signs_within
from ..functions.step_functions import Line, constant, hull, merge
from ..language.syntax import Connective, Formula, Functional, Predicate, Relation, Statement, conjuncts
from ..normal_forms import normal_form
from ..normal_forms.signs import Undefined
from ..reals.reals import Real, compare
from ..verdicts import Evidence
from . import fourier_motzkin, points, sign_rules
from .answers import Answer
from .case_split import CaseSplit

STEPS = 30_000
"""Steps spent on one question in one variable."""
T = ex.name("t")

Form: TypeAlias = "tuple[tuple[str, fmpq], ...]"
"""A linear form, its first coefficient 1, by its names in order."""


@dataclass(frozen=True)
class Premise:
    """A statement in one variable from which a question in several names follows, and the sentence that says so."""

    statement: Statement
    note: str


def proof(question: points.Question, run: Callable[[Statement], Answer]) -> Answer | None:
    """The proof of a question through one variable, decided by `run`; None where none is found."""
    for premise in premises(question):
        with suppress(Undecided, Undefined), budget(STEPS):
            answer = run(premise.statement)
            if answer.truth:
                return Answer(True, (*answer.notes, premise.note), evidence=Evidence.ENCLOSURE)
        if exhausted():
            break
    return None


def premises(question: points.Question) -> Iterator[Premise]:
    """Statements in one variable, from each of which an inequality between such sums follows."""
    if question.regions or question.counts or not isinstance(question.formula, Relation):
        return
    e, op = points.compared(question.formula)
    if op in ("<", "<="):
        e, op = -e, op.replace("<", ">")
    if op not in (">", ">="):
        return
    yield from _lipschitz(e, op, question)
    if op == ">=":
        yield from _convex_combination(e, question)
    functions, constant = _by_argument(e)
    for target in functions:
        others = {form: f for form, f in functions.items() if form != target}
        weights = _weights([*others.values()])
        if len(others) < 2 or weights is None:
            continue
        ratio = _ratio_of_forms([*zip(others, weights, strict=True)], target)
        if ratio is None:
            continue
        f, size = next(iter(others.values())), sum(weights, fmpq(0))
        rest = _at(functions[target], T * (size / ratio)) + constant
        where = _interval(question, [*others])
        yield _premise("convex", f, Relation(op, size * f + rest, ex.ZERO, ""), where, "Jensen's inequality")
        if f.total and set(weights) == {fmpq(1)} and all(_is_nonnegative(form, question) for form in others):
            rest = _at(functions[target], T * (1 / ratio)) + constant + (size - 1) * _at(f, ex.ZERO)
            yield _premise(
                "concave", f, Relation(op, f + rest, ex.ZERO, ""), Relation(">=", T, ex.ZERO, "t >= 0"),
                "Petrovic's inequality for a concave function on [0, oo)",
            )  # fmt: skip


def _convex_combination(e: Expr, question: points.Question) -> Iterator[Premise]:
    """sum w f(x) - f(sum w x) >= 0, the weights w depending on one name."""
    for parameter in question.names:
        parts = [_weighted(term, parameter) for term in ex.terms(e)]
        weighted = [part for part in parts if part is not None]
        if len(weighted) != len(parts) - 1 or len(weighted) < 2:
            continue
        (mixed,) = (term for term, part in zip(ex.terms(e), parts, strict=True) if part is None)
        f = weighted[0][2]
        weights = [(name, weight * ratio) for name, weight, g in weighted if (ratio := _ratio(f, g)) is not None]
        total = _number(ex.add(*(weight for _, weight in weights)))
        if len({name for name, _ in weights}) != len(parts) - 1 or not total:
            continue
        f, weights = total * f, [(name, weight * (1 / total)) for name, weight in weights]
        mean = ex.add(*(weight * ex.name(name) for name, weight in weights))
        if not _are_nonnegative([weight for _, weight in weights], parameter, question):
            continue
        if normal_form.is_zero(mixed + _at(f, mean)):
            where = _interval(question, [((name, fmpq(1)),) for name, _ in weights])
            yield _premise("convex", f, Relation(">=", ex.ZERO, ex.ZERO, ""), where, "Jensen's inequality")


def _weighted(term: Expr, parameter: str) -> tuple[str, Expr, Expr] | None:
    """x, w and f of a term w f(x) whose weight depends on a parameter; None for another term."""
    weights = [factor for factor in ex.factors(term) if ex.free_names(factor) <= {parameter}]
    others = [factor for factor in ex.factors(term) if factor not in weights]
    names = frozenset[str]().union(*map(ex.free_names, others)) if others else frozenset[str]()
    if len(names) != 1 or parameter in names:
        return None
    (name,) = names
    return name, ex.mul(*weights), calculus.substitute(ex.mul(*others), {name: T})


def _number(e: Expr) -> fmpq | None:
    """The rational number that an expression is throughout, or None."""
    try:
        return normal_form.canonical(e).value if e.total else None
    except normal_form.TooComplex:
        return None


def _are_nonnegative(weights: Sequence[Expr], parameter: str, question: points.Question) -> bool:
    """Whether weights are not below 0 where the condition lets their parameter be."""
    try:
        region = CaseSplit(question).allowed().get(parameter) or constant(True)
        lines = [merge([region, signs_within(weight, parameter, region)]) for weight in weights]
    except (Undecided, Undefined):
        return False
    return all(sign in (0, 1) for line in lines for inside, sign in (*line.gaps, *line.at) if inside)


def _premise(shape: str, f: Expr, relation: Relation, where: Formula | None, theorem: str) -> Premise:
    """The premise that f has a shape and that what the theorem leaves holds for every t."""
    assert isinstance(relation.lhs, Expr)
    text, compared = f"{shape}({to_text(f)})", f"{to_text(relation.lhs)} {relation.op} 0"
    formula: Formula = Predicate(shape, f, text, T.args[0])
    if relation.op == ">=" and normal_form.is_zero(relation.lhs):
        return Premise(Statement(text, formula, {}, where, _text(where)), theorem)
    left = replace(relation, text=compared, left_text=to_text(relation.lhs), right_text="0")
    formula = Connective("and", (formula, left))
    return Premise(Statement(text, formula, {}, where, _text(where)), f"{theorem} leaves {compared}")


def _text(where: Formula | None) -> str | None:
    parts = [] if where is None else conjuncts(where)
    return " and ".join(part.text for part in parts if isinstance(part, Relation)) or None


def _lipschitz(e: Expr, op: str, question: points.Question) -> Iterator[Premise]:
    """c abs(s - s') - abs(f(s) - f(s')) + d >= 0 for a number d >= 0, and > 0 for d > 0."""
    parts = [ex.split_coefficient(term) for term in ex.terms(e)]
    sizes = [(factor, part.args[0]) for factor, part in parts if part.op == "abs"]
    numbers = [factor for factor, part in parts if part is ex.ONE]
    if len(sizes) != 2 or len(sizes) + len(numbers) != len(parts) or not ex.holds(op, _sign(sum(numbers, fmpq(0)))):
        return
    for (up, gap), (down, rise) in (sizes, sizes[::-1]):
        functions, constant = _by_argument(rise)
        if not (down < 0 < up and len(functions) == 2 and fourier_motzkin.form(gap)):
            continue
        (first, f), (second, g) = functions.items()
        width = _width(gap, first, second)
        if width is None or not normal_form.is_zero(f + g + constant):
            continue
        bound, text = ex.rational(abs(width) * up / -down), f"lipschitz({to_text(f)})"
        number = Functional("lipschitz", f, text, T.args[0])
        name = ex.name("lipschitz#0" + ex.UNSETTLED)
        relation = Relation("<=", name, bound, f"{text} <= {to_text(bound)}")
        where = _interval(question, [first, second])
        statement = Statement(relation.text, relation, {name.args[0]: number}, where, _text(where))
        yield Premise(statement, "two values differ by at most that times the distance of the arguments")


def _sign(x: fmpq) -> int:
    return (x > 0) - (x < 0)


def _width(gap: Expr, first: Form, second: Form) -> fmpq | None:
    """The k with gap = k (s - s'), or None."""
    affine = fourier_motzkin.form(gap)
    if affine is None or affine[1] != 0:
        return None
    difference = _combined([(first, fmpq(1)), (second, fmpq(-1))])
    return _multiple({name: c for name, c in affine[0].items() if c}, difference)


# --- terms as functions of linear forms


def _by_argument(e: Expr) -> tuple[dict[Form, Expr], Expr]:
    """The terms as functions of t at linear forms, and the constant; nothing where a term is of another kind."""
    functions: dict[Form, Expr] = {}
    constant = ex.ZERO
    for term in ex.terms(e):
        if not ex.free_names(term):
            constant += term
        elif (part := _function_of_form(term)) is not None:
            functions[part[0]] = functions.get(part[0], ex.ZERO) + part[1]
        else:
            return {}, ex.ZERO
    return functions, constant


def _function_of_form(term: Expr) -> tuple[Form, Expr] | None:
    """The one linear form that a term is a function of, and that function of t; None where there are several."""
    forms: set[Form] = set()

    def visit(e: Expr) -> Expr:
        affine = fourier_motzkin.form(e)
        coefficients = [] if affine is None else sorted((name, c) for name, c in affine[0].items() if c)
        if affine is not None and coefficients:
            leading = coefficients[0][1]
            forms.add(tuple((name, c / leading) for name, c in coefficients))
            return T * leading + affine[1]
        if e.op == "derivative":
            body, bound, at = e.args
            forms.update(((name, fmpq(0)),) for name in ex.free_names(body) - {bound})  # no form of the argument
            return calculus.derivative(body, bound, visit(at))
        return calculus.rebuild(e, visit)

    body = visit(term)
    form = forms.pop() if len(forms) == 1 else ()
    return (form, body) if any(c for _, c in form) else None


def _weights(functions: Sequence[Expr]) -> list[fmpq] | None:
    """The positive multiples of the first function that these are, or None."""
    weights = [_ratio(functions[0], g) for g in functions] if functions else []
    known = [w for w in weights if w is not None]
    return known if functions and len(known) == len(weights) else None


def _ratio(f: Expr, g: Expr) -> fmpq | None:
    """The r > 0 with g = r f, or None."""
    if g is f:
        return fmpq(1)
    parts = [ex.split_coefficient(term) for term in ex.terms(f) if ex.free_names(term)]
    others = {rest: factor for factor, rest in map(ex.split_coefficient, ex.terms(g))}
    for factor, rest in parts[:1]:
        ratio = others.get(rest, fmpq(0)) / factor
        if ratio > 0 and normal_form.is_zero(g - ratio * f):
            return ratio
    return None


def _combined(forms: Sequence[tuple[Form, fmpq]]) -> dict[str, fmpq]:
    """The coefficients of a weighted sum of linear forms that are not 0."""
    total: dict[str, fmpq] = {}
    for form, weight in forms:
        for name, c in form:
            total[name] = total.get(name, fmpq(0)) + weight * c
    return {name: c for name, c in total.items() if c}


def _multiple(coefficients: Mapping[str, fmpq], of: Mapping[str, fmpq]) -> fmpq | None:
    """The number, not 0, by which one linear form is a multiple of another; None where it is not."""
    if not of or coefficients.keys() != of.keys():
        return None
    first, *others = (coefficients[name] / of[name] for name in of)
    return first if all(other == first for other in others) else None


def _ratio_of_forms(weighted: Sequence[tuple[Form, fmpq]], target: Form) -> fmpq | None:
    """The number p, not 0, with sum w s = p times the target, or None."""
    return _multiple(_combined(weighted), dict(target))


def _at(f: Expr, argument: Expr) -> Expr:
    return calculus.substitute(f, {T.args[0]: argument})


# --- where the arguments lie


def _interval(question: points.Question, forms: Sequence[Form]) -> Formula | None:
    """A condition on t that every argument satisfies, that of an interval; None for the whole line."""
    if any(len(form) > 1 for form in forms):
        return None
    try:
        regions = CaseSplit(question).allowed()
        lines = [regions[name] for form in forms for name, _ in form]
        ends = [hull(line) for line in lines]
    except (KeyError, Undecided, Undefined):
        return None
    bounds = [(_outermost([low for low, _ in ends], -1), ">"), (_outermost([high for _, high in ends], 1), "<")]
    parts: list[Formula] = []
    for end, op in bounds:
        if end is not None and end.exact is not None:
            op = op + "=" if any(_may_hold(line, end) for line in lines) else op
            parts.append(Relation(op, T, end.exact, f"t {op} {to_text(end.exact)}"))
    return Connective("and", tuple(parts)) if parts else None


def _outermost(ends: Sequence[Real], side: int) -> Real | None:
    """The lowest or the highest of ends; None where it is infinite."""
    outermost = ends[0]
    for end in ends:
        if outermost.infinite or end.infinite:
            return None
        outermost = end if compare(end, outermost) == side else outermost
    return outermost


def _may_hold(line: Line[bool], end: Real) -> bool:
    """Whether a region may contain its end: it does not where the end is a mark outside of it."""
    return not any(compare(mark, end) == 0 and not inside for mark, inside in zip(line.marks, line.at, strict=True))


def _is_nonnegative(form: Form, question: points.Question) -> bool:
    """Whether the linear parts of the condition say that a linear form is not below 0."""
    relations = (points.compared(part) for part in conjuncts(question.where) if isinstance(part, Relation))
    known = sign_rules.assumptions({}, relations)
    e = ex.add(*(ex.name(name) * c for name, c in form))
    return sign_rules.implied(e, known) <= sign_rules.NOT_NEGATIVE
