"""`gradproof prove`: one statement."""

from __future__ import annotations

import click

from .. import options
from ..errors import FOUND, bad_input


@click.command(
    short_help="Decide one statement.",
    # A statement may begin with a minus sign: "-1 < tanh(x)".
    context_settings={"ignore_unknown_options": True},
)
@click.argument("statement")
@click.option("--where", metavar="W", help="Restrict the free names, for example 'x > 0'.")
@options.as_json
def prove(statement: str, where: str | None, as_json: bool) -> int:
    """Decide STATEMENT for all real values of its free names.

    \b
    gradproof prove "D(sigmoid)(x) <= 1/4"
    gradproof prove "D(sigmoid)(x) < 1/10" --where "abs(x) > 3"

    Exits 0 when the statement is proved, otherwise 1.
    """
    with bad_input():
        from ...proofs.statements import prove as decide

        result = decide(statement, where=where)
    if as_json:
        from ..strict_json import text

        click.echo(text(result.to_json()), nl=False)
    else:
        from ..verdict_page import lines

        click.echo("\n".join(lines(result.to_json())))
    return 0 if result.verdict.value == "proved" else FOUND
