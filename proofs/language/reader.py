"""The statement language: Python expression syntax, read against a whitelist, never executed.

Text comes from strangers. It is bounded (length, depth, digits, exponents) before anything expensive happens,
parsed by :mod:`ast`, and translated node by node; whatever is not listed here is refused with one line.
Numbers are exact and come from the literal's source text: ``0.25`` is 1/4.

The result is a tree of frozen nodes: logical connectives over relations and predicates. A number that is
no formula in the free names (``sup(...)``, ``E(...)``, ``float16(...)``) is a :class:`Functional`, held in the
formula under a placeholder name until the engine has computed it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ..enclosures.formats import FORMATS
from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from . import spelling
from .signatures import signature
from .source import MAX_DIGITS, MAX_EXPONENT, number_from_source, quoted, source_text, syntax_tree
from .syntax import (
    Connective,
    Formula,
    Functional,
    Infinity,
    IntervalDisplay,
    Leaf,
    Predicate,
    Quantified,
    Relation,
    SetDisplay,
    SetFunctional,
    SetValue,
    Statement,
    StatementError,
    Value,
    relations,
)

MAX_SIZE = 20_000
MAX_ORDER = 6
MAX_HEIGHT = 16


ELEMENTARY = {"exp", "log", "sqrt", "abs", "erf", "erfc", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "sign"}
NUMBERS = {"sup", "inf", "lipschitz", "continuity"}
SETS = {"range", "argmax", "argmin", "zeros"}
PREDICATES = {
    "increasing", "decreasing", "monotone", "convex", "concave", "odd", "even", "bounded", "differentiable",
    "smooth", "positive",
}  # fmt: skip
SPECIAL = {"D", "E", "Phi", "max", "min", "limit", "subdifferential", "product", "interval", "open_interval",
           "approx", "identity_near", "asymptotic", "exists", "forall"}  # fmt: skip
RESERVED = (
    ELEMENTARY | NUMBERS | SETS | PREDICATES | SPECIAL | set(FORMATS) | {"pi", "e", "oo", "reals", "true", "false"}
)

_OPERATORS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


def read_statement(
    text: str, where: str | None, known: Mapping[str, DefinedFunction], *, part: bool = False
) -> Statement:
    """Read a statement that may call the known functions, with an optional domain. Raises StatementError.

    A condition names only what the statement names; where the text is a part of a statement, that was asked before.
    """
    try:
        return _read_statement(text, where, known, part)
    except RecursionError:
        raise StatementError("the statement is nested too deeply once its functions are written out") from None


def _read_statement(text: str, where: str | None, known: Mapping[str, DefinedFunction], part: bool) -> Statement:
    reader = Reader(known)
    tree = syntax_tree(text, "statement")
    formula = reader.formula(tree)
    condition = None
    if where is not None:
        about = reader.names_of(formula) | names_typed(tree, known)
        condition = reader.formula(syntax_tree(where, "where"))
        if not part:
            require_named(where, reader.names_of(condition), about)
        if any(
            not isinstance(r, Relation) or isinstance(r.lhs, SetValue) or isinstance(r.rhs, SetValue)
            for r in relations(condition)
        ):
            raise StatementError(f"where {where!r}: expected relations between numbers, such as 'x > 0'")
        if any(_numbers_in(r) & reader.functionals.keys() for r in relations(condition)):
            raise StatementError(
                f"where {where!r}: expected a condition on the free names, without sup, E or roundings"
            )
    return Statement(text, formula, reader.functionals, condition, where, reader.products, reader.product_texts)


def _numbers_in(leaf: Leaf) -> frozenset[str]:
    """The free names and placeholders of a relation's sides."""
    sides = (leaf.lhs, leaf.rhs) if isinstance(leaf, Relation) else ()
    return frozenset().union(*(ex.free_names(side) for side in sides if isinstance(side, Expr)))


def read_expression(text: str, known: Mapping[str, DefinedFunction]) -> Expr:
    """Read one real expression, such as a catalogue formula. Raises StatementError."""
    reader = Reader(known)
    expr = reader.expression(syntax_tree(text, "formula"))
    if reader.functionals or reader.products:
        raise StatementError(f"formula {text!r}: sup, E, roundings and product are not allowed in a formula")
    return expr


@dataclass(frozen=True)
class DefinedFunction:
    """A function a statement may call: inputs in order, keyword parameters with defaults, and its expression."""

    name: str
    inputs: tuple[str, ...]
    defaults: Mapping[str, Expr]
    body: Expr


def with_functions(
    known: Mapping[str, DefinedFunction], functions: Mapping[str, str] | None
) -> dict[str, DefinedFunction]:
    """The known functions and those a ledger defines (signature -> formula), each in terms of those before it."""
    result = dict(known)
    for text, formula in (functions or {}).items():
        function = _define(text, formula, result)
        result[function.name] = function
    return result


def _define(text: str, formula: str, known: Mapping[str, DefinedFunction]) -> DefinedFunction:
    given = signature(text)
    name, own = given.name, {*given.inputs, *given.parameters}
    if name in RESERVED or name in known:
        raise StatementError(f"function {name!r}: the name is taken")
    if taken := sorted(own & RESERVED):
        raise StatementError(f"function {name!r}: {taken[0]!r} is a word of the language, not an input or parameter")
    try:
        body = read_expression(formula, {n: f for n, f in known.items() if n not in own})
        defaults = {parameter: read_expression(value, {}) for parameter, value in given.parameters.items()}
    except StatementError as error:
        raise StatementError(f"function {name!r}: {error}") from None
    if free := sorted(ex.free_names(body) - own):
        names = ", ".join([*given.inputs, *given.parameters])
        raise StatementError(
            f"function {name!r}: expected a formula in {names} alone, found {free[0]!r}; a parameter is declared "
            f'as in "{name}({names}, {free[0]}=1)"'
        )
    if open_ := [parameter for parameter, value in defaults.items() if ex.free_names(value)]:
        raise StatementError(f"function {name!r}: expected a number as the default of {open_[0]!r}")
    return DefinedFunction(name, given.inputs, defaults, body)


def names_typed(tree: ast.expr, known: Mapping[str, DefinedFunction]) -> set[str]:
    """The names that stand in a statement, whether or not anything depends on them: x in x - x == 0."""
    typed = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return typed - RESERVED - known.keys()


def require_named(where: str, names: set[str], about: set[str]) -> None:
    """That a condition names only what the statement does: a mistyped name would restrict nothing."""
    import difflib

    for name in sorted(names - about):
        near = difflib.get_close_matches(name, sorted(about), 1)
        known = f"did you mean {near[0]!r}?" if near else f"its names: {', '.join(sorted(about)) or 'none'}"
        raise StatementError(f"where {where!r}: the statement does not name {name!r}; {known}")




def extremum_hint(node: ast.Call) -> str:
    """The hint at sup or inf for max or min of one function; empty for any other call."""
    match node:
        case ast.Call(func=ast.Name(id="max" | "min" as name), args=[function]):
            kind, word = ("largest", "sup") if name == "max" else ("smallest", "inf")
            return f"; the {kind} value of a function is {word}({source_text(function)})"
    return ""


def _kind(word: str) -> str:
    """The kind of thing that a word of the language stands for, if not for a number, as a phrase."""
    if word in SETS or word in ("interval", "open_interval", "subdifferential", "reals"):
        return "a set"
    if word in PREDICATES or word in ("approx", "identity_near", "asymptotic", "exists", "forall", "true", "false"):
        return "something true or false"
    return f"the word {word!r}"










@lru_cache(maxsize=1 << 14)
def _height(e: Expr) -> int:
    """How many functions stand inside one another."""
    inner = max((_height(c) for c in ex.children(e)), default=0)
    return inner + (e.op in ex.FUNCTIONS or e.op in ex.SWITCHES)


@lru_cache(maxsize=4096)
def _nesting(e: Expr) -> int:
    """How many derivatives stand inside one another."""
    inner = max((_nesting(c) for c in ex.children(e)), default=0) if e.switching else 0
    return inner + (e.op == "derivative")


def _variable_of(node: Functional | SetFunctional | Predicate) -> set[str]:
    return set() if node.variable is None else {node.variable}


def _calls(node: ast.expr, *names: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


class Reader:
    """Translates a validated tree, collecting functionals and products as it goes."""

    def __init__(self, functions: Mapping[str, DefinedFunction]) -> None:
        self.functions = functions
        self.functionals: dict[str, Functional] = {}
        self.products: dict[str, tuple[Expr, Expr, str]] = {}
        self.product_texts: dict[str, str] = {}
        self._placeholders: dict[object, str] = {}

    # --- logic

    def formula(self, node: ast.expr) -> Formula:
        match node:
            case ast.BoolOp(op=op, values=values):
                return Connective("and" if isinstance(op, ast.And) else "or", tuple(map(self.formula, values)))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Connective("not", (self.formula(operand),))
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return self._chain([left, *comparators], ops)
            case ast.Call(func=ast.Name(id=name)) if name in PREDICATES:
                self._arguments(node, name, 1)
                body = self.expression(node.args[0])
                return Predicate(name, body, source_text(node), self._variable(body, node))
            case ast.Call(func=ast.Name(id="identity_near")):
                self._arguments(node, "identity_near", 2)
                body, at = self.expression(node.args[0]), self.expression(node.args[1])
                return Predicate("identity_near", body, source_text(node), self._variable(body, node), at)
            case ast.Call(func=ast.Name(id="approx")):
                return self._approx(node)
            case ast.Call(func=ast.Name(id="asymptotic")):
                return self._asymptotic(node)
            case ast.Call(func=ast.Name(id=("exists" | "forall") as kind)):
                return self._quantified(node, kind)
            case ast.Constant(value=bool(truth)):
                return Connective("and" if truth else "or", ())
        raise StatementError(
            f"{quoted(node)}: expected something true or false, such as 'tanh(x) < 1', got a number or set"
        )

    def _chain(self, operands: list[ast.expr], ops: list[ast.cmpop]) -> Formula:
        values = [self.value(operand) for operand in operands]
        links: list[Formula] = []
        for i, op in enumerate(ops):
            if type(op) not in _OPERATORS:
                hint = "; membership is written 0 <= x <= 1" if isinstance(op, ast.In | ast.NotIn) else ""
                raise StatementError(f"comparison {type(op).__name__!r}: expected one of < <= > >= == !={hint}")
            symbol = _OPERATORS[type(op)]
            left, right = source_text(operands[i]), source_text(operands[i + 1])
            shown = f"{left} {symbol} {right}"
            lhs, rhs = values[i], values[i + 1]
            if symbol not in ("==", "!="):  # a set of one equals its number
                lhs, rhs = (
                    self._only_member(side, operands[place]) for side, place in ((lhs, i), (rhs, i + 1))
                )
                if isinstance(lhs, SetValue) or isinstance(rhs, SetValue):
                    raise StatementError(f"{shown!r}: sets are compared with == and != only")
            links.append(Relation(symbol, lhs, rhs, shown, left, right))
        return links[0] if len(links) == 1 else Connective("and", tuple(links))

    def _only_member(self, side: Value, node: ast.expr) -> Value:
        """A set of a function as the number that it should contain; anything else as it is."""
        return self.expression(node) if isinstance(side, SetFunctional) else side

    def _approx(self, node: ast.Call) -> Formula:
        keywords = self._arguments(node, "approx", 2, ("digits", "rel"))
        if len(keywords) != 1:
            raise StatementError(f"{quoted(node)}: expected exactly one of digits= and rel=")
        a, b = self.expression(node.args[0]), self.expression(node.args[1])
        if "rel" in keywords:
            tolerance = self.expression(keywords["rel"])
            bound = tolerance * ex.switch("abs", b)
            return Relation("<=", ex.switch("abs", a - b), bound, source_text(node))
        digits = self.expression(keywords["digits"]).value
        if digits is None or digits.q != 1 or not 1 <= digits <= MAX_DIGITS:
            raise StatementError(f"{quoted(node)}: digits must be a whole number from 1 to {MAX_DIGITS}")
        return Predicate("approx", a, source_text(node), None, b, int(digits.p), source_text(node.args[0]))

    def _asymptotic(self, node: ast.Call) -> Formula:
        keywords = self._arguments(node, "asymptotic", 4, ("rate",))
        f, g = self.expression(node.args[0]), self.expression(node.args[1])
        variable = self._bound_name(node.args[2], node)
        rate = self.expression(keywords["rate"]) if "rate" in keywords else None
        at = self._extended(node.args[3])
        shown = source_text(node.args[1])
        return Predicate("asymptotic", f, source_text(node), variable, g, other_text=shown, at=at, rate=rate)

    def _quantified(self, node: ast.Call, kind: str) -> Formula:
        if len(node.args) < 2 or node.keywords:
            raise StatementError(f"{quoted(node)}: expected {kind}(x, FORMULA): names, then the formula")
        *bound, body = node.args
        names = tuple(self._bound_name(name, node) for name in bound)
        if len(set(names)) < len(names):
            raise StatementError(f"{quoted(node)}: a name is bound twice")
        return Quantified(kind, names, self.formula(body), source_text(node))

    def _bound_name(self, node: ast.expr, whole: ast.expr) -> str:
        if isinstance(node, ast.Name) and node.id not in RESERVED and node.id not in self.functions:
            self._name(node.id)
            return node.id
        raise StatementError(f"{quoted(whole)}: {quoted(node)} is not a name that can be bound")

    # --- values

    def value(self, node: ast.expr) -> Value:
        """A number, an infinity or a set."""
        match node:
            case ast.Set(elts=elements):
                return SetDisplay(tuple(map(self.expression, elements)))
            case ast.Dict(keys=[]):  # {} is the empty set here
                return SetDisplay(())
            case ast.Name(id="reals"):
                return IntervalDisplay(Infinity(-1), Infinity(1), True, True)
            case ast.Call(func=ast.Name(id=("interval" | "open_interval") as name)):
                return self._interval(node, name)
            case ast.Call(func=ast.Name(id=name)) if name in SETS or name == "subdifferential":
                return self._set_functional(node, name)
            case _:
                return self._extended(node)

    def _set_functional(self, node: ast.Call, name: str) -> SetFunctional:
        self._arguments(node, name, 1 if name in SETS else 2)
        body, *at = map(self.expression, node.args)
        return SetFunctional(name, body, source_text(node), self._variable(body, node), *at)

    def _interval(self, node: ast.Call, name: str) -> IntervalDisplay:
        keywords = self._interval_keywords(node, name)
        low, high = self._extended(node.args[0]), self._extended(node.args[1])
        ends = {"left": name == "open_interval", "right": name == "open_interval"}
        for side, kind in keywords.items():
            if kind not in ("open", "closed"):
                raise StatementError(f"{quoted(node)}: {side} must be open or closed")
            ends[side] = kind == "open"
        return IntervalDisplay(
            low, high, ends["left"] or isinstance(low, Infinity), ends["right"] or isinstance(high, Infinity)
        )

    def _interval_keywords(self, node: ast.Call, name: str) -> dict[str, str]:
        keywords = self._arguments(node, name, 2, ("left", "right"))
        return {side: kind.id if isinstance(kind, ast.Name) else "" for side, kind in keywords.items()}

    def _extended(self, node: ast.expr) -> Expr | Infinity:
        match node:
            case ast.Name(id="oo"):
                return Infinity(1)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Name(id="oo")):
                return Infinity(-1)
            case _:
                return self.expression(node)

    # --- real expressions

    def expression(self, node: ast.expr) -> Expr:
        """A real expression in the free names."""
        result = self._expression(node)
        if _height(result) > MAX_HEIGHT:
            raise StatementError(f"{quoted(node)}: functions nested more than {MAX_HEIGHT} deep")
        if result.size > MAX_SIZE:
            raise StatementError(f"{quoted(node)}: too large once its functions are written out")
        return result

    def _expression(self, node: ast.expr) -> Expr:
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return ex.rational(number_from_source(source_text(node)))
            case ast.Name(id=name):
                return self._name(name)
            case ast.BinOp(left=left, op=op, right=right):
                return self._arithmetic(self.expression(left), op, self.expression(right), node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.expression(operand)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.expression(operand)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._choice(self.formula(test), self.expression(body), self.expression(orelse), node)
            case ast.Call():
                return self._call(node)
        raise StatementError(f"{quoted(node)}: {type(node).__name__} is not in the statement language")

    def _name(self, name: str) -> Expr:
        if name == "pi":
            return ex.PI
        if name == "e":
            return ex.exp(ex.ONE)
        if name in self.functions:
            return self._apply(self.functions[name], [], {}, name)
        if name in ELEMENTARY - {"sqrt"} or name in ("Phi", "sqrt"):
            return self._elementary(name, ex.name("x"))
        if name in RESERVED:
            hint = "; infinity is written oo" if name == "inf" else ""
            raise StatementError(f"{name!r} cannot stand alone as a number here{hint}")
        if name.startswith("_") or len(name) > 60:
            raise StatementError(f"name {name!r}: expected a letter, then letters, digits and underscores")
        if (near := spelling.variant(name, [*self.functions, *RESERVED])) is not None:
            raise StatementError(f"unknown name {name!r}; did you mean {near!r}?")
        return ex.name(name)

    def _arithmetic(self, a: Expr, op: ast.operator, b: Expr, node: ast.expr) -> Expr:
        match op:
            case ast.Add():
                return a + b
            case ast.Sub():
                return a - b
            case ast.Mult():
                return a * b
            case ast.Div():
                return a / b
            case ast.Pow():
                exponent = b.value
                if exponent is not None and (abs(exponent) > MAX_EXPONENT or exponent.q > 64):
                    raise StatementError(f"{quoted(node)}: exponents up to {MAX_EXPONENT} are read")
                return a**b
        said = spelling.hint(source_text(node)) or f"operator {type(op).__name__} is not in the statement language"
        raise StatementError(f"{quoted(node)}: {said}")

    def _choice(self, test: Formula, a: Expr, b: Expr, node: ast.expr) -> Expr:
        match test:
            case Relation(op=op, lhs=Expr() as lhs, rhs=Expr() as rhs):
                return ex.switch("if", op, lhs - rhs, a, b)
            case Connective(op="and", parts=parts):
                for part in reversed(parts):
                    a = self._choice(part, a, b, node)
                return a
            case Connective(op="or", parts=parts):
                for part in reversed(parts):
                    b = self._choice(part, a, b, node)
                return b
            case Connective(op="not", parts=(part,)):
                return self._choice(part, b, a, node)
        raise StatementError(f"{quoted(node)}: a condition compares numbers")

    def _call(self, node: ast.Call) -> Expr:
        match node.func:
            case ast.Name(id="D"):
                return self._derivative(node)
            case ast.Name(id=name) if name in ("sup", "inf", "lipschitz", "continuity"):
                self._arguments(node, name, 1)
                body = self.expression(node.args[0])
                return self._functional(Functional(name, body, source_text(node), self._variable(body, node)))
            case ast.Name(id=name) if name in SETS or name == "subdifferential":
                s = self._set_functional(node, name)
                return self._functional(Functional(s.kind, s.body, s.text, s.variable, s.at))
            case ast.Name(id="E"):
                self._arguments(node, "E", 1)
                body = self.expression(node.args[0])
                return self._functional(Functional("E", body, source_text(node), self._variable(body, node, "z")))
            case ast.Name(id="limit"):
                self._arguments(node, "limit", 3)
                body, at = self.expression(node.args[0]), self._extended(node.args[2])
                if not isinstance(node.args[1], ast.Name):
                    raise StatementError(f"{quoted(node)}: expected limit(expression, variable, point)")
                self._refuse_product(body, node.args[1].id, node)
                return self._functional(Functional("limit", body, source_text(node), node.args[1].id, at))
            case ast.Name(id="product"):
                return self._product(node)
            case ast.Name(id=name) if name in FORMATS:
                self._arguments(node, name, 1)
                return self._functional(Functional(name, self.expression(node.args[0]), source_text(node)))
            case ast.Name(id=name) if name in ("max", "min"):
                if node.keywords or len(node.args) < 2:
                    raise StatementError(f"{quoted(node)}: {name} takes two or more numbers{extremum_hint(node)}")
                first, *rest = map(self.expression, node.args)
                for other in rest:
                    first = ex.switch(name, first, other)
                return first
            case ast.Name(id=name) if name in self.functions:
                keywords = {str(k.arg): self.expression(k.value) for k in node.keywords}
                return self._apply(self.functions[name], list(map(self.expression, node.args)), keywords, name)
            case ast.Name(id=name) if name in ELEMENTARY or name == "Phi":
                self._arguments(node, name, 1)
                return self._elementary(name, self.expression(node.args[0]))
            case ast.Name(id=name) if name in RESERVED:
                raise StatementError(f"{quoted(node)}: expected a number, got {_kind(name)}")
            case ast.Name(id=name):
                near = spelling.near(name, [*self.functions, *RESERVED])
                hint = f"; did you mean {near!r}?" if near else ""
                raise StatementError(f"unknown function {name!r}{hint}")
            case ast.Call() | ast.BinOp():
                self._arguments(node, "a function expression", 1)
                body = self.expression(node.func)
                variable = body.args[1] if body.op == "derivative" else self._variable(body, node)
                if body.op != "derivative" and variable in self._inside_numbers(body):
                    raise StatementError(f"{quoted(node)}: {variable} also stands inside a number such as sup(...)")
                return calculus.substitute(body, {variable: self.expression(node.args[0])})
        said = spelling.hint(source_text(node)) or f"{type(node.func).__name__} is not in the statement language"
        raise StatementError(f"{quoted(node)}: {said}")

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
        return names

    def _inside_numbers(self, e: Expr) -> set[str]:
        """The names that numbers held under placeholders depend on."""
        found: set[str] = set()
        for placeholder in ex.free_names(e) & self.functionals.keys():
            f = self.functionals[placeholder]
            found |= (ex.free_names(f.body) | self._inside_numbers(f.body)) - {f.variable}
        return found

    def _elementary(self, name: str, argument: Expr) -> Expr:
        match name:
            case "sqrt":
                return ex.sqrt(argument)
            case "Phi":
                return ex.normal_cdf(argument)
            case "abs" | "sign":
                return ex.switch(name, argument)
            case "log" if argument is ex.ZERO:
                raise StatementError("log(0) is undefined")
            case _:
                return ex.function(name, argument)

    def _apply(self, f: DefinedFunction, args: list[Expr], keywords: dict[str, Expr], name: str) -> Expr:
        if not args:
            args = [ex.name(i) for i in f.inputs]
        if len(args) != len(f.inputs):
            raise StatementError(f"{name} takes {len(f.inputs)} input(s) ({', '.join(f.inputs)}), got {len(args)}")
        for keyword in keywords:
            if keyword not in f.defaults:
                known = ", ".join(f.defaults) or "none"
                raise StatementError(f"{name} has no parameter {keyword!r}; its parameters: {known}")
        values = dict(zip(f.inputs, args, strict=True)) | {**f.defaults, **keywords}
        return calculus.substitute(f.body, values)

    def _derivative(self, node: ast.Call) -> Expr:
        if node.keywords or len(node.args) not in (1, 2):
            raise StatementError(f"{quoted(node)}: expected D(f), D(f, order) or D(expression, variable)")
        body = self.expression(node.args[0])
        if _nesting(body) >= MAX_ORDER:
            raise StatementError(f"{quoted(node)}: derivatives up to order {MAX_ORDER} are read")
        if len(node.args) == 1:
            return calculus.derivative(body, self._variable(body, node))
        match node.args[1]:
            case ast.Name(id=variable):
                if variable in RESERVED or variable in self.functions:
                    raise StatementError(f"{quoted(node)}: {variable!r} is not a variable")
                self._refuse_product(body, variable, node)
                if any(variable == self.products[name][2] for name in ex.free_names(body) & self.products.keys()):
                    raise StatementError(f"{quoted(node)}: a product of independent factors has no derivative")
                return calculus.derivative(body, variable)
            case ast.Constant(value=int(order)) if 0 <= order <= MAX_ORDER and not isinstance(order, bool):
                return calculus.derivative(body, self._variable(body, node), order=order)
        raise StatementError(f"{quoted(node)}: the order must be a whole number from 0 to {MAX_ORDER}")

    def _product(self, node: ast.Call) -> Expr:
        self._arguments(node, "product", 2)
        factor, count = self.expression(node.args[0]), self.expression(node.args[1])
        whole = count.value is not None and count.value.q == 1 and 1 <= count.value <= MAX_EXPONENT
        if not (whole or count.op == "name"):
            raise StatementError(f"{quoted(node)}: n must be a whole number from 1 or a free name")
        key = ("product", factor, count)
        placeholder = self._placeholders.setdefault(key, f"product#{len(self._placeholders)}")
        self.products[placeholder] = (factor, count, self._variable(factor, node))
        self.product_texts[placeholder] = source_text(node)
        return ex.name(placeholder)

    def _functional(self, functional: Functional) -> Expr:
        unsettled = f"{functional.kind}#{len(self._placeholders)}{ex.UNSETTLED}"
        placeholder = self._placeholders.setdefault(functional, unsettled)
        self.functionals[placeholder] = functional
        return ex.name(placeholder)

    def _variable(self, body: Expr, node: ast.expr, preferred: str = "x") -> str:
        """The name a function is a function of: the preferred one if it occurs, else the only one."""
        self._refuse_misspelt(node)
        if body.op == "name" and body.args[0] in self.products and _calls(node, "sup", "inf", "range"):
            return self.products[body.args[0]][2]
        free = {n for n in ex.free_names(body) if "#" not in n}
        if not free and (inner := self._inside_numbers(body)):
            raise StatementError(f"{quoted(node)}: a number that depends on {', '.join(sorted(inner))} is no function")
        if not free and ex.free_names(body) & self.products.keys():
            raise StatementError(f"{quoted(node)}: a product of independent factors is no function")
        if preferred in free or not free:
            self._refuse_product(body, preferred, node)
            return preferred
        if len(free) == 1:
            (only,) = free
            self._refuse_product(body, only, node)
            return only
        names = ", ".join(sorted(free))
        raise StatementError(f"{quoted(node)}: a function of which of {names}? use {preferred!r} for it")

    def _refuse_product(self, body: Expr, variable: str, node: ast.expr) -> None:
        """A product of n factors is known for every whole n, and is no function of n."""
        for name in ex.free_names(body) & self.products.keys():
            if variable in ex.free_names(self.products[name][1]):
                raise StatementError(f"{quoted(node)}: {self.product_texts[name]} is no function of {variable}")

    def _refuse_misspelt(self, node: ast.expr) -> None:
        """A name that stands alone for a function and is almost a known one would be read as the identity."""
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Name):
            name = node.args[0].id
            if name in self.functions or name in RESERVED or len(name) <= 2:
                return
            if near := spelling.near(name, [*self.functions, *ELEMENTARY]):
                raise StatementError(f"{quoted(node)}: unknown function {name!r}; did you mean {near!r}?")

    def _arguments(self, node: ast.Call, name: str, count: int, keywords: tuple[str, ...] = ()) -> dict[str, ast.expr]:
        if len(node.args) != count or any(isinstance(a, ast.Starred) for a in node.args):
            raise StatementError(f"{quoted(node)}: {name} takes {count} argument(s), got {len(node.args)}")
        found = {str(k.arg): k.value for k in node.keywords}
        if unknown := [k for k in found if k not in keywords]:
            raise StatementError(f"{quoted(node)}: {name} has no option {unknown[0]!r}")
        return found
