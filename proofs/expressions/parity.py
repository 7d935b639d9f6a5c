"""Parity read off structure: a tree of even and odd parts is even or odd, its domain included.

An expression may also be odd about a constant, as sigmoid is about 1/2: f(-x) = 2 c - f(x). Nothing is evaluated, so
the answer costs one walk over the expression; None only means that the structure does not tell.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import expr as ex
from .expr import Expr

ODD_FUNCTIONS = ("erf", "sin", "tan", "atan", "sinh", "tanh")


@dataclass(frozen=True)
class Parity:
    """1 for f(-x) = f(x), -1 for f(-x) = 2 * center - f(x)."""

    sign: int
    center: Expr = ex.ZERO

    @property
    def plain(self) -> bool:
        """Whether f(-x) = sign * f(x)."""
        return self.sign > 0 or self.center is ex.ZERO


EVEN, ODD = Parity(1), Parity(-1)


def structural_parity(e: Expr, variable: str) -> int | None:
    """1 for even, -1 for odd, None where the structure does not tell."""
    return _Walk(variable).sign(e)


class _Walk:
    """The parities of the nodes of one expression, each asked for once."""

    def __init__(self, variable: str) -> None:
        self.variable = variable
        self._parities: dict[Expr, Parity | None] = {}

    def parity(self, e: Expr) -> Parity | None:
        """The parity, None where the structure does not tell."""
        if self.variable not in ex.free_names(e):
            return EVEN
        if e not in self._parities:
            self._parities[e] = self._parity(e)
        return self._parities[e]

    def _parity(self, e: Expr) -> Parity | None:
        match e.op:
            case "name":
                return ODD
            case "add":
                return self._sum(e)
            case "mul":
                return self._product(e)
            case "pow":
                return self._power(e)
            case "erfc" if self.sign(e.args[0]) == -1:  # 1 - erf
                return Parity(-1, ex.ONE)
            case "derivative":
                return self._derivative(e)
            case "if":
                return self._choice(e)
            case _:
                return self._of_signs(e.op, [self.sign(child) for child in ex.children(e)])

    def sign(self, e: Expr) -> int | None:
        """1 for even, -1 for odd."""
        parity = self.parity(e)
        return parity.sign if parity is not None and parity.plain else None

    def _of_signs(self, op: str, signs: list[int | None]) -> Parity | None:
        """A function of even things is even; of an odd one it is even or odd where the function is."""
        if all(sign == 1 for sign in signs):
            return EVEN
        if signs == [-1]:
            return ODD if op in ODD_FUNCTIONS or op == "sign" else EVEN if op in ("cos", "cosh", "abs") else None
        return None

    def _sum(self, e: Expr) -> Parity | None:
        """Terms of one parity; a constant moves the center of odd ones."""
        constants = [t for t in e.args if self.variable not in ex.free_names(t)]
        parities = [self.parity(t) for t in e.args if t not in constants]
        centers = [p.center for p in parities if p is not None]
        signs = {None if p is None else p.sign for p in parities}
        if signs == {1}:
            return EVEN
        return Parity(-1, ex.add(*constants, *centers)) if signs == {-1} else None

    def _product(self, e: Expr) -> Parity | None:
        constants = [f for f in e.args if self.variable not in ex.free_names(f)]
        parities = [self.parity(f) for f in e.args if f not in constants]
        if len(parities) == 1 and parities[0] is not None and not parities[0].plain:
            return Parity(-1, ex.mul(*constants, parities[0].center))
        sign = 1
        for p in parities:
            if p is None or not p.plain:
                return None
            sign *= p.sign
        return Parity(sign)

    def _power(self, e: Expr) -> Parity | None:
        base, exponent = e.args
        signs, k = (self.sign(base), self.sign(exponent)), exponent.value
        if signs == (1, 1):
            return EVEN
        if signs[0] == -1 and k is not None and k.q == 1:
            return EVEN if int(k.p) % 2 == 0 else ODD
        if k == -1 and (scale := self._logistic(base)) is not None:
            return Parity(-1, 1 / (2 * scale))
        return None

    def _logistic(self, e: Expr) -> Expr | None:
        """a, where e is a + a exp(u) with an odd u and a rational a; then 1/e is odd about 1/(2 a)."""
        if e.op != "add" or len(e.args) != 2:
            return None
        moving, constant = e.args if e.args[0].value is None else e.args[::-1]
        if constant.value is None:
            return None
        scale, power = ex.split_coefficient(moving)
        odd = power.op == "exp" and self.sign(power.args[0]) == -1
        return constant if odd and scale == constant.value else None

    def _derivative(self, e: Expr) -> Parity | None:
        """The derivative of what is even is odd, and the other way round, also about a center."""
        body, bound, at = e.args
        if bound != self.variable and self.variable in ex.free_names(body):
            return None
        inner = _Walk(bound).parity(body)
        if self.sign(at) == 1:
            return EVEN
        if inner is None or self.sign(at) != -1:
            return None
        return EVEN if inner.sign < 0 else ODD

    def _choice(self, e: Expr) -> Parity | None:
        """A case distinction whose condition is the same at x and -x."""
        relation, u, a, b = e.args
        condition = self.sign(u)
        if condition == 1 or (condition == -1 and relation in ("==", "!=")):
            sign = self.sign(a)
            return Parity(sign) if sign is not None and sign == self.sign(b) else None
        return None
