"""Bounds of suprema at every point: only where the bound is a number, and in the one direction that says the same."""

from __future__ import annotations

import pytest
from gradproof.proofs.catalogue.parse import parse_statement
from gradproof.proofs.decide.reductions import pointwise
from gradproof.proofs.statements import prove


@pytest.mark.parametrize("text", ["sup(f) <= 1", "1 >= sup(f)", "inf(f) >= -2", "-2 <= inf(f)"])
def test_the_same_is_said_of_every_point(text: str) -> None:
    statement = parse_statement(text, functions={"f": "sin(x)/x"})
    said = pointwise(statement)
    assert said is not None and not said.functionals


@pytest.mark.parametrize(
    "text",
    ["sup(f) < 1", "sup(f) >= 1", "inf(f) <= 1", "inf(f) > 0", "sup(f) == 1", "sup(f) <= x", "sup(f) <= sup(x)",
     "sup(a*f) <= 1", "2*sup(f) <= 1", "lipschitz(f) <= 1", "sup(f) <= 1 and inf(f) >= 0"],
)  # fmt: skip
def test_nothing_else_is(text: str) -> None:
    assert pointwise(parse_statement(text, functions={"f": "sin(x)/x"})) is None


@pytest.mark.parametrize(
    ("statement", "where", "verdict"),
    [
        ("sup(abs(sin(x)/x)) <= 1", None, "proved"),
        ("inf(sin(x)/x) >= -1/4", None, "proved"),
        ("sup(sin(x)*exp(-x**2)) <= 0.39", None, "refuted"),
        ("sup(sin(x)*exp(-x**2)) <= 0.39", "x < 0", "proved"),
        ("sup(abs(sin(x)/x)) < 1", None, "undecided"),
        ("sup(sin(x)/sqrt(-1 - x**2)) <= 1", None, "undecided"),
    ],
)
def test_statements(statement: str, where: str | None, verdict: str) -> None:
    assert prove(statement, where=where, suggest=False).verdict.value == verdict
