"""`gradproof prove`: one statement."""

from __future__ import annotations

from pathlib import Path

import click

from .. import options
from ..errors import FOUND, bad_input, one_line


@click.command(
    short_help="Decide one statement.",
    # A statement may begin with a minus sign: "-1 < tanh(x)".
    context_settings={"ignore_unknown_options": True},
)
@click.argument("statement")
@click.option("--where", metavar="W", help="Restrict the free names, for example 'x > 0'.")
@options.certificates
@options.as_json
def prove(statement: str, where: str | None, certificates: Path | None, as_json: bool) -> int:
    """Decide STATEMENT for all real values of its free names.

    \b
    gradproof prove "D(sigmoid)(x) <= 1/4"
    gradproof prove "D(sigmoid)(x) < 1/10" --where "abs(x) > 3"

    Exits 0 when the statement is proved (and its certificate written, where one is asked for), otherwise 1.
    """
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
        from ..verdict_page import lines

        click.echo("\n".join(lines(result.to_json())))
    for line in unwritten:
        click.echo(f"gradproof: {one_line(line)}", err=True)
    return 0 if result.verdict.value == "proved" and not unwritten else FOUND
