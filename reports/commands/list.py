"""`gradproof list`: the catalogue."""

from __future__ import annotations

import click

from . import options


@click.command("list", cls=options.Command, short_help="The catalogue of activations.")
@click.argument("pattern", required=False, shell_complete=options.activations)
@options.as_json
def list_(pattern: str | None, as_json: bool) -> None:
    """Print every activation of the catalogue: name, aliases, parameters, definition. With PATTERN, those with it in a
    name or an alias; * stands for any characters.

    \b
    gradproof list relu
    gradproof list "soft*"
    """
    from ..views.catalogue import document, tables

    options.show(document(pattern), tables, as_json=as_json)
