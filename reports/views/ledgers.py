"""Claim ledgers as data and as tables for people."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from ...proofs import ledger as ledgers
from ...proofs.ledger import Ledger
from ...proofs.verdicts import Verdict
from ..runs import sections
from ..runs.pool import Done, Part, run_few
from ..writing.console import cell, interrupted, table, verdict
from ..writing.counts import differing, verdict_counts
from ..writing.grid import Grid
from ..writing.progress import Progress
from .verdict import counterexample


def load(paths: Sequence[str]) -> tuple[Ledger, ...]:
    """The ledgers at `paths`, of which `-` is stdin, or the built-in ones. Raises LedgerError."""
    return tuple(map(_loaded, paths)) if paths else ledgers.builtin_ledgers()


def _loaded(path: str) -> Ledger:
    if path != "-":
        return ledgers.load(path)
    text = sys.stdin.read(ledgers.MAX_FILE_BYTES + 1)
    if len(text) > ledgers.MAX_FILE_BYTES:
        raise ledgers.LedgerError(f"stdin: a ledger has at most {ledgers.MAX_FILE_BYTES} bytes")
    return ledgers.parse(text, "stdin")


def verified(
    chosen: Sequence[Ledger], workers: int | None = None, *, measure: bool = False
) -> tuple[dict[str, Any], list[str]]:
    """The document that `gradproof verify --json` prints, and the claims no verdict was reached for, one line each.

    With `measure` the experiments are run now; else their results are those that ship.

    Ctrl-C keeps the claims that are decided by then, and the document says that it is `interrupted`.
    """
    plan = [
        Part(ledger.title, claim.id, sections.verdict, (replace(ledger, claims=()), claim, measure))
        for ledger in chosen
        for claim in ledger.claims
    ]
    with Progress(len(plan)) as progress:
        outcome = run_few(plan, jobs=workers, on_done=lambda done: progress.step(_said(done)))
    failed = [f"{done.part.name}: {done.failure}" for done in outcome.done if done.failure is not None]
    claims = [_entry(done) for done in outcome.done]
    return {"schema": 1, "interrupted": outcome.interrupted, "asked": len(plan), "claims": claims}, failed


def _said(done: Done) -> str:
    return f"{done.part.name}: {done.failure or done.data['verdict']}"


def _entry(done: Done) -> dict[str, Any]:
    """A claim's entry; where the process that decided it failed, undecided, saying so."""
    if done.failure is None:
        return done.data
    _, claim, _ = done.part.arguments
    undecided = ledgers.ClaimResult(done.part.section, claim, Verdict.UNDECIDED, seconds=done.seconds)
    return {**undecided.to_json(), "explanation": [done.failure], "not_measured": []}


def tables(data: Mapping[str, Any]) -> list[RenderableType]:
    """A line if it is not all; a table for each ledger, the claims that differ from what they expect; counts."""
    claims = data["claims"]
    cut = [interrupted(f"{len(claims)} of {data['asked']} claims were decided")] if data["interrupted"] else []
    titles = list(dict.fromkeys(claim["ledger"] for claim in claims))
    parts: list[RenderableType] = [_ledger(title, [c for c in claims if c["ledger"] == title]) for title in titles]
    wrong = [Text(f"{c['id']}: expected {c['expect']}, got {c['verdict']}", "bold red") for c in differing(claims)]
    return [*cut, *parts, *wrong, summary(data)]


def _ledger(title: str, claims: Sequence[Mapping[str, Any]]) -> Grid:
    built = table(title, ("verdict", "claim", "statement", "why"), heading=2)
    for claim in claims:
        built.add_row(verdict(claim["verdict"]), cell(claim["id"], "bold"), cell(_statement(claim)), cell(_why(claim)))
    return built


def _statement(claim: Mapping[str, Any]) -> str:
    if claim["statement"] is None:
        return claim["says"] or ""
    return claim["statement"] + (f"  where {claim['where']}" if claim["where"] else "")


def _why(claim: Mapping[str, Any]) -> str:
    """The shortest reason: the counterexample and what is true instead, or the first line of the evidence; then what
    was measured."""
    reasons = list(claim["explanation"])[:1] if claim["verdict"] == "undecided" else []
    if claim["counterexample"]:
        reasons.append(counterexample(claim["counterexample"]))
    if claim["nearest"]:
        reasons.append(f"true: {claim['nearest']}")
    if not reasons:
        reasons += list(claim.get("explanation") or [claim.get("outside") or ""])[:1]
    reasons += map(_tested, claim["tested"])
    reasons += [f"not measured: {each}" for each in claim["not_measured"]]
    return "\n".join(reasons)


def _tested(measurement: Mapping[str, Any]) -> str:
    """The effect of a measurement with its interval; the JSON document and the report have all of it."""
    mean, low, high = (f"{float(measurement['interval'][end]):.4g}" for end in ("mean", "low", "high"))
    return f"tested: {measurement['effect']}: {mean} (95 % interval {low} to {high}; {measurement['seeds']} seeds)"


def summary(data: Mapping[str, Any]) -> Text:
    """One line of counts."""
    counts = ", ".join(f"{count} {word}" for word, count in verdict_counts(data["claims"]).items() if count)
    total = f"{len(data['claims'])} of {data['asked']}" if data["interrupted"] else data["asked"]
    return Text(f"{total} claim{'s' * (data['asked'] != 1)}: {counts or 'none'}")
