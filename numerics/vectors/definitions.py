"""The functions of a row: the catalogue's vector activations, and its gates on the two halves of a row.

All that is ever computed of one, its vector-Jacobian products and their sensitivities included, is derived here from
its formula, for rows of every length at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from ...proofs.catalogue.entries import Activation, catalogue
from ...proofs.catalogue.parameters import Parameter, ParameterValue
from ...proofs.catalogue.vector_entries import VectorActivation, vector_catalogue
from ...proofs.expressions import calculus
from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import Expr
from ...proofs.language.source import syntax_tree
from ...proofs.vectors import naming
from ...proofs.vectors.algebra import Matrix, Vectors, component, is_vector
from ...proofs.vectors.words import DEFAULT, VectorWords

HALVES = "_halves"
"""The ending of a gate's name where it takes both inputs in one row: `glu_halves`."""
COTANGENT = "c"
"""The vector that a Jacobian is multiplied by from the left."""
_ABOUT = {"softmax": max, "log_softmax": max, "softmin": min}
"""Functions that every careful implementation computes from differences to the row's largest (smallest) number."""


@dataclass(frozen=True)
class RowFunction:
    """A function of a row: of as many numbers, of half as many (a gate), or one number."""

    name: str
    definition: VectorActivation | Activation
    aliases: tuple[str, ...] = ()

    inputs = ("row",)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters, with their defaults."""
        return self.definition.parameters

    @property
    def is_gate(self) -> bool:
        """Whether the row's first half is the gate's first input, and its second half the second."""
        return isinstance(self.definition, Activation)

    @property
    def is_number(self) -> bool:
        """Whether the value is one number."""
        return derived(self.name).is_number

    @property
    def vectors(self) -> tuple[str, ...]:
        """The names of the vectors that the row is cut into."""
        return self.definition.inputs if isinstance(self.definition, Activation) else (DEFAULT,)

    def parameter_values(self, **parameters: ParameterValue) -> dict[str, Expr]:
        """Every parameter's exact value, defaults filled in. Raises ValueError for an unknown one."""
        if isinstance(self.definition, Activation):
            return self.definition.parameter_values(**parameters)
        names = [p.name for p in self.parameters]
        for name in parameters:
            if name not in names:
                raise ValueError(f"{self.name} has no parameter {name!r}; its parameters: {', '.join(names) or 'none'}")
        return {p.name: p.exact(parameters.get(p.name, p.default)) for p in self.parameters}

    def centre(self, row: list[float]) -> float:
        """The number from which differences are taken: 0 for most functions."""
        return _ABOUT[self.name](row) if self.name in _ABOUT and row else 0.0


@dataclass(frozen=True)
class Sensitivity:
    """The derivatives of one expression by one vector, by the numbers of a row, and by one sum over the row."""

    vectors: tuple[tuple[str, Matrix], ...]
    sums: tuple[tuple[Expr, Expr], ...]
    """Pairs of a sum's generic term and the expression's derivative by the sum."""


class Derived:
    """The expressions in generic components that follow from a formula with parameters in place."""

    def __init__(self, function: RowFunction, parameters: Mapping[str, ParameterValue]) -> None:
        self.function = function
        self.algebra = Vectors()
        values = function.parameter_values(**parameters)
        if isinstance(function.definition, Activation):
            inputs = {name: component(name) for name in function.vectors}
            self.value = calculus.substitute(function.definition.expr(**values), inputs)
        else:
            words = VectorWords()
            self.algebra = words.vectors
            reader = words.reader({}, {DEFAULT: component(DEFAULT), **values})
            self.value = reader.expression(syntax_tree(function.definition.formula, "formula"))

    @property
    def is_number(self) -> bool:
        """Whether the function's value is one number."""
        return not is_vector(self.value)

    @cached_property
    def products(self) -> tuple[Expr, ...]:
        """The vector-Jacobian product with the cotangent, for each of the vectors a row is cut into."""
        if self.is_number:
            return tuple(self.algebra.gradient(self.value, v) * ex.name(COTANGENT) for v in self.function.vectors)
        jacobians = [self.algebra.jacobian(self.value, v) for v in self.function.vectors]
        return tuple(self.algebra.apply(j.transposed(), component(COTANGENT)) for j in jacobians)

    def expressions(self, order: int) -> tuple[Expr, ...]:
        """The value (order 0), or the vector-Jacobian products that make up a gradient (order 1)."""
        return self.products if order else (self.value,)

    @lru_cache(maxsize=8)  # noqa: B019  # lives as long as the definition, of which there are few
    def sensitivity(self, e: Expr) -> Sensitivity:
        """How an expression moves with the numbers that it is computed from, and with the sums that are rounded."""
        vectors = [*self.function.vectors, *([COTANGENT] if naming.row(COTANGENT) in self.algebra.names(e) else [])]
        jacobians = tuple((v, self.algebra.jacobian(e, v)) for v in vectors)
        slopes = {name: self._by_sum(e, name) for name in list(self.algebra.aggregates)}
        sums = tuple((self._term(name), slope) for name, slope in slopes.items() if slope is not ex.ZERO)
        return Sensitivity(jacobians, sums)

    def _by_sum(self, e: Expr, name: str) -> Expr:
        """The derivative of an expression by a sum over the row, also by way of other sums that depend on it."""
        others = sorted(ex.free_names(e) & self.algebra.aggregates.keys() - {name})
        inner = {other: self._by_sum(self._term(other), name) for other in others}
        by_way = (
            calculus.differentiate(e, other) * self.algebra.sum(slope)
            for other, slope in inner.items()
            if slope is not ex.ZERO
        )
        return ex.add(calculus.differentiate(e, name), *by_way)

    def _term(self, name: str) -> Expr:
        """The generic term of a sum."""
        body = self.algebra.aggregates[name].body
        assert isinstance(body, Expr), name
        return body


@cache
def row_functions() -> dict[str, RowFunction]:
    """Every name and alias."""
    functions = [RowFunction(entry.name, entry, entry.aliases) for entry in vector_catalogue()]
    functions += [
        RowFunction(entry.name + HALVES, entry, tuple(alias + HALVES for alias in entry.aliases))
        for entry in catalogue()
        if len(entry.inputs) == 2 and not entry.expr().switching
    ]
    return {name: function for function in functions for name in (function.name, *function.aliases)}


@lru_cache(maxsize=128)
def derived(name: str, parameters: tuple[tuple[str, ParameterValue], ...] = ()) -> Derived:
    """All that follows from a row function's formula."""
    return Derived(row_functions()[name], dict(parameters))
