"""Do random networks do what theory says? Measured slopes beside predicted ones, like for like.

For 8 activations x 3 initialisations x 2 depths and 20 seeds each, the least-squares slope of the log squared gradient
norm is measured in 64 networks, with its interval by Student's t. Theory gives the same slope of the same layers: for
infinite width, and to first order in 1/width. A right 95 % interval misses once in 20 times, so that 19 of 20 seeds are
its mean and not its worst; what is asked is that 99 % intervals hold the theory of the width in at least 95 % of all
pairs of a network and a seed, and in at least 18 of 20 of each network. How many the 95 % intervals hold is printed
beside. Exits 1 where that fails.

usage: python benchmarks/networks.py [--quick] [--seeds N] [--first-seed S] [--trials T] [--width W]
"""

from __future__ import annotations

import argparse
import itertools
import math
import sys
import time
from dataclasses import dataclass

import numpy as np
from gradproof.numerics.networks.finite_width import Prediction, predict
from gradproof.numerics.networks.gradients import measure_gradients, norm_factor
from gradproof.numerics.networks.intervals import Interval, student_quantile
from gradproof.numerics.networks.mean_field import Means
from gradproof.numerics.networks.multilayer import Network

ACTIVATIONS = ("sigmoid", "tanh", "erf", "relu", "leaky_relu", "elu", "gelu", "silu")
INITIALISATIONS, DEPTHS = ("he", "lecun", "gain"), (20, 50)
"""LeCun's weights are Xavier's where layers are square; `gain` brings E f(z)^2 of a standard normal z to 1."""
QUICK = (("tanh", "lecun", 20), ("relu", "he", 50), ("gelu", "gain", 50), ("silu", "he", 20))
PAIRS, SEEDS = 0.95, 0.9
HEAD = (
    f"{'network':22}{'factor per layer':>17}{'infinite':>10}{'width':>10}"
    f"{'slope measured':>24}{'infinite':>10}{'width':>10}   held at 99 %, 95 %; infinite at 99 %"
)


@dataclass(frozen=True)
class Row:
    """One network: how many of its intervals hold which theory."""

    name: str
    seeds: int
    held: int
    held_95: int


def main(arguments: argparse.Namespace) -> int:
    every = itertools.product(ACTIVATIONS, INITIALISATIONS, DEPTHS)
    print(HEAD)
    rows = [measured(*each, arguments) for each in (QUICK if arguments.quick else every)]
    pairs, held, held_95 = (sum(values) for values in zip(*((r.seeds, r.held, r.held_95) for r in rows), strict=True))
    print(f"99 % intervals hold the theory of the width in {held} of {pairs} ({held / pairs:.1%}), "
          f"95 % intervals in {held_95} ({held_95 / pairs:.1%})")  # fmt: skip
    bad = [row.name for row in rows if row.held < SEEDS * row.seeds]
    if bad:
        print(f"held by fewer than {SEEDS:.0%} of the seeds: {', '.join(bad)}")
    return 1 if bad or held < PAIRS * pairs else 0


def measured(activation: str, initialisation: str, depth: int, arguments: argparse.Namespace) -> Row:
    """Measure one network and print it."""
    scale = 1.0
    if initialisation == "gain":
        initialisation, scale = "lecun", 1 / math.sqrt(Means(activation).moments(1.0).square)
    network = Network(activation, depth=depth, width=arguments.width, initialisation=initialisation, scale=scale)
    theory = predict(network)
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    intervals = [measure_gradients(network, trials=arguments.trials, seed=seed).decay for seed in seeds]
    wider = student_quantile(arguments.trials - 1, 0.01) / student_quantile(arguments.trials - 1)
    wide = [widened(interval, wider) for interval in intervals]
    name = f"{activation} {'gain' if scale != 1 else initialisation} {depth}"
    row = Row(name, len(seeds), *(sum(theory.finite_slope in each for each in some) for some in (wide, intervals)))
    show(row, theory, intervals, sum(theory.infinite_slope in each for each in wide))
    return row


def widened(interval: Interval, factor: float) -> Interval:
    half = factor * (interval.high - interval.mean)
    return Interval(interval.mean, interval.mean - half, interval.mean + half)


def show(row: Row, theory: Prediction, intervals: list[Interval], infinite: int) -> None:
    means = np.array([interval.mean for interval in intervals])
    error = 2 * means.std(ddof=1) / math.sqrt(len(means)) if len(means) > 1 else math.nan
    slopes = float(means.mean()), theory.infinite_slope, theory.finite_slope
    factors = "".join(f"{norm_factor(each):{size}.4f}" for each, size in zip(slopes, (17, 10, 10), strict=True))
    measured = f"{slopes[0]:.4f} ± {error:.4f}"
    print(
        f"{row.name:22}{factors}{measured:>24}{slopes[1]:>10.4f}{slopes[2]:>10.4f}"
        f"   {row.held}, {row.held_95}; {infinite} of {row.seeds}",
        flush=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="4 of the 48 networks")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--trials", type=int, default=64)
    parser.add_argument("--width", type=int, default=128)
    start, processor = time.perf_counter(), time.process_time()
    code = main(parser.parse_args())
    print(f"{time.perf_counter() - start:.0f} s, {time.process_time() - processor:.0f} s of processor time")
    sys.exit(code)
