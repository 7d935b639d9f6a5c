"""A refuted statement as material for repairs: its numbers computed, its parts and its bounds as text again."""

from __future__ import annotations

import ast
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

from flint import fmpq

from ..budget import Undecided
from ..cases.answers import Answer
from ..decide.decision import Decision
from ..decide.resolution import free_names, union_of
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..functions.step_functions import Line, merge
from ..language.syntax import Connective, Formula, Quantified, Relation, Statement, is_pointwise, relations, terms
from ..reals.decimals import round_decimal
from ..reals.reals import Real
from .trees import ATOM, parse, substituted, unparsed

DIGITS = 19
"""Significant digits of a bound without a short exact form."""
MAX_PARTS = 6
"""Intervals that a condition may be made of."""
LONGEST_FORM = 80
"""Characters of an exact form that is shown instead of digits."""
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}

Candidate: TypeAlias = tuple[str, str | None]
"""A statement and its condition."""


class Refuted:
    """A refuted statement with the numbers in it computed."""

    def __init__(self, statement: Statement, answer: Answer) -> None:
        self.statement = statement
        self.where = statement.where_text
        self.at = {} if answer.counterexample is None else answer.counterexample.at
        self.point = answer.point

    @cached_property
    def decision(self) -> Decision:
        """The numbers and products of the statement. Raises Undecided."""
        decision = Decision(self.statement)
        decision.resolve()
        return decision

    @property
    def names(self) -> frozenset[str]:
        """The free names of the formula's relations, and the parameters of its properties and sets; numbers computed
        from whole functions have none."""
        return self.names_of(self.statement.formula)

    def names_of(self, formula: Formula) -> frozenset[str]:
        """The free names of relations, properties and sets; what was computed from whole functions is left out."""
        computed = self.statement.functionals.keys() | self.statement.products.keys()
        parameters = [
            ex.free_names(e) - bound - computed
            for leaf in relations(formula)
            if not is_pointwise(leaf)
            for e, bound in terms(leaf)
        ]
        names = union_of(map(free_names, relations(formula))) - self.statement.functionals.keys()
        return names | union_of(parameters)

    def is_computed(self, side: object) -> bool:
        """Whether a side contains a number computed from whole functions."""
        return isinstance(side, Expr) and bool(ex.free_names(side) & self.statement.functionals.keys())

    def filled(self, e: Expr) -> Expr:
        """An expression with the computed numbers that have an exact form written out."""
        values = self.decision.values if self.is_computed(e) else {}
        return calculus.substitute(e, {name: value.exact for name, value in values.items() if value.exact is not None})

    def region(self, variable: str) -> Line[bool] | None:
        """Where the condition holds; None without one on this name."""
        return self.decision.region(variable)

    def inside(self, formula: Formula, variable: str) -> Line[bool]:
        """Where a formula along its only name and the condition hold. Raises Undecided."""
        if self.decision.names_in(formula) != frozenset((variable,)):
            raise Undecided("a formula in other names")
        truth = self.decision.truth_line(self.decision.in_parameters(formula)[0], variable, None)
        return merge([truth, self.decision.condition(variable)]).map(lambda pair: pair == (True, True))


# --- formulas as text


def source(formula: Formula) -> str:
    """A formula as text in the statement language."""
    if not isinstance(formula, Connective):
        return formula.text
    if formula.op == "not":
        return f"not ({source(formula.parts[0])})"
    if not formula.parts:
        return "0 == 0" if formula.op == "and" else "0 == 1"
    # A comparison of matrices is one text, and one relation on the diagonal and one off it.
    joined = f" {formula.op} ".join(dict.fromkeys(source(part) for part in formula.parts))
    return f"({joined})" if formula.op == "or" else joined


def sides(r: Relation) -> tuple[str, str]:
    """The two sides as they are written. Raises Undecided where the relation is not written as one."""
    if not r.left_text:
        raise Undecided(f"{r.text} has no two sides")
    return r.left_text, r.right_text


def opposite(formula: Formula) -> Formula:
    """The formula that is true exactly where this one is false, wherever both are defined."""
    match formula:
        case Connective(op="not", parts=(inner,)):
            return inner
        case Connective(op=op, parts=parts):
            return Connective("or" if op == "and" else "and", tuple(map(opposite, parts)))
        case Relation(op=op, lhs=lhs, rhs=rhs, left_text=left, right_text=right) if left:
            return Relation(OPPOSITE[op], lhs, rhs, f"{left} {OPPOSITE[op]} {right}", left, right)
        case Quantified(kind=kind, names=names, body=body):
            other = "forall" if kind == "exists" else "exists"
            contrary = opposite(body)
            return Quantified(other, names, contrary, f"{other}({', '.join(names)}, {source(contrary)})")
        case leaf:
            return Connective("not", (leaf,))


def both(first: str | None, second: str | None) -> str | None:
    """Two conditions together."""
    conditions = [parse(text) for text in dict.fromkeys((first, second)) if text]
    return unparsed(ast.BoolOp(ast.And(), conditions)) if conditions else None


def arguments(call: str) -> list[str]:
    """The arguments of a call as they are written, keywords without their names."""
    tree = parse(call)
    assert isinstance(tree, ast.Call)
    return [unparsed(node) for node in (*tree.args, *(keyword.value for keyword in tree.keywords))]


def operand(text: str) -> str:
    """A term as an operand: in parentheses unless it is a call, a name or a number."""
    return unparsed(parse(text), ATOM)


def difference(left: str, right: str) -> str:
    """left - right, written."""
    return left if right == "0" else unparsed(ast.BinOp(parse(left), ast.Sub(), parse(right)))


def shifted(text: str, by: Real, up: bool) -> str:
    """text + by, with a number at its end taken in."""
    tree, offset = parse(text), by.rational
    if offset is None:
        number = parse(written(by, up))
    else:
        match tree:
            case ast.BinOp(left=first, op=ast.Add() | ast.Sub() as op, right=ast.Constant() as last):
                last_number = fmpq(*Fraction(unparsed(last)).as_integer_ratio())
                tree, offset = first, offset + (last_number if isinstance(op, ast.Add) else -last_number)
            case _:
                pass
        if offset == 0:
            return unparsed(tree)
        number = parse(rational_text(abs(offset)))
        number = ast.UnaryOp(ast.USub(), number) if offset < 0 else number
    if isinstance(number, ast.UnaryOp):
        return unparsed(ast.BinOp(tree, ast.Sub(), number.operand))
    return unparsed(ast.BinOp(tree, ast.Add(), number))


def scaled(text: str, factor: int) -> str:
    """A multiple of a term."""
    return unparsed(_scaled(parse(text), parse(str(factor))))


def _scaled(node: ast.expr, factor: ast.expr) -> ast.expr:
    match node:
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as op, right=right):
            return ast.BinOp(_scaled(left, factor), op, right)
        case _:
            return ast.BinOp(factor, ast.Mult(), node)


def applied(function: str, variable: str) -> str:
    """A function at its variable; an expression in the variable stands for itself."""
    return function if _mentions(parse(function), variable) else f"{operand(function)}({variable})"


def at_point(function: str, variable: str, value: str) -> str:
    """A function's value at a number."""
    tree = parse(function)
    if _mentions(tree, variable):
        return unparsed(substituted(tree, {variable: parse(value)}), ATOM)
    return f"{operand(function)}({value})"


def _mentions(tree: ast.AST, variable: str) -> bool:
    """Whether a tree is an expression in the variable, rather than a function's name or derivative."""
    match tree:
        case ast.Call(func=ast.Name(id="D")):
            return False
        case ast.Name(id=name):
            return name == variable
        case _:
            return any(_mentions(child, variable) for child in ast.iter_child_nodes(tree))


# --- sets and numbers as text


def condition(line: Line[bool], variable: str) -> str | None:
    """The set on which a line is true, as a condition; None where it is empty or in too many parts."""
    parts: list[list[str]] = []
    i = 0
    while i < len(line.gaps):
        start = i
        if line.gaps[i]:
            while i < len(line.at) and line.at[i] and line.gaps[i + 1]:
                i += 1
            parts.append(_interval(line, start, i, variable))
        elif i < len(line.at) and line.at[i] and not line.gaps[i + 1] and has_exact_form(line.marks[i]):
            parts.append([f"{variable} == {written(line.marks[i])}"])
        i += 1
    if len(parts) == 1:
        return " and ".join(parts[0])
    joined = [part[0] if len(part) == 1 else f"({' and '.join(part)})" for part in parts]
    return " or ".join(joined) if 0 < len(parts) <= MAX_PARTS else None


def _interval(line: Line[bool], first: int, last: int, variable: str) -> list[str]:
    """The bounds of an interval."""
    low, high = line.ends(first)[0], line.ends(last)[1]
    bounds: list[str] = []
    if not low.infinite:
        closed = line.at[first - 1] and has_exact_form(low)
        bounds.append(f"{variable} {'>=' if closed else '>'} {written(low, True)}")
    if not high.infinite:
        closed = line.at[last] and has_exact_form(high)
        bounds.append(f"{variable} {'<=' if closed else '<'} {written(high, False)}")
    return bounds or [f"{variable} == {variable}"]


def between(variable: str, low: Real, high: Real) -> str | None:
    """An open interval as a condition, its ends rounded inwards."""
    bounds = [] if low.infinite else [f"{variable} > {written(low, True)}"]
    bounds += [] if high.infinite else [f"{variable} < {written(high, False)}"]
    return " and ".join(bounds) or None


def has_exact_form(x: Real) -> bool:
    """Whether the number can be written out."""
    return bool(x.infinite) or x.recognise()


def valued(text: str, value: Real) -> str:
    """text has this value: exactly, or to many digits."""
    if has_exact_form(value) and len(exactly(value)) <= LONGEST_FORM:
        return f"{text} == {exactly(value)}"
    return approximation(text, value)


def approximation(text: str, value: Real) -> str:
    """text is this number to many digits."""
    return f"approx({text}, {value.decimal(DIGITS)}, digits={DIGITS})"


def written(x: Real, up: bool | None = None, digits: int = DIGITS) -> str:
    """A number for a statement: exact where short, else a decimal rounded up or down (or to nearest)."""
    if has_exact_form(x) and len(shown := exactly(x)) <= (24 if x.rational is not None else LONGEST_FORM):
        return shown
    return directed(x, up, digits)


def exactly(x: Real) -> str:
    """A number with an exact form, written out whatever its length."""
    if x.infinite:
        return "oo" if x.infinite > 0 else "-oo"
    assert x.exact is not None
    return to_text(x.exact) if x.rational is None else rational_text(x.rational)


def rational_text(value: fmpq) -> str:
    """A fraction, or a decimal where that is exact and the denominator is large."""
    if value.q > 100 and value.q % 5 == 0:
        shown, is_exact = round_decimal(value, 80)
        if is_exact:
            return shown
    return str(value)


def directed(x: Real, up: bool | None, digits: int) -> str:
    """A decimal not below (up) or not above the number, one unit in the last digit away at most."""
    return x.decimal(digits) if up is None else x.bound(1 if up else -1, digits)
