"""Files and folders that a command is to write: whether it can is found out before the work starts."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from .errors import BadInput

LEAST_SPACE = 16
"""Megabytes that are to be free where something is written; a report takes some 5."""


def writable(path: Path | None, option: str) -> None:
    """That the file `path` can be made or replaced; None is none. Raises BadInput with option, file and remedy."""
    if path is None:
        return
    folder = path.absolute().parent
    if path.is_dir():
        raise BadInput(f"{option} {path}: expected a file, this is a folder")
    if not folder.is_dir():
        raise BadInput(f"{option} {path}: no such folder as {folder}; make it first")
    _tried(folder, f"{option} {path}")


def writable_folder(path: Path | None, option: str) -> None:
    """That the folder `path` takes files, or can be made; it is not made yet. Raises BadInput."""
    if path is None:
        return
    nearest = next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists())
    if not nearest.is_dir():
        raise BadInput(f"{option} {path}: {nearest} is a file; name another folder")
    _tried(nearest, f"{option} {path}")


def _tried(folder: Path, said: str) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0")
        free = shutil.disk_usage(folder).free >> 20
    except OSError as error:
        raise BadInput(f"{said}: cannot be written: {error.strerror or error}; name another place") from error
    if free < LEAST_SPACE:
        raise BadInput(f"{said}: {free} MB are free on that disk, expected {LEAST_SPACE}; make room or name another")
