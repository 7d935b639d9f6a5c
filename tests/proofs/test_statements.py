"""Verdicts: true statements are proved, false ones refuted, and nothing ever the other way round."""

from __future__ import annotations

import pytest
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

from ..thorough import every, few


def verdict(text: str, where: str | None = None) -> Verdict:
    return prove(text, where=where, suggest=False).verdict


TRUE = [
    ("tanh(x) < 1", None),
    ("exp(x) >= 1 + x", None),
    ("exp(x) >= 1 + x - 1e-30", None),
    ("D(gelu)(x) <= 1.128904145185154787", None),
    ("abs(softsign(x)) <= abs(tanh(x))", None),
    ("softplus(x) >= x/2 + log(2)", None),
    ("x*log(x) >= -exp(-1)", None),
    ("sup(D(sigmoid)) == 1/4 and argmax(D(sigmoid)) == 0", None),
    ("x/x == 1", None),
    ("sqrt(x)**2 == x", None),
    ("sqrt(x**2) == abs(x)", None),
    ("D(abs)(x) == sign(x)", None),
    ("D(abs)(x) == 1", "x >= 0"),
    ("D(softsign)(0) == 1", None),
    ("D(x if x != 0 else 0)(0) == 1", None),
    ("x**x >= exp(-1/e)", "x > 0"),
    ("range(exp(-1/x**2)) == open_interval(0, 1)", None),
    ("lipschitz(sqrt(abs(x))) == oo", None),
    ("decreasing(1/x)", "x > 0"),
    ("increasing(x**3)", None),
    ("increasing(x)", "x == 1 or x == 2"),
    ("convex(abs(x))", None),
    ("convex(-sqrt(1 - x**2))", None),
    ("positive(x**2)", "x != 0"),
    ("bounded(1/x)", "x > 1e-9"),
    ("odd(x*abs(x))", None),
    ("not x > 0 or abs(x) == x", None),
    ("exp(x) > x**100", "x > 1000"),
    ("erfc(x) <= exp(-x**2)/(x*sqrt(pi))", "x > 0"),
    ("atan(x) <= pi/2 - 1/x + 1/(3*x**3)", "x > 0"),
    ("max(x, y) >= x", None),
    ("x*y <= (x**2 + y**2)/2", None),
    ("a*x > 0", "a > 0 and x > 0"),
    ("relu(a*x) == a*relu(x)", "a >= 0"),
    ("log(x*y) == log(abs(x)) + log(abs(y))", None),
    ("sqrt(x*y) == sqrt(x)*sqrt(y)", "x >= 0"),
    ("product(tanh, 2) < 1", None),
    ("product(sigmoid, n) < 1", "n >= 1"),
    ("E(relu(z)**2) == 1/2", None),
    ("approx(0.125, 0.13, digits=2)", None),
    ("approx(pi, 3.142, digits=4)", None),
    ("float16(65520) == oo", None),
    ("sup(x) == 1", "x < 1"),
    ("x < 1.42", "x**2 < 2"),
    ("sup(x**2) == 1 and x**2 < 1", "-1 < x < 1"),
    ("differentiable(abs)", "x > 0"),
    ("1000**10000 > 1", None),
    ("sup(D(silu)) > 1.09", None),
    ("sup(1/(1 + x**2) if x < 3 else exp(-log(1 + x**2))) == 1", None),
    ("sup(log(3*x) - log(x)) == log(3)", None),
    ("sup(sqrt(1/x)) == oo", None),
    ("D(relu)(relu(x)) == 1", None),
    ("product(-sigmoid(x), 2) > 0", None),
    ("sign(max(sinh(x), 2*x)) <= 1", None),
    ("atan(sqrt(x)) >= 0", None),
    ("E(sigmoid(z)) == 1/2", None),
    ("E(gelu(z)) == 1/(2*sqrt(pi))", None),
    ("continuity(sqrt(x**2-2*x+1)) == 0", None),
    ("continuity((x**2-2*x+1)**(3/2)) == 2", None),
    ("D(relu(w*x), w) == x", "w*x > 0"),
    ("smooth(gelu) and smooth(mish) and smooth(squareplus)", None),
    ("continuity(softsign) == 1 and continuity(elu) == 1", None),
    ("tanh(x) >= x - x**3/3", "x >= 0"),
    ("5*geglu(a, b) >= 5*(a*b/2)", "b >= 0"),
    ("5*abs(D(glu(a, b), b)) <= 5*(abs(a)/4) + 1e-7", None),
    ("argmax(D(sigmoid, 2)) == -(log(2 + sqrt(3)))", None),
    ("D(sigmoid)(x) <= 1/4 - x**2/16 + x**4/96", None),
    ("log(2)+log(3) == log(6)", None),
    ("swiglu(a,b) <= a*b", "a > 0 and b > 0"),
    ("E(gelu(z)) == 1/(2*sqrt(pi))", None),
    ("E(z**3*Phi(z)) == 5/(4*sqrt(pi))", None),
    ("E(z**3*erf(z)) == 2*(2/sqrt(pi))*(1/sqrt(3)) + (2/sqrt(pi))/(3*sqrt(3))", None),
    ("E(sigmoid(z)) == 1/2", None),
    ("E(8*Phi(z)) <= 4", None),
    ("E(tanhshrink(z)) < 1e-14", None),
    ("E(z**2*Phi(z)) == 1/2", None),
    ("D(softplus(beta=100))(x) < 1", None),
    ("sup(D(sigmoid(100*x), x)) == 25", None),
    ("abs(elu(x, alpha=a) - elu(y, alpha=a)) <= max(1, a)*abs(x-y)", "a > 0 and x > 0 and y > 0"),
    ("D(silu)(x) == sigmoid(x)*(1 + x*(1 - sigmoid(x)))", None),
    ("D(mish)(x) == tanh(softplus(x)) + x*sigmoid(x)*(1 - tanh(softplus(x))**2)", None),
    (
        "increasing(sigmoid) and increasing(tanh) and increasing(softplus) and increasing(squareplus)",
        None,
    ),
    ("lipschitz(silu) <= 1.1", None),
    ("lipschitz(gelu) <= 1.13", None),
    ("sup(abs(gelu_tanh - gelu)) <= 5e-4", None),
    ("hard_swish(x) <= relu(x)", None),
    ("abs(hard_sigmoid(x) - sigmoid(x)) < 0.1", None),
    ("limit(mish(x)/x, x, oo) == 1", None),
    ("mish(x) >= -0.30884341301725041", None),
    ("E(silu(z)) > 0 and E(gelu(z)) == 1/(2*sqrt(pi))", None),
    ("smooth(mish) and continuity(celu(alpha=3)) == 1 and continuity(softsign) == 1", None),
    ("D(tanh)(x) == 1 - tanh(x)**2", None),
    ("quick_gelu(x) <= gelu(x) + 0.021", None),
    ("erf(x)**2 <= 1 - exp(-4*x**2/pi)", None),
    ("erfc(x) <= exp(-x**2)", "x >= 0"),
    ("Phi(x) + Phi(-x) == 1", None),
    ("abs(w*D(sigmoid)(z)) <= 1/4", "abs(w) <= 1"),
    ("abs(w*D(sigmoid)(z)) < 1/4", "abs(w) < 1"),
    ("sup(D(sigmoid)) == 1/4", None),
    ("range(sigmoid) == open_interval(0, 1)", None),
    ("range(D(elu)) == interval(0, 1, left=open)", None),
    ("continuity(elu(alpha=1)) == 1", None),
    ("increasing(gelu)", "x > -0.75"),
    ("product(D(sigmoid), n) <= (1/4)**n", None),
    ("range(product(-sigmoid(x),2)) == open_interval(0,1)", None),
    ("product(-sigmoid(x),3) < 0", None),
    ("range(product(tanh, 3)) == open_interval(-1, 1)", None),
    ("range(product(hard_tanh, 3)) == interval(-1, 1)", None),
    ("range(product(relu6, 2)) == interval(0, 36)", None),
    ("sigmoid(a)*tanh(b) < 1", None),
    ("sigmoid(a)*relu(b) >= 0", None),
    ("sqrt(x)*sqrt(x) >= 0", None),
    ("D(abs)(x - abs(x)) == -1", None),
    ("inf(D(relu)(relu(x))) == 1", None),
    ("product(-sigmoid(x), 3) < 0", None),
    ("smooth(relu)", "x > 0"),
    ("log(x**2) == 2*log(abs(x))", None),
    ("sin(x) <= 1", None),
    ("abs(x + y) <= abs(x) + abs(y)", None),
    ("x > y or y >= x", None),
    ("argmin(x**2 if x > -2 else exp(log(x**2))) == 0", None),
]

FALSE = [
    ("tanh(x) <= 1 - 1e-100", None),
    ("exp(x) > 1 + x", None),
    ("exp(x) >= 1 + x + 1e-30", None),
    ("D(gelu)(x) <= 1.128904145185154786", None),
    ("gelu(x) > x/2", None),
    ("x*log(x) > -exp(-1)", None),
    ("sigmoid(x) + 1e-18/(1 + x**2) <= 1", None),
    ("sqrt(x**2) == x", None),
    ("range(1/x) == reals", None),
    ("range((x**2 - 1)/(x - 1)) == reals", None),
    ("decreasing(1/x)", None),
    ("increasing(sign(x))", None),
    ("increasing(x - 3*sign(x))", "x < -1 or x > 1"),
    ("convex(x**2 if x < 1 else x)", None),
    ("convex(abs(x**2 - 1))", None),
    ("positive(x**2)", None),
    ("bounded(1/x)", "x > 0"),
    ("odd(x**3 + 1e-30)", None),
    ("even(abs(x)**3 + 1e-40*x)", None),
    ("exp(x) > x**100", "x > 647"),
    ("1/x < 1", "x >= 1"),
    ("max(x, y) > x", None),
    ("x*y <= (x**2 + y**2)/2 - 1e-12", None),
    ("a*x > 0", "a >= 0 and x > 0"),
    ("relu(a*x) == a*relu(x)", None),
    ("x > y or y > x", None),
    ("product(tanh, 2) <= 0.99", None),
    ("approx(pi, 3.15, digits=3)", None),
    ("x < 1.41", "x**2 < 2"),
    ("differentiable(sqrt(abs(x)))", None),
    ("not (log(x) > 5) or x > 149", None),
    ("sup(exp(-log(1 + x**2)) if x < -3 else 1/(1 + x**2)) == 1/10", None),
    ("sup(log(3*x) - log(x)) <= 1", None),
    ("sup(sqrt(1/x)) == 0", None),
    ("bounded(sqrt(1/x))", None),
    ("sqrt(1/(1e-30 + (sqrt(2) + sqrt(3))**2 - 5 - 2*sqrt(6))) == 0", None),
    ("log(x) == x_log", "x > 0"),
    ("inf(sign(max(-1/4, x)*sign(x))) == 1", None),
    ("D(x if x != 0 else 0)(0)*x**2 == 0", None),
    ("D(x if x != 0 else 0)(0)*x*y == 0", None),
    ("continuity(log(abs(x)) - log(abs(2*x)) if x != 0 else 0) == oo", None),
    ("smooth(sqrt(x))", None),
    ("continuity(x**(3/2)) == oo", None),
    ("argmax(1/(1 + x**2) if x < 3 else exp(-log(1 + x**2))) == {0, 3}", None),
    ("y + 0*x == y and log(x) <= x_log", "x > 0"),
    ("inf(x**2 if x > -2 else exp(log(x**2))) == 4", None),
    ("exp(-exp(100)) == 0", None),
    ("continuity(sqrt(x**2-2*x+1)) == oo", None),
    ("smooth(sqrt(x**2-2*x+1))", None),
    ("continuity(sqrt(cosh(x)-1)) == oo", None),
    ("smooth(sqrt(tanh(x)**2))", None),
    ("smooth(max(0, sqrt(x**2-2*x+1)))", None),
    ("D(sign(sqrt((a-b)**2))*(a-b), a) == 0", "a == b"),
    ("D(sign(sqrt(a**2*b**2))*a, a) == 0", "a == 0"),
    ("D(sign(exp(b)*sqrt(a**2))*a, a) == 0", "a == 0"),
    ("5*abs(D(glu(a, b), b)) <= 5*(abs(a)/4) - 1e-7", None),
    ("log(2)+log(3) == log(6)+1e-15", None),
    ("swiglu(a,b) <= a*b/2", "a > 0 and b > 0"),
    ("D(mish)(x) == tanh(softplus(x)) + x*sigmoid(x)*(1 - tanh(softplus(x))**2)*(1+1e-15)", None),
    ("mish(x) >= -0.30884341301725040", None),
    ("abs(w*D(sigmoid)(z)) < 1/4", "abs(w) <= 1"),
    ("abs(w*D(sigmoid)(z)) <= 1/4", "abs(w) <= 1 + 1e-15"),
    ("abs(w*D(sigmoid)(z)) <= 1/4 - 1e-15", "abs(w) <= 1"),
    ("sup(D(sigmoid)) == 1/4 + 1e-15", None),
    ("range(sigmoid) == interval(0, 1)", None),
    ("range(sigmoid) == open_interval(0, 1 - 1e-15)", None),
    ("range(D(elu(alpha=1+1e-15))) == interval(0, 1, left=open)", None),
    ("continuity(elu(alpha=1+1e-15)) == 1", None),
    ("hard_tanh(x, max_val=1+1e-15) <= 1", None),
    ("gelu(x) >= 0", "x >= -1e-15"),
    ("increasing(gelu)", "x > -0.752"),
    ("product(D(sigmoid), n) < (1/4)**n", None),
    ("product(D(sigmoid), n) <= (1/4 - 1e-15)**n", None),
    ("D(swiglu(a, b), a) == D(silu)(a)*b*(1 + 1e-15)", None),
    ("range(product(D(sigmoid), 10)) == interval(0, 0.25**10)", None),
    ("E(relu(z)**2) == 1/2 + 1e-15", None),
    ("not (x > 0) or relu(x) == x*(1+1e-15)", None),
    ("sigmoid(a)*relu(b) > 0", None),
]

EMPTY = [
    ("D(relu)(0) == 0", None),
    ("x**2 + D(abs)(0) >= 0", None),
    ("D(relu)(0)*x*y == 0", None),
    ("log(-1 - x**2) + y > 5", None),
    ("sqrt(-1)*sqrt(-1) == -1", None),
    ("tanh(x) < 2", "x > 1 and x < 0"),
    ("sup(tanh(0)*x) == 0", "x > 1 and x < 0"),
    ("convex(-x**2)", "x > 1 and x < 0"),
    ("D(relu)(min(x, 0)) == 0", "x >= 0"),
    ("smooth(log(-1 - x**2))", None),
    ("differentiable(log(-1 - x**2))", None),
    ("1/(x - x) > 0", None),
    ("D(x**2 if x > 0 else x**3 + 1)(0) == 0", None),
    ("float8_e4m3fn(1000) > 0", None),
    ("E(z*exp(z**2)) == 0", None),
    ("E(sinh(z**3)) == 0", None),
    ("E(z*exp(z**2)+1) > 1/2", None),
    ("0*a > 1 + 0*b", "a > b and b > a"),
    ("a + b == b + a + 0*c", "a > b and b > c and c > a"),
    ("a*b == b*a", "a*a+b*b < a*b"),
    ("0*log(a*b-a*a-b*b-1) == 0", None),
    ("x*exp(-x**4+x) < sup(y*exp(-y**4+y))", "y > 1 and y < 0"),
    ("D(a**(3/2)*b, a) == 0", "a == 0"),
    ("lipschitz(softplus(beta=0)) == 0", None),
    ("continuity(abs(x)/0) == oo", None),
    ("monotone(prelu(weight=a))", "a > 1 and a < 0"),
    ("not convex(elu(alpha=a))", "a > 1 and a < 0"),
    ("smooth(prelu(weight=a)) or a == 0", "a**2 < 0"),
    ("range(celu(alpha=a)) == open_interval(-a, oo)", "a > 1 and a < 0"),
    ("limit(swish(x, beta=b), b, oo) == relu(x)", "x > 1 and x < 0"),
    ("zeros(x - a) == {a}", "a > 1 and a < 0"),
]


@pytest.mark.parametrize(("text", "where"), few(TRUE, every(8)))
def test_true_statements_are_proved(text: str, where: str | None) -> None:
    assert verdict(text, where) is Verdict.PROVED


@pytest.mark.parametrize(("text", "where"), few(FALSE, every(6)))
def test_false_statements_are_refuted(text: str, where: str | None) -> None:
    assert verdict(text, where) is Verdict.REFUTED


@pytest.mark.parametrize(("text", "where"), few(EMPTY, lambda text, _: "a*b" not in text and "0*c" not in text))
def test_statements_about_nothing_are_undecided(text: str, where: str | None) -> None:
    assert verdict(text, where) is Verdict.UNDECIDED


NOT_YET = [
    # true
    ("convex(1 if x <= 0 else x)", "x >= 0"),
    ("atan(x) + atan(1/x) == pi/2", "x > 0"),
    ("tan(atan(x)) == x", None),
    ("product(D(sigmoid), n) != 1/2", "n >= 0"),
    # false
    ("sup(D(silu)) <= x + sup(D(silu))", None),
]


@pytest.mark.parametrize(("text", "where"), few(NOT_YET, lambda text, _: "atan" not in text))
def test_statements_that_are_not_decided_yet_are_not_decided_wrongly(text: str, where: str | None) -> None:
    assert verdict(text, where) is Verdict.UNDECIDED


HARD = [
    ("argmax(D(sigmoid)) == {a}", "refuted"),
    ("argmax(D(sigmoid)) == x", "undecided"),
    ("approx(tanh(y), 0, digits=3)", "refuted"),
    ("limit(x**2, x, y) == 0", "undecided"),
    ("sup(product(sigmoid, n)) <= 1", "proved"),
    ("exp(exp(100)) > 1", "proved"),
    ("exp(-exp(100)) > 0", "proved"),
    ("approx(exp(exp(30)), 1, digits=3)", "undecided"),
    ("D(x*y, x)(3) == 6", "refuted"),
    ("x**sup(tanh) > 0", "refuted"),
    ("sup(gelu)*x > 0", "undecided"),
    ("E(gelu(z))*x > 0", "refuted"),
    ("max(x, sup(D(silu))) >= 1", "undecided"),
]


@pytest.mark.parametrize(("text", "expected"), HARD)
def test_hard_statements_get_a_verdict(text: str, expected: str) -> None:
    assert verdict(text).value == expected


def test_a_refutation_names_a_point_where_the_two_sides_differ() -> None:
    result = prove("tanh(x) <= 1 - 1e-100", suggest=False)
    assert result.counterexample is not None and set(result.counterexample.at) == {"x"}
    assert result.counterexample.lhs != result.counterexample.rhs


def test_evidence_does_not_contradict_the_verdict() -> None:
    """A product's placeholder ranges over its possible values, not over all reals."""
    result = prove("product(tanh, 2) < 1", suggest=False)
    assert result.verdict is Verdict.PROVED and not any("= oo" in line for line in result.explanation)


def test_the_nearest_true_statement_is_proved() -> None:
    result = prove("exp(x) > 1 + x")
    assert result.nearest is not None
    text, _, where = result.nearest.partition(" where ")
    assert verdict(text, where or None) is Verdict.PROVED


@pytest.mark.parametrize(
    ("text", "verdict"),
    few([
        ("D(tanh(softsign(silu(x))), x) == D(tanh)(softsign(silu(x)))*D(softsign)(silu(x))*D(silu)(x)", "proved"),
        ("D(tanh)(D(sigmoid)(log(2))) < 1", "proved"),
        ("D(tanh)(abs(-1/2)) > 1", "refuted"),
        ("D(relu)(max(-1, 0)) >= 0", "undecided"),
    ], lambda text, _: "silu" not in text),
)
def test_derivatives_at_points_that_are_written_with_cases_and_derivatives(text, verdict):
    assert prove(text, suggest=False).verdict.value == verdict
