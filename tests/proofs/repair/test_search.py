"""The nearest true statement: what is found for each kind of refutation, and that it is never more than proved."""

from __future__ import annotations

import pytest
from gradproof.proofs.repair.constants import with_simple_constants
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

from ...thorough import every, few

NEAREST = [
    # the right relation, the tight bound, the largest set
    ("exp(x) > 1 + x", None, "exp(x) >= 1 + x"),
    ("exp(x) >= 1 + x + 1e-30", None, "exp(x) >= 1 + x"),
    ("D(sigmoid)(x) <= 1/5", None, "D(sigmoid)(x) <= 1/4"),
    ("gelu(x) >= 0", None, "gelu(x) >= -0.1699712074799036617"),
    ("D(sigmoid)(x) < 1/10", "x > 2", "D(sigmoid)(x) < 1/10 where x > log(sqrt(3)*sqrt(5) + 4)"),
    ("D(sigmoid)(x) <= 1/10", "x > 2", "D(sigmoid)(x) <= 1/10 where x >= log(sqrt(3)*sqrt(5) + 4)"),
    ("gelu(x) <= 5", None, "gelu(x) <= 5 where x < 5.000001433247616087"),
    ("sqrt(x**2) == x", None, "sqrt(x**2) == x where x >= 0"),
    ("softsign(x) != 0", None, "softsign(x) != 0 where x < 0 or x > 0"),
    ("squareplus(x, b=1) > softplus(x)", None, "squareplus(x, b=1) >= softplus(x) + (-log(2) + 1/2)"),
    # functions called equal
    ("gelu_tanh(x) == gelu(x)", None, "abs(gelu_tanh(x) - gelu(x)) <= 0.0004732355206872848772"),
    ("hard_swish(x) == relu(x)", None, "hard_swish(x) == relu(x) where x <= -3 or x == 0 or x >= 3"),
    ("D(sigmoid)(x) == sigmoid(x)*(1 - sigmoid(x))*(1 + 1e-15)", None, "D(sigmoid)(x) == sigmoid(x)*(1 - sigmoid(x))"),
    # several names
    ("relu(a*x) == a*relu(x)", None, "relu(a*x) == a*relu(x) where a >= 0"),
    ("leaky_relu(x, negative_slope=a) == max(a*x, x)", None,
     "leaky_relu(x, negative_slope=a) == max(a*x, x) where a <= 1"),
    ("max(x, y) > x", None, "max(x, y) >= x"),
    ("x > y or y > x", None, "(x > y or y > x) where x != y"),
    ("abs(w*D(sigmoid)(z)) <= 1/4", None, "abs(w*D(sigmoid)(z)) <= 1/4 where abs(w) <= 1"),
    ("D(swiglu(a, b), a) == D(silu)(a)", None, "D(swiglu(a, b), a) == D(silu)(a) where b == 1"),
    ("abs(tanh(x) - tanh(y)) <= abs(x - y)/2", None, "abs(tanh(x) - tanh(y)) <= 2*abs(x - y)/2"),
    ("x*y <= (x**2 + y**2)/4", None, "x*y <= 2*(x**2 + y**2)/4"),
    ("sigmoid(a)*tanh(b) < 1/2", None, "sigmoid(a)*tanh(b) < 1"),
    ("inf(elu(alpha=a)) == -1", "a > 0", "inf(elu(alpha=a)) == min(-a, 0) where a > 0"),
    # numbers
    ("sup(D(sigmoid)) == 1/4 + 1e-15", None, "sup(D(sigmoid)) == 1/4"),
    ("1/5 > sup(D(sigmoid))", None, "sup(D(sigmoid)) == 1/4"),
    ("sup(D(silu)) < sup(D(sigmoid))", None, "sup(D(silu)) >= sup(D(sigmoid))"),
    ("sup(D(silu)) <= 1", None, "approx(sup(D(silu)), 1.099839320128866917, digits=19)"),
    ("approx(pi, 3.15, digits=3)", None, "approx(pi, 3.14, digits=3)"),
    ("approx(E(gelu(z)), 0.3, rel=1e-3)", None, "approx(E(gelu(z)), 0.3, rel=0.0597)"),
    ("float16(0.1) == 0.1", None, "float16(0.1) == 819/8192"),
    ("1 == 2", None, "1 < 2"),
    ("exp(-exp(100)) == 0", None, "exp(-exp(100)) != 0"),
    # sets
    ("range(sigmoid) == interval(0, 1)", None, "range(sigmoid) == open_interval(0, 1)"),
    ("interval(0, 5) == range(relu6)", None, "range(relu6) == interval(0, 6)"),
    ("range(gelu) == open_interval(-0.17, oo)", None,
     "approx(inf(gelu), -0.1699712074799036617, digits=19) and sup(gelu) == oo"),
    ("argmin(mish) == -1.1924", None,
     "exists(x, D(mish)(x) == 0 and -1.192431214515495213 < x < -1.192431214515495212)"),
    ("argmax(sigmoid) == {0}", None, "forall(x, sigmoid(x) != sup(sigmoid))"),
    ("subdifferential(relu, 0) == {0}", None, "subdifferential(relu, 0) == interval(0, 1)"),
    # properties
    ("increasing(relu)", None, "monotone(relu)"),
    ("increasing(gelu)", None, "increasing(gelu) where x > -0.7517915246935644574"),
    ("convex(gelu)", None, "convex(gelu) where x > -sqrt(2) and x < sqrt(2)"),
    ("convex(sigmoid)", "x <= 1", "convex(sigmoid) where x < 0"),
    ("odd(sigmoid)", None, "odd(sigmoid - 1/2)"),
    ("smooth(elu)", None, "continuity(elu) == 1"),
    ("bounded(silu)", "x > 0", "inf(silu) == 0 and sup(silu) == oo where x > 0"),
    ("positive(gelu)", None, "positive(gelu) where x > 0"),
    ("identity_near(sigmoid, 0)", None, "D(sigmoid)(0) == 1/4"),
    ("asymptotic(gelu(x), 2*x, x, oo)", None, "limit(gelu(x)/(2*x), x, oo) == 1/2"),
    ("asymptotic(sigmoid(x), 1, x, oo, rate=exp(-2*x))", None, "asymptotic(sigmoid(x), 1, x, oo)"),
    # products
    ("product(tanh, 2) <= 0.99", None, "product(tanh, 2) < 1"),
    ("product(D(sigmoid), n) < (1/4)**n", None, "product(D(sigmoid), n) <= (1/4)**n"),
    ("range(product(tanh, 3)) == interval(-1, 1)", None, "range(product(tanh, 3)) == open_interval(-1, 1)"),
    # logic
    ("sup(D(sigmoid)) == 1/4 and argmax(D(sigmoid)) == 1", None,
     "sup(D(sigmoid)) == 1/4 and argmax(D(sigmoid)) == {0}"),
    ("0 < D(sigmoid)(x) <= 1/5", None, "0 < D(sigmoid)(x) and D(sigmoid)(x) <= 1/4"),
    ("tanh(x) < 1 and increasing(gelu)", None,
     "tanh(x) < 1 and increasing(gelu) where x > -0.7517915246935644574"),
    ("x > 1 or gelu(x) < 0", None, "(x > 1 or gelu(x) < 0) where x < 0 or x > 1"),
    ("not tanh(x) < 1", None, "tanh(x) < 1"),
    ("exists(x, sigmoid(x) > 1)", None, "forall(x, sigmoid(x) <= 1)"),
    ("exists(x, D(sigmoid)(x) > 1/4)", None, "exists(x, D(sigmoid)(x) >= 1/4)"),
    ("forall(x, tanh(x) <= 1/2)", None, "forall(x, tanh(x) < 1)"),
    # vectors
    ("sum(softmax(v)) == 2", None, "sum(softmax(v)) == 1"),
    ("spectral_norm(J(softmax)) <= 1/4", None, "spectral_norm(J(softmax)) <= 1/2"),
    # nothing closer: the opposite at the counterexample
    ("odd(gelu)", None, "gelu(-1) != -gelu(1)"),
    ("odd(D(relu6))", None, "not (odd(D(relu6)))"),
    ("softmin(v) == softmax(v)", None, "not (softmin([0, 1]) == softmax([0, 1]))"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "where", "nearest"), few(NEAREST, every(3)), ids=[text for text, _, _ in NEAREST])
def test_the_nearest_true_statement(text: str, where: str | None, nearest: str) -> None:
    result = prove(text, where=where)
    assert result.verdict is Verdict.REFUTED and result.nearest == nearest
    statement, _, condition = nearest.partition(" where ")
    assert prove(statement, where=condition or None, suggest=False).verdict is Verdict.PROVED


@pytest.mark.parametrize(
    ("text", "where", "nearest"),
    [
        ("(x if x == 0 else x + 1) == x", None, "abs((x if x == 0 else x + 1) - x) <= 1"),
        ("(1 if 2 < 1 else 3) < 2", None, "(1 if 2 < 1 else 3) == 3"),
        ("(x if x <= 0 else x) <= 1", None, "(x if x <= 0 else x) <= 1 where x <= 1"),
        ("3 >= (1 if x != 2 and x >= 0 else 4)", None, "4 >= (1 if x != 2 and x >= 0 else 4)"),
        ("not (0 if x < 1 else 1) >= 0", None, "(0 if x < 1 else 1) >= 0"),
        ("not approx(pi, 22/7, rel=1e-3)", None, "approx(pi, 22/7, rel=1e-3)"),
        ("(x if x < y else y) > x", None, "(x if x < y else y) <= x where x == 0 and y == 0"),
    ],
)
def test_sides_are_not_looked_for_in_the_text(text: str, where: str | None, nearest: str) -> None:
    result = prove(text, where=where)
    assert result.verdict is Verdict.REFUTED and result.nearest == nearest
    statement, _, condition = nearest.partition(" where ")
    assert prove(statement, where=condition or None, suggest=False).verdict is Verdict.PROVED


def test_a_suggestion_that_fails_leaves_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise SyntaxError("planted")

    for module, name in (("search", "for_relation"), ("vectors", "candidates")):
        monkeypatch.setattr(f"gradproof.proofs.repair.{module}.{name}", broken)
    for text in ("tanh(x) > 0", "exp(x) < x + y", "sum(softmax(v)) > 1"):
        assert prove(text).verdict is Verdict.REFUTED


@pytest.mark.parametrize(
    ("text", "simpler"),
    [
        ("x*(1 + 1e-15) == y - 1e-16", "x == y"),
        ("f(x) == (6 + 1e-15)*x", "f(x) == 6*x"),
        ("f(x) <= 0.33333333", "f(x) <= 1/3"),
        ("f(x) + 1e-9*x**2 > 0", "f(x) > 0"),
        ("(1/4 - 1e-15)**n > 2", "(1/4)**n > 2"),
        ("x/(2 + 1e-15)/y > 1", "(x/2)/y > 1"),
        ("(a + b)*(1 + 1e-12)*y == 0", "(a + b)*y == 0"),
        ("(0 if x < 2 else 1) + 1e-14 == y", "(0 if x < 2 else 1) == y"),
        ("f(x, a=1 + 1e-15) > 0", None),
        ("sqrt(2)*x > 1.41", None),
    ],
)
def test_constants_near_simple_ones(text: str, simpler: str | None) -> None:
    assert with_simple_constants(text, parameters=False) == simpler


def test_constants_of_parameters_on_demand() -> None:
    assert with_simple_constants("f(x, a=1 + 1e-15) > 0", parameters=True) == "f(x, a=1) > 0"
