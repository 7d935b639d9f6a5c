"""The references of functions of a row against mpmath at 60 digits, by formulas written out here."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from gradproof.numerics.vectors.definitions import row_functions
from gradproof.numerics.vectors.reference import row_reference
from mpmath import mp, mpf

from ...thorough import few

EPS = {"layer_norm": "1e-5", "rms_norm": "1e-6"}
LARGEST = {"float64": 1.7e308, "float32": 3.4e38, "float16": 65519}
FORMATS = {"float64": (53, -1022), "float32": (24, -126), "float16": (11, -14)}


def exponentials(x):
    """The softmax weights, from differences to the largest number."""
    largest = max(x)
    e = [mpmath.exp(v - largest) if mpmath.isfinite(v) else mpf(0) for v in x]
    return [v / mpmath.fsum(e) for v in e]


def logsumexp(x):
    largest = max(x)
    return largest + mpmath.log(mpmath.fsum(mpmath.exp(v - largest) for v in x if mpmath.isfinite(v)))


def dot(a, b):
    return mpmath.fsum(u * v for u, v in zip(a, b, strict=True))


def normed(x, eps, *, centred):
    n = len(x)
    mean = mpmath.fsum(x) / n if centred else mpf(0)
    deviations = [v - mean for v in x]
    root = mpmath.sqrt(dot(deviations, deviations) / n + mpf(eps))
    return [v / root for v in deviations], root


def value(name, x):
    match name:
        case "softmax":
            return exponentials(x)
        case "softmin":
            return exponentials([-v for v in x])
        case "log_softmax":
            return [v - logsumexp(x) for v in x]
        case "logsumexp":
            return [logsumexp(x)]
        case "layer_norm" | "rms_norm":
            return normed(x, EPS[name], centred=name == "layer_norm")[0]
        case "l2_normalize":
            return [v / mpmath.sqrt(dot(x, x)) for v in x]
        case "center":
            return [v - mpmath.fsum(x) / len(x) for v in x]
        case gate:
            a, b = x[: len(x) // 2], x[len(x) // 2 :]
            return [GATES[gate][0](u, v) for u, v in zip(a, b, strict=True)]


def gradient(name, x, c):
    n = len(x)
    match name:
        case "softmax" | "softmin":
            sign = 1 if name == "softmax" else -1
            y = value(name, x)
            return [sign * p * (k - dot(y, c)) for p, k in zip(y, c, strict=True)]
        case "log_softmax":
            return [k - p * mpmath.fsum(c) for p, k in zip(exponentials(x), c, strict=True)]
        case "logsumexp":
            return [c[0] * p for p in exponentials(x)]
        case "layer_norm" | "rms_norm":
            y, root = normed(x, EPS[name], centred=name == "layer_norm")
            mean = mpmath.fsum(c) / n if name == "layer_norm" else 0
            return [(k - mean - v * dot(c, y) / n) / root for k, v in zip(c, y, strict=True)]
        case "l2_normalize":
            size = mpmath.sqrt(dot(x, x))
            return [(k - v * dot(c, x) / size**2) / size for k, v in zip(c, x, strict=True)]
        case "center":
            return [k - mpmath.fsum(c) / n for k in c]
        case gate:
            a, b = x[: n // 2], x[n // 2 :]
            by_a = [k * GATES[gate][1](u, v) for k, u, v in zip(c, a, b, strict=True)]
            return by_a + [k * GATES[gate][2](u, v) for k, u, v in zip(c, a, b, strict=True)]


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


def slope(x):
    return sigmoid(x) * sigmoid(-x)


def density(x):
    return mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi)


GATES = {
    "glu_halves": (lambda a, b: a * sigmoid(b), lambda a, b: sigmoid(b), lambda a, b: a * slope(b)),
    "swiglu_halves": (
        lambda a, b: a * sigmoid(a) * b, lambda a, b: (sigmoid(a) + a * slope(a)) * b, lambda a, b: a * sigmoid(a),
    ),
    "geglu_halves": (
        lambda a, b: a * mpmath.ncdf(a) * b, lambda a, b: (mpmath.ncdf(a) + a * density(a)) * b,
        lambda a, b: a * mpmath.ncdf(a),
    ),
    "gtu_halves": (
        lambda a, b: mpmath.tanh(a) * sigmoid(b), lambda a, b: mpmath.sech(a) ** 2 * sigmoid(b),
        lambda a, b: mpmath.tanh(a) * slope(b),
    ),
    "bilinear_halves": (lambda a, b: a * b, lambda a, b: b, lambda a, b: a),
}  # fmt: skip
NAMES = sorted({f.name for f in row_functions().values()})


def rows(name, dtype):
    """Random rows of several scales, equal numbers, subnormals, large offsets and masks."""
    rng = np.random.default_rng([NAMES.index(name), np.dtype(dtype).itemsize])
    made = [scale * rng.normal(size=n) for n in (1, 2, 6, 16) for scale in (1e-3, 1, 8)]
    made += [np.full(4, 0.3), np.array([20.0, 1, 0, -3]), np.array([1e4, 1.0002e4]), np.linspace(0, -40, 8)]
    made += [rng.normal(size=4) * np.finfo(dtype).tiny]
    if name in ("softmax", "log_softmax", "logsumexp"):
        made += [np.array([0.5, -np.inf, 1, -np.inf]), np.array([0.5, -1e4, 1, -6e4])]
    for row in made:
        yield np.resize(row, 2 * len(row)) + (0 if np.isinf(row).any() else 0.25) if name in GATES else row


def agrees(reference, exact, dtype):
    """Value, residual and ULP of each component are those of the exact number."""
    precision, emin = FORMATS[dtype]
    for got, residual, exponent, number in zip(
        reference.value.astype(np.float64), reference.residual, reference.ulp_exponent, exact, strict=True
    ):
        if not mpmath.isfinite(number):
            assert got == float(number)
            continue
        if not math.isfinite(got):
            assert got == math.copysign(math.inf, number)
            assert abs(number) > mpf(LARGEST[dtype])
            continue
        if number != 0:
            binade = max(math.floor(float(mpmath.log(abs(number)) / mpmath.log(2))), emin)
            at_an_end = float(abs(number)) in (2.0**binade, 2.0 ** (binade + 1))
            assert abs(int(exponent) - (binade - precision + 1)) <= at_an_end
        here = mpf(got) + mpf(residual) * mpf(2) ** int(exponent)
        assert abs(here - number) <= mpf(2) ** (int(exponent) - 45)
        assert abs(residual) <= 0.5


@pytest.mark.parametrize("dtype", few(["float32", "float64", "float16"], lambda dtype: dtype == "float32"))
@pytest.mark.parametrize("name", NAMES)
def test_references_are_right(name, dtype):
    rng = np.random.default_rng(7)
    count = 0
    with mp.workdps(60):
        for row in rows(name, dtype):
            with np.errstate(over="ignore"):
                x = row.astype(dtype)
            if name not in ("softmax", "log_softmax", "logsumexp") and not np.isfinite(x).all():
                continue
            exact = [mpf(float(v)) for v in x]
            if name == "l2_normalize" and not any(exact):
                continue
            agrees(row_reference(name, x), value(name, exact), dtype)
            size = 1 if name == "logsumexp" else len(x) // 2 if name in GATES else len(x)
            c = (rng.integers(-16, 17, size) / 8).astype(dtype)
            agrees(row_reference(name, x, cotangent=c), gradient(name, exact, [mpf(float(v)) for v in c]), dtype)
            count += 1
    assert count >= 12


def test_an_exact_tie_goes_to_even():
    x = np.zeros(8, np.float16)
    reference = row_reference("softmax", x, cotangent=np.array([2, 0.001953125, 0, 0, 0, 0, 0, 0], np.float16))
    exact = [Fraction(1, 8) * (Fraction(k) - (2 + Fraction(1, 512)) / 8) for k in (2, Fraction(1, 512))]
    assert [float(v) for v in reference.value[:2]] == [float(np.float16(float(e))) for e in exact]


def test_rows_without_a_value():
    nan, inf = float("nan"), float("inf")
    for row in ([nan, 1], [-inf, -inf], [inf, 0]):
        reference = row_reference("softmax", np.array(row, np.float32))
        assert not reference.defined.any()
        assert np.isnan(reference.value).all()
    assert row_reference("logsumexp", np.array([inf, 0], np.float32)).value == [inf]
    gate = row_reference("glu_halves", np.array([nan, 1, 0, 0], np.float32))
    assert gate.defined.tolist() == [False, True]


def test_the_movement_of_softmax_does_not_know_the_offset():
    x = np.array([0, 1, 2, 3], np.float32)
    near, far = (row_reference("softmax", x + offset) for offset in (np.float32(0), np.float32(4096)))
    assert np.allclose(near.movement, far.movement)
    assert (near.movement <= 8 * near.value).all()


def test_parameters_count():
    x = np.array([1, 2, 4], np.float64)
    large = row_reference("layer_norm", x, parameters={"eps": 2.0})
    assert abs(large.value[0]) < abs(row_reference("layer_norm", x).value[0])
    with pytest.raises(ValueError, match="no parameter 'epsilon'"):
        row_reference("layer_norm", x, parameters={"epsilon": 2.0})
