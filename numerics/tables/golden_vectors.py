"""Golden vectors: correctly rounded values of every activation as data, for regression tests in any language.

One JSON file for each activation, described in docs/golden_vectors.md: bit patterns of inputs and of the values of
the function and its derivatives, in every format. `python -m gradproof.numerics.tables.golden_vectors [FOLDER]` writes
them anew, the same bytes every time, on any number of processors.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from ...proofs.catalogue.entries import Activation, activation, catalogue
from ...proofs.enclosures.formats import FORMATS, Format
from ...proofs.expressions import calculus
from ...proofs.expressions import expr as ex
from ...proofs.expressions.expr import Expr
from ...proofs.expressions.printing import to_text
from ..floats.formats import Floats, as_float64, dtype_of, exact, from_bits, to_bits
from ..oracle.reference import OneSided, OracleReference, reference
from .golden_inputs import ORDERS, inputs, pairs

SCHEMA = 1
FOLDER = "golden_vectors"


@dataclass(frozen=True)
class GoldenFormat:
    """The vectors of one format: arrays of one length, by name."""

    inputs: Mapping[str, Floats]
    """The inputs: x, or a and b."""
    values: Mapping[str, Floats]
    """The correctly rounded values of f, f_x, f_xx, or of f, f_a, f_aa, f_b, f_bb. NaN where there is none."""
    kinks: Mapping[str, Mapping[int, OneSided]]
    """By derivative and index: both one-sided values where there is no two-sided one."""


@dataclass(frozen=True)
class Golden:
    """The golden vectors of one activation with its default parameters."""

    activation: str
    definition: str
    parameters: Mapping[str, str]
    formats: Mapping[str, GoldenFormat]


def golden(name: str) -> Golden:
    """The golden vectors of an activation, by name or alias. Raises UnknownActivation."""
    return _read(activation(name).name)


@cache
def _read(name: str) -> Golden:
    document = json.loads((resources.files("gradproof.numerics") / FOLDER / f"{name}.json").read_text("utf-8"))
    formats = {fmt: _decoded(part, fmt) for fmt, part in document["formats"].items()}
    return Golden(name, document["definition"], document["parameters"], formats)


def _decoded(part: Mapping[str, Any], fmt: str) -> GoldenFormat:
    def floats(text: str) -> Floats:
        return from_bits([int(pattern, 16) for pattern in text.split()], fmt)

    return GoldenFormat(
        {name: floats(text) for name, text in part["inputs"].items()},
        {name: floats(text) for name, text in part["values"].items()},
        {
            name: {kink["index"]: OneSided(*map(float, floats(f"{kink['left']} {kink['right']}"))) for kink in kinks}
            for name, kinks in part["kinks"].items()
        },
    )


# --- building


def definition(entry: Activation) -> str:
    """The exact expression that the vectors are the values of, with the default parameters filled in."""
    return to_text(entry.expr())


def document(entry: Activation) -> dict[str, Any]:
    """The whole file of an activation."""
    return {
        "schema": SCHEMA,
        "activation": entry.name,
        "definition": definition(entry),
        "parameters": {p.name: p.default for p in entry.parameters},
        "formats": {name: format_document(entry, fmt) for name, fmt in FORMATS.items()},
    }


def format_document(entry: Activation, fmt: Format) -> dict[str, Any]:
    """The part of one format."""
    expr = entry.expr()
    single = len(entry.inputs) == 1
    columns = (inputs(expr, fmt),) if single else pairs(expr, entry.inputs, fmt)
    rows = {
        derivative_name(entry, i, order): values(expr, entry.inputs, columns, i, order)
        for i in range(len(columns))
        for order in ORDERS
    }
    return {
        "inputs": dict(zip(entry.inputs, map(hex_patterns, columns), strict=True)),
        "values": {name: hex_patterns(row.value) for name, row in rows.items()},
        "kinks": {name: _kinks(row, fmt) for name, row in rows.items() if row.kinks},
    }


def derivative_name(entry: Activation, variable: int, order: int) -> str:
    """f, f_x, f_xx."""
    return f"f_{entry.inputs[variable] * order}" if order else "f"


def values(expr: Expr, names: Sequence[str], columns: Sequence[Floats], variable: int, order: int) -> OracleReference:
    """The correctly rounded values of the function or a partial derivative, by one of its inputs."""
    if len(columns) == 1:
        return reference(expr, columns[0], order=order)
    rows = [_value_of_several(expr, dict(zip(names, point, strict=True)), names[variable], order)
            for point in zip(*columns, strict=True)]  # fmt: skip
    return OracleReference(
        np.concatenate([row.value for row in rows]),
        np.concatenate([row.residual for row in rows]),
        np.concatenate([row.ulp_exponent for row in rows]),
        {(i,): row.kinks[0,] for i, row in enumerate(rows) if row.kinks},
    )


def _value_of_several(expr: Expr, point: Mapping[str, Any], variable: str, order: int) -> OracleReference:
    """The function of one input that is left when the others are held, at its input."""
    held = {name: x for name, x in point.items() if name != variable}
    x = np.asarray([point[variable]])
    if not np.isfinite([float(value) for value in held.values()]).all():
        return reference(ex.name("x"), np.full_like(x, np.nan))
    values = {n: ex.rational(exact(value)) for n, value in held.items()}
    line = calculus.substitute(expr, {variable: ex.name("x"), **values})
    return reference(line, x, order=order)


def hex_patterns(floats: Floats) -> str:
    """The bit patterns in hexadecimal, all of one width, a space between any two. Every NaN is the same one."""
    canonical = np.where(np.isnan(as_float64(floats)), np.array(np.nan).astype(floats.dtype), floats)
    width = 2 * floats.dtype.itemsize
    return " ".join(f"{pattern:0{width}x}" for pattern in to_bits(np.ascontiguousarray(canonical)).tolist())


def _kinks(row: OracleReference, fmt: Format) -> list[dict[str, Any]]:
    def pattern(value: float) -> str:
        return hex_patterns(np.array([value]).astype(dtype_of(fmt)))

    return [
        {"index": index[0], "left": pattern(kink.left), "right": pattern(kink.right)}
        for index, kink in sorted(row.kinks.items())
    ]


def text(entry: Activation) -> str:
    """The file of an activation as text."""
    return json.dumps(document(entry), indent=1) + "\n"


def write(folder: Path, entry: Activation) -> Path:
    """Write the file of one activation."""
    path = folder / f"{entry.name}.json"
    path.write_text(text(entry), "utf-8", newline="\n")
    return path


def write_all(folder: Path) -> list[Path]:
    """Write the files of all activations."""
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor() as pool:
        return list(pool.map(partial(write, folder), catalogue()))


if __name__ == "__main__":
    name = "python -m gradproof.numerics.tables.golden_vectors"
    asked = argparse.ArgumentParser(name, description="Writes the golden vectors.")
    asked.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parents[1] / FOLDER)
    target = asked.parse_args().folder
    written = write_all(target)
    print(f"{len(written)} files written to {target}, {sum(path.stat().st_size for path in written)} bytes")
