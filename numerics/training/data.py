"""Generated data for two classes, a set of its own for each run: arrays of shape (runs, inputs, points)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

INPUTS, TEACHER_WIDTH = 16, 8


def teacher(generator: np.random.Generator, points: int) -> tuple[Array, Array]:
    """Normal points in 16 dimensions, and on which side of its median a random network of 8 tanh units puts them."""
    x = generator.standard_normal((INPUTS, points))
    hidden = np.tanh(generator.standard_normal((TEACHER_WIDTH, INPUTS)) @ x / np.sqrt(INPUTS))
    side = generator.standard_normal(TEACHER_WIDTH) @ hidden
    return x, np.where(side > np.median(side), 1.0, -1.0)


def spirals(generator: np.random.Generator, points: int) -> tuple[Array, Array]:
    """Two spirals of one and a half turns with a little noise, brought to mean square 1 (Lang and Witbrock 1988)."""
    label = np.where(np.arange(points) % 2, 1.0, -1.0)
    angle = 3 * np.pi * np.sqrt(generator.uniform(0.02, 1, points))
    x = label * angle * np.array([np.cos(angle), np.sin(angle)]) + 0.2 * generator.standard_normal((2, points))
    return x / np.sqrt(np.mean(x * x)), label


DATA: Mapping[str, Callable[[np.random.Generator, int], tuple[Array, Array]]] = {
    each.__name__: each for each in (teacher, spirals)
}


def sets(name: str, seeds: Sequence[int], points: int) -> tuple[Array, Array]:
    """The points of each run, of shape (runs, inputs, points), and their labels -1 and 1, of shape (runs, points)."""
    made = [DATA[name](np.random.default_rng([seed, 10]), points) for seed in seeds]
    return np.array([x for x, _ in made]), np.array([label for _, label in made])
