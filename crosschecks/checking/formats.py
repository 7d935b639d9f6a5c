"""The formats that a caller names: by text, as NumPy's dtypes, one or several."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import DTypeLike

from ...proofs.enclosures.formats import Format, format_named

FormatNames: TypeAlias = "str | DTypeLike | Iterable[str | DTypeLike]"
"""A format's name or NumPy's dtype of it (`np.float16`, `ml_dtypes.bfloat16`), or several."""


def formats_of(dtype: FormatNames | None, dtypes: FormatNames | None) -> tuple[Format, ...] | None:
    """The formats given under either name; None for none. Raises ValueError for both, and for what is no format."""
    if dtype is not None and dtypes is not None:
        raise ValueError(f"dtype={dtype!r}, dtypes={dtypes!r}: expected one of the two")
    name, given = ("dtype", dtype) if dtypes is None else ("dtypes", dtypes)
    if given is None:
        return None
    several = isinstance(given, Iterable) and not isinstance(given, str | np.dtype)
    listed = tuple(cast("Iterable[Any]", given)) if several else (given,)
    if not listed:
        raise ValueError(f"{name}={given!r}: expected at least one")
    return tuple(dict.fromkeys(format_named(_name(each, name)) for each in listed))


def _name(given: Any, option: str) -> str:
    """The name of a format. Raises TypeError for what NumPy takes for no dtype."""
    if isinstance(given, str):
        return given
    try:
        if given is not None:  # which NumPy takes for float64
            return np.dtype(given).name
    except TypeError:
        pass
    raise TypeError(f"{option}={given!r}: expected a format's name or a dtype")
