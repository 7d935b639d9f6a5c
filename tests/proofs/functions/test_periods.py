"""Functions that oscillate: by their period, on bounded domains, or where something outweighs them."""

from __future__ import annotations

import pytest
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

TRUE = [
    ("sin(x) <= 1", None),
    ("-1 <= sin(x) <= 1", None),
    ("sin(x) < 1.0000000001", None),
    ("range(sin) == interval(-1, 1)", None),
    ("sup(sin(x) + cos(x)) == sqrt(2)", None),
    ("abs(sin(x)) <= abs(x)", None),
    ("abs(sin(x)) <= 1", None),
    ("sin(x) > 0", "0 < x and x < 3"),
    ("sin(x) <= x", "x >= 0"),
    ("range(x + sin(x)**2) == reals", None),
    ("increasing(x + sin(x)**2)", None),
    ("lipschitz(sin) == 1", None),
    ("lipschitz(x + sin(x)**2) == 2", None),
    ("smooth(sin)", None),
    ("odd(sin)", None),
    ("even(cos)", None),
    ("concave(sin)", "0 <= x and x <= 3"),
    ("bounded(sin)", None),
    ("cos(x) >= 1 - x**2/2", None),
    ("sup(sin(x)) == 1", "0 <= x and x <= 10"),
    ("zeros(sin) == {0, pi}", "-1 < x and x < 4"),
    ("continuity(abs(sin(x))) == 0", None),
    ("exp(sin(x)) <= e", None),
    ("x + sin(x) > -5", "x > 0"),
    ("argmax(sin) == pi/2", "0 <= x and x <= 6"),
]

FALSE = [
    ("sin(x) < 1", None),
    ("sin(x) <= 0.999999999999999", None),
    ("sup(sin(x) + cos(x)) == 1.414213562373095", None),
    ("abs(sin(x)) < abs(x)", None),
    ("sin(x) > 0", "0 < x and x < 4"),
    ("increasing(x + 2*sin(x)**2)", None),
    ("increasing(sin)", None),
    ("convex(sin)", None),
    ("cos(x) > 1 - x**2/2", None),
    ("concave(sqrt(1 - cos(x)))", None),
    ("differentiable(abs(sin(x)))", None),
]


@pytest.mark.parametrize(("text", "where"), TRUE)
def test_true_statements_are_proved(text: str, where: str | None) -> None:
    assert prove(text, where=where, suggest=False).verdict is Verdict.PROVED


@pytest.mark.parametrize(("text", "where"), FALSE)
def test_false_statements_are_refuted(text: str, where: str | None) -> None:
    assert prove(text, where=where, suggest=False).verdict is Verdict.REFUTED
