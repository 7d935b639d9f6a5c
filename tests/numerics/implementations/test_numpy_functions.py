"""The derived NumPy implementations: accurate in every format, sane at every input, derived for every entry."""

import numpy as np
import pytest
from gradproof.numerics.floats.formats import all_values, as_float64, exact, format_of, rounded_from_float64
from gradproof.numerics.floats.ulp import conditioned, ulp_errors
from gradproof.numerics.implementations.numpy_functions import implementation
from gradproof.numerics.oracle.reference import condition, reference
from gradproof.proofs.catalogue.entries import Activation, activation, catalogue
from gradproof.proofs.catalogue.parse import parse_expression, parse_number
from gradproof.proofs.datasheets.function import facts
from gradproof.proofs.enclosures.formats import FORMATS
from gradproof.proofs.expressions.calculus import substitute
from gradproof.proofs.expressions.expr import name, rational

from ...thorough import every, few

ONE_INPUT = [entry for entry in catalogue() if len(entry.inputs) == 1]
GATES = [entry for entry in catalogue() if len(entry.inputs) == 2]
SIZE = {"float64": 60, "float32": 60, "float16": 40, "bfloat16": 40}


def test_every_entry_of_the_catalogue_has_one_or_two_inputs() -> None:
    assert len(ONE_INPUT) + len(GATES) == len(catalogue()) >= 90


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("entry", few(ONE_INPUT, every(40)), ids=lambda e: e.name)
def test_the_conditioned_error_is_below_four_ulp_in_every_format(entry: Activation, order: int, sample) -> None:
    function = implementation(entry, order=order)
    seen = 0
    for fmt in FORMATS:
        x = sample(fmt, SIZE.get(fmt, 0), seed=21)
        computed, truth = function(x), reference(entry, x, order=order)
        assert computed.dtype == x.dtype
        assert computed.shape == x.shape
        defined = np.ones(x.shape, bool)
        for index, kink in truth.kinks.items():
            defined[index] = False
            assert float(computed[index]) in (kink.left, kink.right)
        errors = conditioned(ulp_errors(computed, truth), condition(entry, x, order=order))
        bound = 2.5 if fmt == "float64" else 0.51
        worst = int(np.argmax(np.where(defined, errors, 0)))
        assert errors[worst] <= bound or not defined[worst], (fmt, float(x[worst]).hex(), computed[worst])
        seen += int(defined.sum())
    assert seen > 800


@pytest.mark.parametrize("entry", few(ONE_INPUT, every(8)), ids=lambda e: e.name)
def test_nan_infinities_and_zeros(entry: Activation) -> None:
    x = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.7976931348623157e308, -1.7976931348623157e308, 5e-324])
    for order in (0, 1):
        got, truth = implementation(entry, order=order)(x), reference(entry, x, order=order)
        good = ulp_errors(got, truth) <= 1
        good |= [(index,) in truth.kinks for index in range(len(x))]
        assert good.all(), x[~good]


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("entry", few(GATES, every(9)), ids=lambda e: e.name)
def test_gates_and_their_partial_derivatives(entry: Activation, fmt: str) -> None:
    generator = np.random.default_rng(22)
    a, b = (rounded_from_float64(generator.uniform(-20, 20, 30), fmt) for _ in range(2))
    for order, moving in ((0, "a"), (1, "a"), (1, "b")):
        computed = implementation(entry, order=order, variable=moving)(a, b)
        assert computed.dtype == a.dtype
        fixed = "b" if moving == "a" else "a"
        inputs = {"a": a, "b": b}
        for index in range(len(a)):
            held = {fixed: rational(exact(inputs[fixed][index])), moving: name("x")}
            section, x = substitute(entry.expr(), held), inputs[moving][index : index + 1]
            truth = reference(section, x, order=order)
            error = conditioned(ulp_errors(computed[index : index + 1], truth), condition(section, x, order=order))
            assert error[0] <= (4 if fmt == "float64" else 0.51)


def test_at_a_kink_the_side_nearer_zero_is_taken() -> None:
    x = np.array([-3.0, 0.0, 3.0, 6.0])
    assert implementation("relu", order=1)(x).tolist() == [0, 0, 1, 1]
    assert implementation("relu6", order=1)(x).tolist() == [0, 0, 1, 0]
    assert implementation("leaky_relu", order=1)(x)[1] == 0.01
    assert implementation("hard_swish", order=1)(x).tolist() == [0, 0.5, 1, 1]


@pytest.mark.parametrize(("entry", "point"), [("sigmoid", 0.0), ("gelu", 1.4142135623730951), ("tanh", 0.0)])
def test_no_result_leaves_the_certified_range(entry: str, point: float) -> None:
    x = point + np.concatenate([np.linspace(-1e-6, 1e-6, 400), np.linspace(-1e-12, 1e-12, 400)])
    got = implementation(entry, order=1)(x)
    assert got.max() <= float(facts(entry).orders[1].landscape.sup.value)


@pytest.mark.parametrize("parameters", few([{"beta": 3}, {"beta": "1/7"}, {"beta": -2}], every(3)))
def test_parameters_that_are_not_the_defaults(parameters: dict, sample) -> None:
    x = sample("float32", 60, seed=23)
    for order in (0, 1):
        got = implementation("softplus", order=order, parameters=parameters)(x)
        truth = reference("softplus", x, order=order, parameters=parameters)
        errors = ulp_errors(got, truth)
        assert errors[~np.isnan(as_float64(truth.value))].max() <= 0.51


@pytest.mark.thorough
def test_any_formula_gets_one() -> None:
    x = np.array([-5.0, -1e-9, 0.0, 2.0, 700.0])
    expr = parse_expression("x*atan(exp(x)) - sin(x)")
    for order in (0, 1, 2):
        errors = ulp_errors(implementation(expr, order=order)(x), reference(expr, x, order=order))
        assert conditioned(errors, condition(expr, x, order=order)).max() < 4


@pytest.mark.thorough
def test_the_result_of_an_element_does_not_depend_on_its_neighbours(sample) -> None:
    x = sample("float64", 30, seed=24)
    function = implementation("mish", order=1)
    whole = function(x)
    assert np.array_equal(function(x[::-1])[::-1], whole, equal_nan=True)
    assert np.array_equal([function(x[i : i + 1])[0] for i in range(len(x))], whole, equal_nan=True)


@pytest.mark.parametrize(("name", "order"), [("logish", 1), ("golu", 0), ("gelu_fast", 1), ("exponential", 0)])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_all_inputs_of_a_short_format_at_once_give_what_they_give_alone(name: str, order: int, dtype: str) -> None:
    x = all_values(FORMATS[dtype])
    values = implementation(name, order=order)(x)
    some = np.random.default_rng(3).integers(0, len(x), 150)
    for k in some.tolist():
        alone = implementation(name, order=order)(x[k : k + 1])
        assert np.array_equal(alone, values[k : k + 1], equal_nan=True)
        assert np.signbit(alone[0]) == np.signbit(values[k]) or np.isnan(alone[0])
    assert ulp_errors(values[some], reference(name, x[some], order=order)).max() <= 0.51


def test_bad_calls_are_named() -> None:
    with pytest.raises(ValueError, match=r"expected 2 arrays \(a, b\), got 1"):
        implementation("glu")(np.zeros(1))
    with pytest.raises(ValueError, match="variable='c': expected one of a, b"):
        implementation("glu", variable="c")
    with pytest.raises(ValueError, match="dtype='int64'"):
        implementation("relu")(np.zeros(1, np.int64))
    with pytest.raises(ValueError, match="expected a product of functions of a and of b alone"):
        implementation(parse_number("a + b"))
    assert format_of(implementation("relu")(np.zeros(3, np.float16))).name == "float16"


def test_a_gate_whose_one_factor_is_subnormal_keeps_its_digits() -> None:
    huge, faint = np.array([2.0**34, 1.7e308, -1e300]), np.array([-720.0, -745.5, -800.0])
    computed = implementation("glu")(huge, faint)
    for value, a, b in zip(computed, huge, faint, strict=True):
        truth = reference(
            substitute(activation("glu").expr(), {"a": rational(exact(a)), "b": name("x")}), np.array([b])
        )
        assert ulp_errors(np.array([value]), truth)[0] <= 1
    narrow = implementation("glu")(np.array([1e38], np.float32), np.array([-110.0], np.float32))
    assert narrow[0] == pytest.approx(1e38 * np.exp(-110.0), rel=1e-6)
