"""Strict JSON: one document, no NaN tokens, non-finite numbers as the strings "inf", "-inf" and "nan"."""

from __future__ import annotations

import json
from typing import Any

from ..crosschecks.documents import plain

__all__ = ["plain", "text"]


def text(value: Any) -> str:
    """One strict JSON document, with a newline at its end."""
    return json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
