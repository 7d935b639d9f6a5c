"""Tables in files beside a ledger: CSV, JSON and npz, their numbers exactly as they stand there.

A CSV file has two columns, x and y, and perhaps a line of names above them. A JSON file has a list of pairs, or an
object with the lists `x` and `y`. An npz file has the arrays `x` and `y`, whose floats count with their exact values.
"""

from __future__ import annotations

import csv
import json
import re
import struct
import zipfile
from collections.abc import Iterable, Iterator
from fractions import Fraction
from io import BytesIO, StringIO
from pathlib import Path, PurePosixPath
from typing import Any

from .language.tables import KINDS, MAX_ENTRIES

MAX_FILE_BYTES = 2_000_000
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_FLOATS = {"f8": "d", "f4": "f", "f2": "e", "i8": "q", "i4": "i", "i2": "h", "i1": "b", "u1": "B"}
"""Types of arrays, as NumPy and as `struct` name them."""


class TableError(ValueError):
    """A table that cannot be read; the message says what was expected."""


def formula(folder: Path, name: str, kind: str = "linear") -> str:
    """The table of a file in the statement language. Raises TableError."""
    if kind not in KINDS:
        raise TableError(f"kind={kind!r}: expected one of {', '.join(KINDS)}")
    parts = PurePosixPath(name).parts
    if not parts or parts[0] == "/" or ".." in parts or "\\" in name or ":" in name:
        raise TableError(f"file {name!r}: expected the path of a file beside the ledger or below")
    read = {".csv": _from_csv, ".json": _from_json, ".npz": _from_npz}.get(Path(name).suffix.lower())
    if read is None:
        raise TableError(f"file {name!r}: expected a name that ends in .csv, .json or .npz")
    try:
        with (folder / name).open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise TableError(f"file {name!r}: cannot be read ({error.strerror or error})") from None
    if len(content) > MAX_FILE_BYTES:
        raise TableError(f"file {name!r}: a table has at most {MAX_FILE_BYTES} bytes")
    try:
        rows = [(x, y) for x, y in read(content)]
    except TableError as error:
        raise TableError(f"file {name!r}: {error}") from None
    except (ValueError, KeyError, IndexError, TypeError, RecursionError, struct.error, zipfile.BadZipFile) as error:
        raise TableError(f"file {name!r}: not understood ({error})") from None
    if not 2 <= len(rows) <= MAX_ENTRIES:
        raise TableError(f"file {name!r}: a table has from 2 to {MAX_ENTRIES} entries, not {len(rows)}")
    return f"table([{', '.join(f'({x}, {y})' for x, y in rows)}], {kind})"


def _number(text: str) -> str:
    """A decimal as it stands; the language reads it exactly."""
    if not NUMBER.fullmatch(text.strip()):
        raise TableError(f"expected decimal numbers, got {text.strip()[:40]!r}")
    return text.strip().removeprefix("+")


def _from_csv(content: bytes) -> Iterator[tuple[str, str]]:
    lines = csv.reader(StringIO(content.decode("utf-8-sig")))
    for i, row in enumerate(line for line in lines if any(map(str.strip, line))):
        if len(row) != 2:
            raise TableError(f"expected two columns, x and y, got {len(row)}")
        if i or all(NUMBER.fullmatch(cell.strip()) for cell in row):
            yield _number(row[0]), _number(row[1])


def _from_json(content: bytes) -> Iterable[tuple[str, str]]:
    def refused(constant: str) -> str:
        raise TableError(f"expected decimal numbers, got {constant}")

    data: Any = json.loads(content, parse_float=str, parse_int=str, parse_constant=refused)
    if content.lstrip().startswith(b"{"):
        return [(_number(x), _number(y)) for x, y in zip(data["x"], data["y"], strict=True)]
    return [(_number(x), _number(y)) for x, y in data]


def _from_npz(content: bytes) -> Iterable[tuple[str, str]]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        columns: list[list[str]] = []
        for name in ("x.npy", "y.npy"):
            if archive.getinfo(name).file_size > MAX_FILE_BYTES:
                raise TableError(f"array {name.removesuffix('.npy')!r} is too large")
            columns.append([_exact(value) for value in _array(archive.read(name))])
    return list(zip(*columns, strict=True))


def _array(content: bytes) -> tuple[float | int, ...]:
    """The values of a .npy file with one dimension, read by its format (NumPy's, versions 1 to 3)."""
    if content[:6] != b"\x93NUMPY":
        raise TableError("expected NumPy's format")
    size, start = ("<H", 10) if content[6] == 1 else ("<I", 12)
    length = int(struct.unpack_from(size, content, 8)[0])
    header = content[start : start + length].decode("latin-1")
    described = re.search(r"'descr': '([<>|=])(\w+)'", header)
    shape = re.search(r"'shape': \((\d+),\)", header)
    if described is None or shape is None or described[2] not in _FLOATS:
        raise TableError("expected arrays of one dimension, of floats or whole numbers")
    order = ">" if described[1] == ">" else "<"
    return struct.unpack_from(f"{order}{int(shape[1])}{_FLOATS[described[2]]}", content, start + length)


def _exact(value: float) -> str:
    """The exact value of a float as a decimal: a fraction with a power of 2 below has one."""
    if value != value or value in (float("inf"), float("-inf")):
        raise TableError(f"expected finite numbers, got {value}")
    exact = Fraction(value)
    places = exact.denominator.bit_length() - 1
    digits = str(abs(exact.numerator) * 5**places).rjust(places + 1, "0")
    whole, rest = (digits[:-places], digits[-places:]) if places else (digits, "")
    return ("-" if exact < 0 else "") + whole + (f".{rest}" if rest else "")
