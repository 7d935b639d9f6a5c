"""Weights: normal to sixteen bits, orthogonal, and the same ones again on the way back."""

import numpy as np
import pytest
from gradproof.numerics.networks import weights
from gradproof.numerics.networks.multilayer import Network
from gradproof.numerics.networks.weights import Draws, levels


def test_the_levels_are_those_of_a_standard_normal() -> None:
    x = levels().astype(float)
    assert len(x) == 65536 and (np.diff(x) > 0).all()
    assert x == pytest.approx(-x[::-1])
    assert (x**2).mean() == pytest.approx(1, abs=1e-6)
    assert (x**4).mean() == pytest.approx(3, abs=3e-4)
    assert (np.abs(x) < 1).mean() == pytest.approx(0.682689, abs=2e-5)


@pytest.mark.parametrize("kept", [1, 10**9])
def test_the_way_back_has_the_weights_of_the_way_there(kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "KEPT_BYTES", kept)
    draws = Draws(Network("glu", depth=4, width=3), 2, [5, 6], 2)
    forwards = [draws.forwards().copy() for _ in range(4)]
    assert forwards[0].shape == (2, 2, 3, 3)
    for layer in (3, 2, 1, 0):
        assert (draws.backwards(layer) == forwards[layer]).all()
    assert not (forwards[0] == forwards[1]).any()


def test_weights_have_the_variance_they_should_and_networks_their_own() -> None:
    drawn = Draws(Network("relu", depth=1, width=200), 1, range(4)).forwards()[:, 0]
    assert drawn.mean() == pytest.approx(0, abs=0.01)
    assert drawn.var() == pytest.approx(1, abs=0.02)
    correlations = np.corrcoef(drawn.reshape(4, -1))
    assert np.abs(correlations - np.eye(4)).max() < 0.03


def test_orthogonal_weights_are() -> None:
    drawn = Draws(Network("relu", depth=1, width=7, initialisation="orthogonal"), 1, range(3)).forwards()[:, 0]
    products = np.swapaxes(drawn, 1, 2) @ drawn / 7
    assert products == pytest.approx(np.broadcast_to(np.eye(7), products.shape), abs=1e-5)
