"""Gains: the factors that keep the size of a signal, or of its gradient, in a wide layer with random weights.

Weights of variance gain^2/width give normal pre-activations of the variance of the layer before where the gain is
1/sqrt(E f(z)^2) (forward), and gradients of the size of those above where it is 1/sqrt(E f'(z)^2) (backward), for a
standard normal z: He et al. 2015, Delving Deep into Rectifiers, for relu; Pennington et al. 2017, Resurrecting the
sigmoid in deep learning, for any f. Of relu they are the same, of most functions they are not. Kinks and jumps have no
weight in f'. A gate has an independent normal at each input, and a backward gain for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...proofs.budget import Undecided
from ...proofs.catalogue.parameters import ParameterValue
from ...proofs.catalogue.parse import definition, parse_number
from ...proofs.expressions import calculus
from ...proofs.expressions.expr import Expr
from ...proofs.expressions.printing import to_text
from ...proofs.means.expectations import gain
from ...proofs.reals.reals import Real, compare, exact
from ...proofs.verdicts import plain
from ..implementations.numpy_functions import factors_of
from ..oracle.reference import Target, exact_expression, name_of

CALCULATE_GAIN = {
    "identity": "1", "sigmoid": "1", "tanh": "5/3", "relu": "sqrt(2)", "leaky_relu": "sqrt(2/(1 + negative_slope**2))",
    "selu": "3/4",
}  # fmt: skip
"""The table of torch.nn.init.calculate_gain, as PyTorch's documentation has it (linear is the identity)."""


@dataclass(frozen=True)
class Gains:
    """The gains of one function, certified."""

    name: str
    formula: str
    forward: Real | None
    """None where E f^2 is 0, infinite or undecided; `undecided` says which of the latter two."""
    backward: Real | None
    """None where it is not known, and for a gate, which has one for each input."""
    by_input: Mapping[str, Real | None]
    """The backward gains by input."""
    torch: Real | None
    """The value in the table of PyTorch's calculate_gain, None where it has none."""
    differs: bool | None
    """Whether that is another number than the forward gain; None where it is not known."""
    undecided: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return plain(vars(self))


def gains(target: Target, *, parameters: Mapping[str, ParameterValue] | None = None) -> Gains:
    """The gains of an activation by name or entry, of a formula in x, or of an expression.

    Raises UnknownActivation, StatementError or ValueError for what is not known, and for a function of several inputs
    that is no product of functions of one each.
    """
    expr = exact_expression(target, parameters)
    inputs = ("x",) if isinstance(target, Expr) else definition(target).inputs
    factors = factors_of(expr, inputs)
    notes: list[str] = []
    forward = _known("forward", list(factors.values()), notes)
    backward = {name: _known(f"backward by {name}", _derivative(factors, name), notes) for name in inputs}
    table = None if isinstance(target, Expr) else _calculate_gain(definition(target).name, parameters or {})
    return Gains(
        name_of(target), to_text(expr), forward, backward[inputs[0]] if len(inputs) == 1 else None, backward, table,
        _differ(forward, table), tuple(notes),
    )  # fmt: skip


def _derivative(factors: Mapping[str, Expr], by: str) -> list[Expr]:
    return [calculus.derivative(f, "x", order=1) if name == by else f for name, f in factors.items()]


def _known(direction: str, factors: list[Expr], notes: list[str]) -> Real | None:
    """The gain with digits to show, or None and a note."""
    try:
        value = gain(*factors, variable="x")
        if value is not None:
            value.to_json()
    except Undecided as reason:
        notes.append(f"{direction}: {reason}")
        return None
    return value


def _calculate_gain(name: str, parameters: Mapping[str, ParameterValue]) -> Real | None:
    if name not in CALCULATE_GAIN:
        return None
    values = definition(name).parameter_values(**parameters)
    return exact(calculus.substitute(parse_number(CALCULATE_GAIN[name]), values))


def _differ(gain: Real | None, other: Real | None) -> bool | None:
    if gain is None or other is None:
        return None
    try:
        return compare(gain, other) != 0
    except Undecided:
        return None
