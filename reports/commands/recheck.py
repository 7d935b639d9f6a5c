"""`gradproof recheck`: proof certificates, confirmed by a program that shares nothing with the search."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import BAD_INPUT, FOUND, INTERRUPTED, BadInput, one_line
from . import options

if TYPE_CHECKING:
    from rich.text import Text


@click.command(cls=options.Command, short_help="Confirm proof certificates independently.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@options.workers
@options.as_json
def recheck(folder: Path, workers: int | None, as_json: bool) -> int:
    """Re-check every certificate (*.json) in DIR, as `verify --certificates` and `prove --certificates` write them.

    The re-checker has its own reader, interval arithmetic and tail arithmetic, and imports nothing of what found the
    proofs. It bounds what a certificate may cost; one that costs more is rejected. DIR may also be one certificate.

    Exits 0 when all re-check, 1 when one does not, and 2 when there is none or a file is no certificate.
    """
    from ..runs.pool import Part, run_few
    from ..writing.progress import Progress

    files = [folder] if folder.is_file() else sorted(folder.glob("*.json"))
    if not files:
        raise BadInput(f"{folder}: expected a folder with certificates (*.json), or one certificate")
    plan = [Part("certificate", path.name, _outcome, (path,)) for path in files]
    with Progress(len(plan)) as progress:
        outcome = run_few(plan, jobs=workers, on_done=lambda done: progress.step(done.part.name))
    outcomes = [done.data or _failed(done.part.name, done.failure, done.seconds) for done in outcome.done]
    unreadable = [each for each in outcomes if each["verdict"] == "unreadable"]
    if folder.is_file() and unreadable:
        raise BadInput(f"{folder}: {unreadable[0]['reason']}; expected a certificate, of `verify --certificates`")
    data = {"schema": 1, "interrupted": outcome.interrupted, "asked": len(files), "certificates": outcomes}
    options.show(data, _lines, as_json=as_json)
    for each in unreadable:
        click.echo("gradproof: " + one_line(f"{folder / each['file']}: {each['reason']}"), err=True)
    if outcome.interrupted:
        return INTERRUPTED
    verdicts = {each["verdict"] for each in outcomes}
    return FOUND if "rejected" in verdicts else BAD_INPUT if unreadable else 0


def _lines(data: Mapping[str, Any]) -> list[Text]:
    """A line for each certificate, and the count."""
    from rich.text import Text

    outcomes, asked = data["certificates"], data["asked"]
    lines = [f"interrupted: {len(outcomes)} of {asked} certificates were re-checked"] if data["interrupted"] else []
    for each in outcomes:
        lines.append(one_line(": ".join(filter(None, (f"{each['verdict']:<10} {each['file']}", each["reason"])))))
    good = sum(each["verdict"] == "confirmed" for each in outcomes)
    seconds = sum(each["seconds"] for each in outcomes)
    lines.append(f"{good} of {asked} certificate{'s' * (asked != 1)} confirmed in {seconds:.1f} s")
    return [Text("\n".join(lines))]


def _failed(name: str, reason: str | None, seconds: float) -> dict[str, Any]:
    """A certificate whose re-checking ended without an answer is not confirmed."""
    return {"file": name, "statement": None, "verdict": "rejected", "reason": reason, "seconds": round(seconds, 3)}


def _outcome(path: Path) -> dict[str, Any]:
    """One file: confirmed, rejected with the fact and the reason, or unreadable."""
    from ...proofs.recheck.definitions import own
    from ...proofs.recheck.reader import Bad
    from ...proofs.recheck.signs import Wrong
    from ...proofs.recheck.statement import load, recheck

    started = time.perf_counter()
    verdict, reason = "confirmed", None
    certificate: Any = None
    try:
        certificate = load(path)
        recheck(certificate)
        # A confirmation is one of the statement with these definitions, so that a reader has to see them.
        if stated := own(certificate["functions"]):
            reason = "with " + ", ".join(f"{name}(x) = {formula}" for name, formula in stated.items())
    except Wrong as error:
        verdict, reason = "rejected", str(error)
    except (Bad, OSError) as error:
        verdict, reason = "unreadable", str(error)
    statement = certificate.get("statement") if isinstance(certificate, dict) else None
    return {
        "file": path.name, "statement": statement if isinstance(statement, str) else None, "verdict": verdict,
        "reason": reason, "seconds": round(time.perf_counter() - started, 3),
    }  # fmt: skip
