"""Do two installations say the same? JSON of the commands before and after a change that should change nothing.

Run: python benchmarks/compare_trees.py BEFORE AFTER, two Python interpreters with gradproof installed. `verify` on the
built-in ledgers and those of tests/ledgers, `describe` of every activation, `check numpy --as gelu`, `table` and
`depth` are compared in everything but times and versions. Prints what differs; exits 1 where anything does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LEDGERS = sorted((Path(__file__).resolve().parents[1] / "tests" / "ledgers").glob("*.toml"))
COMMANDS = (
    ("verify",), *(("verify", str(path)) for path in LEDGERS),
    ("check", "numpy", "--as", "gelu"), ("table", "gelu", "--order", "1"), ("table", "softplus"),
    ("depth", "sigmoid"), ("depth", "gelu", "--layers", "40"), ("depth", "relu", "--weight", "1.5"),
    ("prove", "D(gelu)(x) <= 1.13"), ("prove", "D(sigmoid) < 1/4"), ("prove", "spectral_norm(J(softmax)(v)) <= 1/2"),
)  # fmt: skip
LEFT_OUT = {"seconds", "gradproof", "versions", "created"}


def said(python: str, arguments: tuple[str, ...]) -> Any:
    """The document a command prints, without times; the exit code where it prints none."""
    call = "import sys; from gradproof.reports.cli import main; main()"
    run = subprocess.run(
        [python, "-P", "-c", call, *arguments, "--json"], capture_output=True, text=True, check=False,
        env={**os.environ, "GRADPROOF_CACHE": "off"},
    )  # fmt: skip
    try:
        return timeless(json.loads(run.stdout))
    except ValueError:
        return {"exit": run.returncode, "stderr": run.stderr}


def timeless(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: timeless(value) for key, value in data.items() if key not in LEFT_OUT}
    return [timeless(value) for value in data] if isinstance(data, list) else data


def differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from differences(before.get(key), after.get(key), f"{path}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for i, (a, b) in enumerate(zip(before, after, strict=True)):
            yield from differences(a, b, f"{path}[{i}]")
    elif before != after:
        yield f"{path}: {json.dumps(before)[:200]} -> {json.dumps(after)[:200]}"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("before")
    options.add_argument("after")
    chosen = options.parse_args()
    listed = said(chosen.after, ("list",))
    names = [entry["name"] for entry in listed["activations"]]
    commands = (*COMMANDS, *(("describe", name) for name in names))
    wrong = 0
    for arguments in commands:
        found = list(differences(said(chosen.before, arguments), said(chosen.after, arguments)))
        wrong += bool(found)
        for line in found:
            print(f"{' '.join(arguments)}: {line}", flush=True)
    print(f"{len(commands)} commands, {wrong} with differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
