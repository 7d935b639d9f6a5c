"""Reference tables against mpmath, against the oracle, and against what a neighbour's neighbour says."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from flint import arb, fmpq
from gradproof.numerics.floats.formats import all_values, as_float64, exact, shifted
from gradproof.numerics.oracle.reference import exact_expression, reference
from gradproof.numerics.tables.selection import KINDS, SpecError
from gradproof.numerics.tables.tables import DIGITS, FARTHEST, Table, boundary_distance, decimal, table
from gradproof.proofs.catalogue.entries import UnknownActivation
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.enclosures.formats import FORMATS
from gradproof.proofs.reals.decimals import round_decimal

from ...thorough import few
from ..witness import witness

CASES = [
    ("gelu", {}, 0, "float32"), ("gelu", {}, 1, "float64"),
    ("silu", {}, 2, "float8_e4m3fn"), ("elu", {"alpha": 2}, 1, "float32"),
    ("tanh", {}, 0, "float8_e4m3fn"), ("softsign", {}, 1, "float8_e5m2"), ("relu_squared", {}, 0, "float16"),
    ("mish", {}, 1, "float8_e5m2"),
]  # fmt: skip


@pytest.fixture(
    scope="module",
    params=few([(case,) for case in CASES], lambda case: case[0] in ("elu", "tanh", "softsign")),
    ids=lambda case: "-".join(map(str, case)),
)
def made(request) -> Table:
    name, parameters, order, fmt = request.param
    return table(name, order=order, fmt=fmt, parameters=parameters)


def rows_with_digits(made: Table):
    """(index, exact x, mpmath's value) of the rows that mpmath can judge."""
    expr = exact_expression(made.function, made.parameters)
    seen = 0
    for i, x in enumerate(as_float64(made.x)):
        judged = math.isfinite(x) and abs(x) < 1e6 and made.side[i] == 0
        if judged and made.exact[i][0] not in "<>[" and i % 3 == 0:
            seen += 1
            yield i, exact(x), witness(expr, exact(x), order=made.order, digits=DIGITS + 15)
    assert seen >= 10


def test_every_digit_is_right(made):
    for i, x, value in rows_with_digits(made):
        text = made.exact[i]
        with mpmath.workdps(2 * DIGITS):
            digits = text.lstrip("-").partition("e")[0].replace(".", "").lstrip("0")
            if len(digits) < DIGITS:
                assert abs(mpmath.mpf(text) - value) <= abs(value) * mpmath.mpf(10) ** -(DIGITS + 10), (x, text)
                continue
            assert len(digits) == DIGITS
            unit = abs(mpmath.mpf(text)) / int(digits)
            assert abs(mpmath.mpf(text) - value) <= unit / 2 * (1 + mpmath.mpf(10) ** -8), (x, text)


def test_values_are_those_of_the_oracle(made):
    known = reference(made.function, made.x, order=made.order, parameters=made.parameters)
    inner = made.side == 0
    assert inner.sum() >= len(made) - 8
    expected, value = as_float64(known.value)[inner], as_float64(made.value)[inner]
    assert ((expected == value) | (np.isnan(expected) & np.isnan(value))).all()
    zero = np.array([text[0] == "-" or text[:2] == ">-" for text in made.exact])[inner & (as_float64(made.value) == 0)]
    assert (np.signbit(value[value == 0]) == zero).all(), "a negative number rounds to -0.0"


def test_distances_are_those_to_the_midpoints_of_neighbours(made):
    for i, x, value in rows_with_digits(made):
        here = made.value[i : i + 1]
        near = as_float64(np.concatenate([shifted(here, -1), here, shifted(here, 1)]))
        if not np.isfinite(near).all():
            continue
        below, middle, above = (Fraction(v) for v in near)
        truth = _fraction(value)
        if truth and abs(truth - middle) < Fraction(1, 10**60):  # on which side of a float it is, mpmath does not say
            continue
        unit = made.format.ulp(fmpq(truth.numerator, truth.denominator))
        gap = min(abs(truth - boundary) for boundary in ((below + middle) / 2, (middle + above) / 2))
        expected = float(gap / Fraction(int(unit.p), int(unit.q)))
        if expected > 1e-30:  # mpmath's digits are relative to the value
            assert made.distance[i] == pytest.approx(expected, rel=1e-9), x


def _fraction(value) -> Fraction:
    sign, mantissa, exponent, _ = mpmath.mpf(value, prec=400)._mpf_
    return (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def test_kinds(made):
    assert set(made.kind) <= set(KINDS)
    assert {"special", "spread", "neighbour"} <= set(made.kind)


def named(made: Table, kind: str) -> list[float]:
    return [x for x, k in zip(as_float64(made.x).tolist(), made.kind, strict=True) if k == kind]


def test_the_shape_of_gelu_is_named():
    made = table("gelu")
    assert named(made, "zero") == [0.0, 0.0]
    assert named(made, "extremum") == [float(np.float32(-0.75179152469))]
    assert named(made, "inflection") == [-float(np.float32(2) ** 0.5), float(np.float32(2) ** 0.5)]
    assert len(named(made, "hard")) == 10
    assert "among 524288 inputs" in made.about


@pytest.mark.thorough
def test_the_thresholds_are_where_values_overflow_and_vanish():
    made = table("relu_squared", fmt="float16")
    low, high = named(made, "overflow")
    value = dict(zip(as_float64(made.x).tolist(), as_float64(made.value).tolist(), strict=True))
    assert float(shifted(np.array([low], np.float16), 1)[0]) == high
    assert math.isfinite(value[low]) and value[high] == math.inf
    assert min(x for x in named(made, "underflow") if value[x] > 0) ** 2 > 2.0**-25


def test_a_kink_has_two_sides():
    made = table("relu", order=1, points="0")
    assert made.side.tolist() == [-1, 1]
    assert made.value.tolist() == [0.0, 1.0]
    assert made.exact == ("0", "1")
    assert made.distance.tolist() == [0.5, 0.25]
    steep = table("selu", order=1, points="0,1")
    assert steep.side.tolist() == [-1, 1, 0]
    assert steep.exact[0].startswith("1.7580993408473768599402175208123")


def test_the_hardest_of_small_formats_are_found_among_all():
    for fmt in ("float8_e4m3fn", "float8_e5m2"):
        every = table("sigmoid", fmt=fmt, points="all")
        finite = np.isfinite(as_float64(every.x))
        expected = np.sort(every.distance[finite])[:5]
        assert np.sort(table("sigmoid", fmt=fmt, points="hard:5").distance) == pytest.approx(expected)


def test_hard_cases_are_hard():
    for fmt, most in (("float32", 1e-4), ("float64", 1e-5)):
        made = table("silu", fmt=fmt, points="hard:7")
        assert len(made) == 7
        assert made.distance.max() < most


def test_all_is_every_float():
    made = table("relu", fmt="float8_e5m2", points="all")
    values = as_float64(all_values("float8_e5m2"))
    assert len(made) == (~np.isnan(values)).sum() + 1


def test_the_sure_answers_at_infinity_and_beyond():
    made = table("exp(x)", fmt="float64", points="-inf,inf,nan,1000,10000,-10000")
    assert made.exact[:3] == ("0", "inf", "nan")
    assert made.exact[3].startswith("1.9700711140170469938888793522433231253169379853238e+434")
    assert made.exact[4:] == (f">1e+{FARTHEST}", f"<1e-{FARTHEST}")
    assert made.distance[1] == math.inf
    overflown = table("relu", fmt="float8_e4m3fn", points="448")
    assert overflown.value.tolist() == [448.0]
    assert table("x*x", fmt="float8_e4m3fn", points="448").distance.tolist() == [(448**2 - 464) / 32]


def test_a_tie_has_distance_0_and_nothing_else_has():
    tie = table("x/2", fmt="float16", points="0x1p-24,0x1.8p-23")
    assert tie.distance.tolist() == [0.0, 0.0]
    near = table("gelu", fmt="float64", points="0x1p-1074")
    assert 0 < near.distance[0] < 1e-300


@pytest.mark.thorough
def test_distances_beside_a_power_of_two_are_in_the_ulp_of_the_exact_value():
    below, above = table("tanh", points="30,1000"), table("mish", order=1, points="50,500")
    assert below.distance == pytest.approx([0.5, 0.5])
    assert above.distance == pytest.approx([0.25, 0.25])
    assert {*below.value.tolist(), *above.value.tolist()} == {1.0}


def test_zeros_that_enclosures_never_show():
    assert table("log(1 + exp(x)) - log(2)", points="0").exact == ("0",)


# --- digits ----------------------------------------------------------------------------------------------------


def test_digits_are_rounded_as_rationals_are():
    rng = np.random.default_rng(5)
    for _ in range(300):
        mantissa, exponent = int(rng.integers(1, 1 << 60)) * (-1) ** int(rng.integers(2)), int(rng.integers(-900, 900))
        value = fmpq(mantissa) * fmpq(2) ** exponent
        for digits in (1, 7, 50):
            assert decimal(lambda bits, m=mantissa, e=exponent: arb((m, e)), digits) == round_decimal(value, digits)[0]


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (fmpq(1, 4), 50, "0.25"),
        (fmpq(5, 2), 1, "3"),
        (fmpq(-5, 2), 1, "-3"),
        (fmpq(1, 3), 5, "0.33333"),
        (fmpq(99999, 10000), 3, "10.0"),
        (fmpq(0), 50, "0"),
        (fmpq(10) ** 501, 50, ">1e+500"),
        (fmpq(-1, 10) ** 501, 50, ">-1e-500"),
    ],
)
def test_rationals_as_digits(value, digits, text):
    assert decimal(value, digits) == text


def test_an_enclosure_that_stays_wide_is_shown_as_one():
    assert decimal(lambda bits: arb(0, arb(2) ** -3000)) == "[+/- 1e-500]"
    assert decimal(lambda bits: arb(2, 1)).startswith("[")
    assert decimal(lambda bits: arb(1, 2.0**-200)) == "1." + 49 * "0"


def test_a_distance_waits_for_a_narrow_enclosure():
    tiny = fmpq(1, 1 << 400)
    asked = []

    def real(bits):
        asked.append(bits)
        with precision(600):
            return arb(1 + fmpq(1, 1 << 24) + tiny) + arb(0, arb(2) ** -bits)

    assert boundary_distance(real, FORMATS["float32"]) == pytest.approx(2.0**-377, rel=1e-9)
    assert max(asked) > 400


# --- points ----------------------------------------------------------------------------------------------------


def test_numbers_keep_their_order_and_are_rounded_once():
    made = table("identity", fmt="float16", points="3, 1,-0x1.8p+1 ,1,-0.0,1.00048828125000000000000000001,1e-400")
    assert made.x.tolist() == [3.0, 1.0, -3.0, 1.0, 0.0, 1.0009765625, 0.0]
    assert np.signbit(made.x).tolist() == [False, False, True, False, True, False, False]


def test_a_file_of_numbers(tmp_path):
    file = tmp_path / "points.txt"
    file.write_text("# two\n0.5, 0x1p-3 # and more\n\n-inf\n")
    assert table("identity", points=f"@{file}").x.tolist() == [0.5, 0.125, -math.inf]


def test_ranges():
    assert table("identity", points="-1:1:5").x.tolist() == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert table("identity", points="log:-16:-1:5").x.tolist() == [-16.0, -8.0, -4.0, -2.0, -1.0]
    assert table("identity", points="2:3:1").x.tolist() == [2.0]
    assert len(table("identity", fmt="float8_e5m2", points="1:2:1000")) == 5, "each float once"
    assert np.isfinite(table("identity", fmt="float64", points="-1.7e308:1.7e308:3").x).all()


@pytest.mark.parametrize(
    ("spec", "fragment"),
    [
        ("", "1 to 1000000 numbers"), ("twelve", "'twelve'"), ("1,2,x", "'x'"), ("1:2", "A:B:N"), ("1:2:3:4", "A:B:N"),
        ("1:2:0", "'0'"), ("1:2:-3", "'-3'"), ("1:2:9999999", "'9999999'"),
        ("1:inf:3", "finite"), ("log:-1:1:3", "same sign"),
        ("log:0:1:3", "same sign"), ("hard:", "number of points"), ("hard:many", "'many'"), ("all", "8 or 16 bits"),
        ("1e39", "beyond the range of float32"), ("1e999999999", "beyond"), ("all:3", "A:B:N"), ("0x", "'0x'"),
        ("1:" * 1000, "A:B:N"), ("nan:1:2", "finite"), ("snan", "'snan'"),
    ],
)  # fmt: skip
def test_a_spec_that_is_not_understood(spec, fragment):
    with pytest.raises(SpecError, match="points") as error:
        table("gelu", points=spec)
    assert fragment in str(error.value)


def test_what_is_not_a_function_of_one_input():
    with pytest.raises(ValueError, match="glu has inputs a, b"):
        table("glu")
    with pytest.raises(UnknownActivation):
        table("nosuch")
    with pytest.raises(ValueError, match="float31"):
        table("gelu", fmt="float31")


def test_progress_is_told():
    seen = []
    table("identity", points="0:1:2000", progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, 2000) and len(seen) >= 3 and seen == sorted(seen)
