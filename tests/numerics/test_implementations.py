"""The derived NumPy implementations: accurate in every format, sane at every input, derived for every entry."""

import numpy as np
import pytest
from gradproof.numerics.formats import as_float64, format_of
from gradproof.numerics.implementations import implementation
from gradproof.numerics.oracle import condition, reference
from gradproof.numerics.ulp import conditioned, ulp_errors
from gradproof.proofs.catalogue import Activation, catalogue
from gradproof.proofs.formats import FORMATS
from gradproof.proofs.language import parse_expression

ONE_INPUT = [entry for entry in catalogue() if len(entry.inputs) == 1]
GATES = [entry for entry in catalogue() if len(entry.inputs) == 2]
SIZE = {"float64": 60, "float32": 60, "float16": 40, "bfloat16": 40}


def test_every_entry_of_the_catalogue_has_one_or_two_inputs() -> None:
    assert len(ONE_INPUT) + len(GATES) == len(catalogue()) >= 26


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("entry", ONE_INPUT, ids=lambda e: e.name)
def test_the_conditioned_error_is_below_four_ulp_in_every_format(entry: Activation, order: int, sample) -> None:
    function = implementation(entry, order=order)
    seen = 0
    for name in FORMATS:
        x = sample(name, SIZE.get(name, 0), seed=21)
        computed, truth = function(x), reference(entry, x, order=order)
        assert computed.dtype == x.dtype
        assert computed.shape == x.shape
        defined = np.ones(x.shape, bool)
        for index, kink in truth.kinks.items():
            defined[index] = False
            assert float(computed[index]) in (kink.left, kink.right)
        errors = conditioned(ulp_errors(computed, truth), condition(entry, x, order=order))
        bound = 2.5 if name == "float64" else 0.51
        worst = int(np.argmax(np.where(defined, errors, 0)))
        assert errors[worst] <= bound or not defined[worst], (name, float(x[worst]).hex(), computed[worst])
        seen += int(defined.sum())
    assert seen > 800


@pytest.mark.parametrize("entry", ONE_INPUT, ids=lambda e: e.name)
def test_nan_infinities_and_zeros(entry: Activation) -> None:
    x = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.7976931348623157e308, -1.7976931348623157e308, 5e-324])
    for order in (0, 1):
        got, truth = implementation(entry, order=order)(x), reference(entry, x, order=order)
        same = (got == truth.value) | (np.isnan(got) & np.isnan(truth.value))
        same |= [index in {k[0] for k in truth.kinks} for index in range(len(x))]
        assert same.all(), x[~same]


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("entry", GATES, ids=lambda e: e.name)
def test_gates_are_products_of_what_their_factors_give(entry: Activation, fmt: str, sample) -> None:
    generator = np.random.default_rng(22)
    b = sample("float64", 0, seed=0)[:0]
    a, b = (generator.uniform(-20, 20, 200).astype(sample(fmt, 1, seed=0).dtype) for _ in range(2))
    for order, variable in ((0, "a"), (1, "a"), (1, "b")):
        computed = implementation(entry, order=order, variable=variable)(a, b)
        for value, left, right in zip(computed[:40], a[:40], b[:40], strict=True):
            inner = {"glu": "x*sigmoid(y)", "geglu": "gelu(x)*y", "swiglu": "silu(x)*y"}[entry.name]
            other, moving = (right, left) if variable == "a" else (left, right)
            names = ("y", "x") if variable == "a" else ("x", "y")
            exact_text = inner.replace(names[0], f"({_exact(other)})") if names[0] == "y" else _swap(inner, _exact(other))
            truth = reference(parse_expression(exact_text, _known()), np.array([moving]), order=order)
            error = ulp_errors(np.array([value]), truth)
            assert error[0] <= (4 if fmt == "float64" else 0.51) * (1 + _kappa(exact_text, moving, order))


def _exact(value) -> str:
    p, q = float(value).as_integer_ratio()
    return f"{p}/{q}"


def _swap(text: str, value: str) -> str:
    return text.replace("x", f"({value})").replace("y", "x")


def _kappa(text: str, x, order: int) -> float:
    return float(condition(parse_expression(text, _known()), np.array([x]), order=order)[0])


def _known():
    from gradproof.proofs.catalogue import known_functions

    return known_functions()


def test_at_a_kink_the_side_nearer_zero_is_taken() -> None:
    x = np.array([-3.0, 0.0, 3.0, 6.0])
    assert implementation("relu", order=1)(x).tolist() == [0, 0, 1, 1]
    assert implementation("relu6", order=1)(x).tolist() == [0, 0, 1, 0]
    assert implementation("leaky_relu", order=1)(x)[1] == 0.01
    assert implementation("hard_swish", order=1)(x).tolist() == [0, 0.5, 1, 1]


@pytest.mark.parametrize(("name", "point"), [("sigmoid", 0.0), ("gelu", 1.4142135623730951), ("tanh", 0.0)])
def test_no_result_leaves_the_certified_range(name: str, point: float) -> None:
    from gradproof.proofs.facts import facts

    x = point + np.concatenate([np.linspace(-1e-6, 1e-6, 400), np.linspace(-1e-12, 1e-12, 400)])
    got = implementation(name, order=1)(x)
    assert got.max() <= float(facts(name).orders[1].landscape.sup.value)


@pytest.mark.parametrize("parameters", [{"beta": 3}, {"beta": "1/7"}, {"beta": -2}])
def test_parameters_that_are_not_the_defaults(parameters: dict, sample) -> None:
    x = sample("float32", 60, seed=23)
    for order in (0, 1):
        got = implementation("softplus", order=order, parameters=parameters)(x)
        truth = reference("softplus", x, order=order, parameters=parameters)
        errors = ulp_errors(got, truth)
        assert errors[~np.isnan(as_float64(truth.value))].max() <= 0.51


def test_any_formula_gets_one() -> None:
    x = np.array([-5.0, -1e-9, 0.0, 2.0, 700.0])
    expr = parse_expression("x*atan(exp(x)) - sin(x)", {})
    for order in (0, 1, 2):
        errors = ulp_errors(implementation(expr, order=order)(x), reference(expr, x, order=order))
        assert conditioned(errors, condition(expr, x, order=order)).max() < 4


def test_the_result_of_an_element_does_not_depend_on_its_neighbours(sample) -> None:
    x = sample("float64", 30, seed=24)
    function = implementation("mish", order=1)
    whole = function(x)
    assert np.array_equal(function(x[::-1])[::-1], whole, equal_nan=True)
    assert np.array_equal([function(x[i : i + 1])[0] for i in range(len(x))], whole, equal_nan=True)


def test_bad_calls_are_named() -> None:
    with pytest.raises(ValueError, match=r"expected 2 arrays \(a, b\), got 1"):
        implementation("glu")(np.zeros(1))
    with pytest.raises(ValueError, match="variable='c': expected one of a, b"):
        implementation("glu", variable="c")
    with pytest.raises(ValueError, match="dtype='int64'"):
        implementation("relu")(np.zeros(1, np.int64))
    with pytest.raises(ValueError, match="expected a product of functions of a and of b alone"):
        implementation(parse_expression("a + b", {}))
    assert format_of(implementation("relu")(np.zeros(3, np.float16))).name == "float16"
