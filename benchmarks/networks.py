"""Do random networks do what theory says? Measured slopes beside predicted ones, like for like.

For 8 activations x 3 initialisations x 2 depths and 20 seeds each, the least-squares slope of the log squared gradient
norm is measured in 64 networks, with its interval by Student's t. Theory gives the same slope of the same layers: for
infinite width, and to first order in 1/width. What is asked is that the theory of the width lies in the intervals of at
least 95 % of the seeds of every network. A right 95 % interval misses once in 20 times, so that 48 networks would fail
that by chance alone; intervals of 99.9 % are asked, with which a right theory passes 99 times in 100. What the narrower ones
hold is printed beside. Exits 1 where a network fails.

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
WANTED = 0.95
"""Of the seeds of each network."""
LEVELS = (0.999, 0.99, 0.95)
"""Of the intervals; the first is what is asked for."""
HEAD = (
    f"{'network':22}{'factor per layer':>17}{'infinite':>10}{'width':>10}"
    f"{'slope measured':>24}{'infinite':>10}{'width':>10}   held at 99.9, 99, 95 %; infinite"
)


@dataclass(frozen=True)
class Row:
    """One network: how many of its intervals of each level hold the theory of its width, and that of infinite width."""

    name: str
    seeds: int
    held: tuple[int, ...]
    infinite: tuple[int, ...]


def main(arguments: argparse.Namespace) -> int:
    every = itertools.product(ACTIVATIONS, INITIALISATIONS, DEPTHS)
    print(HEAD)
    rows = [measured(*each, arguments) for each in (QUICK if arguments.quick else every)]
    pairs = sum(row.seeds for row in rows)
    for k, level in enumerate(LEVELS):
        held, infinite = sum(row.held[k] for row in rows), sum(row.infinite[k] for row in rows)
        print(f"{100 * level:g} % intervals hold the theory of the width in {held} of {pairs} ({held / pairs:.1%}), "
              f"that of infinite width in {infinite} ({infinite / pairs:.1%})")  # fmt: skip
    bad = [row.name for row in rows if row.held[0] < WANTED * row.seeds]
    print(f"held in fewer than {WANTED:.0%} of the seeds: {', '.join(bad) or 'no network'}")
    return 1 if bad else 0


def measured(activation: str, initialisation: str, depth: int, arguments: argparse.Namespace) -> Row:
    """Measure one network and print it."""
    scale = 1.0
    if initialisation == "gain":
        initialisation, scale = "lecun", 1 / math.sqrt(Means(activation).moments(1.0).square)
    network = Network(activation, depth=depth, width=arguments.width, initialisation=initialisation, scale=scale)
    theory = predict(network)
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    intervals = [measure_gradients(network, trials=arguments.trials, seed=seed).decay for seed in seeds]
    name = f"{activation} {'gain' if scale != 1 else initialisation} {depth}"
    row = Row(name, len(seeds), held(theory.finite_slope, intervals, arguments), held(theory.infinite_slope, intervals, arguments))
    show(row, theory, intervals)
    return row


def held(slope: float, intervals: list[Interval], arguments: argparse.Namespace) -> tuple[int, ...]:
    """In how many of these intervals a slope lies, at each level."""
    usual, *others = (student_quantile(arguments.trials - 1, 1 - level) for level in (0.95, *LEVELS))
    return tuple(sum(slope in widened(each, other / usual) for each in intervals) for other in others)


def widened(interval: Interval, factor: float) -> Interval:
    half = factor * (interval.high - interval.mean)
    return Interval(interval.mean, interval.mean - half, interval.mean + half)


def show(row: Row, theory: Prediction, intervals: list[Interval]) -> None:
    means = np.array([interval.mean for interval in intervals])
    error = 2 * means.std(ddof=1) / math.sqrt(len(means)) if len(means) > 1 else math.nan
    slopes = float(means.mean()), theory.infinite_slope, theory.finite_slope
    factors = "".join(f"{norm_factor(each):{size}.4f}" for each, size in zip(slopes, (17, 10, 10), strict=True))
    measured = f"{slopes[0]:.4f} ± {error:.4f}"
    print(
        f"{row.name:22}{factors}{measured:>24}{slopes[1]:>10.4f}{slopes[2]:>10.4f}"
        f"   {', '.join(map(str, row.held))}; {', '.join(map(str, row.infinite))} of {row.seeds}",
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
