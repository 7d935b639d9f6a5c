"""The profile of an implementation over a set of inputs: counts and extremes that merge in any order.

Every number in a profile is a fact about the implementation, decided with certainty: which bin an error falls into,
which input has the largest. So a profile depends on the set of inputs alone, not on how it was cut into chunks, in
which order or by how many processes the chunks were judged, or with which array library.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ...numerics.floats.formats import as_float64, from_bits
from ...proofs.enclosures.formats import Format, format_named
from ..documents import plain

GRAIN = 2.0**-10
"""Largest errors are compared after rounding up to a multiple of this many ULP, large ones to 20 significant bits."""
HALVES = 22
"""The histogram's bins: an error of 0, above it up to 1/2, 1, 2, ..., 2**20 ULP, larger, infinite."""
BINS = HALVES + 3
ENDS: tuple[float, ...] = (0.0, *(2.0**k for k in range(-1, HALVES - 1)), math.inf, math.inf)
"""The upper end of each bin; the last two hold finite errors beyond 2**20 and infinite ones."""
SPECIAL = -1
"""The key of the cell of NaNs and infinities; the others are kept by binade."""


def graded(error: float) -> float:
    """An error in ULP, rounded up to the grain in which largest errors are compared."""
    if not 0 < error < math.inf:
        return error
    unit = max(GRAIN, math.ldexp(1.0, math.frexp(error)[1] - 20))
    return math.ceil(error / unit) * unit


SHIFT = GRAIN / 3


def shifted(error: Any) -> Any:
    """A conditioned error, or an array of them, as it is graded: a third of a grain larger, if it is not 0.

    Errors of 1/2 at a condition number of 1 are common, and a quotient is never known to be exactly 1/4: so that it
    does not matter, 1/4 must not be where two grades meet.
    """
    return error * (1 + 2.0**-22) + SHIFT * (error > 0)


def unshifted(bound: Any) -> Any:
    """The error that :func:`shifted` takes to a bound, or an array of them."""
    return (bound - SHIFT) / (1 + 2.0**-22)


@dataclass(frozen=True)
class Extreme:
    """The largest error of a set of inputs and the first input, in the order of bit patterns, that has it."""

    error: float
    """In ULP, rounded up by :func:`graded`."""
    x: int
    """The bit pattern of the input."""
    got: int
    """The bit pattern of the result."""


def larger(a: Extreme | None, b: Extreme | None) -> Extreme | None:
    """The extreme of two sets taken together."""
    if a is None or b is None:
        return a or b
    return a if (a.error, -a.x) >= (b.error, -b.x) else b


@dataclass(frozen=True)
class Turn:
    """Two neighbouring inputs on which the function rises and the results fall, or the other way round."""

    places: int
    """How many floats of the format the results turn back by."""
    x: int
    """The bit pattern of the first input; that of the other is one more."""
    got: int
    """The bit patterns of the results."""
    following: int


def further(a: Turn | None, b: Turn | None) -> Turn | None:
    """The turn of two sets taken together that goes furthest back, or the first of such."""
    if a is None or b is None:
        return a or b
    return a if (a.places, -a.x) >= (b.places, -b.x) else b


@dataclass(frozen=True)
class Cell:
    """The counts and the worst inputs of one binade and sign."""

    inputs: int = 0
    histogram: tuple[int, ...] = (0,) * BINS
    """The number of errors in each bin (:data:`ENDS`). Inputs not judged and flushed results are in none."""
    correctly_rounded: int = 0
    """Results that are the exact value rounded to nearest, ties to even."""
    worst: Extreme | None = None
    """The largest error."""
    worst_conditioned: Extreme | None = None
    """The largest error / (1 + kappa), kappa the condition number: what the implementation can be blamed for.
    Graded after :func:`shifted`."""
    turned_back: int = 0
    """Pairs of neighbouring inputs on which the function rises and the results fall, or the other way round."""
    worst_turn: Turn | None = None
    """The pair that goes furthest back."""
    flushed: int = 0
    """Zeros that came back for numbers that round to subnormals. Not in the errors."""
    out_of_bounds: int = 0
    """Results beyond the certified bounds of the function, rounded to the format."""
    unjudged: int = 0
    """Inputs at which there is no one value to compare with: kinks of a derivative, ends of the domain."""

    def __add__(self, other: Cell) -> Cell:
        return Cell(
            self.inputs + other.inputs,
            tuple(a + b for a, b in zip(self.histogram, other.histogram, strict=True)),
            self.correctly_rounded + other.correctly_rounded,
            larger(self.worst, other.worst),
            larger(self.worst_conditioned, other.worst_conditioned),
            self.turned_back + other.turned_back,
            further(self.worst_turn, other.worst_turn),
            self.flushed + other.flushed,
            self.out_of_bounds + other.out_of_bounds,
            self.unjudged + other.unjudged,
        )

    @property
    def conditioned(self) -> float | None:
        """The error of `worst_conditioned`, which is not above that of `worst`, however the two were graded."""
        if self.worst is None or self.worst_conditioned is None:
            return None
        return min(self.worst.error, self.worst_conditioned.error)

    @property
    def judged(self) -> int:
        """The number of errors in the histogram."""
        return sum(self.histogram)

    def to_json(self) -> dict[str, Any]:
        """Strict JSON without what is zero."""
        data = {**plain(self), "histogram": {str(k): n for k, n in enumerate(self.histogram) if n}}
        return {name: value for name, value in data.items() if value}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Cell:
        """The cell that :meth:`to_json` wrote."""
        counts = data.get("histogram", {})
        read: dict[str, Any] = {**data, "histogram": tuple(counts.get(str(k), 0) for k in range(BINS))}
        for name in ("worst", "worst_conditioned"):
            if extreme := data.get(name):
                read[name] = Extreme(float(extreme["error"]), extreme["x"], extreme["got"])
        if turn := data.get("worst_turn"):
            read["worst_turn"] = Turn(**turn)
        return Cell(**read)


@dataclass(frozen=True)
class Edge:
    """An end of a run of consecutive patterns: half of a pair of neighbours whose other half is in another chunk."""

    x: int
    got: int
    side: int
    """1: the pair is (x, x + 1); -1: it is (x - 1, x)."""
    direction: int
    """1 where the function rises from the smaller pattern to the larger, -1 where it falls, 0 where nothing is known
    or it does neither."""


@dataclass(frozen=True)
class Failure:
    """Consecutive inputs, first to last pattern, on which the implementation gave nothing that could be judged."""

    first: int
    last: int
    message: str


@dataclass(frozen=True)
class Raised:
    """Inputs at which a function of one number raises an exception where the value, or the limit, is a number.

    In the cells their results are the infinity or NaN that the exception stands for.
    """

    count: int
    special: int
    """How many of them are infinities."""
    x: int
    """The bit pattern of the first."""
    message: str
    """The exception there."""


def together(a: Raised | None, b: Raised | None) -> Raised | None:
    """The exceptions of two sets of inputs."""
    if a is None or b is None:
        return a or b
    first = a if a.x <= b.x else b
    return Raised(a.count + b.count, a.special + b.special, first.x, first.message)


@dataclass(frozen=True)
class Profile:
    """Cells by binade, with what is needed to merge: a commutative monoid whose neutral element has no cells."""

    format: str
    cells: Mapping[int, Cell] = field(default_factory=dict[int, Cell])
    """By sign and exponent (:func:`binade`); NaNs and infinities under SPECIAL."""
    edges: frozenset[Edge] = frozenset()
    failures: tuple[Failure, ...] = ()
    raised: Raised | None = None

    def __add__(self, other: Profile) -> Profile:
        return merged(self.format, (self, other))

    @cached_property
    def finite(self) -> Cell:
        """The cell of all finite inputs."""
        return sum((cell for key, cell in sorted(self.cells.items()) if key != SPECIAL), Cell())

    @property
    def special(self) -> Cell:
        """The NaNs and infinities: errors are 0 or infinite there."""
        return self.cells.get(SPECIAL, Cell())

    def to_json(self) -> dict[str, Any]:
        """Strict JSON; equal profiles give equal documents."""
        return {
            "format": self.format,
            "cells": {str(key): cell.to_json() for key, cell in sorted(self.cells.items())},
            "edges": sorted([e.x, e.got, e.side, e.direction] for e in self.edges),
            "failures": [[f.first, f.last, f.message] for f in self.failures],
            **({"raised": plain(self.raised)} if self.raised else {}),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Profile:
        """The profile that :meth:`to_json` wrote."""
        return Profile(
            data["format"],
            {int(key): Cell.from_json(cell) for key, cell in data["cells"].items()},
            frozenset(Edge(*edge) for edge in data["edges"]),
            tuple(Failure(*failure) for failure in data["failures"]),
            Raised(**data["raised"]) if "raised" in data else None,
        )


def merged(fmt: str, profiles: Iterable[Profile]) -> Profile:
    """The profile of disjoint sets of inputs taken together."""
    cells: dict[int, Cell] = {}
    edges: set[Edge] = set()
    failures: list[Failure] = []
    raised: Raised | None = None
    for profile in profiles:
        if profile.format != fmt:
            raise ValueError(f"format={profile.format!r}: expected profiles of {fmt}")
        for key, cell in profile.cells.items():
            cells[key] = cells[key] + cell if key in cells else cell
        edges |= profile.edges
        failures += profile.failures
        raised = together(raised, profile.raised)
    for key, turn in _closed(format_named(fmt), edges):
        cells[key] = cells.get(key, Cell()) + Cell(turned_back=1, worst_turn=turn)
    failures.sort(key=lambda failure: failure.first)
    return Profile(fmt, dict(sorted(cells.items())), frozenset(edges), _joined(failures), raised)


def _closed(fmt: Format, edges: set[Edge]) -> list[tuple[int, Turn]]:
    """Takes the pairs whose halves are both there out of the edges; those that turn back, with their binades."""
    uppers = {edge.x: edge for edge in edges if edge.side == -1}
    turns: list[tuple[int, Turn]] = []
    for low in [edge for edge in edges if edge.side == 1 and edge.x + 1 in uppers]:
        high = uppers[low.x + 1]
        edges -= {low, high}
        y, following = as_float64(from_bits([low.got, high.got], fmt)).tolist()
        if low.direction * following < low.direction * y:  # not so if one is NaN
            places = abs(ordered(low.got, fmt) - ordered(high.got, fmt))
            turns.append((binade(low.x, fmt), Turn(places, low.x, low.got, high.got)))
    return turns


def _joined(failures: Sequence[Failure]) -> tuple[Failure, ...]:
    """Failures on adjoining runs with the same message as one, so that chunks do not show."""
    joined: list[Failure] = []
    for failure in failures:
        if joined and joined[-1].last + 1 == failure.first and joined[-1].message == failure.message:
            joined[-1] = Failure(joined[-1].first, failure.last, failure.message)
        else:
            joined.append(failure)
    return tuple(joined)


def binade(pattern: int, fmt: Format) -> int:
    """The key of a finite input's cell: its sign and exponent bits."""
    return pattern >> (fmt.precision - 1)


def ordered(pattern: int, fmt: Format) -> int:
    """A number that grows with the float of this pattern; both zeros are 0."""
    sign = 1 << (fmt.bits - 1)
    return sign - pattern if pattern & sign else pattern
