"""The gates of a check: the errors that an author promised not to exceed decide, and nothing else does.

Where nothing is promised, the gate is what the maintainer of a library would accept as a bug: an error that the
condition number does not explain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from numbers import Real

from ..proofs.enclosures.formats import Format

CONDITIONED, CONDITIONED_SHORT = 4.0, 1.0
"""The default limits of the conditioned error, in ULP: of formats of more than 16 bits, and of the others, in which
computing in float32 and rounding once stays below."""

NAMES = {
    "max_ulp": "ULP",
    "max_conditioned_ulp": "conditioned ULP",
    "max_abs_error": "absolute error",
    "max_rel_error": "relative error",
}
"""The gates, and what each limits. The conditioned error is that in ULP over 1 + the condition number."""


@dataclass(frozen=True)
class Gates:
    """The largest errors that an author promised; several must all hold, and None is no promise.

    Raises ValueError for a limit that is no number of 0 or more.
    """

    max_ulp: float | None = None
    max_conditioned_ulp: float | None = None
    max_abs_error: float | None = None
    max_rel_error: float | None = None

    def __post_init__(self) -> None:
        for name, limit in self.promised().items():
            if not (isinstance(limit, Real) and limit >= 0):  # no error is larger than NaN
                raise ValueError(f"{name}={limit!r}: expected a number, 0 or more")

    def promised(self) -> Mapping[str, float]:
        """The limits given, by the name of the gate."""
        limits = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: limit for name, limit in limits.items() if limit is not None}

    def limits(self, fmt: Format) -> Mapping[str, float]:
        """The limits that decide for a format, by the name of the gate."""
        default = CONDITIONED if fmt.bits > 16 else CONDITIONED_SHORT
        return self.promised() or {"max_conditioned_ulp": default}


def ulp_words(error: float, fmt: Format) -> str:
    """An error in ULP; in words where it is so large that no digit of the result is right."""
    if error >= 2.0 ** (fmt.precision - 2):
        return "no correct digit" if error < float("inf") else "infinitely far"
    return f"{error:.4g} ULP"


@dataclass(frozen=True)
class Gate:
    """One gate of a result: its limit, the largest error that was measured, and whether it holds."""

    name: str
    limit: float
    value: float
    holds: bool

    def __str__(self) -> str:
        return f"{NAMES[self.name]} {self.value:.4g} {'within' if self.holds else 'above'} {self.limit:g}"
