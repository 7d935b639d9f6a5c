"""Vectors of n real components, n free: expressions in the generic component, their aggregates and Jacobians.

A vector is an expression in names like ``v[i]``, its i-th component. A quantity that depends on all components at
once (a sum, the largest component) is an *aggregate*, held in expressions under a placeholder. Every aggregate of a
vector is a number, so differentiation closes: the Jacobian of such a vector is always a diagonal plus a sum of products
of a function of row i and a function of column k. Nothing here simplifies, so no undefined point is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..budget import Undecided
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from . import naming

DIMENSION = ex.name("n")
"""The number of components."""

MAX_ROWS = 2
"""Norms and eigenvalues at one point have a closed form up to this size."""


@dataclass(frozen=True)
class Matrix:
    """The matrix with entry diagonal(i) [i = k] + sum of left(i) right(k) over the terms; all are vectors in [i]."""

    diagonal: Expr
    terms: tuple[tuple[Expr, Expr], ...] = ()

    def transposed(self) -> Matrix:
        return Matrix(self.diagonal, tuple((right, left) for left, right in self.terms))

    def __add__(self, other: Matrix) -> Matrix:
        return Matrix(self.diagonal + other.diagonal, (*self.terms, *other.terms))

    def scaled(self, factor: Expr) -> Matrix:
        """The multiple by a number."""
        return Matrix(factor * self.diagonal, tuple((factor * left, right) for left, right in self.terms))

    def on_diagonal(self) -> Expr:
        """The entry with both indices i."""
        return ex.add(self.diagonal, *(left * right for left, right in self.terms))

    def off_diagonal(self) -> Expr:
        """The entry in row i and column k, where these differ."""
        return ex.add(*(left * at_column(right) for left, right in self.terms))


@dataclass(frozen=True)
class Aggregate:
    """A number taken from all components: sum, max, min, the component at an index, or a number of a matrix."""

    kind: str
    body: Expr | Matrix
    index: int = 0


def component(vector: str) -> Expr:
    """The generic component of a vector."""
    return ex.name(naming.row(vector))


def is_vector(e: Expr) -> bool:
    """Whether an expression depends on the generic component."""
    return any(map(naming.is_row, ex.free_names(e)))


def at_column(e: Expr) -> Expr:
    """The same function of the component with the second index."""
    return calculus.substitute(e, {row: ex.name(naming.at_column(row)) for row in naming.rows(e)})


class Vectors:
    """The aggregates of one statement, and what is done with expressions in them."""

    def __init__(self) -> None:
        self.aggregates: dict[str, Aggregate] = {}
        self.literals: dict[str, tuple[Expr, ...]] = {}
        """Vectors written out component by component."""
        self._placeholders: dict[Aggregate, str] = {}
        self._gradients: dict[tuple[str, str], Expr] = {}

    def aggregate(self, kind: str, body: Expr | Matrix, index: int = 0) -> Expr:
        """An aggregate as a number; of something that is the same for all components, at once."""
        if isinstance(body, Expr) and not is_vector(body):
            return body * DIMENSION if kind == "sum" else body
        key = Aggregate(kind, body, index)
        placeholder = self._placeholders.setdefault(key, f"{kind}#{len(self._placeholders)}")
        self.aggregates[placeholder] = key
        return ex.name(placeholder)

    def sum(self, body: Expr) -> Expr:
        """The sum over all components."""
        return self.aggregate("sum", body)

    def literal(self, components: Sequence[Expr]) -> Expr:
        """A vector written out."""
        identifier = f"literal#{len(self.literals)}"
        self.literals[identifier] = tuple(components)
        return component(identifier)

    def names(self, e: Expr) -> frozenset[str]:
        """The free names, those inside aggregates included, placeholders not."""
        aggregates = ex.free_names(e) & self.aggregates.keys()
        inner = [self._inner_names(self.aggregates[name].body) for name in aggregates]
        return (ex.free_names(e) - aggregates).union(*inner)

    def _inner_names(self, body: Expr | Matrix) -> frozenset[str]:
        parts = [body] if isinstance(body, Expr) else _parts(body)
        return frozenset[str]().union(*map(self.names, parts))

    def substitute(self, e: Expr, values: Mapping[str, Expr]) -> Expr:
        """Replace names inside aggregates too, all at once."""
        rebuilt = dict(values)
        for name in ex.free_names(e) & self.aggregates.keys():
            aggregate = self.aggregates[name]
            body = aggregate.body
            if isinstance(body, Matrix):
                changed: Expr | Matrix = self.substitute_matrix(body, values)
            else:
                changed = self.substitute(body, values)
            rebuilt[name] = self.aggregate(aggregate.kind, changed, aggregate.index)
        return calculus.substitute(e, rebuilt)

    def substitute_matrix(self, m: Matrix, values: Mapping[str, Expr]) -> Matrix:
        terms = tuple((self.substitute(left, values), self.substitute(right, values)) for left, right in m.terms)
        return Matrix(self.substitute(m.diagonal, values), terms)

    # --- derivatives

    def jacobian(self, e: Expr, vector: str) -> Matrix:
        """The derivatives of component i in the component k of the vector. Raises Undecided."""
        terms = tuple(
            (_differentiate(e, name), self._gradient(name, vector))
            for name in sorted(ex.free_names(e) & self.aggregates.keys())
        )
        diagonal = _differentiate(e, naming.row(vector))
        return Matrix(diagonal, tuple(term for term in terms if ex.ZERO not in term))

    def gradient(self, e: Expr, vector: str) -> Expr:
        """The derivative of a number in the generic component of the vector. Raises Undecided."""
        return self.jacobian(e, vector).on_diagonal()

    def _gradient(self, placeholder: str, vector: str) -> Expr:
        """The derivative of an aggregate in the generic component."""
        key = placeholder, vector
        if key not in self._gradients:
            self._gradients[key] = self._gradient_of(self.aggregates[placeholder], vector)
        return self._gradients[key]

    def _gradient_of(self, aggregate: Aggregate, vector: str) -> Expr:
        if naming.row(vector) not in self._inner_names(aggregate.body):
            return ex.ZERO
        if aggregate.kind != "sum" or isinstance(aggregate.body, Matrix):
            kind = "one component" if aggregate.kind == "at" else f"{aggregate.kind} over the components"
            raise Undecided(f"the derivative of {kind}")
        inner = self.jacobian(aggregate.body, vector)
        return ex.add(inner.diagonal, *(self.sum(left) * right for left, right in inner.terms))

    # --- matrices

    def row_sums(self, m: Matrix) -> Expr:
        """The vector of sums along each row."""
        return self.apply(m, ex.ONE)

    def apply(self, m: Matrix, x: Expr) -> Expr:
        """Matrix times vector."""
        return ex.add(m.diagonal * x, *(left * self.sum(right * x) for left, right in m.terms))

    def trace(self, m: Matrix) -> Expr:
        return self.sum(m.on_diagonal())

    # --- a fixed number of components

    def expand(
        self, e: Expr, n: int, values: Mapping[str, Sequence[Expr]], i: int = 0, k: int = 0,
        done: dict[str, Expr] | None = None,
    ) -> Expr:  # fmt: skip
        """The expression at components i and k of vectors with n components. Raises Undecided.

        `done` keeps aggregates from one call to the next; it belongs to one n and one set of values.
        """
        done = {} if done is None else done
        known: dict[str, Expr] = {"n": ex.rational(n)}
        for name in ex.free_names(e):
            if naming.is_row(name) or naming.is_column(name):
                vector = naming.vector_of(name)
                known[name] = (self.literals.get(vector) or values[vector])[i if naming.is_row(name) else k]
            if name in self.aggregates:
                if name not in done:
                    done[name] = self._expanded(self.aggregates[name], n, values, done)
                known[name] = done[name]
        return calculus.substitute(e, known)

    def _expanded(
        self, aggregate: Aggregate, n: int, values: Mapping[str, Sequence[Expr]], done: dict[str, Expr]
    ) -> Expr:
        body = aggregate.body
        if isinstance(body, Matrix):
            if n > MAX_ROWS:
                raise Undecided(f"a norm or an eigenvalue at one point, of a matrix with more than {MAX_ROWS} rows")
            entries = self.entries(body, n, values, done)
            return _smallest_eigenvalue(entries) if aggregate.kind == "smallest_eigenvalue" else _spectral_norm(entries)
        components = [self.expand(body, n, values, i, 0, done) for i in range(n)]
        match aggregate.kind:
            case "sum":
                return ex.add(*components)
            case "at":
                return components[aggregate.index]
            case kind:
                first, *rest = components
                for other in rest:
                    first = ex.switch(kind, first, other)
                return first

    def entries(
        self, m: Matrix, n: int, values: Mapping[str, Sequence[Expr]], done: dict[str, Expr] | None = None
    ) -> list[list[Expr]]:
        """The matrix written out."""
        off, on = m.off_diagonal(), m.on_diagonal()
        return [[self.expand(off if i != k else on, n, values, i, k, done) for k in range(n)] for i in range(n)]


def _parts(m: Matrix) -> Iterator[Expr]:
    yield m.diagonal
    for term in m.terms:
        yield from term


def _differentiate(e: Expr, name: str) -> Expr:
    try:
        return calculus.differentiate(e, name)
    except ValueError:
        raise Undecided("the Jacobian of a function with case distinctions") from None


def _spectral_norm(m: list[list[Expr]]) -> Expr:
    """The largest singular value, in closed form up to two rows."""
    match m:
        case [[a]]:
            return ex.switch("abs", a)
        case [[a, b], [c, d]]:
            return (ex.sqrt((a + d) ** 2 + (b - c) ** 2) + ex.sqrt((a - d) ** 2 + (b + c) ** 2)) / 2
        case _:
            raise ValueError(f"{len(m)} rows: expected at most {MAX_ROWS}")


def _smallest_eigenvalue(m: list[list[Expr]]) -> Expr:
    """The least value of x^T M x over unit vectors x, in closed form up to two rows."""
    match m:
        case [[a]]:
            return a
        case [[a, b], [c, d]]:
            return (a + d - ex.sqrt((a - d) ** 2 + (b + c) ** 2)) / 2
        case _:
            raise ValueError(f"{len(m)} rows: expected at most {MAX_ROWS}")
