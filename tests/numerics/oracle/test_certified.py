"""The certified oracle: ball arithmetic at 200 bits lies inside every bar, at random and at adversarial inputs."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from flint import arb
from gradproof.numerics.floats.formats import as_float64, exact, from_bits, to_bits
from gradproof.numerics.oracle import taylor_rows
from gradproof.numerics.oracle.certified import SIGN, Certified, Values, certified
from gradproof.numerics.oracle.float32_rows import ROW
from gradproof.numerics.oracle.reference import oracle
from gradproof.numerics.oracle.taylor_rows import Rows, powers
from gradproof.proofs.catalogue.entries import Activation, activation, catalogue
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.enclosures.formats import FORMATS, Enclosures
from gradproof.proofs.functions.pieces import Kink

from ...thorough import every, few


@pytest.fixture(autouse=True)
def _blocks_for_every_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few inputs of a binade would be evaluated by balls, and the polynomials are what is tested here."""
    monkeypatch.setattr(taylor_rows, "WORTHWHILE", 0)


FLOAT32 = FORMATS["float32"]
EVERY = [(entry, order) for entry in catalogue() if len(entry.inputs) == 1 for order in (0, 1)]
MAIN = [(activation(name), order) for name in ("gelu", "hard_swish", "elu") for order in (0, 1)]
QUICK = [*MAIN, *EVERY[11::37]]
LEVELS = (0.0, 2.0**-150, -(2.0**-150), 2.0**-126, -(2.0**-126), 2.0**128, -(2.0**128))
"""Where neighbouring inputs on both sides are looked at: zeros, thresholds of underflow, subnormals and overflow."""


def _name(value: object) -> str:
    return value.name if isinstance(value, Activation) else str(value)


def floats(patterns: list[int]) -> np.ndarray:
    """The finite float32s with these patterns, as float64."""
    x = as_float64(from_bits(np.unique(np.array(patterns, np.int64) % (2 * SIGN)), FLOAT32))
    return x[np.isfinite(x)]


def adversarial(truth: Certified, every: int) -> np.ndarray:
    """First, middle and last floats of binades, rows and blocks; what surrounds breakpoints and levels."""
    patterns: list[int] = []
    for sign in (0, SIGN):
        for exponent in range(0, 255, every):
            first = sign + (exponent << 23)
            patterns += [first, first + 1, first + ROW - 1, first + ROW, first + (1 << 22), first + (1 << 23) - 1]
    truth(floats(patterns))  # builds blocks
    for piece in truth._pieces:
        for key, blocks in piece._blocks.items() if piece else ():
            for b in blocks:
                first, size = (key << 23) + b.first * ROW, b.count * ROW
                patterns += [first, first + size // 2 - 1, first + size // 2, first + size - 1]
    x = floats(patterns)
    value = truth(np.sort(x)).value
    places = [v for end in truth._ends for v in (end.below, end.above) if abs(v) < np.inf]
    for level in LEVELS:
        above = value > level
        at = np.flatnonzero((above[:-1] != above[1:]) & ~np.isnan(value[:-1] + value[1:]))
        ordered = np.sort(x)
        places += [crossing(truth, float(ordered[i]), float(ordered[i + 1]), level) for i in at]
    near = to_bits(np.array(places, np.float32)).astype(np.int64)
    around = [int(p) + k for p in near for k in (-ROW, -2, -1, 0, 1, 2, ROW)]
    return np.unique(np.concatenate([x, floats(around)]))


def crossing(truth: Certified, low: float, high: float, level: float) -> float:
    """A float32 next to where the values pass a level."""
    start = truth(np.array([low])).value[0] > level
    while (middle := float(np.float32((low + high) / 2))) not in (low, high):
        if (truth(np.array([middle])).value[0] > level) == start:
            low = middle
        else:
            high = middle
    return low


def near(value: float) -> Iterator[float]:
    """Points that a value with bar 0 is compared with: float32s near it, and some 2**-10 ULP away."""
    with np.errstate(over="ignore"):
        nearest = float(np.float32(value))
    if abs(nearest) < np.inf:
        unit = math.ldexp(1.0, max(math.frexp(nearest)[1] - 1, FLOAT32.emin) - 23)
        yield from (nearest + k * unit / 1024 for k in (0, 1, -1, 512, -512, 1024, -1024))


def agrees(y: arb, value: float, bar: float) -> bool | None:
    """Whether a ball lies within the bar, or beside every point of interest as the value does; None if too wide."""
    if bar > 0:
        off = abs(y - arb(value))
        return True if off <= bar else False if off > bar else None
    verdicts = []
    for m in near(value):
        level = arb(exact(m))
        known = y > level or y < level or (y.is_exact() and y == level)
        verdicts.append((value > m) - (value < m) == bool(y > level) - bool(y < level) if known else None)
    return False if False in verdicts else None if None in verdicts else True


def faults(truth: Certified, x: np.ndarray, found: Values) -> tuple[list[float], int]:
    """The inputs at which values and bars contradict ball arithmetic, and how many inputs 3200 bits do not decide."""
    function, wrong, left = oracle(truth.expr, truth.order), [], 0
    for point, value, bar in zip(x.tolist(), found.value.tolist(), found.bar.tolist(), strict=True):
        real = function.at(exact(point))
        if real is None or isinstance(real, Kink) or np.isnan(value):
            verdict = np.isnan(value) and (real is None or isinstance(real, Kink))
        elif not abs(value) < np.inf:
            verdict = abs(real(200) if callable(real) else arb(real)) > arb(2) ** 1023
        else:
            verdict = _decided(real if callable(real) else lambda bits, y=real: arb(y), value, bar)
        left += verdict is None
        if verdict is False or (verdict is not None and not verdict):
            wrong.append(point)
    return wrong, left


def _decided(real: Enclosures, value: float, bar: float) -> bool | None:
    for bits in (200, 800, 3200):
        if (verdict := agrees(real(bits), value, bar)) is not None:
            return verdict
    return None


def by_rows(truth: Certified, rows: list[int], columns: np.ndarray) -> tuple[np.ndarray, Values]:
    """Inputs and values of some rows, by a matrix product."""
    found: list[Rows] = [truth.rows(row, 1) for row in rows]
    kept = [i for i, r in enumerate(found) if not np.isnan(r.coefficients).any()]
    value = np.array([found[i].coefficients[0] for i in kept]).reshape(len(kept), -1) @ powers()
    bar = np.array([found[i].bars[0] for i in kept]).reshape(-1, 1) + np.zeros(ROW)
    patterns = np.array([rows[i] for i in kept], np.int64).reshape(-1, 1) * ROW + np.arange(ROW)
    x = as_float64(from_bits(patterns, FLOAT32))
    x, value, bar = x[:, columns].ravel(), value[:, columns].ravel(), bar[:, columns].ravel()
    real = x != 0
    return x[real], Values(value[real], bar[real], np.ones(int(real.sum()), np.bool_))


def checked(entry: Activation, order: int, count: int, every: int) -> tuple[list[float], int, int]:
    """Faults at adversarial inputs and at as many random ones, by both ways; how many are left, and of how many."""
    truth = certified(entry.expr(), order)
    rng = np.random.default_rng(order)
    random = floats(rng.integers(0, 2 * SIGN, count).tolist())
    ordinary = rng.uniform(-12, 12, count).astype(np.float32).astype(np.float64)
    x = np.concatenate([random, ordinary, adversarial(truth, every)])
    wrong, left = faults(truth, x, truth(x))
    rows = (to_bits(x.astype(np.float32)).astype(np.int64) // ROW)[:: max(1, len(x) // count)].tolist()
    inputs, values = by_rows(truth, rows, np.array([0, 1, int(rng.integers(ROW)), ROW - 1]))
    more, others = faults(truth, inputs, values)
    return [*wrong, *more], left + others, len(x) + len(inputs)


@pytest.mark.parametrize(("entry", "order"), few(QUICK, every(6)), ids=_name)
def test_balls_lie_inside_the_bars(entry: Activation, order: int) -> None:
    wrong, left, total = checked(entry, order, count=60, every=17)
    assert not wrong
    assert left < total / 2
    assert total > 300


@pytest.mark.exhaustive
@pytest.mark.parametrize(("entry", "order"), EVERY, ids=_name)
def test_balls_lie_inside_the_bars_of_every_activation(entry: Activation, order: int) -> None:
    wrong, left, total = checked(entry, order, count=1000, every=1)
    assert not wrong
    assert left < total / 2


def test_planted_errors_are_seen() -> None:
    truth = certified(activation("silu").expr())
    x = np.linspace(-8, 8, 200).astype(np.float32).astype(np.float64)
    found = truth(x)
    assert faults(truth, x, found) == ([], 0)
    moved = Values(found.value + 2 * found.bar, found.bar, found.judged)
    assert len(faults(truth, x, moved)[0]) == np.count_nonzero(found.bar)
    narrow = Values(found.value, found.bar / 2.0**10, found.judged)
    assert len(faults(truth, x, narrow)[0]) > 50
    x = np.geomspace(20, 500, 50).astype(np.float32).astype(np.float64)
    found = truth(x)
    lines = found.bar == 0
    assert lines.sum() > 40
    mirrored = Values(np.where(lines, 2 * x - found.value, found.value), found.bar, found.judged)
    assert faults(truth, x, mirrored)[0] == x[lines].tolist()


FORMULAS = ["sqrt(x)", "log(1 - x**2)", "1/(x - 3)", "exp(-1/x**2)", "x**3 - x"]


@pytest.mark.parametrize("text", few(FORMULAS, every(5)))
def test_other_formulas(text: str) -> None:
    truth = certified(parse_expression(text))
    rng = np.random.default_rng(1)
    x = np.unique(np.concatenate([rng.uniform(-4, 4, 300).astype(np.float32), adversarial(truth, 23)])).astype(
        np.float64
    )
    wrong, left = faults(truth, x, truth(x))
    assert not wrong
    assert left < len(x) / 2


def test_order_and_number_of_inputs_do_not_matter() -> None:
    rng = np.random.default_rng(2)
    x = np.concatenate([rng.normal(size=300) * 4, rng.normal(size=300) * 1e-30, [0.0, -3.0, 3.0, -0.0, 3.0]])
    x = x.astype(np.float32).astype(np.float64)
    for name, order in (("gelu", 0), ("hard_swish", 1)):
        truth = certified(activation(name).expr(), order)
        rng.shuffle(x)
        together, alone = truth(x), [truth(x[i : i + 1]) for i in range(len(x))]
        np.testing.assert_array_equal(together.value, [v.value[0] for v in alone])
        np.testing.assert_array_equal(together.judged, [v.judged[0] for v in alone])
        assert together.judged.all() == (name == "gelu")


def test_a_run_of_rows_is_its_rows() -> None:
    truth = certified(activation("hard_swish").expr(), 0)
    first = int(to_bits(np.array([2.9], np.float32))[0]) // ROW
    run = truth.rows(first, 400)
    assert np.isnan(run.bars).sum() == 1  # the row of 3
    for i in range(0, 400, 9):
        alone = truth.rows(first + i, 1)
        np.testing.assert_array_equal(run.coefficients[i], alone.coefficients[0])
        np.testing.assert_array_equal(run.bars[i], alone.bars[0])
