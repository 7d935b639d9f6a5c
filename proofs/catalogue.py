"""The catalogue: every activation, each one entry. Everything else in gradproof is derived from it.

A formula is written in the statement language; later entries may call earlier ones. Parameters are named as in
torch.nn.functional and keep to no more than what the formula needs.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, TypeAlias

from flint import fmpq

from . import expressions as ex
from .expressions import Expr
from .language import DefinedFunction, parse_expression
from .syntax import StatementError

ParameterValue: TypeAlias = "str | int | float | Fraction | fmpq | Expr"


class UnknownActivation(ValueError):
    """No activation of that name or alias."""


@dataclass(frozen=True)
class Parameter:
    """A parameter: its default in the statement language, and what the formula needs of it."""

    name: str
    default: str
    constraint: str | None = None


@dataclass(frozen=True)
class Activation:
    """A named real function with parameters."""

    name: str
    formula: str
    summary: str
    source: str
    inputs: tuple[str, ...] = ("x",)
    parameters: tuple[Parameter, ...] = ()
    aliases: tuple[str, ...] = ()

    def expr(self, **parameters: ParameterValue) -> Expr:
        """The exact expression in the inputs. A float parameter counts with its exact value, text as a decimal.

        Raises ValueError for an unknown parameter or one that violates its constraint.
        """
        return ex.substitute(self.template, self.parameter_values(**parameters))

    def parameter_values(self, **parameters: ParameterValue) -> dict[str, Expr]:
        """Every parameter's exact value, defaults filled in."""
        known = {p.name: p for p in self.parameters}
        for name in parameters:
            if name not in known:
                raise ValueError(f"{self.name} has no parameter {name!r}; its parameters: {', '.join(known) or 'none'}")
        values = {p.name: _exact(p.name, parameters.get(p.name, p.default)) for p in self.parameters}
        for parameter in self.parameters:
            _check_constraint(self.name, parameter, values)
        return values

    @property
    def template(self) -> Expr:
        """The expression with parameters as free names."""
        return _template(self.name)

    @property
    def sympy_expression(self) -> Any:
        """The definition as a SymPy expression, for display and symbolic proposals."""
        from .symbolic import to_sympy

        return to_sympy(self.template)


def _exact(name: str, value: ParameterValue) -> Expr:
    if isinstance(value, Expr):
        return value
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError(f"{name}={value!r}: expected a finite number")
        return ex.rational(Fraction(value))
    if isinstance(value, str):
        return parse_expression(value, {})
    return ex.rational(value)


def _check_constraint(activation: str, parameter: Parameter, values: Mapping[str, Expr]) -> None:
    """Decides numeric constraints of the form 'name relation number' exactly; free parameters pass."""
    if parameter.constraint is None:
        return
    left, relation, right = parameter.constraint.split()
    difference = values[left] - (values[right] if right in values else ex.rational(Fraction(right)))
    if difference.value is not None:
        sign = (difference.value > 0) - (difference.value < 0)
        if not ex.holds(relation, sign):
            raise ValueError(
                f"{activation}: expected {parameter.constraint}, got {parameter.name}={ex.text(values[left])}"
            )


def _p(name: str, default: str, constraint: str | None = None) -> Parameter:
    return Parameter(name, default, constraint)


_ENTRIES = (
    Activation("identity", "x", "The identity.", "definition", aliases=("linear",)),
    Activation(
        "sigmoid", "1/(1 + exp(-x))", "The logistic function.", "Verhulst 1838; torch.sigmoid", aliases=("logistic",)
    ),
    Activation("tanh", "tanh(x)", "The hyperbolic tangent.", "torch.tanh"),
    Activation("relu", "max(0, x)", "The rectifier.", "Nair and Hinton 2010; torch.relu"),
    Activation(
        "leaky_relu", "x if x >= 0 else negative_slope*x", "A rectifier with a small slope for negative inputs.",
        "Maas et al. 2013; torch.nn.functional.leaky_relu", parameters=(_p("negative_slope", "0.01"),),
        aliases=("leakyrelu",),
    ),
    Activation(
        "prelu", "x if x >= 0 else weight*x", "A rectifier whose negative slope is learned.",
        "He et al. 2015; torch.nn.functional.prelu", parameters=(_p("weight", "0.25"),),
    ),
    Activation(
        "elu", "x if x > 0 else alpha*(exp(x) - 1)", "The exponential linear unit.",
        "Clevert et al. 2016; torch.nn.functional.elu", parameters=(_p("alpha", "1"),),
    ),
    Activation(
        "selu", "scale*(x if x > 0 else alpha*(exp(x) - 1))", "The self-normalising exponential linear unit.",
        "Klambauer et al. 2017; constants as documented by torch.nn.SELU",
        parameters=(
            _p("alpha", "1.6732632423543772848170429916717"), _p("scale", "1.0507009873554804934193349852946"),
        ),
    ),
    Activation(
        "celu", "x if x > 0 else alpha*(exp(x/alpha) - 1)", "The continuously differentiable exponential linear unit.",
        "Barron 2017; torch.nn.functional.celu", parameters=(_p("alpha", "1", "alpha != 0"),),
    ),
    Activation(
        "gelu", "x*Phi(x)", "The Gaussian error linear unit.", "Hendrycks and Gimpel 2016; torch.nn.functional.gelu"
    ),
    Activation(
        "gelu_tanh", "x/2*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))", "GELU's approximation by tanh.",
        "Hendrycks and Gimpel 2016; torch.nn.functional.gelu(approximate='tanh')", aliases=("gelu_new",),
    ),
    Activation(
        "quick_gelu", "x*sigmoid(1.702*x)", "GELU's approximation by the sigmoid.", "Hendrycks and Gimpel 2016",
        aliases=("quickgelu",),
    ),
    Activation(
        "silu", "x*sigmoid(x)", "The sigmoid linear unit.", "Elfwing et al. 2017; torch.nn.functional.silu",
        aliases=("swish",),
    ),
    Activation(
        "softplus", "log(1 + exp(beta*x))/beta", "A smooth rectifier.",
        "Dugas et al. 2001; torch.nn.functional.softplus",
        parameters=(_p("beta", "1", "beta != 0"),),
    ),
    Activation(
        "mish", "x*tanh(softplus(x))", "A self-regularised smooth rectifier.",
        "Misra 2019; torch.nn.functional.mish",
    ),
    Activation("softsign", "x/(1 + abs(x))", "A sigmoid with algebraic tails.", "torch.nn.functional.softsign"),
    Activation(
        "hard_sigmoid", "min(max(x/6 + 1/2, 0), 1)", "A piecewise linear sigmoid.", "torch.nn.functional.hardsigmoid",
        aliases=("hardsigmoid",),
    ),
    Activation(
        "hard_tanh", "min(max(x, min_val), max_val)", "The identity, clipped.", "torch.nn.functional.hardtanh",
        parameters=(_p("min_val", "-1"), _p("max_val", "1", "max_val >= min_val")), aliases=("hardtanh",),
    ),
    Activation(
        "hard_swish", "x*hard_sigmoid(x)", "SiLU with the hard sigmoid.",
        "Howard et al. 2019; torch.nn.functional.hardswish", aliases=("hardswish", "hard_silu"),
    ),
    Activation("relu6", "min(max(0, x), 6)", "The rectifier, clipped at 6.", "torch.nn.functional.relu6"),
    Activation(
        "log_sigmoid", "-softplus(-x)", "The logarithm of the sigmoid.", "torch.nn.functional.logsigmoid",
        aliases=("logsigmoid",),
    ),
    Activation(
        "tanhshrink", "x - tanh(x)", "What tanh leaves over.", "torch.nn.functional.tanhshrink",
        aliases=("tanh_shrink",),
    ),
    Activation(
        "squareplus", "(x + sqrt(x**2 + b))/2", "An algebraic smooth rectifier.", "Barron 2021; jax.nn.squareplus",
        parameters=(_p("b", "4", "b >= 0"),),
    ),
    Activation(
        "glu", "a*sigmoid(b)", "A linear unit, gated.", "Dauphin et al. 2017; torch.nn.functional.glu",
        inputs=("a", "b"),
    ),
    Activation("geglu", "gelu(a)*b", "GELU times a gate.", "Shazeer 2020", inputs=("a", "b")),
    Activation("swiglu", "silu(a)*b", "SiLU times a gate.", "Shazeer 2020", inputs=("a", "b")),
)  # fmt: skip


@cache
def known_functions() -> Mapping[str, DefinedFunction]:
    """Every name and alias as a function the statement language can call."""
    known: dict[str, DefinedFunction] = {}
    for entry in _ENTRIES:
        try:
            body = parse_expression(entry.formula, known)
            defaults = {p.name: parse_expression(p.default, {}) for p in entry.parameters}
        except StatementError as error:
            raise ValueError(f"catalogue entry {entry.name!r}: {error}") from None
        expected = {*entry.inputs, *defaults}
        if ex.free_names(body) != expected:
            raise ValueError(f"catalogue entry {entry.name!r}: the formula's names are not its inputs and parameters")
        for name in (entry.name, *entry.aliases):
            if name in known:
                raise ValueError(f"catalogue entry {entry.name!r}: the name {name!r} is taken")
            known[name] = DefinedFunction(name, entry.inputs, defaults, body)
    return known


def _template(name: str) -> Expr:
    return known_functions()[name].body


def catalogue() -> tuple[Activation, ...]:
    """All activations, in order of definition."""
    return _ENTRIES


def activation(name: str) -> Activation:
    """The activation of that name or alias. Raises UnknownActivation with near names."""
    for entry in _ENTRIES:
        if name == entry.name or name in entry.aliases:
            return entry
    names = [n for entry in _ENTRIES for n in (entry.name, *entry.aliases)]
    near = difflib.get_close_matches(name, names, 3)
    hint = f"did you mean {', '.join(near)}?" if near else "`gradproof list` prints the catalogue"
    raise UnknownActivation(f"unknown activation {name!r}: {hint}")
