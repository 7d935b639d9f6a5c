"""Elementary functions by the names that libraries and texts give them, as formulas in x: `expm1`, `ln`, `ndtr`.

They are no activations, and no entries of the catalogue; a statement may call them, and whoever tests or tabulates a
function may name them. Those that are words of the language stand here for the names alone.
"""

from __future__ import annotations

from collections.abc import Mapping

NAMED_FORMULAS: Mapping[str, str] = {
    "exp": "exp(x)",
    "exp2": "2**x",
    "exp10": "10**x",
    "expm1": "exp(x) - 1",
    "log": "log(x)",
    "ln": "log(x)",
    "log2": "log(x)/log(2)",
    "log10": "log(x)/log(10)",
    "log1p": "log(1 + x)",
    "sqrt": "sqrt(x)",
    "rsqrt": "1/sqrt(x)",
    "cbrt": "sign(x)*abs(x)**(1/3)",
    "square": "x**2",
    "reciprocal": "1/x",
    "abs": "abs(x)",
    "fabs": "abs(x)",
    "sin": "sin(x)",
    "cos": "cos(x)",
    "asin": "2*atan(x/(1 + sqrt(1 - x**2)))",
    "arcsin": "2*atan(x/(1 + sqrt(1 - x**2)))",
    "acos": "pi/2 - 2*atan(x/(1 + sqrt(1 - x**2)))",
    "arccos": "pi/2 - 2*atan(x/(1 + sqrt(1 - x**2)))",
    "atan": "atan(x)",
    "sinh": "sinh(x)",
    "cosh": "cosh(x)",
    "asinh": "sign(x)*log(abs(x) + sqrt(x**2 + 1))",
    "arcsinh": "sign(x)*log(abs(x) + sqrt(x**2 + 1))",
    "acosh": "log(x + sqrt(x**2 - 1))",
    "arccosh": "log(x + sqrt(x**2 - 1))",
    "atanh": "log((1 + x)/(1 - x))/2",
    "arctanh": "log((1 + x)/(1 - x))/2",
    "heaviside": "(1 + sign(x))/2",
    "erfc": "erfc(x)",
    "erfcx": "exp(x**2)*erfc(x)",
    "ndtr": "Phi(x)",
    "norm_cdf": "Phi(x)",
    "normal_cdf": "Phi(x)",
    "expit": "sigmoid(x)",
    "log_expit": "log_sigmoid(x)",
    "inv_logit": "sigmoid(x)",
}
"""Formulas in the statement language with the catalogue's names in it; where a library gives a function at the ends
of its domain or at 0 another value than the formula has there, the formula has none: nothing is judged."""
