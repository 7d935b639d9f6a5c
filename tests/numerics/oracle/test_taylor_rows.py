"""Blocks for float32s: the parts of their bars are recomputed with 300 bits; planted errors do not stay hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from math import comb, inf, isnan, nextafter

import numpy as np
import pytest
from flint import arb, fmpq
from gradproof.numerics.oracle import taylor_rows
from gradproof.numerics.oracle.asymptotes import NearLine
from gradproof.numerics.oracle.float32_rows import ROW, ROWS, Span, span
from gradproof.numerics.oracle.smooth_formulas import nth_derivative
from gradproof.numerics.oracle.taylor_rows import EVALUATION, TERMS, TINY, Block, Polynomials, powers, shifts
from gradproof.proofs.catalogue.entries import activation
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.enclosures.jets import enclose, jet
from gradproof.proofs.expressions.expr import Expr
from gradproof.proofs.functions.pieces import split
from gradproof.proofs.functions.sign_charts import sign_line
from gradproof.proofs.functions.step_functions import constant

from ...thorough import every, few

FUNCTIONS = [("silu", 0, 0), ("gelu", 1, 0), ("tanh", 0, 0), ("softplus", 0, 0), ("mish", 1, 0), ("hard_swish", 0, 1)]
KEYS = [sign + exponent for sign in (0, 256) for exponent in (0, 1, 60, 100, 118, 125, 126, 127, 129, 133, 160, 254)]
BITS = 300
NEGLIGIBLE = Fraction(1, 2**30)
"""Smaller coefficients, relative to their sum, need not be rounded correctly: 2**-60 of the sum is enough."""


def smooth(name: str, order: int, piece: int) -> Expr:
    expr = split(activation(name).expr(), "x").pieces[piece].expr
    assert expr is not None
    return nth_derivative(expr, order)


def blocks_of(polynomials: Polynomials) -> Iterator[tuple[int, Block]]:
    """The blocks of some rows of many binades, with the keys of these."""
    for key in KEYS:
        for row in (0, 1, 1777, ROWS - 1):
            yield from ((key, block) for block in polynomials.blocks(key, row, 1) if not isnan(block.bar))


def rational(ball: arb) -> Fraction:
    middle = ball.mid().fmpq()
    return Fraction(int(middle.p), int(middle.q))


def value_at(block: Block, t: Fraction) -> Fraction:
    return sum((Fraction(a) * t**k for k, a in enumerate(block.coefficients.tolist())), Fraction(0))


def audit(expr: Expr, key: int, block: Block) -> set[str]:
    """What is wrong with a block, part by part."""
    level = (ROWS // block.count).bit_length() - 1
    place, size = span(key, level, block.first // block.count), block.count * ROW
    if block.bar == 0:
        ends = (place.first or place.last / (size - 1), place.last)
        return {"side" for x in ends for m in levels(x) if not same_side(expr, block, place, x, m)}
    found = set[str]()
    with precision(BITS, TERMS + 1):
        step = arb(place.step)
        exact = [a * step**k for k, a in enumerate(jet(expr, "x", place.middle, TERMS, BITS))]
    total = sum(map(abs, map(rational, exact)))
    for a, stored in zip(map(rational, exact), block.coefficients.tolist(), strict=True):
        matters = abs(a) > total * NEGLIGIBLE and abs(a) > Fraction(2) ** -900
        if stored != float(a) if matters else abs(Fraction(stored) - a) > total * Fraction(2) ** -60:
            found.add("coefficient")
    evaluation = Fraction(EVALUATION) * sum(abs(Fraction(a)) for a in block.coefficients.tolist()) + Fraction(TINY)
    if Fraction(block.bar) < evaluation:
        found.add("evaluation")
    for i in (0, 1, size // 3, size - 1):
        t = Fraction(2 * i + 1 - size, size)
        x = place.middle + place.step * fmpq(t.numerator, t.denominator)
        if x and abs(rational(enclose(expr, {"x": x}, BITS)) - value_at(block, t)) + evaluation > Fraction(block.bar):
            found.add("remainder")
    return found


def levels(x: fmpq) -> list[Fraction]:
    """The line y = x, 0, 1 and -1, and points near them that errors of 2**-10 ULP are measured from."""
    at = Fraction(int(x.p), int(x.q))
    ulp = Fraction(2) ** max(_floor_log2(at) - 23, -149)
    near = [at + k * ulp / 1024 for k in (0, 1, -1, 1023, -512)]
    return [*near, Fraction(0), *(sign * (1 + Fraction(k, 2**34)) for sign in (1, -1) for k in (-1, 0, 1))]


def _floor_log2(x: Fraction) -> int:
    return (abs(x.numerator).bit_length() - x.denominator.bit_length()) if x else 0


def same_side(expr: Expr, block: Block, place: Span, x: fmpq, m: Fraction) -> bool:
    """Whether a value with bar 0 compares with m as the function does, which is looked at with up to 2**14 bits."""
    at = (x - place.middle) / place.step
    value = value_at(block, Fraction(int(at.p), int(at.q)))
    for bits in (BITS, 1 << 11, 1 << 14):
        ball, level = enclose(expr, {"x": x}, bits), arb(fmpq(m.numerator, m.denominator))
        if ball > level or ball < level:
            return (value > m) - (value < m) == (1 if ball > level else -1)
        if ball.is_exact():
            return value == m
    return True


@pytest.mark.parametrize(("name", "order", "piece"), few(FUNCTIONS, every(4)))
def test_every_part_of_the_bar_holds(name: str, order: int, piece: int) -> None:
    expr = smooth(name, order, piece)
    seen = {True: 0, False: 0}
    for key, block in blocks_of(Polynomials(expr)):
        assert not audit(expr, key, block), (key, block)
        seen[block.bar == 0] += 1
    assert seen[False] > 10
    assert seen[True] > 10


def one_ulp(k: int) -> Callable[[Block], Block]:
    def planted(block: Block) -> Block:
        coefficients = block.coefficients.copy()
        coefficients[k] = nextafter(coefficients[k], inf)
        return replace(block, coefficients=coefficients)

    return planted


@pytest.mark.parametrize("k", [0, 1, 2, 3, 4])
def test_a_coefficient_off_by_one_ulp_is_seen(k: int) -> None:
    expr = smooth("silu", 0, 0)
    blocks = [(key, b) for key, b in blocks_of(Polynomials(expr)) if b.bar > 0]
    blocks = [(key, b) for key, b in blocks if abs(b.coefficients[k]) > 2 * NEGLIGIBLE * np.abs(b.coefficients).sum()]
    assert blocks
    assert all("coefficient" in audit(expr, key, one_ulp(k)(b)) for key, b in blocks)


@pytest.mark.thorough
def test_half_a_remainder_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = taylor_rows._taylor

    def planted(thin: list[arb], last: arb, step: arb) -> object:
        size = len(thin) - 1
        kept = [a if k < TERMS else a / 2 for k, a in enumerate(thin[:size])]
        return honest([*kept, thin[size]], last / 2, step)

    expr = smooth("silu", 0, 0)
    assert not any(audit(expr, key, b) for key, b in blocks_of(Polynomials(expr)))
    monkeypatch.setattr(taylor_rows, "_taylor", planted)
    # Only blocks with a remainder of the size of the evaluation error can show it.
    assert any("remainder" in audit(expr, key, b) for key, b in blocks_of(Polynomials(expr)))


def test_an_evaluation_without_error_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taylor_rows, "EVALUATION", 0.0)
    expr = smooth("silu", 0, 0)
    found = [audit(expr, key, b) for key, b in blocks_of(Polynomials(expr)) if b.bar > 0]
    assert found
    assert sum("evaluation" in faults for faults in found) > len(found) / 2


def test_the_wrong_side_of_a_line_is_seen() -> None:
    expr = smooth("tanh", 0, 0)
    # Where bits show the side; tanh(2**40) would take more than there are.
    lines = [(key, b) for key, b in blocks_of(Polynomials(expr)) if b.bar == 0 and key & 0xFF < 139]
    assert len(lines) > 20
    for key, block in lines:
        line = Fraction(1 if key < 256 else -1)
        if abs(block.coefficients[0]) < 0.5:  # y = x
            level = (ROWS // block.count).bit_length() - 1
            middle = span(key, level, block.first // block.count).middle
            line = Fraction(int(middle.p), int(middle.q))
        coefficients = block.coefficients.copy()
        coefficients[0] = float(2 * line - Fraction(block.coefficients[0]))
        assert coefficients[0] != block.coefficients[0]
        assert audit(expr, key, replace(block, coefficients=coefficients)) == {"side"}


CROSSING = parse_expression("x + (x - 3/2)*2**-60")


def crossed(honest: bool) -> Polynomials:
    """Polynomials of a function that crosses the line y = x at 3/2, with what is true of that or with a lie."""
    difference = CROSSING - parse_expression("x")
    signs = sign_line(difference, "x") if honest else constant(1)
    polynomials = Polynomials(CROSSING)
    polynomials.__dict__["lines"] = (NearLine(fmpq(0), fmpq(1), signs, constant(1)),)
    return polynomials


def test_a_line_that_is_crossed_is_not_taken() -> None:
    (whole,) = crossed(honest=True).blocks(127, 0, ROWS)
    assert whole.bar > 0
    assert not audit(CROSSING, 127, whole)
    (beyond,) = crossed(honest=True).blocks(128, 0, ROWS)
    assert beyond.bar == 0
    assert not audit(CROSSING, 128, beyond)
    (lie,) = crossed(honest=False).blocks(127, 0, ROWS)
    assert audit(CROSSING, 127, lie) == {"side"}


ASIDE = parse_expression("x - 1 + 1/(1 + x**8)")


@pytest.mark.parametrize("exponent", [*range(20, 60, 3), 31, 32, 33, 34, 43, 44, 45])
def test_a_line_that_passes_0_at_some_distance(exponent: int) -> None:
    for key in (127 + exponent, 383 + exponent):
        (block,) = Polynomials(ASIDE).blocks(key, 0, ROWS)
        assert not isnan(block.bar)
        # From 2**34 on the line lies between the multiples of 2**-10 ULP.
        assert (block.bar == 0) >= (exponent < 34)
        assert block.bar == 0 or not audit(ASIDE, key, block)
        whole = span(key, 0, 0)
        for x in (whole.first, whole.first + whole.step / (1 << 20), whole.last) if block.bar == 0 else ():
            at = Fraction(int(x.p), int(x.q))
            ulp = Fraction(2) ** (exponent - 23)
            around = [(at - 1) // (ulp / 1024) * ulp / 1024 + k * ulp / 1024 for k in (-1, 0, 1, 2)]
            assert all(same_side(ASIDE, block, whole, x, m) for m in (*around, at, at + ulp / 2, at - ulp / 2))
            t = (x - whole.middle) / whole.step
            assert abs(value_at(block, Fraction(int(t.p), int(t.q))) - (at - 1)) < ulp / 2**20


def off_shifts(matrices: np.ndarray, count: int) -> set[int]:
    """The rows whose matrix does not take (s + w t)**k to powers of t, each entry rounded once."""
    found = set[int]()
    for row in range(count):
        s, w = Fraction(2 * row + 1 - count, count), Fraction(1, count)
        exact = [[comb(k, j) * s ** max(k - j, 0) * w**j for j in range(TERMS)] for k in range(TERMS)]
        if matrices[row].tolist() != [[float(m) for m in line] for line in exact]:
            found.add(row)
    return found


@pytest.mark.parametrize("count", [2, 8, 64])
def test_shifts(count: int) -> None:
    matrices = shifts(count).copy()
    assert not off_shifts(matrices, count)
    matrices[1, 5, 3] *= 11 / 10
    assert off_shifts(matrices, count) == {1}


def test_powers() -> None:
    table = powers()
    assert table.shape == (TERMS, ROW)
    for i in (0, 1, 1000, ROW - 1):
        assert table[:, i].tolist() == [float(Fraction(2 * i + 1 - ROW, ROW) ** j) for j in range(TERMS)]


@pytest.mark.parametrize("key", [0, 1, 126, 254, 256, 400])
def test_spans_hold_the_floats_of_their_patterns(key: int) -> None:
    for level, index in ((0, 0), (3, 5), (12, 4095), (12, 0)):
        size, place = (1 << 23) >> level, span(key, level, index)
        first = (key << 23) + index * size
        x = np.array([first, first + size - 1], np.uint32).view(np.float32).tolist()
        assert [int(v.p) / int(v.q) for v in (place.first, place.last)] == x
        assert place.middle + place.step * fmpq(1 - size, size) == place.first
        assert place.middle + place.step * fmpq(size - 1, size) == place.last
