"""Is the certified oracle ever outside its own error bar? Every activation, orders 0 and 1, random and adversarial inputs.

    python benchmarks/rigour.py [ACTIVATION...] [--inputs N] [--arb N] [--seed S]

The values of gradproof.numerics.oracle.certified are compared with pairs of float64s that are good to 2**-70 (numerics/oracle/precise.py:
other blocks, another degree, another evaluation), and at random bit patterns, a sample of the other inputs and at
adversarial ones with ball arithmetic at 200 bits or more. Half of the inputs are whole rows of 2048 consecutive float32s,
evaluated as a sweep does it, by a matrix product; a quarter are random bit patterns and a quarter lie in [-20, 20], and
these go through `Certified.__call__`. Where the bar is 0, the value is compared with float32s near it
and with points a few 2**-10 ULP away from them: the truth has to lie on the same side.

Prints for every function: inputs decided by pairs, by balls, left (neither says enough), the largest part of a bar that
was used up, and faults. Exits 1 on a fault.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator

import numpy as np
from flint import arb, fmpq
from gradproof.numerics.floats.formats import as_float64, exact, from_bits, to_bits
from gradproof.numerics.oracle import taylor_rows
from gradproof.numerics.oracle.certified import Certified, certified
from gradproof.numerics.oracle.float32_rows import ROW
from gradproof.numerics.oracle.pair_polynomials import BOUND
from gradproof.numerics.oracle.precise import precise
from gradproof.numerics.oracle.reference import oracle
from gradproof.numerics.oracle.taylor_rows import powers
from gradproof.proofs.catalogue.entries import Activation, catalogue
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.enclosures.formats import FORMATS
from gradproof.proofs.functions.pieces import Kink
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Sample = tuple[Floats, Floats, Floats]
"""Inputs, values, bars."""
FLOAT32 = FORMATS["float32"]
FINITE = 255 << 12
"""Rows of finite floats of one sign."""
STEPS = (0, 1, -1, 512, -512, 1024, -1024, 1023)
"""Points to be told from the truth where the bar is 0: distances from the nearest float32, in 2**-10 ULP."""


def main() -> int:
    taylor_rows.WORTHWHILE = 0  # few inputs of a binade would be evaluated by balls, and polynomials are what is tested
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("activations", nargs="*")
    parser.add_argument("--orders", default="0,1")
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--arb", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else int(time.time())
    print(f"seed {seed}, {options.inputs} inputs each, {options.arb} of them by balls", flush=True)
    chosen = [
        e for e in catalogue() if len(e.inputs) == 1 and (not options.activations or e.name in options.activations)
    ]
    totals = np.zeros(5, np.int64)
    most = 0.0
    print(f"{'function':28} {'pairs':>9} {'balls':>7} {'sides':>9} {'left':>7} {'faults':>6}  bar used   seconds")
    for entry in chosen:
        for order in map(int, options.orders.split(",")):
            start = time.perf_counter()
            counts, used = checked(entry, order, np.random.default_rng([seed, order]), options.inputs, options.arb)
            totals += counts
            most = max(most, used)
            name = entry.name + "'" * order
            numbers = "{:9} {:7} {:9} {:7} {:6}".format(*counts)
            print(f"{name:28} {numbers}  {used:.6f} {time.perf_counter() - start:9.1f}", flush=True)
    print(f"{'all':28} " + "{:9} {:7} {:9} {:7} {:6}".format(*totals) + f"  {most:.6f}")
    return 1 if totals[4] else 0


def checked(entry: Activation, order: int, rng: np.random.Generator, inputs: int, balls: int) -> tuple[Floats, float]:
    """Inputs decided by pairs, by balls, by sides, left and faulty; and the largest part of a bar that was used up."""
    expr = entry.expr()
    truth = certified(expr, order)
    rows, ordinary, scattered = (
        tuple(np.concatenate(parts) for parts in zip(*some, strict=True)) for some in samples(truth, rng, inputs)
    )
    x, value, bar = (np.concatenate(parts) for parts in zip(rows, ordinary, scattered, strict=True))
    special = adversarial(truth)
    found = truth(special)
    sample = np.sort(rng.choice(len(x), min(balls, len(x)), replace=False))
    x = np.concatenate([special, x])
    value, bar = np.concatenate([found.value, value]), np.concatenate([found.bar, bar])
    by_pairs, by_balls, sides, left, faults, used = 0, 0, 0, 0, 0, 0.0
    first = len(x) - len(scattered[0])
    hi, lo, _ = precise(expr, order).pairs(x[:first])
    far = by_balls_in_pairs(truth, x[first:])
    hi, lo = np.concatenate([hi, far[0]]), np.concatenate([lo, far[1]])
    paired = np.isfinite(hi) & (np.abs(hi) > 2.0**-900)
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.abs((value - hi) - lo) + 2 * BOUND * np.abs(hi)
    inside = np.flatnonzero(paired & (bar > 0))
    by_pairs += len(inside)
    if len(inside):
        used = float((off[inside] / bar[inside]).max())
        for i in inside[off[inside] > bar[inside]]:
            faults += 1
            report(truth, x[i], value[i], bar[i])
    zero = np.flatnonzero(paired & (bar == 0) & np.isfinite(value))
    for m in near(value[zero], rng):
        with np.errstate(invalid="ignore", over="ignore"):
            apart = (hi[zero] - m) + lo[zero]
            known = np.abs(apart) > 2 * BOUND * np.abs(hi[zero])
        wrong = known & (np.sign(apart) != np.sign(value[zero] - m))
        sides += int(known.sum())
        left += int((~known).sum())
        for i in zero[wrong]:
            faults += 1
            report(truth, x[i], value[i], bar[i])
    for i in (*range(len(special)), *(len(special) + sample).tolist()):
        verdict, part = by_ball(truth, float(x[i]), float(value[i]), float(bar[i]))
        by_balls += verdict == "inside"
        left += verdict == "left"
        used = max(used, part)
        if verdict == "fault":
            faults += 1
            report(truth, x[i], value[i], bar[i])
    return np.array([by_pairs, by_balls, sides, left, faults]), used


def samples(truth: Certified, rng: np.random.Generator, inputs: int) -> tuple[list[Sample], ...]:
    """Inputs with values and bars: rows by the fast way, single inputs of ordinary size, single random bit patterns."""
    rows = []
    for row in rng.integers(0, FINITE, inputs // 2 // ROW):
        row += (1 << 20) * int(rng.integers(2))
        found = truth.rows(int(row), 1)
        if np.isnan(found.bars[0]) or np.isnan(found.coefficients[0, 0]):
            continue
        x = from_bits(row * ROW + np.arange(ROW), FLOAT32).astype(np.float64)
        value = found.coefficients @ powers()
        keep = x != 0
        rows.append((x[keep], value[0][keep], np.full(int(keep.sum()), found.bars[0])))
    patterns = rng.integers(0, 1 << 32, inputs // 4, dtype=np.uint32)
    singles = []
    for x in (rng.uniform(-20, 20, inputs // 4).astype(np.float32), from_bits(patterns, FLOAT32)):
        x = x[np.isfinite(x)].astype(np.float64)
        found = truth(x)
        singles.append([(x, found.value, found.bar)])
    nothing = (np.zeros(0), np.zeros(0), np.zeros(0))
    return rows or [nothing], *singles


def by_balls_in_pairs(truth: Certified, x: Floats) -> tuple[Floats, Floats]:
    """Values to 2**-70 as pairs of float64s, by ball arithmetic; NaN where 800 bits do not give them."""
    found = np.full((2, len(x)), np.nan)
    function = oracle(truth.expr, truth.order)
    for i, point in enumerate(x.tolist()):
        real = function.at(exact(point))
        if real is None or isinstance(real, Kink):
            continue
        for bits in (200, 800):
            with precision(bits):
                y = real(bits) if callable(real) else arb(real)
                if y.is_finite() and y.rad() <= abs(y) * BOUND / 16:
                    found[0, i] = hi = float(y.mid())
                    found[1, i] = float(y.mid() - hi) if abs(hi) < np.inf else np.nan
                    break
    return found[0], found[1]


def adversarial(truth: Certified) -> Floats:
    """First, last and middle floats of blocks known by now, of every binade, and neighbours of what is special."""
    patterns: list[int] = []
    for piece in truth._pieces:
        for key, blocks in piece._blocks.items() if piece else ():
            for b in blocks[:: max(1, len(blocks) // 64)]:
                first, size = (key << 23) + b.first * ROW, b.count * ROW
                patterns += [first, first + 1, first + size // 2 - 1, first + size // 2, first + size - 1]
    for sign in (0, 1 << 31):
        for exponent in range(255):
            patterns += [sign + (exponent << 23) + k for k in (0, 1, (1 << 23) - 1)]
    x = from_bits(np.array(patterns), FLOAT32).astype(np.float64)
    places = [e.below for e in truth._ends] + [e.above for e in truth._ends]
    grid = np.sort(x)
    with np.errstate(invalid="ignore"):
        value = truth(grid).value
        for level in (
            0.0,
            float(FLOAT32.max_finite),
            -float(FLOAT32.max_finite),
            2.0**-126,
            -(2.0**-126),
            2.0**-150,
            -(2.0**-150),
        ):
            above = value > level
            places += [crossing(truth, grid[i], grid[i + 1], level) for i in np.flatnonzero(above[:-1] != above[1:])]
    around = [p for p in places if abs(p) < np.inf]
    near_places = to_bits(np.array(around, np.float32)).astype(np.int64)
    moved = [p + k for p in near_places for k in (-2048, -3, -2, -1, 0, 1, 2, 3, 2048) if 0 <= p + k < 1 << 32]
    x = np.concatenate([x, as_float64(from_bits(np.array(moved, np.int64), FLOAT32))])
    return np.unique(x[np.isfinite(x)])


def crossing(truth: Certified, low: float, high: float, level: float) -> float:
    """Where between two float32s the values come to lie on the other side of a level."""
    start = truth(np.array([low])).value[0] > level
    for _ in range(64):
        middle = float(np.float32((low + high) / 2))
        if middle in (low, high):
            break
        if (truth(np.array([middle])).value[0] > level) == start:
            low = middle
        else:
            high = middle
    return low


def near(value: Floats, rng: np.random.Generator) -> Iterator[Floats]:
    """Float32s near values, and points some 2**-10 ULP away from them."""
    with np.errstate(over="ignore"):
        nearest = value.astype(np.float32)
    unit = np.ldexp(1.0, np.maximum(np.frexp(value)[1] - 1, FLOAT32.emin) - 23)
    for step in (*STEPS, *rng.integers(-4096, 4096, 3)):
        yield np.where(np.isfinite(nearest), nearest.astype(np.float64), 0.0) + step * unit * 2.0**-10


def by_ball(truth: Certified, x: float, value: float, bar: float) -> tuple[str, float]:
    """Whether 200 bits or more find f(x) inside value +- bar, or on the right side of what is near."""
    real = oracle(truth.expr, truth.order).at(exact(x))
    if real is None or isinstance(real, Kink):
        return ("inside" if np.isnan(value) else "fault"), 0.0
    if np.isnan(value):
        return "fault", 0.0
    for bits in (200, 800, 3200):
        with precision(bits):
            y = real(bits) if callable(real) else arb(real)
            if not abs(value) < np.inf:
                return ("inside" if abs(y) > arb(2) ** 1023 else "fault"), 0.0
            if bar > 0:
                part = abs(y - arb(value)) / arb(bar)
                if part <= 1:
                    return "inside", float(part.upper())
                if part > 1:
                    return "fault", float(part.lower())
                continue
            verdicts = [side(y, value, float(m[0])) for m in near(np.array([value]), np.random.default_rng(0))]
            if False in verdicts:
                return "fault", 0.0
            if None not in verdicts:
                return "inside", 0.0
    return "left", 0.0


def side(y: arb, value: float, m: float) -> bool | None:
    """Whether a value lies on the side of m on which the truth lies; None where that is not known."""
    level = arb(exact(m)) if abs(m) < 2.0**200 else arb(m)
    if y > level:
        return value > m
    if y < level:
        return value < m
    return value == m if y.is_exact() and y == level else None


def report(truth: Certified, x: float, value: float, bar: float) -> None:
    real = oracle(truth.expr, truth.order).at(exact(float(x)))
    shown = real if isinstance(real, fmpq) or not callable(real) else real(200).str(30)
    print(f"  FAULT at {float(x).hex()}: {float(value).hex()} +- {bar}, exactly {shown}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
