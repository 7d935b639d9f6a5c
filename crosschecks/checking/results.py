"""The result of checking one implementation at one order in one format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...proofs.verdicts import NoTruthValue, html_table
from ..documents import HIDDEN, plain
from ..findings import Finding, Shown


@dataclass(frozen=True)
class Worst:
    """The input with the largest error in ULP."""

    x: Shown
    x_hex: str
    got: Shown
    expected: Shown


@dataclass(frozen=True)
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
    flushes_subnormals: bool
    findings: tuple[Finding, ...]
    seed: int = field(metadata=HIDDEN)
    """The seed of all random draws in the check: the same seed draws the same inputs."""
    conventions: Mapping[str, str] = field(default_factory=dict[str, str], metadata=HIDDEN)
    """The results where the definition leaves a choice: at kinks, for signed zeros, NaN, infinities."""

    @property
    def verdict(self) -> str:
        """`pass` or `fail`."""
        return "fail" if self.findings else "pass"

    def to_json(self) -> dict[str, Any]:
        """One entry of the results of `check --json`, as strict JSON."""
        return {**plain(self), "verdict": self.verdict}

    def __str__(self) -> str:
        derivative = ("", "'", "''")[self.order]
        sampled = f"{self.inputs} inputs sampled (seed {self.seed})"
        extent = f"all {self.inputs} inputs" if self.coverage == "exhaustive" else sampled
        measured = "nothing measured"
        if self.max_ulp is not None:
            measured = f"worst {self.max_ulp:.4g} ULP, {self.max_ulp_conditioned:.4g} after conditioning"
        lines = [f"{self.verdict}: {self.target} {self.activation}{derivative} {self.dtype}: {measured}; {extent}"]
        for finding in self.findings:
            lines += [f"  {finding}", f"    replay: {finding.replay}"]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        first, *rest = str(self).splitlines()
        return html_table([(line.strip(),) for line in rest], [first])
