"""Ledgers: TOML files of claims, and their verdicts.

A claim has an id, a sentence, and a statement (or says why it is outside mathematics). Where it gives a `nearest`
statement, the claim as said is refuted and its nearest proved, the verdict is *qualified*.
"""

from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Protocol

from .language import MAX_LENGTH, parse_statement
from .statements import prove
from .syntax import StatementError
from .vector_language import parse_vector_statement
from .vector_words import is_about_vectors
from .verdicts import Counterexample, Evidence, NoTruthValue, Result, Verdict

MAX_FILE_BYTES = 1_000_000
MAX_CLAIMS = 2_000
MAX_FUNCTIONS = 100
FIRST_LEDGER = "vanishing_gradient.toml"
"""The built-in ledger that comes first; the others follow by name."""

_TEXT_FIELDS = ("id", "says", "statement", "where", "expect", "nearest", "nearest_where", "outside", "source")


class LedgerError(ValueError):
    """A ledger that cannot be read; the message names the file, the claim and what was expected."""


class Measurement(Protocol):
    """What stands beside a verdict as tested."""

    def to_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Claim:
    """One claim as the ledger states it."""

    id: str
    says: str
    statement: str | None = None
    where: str | None = None
    expect: str | None = None
    nearest: str | None = None
    nearest_where: str | None = None
    outside: str | None = None
    source: str | None = None
    experiment: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Ledger:
    """A file of claims, with the functions it defines."""

    title: str
    source: str
    path: str
    claims: tuple[Claim, ...]
    functions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ClaimResult(NoTruthValue):
    """A claim's verdict with its evidence; `parts` are the statement as said and, where given, its nearest."""

    ledger: str
    claim: Claim
    verdict: Verdict
    parts: tuple[Result, ...] = ()
    tested: tuple[Measurement, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def as_expected(self) -> bool:
        """Whether the verdict is the one the ledger expects (or it expects none)."""
        return self.claim.expect is None or self.claim.expect == self.verdict.value

    @property
    def evidence(self) -> Evidence | None:
        kinds = {part.evidence for part in self.parts if part.evidence is not None}
        return Evidence.ENCLOSURE if Evidence.ENCLOSURE in kinds else (Evidence.EXACT if kinds else None)

    @property
    def explanation(self) -> tuple[str, ...]:
        if not self.parts:
            return (self.claim.outside,) if self.claim.outside else ()
        if len(self.parts) == 1:
            return self.parts[0].explanation
        return tuple(f"{label}: {line}" for label, part in zip(("as said", "nearest"), self.parts, strict=True)
                     for line in part.explanation)  # fmt: skip

    @property
    def counterexample(self) -> Counterexample | None:
        return self.parts[0].counterexample if self.parts else None

    @property
    def nearest(self) -> str | None:
        """The ledger's nearest statement, else the one the engine found."""
        if self.claim.nearest is not None:
            where = self.claim.nearest_where
            return f"{self.claim.nearest} where {where}" if where else self.claim.nearest
        return self.parts[0].nearest if self.parts else None

    def to_json(self) -> dict[str, Any]:
        """One entry of `verify --json`."""
        claim = self.claim
        return {
            "ledger": self.ledger, "id": claim.id, "says": claim.says, "statement": claim.statement,
            "where": claim.where, "expect": claim.expect, "verdict": self.verdict.value,
            "evidence": self.evidence.value if self.evidence else None, "explanation": list(self.explanation),
            "counterexample": self.counterexample.to_json() if self.counterexample else None,
            "nearest": self.nearest, "outside": claim.outside,
            "tested": [measurement.to_json() for measurement in self.tested],
            "seconds": round(self.seconds, 6),
        }  # fmt: skip


def builtin_ledgers() -> tuple[Ledger, ...]:
    """The ledgers that ship with gradproof."""
    folder = resources.files("gradproof.proofs") / "claims"
    names = [file.name for file in folder.iterdir() if file.name.endswith(".toml")]
    ordered = sorted(names, key=lambda name: (name != FIRST_LEDGER, name))
    return tuple(parse(folder.joinpath(name).read_text("utf-8"), name) for name in ordered)


def load(path: str | Path) -> Ledger:
    """Read a ledger file. Raises LedgerError."""
    path = Path(path)
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise LedgerError(f"{path}: {path.stat().st_size} bytes; a ledger has at most {MAX_FILE_BYTES}")
        text = path.read_text("utf-8")
    except OSError as error:
        raise LedgerError(f"{path}: cannot be read ({error.strerror or error})") from None
    except UnicodeDecodeError:
        raise LedgerError(f"{path}: expected UTF-8 text") from None
    return parse(text, str(path))


def parse(text: str, path: str) -> Ledger:
    """Read a ledger's text; every statement in it is parsed now, none is decided. Raises LedgerError."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise LedgerError(f"{path}: not valid TOML: {str(error) or 'too deeply nested'}") from None
    _only(data, {"title", "source", "claim", "functions"}, path)
    functions = data.get("functions", {})
    if not isinstance(functions, dict) or len(functions) > MAX_FUNCTIONS:
        raise LedgerError(f"{path}: [functions] must be a table of at most {MAX_FUNCTIONS} formulas")
    for name, formula in functions.items():
        if not isinstance(formula, str) or len(formula) > MAX_LENGTH:
            raise LedgerError(f"{path}: function {name!r}: expected a formula of at most {MAX_LENGTH} characters")
    entries = data.get("claim", [])
    if not isinstance(entries, list) or not entries:
        raise LedgerError(f"{path}: expected at least one [[claim]]")
    if len(entries) > MAX_CLAIMS:
        raise LedgerError(f"{path}: {len(entries)} claims; at most {MAX_CLAIMS} are read")
    claims: list[Claim] = []
    seen: set[str] = set()
    for number, entry in enumerate(entries, 1):
        claim = _claim(entry, number, path, functions)
        if claim.id in seen:
            raise LedgerError(f"{path}: claim {claim.id!r}: the id occurs twice")
        seen.add(claim.id)
        claims.append(claim)
    title, source = data.get("title", Path(path).stem), data.get("source", "")
    if not isinstance(title, str) or not isinstance(source, str):
        raise LedgerError(f"{path}: title and source must be text")
    return Ledger(title, source, path, tuple(claims), dict(functions))


def _only(table: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise LedgerError(f"{where}: unknown field {key!r}; expected {', '.join(sorted(known))}")


def _claim(entry: Any, number: int, path: str, functions: Mapping[str, str]) -> Claim:
    if not isinstance(entry, dict):
        raise LedgerError(f"{path}: claim {number}: expected a [[claim]] table")
    identifier = entry.get("id")
    if not isinstance(identifier, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", identifier):
        raise LedgerError(
            f"{path}: claim {number}: expected an id of lower-case letters, digits and hyphens, got {identifier!r}"
        )
    where = f"{path}: claim {identifier!r}"
    _only(entry, {*_TEXT_FIELDS, "experiment"}, where)
    for name in _TEXT_FIELDS:
        if name in entry and not isinstance(entry[name], str):
            raise LedgerError(f"{where}: {name} must be text, got {type(entry[name]).__name__}")
    optional = {name: entry.get(name) for name in _TEXT_FIELDS if name not in ("id", "says")}
    claim = Claim(identifier, entry.get("says", ""), **optional, experiment=entry.get("experiment"))
    if not claim.says:
        raise LedgerError(f"{where}: expected a sentence in 'says'")
    if (claim.statement is None) == (claim.outside is None):
        raise LedgerError(f"{where}: expected either a statement or 'outside' with the reason")
    if claim.nearest is not None and claim.statement is None:
        raise LedgerError(f"{where}: a nearest statement needs a statement")
    verdicts = {v.value for v in Verdict if v is not Verdict.UNSOUND}
    if claim.expect is not None and claim.expect not in verdicts:
        raise LedgerError(f"{where}: expect={claim.expect!r}; expected one of {', '.join(sorted(verdicts))}")
    if claim.experiment is not None and not isinstance(
        claim.experiment.get("name") if isinstance(claim.experiment, dict) else None, str
    ):
        raise LedgerError(f"{where}: experiment must be a table with a name")
    try:
        if claim.statement is not None:
            _read(claim.statement, claim.where, functions)
        if claim.nearest is not None:
            _read(claim.nearest, claim.nearest_where, functions)
    except StatementError as error:
        raise LedgerError(f"{where}: {error}") from None
    except RecursionError:
        raise LedgerError(f"{where}: the statement is nested too deeply") from None
    return claim


def _read(text: str, where: str | None, functions: Mapping[str, str]) -> None:
    """Raises StatementError for what `prove` would not read."""
    read = parse_vector_statement if is_about_vectors(text, where, functions) else parse_statement
    read(text, where, functions)


def verify(claim: Claim, ledger: Ledger, tested: tuple[Measurement, ...] = ()) -> ClaimResult:
    """Decide one claim. What was measured stands beside the verdict and never changes it."""
    started = time.perf_counter()
    if claim.statement is None:
        return ClaimResult(ledger.title, claim, Verdict.OUTSIDE, (), tested)
    said = prove(claim.statement, where=claim.where, functions=ledger.functions, suggest=claim.nearest is None)
    parts = [said]
    verdict = said.verdict
    if claim.nearest is not None:
        near = prove(claim.nearest, where=claim.nearest_where, functions=ledger.functions, suggest=False)
        parts.append(near)
        if said.verdict is Verdict.REFUTED and near.verdict is Verdict.PROVED:
            verdict = Verdict.QUALIFIED
    return ClaimResult(ledger.title, claim, verdict, tuple(parts), tested, time.perf_counter() - started)
