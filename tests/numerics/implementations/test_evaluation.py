"""Running error bounds: never below the true error, and small where the rewritings keep the digits."""

import numpy as np
import pytest
from flint import arb, ctx
from gradproof.numerics.floats.formats import exact
from gradproof.numerics.implementations.evaluation import evaluate
from gradproof.numerics.oracle.log_scale import scaled_enclosure
from gradproof.proofs.catalogue.entries import catalogue
from gradproof.proofs.catalogue.parse import parse_expression, parse_number
from gradproof.proofs.expressions.calculus import differentiate

from ...thorough import every, few

SMOOTH = [e for e in catalogue() if len(e.inputs) == 1 and not e.expr().switching]
FORMULAS = (
    "exp(x) - 1", "3*exp(x) - 2", "1 - exp(x)", "log(1 + exp(x))", "log(1 + x**2)", "log(x**2)", "1 - erf(x)",
    "1 + erf(x)", "erfc(x)*exp(x)", "1 + tanh(x)", "1 - tanh(x)", "1/(1 + exp(x))**3", "exp(x)/(1 + exp(x))**2",
    "x + sqrt(x**2 + 2)",     "sin(x)*cos(x)", "tan(x)", "atan(x)/x",
    "sinh(x) - x", "cosh(x)**-3", "(x**2)**(2/3)", "x**5 - x", "(1 + x**2)**-4",
    "x**-2", "exp(-1/x**2)", "(2 + sin(x))**x", "pi*x + 1/3",
)  # fmt: skip


def inputs() -> np.ndarray:
    generator = np.random.default_rng(11)
    return np.concatenate(
        [
            generator.standard_normal(60) * 3,
            generator.uniform(-760, 760, 60),
            np.ldexp(generator.standard_normal(60), generator.integers(-1070, 1020, 60)),
        ]
    )


def check(expr) -> float:
    """The fraction of inputs of the domain with a bound below 8 ULP; fails where a bound is wrong."""
    x = inputs()
    result = evaluate(expr, {"x": x})
    tight = inside = 0
    for point, value, error in zip(x, result.value, result.error, strict=True):
        truth = scaled_enclosure(expr, exact(point), "x", 256)
        inside += truth.is_finite()
        if not (np.isfinite(error) and truth.is_finite()):
            continue
        with ctx.workprec(400):
            off = abs(arb(float(value)) - truth)
            assert not off > arb(float(error)) * 1.000001, (point, value, error)
        tight += error <= 8 * np.spacing(abs(value))
    return tight / inside if inside else 1.0


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_bound_is_below_the_error(formula: str) -> None:
    check(parse_number(formula))


@pytest.mark.parametrize("entry", few(SMOOTH, every(6)), ids=lambda e: e.name)
def test_no_bound_of_the_catalogue_is_below_the_error(entry) -> None:
    assert check(entry.expr()) > 0.3
    check(differentiate(entry.expr(), "x"))


def test_smooth_entries_were_seen() -> None:
    assert len(SMOOTH) >= 40


@pytest.mark.parametrize(
    "formula",
    [
        "exp(x) - 1", "1 - exp(x)", "log(1 + exp(x))", "1/(1 + exp(x))", "exp(x)/(1 + exp(x))**2", "cosh(x)**-2",
    ],
)  # fmt: skip
def test_the_rewritings_keep_the_digits_in_the_tails(formula: str) -> None:
    x = np.array([-300.0, -40.0, -1e-9, 1e-9, 40.0, 300.0])
    result = evaluate(parse_number(formula), {"x": x})
    assert (result.error <= 12 * np.spacing(np.abs(result.value))).all()


def test_two_inputs_and_a_missing_one() -> None:
    gate = parse_expression("a*tanh(b)")
    result = evaluate(gate, {"a": np.array([2.0, 3.0]), "b": np.array([0.0, 1.0])})
    assert result.value.tolist() == [0, 3 * np.tanh(1.0)]
    with pytest.raises(KeyError):
        evaluate(gate, {"a": np.zeros(2)})
