"""Activations by cubics: the derived implementation's values, at any size of the input."""

import numpy as np
import pytest
from gradproof.numerics.implementations.numpy_functions import implementation
from gradproof.numerics.networks.pointwise import gate, pointwise
from gradproof.proofs.catalogue.entries import catalogue

from ...thorough import few

NAMES = [entry.name for entry in catalogue() if len(entry.inputs) == 1]
SIMPLE = {"relu", "tanh", "sigmoid", "gelu", "hard_tanh", "elu", "xielu", "soft_shrink"}


def inputs() -> np.ndarray:
    normal = np.random.default_rng(0).standard_normal(300)
    special = [0.0, -0.0, 1.0, -1.0, 3.0, 6.0, 0.5, -0.5, 2.0**-8, np.inf, -np.inf, np.nan]
    return np.concatenate([*(normal * size for size in (1e-12, 1e-5, 0.1, 1, 5, 50, 5000)), special])


@pytest.mark.parametrize("name", few(NAMES, lambda name: name in SIMPLE))
@pytest.mark.parametrize("order", [0, 1])
def test_values_are_right_to_nine_digits_or_decimals(name: str, order: int) -> None:
    x = inputs()
    true = implementation(name, order=order)(x)
    assert pointwise(name, order)(x) == pytest.approx(true, rel=2e-8, abs=1e-9, nan_ok=True)


def test_small_signals_keep_their_digits() -> None:
    x = np.array([1e-300, -1e-100, 1e-12])
    for name in ("tanh", "silu", "gelu", "elish"):
        factor = 1.0 if name == "tanh" else 0.5
        assert pointwise(name, 0)(x) / x == pytest.approx(factor, rel=1e-8)


def test_a_gate_has_a_partial_derivative_by_each_input() -> None:
    a, b = np.random.default_rng(1).standard_normal((2, 50))
    swiglu = gate("swiglu")
    assert swiglu.value([a, b]) == pytest.approx(a / (1 + np.exp(-a)) * b)
    by_a, by_b = swiglu.partials([a, b])
    assert by_a == pytest.approx(pointwise("silu", 1)(a) * b)
    assert by_b == pytest.approx(pointwise("silu", 0)(a))
    with pytest.raises(ValueError, match="expected a function of one input, not of a, b"):
        pointwise("swiglu", 0)
