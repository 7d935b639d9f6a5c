"""Short polynomials against floats: signs from float64 agree with rational arithmetic, ties included."""

from __future__ import annotations

import numpy as np
import pytest
from gradproof.numerics.floats.error_free import two_terms
from gradproof.numerics.floats.formats import exact
from gradproof.numerics.oracle.smooth_formulas import nth_derivative, rational_value
from gradproof.proofs.catalogue.entries import activation
from gradproof.proofs.functions.pieces import split

CASES = [("hard_swish", 0, 1), ("hard_swish", 1, 1), ("leaky_relu", 0, 0), ("hard_sigmoid", 0, 1), ("relu", 0, 1)]


@pytest.mark.parametrize(("name", "order", "piece"), CASES)
def test_signs_are_exact(name: str, order: int, piece: int) -> None:
    smooth = split(activation(name).expr(), "x").pieces[piece].expr
    assert smooth is not None
    formula = nth_derivative(smooth, order)
    short = two_terms(formula)
    assert short is not None
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.uniform(-3, 3, 2000), rng.normal(size=500) * 2.0 ** rng.integers(-149, 100, 500)])
    x = x.astype(np.float32).astype(np.float64)
    values = [rational_value(formula, exact(v)) for v in x]
    with np.errstate(over="ignore"):
        nearest = np.array([float(np.float32(int(v.p) / int(v.q))) for v in values if v is not None])
    x, values, nearest = (
        np.array(a, object if a is values else None)[np.isfinite(nearest)] for a in (x, values, nearest)
    )
    ulp = np.spacing(np.abs(nearest).astype(np.float32)).astype(np.float64)
    seen = set()
    for m in (nearest, nearest + ulp / 2, nearest - ulp / 2, nearest - 64 * ulp):
        signs, known = short.signs(x, m)
        assert known.mean() > 0.99
        for i in np.flatnonzero(known):
            value, level = values[i], exact(m[i])
            assert value is not None
            assert signs[i] == (value > level) - (value < level), (x[i], m[i])
            seen.add(int(signs[i]))
    assert seen == {-1, 0, 1}
    got = nearest + np.where(rng.random(len(x)) < 0.5, ulp, 0.0)
    distances = short.distances(x, got)
    for steps in (0, 0.5, 1.0):
        for i in range(len(x)):
            assert values[i] is not None
            true, level = abs(values[i] - exact(got[i])) * short.q, exact(ulp[i] * steps) * short.q
            assert (distances[i] > float(level.p) / int(level.q)) == (true > level)
            assert (distances[i] == float(level.p) / int(level.q)) == (true == level)


def test_others_are_left_alone() -> None:
    for name in ("silu", "softsign", "squareplus"):
        assert all(p.expr is None or two_terms(p.expr) is None for p in split(activation(name).expr(), "x").pieces)
