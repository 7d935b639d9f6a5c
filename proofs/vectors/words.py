"""The words of statements about vectors: what each is in the algebra of generic components."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import pairwise

from ..budget import Undecided
from ..catalogue.vector_entries import vector_activations
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..language.reader import Number, Reader, Truth, Vocabulary, Word, require_parameters
from ..language.source import quoted, source_text, syntax_tree
from ..language.syntax import Connective, DefinedFunction, Formula, Relation, StatementError, relations
from ..language.words import extremum_hint
from ..vocabulary.words import WORDS as REAL_WORDS
from .algebra import DIMENSION, Matrix, Vectors, component, is_vector

MAX_COMPONENTS = 64
DEFAULT = "v"
"""The vector that a function's name stands for: `J(logsumexp) == softmax` is read in v."""


@dataclass(frozen=True)
class EntryRelation(Relation):
    """A relation between matrix entries off the diagonal: it holds for every two different indices i and k."""


class VectorWords:
    """The vocabulary of one statement about vectors: its words share the statement's vectors."""

    def __init__(self) -> None:
        self.vectors = Vectors()
        self.whole_space: list[Expr] = []
        """Functions of which something is said about all vectors at once."""

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of the real numbers, and these before them."""
        truths = {name: word for name, word in REAL_WORDS.items() if isinstance(word, Truth)}
        local: dict[str, Word] = {name: Truth(name, partial(_relations_only, word)) for name, word in truths.items()}
        local |= {row.name: Number(row.name, partial(row.read, self)) for row in NUMBERS.values()}
        local |= {name: Truth(name, partial(read, self)) for name, read in TRUTHS.items()}
        local |= {name: Word(name) for name in MATRICES}
        local |= {name: self._activation_word(name) for name in vector_activations()}
        return Vocabulary(REAL_WORDS, local, self._syntax, self._called, self._compared, self._matrices_compared)

    # --- vectors and their components

    def vector(self, reader: Reader, node: ast.expr) -> Expr:
        """An expression in generic components."""
        e = reader.expression(node)
        if not is_vector(e):
            raise StatementError(f"{quoted(node)}: expected a vector, such as v or [a, b]")
        return e

    def _number(self, reader: Reader, node: ast.expr) -> Expr:
        e = reader.expression(node)
        if is_vector(e) or self.vectors.names(e) & {"n"} or any("#" in name for name in ex.free_names(e)):
            raise StatementError(f"{quoted(node)}: expected a number free of vectors")
        return e

    def _component(self, node: ast.expr, body: Expr, index: int) -> Expr:
        if not 0 <= index < MAX_COMPONENTS:
            raise StatementError(f"{quoted(node)}: the components are numbered from 0 to {MAX_COMPONENTS - 1} at most")
        return self.vectors.aggregate("at", body, index)

    def _entry(self, node: ast.expr, m: Matrix, i: int, k: int) -> Expr:
        terms = [self._component(node, left, i) * self._component(node, right, k) for left, right in m.terms]
        return ex.add(*terms, *([self._component(node, m.diagonal, i)] if i == k else []))

    def _syntax(self, reader: Reader, node: ast.expr) -> Expr | None:
        """Vectors written out, components, and Jacobians at a vector."""
        match node:
            case ast.List(elts=[_, *_] as elements):
                if len(elements) > MAX_COMPONENTS:
                    raise StatementError(f"{quoted(node)}: at most {MAX_COMPONENTS} components are read")
                return self.vectors.literal([self._number(reader, element) for element in elements])
            case ast.Subscript(value=value, slice=ast.Constant(value=int(index))):
                return self._component(node, self.vector(reader, value), index)
            case ast.Subscript(
                value=value, slice=ast.Tuple(elts=[ast.Constant(value=int(row)), ast.Constant(value=int(column))])
            ):
                return self._entry(node, self.matrix(reader, value), row, column)
            case ast.Call(func=ast.Call(func=ast.Name(id="J"))):
                return self.gradient(reader, node)
            case ast.Call(func=ast.Call() | ast.BinOp() as function):
                body = reader.expression(function)
                if is_vector(body) or ex.free_names(body) & self.vectors.aggregates.keys():
                    raise StatementError(f"{quoted(node)}: a vector is given to the function itself, as in softmax(v)")
            case _:
                pass
        return None

    # --- numbers

    def dot(self, reader: Reader, node: ast.Call) -> Expr:
        """The product of two vectors, or of a matrix and a vector."""
        reader.arguments(node, "dot", 2)
        left, right = node.args
        if self.is_matrix(reader, left):
            return self.vectors.apply(self.matrix(reader, left), self.vector(reader, right))
        return self.vectors.sum(self.vector(reader, left) * self.vector(reader, right))

    def lipschitz(self, reader: Reader, node: ast.Call) -> Expr:
        match node:
            case ast.Call(args=[function], keywords=[]):
                body, vector = self._everywhere(function, self.vector(reader, function))
                return self.vectors.aggregate("lipschitz", self._jacobian(function, body, vector))
            case _:
                return _real("lipschitz", reader, node)

    def gradient(self, reader: Reader, node: ast.Call) -> Expr:
        """The Jacobian of a number: a vector."""
        body, vector, at = self._derived(reader, node)
        if is_vector(body):
            raise StatementError(
                f"{quoted(node)} is a matrix: ask for row_sums, column_sums, diag, off_diagonal, trace, "
                "spectral_norm or symmetric"
            )
        return self.vectors.substitute(self._jacobian(node, body, vector).on_diagonal(), at)

    def _called(self, node: ast.Call, value: Expr) -> Expr:
        match node.func:
            case ast.Name(id="D"):
                if "#" in "".join(ex.free_names(value)):
                    raise StatementError(f"{quoted(node)}: D is for functions of one real; J(f)(v) is a Jacobian")
                return value
            case ast.Name(id=name) if name in self.vocabulary.local:
                return value
            case _:
                return _differentiated(value)

    # --- activations

    def _activation_word(self, name: str) -> Number:
        def read(reader: Reader, node: ast.Call) -> Expr:
            keywords = reader.keywords(node)
            if len(node.args) > 1:
                raise StatementError(f"{quoted(node)}: {name} takes one vector")
            argument = self.vector(reader, node.args[0]) if node.args else component(DEFAULT)
            return self._activation(name, reader, argument, keywords)

        return Number(name, read, lambda reader: self._activation(name, reader, component(DEFAULT), {}))

    def _activation(self, name: str, reader: Reader, argument: Expr, keywords: Mapping[str, Expr]) -> Expr:
        """A catalogue formula read with its vector and parameters in place."""
        entry = vector_activations()[name]
        constants = self.reader({}, {})
        defaults = {p.name: constants.expression(_formula(p.default)) for p in entry.parameters}
        require_parameters(name, sorted(keywords), defaults)
        if any(is_vector(value) for value in keywords.values()):
            raise StatementError(f"{name}: its parameters are numbers, not vectors")
        inner = self.reader(reader.functions, {DEFAULT: argument, **defaults, **keywords})
        return inner.expression(_formula(entry.formula))

    def reader(self, functions: Mapping[str, DefinedFunction], values: Mapping[str, Expr]) -> Reader:
        """A reader with these words, for which names stand for values."""
        return Reader(functions, self.vocabulary, {"n": DIMENSION, **values})

    # --- matrices

    def matrix(self, reader: Reader, node: ast.expr) -> Matrix:
        """J(f), J(f)(v), J(expression, v), diag(v), outer(v, w), a transpose, a sum or a multiple."""
        match node:
            case ast.Call(func=ast.Name(id="transpose"), args=[inner], keywords=[]):
                return self.matrix(reader, inner).transposed()
            case ast.Call(func=ast.Name(id="outer")):
                reader.arguments(node, "outer", 2)
                left, right = map(reader.expression, node.args)  # a number is a vector of equal components
                return Matrix(ex.ZERO, ((left, right),))
            case ast.Call(func=ast.Name(id="diag"), args=[argument], keywords=[]) if self.is_matrix(reader, node):
                return Matrix(reader.expression(argument))
            case ast.BinOp() | ast.UnaryOp() if self.is_matrix(reader, node):
                return self._arithmetic(reader, node)
            case ast.Call() if _is_jacobian(node):
                body, vector, at = self._derived(reader, node)
                if not is_vector(body):
                    raise StatementError(f"{quoted(node)} is a vector: the gradient of a number")
                return self.vectors.substitute_matrix(self._jacobian(node, body, vector), at)
            case _:
                raise StatementError(f"{quoted(node)}: expected a matrix, such as J(softmax)(v)")

    def _arithmetic(self, reader: Reader, node: ast.expr) -> Matrix:
        """A sum, a difference or a multiple of matrices."""
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.matrix(reader, operand).scaled(-ex.ONE)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self.matrix(reader, left) + self.matrix(reader, right)
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return self.matrix(reader, left) + self.matrix(reader, right).scaled(-ex.ONE)
            case ast.BinOp(left=left, op=ast.Mult(), right=right) if self.is_matrix(reader, right):
                return self.matrix(reader, right).scaled(self._factor(reader, left))
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return self.matrix(reader, left).scaled(self._factor(reader, right))
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return self.matrix(reader, left).scaled(1 / self._factor(reader, right))
            case _:
                raise StatementError(f"{quoted(node)}: matrices are added, and multiplied with numbers")

    def _factor(self, reader: Reader, node: ast.expr) -> Expr:
        factor = reader.expression(node)
        if is_vector(factor):
            raise StatementError(f"{quoted(node)}: a matrix is multiplied with a number, or by dot with a vector")
        return factor

    def is_matrix(self, reader: Reader, node: ast.expr) -> bool:
        """Whether syntax stands for a matrix: the Jacobian of a number is a vector, and so is a matrix's diagonal."""
        match node:
            case ast.Call(func=ast.Name(id="transpose" | "outer")):
                return True
            case ast.Call(func=ast.Name(id="diag"), args=[argument]):
                return not self.is_matrix(reader, argument)
            case ast.Call() if _is_jacobian(node):
                return is_vector(self._derived(reader, node)[0])
            case ast.BinOp(left=left, right=right):
                return self.is_matrix(reader, left) or self.is_matrix(reader, right)
            case ast.UnaryOp(operand=operand):
                return self.is_matrix(reader, operand)
            case _:
                return False

    def _matrices_compared(self, reader: Reader, node: ast.Compare) -> Formula | None:
        """Matrices are equal where their entries are, on the diagonal and off it; None for other comparisons."""
        operands = [node.left, *node.comparators]
        if not all(self.is_matrix(reader, operand) for operand in operands):
            return None
        if not all(isinstance(op, ast.Eq) for op in node.ops):
            raise StatementError(f"{quoted(node)}: matrices are compared with ==")
        text, links = source_text(node), list[Formula]()
        for a, b in pairwise(self.matrix(reader, operand) for operand in operands):
            links.append(Relation("==", a.on_diagonal(), b.on_diagonal(), text))
            links.append(EntryRelation("==", a.off_diagonal(), b.off_diagonal(), text))
        return Connective("and", tuple(links))

    def _jacobian(self, node: ast.expr, body: Expr, vector: str) -> Matrix:
        try:
            return self.vectors.jacobian(body, vector)
        except Undecided as reason:
            raise StatementError(f"{quoted(node)}: {reason}") from None

    def _derived(self, reader: Reader, node: ast.Call) -> tuple[Expr, str, dict[str, Expr]]:
        """The expression to differentiate, the vector in which, and the point as a substitution."""
        if isinstance(node.func, ast.Call):
            reader.arguments(node, "a Jacobian", 1)
            body, vector, _ = self._derived(reader, node.func)
            return body, vector, {vector + "[i]": self.vector(reader, node.args[0])}
        if node.keywords or len(node.args) not in (1, 2):
            raise StatementError(f"{quoted(node)}: expected J(f), J(f)(v) or J(expression, v)")
        body = reader.expression(node.args[0])
        vectors = self.vectors_in(body)
        if len(node.args) == 2:
            match node.args[1]:
                case ast.Name(id=name) if reader.values.get(name) is component(name):
                    return body, name, {}
                case other:
                    raise StatementError(f"{quoted(other)}: expected the name of a vector")
        if len(vectors) != 1:
            raise StatementError(f"{quoted(node)}: the Jacobian in which of {', '.join(vectors) or 'no vectors'}?")
        return body, vectors[0], {}

    def vectors_in(self, e: Expr) -> list[str]:
        """The free vectors of an expression."""
        return sorted(name.removesuffix("[i]") for name in self.vectors.names(e) if name.endswith("[i]"))

    def _everywhere(self, node: ast.expr, body: Expr) -> tuple[Expr, str]:
        """A function of one vector; its derivatives tell everything where it is defined on the whole space."""
        vectors = self.vectors_in(body)
        if len(vectors) != 1:
            raise StatementError(f"{quoted(node)}: a function of which vector?")
        self.whole_space.append(body)
        return body, vectors[0]

    # --- something true or false

    def symmetric(self, reader: Reader, node: ast.Call) -> Formula:
        m = self._only_matrix(reader, node)
        return EntryRelation("==", m.off_diagonal(), m.transposed().off_diagonal(), source_text(node))

    def positive_semidefinite(self, reader: Reader, node: ast.Call) -> Formula:
        return self._semidefinite(self._only_matrix(reader, node), source_text(node))

    def _only_matrix(self, reader: Reader, node: ast.Call) -> Matrix:
        if len(node.args) != 1 or node.keywords:
            raise reader.no_truth(node)
        return self.matrix(reader, node.args[0])

    def curved(self, reader: Reader, node: ast.Call, kind: str) -> Formula:
        """convex or concave: the sign of all second derivatives."""
        match node:
            case ast.Call(args=[function], keywords=[]):
                sign = 1 if kind == "convex" else -1
                body, vector = self._everywhere(function, sign * reader.expression(function))
                if is_vector(body):
                    raise StatementError(f"{quoted(node)}: {kind} is for functions with one value")
                gradient = self._jacobian(function, body, vector).on_diagonal()
                return self._semidefinite(self._jacobian(function, gradient, vector), source_text(node))
            case _:
                word = REAL_WORDS[kind]
                assert isinstance(word, Truth)
                return _relations_only(word, reader, node)

    def _semidefinite(self, m: Matrix, text: str) -> Formula:
        return Relation(">=", self.vectors.aggregate("smallest_eigenvalue", m), ex.ZERO, text)

    def _compared(self, operands: list[ast.expr], chain: Formula) -> Formula:
        """A comparison of vectors holds for each component, one of matrix entries for each two indices."""
        leaves = [leaf for leaf in relations(chain) if isinstance(leaf, Relation)]
        if any(isinstance(n, ast.Name) and n.id == "off_diagonal" for operand in operands for n in ast.walk(operand)):
            leaves = [EntryRelation(**vars(r)) for r in leaves]
            chain = leaves[0] if len(leaves) == 1 else Connective("and", tuple(leaves))
        for r in leaves:
            lhs, rhs = r.lhs, r.rhs
            if not (isinstance(lhs, Expr) and isinstance(rhs, Expr)):
                said = "sets and oo are not compared beside vectors; [-1, 1] is a vector, interval(-1, 1) a set"
                raise StatementError(f"{r.text!r}: {said}")
            for side, other, op in ((lhs, rhs, "<="), (rhs, lhs, ">=")):
                self._check_lipschitz(r, side, other, op)
            if r.op == "!=" and (is_vector(lhs) or is_vector(rhs)):
                raise StatementError(f"{r.text!r}: vectors are compared with == < <= > >=")
        return chain

    def _check_lipschitz(self, r: Relation, side: Expr, other: Expr, op: str) -> None:
        """A bound on the Jacobian says as much as a Lipschitz bound with <=, not with < or ==."""
        aggregates = self.vectors.aggregates
        if "lipschitz" in {aggregates[name].kind for name in ex.free_names(side) & aggregates.keys()}:
            if r.op != op or side.op != "name":
                raise StatementError(f"{r.text!r}: expected lipschitz(f) <= c for a function of a vector")
            if self.vectors_in(other):
                raise StatementError(f"{r.text!r}: expected a number that is the same for all vectors")


def _real(name: str, reader: Reader, node: ast.Call) -> Expr:
    """A call read as among real numbers."""
    word = REAL_WORDS[name]
    assert isinstance(word, Number)
    return word.read(reader, node)


def _relations_only(word: Truth, reader: Reader, node: ast.Call) -> Formula:
    formula = word.read(reader, node)
    if any(not isinstance(leaf, Relation) for leaf in relations(formula)):
        raise StatementError(f"{quoted(node)}: beside vectors, statements are relations joined by and, or, not")
    return formula


def _differentiated(e: Expr) -> Expr:
    """Derivatives of what has no case distinctions, written out."""
    if e.op == "derivative" and not e.args[0].switching:
        body, variable, at = e.args
        return calculus.substitute(calculus.differentiate(body, variable), {variable: at})
    return calculus.rebuild(e, _differentiated) if e.switching else e


@lru_cache
def _formula(text: str) -> ast.expr:
    return syntax_tree(text, "formula")


def _is_jacobian(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="J")) | ast.Call(func=ast.Call(func=ast.Name(id="J"))):
            return True
        case _:
            return False


def _extreme(name: str) -> VectorNumber:
    """max or min: of a vector's components, or of numbers."""

    def read(words: VectorWords, reader: Reader, node: ast.Call) -> Expr:
        match node:
            case ast.Call(args=[argument], keywords=[]):
                body = reader.expression(argument)
                if not is_vector(body):
                    raise StatementError(f"{quoted(node)}: {name} of numbers takes two or more{extremum_hint(node)}")
                return words.vectors.aggregate(name, body)
            case _:
                return _differentiated(_real(name, reader, node))

    return VectorNumber(name, read, lambda args: args if len(args) == 1 else [])


def of_vector(name: str, value: Callable[[Vectors, Expr], Expr]) -> VectorNumber:
    """A word for a number taken from one vector."""

    def read(words: VectorWords, reader: Reader, node: ast.Call) -> Expr:
        reader.arguments(node, name, 1)
        return value(words.vectors, words.vector(reader, node.args[0]))

    return VectorNumber(name, read, lambda args: args)


def of_matrix(name: str, value: Callable[[Vectors, Matrix], Expr]) -> VectorNumber:
    """A word for a number or a vector taken from one matrix."""

    def read(words: VectorWords, reader: Reader, node: ast.Call) -> Expr:
        reader.arguments(node, name, 1)
        return value(words.vectors, words.matrix(reader, node.args[0]))

    return VectorNumber(name, read)


@dataclass(frozen=True)
class VectorNumber:
    """A word for a number or a vector: how a call of it is read, and which of the arguments must be vectors."""

    name: str
    read: Callable[[VectorWords, Reader, ast.Call], Expr]
    vectors: Callable[[list[ast.expr]], list[ast.expr]] = lambda _args: []


NUMBERS = {
    row.name: row
    for row in (
        of_vector("sum", Vectors.sum),
        of_vector("mean", lambda vectors, v: vectors.sum(v) / DIMENSION),
        of_vector("norm", lambda vectors, v: ex.sqrt(vectors.sum(v**2))),
        _extreme("max"),
        _extreme("min"),
        VectorNumber("dot", VectorWords.dot, lambda args: args[-1:]),
        VectorNumber("J", VectorWords.gradient, lambda args: args[1:] if len(args) == 2 else []),
        VectorNumber("lipschitz", VectorWords.lipschitz),
        of_matrix("row_sums", Vectors.row_sums),
        of_matrix("column_sums", lambda vectors, m: vectors.row_sums(m.transposed())),
        of_matrix("trace", Vectors.trace),
        of_matrix("diag", lambda _, m: m.on_diagonal()),
        of_matrix("off_diagonal", lambda _, m: m.off_diagonal()),
        of_matrix("spectral_norm", lambda vectors, m: vectors.aggregate("spectral_norm", m)),
        of_matrix("smallest_eigenvalue", lambda vectors, m: vectors.aggregate("smallest_eigenvalue", m)),
    )
}
TRUTHS: dict[str, Callable[[VectorWords, Reader, ast.Call], Formula]] = {
    "symmetric": VectorWords.symmetric,
    "positive_semidefinite": VectorWords.positive_semidefinite,
    "convex": partial(VectorWords.curved, kind="convex"),
    "concave": partial(VectorWords.curved, kind="concave"),
}
MATRICES = ("transpose", "outer")
"""Words for matrices, which stand only where a matrix is taken."""


def is_vector_word(name: str) -> bool:
    """Whether a word is one of vectors alone, next to the names of the vector activations."""
    return (name in NUMBERS or name in TRUTHS or name in MATRICES) and name not in REAL_WORDS
