"""Writes what_the_documentation_says.md from the ledger beside it.

Run: python docs/documentation_page.py. A test compares the page with what this would write.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from gradproof.proofs.ledger import ClaimResult, Ledger, load, verify
from gradproof.proofs.verdicts import Verdict

LEDGER = Path(__file__).parent / "what_the_documentation_says.toml"
PAGE = LEDGER.with_suffix(".md")

INTRODUCTION = """\
Statements about activation functions as they stand in public documentation, source comments, papers and explainers, \
each restated in our own words, put into gradproof's statement language and decided over all its real inputs. Most are \
right. Those that are not are mostly approximations called equalities, decimals cut off instead of rounded, conditions \
left out, and signs; they are on this page to show what a check finds, and each comes with the nearest statement that \
is true. A statement is read as it is written: where a page means "about" or "by convention", its source says so. Each \
text was read in one version, and later ones may say something else."""

FOOT = """\
Generated from [the ledger](what_the_documentation_says.toml) by `python docs/documentation_page.py`; decide it \
yourself with `gradproof verify docs/what_the_documentation_says.toml`."""


def decided() -> tuple[Ledger, list[ClaimResult]]:
    """The ledger and what becomes of its claims."""
    ledger = load(LEDGER)
    return ledger, [verify(claim, ledger) for claim in ledger.claims]


def page(ledger: Ledger, results: list[ClaimResult]) -> str:
    """The whole page."""
    counts = Counter(result.verdict.value for result in results)
    total = ", ".join(f"{counts[v.value]} {v.value}" for v in Verdict if counts[v.value])
    untrue = [result for result in results if result.verdict is not Verdict.PROVED]
    true = [result for result in results if result.verdict is Verdict.PROVED]
    parts = [f"# {ledger.title}", INTRODUCTION, f"{len(results)} statements: {total}."]
    parts += ["## Not true as said", *map(_untrue, untrue)]
    table = ["| what is said | statement | evidence | source |", "|---|---|---|---|", *map(_row, true)]
    parts += ["## True", "\n".join(table)]
    functions = [f"- `{name}(x) = {formula}`" for name, formula in ledger.functions.items()]
    parts += ["## Functions the statements use beside the catalogue", "\n".join(functions)]
    parts += ["## Texts", f"Read were {ledger.source}.", FOOT]
    return "\n\n".join(parts) + "\n"


def _untrue(result: ClaimResult) -> str:
    lines = [f"**{result.claim.says}** ({result.claim.source})", f"- {_verdict(result)}: {_statement(result)}"]
    if (blame := result.counterexample) is not None:
        point = ", ".join(f"{name} = {value}" for name, value in blame.at.items())
        lines.append(f"- counterexample: {point + ': ' if point else ''}left {blame.lhs}, right {blame.rhs}")
    if result.nearest is not None:
        lines.append(f"- true: `{result.nearest}`")
    return "\n".join([lines[0], "", *lines[1:]])


def _row(result: ClaimResult) -> str:
    evidence = result.evidence.value if result.evidence is not None else ""
    return f"| {result.claim.says} | {_statement(result)} | {evidence} | {result.claim.source} |"


def _verdict(result: ClaimResult) -> str:
    return result.verdict.value + (f" ({result.evidence.value})" if result.evidence is not None else "")


def _statement(result: ClaimResult) -> str:
    text = " ".join((result.claim.statement or "").split())
    where = f" where {result.claim.where}" if result.claim.where else ""
    return f"`{text}{where}`"


if __name__ == "__main__":
    PAGE.write_text(page(*decided()), encoding="utf-8")
