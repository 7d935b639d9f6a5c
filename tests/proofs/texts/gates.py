"""Texts about swish, GELU, gates, ReLU, their means and functions of vectors, with formulas written down again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpmath as mp

from .numerics import (
    LINE,
    NEGATIVE,
    POSITIVE,
    SCALES,
    SIGNED,
    TO_INFINITY,
    TO_ZERO,
    VECTORS,
    derivative,
    equal,
    everywhere,
    float32,
    gelu,
    gelu_tanh,
    largest,
    logsumexp,
    mean,
    relu,
    rounded,
    same,
    sigmoid,
    silu,
    slope,
    softmax,
    softplus,
    tends,
    variance,
)  # fmt: skip
from .tails import number

INVERSE_TEMPERATURES = [mp.mpf(10) ** k for k in (1, 2, 3)]
ALPHA, SCALE = "1.6732632423543772848170429916717", "1.0507009873554804934193349852946"
Vector = Sequence[Any]


def selu(x: Any, alpha: str = ALPHA, scale: str = SCALE) -> Any:
    return number(scale) * (x if x > 0 else number(alpha) * (mp.exp(x) - 1))


def swish(x: Any, b: Any) -> Any:
    return x * sigmoid(b * x)


def mish(x: Any) -> Any:
    return x * mp.tanh(softplus(x))


def snake(x: Any, a: Any) -> Any:
    return x + mp.sin(a * x) ** 2 / a


def snake_variance(a: Any) -> Any:
    return variance(lambda z: snake(z, a))


def star_relu(x: Any) -> Any:
    return number("0.8944") * relu(x) ** 2 - number("0.4472")


def hard_mish(x: Any) -> Any:
    return x * min(max(x + number("2.8"), mp.mpf(0)), mp.mpf(5)) / 5


def acon(x: Any, p: Any, q: Any, b: Any) -> Any:
    return (p - q) * x * sigmoid(b * (p - q) * x) + q * x


def centred(v: Vector) -> list[Any]:
    middle = sum(v) / len(v)
    return [x - middle for x in v]


def rms_norm(v: Vector, eps: str = "1e-6") -> list[Any]:
    root = mp.sqrt(sum(x * x for x in v) / len(v) + number(eps))
    return [x / root for x in v]


def layer_norm(v: Vector) -> list[Any]:
    return rms_norm(centred(v), "1e-5")


def norm(v: Vector) -> Any:
    return mp.sqrt(sum(x * x for x in v))


def minus(v: Vector, w: Vector) -> list[Any]:
    return [x - y for x, y in zip(v, w, strict=True)]


def alike(v: Vector, w: Vector) -> bool:
    return all(equal(x, y) for x, y in zip(v, w, strict=True))


def times(c: Any, v: Vector) -> list[Any]:
    return [c * x for x in v]


def jacobian_norm(v: Vector) -> Any:
    """The largest eigenvalue of diag(p) - p p^T."""
    p = softmax(v)
    matrix = mp.matrix(len(p), len(p))
    for i, a in enumerate(p):
        for j, b in enumerate(p):
            matrix[i, j] = a * (i == j) - a * b
    return max(mp.eigsy(matrix, eigvals_only=True)) if len(p) > 1 else mp.mpf(0)


def gradient(f: Callable[[Vector], Any], v: Vector) -> list[Any]:
    return [slope(lambda x, i=i: f([*v[:i], x, *v[i + 1 :]]), v[i]) for i in range(len(v))]


def quiet(v: Vector) -> Any:
    total = sum(mp.exp(x) for x in v)
    return total / (1 + total)


def pairs() -> list[tuple[list[Any], list[Any]]]:
    """Vectors of one length, and others close to and far from them."""
    return [(v, [x * c + k for k, x in enumerate(v)]) for v in VECTORS for c in (*SIGNED, mp.mpf(0))]


def squared(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda z: f(z) ** 2


def taylor(x: Any, terms: int) -> Any:
    return sum(c * x**k for c, k in ((mp.mpf(1) / 2, 1), (mp.mpf(1) / 4, 2), (-mp.mpf(1) / 48, 4),
                                     (mp.mpf(1) / 480, 6))[:terms])  # fmt: skip


def share(entry: int, *powers: int) -> Any:
    return softmax([mp.mpf(p) for p in powers])[entry]


def exponential_product(c: Any) -> Any:
    """E exp(u + v): u + v is normal with the variance 2 + 2c."""
    return mean(lambda z: mp.exp(mp.sqrt(2 + 2 * c) * z))


CHECKS: dict[str, Callable[[], bool]] = {
    "lse-strict": lambda: all(max(v) + mp.mpf(10) ** -30 < logsumexp(v) for v in VECTORS),
    "lse-temperature": lambda: all(
        max(v) - mp.mpf(10) ** -30 <= t * logsumexp(times(1 / t, v)) <= max(v) + t * mp.log(len(v)) + mp.mpf(10) ** -30
        for v in VECTORS for t in SCALES),
    "lse-mean": lambda: all(logsumexp(v) >= sum(v) / len(v) + mp.log(len(v)) - mp.mpf(10) ** -30 for v in VECTORS),
    "lse-lower-bound-met": lambda: same(lambda x: mp.log(mp.exp(x) + 1), relu, LINE),
    "lse-minimum": lambda: all(
        min(v) - mp.log(len(v)) / t - mp.mpf(10) ** -30 <= -logsumexp(times(-t, v)) / t <= min(v) + mp.mpf(10) ** -30
        for v in VECTORS for t in SCALES),
    "lse-shift": lambda: all(equal(logsumexp([x + c for x in v]), logsumexp(v) + c) for v in VECTORS for c in SIGNED),
    "lse-gradient-temperature": lambda: all(
        alike(gradient(lambda w, t=t: logsumexp(times(t, w)) / t, v), softmax(times(t, v)))
        for v in VECTORS for t in SCALES),
    "softmax-monotone": lambda: all(
        sum(a * b for a, b in zip(minus(softmax(v), softmax(w)), minus(v, w), strict=True)) >= -mp.mpf(10) ** -30
        for v, w in pairs()),
    "softmax-lipschitz-one": lambda: all(
        norm(minus(softmax(v), softmax(w))) <= norm(minus(v, w)) for v, w in pairs()),
    "softmax-strictly-below-half": lambda: all(jacobian_norm(v) < mp.mpf(1) / 2 - mp.mpf(10) ** -25 for v in VECTORS),
    "softmax-entry-convex": lambda: everywhere(lambda x: slope(sigmoid, x, 2) >= 0, LINE),
    "log-softmax-sign-blog": lambda: all(
        alike([mp.log(p) for p in softmax(v)], [x + logsumexp(v) for x in v]) for v in VECTORS),
    "softmax-values": lambda: rounded(share(0, 1, 2, 3), "0.09003057", 7)
        and rounded(share(1, 1, 2, 3), "0.24472847", 8) and rounded(share(2, 1, 2, 3), "0.66524096", 8),
    "softmax-values-sharp": lambda: rounded(share(0, 10, 20, 30), "2.06106005e-09", 9),
    "softmax-hot": lambda: everywhere(lambda x, y: tends(
        lambda t: sigmoid((x - y) / t), mp.mpf(1) / 2, [100 * t for t in TO_INFINITY]), LINE[::3], LINE[::3]),
    "softmax-cold": lambda: everywhere(lambda x, y: x <= y + 0.1 or tends(
        lambda b: sigmoid(b * (x - y)), 1, INVERSE_TEMPERATURES), LINE, LINE),
    "burn-quiet-softmax": lambda: all(0 < quiet(v) < 1 for v in VECTORS),
    "rms-norm-sphere": lambda: all(equal(norm(rms_norm(v, "0")), mp.sqrt(len(v))) for v in VECTORS if any(v)),
    "rms-norm-sign": lambda: all(
        alike(rms_norm(times(c, v), "0"), times(mp.sign(c), rms_norm(v, "0")))
        for v in VECTORS if any(v) for c in SIGNED),
    "rms-norm-orthogonal": lambda: all(equal(sum(rms_norm(v)), 0) for v in VECTORS),
    "mindspore-rms-norm-scale": lambda: all(
        alike(rms_norm(times(c, v)), rms_norm(v)) for v in VECTORS for c in SCALES),
    "layer-norm-shift": lambda: all(
        alike(layer_norm([x + c for x in v]), layer_norm(v)) for v in VECTORS for c in SIGNED),
    "click4ai-swish-derivative": lambda: everywhere(lambda b, x: equal(
        slope(lambda y: swish(y, b), x), swish(x, b) + sigmoid(b * x) * (b - b * swish(x, b))), SCALES, LINE),
    "wikipedia-swish-taylor": lambda: tends(lambda x: (silu(x) - taylor(x, 3)) / x**6, mp.mpf(1) / 480, TO_ZERO)
        and tends(lambda x: (silu(x) - taylor(x, 4)) / x**7, 0, TO_ZERO),
    "wikipedia-swish-tanh": lambda: same(silu, lambda x: x / 2 * mp.tanh(x / 2) + x / 2, LINE),
    "wikipedia-swish-mirror": lambda: same(lambda x: swish(x, 1) + swish(x, -1), lambda x: x * mp.tanh(x / 2), LINE)
        and same(lambda x: swish(x, 1) - swish(x, -1), lambda x: x, LINE),
    "wikipedia-swish-limit": lambda: everywhere(
        lambda x: tends(lambda b: swish(x, b), relu(x), [100 * b for b in TO_INFINITY]), LINE),
    "lucid-silu-derivative": lambda: largest(lambda x: slope(silu, x), -20, 60, 80) > 2,
    "tvm-gelu-difference": lambda: rounded(largest(lambda x: abs(gelu_tanh(x) - gelu(x)), 0, 6), "5e-4", 1),
    "trueno-gelu-mean": lambda: abs(mean(gelu)) < number("0.1"),
    "tensorflow-mish-example": lambda: all(float32(mish(mp.mpf(x))) == float32(number(value)) for x, value in (
        (-3, "-0.14564745"), (-1, "-0.30340144"), (1, "0.86509836"))),
    "tt-hard-mish-linear": lambda: everywhere(lambda x: equal(slope(hard_mish, x, 2), 0), LINE),
    "tfa-lisht-example": lambda: rounded(mp.tanh(1), "0.7615942", 7)
        and same(lambda x: x * mp.tanh(x), lambda x: -x * mp.tanh(-x), LINE),
    "mlpack-lisht-derivative": lambda: derivative(
        lambda x: x * mp.tanh(x), lambda x: mp.tanh(x) + x * (1 - mp.tanh(x) ** 2), LINE),
    "mlpack-elish-derivative": lambda: derivative(
        lambda x: (mp.exp(x) - 1) / (1 + mp.exp(-x)),
        lambda x: mp.exp(x) - 2 / (1 + mp.exp(x)) + 2 / (1 + mp.exp(x)) ** 2, NEGATIVE),
    "acon-swish": lambda: same(
        lambda b, x: x * mp.exp(b * x) / (mp.exp(b * x) + 1), lambda b, x: swish(x, b), SIGNED, LINE),
    "acon-code-swish": lambda: same(
        lambda b, x: b * x / (1 + mp.exp(-x)), lambda b, x: swish(x, b), SIGNED, LINE),
    "acon-linear": lambda: everywhere(
        lambda x, p, q: tends(lambda b: acon(x, p, q, b), (p + q) / 2 * x, [b / 10**6 for b in TO_ZERO]),
        LINE[::2], SIGNED, SIGNED),
    "squared-relu-reglu": lambda: same(lambda x: relu(x) * x, lambda x: relu(x) ** 2, LINE),
    "swiglu-blog": lambda: same(lambda a, b: silu(a) * sigmoid(b), lambda a, b: silu(a) * b, LINE, LINE),
    "snake-monotone": lambda: everywhere(
        lambda a, x: slope(lambda y: snake(y, a), x) >= -mp.mpf(10) ** -20, SCALES, LINE),
    "snake-variance": lambda: everywhere(lambda a: abs(
        snake_variance(a) - 1 - (1 + mp.exp(-8 * a**2 - 2 * mp.exp(4 * a**2))) / (8 * a**2)) < 1e-9, SCALES[:1]),
    "snake-variance-largest": lambda: rounded(snake_variance(number("0.56045")), "1.2", 2),
    "star-relu-moments": lambda: equal(mean(squared(relu)), mp.mpf(1) / 2)
        and equal(variance(squared(relu)), mp.mpf(5) / 4),
    "star-relu-normalised": lambda: equal(mean(star_relu), 0) and equal(variance(star_relu), 1),
    "he-second-moment": lambda: everywhere(
        lambda s: equal(mean(lambda z: relu(s * z) ** 2), s * s / 2), SIGNED),
    "nfnet-gain-relu": lambda: rounded(1 / mp.sqrt(variance(relu)), "1.714", 4),
    "nfnet-gain-gelu": lambda: rounded(1 / mp.sqrt(variance(gelu)), "1.70", 3),
    "magnitude-preserving-gains": lambda: rounded(mp.sqrt(mean(squared(gelu))), "0.652", 3)
        and rounded(mp.sqrt(mean(squared(silu))), "0.596", 3),
    "selu-mean": lambda: abs(mean(selu)) < number("1e-30"),
    "exponential-kernel": lambda: everywhere(
        lambda c: abs(exponential_product(c) - mp.exp(1 + c)) < number("1e-9"),
        [*(-s / 4 for s in SCALES), *POSITIVE[:5]]),
    "coreml-clamped-relu": lambda: everywhere(
        lambda a, b, x: equal(min(b, x) if x >= 0 else min(b, a * x), min(b, x if x >= 0 else a * x)),
        SIGNED, SIGNED, LINE),
    "geeks-selu-derivative": lambda: derivative(
        lambda x: selu(x, "1.67326324", "1.05070098"),
        lambda x: selu(x, "1.67326324", "1.05070098") + number("1.05070098") * number("1.67326324"), NEGATIVE),
    "table-prelu-monotone": lambda: everywhere(
        lambda a, x: slope(lambda y: y if y >= 0 else a * y, x) >= 0, [*SCALES, mp.mpf(0)], [*NEGATIVE, *POSITIVE]),
}  # fmt: skip
