"""Reference tables as files: csv, json, npz, parquet, md, and (in `table_source`) tex and h; chosen by suffix.

Every float is written twice: in hexadecimal (or as its bit pattern), and as the shortest decimal that a float64
reader turns into exactly that float. The columns are those of `ROW`, described in `document`.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from .. import strict_json
from ..errors import BadInput, printable
from ..versions import versions
from ..writing.numbers import short_hex

if TYPE_CHECKING:
    import numpy as np

    from ...numerics.tables.tables import Table

ROW: Sequence[str] = ("x", "x_hex", "value", "value_hex", "side", "exact", "distance", "kind")
SIDES = {-1: "left", 0: None, 1: "right"}
ROUNDING = "to nearest, ties to even"
ORDERS = ("values", "first derivative", "second derivative")
LONGEST_SPEC = 100


def provenance(table: Table) -> dict[str, Any]:
    """The subject of a table and where it comes from, as files of every format say it."""
    return {
        "gradproof": versions()["gradproof"],
        "function": table.function,
        "formula": table.formula,
        "parameters": dict(table.parameters),
        "order": table.order,
        "dtype": table.format.name,
        "rounding": ROUNDING,
        "points": table.points,
        "about": table.about,
    }


def sentence(table: Table) -> str:
    """The provenance on one line."""
    source = provenance(table)
    values = "".join(f", {name} = {value}" for name, value in table.parameters.items())
    function, formula = source["function"], source["formula"]
    what = function if function == formula else f"{function} = {formula}"
    points = table.points if len(table.points) <= LONGEST_SPEC else table.points[:LONGEST_SPEC] + "..."
    line = (
        f"gradproof {source['gradproof']}: {ORDERS[table.order]} of f = {what}{values}; {table.format.name}, "
        f"rounded {ROUNDING}; points {points}: {table.about}"
    )
    return printable(" ".join(line.split()))


def rows(table: Table) -> Iterator[dict[str, Any]]:
    """The rows as Python values under the names of ROW."""
    for i, (x, value) in enumerate(zip(table.x.tolist(), table.value.tolist(), strict=True)):
        x, value = float(x), float(value)
        yield {
            "x": x,
            "x_hex": short_hex(x.hex()),
            "value": value,
            "value_hex": short_hex(value.hex()),
            "side": SIDES[int(table.side[i])],
            "exact": table.exact[i],
            "distance": float(table.distance[i]),
            "kind": table.kind[i],
        }


def document(table: Table) -> dict[str, Any]:
    """The document that `table --json` prints and a .json file holds.

    {"schema": 1, "table": {"gradproof", "function", "formula", "parameters", "order", "dtype", "rounding", "points",
    "about"}, "rows": [{"x", "x_hex", "value", "value_hex", "side", "exact", "distance", "kind"}]}. `value` is
    correctly rounded; `side` is null, or "left" or "right" in the two rows of a kink; `exact` is a string: at most 50
    significant digits; `distance` is that of the exact value from the nearest rounding boundary, in ULP; `kind` is
    what is there. Non-finite numbers are the strings "inf", "-inf" and "nan".
    """
    return {"schema": 1, "table": provenance(table), "rows": list(rows(table))}


# --- the formats -----------------------------------------------------------------------------------------------


def _csv(table: Table, stem: str) -> bytes:
    text = io.StringIO(newline="")
    text.write(f"# {sentence(table)}\n")
    writer = csv.DictWriter(text, ROW, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows(table))
    return text.getvalue().encode()


def _json(table: Table, stem: str) -> bytes:
    return strict_json.text(document(table)).encode()


def arrays(table: Table) -> dict[str, np.ndarray]:
    """The columns as plain arrays: floats of NumPy's own dtypes, which hold those of the format exactly."""
    import numpy as np

    from ...numerics.floats.formats import to_bits

    plain = table.x.dtype if table.x.dtype in (np.float64, np.float16) else np.dtype(np.float32)
    return {
        "x": table.x.astype(plain),
        "x_bits": to_bits(table.x),
        "value": table.value.astype(plain),
        "value_bits": to_bits(table.value),
        "side": table.side,
        "exact": np.array(table.exact, np.str_),
        "distance": table.distance,
        "kind": np.array(table.kind, np.str_),
    }


def _npz(table: Table, stem: str) -> bytes:
    import numpy as np

    data = io.BytesIO()
    np.savez_compressed(data, allow_pickle=False, provenance=np.array(json.dumps(provenance(table))), **arrays(table))
    return data.getvalue()


def _parquet(table: Table, stem: str) -> bytes:
    pa, pq = import_module("pyarrow"), import_module("pyarrow.parquet")  # optional: type checkers need not find it
    columns: dict[str, Any] = {}
    for name, column in arrays(table).items():
        # The type is stated: of a column of nulls, or of none at all, it would be guessed otherwise in every file.
        match column.dtype.kind, column.dtype.itemsize:
            case "U", _:
                columns[name] = pa.array(column.tolist(), pa.string())
            case "f", 2:  # few readers know halves
                columns[name] = pa.array(column.astype("float32"))
            case _:
                columns[name] = pa.array(column)
    columns["side"] = pa.array([SIDES[side] for side in table.side.tolist()], pa.string())
    described = pa.table(columns).replace_schema_metadata({"gradproof": json.dumps(provenance(table))})
    data = io.BytesIO()
    pq.write_table(described, data)
    return data.getvalue()


def _markdown(table: Table, stem: str) -> bytes:
    from ..writing.markdown_cells import code, grid, plain

    cells = (
        (repr(r["x"]), code(r["x_hex"]), repr(r["value"]), code(r["value_hex"]), r["side"] or "", plain(r["exact"]),
         f"{r['distance']:.4g}", r["kind"])
        for r in rows(table)
    )  # fmt: skip
    return f"{plain(sentence(table))}.\n\n{grid(ROW, cells)}\n".encode()


def _latex(table: Table, stem: str) -> bytes:
    from .source_code import latex

    return latex(sentence(table), rows(table)).encode()


def _header(table: Table, stem: str) -> bytes:
    from .source_code import header

    return header(sentence(table), stem, table.format, rows(table), arrays(table)).encode()


WRITERS: Mapping[str, Callable[[Table, str], bytes]] = {
    ".csv": _csv, ".json": _json, ".npz": _npz, ".parquet": _parquet, ".md": _markdown, ".tex": _latex, ".h": _header,
}  # fmt: skip


# --- writing ---------------------------------------------------------------------------------------------------


def writer_for(path: Path) -> Callable[[Table, str], bytes]:
    """The format that a file's suffix names. Raises BadInput for an unknown one, or without what it needs."""
    if path.suffix.lower() not in WRITERS:
        raise BadInput(f"-o {path}: expected a name that ends in one of {', '.join(WRITERS)}")
    if path.suffix.lower() == ".parquet":
        try:
            import_module("pyarrow.parquet")
        except ImportError:
            raise BadInput(f"-o {path}: .parquet needs pyarrow: pip install 'gradproof[parquet]'") from None
    return WRITERS[path.suffix.lower()]


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` once it is complete; opened at once, so that what cannot be written is
    said before any work. Raises BadInput."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        if path.is_dir():
            raise IsADirectoryError(0, "is a folder")
        try:
            with partial.open("wb") as file:
                yield file
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise BadInput(f"-o {path}: {error.strerror or error}") from error
