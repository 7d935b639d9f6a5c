"""Expressions in generic components, at one row of numbers, in ball arithmetic at one precision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, reduce
from operator import add

from flint import arb

from ...proofs.enclosures.balls import NAN, precision
from ...proofs.enclosures.jets import Program, program
from ...proofs.expressions import calculus
from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import Expr
from ...proofs.vectors import naming
from ...proofs.vectors.algebra import Matrix, Vectors
from .definitions import Sensitivity


class RowBalls:
    """The values of expressions at vectors of floats, infinities among them, and at numbers.

    A ball that is not finite is an infinity where it equals one, and nothing otherwise: no value, or none known at
    this precision.
    """

    def __init__(
        self, algebra: Vectors, vectors: Mapping[str, Sequence[float]], numbers: Mapping[str, float], bits: int
    ) -> None:
        self._algebra, self._bits = algebra, bits
        self._floats = {naming.row(name): list(values) for name, values in vectors.items()}
        self._length = len(next(iter(vectors.values())))
        self._numbers = {"n": arb(self._length)} | {name: arb(value) for name, value in numbers.items()}
        self._compiled: dict[Expr, _AtRow] = {}
        self._sizes: dict[tuple[Expr, str], arb] = {}

    def at(self, e: Expr, index: int) -> arb:
        """The component of an expression with this index."""
        with precision(self._bits):
            return self._at_row(e).component(index)

    def movement(
        self, sensitivity: Sensitivity, weights: Mapping[str, Sequence[float]], growth: float, index: int
    ) -> arb:
        """How far a component moves where every number moves by its weight and every sum by `growth` times its size.

        An upper bound: every term of a derivative, and of a sum, counts with its absolute value.
        """
        with precision(self._bits):
            moved = [self._moved(matrix, vector, weights[vector], index) for vector, matrix in sensitivity.vectors]
            moved += [
                abs(self._at_row(slope).component(index)) * self._size(term) * growth
                for term, slope in sensitivity.sums
            ]
            return _sum(moved)

    def _at_row(self, e: Expr) -> _AtRow:
        if e not in self._compiled:
            varying, constant = _hoisted(e)
            numbers = {name: self._constant(inner) for name, inner in constant}
            self._compiled[e] = _AtRow(program(varying), self._floats, numbers)
        return self._compiled[e]

    def _constant(self, e: Expr) -> arb:
        """An expression that is the same for all components."""
        value = program(e).run({name: self._number(name) for name in ex.free_names(e)})
        return value if isinstance(value, arb) else NAN

    def _number(self, name: str) -> arb:
        """A sum over the row, or a number from outside it."""
        if name not in self._numbers:
            aggregate = self._algebra.aggregates[name]
            assert isinstance(aggregate.body, Expr) and aggregate.kind == "sum", aggregate.kind
            self._numbers[name] = _sum(self._components(aggregate.body))
        return self._numbers[name]

    def _components(self, e: Expr) -> list[arb]:
        at_row = self._at_row(e)
        return [at_row.component(i) for i in range(self._length)]

    def _moved(self, matrix: Matrix, vector: str, weights: Sequence[float], index: int) -> arb:
        own = abs(self._at_row(matrix.diagonal).component(index)) * abs(weights[index])
        others = (
            abs(self._at_row(left).component(index)) * self._size(right, vector, weights)
            for left, right in matrix.terms
        )
        return _sum([own, *others])

    def _size(self, e: Expr, vector: str = "", weights: Sequence[float] | None = None) -> arb:
        """The sum over the row of an expression's absolute values, each times a weight, those of a vector."""
        if (e, vector) not in self._sizes:
            factors = [1.0] * self._length if weights is None else weights
            self._sizes[e, vector] = _sum(
                abs(component) * abs(w) for component, w in zip(self._components(e), factors, strict=True)
            )
        return self._sizes[e, vector]


class _AtRow:
    """The components of one expression at one row. Components of equal numbers are computed once."""

    def __init__(self, compiled: Program, floats: Mapping[str, Sequence[float]], numbers: Mapping[str, arb]) -> None:
        self._compiled, self._numbers = compiled, numbers
        self._names = naming.rows(compiled.expr)
        self._columns = [floats[name] for name in self._names]
        self._components: dict[tuple[float, ...], arb] = {}

    def component(self, index: int) -> arb:
        """The component with this index, at the precision in force."""
        key = tuple([column[index] for column in self._columns])
        component = self._components.get(key)
        if component is None:
            values = dict(self._numbers)
            for name, x in zip(self._names, key, strict=True):
                values[name] = arb(x)
            value = self._compiled.run(values)
            component = self._components[key] = value if isinstance(value, arb) else NAN
        return component


@lru_cache(maxsize=1024)
def _hoisted(e: Expr) -> tuple[Expr, tuple[tuple[str, Expr], ...]]:
    """An expression with names for the parts that are the same for all components, and these parts by name."""
    constants: dict[Expr, str] = {}

    def hoist(part: Expr) -> Expr:
        if not naming.rows(part):
            return part if part.op == "rational" else ex.name(constants.setdefault(part, f"constant#{len(constants)}"))
        if part.op in ("add", "mul"):
            combine = ex.add if part.op == "add" else ex.mul
            same = [a for a in part.args if not naming.rows(a)]
            return combine(*([hoist(combine(*same))] if same else []), *(hoist(a) for a in part.args if a not in same))
        return calculus.rebuild(part, hoist)

    varying = hoist(e)
    return varying, tuple((name, part) for part, name in constants.items())


def _sum(terms: Iterable[arb]) -> arb:
    return reduce(add, terms, arb(0))
