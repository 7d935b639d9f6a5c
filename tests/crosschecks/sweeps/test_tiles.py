"""Profiles of consecutive inputs against the slow way: every input by ball arithmetic, every error on its own."""

from __future__ import annotations

import json
import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from gradproof.crosschecks.implementation import Implementation
from gradproof.crosschecks.sweeps.exact_grading import Judge, grade_below
from gradproof.crosschecks.sweeps.profile import BINS, ENDS, Cell, Extreme, Profile, Turn, graded, merged, unshifted
from gradproof.crosschecks.sweeps.profile import shifted as shifted_up
from gradproof.crosschecks.sweeps.tiles import profile_of, profile_of_results
from gradproof.numerics.floats.formats import as_float64, from_bits, places, shifted, to_bits
from gradproof.numerics.floats.ulp import conditioned, ulp_errors
from gradproof.numerics.oracle.certified import ComparisonUndecided
from gradproof.numerics.oracle.reference import condition, reference
from gradproof.proofs.enclosures.formats import format_named

from ...thorough import every, few

FLOAT32 = format_named("float32")

PLACES = {
    "silu": (0, 0x3F800000, 0x41800000, 0x80000000, 0xBFA3A000, 0xC2AEA800, 0xC2CF8000, 0xFF000000),
    "gelu": (0x34000000, 0x3F000000, 0xBF400000, 0xC1628000),
    "tanh": (0x00800000, 0x39800000, 0x41100000, 0x7F000000),
    "hard_swish": (0x3F800000, 0x40400000 - 2048, 0xC0400000 - 2048, 0xBF800000),
    "leaky_relu": (0x80000000, 0xBF800000),
    "exponential": (0x42B17000, 0xC2CFF000),
    "softsign": (0x3F000000, 0x7F7FF000),
    "mish": (0x10000000, 0x80000800, 0x29000000),
    "relu": (0x80000800, 0xBF800000),
    "log_sigmoid": (0x41800000, 0xC2000000),
}
"""Where four rows are judged: zeros, kinks, thresholds, ends of binades, tails."""


def _results(judge: Judge, first: int, count: int, seed: int) -> np.ndarray:
    """Results that are right, a few floats off, far off, or no numbers."""
    rng = np.random.default_rng(seed)
    x = from_bits(np.arange(first, first + count), judge.format)
    right = reference(judge.entry, x, order=judge.order, parameters=judge.parameters).value
    right = np.where(np.isnan(as_float64(right)), np.zeros_like(right), right)
    off = rng.choice([0, 0, 0, 1, -1, 2, -3, 1000, -(1 << 20)], count)
    got = shifted(right, off)
    wild = rng.random(count) < 0.002
    got[wild] = rng.choice(np.array([np.nan, np.inf, -np.inf, 0.0, -1.0], got.dtype), int(wild.sum()))
    return got


def _slowly(judge: Judge, first: int, got: np.ndarray) -> Cell:
    """The cell of finite inputs from references alone."""
    patterns = np.arange(first, first + len(got))
    x = from_bits(patterns, judge.format)
    known = reference(judge.entry, x, order=judge.order, parameters=judge.parameters)
    nearest, results = as_float64(known.value), as_float64(got)
    judged = np.ones(len(x), bool)
    judged[[index[0] for index in known.kinks]] = False
    flushed = judged & (results == 0) & (nearest != 0) & (np.abs(nearest) < float(judge.format.min_normal))
    kept = np.flatnonzero(judged & ~flushed)
    error = _exactly(judge, x, results, ulp_errors(got, known), np.ldexp(1.0, known.ulp_exponent))
    residual = np.abs(known.residual)
    right = (results == nearest) | (np.isnan(results) & np.isnan(nearest))
    histogram = [0] * BINS
    for i in kept:
        e = error[i]
        # What rounds to its reference is within a half, however the residual itself was rounded.
        if right[i]:
            k = 0 if not math.isfinite(nearest[i]) or _is_exact(judge, float(x[i]), results[i]) else 1
        else:
            k = BINS - 1 if math.isinf(e) else next(k for k, end in enumerate(ENDS) if e <= end and k > 0)
        histogram[k] += 1
    kappa = condition(judge.entry, x, order=judge.order, parameters=judge.parameters)
    blamed = conditioned(error, kappa)
    grades = [(graded(float(e)), -int(p)) for e, p in zip(error[kept], patterns[kept], strict=True)]
    softer = [(graded(float(shifted_up(e))), -int(p)) for e, p in zip(blamed[kept], patterns[kept], strict=True)]
    assert (residual <= 0.5).all()
    return Cell(
        len(x),
        tuple(histogram),
        int(right[kept].sum()),
        _extreme(grades, first, got),
        _extreme(softer, first, got),
        flushed=int(flushed.sum()),
        unjudged=int((~judged).sum()),
    )


def _exactly(judge: Judge, x: np.ndarray, got: np.ndarray, error: np.ndarray, ulp: np.ndarray) -> np.ndarray:
    """Errors that fell on the end of a bin when they were rounded, moved to the side they lie on."""
    for i in np.flatnonzero(np.isin(error, ENDS[1:-2]) & np.isfinite(got)):
        at, step = as_float64(x[i : i + 1]), error[i : i + 1] * ulp[i]
        up, down = (int(judge.truth.signs(at, got[i : i + 1] + s * step)[0]) for s in (1, -1))
        beyond = up > 0 or down < 0
        if up and down:
            error[i] = np.nextafter(error[i], np.inf if beyond else 0.0)
    return error


def _is_exact(judge: Judge, x: float, got: float) -> bool:
    try:
        return bool(judge.truth.signs(np.array([x]), np.array([got]))[0] == 0)
    except ComparisonUndecided:  # no precision tells silu(x) from a large x, but it is smaller
        return False


def _extreme(grades: list[tuple[float, int]], first: int, got: np.ndarray) -> Extreme:
    error, minus = max(grades)
    return Extreme(error, -minus, int(to_bits(got[-minus - first : -minus - first + 1])[0]))


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "order"), [*product(PLACES, (0, 1))])
def test_rows_agree_with_references(name: str, order: int) -> None:
    judge = Judge(name, (), order, FLOAT32)
    compared = 0
    for first in PLACES[name]:
        got = _results(judge, first, 4096, first)
        profile = profile_of_results(judge, first, got)
        (cell,) = profile.cells.values()
        slow = _slowly(judge, first, got)
        for field in ("inputs", "histogram", "correctly_rounded", "flushed", "unjudged", "worst", "worst_conditioned"):
            assert getattr(cell, field) == getattr(slow, field), (hex(first), field)
        compared += cell.inputs
    assert compared == 4096 * len(PLACES[name])


@pytest.mark.parametrize(
    ("name", "order", "first"),
    few([("exponential", 0, 0x43000000), ("logit", 1, 0x40000000), ("logit", 0, 0xBF800000), ("silu", 0, 0x40000000)],
        lambda name, order, _: (name, order) == ("logit", 0)),
)
def test_rows_on_which_nothing_is_a_matter_of_distance(name: str, order: int, first: int) -> None:
    """Infinity or NaN expected, or a number; and rows full of the one, of the other, of numbers, of everything."""
    judge = Judge(name, (), order, FLOAT32)
    inf, nan = np.float32(np.inf), np.float32(np.nan)
    kinds = [inf, -inf, nan, np.float32(1.5)]
    rows = [np.full(2048, kind) for kind in kinds] + [np.tile(kinds, 512), np.tile(kinds[::-1], 512)]
    for each in [*rows, np.concatenate(rows)]:
        (cell,) = profile_of_results(judge, first, each).cells.values()
        slow = _slowly(judge, first, each)
        for field in ("inputs", "histogram", "correctly_rounded", "flushed", "unjudged", "worst", "worst_conditioned"):
            assert getattr(cell, field) == getattr(slow, field), field


@pytest.mark.parametrize(("name", "first"), [("silu", 0x7F000000), ("tanh", 0x01000000), ("gelu", 0x7E800000)])
def test_where_only_the_side_decides(name: str, first: int) -> None:
    """silu(x) is below a large x by less than any precision shows: x is never exact, but always the nearest float."""
    judge = Judge(name, (), 0, FLOAT32)
    x = from_bits(np.arange(first, first + 8192), FLOAT32)
    (cell,) = profile_of_results(judge, first, x).cells.values()
    assert cell.histogram[:3] == (0, 8192, 0)
    assert cell.correctly_rounded == 8192
    (above,) = profile_of_results(judge, first, shifted(x, 1)).cells.values()
    assert above.histogram[:5] == (0, 0, 0, 8191, 1)  # one ULP and a little; just below 2**k an ULP is half as large
    (below,) = profile_of_results(judge, first, shifted(x, -1)).cells.values()
    assert below.histogram[:3] == (0, 0, 8192)


UNIT = 2.0**-149


@pytest.mark.parametrize(
    ("name", "x", "got", "worst"),
    few([
        ("relu", 1.0, -UNIT, 2**23 + 16),
        ("relu", 1.0, 0.0, 2**23),
        ("relu", 1.0, -1e-30, 2**23 + 16),
        ("tanh", 2.0**-22, -(2.0**-67), 2**24 + 32),
        ("tanh", 2.0**-22, -(2.0**-68), 2**24),
        ("mish", float(from_bits(np.array([0x17800020]), FLOAT32)[0]), UNIT, 10066368),
        ("mish", 1.25 * 2.0**-80, -1.5 * 2.0**-70, 25782419456),
        *(("mish", 2050 * UNIT, (1230 - 2**k) * UNIT, 2**k + max(2.0**-10, 2.0 ** (k - 19))) for k in (15, 18, 20, 22)),
    ], every(4)),
)  # fmt: skip
def test_what_is_far_off_is_graded_exactly(name: str, x: float, got: float, worst: float) -> None:
    """In a batch of its own, and in a whole tile of the same results, where the other way is taken."""
    judge = Judge(name, (), 0, FLOAT32)
    at = int(to_bits(np.array([x], np.float32))[0])
    (alone,) = profile_of_results(judge, at, np.array([got], np.float32)).cells.values()
    assert alone.worst is not None
    assert alone.worst.error == worst
    first = at // 2048 * 2048
    results = reference(judge.entry, from_bits(np.arange(first, first + 2048), FLOAT32)).value
    results[at - first] = got
    (cell,) = profile_of_results(judge, first, results).cells.values()
    assert cell.worst == alone.worst
    assert np.flatnonzero(cell.histogram)[-1] == np.flatnonzero(alone.histogram)[-1]


def test_condition_numbers_of_subnormal_values_are_exact_enough() -> None:
    judge = Judge("tanh", (), 0, FLOAT32)
    for result, worst in ((4362040, 2181024), (8 * 545259, 2181040), (8 * 550000, 2200000), (8 * 600000, 2400000)):
        (cell,) = profile_of_results(judge, 1, from_bits(np.array([result]), FLOAT32)).cells.values()
        assert cell.worst_conditioned is not None
        error = cell.worst_conditioned.error
        assert judge.conditioned_above(UNIT, result * UNIT, UNIT, unshifted(grade_below(error)))
        assert not judge.conditioned_above(UNIT, result * UNIT, UNIT, unshifted(error))
        assert error == pytest.approx(worst, rel=2e-6)


def test_a_process_told_to_flush_subnormals_is_noticed() -> None:
    """Nothing could be judged in it: comparisons and conversions take subnormals for 0."""
    torch = pytest.importorskip("torch")
    flushing = Implementation("torch", "relu", 0, "torch:relu", array="torch")
    assert not profile_of(flushing, FLOAT32, 0, 2048).failures
    try:
        if not torch.set_flush_denormal(True):
            pytest.skip("this processor cannot flush subnormals")
        (failure,) = profile_of(flushing, FLOAT32, 0, 2048).failures
    finally:
        torch.set_flush_denormal(False)
    assert "subnormal" in failure.message


@pytest.mark.parametrize("fmt", few(["float32", "bfloat16", "float8_e4m3fn"], lambda fmt: fmt != "float32"))
@pytest.mark.parametrize("cut", [1000, 64, 1])
def test_the_pair_that_turns_back_furthest_is_found_however_the_inputs_are_cut(fmt: str, cut: int) -> None:
    judge = Judge("tanh", (), 0, format_named(fmt))
    first, count = {"float32": (0x3F000000, 1000), "bfloat16": (0x3F00, 120), "float8_e4m3fn": (0x28, 60)}[fmt]
    got = _results(judge, first, count, 5)
    ranks, numbers = places(got), as_float64(got)
    back = [(int(ranks[k] - ranks[k + 1]), -k) for k in range(count - 1) if numbers[k + 1] < numbers[k]]
    by, minus = max(back)
    parts = [profile_of_results(judge, first + k, got[k : k + cut]) for k in range(0, count, cut)]
    cell = merged(fmt, parts).finite
    pair = to_bits(got[-minus : -minus + 2]).tolist()
    assert (cell.turned_back, cell.worst_turn) == (len(back), Turn(by, first - minus, *pair))
    assert Cell.from_json(json.loads(json.dumps(cell.to_json()))) == cell


def _of_one_number(name: str) -> Implementation:
    return Implementation("planted", name, 0, f"planted:{name}_of_one_number", array="scalar")


@pytest.mark.parametrize("cut", [256, 100, 7])
def test_exceptions_of_a_function_of_one_number_are_counted_however_the_inputs_are_cut(
    monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[1])
    fmt = format_named("float8_e5m2")
    parts = [profile_of(_of_one_number("gelu"), fmt, x, min(cut, 256 - x)) for x in range(0, 256, cut)]
    raised = merged(fmt.name, reversed(parts)).raised
    x = as_float64(from_bits(np.arange(256), fmt))
    assert raised is not None
    assert (raised.count, raised.special) == ((x > 10).sum(), 1)
    assert as_float64(from_bits([raised.x], fmt))[0] == min(x[x > 10])
    assert raised.message == "ValueError: too large"
    assert Profile.from_json(json.loads(json.dumps(merged(fmt.name, parts).to_json()))).raised == raised


def test_an_exception_where_there_is_no_value_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[1])
    profile = profile_of(_of_one_number("log"), format_named("float8_e5m2"), 0, 256)
    assert profile.raised is None
    assert "raised" not in profile.to_json()
