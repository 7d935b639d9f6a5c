"""Verdicts are words, results are neither true nor false, and what is said of extrema is all of it."""

from __future__ import annotations

import pytest
from flint import fmpq
from gradproof.crosschecks.checking.check import check
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.ledger import parse, verify
from gradproof.proofs.reals.reals import exact
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Evidence, Verdict
from gradproof.proofs.vocabulary.values import digits

LEDGER = "title = 't'\n[[claim]]\nid = 'a'\nsays = 's'\nstatement = 'relu(x) <= 1'\n"


def results():
    """A result of each kind, none of them good."""
    ledger = parse(LEDGER, "t.toml")
    yield prove("relu(x) <= 1")
    yield verify(ledger.claims[0], ledger)
    yield from check("numpy", as_="relu", dtypes=["float8_e5m2"], orders=(0,))


def test_no_result_has_a_truth_value():
    seen = set()
    for result in results():
        with pytest.raises(
            TypeError, match=f"a {type(result).__name__} is neither true nor false: compare its verdict"
        ):
            bool(result)
        with pytest.raises(TypeError, match="compare its verdict"):
            bool([result][0])
        seen.add(type(result).__name__)
    assert seen == {"Result", "ClaimResult", "CheckResult"}


def test_a_verdict_is_its_word():
    result = prove("relu(x) <= 1")
    assert result.verdict == "refuted" != Verdict.PROVED
    assert result.evidence == Evidence.EXACT == "exact"
    assert f"{result.verdict}, {result.evidence}" == "refuted, exact"
    assert {"refuted": 1}[result.verdict] == 1
    assert Verdict("proved") is Verdict.PROVED
    assert all(verdict.sentence for verdict in Verdict)


@pytest.mark.parametrize(
    ("text", "where", "line"),
    [
        ("sin(x) <= 1", None, "sup of sin(x) = 1, attained in each period only at x = pi/2"),
        ("cos(x) <= 1", "-20 <= x <= 20", "sup of cos(x) = 1, attained at x = -6*pi, -4*pi, -2*pi, 0, and 3 more"),
        ("cos(x) <= 1", "-1 <= x <= 1", "sup of cos(x) = 1, attained only at x = 0"),
        ("hard_tanh(x) <= 1", None, "sup of hard_tanh(x) = 1, attained at x = 1, all of (1, oo)"),
    ],
)
def test_where_an_extremum_is_attained_is_said_in_full(text, where, line):
    result = prove(text, where=where)
    assert result.verdict == "proved"
    assert line in result.explanation


@pytest.mark.parametrize("function", ["1/x", "sin(x)/x", "1 if x > 0 else 0"])
def test_what_is_not_continuous_is_not_called_a_jump(function):
    result = prove(f"continuity({function}) == -1")
    assert result.verdict == "proved"
    assert f"continuity({function}) = -1: it has a jump, a pole or a hole" in result.explanation


def test_digits_that_go_on_are_the_first_ones():
    """The digits of sqrt(2) go on 969...: cut off, not rounded."""
    assert digits(exact(ex.sqrt(2))) == "sqrt(2) = 1.41421356237309504880168872420..."
    assert digits(exact(-ex.sqrt(2))) == "-sqrt(2) = -1.41421356237309504880168872420..."
    assert digits(exact(fmpq(1, 4))) == "1/4"
