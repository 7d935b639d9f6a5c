"""A product of n factors compared with the n-th power of a number, for every n, through one factor.

From abs(f) <= g at every argument follows abs(product) <= g^n for every n >= 1, since absolute values multiply, and
from abs(f) < g the same with <; from f >= g >= 0 follows product >= g^n. A product of one factor is that factor: where
the comparison fails for n = 1, it fails. f and g may depend on further names, which are the same in every factor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..expressions.printing import to_text
from ..language.syntax import Connective, Formula, Relation, Statement, relations
from .integrands import sides


@dataclass(frozen=True)
class FactorComparison:
    """The comparison of one factor from which that of the product follows, and that of the product of one factor."""

    premise: Statement
    single: Statement
    count: str
    note: str


def comparison(statement: Statement) -> FactorComparison | None:
    """The reduction of `product op g**n` to one factor, for a free n; None for another statement."""
    if len(statement.products) != 1:
        return None
    ((placeholder, (factor, count, variable)),) = statement.products.items()
    if any(placeholder in ex.free_names(f.body) for f in statement.functionals.values()):
        return None
    product = ex.name(placeholder)
    for side, other, op in sides(statement):
        if side not in (product, ex.switch("abs", product)) or count.op != "name":
            continue
        sign, base = _root(other, count)
        if base is None or count.args[0] in _names(statement, factor, base):
            return None
        if variable in ex.free_names(base):
            if variable in _names(statement):
                return None
            factor = calculus.substitute(factor, {variable: ex.name(f"{variable}#")})
        return _reduced(statement, op, factor, base, sign, side is not product, count.args[0])
    return None


def _reduced(
    statement: Statement, op: str, factor: Expr, base: Expr, sign: int, sized: bool, count: str
) -> FactorComparison | None:
    size = ex.switch("abs", factor)
    above = op.startswith(">")
    if sign < 0 and (sized or not above):
        return None  # a size is never below 0; a product below -g^n for every n is none for n = 2
    if above and sign > 0:
        premise = _relation(op, size if sized else factor, base)
    else:
        premise = _relation(op.replace(">", "<"), size, base)
    # Of a base above 0 a power has a value whatever n is taken to be: elsewhere nothing is refuted, and what is proved
    # holds for the powers that whole n have. A size says by itself that the base is not below 0.
    needed: Formula = premise
    if above and sign > 0 and not ex.is_nonnegative(base):
        needed = Connective("and", (premise, _relation(">=", base, ex.ZERO)))
    positive = None if base.positive else _relation(">", base, ex.ZERO)
    parts = [part for part in (statement.where, positive) if part is not None]
    where = Connective("and", tuple(parts)) if parts else None
    plain = replace(statement, products={}, product_texts={})
    single = replace(plain, formula=_relation(op, size if sized else factor, sign * base), where=where)
    return FactorComparison(replace(plain, formula=needed), single, count, f"every factor: {premise.text}")


def _relation(op: str, lhs: Expr, rhs: Expr) -> Relation:
    left, right = to_text(lhs), to_text(rhs)
    return Relation(op, lhs, rhs, f"{left} {op} {right}", left, right)


def _root(e: Expr, count: Expr) -> tuple[int, Expr | None]:
    """(1, g) of g**n and (-1, g) of -g**n, for a product of such powers too."""
    sign, bases = 1, list[Expr]()
    for factor in ex.factors(e):
        if factor.value is not None and factor.value == -1:
            sign = -1
        elif factor.op == "pow" and factor.args[1] is count:
            bases.append(factor.args[0])
        else:
            return sign, None
    return sign, ex.mul(*bases) if bases else None


def _names(statement: Statement, *parts: Expr) -> frozenset[str]:
    """The names in a condition and in parts of the formula, those inside numbers among them."""
    names: set[str] = set()
    formulas = [*parts]
    for leaf in [] if statement.where is None else relations(statement.where):
        if isinstance(leaf, Relation):
            formulas += [side for side in (leaf.lhs, leaf.rhs) if isinstance(side, Expr)]
    for e in formulas:
        names |= ex.free_names(e)
        for placeholder in ex.free_names(e) & statement.functionals.keys():
            names |= ex.free_names(statement.functionals[placeholder].body)
    return frozenset(names)
