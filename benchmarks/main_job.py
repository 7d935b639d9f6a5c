"""How long does a newcomer wait? The README's first command in new environments, without torch and with it.

Wall and processor time of `gradproof report`, children included, and of `pip install .` before it. The limits are those
the main job was built to: it exits 1 above one of them. Nothing else should run meanwhile.

usage: python benchmarks/main_job.py [--torch REQUIREMENT]
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIMITS = {"without torch": (25.0, 45.0), "with torch": (45.0, float("inf"))}
"""Seconds of wall time and of processor time of the report."""


def main(arguments: argparse.Namespace) -> int:
    within = True
    print(f"{'':14}{'install':>10}{'report':>10}{'limit':>8}{'processor':>12}{'limit':>8}")
    for name, (wall_limit, processor_limit) in LIMITS.items():
        with tempfile.TemporaryDirectory() as folder:
            python = Path(folder, "environment", "bin", "python")
            venv.create(python.parents[1], with_pip=True)
            if name == "with torch":
                timed([python, "-m", "pip", "install", "--quiet", arguments.torch], folder)
            install, _ = timed([python, "-m", "pip", "install", "--quiet", ROOT], folder)
            wall, processor = timed([python, "-m", "gradproof", "report", "--quiet", "-o", "report"], folder)
        print(f"{name:14}{install:8.1f} s{wall:8.1f} s{wall_limit:6.0f} s{processor:10.1f} s{processor_limit:6.0f} s")
        within &= wall <= wall_limit and processor <= processor_limit
    return 0 if within else 1


def timed(command: list[str | Path], folder: str) -> tuple[float, float]:
    """Seconds of wall and of processor time of a command, in a folder, as of one who never ran it."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["XDG_CACHE_HOME"] = environment["GRADPROOF_CACHE"] = str(Path(folder, "cache"))
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, processor


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--torch", default="torch==2.13.0", help="what pip installs for the second run")
    sys.exit(main(parser.parse_args()))
