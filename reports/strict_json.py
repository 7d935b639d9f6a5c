"""Strict JSON: one document, no NaN tokens, non-finite numbers as the strings "inf", "-inf" and "nan"."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from enum import Enum
from typing import Any


def plain(value: Any) -> Any:
    """`value` as dicts, lists, strings, finite numbers, booleans and None; anything else is a TypeError."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else non_finite(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise TypeError(f"expected JSON data, got {value!r} of type {type(value).__name__}")


def non_finite(value: float) -> str:
    """The word for a float that JSON has no number for."""
    if math.isnan(value):
        return "nan"
    return "inf" if value > 0 else "-inf"


def text(value: Any) -> str:
    """One strict JSON document, with a newline at its end."""
    return json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
