"""Closed forms of Gaussian expectations, against numerical integration by another library."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.means.gaussian_moments import closed_form
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

from ...thorough import every, few

mp = mpmath.MPContext()
mp.dps = 40
NAMES = {"exp": mp.exp, "erf": mp.erf, "sin": mp.sin, "cos": mp.cos, "sqrt": mp.sqrt, "Phi": mp.ncdf}

INTEGRANDS = [
    "z**6", "z**3*exp(2*z)", "exp(-z**2)", "z**4*exp(-3*z**2/2 + 1)", "z*erf(z/3)", "z**5*erf(2*z)*exp(-z**2)",
    "erf(z)*erf(3*z)", "z**2*erf(z/2)**2", "z**4*erf(z)*erf(z/5)*exp(-z**2/4)", "(z*Phi(z))**2", "Phi(z)**2",
    "cos(3*z + 1)", "sin(2*z - 1)", "sin(z)**2", "cos(z/2)**2", "z**2*exp(z**2/4)", "z**3*Phi(2*z)",
    "z*sin(z)", "z**2*cos(3*z + 1)", "sin(z)**4", "z*sin(z)**2*cos(2*z - 1)", "exp(z)*cos(2*z - 1)", "cos(z)*cos(z/3)",
    "z**3*exp(z/2)*sin(z)**3", "sin(z)*cos(z)",
]  # fmt: skip


@pytest.mark.parametrize("text", few(INTEGRANDS, every(9)))
def test_closed_forms_agree_with_quadrature(text: str) -> None:
    found = closed_form(parse_expression(text), "z")
    assert found is not None
    from gradproof.proofs.enclosures.jets import enclose

    def integrand(z):
        return eval(text, {"__builtins__": {}}, {**NAMES, "z": z}) * mp.npdf(z)

    theirs: Any = mp.quad(integrand, [-40, -12, -6, -3, -1, 0, 1, 3, 6, 12, 40])
    ours = mp.mpf(enclose(found, prec=200).mid().str(35, radius=False))
    assert abs(ours - theirs) < mp.mpf(10) ** -25 * max(1, abs(theirs))


@pytest.mark.parametrize(
    "text",
    [
        "exp(z**2/2)", "z*exp(z**2)", "erf(z)*exp(z**2)*z", "1/(1 + z**2)", "erf(z)**3*z", "erf(z)*sin(z)", "sin(z**2)",
    ],
)  # fmt: skip
def test_what_diverges_or_is_not_known_has_none(text: str) -> None:
    assert closed_form(parse_expression(text), "z") is None


@pytest.mark.parametrize(
    "text",
    [
        "E(gelu(z)**2) == 1/3 + 1/(2*sqrt(3)*pi)",
        "E(D(silu)(z)) == 1/2",
        "E(Phi(z)**2) == 1/3",
        "E(cos(z)) == exp(-1/2)",
    ],
)
def test_expectations_are_equal_to_their_closed_forms(text: str) -> None:
    assert prove(text, suggest=False).verdict is Verdict.PROVED
