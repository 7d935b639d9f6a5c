"""Certified polynomials: accurate wherever they exist, cancelling formulas included."""

import numpy as np
import pytest
from gradproof.numerics.floats.ulp import conditioned, ulp_errors
from gradproof.numerics.implementations.taylor_blocks import Blocks
from gradproof.numerics.oracle.reference import condition, reference
from gradproof.proofs.catalogue.parse import parse_expression, parse_number

from ...thorough import every, few

FORMULAS = (
    "x - tanh(x)", "x - sin(x)", "exp(-x**2)", "log(1 + exp(x))", "1 - tanh(x)", "x*erfc(x)",
    "sqrt(x**2 + 1) - 1", "1/(1 + x**2)", "x**3 - 2*x", "(x - 3)*exp(x)", "x",
)  # fmt: skip


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("formula", few(FORMULAS, every(4)))
def test_the_conditioned_error_is_below_one_ulp(formula: str, order: int) -> None:
    generator = np.random.default_rng(12)
    scattered = np.ldexp(generator.standard_normal(80), generator.integers(-200, 9, 80))
    x = np.concatenate([generator.uniform(-40, 40, 80), scattered])
    expr = parse_number(formula)
    values = Blocks(expr, order)(x)
    known = ~np.isnan(values)
    assert known.mean() > 0.95
    errors = ulp_errors(values, reference(expr, x, order=order))
    assert conditioned(errors, condition(expr, x, order=order))[known].max() < 1


def test_what_lies_beyond_float64_is_zero_or_infinite() -> None:
    bell = Blocks(parse_expression("exp(-x**2)"), 0)
    assert bell(np.array([-1e200, -1e3, 40.0, 1e30])).tolist() == [0, 0, 0, 0]
    growth = Blocks(parse_expression("-exp(x)"), 0)
    assert growth(np.array([1e3, 1.5e3])).tolist() == [-np.inf, -np.inf]
    assert np.signbit(growth(np.array([-1e5]))[0])


def test_subnormal_results_are_rounded_once() -> None:
    x = np.linspace(-745, -709, 50)
    values = Blocks(parse_expression("exp(x)"), 0)(x)
    assert ulp_errors(values, reference(parse_expression("exp(x)"), x)).max() < 0.75


def test_far_blocks_of_a_logistic_function_are_no_more_than_one_a_binade() -> None:
    blocks = Blocks(parse_expression("1/(1 + exp(-x))"), 0)
    x = -np.ldexp(np.linspace(1, 2, 100, endpoint=False)[:, None], np.arange(12, 120)).ravel()
    assert blocks(x).tolist() == [0.0] * len(x)
    assert len(blocks._known) <= 108


def test_a_block_is_built_once() -> None:
    blocks = Blocks(parse_expression("tanh(x)"), 0)
    x = np.array([0.3, 0.31, -2.7])
    first = blocks(x)
    rows = len(blocks._exponents)
    assert np.array_equal(blocks(x[::-1]), first[::-1])
    assert len(blocks._exponents) == rows


def test_a_double_root_that_is_no_float_is_given_up_rather_than_wrong() -> None:
    expr = parse_expression("(x**2 - 2)**2")
    x = np.array([np.sqrt(2), np.nextafter(np.sqrt(2), 2), 1.5])
    values = Blocks(expr, 0)(x)
    known = ~np.isnan(values)
    errors = conditioned(ulp_errors(values, reference(expr, x)), condition(expr, x))
    assert errors[known].max() < 4
    assert known[2]
