"""Texts about sigmoids, losses, softplus and their means, evaluated with formulas written down again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp

from .numerics import (
    LINE,
    NEGATIVE,
    NONNEGATIVE,
    POSITIVE,
    SCALES,
    SIGNED,
    TO_INFINITY,
    TO_MINUS_INFINITY,
    TO_ZERO,
    derivative,
    equal,
    everywhere,
    gelu,
    largest,
    normal,
    relu,
    rounded,
    same,
    sigmoid,
    slope,
    softplus,
    tends,
)  # fmt: skip
from .tails import number, softsign

EDGES = [mp.mpf(10) ** k for k in (1, 2, 3)]


def plan(x: Any) -> Any:
    if x >= 5:
        return mp.mpf(1)
    lines = (("2.375", "0.03125", "0.84375"), ("1", "0.125", "0.625"), ("0", "0.25", "0.5"))
    return next(number(a) * x + number(b) for start, a, b in lines if x >= number(start))


def second_order(x: Any) -> Any:
    return 1 - (1 - x / 4) ** 2 / 2 if x < 4 else mp.mpf(1)


def lower_bound(x: Any, c: Any) -> Any:
    return sigmoid(c) * mp.exp((x - c) / 2 - mp.tanh(c / 2) / (4 * c) * (x * x - c * c))


def upper_bound(x: Any, share: Any) -> Any:
    return mp.exp(share * x + share * mp.log(share) + (1 - share) * mp.log(1 - share))


def below_sigmoid(x: Any, c: Any) -> bool:
    return sigmoid(x) >= lower_bound(x, c) * (1 - mp.mpf(10) ** -30)


def above_sigmoid(x: Any, share: Any) -> bool:
    return sigmoid(x) <= upper_bound(x, share) * (1 + mp.mpf(10) ** -30)


def huber(x: Any, d: Any) -> Any:
    return x * x / 2 if abs(x) <= d else d * abs(x) - d * d / 2


def huber_joined(d: Any) -> bool:
    """Value and slope join at d, the second derivative falls from 1 to 0."""
    left, right = d - mp.mpf(10) ** -9, d + mp.mpf(10) ** -9
    slopes = [slope(lambda x: huber(x, d), x, k) for k in (1, 2) for x in (left, right)]
    return abs(slopes[0] - slopes[1]) < mp.mpf(10) ** -8 and equal(slopes[2], 1) and equal(slopes[3], 0)


def cross_entropy_slopes(x: Any, y: Any) -> Any:
    p = sigmoid(x - y)
    return (p - 1) ** 2 + (1 - p) ** 2


def log_cosh(x: Any) -> Any:
    return mp.log(mp.cosh(x))


def binary_cross_entropy(x: Any, z: Any) -> Any:
    return z * softplus(-x) + (1 - z) * softplus(x)


def with_softness(x: Any, c: Any) -> Any:
    return c * softplus(x / c)


def square_root_argument(s: Any) -> Any:
    return -mp.log(2 * mp.cosh(mp.sqrt(s) / 2))


CHECKS: dict[str, Callable[[], bool]] = {
    "wikipedia-logistic-sech": lambda: derivative(sigmoid, lambda x: 1 / (4 * mp.cosh(x / 2) ** 2), LINE),
    "shunyaya-logistic-curvature": lambda: derivative(
        sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x)) * (1 - 2 * sigmoid(x)), LINE, 2)
        and everywhere(lambda x: slope(sigmoid, x, 2) * mp.sign(x) <= 0, LINE),
    "shunyaya-softsign-derivative": lambda: derivative(
        softsign, lambda x: 1 / (1 - abs(x)) ** 2, [x for x in NEGATIVE if x != -1]),
    "shunyaya-softplus-tail": lambda: tends(lambda x: softplus(x) / mp.exp(x), 1, [-x for x in EDGES[:2]])
        and tends(lambda x: softplus(x) / x, 1, TO_INFINITY),
    "notes-sigmoid-sign": lambda: same(sigmoid, lambda x: 1 / (1 - mp.exp(-x)), POSITIVE),
    "notes-sigmoid-by-tanh": lambda: same(sigmoid, lambda x: (1 + mp.tanh(x / 2)) / 2, LINE),
    "quiz-tanh-centre": lambda: equal(mp.tanh(0), mp.mpf(1) / 2),
    "napa-normalised-sigmoid": lambda: derivative(
        lambda x: 2 * sigmoid(2 * x) - 1, lambda x: 4 * sigmoid(x) * (1 - sigmoid(x)), LINE),
    "napa-generic-sigmoid": lambda: everywhere(lambda s: equal(slope(
        lambda x: (1 - mp.exp(-2 * s * x)) / (1 + mp.exp(-2 * s * x)), mp.mpf(0)), s), SIGNED),
    "androidkt-sigmoid-range": lambda: any(sigmoid(x) in (0, 1) for x in LINE),
    "caffe-sigmoid-derivative": lambda: derivative(sigmoid, lambda x: mp.exp(x) / (1 + mp.exp(x)) ** 2, LINE)
        and derivative(sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x)), LINE),
    "caffe-tanh-derivative": lambda: derivative(
        mp.tanh, lambda x: 1 - ((mp.exp(2 * x) - 1) / (mp.exp(2 * x) + 1)) ** 2, LINE),
    "klement-fast-sigmoid": lambda: derivative(softsign, lambda x: softsign(x) ** 2, POSITIVE),
    "fast-sigmoid-precedence": lambda: same(lambda x: x / 1 + abs(x), softsign, LINE),
    "snntorch-atan": lambda: everywhere(lambda a, u: equal(
        slope(lambda t: mp.atan(mp.pi * t * a / 2) / mp.pi, u), 1 / mp.pi / (1 + (mp.pi * u * a / 2) ** 2)),
        SCALES, LINE),
    "snntorch-sigmoid": lambda: everywhere(lambda k, u: equal(
        slope(lambda t: 1 / (1 + mp.exp(-k * t)), u), k * mp.exp(-k * u) / (mp.exp(-k * u) + 1) ** 2), SIGNED, LINE),
    "plan-error": lambda: rounded(
        max(largest(lambda x: abs(plan(x) - sigmoid(x)), a, b) for a, b in ((0, 1), (1, number("2.37499999")), (
            number("2.375"), 5), (5, 9))), "0.0189", 3),
    "plan-continuous": lambda: all(
        abs(plan(number(x)) - plan(number(x) - mp.mpf(10) ** -9)) < mp.mpf(10) ** -8 for x in ("1", "2.375", "5")),
    "second-order-sigmoid-error": lambda: rounded(
        largest(lambda x: abs(second_order(x) - sigmoid(x)), 0, 9), "0.0216", 3),
    "bishop-log-sigmoid": lambda: same(
        lambda x: mp.log(sigmoid(x)), lambda x: x / 2 - mp.log(mp.exp(x / 2) + mp.exp(-x / 2)), LINE),
    "bishop-convex-in-square": lambda: everywhere(lambda s: slope(square_root_argument, s, 2) >= 0, POSITIVE),
    "bishop-lambda": lambda: same(lambda x: -mp.tanh(x / 2) / (4 * x),
                                  lambda x: -(sigmoid(x) - mp.mpf(1) / 2) / (2 * x), [*NEGATIVE, *POSITIVE]),
    "bishop-gaussian-bound": lambda: everywhere(below_sigmoid, LINE, [number("2.5")]),
    "bishop-gaussian-bound-any": lambda: everywhere(below_sigmoid, LINE, POSITIVE),
    "bishop-exponential-bound": lambda: everywhere(above_sigmoid, LINE, [number("0.2")]),
    "bishop-exponential-bound-any": lambda: everywhere(
        above_sigmoid, LINE, [number(share) for share in ("1e-4", "0.1", "0.2", "0.5", "0.77", "0.999")]),
    "sorix-log-one-minus-sigmoid": lambda: same(
        lambda x: mp.log(1 - sigmoid(x)), lambda x: -x - mp.log(1 + mp.exp(-x)), LINE),
    "bce-stable": lambda: same(lambda x, z: relu(x) - x * z + mp.log(1 + mp.exp(-abs(x))),
                               binary_cross_entropy, LINE, SIGNED),
    "bce-value": lambda: rounded(-mp.log(1 - number("0.312")), "0.375", 3),
    "bce-value-half": lambda: rounded(mp.log(2), "0.693", 3) and rounded(-mp.log(number("0.459")), "0.779", 3),
    "logcosh-small-large": lambda: tends(lambda x: 2 * log_cosh(x) / x**2, 1, TO_ZERO) and all(
        tends(lambda x: log_cosh(x) - abs(x) + mp.log(2), 0, [sign * x for x in EDGES]) for sign in (1, -1)),
    "logcosh-logaddexp": lambda: same(log_cosh, lambda x: mp.log(mp.exp(x) + mp.exp(-x)) - mp.log(2), LINE)
        and derivative(log_cosh, mp.tanh, LINE),
    "huber-once-differentiable": lambda: everywhere(huber_joined, SCALES),
    "huber-linear": lambda: everywhere(
        lambda d, x: abs(slope(lambda y: huber(y, d), x)) <= d * (1 + mp.mpf(10) ** -20), SCALES, LINE),
    "cross-entropy-lipschitz": lambda: everywhere(lambda x, y: cross_entropy_slopes(x, y) <= 2, LINE, LINE),
    "cook-softplus-slope": lambda: everywhere(
        lambda k: slope(lambda x: mp.log(1 + mp.exp(k * x)) / k, mp.mpf(0)) > mp.mpf(1) / 2 + mp.mpf(10) ** -20,
        [mp.mpf(2), mp.mpf(9)]),
    "nanonn-softplus-backward": lambda: derivative(
        lambda x: mp.log(1 + mp.exp(x)), lambda x: 1 / (1 + mp.exp(-softplus(x))), LINE),
    "hadrian-relu": lambda: same(relu, softplus, LINE),
    "onednn-logsigmoid": lambda: same(lambda x: mp.log(sigmoid(x)), lambda x: mp.log(1 + mp.exp(-x)) / -1, LINE),
    "onednn-gelu-backward": lambda: derivative(
        gelu, lambda s: (1 + mp.erf(s / mp.sqrt(2))) / 2 + s * mp.exp(-s * s / 2) / mp.sqrt(2 * mp.pi), LINE),
    "onednn-bounded-relu-old": lambda: everywhere(
        lambda a, x: equal(min(relu(x), a), a if x > a else a * x), SCALES, LINE),
    "tfp-softplus-reflection": lambda: same(
        lambda c, x: -c * mp.log(1 + mp.exp(x / -c)), lambda c, x: -(c * mp.log(1 + mp.exp(-x / c))), SIGNED, LINE),
    "tfp-softplus-hard": lambda: everywhere(
        lambda x: tends(lambda b: softplus(b * x) / b, relu(x), TO_INFINITY), LINE),
    "tfp-softplus-large": lambda: everywhere(
        lambda c: tends(lambda x: with_softness(x, c) - x, 0, TO_INFINITY), SCALES),
    "tfp-softplus-inverse": lambda: same(lambda x: mp.log(mp.exp(softplus(x)) - 1), lambda x: x, LINE[:30:2]),
    "mindspore-sharp-softplus": lambda: rounded(mp.log(1 + mp.exp(4)) / 2, "2.009075", 7)
        and rounded(mp.log(mp.exp(4) - 1) / 2, "1.9907573", 8),
    "mindspore-softplus-example": lambda: rounded(mp.log(1 + mp.e), "1.3132615", 8),
    "table-soft-exponential-range": lambda: any(mp.expm1(x) + 1 < 0 for x in [*LINE, *TO_MINUS_INFINITY[:3]]),
    "table-soft-exponential-derivative": lambda: everywhere(lambda a, x: 1 - a * (x + a) <= 0 or equal(slope(
        lambda y: -mp.log(1 - a * (y + a)) / a, x), 1 / (1 - a * (a + x))), [-s for s in SCALES], LINE),
    "table-sinc-smooth": lambda: all(abs(slope(lambda x: mp.sin(x) / x, mp.mpf(10) ** -5, k) - value) < 0.001
                                     for k, value in ((1, 0), (2, -mp.mpf(1) / 3), (3, 0), (4, mp.mpf(1) / 5))),
    "table-sine-identity": lambda: equal(largest(mp.sin, 0, 7), 1) and tends(lambda x: mp.sin(x) / x, 1, TO_ZERO)
        and any(slope(mp.sin, x) < 0 for x in LINE),
    "siren-phase": lambda: derivative(mp.sin, lambda x: mp.sin(x + mp.pi / 2), LINE),
    "addons-gelu-phi": lambda: same(normal, lambda x: x / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (
        x + number("0.044715") * x**3))), LINE),
    "upskilled-gelu-values": lambda: all(rounded(gelu(mp.mpf(x)), value, digits) for x, value, digits in (
        (-2, "-0.0455", 3), (-1, "-0.1587", 4), (1, "0.8413", 4), (2, "1.9545", 5))),
    "smu-gelu": lambda: same(gelu, lambda x: (x + x * mp.erf(x / mp.sqrt(2))) / 2, LINE),
    "smu-bounds": lambda: everywhere(
        lambda x, m: x * mp.erf(m * x) <= abs(x) <= mp.sqrt(x * x + m * m), LINE, [*SIGNED, mp.mpf(0)]),
    "smu-limit": lambda: everywhere(
        lambda x: tends(lambda m: x * mp.erf(m * x), abs(x), [10**4 * m for m in TO_INFINITY]), NONNEGATIVE),
}  # fmt: skip
