"""The re-checker's own formulas: read from text, evaluated as Taylor jets on cells, at points and on tails.

Text is read by :mod:`ast` against a short whitelist and never executed. Every operation is brought down to sums,
products, rational powers, exp, log, erfc, sin, cos, atan, a case distinction by a sign, and the derivative.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, ClassVar
from weakref import WeakValueDictionary

import sympy as sp
from mpmath import libmp as lib

from .definitions import ELEMENTARY, NUMBERS, WORDS, catalogue
from .intervals import (
    BITS,
    TERMS,
    UNIT,
    Model,
    Num,
    Tail,
    Unclear,
    Undefined,
    Y,
    compare,
    convolve,
    either,
    jet,
    number,
    pi,
    spend,
    taylor_form,
    times,
)

LONGEST, MOST_NODES, DEEPEST = 10_000, 4_000, 150
MAX_SIZE, MAX_DERIVATIVES, MAX_BITS = 20_000, 40, 70_000
"""Of an expression written out: operations, derivatives inside one another, and bits of its numbers."""


class Bad(ValueError):
    """Text that is not a formula, or a certificate that is not one."""


class Node:
    """An operation and its arguments; equal ones are one object."""

    __slots__ = ("__weakref__", "args", "derivatives", "names", "op", "size")
    known: ClassVar[WeakValueDictionary[tuple[Any, ...], Node]] = WeakValueDictionary()
    op: str
    args: tuple[Any, ...]
    names: frozenset[str]
    size: int
    derivatives: int

    def __new__(cls, op: str, *args: Any) -> Node:
        found = cls.known.get((op, *args))
        if found is None:
            found = object.__new__(cls)
            found.op, found.args = op, args
            parts = [a for a in args if isinstance(a, Node)]
            found.size = 1 + sum(a.size for a in parts)
            found.derivatives = (op == "D") + max((a.derivatives for a in parts), default=0)
            if found.size > MAX_SIZE or found.derivatives > MAX_DERIVATIVES:
                raise Bad("too large once its functions are written out")
            inner = frozenset().union(*(a.names for a in parts))
            if op == "name":
                inner = frozenset(args)
            elif op == "D":
                inner = (args[0].names - {args[1]}) | args[2].names
            found.names = inner
            cls.known[op, *args] = found
        return found

    def __add__(self, other: Node) -> Node:
        if self.op == other.op == "num":
            return num(self.args[0] + other.args[0])
        return self if other is ZERO else other if self is ZERO else Node("add", self, other)

    def __mul__(self, other: Node) -> Node:
        if self.op == other.op == "num":
            return num(self.args[0] * other.args[0])
        return self if other is ONE else other if self is ONE else Node("mul", self, other)

    def __neg__(self) -> Node:
        return num(-1) * self

    def __sub__(self, other: Node) -> Node:
        return ZERO if self is other and self.op in ("name", "const") else self + -other


def shown(e: Node) -> str:
    """A node as text, the key under which a certificate keeps what it says of it."""
    if e.op in ("num", "name"):
        return str(e.args[0])
    return f"{e.op}({', '.join(shown(a) if isinstance(a, Node) else str(a) for a in e.args)})"


def num(value: Fraction | int) -> Node:
    value = Fraction(value)
    if value.numerator.bit_length() + value.denominator.bit_length() > MAX_BITS:
        raise Bad(f"a number of more than {MAX_BITS} bits")
    return Node("num", value)


ZERO, ONE = num(0), num(1)


def power(base: Node, exponent: Node) -> Node:
    if exponent.op != "num":
        return Node("exp", exponent * Node("log", base))
    a: Fraction = exponent.args[0]
    if abs(a) > 2_000:
        raise Bad(f"an exponent of {a}")
    if base.op == "num" and a.denominator == 1 and (base.args[0] or a > 0):
        if abs(a) * max(base.args[0].numerator.bit_length(), base.args[0].denominator.bit_length()) > MAX_BITS:
            raise Bad(f"a number of more than {MAX_BITS} bits")
        return num(base.args[0] ** int(a))
    if a == 0:  # 1 where the base is defined
        return ONE if base.op in ("num", "name") else ONE + ZERO * base
    return base if a == 1 else Node("pow", base, a)


def case(relation: str, u: Node, a: Node, b: Node) -> Node:
    """a where `u relation 0`, else b."""
    if u.op == "num":
        return a if holds(relation, (u.args[0] > 0) - (u.args[0] < 0)) else b
    return Node("if", relation, u, a, b)


def holds(relation: str, sign: int) -> bool:
    """Whether `u relation 0` for a u of this sign."""
    return {"<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0, "==": sign == 0, "!=": sign != 0}[relation]


RELATIONS: dict[type, str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


def tree(text: Any) -> Any:
    """The syntax tree of one formula, each node with the text it was read from. Raises Bad."""
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST or not text.isascii() or "#" in text:
        raise Bad(f"expected a formula of at most {LONGEST} plain characters")
    flat = " ".join(text.split())
    try:
        root = ast.parse(flat, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise Bad(f"not a formula: {flat[:80]!r}") from None
    level: list[tuple[Any, int]] = [(root, 0)]
    count = 0
    while level:
        node, depth = level.pop()
        count += 1
        if count > MOST_NODES or depth > DEEPEST:
            raise Bad(f"too long or too deeply nested: {flat[:80]!r}")
        if isinstance(node, ast.expr):
            node.text = flat[node.col_offset : node.end_col_offset]  # type: ignore[attr-defined]
        level += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
    return root


NUMBER = r"-?[0-9]{1,1100}(/[1-9][0-9]{0,1100}|(\.[0-9]{0,1100})?(e[+-]?[0-9]{1,4})?)|\.[0-9]{1,1100}"


def fraction(text: Any) -> Fraction:
    """A decimal or a quotient of whole numbers. Raises Bad."""
    if not isinstance(text, str) or not re.fullmatch(NUMBER, text):
        raise Bad(f"expected a number, got {str(text)[:40]!r}")
    return Fraction(text)


class Reader:
    """Reads expressions over defined functions; numbers computed from whole functions are asked of `special`.

    Inside a definition there are no such numbers, and a function is one of the definition's own inputs.
    """

    def __init__(self, functions: Mapping[str, Any], special: Callable[[Any], Node | None]) -> None:
        self.functions, self.special = functions, special
        self.depth = self.steps = 0
        self.inputs: frozenset[str] = frozenset()
        self.checked: set[str] = set()
        self.seen: set[str] = set()
        """The free names that were read."""

    def read(self, e: Any, env: Mapping[str, Node] | None = None) -> Node:
        """The expression with names replaced as env says. Raises Bad."""
        env = env or {}
        self.steps += 1
        if self.steps > 50_000:
            raise Bad("too large once its functions are written out")
        match e:
            case ast.Constant(value=int() | float()) if not isinstance(e.value, bool):
                return num(fraction(getattr(e, "text", "").lower()))
            case ast.Name(id=name):
                return self._name(name, env)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as op, operand=operand):
                return -self.read(operand, env) if isinstance(op, ast.USub) else self.read(operand, env)
            case ast.BinOp(left=left, op=op, right=right):
                a, b = self.read(left, env), self.read(right, env)
                match op:
                    case ast.Add():
                        return a + b
                    case ast.Sub():
                        return a - b
                    case ast.Mult():
                        return a * b
                    case ast.Div():
                        return a * power(b, num(-1))
                    case ast.Pow():
                        return power(a, b)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._choice(test, self.read(body, env), self.read(orelse, env), env)
            case ast.Call() if not e.keywords or (isinstance(e.func, ast.Name) and e.func.id in self.functions):
                found = self._call(e, env)
                if isinstance(found, Node):
                    return found
                raise Bad(f"an infinity in a calculation: {getattr(e, 'text', '')[:80]!r}")
        raise Bad(f"not in the language of the re-checker: {getattr(e, 'text', '')[:80]!r}")

    def extended(self, e: Any) -> Node | str:
        """A side of a relation: an expression, or an infinity standing alone."""
        if e.text.replace(" ", "") in ("oo", "-oo"):
            return e.text.replace(" ", "")
        whole = isinstance(e, ast.Call) and isinstance(e.func, ast.Name) and e.func.id in NUMBERS and not e.keywords
        found = self.special(e) if whole else None
        return found if isinstance(found, str) else self.read(e)

    def variable(self, e: Any, env: Mapping[str, Node] | None = None, preferred: str = "x") -> str:
        """The name a function is a function of."""
        names = self.read(e, {k: v for k, v in (env or {}).items() if k not in ("x", "z", *self.inputs)}).names
        names = frozenset(n for n in names if "#" not in n)
        if preferred in names or not names:
            return preferred
        if len(names) > 1:
            raise Bad(f"a function of which name? {e.text[:80]!r}")
        return next(iter(names))

    def _name(self, name: str, env: Mapping[str, Node]) -> Node:
        if name in env:
            return env[name]
        if name in ("pi", "e"):
            return Node("pi") if name == "pi" else Node("exp", ONE)
        if name in ELEMENTARY:
            return self._elementary(name, self._name("x", env))
        if name in self.functions:
            return self._apply(name, [], {}, env)
        if name in WORDS or name in catalogue() or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,60}", name):
            raise Bad(f"not a number: {name[:40]!r}")
        self.seen.add(name)
        return Node("name", name)

    def bound(self, e: Any) -> str:
        """A name that stands for a variable. Raises Bad."""
        if isinstance(e, ast.Name) and e.id not in self.functions and self._name(e.id, {}).op == "name":
            return e.id
        raise Bad(f"not a variable: {getattr(e, 'text', '')[:40]!r}")

    def _choice(self, test: Any, a: Node, b: Node, env: Mapping[str, Node]) -> Node:
        match test:
            case ast.BoolOp(op=ast.And(), values=values):
                for part in reversed(values):
                    a = self._choice(part, a, b, env)
                return a
            case ast.BoolOp(values=values):
                for part in reversed(values):
                    b = self._choice(part, a, b, env)
                return b
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self._choice(operand, b, a, env)
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in RELATIONS:
                return case(RELATIONS[type(op)], self.read(left, env) - self.read(right, env), a, b)
        raise Bad(f"not a condition: {test.text[:80]!r}")

    def _call(self, e: Any, env: Mapping[str, Node]) -> Any:
        match e.func:
            case ast.Name(id="D"):
                return self._derivative(e, env)
            case ast.Name(id=("max" | "min") as name) if len(e.args) > 1:
                first, *rest = (self.read(a, env) for a in e.args)
                for other in rest:
                    first = case(">=" if name == "max" else "<=", first - other, first, other)
                return first
            case ast.Name(id=name) if name in ELEMENTARY and len(e.args) == 1:
                return self._elementary(name, self.read(e.args[0], env))
            case ast.Name(id=name) if name in self.functions:
                keywords = {str(k.arg): self.read(k.value, env) for k in e.keywords}
                return self._apply(name, [self.read(a, env) for a in e.args], keywords, env)
            case ast.Name() if not self.inputs:
                if (found := self.special(e)) is not None:
                    return found
            case ast.Call(func=ast.Name(id="D"), args=[_, ast.Name() as name]) if len(e.args) == 1:
                return self.read(e.func, {**env, self.bound(name): self.read(e.args[0], env)})
            case ast.Call() | ast.BinOp() if len(e.args) == 1:
                return self.read(e.func, {**env, self.variable(e.func, env): self.read(e.args[0], env)})
        raise Bad(f"not in the language of the re-checker: {e.text[:80]!r}")

    def _derivative(self, e: Any, env: Mapping[str, Node]) -> Node:
        order = 1
        match e.args:
            case [_]:
                name = self.variable(e.args[0], env)
            case [_, ast.Constant() as count]:
                name, value = self.variable(e.args[0], env), fraction(getattr(count, "text", ""))
                if value not in range(7):
                    raise Bad(f"the order of a derivative is a whole number from 0 to 6: {e.text[:80]!r}")
                order = int(value)
            case [_, variable]:
                name = self.bound(variable)
            case _:
                raise Bad(f"expected D(f), D(f, order) or D(expression, variable): {e.text[:80]!r}")
        self.depth += 1
        bound = f"{name}#{self.depth}"
        body = self.read(e.args[0], {**env, name: Node("name", bound)})
        self.depth -= 1
        for _ in range(order - 1):
            body = Node("D", body, bound, Node("name", bound))
        at = env.get(name, Node("name", name))
        return Node("D", body, bound, at) if order else self.read(e.args[0], env)

    def _apply(self, name: str, args: list[Node], keywords: dict[str, Node], env: Mapping[str, Node]) -> Node:
        f = self.functions[name]
        args = args or [self._name(i, env) for i in f["inputs"]]
        if len(args) != len(f["inputs"]) or not keywords.keys() <= f["parameters"].keys():
            raise Bad(f"{name}: wrong inputs or parameters")
        values = {k: self.read(tree(v)) for k, v in f["parameters"].items()}
        self.depth += 1
        if self.depth > 30:
            raise Bad(f"{name}: functions nested too deeply")
        before, self.inputs = self.inputs, frozenset(f["inputs"])
        body = tree(f["formula"])
        if name not in catalogue() and name not in self.checked:
            self.checked.add(name)
            if self.read(body).names != {"x"}:
                raise Bad(f"{name}: expected a formula in x, and in no other name")
        result = self.read(body, {**dict(zip(f["inputs"], args, strict=True)), **values, **keywords})
        self.depth, self.inputs = self.depth - 1, before
        return result

    def _elementary(self, name: str, u: Node) -> Node:
        def grown(sign: int) -> Node:
            return Node("exp", num(sign) * u)

        half = num(Fraction(1, 2))
        match name:
            case "sqrt":
                return power(u, half)
            case "abs":
                return case(">=", u, u, -u)
            case "sign":
                return case(">", u, ONE, case("==", u, ZERO, num(-1)))
            case "erf":
                return ONE - Node("erfc", u)
            case "Phi":
                return half * Node("erfc", -u * power(num(2), num(Fraction(-1, 2))))
            case "tanh":
                return ONE - num(2) * power(Node("exp", num(2) * u) + ONE, num(-1))
            case "sinh" | "cosh":
                return half * (grown(1) + (grown(-1) if name == "cosh" else -grown(-1)))
            case "tan":
                return Node("sin", u) * power(Node("cos", u), num(-1))
        return Node(name, u)


# --- evaluation


class Place:
    """Where expressions are evaluated: one name's jet, and how a case distinction finds its sign."""

    def __init__(self, name: str, at: Any) -> None:
        self.name, self.at = name, at
        self.jets: dict[Node, list[Any]] = {}
        self.signs: dict[Node, int] = {}
        self.inners: dict[Any, Place] = {}

    def lift(self, c: Num) -> Any:
        return c

    def inner(self, name: str, at: Any) -> Place:
        """The place of a derivative's own variable."""
        return self if name == self.name and at is self.at else type(self)(name, at)

    def jet(self, e: Node, n: int) -> list[Any]:
        """Taylor coefficients 0 to n - 1 in the name. Raises Unclear or Undefined."""
        if len(self.jets.get(e, ())) < n:
            spend(n)
            self.jets[e] = self._jet(e, n)
        return self.jets[e][:n]

    def value(self, e: Node) -> Any:
        return self.jet(e, 1)[0]

    def _jet(self, e: Node, n: int) -> list[Any]:
        rest = [0] * (n - 1)
        match e.op:
            case "num":
                return [self.lift(number(e.args[0])), *rest]
            case "const":
                return [self.lift(e.args[0]), *rest]
            case "pi":
                return [self.lift(pi()), *rest]
            case "name" if e.args[0] == self.name:
                return [self.at, self.lift(number(1)), *rest][:n]
            case "name":
                raise Bad(f"a free name: {e.args[0][:40]}")
            case "add":
                return [a + b if a and b else (b or a) for a, b in zip(*(self.jet(a, n) for a in e.args), strict=True)]
            case "mul":
                u, v = (self.jet(a, n) for a in e.args)
                return [convolve(u, v, k) for k in range(n)]
            case "if":
                relation, u, a, b = e.args
                return self.jet(a if holds(relation, self.sign(u)) else b, n)
            case "D":
                return self._derivative(e, n)
            case "pow":
                return jet("pow", self.jet(e.args[0], n), e.args[1])
            case op:
                return jet(op, self.jet(e.args[0], n))

    def _derivative(self, e: Node, n: int) -> list[Any]:
        body, bound, at = e.args
        if body.names - {bound}:
            raise Unclear("a derivative of a function of several names")
        if not at.names:
            return [self.lift(derivative_at(body, bound, closed(at))), *[0] * (n - 1)]
        arg = self.jet(at, n)
        inner = self.inners.setdefault((bound, at), self.inner(bound, arg[0]))
        slope = inner.jet(body, n + 1)
        slope = [c * k if k > 1 and c else c for k, c in enumerate(slope)][1:]
        if at.op == "name":
            return [slope[0] or self.lift(number(0)), *slope[1:]]
        steps, result = [0, *arg[1:]], [slope[-1], *[0] * (n - 1)]
        for c in reversed(slope[:-1]):  # the jet of f'(u(x)) by Horner
            result = [0, *(convolve([0, *steps[1:]], result, k) for k in range(1, n))]
            result[0] = c
        return [result[0] or self.lift(number(0)), *result[1:]]

    def sign(self, u: Node) -> int:
        """The sign of u throughout the place; a cell's ends do not count."""
        if u not in self.signs:
            self.signs[u] = self._sign(u)
        return self.signs[u]

    def _sign(self, u: Node) -> int:
        sign = self.value(u).sign()
        if sign is None:
            raise Unclear("the sign of a case distinction")
        return sign


class Point(Place):
    """One exact number; a derivative there exists where both sides agree."""

    def _derivative(self, e: Node, n: int) -> list[Any]:
        body, bound, at = e.args
        if n > 1 or body.names - {bound}:
            raise Unclear("derivatives at a point beyond the first")
        return [derivative_at(body, bound, self.value(at))]


class Cell(Place):
    """A closed interval, by plain intervals and Taylor forms around its middle.

    `ends` says which of its ends (low, high) are ends of the open interval under study and do not count.
    """

    def __init__(self, name: str, at: Num, ends: tuple[bool, bool] = (False, False)) -> None:
        super().__init__(name, at.inexact())
        self.ends, self.jumps = ends, False
        (low, high), self.thin = at.ball, None
        middle = lib.mpf_shift(lib.mpf_add(low, high, BITS), -1)
        if lib.mpf_lt(low, middle) and lib.mpf_lt(middle, high):
            self.middle = Num(None, (middle, middle))
            self.thin = Cell(name, self.middle)

    def inner(self, name: str, at: Num) -> Place:
        if name == self.name and at is self.at:
            return self
        return Cell(name, at, self.ends if at is self.at else (False, False))

    def _jet(self, e: Node, n: int) -> list[Any]:
        if e.op == "if" and n == 1:
            try:
                return super()._jet(e, n)
            except Unclear:
                return [self._one_of(*e.args[1:])]
        return super()._jet(e, n)

    def _one_of(self, u: Node, a: Node, b: Node) -> Num:
        """The value of a case distinction whose sign changes in the cell: that of either branch."""
        self.value(u)  # defined on the cell
        if not (u is a - b or (u is a and b is -a)):  # max, min and abs have no jump
            self.jumps = True
        try:
            return either(self.value(a), self.value(b))
        except Undefined:
            raise Unclear("a branch that may be undefined") from None

    def form(self, e: Node, order: int) -> Num:
        """An enclosure of the order-th Taylor coefficient on the cell."""
        if self.thin is None:
            return self.jet(e, order + 1)[order] or number(0)
        wide, thin = self.jet(e, TERMS), self.thin.jet(e, TERMS)
        return taylor_form(wide, thin, self.at - self.middle, order)

    def sign_of(self, e: Node, order: int = 0) -> int | None:
        """The sign of a derivative on the whole closed cell, or None."""
        plain = self.jet(e, order + 1)[order] or number(0)
        sign = plain.sign()
        return self.form(e, order).sign() if sign is None else sign

    def _sign(self, u: Node) -> int:
        sign = self.sign_of(u)
        if sign is None:  # where it is monotone and vanishes at most at an end that does not count
            low, high = (lib.mpf_sign(end) for end in self.value(u).ball)
            slope = self.sign_of(u, 1)
            if slope and low >= 0 and self.ends[0 if slope > 0 else 1]:
                return 1
            if slope and high <= 0 and self.ends[1 if slope > 0 else 0]:
                return -1
            raise Unclear("the sign of a case distinction")
        return sign


class End(Place):
    """A tail: y >= start with the name equal to y, -y, p + 1/y or p - 1/y."""

    def __init__(self, name: str, at: Model) -> None:
        super().__init__(name, at)

    def lift(self, c: Num) -> Model:
        return Model(self.at.tail, [(UNIT, c)] if c else [])


def tail_end(name: str, at: Num | str, side: int, start: Fraction, terms: int) -> End:
    """The tail at an infinity, or beside an exact point: side is 1 to its right."""
    tail = Tail(start, terms)
    if isinstance(at, str):
        return End(name, Model(tail, [(Y, number(1 if at == "oo" else -1))]))
    return End(name, Model(tail, [*([(UNIT, at)] if at else []), (times(UNIT, Y, -1), number(side))]))


def limit(e: Node, name: str, at: Num | str, side: int) -> Num | str:
    """The one-sided limit: exact, "oo" or "-oo". Raises Unclear."""
    reason: Exception = Unclear("a limit")
    for start, terms in ((2, 4), (8, 4), (64, 6), (1024, 8)):
        try:
            return End.value(tail_end(name, at, side, Fraction(start), terms), e).limit()
        except (Unclear, Undefined) as error:
            reason = error
    raise reason


def closed(e: Node) -> Num:
    """The value of an expression without names."""
    return Point("", number(0)).value(e)


def derivative_at(body: Node, name: str, at: Num) -> Num:
    """The derivative at an exact point: the function is continuous there and the slopes on both sides agree."""
    slope = Node("D", body, name, Node("name", name))
    values = [limit(body, name, at, -1), Point(name, at).value(body), limit(body, name, at, 1)]
    slopes = [limit(slope, name, at, -1), limit(slope, name, at, 1)]
    if any(isinstance(v, str) for v in (*values, *slopes)):
        raise Undefined("an infinite derivative")
    for a, b in ((values[0], values[1]), (values[1], values[2]), (slopes[0], slopes[1])):
        if compare(a, b):
            raise Undefined("a derivative at a kink or jump")
    assert isinstance(slopes[0], Num)
    return slopes[0]


# --- exact algebra


def algebraic(e: Node, choose: Callable[[Node], int]) -> Any:
    """The expression in SymPy, its case distinctions settled by `choose`, which gives the sign of their arguments."""
    spend(10)
    if not e.names:
        exact = closed(e).exact
        if exact is None:
            raise Unclear("a number without an exact form in an identity")
        return exact
    match e.op:
        case "name":
            return sp.Symbol(e.args[0], real=True)
        case "if":
            relation, u, a, b = e.args
            return algebraic(a if holds(relation, choose(u)) else b, choose)
        case "D":
            body, bound, at = e.args

            def inside(u: Node) -> int:
                sign = choose(replaced(u, bound, at))
                if sign == 0 and bound in u.names:
                    raise Unclear("a derivative where its case distinction is 0")
                return sign

            symbol = sp.Symbol(bound, real=True)
            return sp.diff(algebraic(body, inside), symbol).subs(symbol, algebraic(at, choose))
        case "pow":
            return algebraic(e.args[0], choose) ** sp.Rational(e.args[1].numerator, e.args[1].denominator)
    parts = [algebraic(a, choose) for a in e.args]
    rules = {"exp": sp.exp, "log": sp.log, "sin": sp.sin, "cos": sp.cos, "atan": sp.atan, "add": sp.Add, "mul": sp.Mul,
             "erfc": lambda u: 1 - sp.erf(u)}  # fmt: skip
    return rules[e.op](*parts)


def replaced(e: Node, name: str, value: Node) -> Node:
    """A name replaced wherever it is free."""
    if name not in e.names:
        return e
    if e.op == "name":
        return value
    if e.op == "D":
        body, bound, at = e.args
        if bound in value.names:
            raise Unclear("a derivative whose variable is taken")
        return Node("D", body if name == bound else replaced(body, name, value), bound, replaced(at, name, value))
    return Node(e.op, *(replaced(a, name, value) if isinstance(a, Node) else a for a in e.args))
