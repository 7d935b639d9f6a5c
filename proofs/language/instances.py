"""A statement at given values of some of its names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..expressions import calculus
from ..expressions.expr import Expr
from .syntax import (
    Connective,
    Formula,
    IntervalDisplay,
    Leaf,
    Predicate,
    Quantified,
    Relation,
    SetDisplay,
    SetFunctional,
    Statement,
    fold,
    relations,
    terms,
)


def instance(statement: Statement, values: Mapping[str, Expr]) -> Statement:
    """The statement with names replaced by closed expressions wherever they are free."""
    functionals = {
        key: replace(f, body=_at(f.body, values, *f.bound), at=_at(f.at, values))
        for key, f in statement.functionals.items()
    }
    products = {
        key: (_at(factor, values, variable), _at(count, values), variable)
        for key, (factor, count, variable) in statement.products.items()
    }
    where = None if statement.where is None else _formula(statement.where, values)
    formula = _formula(statement.formula, values)
    return replace(statement, formula=formula, where=where, functionals=functionals, products=products)


def bound_names(formula: Formula) -> frozenset[str]:
    """The names that quantifiers, properties and sets bind."""
    names: frozenset[str] = frozenset()
    for leaf in relations(formula):
        if isinstance(leaf, Quantified):
            names |= {*leaf.names} | bound_names(leaf.body)
        else:
            names = names.union(*(bound for _, bound in terms(leaf)))
    return names


def _formula(formula: Formula, values: Mapping[str, Expr]) -> Formula:
    def filled(leaf: Leaf) -> Formula:
        match leaf:
            case Relation(lhs=lhs, rhs=rhs):
                return replace(leaf, lhs=_at(lhs, values), rhs=_at(rhs, values))
            case Predicate(variable=bound):
                names = () if bound is None else (bound,)
                parts = {part: _at(getattr(leaf, part), values, *names) for part in ("body", "other", "at", "rate")}
                return replace(leaf, **parts)
            case Quantified(names=names, body=body):
                return replace(leaf, body=_formula(body, {k: v for k, v in values.items() if k not in names}))

    return fold(formula, filled, Connective)


def _at(part: Any, values: Mapping[str, Expr], *bound: str) -> Any:
    """A part of a statement, in which some names are bound."""
    match part:
        case Expr():
            return calculus.substitute(part, {name: value for name, value in values.items() if name not in bound})
        case SetDisplay(members=members):
            return SetDisplay(tuple(_at(member, values) for member in members))
        case IntervalDisplay(low=low, high=high):
            return replace(part, low=_at(low, values), high=_at(high, values))
        case SetFunctional(body=body, variable=variable, at=at):
            names = () if variable is None else (variable,)
            return replace(part, body=_at(body, values, *names), at=_at(at, values))
        case _:
            return part
