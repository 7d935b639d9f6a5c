"""A file as a table of expected values: by its suffix, and within bounds on its size."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from .entries import MOST_BYTES, Source, TableError
from .json_files import json_table
from .npz_files import npz_table
from .text_files import text_table

READERS: Mapping[str, Callable[[bytes, Iterable[str]], Source]] = {
    ".npz": npz_table, ".json": json_table, ".csv": text_table, ".tsv": text_table, ".txt": text_table,
    ".dat": text_table, ".md": text_table,
}  # fmt: skip


def source(path: str | os.PathLike[str], names: Iterable[str] = ()) -> Source:
    """The entries of a file; `names` are those of the activation. Raises TableError naming the file and the line."""
    file = Path(path)
    reader = READERS.get(file.suffix.lower())
    try:
        data = _bytes(file)
        if reader is None:
            raise TableError(f"suffix {file.suffix!r}; expected one of {', '.join(READERS)}")
        return reader(data, tuple(names))
    except TableError as error:
        raise TableError(f"{path}: {error}") from None
    except OSError as error:
        raise TableError(f"{path}: {error.strerror or error}") from None


def _bytes(file: Path) -> bytes:
    """The content of an ordinary file: no folder, no pipe that never ends, nothing that fills the memory."""
    status = file.stat()
    if stat.S_ISDIR(status.st_mode):
        raise TableError("is a folder; expected a file")
    if not stat.S_ISREG(status.st_mode):
        raise TableError("is no ordinary file")
    with file.open("rb") as opened:
        data = opened.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise TableError(f"more than {MOST_BYTES} bytes")
    if not data.strip():
        raise TableError("is empty")
    return data
