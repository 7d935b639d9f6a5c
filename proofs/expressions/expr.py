"""Exact real expressions: an interned graph of arithmetic, elementary functions and case distinctions.

Everything the engine reasons about is an :class:`Expr`. Two equal expressions are the same object, so equality
is identity and shared subexpressions are shared work. The constructors tidy (flatten, fold rationals, collect
equal terms) but never lose a point where the expression is undefined: a term is cancelled only when it is
*total*, that is, visibly defined at every real.

A derivative stays an unevaluated node (:func:`calculus.derivative`) until the case distinctions below it are resolved
on a piece, because what it means at a kink depends on both sides.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any, ClassVar, TypeAlias

from flint import fmpq, fmpz

from ..budget import spend

FUNCTIONS = ("exp", "log", "erf", "erfc", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh")
"""Analytic functions of one argument; everything but log and tan is defined on the whole line."""

SWITCHES = ("abs", "sign", "max", "min", "if", "floor")
"""Operations whose formula depends on a sign."""

UNSETTLED = "?"
"""Ends the name of a number that is still to be computed and may turn out infinite or undefined, such as a supremum."""

Number: TypeAlias = "int | Fraction | fmpq | fmpz"


MAX_MERGED_EXPONENT = 10_000
"""Powers of powers merge up to this exponent, so that repeated squaring cannot make huge ones."""


class Expr:
    """One node: an operation and its arguments. Build with the functions of this module, never directly."""

    __slots__ = ("__weakref__", "args", "op", "positive", "size", "switching", "total")
    _interned: ClassVar[dict[tuple[str, tuple[Any, ...]], Expr]] = {}
    printer: ClassVar[Callable[[Expr], str]] = repr
    """How str() writes an expression: in the statement language, once :mod:`printing` is there."""

    op: str
    args: tuple[Any, ...]
    total: bool
    """Visibly defined for every real value of its free names."""
    positive: bool
    """Visibly above 0 wherever it is defined."""
    switching: bool
    """Contains a case distinction or an unevaluated derivative."""
    size: int
    """Nodes when written out in full, without sharing."""

    def __new__(cls, op: str, *args: Any) -> Expr:
        # The hash of an fmpq is that of a Fraction made from it; its parts have their own.
        key = (op, args) if op != "rational" else (op, (args[0].p, args[0].q))
        interned = cls._interned.get(key)
        if interned is not None:
            return interned
        node = object.__new__(cls)
        node.op, node.args = op, args
        node.total, node.positive = _total(op, args), _positive(op, args)
        node.switching = op in SWITCHES or op == "derivative" or any(c.switching for c in children(node))
        node.size = 1 + sum(c.size for c in children(node))
        return cls._interned.setdefault(key, node)

    def __add__(self, other: Expr | Number) -> Expr:
        return add(self, other)

    __radd__ = __add__

    def __mul__(self, other: Expr | Number) -> Expr:
        return mul(self, other)

    __rmul__ = __mul__

    def __neg__(self) -> Expr:
        return mul(-1, self)

    def __sub__(self, other: Expr | Number) -> Expr:
        return add(self, mul(-1, other))

    def __rsub__(self, other: Expr | Number) -> Expr:
        return add(other, mul(-1, self))

    def __truediv__(self, other: Expr | Number) -> Expr:
        return mul(self, power(other, -1))

    def __rtruediv__(self, other: Expr | Number) -> Expr:
        return mul(other, power(self, -1))

    def __pow__(self, exponent: Expr | Number) -> Expr:
        return power(self, exponent)

    def __reduce__(self) -> tuple[Any, ...]:
        # fmpq has no pickle of its own.
        return _restore, (self.op, *(map(str, self.args) if self.op == "rational" else self.args))

    def __repr__(self) -> str:
        """An s-expression."""
        if not children(self):
            return str(self.args[0]) if self.args else self.op
        if self.size > 10_000:
            return f"<Expr of {self.size} nodes>"
        return f"({' '.join([self.op, *(a if isinstance(a, str) else repr(a) for a in self.args)])})"

    def __str__(self) -> str:
        return Expr.printer(self)

    @property
    def value(self) -> fmpq | None:
        """The rational this node is, or None."""
        return self.args[0] if self.op == "rational" else None


def _restore(op: str, *args: Any) -> Expr:
    """An expression out of a pickle."""
    return rational(args[0]) if op == "rational" else Expr(op, *args)


def children(e: Expr) -> tuple[Expr, ...]:
    """The direct subexpressions."""
    match e.op:
        case "rational" | "name" | "pi":
            return ()
        case "if":
            return e.args[1:]
        case "derivative":
            return (e.args[0], e.args[2])
        case _:
            return e.args


def terms(e: Expr) -> tuple[Expr, ...]:
    """The terms of a sum; of anything else, the expression alone."""
    return e.args if e.op == "add" else (e,)


def factors(e: Expr) -> tuple[Expr, ...]:
    """The factors of a product; of anything else, the expression alone."""
    return e.args if e.op == "mul" else (e,)


def _total(op: str, args: tuple[Any, ...]) -> bool:
    match op:
        case "rational" | "pi":
            return True
        case "name":
            return not args[0].endswith(UNSETTLED)
        case "pow":
            base, exponent = args
            if not (base.total and exponent.total):
                return False
            whole = exponent.value is not None and exponent.value.q == 1 and exponent.value >= 0
            return whole or base.positive
        case "log":
            return args[0].total and args[0].positive
        case "tan" | "derivative":
            return False
        case "if":
            return all(a.total for a in args[1:])
        case _:
            return all(a.total for a in args)


def _positive(op: str, args: tuple[Any, ...]) -> bool:
    match op:
        case "rational":
            return args[0] > 0
        case "pi" | "exp" | "erfc" | "cosh":
            return True
        case "add":
            return all(is_nonnegative(a) for a in args) and any(a.positive for a in args)
        case "mul" | "min":
            return all(a.positive for a in args)
        case "max":
            return any(a.positive for a in args)
        case "pow" | "abs":
            return args[0].positive
        case "log":
            return _above_one(args[0])
        case "if":
            return args[2].positive and args[3].positive
        case _:
            return False


def _above_one(e: Expr) -> bool:
    """A sum of a rational that is at least 1 and positive terms."""
    if e.op != "add":
        return e.op == "rational" and e.args[0] > 1
    constant = sum((t.args[0] for t in e.args if t.op == "rational"), fmpq(0))
    rest = [t for t in e.args if t.op != "rational"]
    return constant >= 1 and all(is_nonnegative(t) for t in rest) and any(t.positive for t in rest)


def is_nonnegative(e: Expr) -> bool:
    if e.positive:
        return True
    match e.op:
        case "rational":
            return e.args[0] >= 0
        case "pow":
            exponent = e.args[1].value
            return exponent is not None and (exponent.q != 1 or exponent.p % 2 == 0)
        case "abs":
            return True
        case "max":
            return any(is_nonnegative(a) for a in e.args)
        case "add" | "mul" | "min":
            return all(is_nonnegative(a) for a in e.args)
        case _:
            return False


def rational(value: Number | str) -> Expr:
    """An exact rational: an integer, a Fraction, an fmpq, or text like "3/4"."""
    if isinstance(value, fmpq):
        return Expr("rational", value)
    if isinstance(value, str):
        value = Fraction(value)
    if isinstance(value, Fraction):
        value = fmpq(value.numerator, value.denominator)
    return Expr("rational", fmpq(value))


ZERO, ONE, PI = rational(0), rational(1), Expr("pi")


def name(identifier: str) -> Expr:
    """A free real variable or parameter."""
    return Expr("name", identifier)


def as_expr(value: Expr | Number) -> Expr:
    """The expression itself, or the rational constant."""
    return value if isinstance(value, Expr) else rational(value)


def split_coefficient(term: Expr) -> tuple[fmpq, Expr]:
    """Split a term into rational coefficient and the rest."""
    if term.op == "rational":
        return term.args[0], ONE
    if term.op == "mul" and term.args[0].op == "rational":
        rest = term.args[1:]
        return term.args[0].args[0], rest[0] if len(rest) == 1 else Expr("mul", *rest)
    return fmpq(1), term


def add(*terms: Expr | Number) -> Expr:
    """The sum, with rational multiples of equal terms collected."""
    collected: dict[Expr, fmpq] = {}
    stack = [as_expr(t) for t in reversed(terms)]
    while stack:
        term = stack.pop()
        if term.op == "add":
            stack.extend(reversed(term.args))
            continue
        coefficient, rest = split_coefficient(term)
        collected[rest] = collected.get(rest, fmpq(0)) + coefficient
    spend(0.1 + 0.05 * len(collected))
    constant = collected.pop(ONE, fmpq(0))
    parts = [_multiple(c, t) if c else Expr("mul", ZERO, t) for t, c in collected.items() if c or not t.total]
    if constant:
        parts.append(rational(constant))
    if not parts:
        return ZERO
    return parts[0] if len(parts) == 1 else Expr("add", *parts)


def _multiple(coefficient: fmpq, term: Expr) -> Expr:
    """The product with a rational, without the tidying that a name or a function's value does not need."""
    if term.op in ("mul", "pow", "add", "rational"):
        return mul(coefficient, term)
    return term if coefficient == 1 else Expr("mul", rational(coefficient), term)


def split_power(factor: Expr) -> tuple[Expr, fmpq]:
    if factor.op == "pow" and factor.args[1].op == "rational":
        return factor.args[0], factor.args[1].args[0]
    return factor, fmpq(1)


def mul(*factors: Expr | Number) -> Expr:
    """The product, with powers of equal bases collected where no undefined point is lost."""
    stack = [as_expr(f) for f in reversed(factors)]
    if len(stack) == 2 and stack[0].op == stack[1].op == "rational":
        return rational(stack[0].args[0] * stack[1].args[0])
    coefficient = fmpq(1)
    powers: dict[Expr, fmpq] = {}
    kept: list[Expr] = []
    while stack:
        factor = stack.pop()
        if factor.op == "mul":
            stack.extend(reversed(factor.args))
            continue
        if factor.op == "rational":
            coefficient *= factor.args[0]
            continue
        base, exponent = split_power(factor)
        old = powers.get(base, fmpq(0))
        # x^-1 * x is undefined at 0, sqrt(x) * sqrt(x) below 0, and both must stay so; x^-1 * x^-1 may merge.
        mergeable = old * exponent > 0 and (old.q == exponent.q == 1 or (old + exponent).q != 1)
        if base in powers and not (mergeable or (base.positive and base.total)):
            kept.append(factor)
        else:
            powers[base] = old + exponent
    spend(0.1 + 0.05 * len(powers))
    parts = [power(b, e) for b, e in powers.items() if e or not b.total] + kept
    for part in [p for p in parts if p.op == "rational"]:
        coefficient *= part.args[0]
        parts.remove(part)
    if not coefficient:
        partial = [p for p in parts if not p.total]
        return Expr("mul", ZERO, *partial) if partial else ZERO
    if not parts:
        return rational(coefficient)
    if coefficient != 1:
        if len(parts) == 1 and parts[0].op == "add":
            return add(*(mul(coefficient, t) for t in parts[0].args))
        parts.insert(0, rational(coefficient))
    return parts[0] if len(parts) == 1 else Expr("mul", *parts)


def power(base: Expr | Number, exponent: Expr | Number) -> Expr:
    """base ** exponent. A base of unknown sign needs a rational exponent; 0 ** 0 is 1, as in float arithmetic."""
    base, exponent = as_expr(base), as_expr(exponent)
    e: Any = exponent.value
    if e is None:
        return Expr("pow", base, exponent)
    if e == 0:
        return ONE if base.total else Expr("pow", base, exponent)
    if e == 1:
        return base
    if base.op == "rational":
        b = base.args[0]
        if e.q == 1 and (b or e > 0) and abs(int(e.p)) * (b.p.height_bits() + b.q.height_bits()) <= 1 << 16:
            return rational(b ** int(e.p))
        if b in (0, 1) and e > 0:
            return base
        if e.q > 1 and b > 0 and (root := _exact_root(b, int(e.q))) is not None:
            return power(rational(root), rational(fmpq(e.p)))
    if base.op == "pow" and (inner := base.args[1].value) is not None and (e.q == 1 or base.args[0].positive):
        # (x^a)^k = x^(ak) for whole k; both undefined at the same points unless a and k are both below 0: x^a with
        # a > 0 is 0 at 0 alone, where 1/x^(-ak) is undefined too. A root stays a root: sqrt(x)^2 is undefined for
        # x < 0, where x is not.
        same_domain = (e > 0 or inner > 0) and (inner.q == 1 or (inner * e).q != 1)
        if (same_domain or base.args[0].positive) and abs(inner * e) <= MAX_MERGED_EXPONENT:
            return power(base.args[0], rational(inner * e))
    if base.op == "mul" and e.q == 1:
        return mul(*(power(f, exponent) for f in base.args))
    if base.op == "exp" and e.q == 1:
        return function("exp", mul(exponent, base.args[0]))
    return Expr("pow", base, exponent)


def _exact_root(value: Any, degree: int) -> fmpq | None:
    if degree > 64:
        return None
    p, q = value.p.root(degree), value.q.root(degree)
    return fmpq(p, q) if p**degree == value.p and q**degree == value.q else None


def sqrt(argument: Expr | Number) -> Expr:
    """The non-negative square root."""
    return power(argument, fmpq(1, 2))


_AT_ZERO = {"exp": 1, "erf": 0, "erfc": 1, "sin": 0, "cos": 1, "tan": 0, "atan": 0, "sinh": 0, "cosh": 1, "tanh": 0}


def function(op: str, argument: Expr | Number) -> Expr:
    """One of FUNCTIONS applied to an argument."""
    argument = as_expr(argument)
    if argument is ZERO and op in _AT_ZERO:
        return rational(_AT_ZERO[op])
    if op == "log" and argument is ONE:
        return ZERO
    if op == "log" and argument.op == "exp":
        return argument.args[0]
    if op == "exp" and argument.op == "log" and argument.total:
        return argument.args[0]
    return Expr(op, argument)


def exp(argument: Expr | Number) -> Expr:
    """The exponential function."""
    return function("exp", argument)


def log(argument: Expr | Number) -> Expr:
    """The natural logarithm, defined for positive arguments."""
    return function("log", argument)


def arcsine(argument: Expr) -> Expr:
    """asin(x), without a value outside [-1, 1]: half of it has the tangent x/(1 + sqrt(1 - x^2))."""
    return 2 * function("atan", argument / (1 + sqrt(1 - argument * argument)))


def normal_cdf(argument: Expr) -> Expr:
    """Phi(x) = erfc(-x / sqrt 2) / 2, written so that the left tail does not cancel."""
    return mul(fmpq(1, 2), function("erfc", mul(-1, argument, power(2, fmpq(-1, 2)))))


def switch(op: str, *args: Any) -> Expr:
    """abs(u), sign(u), floor(u), max(u, v), min(u, v), or if(relation, u, a, b): a where `u relation 0`, else b."""
    if op == "if":
        relation, u, a, b = args
        if a is b and u.total:
            return a
        if u.value is not None:
            return a if holds(relation, _sign(u.value)) else b
    elif all(a.value is not None for a in args):
        of_numbers: dict[str, Any] = {"abs": abs, "sign": _sign, "max": max, "min": min, "floor": fmpq.floor}
        return rational(of_numbers[op](*(a.value for a in args)))
    elif op == "abs" and args[0].positive:
        return args[0]
    elif op == "floor" and (whole := sum(int(t.value.floor()) for t in terms(args[0]) if t.value)):
        return add(Expr(op, add(args[0], -whole)), whole)  # floor(u + n) = floor(u) + n
    return Expr(op, *args)


def _sign(value: fmpq) -> int:
    return (value > 0) - (value < 0)


_SIGNS = {">": (1,), ">=": (0, 1), "<": (-1,), "<=": (-1, 0), "==": (0,), "!=": (-1, 1)}
"""The signs that a number has which stands in a relation to 0."""


def holds(relation: str, sign: int) -> bool:
    """Whether `u relation 0` holds for a u of this sign."""
    if relation not in _SIGNS:
        raise ValueError(f"relation={relation!r}: expected one of {' '.join(_SIGNS)}")
    return sign in _SIGNS[relation]


@lru_cache(maxsize=1 << 16)
def free_names(e: Expr) -> frozenset[str]:
    """The free names of an expression."""
    if e.op == "name":
        return frozenset((e.args[0],))
    if e.op == "derivative":
        return (free_names(e.args[0]) - {e.args[1]}) | free_names(e.args[2])
    return frozenset[str]().union(*map(free_names, children(e)))
