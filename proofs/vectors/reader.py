"""Reading statements about vectors of n components: the statement language with sums, softmax and Jacobians.

`n` is the number of components. Arithmetic and functions of one real act component by component; a comparison of
vectors holds when it holds for each component. A vector written out (`[a, b]`) fixes n.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ..budget import Undecided
from ..catalogue.entries import known_functions
from ..catalogue.vector_entries import vector_activations
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..language.reader import DefinedFunction, Reader, extremum_hint, names_typed, require_named, with_functions
from ..language.signatures import names as function_names
from ..language.source import quoted, source_text, syntax_tree
from ..language.syntax import Connective, Formula, Relation, StatementError, relations
from .algebra import DIMENSION, Matrix, Vectors, component, is_vector
from .words import DEFAULT, MATRIX_WORDS, WORDS, vector_names

MAX_COMPONENTS = 64


@dataclass(frozen=True)
class EntryRelation(Relation):
    """A relation between matrix entries off the diagonal: it holds for every two different indices i and k."""


@dataclass(frozen=True)
class VectorStatement:
    """A statement about vectors, read."""

    text: str
    where_text: str | None
    formula: Formula
    where: Formula | None
    vectors: Vectors
    names: tuple[str, ...]
    """The vectors that are free."""
    scalars: tuple[str, ...]
    dimension: int | None
    """The number of components, where vectors written out fix it."""
    whole_space: tuple[Expr, ...] = ()
    """Functions that must be defined for every vector, because their derivatives are to tell everything."""


def parse_vector_statement(
    text: str, where: str | None = None, functions: Mapping[str, str] | None = None
) -> VectorStatement:
    """Read a statement about vectors. Raises StatementError with one line."""
    for name in sorted(function_names(functions)):
        if name in WORDS or name in vector_activations():
            raise StatementError(f"function {name!r}: the name is taken in statements about vectors")
    known = with_functions(known_functions(), functions)
    tree = syntax_tree(text, "statement")
    condition = None if where is None else syntax_tree(where, "where")
    names = vector_names([tree] if condition is None else [tree, condition], known)
    reader = _VectorReader(known, Vectors(), {name: component(name) for name in names})
    body = reader.formula(tree)
    domain = None if condition is None else reader.formula(condition)
    if domain and where is not None:
        about = _plain_names(body, reader.vectors) | names_typed(tree, known) - WORDS - vector_activations().keys()
        require_named(where, _plain_names(domain, reader.vectors), about | {"n"})
    if reader.whole_space and domain and any(is_vector(side) for side in _sides(domain)):
        raise StatementError(f"where {where!r}: convexity and lipschitz are decided for all vectors")
    if reader.whole_space and any(c.op != "and" for c in _connectives(body)):
        raise StatementError(f"{text!r}: convex, concave and lipschitz of vectors stand alone or are joined by and")
    if reader.functionals or reader.products:
        word = next(iter([*reader.functionals, *reader.products])).partition("#")[0]
        raise StatementError(f"{text!r}: {word} is not read beside vectors")
    used = sorted(_names(body, reader.vectors) | (_names(domain, reader.vectors) if domain else set()))
    sizes = {len(components) for components in reader.vectors.literals.values()}
    if len(sizes) > 1:
        raise StatementError(f"{text!r}: vectors written out, of {' and '.join(map(str, sorted(sizes)))} components")
    for components in reader.vectors.literals.values():
        used += sorted(set().union(*map(ex.free_names, components)) - set(used))
    free = tuple(name.removesuffix("[i]") for name in used if name.endswith("[i]"))
    return VectorStatement(
        text, where, body, domain, reader.vectors, tuple(v for v in free if "#" not in v),
        tuple(name for name in used if "[" not in name and name != "n"),
        sizes.pop() if sizes else None, tuple(reader.whole_space),
    )  # fmt: skip


def _connectives(formula: Formula) -> Iterator[Connective]:
    if isinstance(formula, Connective):
        yield formula
        for part in formula.parts:
            yield from _connectives(part)


def _names(formula: Formula, vectors: Vectors) -> set[str]:
    return {name.replace("[k]", "[i]") for side in _sides(formula) for name in vectors.names(side)}


def _plain_names(formula: Formula, vectors: Vectors) -> set[str]:
    """The names of vectors and numbers, also those inside vectors written out."""
    names = _names(formula, vectors)
    for literal in names & {f"{name}[i]" for name in vectors.literals} | names & vectors.literals.keys():
        names |= set().union(*map(ex.free_names, vectors.literals[literal.removesuffix("[i]")]))
    return {name.partition("[")[0] for name in names if "#" not in name}


def _sides(formula: Formula) -> list[Expr]:
    sides = [side for leaf in relations(formula) if isinstance(leaf, Relation) for side in (leaf.lhs, leaf.rhs)]
    return [side for side in sides if isinstance(side, Expr)]


def _differentiated(e: Expr) -> Expr:
    """Derivatives of what has no case distinctions, written out."""
    if e.op == "derivative" and not e.args[0].switching:
        body, variable, at = e.args
        return calculus.substitute(calculus.differentiate(body, variable), {variable: at})
    return calculus.rebuild(e, _differentiated) if e.switching else e


@lru_cache
def _formula(text: str) -> ast.expr:
    return syntax_tree(text, "formula")


class _VectorReader(Reader):
    """Reads real expressions with vectors among them, as expressions in the generic component."""

    def __init__(
        self, functions: Mapping[str, DefinedFunction], vectors: Vectors, values: Mapping[str, Expr]
    ) -> None:
        super().__init__(functions)
        self.vectors = vectors
        self.values = values
        """The expressions that names stand for: the free vectors, or the arguments of the function being read."""
        self.whole_space: list[Expr] = []
        """Functions of which something is said about all vectors at once."""

    # --- logic

    def formula(self, node: ast.expr) -> Formula:
        match node:
            case ast.Call(func=ast.Name(id="symmetric"), args=[matrix], keywords=[]):
                m = self.matrix(matrix)
                return EntryRelation("==", m.off_diagonal(), m.transposed().off_diagonal(), source_text(node))
            case ast.Call(func=ast.Name(id="positive_semidefinite"), args=[matrix], keywords=[]):
                return self._semidefinite(self.matrix(matrix), source_text(node))
            case ast.Call(func=ast.Name(id="convex" | "concave" as kind), args=[function], keywords=[]):
                sign = 1 if kind == "convex" else -1
                body, vector = self._everywhere(function, sign * self.expression(function))
                if is_vector(body):
                    raise StatementError(f"{quoted(node)}: {kind} is for functions with one value")
                gradient = self._jacobian(function, body, vector).on_diagonal()
                return self._semidefinite(self._jacobian(function, gradient, vector), source_text(node))
        read = super().formula(node)
        if any(not isinstance(leaf, Relation) for leaf in relations(read)):
            raise StatementError(f"{quoted(node)}: beside vectors, statements are relations joined by and, or, not")
        return read

    def _semidefinite(self, m: Matrix, text: str) -> Formula:
        return Relation(">=", self.vectors.aggregate("smallest_eigenvalue", m), ex.ZERO, text)

    def _everywhere(self, node: ast.expr, body: Expr) -> tuple[Expr, str]:
        """A function of one vector; its derivatives tell everything where it is defined on the whole space."""
        vectors = self._vectors_in(body)
        if len(vectors) != 1:
            raise StatementError(f"{quoted(node)}: a function of which vector?")
        self.whole_space.append(body)
        return body, vectors[0]

    def _vectors_in(self, e: Expr) -> list[str]:
        return sorted(name.removesuffix("[i]") for name in self.vectors.names(e) if name.endswith("[i]"))

    def _chain(self, operands: list[ast.expr], ops: list[ast.cmpop]) -> Formula:
        chain = super()._chain(operands, ops)
        if any(isinstance(n, ast.Name) and n.id == "off_diagonal" for operand in operands for n in ast.walk(operand)):
            leaves = [EntryRelation(**vars(r)) for r in relations(chain) if isinstance(r, Relation)]
            chain = leaves[0] if len(leaves) == 1 else Connective("and", tuple(leaves))
        for leaf in relations(chain):
            sides = (leaf.lhs, leaf.rhs) if isinstance(leaf, Relation) else ()
            if not all(isinstance(side, Expr) for side in sides):
                raise StatementError(f"{leaf.text!r}: sets and oo are not compared beside vectors")
            if isinstance(leaf, Relation):
                self._check_lipschitz(leaf)
            if isinstance(leaf, Relation) and leaf.op == "!=" and any(is_vector(s) for s in sides):  # type: ignore[arg-type]
                raise StatementError(f"{leaf.text!r}: vectors are compared with == < <= > >=")
        return chain

    def _check_lipschitz(self, r: Relation) -> None:
        """A bound on the Jacobian says as much as a Lipschitz bound with <=, not with < or ==."""
        for side, op in ((r.lhs, "<="), (r.rhs, ">=")):
            kinds = {self.vectors.aggregates[n].kind for n in ex.free_names(side) if n in self.vectors.aggregates}  # type: ignore[arg-type]
            if "lipschitz" in kinds and (r.op != op or side.op != "name"):  # type: ignore[union-attr]
                raise StatementError(f"{r.text!r}: expected lipschitz(f) <= c for a function of a vector")
            other = r.rhs if side is r.lhs else r.lhs
            if "lipschitz" in kinds and self._vectors_in(other):  # type: ignore[arg-type]
                raise StatementError(f"{r.text!r}: expected a number that is the same for all vectors")

    # --- numbers and vectors

    def _name(self, name: str) -> Expr:
        if name in self.values:
            return self.values[name]
        if name == "n":
            return DIMENSION
        if name in vector_activations():
            return self._activation(name, component(DEFAULT), {})
        if name in WORDS:
            raise StatementError(f"{name!r} cannot stand alone as a number here")
        return super()._name(name)

    def _expression(self, node: ast.expr) -> Expr:
        match node:
            case ast.List(elts=[_, *_] as elements):
                if len(elements) > MAX_COMPONENTS:
                    raise StatementError(f"{quoted(node)}: at most {MAX_COMPONENTS} components are read")
                return self.vectors.literal([self._number(element) for element in elements])
            case ast.Subscript(value=value, slice=ast.Constant(value=int(index))):
                return self._component(node, self._vector(value), index)
            case ast.Subscript(
                value=value, slice=ast.Tuple(elts=[ast.Constant(value=int(row)), ast.Constant(value=int(column))])
            ):
                return self._entry(node, self.matrix(value), row, column)
        return super()._expression(node)

    def _number(self, node: ast.expr) -> Expr:
        found = self.expression(node)
        if is_vector(found) or self.vectors.names(found) & {"n"} or any("#" in name for name in ex.free_names(found)):
            raise StatementError(f"{quoted(node)}: expected a number free of vectors")
        return found

    def _vector(self, node: ast.expr) -> Expr:
        found = self.expression(node)
        if not is_vector(found):
            raise StatementError(f"{quoted(node)}: expected a vector, such as v or [a, b]")
        return found

    def _component(self, node: ast.expr, body: Expr, index: int) -> Expr:
        literals = [len(c) for name, c in self.vectors.literals.items()]
        if not literals:
            raise StatementError(f"{quoted(node)}: components are numbered in vectors written out, such as [a, b]")
        if not 0 <= index < literals[0]:
            raise StatementError(f"{quoted(node)}: the components are numbered from 0 to {literals[0] - 1}")
        return self.vectors.aggregate("at", body, index)

    def _entry(self, node: ast.expr, m: Matrix, i: int, k: int) -> Expr:
        terms = [self._component(node, left, i) * self._component(node, right, k) for left, right in m.terms]
        return ex.add(*terms, *([self._component(node, m.diagonal, i)] if i == k else []))

    def _call(self, node: ast.Call) -> Expr:
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in vector_activations() and name not in self.values:
                keywords = {str(k.arg): self.expression(k.value) for k in node.keywords}
                if len(node.args) > 1:
                    raise StatementError(f"{quoted(node)}: {name} takes one vector")
                argument = self._vector(node.args[0]) if node.args else component(DEFAULT)
                return self._activation(name, argument, keywords)
            case ast.Call(func=ast.Name(id="sum" | "mean" | "norm" as name)):
                self._arguments(node, name, 1)
                body = self._vector(node.args[0])
                if name == "norm":
                    return ex.sqrt(self.vectors.sum(body**2))
                return self.vectors.sum(body) / (DIMENSION if name == "mean" else 1)
            case ast.Call(func=ast.Name(id="max" | "min" as name), args=[argument], keywords=[]):
                found = self.expression(argument)
                if not is_vector(found):
                    raise StatementError(f"{quoted(node)}: {name} of numbers takes two or more{extremum_hint(node)}")
                return self.vectors.aggregate(name, found)
            case ast.Call(func=ast.Name(id="dot")):
                self._arguments(node, "dot", 2)
                if self._is_matrix(node.args[0]):
                    return self.vectors.apply(self.matrix(node.args[0]), self._vector(node.args[1]))
                return self.vectors.sum(self._vector(node.args[0]) * self._vector(node.args[1]))
            case ast.Call(func=ast.Name(id=name)) if name in MATRIX_WORDS and name != "transpose":
                self._arguments(node, name, 1)
                return self._of_matrix(name, self.matrix(node.args[0]))
            case ast.Call(func=ast.Name(id="lipschitz"), args=[function], keywords=[]):
                body, vector = self._everywhere(function, self._vector(function))
                return self.vectors.aggregate("lipschitz", self._jacobian(function, body, vector))
            case ast.Call(func=ast.Name(id="J")) | ast.Call(func=ast.Call(func=ast.Name(id="J"))):
                body, vector, at = self._derived(node)
                if is_vector(body):
                    raise StatementError(
                        f"{quoted(node)} is a matrix: ask for row_sums, column_sums, diag, off_diagonal, trace, "
                        "spectral_norm or symmetric"
                    )
                return self.vectors.substitute(self._jacobian(node, body, vector).on_diagonal(), at)
            case ast.Call(func=ast.Name(id="D")):
                found = super()._call(node)
                if "#" in "".join(ex.free_names(found)):
                    raise StatementError(f"{quoted(node)}: D is for functions of one real; J(f)(v) is a Jacobian")
                return found
        if isinstance(node.func, ast.Call | ast.BinOp):
            body = self.expression(node.func)
            if is_vector(body) or ex.free_names(body) & self.vectors.aggregates.keys():
                raise StatementError(f"{quoted(node)}: a vector is given to the function itself, as in softmax(v)")
        return _differentiated(super()._call(node))

    def _activation(self, name: str, argument: Expr, keywords: dict[str, Expr]) -> Expr:
        """A catalogue formula read with its vector and parameters in place."""
        entry = vector_activations()[name]
        constants = _VectorReader({}, self.vectors, {})
        defaults = {p.name: constants.expression(_formula(p.default)) for p in entry.parameters}
        if unknown := keywords.keys() - defaults.keys():
            known = ", ".join(defaults) or "none"
            raise StatementError(f"{name} has no parameter {sorted(unknown)[0]!r}; its parameters: {known}")
        if any(is_vector(value) for value in keywords.values()):
            raise StatementError(f"{name}: its parameters are numbers, not vectors")
        reader = _VectorReader(self.functions, self.vectors, {DEFAULT: argument, **defaults, **keywords})
        return reader.expression(_formula(entry.formula))

    # --- matrices

    def _is_matrix(self, node: ast.expr) -> bool:
        match node:
            case ast.Call(func=ast.Name(id="J" | "transpose")) | ast.Call(func=ast.Call(func=ast.Name(id="J"))):
                return True
        return False

    def matrix(self, node: ast.expr) -> Matrix:
        """J(f), J(f)(v), J(expression, v) or the transpose of one."""
        match node:
            case ast.Call(func=ast.Name(id="transpose"), args=[inner], keywords=[]):
                return self.matrix(inner).transposed()
            case ast.Call() if self._is_matrix(node):
                body, vector, at = self._derived(node)
                if not is_vector(body):
                    raise StatementError(f"{quoted(node)} is a vector: the gradient of a number")
                return self.vectors.substitute_matrix(self._jacobian(node, body, vector), at)
        raise StatementError(f"{quoted(node)}: expected a matrix, such as J(softmax)(v)")

    def _jacobian(self, node: ast.expr, body: Expr, vector: str) -> Matrix:
        try:
            return self.vectors.jacobian(body, vector)
        except Undecided as reason:
            raise StatementError(f"{quoted(node)}: {reason}") from None

    def _derived(self, node: ast.Call) -> tuple[Expr, str, dict[str, Expr]]:
        """The expression to differentiate, the vector in which, and the point as a substitution."""
        if isinstance(node.func, ast.Call):
            self._arguments(node, "a Jacobian", 1)
            body, vector, _ = self._derived(node.func)
            return body, vector, {vector + "[i]": self._vector(node.args[0])}
        if node.keywords or len(node.args) not in (1, 2):
            raise StatementError(f"{quoted(node)}: expected J(f), J(f)(v) or J(expression, v)")
        body = self.expression(node.args[0])
        vectors = self._vectors_in(body)
        if len(node.args) == 2:
            match node.args[1]:
                case ast.Name(id=name) if self.values.get(name) is component(name):
                    return body, name, {}
            raise StatementError(f"{quoted(node.args[1])}: expected the name of a vector")
        if len(vectors) != 1:
            raise StatementError(f"{quoted(node)}: the Jacobian in which of {', '.join(vectors) or 'no vectors'}?")
        return body, vectors[0], {}

    def _of_matrix(self, word: str, m: Matrix) -> Expr:
        match word:
            case "row_sums":
                return self.vectors.row_sums(m)
            case "column_sums":
                return self.vectors.row_sums(m.transposed())
            case "trace":
                return self.vectors.trace(m)
            case "diag":
                return m.on_diagonal()
            case "off_diagonal":
                return m.off_diagonal()
            case _:
                return self.vectors.aggregate(word, m)
