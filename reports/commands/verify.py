"""`gradproof verify`: the verdicts of claim ledgers."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import BAD_INPUT, FOUND, INTERRUPTED, bad_input, one_line
from ..output_files import writable_folder
from . import options


@click.command(cls=options.Command, short_help="Decide every claim of a ledger.")
@click.argument("ledgers", metavar="[LEDGER]...", nargs=-1, type=click.Path())
@options.workers
@click.option("--measure", is_flag=True, help="Run the experiments that claims name, which takes minutes.")
@options.certificates
@options.as_json
def verify(
    ledgers: tuple[str, ...], workers: int | None, measure: bool, certificates: Path | None, as_json: bool
) -> int:
    """Decide every claim of each LEDGER, a TOML file, or `-` for stdin; without one, of the built-in ledgers.

    A claim that names an experiment is shown with its result, which never changes the verdict: for the built-in
    ledgers one that ships with gradproof, unless --measure asks for all of them anew.

    Exits 1 when a claim's verdict differs from the one that it expects, no verdict was reached because a process
    failed, a certificate that is asked for could not be written, or anything is unsound; else 2 when a claim cannot
    be read, after the others are decided.
    """
    from ..views.ledgers import load, tables, verified
    from ..writing.counts import alarm, differing, unsound

    writable_folder(certificates, "--certificates")
    with bad_input():
        chosen = load(ledgers)
        data, failed = verified(chosen, workers, measure=measure)
    if certificates is not None and data["interrupted"]:
        failed.append(f"no certificates in {certificates}: interrupted")
    elif certificates is not None:
        from ...proofs.certificates import write_proofs

        failed += write_proofs(certificates, chosen, data["claims"])
    options.show(data, tables, as_json=as_json)
    unreadable = [line for ledger in chosen for line in ledger.errors]
    for line in (*map(alarm, unsound(data["claims"])), *unreadable, *failed):
        click.echo(f"gradproof: {one_line(line)}", err=True)
    if data["interrupted"]:
        return INTERRUPTED
    if unreadable and not unsound(data["claims"]):
        return BAD_INPUT
    return FOUND if failed or differing(data["claims"]) or unsound(data["claims"]) else 0
