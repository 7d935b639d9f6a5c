"""The catalogue: every activation, each one entry. Everything else in gradproof is derived from it.

A formula is written in the statement language; later entries may call earlier ones. Parameters are named as in
torch.nn.functional and keep to no more than what the formula needs.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from ..expressions import calculus
from ..expressions import expr as ex
from ..expressions.expr import Expr
from ..language import spelling
from ..language.reading import read_expression
from ..language.syntax import DefinedFunction, StatementError
from ..language.words import ELEMENTARY
from ..vocabulary.words import WORDS
from .elementary import NAMED_FORMULAS
from .parameters import Parameter, ParameterValue


class UnknownActivation(ValueError):
    """No activation of that name or alias."""


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
    variant_of: str | None = None
    """The activation that this one is with other defaults or constants, as some framework ships it."""

    def expr(self, **parameters: ParameterValue) -> Expr:
        """The exact expression in the inputs. A float parameter counts with its exact value, text as a decimal.

        Raises ValueError for an unknown parameter or one that violates its constraint.
        """
        return calculus.substitute(self.template, self.parameter_values(**parameters))

    def parameter_values(self, **parameters: ParameterValue) -> dict[str, Expr]:
        """Every parameter's exact value, defaults filled in. Raises StatementError where there is none to fill in."""
        names = [p.name for p in self.parameters]
        for name in parameters:
            if name not in names:
                raise ValueError(f"{self.name} has no parameter {name!r}; its parameters: {', '.join(names) or 'none'}")
        if missing := [p.name for p in self.parameters if not p.default and p.name not in parameters]:
            raise StatementError(f"{self.name}: expected a function of x alone, or values for {', '.join(missing)}")
        values = {p.name: p.exact(parameters.get(p.name, p.default)) for p in self.parameters}
        for parameter in self.parameters:
            if violation := parameter.violation(values):
                raise ValueError(f"{self.name}: {violation}")
        return values

    @cached_property
    def template(self) -> Expr:
        """The expression with parameters as free names."""
        return read_expression(self.formula, self.callable_in(known_functions()), WORDS)

    def callable_in(self, functions: Mapping[str, DefinedFunction]) -> dict[str, DefinedFunction]:
        """The functions that the formula may call: not those that have a parameter's name."""
        parameters = {p.name for p in self.parameters}
        return {name: function for name, function in functions.items() if name not in parameters}

    @property
    def sympy_expression(self) -> Any:
        """The definition as a SymPy expression, for display and symbolic proposals."""
        from ..expressions.sympy_form import to_sympy

        return to_sympy(self.template)

    def _repr_latex_(self) -> str:
        """The definition for a notebook."""
        from ..expressions.sympy_form import latex

        return f"${latex(self.template)}$"


_p = Parameter

_ENTRIES = (
    Activation("identity", "x", "The identity.", "definition", aliases=("linear",)),
    Activation("sigmoid", "1/(1 + exp(-x))", "The logistic function.", "Verhulst 1838; torch.sigmoid",
               aliases=("logistic",)),
    Activation("tanh", "tanh(x)", "The hyperbolic tangent.", "torch.tanh"),
    Activation("relu", "max(0, x)", "The rectifier.", "Nair and Hinton 2010; torch.relu"),
    Activation("leaky_relu", "x if x >= 0 else negative_slope*x",
               "A rectifier with a small slope for negative inputs.",
               "Maas et al. 2013; torch.nn.functional.leaky_relu", parameters=(_p("negative_slope", "0.01"),),
               aliases=("leakyrelu",)),
    Activation("prelu", "x if x >= 0 else weight*x", "A rectifier whose negative slope is learned.",
               "He et al. 2015; torch.nn.functional.prelu", parameters=(_p("weight", "0.25"),)),
    Activation("elu", "x if x > 0 else alpha*(exp(x) - 1)", "The exponential linear unit.",
               "Clevert et al. 2016; torch.nn.functional.elu", parameters=(_p("alpha", "1"),)),
    Activation("selu", "scale*(x if x > 0 else alpha*(exp(x) - 1))", "The self-normalising exponential linear unit.",
               "Klambauer et al. 2017; constants as documented by torch.nn.SELU",
               parameters=(_p("alpha", "1.6732632423543772848170429916717"),
                           _p("scale", "1.0507009873554804934193349852946"))),
    Activation("celu", "x if x > 0 else alpha*(exp(x/alpha) - 1)",
               "The continuously differentiable exponential linear unit.", "Barron 2017; torch.nn.functional.celu",
               parameters=(_p("alpha", "1", "alpha != 0"),)),
    Activation("gelu", "x*Phi(x)", "The Gaussian error linear unit.",
               "Hendrycks and Gimpel 2016; torch.nn.functional.gelu", aliases=("gelu_python", "gelu_erf")),
    Activation("gelu_tanh", "x/2*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))", "GELU's approximation by tanh.",
               "Hendrycks and Gimpel 2016; torch.nn.functional.gelu(approximate='tanh'); "
               "what jax.nn.gelu computes by default",
               aliases=("gelu_new", "gelu_accurate", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_jax")),
    Activation("quick_gelu", "x*sigmoid(1.702*x)", "GELU's approximation by the sigmoid.", "Hendrycks and Gimpel 2016",
               aliases=("quickgelu", "gelu_sigmoid")),
    Activation("silu", "x*sigmoid(x)", "The sigmoid linear unit.", "Elfwing et al. 2017; torch.nn.functional.silu"),
    Activation("softplus", "log(1 + exp(beta*x))/beta", "A smooth rectifier.",
               "Dugas et al. 2001; torch.nn.functional.softplus", parameters=(_p("beta", "1", "beta != 0"),)),
    Activation("mish", "x*tanh(softplus(x))", "A self-regularised smooth rectifier.",
               "Misra 2019; torch.nn.functional.mish"),
    Activation("softsign", "x/(1 + abs(x))", "A sigmoid with algebraic tails.", "torch.nn.functional.softsign",
               aliases=("soft_sign",)),
    Activation("hard_sigmoid", "min(max(alpha*x + beta, 0), 1)", "A piecewise linear sigmoid.",
               "torch.nn.functional.hardsigmoid; parameters as of ONNX HardSigmoid",
               parameters=(_p("alpha", "1/6"), _p("beta", "1/2")), aliases=("hardsigmoid",)),
    Activation("hard_tanh", "min(max(x, min_val), max_val)", "The identity, clipped.", "torch.nn.functional.hardtanh",
               parameters=(_p("min_val", "-1"), _p("max_val", "1", "max_val >= min_val")), aliases=("hardtanh",)),
    Activation("hard_swish", "x*hard_sigmoid(x)", "SiLU with the hard sigmoid.",
               "Howard et al. 2019; torch.nn.functional.hardswish", aliases=("hardswish", "hard_silu")),
    Activation("relu6", "min(max(0, x), 6)", "The rectifier, clipped at 6.", "torch.nn.functional.relu6"),
    Activation("log_sigmoid", "-softplus(-x)", "The logarithm of the sigmoid.", "torch.nn.functional.logsigmoid",
               aliases=("logsigmoid",)),
    Activation("tanhshrink", "x - tanh(x)", "What tanh leaves over.", "torch.nn.functional.tanhshrink",
               aliases=("tanh_shrink",)),
    Activation("squareplus", "(x + sqrt(x**2 + b))/2", "An algebraic smooth rectifier.",
               "Barron 2021; jax.nn.squareplus", parameters=(_p("b", "4", "b >= 0"),)),
    Activation("glu", "a*sigmoid(b)", "A linear unit, gated.", "Dauphin et al. 2017; torch.nn.functional.glu",
               inputs=("a", "b")),
    Activation("geglu", "gelu(a)*b", "GELU times a gate.", "Shazeer 2020", inputs=("a", "b")),
    Activation("swiglu", "silu(a)*b", "SiLU times a gate.", "Shazeer 2020", inputs=("a", "b")),

    # What else torch, jax, keras, ONNX and Hugging Face's transformers ship.
    Activation("swish", "x*sigmoid(beta*x)", "SiLU with a slope inside the sigmoid.",
               "Ramachandran et al. 2017; tf.nn.silu(beta); ONNX Swish", parameters=(_p("beta", "1"),)),
    Activation("rrelu", "x if x >= 0 else (lower + upper)/2*x",
               "A rectifier whose negative slope is random in training; here, its mean, as in evaluation.",
               "Xu et al. 2015; torch.nn.functional.rrelu", parameters=(_p("lower", "1/8"), _p("upper", "1/3"))),
    Activation("thresholded_relu", "x if x > alpha else 0", "The identity beyond a threshold, 0 below it.",
               "Konda et al. 2014; ONNX ThresholdedRelu", parameters=(_p("alpha", "1"),), aliases=("trelu",)),
    Activation("relu_squared", "max(0, x)**2", "The rectifier, squared.",
               "So et al. 2021; transformers ReLUSquaredActivation", aliases=("relu2", "squared_relu")),
    Activation("clipped_relu", "min(max(0, x), max_val)", "The rectifier, clipped.",
               "Hannun et al. 2014; keras.activations.relu(max_value)",
               parameters=(_p("max_val", "20", "max_val >= 0"),), aliases=("capped_relu",)),
    Activation("relu1", "min(max(0, x), 1)", "The rectifier, clipped at 1.", "TensorFlow Lite RELU_0_TO_1"),
    Activation("hard_shrink", "x if x > lambd else x if x < -lambd else 0", "The identity, 0 around 0.",
               "torch.nn.functional.hardshrink", parameters=(_p("lambd", "0.5", "lambd >= 0"),),
               aliases=("hardshrink",)),
    Activation("soft_shrink", "x - lambd if x > lambd else x + lambd if x < -lambd else 0",
               "The identity, drawn towards 0 by lambd.", "Donoho 1995; torch.nn.functional.softshrink",
               parameters=(_p("lambd", "0.5", "lambd >= 0"),), aliases=("softshrink",)),
    Activation("shrink", "x - bias if x > lambd else x + bias if x < -lambd else 0",
               "The identity, drawn towards 0 by bias, and 0 around 0.", "ONNX Shrink",
               parameters=(_p("lambd", "0.5", "lambd >= 0"), _p("bias", "0"))),
    Activation("sparse_plus", "0 if x <= -1 else x if x >= 1 else (x + 1)**2/4",
               "A softplus that reaches its asymptotes.", "jax.nn.sparse_plus"),
    Activation("sparse_sigmoid", "min(max((x + 1)/2, 0), 1)", "The derivative of sparse_plus.",
               "Blondel et al. 2020; jax.nn.sparse_sigmoid"),
    Activation("exponential", "exp(x)", "The exponential function.", "keras.activations.exponential"),
    Activation("log1mexp", "log(1 - exp(-x))", "The logarithm of what exp(-x) leaves of 1, for x > 0.",
               "jax.nn.log1mexp"),
    Activation("logit", "log(x/(1 - x))", "The sigmoid's inverse, for 0 < x < 1.", "Berkson 1944; torch.logit"),
    Activation("softplus_inverse", "log(exp(x) - 1)", "The softplus's inverse, for x > 0.",
               "tensorflow_probability.math.softplus_inverse"),
    Activation("erf", "erf(x)", "The error function.", "torch.erf; ONNX Erf"),
    Activation("arctan", "atan(x)", "The inverse tangent.", "torch.arctan; ONNX Atan"),
    Activation("sine", "sin(x)", "The sine.", "Sitzmann et al. 2020; torch.sin; ONNX Sin", aliases=("siren",)),
    Activation("sqrt_softplus", "sqrt(softplus(x))", "The square root of softplus.",
               "transformers SqrtSoftplusActivation", aliases=("sqrtsoftplus",)),
    Activation("laplace", "Phi((x - mu)/sigma)", "A normal distribution function near the squared rectifier.",
               "Ma et al. 2022; transformers LaplaceActivation",
               parameters=(_p("mu", "0.707107"), _p("sigma", "0.282095", "sigma != 0"))),
    Activation("clipped_gelu", "min(max(gelu(x), min_val), max_val)", "GELU, clipped.",
               "Wu et al. 2020; transformers ClippedGELUActivation",
               parameters=(_p("min_val", "-10"), _p("max_val", "10", "max_val >= min_val")), aliases=("gelu_10",)),
    Activation("xielu", "alpha_p*x**2 + beta*x if x > 0 else alpha_n*(exp(x) - 1 - x) + beta*x",
               "The integral of a trainable ELU.", "Huang 2024; transformers XIELUActivation",
               parameters=(_p("alpha_p", "0.8"), _p("alpha_n", "0.8"), _p("beta", "0.5"))),
    Activation("affine", "alpha*x + beta", "A line.", "ONNX RNN", parameters=(_p("alpha", "1"), _p("beta", "0"))),
    Activation("scaled_tanh", "alpha*tanh(beta*x)", "The hyperbolic tangent, scaled; here, so that f(1) is nearly 1.",
               "LeCun et al. 1998; ONNX RNN", parameters=(_p("alpha", "1.7159"), _p("beta", "2/3")),
               aliases=("lecun_tanh",)),
    Activation("parametric_softplus", "alpha*log(1 + exp(beta*x))", "The softplus, scaled.",
               "Keras 1 ParametricSoftplus", parameters=(_p("alpha", "0.2"), _p("beta", "5"))),
    Activation("threshold", "x if x > threshold else value",
               "The identity beyond a threshold, another value below it.",
               "torch.nn.functional.threshold, which has no defaults",
               parameters=(_p("threshold", "1"), _p("value", "0"))),

    # Where frameworks mean something else by the same name.
    Activation("leaky_relu_keras", "leaky_relu(x, negative_slope=negative_slope)", "leaky_relu with Keras's default.",
               "keras.activations.leaky_relu", parameters=(_p("negative_slope", "0.2"),), variant_of="leaky_relu"),
    Activation("leaky_relu_keras_layer", "leaky_relu(x, negative_slope=negative_slope)",
               "leaky_relu with the default of Keras's layer.", "keras.layers.LeakyReLU",
               parameters=(_p("negative_slope", "0.3"),), variant_of="leaky_relu"),
    Activation("selu_onnx", "selu(x, alpha=alpha, scale=scale)", "selu with constants rounded to float32.",
               "ONNX Selu",
               parameters=(_p("alpha", "1.67326319217681884765625"), _p("scale", "1.05070102214813232421875")),
               variant_of="selu"),
    Activation("softplus_torch", "x if beta*x > threshold else softplus(x, beta=beta)",
               "softplus, the identity beyond a threshold.", "torch.nn.functional.softplus",
               parameters=(_p("beta", "1", "beta != 0"), _p("threshold", "20")), variant_of="softplus"),
    Activation("hard_sigmoid_onnx", "hard_sigmoid(x, alpha=alpha, beta=beta)", "hard_sigmoid with slope 0.2.",
               "Courbariaux et al. 2015; ONNX HardSigmoid; Keras before version 3",
               parameters=(_p("alpha", "0.2"), _p("beta", "0.5")), variant_of="hard_sigmoid"),
    Activation("hard_sigmoid_paddle", "hard_sigmoid(x, alpha=slope, beta=offset)",
               "hard_sigmoid with a rounded slope.", "paddle.nn.functional.hardsigmoid",
               parameters=(_p("slope", "0.1666667"), _p("offset", "0.5")), variant_of="hard_sigmoid"),
    Activation("stanh", "scaled_tanh(x, alpha=scale_b, beta=scale_a)", "scaled_tanh with a rounded slope.",
               "paddle.stanh", parameters=(_p("scale_a", "0.67"), _p("scale_b", "1.7159")), variant_of="scaled_tanh"),
    Activation("gelu_fast", "x/2*(1 + tanh(0.7978845608*x*(1 + 0.044715*x**2)))", "gelu_tanh with a rounded constant.",
               "transformers FastGELUActivation", variant_of="gelu_tanh"),
    Activation("xielu_transformers", "alpha_p*x**2 + beta*x if x > 0 else alpha_n*(exp(min(x, eps)) - 1 - x) + beta*x",
               "xielu with a jump at 0, where the exponential stops at eps.", "transformers XIELUActivation",
               parameters=(_p("alpha_p", "0.8"), _p("alpha_n", "0.8"), _p("beta", "0.5"), _p("eps", "-0.000001")),
               variant_of="xielu"),

    # From the literature.
    Activation("gaussian", "exp(-x**2)", "The bell.", "Broomhead and Lowe 1988"),
    Activation("snake", "x + sin(alpha*x)**2/alpha", "The identity and a wave.", "Ziyin et al. 2020",
               parameters=(_p("alpha", "1", "alpha != 0"),)),
    Activation("lisht", "x*tanh(x)", "A smooth absolute value.", "Roy et al. 2019; NNlib.lisht"),
    Activation("logcosh", "log(cosh(x))", "The integral of tanh.", "NNlib.logcosh"),
    Activation("bent_identity", "x + (sqrt(x**2 + 1) - 1)/2", "An identity whose slope goes from 1/2 to 3/2.",
               "folklore"),
    Activation("elish", "x*sigmoid(x) if x >= 0 else (exp(x) - 1)*sigmoid(x)", "SiLU and a gated ELU.",
               "Basirat and Roth 2018"),
    Activation("hard_elish", "x*min(max((x + 1)/2, 0), 1) if x >= 0 else (exp(x) - 1)*min(max((x + 1)/2, 0), 1)",
               "elish with a hard sigmoid.", "Basirat and Roth 2018"),
    Activation("hard_mish", "x/2*min(2, max(0, x + 2))", "A piecewise quadratic mish.", "timm HardMish"),
    Activation("tanh_exp", "x*tanh(exp(x))", "A smooth rectifier, steep at once.", "Liu and Di 2020",
               aliases=("tanhexp", "telu")),
    Activation("serf", "x*erf(softplus(x))", "mish with the error function.", "Nag and Bhattacharyya 2021"),
    Activation("phish", "x*tanh(gelu(x))", "mish with GELU inside.", "Naveen 2022"),
    Activation("smish", "x*tanh(log(1 + sigmoid(x)))", "mish with a sigmoid inside.", "Wang et al. 2022"),
    Activation("logish", "x*log(1 + sigmoid(x))", "smish without its tanh.", "Zhu et al. 2021"),
    Activation("golu", "x*exp(-exp(-x))", "A linear unit gated by Gompertz's function.", "Das et al. 2025"),
    Activation("atlu", "x*(1/2 + atan(x)/pi)", "A linear unit gated by the arctangent.", "Huang 2024"),
    Activation("dsilu", "sigmoid(x)*(1 + x*(1 - sigmoid(x)))", "The derivative of SiLU.", "Elfwing et al. 2017"),
    Activation("flatten_t_swish", "max(0, x)*sigmoid(x) + t", "The positive half of SiLU, moved by t.",
               "Chieng et al. 2018", parameters=(_p("t", "-0.2"),)),
    Activation("penalized_tanh", "tanh(x) if x > 0 else a*tanh(x)", "A leaky tanh.", "Xu et al. 2016",
               parameters=(_p("a", "0.25"),)),
    Activation("dynamic_tanh", "tanh(alpha*x)", "What stands in for layer normalisation, without its affine part.",
               "Zhu et al. 2025", parameters=(_p("alpha", "0.5"),), aliases=("dyt",)),
    Activation("isru", "x/sqrt(1 + alpha*x**2)", "The inverse square root unit.", "Carlile et al. 2017",
               parameters=(_p("alpha", "1", "alpha >= 0"),)),
    Activation("isrlu", "x if x >= 0 else x/sqrt(1 + alpha*x**2)", "The inverse square root linear unit.",
               "Carlile et al. 2017", parameters=(_p("alpha", "1", "alpha >= 0"),)),
    Activation("elliott", "x/(1 + abs(x))/2 + 1/2", "softsign between 0 and 1.", "Elliott 1993"),
    Activation("sqnl", "1 if x > 2 else x - x**2/4 if x >= 0 else x + x**2/4 if x >= -2 else -1",
               "A piecewise quadratic tanh.", "Wuraola and Patel 2018"),
    Activation("cloglog", "1 - exp(-exp(x))", "The inverse of the complementary log-log link.",
               "Gomes and Ludermir 2013"),
    Activation("symlog", "sign(x)*log(1 + abs(x))", "A logarithm through 0, odd.", "Hafner et al. 2023"),
    Activation("nl_relu", "log(1 + beta*max(0, x))", "The rectifier's logarithm.", "Liu et al. 2019",
               parameters=(_p("beta", "1", "beta >= 0"),)),
    Activation("star_relu", "scale*max(0, x)**2 + bias", "The squared rectifier with zero mean and unit variance.",
               "Yu et al. 2022", parameters=(_p("scale", "0.8944"), _p("bias", "-0.4472"))),
    Activation("elu_plus_one", "elu(x) + 1", "A positive feature map for linear attention.",
               "Katharopoulos et al. 2020"),

    # Gates.
    Activation("bilinear", "a*b", "A gate without an activation.", "Mnih and Hinton 2007", inputs=("a", "b")),
    Activation("reglu", "relu(a)*b", "The rectifier times a gate.", "Shazeer 2020", inputs=("a", "b")),
    Activation("gtu", "tanh(a)*sigmoid(b)", "tanh, gated.", "van den Oord et al. 2016", inputs=("a", "b")),
    Activation("swiglu_oai", "swish(min(a, max_val), beta=alpha)*(1 + min(max(b, -max_val), max_val))",
               "swiglu of clipped inputs.", "transformers GptOssExperts", inputs=("a", "b"),
               parameters=(_p("alpha", "1.702"), _p("max_val", "7", "max_val >= 0")), aliases=("swigluoai",)),
)  # fmt: skip


@cache
def known_functions() -> Mapping[str, DefinedFunction]:
    """Every name and alias, and elementary functions by their usual names, as functions that a statement can call."""
    functions: dict[str, DefinedFunction] = {}
    for entry in _ENTRIES:
        try:
            body = read_expression(entry.formula, entry.callable_in(functions), WORDS)
            defaults = {p.name: read_expression(p.default, {}, WORDS) for p in entry.parameters}
        except StatementError as error:
            raise ValueError(f"catalogue entry {entry.name!r}: {error}") from None
        if ex.free_names(body) != frozenset((*entry.inputs, *defaults)):
            raise ValueError(f"catalogue entry {entry.name!r}: the formula's names are not its inputs and parameters")
        if entry.variant_of is not None and entry.variant_of not in functions:
            raise ValueError(f"catalogue entry {entry.name!r}: a variant of the unknown {entry.variant_of!r}")
        for name in (entry.name, *entry.aliases):
            if name in functions:
                raise ValueError(f"catalogue entry {entry.name!r}: the name {name!r} is taken")
            functions[name] = DefinedFunction(name, entry.inputs, defaults, body)
    for name, formula in named_formulas().items():
        body = read_expression(formula, functions, WORDS)
        functions[name] = DefinedFunction(name, ("x",), {}, body, redefinable=True)
    return functions


@cache
def named_formulas() -> Mapping[str, str]:
    """The elementary functions that are neither words of the language nor activations, with their formulas."""
    taken = {*WORDS, *(name for entry in _ENTRIES for name in (entry.name, *entry.aliases))}
    return {name: formula for name, formula in NAMED_FORMULAS.items() if name not in taken}


def catalogue() -> tuple[Activation, ...]:
    """All activations, in order of definition."""
    return _ENTRIES


def activation(name: str) -> Activation:
    """The activation of that name or alias. Raises UnknownActivation with near names, TypeError for what is no text."""
    if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # users need no type checker
        raise TypeError(f"expected an activation's name, its entry or a formula in x, got {name!r}")
    for entry in _ENTRIES:
        if name == entry.name or name in entry.aliases:
            return entry
    names = [n for entry in _ENTRIES for n in (entry.name, *entry.aliases)]
    if name in ELEMENTARY:
        raise UnknownActivation(
            f"unknown activation {name!r}: it is a function of formulas, no activation; `gradproof list` prints those"
        )
    same = spelling.variant(name, names)
    near = [same] if same else difflib.get_close_matches(name.lower(), names, 3)
    hint = f"did you mean {', '.join(near)}?" if near else "`gradproof list` prints the catalogue"
    raise UnknownActivation(f"unknown activation {name!r}: {hint}")
