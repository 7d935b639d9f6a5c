"""The re-checker's own formulas, read from text.

Text is read by :mod:`ast` against a short whitelist and never executed. Every operation is brought down to sums,
products, rational powers, exp, log, erfc, sin, cos, atan, a case distinction by a sign, and the derivative.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, ClassVar, TypeAlias
from weakref import WeakValueDictionary

from .definitions import ELEMENTARY, NUMBERS, WORDS, catalogue
from .intervals import Unclear

LONGEST, MOST_NODES, DEEPEST = 10_000, 4_000, 150
MAX_SIZE, MAX_DERIVATIVES, MAX_BITS = 20_000, 40, 70_000
"""Of an expression written out: operations, derivatives inside one another, and bits of its numbers."""


Json: TypeAlias = "dict[str, Any] | list[Any] | str | float | bool | None"
"""A part of a certificate, before it is looked at."""
NO_NAMES: frozenset[str] = frozenset()


class Bad(ValueError):
    """Text that is not a formula, or a certificate that is not one."""


class Node:
    """An operation and its arguments; equal ones are one object."""

    __slots__ = ("__weakref__", "args", "derivatives", "names", "op", "size")
    existing: ClassVar[WeakValueDictionary[tuple[Any, ...], Node]] = WeakValueDictionary()
    op: str
    args: tuple[Any, ...]
    names: frozenset[str]
    size: int
    derivatives: int

    def __new__(cls, op: str, *args: Any) -> Node:
        node = cls.existing.get((op, *args))
        if node is None:
            node = object.__new__(cls)
            node.op, node.args = op, args
            parts = [a for a in args if isinstance(a, Node)]
            node.size = 1 + sum(a.size for a in parts)
            node.derivatives = (op == "D") + max((a.derivatives for a in parts), default=0)
            if node.size > MAX_SIZE or node.derivatives > MAX_DERIVATIVES:
                raise Bad("too large once its functions are written out")
            if op == "name":
                node.names = frozenset(args)
            elif op == "D":
                node.names = (args[0].names - {args[1]}) | args[2].names
            else:
                node.names = NO_NAMES.union(*(a.names for a in parts))
            cls.existing[op, *args] = node
        return node

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


def key_of(e: Node) -> str:
    """The text of a node, under which a certificate keeps the arguments for its sign."""
    if e.op in ("num", "name"):
        return str(e.args[0])
    return f"{e.op}({', '.join(key_of(a) if isinstance(a, Node) else str(a) for a in e.args)})"


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


RELATIONS: dict[type, str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
OPERATIONS: dict[type, Callable[[Node, Node], Node]] = {
    ast.Add: Node.__add__, ast.Sub: Node.__sub__, ast.Mult: Node.__mul__, ast.Pow: power,
    ast.Div: lambda a, b: a * power(b, num(-1)),
}  # fmt: skip


def text_of(e: Any) -> str:
    """The text that a part of a formula was read from."""
    return getattr(e, "text", "")


HEXADECIMAL = r"(?<![\w.])0x([0-9a-f]+)\.?([0-9a-f]*)(?:p([+-]?[0-9]{1,4}))?(?![\w.])"


def _quotient(number: re.Match[str]) -> str:
    """A number in hexadecimal, as a quotient: 0x1.8p-1 is 24/2^5."""
    exponent = int(number[3] or 0) - 4 * len(number[2])
    above, below = 2 ** max(exponent, 0), 2 ** max(-exponent, 0)
    return f"({int(number[1] + number[2], 16) * above}/{below})"


def tree(formula: Json) -> Any:
    """The syntax tree of one formula, each node with the text it was read from. Raises Bad."""
    if not isinstance(formula, str) or not 0 < len(formula) <= LONGEST or not formula.isascii() or "#" in formula:
        raise Bad(f"expected a formula of at most {LONGEST} plain characters")
    flat = re.sub(HEXADECIMAL, _quotient, " ".join(formula.split()))
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
            text = flat[node.col_offset : node.end_col_offset]
            node.text = text  # pyright: ignore[reportAttributeAccessIssue]  # a formula carries its own text
        level += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
    return root


NUMBER = r"-?[0-9]{1,1100}(/[1-9][0-9]{0,1100}|(\.[0-9]{0,1100})?(e[+-]?[0-9]{1,4})?)|\.[0-9]{1,1100}"


def fraction(text: Json) -> Fraction:
    """A decimal or a quotient of whole numbers. Raises Bad."""
    if not isinstance(text, str) or not re.fullmatch(NUMBER, text):
        raise Bad(f"expected a number, got {str(text)[:40]!r}")
    return Fraction(text)


class Reader:
    """Reads expressions over defined functions; numbers computed from whole functions are asked of `special`.

    Inside a definition there are no such numbers, and a function is one of the definition's own inputs.
    """

    def __init__(self, functions: Mapping[str, Any], special: Callable[[Any], Node | str | None]) -> None:
        self.functions, self.special = functions, special
        self.depth = self.steps = 0
        self.inputs: frozenset[str] = frozenset()
        self.checked: set[str] = set()
        self.seen: set[str] = set()
        """The free names that were read."""

    def read(self, e: Any, env: Mapping[str, Node] | None = None) -> Node:
        """The node of an expression, its names replaced as env says. Raises Bad."""
        env = env or {}
        self.steps += 1
        if self.steps > 50_000:
            raise Bad("too large once its functions are written out")
        match e:
            case ast.Constant(value=int() | float()) if not isinstance(e.value, bool):
                return num(fraction(text_of(e).lower()))
            case ast.Name(id=name):
                return self._name(name, env)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as op, operand=operand):
                return -self.read(operand, env) if isinstance(op, ast.USub) else self.read(operand, env)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATIONS:
                return OPERATIONS[type(op)](self.read(left, env), self.read(right, env))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._choice(test, self.read(body, env), self.read(orelse, env), env)
            case ast.Call() if not e.keywords or (isinstance(e.func, ast.Name) and e.func.id in self.functions):
                value = self._call(e, env)
                if isinstance(value, Node):
                    return value
                raise Bad(f"an infinity in a calculation: {text_of(e)[:80]!r}")
            case _:
                raise Bad(f"not in the language of the re-checker: {text_of(e)[:80]!r}")

    def extended(self, e: Any) -> Node | str:
        """A side of a relation: an expression, or an infinity standing alone."""
        text = e.text.replace(" ", "")
        if text in ("oo", "-oo"):
            return text
        whole = isinstance(e, ast.Call) and isinstance(e.func, ast.Name) and e.func.id in NUMBERS and not e.keywords
        value = self.special(e) if whole else None
        return value if isinstance(value, str) else self.read(e)

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
        raise Bad(f"not a variable: {text_of(e)[:40]!r}")

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
            case _:
                raise Bad(f"not a condition: {test.text[:80]!r}")

    def _call(self, e: Any, env: Mapping[str, Node]) -> Node | str:
        args: list[Any] = e.args
        match e.func:
            case ast.Name(id="D"):
                return self._derivative(e, env)
            case ast.Name(id=("max" | "min") as name) if len(args) > 1:
                extreme, *others = (self.read(a, env) for a in args)
                for other in others:
                    extreme = case(">=" if name == "max" else "<=", extreme - other, extreme, other)
                return extreme
            case ast.Name(id=name) if name in ELEMENTARY and len(args) == 1:
                return self._elementary(name, self.read(args[0], env))
            case ast.Name(id=name) if name in self.functions:
                keywords = {str(k.arg): self.read(k.value, env) for k in e.keywords}
                return self._apply(name, [self.read(a, env) for a in args], keywords, env)
            case ast.Name() if not self.inputs and (value := self.special(e)) is not None:
                return value
            case ast.Call(func=ast.Name(id="D"), args=[_, ast.Name() as name, *_]) if len(args) == 1:
                return self.read(e.func, {**env, self.bound(name): self.read(args[0], env)})
            case ast.Call() | ast.BinOp() if len(args) == 1:
                return self.read(e.func, {**env, self.variable(e.func, env): self.read(args[0], env)})
            case _:
                raise Bad(f"not in the language of the re-checker: {e.text[:80]!r}")

    def _derivative(self, e: Any, env: Mapping[str, Node]) -> Node:
        order = 1
        match e.args:
            case [_]:
                name = self.variable(e.args[0], env)
            case [_, ast.Constant() as count]:
                name, order = self.variable(e.args[0], env), self._order(e, count)
            case [_, variable]:
                name = self.bound(variable)
            case [_, variable, ast.Constant() as count]:
                name, order = self.bound(variable), self._order(e, count)
            case _:
                raise Bad(f"expected D(f), D(f, order) or D(expression, variable, order): {e.text[:80]!r}")
        self.depth += 1
        bound = f"{name}#{self.depth}"
        body = self.read(e.args[0], {**env, name: Node("name", bound)})
        self.depth -= 1
        for _ in range(order - 1):
            body = Node("D", body, bound, Node("name", bound))
        at = env.get(name, Node("name", name))
        return Node("D", body, bound, at) if order else self.read(e.args[0], env)

    @staticmethod
    def _order(e: Any, count: ast.Constant) -> int:
        value = fraction(getattr(count, "text", ""))
        if value not in range(7):
            raise Bad(f"the order of a derivative is a whole number from 0 to 6: {e.text[:80]!r}")
        return int(value)

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
            if [*self.read(body).names] != ["x"]:
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
            case _:
                return Node(name, u)
