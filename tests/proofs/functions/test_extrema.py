"""Bounds of every curve that is written down by hand: value, attained or not, and where, to 30 digits.

The other side is mpmath alone (benchmarks/known_curves.py, which does not import gradproof).
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.functions.landscape import Extremum, decided_landscape

from ...thorough import few

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
try:
    known: Any = importlib.import_module("known_curves")
finally:
    sys.path.remove(str(BENCHMARKS))

mp = known.mp
DIGITS = 30


def agree(found: Any, truth: Any) -> bool:
    """Whether certified digits and mpmath's number agree to 30 digits, or are the same infinity."""
    if found.infinite or not mp.isfinite(truth):
        return bool(mp.mpf(found.infinite) == mp.sign(truth)) and not mp.isfinite(truth)
    ball = found.ball(256)
    with precision(400):
        low, high = (mp.mpf(end.mid().str(70, radius=False)) for end in (ball.lower(), ball.upper()))
    slack = max(abs(mp.mpf(truth)), mp.mpf(10) ** -6) * mp.mpf(10) ** -DIGITS
    return bool(low - slack <= truth <= high + slack and high - low < 2 * slack)


@pytest.mark.parametrize(
    "curve",
    few(known.CURVES, lambda curve: curve.function == "tanh"),
    ids=lambda c: c.function,
)
def test_bounds(curve: Any) -> None:
    for order in range(3):
        shape = decided_landscape(parse_expression(curve.derivative(order)), "x")
        for name, bound in (("sup", known.shape(curve, order).sup), ("inf", known.shape(curve, order).inf)):
            found: Extremum = getattr(shape, name)
            told = f"{name}({curve.derivative(order)}) = {found.value}, mpmath: {mp.nstr(bound.value, 40)}"
            assert agree(found.value, bound.value), told
            assert found.attained is bound.attained, f"{told}: attained {found.attained}"
            if bound.attained and bound.isolated:
                assert not found.on and len(found.at) == len(bound.witnesses), told
                for at, witness in zip(found.at, bound.witnesses, strict=True):
                    assert agree(at, witness), f"{told} at {at}, mpmath: {mp.nstr(witness, 40)}"
