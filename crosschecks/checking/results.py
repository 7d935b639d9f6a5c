"""The result of checking one implementation at one order in one format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...proofs.enclosures.formats import format_named
from ...proofs.verdicts import NoTruthValue, html_table
from ..documents import HIDDEN, plain
from ..findings import Finding, Shown
from ..gates import Gate, ulp_words
from ..trials.survey import Seen
from ..trials.trial import Options


@dataclass(frozen=True)
class Worst:
    """The input with the largest error in ULP."""

    x: Shown
    x_hex: str
    got: Shown
    expected: Shown


@dataclass(frozen=True, repr=False)
class CheckResult(NoTruthValue):
    """The measurements and findings of a check. Errors are in ULP of the format; None where none could be measured."""

    target: str
    activation: str
    parameters: Mapping[str, float | str]
    order: int
    dtype: str
    coverage: str
    """`exhaustive`: every input of the format. `sampled`: landmarks, thresholds, binades and random draws."""
    inputs: int
    max_ulp: float | None
    worst: Worst | None
    max_ulp_conditioned: float | None
    max_abs_error: float | None
    max_rel_error: float | None
    mean_signed_ulp: float | None
    """The mean of (result - exact) over the inexact results of very many inputs; None where they are few."""
    flushes_subnormals: bool
    flushed_inputs: int
    """Subnormal inputs that were answered as zero is."""
    flushed_outputs: int
    """Zeros that came back for subnormal numbers, though the input was none."""
    gates: tuple[Gate, ...]
    findings: tuple[Finding, ...]
    """The failures."""
    notes: tuple[Finding, ...]
    seed: int = field(metadata=HIDDEN)
    """The seed of all random draws in the check: the same seed draws the same inputs."""
    conventions: Mapping[str, str] = field(default_factory=dict[str, str], metadata=HIDDEN)
    """The results where the definition leaves a choice: at kinks, for signed zeros, NaN, infinities."""
    failing: Mapping[str, Seen] = field(default_factory=dict[str, Seen], metadata=HIDDEN)
    """The inputs at which a gate does not hold, by symptom (:mod:`..trials.symptoms`)."""
    large: bool = field(default=False, metadata=HIDDEN, compare=False, repr=False)
    """There was a survey as large as a fast implementation is asked for."""
    options: Options = field(default_factory=Options, metadata=HIDDEN, compare=False, repr=False)
    """The options that the check was made with."""
    versions: Mapping[str, str] = field(default_factory=dict[str, str], metadata=HIDDEN, compare=False, repr=False)
    """The versions of gradproof and of the libraries that the implementation comes from."""

    @property
    def verdict(self) -> str:
        """`pass` or `fail`."""
        return "pass" if not self.findings and all(gate.holds for gate in self.gates) else "fail"

    def to_json(self) -> dict[str, Any]:
        """One entry of the results of `check --json`, as strict JSON."""
        return {**plain(self), "verdict": self.verdict}

    def __str__(self) -> str:
        derivative = ("", "'", "''")[self.order]
        sampled = f"{self.inputs} inputs sampled (seed {self.seed})"
        extent = f"all {self.inputs} inputs" if self.coverage == "exhaustive" else sampled
        measured = "nothing measured"
        if self.max_ulp is not None:
            words = ulp_words(self.max_ulp, format_named(self.dtype))
            measured = f"worst {words}, {self.max_ulp_conditioned:.4g} after conditioning"
            if self.worst is not None and self.worst.got == "exception":
                measured = "raises an exception"
            if self.max_ulp == 0 and self.flushed_inputs + self.flushed_outputs >= self.inputs > 0:
                measured = "flushed subnormals only"
        gates = "".join(f"; {gate}" for gate in self.gates)
        lines = [
            f"{self.verdict}: {self.target} {self.activation}{derivative} {self.dtype}: {measured}{gates}; {extent}"
        ]
        for finding in (*self.findings, *self.notes):
            lines += [f"  {finding}", f"    replay: {finding.replay}"]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<CheckResult {str(self).partition(chr(10))[0]}>"

    def _repr_html_(self) -> str:
        first, *rest = str(self).splitlines()
        return html_table([(line.strip(),) for line in rest], [first])
