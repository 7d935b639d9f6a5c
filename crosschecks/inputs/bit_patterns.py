"""Sets of inputs named in a few words: runs of consecutive bit patterns of a format.

| words | the inputs |
|---|---|
| `all` | every bit pattern, NaNs included |
| `-1:2`, `0x1p-3:inf` | every float between two numbers, which are exact as written; both zeros where 0 is between |
| `binade:5` | the floats of size 2^5 to below 2^6, of both signs; `+binade:5` and `-binade:5` are those of one sign |
| `subnormal`, `special` | zeros and subnormals; NaNs and infinities; with a sign, those of one sign |
| `sample:N`, `sample:N:SEED` | N inputs of every binade and sign: its first floats, and short runs spread over it |

Several, with commas between, are taken together.
"""

from __future__ import annotations

import operator
import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from ...numerics.floats.formats import Floats, dtype_of, from_bits, to_bits, to_float
from ...proofs.enclosures.formats import Format

Run = tuple[int, int]
"""Consecutive bit patterns: the first, and how many."""

ALL = "all"
MOST = 1 << 48
"""More inputs than this are refused: a month's work at a hundred million a second."""
TOGETHER, DRAWS = 64, 256
"""The fewest consecutive floats that a sample draws at a time, as the reference values of neighbours come almost for
one, and the most draws from a binade; larger samples draw more at a time."""
_LARGEST_EXPONENT = 20_000
"""Of a number as written: beyond every format, and still quick to read."""


class PatternsError(ValueError):
    """The words name no set of inputs; the message is one clear line, which names the option that they were given for.
    """

    def __init__(self, words: str, reason: str, option: str = "patterns") -> None:
        super().__init__(f"{option}={words!r}: {reason}")
        self.words, self.reason = words, reason


@dataclass(frozen=True)
class Patterns:
    """A set of bit patterns of a format, and the words it was given in."""

    spec: str
    runs: tuple[Run, ...]
    """Disjoint, not adjoining, in the order of the patterns."""

    @property
    def inputs(self) -> int:
        """The number of patterns."""
        return sum(count for _, count in self.runs)

    def pieces(self, tile: int) -> Iterator[Run]:
        """The runs cut at the multiples of `tile`."""
        for first, count in self.runs:
            end = first + count
            while first < end:
                border = min(end, (first // tile + 1) * tile)
                yield first, border - first
                first = border


def patterns(spec: str, fmt: Format, *, most: int | None = MOST) -> Patterns:
    """The set that the words name. Raises PatternsError, for more inputs than `most` as well."""
    runs = _joined(chain.from_iterable(_named(word.strip(), fmt) for word in spec.split(",")))
    chosen = Patterns(spec, runs)
    if most is not None and chosen.inputs > most:
        reason = f"expected at most 2**48 inputs, {fmt.name} has {chosen.inputs} of them"
        raise PatternsError(spec, f"{reason}; sample:1000 are 1000 of every binade")
    return chosen


def span_of(spec: str, fmt: Format) -> Patterns:
    """The set that a range of inputs is, of any size. Raises PatternsError, which names it a span."""
    try:
        return patterns(spec, fmt, most=None)
    except PatternsError as error:
        raise PatternsError(error.words, error.reason, "span") from None


def between(span: str, fmt: Format, rng: np.random.Generator, most: int) -> Floats:
    """Inputs spread over the floats between two numbers: all of them where they are few."""
    chosen = patterns(span, fmt, most=None)
    step = max(1, -(-chosen.inputs // most))
    unsigned = np.dtype(f"u{fmt.bits // 8}")
    parts: list[NDArray[np.uint64]] = []
    for first, count in chosen.runs:
        starts = np.arange(0, count, step, dtype=np.uint64)
        jitter = rng.integers(0, step, starts.shape, dtype=np.uint64) if step > 1 else np.uint64(0)
        parts.append(np.uint64(first) + np.minimum(starts + jitter, np.uint64(count - 1)))
    return from_bits(np.concatenate(parts).astype(unsigned), fmt)


def _named(word: str, fmt: Format) -> Iterable[Run]:
    sign, name = (word[0], word[1:]) if word[:1] in ("+", "-") else ("", word)
    if word == ALL:
        return [(0, 1 << fmt.bits)]
    if name == "subnormal":
        return _cells(fmt, sign, 0)
    if name == "special":
        return _special(fmt, sign)
    if match := re.fullmatch(r"binade:([+-]?[0-9]{1,5})", name):
        exponent = int(match[1])
        if not fmt.emin <= exponent <= fmt.emax:
            raise PatternsError(word, f"expected a binade of {fmt.name}, {fmt.emin} to {fmt.emax}")
        return _without(_cells(fmt, sign, exponent - fmt.emin + 1), _special(fmt, sign))
    if match := re.fullmatch(r"sample:([0-9]{1,12})(?::([0-9]{1,12}))?", word):
        if not int(match[1]):
            raise PatternsError(word, "expected one input or more of every binade")
        return _sample(fmt, int(match[1]), match[2] or "0")
    low, colon, high = word.partition(":")
    if not colon:
        raise PatternsError(word, "expected all, LOW:HIGH, binade:EXPONENT, subnormal, special or sample:N")
    return _between(low.strip(), high.strip(), word, fmt)


def _cells(fmt: Format, sign: str, exponent_bits: int) -> list[Run]:
    """The floats of one exponent, as the bits that encode it."""
    size = 1 << (fmt.precision - 1)
    return [(start + exponent_bits * size, size) for start in _signs(fmt, sign)]


def _special(fmt: Format, sign: str) -> list[Run]:
    first = largest(fmt) + 1
    return [(start + first, (1 << (fmt.bits - 1)) - first) for start in _signs(fmt, sign)]


def _signs(fmt: Format, sign: str) -> list[int]:
    """The first pattern of each sign that is meant."""
    starts = {"+": 0, "-": 1 << (fmt.bits - 1)}
    return [starts[sign]] if sign else list(starts.values())


def largest(fmt: Format) -> int:
    """The pattern of the largest finite float: its place in the order of the floats, counted from 0."""
    return int(to_bits(np.array(to_float(fmt.max_finite), dtype_of(fmt))))


def _without(runs: Iterable[Run], others: Iterable[Run]) -> list[Run]:
    """The runs without what lies in the others, which never begin below them: the largest binade of float8_e4m3fn
    ends in a NaN."""
    starts = [first for first, _ in others]
    runs_left: list[Run] = []
    for first, count in runs:
        cut = [start for start in starts if first <= start < first + count]
        runs_left.append((first, cut[0] - first if cut else count))
    return runs_left


def _sample(fmt: Format, each: int, seed: str) -> Iterator[Run]:
    """The runs of a sample with `each` inputs from every binade: one run at its beginning, the others drawn each from
    its share of the binade."""
    size = 1 << (fmt.precision - 1)
    each = min(each, size)
    length = min(max(TOGETHER, -(-each // DRAWS)), each)
    slots = size // length
    runs = -(-each // length)
    for cell in range(1 << (fmt.bits - fmt.precision + 1)):
        draw = random.Random(f"{fmt.name} {cell} {seed}").random
        for k in range(runs):
            low, high = k * slots // runs, (k + 1) * slots // runs
            slot = low + int(draw() * (high - low)) if k else 0
            yield cell * size + slot * length, min(length, each - k * length)


def _between(low: str, high: str, word: str, fmt: Format) -> list[Run]:
    """The floats that are at least `low` and at most `high`."""
    lowest = _place(low, word, fmt, operator.lt, 1)
    highest = _place(high, word, fmt, operator.gt, -1)
    sign = 1 << (fmt.bits - 1)
    runs: list[Run] = []
    if max(lowest, 0) <= highest:
        runs.append((max(lowest, 0), highest - max(lowest, 0) + 1))
    if lowest <= min(highest, 0):
        runs.append((sign - min(highest, 0), min(highest, 0) - lowest + 1))
    if not runs:
        raise PatternsError(word, f"no {fmt.name} lies between {low} and {high}")
    return runs


def _place(text: str, word: str, fmt: Format, short: Callable[[Fraction, Fraction], bool], step: int) -> int:
    """The place, among all floats in order, of the nearest one that is not `short` of the number. Zeros are at 0."""
    top = largest(fmt)
    infinite = top + (fmt.overflow == "inf")
    if re.fullmatch(r"[+-]?inf", text):
        return -infinite if text[0] == "-" else infinite
    number = _number(text, word)
    limit = Fraction(int(fmt.max_finite.p), int(fmt.max_finite.q))
    if abs(number) > limit:  # between the largest float and infinity
        up = (number > 0) == (step > 0)
        return (top + up) if number > 0 else -(top + up)
    nearest = fmt.round(fmpq(number.numerator, number.denominator))
    value = to_float(nearest)
    size = int(to_bits(np.array(abs(value), dtype_of(fmt))))
    place = -size if value < 0 else size
    return place + step if short(Fraction(value), number) else place


def _number(text: str, word: str) -> Fraction:
    """A number exact as written: decimal, or hexadecimal as `float.hex` writes it."""
    decimal = re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(?:e([+-]?[0-9]{1,6}))?", text)
    if decimal and len(text) <= 1000 and abs(int(decimal[2] or 0)) <= _LARGEST_EXPONENT:
        return Fraction(text)
    try:
        if "0x" in text:
            return Fraction(float.fromhex(text))
    except (ValueError, OverflowError):
        pass
    raise PatternsError(word, f"expected numbers such as -1.5, 2e-3 or 0x1.8p+0, got {text!r}")


def _joined(runs: Iterable[Run]) -> tuple[Run, ...]:
    """The union of runs."""
    return tuple((low, high - low) for low, high in united((first, first + count) for first, count in runs))


def united(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The union of ranges, each its first number and one past its last: disjoint, not adjoining, and in order."""
    union: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if union and low <= union[-1][1]:
            union[-1] = union[-1][0], max(union[-1][1], high)
        else:
            union.append((low, high))
    return tuple(union)
