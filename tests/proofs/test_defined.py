"""A number enters a value only when it is proved to be defined and finite, or stands alone as an infinity."""

from __future__ import annotations

import pytest
from gradproof.proofs import expressions as ex
from gradproof.proofs.effort import Undecided
from gradproof.proofs.language import parse_expression
from gradproof.proofs.reals import Undefined, constant_sign, require_defined
from gradproof.proofs.statements import prove

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


@pytest.mark.parametrize(("text", "verdict"), SETTLED)
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
