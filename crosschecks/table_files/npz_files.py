"""Tables in NumPy's npz: arrays x and value, perhaps order and side. No pickles; sizes are looked at before memory.

The numbers are floats, each exactly what it is; arrays of text are read like the cells of a text.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from ...proofs.enclosures.formats import FORMATS
from .columns import ColumnError, Columns, named
from .entries import MOST_BYTES, MOST_ROWS, ORDERS, Entry, Source, TableError, entries
from .numerals import Numeral, of_float, read


def npz_table(data: bytes, names: Iterable[str]) -> Source:
    """The table in the bytes of an npz archive; `names` are those of the activation. Raises TableError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _table(archive, names)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise TableError(f"no npz archive: {error}") from None


def _table(archive: zipfile.ZipFile, names: Iterable[str]) -> Source:
    members = {m.filename.removesuffix(".npy"): m for m in archive.infolist() if m.filename.endswith(".npy")}
    header = list(members)
    try:
        columns = named(header, names)
    except ColumnError as error:
        raise TableError(f"arrays: {error}") from None
    places = {columns.x, *(place for place, _ in columns.values), columns.order, columns.side} - {None}
    arrays = {place: _array(archive, members[header[place]], header[place]) for place in places if place is not None}
    count = arrays[columns.x].size
    for place, array in arrays.items():
        if array.size != count and array.ndim:
            raise TableError(f"array {header[place]!r} has {array.size} values, {header[columns.x]!r} has {count}")
    if not count:
        raise TableError("no rows")
    if count > MOST_ROWS:
        raise TableError(f"more than {MOST_ROWS} rows")
    columns_of_text = {place: np.broadcast_to(a.reshape(-1 if a.ndim else ()), (count,)) for place, a in arrays.items()}
    dtypes = {arrays[place].dtype.name for place, _ in columns.values}
    dtype = dtypes.pop() if len(dtypes) == 1 else None
    return Source(
        tuple(_entries(columns_of_text, columns, count)), dtype=dtype if dtype in FORMATS else None, place="row"
    )


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> NDArray[Any]:
    """An array whose header says no more than the archive holds. Raises TableError."""
    if member.file_size > MOST_BYTES:
        raise TableError(f"array {name!r} has {member.file_size} bytes; at most {MOST_BYTES} are read")
    try:
        with archive.open(member) as file:
            content = io.BytesIO(file.read(member.file_size))
        version = npy.read_magic(content)
        reader = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = reader(content)
        if dtype.hasobject:
            raise TableError(f"array {name!r} holds Python objects; expected floats")
        if math.prod(shape) * dtype.itemsize > member.file_size:
            raise TableError(f"array {name!r}: its header says shape {shape}, beyond the size of the file")
        content.seek(0)
        array = npy.read_array(content, allow_pickle=False)
    except zipfile.BadZipFile as error:
        raise TableError(f"array {name!r}: {error}") from None
    except TableError:
        raise
    except Exception as error:  # whatever NumPy and zlib say about bytes that are no array
        raise TableError(f"array {name!r} cannot be read: {error}") from None
    if array.dtype.kind not in "iufUb" or (array.dtype.itemsize > 8 and array.dtype.kind == "f"):
        raise TableError(f"array {name!r} has dtype {array.dtype}; expected floats of 16 to 64 bits, integers or text")
    return array


def _entries(arrays: dict[int, NDArray[Any]], columns: Columns, count: int) -> Iterator[Entry]:
    """One entry a value, in order; text is read as the cells of a text are."""
    if any(arrays[place].dtype.kind == "U" for place in (columns.x, *(place for place, _ in columns.values))):
        last = max(arrays)
        texts = {place: list(map(str, array.tolist())) for place, array in arrays.items()}
        for row in range(count):
            cells = [texts[place][row] if place in texts else "" for place in range(last + 1)]
            yield from entries(row + 1, cells, columns)
        return
    lists = {place: array.tolist() for place, array in arrays.items()}
    for row in range(count):
        x = _number(lists[columns.x][row])
        order, problem = None, ""
        if columns.order is not None:
            said = str(lists[columns.order][row])
            order = ORDERS.get(said)
            problem = "" if order is not None else f"order {said}; expected 0, 1 or 2"
        side = int(lists[columns.side][row]) if columns.side is not None else 0
        for place, of_column in columns.values:
            value = _number(lists[place][row])
            numerals = None if problem else (x, value)
            yield Entry(row + 1, x.text, value.text, of_column or order, side, numerals, problem)


def _number(value: float) -> Numeral:
    """A float, or a whole number of any size, exactly."""
    return of_float(float(value)) if float(value) == value else read(str(value))
