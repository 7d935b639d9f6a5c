"""Texts about the error function, normal tails and ways to tanh, evaluated with formulas written down again."""

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
    density,
    derivative,
    equal,
    everywhere,
    float16,
    float32,
    largest,
    normal,
    rounded,
    same,
    sigmoid,
    slope,
    tends,
)  # fmt: skip


def number(text: str) -> Any:
    return mp.mpf(text)


def mills(x: Any) -> Any:
    return mp.sqrt(mp.pi) / 2 * mp.exp(x * x) * mp.erfc(x)


def ratio(t: Any) -> Any:
    return normal(-t) / density(t)


def series(coefficients: str, t: Any) -> Any:
    """c1 t + c2 t^2 + ... for the coefficients in a text."""
    return sum(number(c) * t**k for k, c in enumerate(coefficients.split(), 1))


def power(coefficients: str, exponent: int) -> Callable[[Any], Any]:
    return lambda x: mp.erf(x) - (1 - 1 / (1 + series(coefficients, x)) ** exponent)


def reciprocal(p: str, coefficients: str) -> Callable[[Any], Any]:
    return lambda x: mp.erf(x) - (1 - series(coefficients, 1 / (1 + number(p) * x)) * mp.exp(-x * x))


def winitzki(a: Any) -> Callable[[Any], Any]:
    return lambda x: mp.erf(x) - mp.sqrt(1 - mp.exp(-x * x * (4 / mp.pi + a * x * x) / (1 + a * x * x)))


def error(f: Callable[[Any], Any], high: int = 8) -> Any:
    return largest(lambda x: abs(f(x)), 0, high)


def invertible(x: Any) -> Any:
    return mp.mpf(1) / 2 + mp.sqrt(1 - mp.exp(-x * x * (17 + x * x) / (number("26.694") + 2 * x * x))) / 2


def lecun(x: Any, scale: str = "1.7159") -> Any:
    return number(scale) * mp.tanh(2 * x / 3)


def by_code(x: Any) -> Any:
    return number("1.7159") * mp.tanh(number("0.66666667") * x)


def rational(y: Any) -> Any:
    return mp.sign(y) * (1 - 1 / (1 + abs(y) + y * y + number("1.41645") * y**4))


def pade(x: Any) -> Any:
    return x * (27 + x * x) / (27 + 9 * x * x)


def clipped_pade(x: Any) -> Any:
    return mp.sign(x) if abs(x) > 3 else pade(x)


def softsign(x: Any) -> Any:
    return x / (1 + abs(x))


def hard_tanh(x: Any) -> Any:
    return min(max(x, mp.mpf(-1)), mp.mpf(1))


def joined_twice(f: Callable[[Any], Any], at: int) -> bool:
    """Whether the first two derivatives of f are small, and the third is not, close to a point."""
    near = [at - mp.mpf(10) ** -6, at + mp.mpf(10) ** -6]
    twice = all(abs(slope(f, x, k)) < mp.mpf(10) ** -5 for x in near for k in (1, 2))
    return twice and abs(slope(f, near[0], 3) - slope(f, near[1], 3)) > mp.mpf(10) ** -2


def closer(f: Callable[[Any, Any], Any], g: Callable[[Any, Any], Any]) -> bool:
    """Whether f is never farther from |x| than g is."""
    slack = mp.mpf(10) ** -30
    return everywhere(lambda x, m: abs(abs(x) - f(x, m)) <= abs(abs(x) - g(x, m)) + slack, LINE, SCALES)


def tail_proof(t: Any) -> Any:
    return normal(-t) - t / (t * t + 1) * density(t)


def logistic_fit(width: Any) -> Any:
    def difference(x: Any) -> Any:
        return abs(sigmoid(x) * (1 - sigmoid(x)) - density(x / width) / width)

    return largest(difference, 0, 9)


CHECKS: dict[str, Callable[[], bool]] = {
    "dlmf-mills-square-roots": lambda: everywhere(
        lambda x: 1 / (x + mp.sqrt(x * x + 2)) < mills(x) <= 1 / (x + mp.sqrt(x * x + 4 / mp.pi)) + number("1e-35"),
        NONNEGATIVE),
    "dlmf-mills-linear": lambda: everywhere(
        lambda x: mp.sqrt(mp.pi) / (2 * mp.sqrt(mp.pi) * x + 2) <= mills(x) + number("1e-35") < 1 / (x + 1),
        NONNEGATIVE),
    "dlmf-mills-left-of-zero": lambda: everywhere(
        lambda x: mills(x) < 2 / (3 * x + mp.sqrt(x * x + 4)), [*NONNEGATIVE, number("-0.7071"), number("-0.3")]),
    "dlmf-mills-rational": lambda: everywhere(
        lambda x: x**2 / (2 * x**2 + 1) <= x**2 * (2 * x**2 + 5) / (4 * x**4 + 12 * x**2 + 3) <= x * mills(x)
        < (2 * x**4 + 9 * x**2 + 4) / (4 * x**4 + 20 * x**2 + 15) < (x**2 + 1) / (2 * x**2 + 3), NONNEGATIVE),
    "cook-normal-tail": lambda: everywhere(lambda t: t / (t * t + 1) < ratio(t) < 1 / t, POSITIVE),
    "cook-normal-tail-square-roots": lambda: everywhere(
        lambda t: 1 / (t + mp.sqrt(t * t + 4)) < ratio(t) / 2 < 1 / (t + mp.sqrt(t * t + 8 / mp.pi)) - number("1e-35"),
        NONNEGATIVE),
    "cook-normal-tail-proof": lambda: derivative(tail_proof, lambda t: -2 * density(t) / (t * t + 1) ** 2, LINE),
    "komatu-mills": lambda: everywhere(
        lambda x: 2 / (mp.sqrt(x * x + 4) + x) < ratio(x) < 2 / (mp.sqrt(x * x + 2) + x), POSITIVE),
    "handbook-erf-power-four": lambda: error(power("0.278393 0.230389 0.000972 0.078108", 4)) <= number("5e-4"),
    "handbook-erf-three-terms": lambda: error(
        reciprocal("0.47047", "0.3480242 -0.0958798 0.7478556")) <= number("2.5e-5"),
    "handbook-erf-power-sixteen": lambda: error(power(
        "0.0705230784 0.0422820123 0.0092705272 0.0001520143 0.0002765672 0.0000430638", 16)) <= number("3e-7"),
    "handbook-erf-five-terms": lambda: error(reciprocal(
        "0.3275911", "0.254829592 -0.284496736 1.421413741 -1.453152027 1.061405429")) <= number("1.5e-7"),
    "winitzki-erf": lambda: error(winitzki(8 * (mp.pi - 3) / (3 * mp.pi * (4 - mp.pi)))) < number("0.00035"),
    "winitzki-erf-rounded": lambda: error(winitzki(number("0.147"))) <= number("0.00012"),
    "winitzki-erf-rounded-paper": lambda: error(winitzki(number("0.147"))) < number("1.25e-4"),
    "invertible-phi": lambda: error(lambda x: invertible(x) - normal(x)) < number("4e-5")
        and error(lambda x: invertible(x) / normal(x) - 1) < number("4.53e-5"),
    "greptimedb-logistic-phi": lambda: rounded(abs(normal(number("3.16")) - sigmoid(
        number("3.16") * (number("1.5976") + number("0.070566") * number("3.16") ** 2))), "0.00014", 2),
    "stan-phi-approx": lambda: error(
        lambda x: normal(x) - sigmoid(number("1.5976") * x + number("0.07056") * x**3)) < number("0.00014"),
    "cook-phi-tanh-value": lambda: rounded((1 + mp.tanh(number("0.336"))) / 2, "0.66195084790657784948", 20),
    "cook-phi-value": lambda: rounded(normal(number("0.42")), "0.66275", 5),
    "cook-tanh-by-exp": lambda: same(
        lambda x: mp.tanh(4 * x / 5), lambda x: (mp.exp(8 * x / 5) - 1) / (mp.exp(8 * x / 5) + 1), LINE),
    "cook-logistic-density": lambda: 2.5 < logistic_fit(mp.pi / mp.sqrt(3)) / logistic_fit(number("1.6")) < 3,
    "bagul-smooth-absolute-values": lambda: closer(lambda x, m: x * mp.erf(x / m), lambda x, m: x * mp.tanh(x / m)),
    "bagul-smooth-absolute-values-root": lambda: closer(lambda x, m: x * mp.erf(x), lambda x, m: mp.sqrt(x * x + 1)),
    "lecun-tanh-at-one": lambda: equal(lecun(mp.mpf(1)), 1) and equal(lecun(mp.mpf(-1)), -1),
    "lecun-tanh-curvature": lambda: abs(slope(lecun, mp.mpf(1), 3)) < mp.mpf(10) ** -10,
    "lecun-tanh-third-derivative": lambda: everywhere(
        lambda a, b, x: equal(slope(lambda y: a * mp.tanh(b * y), x, 3), -2 * a * b**3 / mp.cosh(b * x) ** 2
                              * (1 / mp.cosh(b * x) ** 2 - 2 * mp.tanh(b * x) ** 2)), SCALES, SIGNED, POSITIVE[1:8:2]),
    "lecun-tanh-derived-slope": lambda: rounded(mp.asinh(1 / mp.sqrt(2)), "0.6584789484624083", 16),
    "lecun-tanh-derived-scale": lambda: rounded(1 / mp.tanh(mp.asinh(1 / mp.sqrt(2))), "1.7320509044937022", 17),
    "lecun-tanh-value": lambda: rounded(mp.tanh(mp.mpf(2) / 3), "0.604367", 6),
    "macro-scaled-tanh-derivative": lambda: derivative(
        by_code, lambda x: number("0.666666667") / number("1.7159") * (number("1.7159") ** 2 - by_code(x) ** 2), LINE),
    "code-scaled-tanh-derivative": lambda: derivative(
        lecun, lambda x: number("1.14393") / mp.cosh(2 * x / 3) ** 2, LINE),
    "code-scaled-tanh-backward": lambda: derivative(
        lecun, lambda x: 2 / number("5.1477") * (number("1.7159") - lecun(x)) ** 2, LINE),
    "dl4j-rational-tanh": lambda: tends(lambda y: rational(y) / y, 1, TO_ZERO) and tends(rational, 1, TO_INFINITY)
        and same(rational, lambda y: -rational(-y), POSITIVE)
        and all(rational(a) < rational(b) for a, b in zip(sorted(LINE), sorted(LINE)[1:], strict=False)),
    "musicdsp-c2": lambda: joined_twice(clipped_pade, 3) and joined_twice(clipped_pade, -3)
        and largest(clipped_pade, -5, 5) == 1 and everywhere(lambda x: abs(clipped_pade(x)) <= 1, LINE),
    "musicdsp-error": lambda: rounded(
        largest(lambda x: abs(pade(x) / mp.tanh(x) - 1), number("0.001"), number("4.5")), "0.026", 2),
    "pd-list-fraction": lambda: tends(
        lambda x: (mp.tanh(x) - x / (1 + x**2 / (3 + x**2 / (5 + x**2 / 7)))) / x**8, 0, TO_ZERO),
    "pd-list-fraction-of-another": lambda: tends(
        lambda x: (mp.tanh(x) - x / (1 + x**2 / (3 + 4 * x**2 / (5 + 16 * x**2 / 9)))) / x**6, 0, TO_ZERO),
    "matlab-tansig": lambda: same(lambda x: 2 / (1 + mp.exp(-2 * x)) - 1, mp.tanh, LINE),
    "matlab-satlins": lambda: same(hard_tanh, lambda x: -1 if x <= -1 else (x if x <= 1 else 1), LINE),
    "matlab-elliotsig-range": lambda: any(abs(softsign(x)) == 1 for x in [*LINE, *TO_INFINITY]),
    "matlab-elliotsig-tail": lambda: tends(lambda x: x * (1 - softsign(x)), 1, TO_INFINITY)
        and tends(lambda x: 2 * x / (mp.exp(2 * x) + 1), 0, TO_INFINITY),
    "matlab-tribas": lambda: same(lambda x: 1 - abs(x) if abs(x) <= 1 else 0, lambda x: max(0, 1 - abs(x)), LINE),
    "mojo-relu-n1": lambda: same(hard_tanh, lambda x: max(min(x, mp.mpf(1)), mp.mpf(-1)), LINE),
    "mxnet-rrelu-bound": lambda: rounded(float32(number("0.334")), "0.333999991", 9),
    "mindspore-hard-sigmoid-example": lambda: all(
        float16(mp.mpf(x + 3) / 6) == float16(number(printed))
        for x, printed in ((-2, "0.1666"), (-1, "0.3333"), (1, "0.6665"), (2, "0.8335"))),
    "tensorflow-java-softplus-example": lambda: float32(mp.log1p(mp.exp(-20))) == float32(number("2.0611537e-09"))
        and float32(20 + mp.log1p(mp.exp(-20))) == 20,
    "trueno-gelu-tail": lambda: tends(lambda x: x * sigmoid_of_cubic(x), 0, TO_MINUS_INFINITY)
        and tends(lambda x: x * sigmoid_of_cubic(x) - x, 0, TO_INFINITY),
    "snntorch-fast-sigmoid": lambda: everywhere(
        lambda k, u: equal(slope(lambda t: t / (1 + k * abs(t)), u), 1 / (1 + k * abs(u)) ** 2),
        SCALES, [*NEGATIVE, *POSITIVE]),
}  # fmt: skip


def sigmoid_of_cubic(x: Any) -> Any:
    """1/2 (1 + tanh(y)) of the GELU formula, as a sigmoid of 2y."""
    return 1 / (1 + mp.exp(-2 * mp.sqrt(2 / mp.pi) * (x + number("0.044715") * x**3)))
