"""Numbers computed from whole functions, held under placeholder names until the engine has computed them.

A placeholder has a `#` in it, which no name of a statement has.
"""

from __future__ import annotations

from ..expressions import expr as ex
from ..expressions.expr import Expr
from .syntax import (
    Formula,
    Functional,
    IntervalDisplay,
    Predicate,
    Quantified,
    Relation,
    SetDisplay,
    SetFunctional,
    relations,
)


class Placeholders:
    """The functionals and products of one statement."""

    def __init__(self) -> None:
        self.functionals: dict[str, Functional] = {}
        self.products: dict[str, tuple[Expr, Expr, str]] = {}
        """Placeholder -> (factor, count, the factor's variable)."""
        self.product_texts: dict[str, str] = {}
        self._names: dict[object, str] = {}

    def functional(self, functional: Functional) -> Expr:
        """A number that is to be computed, as its placeholder."""
        name = self._names.setdefault(functional, f"{functional.kind}#{len(self._names)}{ex.UNSETTLED}")
        self.functionals[name] = functional
        return ex.name(name)

    def product(self, factor: Expr, count: Expr, variable: str, text: str) -> Expr:
        """The product of `count` values of a factor at independent arguments, as its placeholder."""
        name = self._names.setdefault(("product", factor, count), f"product#{len(self._names)}")
        self.products[name] = (factor, count, variable)
        self.product_texts[name] = text
        return ex.name(name)

    def products_in(self, e: Expr) -> frozenset[str]:
        """The placeholders of products in an expression."""
        return ex.free_names(e) & self.products.keys()

    def inside_numbers(self, e: Expr) -> set[str]:
        """The names that the functionals in an expression depend on."""
        names: set[str] = set()
        for placeholder in ex.free_names(e) & self.functionals.keys():
            f = self.functionals[placeholder]
            names |= (ex.free_names(f.body) | self.inside_numbers(f.body)) - f.bound
            names |= ex.free_names(f.at) if isinstance(f.at, Expr) and f.second is not None else set()
        return names

    def names_of(self, formula: Formula) -> set[str]:
        """The names in a formula: those that are free, and those over which its numbers, sets and quantifiers range."""
        names: set[str] = set()
        for leaf in relations(formula):
            match leaf:
                case Quantified(names=bound, body=body):
                    names |= {*bound} | self.names_of(body)
                case Predicate():
                    names |= self._names_in(leaf.body, leaf.other, leaf.at, leaf.rate) | _variable_of(leaf)
                case Relation(lhs=lhs, rhs=rhs):
                    names |= self._names_in(lhs, rhs)
        return names

    def _names_in(self, *values: object) -> set[str]:
        names: set[str] = set()
        for value in values:
            match value:
                case Expr():
                    for name in ex.free_names(value):
                        if (inner := self.functionals.get(name)) is not None:
                            names |= self._names_in(inner.body, inner.at) | _variable_of(inner)
                        elif name in self.products:
                            factor, count, variable = self.products[name]
                            names |= self._names_in(factor, count) | {variable}
                        else:
                            names.add(name)
                case SetDisplay(members=members):
                    names |= self._names_in(*members)
                case IntervalDisplay(low=low, high=high):
                    names |= self._names_in(low, high)
                case SetFunctional():
                    names |= self._names_in(value.body, value.at) | _variable_of(value)
                case _:
                    pass
        return names


def _variable_of(node: Functional | SetFunctional | Predicate) -> set[str]:
    if isinstance(node, Functional):
        return {*node.bound}
    return set() if node.variable is None else {node.variable}
