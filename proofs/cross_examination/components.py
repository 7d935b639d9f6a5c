"""Statements about vectors, written out: for a number of components they are statements about numbers.

A vector is a tuple of nodes (:mod:`as_written`), a matrix a tuple of rows; an entry of a Jacobian is a derivative. Of
quantities like a spectral norm only a bound is written, the largest or smallest of values at a few vectors.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial, reduce
from itertools import combinations, pairwise
from typing import TypeAlias

from flint import fmpq

from ..catalogue.vector_entries import vector_activations
from ..language.source import source_text
from ..vectors.words import DEFAULT
from .as_written import ARITHMETIC, FUNCTIONS, RELATIONS, Node, NotExamined, Writing, entry_named, formula_tree

VECTOR_WORDS = {
    "sum", "mean", "norm", "dot", "J", "symmetric", "positive_semidefinite", "row_sums", "column_sums", "trace",
    "diag", "off_diagonal", "spectral_norm", "smallest_eigenvalue", "transpose",
    "outer",
}  # fmt: skip

Vector: TypeAlias = tuple[Node, ...]


@dataclass(frozen=True)
class Matrix:
    """Rows of a square matrix."""

    rows: tuple[Vector, ...]

    def transposed(self) -> Matrix:
        """The matrix of its columns."""
        return Matrix(tuple(zip(*self.rows, strict=True)))


Value: TypeAlias = Node | Vector | Matrix
Scope: TypeAlias = Mapping[str, Node | Vector]


class Components:
    """Reads syntax trees with vectors of a number of components for their names. Raises NotExamined."""

    def __init__(self, writing: Writing, vectors: Iterable[str], scalars: Iterable[str], size: int) -> None:
        self.writing = writing
        self.size = size
        self.names: dict[str, Node | Vector] = {name: writing.symbol(name) for name in scalars}
        for name in vectors:
            self.names[name] = tuple(writing.symbol(f"{name}[{i}]") for i in range(size))

    def read(self, tree: ast.expr) -> Node:
        """The formula for these components."""
        return self.formula(tree, self.names, 0)

    def place(self, point: Mapping[str, fmpq | tuple[fmpq, ...]]) -> dict[str, fmpq]:
        """The values of the components at vectors."""
        place: dict[str, fmpq] = {}
        for name, value in point.items():
            if isinstance(value, tuple):
                place |= {f"{name}[{i}]": x for i, x in enumerate(value)}
            else:
                place[name] = value
        return place

    # --- formulas

    def formula(self, tree: ast.expr, scope: Scope, depth: int) -> Node:
        """A formula: what is compared is compared component by component."""
        text = source_text(tree)
        match tree:
            case ast.BoolOp(op=op, values=values):
                parts = [self.formula(value, scope, depth) for value in values]
                return self.writing.node("and" if isinstance(op, ast.And) else "or", *parts, text=text)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.writing.node("not", self.formula(operand, scope, depth), text=text)
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                sides = [self.value(side, scope, depth) for side in (left, *comparators)]
                links = [
                    self.writing.node("relation", x, y, extra=RELATIONS[type(op)], text=text)
                    for op, (a, b) in zip(ops, pairwise(sides), strict=True) for x, y in _pairs(a, b)
                ]  # fmt: skip
                return self.writing.node("and", *links, text=text)
            case ast.Call(func=ast.Name(id="symmetric"), args=[m]):
                matrix = self.matrix(m, scope, depth)
                entries = zip(_entries(matrix), _entries(matrix.transposed()), strict=True)
                return self._implied("==", entries, text)
            case ast.Call(func=ast.Name(id="positive_semidefinite"), args=[m]):
                smallest = self._smallest(self.matrix(m, scope, depth))
                return self._implied(">=", [(smallest, self.writing.number(fmpq(0)))], text)
            case ast.Call(func=ast.Name(id="convex" | "concave" as word), args=[f]):
                value, mean = self._at_the_middle(f, scope, depth)
                return self._implied("<=" if word == "convex" else ">=", [(value, mean)], text)
            case ast.Constant(value=bool(truth)):
                return self.writing.node("and" if truth else "or")
            case _:
                raise NotExamined(text)

    def _implied(self, relation: str, pairs: Iterable[tuple[Node, Node]], text: str) -> Node:
        """A property of which only consequences are tried: relations between numbers."""
        links = [self.writing.node("relation", a, b, extra=relation, text=text) for a, b in pairs]
        return self.writing.node("implied", self.writing.node("and", *links), text=text)

    def _at_the_middle(self, f: ast.expr, scope: Scope, depth: int) -> tuple[Node, Node]:
        """The value in the middle of two vectors, and the mean of the values at them."""
        name, start, end = self._segment(f, scope)
        middle = self._mean((start, end))
        values = [self.value(f, {**scope, name: vector}, depth) for vector in (middle, start, end)]
        value, first, second = (_number(v) for v in values)
        return value, self._half(self._sum((first, second)))

    def _mean(self, vectors: tuple[Vector, Vector]) -> Vector:
        return tuple(self._half(self._sum(pair)) for pair in zip(*vectors, strict=True))

    def _half(self, number: Node) -> Node:
        return self.writing.node("div", number, self.writing.number(fmpq(2)))

    def _segment(self, f: ast.expr, scope: Scope) -> tuple[str, Vector, Vector]:
        """The vector that a function is a function of, there and somewhere else."""
        name = self._variable(f, scope)
        start = self._name(name, scope, 0)
        if not isinstance(start, tuple):
            raise NotExamined(source_text(f))
        offsets = [fmpq((5 * i * i + 3 * i) % 7 - 3, 4) for i in range(len(start))]
        return name, start, tuple(self._sum((x, self.writing.number(d))) for x, d in zip(start, offsets, strict=True))

    def _variable(self, f: ast.expr, scope: Scope) -> str:
        vectors = {name for name, value in scope.items() if isinstance(value, tuple)}
        used = {node.id for node in ast.walk(f) if isinstance(node, ast.Name)} & vectors
        return min(used, default=DEFAULT)

    # --- numbers and vectors

    def value(self, tree: ast.expr, scope: Scope, depth: int) -> Value:
        """A number, a vector or a matrix."""
        match tree:
            case ast.Constant():
                return self.writing.term(tree, {}, depth)
            case ast.Name(id=name):
                return self._name(name, scope, depth)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
                operands = (self.value(side, scope, depth) for side in (left, right))
                return self._mapped(ARITHMETIC[type(op)], *operands)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._mapped("neg", self.value(operand, scope, depth))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.value(operand, scope, depth)
            case ast.List(elts=elements):
                return tuple(_number(self.value(element, scope, depth)) for element in elements)
            case ast.Subscript(value=of, slice=ast.Constant(value=int(index))):
                return self._vector(of, scope, depth)[index]
            case ast.Subscript(value=of, slice=ast.Tuple(elts=[ast.Constant(value=i), ast.Constant(value=k)])):
                return self.matrix(of, scope, depth).rows[int(str(i))][int(str(k))]
            case ast.IfExp(test=test, body=body, orelse=orelse):
                condition = self.formula(test, scope, depth)
                return self._mapped("choice", condition, *(self.value(b, scope, depth) for b in (body, orelse)))
            case ast.Call(func=ast.Name(id=name)):
                return self._call(tree, name, scope, depth)
            case ast.Call(func=ast.Call(func=ast.Name(id="J"))):
                return self._jacobian(tree, scope, depth)
            case ast.Call(func=ast.Call() | ast.BinOp() as f, args=[argument]):
                return self._of_reals(f, self.value(argument, scope, depth), depth)
            case _:
                raise NotExamined(source_text(tree))

    def _of_reals(self, f: ast.expr, argument: Value, depth: int) -> Value:
        """A function of one real, such as D(tanh), at each component."""
        names = self.writing.term(f, {}, depth).free
        if len(names) != 1:
            raise NotExamined(source_text(f))
        (variable,) = names
        return _each(lambda *parts: self.writing.term(f, {str(variable): parts[0]}, depth), argument)

    def _mapped(self, op: str, *operands: Value) -> Value:
        """An operation, component by component."""
        return _each(lambda *parts: self.writing.node(op, *parts), *operands)

    def _name(self, name: str, scope: Scope, depth: int) -> Value:
        if name in scope:
            return scope[name]
        if name == "n":
            return self.writing.number(fmpq(self.size))
        if name in ("pi", "e"):
            return self.writing.node(name)
        if name in vector_activations():
            return self._activation(name, self._name(DEFAULT, scope, depth), {}, depth)
        if name in FUNCTIONS:
            return self._mapped(name, self._name("x", scope, depth))
        raise NotExamined(name)

    def _vector(self, tree: ast.expr, scope: Scope, depth: int) -> Vector:
        value = self.value(tree, scope, depth)
        if not isinstance(value, tuple):
            raise NotExamined(source_text(tree))
        return value

    def _call(self, tree: ast.Call, name: str, scope: Scope, depth: int) -> Value:
        args = tree.args
        match name, len(args):
            case ("sum" | "mean" | "norm" | "max" | "min"), 1:
                return self._of_vector(name, self._vector(args[0], scope, depth))
            case "dot", 2:
                left, right = self.value(args[0], scope, depth), self._vector(args[1], scope, depth)
                if isinstance(left, Matrix):
                    return self._times(left, right)
                return self._dot(self._vector(args[0], scope, depth), right)
            case "transpose", 1:
                return self.matrix(args[0], scope, depth).transposed()
            case "outer", 2:
                left, right = (self._filled(self.value(arg, scope, depth)) for arg in args)
                return Matrix(tuple(tuple(self.writing.node("mul", x, y) for y in right) for x in left))
            case "diag", 1 if not isinstance(value := self.value(args[0], scope, depth), Matrix):
                return self._diagonal(self._filled(value))
            case ("row_sums" | "column_sums" | "trace" | "diag" | "off_diagonal" | "spectral_norm"
                  | "smallest_eigenvalue"), 1:  # fmt: skip
                return self._of_matrix(name, self.matrix(args[0], scope, depth))
            case "lipschitz", 1:
                return self._steepness(args[0], scope, depth)
            case "J", _:
                return self._jacobian(tree, scope, depth)
            case ("max" | "min"), _:
                return self._mapped(name, *(self.value(arg, scope, depth) for arg in args))
            case _:
                return self._of_entry(tree, name, scope, depth)

    def _of_entry(self, tree: ast.Call, name: str, scope: Scope, depth: int) -> Value:
        """A function of the catalogue, of the statement or an elementary one."""
        args = [self.value(arg, scope, depth) for arg in tree.args]
        keywords = {str(k.arg): self.value(k.value, scope, depth) for k in tree.keywords}
        if name in vector_activations():
            return self._activation(name, args[0] if args else self._name(DEFAULT, scope, depth), keywords, depth)
        if len(args) == 1 and name in FUNCTIONS:
            return self._mapped(name, *args)
        entry = self.writing.functions.get(name) or entry_named(name)
        if entry is None or len(args) != len(entry.inputs):
            raise NotExamined(name)

        def applied(*parts: Node) -> Node:
            options = dict(zip(keywords, parts[len(args) :], strict=True))
            return self.writing.applied(name, list(parts[: len(args)]), options, {}, depth)

        return _each(applied, *args, *keywords.values())

    def _activation(self, name: str, argument: Value, keywords: Mapping[str, Value], depth: int) -> Value:
        entry = vector_activations()[name]
        values = {p.name: self.value(formula_tree(p.default), {}, depth) for p in entry.parameters}
        values |= {**keywords, DEFAULT: argument}
        scope = {key: value for key, value in values.items() if not isinstance(value, Matrix)}
        return self.value(formula_tree(entry.formula), scope, depth)

    def _of_vector(self, word: str, vector: Vector) -> Node:
        match word:
            case "sum":
                return self._sum(vector)
            case "mean":
                return self.writing.node("div", self._sum(vector), self.writing.number(fmpq(len(vector))))
            case "norm":
                return self.writing.node("sqrt", self._dot(vector, vector))
            case _:
                return vector[0] if len(vector) == 1 else self.writing.node(word, *vector)

    def _sum(self, parts: Iterable[Node]) -> Node:
        return reduce(lambda total, part: self.writing.node("add", total, part), parts)

    def _dot(self, a: Vector, b: Vector) -> Node:
        if len(a) != len(b):
            raise NotExamined("vectors of different sizes")
        return self._sum(self.writing.node("mul", x, y) for x, y in zip(a, b, strict=True))

    # --- matrices

    def matrix(self, tree: ast.expr, scope: Scope, depth: int) -> Matrix:
        """The matrix that syntax writes."""
        value = self.value(tree, scope, depth)
        if not isinstance(value, Matrix):
            raise NotExamined(source_text(tree))
        return value

    def _diagonal(self, entries: Vector) -> Matrix:
        zeros = [self.writing.number(fmpq(0))] * len(entries)
        return Matrix(tuple((*zeros[:i], entry, *zeros[i + 1 :]) for i, entry in enumerate(entries)))

    def _filled(self, value: Value) -> Vector:
        """A vector; a number for each component."""
        return value if isinstance(value, tuple) else (_number(value),) * self.size

    def _jacobian(self, tree: ast.expr, scope: Scope, depth: int) -> Vector | Matrix:
        """J(f), J(f)(v) or J(expression, v): the gradient where f is a number."""
        columns = self._columns(tree, scope, depth)
        vectors = [column for column in columns if isinstance(column, tuple)]
        return Matrix(tuple(vectors)).transposed() if vectors else tuple(map(_number, columns))

    def _columns(self, tree: ast.expr, scope: Scope, depth: int) -> list[Value]:
        """The derivatives by each component."""
        match tree:
            case ast.Call(func=ast.Call(func=ast.Name(id="J"), args=[f, *names]), args=[argument]):
                at = self._vector(argument, scope, depth)
            case ast.Call(func=ast.Name(id="J"), args=[f, *names]):
                at = None
            case _:
                raise NotExamined(source_text(tree))
        name = names[0].id if names and isinstance(names[0], ast.Name) else self._variable(f, scope)
        start = self._name(name, scope, depth) if at is None else at
        if not isinstance(start, tuple):
            raise NotExamined(source_text(tree))
        columns: list[Value] = []
        for k, x in enumerate(start):
            moving = (*start[:k], self.writing.symbol(depth), *start[k + 1 :])
            value = self.value(f, {**scope, name: moving}, depth + 1)
            columns.append(_each(partial(self.writing.derivative, at=x, depth=depth), value))
        return columns

    def _times(self, m: Matrix, vector: Vector) -> Vector:
        return tuple(self._dot(row, vector) for row in m.rows)

    def _of_matrix(self, word: str, m: Matrix) -> Value:
        size = len(m.rows)
        match word:
            case "row_sums":
                return tuple(map(self._sum, m.rows))
            case "column_sums":
                return tuple(map(self._sum, m.transposed().rows))
            case "trace":
                return self._sum(m.rows[i][i] for i in range(size))
            case "diag":
                return tuple(m.rows[i][i] for i in range(size))
            case "off_diagonal":
                return tuple(m.rows[i][k] for i in range(size) for k in range(size) if i != k)
            case "spectral_norm":
                ratios = [self._stretch(self._times(m, v), v) for v in self._directions(size)]
                return self._at_least_root(self.writing.node("max", *ratios))
            case _:
                return self.writing.node("at_most", self._smallest(m))

    def _stretch(self, image: Vector, vector: Vector) -> Node:
        """The ratio of two lengths, squared."""
        return self.writing.node("div", self._dot(image, image), self._dot(vector, vector))

    def _at_least_root(self, square: Node) -> Node:
        return self.writing.node("at_least", self.writing.node("sqrt", square))

    def _smallest(self, m: Matrix) -> Node:
        """The smallest of Rayleigh's quotients at some vectors: the smallest eigenvalue is not above it."""
        quotients = [
            self.writing.node("div", self._dot(v, self._times(m, v)), self._dot(v, v))
            for v in self._directions(len(m.rows))
        ]
        return self.writing.node("min", *quotients)

    def _directions(self, size: int) -> list[Vector]:
        """Unit vectors, differences of two, and the diagonal."""
        units = [[int(i == k) for i in range(size)] for k in range(size)]
        differences = [[a - b for a, b in zip(u, v, strict=True)] for u, v in combinations(units, 2)]
        return [tuple(self.writing.number(fmpq(x)) for x in v) for v in (*units, *differences, [1] * size)]

    def _steepness(self, f: ast.expr, scope: Scope, depth: int) -> Node:
        """A lower bound on Lipschitz's constant of a function between vectors."""
        name, *ends = self._segment(f, scope)
        values = [self.value(f, {**scope, name: end}, depth) for end in ends]
        rise, run = (self._mapped("sub", *pair) for pair in (values, ends))
        if not isinstance(rise, tuple) or not isinstance(run, tuple):
            raise NotExamined(source_text(f))
        return self._at_least_root(self._stretch(rise, run))


def _each(operation: Callable[..., Node], *operands: Value) -> Value:
    """An operation on numbers, component by component; a number goes with every component."""
    sizes = {len(u) for u in operands if isinstance(u, tuple)}
    matrices = [u for u in operands if isinstance(u, Matrix)]
    if len(sizes) > 1 or (sizes and matrices):
        raise NotExamined("an operation on a matrix and a vector, or on vectors of different sizes")
    if matrices:
        rows = [_each(operation, *row) for row in zip(*map(_rows(len(matrices[0].rows)), operands), strict=True)]
        return Matrix(tuple(row for row in rows if isinstance(row, tuple)))
    if not sizes:
        return operation(*operands)
    return tuple(operation(*(u[i] if isinstance(u, tuple) else u for u in operands)) for i in range(*sizes))


def _rows(size: int) -> Callable[[Value], tuple[Node | Vector, ...]]:
    """The rows of a matrix, and of a number itself for each of them."""
    return lambda u: u.rows if isinstance(u, Matrix) else (_number(u),) * size


def _number(value: Value) -> Node:
    if not isinstance(value, Node):
        raise NotExamined("a vector for a number")
    return value


def _entries(m: Matrix) -> list[Node]:
    return [entry for row in m.rows for entry in row]


def _pairs(a: Value, b: Value) -> list[tuple[Node, Node]]:
    """The pairs of numbers that are compared: component by component, entry by entry."""
    if isinstance(a, Matrix) and isinstance(b, Matrix):
        return list(zip(_entries(a), _entries(b), strict=True))
    size = next((len(u) for u in (a, b) if isinstance(u, tuple)), 1)
    columns = [u if isinstance(u, tuple) else (_number(u),) * size for u in (a, b)]
    if len(columns[0]) != len(columns[1]):
        raise NotExamined("vectors of different sizes are compared")
    return list(zip(*columns, strict=True))
