"""The result for an element depends on that element only, whatever the array's length, offset, stride or layout.

Vector lanes and the scalar tail of a loop are different code, and often give different results. A difference that
the gates let pass is a note; so is an array of two dimensions that is refused, as by a model of one.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import numpy as np

from ...numerics.floats.formats import Floats
from ...proofs.enclosures.formats import Format
from ..findings import FAILURE, NOTE, Finding, shown
from ..implementation import Implementation
from ..targets.foreign import is_program
from ..trials.trial import Options, Subject
from ..workers.worker_process import Failed

NAME = "element independence"

LENGTHS = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65)
"""Around the widths of vector registers."""

_PART = 34
"""Elements in an array of special layout: even, and no multiple of a vector width."""

_SPECIAL = {
    "offset": "an array at an offset",
    "strided": "a strided array",
    "matrix": "a matrix",
    "transposed": "a transposed matrix",
    "reversed": "a reversed array",
}
_TWO_ROWS = ("matrix", "transposed")


def findings(subject: Subject) -> Iterator[Finding]:
    """At most one for lengths, and one for each layout."""
    rng = np.random.default_rng(subject.options.seed)
    lengths, layouts, part = tried(subject.implementation, subject.format, subject.options, rng)
    for length in lengths:
        chosen = rng.permutation(len(subject.values))[:length]
        finding = _compare(subject, chosen, "exact", f"an array of {length}")
        if finding is not None:
            yield finding
            break
    for layout in layouts:
        two_rows = layout in _TWO_ROWS
        size = min(part, len(subject.values))
        size = max(2, size // 2 * 2) if two_rows else size
        if size > len(subject.values) or (layout == "reversed" and subject.implementation.array == "torch"):
            continue  # torch has no negative strides
        finding = _compare(subject, rng.permutation(len(subject.values))[:size], layout, _SPECIAL[layout])
        if finding is not None:
            yield finding


def tried(
    i: Implementation, fmt: Format, options: Options, rng: np.random.Generator
) -> tuple[Sequence[int], Sequence[str], int]:
    """Lengths, special layouts, and the elements in these.

    In a check of a whole pack there are fewer; where every length is compiled anew, one of each, which the name, order
    and format say: the results of a pack share them all; and in formats of 16 bits and fewer, which hide the last
    digits of float32, one shape is enough. A program is given bytes, which lie in one way.
    """
    if is_program(i):
        return sorted(rng.choice(LENGTHS, 6, replace=False).tolist()), (), _PART
    if options.examples >= len(LENGTHS):
        return LENGTHS, tuple(_SPECIAL), _PART
    if i.array != "jax":
        return sorted(rng.choice(LENGTHS, 6, replace=False).tolist()), tuple(_SPECIAL), _PART
    name = f"{i.activation} {i.order} {i.variable} {fmt.name}"
    own = np.random.default_rng([options.seed, zlib.crc32(name.encode())])
    length, layout = int(own.choice(LENGTHS)), str(own.choice(tuple(_SPECIAL)))
    return () if fmt.bits <= 16 and layout in _TWO_ROWS else (length,), (layout,), length


def _compare(subject: Subject, chosen: np.ndarray, layout: str, described: str) -> Finding | None:
    again = subject.call([a[chosen] for a in subject.inputs], layout)
    if isinstance(again, Failed):
        message = f"{again.how} on {described}: {again.message}"
        severity = NOTE if again.how == "exception" and layout in _TWO_ROWS else FAILURE
        expected = shown(subject.values[chosen[0]])
        return subject.finding(NAME, int(chosen[0]), expected, message, got=np.nan, severity=severity)
    if again.values.size != len(chosen):
        message = f"{again.values.size} results for {described} of {len(chosen)} elements"
        return subject.finding(NAME, int(chosen[0]), shown(subject.values[chosen[0]]), message, got=np.nan)
    values = again.values.reshape(-1)
    different = differing(values, subject.values[chosen])
    if not different:
        return None
    fails = [k for k in different if subject.truth.defined[chosen[k]] and not subject.passes(int(chosen[k]), values[k])]
    first = (fails or different)[0]
    index = int(chosen[first])
    message = f"a different result in {described} than in an array of {len(subject.values)}"
    return subject.finding(
        NAME, index, shown(subject.values[index]), message, got=values[first], severity=FAILURE if fails else NOTE,
        count=len(different),
    )  # fmt: skip


def differing(a: Floats, b: Floats) -> Sequence[int]:
    """Indices at which two arrays of floats differ. NaNs are all alike; zeros of different sign are not."""
    x, y = a.astype(np.float64), b.astype(np.float64)
    same = ((x == y) & (np.signbit(x) == np.signbit(y))) | (np.isnan(x) & np.isnan(y))
    return np.flatnonzero(~same).tolist()
