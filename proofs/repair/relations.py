"""How a refuted relation between numbers can be repaired: candidates, nearest first, each to be proved by its reader.

`<=` for `<`, the tight bound, the largest set of x, the value of a number, how far two functions are apart, a simple
condition on the names.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flint import fmpq

from ..cases.answers import Point
from ..catalogue.parse import parse_expression, parse_statement
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..functions.landscape import decided_landscape
from ..language.syntax import Infinity, Relation, relations
from ..reals.reals import Real
from .trees import parse, unparsed
from .wording import (
    OPPOSITE,
    Candidate,
    Refuted,
    approximation,
    arguments,
    both,
    condition,
    difference,
    directed,
    scaled,
    shifted,
    source,
    valued,
    written,
)


def for_relation(r: Relation, refuted: Refuted) -> Iterator[Iterator[Candidate]]:
    """Ways of repairing a relation between numbers, nearest first."""
    if not r.left_text:  # approx(a, b, rel=r)
        yield _with_the_error_there_is(r, refuted)
        return
    left, right = r.left_text, r.right_text
    if r.op in ("<", ">"):
        yield iter([(f"{left} {r.op}= {right}", refuted.where)])
    names = refuted.names
    if refuted.statement.products:
        yield _product_bound(r, refuted)
        yield _power_bound(r, refuted)
    elif not names:
        yield _numbers(r, refuted)
    elif len(names) == 1:
        (variable,) = names
        if r.op in ("==", "!="):
            yield _on_intervals(r, refuted, variable)
            yield _distance(r, refuted, variable)
        else:
            yield from (_tight_bound(r, refuted, variable), where_it_holds(refuted))[:: -1 if refuted.where else 1]
    else:
        yield _scaled(r, refuted)
        yield narrowed(refuted)
    if r.op == "==" and names:
        yield iter([(f"{left} {op} {right}", refuted.where) for op in ("<=", ">=")])
        yield where_it_holds(refuted)


def bounded_side(r: Relation, variable: str) -> tuple[Expr, bool]:
    """The expression bounded by a number (a side, or the difference of both), and whether from above."""
    lhs, rhs = _numbers_of(r)
    if variable not in ex.free_names(lhs):
        return rhs, r.op in (">", ">=")
    return (lhs if variable not in ex.free_names(rhs) else lhs - rhs), r.op in ("<", "<=")


def with_bound(r: Relation, variable: str, op: str, bound: Real, up: bool) -> str:
    """The relation with another number as the bound of bounded_side."""
    lhs, rhs = _numbers_of(r)
    if variable not in ex.free_names(lhs):
        return f"{written(bound, up)} {op} {r.right_text}"
    if variable not in ex.free_names(rhs):
        return f"{r.left_text} {op} {written(bound, up)}"
    return f"{r.left_text} {op} {shifted(r.right_text, bound, up)}"


def _numbers_of(r: Relation) -> tuple[Expr, Expr]:
    assert isinstance(r.lhs, Expr) and isinstance(r.rhs, Expr)
    return r.lhs, r.rhs


def _tight_bound(r: Relation, refuted: Refuted, variable: str) -> Iterator[Candidate]:
    body, upper = bounded_side(r, variable)
    shape = decided_landscape(refuted.filled(body), variable, refuted.region(variable))
    extremum = shape.sup if upper else shape.inf
    if not extremum.value.infinite:
        op = r.op[0] + ("=" if extremum.attained else "")
        yield with_bound(r, variable, op, extremum.value, upper), refuted.where


def _distance(r: Relation, refuted: Refuted, variable: str) -> Iterator[Candidate]:
    """How far apart the two sides of an equation are."""
    lhs, rhs = map(refuted.filled, _numbers_of(r))
    sup = decided_landscape(ex.switch("abs", lhs - rhs), variable, refuted.region(variable)).sup
    if r.op == "==" and not sup.value.infinite:
        apart = f"abs({difference(r.left_text, r.right_text)})"
        yield f"{apart} {'<=' if sup.attained else '<'} {written(sup.value, True)}", refuted.where


def where_it_holds(refuted: Refuted) -> Iterator[Candidate]:
    """The same on the largest part of the domain on which it is true."""
    formula = refuted.statement.formula
    if len(refuted.names) == 1 and not refuted.statement.products:
        (variable,) = refuted.names
        if (where := condition(refuted.inside(formula, variable), variable)) is not None:
            yield source(formula), where


def _on_intervals(r: Relation, refuted: Refuted, variable: str) -> Iterator[Candidate]:
    """where_it_holds for an equation that holds on whole intervals, not only at single points."""
    if any(refuted.inside(r, variable).gaps):
        yield from where_it_holds(refuted)


ONE_NAME = (
    "{} >= 0", "{} <= 1", "{} != 0", "{} > 0", "abs({}) <= 1", "{} <= 0", "{} >= 1", "{} < 0",
)  # fmt: skip
TWO_NAMES = (
    "{0} != {1}", "{0} <= {1}", "{0} >= {1}", "{0} < {1}", "{0} > {1}",
    "{0} >= 0 and {1} >= 0", "{0} <= 0 and {1} <= 0", "{0} >= 0 and {1} <= 0", "{0} > 0 and {1} > 0",
    "{0} == {1}", "{0} == -{1}",
)  # fmt: skip
SPECIAL_VALUES = ("{} == 1", "{} == 0")
FACTORS = (2, 4, 10)
MAX_CONDITIONS = 200
"""Conditions tried; five names have fewer."""


def narrowed(refuted: Refuted) -> Iterator[Candidate]:
    """A statement in several names under a simple condition, one that the counterexample does not satisfy."""
    names = sorted(refuted.names)
    couples = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    conditions = [c.format(name) for c in ONE_NAME for name in names]
    conditions += [c.format(*couple) for couple in couples for c in TWO_NAMES]
    conditions += [c.format(name) for c in SPECIAL_VALUES for name in names]
    for where in conditions[:MAX_CONDITIONS]:
        if not _holds_at(where, refuted.point):
            yield source(refuted.statement.formula), both(refuted.where, where)


def _scaled(r: Relation, refuted: Refuted) -> Iterator[Candidate]:
    """A bound in several names, made a few times wider."""
    if r.op in ("==", "!=") or not isinstance(r.rhs, Expr) or isinstance(r.lhs, Infinity):
        return
    for factor in FACTORS:
        wider = r.rhs * factor
        text = str(wider.value) if wider.value is not None else scaled(r.right_text, factor)
        yield f"{r.left_text} {r.op} {text}", refuted.where


def _holds_at(where: str, point: Point) -> bool:
    """Whether one of the conditions above holds at a point."""
    values = {name: ex.rational(x) for name, x in point.items() if isinstance(x, fmpq)}
    for r in relations(parse_statement(where).formula):
        assert isinstance(r, Relation)
        lhs, rhs = _numbers_of(r)
        value = calculus.substitute(lhs - rhs, values).value
        if value is None or not ex.holds(r.op, (value > 0) - (value < 0)):
            return False
    return True


def _numbers(r: Relation, refuted: Refuted) -> Iterator[Candidate]:
    """The value of one side, or which of the two is larger."""
    left, right = r.left_text, r.right_text
    computed = [refuted.is_computed(side) for side in (r.lhs, r.rhs)]
    if all(computed) and r.op != "==":
        yield f"{left} {OPPOSITE[r.op]} {right}", refuted.where
    shown, side = (right, r.rhs) if computed == [False, True] else (left, r.lhs)
    if any(computed):
        yield valued(shown, refuted.decision.number(side)), refuted.where
    elif not isinstance(parse(shown), ast.Constant):
        value = refuted.decision.number(side)
        is_exact = value.rational is not None
        yield f"{shown} == {written(value)}" if is_exact else approximation(shown, value), refuted.where
    for op in ("<", ">"):
        yield f"{left} {op} {right}", refuted.where


def _with_the_error_there_is(r: Relation, refuted: Refuted) -> Iterator[Candidate]:
    """approx(a, b, rel=...) with a tolerance that holds."""
    a, b, tolerance = arguments(r.text)
    lhs, rhs = _numbers_of(r)
    error = refuted.decision.number(lhs / rhs * parse_expression(tolerance))
    yield f"approx({a}, {b}, rel={directed(error, True, 3)})", refuted.where


def _product_bound(r: Relation, refuted: Refuted) -> Iterator[Candidate]:
    """The extremum of a product with a fixed number of factors."""
    for placeholder, product in refuted.decision.products.items():
        text = refuted.statement.product_texts[placeholder]
        if product.parts and text in (r.left_text, r.right_text):
            upper = (r.op in ("<", "<=")) == (text == r.left_text)
            kind, part = ("sup", product.parts[-1]) if upper else ("inf", product.parts[0])
            value, closed = (part.high, part.high_closed) if upper else (part.low, part.low_closed)
            if not value.infinite:
                yield f"{text} {'<' if upper else '>'}{'=' if closed else ''} {written(value, upper)}", refuted.where
            yield f"{kind}({text}) == {written(value)}", refuted.where


def _power_bound(r: Relation, refuted: Refuted) -> Iterator[Candidate]:
    """A product of n factors, compared with the n-th power of another number: the largest size of a factor, or a wider
    bound."""
    sign, tree = "", parse(r.right_text)
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        sign, tree = "-", tree.operand
    if not (isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Pow) and r.op not in ("==", "!=")):
        return
    base, count = unparsed(tree.left), unparsed(tree.right)
    wider = r.op.startswith("<") or sign == "-"
    for text in refuted.statement.product_texts.values() if wider else ():
        match parse(text):
            case ast.Call(args=[factor, _]):
                yield f"{r.left_text} {r.op[0]}= {sign}sup(abs({unparsed(factor)}))**{count}", refuted.where
            case _:
                pass
    for multiple in FACTORS:
        other = scaled(base, multiple) if wider else f"{base}/{multiple}"
        yield f"{r.left_text} {r.op} {sign}({other})**{count}", refuted.where
