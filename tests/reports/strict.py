"""JSON as a strict reader takes it."""

from __future__ import annotations

import json
from typing import Any


def strict(text: str) -> Any:
    """JSON in which NaN and Infinity are errors."""

    def refuse(constant: str) -> Any:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)
