"""Certified integrals against a normal density: cells, remainders and tails, each alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import mpmath as mp
import pytest
from flint import arb, fmpq
from gradproof.proofs.budget import Undecided
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.enclosures.jets import program, series
from gradproof.proofs.means import expectations
from gradproof.proofs.means.expectations import _Integral
from gradproof.proofs.means.taylor_integral import taylor_integral

from ...thorough import every, few
from ..exactly import ends, holds, number

FUNCTIONS: dict[str, tuple[Callable[[Any], Any], tuple[fmpq, ...]]] = {
    # with the points at which the formula changes
    "tanh(z)**2": (lambda z: mp.tanh(z) ** 2, ()),
    "1/(1 + exp(-3*z))": (lambda z: 1 / (1 + mp.exp(-3 * z)), ()),
    "exp(z**2/5)": (lambda z: mp.exp(z * z / 5), ()),
    "exp(-(20*z - 30)**2)": (lambda z: mp.exp(-((20 * z - 30) ** 2)), (fmpq(3, 2),)),
    "abs(z - 3)*erf(z)": (lambda z: abs(z - 3) * mp.erf(z), (fmpq(3),)),
    "(z**3 if z > 1/3 else cos(z))": (lambda z: z**3 if z > mp.mpf(1) / 3 else mp.cos(z), (fmpq(1, 3),)),
    "1/(1 + z**2) if abs(z) < 2 else 7": (lambda z: 1 / (1 + z * z) if abs(z) < 2 else mp.mpf(7), (fmpq(-2), fmpq(2))),
    "exp(-4*z)": (lambda z: mp.exp(-4 * z), ()),
    "softplus(z)*tanh(z - 8)": (lambda z: mp.log1p(mp.exp(z)) * mp.tanh(z - 8), (fmpq(8),)),
}


@pytest.mark.parametrize("text", few(FUNCTIONS, every(9)))
def test_every_precision_holds_the_integral(text: str) -> None:
    """Coarse enclosures show a lost tail or cell that fine ones would hide."""
    f, kinks = FUNCTIONS[text]
    integral = _Integral(parse_expression(text), "z")
    with mp.workdps(60):
        around = (number(k + d) for k in kinks for d in (fmpq(-1, 4), fmpq(0), fmpq(1, 4)))
        cuts = sorted({*map(mp.mpf, range(-24, 25, 2)), *around})
        truth = mp.quad(lambda z: f(z) * mp.npdf(z), cuts, maxdegree=8)
        for bits in (1, 2, 4, 8, 20, 64, 128):
            low, high = ends(integral.refine(bits))
            slack = mp.mpf(10) ** -35
            assert low - slack <= truth <= high + slack, f"{bits} bits: {mp.nstr(truth, 30)} not in [{low}, {high}]"
            assert high - low < mp.mpf(2) ** (8 - bits)


@pytest.mark.parametrize("bits", [1, 4, 30])
def test_both_tails_are_added(bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing in the middle what is left are the two tails beyond the last cell, for exp(z^2/4) at worst."""
    integral = _Integral(parse_expression("exp(z**2/8)"), "z")
    reached: list[arb] = []

    def nothing(coefficients: object, low: arb, high: arb, *_: object) -> arb:
        reached.extend((low, high))
        return arb(0)

    monkeypatch.setattr(expectations, "taylor_integral", nothing)
    found = integral._integrate(bits)
    with mp.workdps(40):
        reach = ends(reached[1])[0]
        assert ends(reached[0])[1] == -reach
        tails: Any = 2 * mp.quad(lambda z: mp.exp(z * z / 4) * mp.npdf(z), [reach, reach + 2, reach + 8, reach + 40])
        low, high = ends(found)
        assert low <= -tails * (1 - mp.mpf(10) ** -6) and high >= tails * (1 - mp.mpf(10) ** -6)
        assert high <= 3 * tails


@pytest.mark.parametrize(
    ("text", "start"),
    [("exp(z**2/8) + 100", "3"), ("1000*z", "5"), ("exp(z)", "3"), ("z**8", "9"), ("exp(-4*z)", "15")],
)
def test_the_tail_starts_where_the_bound_holds(text: str, start: str) -> None:
    """abs(f) <= exp(z^2/4) beyond the start, on both sides; up to there the integral goes."""
    integral = _Integral(parse_expression(text), "z")
    names = {"exp": mp.exp}
    with mp.workdps(30):
        first = mp.mpf(int(integral.start.p)) / int(integral.start.q)
        assert first >= mp.mpf(start) - 1
        for k in range(200):
            for z in (first + mp.mpf(k) / 8, -first - mp.mpf(k) / 8):
                assert abs(eval(text, names, {"z": z})) <= mp.exp(z * z / 4)


@pytest.mark.parametrize("length", [2, 3, 8])
def test_the_remainder_of_a_cell(length: int) -> None:
    """A polynomial of low degree on wide cells: without its remainder the integral would miss by far."""
    for text, truth in (
        ("exp(z)", lambda a, b: mp.exp(b) - mp.exp(a)),
        ("1/(z + 3)", lambda a, b: mp.log((b + 3) / (a + 3))),
    ):
        coefficients = partial(series, program(parse_expression(text)), "z")
        for low, high, tolerance in ((-2, 1, 50), (0, 1, 1), (-1, 2, "1e-3"), (0, fmpq(1, 3), "1e-6")):
            with precision(96, length + 1):
                found = taylor_integral(coefficients, arb(low), arb(high), length, arb(str(tolerance)))
            with mp.workdps(40):
                a, b = mp.mpf(low), mp.mpf(1) / 3 if isinstance(high, fmpq) else mp.mpf(high)
                assert holds(found, truth(a, b)), f"{text} on [{low}, {high}] with {length} terms: {found}"


def test_cells_without_end_are_undecided() -> None:
    coefficients = partial(series, program(parse_expression("1/z")), "z")
    with precision(64, 9), pytest.raises(Undecided):
        taylor_integral(coefficients, arb(-1), arb(1), 8, arb("1e-10"))
