"""The words that the language is built of: elementary functions, derivatives, products, intervals, quantifiers.

Words about whole functions, such as sup(f) and increasing(f), are declared where they are decided.
"""

from __future__ import annotations

import ast
from functools import lru_cache, partial

from flint import fmpq

from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.inverses import inverse
from .reader import Constant, Elementary, Number, Reader, Set, Truth, table
from .source import MAX_EXPONENT, in_pairs, quoted, source_text
from .syntax import Connective, Formula, Infinity, IntervalDisplay, Quantified, StatementError, relations
from .tables import table_of

MAX_ORDER = 6
MAX_LEAVES = 32
"""Relations and properties that an equivalence connects: written out it has each of them twice."""


# --- derivatives and products


def _derivative(reader: Reader, node: ast.Call) -> Expr:
    if node.keywords or len(node.args) not in (1, 2, 3):
        raise StatementError(f"{quoted(node)}: expected D(f), D(f, order) or D(expression, variable, order)")
    body = reader.expression(node.args[0])
    if _nesting(body) >= MAX_ORDER:
        raise StatementError(f"{quoted(node)}: derivatives up to order {MAX_ORDER} are read")
    variable, order = None, 1
    match node.args[1:]:
        case []:
            pass
        case [ast.Name(id=variable)]:
            pass
        case [ast.Name(id=variable), ast.Constant(value=int(order))] if not isinstance(order, bool):
            pass
        case [ast.Constant(value=int(order))] if not isinstance(order, bool):
            pass
        case _:
            order = -1
    least = 0 if variable is None else 1
    if not least <= order <= MAX_ORDER:
        raise StatementError(f"{quoted(node)}: the order must be a whole number from {least} to {MAX_ORDER}")
    if variable is None:
        return calculus.derivative(body, reader.variable(body, node), order=order)
    if reader.is_taken(variable):
        raise StatementError(f"{quoted(node)}: {variable!r} is not a variable")
    reader.refuse_product(body, variable, node)
    if any(variable == reader.held.products[name][2] for name in reader.held.products_in(body)):
        raise StatementError(f"{quoted(node)}: a product of independent factors has no derivative")
    return calculus.derivative(body, variable, order=order)


@lru_cache(maxsize=4096)
def _nesting(e: Expr) -> int:
    """How many derivatives stand inside one another."""
    inner = max((_nesting(c) for c in ex.children(e)), default=0) if e.switching else 0
    return inner + (e.op == "derivative")


def _product(reader: Reader, node: ast.Call) -> Expr:
    reader.arguments(node, "product", 2)
    factor, count = map(reader.expression, node.args)
    whole = count.value is not None and count.value.q == 1 and 1 <= count.value <= MAX_EXPONENT
    if not (whole or count.op == "name"):
        raise StatementError(f"{quoted(node)}: n must be a whole number from 1 or a free name")
    return reader.held.product(factor, count, reader.variable(factor, node), source_text(node))


# --- the largest and the smallest of numbers


def _extreme(name: str, reader: Reader, node: ast.Call) -> Expr:
    if node.keywords or len(node.args) < 2:
        raise StatementError(f"{quoted(node)}: {name} takes two or more numbers{extremum_hint(node)}")
    return in_pairs(list(map(reader.expression, node.args)), lambda a, b: ex.switch(name, a, b))


def extremum_hint(node: ast.Call) -> str:
    """The hint at sup or inf for max or min of one function; empty for any other call."""
    match node:
        case ast.Call(func=ast.Name(id="max" | "min" as name), args=[function]):
            kind, word = ("largest", "sup") if name == "max" else ("smallest", "inf")
            return f"; the {kind} value of a function is {word}({source_text(function)})"
        case _:
            return ""


# --- tables


def _table(reader: Reader, node: ast.Call) -> Expr:
    if reader.is_taken("x"):
        raise StatementError(f"{quoted(node)}: a table is a function of x")
    return table_of(node).function


# --- inverse functions


def _inverse(reader: Reader, node: ast.Call) -> Expr:
    body = reader.argument(node, "inverse")
    variable = reader.variable(body, node)
    if ex.free_names(body) - {variable} or (solved := inverse(body, variable, ex.name("x"))) is None:
        raise StatementError(
            f"{quoted(node)}: expected a function of one name that occurs once in its formula, "
            "inside + - * / ** exp log tanh sinh alone"
        )
    return solved


# --- sets


def _interval(opened: bool, reader: Reader, node: ast.Call) -> IntervalDisplay:
    keywords = reader.arguments(node, "open_interval" if opened else "interval", 2, ("left", "right"))
    low, high = map(reader.extended, node.args)
    ends = {"left": opened, "right": opened}
    for side, kind in keywords.items():
        if not isinstance(kind, ast.Name) or kind.id not in ("open", "closed"):
            raise StatementError(f"{quoted(node)}: {side} must be open or closed")
        ends[side] = kind.id == "open"
    return IntervalDisplay(
        low, high, ends["left"] or isinstance(low, Infinity), ends["right"] or isinstance(high, Infinity)
    )


# --- quantifiers and equivalence


def _quantified(kind: str, reader: Reader, node: ast.Call) -> Formula:
    if len(node.args) < 2 or node.keywords:
        raise StatementError(f"{quoted(node)}: expected {kind}(x, FORMULA): names, then the formula")
    *bound, body = node.args
    names = tuple(reader.bound_name(name, node) for name in bound)
    if len(set(names)) < len(names):
        raise StatementError(f"{quoted(node)}: a name is bound twice")
    return Quantified(kind, names, reader.formula(body), source_text(node))


def _equivalence(reader: Reader, node: ast.Call) -> Formula:
    """Each of two formulas where the other holds: both `not p or q` and `not q or p`."""
    reader.arguments(node, "iff", 2)
    p, q = map(reader.formula, node.args)
    if len(relations(p)) + len(relations(q)) > MAX_LEAVES:
        raise StatementError(f"{quoted(node)}: iff connects up to {MAX_LEAVES} relations, an inner iff counted twice")
    return Connective("and", (_implication(p, q), _implication(q, p)))


def _implication(p: Formula, q: Formula) -> Formula:
    return Connective("or", (Connective("not", (p,)), q))


def _only_reserved(reader: Reader, node: ast.Call) -> Formula:
    """No call is: the word is taken so that nobody takes it for a name."""
    raise reader.no_truth(node)


def _rounded(e: Expr) -> Expr:
    """The nearest whole number; of two, the even one."""
    nearest = ex.switch("floor", e + fmpq(1, 2))
    odd = nearest - 2 * ex.switch("floor", nearest * fmpq(1, 2))
    return nearest - ex.switch("if", "==", e + fmpq(1, 2) - nearest, odd, ex.ZERO)


def _logarithm(e: Expr) -> Expr:
    if e is ex.ZERO:
        raise StatementError("log(0) is undefined")
    return ex.function("log", e)


def _normal_cdf(reader: Reader, node: ast.Call) -> Expr:
    return ex.normal_cdf(reader.argument(node, "Phi"))


CORE = table(
    *(Elementary(name, partial(ex.function, name)) for name in ex.FUNCTIONS if name != "log"),
    *(Elementary(name, partial(ex.switch, name)) for name in ("abs", "sign")),
    Elementary("floor", partial(ex.switch, "floor")),
    Elementary("ceil", lambda e: -ex.switch("floor", -e)),
    Elementary("round", _rounded),
    Elementary("log", _logarithm),
    Elementary("sqrt", ex.sqrt),
    Elementary("asin", ex.arcsine),
    Elementary("acos", lambda e: ex.PI / 2 - ex.arcsine(e)),
    Number("Phi", _normal_cdf, lambda _: ex.normal_cdf(ex.name("x"))),
    Constant("pi", ex.PI),
    Constant("e", ex.exp(ex.ONE)),
    Constant("oo", Infinity(1)),
    Constant("reals", IntervalDisplay(Infinity(-1), Infinity(1), True, True)),
    Number("D", _derivative),
    Number("product", _product),
    Number("table", _table),
    Number("inverse", _inverse),
    *(Number(name, partial(_extreme, name)) for name in ("max", "min")),
    Set("interval", partial(_interval, False)),
    Set("open_interval", partial(_interval, True)),
    *(Truth(name, partial(_quantified, name)) for name in ("exists", "forall")),
    Truth("iff", _equivalence),
    *(Truth(name, _only_reserved) for name in ("true", "false")),
)
ELEMENTARY = frozenset(word.name for word in CORE.values() if isinstance(word, Elementary))
