"""Frozen results as documents: the data of strict JSON, made from the fields of dataclasses."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, cast

HIDDEN = {"document": False}
"""The metadata of a dataclass's field that is in no document."""


def plain(value: Any) -> Any:
    """`value` as dicts, lists, strings, finite numbers, booleans and None; anything else is a TypeError.

    A dataclass is a dict of its fields, an enum's member its value; floats that are no numbers of JSON are "inf",
    "-inf" and "nan".
    """
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(float(value))
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.metadata.get("document", True)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in cast("Sequence[Any]", value)]
    raise TypeError(f"expected JSON data, got {value!r} of type {type(value).__name__}")
