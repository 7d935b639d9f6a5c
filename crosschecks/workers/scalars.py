"""Functions of one number, called for every number of an array: Python's own floats in, and out.

Where Python raises an exception instead of giving an infinity or NaN, as `math.exp(1000)` and `math.log(-1)` do, the
result is that infinity or NaN: the exception is how Python says it, and right where the value is none. Where it is one,
:func:`raising` tells an exception from an infinity that was returned. A function that raises one for every number is
wrong, and the exception goes on.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np

_USUAL = (0.5, 2.0, -0.5)


def one_by_one(function: Callable[..., Any]) -> Callable[..., np.ndarray]:
    """The function of arrays that calls a function for each of their numbers. Results are rounded to the dtype."""

    def of_arrays(*inputs: np.ndarray, **keywords: Any) -> np.ndarray:
        points = list(zip(*(a.astype(np.float64).reshape(-1).tolist() for a in inputs), strict=True))
        results: list[float] = []
        raised: Exception | None = None
        for point in points:
            try:
                results.append(float(function(*point, **keywords)))
            except OverflowError:
                results.append(_overflow(function, point, keywords))
            except (ValueError, ZeroDivisionError) as error:
                results.append(math.nan)
                raised = error
        if raised is not None and all(map(math.isnan, results)) and not _works(function, len(inputs), keywords):
            raise raised
        return np.array(results).astype(inputs[0].dtype).reshape(inputs[0].shape)

    return of_arrays


def raising(function: Callable[..., Any]) -> Callable[..., np.ndarray]:
    """The function of arrays that is 1 where a function of numbers raises an exception, and 0 elsewhere."""

    def of_arrays(*inputs: np.ndarray, **keywords: Any) -> np.ndarray:
        points = zip(*(a.astype(np.float64).reshape(-1).tolist() for a in inputs), strict=True)
        raised = [exception(function, point, keywords) is not None for point in points]
        return np.array(raised, np.float64).reshape(inputs[0].shape)

    return of_arrays


def passing_on(function: Callable[..., Any]) -> Callable[..., np.ndarray]:
    """The function of arrays that passes on what a function of numbers raises for the first of them that it does."""

    def of_arrays(*inputs: np.ndarray, **keywords: Any) -> np.ndarray:
        for point in zip(*(a.astype(np.float64).reshape(-1).tolist() for a in inputs), strict=True):
            if (error := exception(function, point, keywords)) is not None:
                raise error
        return np.zeros(inputs[0].shape)

    return of_arrays


def exception(function: Callable[..., Any], point: tuple[float, ...], keywords: dict[str, Any]) -> Exception | None:
    """The exception that a function of numbers raises for these; None where it returns."""
    try:
        function(*point, **keywords)
    except Exception as error:
        return error
    return None


def _overflow(function: Callable[..., Any], point: tuple[float, ...], keywords: dict[str, Any]) -> float:
    """The infinity of the sign that the function has on the way from 0 to where it overflows."""
    while any(point):
        point = tuple(x / 2 for x in point)
        try:
            return math.copysign(math.inf, function(*point, **keywords))
        except OverflowError:
            continue
    return math.nan


def takes_numbers_only(function: Callable[..., Any]) -> bool:
    """Whether a function refuses an array of two numbers, or gives a number of Python's own for it, and takes a single
    number: `math.erf`, or what says `if x > 0`. Calls it, so that it may do anything."""
    count = _inputs(function)
    try:
        with np.errstate(all="ignore"):
            if not _is_number(function(*[np.array(_USUAL[:2])] * count)):
                return False
    except (TypeError, ValueError):
        pass
    except Exception:  # whatever else it has against the array, it has it against the array
        return False
    try:
        return _is_number(function(*_USUAL[:1] * count))
    except Exception:
        return False


def _is_number(result: Any) -> bool:
    """Whether it is a number of Python's own: one of NumPy's, which is a float too, comes from a function of arrays."""
    return isinstance(result, int | float) and not isinstance(result, np.generic)


def _works(function: Callable[..., Any], count: int, keywords: dict[str, Any]) -> bool:
    """Whether a function of this many numbers takes any of the usual ones."""
    for x in _USUAL:
        try:
            function(*[x] * count, **keywords)
        except (ValueError, ZeroDivisionError):
            continue
        return True
    return False


def _inputs(function: Callable[..., Any]) -> int:
    """The number of arguments that a function must be given by position; 1 where it does not tell."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):
        return 1
    by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return max(1, sum(p.kind in by_position and p.default is p.empty for p in parameters))
