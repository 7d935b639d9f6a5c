"""`gradproof list`: the catalogue."""

from __future__ import annotations

import click

from . import options


@click.command("list", cls=options.Command, short_help="The catalogue of activations.")
@options.as_json
def list_(as_json: bool) -> None:
    """Print every activation of the catalogue: name, aliases, parameters, definition."""
    from ..views.catalogue import document, tables

    data = document()
    options.show(data, tables, as_json=as_json)
