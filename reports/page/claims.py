"""Ledgers as the page shows them: refuted claims first, each with its formula, its picture, and what decided it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from ..figures.claims import claim_plot
from ..figures.mathml import conjuncts, mathml
from ..writing.counts import differing, verdict_counts
from .words import VERDICTS, counterexample

ORDER = [*VERDICTS]
LONGEST = 110
"""Characters of a true statement on the first screen."""


def ledgers(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The ledgers with their claims in the order of the verdicts, those that differ from what they expect first."""
    return [
        {**ledger, "number": number, "claims": sorted(
            (_claim(claim, number, ledger) for claim in ledger["claims"]),
            key=lambda claim: (not claim["differs"], ORDER.index(claim["verdict"])),
        )}
        for number, ledger in enumerate(data["ledgers"], 1)
    ]  # fmt: skip


def _claim(claim: Mapping[str, Any], number: int, ledger: Mapping[str, Any]) -> dict[str, Any]:
    statement = claim["statement"]
    return {
        **claim,
        "anchor": f"claim-{number}-{claim['id']}",
        "differs": bool(differing([claim])),
        "formulas": formulas(statement) if statement else [],
        "condition": Markup(mathml(claim["where"])) if claim["where"] else None,
        "why": counterexample(claim["counterexample"]) if claim["counterexample"] else None,
        "instead": _instead(claim["nearest"]) if claim["nearest"] else None,
        "command": None if ledger.get("functions") or not statement else command(statement, claim["where"]),
        "search": " ".join(filter(None, (claim["id"], claim["says"], statement))).lower(),
    }


def formulas(statement: str) -> list[Markup]:
    """The parts of a statement, each a formula."""
    return [Markup(mathml(part)) for part in conjuncts(statement)]


def _instead(nearest: str) -> dict[str, Any]:
    """A true statement: its formulas and its condition, and its beginning as text."""
    statement, _, condition = nearest.partition(" where ")
    text = " ".join(nearest.split())
    return {
        "text": text if len(text) <= LONGEST else text[: LONGEST - 1] + "…",
        "formulas": formulas(statement),
        "condition": Markup(mathml(condition)) if condition else None,
    }


def command(statement: str, where: str | None) -> str:
    """The command that decides a claim by itself."""
    parts = ["gradproof", "prove", " ".join(statement.split())]
    return shlex.join(parts + (["--where", where] if where else []))


def plot(claim: Mapping[str, Any]) -> Markup | None:
    """The picture of a claim, where it has one."""
    picture = claim.get("picture")
    return Markup(claim_plot(picture, claim["says"] or claim["statement"])) if picture else None


def counts(claims: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The number of claims with each verdict, in the page's order; verdicts that no claim has are left out."""
    found = verdict_counts(claims)
    return {word: found[word] for word in ORDER if found[word]}
