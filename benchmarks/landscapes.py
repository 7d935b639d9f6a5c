"""How long the catalogue's landscapes take on one core: first with an empty cache, then read by a new process.

Run: python benchmarks/landscapes.py. Prints activation, order, seconds of processor time cold and warm, sup and inf
(`attained` where they are) of each activation of one input at orders 0, 1 and 2. Exits 1 when one is undecided
without a reason, when the new process sees another sup, inf, argmax or argmin in 60 digits, or when a total is over
its limit.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass

from gradproof.proofs.catalogue.entries import catalogue
from gradproof.proofs.expressions import calculus
from gradproof.proofs.functions.landscape import Extremum, Landscape, landscape

DIGITS = 60


@dataclass(frozen=True)
class Row:
    """One landscape: what it took, what it says in a few digits and in many."""

    name: str
    order: int
    seconds: float
    shown: str
    said: str
    undecided: str | None


def shown(extremum: Extremum) -> str:
    """The value, and whether it is attained."""
    text = str(extremum.value)
    return f"{text if len(text) <= 24 else extremum.value.decimal(15)}{' attained' if extremum.attained else ''}"


def in_full(shape: Landscape) -> str:
    """Sup and inf, whether and where they are attained, in many digits."""
    parts = []
    for extremum in (shape.sup, shape.inf):
        places = [x.decimal(DIGITS) for x in extremum.at]
        parts.append(f"{extremum.value.decimal(DIGITS)} {extremum.attained} {places} {len(extremum.on)}")
    return "; ".join(parts)


def measured() -> list[Row]:
    """All landscapes, in the catalogue's order."""
    rows = []
    for entry in catalogue():
        if len(entry.inputs) > 1:
            continue
        for order in range(3):
            started = time.process_time()
            shape = landscape(calculus.derivative(entry.expr(), "x", order=order))
            if shape.undecided is None:
                text = f"{shown(shape.sup):<34} {shown(shape.inf)}"
            else:
                text = f"undecided: {shape.undecided or 'without a reason'}"
            seconds = time.process_time() - started
            said = in_full(shape) if shape.undecided is None else text
            rows.append(Row(entry.name, order, seconds, text, said, shape.undecided))
    return rows


def measured_by_another_process() -> list[Row]:
    """The same by a process that starts now and prints its rows as JSON."""
    told = subprocess.run([sys.executable, __file__, "--rows"], check=True, capture_output=True, text=True)
    return [Row(**row) for row in json.loads(told.stdout)]


def main() -> int:
    """The table; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=float, default=15.0, help="seconds for all, cold")
    parser.add_argument("--warm-limit", type=float, default=2.0, help="seconds for all, warm")
    parser.add_argument("--rows", action="store_true", help="print the rows as JSON, with the cache as it is")
    options = parser.parse_args()
    if options.rows:
        print(json.dumps([asdict(row) for row in measured()]))
        return 0
    os.environ.pop("GRADPROOF_CACHE", None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        cold, warm = measured_by_another_process(), measured_by_another_process()
    print(f"{'activation':<20} order {'cold':>8} {'warm':>8}  {'sup':<34} inf")
    for before, after in zip(cold, warm, strict=True):
        print(f"{before.name:<20} {before.order:>5} {before.seconds:8.3f} {after.seconds:8.3f}  {before.shown}")
    differing = [f"{a.name} order {a.order}" for a, b in zip(cold, warm, strict=True) if a.said != b.said]
    undecided = [row for row in cold if row.undecided is not None]
    totals = [sum(row.seconds for row in rows) for rows in (cold, warm)]
    print(
        f"{len(cold)} landscapes, {len(undecided)} undecided: cold {totals[0]:.2f} s (limit {options.limit:g} s), "
        f"warm {totals[1]:.2f} s (limit {options.warm_limit:g} s)"
    )
    print(f"differing in {DIGITS} digits: {', '.join(differing) or 'none'}")
    failed = differing or not cold or any(not row.undecided for row in undecided)
    return 1 if failed or totals[0] > options.limit or totals[1] > options.warm_limit else 0


if __name__ == "__main__":
    sys.exit(main())
