"""The cost of certified reference values: nanoseconds per input on one thread, against NumPy, torch, python-flint and mpmath.

    python benchmarks/oracle.py [--inputs N] [--random N] [ACTIVATION...]

Everybody gets the same N = 2**24 float32 inputs: stretches of 2**16 consecutive floats, half of them spread evenly over
all finite floats and half over the floats between 1/16 and 16 in size. The oracle evaluates rows as a sweep does, by
a matrix product for STRIP rows at a time; NumPy (with SciPy's erf, if it is there) and torch evaluate the textbook
formula in float64 on stretches, which stay in the cache. Ball arithmetic at 64 bits (python-flint) and mpmath at 64 bits go
through a sample point by point. Building the blocks is timed apart, as `build s`. Also: inputs in random order.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
from gradproof.numerics.floats.formats import exact
from gradproof.numerics.oracle.certified import Certified, certified
from gradproof.numerics.oracle.float32_rows import ROW
from gradproof.numerics.oracle.reference import oracle
from gradproof.numerics.oracle.taylor_rows import powers
from gradproof.proofs.catalogue.entries import activation

try:
    import torch

    torch.set_num_threads(1)
except ImportError:
    torch = None
try:
    from scipy.special import erf as array_erf

    ERF = "SciPy"
except ImportError:
    array_erf, ERF = np.vectorize(math.erf, otypes=[float]), "math"

STRETCH = 1 << 16
STRIP = 32
MAX = np.float32(np.finfo(np.float32).max).view(np.uint32)


def formulas(m: Any, erf: Callable[[Any], Any], where: Callable[..., Any]) -> dict[str, tuple[Callable, Callable]]:
    """The textbook formulas of the functions and their derivatives, for arrays or numbers of one library."""
    exp, tanh, log1p, pi = m.exp, m.tanh, m.log1p, math.pi

    def sigmoid(x):
        return 1 / (1 + exp(-x))

    def mish_slope(x):
        t = tanh(log1p(exp(x)))
        return t + x * (1 - t * t) * sigmoid(x)

    return {
        "silu": (lambda x: x / (1 + exp(-x)), lambda x: sigmoid(x) * (1 + x * (1 - sigmoid(x)))),
        "gelu": (
            lambda x: 0.5 * x * (1 + erf(x / math.sqrt(2))),
            lambda x: 0.5 * (1 + erf(x / math.sqrt(2))) + x * exp(-x * x / 2) / math.sqrt(2 * pi),
        ),
        "mish": (lambda x: x * tanh(log1p(exp(x))), mish_slope),
        "sigmoid": (sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x))),
        "tanh": (tanh, lambda x: 1 - tanh(x) ** 2),
        "softplus": (lambda x: log1p(exp(x)), sigmoid),
        "elu": (lambda x: where(x > 0, x, m.expm1(x)), lambda x: where(x > 0, 1.0, exp(x))),
        "hard_swish": (
            lambda x: where(x <= -3, 0.0, where(x >= 3, x, x * (x + 3) / 6)),
            lambda x: where(x <= -3, 0.0, where(x >= 3, 1.0, (2 * x + 3) / 6)),
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("activations", nargs="*")
    parser.add_argument("--inputs", type=int, default=1 << 24)
    parser.add_argument("--random", type=int, default=1_000_000)
    options = parser.parse_args()
    stretches = chosen(options.inputs // STRETCH)
    rng = np.random.default_rng(1)
    x = np.concatenate([pattern_floats(first) for first in stretches[:: max(1, len(stretches) // 32)]])
    sample = rng.choice(x, 2000).astype(np.float64)
    several = rng.choice(np.concatenate([pattern_floats(first) for first in stretches]), options.random).astype(float)
    mpmath.mp.prec = 64
    numpy_ = formulas(np, array_erf, np.where)
    torch_ = formulas(torch, torch.special.erf, torch_where) if torch else {}
    mpmath_ = formulas(Mpmath, mpmath.erf, lambda c, a, b: a if c else b)
    print(f"{len(stretches)} stretches of {STRETCH} floats, erf of {ERF}")
    print(f"load {os.getloadavg()[0]:.1f}; nanoseconds per input")
    print("function     build s  oracle  NumPy  torch    Arb  mpmath  random  NumPy/oracle  Arb/oracle  mpmath/oracle")
    for name in options.activations or numpy_:
        for order in (0, 1):
            truth = certified(activation(name).expr(), order)
            build = seconds(lambda t=truth: [t.rows(first // ROW, STRETCH // ROW) for first in stretches])
            ours = best(lambda t=truth: evaluated(t, stretches)) / options.inputs
            plain = best(lambda f=numpy_[name][order]: by_numpy(f, stretches)) / options.inputs
            with_torch = (
                best(lambda f=torch_[name][order]: by_torch(f, stretches)) / options.inputs if torch else math.nan
            )
            balls = best(lambda n=name, k=order: by_arb(n, k, sample)) / len(sample)
            slow = best(lambda f=mpmath_[name][order]: [f(mpmath.mpf(v)) for v in sample.tolist()]) / len(sample)
            truth(several)
            mixed = best(lambda t=truth: t(several)) / len(several)
            times = [round(1e9 * t, 1) for t in (ours, plain, with_torch, balls, slow, mixed)]
            print(
                "{:12} {:7.2f} {:7.1f} {:6.1f} {:6.1f} {:6.0f} {:7.0f} {:7.0f} {:13.1f} {:11.0f} {:14.0f}".format(
                    name + "'" * order, build, *times, plain / ours, balls / ours, slow / ours
                ),
                flush=True,
            )


class Mpmath:
    """mpmath under NumPy's names, without the exceptions of huge exponents."""

    exp, tanh, log1p, expm1 = mpmath.exp, mpmath.tanh, mpmath.log1p, mpmath.expm1


def chosen(count: int) -> list[int]:
    """First patterns of stretches: half over all finite floats, half over those from 1/16 to 16, of both signs."""
    low, high = (int(np.float32(v).view(np.uint32)) for v in (1 / 16, 16))
    found = []
    for first, last in ((STRETCH, int(MAX)), (low, high)):  # 0 has a row of its own, answered point by point
        starts = np.linspace(first, last + 1 - STRETCH, count // 4).astype(np.int64) // STRETCH * STRETCH
        found += [int(s) + sign for sign in (0, 1 << 31) for s in starts]
    return found


def pattern_floats(first: int) -> np.ndarray:
    return np.arange(first, first + STRETCH, dtype=np.uint32).view(np.float32)


def torch_where(condition: Any, a: Any, b: Any) -> Any:
    return torch.where(condition, a, b)


def evaluated(truth: Certified, stretches: list[int]) -> None:
    """All values by matrix products; a row without a polynomial (a breakpoint, a zero) point by point."""
    out = np.empty((STRIP, ROW))
    for first in stretches:
        rows = truth.rows(first // ROW, STRETCH // ROW)
        with np.errstate(all="ignore"):
            np.matmul(rows.coefficients, powers(), out=out)
        for row in np.flatnonzero(np.isnan(rows.bars)).tolist():
            patterns = np.arange(first + row * ROW, first + (row + 1) * ROW, dtype=np.uint32)
            out[row] = truth(patterns.view(np.float32).astype(np.float64)).value


def by_numpy(f: Callable, stretches: list[int]) -> None:
    with np.errstate(all="ignore"):
        for first in stretches:
            f(pattern_floats(first).astype(np.float64))


def by_torch(f: Callable, stretches: list[int]) -> None:
    for first in stretches:
        f(torch.from_numpy(pattern_floats(first)).to(torch.float64))


def by_arb(name: str, order: int, sample: np.ndarray) -> None:
    """Balls of 64 bits from the oracle's compiled expression, one input at a time."""
    function = oracle(activation(name).expr(), order)
    for v in sample.tolist():
        real = function.at(exact(v))
        if callable(real):
            real(64)


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def best(work: Callable[[], Any], runs: int = 5) -> float:
    """The shortest of some runs, or one if that is long."""
    first = seconds(work)
    return min([first, *(seconds(work) for _ in range(runs - 1))]) if first < 5 else first


ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}

if __name__ == "__main__":
    if os.environ.items() >= ONE_THREAD.items():
        main()
    else:  # libraries read it when they are loaded
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **ONE_THREAD})
