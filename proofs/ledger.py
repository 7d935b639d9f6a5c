"""Ledgers: TOML files of claims, and their verdicts.

A claim has an id, a sentence, and a statement (or says why it is outside mathematics). Where it gives a `nearest`
statement, the claim as said is refuted and its nearest proved, the verdict is *qualified*. A claim that cannot be
read keeps all that is wrong with it in `error`; the other claims are decided nevertheless.
"""

from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, TypeGuard

from . import table_files
from .budget import UNBOUNDED, budget
from .catalogue.entries import known_functions
from .catalogue.parse import parse_statement
from .expressions.printing import shorten
from .language.reading import with_functions
from .language.signatures import names as function_names
from .language.source import MAX_FORMULA, MAX_LENGTH
from .language.syntax import StatementError
from .statements import prove
from .vectors.reader import is_about_vectors, parse_vector_statement
from .verdicts import Counterexample, Decided, Documented, Evidence, Result, Verdict, plain
from .vocabulary.words import WORDS

MAX_FILE_BYTES = 1_000_000
MAX_CLAIMS = 2_000
MAX_FUNCTIONS = 100
FIRST_LEDGER = "vanishing_gradient.toml"
"""The built-in ledger that comes first; the others follow by name."""

_TEXT_FIELDS = ("id", "says", "statement", "where", "expect", "nearest", "nearest_where", "outside", "source")


class LedgerError(ValueError):
    """A ledger that cannot be read; the message names the file, the claim and what was expected."""


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
    experiments: tuple[Mapping[str, Any], ...] = ()
    """Measurements, each a table with the name of a built-in experiment and its parameters."""
    error: str | None = None
    """Why the claim cannot be read: everything that is wrong with it."""


@dataclass(frozen=True)
class Ledger:
    """A file of claims, with the functions it defines."""

    title: str
    source: str
    path: str
    claims: tuple[Claim, ...]
    functions: Mapping[str, str] = field(default_factory=dict[str, str])
    """Signature -> formula, such as `mine(x, beta=1)` -> `x*sigmoid(beta*x)`."""
    function_errors: tuple[str, ...] = ()
    """Functions that cannot be read, and are not among `functions`."""

    @property
    def errors(self) -> tuple[str, ...]:
        """One line for each thing that cannot be read, with the file and the claim."""
        claims = [f"claim {claim.id!r}: {claim.error}" for claim in self.claims if claim.error is not None]
        return tuple(f"{self.path}: {line}" for line in (*self.function_errors, *claims))


@dataclass(frozen=True)
class ClaimResult(Decided):
    """A claim's verdict with its evidence; `parts` are the statement as said and, where given, its nearest."""

    ledger: str
    claim: Claim
    verdict: Verdict
    parts: tuple[Result, ...] = ()
    tested: tuple[Documented, ...] = ()
    """Measurements, which stand beside the verdict."""
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
            return tuple(filter(None, (self.claim.error or self.claim.outside,)))
        if len(self.parts) == 1:
            return self.parts[0].explanation
        return tuple(f"{label}: {line}" for label, part in zip(("as said", "nearest"), self.parts, strict=True)
                     for line in part.explanation)  # fmt: skip

    @property
    def counterexample(self) -> Counterexample | None:
        unsound = [part for part in self.parts if part.verdict is Verdict.UNSOUND]
        return next((part.counterexample for part in (*unsound, *self.parts)), None)

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
        return plain({
            "ledger": self.ledger, "id": claim.id, "says": claim.says, "statement": claim.statement,
            "where": claim.where, "expect": claim.expect, "verdict": self.verdict, "evidence": self.evidence,
            "explanation": self.explanation, "counterexample": self.counterexample, "nearest": self.nearest,
            "outside": claim.outside, "tested": self.tested, "seconds": round(self.seconds, 6),
        })  # fmt: skip


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
    """Read a ledger's text; every statement in it is parsed now, none is decided.

    Raises LedgerError for what is wrong with the file as a whole; what is wrong with a claim is kept in the claim.
    """
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise LedgerError(f"{path}: not valid TOML: {str(error) or 'too deeply nested'}") from None
    entries, functions, tables = data.get("claim", []), data.get("functions", {}), data.get("tables", {})
    title, source = data.get("title", Path(path).stem), data.get("source", "")
    problems = _unknown(data, {"title", "source", "claim", "functions", "tables"})
    if not _is_table(functions) or len(functions) > MAX_FUNCTIONS:
        problems.append(f"[functions] must be a table of at most {MAX_FUNCTIONS} formulas")
    if not _is_table(tables) or len(tables) > MAX_FUNCTIONS:
        problems.append(f"[tables] must be a table of at most {MAX_FUNCTIONS} files")
    if not _is_list(entries) or not entries:
        problems.append("expected at least one [[claim]]")
    elif len(entries) > MAX_CLAIMS:
        problems.append(f"{len(entries)} claims; at most {MAX_CLAIMS} are read")
    if not isinstance(title, str) or not isinstance(source, str):
        problems.append("title and source must be text")
    if problems:
        raise LedgerError(f"{path}: {'; '.join(problems)}")
    read, unread = _tables(tables, Path(path).parent)
    readable, unreadable = _functions({**read, **functions})
    unreadable = {**unread, **unreadable}
    seen: set[str] = set()
    claims = tuple(_claim(entry, number, readable, unreadable, seen) for number, entry in enumerate(entries, 1))
    return Ledger(title, source, path, claims, readable, tuple(unreadable.values()))


def _tables(table: Mapping[str, Any], folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The tables that can be read (name -> formula), and why the others cannot (name -> reason)."""
    readable: dict[str, str] = {}
    unreadable: dict[str, str] = {}
    for name, entry in table.items():
        options = {"file": entry} if isinstance(entry, str) else entry
        if not _is_table(options) or options.keys() - {"file", "kind"} or not isinstance(options.get("file"), str):
            unreadable[name] = f"table {name!r}: expected the name of a file, or file and kind"
            continue
        try:
            readable[name] = table_files.formula(folder, options["file"], str(options.get("kind", "linear")))
        except table_files.TableError as error:
            unreadable[name] = f"table {name!r}: {error}"
    return readable, unreadable


def _functions(table: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """The functions that can be read (signature -> formula), and why the others cannot (name -> reason)."""
    readable: dict[str, str] = {}
    unreadable: dict[str, str] = {}
    callable_so_far = known_functions()
    for text, formula in table.items():
        (name,) = function_names([text])
        if not isinstance(formula, str) or len(formula) > MAX_FORMULA:
            unreadable[name] = f"function {name!r}: expected a formula of at most {MAX_FORMULA} characters"
            continue
        try:
            callable_so_far = with_functions(callable_so_far, {text: formula}, WORDS)
        except StatementError as error:
            unreadable[name] = str(error)
        except RecursionError:
            unreadable[name] = f"function {name!r}: nested too deeply once it is written out"
        else:
            readable[text] = formula
    return readable, unreadable


def _is_table(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _unknown(table: Mapping[str, Any], fields: set[str]) -> list[str]:
    return [f"unknown field {key!r}; expected {', '.join(sorted(fields))}" for key in table if key not in fields]


def _claim(
    entry: Any, number: int, functions: Mapping[str, str], unreadable: Mapping[str, str], seen: set[str]
) -> Claim:
    """One claim, with everything that is wrong with it."""
    if not _is_table(entry):
        return Claim(f"#{number}", "", error="expected a [[claim]] table")
    fields: dict[str, str] = {name: entry[name] for name in _TEXT_FIELDS if isinstance(entry.get(name), str)}
    problems = _unknown(entry, {*_TEXT_FIELDS, "experiment"})
    problems += [
        f"{name} must be text, got {type(entry[name]).__name__}"
        for name in _TEXT_FIELDS
        if name != "id" and name in entry and name not in fields
    ]
    identifier = fields.get("id", "") if "id" in entry else f"claim-{number}"
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,79}", identifier):
        text = shorten(repr(entry.get("id")), 80)
        problems.append(f"expected an id of lower-case letters, digits, hyphens and underscores, got {text}")
        identifier = f"#{number}"
    if identifier in seen:
        problems.append("the id occurs twice")
    seen.add(identifier)
    experiments = entry.get("experiment", [])
    experiments = experiments if _is_list(experiments) else [experiments]
    says = fields.get("says") or fields.get("statement") or fields.get("outside", "")
    if ("statement" in entry) == ("outside" in entry):
        problems.append("expected either a statement or 'outside' with the reason")
    if "nearest" in entry and "statement" not in entry:
        problems.append("a nearest statement needs a statement")
    verdicts = {v.value for v in Verdict if v not in (Verdict.UNSOUND, Verdict.ERROR)}
    if fields.get("expect", "proved") not in verdicts:
        problems.append(f"expect={shorten(repr(fields['expect']), 80)}; expected one of {', '.join(sorted(verdicts))}")
    if not all(_is_table(each) and isinstance(each.get("name"), str) for each in experiments):
        problems.append("experiment must be a table with a name, or a list of such tables")
        experiments = []
    for text, where in (("statement", "where"), ("nearest", "nearest_where")):
        if text in fields:
            problems += _complaints(fields[text], fields.get(where), functions, unreadable)
    optional = {name: fields.get(name) for name in _TEXT_FIELDS if name not in ("id", "says")}
    error = "; ".join(problems) or None
    return Claim(identifier, says, **optional, experiments=tuple(experiments), error=error)


def _complaints(
    text: str, where: str | None, functions: Mapping[str, str], unreadable: Mapping[str, str]
) -> list[str]:
    """The complaints about functions that a statement calls and that cannot be read, else about the statement."""
    words = set(re.findall(r"[A-Za-z]\w*", text[:MAX_LENGTH]))
    if broken := [reason for name, reason in unreadable.items() if name in words]:
        return broken
    try:
        _read(text, where, functions)
    except StatementError as error:
        return [str(error)]
    except RecursionError:
        return ["the statement is nested too deeply"]
    return []


def _read(text: str, where: str | None, functions: Mapping[str, str]) -> None:
    """Raises StatementError for what `prove` would not read."""
    read = parse_vector_statement if is_about_vectors(text, where, functions) else parse_statement
    read(text, where, functions)


def verify(claim: Claim, ledger: Ledger, tested: tuple[Documented, ...] = ()) -> ClaimResult:
    """Decide one claim. Measurements stand beside the verdict and never change it."""
    started = time.perf_counter()
    if claim.error is not None:
        return ClaimResult(ledger.title, claim, Verdict.ERROR)
    if claim.statement is None:
        return ClaimResult(ledger.title, claim, Verdict.OUTSIDE, (), tested)
    with budget(UNBOUNDED):  # one deadline for both statements
        suggest = claim.nearest is None
        parts = [prove(claim.statement, where=claim.where, functions=ledger.functions, suggest=suggest)]
        if claim.nearest is not None:
            parts.append(prove(claim.nearest, where=claim.nearest_where, functions=ledger.functions, suggest=False))
    verdicts = [part.verdict for part in parts]
    verdict = verdicts[0]
    if Verdict.UNSOUND in verdicts:
        verdict = Verdict.UNSOUND
    elif verdicts == [Verdict.REFUTED, Verdict.PROVED]:
        verdict = Verdict.QUALIFIED
    return ClaimResult(ledger.title, claim, verdict, tuple(parts), tested, time.perf_counter() - started)
