"""The rows that functions of a row are tried on: of many lengths, and of every kind that kernels have failed on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...numerics.floats.formats import Floats, rounded_from_float64
from ...numerics.vectors.definitions import RowFunction
from ...proofs.enclosures.formats import Format

LENGTHS = (
    1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 512, 513, 1023, 1024,
    1025,
)  # fmt: skip
"""Around the widths of vector registers and of blocks."""
FEW_LENGTHS = (1, 8, 17, 1025)
_SPECIAL_LENGTHS, _FEW_SPECIAL_LENGTHS = (3, 20), (17,)
"""Lengths at which every special row is tried."""
MASKED = ("softmax", "log_softmax", "softmin", "logsumexp")
"""Functions whose rows are masked."""


@dataclass(frozen=True)
class Batch:
    """Rows of one length, to be given in one call, each with the kind of row it is."""

    rows: Floats
    """Shape (rows, length)."""
    kinds: tuple[str, ...]


def batches(function: RowFunction, fmt: Format, rng: np.random.Generator, *, few: bool) -> list[Batch]:
    """Rows for a function in a format, the shortest first."""
    rows: dict[int, list[tuple[str, NDArray[np.float64]]]] = {}
    for length in FEW_LENGTHS if few else LENGTHS:
        rows[length] = [*_usual(length, rng), *(_long(length) if length >= 1000 and not function.is_gate else ())]
    for length in _FEW_SPECIAL_LENGTHS if few else _SPECIAL_LENGTHS:
        special = {**_anywhere(length, fmt, rng), **(_masked if function.name in MASKED else _scaled)(length, fmt, rng)}
        rows.setdefault(length, []).extend(special.items())
    return [_batch(rows[length], fmt, function) for length in sorted(rows)]


def cotangents(function: RowFunction, batch: Batch, rng: np.random.Generator) -> Floats:
    """The cotangents that multiply the rows' Jacobians: multiples of 1/8 up to 2, ones in every fourth row."""
    count, length = batch.rows.shape
    shape = (count,) if function.is_number else (count, length // (2 if function.is_gate else 1))
    drawn = rng.integers(-16, 17, shape) / 8
    drawn[3::4] = 1.0
    return drawn.astype(batch.rows.dtype)


def _batch(named: Iterable[tuple[str, NDArray[np.float64]]], fmt: Format, function: RowFunction) -> Batch:
    kinds, rows = zip(*named, strict=True)
    values = np.stack(rows)
    if function.name == "softmin":
        values = -values
    if function.is_gate:
        values = np.concatenate([values, np.roll(values[::-1], 1, axis=1)], axis=1)
    return Batch(rounded_from_float64(values, fmt), kinds)


def _usual(length: int, rng: np.random.Generator) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """In long rows few numbers are different: their references are dear."""
    yield "multiples of 1/16", rng.integers(-64, 65, length) / 16
    if length < 200 or length == LENGTHS[-1]:
        yield "normal draws", rng.normal(size=length)
    if length < 70:
        yield "normal draws times 10", 10 * rng.normal(size=length)


def _long(length: int) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Rows of few different numbers, whose sums tell how they were added."""
    yield "all equal", np.full(length, 0.1)
    plateau = np.full(length, -1.2)
    plateau[length // 3] = 0
    yield "a plateau below one number", plateau


def _anywhere(length: int, fmt: Format, rng: np.random.Generator) -> dict[str, NDArray[np.float64]]:
    """Rows that matter to every function."""
    largest, least = float(fmt.max_finite), float(fmt.min_normal)
    one = np.arange(length) == length // 2
    draws = rng.normal(size=length)
    return {
        "all equal": np.full(length, 0.1),
        "all zero": np.zeros(length),
        "one dominates": np.where(one, 30.0, draws),
        "one far below": np.where(one, -30.0, draws),
        "subnormals": least * rng.uniform(-1, 1, length),
        "normal draws times 1e-4": 1e-4 * draws,
        "near the largest float": largest * (1 - rng.uniform(0, 0.25, length)),
        "both ends of the format": np.where(one, largest, -largest),
        "a NaN": np.where(one, np.nan, draws),
    }


def _masked(length: int, fmt: Format, rng: np.random.Generator) -> dict[str, NDArray[np.float64]]:
    """Rows for exponentials: the functions subtract the largest number, and -inf masks."""
    largest = float(fmt.max_finite)
    one, masked = np.arange(length) == length // 2, np.arange(length) % 2 == 1
    draws, steps = rng.normal(size=length), rng.integers(-3, 4, length).astype(np.float64)
    return {
        "a mask of -inf": np.where(masked, -np.inf, draws),
        "all but one -inf": np.where(one, 0.5, -np.inf),
        "all -inf": np.full(length, -np.inf),
        "a mask of -1e9": np.where(masked, -min(1e9, largest), draws),
        "a mask of the least float": np.where(masked, -largest, draws),
        "all masked by the least float": np.full(length, -largest),
        "an infinity": np.where(one, np.inf, draws),
        "offset 100": 100 + draws,
        "offset 1e4": 1e4 + 8 * steps,
        "offset -1e4": -1e4 + 8 * steps,
        "from 0 to -100": np.linspace(0, -100, length, dtype=np.float64),
        "two equal largest": np.where(one | (np.arange(length) == 0), 20.0, draws),
    }


def _scaled(length: int, fmt: Format, rng: np.random.Generator) -> dict[str, NDArray[np.float64]]:
    """Rows for means of squares, and for gates."""
    draws = rng.normal(size=length)
    offset = 1e4 if fmt.bits > 16 else 100.0
    return {
        "all equal and large": np.full(length, 1234.0),
        "an offset, far larger than the spread": offset + rng.integers(-8, 9, length) / 4,
        "squares beyond float16": 400 * (1.5 + rng.uniform(size=length)) * np.where(draws > 0, 1, -1),
        "normal draws times 1e-2": 1e-2 * draws,
        "normal draws times 1000": 1000 * draws,
    }

