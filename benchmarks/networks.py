"""Do random networks do what theory says? Measured slopes beside predicted ones, like for like.

For each network and seed the least-squares slope of the log squared gradient norm is measured in 64 networks, with its
95 % interval. Theory gives the same slope of the same layers: for infinite width, and to first order in 1/width. Of 20
seeds the interval should hold one of them for at least 18; exits 1 where it does not.

usage: python benchmarks/networks.py [--all] [--seeds N] [--first-seed S] [--trials T]
"""

from __future__ import annotations

import argparse
import itertools
import math
import sys
import time

from gradproof.numerics.networks.gradients import GradientProfile, measure_gradients, norm_factor
from gradproof.numerics.networks.mean_field import Prediction, predict
from gradproof.numerics.networks.multilayer import Network

SIX = (
    ("tanh", "xavier", 20),
    ("tanh", "he", 50),
    ("erf", "lecun", 50),
    ("relu", "he", 50),
    ("silu", "he", 20),
    ("silu", "xavier", 50),
)
ACTIVATIONS, INITIALISATIONS, DEPTHS = ("tanh", "erf", "relu", "silu"), ("xavier", "he", "lecun"), (20, 50)
AT_LEAST = 0.9
"""Of the seeds: 18 of 20."""
HEAD = (
    "network              factor per layer   theory: infinite   width 64   log squared: measured   infinite   width 64"
)


def main(arguments: argparse.Namespace) -> int:
    every = itertools.product(ACTIVATIONS, INITIALISATIONS, DEPTHS)
    failed: list[str] = []
    print(f"{HEAD}   seeds that hold: infinite, width 64")
    for activation, initialisation, depth in every if arguments.all else SIX:
        network = Network(activation, depth=depth, initialisation=initialisation)
        seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
        theory = predict(network)
        profiles = [measure_gradients(network, trials=arguments.trials, seed=seed) for seed in seeds]
        name = f"{activation} {initialisation} {depth}"
        if not row(name, theory, profiles):
            failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else "every network does what theory says")
    return 1 if failed else 0


def row(name: str, theory: Prediction, profiles: list[GradientProfile]) -> bool:
    """Print one network; whether enough intervals hold a prediction."""
    slopes = theory.infinite_slope, theory.finite_slope
    held = [sum(slope in profile.decay for profile in profiles) for slope in slopes]
    measured = math.fsum(profile.decay.mean for profile in profiles) / len(profiles)
    factors = [f"{norm_factor(each):.4f}" for each in (measured, *slopes)]
    print(
        f"{name:20} {factors[0]:>16} {factors[1]:>18} {factors[2]:>10} {measured:>23.4f} {slopes[0]:>10.4f} "
        f"{slopes[1]:>10.4f}   {held[0]} and {held[1]} of {len(profiles)}",
        flush=True,
    )
    return max(held) >= AT_LEAST * len(profiles)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="all 24 combinations, not 6")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--trials", type=int, default=64)
    start = time.perf_counter()
    code = main(parser.parse_args())
    print(f"{time.perf_counter() - start:.0f} s")
    sys.exit(code)
