"""`gradproof describe`: the datasheet of an activation or of a formula."""

from __future__ import annotations

import click

from ..parameters import pairs
from . import options


@click.command(cls=options.FormulaCommand, short_help="The datasheet of an activation or a formula.")
@click.argument("activation", metavar="ACTIVATION|FORMULA")
@options.param
@options.as_json
def describe(activation: str, parameters: tuple[str, ...], as_json: bool) -> None:
    """Print what is certain about an activation, or about a formula in x, on the whole real line.

    \b
    gradproof describe gelu
    gradproof describe elu --param alpha=2
    gradproof describe softmax
    gradproof describe "x*tanh(exp(x))"
    """
    from ..views import datasheet, vector_datasheet

    page = vector_datasheet if vector_datasheet.covers(activation) else datasheet
    data = page.document(activation, pairs(parameters))
    options.show(data, page.tables, as_json=as_json)
