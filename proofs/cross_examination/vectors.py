"""Statements about vectors, tried at a few vectors of one, two, three and five components.

Values are numbers, vectors (tuples of numbers) and matrices; a Jacobian is found column by column from first-order
Taylor polynomials. Of quantities like a spectral norm only a bound is known, from the vectors that were tried.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, TypeAlias

from flint import arb, arb_series, fmpq

from ..catalogue.entries import known_functions
from ..catalogue.vector_entries import vector_activations
from ..enclosures.jets import precision
from ..language.signatures import signature
from ..language.source import number_from_source, source_text, syntax_tree
from ..vectors.reader import vector_names
from ..vectors.words import DEFAULT
from ..verdicts import Counterexample
from ..vocabulary.words import WORDS
from .as_written import FUNCTIONS, NotExamined, Writing, entry_named, formula_tree
from .points import OFFSETS, SIMPLE, draws
from .witness import OPERATIONS, Exhausted, Undefined, Unknown, Witness, holds, rational_power, sign

SIZES = (2, 3, 1, 5)
POINTS, DRAWS = 12, 120
"""Points that the condition allows, for each number of components, and the most that are drawn to find them."""
WORK = 60_000
"""Operations with numbers for one statement."""
BITS = 160
_RELATIONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_ARITHMETIC = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}


@dataclass(frozen=True)
class Matrix:
    """Rows of a square matrix."""

    rows: tuple[tuple[Any, ...], ...]

    def transposed(self) -> Matrix:
        return Matrix(tuple(zip(*self.rows, strict=True)))

    def times(self, vector: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(_sum(a * x for a, x in zip(row, vector, strict=True)) for row in self.rows)


@dataclass(frozen=True)
class Bound:
    """A quantity that is at least `low`, or at most `high`."""

    low: arb | None = None
    high: arb | None = None


Scope: TypeAlias = Mapping[str, Any]


def contradiction(text: str, where: str | None, functions: Mapping[str, str] | None) -> Counterexample | None:
    """A vector that contradicts a statement, or None. Raises NotExamined or Exhausted."""
    tree = syntax_tree(text, "statement")
    condition = None if where is None else syntax_tree(where, "where")
    trees = [tree] if condition is None else [tree, condition]
    used = vector_names(trees, known_functions())
    vectors = sorted({*used, DEFAULT})
    literals = {len(node.elts) for each in trees for node in ast.walk(each) if isinstance(node, ast.List)}
    scalars = sorted(_free(trees, functions) - {*vectors})
    random = draws(text)
    witness = _VectorWitness(functions)
    for size in (literals or SIZES) if len(literals) < 2 else ():
        met = 0
        for scope in _points(vectors, scalars, size, random):
            witness.size = size
            with precision(BITS):
                if condition is not None and witness.quiet(condition, scope) is not True:
                    continue
                met += 1
                if witness.quiet(tree, scope) is False:
                    return witness.blame(tree, scope, {*(used or {DEFAULT}), *scalars})
            if met == POINTS or not (vectors or scalars):
                break
    return None


def _free(trees: list[ast.expr], functions: Mapping[str, str] | None) -> set[str]:
    own = {signature(text).name for text in functions or ()}
    words = WORDS.keys() | FUNCTIONS | own | {*vector_activations()} | _WORDS | {"n"}
    names = {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return {name for name in names - words if entry_named(name) is None}


def _points(vectors: list[str], scalars: list[str], size: int, random: Iterator[int]) -> Iterator[dict[str, Any]]:
    near = [*SIMPLE, fmpq(1, 3), fmpq(1, 8), fmpq(1, 100)]
    near += [*(-x for x in near if x), fmpq(10), fmpq(-30), fmpq(1000)]
    for k in range(DRAWS):
        scope: dict[str, Any] = {}
        for name in vectors:
            match k if k < 4 else 4 + next(random) % 4:
                case 0:
                    parts = [fmpq(0)] * size
                case 1:
                    parts = [fmpq(i) for i in range(size)]
                case 2:
                    parts = [fmpq(1 - i, 2) for i in range(size)]
                case 3:
                    parts = [fmpq((-1) ** i * 8) for i in range(size)]
                case 4:
                    value = near[next(random) % len(near)]
                    parts = [value + OFFSETS[0] * i for i in range(size)]
                case 5:
                    parts = [near[next(random) % len(near)] for _ in range(size)]
                case _:
                    parts = [fmpq(next(random) % 401 - 200, 1 + next(random) % 60) for _ in range(size)]
            scope[name] = tuple(parts)
        for i, name in enumerate(scalars):
            scope[name] = near[(k + i) % len(near)] if k < 4 else near[next(random) % len(near)]
        yield scope


def _not_estimated(*question: Any) -> arb:
    raise Unknown


class _VectorWitness:
    """Evaluates formulas and terms with the vectors of a scope in place."""

    def __init__(self, functions: Mapping[str, str] | None) -> None:
        self.size = 0
        self.left = WORK
        self.reals = Writing(functions)
        self.functions = self.reals.functions
        self.witness = Witness(WORK, _not_estimated)

    def quiet(self, tree: ast.expr, scope: Scope) -> bool | None:
        try:
            return self.truth(tree, scope)
        except (Undefined, Unknown, ValueError, ZeroDivisionError):
            return None

    def blame(self, tree: ast.expr, scope: Scope, names: set[str]) -> Counterexample:
        at = {"n": str(self.size)}
        for name, value in scope.items():
            if name in names:
                at[name] = f"({', '.join(map(str, value))})" if isinstance(value, tuple) else str(value)
        for relation in ast.walk(tree):
            if isinstance(relation, ast.Compare) and self.quiet(relation, scope) is False:
                sides = [self.value(each, scope) for each in (relation.left, *relation.comparators)]
                for op, (a, b) in zip(relation.ops, pairwise(sides), strict=True):
                    for x, y in _pairs(a, b):
                        if _compared(_RELATIONS[type(op)], x, y) is False:
                            return Counterexample(at, quoted(x), quoted(y))
        return Counterexample(at, f"{source_text(tree)}: false", "true")

    # --- truth

    def truth(self, tree: ast.expr, scope: Scope) -> bool | None:
        match tree:
            case ast.BoolOp(op=op, values=values):
                truths = [self.truth(value, scope) for value in values]
                decisive = isinstance(op, ast.Or)
                return decisive if decisive in truths else None if None in truths else not decisive
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self.truth(operand, scope)
                return None if inner is None else not inner
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                sides = [self.value(each, scope) for each in (left, *comparators)]
                truths = [
                    _compared(_RELATIONS[type(op)], x, y)
                    for op, (a, b) in zip(ops, pairwise(sides), strict=True)
                    for x, y in _pairs(a, b)
                ]
                return False if False in truths else None if None in truths or not truths else True
            case ast.Call(func=ast.Name(id="symmetric"), args=[m]):
                matrix = self.matrix(m, scope)
                pairs = zip(matrix.rows, matrix.transposed().rows, strict=True)
                truths = [_compared("==", a, b) for row, column in pairs for a, b in zip(row, column, strict=True)]
                return False if False in truths else None
            case ast.Call(func=ast.Name(id="positive_semidefinite"), args=[m]):
                bound = _smallest(self.matrix(m, scope)).high
                return False if bound is not None and bound < 0 else None
            case ast.Call(func=ast.Name(id="convex" | "concave" as kind), args=[f]):
                return self._convex(f, scope, 1 if kind == "convex" else -1)
            case ast.Constant(value=bool(truth)):
                return truth
        raise NotExamined(source_text(tree))

    def _convex(self, f: ast.expr, scope: Scope, wanted: int) -> bool | None:
        """The value in the middle against the mean of the values at two vectors."""
        name, ends = self._segment(f, scope)
        middle = tuple((a + b) / 2 for a, b in zip(*ends, strict=True))
        values = [self.value(f, {**scope, name: each}) for each in (*ends, middle)]
        excess = wanted * (values[2] - (values[0] + values[1]) / 2)
        return False if excess > 0 else None

    def _segment(self, f: ast.expr, scope: Scope) -> tuple[str, tuple[tuple[Any, ...], tuple[Any, ...]]]:
        """The vector that a function is a function of, there and somewhere else."""
        names = [name for name, value in scope.items() if isinstance(value, tuple)] or [DEFAULT]
        used = {node.id for node in ast.walk(f) if isinstance(node, ast.Name)} & {*names}
        name = next(iter(sorted(used)), DEFAULT)
        here = scope.get(name, tuple(fmpq(i) for i in range(self.size)))
        if not isinstance(here, tuple):
            raise Unknown
        there = tuple(x + fmpq((5 * i * i + 3 * i) % 7 - 3, 4) for i, x in enumerate(here))
        return name, (here, there)

    # --- values

    def value(self, tree: ast.expr, scope: Scope) -> Any:
        self.left -= 1
        if self.left < 0:
            raise Exhausted
        match tree:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                fraction = number_from_source(source_text(tree))
                return arb(fmpq(fraction.numerator, fraction.denominator))
            case ast.Name(id=name):
                return self._name(name, scope)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self._power(self.value(left, scope), right, scope)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                operation = OPERATIONS[_ARITHMETIC[type(op)]]
                return self._mapped(operation, self.value(left, scope), self.value(right, scope))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._mapped(OPERATIONS["neg"], self.value(operand, scope))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.value(operand, scope)
            case ast.List(elts=elements):
                return tuple(self.value(each, scope) for each in elements)
            case ast.Subscript(value=of, slice=ast.Constant(value=int(index))):
                return self._vector(of, scope)[index]
            case ast.Subscript(value=of, slice=ast.Tuple(elts=[ast.Constant(value=i), ast.Constant(value=k)])):
                return self.matrix(of, scope).rows[int(str(i))][int(str(k))]
            case ast.IfExp(test=test, body=body, orelse=orelse):
                chosen = self.truth(test, scope)
                if chosen is None:
                    raise Unknown
                return self.value(body if chosen else orelse, scope)
            case ast.Call(func=ast.Name(id=name)):
                return self._call(tree, name, scope)
            case ast.Call(func=ast.Call(func=ast.Name(id="J"))):
                return self._gradient(tree, scope)
            case ast.Call(func=ast.Call() | ast.BinOp() as f, args=[argument]):
                return self._of_reals(f, self.value(argument, scope))
        raise NotExamined(source_text(tree))

    def _of_reals(self, f: ast.expr, argument: Any) -> Any:
        """A function of one real, such as D(tanh), at each component."""
        body = self.reals.term(f, {}, 0)
        if len(body.free) != 1:
            raise NotExamined(source_text(f))
        (symbol,) = body.free
        return self._mapped(lambda u: self.witness.value(body, {symbol: u}), argument)

    def _mapped(self, operation: Callable[..., Any], *operands: Any) -> Any:
        """An operation, component by component."""
        if any(isinstance(u, Matrix | Bound) for u in operands):
            raise Unknown
        size = next((len(u) for u in operands if isinstance(u, tuple)), None)
        if size is None:
            self.left -= 1
            return operation(*operands)
        return tuple(
            self._mapped(operation, *(u[i] if isinstance(u, tuple) else u for u in operands)) for i in range(size)
        )

    def _name(self, name: str, scope: Scope) -> Any:
        if name in scope:
            value = scope[name]
            if isinstance(value, tuple):
                return tuple(arb(x) if isinstance(x, fmpq) else x for x in value)
            return arb(value) if isinstance(value, fmpq) else value
        match name:
            case "n":
                return arb(self.size)
            case "pi":
                return arb.pi()
            case "e":
                return arb(1).exp()
        if name in vector_activations():
            return self._activation(name, self._name(DEFAULT, scope), {}, scope)
        if name in FUNCTIONS:
            return self._mapped(OPERATIONS[name], self._name("x", scope))
        raise NotExamined(name)

    def _vector(self, tree: ast.expr, scope: Scope) -> tuple[Any, ...]:
        found = self.value(tree, scope)
        if not isinstance(found, tuple):
            raise Unknown
        return found

    def _power(self, base: Any, exponent: ast.expr, scope: Scope) -> Any:
        match exponent:
            case ast.Constant(value=int(n)):
                return self._mapped(lambda u: rational_power(u, fmpq(n)), base)
            case ast.BinOp(op=ast.Div(), left=ast.Constant(value=int(p)), right=ast.Constant(value=int(q))) if q:
                return self._mapped(lambda u: rational_power(u, fmpq(p, q)), base)

        def general(u: Any, v: Any) -> Any:
            if not (u if isinstance(u, arb) else u[0]) > 0:
                raise Unknown
            return (u.log() * v).exp()

        return self._mapped(general, base, self.value(exponent, scope))

    def _call(self, tree: ast.Call, name: str, scope: Scope) -> Any:
        args = tree.args
        match name, len(args):
            case ("sum" | "mean" | "norm" | "max" | "min"), 1:
                parts = self._vector(args[0], scope)
                match name:
                    case "sum" | "mean":
                        return _sum(parts) / (len(parts) if name == "mean" else 1)
                    case "norm":
                        return OPERATIONS["sqrt"](_sum(x * x for x in parts))
                return parts[0] if len(parts) == 1 else OPERATIONS[name](*parts)
            case "dot", 2:
                right = self._vector(args[1], scope)
                if _is_matrix(args[0]):
                    return self.matrix(args[0], scope).times(right)
                left = self._vector(args[0], scope)
                return _sum(a * b for a, b in zip(left, right, strict=True))
            case ("row_sums" | "column_sums" | "trace" | "diag" | "off_diagonal" | "spectral_norm"
                  | "smallest_eigenvalue"), 1:  # fmt: skip
                return _of_matrix(name, self.matrix(args[0], scope))
            case "lipschitz", 1:
                return self._steepness(args[0], scope)
            case "J", _:
                return self._gradient(tree, scope)
            case _ if name in vector_activations():
                keywords = {str(k.arg): self.value(k.value, scope) for k in tree.keywords}
                argument = self._vector(args[0], scope) if args else self._name(DEFAULT, scope)
                return self._activation(name, argument, keywords, scope)
            case ("max" | "min"), _:
                return self._mapped(OPERATIONS[name], *(self.value(each, scope) for each in args))
            case _, 1 if name in FUNCTIONS:
                return self._mapped(OPERATIONS[name], self.value(args[0], scope))
        entry = self.functions.get(name) or entry_named(name)
        if entry is None or len(args) != len(entry.inputs):
            raise NotExamined(name)
        defaults = {p: self.value(formula_tree(default), {}) for p, default in entry.parameters}
        values = defaults | {str(k.arg): self.value(k.value, scope) for k in tree.keywords}
        names = [*values, *entry.inputs]
        return self._mapped(
            lambda *each: self.value(formula_tree(entry.formula), dict(zip(names, each, strict=True))),
            *values.values(), *(self.value(each, scope) for each in args),
        )  # fmt: skip

    def _activation(self, name: str, argument: Any, keywords: dict[str, Any], scope: Scope) -> Any:
        entry = vector_activations()[name]
        values = {p.name: self.value(formula_tree(p.default), {}) for p in entry.parameters} | keywords
        return self.value(formula_tree(entry.formula), {**values, DEFAULT: argument})

    # --- derivatives

    def matrix(self, tree: ast.expr, scope: Scope) -> Matrix:
        """The matrix that J(f), J(f)(v), J(expression, v) or a transpose of one writes."""
        match tree:
            case ast.Call(func=ast.Name(id="transpose"), args=[inner]):
                return self.matrix(inner, scope).transposed()
        columns = self._columns(tree, scope)
        if not all(isinstance(c, tuple) for c in columns):
            raise Unknown
        return Matrix(tuple(columns)).transposed()

    def _gradient(self, tree: ast.expr, scope: Scope) -> tuple[Any, ...]:
        columns = self._columns(tree, scope)
        if any(isinstance(c, tuple) for c in columns):
            raise Unknown
        return tuple(columns)

    def _columns(self, tree: ast.expr, scope: Scope) -> list[Any]:
        """The derivatives by each component."""
        match tree:
            case ast.Call(func=ast.Call(func=ast.Name(id="J"), args=[f, *rest]), args=[argument]):
                at = self._vector(argument, scope)
            case ast.Call(func=ast.Name(id="J"), args=[f, *rest]):
                at = None
            case _:
                raise Unknown
        if rest:
            assert isinstance(rest[0], ast.Name)
            name = rest[0].id
        else:
            name, _ = self._segment(f, scope)
        here = self._name(name, scope) if at is None else at
        if not isinstance(here, tuple) or any(isinstance(x, arb_series) for x in here):
            raise Unknown
        columns = []
        for k in range(len(here)):
            moving = tuple(arb_series([x, arb(i == k)]) for i, x in enumerate(here))
            columns.append(_derivative(self.value(f, {**scope, name: moving})))
        return columns

    def _steepness(self, f: ast.expr, scope: Scope) -> Bound:
        name, ends = self._segment(f, scope)
        values = [self.value(f, {**scope, name: each}) for each in ends]
        if not all(isinstance(v, tuple) for v in values):
            raise Unknown
        rise = _length(tuple(a - b for a, b in zip(*values, strict=True)))
        run = _length(tuple(arb(a) - arb(b) for a, b in zip(*ends, strict=True)))
        return Bound(low=(rise / run).lower())


_WORDS = {"sum", "mean", "norm", "dot", "J", "symmetric", "positive_semidefinite", "row_sums", "column_sums", "trace",
          "diag", "off_diagonal", "spectral_norm", "smallest_eigenvalue", "transpose"}  # fmt: skip


def _is_matrix(tree: ast.expr) -> bool:
    match tree:
        case ast.Call(func=ast.Name(id="J" | "transpose")) | ast.Call(func=ast.Call(func=ast.Name(id="J"))):
            return True
    return False


def _sum(parts: Any) -> Any:
    total: Any = arb(0)
    for part in parts:
        total = part + total
    return total


def _length(vector: tuple[Any, ...]) -> arb:
    return _sum(x * x for x in vector).sqrt()


def _derivative(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_derivative, value))
    if isinstance(value, Matrix | Bound):
        raise Unknown
    return value[1] if isinstance(value, arb_series) else arb(0)


def _of_matrix(word: str, m: Matrix) -> Any:
    size = len(m.rows)
    match word:
        case "row_sums":
            return tuple(map(_sum, m.rows))
        case "column_sums":
            return tuple(map(_sum, m.transposed().rows))
        case "trace":
            return _sum(m.rows[i][i] for i in range(size))
        case "diag":
            return tuple(m.rows[i][i] for i in range(size))
        case "off_diagonal":
            return tuple(m.rows[i][k] for i in range(size) for k in range(size) if i != k)
        case "spectral_norm":
            return Bound(low=max((_length(m.times(v)) / _length(v)).lower() for v in _directions(size)))
    return _smallest(m)


def _smallest(m: Matrix) -> Bound:
    """An upper bound on the smallest eigenvalue of a symmetric matrix: Rayleigh's quotients."""
    quotients = []
    for v in _directions(len(m.rows)):
        image = m.times(v)
        quotients.append((_sum(a * b for a, b in zip(v, image, strict=True)) / _sum(x * x for x in v)).upper())
    return Bound(high=min(quotients))


def _directions(size: int) -> list[tuple[arb, ...]]:
    """Unit vectors, differences of two, and the diagonal."""
    units = [tuple(arb(i == k) for i in range(size)) for k in range(size)]
    differences = [tuple(a - b for a, b in zip(u, v, strict=True)) for u, v in combinations(units, 2)]
    return [*units, *differences, tuple(arb(1) for _ in range(size))]


def _pairs(a: Any, b: Any) -> list[tuple[Any, Any]]:
    """The pairs of numbers that are compared: component by component."""
    if isinstance(a, Matrix) or isinstance(b, Matrix):
        raise Unknown
    if isinstance(a, tuple) and isinstance(b, tuple):
        if len(a) != len(b):
            raise Unknown
        return list(zip(a, b, strict=True))
    if isinstance(a, tuple):
        return [(x, b) for x in a]
    return [(a, y) for y in b] if isinstance(b, tuple) else [(a, b)]


def _compared(relation: str, a: Any, b: Any) -> bool | None:
    if isinstance(a, Bound) or isinstance(b, Bound):
        return None if not _excluded(relation, _bound(a), _bound(b)) else False
    difference = a - b
    if not isinstance(difference, arb) or not difference.is_finite():
        raise Unknown
    order = sign(difference)
    return None if order is None else holds(relation, order)


def _bound(value: Any) -> Bound:
    return value if isinstance(value, Bound) else Bound(value, value)


def _excluded(relation: str, a: Bound, b: Bound) -> bool:
    """Whether what is known of two quantities excludes a relation between them."""
    above = a.low is not None and b.high is not None and bool(a.low > b.high)
    below = a.high is not None and b.low is not None and bool(a.high < b.low)
    return (above and relation in ("<", "<=", "==")) or (below and relation in (">", ">=", "=="))


def quoted(value: Any) -> str:
    if isinstance(value, Bound):
        return f"at least {value.low.str(20, radius=False)}" if value.low is not None else f"at most {value.high}"
    return value.str(30, radius=False)
