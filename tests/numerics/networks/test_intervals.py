"""Confidence intervals: against published tables, other formulas, and counting."""

import math

import numpy as np
import pytest
from gradproof.numerics.networks.intervals import (
    Interval,
    clustered_proportion,
    confidence,
    proportion,
    student_quantile,
)


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042), (60, 2.000), (120, 1.980)],
)  # NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, column 0.975
def test_quantiles_of_student_s_distribution_are_the_table_s(freedom: int, quantile: float) -> None:
    assert student_quantile(freedom) == pytest.approx(quantile, abs=5e-4)


def test_closed_forms_of_the_quantile() -> None:
    assert student_quantile(63, 0.01) == pytest.approx(2.656, abs=5e-4)  # the same table, column 0.995
    assert student_quantile(1) == pytest.approx(math.tan(0.475 * math.pi), rel=1e-12)  # a Cauchy variable
    assert student_quantile(2) == pytest.approx(0.95 * math.sqrt(2 / (1 - 0.95**2)), rel=1e-12)
    assert student_quantile(10**6) == pytest.approx(1.959963984540054, abs=1e-5)


@pytest.mark.parametrize("size", [2, 3, 5, 40])
def test_intervals_of_few_samples_cover_as_often_as_they_say(size: int) -> None:
    samples = np.random.default_rng(size).standard_normal((1000, size))
    covered = sum(0 in confidence(row) for row in samples)
    assert abs(covered - 950) < 4 * math.sqrt(1000 * 0.95 * 0.05)  # the normal quantile covers 700 of 2 samples


def test_no_and_one_sample() -> None:
    assert math.isnan(confidence(np.array([])).mean)
    assert confidence(np.array([3.0])) == Interval(3.0, -math.inf, math.inf)


@pytest.mark.parametrize(("successes", "trials"), [(0, 5), (5, 5), (1, 10), (3, 10), (7, 64), (64, 64)])
def test_a_proportion_s_ends_have_tails_of_two_and_a_half_percent(successes: int, trials: int) -> None:
    def at_least(p: float) -> float:
        return sum(math.comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(successes, trials + 1))

    def at_most(p: float) -> float:
        return sum(math.comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(successes + 1))

    interval = proportion(successes, trials)
    assert 0 <= interval.low <= interval.mean <= interval.high <= 1
    assert interval.low == 0 if successes == 0 else at_least(interval.low) == pytest.approx(0.025)
    assert interval.high == 1 if successes == trials else at_most(interval.high) == pytest.approx(0.025)


def test_no_success_in_n_trials() -> None:
    assert proportion(0, 16).high == pytest.approx(1 - 0.025 ** (1 / 16), rel=1e-12)


def test_independent_members_count_and_members_that_agree_do_not() -> None:
    generator = np.random.default_rng(1)
    independent = generator.binomial(64, 0.3, 400) / 64
    width = np.subtract(*[getattr(clustered_proportion(independent, 64), end) for end in ("high", "low")])
    pooled = proportion(float(independent.mean()) * 400 * 64, 400 * 64)
    assert width == pytest.approx(pooled.high - pooled.low, rel=0.2)
    alike = np.array([0.0, 1.0] * 8)
    assert clustered_proportion(alike, 64).high == pytest.approx(proportion(8, 16).high, rel=1e-12)
    assert clustered_proportion(np.ones(16), 64) == proportion(16, 16)
    assert clustered_proportion(np.array([0.5]), 64) == proportion(0.5, 1)


@pytest.mark.thorough
def test_fractions_that_vary_between_groups_are_covered() -> None:
    generator = np.random.default_rng(2)
    chances = generator.beta(0.6, 2.4, (150, 8))  # mean 0.2
    fractions = generator.binomial(32, chances) / 32
    intervals = [clustered_proportion(row, 32) for row in fractions]
    assert all(0 <= each.low <= each.mean <= each.high <= 1 for each in intervals)
    assert sum(0.2 in each for each in intervals) >= 138
    pooled = [proportion(float(row.sum()) * 32, 8 * 32) for row in fractions]
    assert sum(0.2 in each for each in pooled) < 115
