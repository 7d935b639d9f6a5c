"""Means over two correlated normals: closed forms and Hermite series beside quadrature, at the ends and off them."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import mpmath as mp
import pytest
from flint import fmpq
from gradproof.proofs.budget import Undecided
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.expressions import calculus
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.means.correlated import correlated_expectation, separated
from gradproof.proofs.normal_forms.signs import Undefined
from gradproof.proofs.reals.reals import compare

from ...thorough import every, few
from ..exactly import ends

FUNCTIONS: dict[str, Any] = {
    "relu": lambda x: max(x, mp.mpf(0)),
    "gelu": lambda x: x * mp.ncdf(x),
    "erf": mp.erf,
    "abs": abs,
    "D(relu)": lambda x: mp.mpf(x > 0),
    "D(gelu)": lambda x: mp.ncdf(x) + x * mp.npdf(x),
    "tanh": mp.tanh,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
}
CORRELATIONS = (fmpq(1, 3), fmpq(-1, 2), fmpq(9, 10))
PAIRS = [
    (f, g, c) for (f, g), c in itertools.product(itertools.combinations_with_replacement(FUNCTIONS, 2), CORRELATIONS)
]


def mean(f: str, g: str, c: fmpq) -> Any:
    u, v = ex.name("u"), ex.name("v")
    left, right = (calculus.substitute(parse_expression(f"{name}(x)"), {"x": at}) for name, at in ((f, u), (g, v)))
    return correlated_expectation(left * right, "u", "v", ex.rational(c))


@cache
def _normal_nodes() -> list[tuple[Any, Any]]:
    """Nodes and weights of a half-line over the normal density, by the rule of Gauss and Legendre."""
    rule = mp.calculus.quadrature.GaussLegendre(mp.mp)
    nodes = rule.transform_nodes(rule.calc_nodes(5, 80), mp.mpf(0), mp.mpf(11))
    return [(x, w * mp.npdf(x)) for x, w in nodes if w * mp.npdf(x) > mp.mpf(10) ** -22]


def quadrature(f: Any, g: Any, c: fmpq) -> Any:
    """In polar angles: on each ray from 0 both functions are smooth, and the angle is cut where either changes."""
    with mp.workdps(20):
        r = mp.mpf(int(c.p)) / int(c.q)
        s = mp.sqrt(1 - r * r)
        zero = mp.acos(r) - mp.pi / 2  # where v is 0

        def ray(angle: Any) -> Any:
            x, y = mp.cos(angle), r * mp.cos(angle) + s * mp.sin(angle)
            return mp.fsum(w * t * f(t * x) * g(t * y) for t, w in _normal_nodes())

        cuts = sorted({-mp.pi / 2, mp.pi / 2, 3 * mp.pi / 2, *(zero + k * mp.pi for k in range(2))})
        inside = [a for a in cuts if -mp.pi / 2 <= a <= 3 * mp.pi / 2]
        return mp.quad(ray, inside, maxdegree=4) / mp.sqrt(2 * mp.pi)


@pytest.mark.parametrize(("f", "g", "c"), few(PAIRS, every(35)))
def test_quadrature_agrees(f: str, g: str, c: fmpq) -> None:
    ball, value = mean(f, g, c).ball(96), quadrature(FUNCTIONS[f], FUNCTIONS[g], c)
    low, high = ends(ball)
    assert high - low < mp.mpf(10) ** -8
    assert low - mp.mpf(10) ** -11 <= value <= high + mp.mpf(10) ** -11


@pytest.mark.parametrize("c", CORRELATIONS)
def test_powers_times_exponentials_agree_with_quadrature(c: fmpq) -> None:
    """By the mean over v given u, a normal of the mean c u and the variance 1 - c^2."""
    e = parse_expression("u*exp(u/2)*v**2*exp(-v)")
    low, high = ends(correlated_expectation(e, "u", "v", ex.rational(c)).ball(96))
    with mp.workdps(20):
        r = mp.mpf(int(c.p)) / int(c.q)

        def given(u: Any) -> Any:
            shifted, variance = r * u - (1 - r * r), 1 - r * r
            return (shifted**2 + variance) * mp.exp(-r * u + variance / 2)

        value = mp.quad(lambda u: u * mp.exp(u / 2) * given(u) * mp.npdf(u), [-12, -4, 0, 4, 12])
    assert high - low < mp.mpf(10) ** -12 and abs(low - value) < mp.mpf(10) ** -12


@pytest.mark.parametrize("f", few(["relu", "gelu", "tanh", "selu"], lambda f: f in ("relu", "gelu")))
def test_the_means_rise_to_that_of_the_square(f: str) -> None:
    """For f = g the mean is a power series in c without negative coefficients."""
    means = [mean(f, f, c) for c in (fmpq(0), fmpq(1, 4), fmpq(1, 2), fmpq(3, 4), fmpq(1))]
    assert [compare(a, b) for a, b in itertools.pairwise(means)] == [-1] * 4


@pytest.mark.parametrize("f", ["relu", "gelu", "erf", "D(relu)", "D(gelu)"])
@pytest.mark.parametrize("c", [fmpq(1), fmpq(-1), fmpq(0)])
def test_closed_forms_hold_at_the_ends(f: str, c: fmpq) -> None:
    """The formula for every c, at the ends, beside the mean over one variable."""
    u, v = ex.name("u"), ex.name("v")
    body = calculus.substitute(parse_expression(f"{f}(x)"), {"x": u})
    other = calculus.substitute(body, {"u": v})
    formula = correlated_expectation(body * other, "u", "v", ex.name("c")).exact
    assert formula is not None
    at_end = correlated_expectation(calculus.substitute(formula, {"c": ex.rational(c)}), "u", "v", ex.ZERO)
    assert compare(at_end, mean(f, f, c)) == 0


def test_what_has_no_mean_is_said() -> None:
    u, v = ex.name("u"), ex.name("v")
    with pytest.raises(Undefined, match="no correlation"):
        correlated_expectation(u * v, "u", "v", ex.rational(fmpq(3, 2)))
    with pytest.raises(Undecided, match="no sum of products"):
        correlated_expectation(ex.function("tanh", u * v), "u", "v", ex.ZERO)
    with pytest.raises(Undecided):
        correlated_expectation(v / u, "u", "v", ex.rational(fmpq(1, 2)))
    with pytest.raises(Undecided):
        correlated_expectation(ex.log(u) * v, "u", "v", ex.rational(fmpq(1, 2)))
    assert len(separated((u - v) ** 3, "u", "v")) == 8
