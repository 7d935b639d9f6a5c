"""Gains: exact where they have a form, the same as quadrature by other code, and beside PyTorch's table."""

from __future__ import annotations

import pytest
from gradproof.numerics.depth.gains import CALCULATE_GAIN, Gains, gains
from gradproof.proofs.catalogue.entries import catalogue
from gradproof.proofs.catalogue.parse import parse_expression, parse_number
from gradproof.proofs.means.expectations import expectation
from gradproof.proofs.reals.reals import exact
from mpmath import mp

from ...thorough import few


def logistic(z):
    return 1 / (1 + mp.exp(-z))


FUNCTIONS = {
    "sigmoid": (logistic, lambda z: logistic(z) * logistic(-z), []),
    "tanh": (mp.tanh, lambda z: mp.sech(z) ** 2, []),
    "gelu": (lambda z: z * mp.ncdf(z), lambda z: mp.ncdf(z) + z * mp.npdf(z), []),
    "silu": (lambda z: z * logistic(z), lambda z: logistic(z) * (1 + z * logistic(-z)), []),
    "softplus": (lambda z: mp.log1p(mp.exp(z)), logistic, []),
    "elu": (lambda z: z if z > 0 else mp.expm1(z), lambda z: 1 if z > 0 else mp.exp(z), [0]),
    "softsign": (lambda z: z / (1 + abs(z)), lambda z: 1 / (1 + abs(z)) ** 2, [0]),
    "hard_shrink": (lambda z: z if abs(z) > 0.5 else 0, lambda z: 1 if abs(z) > 0.5 else 0, [-0.5, 0.5]),
    "arctan": (mp.atan, lambda z: 1 / (1 + z * z), []),
    "gaussian": (lambda z: mp.exp(-z * z), lambda z: -2 * z * mp.exp(-z * z), []),
}
"""f, f' and the kinks, written down again."""


def by_quadrature(function, kinks) -> str:
    with mp.workdps(45):
        ends = sorted({-16, -8, -4, -2, -1, *kinks, 1, 2, 4, 8, 16})
        mean = mp.quad(lambda z: mp.npdf(z) * function(z) ** 2, ends)
        return mp.nstr(1 / mp.sqrt(mean), 26, strip_zeros=False)


@pytest.mark.parametrize("name", few(FUNCTIONS, lambda name: name in ("tanh", "elu", "hard_shrink")))
def test_quadrature_by_other_code_agrees_to_25_digits(name: str) -> None:
    f, derivative, kinks = FUNCTIONS[name]
    row = gains(name)
    for value, function in ((row.forward, f), (row.backward, derivative)):
        assert value is not None
        with mp.workdps(45):
            assert abs(mp.mpf(value.decimal(30)) - mp.mpf(by_quadrature(function, kinks))) < mp.mpf(10) ** -24


def test_gains_of_piecewise_linear_functions_are_exact() -> None:
    assert both(gains("relu")) == ("sqrt(2)", "sqrt(2)")
    for slope in ("1/100", "3/10", "2"):
        row = gains("leaky_relu", parameters={"negative_slope": slope})
        expected = exact(parse_number(f"sqrt(2/(1 + ({slope})**2))"))
        assert row.forward is not None and row.forward.equals(expected)
        assert row.backward is not None and row.backward.equals(expected)
        assert row.differs is False


def both(row: Gains) -> tuple[str, str]:
    return str(row.forward), str(row.backward)


def test_the_fixed_point_of_selu_is_a_mean_of_0_and_a_variance_of_1() -> None:
    assert abs(expectation(parse_expression("selu(z)")).ball(128)) < 1e-20
    forward = gains("selu").forward
    assert forward is not None
    assert abs(forward.ball(128) - 1) < 1e-20


def test_what_pytorch_has_as_another_number_is_marked() -> None:
    assert {name: gains(name).differs for name in CALCULATE_GAIN} == {
        "identity": False, "sigmoid": True, "tanh": True, "relu": False, "leaky_relu": False, "selu": True,
    }  # fmt: skip
    assert gains("gelu").torch is None


@pytest.mark.thorough
def test_the_table_is_that_of_pytorch() -> None:
    init = pytest.importorskip("torch.nn.init")
    for name in CALCULATE_GAIN:
        value = gains(name).torch
        assert value is not None
        assert float(value) == pytest.approx(init.calculate_gain({"identity": "linear"}.get(name, name)), rel=1e-15)


def test_a_gate_has_a_backward_gain_for_each_input() -> None:
    row, alone = gains("glu"), gains("sigmoid")
    assert list(row.by_input) == ["a", "b"]
    assert row.forward is not None and alone.forward is not None
    assert row.forward.decimal(25) == alone.forward.decimal(25)
    assert [str(gain) for gain in gains("bilinear").by_input.values()] == ["1", "1"]


def test_what_has_no_gain_says_why() -> None:
    row = gains("logit")
    assert row.forward is row.backward is None
    assert len(row.undecided) == 2 and "undefined between" in row.undecided[0]
    assert "infinite" in gains("exp(x**2/2)").undecided[0]
    zero = gains(parse_expression("relu(x)*0"))
    assert (zero.forward, zero.undecided) == (None, ())


@pytest.mark.exhaustive
def test_the_catalogue_has_gains_but_where_a_logarithm_ends() -> None:
    missing = [entry.name for entry in catalogue() if gains(entry).forward is None]
    assert missing == ["log1mexp", "logit", "softplus_inverse"]
