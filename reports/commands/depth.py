"""`gradproof depth`, `gains` and `meanfield`: what layers do to a gradient, and the weights that keep its size."""

from __future__ import annotations

import click

from ..errors import bad_input
from ..parameters import pairs
from . import options


@click.command(
    cls=options.FormulaCommand, short_help="Products of derivatives through depth, and where formats give up."
)
@click.argument("activation", metavar="ACTIVATION|FORMULA")
@click.option("--layers", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many layers.")
@click.option(
    "--weight", metavar="W", default="1", show_default=True, help="The size of every weight, exact as written."
)
@options.param
@options.as_json
def depth(activation: str, layers: int, weight: str, parameters: tuple[str, ...], as_json: bool) -> None:
    """Print certified bounds on the product of w f'(z) over layers, whatever the inputs z are,
    and the first depth at which that bound leaves each float format's range or rounds to zero.
    """
    from ...proofs.budget import Undecided
    from ..runs.depth import document
    from ..views.depth import tables

    with bad_input(Undecided):
        data = document(activation, layers=layers, weight=weight, parameters=pairs(parameters))
    options.show(data, tables, as_json=as_json)


@click.command(cls=options.FormulaCommand, short_help="Gains for initial weights, forward and backward, certified.")
@click.argument("names", metavar="[ACTIVATION|FORMULA]...", nargs=-1)
@options.param
@options.as_json
def gains(names: tuple[str, ...], parameters: tuple[str, ...], as_json: bool) -> None:
    """Print the gain that keeps the second moment of a signal, 1/sqrt(E[f(z)^2]) for a standard
    normal z, and the one that keeps that of its gradient, 1/sqrt(E[f'(z)^2]), beside what PyTorch's
    calculate_gain returns. Without a name: of the whole catalogue.
    """
    from ...proofs.budget import Undecided
    from ..runs.depth import gains_document
    from ..views.depth import gains_tables

    with bad_input(Undecided):
        data = gains_document(names, parameters=pairs(parameters))
    options.show(data, gains_tables, as_json=as_json)


@click.command(cls=options.FormulaCommand, short_help="Mean field of wide networks: fixed points, phase, depth scales.")
@click.argument("activation", metavar="ACTIVATION|FORMULA")
@click.option("--sigma-w", metavar="S", help="Weights have variance S^2/width; exact as written, such as sqrt(2).")
@click.option("--sigma-b", metavar="B", help="Biases have variance B^2.")
@options.param
@options.as_json
def meanfield(
    activation: str, sigma_w: str | None, sigma_b: str | None, parameters: tuple[str, ...], as_json: bool
) -> None:
    """Print where signals and gradients go in a network of infinite width with random weights: the fixed point q* of
    the variance, the factor chi of the squared gradient in a layer, the phase (ordered, critical or chaotic), and the
    depths that signals survive, certified. Without sigmas: the critical line, where chi is 1.
    """
    from ...proofs.budget import Undecided
    from ..runs.depth import mean_field_document
    from ..views.depth import mean_field_tables

    with bad_input(Undecided):
        data = mean_field_document(activation, sigma_w=sigma_w, sigma_b=sigma_b, parameters=pairs(parameters))
    options.show(data, mean_field_tables, as_json=as_json)
