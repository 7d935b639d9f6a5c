"""Points at which what was proved is tried: simple and extreme ones, and the neighbours of the numbers written.

The same text always gets the same points: what looks random is drawn from a digest of the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import pairwise

from flint import fmpq

SIMPLE = tuple(fmpq(p, q) for p, q in ((0, 1), (1, 1), (1, 2), (2, 1), (1, 4), (3, 1), (3, 2), (5, 1), (8, 1), (12, 1)))
EXTREME = (fmpq(20), fmpq(40), fmpq(100), fmpq(10) ** 3, fmpq(10) ** 6, fmpq(10) ** 30, fmpq(10) ** 300)
TINY = (fmpq(1, 2**20), fmpq(1, 2**100), fmpq(1, 2**1000))
OFFSETS = (fmpq(1, 2**10), fmpq(1, 2**33), fmpq(1, 2**100))
"""How near to a written number its neighbours are: 1e-3, 1e-10, 1e-30."""
SURROUNDED = 4
"""Written numbers whose neighbours are tried."""
MAX_WRITTEN, FEW = 12, 4
"""Written numbers that are points themselves, and how many leave room for quarters of the way between two."""
GRID = tuple(fmpq(1000 * k + 37 * (k * k % 17) + 113, 2200) for k in range(-13, 14))
"""An uneven grid of step 0.45 over [-6, 6], which no period fits."""

_ALWAYS = (*(s * x for x in (*SIMPLE, *EXTREME, *TINY) for s in (1, -1)), *GRID)


def line(written: Iterable[fmpq]) -> tuple[fmpq, ...]:
    """Points on the line, in order; the numbers written are different and not negative."""
    numbers = tuple(written)[:MAX_WRITTEN]
    points = [*_ALWAYS]
    for i, number in enumerate(numbers):
        for place in (number, -number):
            points.append(place)
            if i < SURROUNDED:
                points += [place + s * offset for offset in OFFSETS for s in (1, -1)]
    few = [n for n in numbers if n][:SURROUNDED]
    points += [s * a / b for a in few for b in few if a is not b for s in (1, -1)]
    ends = sorted([*numbers, *(-n for n in numbers)])
    for low, high in pairwise(ends):
        points.append((low + high) / 2)
        if len(numbers) <= FEW:
            points += [(3 * low + high) / 4, (low + 3 * high) / 4]
    points.sort()
    return tuple(b for a, b in pairwise([points[0] - 1, *points]) if a != b)


def beside(places: Iterable[fmpq], points: Iterable[fmpq]) -> tuple[fmpq, ...]:
    """Points on the line, in order, with places and their neighbours among them."""
    return tuple(sorted({*points, *(x + s * offset for x in places for offset in (0, *OFFSETS) for s in (1, -1))}))


def several(names: Sequence[str], written: Iterable[fmpq], text: str, count: int) -> Iterator[dict[str, fmpq]]:
    """Points of several names: on the diagonals, with one name extreme, and drawn from the text's digest."""
    numbers = tuple(written)[:MAX_WRITTEN]
    random = draws(text)
    near = [*SIMPLE, *(n for n in numbers if n)]
    near += [-x for x in near if x]
    wide = [*near, *GRID, *(s * x for x in EXTREME[:5] for s in (1, -1)), *(s * x for x in TINY[:2] for s in (1, -1))]
    wide += [n + s * OFFSETS[0] for n in numbers[:SURROUNDED] for s in (1, -1)]
    yield from (dict.fromkeys(names, value) for value in (fmpq(0), fmpq(1)))
    for k in range(count - 2):
        match k % 6:
            case 0:  # equal, or opposite
                value = (near if k % 12 else wide)[next(random) % len(near)]
                flips = next(random)
                yield {name: -value if k > 6 and flips >> i & 1 else value for i, name in enumerate(names)}
            case 1:  # one apart from the others by little
                value, odd = near[next(random) % len(near)], next(random) % len(names)
                offset = OFFSETS[next(random) % 3] * (1 if next(random) & 1 else -1)
                yield {name: value + offset if i == odd else value for i, name in enumerate(names)}
            case 2:  # one extreme
                chosen, odd = next(random), next(random) % len(names)
                extreme = EXTREME[chosen % len(EXTREME)] * (1 if chosen & 64 else -1)
                yield {n: extreme if i == odd else near[next(random) % len(near)] for i, n in enumerate(names)}
            case 3:
                yield {name: wide[next(random) % len(wide)] for name in names}
            case 4:
                yield {name: near[next(random) % len(near)] for name in names}
            case _:
                yield {name: fmpq(next(random) % 2001 - 1000, 1 + next(random) % 400) for name in names}


def mirrored(points: Iterable[dict[str, fmpq]]) -> Iterator[dict[str, fmpq]]:
    """Each point, and the same with all names but one not below 0, as conditions often ask."""
    for k, point in enumerate(points):
        yield point
        kept = sorted(point)[k % len(point)]
        mirror = {name: x if name == kept else abs(x) for name, x in point.items()}
        if mirror != point:
            yield mirror


def draws(text: str) -> Iterator[int]:
    """An endless sequence of whole numbers that follows from a text."""
    state = text.encode()
    while True:
        state = sha256(state).digest()
        for i in range(0, 32, 4):
            yield int.from_bytes(state[i : i + 4], "big")
