"""Operations without rounding error, against rational arithmetic."""

from fractions import Fraction

import numpy as np
from gradproof.numerics.floats.double_double import GRID, certainly_rounds_to_head, fast_two_sum, split

GENERATOR = np.random.default_rng(5)


def _scattered(count: int, low: int, high: int) -> np.ndarray:
    return np.ldexp(GENERATOR.uniform(-1, 1, count), GENERATOR.integers(low, high, count))


def test_a_sum_and_its_rest_are_exact() -> None:
    a, b = _scattered(4000, -1060, 1000), _scattered(4000, -1060, 1000)
    near = np.concatenate([a[:2000], a[2000:] * GENERATOR.uniform(-1, 1, 2000)])  # cancelling, overlapping
    for other in (b, near):
        large, small = np.where(abs(a) >= abs(other), (a, other), (other, a))
        total, rest = fast_two_sum(large, small)
        for row in zip(large, small, total, rest, strict=True):
            x, y, s, r = map(Fraction, map(float, row))
            assert s + r == x + y
            assert float(x + y) == float(s)


def test_the_smaller_summand_first_is_outside_the_domain() -> None:
    small, large = np.array([1 + 2.0**-52]), np.array([2.0**53 + 2])
    total, rest = fast_two_sum(small, large)
    assert Fraction(float(total[0])) + Fraction(float(rest[0])) != Fraction(float(small[0])) + 2**53 + 2


def test_a_split_is_exact_on_its_grid() -> None:
    edges = [0.0, 2.0, -2.0, 1 - 2.0**-53, GRID / 2, GRID * 1.5, GRID / 2 * (1 + 2.0**-52), 5e-324]
    a = np.concatenate([edges, _scattered(4000, -90, 2), _scattered(200, -1074, 0)])
    head, tail = split(a)
    for row in zip(a, head, tail, strict=True):
        x, h, t = map(Fraction, map(float, row))
        assert h + t == x
        assert (h / Fraction(GRID)).denominator == 1
        assert abs(t) <= Fraction(GRID) / 2


def test_a_rounding_is_certain_only_where_both_ends_agree() -> None:
    hi = np.ldexp(GENERATOR.choice([1.0, 1.5, 1 + 2.0**-52, 2 - 2.0**-52], 6000), GENERATOR.integers(-5, 5, 6000))
    half = np.spacing(hi) / 2
    lo = half * GENERATOR.choice([0, 0.5, 1, -0.5, -1, 0.3], 6000) * (1 + 2.0 ** -GENERATOR.integers(6, 50, 6000))
    hi, lo = fast_two_sum(hi, lo)
    error = abs(hi) * 2.0 ** -GENERATOR.integers(54, 90, 6000)
    certain = certainly_rounds_to_head(hi, lo, error)
    assert 1000 < certain.sum() < 5500
    for sure, *row in zip(certain, hi, lo, error, strict=True):
        h, rest, e = map(Fraction, map(float, row))
        ends = {float(h + rest - e), float(h + rest + e)}
        assert not sure or ends == {float(h)}
        wide = e * Fraction(5, 4)
        assert sure or {float(h + rest - wide), float(h + rest + wide)} != {float(h)}


def test_nothing_is_certain_about_nan() -> None:
    nan, zero = np.array([np.nan]), np.zeros(1)
    assert not certainly_rounds_to_head(nan, zero, zero)
    assert certainly_rounds_to_head(zero, zero, zero)
