"""A statement exactly as it was written: a graph of operations read straight from its text, nothing tidied.

The prover reads text into expressions that are simplified as they are built. The cross-examination must not inherit a
mistake made there, so it reads the text again with this module: literals keep their digits, ``oo - oo`` stays a
difference, catalogue formulas are read from the catalogue's own text. Of the language it shares the bounded parser.

Equal parts are shared, so that a formula of formulas stays small. Names that a function binds are numbered by depth.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import add, mul, neg, sub
from typing import Any, TypeAlias

from flint import fmpq

from ..enclosures.formats import FORMATS
from ..language.signatures import signature
from ..language.source import formula_tree, in_pairs, is_sum, number_from_source, signed_terms, source_text, syntax_tree
from ..language.syntax import StatementError
from ..language.tables import table_of
from ..vocabulary.words import WORDS

MAX_NODES = 40_000
"""Operations in one statement; a larger one is not examined."""
MAX_FOLDED = 64
"""Digits of a rational that is written as a calculation, such as 1/3."""

FUNCTIONS = {"exp", "log", "sqrt", "erf", "erfc", "sin", "cos", "tan", "atan", "asin", "acos", "sinh", "cosh", "tanh",
             "Phi", "abs", "sign", "floor", "ceil", "round"}  # fmt: skip
RELATIONS: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
                                         ast.NotEq: "!="}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"
}  # fmt: skip
FUNCTIONALS = {"sup", "inf", "lipschitz", "continuity", "E", "E2", "integral", "inverse", "limit", "argmax", "argmin",
               "rounding", "at_least", "at_most"}  # fmt: skip
"""Numbers that are estimated: from whole functions, or from a number that they are not below, or not above."""
PROPERTIES = {"increasing", "decreasing", "monotone", "convex", "concave", "odd", "even", "bounded", "differentiable",
              "smooth", "positive"}  # fmt: skip
"""The properties of one function that are examined; other words of the language are not."""
_SETS = {"range", "argmax", "argmin", "zeros"}


class NotExamined(Exception):
    """Text that this reader has no meaning for: the cross-examination has no opinion."""


@dataclass(frozen=True)
class Entry:
    """A function that may be called: its formula, inputs and defaults, as text."""

    formula: str
    inputs: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...] = ()


class Node:
    """One operation: its operands, what else it needs, and the symbols that its value depends on."""

    __slots__ = ("args", "exact", "extra", "free", "of_functions", "op", "program", "text")

    def __init__(self, op: str, args: tuple[Node, ...], extra: Any, free: frozenset[Symbol], text: str) -> None:
        self.op = op
        self.args = args
        self.extra = extra
        self.free = free
        self.text = text
        """As it was written, for the reader of a contradiction."""
        self.program: Any = None
        """How the witness evaluates it, once it has."""
        self.exact: fmpq | None = None
        """The rational that literals and arithmetic with them write."""
        self.of_functions = op in FUNCTIONALS or any(a.of_functions for a in args)
        """Whether a number computed from a whole function occurs in it."""

    def __repr__(self) -> str:
        return self.text or self.op


Symbol: TypeAlias = "str | int"
"""A free name, or the depth at which a function binds its variable."""
Scope: TypeAlias = Mapping[str, Node]


class Writing:
    """Reads the texts of one statement into one graph."""

    def __init__(self, functions: Mapping[str, str] | None = None) -> None:
        signatures = [(signature(text), formula) for text, formula in (functions or {}).items()]
        self.functions = {s.name: Entry(formula, s.inputs, tuple(s.parameters.items())) for s, formula in signatures}
        self.counts: set[Symbol] = set()
        """Names that count the factors of a product."""
        self._nodes: dict[Any, Node] = {}
        self._applied: dict[Any, Node] = {}

    def read(self, text: str) -> Node:
        """The formula that a text writes. Raises NotExamined."""
        try:
            return self.formula(syntax_tree(text, "statement"), {}, 0)
        except (StatementError, RecursionError) as reason:
            raise NotExamined(str(reason)) from None

    def read_term(self, text: str) -> Node:
        """The number that a text writes. Raises NotExamined."""
        try:
            return self.term(syntax_tree(text, "formula"), {}, 0)
        except (StatementError, RecursionError) as reason:
            raise NotExamined(str(reason)) from None

    def numbers(self) -> tuple[fmpq, ...]:
        """The rationals written, those of the statement itself before those of the functions it calls."""
        numbers = [n.exact for n in self._nodes.values() if n.exact is not None]
        numbers += [x for n in self._nodes.values() if n.op == "table" for x in n.extra.xs[:: len(n.extra.xs) // 8 + 1]]
        return tuple(dict.fromkeys(abs(x) for x in numbers if max(x.p.bit_length(), x.q.bit_length()) < 400))

    # --- nodes

    def node(
        self, op: str, *args: Node, extra: Any = None, bound: frozenset[Symbol] = frozenset(), text: str = ""
    ) -> Node:
        """The one node for an operation on these operands."""
        key = (op, extra, *map(id, args))
        if key not in self._nodes:
            if len(self._nodes) >= MAX_NODES:
                raise NotExamined("the statement is too large")
            free = frozenset[Symbol]().union(*(a.free for a in args)) - bound
            self._nodes[key] = node = Node(op, args, extra, free, text)
            node.exact = _folded(node)
        return self._nodes[key]

    def number(self, value: fmpq) -> Node:
        return self.node("number", extra=value)

    def symbol(self, symbol: Symbol) -> Node:
        node = self.node("symbol", extra=symbol)
        node.free = frozenset((symbol,))
        return node

    # --- formulas

    def formula(self, tree: ast.expr, scope: Scope, depth: int) -> Node:
        text = source_text(tree)
        match tree:
            case ast.BoolOp(op=op, values=values):
                parts = [self.formula(value, scope, depth) for value in values]
                return self.node("and" if isinstance(op, ast.And) else "or", *parts, text=text)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.node("not", self.formula(operand, scope, depth), text=text)
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                sides = [self.side(each, scope, depth) for each in (left, *comparators)]
                links = [
                    self.node(
                        "relation", a, b, extra=RELATIONS[type(op)],
                        text=f"{a.text} {RELATIONS[type(op)]} {b.text}",
                    )
                    for op, a, b in zip(ops, sides, sides[1:], strict=False)
                ]  # fmt: skip
                return links[0] if len(links) == 1 else self.node("and", *links, text=text)
            case ast.Constant(value=bool(truth)):
                return self.node("and" if truth else "or")
            case ast.Call(func=ast.Name(id=("exists" | "forall") as kind), args=[*names, body]):
                inner = dict(scope)
                bound: list[tuple[str, int]] = []
                for offset, name in enumerate(names):
                    assert isinstance(name, ast.Name)
                    inner[name.id] = self.symbol(depth + offset)
                    bound.append((name.id, depth + offset))
                read = self.formula(body, inner, depth + len(names))
                return self.node(kind, read, extra=tuple(bound), bound=frozenset(s for _, s in bound), text=text)
            case ast.Call(func=ast.Name(id="iff"), args=[p, q]):
                left, right = (self.formula(each, scope, depth) for each in (p, q))
                ways = [self.node("or", self.node("not", a), b) for a, b in ((left, right), (right, left))]
                return self.node("and", *ways, text=text)
            case ast.Call(func=ast.Name(id="approx"), args=[a, b], keywords=[ast.keyword(arg=kind, value=value)]):
                sides = [self.term(each, scope, depth) for each in (a, b, value)]
                return self.node("approx", *sides, extra=kind, text=text)
            case ast.Call(func=ast.Name(id="asymptotic"), args=[f, g, ast.Name(id=variable), at], keywords=keywords):
                inner = {**scope, variable: self.symbol(depth)}
                above, below, *rates = (
                    self.term(each, inner, depth + 1) for each in (f, g, *(k.value for k in keywords))
                )
                excess = self.node("sub", above, below)
                scaled = [self.node("div", excess, self.node("mul", below, rate)) for rate in rates]
                end = self.side(at, scope, depth)
                if depth in end.free:
                    raise NotExamined(text)
                return self.node(
                    "asymptotic", end, self.node("div", above, below), *scaled, extra=(variable, depth),
                    bound=frozenset((depth,)), text=text,
                )  # fmt: skip
            case ast.Call(func=ast.Name(id=kind), args=[f]) if kind in PROPERTIES:
                return self._of_function(kind, f, scope, depth, "x", text)
            case ast.Call(func=ast.Name(id="identity_near"), args=[f, at]):
                return self._of_function("identity_near", f, scope, depth, "x", text, at=self.term(at, scope, depth))
            case _:
                raise NotExamined(text)

    def side(self, tree: ast.expr, scope: Scope, depth: int) -> Node:
        """One side of a comparison: a number, an infinity or a set."""
        text = source_text(tree)
        match tree:
            case ast.Set(elts=elements):
                return self.node("display", *(self.term(each, scope, depth) for each in elements), text=text)
            case ast.Dict(keys=[]):
                return self.node("display", text=text)
            case ast.Name(id="reals"):
                return self.node("interval", self.node("oo", extra=-1), self.node("oo", extra=1), extra=(True, True))
            case ast.Call(func=ast.Name(id=("interval" | "open_interval") as kind), args=[low, high]):
                opened = {"left": kind == "open_interval", "right": kind == "open_interval"}
                for keyword in tree.keywords:
                    assert isinstance(keyword.value, ast.Name)
                    opened[str(keyword.arg)] = keyword.value.id == "open"
                ends = [self.side(end, scope, depth) for end in (low, high)]
                return self.node("interval", *ends, extra=(opened["left"], opened["right"]), text=text)
            case ast.Call(func=ast.Name(id=kind), args=[f]) if kind in _SETS:
                return self._of_function(kind, f, scope, depth, "x", text)
            case ast.Call(func=ast.Name(id="subdifferential"), args=[f, at]):
                return self._of_function("subdifferential", f, scope, depth, "x", text, at=self.term(at, scope, depth))
            case ast.Name(id="oo"):
                return self.node("oo", extra=1, text=text)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Name(id="oo")):
                return self.node("oo", extra=-1, text=text)
            case _:
                return self.term(tree, scope, depth)

    def _of_function(
        self, op: str, f: ast.expr, scope: Scope, depth: int, preferred: str, text: str, *, at: Node | None = None
    ) -> Node:
        """Something said of a function of one variable: its body with the variable bound at this depth."""
        variable = self._variable(f, scope, depth, preferred)
        body = self.term(f, {**scope, variable: self.symbol(depth)}, depth + 1)
        if at is not None and depth in at.free:
            raise NotExamined(text)
        args = (body,) if at is None else (body, at)
        bound = frozenset((depth, *filter(is_product, body.free)))
        return self.node(op, *args, extra=(variable, depth), bound=bound, text=text)

    def _variable(self, f: ast.expr, scope: Scope, depth: int, preferred: str = "x") -> str:
        """The name that a function is a function of: the preferred one where it occurs, else the only one."""
        hidden = {name: self.symbol(name) for name in scope}
        free = {s for s in self.term(f, hidden, depth).free if isinstance(s, str) and not is_product(s)}
        if preferred in free or not free:
            return preferred
        if len(free) == 1:
            return next(iter(free))
        raise NotExamined("a function of several names")

    # --- terms

    def term(self, tree: ast.expr, scope: Scope, depth: int) -> Node:
        """A real number in the free names."""
        node = self._term(tree, scope, depth)
        node.text = node.text or source_text(tree)
        return node

    def _term(self, tree: ast.expr, scope: Scope, depth: int) -> Node:
        match tree:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                fraction = number_from_source(source_text(tree))
                return self.number(fmpq(fraction.numerator, fraction.denominator))
            case ast.Name(id=name):
                return self._name(name, scope, depth)
            case ast.BinOp() if is_sum(tree) and len(terms := signed_terms(tree)) > 32:  # not each inside those before
                parts = [self.term(term, scope, depth) for _, term in terms]
                signed = [p if sign > 0 else self.node("neg", p) for p, (sign, _) in zip(parts, terms, strict=True)]
                return in_pairs(signed, lambda a, b: self.node("add", a, b))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
                return self.node(ARITHMETIC[type(op)], self.term(left, scope, depth), self.term(right, scope, depth))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.node("neg", self.term(operand, scope, depth))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.term(operand, scope, depth)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                condition = self.formula(test, scope, depth)
                return self.node("choice", condition, self.term(body, scope, depth), self.term(orelse, scope, depth))
            case ast.Call(func=ast.Name(id=name)):
                return self._call(tree, name, scope, depth)
            case ast.Call(func=ast.Call() | ast.BinOp() as f, args=[argument]):
                at = self.term(argument, scope, depth)
                variable = _differentiated(f) or self._variable_of(f, scope, depth)
                return self.term(f, {**scope, variable: at}, depth)
            case _:
                raise NotExamined(source_text(tree))

    def _variable_of(self, f: ast.expr, scope: Scope, depth: int) -> str:
        """The variable of a function expression that is called, such as D(f), D(f, 2) or f + g."""
        match f:
            case ast.Call(func=ast.Name(id="D"), args=[body, *_]):
                return self._variable(body, scope, depth)
            case ast.Call(func=ast.Call() | ast.BinOp() as inner) if _is_derivative(inner):
                return _differentiated(inner) or self._variable_of(inner, scope, depth)
            case _:
                return self._variable(f, scope, depth)

    def _name(self, name: str, scope: Scope, depth: int) -> Node:
        if name in scope:
            return scope[name]
        if name in ("pi", "e"):
            return self.node(name)
        if name in FUNCTIONS:
            return self.node(name, self._name("x", scope, depth))
        if name in self.functions or entry_named(name) is not None:
            return self.applied(name, [], {}, scope, depth)
        if name in WORDS:
            raise NotExamined(name)
        return self.symbol(name)

    def _call(self, tree: ast.Call, name: str, scope: Scope, depth: int) -> Node:
        text = source_text(tree)
        match name, tree.args:
            case "D", _:
                return self._derivative(tree, scope, depth)
            case ("sup" | "inf" | "lipschitz" | "continuity" | "argmax" | "argmin" | "E"), [f]:
                return self._of_function(name, f, scope, depth, "z" if name == "E" else "x", text)
            case "inverse", [f]:
                return self._of_function(name, f, scope, depth, "x", text, at=self._name("x", scope, depth))
            case "table", _:
                return self.node("table", self._name("x", scope, depth), extra=table_of(tree))
            case "Var", [f]:
                square = syntax_tree(f"({source_text(f)})**2", "formula")
                mean, of_square = (self._of_function("E", each, scope, depth, "z", text) for each in (f, square))
                return self.node("sub", of_square, self.node("pow", mean, self.number(fmpq(2))))
            case "E2", [f, correlation]:
                c = self.term(correlation, scope, depth)
                pair = {"u": self.symbol(depth), "v": self.symbol(depth + 1)}
                bound = frozenset((depth, depth + 1))
                if bound & c.free:
                    raise NotExamined(text)
                body = self.term(f, {**scope, **pair}, depth + 2)
                return self.node("E2", body, c, extra=(depth, depth + 1), bound=bound, text=text)
            case "integral", [f, ast.Name(id=variable), *ends]:
                low, high = (self.term(end, scope, depth) for end in ends)
                width = self.node("sub", high, low)
                moved = self.node("add", low, self.node("mul", width, self.symbol(depth)))
                body = self.node("mul", width, self.term(f, {**scope, variable: moved}, depth + 1))
                return self.node("integral", body, extra=(variable, depth), bound=frozenset((depth,)), text=text)
            case "limit", [f, ast.Name(id=variable), at]:
                end = self.side(at, scope, depth)
                body = self.term(f, {**scope, variable: self.symbol(depth)}, depth + 1)
                if depth in end.free:
                    raise NotExamined(text)
                return self.node("limit", body, end, extra=(variable, depth), bound=frozenset((depth,)), text=text)
            case "product", [f, count]:
                factors = self.term(count, scope, depth)
                self.counts |= factors.free
                node = self._of_function("product", f, scope, depth, "x", text, at=factors)
                node.free |= {node.text}
                return node
            case _, [argument] if name in FORMATS:
                return self.node("rounding", self.term(argument, scope, depth), extra=name, text=text)
            case ("max" | "min"), [_, _, *_]:
                return self.node(name, *(self.term(each, scope, depth) for each in tree.args))
            case _ if name in self.functions or (name not in FUNCTIONS and entry_named(name) is not None):
                keywords = {str(k.arg): self.term(k.value, scope, depth) for k in tree.keywords}
                return self.applied(name, [self.term(each, scope, depth) for each in tree.args], keywords, scope, depth)
            case _, [argument] if name in FUNCTIONS:
                return self.node(name, self.term(argument, scope, depth))
            case _:
                raise NotExamined(text)

    def applied(self, name: str, args: list[Node], keywords: dict[str, Node], scope: Scope, depth: int) -> Node:
        """A catalogue function or a ledger's own, read from its formula."""
        entry = self.functions.get(name) or entry_named(name)
        assert entry is not None
        arguments = args or [self._name(i, scope, depth) for i in entry.inputs]
        values = {p: self.term(formula_tree(default), {}, depth) for p, default in entry.parameters} | keywords
        values |= dict(zip(entry.inputs, arguments, strict=True))
        key = (name, depth, *((k, id(v)) for k, v in sorted(values.items())))
        if key not in self._applied:
            self._applied[key] = self.term(formula_tree(entry.formula), values, depth)
        return self._applied[key]

    def _derivative(self, tree: ast.Call, scope: Scope, depth: int) -> Node:
        f, order = tree.args[0], 1
        match tree.args[1:]:
            case [*_, ast.Constant(value=int(order))]:
                pass
            case [] | [ast.Name()]:
                order = 1
            case _:
                raise NotExamined(source_text(tree))
        variable = _differentiated(tree) or self._variable(f, scope, depth)
        if order == 0:
            return self.term(f, scope, depth)
        body = self.term(f, {**scope, variable: self.symbol(depth)}, depth + 1)
        return self.derivative(body, self._name(variable, scope, depth), depth, order)

    def derivative(self, body: Node, at: Node, depth: int, order: int = 1) -> Node:
        """The derivative of an order, at a number, of a body in the variable that is bound at a depth."""
        if depth in at.free:
            raise NotExamined(body.text)
        return self.node("D", body, at, extra=(depth, order), bound=frozenset((depth,)))


def is_product(symbol: Symbol) -> bool:
    """Whether a symbol stands for the independent arguments of a product."""
    return isinstance(symbol, str) and symbol.startswith("product(")


def _differentiated(f: ast.expr) -> str | None:
    """The variable that D(expression, variable) names."""
    match f:
        case ast.Call(func=ast.Name(id="D"), args=[_, ast.Name(id=variable), *_]):
            return variable
        case _:
            return None


def _is_derivative(f: ast.expr) -> bool:
    while isinstance(f, ast.Call) and isinstance(f.func, ast.Call):
        f = f.func
    return isinstance(f, ast.Call) and isinstance(f.func, ast.Name) and f.func.id == "D"


_EXACT: dict[str, Callable[..., Any]] = {"neg": neg, "add": add, "sub": sub, "mul": mul}


def _folded(node: Node) -> fmpq | None:
    """The rational that a node writes, where it is a literal or simple arithmetic with such."""
    if node.op == "number":
        return node.extra
    if node.op not in ("div", "pow", *_EXACT):
        return None
    values = [a.exact for a in node.args if a.exact is not None]
    if len(values) < len(node.args) or any(max(abs(v.p), v.q) > 10**MAX_FOLDED for v in values):
        return None
    if node.op in _EXACT:
        return _EXACT[node.op](*values)
    a, b = values
    if node.op == "div":
        return a / b if b != 0 else None
    return a ** int(b.p) if b.q == 1 and abs(b) <= 16 and (a != 0 or b > 0) else None


@lru_cache(maxsize=512)
def entry_named(name: str) -> Entry | None:
    """The catalogue's entry of a name or alias, or an elementary function by its usual name."""
    from ..catalogue.entries import catalogue, named_formulas

    for entry in catalogue():
        if name == entry.name or name in entry.aliases:
            return Entry(entry.formula, entry.inputs, tuple((p.name, p.default) for p in entry.parameters))
    formula = named_formulas().get(name)
    return Entry(formula, ("x",)) if formula is not None else None
