"""Errors in ULP: how many places of a format lie between a computed float and the real it should be.

The unit, ulp(y), is the spacing of the format's floats in the binade of the exact value y (see
:meth:`gradproof.proofs.enclosures.formats.Format.ulp`). An error is 0 where both overflow to the same infinity and
infinite where one is NaN or infinite and the other, correctly rounded, is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .formats import Floats, as_float64, format_of, ulp_exponents


@dataclass(frozen=True)
class Reference:
    """Exact values, as arrays of one shape: the correctly rounded floats and what the rounding left over."""

    value: Floats
    """The exact values correctly rounded to the format of the dtype."""
    residual: NDArray[np.float64]
    """(exact - value) / ulp(exact), in [-1/2, 1/2]; 0 where the value is not finite. Good to 2**-50."""
    ulp_exponent: NDArray[np.int64]
    """e with ulp(exact) = 2**e."""


def ulp_errors(computed: Floats, reference: Reference) -> NDArray[np.float64]:
    """The error of each computed float in ULP of its format. Raises as :func:`signed_ulp_errors` does."""
    return np.abs(signed_ulp_errors(computed, reference))


def signed_ulp_errors(computed: Floats, reference: Reference) -> NDArray[np.float64]:
    """(computed - exact) / ulp(exact) of each computed float; of the largest size where it is infinite.

    Raises ValueError unless dtype and shape are those of the reference.
    """
    if computed.dtype != reference.value.dtype or computed.shape != reference.value.shape:
        raise ValueError(
            f"computed: expected {reference.value.dtype} of shape {reference.value.shape}, "
            f"got {computed.dtype} of shape {computed.shape}"
        )
    got, nearest = as_float64(computed), as_float64(reference.value)
    both_finite = np.isfinite(got) & np.isfinite(nearest)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        places = np.ldexp(got / 2 - nearest / 2, 1 - reference.ulp_exponent)
        # Halving is exact but for the smallest subnormals of float64, which are compared as they are.
        small = np.maximum(np.abs(got), np.abs(nearest)) < 2.0**-1000
        places = np.where(small, np.ldexp(got - nearest, -reference.ulp_exponent), places)
        largest = np.finfo(np.float64).max
        error = np.clip(places - reference.residual, -largest, largest)
    agree = (got == nearest) | (np.isnan(got) & np.isnan(nearest))
    return np.where(both_finite, error, np.where(agree, 0.0, np.inf))


def conditioned(errors: NDArray[np.float64], kappa: NDArray[np.float64]) -> NDArray[np.float64]:
    """Errors in ULP divided by 1 + kappa, where kappa = abs(x g'(x) / g(x)) is the condition number of g at x.

    It is the part of an error that a careful implementation in the same format could have avoided. Where g(x)
    is 0 kappa is infinite and the result 0, unless the error itself is infinite. An error of 0 stays 0.
    """
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(errors) | (errors == 0), errors, errors / (1 + kappa))


def ulps(value: Floats) -> NDArray[np.float64]:
    """ulp(y) for floats y of any format, as float64; NaN where y is not finite."""
    values = as_float64(value)
    finite = np.isfinite(values)
    return np.where(finite, np.ldexp(1.0, ulp_exponents(np.where(finite, values, 0), format_of(value))), np.nan)
