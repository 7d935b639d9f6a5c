"""Products through depth: exact, certified, and with every depth found rather than remembered."""

import json
from fractions import Fraction

import mpmath as mp
import pytest
from flint import arb, ctx, fmpq
from gradproof.numerics.depth.products import (
    depth_report,
    format_depth,
    power,
    product_range,
    rounded_power,
)
from gradproof.numerics.oracle.reference import exact_expression
from gradproof.proofs.catalogue.entries import catalogue
from gradproof.proofs.catalogue.parse import parse_number
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.enclosures.formats import FORMATS
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.reals.reals import Real, exact

from ...thorough import every, few

ONE_INPUT = [entry for entry in catalogue() if len(entry.inputs) == 1]


def zero_depths(rate: fmpq) -> dict[str, int | None]:
    return {fmt.name: format_depth(exact(rate), fmt).rounds_to_zero for fmt in FORMATS.values()}


def test_a_quarter_per_layer_is_gone_at_the_depths_of_the_ledger() -> None:
    assert zero_depths(fmpq(1, 4)) == {
        "float8_e4m3fn": 5, "float8_e5m2": 9, "float16": 13, "bfloat16": 67, "float32": 75, "float64": 538
    }  # fmt: skip


@pytest.mark.parametrize("rate", [fmpq(1, 4), fmpq(1, 3), fmpq(9, 10), fmpq(1, 100), fmpq(999, 1000)])
@pytest.mark.parametrize("name", FORMATS)
def test_the_search_finds_what_counting_finds(rate: fmpq, name: str) -> None:
    fmt = FORMATS[name]
    found = format_depth(exact(rate), fmt)
    if found.rounds_to_zero is None or found.rounds_to_zero > 2000:
        assert rate > fmpq(1, 2)
        return
    value, first_zero, first_subnormal = fmpq(1), None, None
    for n in range(1, found.rounds_to_zero + 3):
        value *= rate
        rounded = fmt.round(value)
        assert not isinstance(rounded, str)
        first_zero = n if rounded == 0 and first_zero is None else first_zero
        first_subnormal = n if rounded < fmt.min_normal and first_subnormal is None else first_subnormal
    assert (found.rounds_to_zero, found.leaves_normal) == (first_zero, first_subnormal)


def test_rates_that_never_vanish_or_overflow() -> None:
    one, two, nothing = (format_depth(exact(r), FORMATS["float16"]) for r in (1, 2, 0))
    assert (one.leaves_normal, one.rounds_to_zero, one.overflows) == (None, None, None)
    assert (two.rounds_to_zero, two.overflows) == (None, 16)
    assert (nothing.leaves_normal, nothing.rounds_to_zero) == (1, 1)


def test_a_rate_close_to_one_takes_no_longer() -> None:
    rate = 1 - fmpq(1, 10**30)
    found = format_depth(exact(rate), FORMATS["float64"])
    assert found.rounds_to_zero is not None
    assert abs(found.rounds_to_zero / 10**30 - 1075 * 0.6931471805599453) < 1e-6


def test_a_tie_at_a_great_depth_is_decided_exactly() -> None:
    assert rounded_power(exact(fmpq(1, 2)), 1075, FORMATS["float64"]) == 0
    assert rounded_power(exact(fmpq(1, 2)), 1074, FORMATS["float64"]) == FORMATS["float64"].min_subnormal


def test_enclosed_rates() -> None:
    def third(bits: int) -> arb:
        with ctx.workprec(bits):
            return arb(1) / 3

    enclosed = Real(refine=third)
    for fmt in FORMATS.values():
        assert format_depth(enclosed, fmt) == format_depth(exact(fmpq(1, 3)), fmt)
    assert power(enclosed, 5).ball(200).overlaps(arb(fmpq(1, 243)))


def test_the_range_of_a_product_with_factors_of_both_signs() -> None:
    lowest, highest = product_range(exact_expression("hard_swish"), 3, exact(1))
    assert (lowest.rational, highest.rational) == (fmpq(-9, 8), fmpq(27, 8))
    lowest, highest = product_range(exact_expression("sigmoid"), 10, exact(2))
    assert (lowest.rational, highest.rational) == (0, fmpq(1, 1024))
    cube = parse_number("x**3")
    lowest, highest = product_range(cube, 2, exact(1))
    assert lowest.rational == 0
    assert highest.is_infinite


@pytest.mark.parametrize("entry", few(ONE_INPUT, every(6)), ids=lambda e: e.name)
def test_every_activation_has_a_report_in_strict_json(entry) -> None:
    report = depth_report(entry, layers=12, typical=False)
    document = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert document["activation"] == entry.name
    assert [f["format"] for f in document["formats"]] == list(FORMATS)
    assert len(document["profile"]) == 12
    assert report.rate.ball(64) >= 0
    assert not report.lowest.ball(64) > report.highest.ball(64)
    assert not abs(report.highest.ball(64)) > report.profile[-1].ball(64)


@pytest.mark.parametrize("function", ["gelu", "mish", "logit", "sigmoid"])
def test_the_profile_is_rounded_outwards(function: str) -> None:
    report = depth_report(function, layers=40, weight="17/20", typical=False)
    shown = [Fraction(entry["bound"]) for entry in report.to_json()["profile"] if entry["bound"] != "inf"]
    assert len(shown) == (0 if function == "logit" else 40)
    for n, bound in enumerate(shown, 1):
        with precision(2000):
            truth = report.rate.ball(2000) ** n
            assert not truth > arb(fmpq(bound.numerator, bound.denominator))
            assert fmpq(bound.numerator, bound.denominator) < truth * (1 + fmpq(1, 10**15))


def test_the_input_is_the_name_that_is_there() -> None:
    z = ex.name("z")
    assert depth_report(ex.function("tanh", z) * 2).rate.rational == 2
    assert depth_report(ex.rational(3)).rate.rational == 0
    with pytest.raises(ValueError, match="expected a product of functions of x and of z alone"):
        depth_report(ex.function("tanh", z * ex.name("x")))


@pytest.mark.thorough
def test_gates_by_their_partial_derivatives() -> None:
    report = depth_report("glu", layers=3, weight="2")
    assert (str(report.rate), str(report.lowest), str(report.highest)) == ("oo", "-oo", "oo")
    assert report.typical_rate is None
    by = report.by_input
    assert (str(by["a"].rate), str(by["a"].lowest), str(by["a"].highest)) == ("2", "0", "8")
    assert by["b"].rate.is_infinite and by["a"].formats[0].rounds_to_zero is None
    # E log sigmoid(z) + log 2 and E log abs(z sigmoid'(z)) + log 2, by mpmath's quadrature
    with mp.workdps(25):
        cuts, sigmoid = [-13, -4, 0, 4, 13], lambda z: 1 / (1 + mp.exp(-z))
        first = mp.quad(lambda z: mp.log(2 * sigmoid(z)) * mp.npdf(z), cuts)
        second = mp.quad(lambda z: mp.log(2 * sigmoid(z) * sigmoid(-z)) * mp.npdf(z), cuts) - (mp.euler + mp.log(2)) / 2
        for name, value in (("a", first), ("b", second)):
            typical = by[name].typical_rate
            assert typical is not None and abs(mp.mpf(typical.decimal(20)) - value) < mp.mpf(10) ** -15
    tanh_gate = depth_report("gtu", layers=2).by_input  # tanh(a) sigmoid(b)
    assert [str(tanh_gate[name].rate) for name in "ab"] == ["1", "1/4"]
    assert [str(tanh_gate[name].lowest) for name in "ab"] == ["0", "-1/16"]


@pytest.mark.parametrize("name", ["swiglu", "geglu", "reglu", "bilinear"])
def test_every_gate_has_partial_derivatives(name: str) -> None:
    report = depth_report(name, layers=1, typical=False)
    assert {*report.to_json()["by_input"]} == {"a", "b"}
    assert depth_report("gelu", layers=1, typical=False).to_json()["by_input"] == {}


def test_the_catalogue_was_seen() -> None:
    assert len(ONE_INPUT) >= 83


def test_weights_scale_the_rate() -> None:
    assert depth_report("sigmoid", weight="4", layers=3).rate.rational == 1
    assert depth_report("sigmoid", weight="sqrt(2)", layers=2).highest.rational == fmpq(1, 8)
    for weight in ("0", "-1", "x"):
        with pytest.raises(ValueError, match="weight="):
            depth_report("sigmoid", weight=weight)
    with pytest.raises(ValueError, match="layers=0: expected a whole number, 1 or more"):
        depth_report("sigmoid", layers=0)


@pytest.mark.parametrize(
    ("name", "weight", "rate"),
    [
        ("relu", "1", "-oo"),
        ("leaky_relu", "10", "0"),
        ("identity", "3", "log(3)"),
        ("tanh", "1", "-0.7491344149828759"),
    ],
)
def test_the_typical_rate(name: str, weight: str, rate: str) -> None:
    """relu's is -oo, with two slopes it is their logarithms' mean; of tanh by mpmath's quadrature."""
    typical = depth_report(name, layers=1, weight=weight).typical_rate
    assert typical is not None and str(typical).startswith(rate)
