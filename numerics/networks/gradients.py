"""Random networks: how the norms of values and gradients really change from layer to layer.

A random input goes forwards through every layer and a random gradient at the output goes back; what is measured are
the squared norms at each. Some networks run at once as one array, on as many threads as there are cores.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...proofs.catalogue.parameters import ParameterValue
from ...proofs.verdicts import html_table
from ..oracle.reference import whole
from .intervals import Interval, clustered_proportion, confidence, proportion, strict
from .layers import Layer, Passed, biases
from .multilayer import Network, slope
from .pointwise import gate, pointwise
from .weights import KEPT_BYTES, Draws

Array = NDArray[np.float64]
S = TypeVar("S")
T = TypeVar("T")

BATCH = 64
"""The inputs over which batch normalisation is taken, where nothing else is said."""
TOGETHER = 1 << 17
"""Weights of one layer that are drawn at once: networks that share a call of NumPy, and fit a cache."""


@dataclass(frozen=True)
class GradientProfile:
    """Measured squared gradient norms, from the first hidden layer's input (index 0) to the output (index depth).

    Intervals of means are by Student's t over the networks, that of a fraction of networks is the exact binomial one.
    """

    network: Network
    trials: int
    seed: int
    batch: int
    log_squared_norm: tuple[Interval, ...]
    """The mean of the natural logarithm of the squared norm, relative to the output; -inf where it was 0."""
    mean_squared_norm: tuple[float, ...]
    """The mean of the squared norm itself, relative to the output: rare large ones count."""
    log_mean_square_activation: tuple[Interval, ...]
    """The mean of the natural logarithm of the mean square of a layer's values, the input first."""
    decay: Interval
    """Per layer towards the input: the least-squares slope of the log squared norm, one per network, averaged."""
    vanished_interval: Interval
    """The fraction of networks whose gradient reached exactly 0; they are left out of the logarithms."""
    overflowed: float
    """The fraction of networks whose values left the range of float64; they are left out, too."""

    @property
    def vanished(self) -> float:
        return self.vanished_interval.mean

    @property
    def factor(self) -> Interval:
        """By how much a layer multiplies the gradient's norm (not its square) towards the input, typically."""
        return self.decay.map(norm_factor)

    @property
    def sentence(self) -> str:
        """The factor of the norm in words, with its interval and the networks that it leaves out."""
        return f"a layer multiplies the gradient's norm by {factors(self.factor)} towards the input{self.left_out}"

    @property
    def left_out(self) -> str:
        """The networks that the logarithms say nothing of, in words; empty where there are none."""
        reasons: list[str] = []
        if self.vanished:
            reasons.append(f"gradient exactly 0: {share(self.vanished_interval)} of the networks")
        if self.overflowed:
            reasons.append(f"values beyond float64: {self.overflowed:.1%} of the networks")
        return f" (left out: {', '.join(reasons)})" if reasons else ""

    def __str__(self) -> str:
        return f"{self.trials} random {self.network}: {self.sentence}"

    def _repr_html_(self) -> str:
        return html_table([(self.sentence,), (f"seed {self.seed}",)], [f"{self.trials} random {self.network}"])

    def to_json(self) -> dict[str, Any]:
        """Strict JSON: numbers that are not finite are text."""
        return strict({
            "network": self.network.to_json(),
            "trials": self.trials,
            "seed": self.seed,
            "batch": self.batch,
            "factor_per_layer": self.factor.to_json(),
            "decay_per_layer": self.decay.to_json(),
            "log_squared_norm": [interval.to_json() for interval in self.log_squared_norm],
            "mean_squared_norm": list(self.mean_squared_norm),
            "log_mean_square_activation": [interval.to_json() for interval in self.log_mean_square_activation],
            "vanished_interval": self.vanished_interval.to_json(),
            "overflowed": self.overflowed,
        })  # fmt: skip


def factor_text(factor: float) -> str:
    """A factor of a norm in four digits."""
    return f"{factor:.4g}" if factor < 0.1 else f"{factor:.4f}"


def factors(factor: Interval) -> str:
    """A factor of a norm with its interval, in words."""
    if math.isnan(factor.mean):
        return "an unknown factor (no network is left to measure it)"
    return f"{factor_text(factor.mean)} (95 % interval {factor_text(factor.low)} to {factor_text(factor.high)})"


def share(fraction: Interval) -> str:
    """A fraction with its interval, in percent."""
    return f"{fraction.mean:.1%} ({fraction.low:.1%} to {fraction.high:.1%})"


def norm_factor(log_of_square: float) -> float:
    """The factor of a norm from the change of the logarithm of its square."""
    with np.errstate(over="ignore"):
        return float(np.exp(log_of_square / 2))


def measure_gradients(
    network: Network,
    *,
    trials: int = 64,
    seed: int = 0,
    batch: int | None = None,
    parameters: Mapping[str, ParameterValue] | None = None,
    partial: bool = False,
    workers: int | None = None,
) -> GradientProfile:
    """Send normal inputs forwards and a normal gradient back through `trials` independent networks.

    `batch` is how many inputs go through each network: 1, or 64 where batch normalisation needs several; norms are
    those of all of them. The same seed, a whole number of 0 or more, gives the same networks. With `partial`, Ctrl-C
    leaves the profile of the networks that are finished by then, if there are two, with their number as its `trials`.
    They run on `workers` threads, or on one for each core.
    Raises ValueError for fewer than 2 trials, which have no confidence interval, or a batch of 1 with batch
    normalisation, UnknownActivation or StatementError for an activation that is not known.
    """
    if not isinstance(network, Network):
        raise TypeError(f"expected a Network, got {network!r}")
    whole("trials", trials, 2)
    whole("seed", seed, 0)
    threads = cores() if workers is None else workers
    whole("workers", threads, 1)
    size = inputs_of(network, batch)
    function = gate(network.activation, parameters)

    def norms(numbers: Sequence[int], stop: Event) -> tuple[Array, Array]:
        return _norms(Layer(network, function), seed, numbers, size, stop)

    parts, interrupted = until_interrupted(norms, groups(network, trials, size, len(function.values), threads), threads)
    finished = sum(part[0].shape[1] for part in parts)
    if interrupted and (not partial or finished < 2):
        raise KeyboardInterrupt
    gradients, values = (np.concatenate(each, axis=1) for each in zip(*parts, strict=True))
    logs = gradients[:, np.isfinite(gradients).all(axis=0)]
    vanished = np.isneginf(gradients).any(axis=0)
    with np.errstate(over="ignore"):
        mean_squares = np.exp(gradients).mean(axis=1)
    return GradientProfile(
        network=network,
        trials=finished,
        seed=seed,
        batch=size,
        log_squared_norm=tuple(map(confidence, logs)),
        mean_squared_norm=tuple(map(float, mean_squares)),
        log_mean_square_activation=tuple(map(confidence, values[:, np.isfinite(values).all(axis=0)])),
        decay=confidence(slope(logs)),
        vanished_interval=proportion(int(vanished.sum()), finished),
        overflowed=float(np.mean(~vanished & ~np.isfinite(gradients).all(axis=0))),
    )


def inputs_of(network: Network, batch: int | None) -> int:
    """The number of inputs of a forward pass. Raises ValueError."""
    several = network.norm == "batch"
    size = (BATCH if several else 1) if batch is None else batch
    whole("batch", size, 2 if several else 1)
    return size


def groups(network: Network, trials: int, batch: int, inputs: int, threads: int | None = None) -> list[range]:
    """The numbers of the networks that run together on a thread, so that memory does not grow with their number."""
    passed = 32 * inputs * network.depth * network.width * batch  # bytes of a network's forward pass
    together = min(TOGETHER // (inputs * network.width**2), KEPT_BYTES // passed, -(-trials // (threads or cores())))
    together = max(1, together)
    return [range(first, min(first + together, trials)) for first in range(0, trials, together)]


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_parallel(work: Callable[[S], T], parts: Sequence[S]) -> list[T]:
    """The work on each part, on a thread for each core: NumPy draws and multiplies without the interpreter's lock."""
    with ThreadPoolExecutor(min(cores(), len(parts))) as executor:
        return list(executor.map(work, parts))


class Stopped(Exception):
    """Work that was told to stop before it was done."""


def until_interrupted(work: Callable[[S, Event], T], parts: Sequence[S], threads: int) -> tuple[list[T], bool]:
    """The results of the parts that were finished, in order, and whether Ctrl-C cut off the others.

    The work is given an event, and raises Stopped some time after it is set.
    """
    stop, interrupted = Event(), False
    executor = ThreadPoolExecutor(min(threads, len(parts)))
    futures = [executor.submit(work, part, stop) for part in parts]
    try:
        wait(futures, return_when=FIRST_EXCEPTION)
    except KeyboardInterrupt:
        interrupted = True
    stop.set()
    executor.shutdown(cancel_futures=True)
    ended = [future for future in futures if not future.cancelled()]
    return [future.result() for future in ended if not isinstance(future.exception(), Stopped)], interrupted


def _norms(layer: Layer, seed: int, numbers: Sequence[int], batch: int, stop: Event) -> tuple[Array, Array]:
    """The logarithms of the gradients' squared norms, relative to the output, and of the values' mean squares.

    Both of shape (depth + 1, networks), from the input to the output. The product of the gradients' norms is never
    formed, which would leave the range of float64 at some depth.
    """
    network, inputs = layer.network, len(layer.gate.values)
    draws = Draws(network, seed, numbers, inputs)
    passes = [_unless(stop, passed) for passed in forwards(layer, draws, seed, numbers, batch)]
    values = [_log_squares(h) - math.log(h[0].size) for h, _ in passes]
    start = [_generator(seed, number, 3).standard_normal((network.width, batch)) for number in numbers]
    gradient, growth = _normalised(np.array(start))
    changes = [np.zeros_like(growth)]
    for index in range(network.depth, 0, -1):
        weights = draws.backwards(index - 1)
        _, passed = _unless(stop, passes.pop())
        with np.errstate(over="ignore", invalid="ignore"):
            gradient, growth = _normalised(layer.backwards(gradient, weights, passed))
        changes.append(growth)
    return np.cumsum(changes, axis=0)[::-1], np.array(values)


def _unless(stop: Event, value: T) -> T:
    """The value. Raises Stopped once the event is set."""
    if stop.is_set():
        raise Stopped
    return value


def forwards(
    layer: Layer, draws: Draws, seed: int, numbers: Sequence[int], batch: int
) -> Iterator[tuple[Array, Passed]]:
    """The values of the input, then of each layer, with what the layer keeps of its forward pass."""
    network = layer.network
    h = np.array([_generator(seed, number, 2).standard_normal((network.width, batch)) for number in numbers])
    yield h, Passed(())
    added = biases(network, seed, numbers, len(layer.gate.values))
    for _ in range(network.depth):
        with np.errstate(over="ignore", invalid="ignore"):  # counted as overflowed
            h, passed = layer.forwards(h, draws.forwards(), next(added))
        yield h, passed


def _generator(seed: int, number: int, purpose: int) -> np.random.Generator:
    return np.random.Generator(np.random.SFC64([seed, number, purpose]))


def _normalised(gradient: Array) -> tuple[Array, Array]:
    """The gradient of each network at norm 1, and the logarithm of its squared norm; 0 stays 0."""
    logs = _log_squares(gradient)
    squared = np.exp(logs)
    return gradient / np.sqrt(np.where(squared > 0, squared, 1))[:, None, None], logs


def _log_squares(x: Array) -> Array:
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        return np.log(np.square(x).sum(axis=(1, 2)))


def dead_fraction(
    network: Network,
    *,
    batch: int = 64,
    trials: int = 16,
    seed: int = 0,
    parameters: Mapping[str, ParameterValue] | None = None,
) -> tuple[Interval, ...]:
    """Per layer, the fraction of units whose derivative is exactly 0 on every input of a batch: they learn nothing.

    The units of one network share its inputs and its earlier layers and die together; the intervals are binomial, for
    as many units as behave independently (:func:`.intervals.clustered_proportion`). Raises ValueError for a gate.
    """
    whole("trials", trials, 1)
    whole("batch", batch, 2 if network.norm == "batch" else 1)
    slope_of = pointwise(network.activation, 1, parameters)
    layer = Layer(network, gate(network.activation, parameters))

    def dead(numbers: Sequence[int]) -> Array:
        passes = forwards(layer, Draws(network, seed, numbers), seed, numbers, batch)
        next(passes)
        return np.array([(slope_of(passed.z[0]) == 0).all(axis=2).mean(axis=1) for _, passed in passes])

    by_layer = np.concatenate(in_parallel(dead, groups(network, trials, batch, 1)), axis=1)
    return tuple(clustered_proportion(fractions, network.width) for fractions in by_layer)
