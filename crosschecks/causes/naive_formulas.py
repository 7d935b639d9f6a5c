"""Formulas that are true of real numbers and lose digits in floats, each with a form that keeps them.

They are lines of NumPy. `x` is the input and the activation's parameters have their names; the functions are those of
:mod:`formulas`: NumPy's, erf, erfc and sigmoid. To add one is to add a line.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Naive:
    """One way to write an activation (order 0) or its derivative (order 1)."""

    activations: str
    """The names of the activations, separated by blanks."""
    order: int
    formula: str
    cancels: str
    """The part of the formula that loses the digits."""
    where: str
    """Where it does, in words: "for x far below 0"."""
    stable: str | None
    """A formula that keeps them; None: none is short."""


_TAIL_LEFT, _TAIL_RIGHT, _ZERO = "where x is far below 0", "where x is large", "near x = 0"
_GELU_TANH = "sqrt(2/pi)*(x + 0.044715*x**3)"
_SLOPE = "sqrt(2/pi)*(1 + 0.134145*x**2)"
_SOFTPLUS = "maximum(beta*x, 0)/beta + log1p(exp(-abs(beta*x)))/beta"

NAIVE = (
    Naive("sigmoid", 0, "(1 + tanh(x/2))/2", "1 + tanh(x/2)", _TAIL_LEFT,
          "exp(minimum(x, 0))/(1 + exp(-abs(x)))"),
    Naive("sigmoid", 0, "1 - 1/(1 + exp(x))", "1 - 1/(1 + exp(x))", _TAIL_LEFT,
          "exp(minimum(x, 0))/(1 + exp(-abs(x)))"),
    Naive("sigmoid", 1, "sigmoid(x)*(1 - sigmoid(x))", "1 - sigmoid(x)", _TAIL_RIGHT,
          "exp(-abs(x))/(1 + exp(-abs(x)))**2"),
    Naive("tanh", 0, "(exp(x) - exp(-x))/(exp(x) + exp(-x))", "exp(x) - exp(-x)", _ZERO,
          "expm1(2*x)/(expm1(2*x) + 2)"),
    Naive("tanh", 0, "2/(1 + exp(-2*x)) - 1", "2/(1 + exp(-2*x)) - 1", _ZERO, "-expm1(-2*x)/(2 + expm1(-2*x))"),
    Naive("tanh", 0, "1 - 2/(exp(2*x) + 1)", "1 - 2/(exp(2*x) + 1)", _ZERO, "expm1(2*x)/(expm1(2*x) + 2)"),
    Naive("tanh", 1, "1 - tanh(x)**2", "1 - tanh(x)**2", _TAIL_RIGHT.replace("x is", "abs(x) is"),
          "4*exp(-2*abs(x))/(1 + exp(-2*abs(x)))**2"),
    Naive("tanhshrink", 0, "x - tanh(x)", "x - tanh(x)", _ZERO, None),
    Naive("tanhshrink", 1, "1 - (1 - tanh(x)**2)", "1 - (1 - tanh(x)**2)", _ZERO, "tanh(x)**2"),
    Naive("softplus softplus_torch", 0, "log(1 + exp(beta*x))/beta", "1 + exp(beta*x)", _TAIL_LEFT, _SOFTPLUS),
    Naive("softplus", 0, "where(beta*x > 20, x, log(1 + exp(beta*x))/beta)", "1 + exp(beta*x)", _TAIL_LEFT, _SOFTPLUS),
    Naive("log_sigmoid", 0, "-log(1 + exp(-x))", "1 + exp(-x)", _TAIL_RIGHT, "minimum(x, 0) - log1p(exp(-abs(x)))"),
    Naive("log_sigmoid", 0, "log(1/(1 + exp(-x)))", "1/(1 + exp(-x))", _TAIL_RIGHT,
          "minimum(x, 0) - log1p(exp(-abs(x)))"),
    Naive("log_sigmoid", 1, "1 - sigmoid(x)", "1 - sigmoid(x)", _TAIL_RIGHT, "1/(1 + exp(x))"),
    Naive("elu", 0, "where(x > 0, x, alpha*(exp(x) - 1))", "exp(x) - 1", _ZERO, "where(x > 0, x, alpha*expm1(x))"),
    Naive("celu", 0, "where(x > 0, x, alpha*(exp(x/alpha) - 1))", "exp(x/alpha) - 1", _ZERO,
          "where(x > 0, x, alpha*expm1(x/alpha))"),
    Naive("selu selu_onnx", 0, "where(x > 0, scale*x, scale*alpha*(exp(x) - 1))", "exp(x) - 1", _ZERO,
          "where(x > 0, scale*x, scale*alpha*expm1(x))"),
    Naive("elu", 1, "where(x > 0, 1, alpha*expm1(x) + alpha)", "alpha*expm1(x) + alpha", _TAIL_LEFT,
          "where(x > 0, 1, alpha*exp(x))"),
    Naive("celu", 1, "where(x > 0, 1, expm1(x/alpha) + 1)", "expm1(x/alpha) + 1", _TAIL_LEFT,
          "where(x > 0, 1, exp(x/alpha))"),
    Naive("selu selu_onnx", 1, "where(x > 0, scale, scale*alpha*expm1(x) + scale*alpha)",
          "alpha*expm1(x) + alpha", _TAIL_LEFT, "where(x > 0, scale, scale*alpha*exp(x))"),
    Naive("selu selu_onnx", 1, "where(x > 0, scale, scale*alpha*(expm1(x) + 1))", "expm1(x) + 1", _TAIL_LEFT,
          "where(x > 0, scale, scale*alpha*exp(x))"),
    Naive("elu_plus_one", 0, "where(x > 0, x, expm1(x)) + 1", "expm1(x) + 1", _TAIL_LEFT,
          "where(x > 0, x + 1, exp(x))"),
    Naive("gelu", 0, "0.5*x*(1 + erf(x/sqrt(2)))", "1 + erf(x/sqrt(2))", _TAIL_LEFT, "0.5*x*erfc(-x/sqrt(2))"),
    Naive("gelu", 1, "0.5*(1 + erf(x/sqrt(2))) + x*exp(-0.5*x*x)/sqrt(2*pi)", "1 + erf(x/sqrt(2))", _TAIL_LEFT,
          "0.5*erfc(-x/sqrt(2)) + x*exp(-0.5*x*x)/sqrt(2*pi)"),
    Naive("gelu_tanh", 0, f"0.5*x*(1 + tanh({_GELU_TANH}))", "1 + tanh(u)", _TAIL_LEFT,
          f"x/(1 + exp(-2*{_GELU_TANH}))"),
    Naive("gelu_tanh", 1,
          f"0.5*(1 + tanh({_GELU_TANH})) + 0.5*x*(1 - tanh({_GELU_TANH})**2)*{_SLOPE}",
          "1 + tanh(u) and 1 - tanh(u)**2", _TAIL_LEFT,
          f"(1 + 2*x*{_SLOPE}/(1 + exp(2*{_GELU_TANH})))/(1 + exp(-2*{_GELU_TANH}))"),
    Naive("mish", 0, "x*tanh(log(1 + exp(x)))", "1 + exp(x)", _TAIL_LEFT, "x*tanh(log1p(exp(x)))"),
    Naive("squareplus", 0, "(x + sqrt(x*x + b))/2", "x + sqrt(x*x + b)", _TAIL_LEFT,
          "where(x > 0, (x + sqrt(x*x + b))/2, b/(2*(sqrt(x*x + b) - x)))"),
    Naive("squareplus", 1, "(1 + x/sqrt(x*x + b))/2", "1 + x/sqrt(x*x + b)", _TAIL_LEFT,
          "where(x > 0, (1 + x/sqrt(x*x + b))/2, b/(2*sqrt(x*x + b)*(sqrt(x*x + b) - x)))"),
    Naive("log1mexp", 0, "log(1 - exp(-x))", "1 - exp(-x)", _ZERO,
          "where(x < 0.693, log(-expm1(-x)), log1p(-exp(-x)))"),
    Naive("logit", 0, "log(x/(1 - x))", "x/(1 - x)", "near x = 1/2",
          "where(abs(x - 0.5) < 0.25, log1p((2*x - 1)/(1 - x)), log(x/(1 - x)))"),
    Naive("logit", 0, "log(x) - log(1 - x)", "log(x) - log(1 - x)", "near x = 1/2",
          "where(abs(x - 0.5) < 0.25, log1p((2*x - 1)/(1 - x)), log(x/(1 - x)))"),
    Naive("softplus_inverse", 0, "log(exp(x) - 1)", "exp(x) - 1", _ZERO, "x + log(-expm1(-x))"),
    Naive("logcosh", 0, "log(cosh(x))", "cosh(x), which is next to 1,", _ZERO,
          "where(abs(x) < 1, log1p(2*sinh(x/2)**2), abs(x) + log1p(exp(-2*abs(x))) - log(2))"),
    Naive("cloglog", 0, "1 - exp(-exp(x))", "1 - exp(-exp(x))", _TAIL_LEFT, "-expm1(-exp(x))"),
    Naive("symlog", 0, "sign(x)*log(1 + abs(x))", "1 + abs(x)", _ZERO, "sign(x)*log1p(abs(x))"),
    Naive("nl_relu", 0, "log(1 + beta*maximum(x, 0))", "1 + beta*x", _ZERO, "log1p(beta*maximum(x, 0))"),
    Naive("laplace", 0, "0.5*(1 + erf((x - mu)/(sigma*sqrt(2))))", "1 + erf((x - mu)/(sigma*sqrt(2)))", _TAIL_LEFT,
          "0.5*erfc((mu - x)/(sigma*sqrt(2)))"),
    Naive("logish", 0, "x*log(1 + sigmoid(x))", "1 + sigmoid(x)", _TAIL_LEFT, "x*log1p(sigmoid(x))"),
    Naive("expm1", 0, "exp(x) - 1", "exp(x) - 1", _ZERO, "expm1(x)"),
    Naive("log1p", 0, "log(1 + x)", "1 + x", _ZERO, "log1p(x)"),
    Naive("erfc", 0, "1 - erf(x)", "1 - erf(x)", _TAIL_RIGHT, "erfc(x)"),
    Naive("ndtr norm_cdf normal_cdf", 0, "0.5*(1 + erf(x/sqrt(2)))", "1 + erf(x/sqrt(2))", _TAIL_LEFT,
          "0.5*erfc(-x/sqrt(2))"),
    Naive("asinh arcsinh", 0, "log(x + sqrt(x*x + 1))", "x + sqrt(x*x + 1)", "for x below 0 and near 0",
          "sign(x)*log1p(abs(x) + x*x/(1 + sqrt(x*x + 1)))"),
    Naive("atanh arctanh", 0, "log((1 + x)/(1 - x))/2", "(1 + x)/(1 - x)", _ZERO,
          "sign(x)*log1p(2*abs(x)/(1 - abs(x)))/2"),
    Naive("xielu", 0, "where(x > 0, alpha_p*x*x + beta*x, alpha_n*(exp(x) - 1 - x) + beta*x)", "exp(x) - 1 - x", _ZERO,
          "where(x > 0, alpha_p*x*x + beta*x, alpha_n*(expm1(x) - x) + beta*x)"),
)  # fmt: skip

SOUND = {("logit", 1): ("1/(x*(1 - x))",)}
"""Formulas by activation and order that keep the digits, if not in too short a format."""


def naive_formulas(activation: str, order: int) -> tuple[Naive, ...]:
    """The formulas of one activation and order."""
    return tuple(naive for naive in NAIVE if order == naive.order and activation in naive.activations.split())


def formulas(activation: str, order: int) -> tuple[str, ...]:
    """The ways to write an activation of one input or its derivative, naive and sound."""
    naive = naive_formulas(activation, order)
    stable = (form.stable for form in naive if form.stable is not None)
    return (*(form.formula for form in naive), *stable, *SOUND.get((activation, order), ()))
