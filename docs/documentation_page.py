"""Writes what_the_documentation_says.md and what_the_texts_say.md from the ledgers beside them.

Run: python docs/documentation_page.py. A test compares the pages with what this would write.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from gradproof.proofs.ledger import ClaimResult, Ledger, load, verify
from gradproof.proofs.verdicts import Verdict


@dataclass(frozen=True)
class Page:
    """A page made from the ledger of the same name."""

    ledger: Path
    introduction: str

    @property
    def path(self) -> Path:
        return self.ledger.with_suffix(".md")


DOCUMENTATION = Page(
    Path(__file__).parent / "what_the_documentation_says.toml",
    """\
Statements about activation functions as they stand in public documentation, source comments, papers and explainers, \
each restated in our own words, put into gradproof's statement language and decided over all its real inputs. Most are \
right. Those that are not are mostly approximations called equalities, decimals cut off instead of rounded, conditions \
left out, and signs; they are on this page to show what a check finds, and each comes with the nearest statement that \
is true. A statement is read as it is written: where a page means "about" or "by convention", its source says so. Each \
text was read in one version, and later ones may say something else.""",
)
TEXTS = Page(
    Path(__file__).parent / "what_the_texts_say.toml",
    """\
A second collection, beside [what the documentation says](what_the_documentation_says.md): statements from papers, \
handbooks, encyclopaedias, lecture notes, blogs, questions and answers, and further frameworks, each restated in our \
own words before any was tried, so that it also shows what gradproof cannot decide. Every verdict agrees with an \
evaluation of the statement by formulas written down again in mpmath. What is not true is mostly an interval with its \
ends, a sign, a case left out, a decimal cut off, or a line of mathematics that went wrong in typesetting. A statement \
is read as it is written; each text was read in one version, and later ones may say something else.""",
)
PAGES = (DOCUMENTATION, TEXTS)

FOOT = """\
Generated from [the ledger]({0}.toml) by `python docs/documentation_page.py`; decide it yourself with \
`gradproof verify docs/{0}.toml`."""


def decided(page: Page) -> tuple[Ledger, list[ClaimResult]]:
    """The ledger of a page and what becomes of its claims."""
    ledger = load(page.ledger)
    return ledger, [verify(claim, ledger) for claim in ledger.claims]


def text(page: Page, ledger: Ledger, results: list[ClaimResult]) -> str:
    """The whole page."""
    counts = Counter(result.verdict.value for result in results)
    total = ", ".join(f"{counts[v.value]} {v.value}" for v in Verdict if counts[v.value])
    undecided = [result for result in results if result.verdict is Verdict.UNDECIDED]
    untrue = [result for result in results if result.verdict not in (Verdict.PROVED, Verdict.UNDECIDED)]
    true = [result for result in results if result.verdict is Verdict.PROVED]
    parts = [f"# {ledger.title}", page.introduction, f"{len(results)} statements: {total}."]
    parts += ["## Not true as said", *map(_untrue, untrue)]
    if undecided:
        parts += ["## Not decided", "\n".join(map(_undecided, undecided))]
    table = ["| what is said | statement | evidence | source |", "|---|---|---|---|", *map(_row, true)]
    parts += ["## True", "\n".join(table)]
    functions = [f"- `{_call(name)} = {formula}`" for name, formula in ledger.functions.items()]
    parts += ["## Functions the statements use beside the catalogue", "\n".join(functions)]
    parts += ["## Texts", f"Read were {ledger.source}.", FOOT.format(page.ledger.stem)]
    return "\n\n".join(parts) + "\n"


def _untrue(result: ClaimResult) -> str:
    lines = [f"**{result.claim.says}** ({result.claim.source})", f"- {_verdict(result)}: {_statement(result)}"]
    if (blame := result.counterexample) is not None:
        point = ", ".join(f"{name} = {value}" for name, value in blame.at.items())
        lines.append(f"- counterexample: {point + ': ' if point else ''}left {blame.lhs}, right {blame.rhs}")
    if result.nearest is not None:
        lines.append(f"- true: `{result.nearest}`")
    return "\n".join([lines[0], "", *lines[1:]])


def _undecided(result: ClaimResult) -> str:
    return f"- {result.claim.says} ({result.claim.source}): {_statement(result)}"


def _row(result: ClaimResult) -> str:
    evidence = result.evidence.value if result.evidence is not None else ""
    says, statement = (cell.replace("|", "\\|") for cell in (result.claim.says, _statement(result)))
    return f"| {says} | {statement} | {evidence} | {result.claim.source} |"


def _verdict(result: ClaimResult) -> str:
    return result.verdict.value + (f" ({result.evidence.value})" if result.evidence is not None else "")


def _statement(result: ClaimResult) -> str:
    statement = " ".join((result.claim.statement or "").split())
    where = f" where {result.claim.where}" if result.claim.where else ""
    return f"`{statement}{where}`"


def _call(signature: str) -> str:
    """A function's signature; a bare name is a function of x."""
    return signature if "(" in signature else f"{signature}(x)"


if __name__ == "__main__":
    for each in PAGES:
        each.path.write_text(text(each, *decided(each)), encoding="utf-8")
