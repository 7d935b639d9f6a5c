"""`gradproof depth`, `gains`, `meanfield` and `train`: what layers do to a gradient, and to a training."""

from __future__ import annotations

from typing import Any

import click

from ..errors import INTERRUPTED, BadInput, bad_input
from ..parameters import pairs
from . import options


@click.command(
    cls=options.FormulaCommand, short_help="Products of derivatives through depth, and where formats give up."
)
@click.argument("activation", metavar="ACTIVATION|FORMULA", shell_complete=options.activations)
@click.option("--layers", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many layers.")
@click.option(
    "--weight", metavar="W", default="1", show_default=True, help="The size of every weight, exact as written."
)
@click.option(
    "--init",
    "initialisation",
    type=options.initialisation("xavier", "he", "lecun", "orthogonal", "critical"),
    help="Also: what a gradient does in random networks with these weights, in theory.",
)
@click.option("--norm", type=options.NORMS, help="… with this normalisation.")
@click.option("--residual", is_flag=True, help="… with a residual connection around each layer.")
@click.option("--post-norm", is_flag=True, help="… normalised after that, not before the branch.")
@click.option("--width", type=click.IntRange(2, 4096), default=128, show_default=True, help="… of this width.")
@click.option("--measure", is_flag=True, help="… and measured in 64 such networks.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of those networks.")
@click.option(
    "--workers", type=click.IntRange(1, 64), metavar="N", help="How many threads measure; else one for each core."
)
@options.param
@options.as_json
def depth(
    activation: str, layers: int, weight: str, parameters: tuple[str, ...], as_json: bool, **network: Any
) -> int:
    """Print certified bounds on the product of w f'(z) over layers, whatever the inputs z are,
    and the first depth at which that bound leaves each float format's range or rounds to zero.

    With --init, --norm, --residual or --measure also the factor by which a layer of a random network
    multiplies the gradient's norm, typically: in theory, and as measured.
    """
    from ...proofs.budget import Undecided
    from ..runs.depth import document
    from ..views.depth import tables

    if network["post_norm"] and not network["norm"]:
        raise BadInput("--post-norm: expected --norm beside it")
    if network["workers"] is not None and not network["measure"]:
        raise BadInput("--workers: expected --measure beside it")
    network["norm_place"] = "post" if network.pop("post_norm") else "pre"
    if any(network[name] for name in ("initialisation", "norm", "residual", "measure")):
        network["initialisation"] = network["initialisation"] or "xavier"
    else:
        network = {}
    with bad_input(Undecided):
        data = document(
            activation, layers=layers, weight=weight, parameters=pairs(parameters), network=network or None
        )
    options.show(data, tables, as_json=as_json)
    return INTERRUPTED if "interrupted" in data else 0


@click.command(cls=options.FormulaCommand, short_help="Gains for initial weights, forward and backward, certified.")
@click.argument("names", metavar="[ACTIVATION|FORMULA]...", nargs=-1, shell_complete=options.activations)
@options.param
@options.workers
@options.as_json
def gains(names: tuple[str, ...], parameters: tuple[str, ...], workers: int | None, as_json: bool) -> int:
    """Print the gain that keeps the second moment of a signal, 1/sqrt(E[f(z)^2]) for a standard
    normal z, and the one that keeps that of its gradient, 1/sqrt(E[f'(z)^2]), beside what PyTorch's
    calculate_gain returns. Without a name: of the whole catalogue.
    """
    from ...proofs.budget import Undecided
    from ..runs.depth import gains_document
    from ..views.depth import gains_tables

    with bad_input(Undecided):
        data = gains_document(names, parameters=pairs(parameters), workers=workers)
    options.show(data, gains_tables, as_json=as_json)
    return INTERRUPTED if data.get("interrupted") else 0


@click.command(cls=options.FormulaCommand, short_help="Mean field of wide networks: fixed points, phase, depth scales.")
@click.argument("activation", metavar="ACTIVATION|FORMULA", shell_complete=options.activations)
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


@click.command(cls=options.FormulaCommand, short_help="Small real trainings: who learns at which depth, what dies.")
@click.argument("activations", metavar="[ACTIVATION|FORMULA]...", nargs=-1, shell_complete=options.activations)
@click.option("--depth", "depths", type=click.IntRange(1, 100), multiple=True, help="Hidden layers; else 10 and 30.")
@click.option("--width", type=click.IntRange(2, 1024), default=32, show_default=True, help="Their width.")
@click.option("--init", "initialisation", type=options.initialisation("xavier", "he", "lecun"),
              help="Else Xavier for sigmoid and tanh, He for the others.")
@click.option("--learning-rate", type=click.FloatRange(min=0, min_open=True), default=0.1, show_default=True)
@click.option("--batch-norm/--no-batch-norm", default=None, help="Else both.")
@click.option("--steps", type=click.IntRange(1, 100_000), default=300, show_default=True)
@click.option("--target", type=click.FloatRange(min=0, min_open=True), default=0.3, show_default=True,
              help="The loss to reach; that of a coin is 0.69.")
@click.option("--data", type=click.Choice(["teacher", "spirals"]), default="teacher", show_default=True)
@click.option("--seeds", type=click.IntRange(2, 1000), default=4, show_default=True, help="Runs of each.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Where all chance comes from.")
@options.workers
@options.as_json
def train(
    activations: tuple[str, ...], depths: tuple[int, ...], batch_norm: bool | None, as_json: bool, **chosen: Any
) -> int:
    """Train networks by stochastic gradient descent on generated data of two classes, and print the
    steps to a loss, the final loss, how much the first and the last hidden layer move in a step, and
    the units that are dead at the end. Without a name: sigmoid, tanh, relu, leaky_relu and gelu.
    """
    from ..runs.networks import training_document
    from ..views.depth import train_tables

    names = activations or ("sigmoid", "tanh", "relu", "leaky_relu", "gelu")
    norms = (False, True) if batch_norm is None else (batch_norm,)
    with bad_input():
        data = training_document(names, depths=depths or (10, 30), norms=norms, **chosen)
    options.show(data, train_tables, as_json=as_json)
    return INTERRUPTED if data.get("interrupted") else 0
