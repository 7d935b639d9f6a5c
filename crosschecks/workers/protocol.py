"""The messages between the checking process and its worker: a JSON header, then raw arrays. No pickles.

A worker runs code that nobody vouches for, so nothing it sends is ever executed here.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import IO, Any

import ml_dtypes
import numpy as np

_LENGTH = struct.Struct("<Q")
_LONGEST_HEADER = 1 << 20


class BrokenConversation(EOFError):
    """The other side went away, or sent something that is not a message."""


def send(stream: IO[bytes], header: dict[str, Any], arrays: Sequence[np.ndarray] = ()) -> None:
    """Writes one message and flushes it."""
    shapes = [{"dtype": a.dtype.name, "shape": list(a.shape)} for a in arrays]
    encoded = json.dumps({**header, "arrays": shapes}).encode()
    stream.write(_LENGTH.pack(len(encoded)) + encoded)
    for a in arrays:
        stream.write(np.ascontiguousarray(a).tobytes())
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Reads one message. Raises BrokenConversation at the end of the stream and on what is no message."""
    (length,) = _LENGTH.unpack(_read(stream, _LENGTH.size))
    if length > _LONGEST_HEADER:
        raise BrokenConversation(f"a header of {length} bytes")
    try:
        header = json.loads(_read(stream, length))
        shapes = [(_dtype(a["dtype"]), tuple(a["shape"])) for a in header.pop("arrays")]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenConversation(f"not a message: {error}") from None
    return header, [_array(stream, dtype, shape) for dtype, shape in shapes]


def _array(stream: IO[bytes], dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    count = int(np.prod(shape, dtype=np.int64))
    return np.frombuffer(bytearray(_read(stream, count * dtype.itemsize)), dtype=dtype).reshape(shape)


def _dtype(name: str) -> np.dtype:
    return np.dtype(getattr(ml_dtypes, name, name))


def _read(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise BrokenConversation(f"expected {size} bytes, {len(data)} came")
    return data
