"""How long the catalogue's landscapes take: one process, one core, nothing cached before.

Run: python benchmarks/landscapes.py. Prints activation, order, seconds, sup and inf (`max`/`min` where attained) of
each activation of one input at orders 0, 1 and 2. Exits 1 when one is undecided without a reason, or when the total
is over the limit (--limit, 10 s).
"""

from __future__ import annotations

import argparse
import sys
import time

from gradproof.proofs import expressions as ex
from gradproof.proofs.catalogue import catalogue
from gradproof.proofs.landscape import Extremum, landscape


def shown(extremum: Extremum) -> str:
    """The value, and whether it is attained."""
    text = str(extremum.value)
    return f"{text if len(text) <= 24 else extremum.value.decimal(15)}{' attained' if extremum.attained else ''}"


def main() -> int:
    """The table; the exit status."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--limit", type=float, default=10.0, help="seconds for all")
    limit = options.parse_args().limit
    total, rows, unexplained, undecided = 0.0, 0, 0, 0
    print(f"{'activation':<14} order {'seconds':>8}  {'sup':<34} inf")
    for entry in catalogue():
        if len(entry.inputs) > 1:
            continue
        for order in range(3):
            started = time.perf_counter()
            shape = landscape(ex.derivative(entry.expr(), "x", order=order))
            if shape.undecided is None:
                sup, inf = shown(shape.sup), shown(shape.inf)
            else:
                sup, inf = "undecided", shape.undecided or "without a reason"
                undecided += 1
                unexplained += not shape.undecided
            seconds = time.perf_counter() - started
            total, rows = total + seconds, rows + 1
            print(f"{entry.name:<14} {order:>5} {seconds:8.3f}  {sup:<34} {inf}")
    print(f"{rows} landscapes, {undecided} undecided, in {total:.2f} s (limit {limit:g} s)")
    return 1 if unexplained or not rows or total > limit else 0


if __name__ == "__main__":
    sys.exit(main())
