"""Closed terms: sets of one as numbers, cases decided by enclosures, kinks, values far out, what diverges."""

from __future__ import annotations

import pytest
from gradproof.proofs.catalogue.parse import parse_expression, parse_statement
from gradproof.proofs.enclosures.jets import enclose
from gradproof.proofs.enclosures.saturation import without_cancellation
from gradproof.proofs.language.syntax import StatementError
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

# Each statement, and one as near to it as its digits allow that is false.
SETS_OF_ONE = [
    ("argmin(silu) > -1.28", "argmin(silu) > -1.27"),
    ("abs(argmin(silu) + 1.2784645427610737951) < 1e-18", "abs(argmin(silu) + 1.2784645427610737951) < 1e-21"),
    ("argmax(D(gelu)) - sqrt(2) == 0", "argmax(D(gelu)) - sqrt(2) == 1e-15"),
    ("zeros(x**3 - 2) + 1 == 2**(1/3) + 1", "zeros(x**3 - 2) + 1 > 2**(1/3) + 1"),
    ("zeros(x - cos(x)) < 0.74", "zeros(x - cos(x)) < 0.73"),
    ("gelu(x) >= gelu(argmin(gelu))", "gelu(x) > gelu(argmin(gelu))"),
    ("gelu(x) >= gelu(argmin(gelu)) - 1e-15", "gelu(x) >= gelu(argmin(gelu)) + 1e-15"),
    ("D(silu)(argmin(silu)) == 0", "D(silu)(argmin(silu) + 1e-15) == 0"),
    ("argmin(silu)/argmin(silu) == 1", "argmin(silu)/argmin(silu) == 1 + 1e-15"),
    ("sign(argmin(silu)) == -1", "sign(argmin(silu)) == 1"),
    ("range(0*x + 3) + 1 == 4", "range(0*x + 3) + 1 < 4"),
    ("subdifferential(x**2, 3) + 1 == 7", "subdifferential(x**2, 3) < 6"),
    ("approx(argmin(silu), -1.27846454276107379511, digits=21)",
     "approx(argmin(silu), -1.27846454276107379512, digits=21)"),
]  # fmt: skip

CASES = [
    ("abs(E(tanh(z)**2) - 0.39429) <= 1e-5", "abs(E(tanh(z)**2) - 0.39429) <= 4.49e-6"),
    ("abs(E(tanh(z)**2) - E(tanh(z)**2)) <= 1e-50", "abs(E(tanh(z)**2) - E(tanh(z)**2)) >= 1e-50"),
    ("max(E(tanh(z)**2), E(sigmoid(z)**2)) < 0.3943", "min(E(tanh(z)**2), E(sigmoid(z)**2)) > 0.2934"),
    ("abs(sup(D(silu)) - 1.0998393194) < 1e-9", "abs(sup(D(silu)) - 1.0998393194) < 1e-10"),
    ("(1 if E(tanh(z)**2) > 0.3942 else 0) == 1", "(1 if E(tanh(z)**2) > 0.3943 else 0) == 1"),
    ("approx(E(selu(z)**2), 1, digits=31)", "approx(E(selu(z)**2), 1, digits=33)"),
    ("abs(E(selu(z)**2) - 1) < 1e-30", "abs(E(selu(z)**2) - 1) < 1e-32"),
]

KINKS = [
    ("identity_near(tanh, 0)", "identity_near(relu, 0)"),
    ("identity_near(x*abs(x) + x, 0)", "identity_near(abs, 0)"),
    ("identity_near(x if x <= 0 else exp(x) - 1, 0)", "identity_near(x if x < 0 else 2*x, 0)"),
    ("identity_near(hard_tanh, 1/2)", "identity_near(hard_tanh, 1)"),
    ("identity_near(x + 1e-9*x*abs(x), 0)", "identity_near(x + 1e-9*abs(x), 0)"),
    ("not identity_near(x if x <= 0 else x + 1e-15, 0)", "identity_near(x if x <= 0 else x + 1e-15, 0)"),
    ("not identity_near(abs(x) + 1, 0)", "identity_near(abs(x) + 1, 0)"),
    ("identity_near(x**3 + x, 0)", "identity_near(x + sign(x)*sqrt(abs(x)), 0)"),
]

FAR_OUT = [
    ("gelu(-100.2) < 0", "gelu(-100.2) > -1e-2200"),
    ("erfc(100) > 0", "erfc(100) > 1e-4340"),
    ("Phi(-200) > 0", "Phi(200) == 1"),
    ("tanh(5000) < 1", "tanh(5000) <= 1 - 1e-4000"),
    ("tanh(-5000) > -1", "tanh(-5000) == -1"),
    ("1 - tanh(5000)**2 > 1e-4400", "1 - tanh(5000)**2 > 1e-4300"),
    ("tanh(50000) < tanh(60000)", "tanh(60000) < tanh(50000)"),
    ("tanh(5000)*erf(200) < 1", "tanh(5000)*erf(-200) < -1"),
    ("erf(7) < 1 - 1e-23", "erf(7) < 1 - 1e-22"),
    ("sigmoid(20000) < 1 - 1e-9000", "sigmoid(20000) < 1 - 1e-8000"),
    ("softplus(20000) > 20000 + 1e-9000", "softplus(20000) > 20000 + 1e-8000"),
    ("silu(20000) > 20000 - 1e-8000", "silu(20000) > 20000 - 1e-9000"),
    ("mish(-20000) < 0", "mish(-20000) == 0"),
    ("log_sigmoid(20000) < 0", "log_sigmoid(20000) < -1e-8000"),
    ("log(1 - tanh(5000)) < -9999", "log(1 - tanh(5000)) < -10000"),
    ("atan(10**5000) < pi/2", "atan(-10**5000) > -pi/2 + 1e-4999"),
    ("exp(-exp(exp(10))) > 0", "exp(-exp(exp(10))) <= 0"),
    ("D(gelu)(-500) < 0", "D(gelu)(500) < 1"),
]

DIVERGENT = [
    ("E(exp(z**2)) == oo", "E(exp(z**2)) < 10"),
    ("E(exp(z**2/2)) > 10**100", "E(exp(z**2/2)) == 100"),
    ("E(exp(0.4999*z**2)) == 50*sqrt(2)", "E(exp(0.4999*z**2)) == oo"),
    ("E(-exp(z**4)) == -oo", "E(-exp(z**4)) == oo"),
    ("E(relu(z)*exp(z**2)) == oo", "E(-relu(z)*exp(z**2)) == oo"),
    ("limit(exp(-x)*sin(x), x, oo) == 0", "limit(sin(x), x, oo) == 0"),
    ("limit(x + sin(x), x, oo) == oo", "limit(x*sin(x), x, oo) == oo"),
    ("limit(x*sin(1/x), x, 0) == 0", "limit(sin(1/x), x, 0) == 0"),
    ("limit(sin(x)/x, x, -oo) == 0", "limit(abs(cos(3*x + 1)), x, -oo) == 1/2"),
    ("limit(1/x**2, x, 0) == oo", "limit(1/x, x, 0) == oo"),
    ("limit(abs(sign(x)), x, 0) == 1", "limit(sign(x), x, 0) == 1"),
]

PAIRS = [*SETS_OF_ONE, *CASES, *KINKS, *FAR_OUT, *DIVERGENT]


@pytest.mark.parametrize(("text", "neighbour"), PAIRS, ids=[text for text, _ in PAIRS])
def test_a_true_statement_is_proved_and_its_false_neighbour_refuted(text: str, neighbour: str) -> None:
    assert prove(text, suggest=False).verdict is Verdict.PROVED
    assert prove(neighbour, suggest=False).verdict is Verdict.REFUTED


@pytest.mark.parametrize(
    ("text", "where", "reason"),
    [
        ("argmax(x**2*exp(-x**2)) > 0", None, "{-1, 1} is not a set of one"),
        ("argmax(tanh) > 0", None, "{} is not a set of one"),
        ("argmin(x**2) > 1", "x > 1", "{} is not a set of one"),
        ("argmax(sin) > 0", None, "infinite set"),
        ("subdifferential(relu, 0) < 2", None, "[0, 1] is not a set of one"),
        ("sqrt(argmin(silu)) > 0", None, "a root of a negative number"),
        ("1/(D(silu)(argmin(silu))) > 0", None, "a division by 0"),
        ("argmax(x*exp(-a*x)) > 0", "a > 0", "depends on a"),
        pytest.param("sign(E(tanh(z)**2) - E(tanh(-z)**2)) == 0", None, "0", marks=pytest.mark.thorough),
        ("sqrt(tanh(5000) - 1) <= 1", None, "a root of a negative number"),
        ("log(erf(200) - 1) < 0", None, "logarithm"),
        ("E(z*exp(z**2)) == 0", None, "grows too fast"),
        ("E(exp(z**2/2)/(1 + z**2)) < oo", None, "grows too fast"),
        ("2*E(exp(z**2)) > 1", None, "cannot be calculated with"),
        ("limit(sin(x), x, oo) != 0", None, "does not exist"),
        ("not limit(sin(x), x, oo) == 0", None, "does not exist"),
        ("limit(sin(x), x, oo) < 2", None, "does not exist"),
        ("limit(sin(x), x, oo) == log(-1)", None, "logarithm"),
        ("limit(sin(x)**2 + cos(x)**2, x, oo) == 1", None, "leading behaviour"),
        ("identity_near(sqrt(x), 0)", None, "undefined to the left"),
        ("identity_near(x + x**2*sin(1/x) if x != 0 else 0, 0)", None, "limit"),
    ],
)
def test_what_is_no_number_or_not_told_from_0_stays_undecided(text: str, where: str | None, reason: str) -> None:
    result = prove(text, where=where, suggest=False)
    assert result.verdict is Verdict.UNDECIDED and reason in result.explanation[0]


@pytest.mark.parametrize(
    "text",
    ["erf(200) - 1", "tanh(-70)**3 + 1", "3*exp(99)/(exp(99) + 7) - 3", "log(exp(88) + 2) - 88",
     "5/(7 + exp(-99)) - 5/7", "atan(2**40) - pi/2", "tanh(40)*erf(9)*sqrt(2) - sqrt(2)"],
)  # fmt: skip
def test_rewriting_keeps_the_value(text: str) -> None:
    e = parse_expression(text)
    rewritten = without_cancellation(e)
    assert rewritten is not e
    ball = enclose(rewritten, prec=64)
    assert ball.rel_accuracy_bits() > 40 and enclose(e, prec=200_000).overlaps(ball)
    assert enclose(e, prec=200_000).rel_accuracy_bits() > 40


@pytest.mark.parametrize("text", ["erf(x) - 1", "erf(3) - 1", "tanh(5000)", "abs(erf(200) - 1)"])
def test_what_does_not_saturate_in_a_sum_stays_as_it_is(text: str) -> None:
    e = parse_expression(text)
    assert without_cancellation(e) is e


def test_only_sets_of_functions_stand_for_a_number() -> None:
    with pytest.raises(StatementError, match="sets are compared with == and != only"):
        parse_statement("argmin(silu) > {3}")
    assert prove("argmax(D(sigmoid)) == {0}", suggest=False).verdict is Verdict.PROVED
    assert prove("argmax(x**2*exp(-x**2)) == 1", suggest=False).verdict is Verdict.REFUTED
