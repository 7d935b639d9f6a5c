"""Singular values of Jacobians: against differences, for orthogonal weights, and beside measured gradients."""

import json
import math

import numpy as np
import pytest
from gradproof.numerics.networks.gradients import measure_gradients
from gradproof.numerics.networks.layers import Layer
from gradproof.numerics.networks.multilayer import Network
from gradproof.numerics.networks.pointwise import gate
from gradproof.numerics.networks.spectra import jacobian_spectrum
from gradproof.numerics.networks.weights import Draws


def test_one_layer_s_are_those_of_its_matrix_of_differences():
    network = Network("tanh", depth=1, width=6, residual=True, norm="rms")
    spectrum = jacobian_spectrum(network, trials=2, seed=3)
    layer, step = Layer(network, gate("tanh")), 1e-5
    weights = Draws(network, 3, [1]).forwards()
    h = np.random.Generator(np.random.SFC64([3, 1, 2])).standard_normal((1, 6, 1))
    shifts = step * np.eye(6)[:, None, :, None]

    def output(shift: np.ndarray) -> np.ndarray:
        return layer.forwards(h + shift, weights, np.zeros((1, 1, 6)))[0][0, :, 0]

    jacobian = np.array([(output(s) - output(-s)) / (2 * step) for s in shifts]).T
    assert np.exp(spectrum.logs[1]) == pytest.approx(np.linalg.svd(jacobian, compute_uv=False), rel=1e-4)


def test_orthogonal_linear_networks_are_isometries():
    spectrum = jacobian_spectrum(Network("identity", depth=30, width=12, initialisation="orthogonal"), trials=3)
    assert spectrum.logs == pytest.approx(0, abs=1e-5)
    assert spectrum.lost == 0
    assert str(spectrum).endswith("median 10^0.00") or str(spectrum).endswith("median 10^-0.00")
    assert spectrum.quantiles(0.1, 0.9) == pytest.approx((0, 0), abs=1e-5)


def test_normal_linear_networks_lose_most_directions_with_depth():
    shallow, deep = (jacobian_spectrum(Network("identity", depth=d, width=16), trials=4) for d in (2, 200))
    assert shallow.lost == 0 < deep.lost < 1
    assert shallow.quantiles(0.5)[0] > deep.quantiles(0.5)[0] == -math.inf
    assert deep.largest.low < deep.largest.mean < deep.largest.high
    assert "are 0 beside it in float64" in deep.sentence and "inf" not in deep.sentence
    assert json.loads(json.dumps(deep.to_json(), allow_nan=False))["trials"] == 4


def test_the_mean_square_is_that_of_random_gradients():
    network = Network("tanh", depth=6, width=48, initialisation="lecun")
    spectrum = jacobian_spectrum(network, trials=24, seed=1)
    measured = measure_gradients(network, trials=24, seed=1).log_squared_norm[0]
    assert spectrum.mean_square.low < measured.high and measured.low < spectrum.mean_square.high


def test_what_has_no_jacobian_of_one_input_is_refused():
    with pytest.raises(ValueError, match="norm='batch'"):
        jacobian_spectrum(Network("relu", norm="batch"))
    gone = jacobian_spectrum(Network("relu", depth=4, width=4, bias=-9.0), trials=2)
    assert (gone.logs == -np.inf).all()
