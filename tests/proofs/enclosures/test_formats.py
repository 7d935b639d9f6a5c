"""Exact rounding against NumPy's and ml_dtypes' own conversions, and against the definition."""

from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
from flint import arb, ctx, fmpq
from gradproof.proofs.enclosures.formats import FORMATS, Format, RoundingUndecided, format_named

DTYPES = {
    "float64": np.float64,
    "float32": np.float32,
    "float16": np.float16,
    "bfloat16": ml_dtypes.bfloat16,
    "float8_e4m3fn": ml_dtypes.float8_e4m3fn,
    "float8_e5m2": ml_dtypes.float8_e5m2,
}
NARROW = ("float16", "bfloat16", "float8_e4m3fn", "float8_e5m2")


def exact(value: float) -> fmpq:
    p, q = float(value).as_integer_ratio()
    return fmpq(p, q)


def same(rounded: object, value: float) -> bool:
    if np.isnan(value):
        return rounded == "nan"
    if np.isinf(value):
        return rounded == ("inf" if value > 0 else "-inf")
    return rounded == exact(value)


def finite_values(name: str) -> np.ndarray:
    fmt = FORMATS[name]
    patterns = np.arange(2**fmt.bits, dtype=np.uint32).astype(f"u{fmt.bits // 8}")
    with np.errstate(invalid="ignore"):  # signalling NaNs
        values = patterns.view(DTYPES[name]).astype(np.float64)
    return np.unique(values[np.isfinite(values)])


def test_the_formats_are_six_widest_first() -> None:
    assert list(FORMATS) == list(DTYPES)
    assert [f.bits for f in FORMATS.values()] == [64, 32, 16, 16, 8, 8]


@pytest.mark.parametrize("name", FORMATS)
def test_the_ranges_agree_with_finfo(name: str) -> None:
    fmt, info = FORMATS[name], ml_dtypes.finfo(DTYPES[name])
    assert fmt.max_finite == exact(float(info.max))
    assert fmt.min_normal == exact(float(info.smallest_normal))
    assert fmt.min_subnormal == exact(float(info.smallest_subnormal))


@pytest.mark.parametrize("name", NARROW)
def test_every_value_is_a_fixed_point(name: str) -> None:
    values = finite_values(name)
    assert len(values) == {"float16": 63487, "bfloat16": 65279, "float8_e4m3fn": 253, "float8_e5m2": 247}[name]
    for value in values if len(values) < 1000 else values[::7]:
        assert FORMATS[name].round(exact(value)) == exact(value)


@pytest.mark.parametrize("name", NARROW)
def test_midpoints_and_their_neighbours_round_as_ml_dtypes_does(name: str) -> None:
    values = finite_values(name)
    middle = (values[1:] + values[:-1]) / 2
    points = np.concatenate([middle, np.nextafter(middle, -np.inf), np.nextafter(middle, np.inf)])
    points = points if len(values) < 1000 else points[::11]
    # ml_dtypes converts float64 -> bfloat16 through float32 and rounds twice there: compare where that is exact.
    points = points[points.astype(np.float32) == points]
    assert len(points) >= len(values) - 1 if len(values) < 1000 else len(points) > 5000
    converted = points.astype(DTYPES[name]).astype(np.float64)
    for point, value in zip(points, converted, strict=True):
        assert same(FORMATS[name].round(exact(point)), value), point


@pytest.mark.parametrize("name", NARROW)
def test_overflow_begins_where_ml_dtypes_says(name: str) -> None:
    fmt = FORMATS[name]
    top = float(fmt.max_finite.p) / float(fmt.max_finite.q)
    ulp = fmt.ulp(fmt.max_finite)
    half = float(ulp.p) / float(ulp.q) / 2
    for point in (top, top + half / 2, top + half, top + half * 1.0625, top + 2 * half, 16 * top):
        for sign in (1.0, -1.0):
            with np.errstate(over="ignore"):
                value = float(np.float32(sign * point).astype(DTYPES[name]))
            assert same(fmt.round(exact(sign * point)), value), (name, sign * point)


def test_float32_rounds_as_numpy_does() -> None:
    generator = np.random.default_rng(20240)
    points = generator.integers(0, 2**64, 4000, dtype=np.uint64).view(np.float64)
    near = np.ldexp(generator.standard_normal(4000), generator.integers(-155, 130, 4000))
    points = np.concatenate([points[np.isfinite(points)], near])
    with np.errstate(over="ignore"):
        converted = points.astype(np.float32).astype(np.float64)
    assert np.isinf(converted).sum() > 100
    assert ((converted == 0) & (points != 0)).sum() > 100
    for point, value in zip(points, converted, strict=True):
        assert same(FORMATS["float32"].round(exact(point)), value), point


def test_float64_rounds_as_fraction_division_does() -> None:
    for p, q in ((1, 3), (2, 7), (-(10**400), 3 * 10**390), (1, 10**320), (3, 10**325), (10**310, 7)):
        try:
            value = p / q
        except OverflowError:
            value = float("inf")
        assert same(FORMATS["float64"].round(fmpq(p, q)), value)


def third(precision: int) -> arb:
    with ctx.workprec(precision):
        return arb(1) / 3


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=list(FORMATS))
def test_a_real_given_by_enclosures(fmt: Format) -> None:
    assert fmt.round(third) == fmt.round(fmpq(1, 3))
    assert fmt.ulp(third) == fmt.ulp(fmpq(1, 3))


def test_a_real_close_to_a_midpoint_takes_the_precision_it_needs() -> None:
    fmt, tie = FORMATS["float16"], fmpq(1) + fmpq(1, 2048)
    asked = []

    def above(precision: int) -> arb:
        asked.append(precision)
        with ctx.workprec(precision):
            return arb(tie) + (arb(2) ** -900) / 3

    assert fmt.round(above) == fmt.round(tie + fmpq(1, 2**900))
    assert fmt.round(tie) == 1
    assert asked[-1] > 900 > asked[0]


def test_a_tie_that_enclosures_cannot_separate_is_an_error() -> None:
    def tie(precision: int) -> arb:
        return arb(fmpq(1) + fmpq(1, 2048), arb(2) ** -precision)

    with pytest.raises(RoundingUndecided, match=r"float16 undecided .* exact tie as a rational"):
        FORMATS["float16"].round(tie)
    with pytest.raises(RoundingUndecided, match="undefined"):
        FORMATS["float16"].round(lambda _: arb("nan"))


def test_zero_needs_no_exactness() -> None:
    assert FORMATS["float32"].round(lambda precision: arb(0, arb(2) ** -precision)) == 0


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=list(FORMATS))
def test_reals_beyond_every_exponent(fmt: Format) -> None:
    def huge(precision: int) -> arb:
        with ctx.workprec(precision):
            return arb(10**30).exp()

    assert fmt.round(huge) == fmt.overflow
    assert fmt.round(lambda p: -huge(p)) == ("nan" if fmt.overflow == "nan" else "-inf")
    assert fmt.round(lambda p: 1 / huge(p)) == 0
    assert fmt.ulp(huge) == fmt.ulp(fmt.max_finite)


def test_ulp_by_its_definition() -> None:
    fmt = FORMATS["float32"]
    assert fmt.ulp(1) == fmpq(1, 2**23) == fmt.ulp(fmpq(-3, 2))
    assert fmt.ulp(fmpq(999, 1000)) == fmpq(1, 2**24)
    assert fmt.ulp(0) == fmt.min_subnormal == fmt.ulp(fmt.min_normal / 3)
    assert fmt.ulp(2 * fmt.max_finite) == fmt.ulp(fmt.max_finite)


def test_quarter_powers_first_round_to_zero_at_the_depths_of_the_ledger() -> None:
    depths = {}
    for fmt in FORMATS.values():
        depths[fmt.name] = next(n for n in range(1, 1000) if fmt.round(fmpq(1, 4) ** n) == 0)
    assert depths == {
        "float8_e4m3fn": 5,
        "float8_e5m2": 9,
        "float16": 13,
        "bfloat16": 67,
        "float32": 75,
        "float64": 538,
    }


def test_an_unknown_format_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"format='float20': expected one of float64, float32"):
        format_named("float20")


def test_fractions_are_not_silently_accepted() -> None:
    with pytest.raises(TypeError):
        FORMATS["float64"].round(Fraction(1, 3))  # type: ignore[arg-type]
