"""The parsed form of statements: connectives over relations and predicates, with numbers and sets as leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from ..expressions.expr import Expr

T = TypeVar("T")


class StatementError(ValueError):
    """Text that is not in the statement language; the message is one clear line."""


@dataclass(frozen=True)
class DefinedFunction:
    """A function a statement may call: inputs in order, keyword parameters with defaults, and its expression."""

    name: str
    inputs: tuple[str, ...]
    defaults: Mapping[str, Expr]
    body: Expr
    redefinable: bool = False
    """Whether a ledger may define another function of that name."""


@dataclass(frozen=True)
class Infinity:
    """oo or -oo, where the language allows it."""

    sign: int

    def __str__(self) -> str:
        return "oo" if self.sign > 0 else "-oo"


@dataclass(frozen=True)
class Functional:
    """A number computed from whole functions: sup, inf, E, E2, limit, lipschitz, continuity, the only member of a set
    of a function (argmax and the like), or a rounding."""

    kind: str
    body: Expr
    text: str = field(compare=False)
    variable: str | None = None
    at: Expr | Infinity | None = None
    second: str | None = None
    """The other variable of a mean over two, whose correlation is `at`."""

    @property
    def bound(self) -> frozenset[str]:
        """The names over which it ranges."""
        return frozenset(name for name in (self.variable, self.second) if name is not None)


@dataclass(frozen=True)
class SetDisplay:
    """{a, b, ...}."""

    members: tuple[Expr, ...]


@dataclass(frozen=True)
class IntervalDisplay:
    """An interval with exact ends."""

    low: Expr | Infinity
    high: Expr | Infinity
    left_open: bool
    right_open: bool


@dataclass(frozen=True)
class SetFunctional:
    """range, argmax, argmin, zeros or subdifferential of a function."""

    kind: str
    body: Expr
    text: str
    variable: str | None = None
    at: Expr | None = None


SetValue: TypeAlias = SetDisplay | IntervalDisplay | SetFunctional
Value: TypeAlias = Expr | Infinity | SetValue


@dataclass(frozen=True)
class Relation:
    """lhs op rhs, op one of < <= > >= == !=; the sides as they are written, empty where it is not written as one."""

    op: str
    lhs: Value
    rhs: Value
    text: str
    left_text: str = ""
    right_text: str = ""


@dataclass(frozen=True)
class Predicate:
    """increasing(f), odd(f), approx(a, b, ...) and the like."""

    kind: str
    body: Expr
    text: str
    variable: str | None = None
    other: Expr | None = None
    digits: int | None = None
    other_text: str = ""
    at: Expr | Infinity | None = None
    rate: Expr | None = None


@dataclass(frozen=True)
class Quantified:
    """exists(x, ..., formula) or forall(x, ..., formula): the names it binds range over all reals."""

    kind: str
    names: tuple[str, ...]
    body: Formula
    text: str


@dataclass(frozen=True)
class Connective:
    """and, or, not over statements; constants are an empty and (true) and an empty or (false)."""

    op: str
    parts: tuple[Formula, ...]


Leaf: TypeAlias = Relation | Predicate | Quantified
Formula: TypeAlias = Leaf | Connective


@dataclass(frozen=True)
class Statement:
    """A parsed statement and what its placeholders stand for."""

    text: str
    formula: Formula
    functionals: Mapping[str, Functional]
    where: Formula | None = None
    where_text: str | None = None
    products: Mapping[str, tuple[Expr, Expr, str]] = field(default_factory=dict[str, tuple[Expr, Expr, str]])
    """placeholder -> (factor, count, its variable), for product(f, n)."""
    product_texts: Mapping[str, str] = field(default_factory=dict[str, str])


def relations(formula: Formula) -> list[Leaf]:
    """The leaves of a formula."""
    if isinstance(formula, Connective):
        return [leaf for part in formula.parts for leaf in relations(part)]
    return [formula]


def conjuncts(formula: Formula) -> list[Formula]:
    """The parts that must all hold."""
    if isinstance(formula, Connective) and formula.op == "and":
        return [leaf for part in formula.parts for leaf in conjuncts(part)]
    return [formula]


def is_pointwise(leaf: Leaf) -> bool:
    """Whether a leaf is a relation between numbers, at the values of its names."""
    return isinstance(leaf, Relation) and not any(isinstance(side, SetValue) for side in (leaf.lhs, leaf.rhs))


def terms(part: Leaf | Value) -> Iterator[tuple[Expr, frozenset[str]]]:
    """The expressions in a relation, a property or a set, each with the names that are bound in it."""
    match part:
        case Expr():
            yield part, frozenset()
        case Relation(lhs=lhs, rhs=rhs):
            yield from (*terms(lhs), *terms(rhs))
        case SetDisplay(members=members):
            yield from ((member, frozenset()) for member in members)
        case IntervalDisplay(low=low, high=high):
            yield from (*terms(low), *terms(high))
        case SetFunctional(body=body, variable=variable, at=at):
            yield body, frozenset((variable,)) if variable is not None else frozenset()
            yield from () if at is None else terms(at)
        case Predicate(variable=variable):
            bound = frozenset((variable,)) if variable is not None else frozenset[str]()
            for e in (part.body, part.other, part.at, part.rate):
                if isinstance(e, Expr):
                    yield e, bound
        case _:
            return


def expressions(leaf: Leaf) -> Iterator[Expr]:
    """The sides of a relation, and what a predicate or a quantified formula is about."""
    match leaf:
        case Relation(lhs=lhs, rhs=rhs):
            yield from (side for side in (lhs, rhs) if isinstance(side, Expr))
        case Predicate():
            yield from (e for e in (leaf.body, leaf.other, leaf.at, leaf.rate) if isinstance(e, Expr))
        case Quantified(body=body):
            yield from (e for each in relations(body) for e in expressions(each))


def fold(formula: Formula, leaf: Callable[[Leaf], T], connect: Callable[[str, tuple[T, ...]], T]) -> T:
    """The value of a formula: that of each leaf, connected by and, or, not. No leaf is left out."""
    if isinstance(formula, Connective):
        return connect(formula.op, tuple([fold(part, leaf, connect) for part in formula.parts]))
    return leaf(formula)


def kleene(op: str, truths: Sequence[bool | None]) -> bool | None:
    """and, or, not of truths some of which are unknown (None): unknown where the known ones leave it open."""
    if op == "not":
        return None if truths[0] is None else not truths[0]
    decisive = op == "or"
    if decisive in truths:
        return decisive
    return None if None in truths else not decisive


def where_defined(op: str, truths: Sequence[bool | None]) -> bool | None:
    """and, or, not of truths at a point some of which are undefined (None) there: so is the whole then."""
    return None if None in truths else kleene(op, truths)


TRUE, FALSE = Connective("and", ()), Connective("or", ())
