"""The summary of a set of decided claims: counts, claims not as expected, and anything unsound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

WORDS = ("unsound", "error", "proved", "refuted", "qualified", "undecided", "outside")


def verdict_counts(claims: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The number of claims with each verdict, `unsound` first."""
    verdicts = [claim["verdict"] for claim in claims]
    return {word: verdicts.count(word) for word in WORDS}


def differing(claims: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Claims that say what verdict they expect and got another; one that cannot be read got none."""
    decided = [claim for claim in claims if claim["verdict"] != "error"]
    return [claim for claim in decided if claim["expect"] is not None and claim["expect"] != claim["verdict"]]


def unsound(claims: Iterable[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Claims that were proved and are contradicted: bugs in gradproof."""
    return [claim for claim in claims if claim["verdict"] == "unsound"]


def alarm(claim: Mapping[str, Any]) -> str:
    """One line that says what was proved and what contradicts it, with both sides."""
    blame = claim["counterexample"] or {"at": {}, "lhs": "?", "rhs": "?"}
    at = "".join(f" at {name} = {value}" for name, value in blame["at"].items())
    said = f"{claim['id']}: {claim['statement']}" if claim["id"] else claim["statement"]
    where = f" where {claim['where']}" if claim["where"] else ""
    sides = f"{blame['lhs']} against {blame['rhs']}"
    return f"UNSOUND, a bug in gradproof: proved, yet contradicted{at}: {said}{where}: {sides}"


def at_fault(data: Mapping[str, Any]) -> bool:
    """Whether the ledger or gradproof itself is at fault: what frameworks get wrong does not count."""
    claims = [claim for ledger in data["ledgers"] for claim in ledger["claims"]]
    own = [result for each in data["implementations"] if each["name"] == "numpy" for result in each["results"]]
    return bool(
        differing(claims)
        or unsound(claims)
        or data["contradictions"]
        or data["failures"]
        or any(result["verdict"] == "fail" for result in own)
    )
