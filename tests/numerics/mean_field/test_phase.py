"""Mean field: fixed points and chi against mpmath by formulas written down again, and results known from papers."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from flint import arb, fmpq
from gradproof.numerics.mean_field.correlation import CorrelationMap
from gradproof.numerics.mean_field.length_map import LengthMap
from gradproof.numerics.mean_field.phase import MeanField, mean_field
from gradproof.proofs.catalogue.entries import UnknownActivation
from gradproof.proofs.catalogue.parse import parse_expression, parse_number
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.reals.reals import exact
from mpmath import mp

from ...thorough import every, few


def logistic(x):
    return 1 / (1 + mp.exp(-x))


SELU = mp.mpf("1.0507009873554804934193349852946"), mp.mpf("1.6732632423543772848170429916717")
FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], tuple[int, ...]]] = {
    "tanh": (mp.tanh, lambda x: mp.sech(x) ** 2, ()),
    "erf": (mp.erf, lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x), ()),
    "sigmoid": (logistic, lambda x: logistic(x) * logistic(-x), ()),
    "relu": (lambda x: max(x, 0), lambda x: mp.mpf(x > 0), (0,)),
    "leaky_relu": (lambda x: x if x > 0 else x / 100, lambda x: 1 if x > 0 else mp.mpf(1) / 100, (0,)),
    "elu": (lambda x: x if x > 0 else mp.expm1(x), lambda x: 1 if x > 0 else mp.exp(x), (0,)),
    "gelu": (lambda x: x * mp.ncdf(x), lambda x: mp.ncdf(x) + x * mp.npdf(x), ()),
    "silu": (lambda x: x * logistic(x), lambda x: logistic(x) * (1 + x * logistic(-x)), ()),
    "softsign": (lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2, (0,)),
    "hard_tanh": (lambda x: max(-1, min(1, x)), lambda x: mp.mpf(abs(x) < 1), (-1, 1)),
    "arctan": (mp.atan, lambda x: 1 / (1 + x * x), ()),
    "selu": (
        lambda x: SELU[0] * (x if x > 0 else SELU[1] * mp.expm1(x)),
        lambda x: SELU[0] * (1 if x > 0 else SELU[1] * mp.exp(x)), (0,),
    ),
}  # fmt: skip
"""f, f' and the kinks."""
SIGMAS = (("0.5", "0.1"), ("0.9", "0.3"), ("1", "0.5"), ("1.2", "0.1"), ("1.3", "0.2"), ("2", "0.5"))
QUICK = {("tanh", SIGMAS[0]), ("hard_tanh", SIGMAS[1])}


def normal_mean(function, q, kinks):
    deviation = mp.sqrt(q)
    inside = [kink / deviation for kink in kinks if abs(kink / deviation) < 13]
    return mp.quad(lambda z: function(deviation * z) * mp.npdf(z), sorted({*mp.arange(-13, 14), *inside}))


CASES = few(list(product(FUNCTIONS, SIGMAS)), lambda name, sigmas: (name, sigmas) in QUICK)


@pytest.mark.parametrize(("name", "sigmas"), CASES)
def test_mpmath_agrees_to_15_digits(name: str, sigmas: tuple[str, str]) -> None:
    f, derivative, kinks = FUNCTIONS[name]
    result = mean_field(name, *sigmas)
    assert result.chi is not None or result.q_star is None or result.q_star.infinite
    if result.chi is None:
        assert name in ("relu", "leaky_relu", "elu", "selu", "gelu", "silu") and sigmas == SIGMAS[5]
        return
    with mp.workdps(32):
        w, b = map(mp.mpf, sigmas)

        def excess(q):
            return w**2 * normal_mean(lambda x: f(x) ** 2, q, kinks) + b**2 - q

        assert result.q_star is not None
        q = mp.mpf(result.q_star.decimal(25))
        assert excess(q * (1 - mp.mpf(10) ** -16)) > 0 > excess(q * (1 + mp.mpf(10) ** -16)), "the map crosses there"
        chi = w**2 * normal_mean(lambda x: derivative(x) ** 2, q, kinks)
        assert abs(chi / mp.mpf(result.chi.decimal(25)) - 1) < mp.mpf(10) ** -15
        assert result.phase == ("ordered" if chi < 1 else "chaotic")


def form(value: object) -> str:
    return str(value)


def test_relu_is_critical_where_he_initialises() -> None:
    critical = mean_field("relu", "sqrt(2)", 0)
    assert critical.phase == "critical"
    assert list(map(form, (critical.chi, critical.xi_q, critical.xi_c))) == ["1", "oo", "oo"]
    assert critical.everywhere and critical.q_star is None and critical.fixed_points == ()
    (point,) = mean_field("relu").critical
    assert (form(point.sigma_w), form(point.sigma_b)) == ("sqrt(2)", "0")
    below = mean_field("relu", 1, "0.3")
    assert (form(below.q_star), form(below.chi), below.phase) == ("9/50", "1/2", "ordered")
    above = mean_field("relu", 2)
    assert above.q_star is not None and above.q_star.infinite and above.phase is None
    assert [point.stable for point in above.fixed_points] == [False]


@pytest.mark.thorough
def test_tanh_is_critical_at_1_0_and_there_depth_scales_diverge() -> None:
    critical = mean_field("tanh", 1, 0)
    assert critical.phase == "critical" and critical.complete
    assert list(map(form, (critical.q_star, critical.chi, critical.xi_q))) == ["0", "1", "oo"]
    near = [mean_field("tanh", sigma, 0).xi_q for sigma in ("0.9", "0.99", "0.999")]
    assert all(xi is not None and 10.0**k / 3 < float(xi) < 10.0**k for k, xi in zip((1, 2, 3), near, strict=True))
    point = mean_field("tanh").critical[3]
    assert float(point.q_star) == 0.25
    beside = mean_field("tanh", point.sigma_w.decimal(12), point.sigma_b.decimal(12))
    assert beside.xi_c is not None and abs(float(beside.xi_c)) > 1e10
    assert mean_field("tanh", "1.01", 0).phase == "chaotic"


def erf_length(q, w, b):
    """Williams 1998, Computing with infinite networks: E erf(sqrt(q) z)^2 = (2/pi) asin(2 q/(1 + 2 q))."""
    return w**2 * 2 / mp.pi * mp.asin(2 * q / (1 + 2 * q)) + b**2


@pytest.mark.thorough
def test_erf_has_the_closed_forms_of_the_literature() -> None:
    result = mean_field("erf", "1.5", "0.3")
    assert result.q_star is not None and result.c_star is not None and result.chi is not None
    with mp.workdps(30):
        w, b = mp.mpf("1.5"), mp.mpf("0.3")
        q = mp.findroot(lambda q: erf_length(q, w, b) - q, mp.mpf("1.2"))
        assert abs(q - mp.mpf(result.q_star.decimal(25))) < mp.mpf(10) ** -23
        chi = w**2 * 4 / mp.pi / mp.sqrt(1 + 4 * q)
        assert abs(chi - mp.mpf(result.chi.decimal(25))) < mp.mpf(10) ** -23
        c = mp.findroot(lambda c: (w**2 * 2 / mp.pi * mp.asin(2 * q * c / (1 + 2 * q)) + b**2) / q - c, mp.mpf("0.5"))
        assert abs(c - mp.mpf(result.c_star.decimal(18))) < mp.mpf(10) ** -17


@pytest.mark.thorough
def test_the_critical_line_of_erf() -> None:
    points = mean_field("erf").critical
    assert form(points[0].sigma_w) == "sqrt(pi)/2" and form(points[0].sigma_b) == "0"
    for point in points[1:]:
        with mp.workdps(30):
            q, w, b = (mp.mpf(value.decimal(22)) for value in (point.q_star, point.sigma_w, point.sigma_b))
            assert abs(w**2 * 4 / mp.pi / mp.sqrt(1 + 4 * q) - 1) < mp.mpf(10) ** -19
            assert abs(erf_length(q, w, b) - q) < mp.mpf(10) ** -19


def test_the_correlation_map_of_relu_is_the_arc_cosine_kernel() -> None:
    """Cho and Saul 2009: 2 E relu(u) relu(v) = (sqrt(1 - c^2) + (pi - acos(c)) c)/pi for unit variance."""
    mapping = LengthMap(parse_expression("relu(x)"), parse_number("sqrt(2)"), ex.ZERO)
    correlation = CorrelationMap(mapping, exact(1))
    for c in (fmpq(0), fmpq(1, 3), fmpq(3, 4)):
        ball, slope = correlation.at(c, 96), correlation.slope_at(arb(c), 96)
        point = mp.mpf(int(c.p)) / int(c.q)
        exactly = (mp.sqrt(1 - point**2) + (mp.pi - mp.acos(point)) * point) / mp.pi
        assert abs(ball - arb(float(exactly))) < 1e-9 and ball.rad() < 1e-9
        assert abs(slope - arb(float(1 - mp.acos(point) / mp.pi))) < 1e-9


def selus() -> MeanField:
    return mean_field("selu", 1, 0)


def test_selu_keeps_variance_1() -> None:
    """Klambauer et al. 2017: a fixed point of mean 0 and variance 1, attracting; here with the mean in the square."""
    result = selus()
    assert result.q_star is not None and result.complete
    assert abs(result.q_star.ball(64) - 1) < 1e-15
    assert [point.stable for point in result.fixed_points] == [False, True]


@pytest.mark.thorough
def test_what_is_not_proved_is_said() -> None:
    result = mean_field("gelu", "1.4", "0.1")
    assert not result.complete and "no other fixed points" in result.notes[0]
    assert result.phase == "ordered"


def test_what_is_far_out_counts() -> None:
    """A function that is 0 up to 33 and then steep, by quadrature of mpmath."""
    text = "0 if abs(x) < 33 else (10**64/(10**8-33)*(abs(x)-33) if abs(x) < 10**8 else x**8)"
    result = mean_field(parse_expression(text), 1, 0)
    assert [point.q.decimal(12) for point in result.fixed_points] == ["0", "2.18649344995"]


HOSTILE = (
    ("0 if x > 100 else (exp(x**3) if x > 20 else tanh(x))", "1", "0.2"),
    ("x*exp(x**4)", "1/2", "0"),
    ("log(1+x)", "1/2", "0"),
    ("sqrt(x)", "1", "0.1"),
    ("sin(x)/x", "1", "0.1"),
)


@pytest.mark.parametrize("question", few(map(pytest.param, HOSTILE), lambda question: question[0] == "x*exp(x**4)"))
def test_nothing_is_said_where_tails_or_holes_are_in_the_way(question: tuple[str, str, str]) -> None:
    result = mean_field(parse_expression(question[0]), *question[1:])
    assert result.phase is None and result.notes
    assert not result.complete or all(point.q.exact is ex.ZERO for point in result.fixed_points)


@pytest.mark.parametrize("text", ["x + sign(x)", "sign(x)*exp(-abs(x))", "(1 if x > 1 else 0)"])
def test_a_jump_has_no_chi(text: str) -> None:
    """The slope of the correlation map at 1 is infinite there, whatever the mean of f'^2 is."""
    result = mean_field(parse_expression(text), "1/2", "0.2")
    assert result.chi is result.phase is result.c_star is None
    assert any("jumps" in note for note in result.notes)
    assert mean_field(parse_expression(text)).critical == ()


@pytest.mark.parametrize("text", ["x + x**3", "x*sqrt(1 + x**2)"])
def test_a_convex_map_of_slope_1_leaves_0(text: str) -> None:
    result = mean_field(parse_expression(text), 1, 0)
    assert [point.stable for point in result.fixed_points] == [False]
    assert result.q_star is not None and result.q_star.infinite and result.phase is None


def test_lengths_that_shrink_to_nothing_have_no_correlation() -> None:
    assert mean_field("tanh", "1/2", 0).c_star is None
    assert mean_field("identity", "1/2", 0).c_star is None
    assert mean_field("identity", 1, 0).c_star is None
    relu = mean_field("relu", 1, 0)
    assert (form(relu.c_star), form(relu.xi_c), relu.phase) == ("1", "oo", "ordered")


def test_a_fixed_point_at_a_number_that_is_tried() -> None:
    """q = (3 q^2) + 1/16 has the fixed points 1/12 and 1/4, both exact."""
    result = mean_field(parse_expression("x**2"), 1, "1/4")
    assert [float(point.q) for point in result.fixed_points] == [pytest.approx(1 / 12), pytest.approx(1 / 4)]
    assert [point.stable for point in result.fixed_points] == [True, False] and result.complete


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("nosuch", 1), UnknownActivation), (("tanh", -1), ValueError), (("tanh", 0), ValueError),
        (("glu", 1), ValueError),
    ],
)
def test_wrong_questions(arguments: tuple[Any, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        mean_field(*arguments)


@pytest.mark.thorough
def test_the_typical_rate_is_that_at_the_fixed_point() -> None:
    """At q* and with sigma_w, by the rule of Gauss and Legendre; for q* = 0 that of the slopes at 0."""
    result = mean_field("tanh", "3/2", "1/10")
    assert result.q_star is not None and result.typical_rate is not None
    with mp.workdps(25):
        s = mp.sqrt(mp.mpf(result.q_star.decimal(25)))
        value = mp.quad(lambda z: mp.log(1.5 * mp.sech(s * z) ** 2) * mp.npdf(z), [-12, -4, 0, 4, 12])
        assert abs(value - mp.mpf(result.typical_rate.decimal(20))) < mp.mpf(10) ** -15
    assert [form(mean_field(name, "1/2", 0).typical_rate) for name in ("tanh", "relu")] == ["-log(2)", "-oo"]


@pytest.mark.parametrize(
    ("name", "sigmas", "count"),
    few(
        [("gelu", ("3/2", "1/2"), 0), ("gelu", ("1", "1/2"), 1), ("silu", ("1", "1/2"), 1),
         ("silu", ("3/2", "1/4"), 2)],
        every(4),
    ),
)
def test_fixed_points_of_bumps_are_counted(name: str, sigmas: tuple[str, str], count: int) -> None:
    """f^2 is neither convex nor concave in x^2: the signs of the map minus q on a grid show as many, and box by box it
    is proved that there are no others."""
    result = mean_field(name, *sigmas)
    assert (len(result.fixed_points), result.complete) == (count, True)
    f = {"gelu": lambda x: x * mp.ncdf(x), "silu": lambda x: x / (1 + mp.exp(-x))}[name]
    w, b = (mp.mpf(Fraction(s).numerator) / Fraction(s).denominator for s in sigmas)
    excess = []
    for k in range(-24, 17):
        q = mp.mpf(2) ** (mp.mpf(k) / 4)
        mean = mp.fsum(f(mp.sqrt(q) * i / 8) ** 2 * mp.npdf(mp.mpf(i) / 8) for i in range(-72, 73)) / 8
        excess.append(w * w * mean + b * b > q)
    assert sum(a != c for a, c in itertools.pairwise(excess)) == count
