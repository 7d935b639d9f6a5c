"""The result of a sweep, and the document it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...numerics.floats.formats import from_bits, hex_text
from ...numerics.floats.ulp import conditioned, ulp_errors
from ...numerics.oracle.reference import condition, reference
from ...proofs.enclosures.formats import Format, format_named
from ..documents import plain
from ..findings import shown
from ..implementation import Implementation
from .profile import ENDS, SPECIAL, Cell, Extreme, Failure, Profile, Raised, Turn

LABELS = ("exact", *(f"<={end:.0f}" if end >= 1 else f"<={end}" for end in ENDS[1:-2]), f">{ENDS[-3]:.0f}", "inf")
"""The histogram's bins, by their upper ends in ULP."""


@dataclass(frozen=True)
class SweepResult:
    """The result of a sweep, finished or not."""

    implementation: Implementation
    format: str
    patterns: str
    asked: int
    """The number of inputs that the patterns are."""
    inputs: int
    """The number of inputs that were gone through: all, if `finished`."""
    profile: Profile
    seconds: float
    """Over all sessions of a sweep that was interrupted."""
    finished: bool
    """False where Ctrl-C cut it short."""
    versions: Mapping[str, str]
    """Of gradproof and of the libraries the implementation comes from."""
    checkpoint_problem: str | None = None
    """Why the checkpoint could not be written."""

    @property
    def max_ulp(self) -> float | None:
        """No error at a finite input is larger; at most 2**-10 ULP or 2**-20 of it above the largest one."""
        return _error(self.profile.finite.worst)

    @property
    def max_ulp_conditioned(self) -> float | None:
        """Likewise, of error / (1 + condition number)."""
        return self.profile.finite.conditioned

    @property
    def failed_inputs(self) -> int:
        """Inputs on which the implementation gave nothing that could be judged."""
        return sum(failure.last - failure.first + 1 for failure in self.profile.failures)

    def to_json(self) -> dict[str, Any]:
        """One entry of the results of `sweep --json`, as strict JSON."""
        implementation, fmt = self.implementation, format_named(self.format)
        finite, special = self.profile.finite, self.profile.special
        data = {
            "target": implementation.target,
            "activation": implementation.activation,
            "parameters": dict(implementation.parameters),
            "order": implementation.order,
            "device": implementation.device,
            "dtype": self.format,
            "patterns": self.patterns,
            "asked": self.asked,
            "inputs": self.inputs,
            "finished": self.finished,
            "seconds": self.seconds,
            "versions": dict(self.versions),
            "judged": finite.judged,
            "max_ulp": self.max_ulp,
            "worst": worst(finite.worst, implementation, fmt),
            "max_ulp_conditioned": self.max_ulp_conditioned,
            "worst_conditioned": worst(finite.worst_conditioned, implementation, fmt),
            **_counts(finite),
            "turned_back_at": _turned(finite.worst_turn, fmt),
            "special": {
                "inputs": special.inputs,
                "mismatches": special.histogram[-1],
                "worst": worst(special.worst, implementation, fmt) if special.histogram[-1] else None,
            },
            "raised": _raised(self.profile.raised, fmt),
            "failed_inputs": self.failed_inputs,
            "failures": [_failure(failure, fmt) for failure in self.profile.failures],
            "binades": [_binade(key, cell, fmt) for key, cell in self.profile.cells.items() if key != SPECIAL],
            "checkpoint_problem": self.checkpoint_problem,
        }
        return plain(data)


def histogram(cell: Cell) -> dict[str, int]:
    """The number of errors in each bin, without the empty ones."""
    return {label: count for label, count in zip(LABELS, cell.histogram, strict=True) if count}


def worst(extreme: Extreme | None, implementation: Implementation, fmt: Format) -> dict[str, Any] | None:
    """The input of an extreme, with the exact error there: `ulp` and, over 1 + condition number, `conditioned`."""
    if extreme is None:
        return None
    x, got = (from_bits([pattern], fmt) for pattern in (extreme.x, extreme.got))
    name, order, parameters = implementation.activation, implementation.order, dict(implementation.parameters)
    exact = reference(name, x, order=order, parameters=parameters)
    error = ulp_errors(got, exact)
    kappa = condition(name, x, order=order, parameters=parameters)
    return {
        "x": shown(x[0]),
        "x_hex": hex_text(x[0]),
        "x_bits": _bits(extreme.x, fmt),
        "got": shown(got[0]),
        "expected": shown(exact.value[0]),
        "ulp": float(error[0]),
        "conditioned": float(conditioned(error, kappa)[0]),
    }


def _binade(key: int, cell: Cell, fmt: Format) -> dict[str, Any]:
    exponent_bits = fmt.bits - fmt.precision
    biased = key & ((1 << exponent_bits) - 1)
    return {
        "sign": "-" if key >> exponent_bits else "+",
        "exponent": biased - 1 + fmt.emin if biased else "subnormal",
        "inputs": cell.inputs,
        "judged": cell.judged,
        "max_ulp": _error(cell.worst),
        "at": _hex(cell.worst, fmt),
        "max_ulp_conditioned": cell.conditioned,
        "at_conditioned": _hex(cell.worst_conditioned, fmt),
        **_counts(cell),
    }


def _counts(cell: Cell) -> dict[str, Any]:
    return {
        "correctly_rounded": cell.correctly_rounded,
        "histogram": histogram(cell),
        "turned_back": cell.turned_back,
        "flushed": cell.flushed,
        "out_of_bounds": cell.out_of_bounds,
        "unjudged": cell.unjudged,
    }


def _turned(turn: Turn | None, fmt: Format) -> dict[str, Any] | None:
    """The pair of neighbouring inputs at which results turn back furthest."""
    if turn is None:
        return None
    x, following, got, then = from_bits([turn.x, turn.x + 1, turn.got, turn.following], fmt)
    return {
        "x": shown(x),
        "x_hex": hex_text(x),
        "next_hex": hex_text(following),
        "got": shown(got),
        "got_next": shown(then),
        "places": turn.places,
    }


def _raised(raised: Raised | None, fmt: Format) -> dict[str, Any] | None:
    """The number of inputs at which a function of one number raises an exception, with the first of them."""
    if raised is None:
        return None
    (x,) = from_bits([raised.x], fmt)
    return {**plain(raised), "x": shown(x), "x_hex": hex_text(x)}


def _failure(failure: Failure, fmt: Format) -> dict[str, str]:
    first, last = from_bits([failure.first, failure.last], fmt)
    return {
        "first_hex": hex_text(first),
        "first_bits": _bits(failure.first, fmt),
        "last_hex": hex_text(last),
        "last_bits": _bits(failure.last, fmt),
        "message": failure.message,
    }


def _hex(extreme: Extreme | None, fmt: Format) -> str | None:
    return extreme and hex_text(from_bits([extreme.x], fmt)[0])


def _bits(pattern: int, fmt: Format) -> str:
    return f"0x{pattern:0{fmt.bits // 4}x}"


def _error(extreme: Extreme | None) -> float | None:
    return extreme and extreme.error
