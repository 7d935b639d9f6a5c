"""One layer of every kind: what goes back is the derivative of what goes forwards, and norms do what they say."""

import itertools

import numpy as np
import pytest
from gradproof.numerics.networks.layers import Layer, biases, normalised
from gradproof.numerics.networks.multilayer import Network
from gradproof.numerics.networks.pointwise import gate
from gradproof.numerics.networks.weights import Draws

from ...thorough import few

KINDS = list(itertools.product(("tanh", "swiglu"), (None, "layer", "rms", "batch"), (None, "pre", "post")))


@pytest.mark.parametrize(
    ("activation", "norm", "residual"), few(KINDS, lambda activation, *_: activation == "swiglu")
)
def test_the_backward_pass_is_the_derivative_of_the_forward_pass(activation, norm, residual) -> None:
    network = Network(
        activation, depth=1, width=5, initialisation="lecun", bias=0.3, sigma_b=0.2, norm=norm,
        residual=residual is not None, norm_place=residual or "pre",
    )  # fmt: skip
    layer = Layer(network, gate(activation))
    inputs = len(layer.gate.values)
    weights = Draws(network, 4, [0, 1], inputs).forwards()
    added = next(biases(network, 4, [0, 1], inputs))
    generator, step = np.random.default_rng(4), 1e-4
    h, cotangent = generator.standard_normal((2, 2, 5, 3))
    _, passed = layer.forwards(h, weights, added)
    exact = layer.backwards(cotangent, weights, passed)
    for index in np.ndindex(h.shape):
        shift = np.zeros_like(h)
        shift[index] = step
        ends = [(cotangent * layer.forwards(h + s, weights, added)[0]).sum() for s in (shift, -shift)]
        assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(exact[index], abs=2e-6)


def test_norms() -> None:
    x = np.random.default_rng(1).standard_normal((2, 6, 8)) + 3
    for kind, axis in (("layer", 1), ("batch", 2)):
        y = normalised(x, kind).result
        assert y.mean(axis=axis) == pytest.approx(0, abs=1e-12)
        assert (y * y).mean(axis=axis) == pytest.approx(1)
    y = normalised(x, "rms").result
    assert (y * y).mean(axis=1) == pytest.approx(1)
    assert y / x == pytest.approx(np.broadcast_to(y[:, :1] / x[:, :1], x.shape))
    assert normalised(np.zeros((1, 3, 2)), "layer").result == pytest.approx(0)
