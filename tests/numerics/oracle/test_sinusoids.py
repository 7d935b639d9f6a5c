"""sin and cos of large arguments on arrays: every value within its bar of what 400 bits say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from flint import arb, fmpq
from gradproof.numerics.oracle import sinusoids
from gradproof.numerics.oracle.certified import certified
from gradproof.numerics.oracle.float32_rows import BINADE
from gradproof.numerics.oracle.sinusoids import Wave, wave
from gradproof.numerics.oracle.taylor_rows import Polynomials
from gradproof.proofs.catalogue.entries import activation
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.enclosures.jets import enclose

from ...thorough import every, few

FORMULAS = ["sin(30*x)", "30*cos(30*x)", "-900*sin(30*x)", "sin(x)", "-3/4*cos(-63/32*x)", "2*sin(-x)"]
KEYS = [sign + exponent for sign in (0, 256) for exponent in (140, 151, 174, 200, 253, 254)]


def floats(key: int) -> np.ndarray:
    """Floats of a binade: the first, the last, and others."""
    places = np.random.default_rng(key).integers(0, BINADE, 300)
    places[:4] = 0, 1, BINADE - 2, BINADE - 1
    patterns = ((key & 256) << 23) + ((key & 255) * BINADE) + places
    return patterns.astype(np.uint32).view(np.float32).astype(np.float64)


def beyond(formula: str, form: Wave, x: np.ndarray) -> int:
    """How many values are further from the exact ones than the bar, and a third of it."""
    value, bar = form.at(x)
    found = 0
    with precision(400):
        for one, got in zip(x.tolist(), value.tolist(), strict=True):
            exact = enclose(parse_expression(formula), {"x": fmpq(*one.as_integer_ratio())}, 400)
            found += not abs(exact - arb(fmpq(*got.as_integer_ratio()))) < bar / 3
    return found


@pytest.mark.parametrize("formula", few(FORMULAS, every(6)))
def test_values_are_within_their_bars(formula: str) -> None:
    form = wave(parse_expression(formula))
    assert form is not None
    for key in KEYS:
        assert beyond(formula, form, floats(key)) == 0, key


def test_what_is_planted_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    form = wave(parse_expression("sin(30*x)"))
    assert form is not None
    x = floats(200)
    for lie in (replace(form, quarter=1), replace(form, c=1 + 2.0**-44), replace(form, k=30 + 2.0**-48)):
        assert beyond("sin(30*x)", lie, x) > 100
    whole = sinusoids._turns
    monkeypatch.setattr(sinusoids, "_turns", lambda exponent: whole(exponent)[:2])  # a reduction with too few bits
    assert beyond("sin(30*x)", form, x) > 100


def test_others_are_no_waves() -> None:
    for formula in (
        "sin(x)**2",
        "x*sin(x)",
        "sin(x + 1)",
        "sin(x/3)",
        "sin(127*x)",
        "tanh(x)",
        "sin(x) + 1",
        "pi*sin(x)",
    ):
        assert wave(parse_expression(formula)) is None, formula


@pytest.mark.thorough
def test_polynomials_leave_to_waves_what_they_cannot_serve() -> None:
    polynomials = Polynomials(parse_expression("sin(30*x)"))
    without = np.isnan(polynomials.rows(130, 0, 4096).bars)
    assert without.sum() < 200  # those with a zero
    assert np.isnan(polynomials.rows(140, 0, 4096).bars).all()
    value, bar = polynomials.at(140 + 256, np.array([0, 5, BINADE - 1]))
    assert (bar == 2.0**-46).all()
    first = enclose(parse_expression("sin(30*x)"), {"x": fmpq(-(2**13))}, 400)
    assert abs(value[0] - float(first)) < 2.0**-46


def test_the_oracle_of_a_wave_is_fast_and_right() -> None:
    oracle = certified(activation("sine").expr(), 0)
    x = floats(180)
    values = oracle(x)
    assert (values.bar > 0).all()
    assert (values.bar <= 2.0**-46).all()
    assert np.abs(values.value - oracle.points(x).value).max() <= 2.0**-46
