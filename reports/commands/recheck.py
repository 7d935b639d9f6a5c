"""`gradproof recheck`: proof certificates, confirmed by a program that shares nothing with the search."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from ..errors import BAD_INPUT, FOUND, INTERRUPTED, BadInput, one_line
from . import options


@click.command(cls=options.Command, short_help="Confirm proof certificates independently.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@options.as_json
def recheck(folder: Path, as_json: bool) -> int:
    """Re-check every certificate (*.json) in DIR, as `verify --certificates` and `prove --certificates` write them.

    The re-checker has its own reader, interval arithmetic and tail arithmetic, and imports nothing of what found the
    proofs. It bounds what a certificate may cost; one that costs more is rejected. DIR may also be one certificate.

    Exits 0 when all re-check, 1 when one does not, and 2 when there is none or a file is no certificate.
    """
    files = [folder] if folder.is_file() else sorted(folder.glob("*.json"))
    if not files:
        raise BadInput(f"{folder}: expected a folder with certificates (*.json), or one certificate")
    outcomes: list[dict[str, Any]] = []
    interrupted = False
    try:
        for path in files:
            outcomes.append(_outcome(path))
    except KeyboardInterrupt:
        interrupted = True
    if as_json:
        from ..strict_json import text

        data = {"schema": 1, "interrupted": interrupted, "asked": len(files), "certificates": outcomes}
        click.echo(text(data), nl=False)
    else:
        if interrupted:
            click.echo(f"interrupted: {len(outcomes)} of {len(files)} certificates were re-checked")
        for each in outcomes:
            click.echo(one_line(": ".join(filter(None, (f"{each['verdict']:<10} {each['file']}", each["reason"])))))
        good = sum(each["verdict"] == "confirmed" for each in outcomes)
        seconds = sum(each["seconds"] for each in outcomes)
        click.echo(f"{good} of {len(files)} certificates confirmed in {seconds:.1f} s")
    if interrupted:
        return INTERRUPTED
    verdicts = {each["verdict"] for each in outcomes}
    return FOUND if "rejected" in verdicts else BAD_INPUT if "unreadable" in verdicts else 0


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
