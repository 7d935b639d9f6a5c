"""`gradproof prove`: one statement."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import FOUND, UNDECIDED, bad_input, one_line
from ..output_files import writable_folder
from . import options


@click.command(cls=options.FormulaCommand, short_help="Decide one statement.")
@click.argument("statement")
@click.option("--where", metavar="W", help="Restrict the free names, for example 'x > 0'.")
@options.certificates
@options.as_json
def prove(statement: str, where: str | None, certificates: Path | None, as_json: bool) -> int:
    """Decide STATEMENT for all real values of its free names.

    \b
    gradproof prove "D(sigmoid)(x) <= 1/4"
    gradproof prove "D(sigmoid)(x) < 1/10" --where "abs(x) > 3"

    Exits 0 when the statement is proved (and its certificate written, where one is asked for), 3 when it is
    undecided, otherwise 1: refuted, or proved and yet contradicted by the cross-examination of the proof, which is
    a bug in gradproof and is said on stderr with both sides.
    """
    from ..writing.console import say
    from ..writing.counts import alarm

    writable_folder(certificates, "--certificates")
    with bad_input():
        from ...proofs.statements import prove as decide

        result = decide(statement, where=where)
    unwritten: list[str] = []
    if certificates is not None:
        from ...proofs.certificates import Contradicted, write_proof

        try:
            unwritten = write_proof(certificates, statement, result)
        except Contradicted as found:
            result, unwritten = found.unsound(result), [f"UNSOUND, a bug in gradproof: {found}"]
    if as_json:
        from ..strict_json import text

        click.echo(text(result.to_json()), nl=False)
    else:
        from ..views.verdict import lines

        say("\n".join(lines(result.to_json())))
    alarms = [alarm(result.to_json())] if result.verdict == "unsound" else []
    for line in (*alarms, *unwritten):
        click.echo(f"gradproof: {one_line(line)}", err=True)
    if result.verdict == "undecided":
        return UNDECIDED
    return 0 if result.verdict == "proved" and not unwritten else FOUND
