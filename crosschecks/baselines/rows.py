"""Rows of a baseline: what one check of one function in one format found, and what it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...proofs.enclosures.formats import Format
from ..checking.results import CheckResult
from ..findings import Shown
from ..implementation import Implementation
from ..properties.repeatable import NAME as DETERMINISM
from ..properties.special_values import NAME as SPECIAL_VALUES
from ..trials.survey import Seen
from ..trials.trial import Effort, Options

UNREPEATABLE = 2.0
"""The tolerance of results that differ from call to call: a factor of the errors and counts of the runs saved."""
LONGEST = 100
"""Characters of an input that is named; a row of many numbers has more."""
Pairs = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Key:
    """The name of a row: a function in a format, and what was asked of it beyond the defaults."""

    target: str
    activation: str
    parameters: Pairs
    order: int
    dtype: str
    asked: Pairs

    @property
    def function(self) -> tuple[str, str, int, str]:
        """The function and format, whatever its parameters and the options."""
        return self.target, self.activation, self.order, self.dtype

    def __str__(self) -> str:
        parameters = ", ".join(f"{name}={value}" for name, value in self.parameters)
        name = self.activation + ("", "'", "''")[self.order] + (f"({parameters})" if parameters else "")
        return f"{self.target} {name} {self.dtype}"


@dataclass(frozen=True)
class Violated:
    """The failures of one property: the inputs that show them, in number, and those named."""

    count: int
    at: tuple[tuple[str, Shown], ...]
    """Inputs in hexadecimal, each with what came back: the first, and all special values."""


@dataclass(frozen=True)
class Row:
    """The record of a check of one function in one format."""

    key: Key
    effort: Effort
    verdict: str
    inputs: int
    errors: Mapping[str, float]
    """The largest errors, by the gate that limits them; without those that could not be measured."""
    gates: tuple[str, ...]
    """The gates that decide."""
    failing: Mapping[str, Seen]
    """The inputs at which a gate does not hold, by symptom."""
    violated: Mapping[str, Violated]
    """The properties that failed."""
    tolerance: float = 1.0
    """Errors and counts may be this many times as large."""

    def __or__(self, other: Row) -> Row:
        """The worse of two runs of the same check in everything."""
        names = {*self.errors, *other.errors}
        errors = {name: max(row.errors[name] for row in (self, other) if name in row.errors) for name in names}
        failing = dict(self.failing)
        for symptom, seen in other.failing.items():
            before = failing.get(symptom, seen)
            failing[symptom] = replace(before + seen, count=max(before.count, seen.count))
        violated = dict(self.violated)
        for name, more in other.violated.items():
            before = violated.get(name, more)
            violated[name] = Violated(max(before.count, more.count), tuple(dict.fromkeys(before.at + more.at)))
        return replace(
            self, verdict=min(self.verdict, other.verdict), inputs=max(self.inputs, other.inputs), errors=errors,
            failing=failing, violated=violated, tolerance=max(self.tolerance, other.tolerance),
        )  # fmt: skip


def row_of(result: CheckResult) -> Row:
    """The row of a result."""
    options = result.options
    key = Key(
        result.target, result.activation, tuple(sorted(result.parameters.items())), result.order, result.dtype,
        _asked(options, result.dtype),
    )  # fmt: skip
    large = result.large if options.large is None else options.large
    errors = {
        "max_ulp": result.max_ulp,
        "max_conditioned_ulp": result.max_ulp_conditioned,
        "max_abs_error": result.max_abs_error,
        "max_rel_error": result.max_rel_error,
    }
    violated: dict[str, Violated] = {}
    for finding in result.findings:
        before = violated.get(finding.property, Violated(0, ()))
        at = before.at
        if len(finding.x_hex) <= LONGEST and (not at or finding.property == SPECIAL_VALUES):
            at = tuple(dict.fromkeys((*at, (finding.x_hex, finding.got))))
        violated[finding.property] = Violated(before.count + finding.count, at)
    repeatable = DETERMINISM not in {finding.property for finding in (*result.findings, *result.notes)}
    return Row(
        key,
        Effort(options.examples, options.every, options.survey, large),
        result.verdict,
        result.inputs,
        {name: error for name, error in errors.items() if error is not None},
        tuple(gate.name for gate in result.gates),
        {} if "accuracy" in options.ignored else result.failing,
        violated,
        1.0 if repeatable else UNREPEATABLE,
    )


def key_of(implementation: Implementation, fmt: Format, options: Options) -> Key:
    """The name of the row that a check will have."""
    return Key(
        implementation.target, implementation.activation, tuple(sorted(implementation.parameters)),
        implementation.order, fmt.name, _asked(options, fmt.name),
    )  # fmt: skip


def _asked(options: Options, dtype: str) -> Pairs:
    """The options on which inputs and failures depend, without those that are as they are by default."""
    promised = options.gates.promised()
    asked: dict[str, Any] = {
        **promised,
        "at": options.at,
        "exhaustive": options.exhaustive and dtype == "float32",
        "ignore": tuple(sorted(options.ignored)),
        "range": options.span,
        "seed": options.seed,
        "strict": tuple(sorted(options.strict)),
    }
    return tuple(sorted((name, value) for name, value in asked.items() if value or name in promised))
