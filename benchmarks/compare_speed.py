"""Is one tree as fast as another? Processor time of the same jobs in two checkouts, run in turn.

Run: python benchmarks/compare_speed.py PYTHON:CHECKOUT PYTHON:CHECKOUT [--runs N]

Each side is an interpreter with gradproof installed and the checkout it is installed from (the benchmarks are taken
from there). A job is a whole process with the disk cache off; its time is user + system, children included. Prints
the smallest and the median time of each side, and the ratio of the smallest; exits 1 where one is above 1.05.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys

COMMAND = ("-P", "-c", "from gradproof.reports.cli import main; main()")
JOBS = {
    "landscapes": ("benchmarks/landscapes.py", "--rows"),
    "oracle": ("benchmarks/oracle.py", "silu", "gelu"),
    "sweep": (*COMMAND, "sweep", "numpy", "--as", "silu", "--order", "0", "--patterns", "binade:0,binade:3,binade:-4", "--json"),
}


def seconds(python: str, checkout: str, arguments: tuple[str, ...]) -> float:
    """The processor time of one process and its children, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [python, *arguments], cwd=checkout, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "GRADPROOF_CACHE": "off"},
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("before")
    options.add_argument("after")
    options.add_argument("--runs", type=int, default=7)
    chosen = options.parse_args()
    sides = [side.partition(":")[::2] for side in (chosen.before, chosen.after)]
    print("| job | before, s: least, median | after, s: least, median | after / before |\n|---|---|---|---|")
    slower = False
    for job, arguments in JOBS.items():
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(chosen.runs):
            for side, measured in zip(sides, times, strict=True):
                measured.append(seconds(*side, arguments))
        ratio = min(times[1]) / min(times[0])
        slower |= ratio > 1.05
        columns = " | ".join(f"{min(t):.2f}, {statistics.median(t):.2f}" for t in times)
        print(f"| {job} | {columns} | {ratio:.3f} |", flush=True)
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
