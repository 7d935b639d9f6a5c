"""Exact forms beside lines that are not dyadic: every comparison comes out as it does in ball arithmetic."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq
from gradproof.numerics.oracle.asymptotes import Beside
from gradproof.numerics.oracle.float32_rows import BINADE, ROW
from gradproof.numerics.oracle.taylor_rows import Polynomials
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.enclosures.jets import enclose
from gradproof.proofs.expressions.expr import Expr

from ...thorough import every, few

MISH = "x*tanh(log(1 + exp(x)))"
SLOPES = {MISH: Fraction(3, 5), "-x/(2 + exp(x))": Fraction(-1, 3), "3*x/(10 - x)": Fraction(3, 10)}
KEYS = [sign + exponent for sign in (0, 256) for exponent in (0, 1, 2, 60, 80)]
LEVELS = [Fraction(k, 1024) for k in (0, 1, 255, 256, 511, 512, 1023, 1024, 2048, 4096, 1 << 30)]
"""In ULP."""


def floats(key: int, row: int) -> np.ndarray:
    """A few floats of a row; every fifth and every third is among them."""
    first = np.uint32(((key & 256) << 23) + ((key & 255) * BINADE) + row * ROW)
    return (first + np.array([1, 2, 3, 4, 5, 6, 7, 15, 1022, 1023, 1024, 1025, 1026, 2047], np.uint32)).view(np.float32)


def wrong(expr: Expr, slope: Fraction, form: Beside, x: np.ndarray) -> int:
    """How many comparisons of distances with levels come out otherwise than with 2000 bits."""
    found = 0
    for one in x.tolist():
        line = float(np.float32(float(Fraction(one) * slope)))
        ulp = Fraction(float(np.spacing(np.float32(abs(line)))))
        ball = enclose(expr, {"x": fmpq(*one.as_integer_ratio())}, 2000)
        around = (float(np.float32(line + k * float(ulp))) for k in (-5, -1, 1, 2, 1 << 20))
        for y in (line, *around, 0.0, 2 * line, -line):
            distance = float(form.distances(np.array([one]), np.array([y]))[0])
            with precision(2000):
                apart = abs(ball - fmpq(*y.as_integer_ratio())) * form.q
            for level in (form.q * ulp * factor for factor in LEVELS):
                bound = fmpq(level.numerator, level.denominator)
                assert apart > bound or apart < bound
                found += (distance > float(level)) != bool(apart > bound) or distance == float(level)
    return found


@pytest.mark.parametrize("formula", SLOPES)
@pytest.mark.parametrize("key", few(KEYS, every(30)))
def test_distances_compare_as_they_are(formula: str, key: int) -> None:
    expr, slope = parse_expression(formula), SLOPES[formula]
    polynomials = Polynomials(expr)
    for row in (1, 7, 4095):  # the row that begins with 0 is judged one by one
        (form,) = polynomials.rows(key, row, 1).exact
        assert isinstance(form, Beside)
        assert form.q == {5: 5, 3: 3, 10: 5}[slope.denominator]
        x = floats(key, row)
        assert not wrong(expr, slope, form, x)
        # On the line, or on its other side, the multiples of q tell.
        exact = form.q * slope
        for lie in (float(exact), float(2 * exact - Fraction(form.c))):
            assert lie != form.c
            assert wrong(expr, slope, replace(form, c=lie), x)


def test_where_the_function_leaves_the_line_there_is_no_form() -> None:
    polynomials = Polynomials(parse_expression(MISH))
    assert polynomials.rows(120, 0, 1).exact == [None]
    leaving = next(key for key in range(90, 120) if None in polynomials.rows(key, 0, 4096).exact)
    rows = polynomials.rows(leaving, 0, 4096)
    assert not np.isnan(rows.bars).any()
