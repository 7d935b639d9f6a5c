"""Writes proof certificates: what :mod:`recheck.statement` needs to confirm a proof without searching.

The writer is the re-checker itself, with the facts that :mod:`certificate_facts` finds for it. So what is written
re-checks, or :class:`Unwritten` says what did not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mpmath import libmp

from .budget import Undecided
from .catalogue.entries import catalogue, named_formulas
from .certificate_facts import EngineFacts, relations, spots
from .language.signatures import signature
from .ledger import Ledger
from .normal_forms.signs import Undefined as NotDefined
from .recheck.evaluation import closed
from .recheck.intervals import Exhausted, Unclear, Undefined, bounded, number
from .recheck.reader import Bad, Node, replaced
from .recheck.signs import Gap, Refuted, Wrong
from .recheck.statement import Recheck, conjuncts, digest
from .verdicts import Counterexample, Evidence, Result, Verdict

MAX_STEPS, MAX_SECONDS = 5_000_000, 40
"""The most that writing one certificate may cost: steps of the re-checker, and seconds of processor time."""


class Unwritten(Exception):
    """A proof that the re-checker does not settle; the message says where."""


class Contradicted(Unwritten):
    """The re-checker's own arithmetic finds a statement false that the engine proved: a bug in one of the two."""

    def __init__(self, statement: str, counterexample: Counterexample) -> None:
        at = "".join(f" at {name} = {value}" for name, value in counterexample.at.items())
        sides = f"left {counterexample.lhs}, right {counterexample.rhs}"
        super().__init__(f"{statement}: proved, and false by the re-checker's arithmetic{at}: {sides}")
        self.counterexample = counterexample

    def unsound(self, result: Result) -> Result:
        """The result as what it is: a bug."""
        return replace(result, verdict=Verdict.UNSOUND, counterexample=self.counterexample)


class _Noted(dict[str, Any]):
    """Definitions that notice which of them are used."""

    def __init__(self, all_definitions: Mapping[str, Any]) -> None:
        super().__init__(all_definitions)
        self.used: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.used.add(name)
        return super().__getitem__(name)


def definitions(functions: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The catalogue's, elementary and a ledger's functions as a certificate states them."""
    stated: dict[str, Any] = {}
    for entry in catalogue():
        data = {
            "inputs": list(entry.inputs), "parameters": {p.name: p.default for p in entry.parameters},
            "formula": entry.formula,
        }  # fmt: skip
        stated |= dict.fromkeys((entry.name, *entry.aliases), data)
    for text, formula in {**named_formulas(), **(functions or {})}.items():
        f = signature(text)
        stated[f.name] = {"inputs": [*f.inputs], "parameters": {**f.parameters}, "formula": formula}
    return stated


def certificate(result: Result, functions: Mapping[str, str] | None = None, claim: str | None = None) -> dict[str, Any]:
    """The certificate of a proved statement. Raises Unwritten, or Contradicted where it turns out to be false."""
    if not isinstance(result, Result):  # pyright: ignore[reportUnnecessaryIsInstance]  # users need no type checker
        raise TypeError(f"expected the result of prove, got {result!r}")
    if result.verdict is not Verdict.PROVED:
        raise Unwritten(f"{result.statement}: {result.verdict}, not proved")
    noted = _Noted(definitions(functions))
    data: dict[str, Any] = {
        "schema": 1, "gradproof": version("gradproof"), "claim": claim, "statement": result.statement,
        "where": result.where, "verdict": result.verdict.value,
        "evidence": result.evidence.value if result.evidence else None, "functions": noted, "facts": {},
    }  # fmt: skip
    try:
        writer = EngineFacts(data, functions).check
        try:
            with bounded(MAX_STEPS, MAX_SECONDS):
                writer.run()
        except Refuted as refutation:
            with suppress(Exhausted), bounded(MAX_STEPS, MAX_SECONDS):
                if counterexample := _contradiction(writer, refutation):
                    raise Contradicted(result.statement, counterexample) from None
            raise
    except (Exhausted, Unclear, Undefined, Wrong, Bad, Undecided, NotDefined, RecursionError) as reason:
        raise Unwritten(f"{result.statement}: {reason}") from None
    data["functions"] = {name: noted[name] for name in sorted(noted.used)}
    data["digest"] = digest(data)
    return data


def _contradiction(check: Recheck, refutation: Refuted) -> Counterexample | None:
    """A point where a part of the statement is false, and both sides there; None where one point does not show it.

    The engine leaves out points where another part is undefined, and takes whole numbers for the n of a product.
    """
    part, place = refutation.part, refutation.place
    if check.products:
        return None
    if place is None:
        return Counterexample({}, *_false_sides(check, part, {}))
    value = number(spots(place)[0]) if isinstance(place, Gap) else place.value
    point, false = {place.name: Node("const", value)}, False
    if not isinstance(place, Gap) and not place.exact:  # a zero in a bracket
        false = [*conjuncts(check.statement)] == [part]
    else:
        with suppress(Unclear, Undefined):
            for conjunct in conjuncts(check.statement):
                check.truth_at(conjunct, point)
            false = check.truth_at(part, point) is False
    at = {place.name: _digits(point[place.name], {})}
    return Counterexample(at, *_false_sides(check, part, point)) if false else None


def _false_sides(check: Recheck, part: Any, point: Mapping[str, Node]) -> tuple[str, str]:
    """Both sides of the first relation that does not hold at the point."""
    for leaf in relations(part):
        with suppress(Unclear, Undefined, Bad):
            if check.truth_at(leaf, point) is not True:
                return _digits(check.value(leaf.left), point), _digits(check.value(leaf.comparators[0]), point)
    return "false", "true"


def _digits(e: Node | str, point: Mapping[str, Node]) -> str:
    """A number at a point, in decimals."""
    if isinstance(e, str):
        return e
    for name, value in point.items():
        e = replaced(e, name, value)
    return libmp.to_str(closed(e).ball[0], 20)


def write(folder: Path, name: str, data: Mapping[str, Any]) -> Path:
    """One certificate as a file of the folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{re.sub(r'[^A-Za-z0-9_-]+', '-', name).strip('-')[:80] or 'statement'}.json"
    flat = json.dumps(data, indent=1)
    # a cell, a bracket, on one line
    flat = re.sub(r"\[[^\[\]{}]*\]", lambda m: " ".join(m[0].split()), flat)
    path.write_text(flat + "\n", "utf-8")
    return path


def write_proof(
    folder: Path, name: str, result: Result, functions: Mapping[str, str] | None = None, claim: str | None = None
) -> list[str]:
    """The certificate of a result that is a proof; a line that says why where it could not be written.

    Raises Contradicted where the statement turns out to be false.
    """
    if result.verdict is not Verdict.PROVED:
        return []
    try:
        write(folder, name, certificate(result, functions, claim))
    except Contradicted:
        raise
    except Unwritten as reason:
        return [f"no certificate for {reason}"]
    return []


def write_proofs(folder: Path, ledgers: Sequence[Ledger], entries: Sequence[dict[str, Any]]) -> list[str]:
    """Certificates of every claim that `verify --json` calls proved, and of what is nearest to a qualified one.

    An entry becomes unsound where the writer finds its statement false.
    """
    verdicts = {(entry["ledger"], entry["id"]): entry for entry in entries}
    failed: list[str] = []
    for ledger in ledgers:
        for claim in ledger.claims:
            entry = verdicts.get((ledger.title, claim.id), {})
            said = {"proved": (claim.statement, claim.where), "qualified": (claim.nearest, claim.nearest_where)}
            statement, where = said.get(entry.get("verdict", ""), (None, None))
            if statement is not None:
                result = Result(statement, where, Verdict.PROVED, Evidence(entry["evidence"]))
                try:
                    lines = write_proof(folder, claim.id, result, ledger.functions, claim.id)
                except Contradicted as contradiction:
                    entry |= {"verdict": "unsound", "counterexample": contradiction.counterexample.to_json()}
                    lines = [f"UNSOUND, a bug in gradproof: {contradiction}"]
                failed += [f"{claim.id}: {line}" for line in lines]
    return failed
