"""Verdicts and the evidence behind them: frozen values, the same for a statement and for a claim."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NoReturn


class Verdict(StrEnum):
    """What became of a statement or claim; equal to its word, so that `verdict == "proved"` holds."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    QUALIFIED = "qualified"
    OUTSIDE = "outside"
    UNSOUND = "unsound"
    ERROR = "error"

    @property
    def sentence(self) -> str:
        """What the verdict means, for readers."""
        return _SENTENCES[self]


_SENTENCES = {
    Verdict.PROVED: "true for every real input of its domain, with a proof",
    Verdict.REFUTED: "false, with a counterexample",
    Verdict.UNDECIDED: "neither proved nor refuted; the reason is given",
    Verdict.QUALIFIED: "false as said, but the ledger's nearest statement is proved",
    Verdict.OUTSIDE: "not a mathematical statement",
    Verdict.ERROR: "cannot be read; what was expected is said",
    Verdict.UNSOUND: "proved, yet contradicted by an evaluation of the statement as written: a bug in gradproof",
}


class Evidence(StrEnum):
    """How a verdict was reached. Sampling is not in this list."""

    EXACT = "exact"
    ENCLOSURE = "enclosure"
    EXHAUSTIVE = "exhaustive"
    FORMAL = "formal"


class NoTruthValue:
    """A result that is neither true nor false: `assert prove(...)` would pass whatever the verdict."""

    def __bool__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is neither true nor false: compare its verdict")


@dataclass(frozen=True)
class Counterexample:
    """A point and the two sides there, as exact forms or certified digits."""

    at: dict[str, str]
    lhs: str
    rhs: str

    def to_json(self) -> dict[str, Any]:
        return {"at": dict(self.at), "lhs": self.lhs, "rhs": self.rhs}


@dataclass(frozen=True)
class Result(NoTruthValue):
    """A statement decided, or the reason why it is not."""

    statement: str
    where: str | None
    verdict: Verdict
    evidence: Evidence | None = None
    explanation: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    nearest: str | None = None
    seconds: float = field(default=0.0, compare=False)

    def to_json(self) -> dict[str, Any]:
        """The fields of one claim in `verify --json`, plus the explanation."""
        return {
            "ledger": None, "id": None, "says": None, "statement": self.statement, "where": self.where,
            "expect": None, "verdict": self.verdict.value, "evidence": self.evidence.value if self.evidence else None,
            "explanation": list(self.explanation),
            "counterexample": self.counterexample.to_json() if self.counterexample else None,
            "nearest": self.nearest, "tested": [], "seconds": round(self.seconds, 6),
        }  # fmt: skip
