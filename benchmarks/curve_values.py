"""Hand-written values of activations and their first two derivatives, evaluated with mpmath at 300 digits.

Nothing here imports gradproof. Values are written so that they keep their relative accuracy in the tails; what is
composed (a product, a chain) is differentiated by the rule for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import mpmath

mp = mpmath.MPContext()
mp.dps = 300

Number = Any
Value = Callable[[Number], Number]


class UndefinedHere(ArithmeticError):
    """A derivative at a point where it does not exist."""


# --- values, written so that they keep their relative accuracy in the tails


def sigmoid(x: Number) -> Number:
    return 1 / (1 + mp.exp(-x))


def _bell(x: Number) -> Number:
    """s(1 - s) for the sigmoid s."""
    return sigmoid(x) * sigmoid(-x)


def _phi(x: Number) -> Number:
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def normal_cdf(x: Number) -> Number:
    return mp.erfc(-x / mp.sqrt(2)) / 2


def _softplus(x: Number) -> Number:
    return mp.log1p(mp.exp(x)) if x < 0 else x + mp.log1p(mp.exp(-x))


def _gelu_tanh(order: int) -> Value:
    def value(x: Number) -> Number:
        root, c = mp.sqrt(2 / mp.pi), mp.mpf("0.044715")
        u = root * (x + c * x**3)
        u1, u2 = root * (1 + 3 * c * x * x), root * 6 * c * x
        half, bell = sigmoid(2 * u), 4 * _bell(2 * u)  # (1 + tanh u)/2 and 1 - tanh(u)**2
        if order == 0:
            return x * half
        if order == 1:
            return half + x / 2 * bell * u1
        return bell * u1 + x / 2 * bell * (u2 - 2 * mp.tanh(u) * u1 * u1)

    return value


def _swish(k: Number, order: int) -> Value:
    def value(x: Number) -> Number:
        s, bell = sigmoid(k * x), _bell(k * x)
        if order == 0:
            return x * s
        if order == 1:
            return s + k * x * bell
        return 2 * k * bell + k * k * x * bell * (sigmoid(-k * x) - s)

    return value


def _mish(order: int) -> Value:
    def value(x: Number) -> Number:
        u, s, bell = _softplus(x), sigmoid(x), _bell(x)
        t, steep = mp.tanh(u), mp.sech(u) ** 2
        if order == 0:
            return x * t
        if order == 1:
            return t + x * steep * s
        return 2 * steep * s + x * steep * (bell - 2 * t * s * s)

    return value


@dataclass(frozen=True, eq=False)
class Curve:
    """One activation with its parameters, as the statement language calls it."""

    name: str
    arguments: str
    values: tuple[Value, Value, Value]
    formulas: tuple[tuple[str, ...], tuple[str, ...]]
    """Right formulas in x for orders 1 and 2."""
    smoothness: int | None = None
    """k for C^k and not C^(k+1), -1 with a jump; None for smooth."""
    breakpoints: tuple[str, ...] = ()
    parity: str | None = None
    milder: tuple[str, ...] = ()
    """Breakpoints at which one more derivative exists than at the others."""
    ends: tuple[str, str] | None = None
    """The limits at -oo and oo, where reading them at 1e60 would mislead."""
    reach: tuple[int, int] = (-40, 40)
    """Between these a bound that is only approached is still 1e-30 away."""

    @property
    def function(self) -> str:
        """The curve as a function: `elu(alpha=2)`."""
        return f"{self.name}({self.arguments})" if self.arguments else self.name

    def at(self, point: str) -> str:
        """The curve at a point: `elu(x, alpha=2)`."""
        return f"{self.name}({point}, {self.arguments})" if self.arguments else f"{self.name}({point})"

    def derivative(self, order: int) -> str:
        """The derivative as a function: `D(elu(alpha=2), 2)`."""
        return (self.function, f"D({self.function})", f"D({self.function}, 2)")[order]

    def derivative_at(self, order: int, point: str) -> str:
        """The derivative at a point."""
        return self.at(point) if order == 0 else f"{self.derivative(order)}({point})"

    @cached_property
    def breaks(self) -> tuple[Number, ...]:
        return tuple(map(mp.mpf, self.breakpoints))

    @cached_property
    def _mild(self) -> tuple[Number, ...]:
        return tuple(map(mp.mpf, self.milder))

    def defined_at(self, order: int, x: Number) -> bool:
        """Whether the derivative of that order exists at a point."""
        if order == 0 or self.smoothness is None or x not in self.breaks:
            return True
        return order <= self.smoothness + (x in self._mild)

    def value(self, order: int, x: Number) -> Number:
        """The derivative of that order. Raises UndefinedHere at a breakpoint where it does not exist."""
        if not self.defined_at(order, x):
            raise UndefinedHere(f"{self.derivative(order)} at {x}")
        return self.values[order](x)


def _zero(_: Number) -> Number:
    return mp.mpf(0)


def _one(_: Number) -> Number:
    return mp.mpf(1)


def _leaky(name: str, arguments: str, slope: str) -> Curve:
    k = mp.mpf(slope)
    return Curve(
        name, arguments,
        (lambda x: x if x >= 0 else k * x, lambda x: mp.mpf(1) if x > 0 else k, _zero),
        ((f"1 if x > 0 else {slope}", f"{slope} if x <= 0 else 1"), ("0",)), 0, ("0",),
    )  # fmt: skip


def _elu(alpha: str) -> Curve:
    a = mp.mpf(alpha)
    arguments = "" if alpha == "1" else f"alpha={alpha}"
    return Curve(
        "elu", arguments,
        (
            lambda x: x if x > 0 else a * mp.expm1(x),
            lambda x: mp.mpf(1) if x > 0 else a * mp.exp(x),
            lambda x: mp.mpf(0) if x > 0 else a * mp.exp(x),
        ),
        (
            (f"1 if x > 0 else {alpha}*exp(x)", f"1 if x >= 0 else {alpha}*(1/2 + tanh(x/2)/2)/(1/2 - tanh(x/2)/2)"),
            (f"0 if x > 0 else {alpha}*exp(x)",),
        ),
        1 if alpha == "1" else 0, ("0",),
    )  # fmt: skip


def _selu() -> Curve:
    alpha, scale = "1.6732632423543772848170429916717", "1.0507009873554804934193349852946"
    a, s = mp.mpf(alpha), mp.mpf(scale)
    return Curve(
        "selu", "",
        (
            lambda x: s * x if x > 0 else s * a * mp.expm1(x),
            lambda x: s if x > 0 else s * a * mp.exp(x),
            lambda x: mp.mpf(0) if x > 0 else s * a * mp.exp(x),
        ),
        ((f"{scale}*(1 if x > 0 else {alpha}*exp(x))",), (f"0 if x > 0 else {scale}*{alpha}*exp(x)",)), 0, ("0",),
    )  # fmt: skip


def _celu(alpha: str) -> Curve:
    a = mp.mpf(alpha)
    return Curve(
        "celu", "" if alpha == "1" else f"alpha={alpha}",
        (
            lambda x: x if x > 0 else a * mp.expm1(x / a),
            lambda x: mp.mpf(1) if x > 0 else mp.exp(x / a),
            lambda x: mp.mpf(0) if x > 0 else mp.exp(x / a) / a,
        ),
        ((f"1 if x > 0 else exp(x/{alpha})", f"exp(min(x, 0)/{alpha})"), (f"0 if x > 0 else exp(x/{alpha})/{alpha}",)),
        1, ("0",),
    )  # fmt: skip


def _softplus_of(beta: str) -> Curve:
    b = mp.mpf(beta)
    return Curve(
        "softplus", "" if beta == "1" else f"beta={beta}",
        (lambda x: _softplus(b * x) / b, lambda x: sigmoid(b * x), lambda x: b * _bell(b * x)),
        (
            (f"sigmoid({beta}*x)", f"1/(1 + exp(-{beta}*x))", f"exp({beta}*x)/(1 + exp({beta}*x))"),
            (f"{beta}*sigmoid({beta}*x)*(1 - sigmoid({beta}*x))", f"{beta}*exp({beta}*x)/(1 + exp({beta}*x))**2"),
        ),
    )  # fmt: skip


def _hard_tanh(low: str, high: str, arguments: str, name: str = "hard_tanh") -> Curve:
    a, b = mp.mpf(low), mp.mpf(high)
    return Curve(
        name, arguments,
        (lambda x: min(max(x, a), b), lambda x: mp.mpf(1) if a < x < b else mp.mpf(0), _zero),
        ((f"1 if {low} < x < {high} else 0", f"0 if x < {low} or x > {high} else 1"), ("0",)), 0, (low, high),
        "odd" if a == -b else None,
    )  # fmt: skip


def _squareplus(b: str) -> Curve:
    c = mp.mpf(b)

    def value(x: Number) -> Number:
        root = mp.sqrt(x * x + c)
        return (x + root) / 2 if x >= 0 else c / (2 * (root - x))

    def slope(x: Number) -> Number:
        root = mp.sqrt(x * x + c)
        return (1 + x / root) / 2 if x >= 0 else c / (2 * root * (root - x))

    return Curve(
        "squareplus", "" if b == "4" else f"b={b}", (value, slope, lambda x: c / (2 * mp.sqrt(x * x + c) ** 3)),
        ((f"(1 + x/sqrt(x**2 + {b}))/2", f"1/2 + x/(2*sqrt({b} + x**2))"), (f"{b}/(2*sqrt(x**2 + {b})**3)",)),
    )  # fmt: skip
