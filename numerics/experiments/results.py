"""The results of the built-in ledgers' experiments, as they ship: ``python -m gradproof.numerics.experiments.results``
measures them all anew and writes the file.

A result is found by its experiment and all its parameters, the seed among them. What is not there is measured only on
request, as it may take minutes.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ...proofs.ledger import builtin_ledgers
from .registry import Tested, key_of, run

FILE = "results.json"
Measure: TypeAlias = Literal["none", "missing", "all"]
"""Which experiments are run now; the others are those that ship, or left out."""


@cache
def shipped() -> Mapping[str, Tested]:
    """The results in the file, by their keys."""
    text = resources.files("gradproof.numerics.experiments").joinpath(FILE).read_text("utf-8")
    results = map(Tested.from_json, json.loads(text))
    return {key_of(each.name, each.parameters): each for each in results}


def measurements(
    experiments: Iterable[Mapping[str, Any]], *, measure: Measure
) -> tuple[tuple[Tested, ...], tuple[str, ...]]:
    """The results of a claim's experiments, and why those that are left out are.

    An unknown experiment or parameter is such a reason: a measurement never keeps a claim from its verdict.
    """
    results: list[Tested] = []
    left_out: list[str] = []
    for experiment in experiments:
        name, parameters = experiment["name"], {key: value for key, value in experiment.items() if key != "name"}
        try:
            known = None if measure == "all" else shipped().get(key_of(name, parameters))
            if known is None and measure == "none":
                left_out.append(f"{name} is not among the results that ship: --measure runs it")
            else:
                results.append(known or run(name, **parameters))
        except ValueError as error:
            left_out.append(str(error))
    return tuple(results), tuple(left_out)


def named() -> list[tuple[str, dict[str, Any]]]:
    """The experiments that claims of the built-in ledgers name, each once."""
    every = [dict(experiment) for ledger in builtin_ledgers() for claim in ledger.claims
             for experiment in claim.experiments]  # fmt: skip
    pairs = [(experiment.pop("name"), experiment) for experiment in every]
    return list({key_of(*pair): pair for pair in pairs}.values())


def write(path: Path, results: Iterable[Tested]) -> None:
    """Write the file of results."""
    text = json.dumps([result.to_json() for result in results], indent=1, allow_nan=False)
    path.write_text(text + "\n", "utf-8", newline="\n")


if __name__ == "__main__":
    name = "python -m gradproof.numerics.experiments.results"
    parser = argparse.ArgumentParser(name, description="Measures what the built-in ledgers name, and writes the file.")
    parser.add_argument("file", nargs="?", type=Path, default=Path(__file__).parent / FILE)
    target = parser.parse_args().file
    measured = []
    for experiment, chosen in named():
        measured.append(run(experiment, **chosen))
        print(f"{experiment}: {measured[-1].sentence}", flush=True)
    write(target, measured)
    print(f"{len(measured)} results written to {target}")
