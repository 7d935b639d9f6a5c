"""Claim ledgers as data and as tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..proofs import ledger as ledgers
from ..proofs.ledger import Ledger
from .console import cell, table, verdict
from .counts import differing, verdict_counts
from .progress import Progress
from .verdict_page import counterexample


def load(paths: Sequence[str]) -> tuple[Ledger, ...]:
    """The ledgers at `paths`, or the built-in ones. Raises LedgerError."""
    return tuple(ledgers.load(path) for path in paths) if paths else ledgers.builtin_ledgers()


def verified(chosen: Sequence[Ledger]) -> tuple[dict[str, Any], bool]:
    """What `gradproof verify --json` prints, and whether Ctrl-C cut the run short."""
    claims: list[dict[str, Any]] = []
    progress = Progress(sum(len(ledger.claims) for ledger in chosen))
    interrupted = False
    try:
        for ledger in chosen:
            for claim in ledger.claims:
                claims.append(ledgers.verify(claim, ledger).to_json())
                progress.step(f"{claim.id}: {claims[-1]['verdict']}")
    except KeyboardInterrupt:
        interrupted = True
    finally:
        progress.close()
    return {"schema": 1, "claims": claims}, interrupted


def tables(data: Mapping[str, Any]) -> list[RenderableType]:
    """A table for each ledger, the claims that differ from what they expect, and the counts."""
    claims = data["claims"]
    titles = list(dict.fromkeys(claim["ledger"] for claim in claims))
    shown: list[RenderableType] = [_ledger(title, [c for c in claims if c["ledger"] == title]) for title in titles]
    wrong = [Text(f"{c['id']}: expected {c['expect']}, got {c['verdict']}", "bold red") for c in differing(claims)]
    return [*shown, *wrong, summary(claims)]


def _ledger(title: str, claims: Sequence[Mapping[str, Any]]) -> Table:
    shown = table(title, ("verdict", "claim", "statement", "why"))
    for claim in claims:
        shown.add_row(verdict(claim["verdict"]), cell(claim["id"], "bold"), cell(_statement(claim)), cell(_why(claim)))
    return shown


def _statement(claim: Mapping[str, Any]) -> str:
    if claim["statement"] is None:
        return claim["says"] or ""
    return claim["statement"] + (f"  where {claim['where']}" if claim["where"] else "")


def _why(claim: Mapping[str, Any]) -> str:
    """The shortest reason: the counterexample and what is true instead, or the first line of the evidence."""
    reasons = []
    if claim["counterexample"]:
        reasons.append(counterexample(claim["counterexample"]))
    if claim["nearest"]:
        reasons.append(f"true: {claim['nearest']}")
    if not reasons:
        reasons += list(claim.get("explanation") or [claim.get("outside") or ""])[:1]
    return "\n".join(reasons)


def summary(claims: Sequence[Mapping[str, Any]]) -> Text:
    """One line of counts."""
    counts = ", ".join(f"{count} {word}" for word, count in verdict_counts(claims).items() if count)
    return Text(f"{len(claims)} claims: {counts or 'none'}")
