"""Reference values: against mpmath at every order, and the cases that need exactness."""

import random

import mpmath
import numpy as np
import pytest
from flint import arb, fmpq
from gradproof.numerics.floats.formats import all_values, as_float64, exact
from gradproof.numerics.oracle.certified import certified
from gradproof.numerics.oracle.reference import condition, oracle, reference
from gradproof.numerics.oracle.rounding import PATIENCE, OneSided, rounded_row
from gradproof.proofs.catalogue.entries import Activation, catalogue
from gradproof.proofs.catalogue.parse import parse_expression, parse_number
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.enclosures.formats import FIRST_PRECISION, FORMATS

from ...thorough import every, few
from ..witness import witness

ONE_INPUT = [entry for entry in catalogue() if len(entry.inputs) == 1]
POINTS = np.array(
    [
        -1e30, -750.5, -40, -30.3, -12, -6.25, -2.6, -1.1, -0.75, -0.1, -1e-5, -1e-200,
        1e-300, 1e-8, 0.2, 0.55, 1.3, 2.2, 5.5, 7.7, 21, 100, 1e5, 1e30,
    ]
)  # fmt: skip


def test_the_catalogue_was_seen() -> None:
    assert len(catalogue()) >= 90
    assert len(ONE_INPUT) >= 83
    assert len(POINTS) >= 20


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("entry", few(ONE_INPUT, every(10)), ids=lambda e: e.name)
def test_mpmath_agrees_to_far_below_an_ulp(entry: Activation, order: int) -> None:
    truth = reference(entry, POINTS, order=order)
    assert not truth.kinks
    for x, value, residual, exponent in zip(POINTS, truth.value, truth.residual, truth.ulp_exponent, strict=True):
        if np.isnan(value):
            assert isinstance(witness(entry.expr(), exact(x)), mpmath.mpc)  # outside its domain, the complex function
            continue
        second = witness(entry.expr(), exact(x), order=order)
        if np.isinf(value):
            assert abs(second) > np.finfo(np.float64).max
            continue
        with mpmath.workdps(80):
            left_over = (second - mpmath.mpf(float(value))) / mpmath.mpf(2) ** int(exponent)
            assert abs(left_over) <= 0.5
            assert abs(left_over - mpmath.mpf(float(residual))) < 2.0**-50, x


@pytest.mark.parametrize("name", few(["float16", "bfloat16", "float8_e4m3fn", "float8_e5m2"], every(3)))
def test_narrow_formats_are_the_exact_rounding_of_the_witness(name: str) -> None:
    fmt, x = FORMATS[name], all_values(name)
    x = x[np.isfinite(as_float64(x))][:: 1 if fmt.bits == 8 else 997]
    truth = reference("mish", x, order=1)
    entry = next(e for e in ONE_INPUT if e.name == "mish")
    for point, value in zip(x, truth.value, strict=True):
        if abs(float(point)) > 1e30:
            continue
        second = witness(entry.expr(), exact(point), order=1)
        half = fmt.ulp(exact(value)) / 2
        with mpmath.workdps(80):
            assert abs(second - mpmath.mpf(float(value))) <= mpmath.mpf(int(half.p)) / int(half.q)


def test_exact_ties_and_zeros_are_decided() -> None:
    assert reference("relu", np.array([3.25, -1.0, 0.0])).value.tolist() == [3.25, 0, 0]
    halfway = np.array([1 + 2.0**-24, 1 + 3 * 2.0**-24])
    assert reference("identity", halfway, fmt="float32").value.tolist() == [1, 1 + 2.0**-22]
    assert reference("tanhshrink", np.zeros(1), order=2).value[0] == 0
    assert reference("sigmoid", np.zeros(1), order=1).residual[0] == 0


def test_a_tie_broken_by_less_than_any_precision_shows() -> None:
    # x - tanh(x) = x - 1 + 2 exp(-2 x) + ...: above a midpoint of two float32 by exp(-33554436)
    x = np.array([2**24 + 2, -(2**24) - 2], np.float32)
    assert reference("tanhshrink", x).value.tolist() == [2**24 + 2, -(2**24) - 2]
    halfway = np.array([2.0**30 + 2**6, 2.0**30 + 3 * 2**6])
    assert reference("softplus", halfway, fmt="float32").value.tolist() == [2**30 + 2**7, 2**30 + 2**8]
    assert reference("silu", halfway, fmt="float32").value.tolist() == [2**30, 2**30 + 2**7]
    assert reference("gelu", halfway, fmt="float32").value.tolist() == [2**30, 2**30 + 2**7]


@pytest.mark.parametrize(
    ("name", "order", "fmt", "x", "value", "exponent", "side"),
    [
        ("sigmoid", 0, "float64", 121.59178956, 1, -53, -1),  # 1 - 1.6e-53
        ("sigmoid", 0, "float64", 1e5, 1, -53, -1),
        ("sigmoid", 0, "float64", 1e300, 1, -53, -1),
        ("tanh", 0, "float32", -1e30, -1, -24, 1),
        ("gelu", 0, "float64", 2.0**1000, 2.0**1000, 947, -1),
        ("softplus", 0, "float64", 2.0**1000, 2.0**1000, 948, 1),
        ("mish", 1, "float8_e5m2", 128, 1, -2, 1),
        ("log_sigmoid", 1, "float64", -1e10, 1, -53, -1),
    ],
)
def test_the_ulp_beside_a_power_of_two_is_that_of_the_exact_value(
    name: str, order: int, fmt: str, x: float, value: float, exponent: int, side: int
) -> None:
    truth = reference(name, np.array([x]), order=order, fmt=fmt)
    assert float(truth.value[0]) == value
    assert truth.ulp_exponent[0] == exponent
    assert truth.residual[0] * side >= 0
    assert abs(truth.residual[0]) < 2.0**-50


def test_exact_parts_survive_roots_and_quotients() -> None:
    # f'' = -1/4 x^(-3/2) + tiny terms: a subnormal tie of bfloat16 at 2^88, left by exp(-2^88)
    truth = reference("sqrt_softplus", np.array([2.0**88]), order=2, fmt="bfloat16")
    assert np.signbit(truth.value[0])
    assert (float(truth.value[0]), truth.residual[0], truth.ulp_exponent[0]) == (0, -0.5, -133)
    halfway = np.array([2.0**60 + 2**36])  # exp(x)/(1 + exp(x)) is 1 - exp(-x)
    just_below = parse_expression("x*exp(x)/(1 + exp(x))")
    just_above = parse_expression("x*(1 + exp(x))/exp(x)")
    assert reference(just_below, halfway, fmt="float32").value.tolist() == [2.0**60]
    assert reference(just_above, halfway, fmt="float32").value.tolist() == [2.0**60 + 2**37]


def test_roots_of_squares_are_exact() -> None:
    x = np.array([1.5, -1.5, 1.0])
    assert oracle(_entry("squareplus").expr()).at(exact(1.5)) == 2
    assert oracle(_entry("squareplus").expr()).at(exact(-1.5)) == fmpq(1, 2)
    assert callable(oracle(_entry("squareplus").expr()).at(fmpq(1)))
    assert reference("squareplus", x).residual[:2].tolist() == [0, 0]
    judge = certified(_entry("squareplus").expr())
    assert judge.signs(np.array([1.5] * 3), np.array([2, 2 - 2.0**-52, 2 + 2.0**-51])).tolist() == [0, 1, -1]


@pytest.mark.thorough
def test_what_is_for_arithmetic_always_contains_the_value() -> None:
    tanh, x = oracle(_entry("tanh").expr()), fmpq(10**6)
    inside, beside = tanh.at(x), tanh.at(x, stand_ins=PATIENCE)
    assert callable(inside)
    assert callable(beside)
    assert inside(PATIENCE).contains(inside(1 << 23))
    assert inside(PATIENCE).contains(arb(1))
    assert beside(PATIENCE) < 1


@pytest.mark.parametrize(("name", "x", "sign"), [("golu", -(10**9), -1), ("cloglog", 10**4, 1), ("silu", -(10**9), -1)])
def test_what_is_next_to_zero_has_its_sign_at_once(name: str, x: int, sign: int) -> None:
    slope = oracle(_entry(name).expr(), 1)
    inside, beside = slope.at(fmpq(x)), slope.at(fmpq(x), stand_ins=FIRST_PRECISION)
    assert callable(inside)
    assert callable(beside)
    for bits in (FIRST_PRECISION, PATIENCE):
        ball = sign * beside(bits)
        assert 0 < ball < arb(2) ** -1200
        assert ball.rad() < arb(2) ** -1200
    assert abs(inside(PATIENCE)) < arb(2) ** -1200


def test_mish_beside_the_midpoints_of_a_narrow_format() -> None:
    assert reference("mish", np.array([18432, 36864], np.float32), fmt="float8_e5m2").value.tolist() == [16384, 32768]
    for order, m in ((0, 3072.0), (1, 1.0)):
        sign = certified(_entry("mish").expr(), order).signs(np.array([3072.0]), np.array([m]))
        assert sign.tolist() == [1 if order else -1]


def _entry(name: str) -> Activation:
    return next(entry for entry in ONE_INPUT if entry.name == name)


@pytest.mark.parametrize("name", FORMATS)
def test_a_ball_is_rounded_like_the_number_inside_it(name: str) -> None:
    fmt, generator = FORMATS[name], random.Random(31)
    ends = [fmt.emin - fmt.precision + k for k in (-70, -3, -1, 0, 1, 9)] + [fmt.emax + k for k in (-1, 0, 1, 2, 70)]
    for _ in range(400):
        digits = generator.getrandbits(fmt.precision + generator.choice([0, 1, 2, 30, 62, 63, 64, 65, 66])) | 1
        nearly = generator.choice([0, 1, -1]) * fmpq(1, 2 ** generator.randrange(50, 90))  # beside midpoints and powers
        scale = generator.choice([*ends, *range(-8, 8)]) - digits.bit_length()
        real = generator.choice([1, -1]) * digits * (1 + nearly) * fmpq(2) ** scale
        width = 2.0 ** generator.randrange(-120, -90)

        def enclosure(bits: int, real: fmpq = real, width: float = width) -> arb:
            with precision(bits):
                return arb(real) + arb(0, width if bits == 128 else 0.0) * abs(arb(real))

        ball, number = rounded_row(enclosure, fmt), rounded_row(real, fmt)
        assert repr(ball[0]) == repr(number[0]), real
        assert ball[2] == number[2]
        assert abs(ball[1] - number[1]) < 2.0**-50


def test_limits_at_infinity_and_nan() -> None:
    x = np.array([-np.inf, np.inf, np.nan])
    assert np.array_equal(reference("sigmoid", x).value, [0, 1, np.nan], equal_nan=True)
    assert np.array_equal(reference("gelu_tanh", x).value, [0, np.inf, np.nan], equal_nan=True)
    assert np.array_equal(reference("log_sigmoid", x, order=1).value, [1, 0, np.nan], equal_nan=True)
    wave = parse_expression("sin(x)")
    assert np.isnan(reference(wave, x).value).all()


def test_overflow_goes_where_the_format_says() -> None:
    x = np.array([1e4, -1e4])
    assert np.isnan(as_float64(reference("relu", x[:1], fmt="float8_e4m3fn").value)).all()
    assert np.isinf(reference("identity", x * 100, fmt="float16").value).all()


@pytest.mark.parametrize("name", ["sigmoid", "gelu", "gelu_tanh", "mish", "softplus"])
@pytest.mark.parametrize("order", [0, 1, 2])
def test_the_largest_inputs_are_no_obstacle(name: str, order: int) -> None:
    x = np.array([-1.7e308, -1e200, 1e200, 1.7e308])
    value = reference(name, x, order=order).value
    limits = reference(name, np.array([-np.inf, np.inf]), order=order).value
    assert np.isfinite(value).all()
    assert value[:2].tolist() == [limits[0]] * 2
    assert value[2:].tolist() == (x[2:].tolist() if np.isinf(limits[1]) else [limits[1]] * 2)


def test_a_negative_value_that_rounds_to_zero_keeps_its_sign() -> None:
    value = reference("silu", np.array([-800.0, 0.0, -0.0])).value
    assert np.signbit(value).tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("name", "order", "fmt", "x", "sign"),
    [
        ("sigmoid", 2, "float64", 1e190, -1),  # -exp(-x): beyond a ball's exponents
        ("sigmoid", 2, "float64", -1e190, 1),
        ("tanhshrink", 0, "float64", -1e-200, -1),  # x^3/3: 2000 bits below x
        ("tanhshrink", 0, "float64", -5e-324, -1),
        ("tanhshrink", 0, "float64", 5e-324, 1),
        ("golu", 2, "float64", -1500.0, -1),  # exp(-exp(-x)): no scale is a ball either
        ("golu", 0, "float64", -1500.0, -1),
        ("golu", 0, "float64", -1e30, -1),
        ("gelu", 0, "float32", -1e30, -1),
        ("gelu", 1, "float32", 1e-45, 1),
        ("gelu_tanh", 0, "float64", -1.7e308, -1),  # x (1 + tanh(..)): 2^-2048 x for balls
        ("mish", 0, "float64", -1.7e308, -1),
        ("mish", 1, "float8_e5m2", -96.0, -1),
    ],
)
def test_the_sign_of_what_no_ball_tells_from_zero(name: str, order: int, fmt: str, x: float, sign: int) -> None:
    truth = reference(name, np.array([x]), order=order, fmt=fmt)
    value = float(truth.value[0])
    assert np.copysign(1, value) == sign
    if value == 0:
        assert truth.ulp_exponent[0] == FORMATS[fmt].emin - FORMATS[fmt].precision + 1
        assert truth.residual[0] * sign >= 0


def test_an_underflow_without_any_sign_is_a_positive_zero() -> None:
    # x - x, and an identity that neither balls nor tails show to be 0
    for formula in ("exp(x)*exp(-x) - 1", "sin(x)**2 + cos(x)**2 - 1"):
        truth = reference(parse_number(formula), np.array([0.3, -7.5]))
        assert truth.value.tolist() == [0, 0]
        assert not np.signbit(truth.value).any()
        assert (truth.ulp_exponent == -1074).all()


def test_kinks_give_both_sides() -> None:
    truth = reference("hard_tanh", np.array([[-1.0, 0.0], [1.0, 2.0]]), order=1)
    assert truth.kinks == {(0, 0): OneSided(0.0, 1.0), (1, 0): OneSided(1.0, 0.0)}
    assert np.array_equal(truth.value, [[np.nan, 1], [np.nan, 0]], equal_nan=True)
    assert not reference("hard_tanh", np.array([-1.0])).kinks
    assert not reference("elu", np.zeros(1), order=1).kinks
    assert reference("elu", np.zeros(1), order=1, parameters={"alpha": "1/2"}).kinks == {(0,): OneSided(0.5, 1.0)}


def test_a_jump_has_the_value_of_the_definition() -> None:
    step = parse_number("1 if x >= 0 else 0")
    assert reference(step, np.array([-1.0, 0.0, 1.0])).value.tolist() == [0, 1, 1]


def test_where_a_function_is_undefined_it_is_nan() -> None:
    root = parse_expression("sqrt(x)")
    assert np.array_equal(reference(root, np.array([-1.0, 4.0])).value, [np.nan, 2], equal_nan=True)


def test_parameters_reach_the_expression() -> None:
    x = np.array([-2.0])
    assert reference("leaky_relu", x, parameters={"negative_slope": "1/4"}).value[0] == -0.5
    with pytest.raises(ValueError, match="leaky_relu has no parameter 'slope'"):
        reference("leaky_relu", x, parameters={"slope": 1})


def test_bad_requests_are_named() -> None:
    with pytest.raises(ValueError, match="order=-1: expected a whole number, 0 or more"):
        reference("relu", np.zeros(1), order=-1)
    with pytest.raises(ValueError, match="expected no free name but x, got a, b"):
        reference("glu", np.zeros(1))
    with pytest.raises(ValueError, match="format='half': expected one of float64"):
        reference("relu", np.zeros(1), fmt="half")


def test_shape_and_dtype_are_kept() -> None:
    truth = reference("sigmoid", np.zeros((2, 3), np.float16))
    assert truth.value.shape == truth.residual.shape == truth.ulp_exponent.shape == (2, 3)
    assert truth.value.dtype == np.float16
    assert reference("sigmoid", np.zeros((0,))).value.shape == (0,)


def test_condition_numbers() -> None:
    x = np.array([-30.0, 0.0, 1.0, np.nan])
    kappa = condition("gelu", x)
    assert kappa[0] == pytest.approx(901, rel=1e-2)
    assert condition("identity", x)[:3].tolist() == [1, 0, 1]
    assert condition("relu", x, order=1)[0] == 0
    assert condition("tanh", np.array([5.0]), order=1)[0] == pytest.approx(2 * 5 * np.tanh(5.0))
    assert np.isnan(kappa[3])
