"""A number enters a value only when it is proved to be defined and finite, or stands alone as an infinity."""

from __future__ import annotations

import pytest
from gradproof.proofs.budget import Undecided
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.language.syntax import StatementError
from gradproof.proofs.normal_forms.signs import Undefined, constant_sign, require_defined
from gradproof.proofs.statements import prove

from ...thorough import every, few

SUP = "sup(x*exp(-x**2)*erf(x))"
"""0.31917585642207408911875..., attained where no exact form is known."""

OUTSIDE = (
    f"sqrt({SUP} - 0.3191758564220740891188) < 1",
    f"sqrt({SUP} - 0.3191758564220740891188) >= 0",
    f"({SUP} - 0.3191758564220740891188)**(1/3) < 1",
    f"log({SUP} - 0.3191758564220740891188) < 0",
    f"({SUP} - 0.3191758564220740891188)**pi < 1",
    f"tanh(sqrt({SUP} - 0.3191758564220740891188)) < 1",
    "sqrt(E(tanh(z)**2) - 0.3943) < 1",
    "log(E(tanh(z)**2) - 0.3943) < 1",
    "E(tanh(z)**2)/(E(tanh(z)**2) - E(tanh(z)**2)) != 0",
    "sqrt(2 - sqrt(4.0000000000000000000000000000001)) < 1",
    "log(sqrt(2)*sqrt(3) - sqrt(6)) < 0",
    "1/(sqrt(2)*sqrt(3) - sqrt(6)) > 0",
    "tan(pi/2) == tan(pi/2)",
    "0*log(-1) == 0",
    f"exists(y, sqrt({SUP} - 0.3191758564220740891188) < 1)",
    f"1 < 2 or sqrt({SUP} - 0.3191758564220740891188) < 1",
)
INFINITE = (
    "sup(x) - sup(x) == 0",
    "sup(x) - sup(x) == 1",
    "0*sup(x) == 0",
    "sup(x)**0 == 1",
    "sup(exp)/sup(exp) == 1",
    "tanh(sup(x)) <= 1",
    "max(sup(x), 1) > 0",
    "1/sup(x) == 0",
    "x*sup(x) - x*sup(x) == 0",
    "tanh(x) < sup(x) - sup(x) + 2",
    "{sup(x)} == {sup(exp)}",
    "continuity(tanh) - continuity(tanh) == 0",
    "lipschitz(x**2)*0 == 0",
    "limit(exp(x), x, oo) - limit(x, x, oo) == 0",
    "float16(1e6) - float16(1e6) == 0",
    "sup(sup(x) - sup(x) + tanh(x)) == 1",
    "approx(sup(x) - sup(x), 0, rel=1)",
    "sup(a*x) - sup(a*x) == 0",
)
SETTLED = (
    ("sqrt(E(tanh(z)**2) - 0.3942) < 1", "proved"),
    (f"sqrt(0.3191758564220740891188 - {SUP}) < 1e-11", "proved"),
    (f"sqrt(0.3191758564220740891188 - {SUP}) < 1e-12", "refuted"),
    (f"({SUP} - 1)**0 == 1", "proved"),
    (f"2*{SUP} - {SUP} == {SUP}", "proved"),
    ("max(E(tanh(z)**2), 1/2) == 1/2", "proved"),
    ("abs(E(tanh(z)**2) - 0.39429) <= 1e-5", "proved"),
    ("sup(x) == oo and inf(x) == -oo", "proved"),
    ("tanh(x) < sup(x)", "proved"),
    ("not (sup(x) < 5)", "proved"),
    ("sup(tanh) - sup(tanh) == 0", "proved"),
    ("sup(x) < oo", "refuted"),
)


@pytest.mark.parametrize("text", OUTSIDE)
def test_a_closed_term_without_a_value_leaves_the_statement_undecided(text):
    result = prove(text)
    assert result.verdict.value == "undecided" and result.explanation


@pytest.mark.parametrize("text", INFINITE)
def test_infinities_stand_alone_and_are_not_calculated_with(text):
    assert prove(text).verdict.value == "undecided"


@pytest.mark.parametrize(("text", "verdict"), few(SETTLED, every(3)))
def test_numbers_with_a_value_are_decided(text, verdict):
    assert prove(text, suggest=False).verdict.value == verdict


@pytest.mark.parametrize(
    "text", ["sqrt(-1)", "log(1 - sqrt(2))", "1/(1 - 1)", "exp(log(-1))", "log(log(1/2))", "0*sqrt(-2)"]
)
def test_a_constant_outside_the_domain_has_no_sign(text):
    e = parse_expression(text)
    with pytest.raises(Undefined):
        require_defined(e)
    with pytest.raises(Undecided):
        constant_sign(e - e)


def test_constants_inside_the_domain_have_one():
    assert constant_sign(parse_expression("sqrt(sqrt(2) - 1) - 1/2")) == 1
    assert constant_sign(parse_expression("log(2) - log(8)/3")) == 0


def test_a_number_still_to_be_computed_is_not_cancelled():
    number = ex.name("sup#0" + ex.UNSETTLED)
    assert not number.total and number - number is not ex.ZERO and number * 0 is not ex.ZERO


H = "(sqrt(5 - 2*sqrt(6)) - sqrt(3) + sqrt(2))"
"""0, but only after algebra."""


@pytest.mark.parametrize(
    "text",
    [
        "limit(sin(x + log(x) - log(x)) + abs(sin(x)), x, -oo) == 0",
        "limit(abs(sin(x)) + sin(x + sqrt(-1) - sqrt(-1)), x, oo) == 0",
        f"limit(abs(sin(x)) + sin(x*{H}/{H}), x, oo) == 0",
        "limit(max(sin(1/x), 0) + cos(1/x + sqrt(-1) - sqrt(-1)), x, 0) == 2",
        "subdifferential(sign(x)*sqrt(abs(x)), 0) == oo",
        "subdifferential(sign(x)*sqrt(abs(x)), 0) > 5",
        "E(exp(z**2)) - E(exp(z**2)) == 0",
    ],
)
def test_a_limit_or_slope_that_has_no_value_is_neither_proved_nor_refuted(text):
    assert prove(text).verdict.value == "undecided"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("limit(abs(sin(x)) + sin(x), x, oo) == 0", "refuted"),
        ("limit(sin(1/x), x, 0) == 0", "refuted"),
        ("x**x > 0.69", "proved"),
        ("x**x > 0.6923", "refuted"),
        ("(-2)**x > 0", "undecided"),
        ("(1/x)**0 + x >= 1", "refuted"),
        ("(1/x)**0 + x**2 >= 1", "proved"),
        ("log(zeros(gelu(x) - 10 + 0*log(x))) > 2", "proved"),
    ],
)
def test_neighbours_that_have_a_value(text, verdict):
    assert prove(text, suggest=False).verdict.value == verdict


def test_a_condition_holds_no_number_of_whole_functions():
    for where in ("limit(sin(x), x, oo) > 0", "1/limit(sin(x), x, oo) > 0"):
        with pytest.raises(StatementError, match="without sup"):
            prove("limit(sin(x), x, oo) == 0", where=where)


@pytest.mark.parametrize(
    ("text", "where", "verdict"),
    [
        ("D(sup(a*tanh(x)), a)(-a) == 1", "a > 0", "refuted"),
        ("D(sup(a*tanh(x)), a)(-a) == -1", "a > 0", "proved"),
        ("D(inf(a*erf(x)), a)(-2) == -1", "a > 0", "refuted"),
        ("D(sup(a*tanh(x)), a)(b) == 1 and a > -1", "a > 0", "refuted"),
        ("limit(sup(a*tanh(x)), a, -oo) == -oo", "a > 0", "refuted"),
        ("limit(limit(tanh(a*x), x, oo), a, -oo) == 1", "a > 0", "refuted"),
        ("D(sup(a*tanh(x)), a) == 1", "a == 0", "undecided"),
        ("limit((b**3 + x**2)/abs(b**3 + x**2), b, -oo) == 1", "b > 0", "undecided"),
        ("limit((b**3 + x**2)/abs(b**3 + x**2), b, -oo) == -1", "b > 0", "undecided"),
        ("{D(sup(a*tanh(x)), a)(-1)} == {1}", "a > 0", "refuted"),
        ("asymptotic(a, sup(a*tanh(x)), a, -oo)", "a > 0", "undecided"),
        ("sup(a*tanh(x)) == a", "a > 0", "proved"),
    ],
)
def test_a_number_that_depends_on_a_parameter_holds_where_the_parameter_is_taken(text, where, verdict):
    assert prove(text, where=where, suggest=False).verdict.value == verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("1 == 2 and D(relu)(0) == 0", "undecided"),
        ("sup(x**2) == 3 and sqrt(-1) == 1", "undecided"),
        ("increasing(-x) and sqrt(-x**2 - 1) >= 0", "undecided"),
        ("x > 0 and sup(tanh(x)) == 3 and sqrt(x - x - 1) == 1", "undecided"),
        ("1 == 2 and tanh(x) < 1", "refuted"),
        ("even(x**2*(x - 1)/(x - 1))", "undecided"),
        ("even(x**2*(x**2 - 1)/(x**2 - 1))", "proved"),
    ],
)
def test_a_part_without_a_value_leaves_the_whole_undecided_whatever_the_order(text, verdict):
    assert prove(text, suggest=False).verdict.value == verdict


@pytest.mark.parametrize(
    "text",
    [
        "sup(a*tanh(x))(-2) == a",
        "D(sup(a*tanh(x))) == 0",
        "D(limit(x*tanh(t), t, oo)) == 1",
        "lipschitz(sup(t*tanh(x))) == 0",
        "inf(sup(t*tanh(x))) == abs(t)",
    ],
)
def test_a_number_is_no_function(text):
    with pytest.raises(StatementError, match="is no function"):
        prove(text)
