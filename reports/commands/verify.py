"""`gradproof verify`: the verdicts of claim ledgers."""

from __future__ import annotations

import click

from .. import options
from ..errors import FOUND, INTERRUPTED, bad_input


@click.command(short_help="Decide every claim of a ledger.")
@click.argument("ledgers", metavar="[LEDGER]...", nargs=-1, type=click.Path())
@options.as_json
def verify(ledgers: tuple[str, ...], as_json: bool) -> int:
    """Decide every claim of each LEDGER, a TOML file; without one, of the built-in ledgers.

    Exits 1 when a claim's verdict differs from the one that it expects, or anything is unsound.
    """
    from ..counts import differing, unsound
    from ..ledger_page import load, tables, verified

    with bad_input():
        data, interrupted = verified(load(ledgers))
    if as_json:
        from ..strict_json import text

        click.echo(text(data), nl=False)
    else:
        from ..console import show

        show(*tables(data))
    if interrupted:
        return INTERRUPTED
    return FOUND if differing(data["claims"]) or unsound(data["claims"]) else 0
