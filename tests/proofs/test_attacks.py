"""Statements built to mislead: what is false or has no truth must not be proved, what is true not refuted."""

from __future__ import annotations

import pytest
from gradproof.proofs.language.syntax import StatementError
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

from ..thorough import every, few

NOT_PROVED = [
    # a number or product inside a quantifier depends on a name that is free outside it
    ("exists(x, lipschitz(a*tanh(x)) > 1)", None),
    ("exists(y, sup(a*tanh(x)) > 1)", None),
    ("exists(y, y > 0 and sup(a*tanh(x)) > 1)", None),
    ("exists(y, y > 0 and product(D(sigmoid), n) > 1/8)", None),
    # a derivative moves the name inside the number too
    ("D(sup(t*tanh(x)), t) == 0", None),
    ("D(limit(x*tanh(t), t, oo), x) == 0", None),
    ("D(lipschitz(tanh(a*x)), a) == 0", None),
    # functions with a hole
    ("lipschitz(x**2/x) == oo", None),
    ("lipschitz(sin(x)/x) == oo", None),
    # nothing is defined on the domain
    ("smooth(log(x))", "x < -1"),
    ("differentiable(log(x))", "x < -1"),
    ("convex(log(x))", "x < -1"),
    ("concave(log(-1 - x**2))", None),
    ("continuity(log(x)) == oo", "x < -1"),
    ("continuity(log(-1 - x**2)) == oo", None),
    ("zeros(sqrt(-x)) == {}", "x > 0"),
    ("0*log(x*y) == 0", "x*y < 0"),
    ("log(x)/log(x) == 1", "x == 1"),
    # f(x) and f(-x) are both defined at a single point
    ("even(sqrt(x))", None),
    ("odd(sqrt(x))", None),
    # ends, kinks and single points
    ("tanh(x) < tanh(y)", "x <= y"),
    ("1/x > 1/y", "x < y"),
    ("1/(1 + x) > 1/(1 + y)", "x < y and x > -2"),
    ("log(abs(x)) < log(abs(y))", "x < y"),
    ("tan(x) < tan(y)", "x < y"),
    ("sqrt(x**2*y**2) == x*y", None),
    ("x - y < 1", "0 <= x <= 1 and y >= 0"),
    ("x**2 + a*x + 1 > 0", "abs(a) <= 2"),
    ("D(x*abs(y), y) == x", None),
    ("D(max(x, y), x) < 1", None),
    ("abs(sin(x)) > 0", None),
    ("sup(D(abs(sin(x)))) < 1", None),
    ("smooth(abs(sin(x)))", None),
    ("differentiable(abs(sin(x)))", None),
    ("increasing(tan(x))", None),
    ("sup((x if x < a else a + 1)) == a", None),
    ("sup((a if x == 0 else tanh(x))) == 1", None),
    ("sup(sin(a*x)) == 1", None),
    ("sup(exp(-a*x**2)) == 1", None),
    ("lipschitz((x if x < 1 else a)) == 1", None),
    ("logsumexp(v) > max(v)", None),
    ("sum(v)**2 < n*sum(v**2)", "n >= 2"),
    ("layer_norm(v) <= sqrt(n - 2)", "n >= 2"),
    ("diag(J(softmax)(v)) > 0", None),
    # a slope that is positive on both sides of a pole is no rise across it
    ("max(v - 1/v) == max(v) - 1/max(v)", "v > -1/2"),
    ("max(exp(v) - 1/v) == exp(max(v)) - 1/max(v)", "v > -1/2"),
    ("max(v - atan(1/v)) == max(v) - atan(1/max(v))", "v > -1/2"),
    ("max(1/v - v) == 1/min(v) - min(v)", None),
    # row i of a matrix against the bound of component i
    ("spectral_norm(J(exp(v/1000), v)) <= exp(v/1000)/1000 + 1", None),
    ("spectral_norm(J(sigmoid(v), v)) <= D(sigmoid)(v) + 0.24", None),
    ("spectral_norm(J(softmax)(v)) <= 2*softmax(v)*(1 - softmax(v)) + 0.499", None),
    # shares of sum 1 taken for numbers of sum n; false from n = 13 on
    ("sum(softmax(k*v)**2) >= 1/12", None),
]

NOT_REFUTED = [
    # a product of n factors inside a number: it lies in (0, 4**-n], whatever the order of resolution
    ("limit(product(D(sigmoid), n)*tanh(m), m, oo) <= 1/4", None),
    ("limit(product(D(sigmoid), n)*tanh(m), m, oo) > 0", None),
    ("sup(product(D(sigmoid), n)*tanh(x)) == product(D(sigmoid), n)", None),
    ("sup(product(D(sigmoid), n)*tanh(x)) != 5", None),
    ("lipschitz(product(D(sigmoid), n)*tanh(x)) <= 1", None),
    ("inf(product(D(sigmoid), n)*tanh(x)) >= -1", None),
    # a single point away from the curve makes the slope unbounded
    ("lipschitz((5 if x == 0 else x)) == oo", None),
    ("lipschitz((1 if x == 0 else 0)) == oo", None),
    ("forall(y, sup(a*tanh(x)) > 1) or sup(a*tanh(x)) <= 1", None),
    ("D(sup(t*tanh(x)), t) == sign(t)", None),
    ("lipschitz(x**2/x) == 1", None),
    ("lipschitz(sin(x)/x) <= 1", None),
    ("asymptotic(abs(x), x, x, 0)", "x > 0"),
    # a part without a value leaves the whole without a truth
    ("sqrt(erf(-1)) == 0 and 1/2 < x", None),
    ("x < -1 and 0 >= (-1)**(1/2)", None),
    ("zeros(sqrt(x - 1)) == {0, 1}", "-1 < x < 1"),
    ("lipschitz(1/x) == oo", None),
    ("lipschitz(sqrt(x)) <= 1/2", "x >= 1"),
    ("even(x**2/(x**2 - 1))", None),
    ("odd(1/x)", None),
    ("positive(x**2)", "x != 0"),
    ("sup((a if x == 0 else tanh(x))) == max(a, 1)", None),
    ("sup((x if x < a else a - 1)) == a", None),
    ("1/x > 1/y", "x < y and x*y > 0"),
    ("range(D(abs(sin(x)))) == open_interval(-1, 1)", None),
]

ANY_VERDICT = [
    # a case distinction on constants, in a sum that oscillates
    ("not (cos(1 - y) == D(x, x)*softplus(x))", "y >= 0"),
    ("cos(x) < abs(pi - 4)*cosh(x) + 2", None),
    # a coefficient that is 0 where the parameters are 1
    ("limit((a - b)*softsign(x), x, oo) <= 0", "a >= 0"),
]
"""Whatever the verdict, they end in one."""


@pytest.mark.parametrize(("text", "where"), few(NOT_PROVED, every(3)))
def test_false_or_senseless_statements_are_not_proved(text: str, where: str | None) -> None:
    assert prove(text, where=where, suggest=False).verdict is not Verdict.PROVED


REFUSED = [
    # a bound for all vectors at once against a number that moves with the vector
    ("lipschitz(softmax) <= 2*softmax(v) + 0.49", "the same for all vectors"),
    ("lipschitz(softmax) <= 2*softmax(w) + 0.49", "the same for all vectors"),
    ("lipschitz(layer_norm(eps=1)) <= 1/sqrt(1 + mean(v**2) - mean(v)**2)", "the same for all vectors"),
    # for all vectors, under a negation or beside what is said of one vector
    ("not convex(sum(v**3))", "joined by and"),
    ("not lipschitz(softmax) <= 1/4", "joined by and"),
    ("convex(sum(v**3)) or v > 0", "joined by and"),
    # the n of a product counts its factors
    ("limit(product(D(sigmoid), n), n, oo) == 0", "no function of n"),
    ("D(product(D(sigmoid), n), n) <= 0", "no function of n"),
    ("sup(n*product(D(sigmoid), n)) <= 1", "no function of n"),
    ("D(product(D(sigmoid), 3)) == 0", "no function"),
    ("D(product(D(sigmoid), 3), x) == 0", "no derivative"),
    ("increasing(product(D(sigmoid), 3))", "no function"),
]
"""Statements without one meaning, and the words that say why."""


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_statements_without_one_meaning_are_refused(text: str, reason: str) -> None:
    with pytest.raises(StatementError, match=reason):
        prove(text)


@pytest.mark.parametrize(("text", "where"), few(NOT_REFUTED, every(3)))
def test_true_or_senseless_statements_are_not_refuted(text: str, where: str | None) -> None:
    assert prove(text, where=where, suggest=False).verdict is not Verdict.REFUTED


@pytest.mark.parametrize(("text", "where"), ANY_VERDICT)
def test_hard_statements_end_in_a_verdict(text: str, where: str | None) -> None:
    assert prove(text, where=where, suggest=False).statement == text


def test_the_counterexample_satisfies_the_condition() -> None:
    found = prove("positive(x**3)", where="x > -1", suggest=False).counterexample
    assert found is not None
    assert found.at["x"] == "-1/2"
