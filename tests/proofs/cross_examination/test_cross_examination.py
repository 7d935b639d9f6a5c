"""The cross-examination: what is true stays proved, and a rule of the engine switched off does not go unnoticed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flint import arb, fmpq
from gradproof.proofs.asymptotics import monomials, tail_values
from gradproof.proofs.cases import convex_sums
from gradproof.proofs.cross_examination import examine, interpretation
from gradproof.proofs.cross_examination.examine import contradiction
from gradproof.proofs.decide import (
    factors,
    integrands,
    parameters,
    products,
    properties_by_parameter,
    reductions,
    resolution,
)
from gradproof.proofs.enclosures import balls, formats, jets
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.functions import (
    pieces,
    regularity,
    sign_charts,
    step_functions,
    zeros,
)
from gradproof.proofs.language.syntax import TRUE as TRUTH
from gradproof.proofs.ledger import Claim, Ledger, verify
from gradproof.proofs.means import (
    correlated,
    correlated_forms,
    expectations,
    gaussian_moments,
    hermite_series,
    mean_by_correlation,
    mean_by_scale,
)
from gradproof.proofs.normal_forms import normal_form, signs
from gradproof.proofs.reals import reals
from gradproof.proofs.reals.reals import PLUS_INFINITY
from gradproof.proofs.statements import decide, prove
from gradproof.proofs.vectors import normal_form as vector_sums
from gradproof.proofs.vectors.prover import Prover
from gradproof.proofs.verdicts import Verdict
from gradproof.proofs.vocabulary import near, numbers, sets, shapes

from ...thorough import every, few


def _modules() -> list[Any]:
    return [module for name, module in list(sys.modules.items()) if name.startswith("gradproof.proofs")]


def _forget() -> None:
    """Drop what the engine remembers: it was computed with other rules."""
    for module in _modules():
        for value in list(vars(module).values()):
            if hasattr(value, "cache_clear"):
                value.cache_clear()


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Rules of the engine can be switched off; what was remembered before or meanwhile is forgotten."""
    _forget()
    yield monkeypatch
    monkeypatch.undo()
    _forget()


def _everywhere(rules: pytest.MonkeyPatch, original: Any, replacement: Any) -> None:
    """Replace a function in every module that imported it."""
    for module in _modules():
        for name, value in list(vars(module).items()):
            if value is original:
                rules.setattr(module, name, replacement)


# --- rules that soundness rests on, switched off one by one -------------------------------------------------------

Plant = Callable[[pytest.MonkeyPatch], None]


def terms_of_equal_growth_stay_apart(rules: pytest.MonkeyPatch) -> None:
    """A hidden zero in an exponent stays there, and the first of two terms that grow alike counts alone."""

    def by_dominance(terms: Any) -> list[Any]:
        together: dict[Any, Any] = {}
        for m, c in terms:
            together[m] = c + together[m] if m in together else c
        result: list[Any] = []
        for term in together.items():
            position = len(result)
            while position and monomials.larger(term[0], result[position - 1][0]) > 0:
                position -= 1
            result.insert(position, term)
        return [(m, c) for m, c in result if c is not ex.ZERO]

    _everywhere(rules, monomials.by_dominance, by_dominance)
    _everywhere(rules, monomials.decided_sign, signs.constant_sign)


def an_attained_bound_is_not_passed(rules: pytest.MonkeyPatch) -> None:
    """f < sup f though the supremum is attained."""
    right = ex.holds

    def holds(relation: str, sign: int) -> bool:
        return right({"<": "<=", ">": ">="}.get(relation, relation), sign)

    rules.setattr(ex, "holds", holds)


def the_condition_does_not_restrict_functionals(rules: pytest.MonkeyPatch) -> None:
    """sup, range and the like are taken over the whole line."""
    rules.setattr(resolution.Resolution, "region", lambda self, variable: None)


def a_limit_is_taken_from_the_right_only(rules: pytest.MonkeyPatch) -> None:
    """A jump has a limit."""
    right = pieces.one_sided_limit
    rules.setattr(numbers, "one_sided_limit", lambda e, variable, at, side: right(e, variable, at, abs(side)))


def a_slope_is_taken_from_the_right_only(rules: pytest.MonkeyPatch) -> None:
    """A kink has one slope."""
    right = pieces.one_sided_derivative
    rules.setattr(sets, "one_sided_derivative", lambda e, variable, at, side: right(e, variable, at, 1))


def near_numbers_are_equal(rules: pytest.MonkeyPatch) -> None:
    """Numbers that agree to three digits are equal."""
    right = reals.compare

    def compare(a: reals.Real, b: reals.Real) -> int:
        near = not a.infinite and not b.infinite and abs(float(a) - float(b)) < 1e-3
        return 0 if near else right(a, b)

    _everywhere(rules, right, compare)


def anything_is_zero(rules: pytest.MonkeyPatch) -> None:
    """Every normal form vanishes, and no point shows that it does not."""
    rules.setattr(normal_form, "is_zero", lambda e: True)
    rules.setattr(zeros, "_differs_inside", lambda *_: False)
    rules.setattr(zeros._Search, "one_sign", lambda _: None)


def moments_are_doubled(rules: pytest.MonkeyPatch) -> None:
    """A factor in the antiderivative of a moment."""
    right = gaussian_moments.closed_form

    def closed_form(e: ex.Expr, variable: str) -> ex.Expr | None:
        found = right(e, variable)
        return None if found is None else 2 * found

    rules.setattr(expectations, "closed_form", closed_form)


def parametric_means_are_off(rules: pytest.MonkeyPatch) -> None:
    """A thousandth too much in every mean with parameters."""
    right = gaussian_moments.closed_mean

    def closed_mean(*question: Any) -> ex.Expr | None:
        found = right(*question)
        return None if found is None else found + fmpq(1, 1000)

    rules.setattr(parameters, "closed_mean", closed_mean)


def every_mean_rises(rules: pytest.MonkeyPatch) -> None:
    """A mean is largest at the largest deviation."""
    rules.setattr(mean_by_scale.MeanByScale, "sense", 1)


def every_correlated_mean_rises(rules: pytest.MonkeyPatch) -> None:
    """A mean is largest at the largest correlation."""
    rules.setattr(mean_by_correlation.MeanByCorrelation, "sense", 1)


def limits_are_those_at_one_end(rules: pytest.MonkeyPatch) -> None:
    """The mean at large deviations is the function's limit at oo alone."""
    limit = lambda mean: pieces.one_sided_limit(mean.f, mean.variable, PLUS_INFINITY, 0)  # noqa: E731
    rules.setattr(mean_by_scale.MeanByScale, "far", limit)


def a_factor_is_bounded_from_one_side(rules: pytest.MonkeyPatch) -> None:
    """A product is as small as its factors, whatever their signs."""
    right = factors.comparison

    def one_sided(statement: Any) -> Any:
        reduction = right(statement)
        return None if reduction is None else replace(reduction, premises=((reduction.powers[0][0], ""),))

    rules.setattr(factors, "comparison", one_sided)


def every_function_is_convex(rules: pytest.MonkeyPatch) -> None:
    """Jensen's inequality holds for any function, and Petrovic's."""
    right = convex_sums._premise

    def without_shape(shape: str, f: Any, relation: Any, *rest: Any) -> Any:
        premise = right(shape, f, relation, *rest)
        return replace(premise, statement=replace(premise.statement, formula=replace(relation, text="the rest")))

    rules.setattr(convex_sums, "_premise", without_shape)


def every_argument_is_above_0(rules: pytest.MonkeyPatch) -> None:
    """Petrovic's inequality holds on the whole line."""
    rules.setattr(convex_sums, "_is_nonnegative", lambda form, question: True)


def correlated_means_are_doubled(rules: pytest.MonkeyPatch) -> None:
    """A lost factor in every product of two normals' functions."""
    closed, series = correlated_forms.closed_product, hermite_series.correlated_mean

    def closed_product(*question: Any) -> ex.Expr | None:
        value = closed(*question)
        return None if value is None else 2 * value

    rules.setattr(correlated, "closed_product", closed_product)
    rules.setattr(correlated, "correlated_mean", lambda *question: 2 * series(*question))


def a_bound_is_enough(rules: pytest.MonkeyPatch) -> None:
    """Whatever is bounded on the other side is bounded on this."""
    right = integrands.premises
    rules.setattr(reductions, "premises", lambda *question: ([each[0]] for each in right(*question)))


def pieces_meet_more_smoothly(rules: pytest.MonkeyPatch) -> None:
    """One derivative more agrees than does."""
    right = regularity._smoothness_at
    rules.setattr(regularity, "_smoothness_at", lambda e, variable, at: right(e, variable, at) + 1)


def products_have_one_factor(rules: pytest.MonkeyPatch) -> None:
    """A power of a range is the range."""
    rules.setattr(products, "_nonnegative_power", lambda values, n: values)


def rounding_cuts_off(rules: pytest.MonkeyPatch) -> None:
    """Rounding towards 0."""

    def cut(self: formats.Format, real: Any) -> fmpq:
        assert not callable(real)
        ulp = self._ulp(fmpq(real))
        return fmpq(int(real / ulp)) * ulp

    rules.setattr(formats.Format, "round", cut)


def a_function_never_turns(rules: pytest.MonkeyPatch) -> None:
    """No rise and no fall is seen."""
    rules.setattr(shapes, "_steps", lambda shape: [])


def every_quotient_tends_to_one(rules: pytest.MonkeyPatch) -> None:
    """Whatever two functions do, they are asymptotic."""
    rules.setattr(near, "one_sided_limit", lambda *question: reals.exact(1))


def points_have_the_sign_of_the_gap_beside_them(rules: pytest.MonkeyPatch) -> None:
    """A function does not vanish at its zeros."""

    def beside(line: step_functions.Line[Any]) -> step_functions.Line[Any]:
        return replace(line, at=tuple(line.gaps[:-1]))

    sign_line, signs_within = sign_charts.sign_line, sign_charts.signs_within
    _everywhere(rules, sign_line, lambda e, variable: beside(sign_line(e, variable)))
    _everywhere(rules, signs_within, lambda e, variable, region: beside(signs_within(e, variable, region)))


def an_interval_has_the_sign_of_its_middle(rules: pytest.MonkeyPatch) -> None:
    """The enclosure over an interval leaves out its remainder."""
    right = zeros._Search._nonvanishing

    def nonvanishing(self: Any, a: arb, b: arb) -> tuple[int, int] | None:
        middle = jets.enclose(self.e, {self.variable: ((a + b) / 2).mid()}, 60)
        sign = balls.known_sign(middle)
        return (0, sign) if sign else right(self, a, b)

    rules.setattr(zeros._Search, "_nonvanishing", nonvanishing)


def a_tail_has_the_sign_of_its_leading_term(rules: pytest.MonkeyPatch) -> None:
    """Smaller terms are ignored, however near the tail begins."""

    def sign(self: tail_values.TailValues, model: Any, start: fmpq | None = None) -> int:
        lead = model[0][1]
        return (1 if lead > 0 else -1) if isinstance(lead, arb) else signs.constant_sign(lead)

    rules.setattr(tail_values.TailValues, "sign", sign)


def a_derivative_exists_at_kinks(rules: pytest.MonkeyPatch) -> None:
    """The formula of the first piece holds everywhere."""
    right = pieces.split

    def first_piece(*question: Any) -> pieces.Pieces:
        found = right(*question)
        return replace(found, breakpoints=(), pieces=found.pieces[:1]) if found.breakpoints else found

    _everywhere(rules, right, first_piece)


def a_pole_is_no_edge(rules: pytest.MonkeyPatch) -> None:
    """A slope that is positive wherever it is defined makes a function rise."""
    rules.setattr(vector_sums, "_on_an_interval", lambda e, row: True)


def a_row_is_bounded_by_its_own_component(rules: pytest.MonkeyPatch) -> None:
    """A norm is at most a vector where each row is at most its component."""
    rules.setattr(Prover, "_require_number", lambda self, bound, text: None)


def properties_hold_for_all_parameters(rules: pytest.MonkeyPatch) -> None:
    """Where a function has parameters, it has every property."""
    for word in properties_by_parameter._CONDITIONS:
        rules.setitem(properties_by_parameter._CONDITIONS, word, lambda question, parts: TRUTH)  # type: ignore[index]


def values_fill_any_interval(rules: pytest.MonkeyPatch) -> None:
    """The values of a function with parameters are the interval that is claimed."""
    rules.setattr(properties_by_parameter._Question, "fills", lambda self, parts, claimed: TRUTH)
def a_condition_holds_between_vectors(rules: pytest.MonkeyPatch) -> None:
    """What is said of two vectors is true on the segment between them."""
    rules.setattr(Prover, "_is_about_vectors", lambda self, condition: False)


PLANTS: list[tuple[Plant, str, str | None]] = [
    (terms_of_equal_growth_stay_apart, "limit((2+sqrt(3))**x - 2*(2-sqrt(3))**(-x), x, oo) == oo", None),
    (an_attained_bound_is_not_passed, "D(sigmoid)(x) < 1/4", None),
    (the_condition_does_not_restrict_functionals, "sup(x) == oo", "x < 1"),
    (the_condition_does_not_restrict_functionals, "range(tanh) == open_interval(-1, 1)", "x > 0"),
    (a_limit_is_taken_from_the_right_only, "limit(sign(x), x, 0) == 1", None),
    (a_slope_is_taken_from_the_right_only, "subdifferential(relu, 0) == {1}", None),
    (near_numbers_are_equal, "sup(D(gelu)) == 1.129", None),
    (near_numbers_are_equal, "sup(D(gelu)) <= 1.1288", None),
    (anything_is_zero, "max(x - 123456, 0)*tanh(x) == 0", None),
    (anything_is_zero, "exp(x) == exp(x - max(x - 1000, 0))", None),
    (moments_are_doubled, "E(relu(z)**2) == 1", None),
    (parametric_means_are_off, "E(exp(s*z)) == exp(s**2/2) + 1/1000", None),
    (parametric_means_are_off, "E(cos(s*z)) == exp(-s**2/2) + 1/1000", None),
    (a_bound_is_enough, "E(tanh(s*z)**2) < 1/10", None),
    (every_mean_rises, "E(D(tanh)(s*z)) < 1/2", "1 <= s and s <= 2"),
    (every_mean_rises, "E(D(tanh)(s*z)) < E(D(tanh)(t*z))", "0 < s < t"),
    (every_correlated_mean_rises, "E2(tanh(-3*u)*tanh(3*v), c) <= 0", None),
    (limits_are_those_at_one_end, "limit(E(sigmoid(s*z)**2), s, oo) == 1", None),
    (a_factor_is_bounded_from_one_side, "product(-2*D(tanh), n) <= (1/2)**n", None),
    (every_function_is_convex, "gelu((a + b + c)/3) <= (gelu(a) + gelu(b) + gelu(c))/3", "a > 1 and b > 1 and c > 1"),
    (every_argument_is_above_0, f"tanh(a + b + c + d) <= {'+'.join(f'tanh({x})' for x in 'abcd')}", "a > 0 and b > 0"),
    (correlated_means_are_doubled, "E2(u*v, c) == 2*c", None),
    (correlated_means_are_doubled, "E2(tanh(u)*tanh(v), 1/2) > 1/3", None),
    (correlated_means_are_doubled, "E2(relu(u)*relu(v), 1/2) > 1/2", None),
    (pieces_meet_more_smoothly, "continuity(relu) == 1", None),
    (products_have_one_factor, "sup(product(D(sigmoid), 10)) == 1/4", None),
    (products_have_one_factor, "range(product(D(sigmoid), 10)) == interval(0, 1/4, left=open)", None),
    (rounding_cuts_off, "float16(0.7) == 0.69970703125", None),
    (a_function_never_turns, "increasing(sin)", None),
    (a_function_never_turns, "convex(tanh)", None),
    (every_quotient_tends_to_one, "asymptotic(softplus(x), 2*x, x, oo)", None),
    (points_have_the_sign_of_the_gap_beside_them, "(x - 37)**2 > 0", None),
    (an_interval_has_the_sign_of_its_middle, "exp(-(100*(x - 1/3))**2) < 0.5", None),
    (a_tail_has_the_sign_of_its_leading_term, "(x - 137)**2 > 1/(1 + exp(x))", None),
    (a_derivative_exists_at_kinks, "max(x - 1000, 0) == 0", None),
    (a_pole_is_no_edge, "max(v - 2/v) == max(v) - 2/max(v)", "v > -1/10"),
    (properties_hold_for_all_parameters, "monotone(prelu(weight=a))", None),
    (properties_hold_for_all_parameters, "convex(elu(alpha=a))", "a >= 0"),
    (properties_hold_for_all_parameters, "odd(affine(alpha=a, beta=b))", None),
    (values_fill_any_interval, "range(celu(alpha=a)) == open_interval(-2*a, oo)", "a > 0"),
    (a_condition_holds_between_vectors, "norm(tanh(v) - tanh(w)) <= norm(v - w)/5", "v**2 >= 4 and w**2 >= 4"),
    (a_row_is_bounded_by_its_own_component, "spectral_norm(J(softmax)(v)) <= 2*softmax(v)*(1 - softmax(v))", None),
]


def test_at_least_ten_rules_are_switched_off():
    assert len({plant for plant, _, _ in PLANTS}) >= 16


@pytest.mark.parametrize(
    ("plant", "text", "where"), few(PLANTS, every(6)), ids=[f"{p.__name__}: {t}" for p, t, _ in PLANTS]
)
def test_a_rule_switched_off_is_noticed(rules, plant, text, where):
    plant(rules)
    search, _ = decide(text, where=where)
    assert search.verdict is Verdict.PROVED  # falsely
    result = prove(text, where=where)
    assert result.verdict is Verdict.UNSOUND
    assert result.counterexample is not None
    assert "a bug in gradproof" in result.explanation[0]
    assert result.counterexample.lhs in result.explanation[0]
    assert result.counterexample.rhs in result.explanation[0]


# --- questions to what is said to be proved -----------------------------------------------------------------------

FALSE = [
    ("tanh((2+sqrt(3))**(x**2)*(2-sqrt(3))**(x**2)*exp(x/1000)) < 0.9", None),
    ("sqrt(sup(x*exp(-x**2)*erf(x)) - 0.3191758564220740891188) < 1", None),
    ("sup(x) - sup(x) == 0", None),
    ("inf(x)*0 == 0", None),
    ("gelu(x) > x/2", None),
    ("mish(x) >= -0.3", None),
    ("tanh(x) <= 1 - 1e-100", None),
    ("softplus(x) <= x + 1/1000", "x > 0"),
    ("a*b <= a**2", None),
    ("D(relu)(x) == 1", "x > -1"),
    ("x < 3 and x > -3", "x > 2"),
    ("abs(gelu(x) - gelu(y)) <= abs(x - y)", None),
    ("log(tanh(1) - 0.7615941559557648881194582826047935904127685972579365515968106) < 1", None),
    ("sup(D(sigmoid)) == 0.2499999999999", None),
    ("sup(D(sigmoid)) == 0.2500000000001", None),
    ("inf(gelu) == -0.17", None),
    ("argmax(D(sigmoid)) == 1/10", None),
    ("zeros(cos) == {pi/2}", "0 < x and x < 5"),
    ("zeros(x**2 - 2) == {sqrt(2), -1.4142}", None),
    ("range(sigmoid) == interval(0, 1/2)", None),
    ("range(D(relu)) == {0, 2}", None),
    ("lipschitz(gelu) == 1", None),
    ("continuity(elu) == 2", None),
    ("subdifferential(abs, 0) == interval(0, 1)", None),
    ("limit(x*sin(1/x), x, oo) == 0", None),
    ("limit(sign(x), x, 0) == 1", None),
    ("asymptotic(softplus(x), x, x, oo, rate=exp(-x)/x**3)", None),
    ("E(gelu(z)**2) == 0.425", None),
    ("approx(sup(D(gelu)), 1.1290, digits=5)", None),
    ("approx(pi, 3.15, rel=1e-3)", None),
    ("float16(1/3) == 0.33349609375", None),
    ("increasing(gelu)", None),
    ("convex(gelu)", None),
    ("odd(gelu)", None),
    ("bounded(softplus)", None),
    ("positive(tanh)", None),
    ("differentiable(relu)", None),
    ("smooth(elu)", None),
    ("identity_near(sigmoid, 0)", None),
    ("forall(x, gelu(x) > -0.16)", None),
    ("not exists(x, sigmoid(x) == 1/2)", None),
    ("lipschitz(sigmoid(k*x)) == abs(k)/3", None),
    ("product(D(relu), n) == 1", None),
    ("1/x > 0", None),
    ("D(D(silu))(x) > 0", None),
    ("mine(x) <= x", None),
    ("sup(x) + 1 == oo", None),
    ("x + limit(softplus(x), x, oo) != x", None),
    ("argmin(elish) == {-0.8813735870195430252326093}", None),
    ("approx(inf(D(phish)), -0.218425, digits=6)", None),
    ("softmax(2*v) == softmax(v)", None),
    ("row_sums(J(softmax)(v)) == 1", None),
    ("symmetric(J(log_softmax))", None),
    ("spectral_norm(J(softmax)(v)) <= 1/4", None),
    ("positive_semidefinite(J(softmin))", None),
    ("lipschitz(softmax) <= 1/10", None),
    ("concave(logsumexp)", None),
    ("J(sum(tanh(v))) == tanh(v)", None),
    ("norm([3, 4]) == 6", None),
    # nothing is too small, or too large, to be noticed
    ("lipschitz((1e-15 if x > 0 else 0)) == 0", None),
    ("zeros(x) == interval(2, 1)", None),
    ("range(celu(alpha=a)) == open_interval(-2*a, oo)", "a > 0"),
    ("monotone(swish(beta=b))", None),
    ("odd(elu(alpha=a))", None),
    ("differentiable(abs(x - a))", None),
    ("iff(monotone(prelu(weight=a)), a == a)", None),
    ("limit(swish(x, beta=b), b, oo) == x", None),
    ("lipschitz((1e-15 if x == 0 else 0)) == 0", None),
    ("differentiable(x + 1e-9*abs(x))", None),
    ("continuity(x + 1e-9*abs(x)) == 2", None),
    ("smooth(1e-20*relu(x)**2)", None),
    ("sup(x/(1 + x**2)*1e-12) == 6e-13", None),
    ("inf(1e-12*gelu(x)) > -1.6e-13", None),
    ("range(1e-9*sigmoid(x)) == interval(0, 1e-9/2)", None),
    ("zeros(1e-9*(x**2 - 2)) == {sqrt(2)}", None),
    ("bounded(1e-40*x)", None),
    ("lipschitz(tanh(1000*x)) == 1001", None),
    ("sup(D(hard_swish)) == 2", None),
    ("E(D(gelu)(z)**2) == 0.45", None),
    ("inf(D(sigmoid)) == D(sigmoid)(-26/8) - 1e-7", "-26/8 < x < -25/8"),
]


@pytest.mark.parametrize(("text", "where"), few(FALSE, every(3)))
def test_a_falsehood_is_contradicted(text, where):
    found = contradiction(text, where, {"mine": "x*tanh(exp(x))"})
    assert found is not None
    assert found.lhs
    assert found.rhs


TRUE = [
    ("D(sigmoid)(x) <= 1/4", None),
    ("abs(softsign(x)) <= abs(tanh(x))", None),
    ("D(relu)(x) == 1", "x > 0"),
    ("softplus(x) >= x/2 + log(2)", None),
    ("log(x) <= x - 1", None),
    ("x**a > 0", None),
    ("sqrt(x)**2 == x", None),
    ("sup(x) == oo and inf(x) == -oo", None),
    ("lipschitz(sqrt(abs(x))) == oo", None),
    ("sup(-log(abs(x))) == oo", None),
    ("sup(sin(1000*x)*exp(-x**2)) < 1", None),
    ("sup(exp(-(1000*(x - 1/3))**2)) == 1", None),
    ("sup(x) == 3", "x < 3"),
    ("sup(x) == sqrt(2)", "x**2 < 2"),
    ("limit(1/log(x), x, oo) == 0", None),
    ("limit(sin(x)/x, x, 0) == 1", None),
    ("E(abs(z - 1/3)) > 0", None),
    ("E(exp(z)) == exp(1/2)", None),
    ("argmin(abs(x - 1/3)) == {1/3}", None),
    ("zeros(tanhshrink) == {0}", None),
    ("continuity(abs(x)*x) == 1", None),
    ("differentiable(x + 2*max(x + 11/4, 0))", "x != -11/4"),
    ("sup(5*exp(-(x**2 - 30000)**2)) == 5", None),
    ("inf((x**2 - 777)**2) == 0", None),
    ("sup(1/(1 + (x - sqrt(12345))**2)) == 1", None),
    ("mine(x) <= abs(x)", None),
    ("norm([3, 4]) == 5", None),
    ("J(sum(tanh(v))) == D(tanh)(v)", None),
    ("lipschitz(softmax) <= 1/2", None),
    ("max(v) <= logsumexp(v) <= max(v) + log(n)", None),
    ("layer_norm(a*v, eps=0) == layer_norm(v, eps=0)", "a > 0"),
    ("off_diagonal(J(softmax)) < 0", None),
    # jumps, however small, beside however steep a slope
    ("lipschitz((1e-15 if x == 0 else 0)) == oo", None),
    ("lipschitz((1e-15 if x > 0 else 0)) == oo", None),
    ("lipschitz((1e-15 if x == 1/3 else x)) == oo", None),
    ("lipschitz(hard_sigmoid(alpha=2, beta=100)) == 2", None),
    ("lipschitz(hard_sigmoid(alpha=a, beta=b)) == abs(a)", "b > 50"),
    ("zeros(x**2 + 1) == interval(2, 1)", None),
    ("range(celu(alpha=a)) == open_interval(-a, oo)", "a > 0"),
    ("iff(monotone(prelu(weight=a)), a >= 0)", None),
    ("differentiable(laplace(mu=a, sigma=exp(b)))", None),
    ("limit(swish(x, beta=b), b, oo) == relu(x)", None),
    ("lipschitz(x + (1e-30 if x > 0 else 0)) == oo", None),
    ("continuity(x + (1e-30 if x > 0 else 0)) == -1", None),
    ("continuity(x + 1e-9*abs(x)) == 0", None),
    ("continuity(abs(x)**0.01) == 0", None),
    ("continuity((1/log(abs(x)) if x != 0 else 0)) == 0", "abs(x) < 1/2"),
    ("smooth(tanh(1e30*x))", None),
    ("lipschitz(tanh(1e30*x)) == 1e30", None),
    ("lipschitz(x*sin(1/x) if x != 0 else 0) == oo", None),
    ("lipschitz(1e-9*sqrt(abs(x - sqrt(2)))) == oo", None),
    # what samples miss
    ("sup(exp(-x**2) + 1.0005*exp(-(1000*(x - 3*sqrt(2)))**2)) > 1.0004", None),
    ("sup(1 + 1e-9*exp(-(1000*(x - sqrt(5)/3))**2)) > 1 + 5e-10", None),
    ("sup((5 if abs(x - sqrt(2)) < 1e-8 else exp(-x**2))) == 5", None),
    ("sup((5 if x == sqrt(2) else tanh(x))) == 5", None),
    ("range((5 if x == sqrt(2) else 0)) == {0, 5}", None),
    ("sup(1e-30/abs(x - sqrt(2))) == oo", None),
    ("sup(-1e-12*log(abs(x - sqrt(2)))) == oo", None),
    ("E(exp(-(1000*(z - 1/3))**2)) > 0.0005", None),
    ("E(exp(-(10**12*(z - 1/3))**2)) > 1e-13", None),
    # what begins late
    ("limit(1e-40*log(x), x, oo) == oo", None),
    ("limit(1 + 1e-50*log(x), x, oo) == oo", None),
    ("limit(1e-40*log(log(x)), x, oo) == oo", None),
    ("limit(1e15*log(x)/(log(x) + 1e12), x, oo) == 1e15", None),
    ("bounded(1e15*log(1 + x**2)/(log(1 + x**2) + 1e12))", None),
    ("limit(1/(abs(x) + 1e-90), x, 0) == 1e90", None),
    ("limit(x**2/(x**2 + 1e-300), x, 0) == 0", None),
    ("sup(1 + 1e-50*log(x)) == oo", "x > 1"),
    ("E(1e-1000*exp(z**2)) == oo", None),
    ("E(exp(z**2)/(1 + exp(z**2 - 5000))) < oo", None),
    # a change of sign that is no zero
    ("zeros(x - sqrt(2) + (1e-9 if x > sqrt(2) else -1e-9)) == {}", None),
    ("zeros((x - sqrt(2) if x != sqrt(2) else 7)) == {}", None),
    ("zeros(x - sqrt(2)) == {}", "x != sqrt(2)"),
]


@pytest.mark.parametrize(("text", "where"), TRUE)
def test_what_is_true_is_not_contradicted(text, where):
    assert contradiction(text, where, {"mine": "x*tanh(exp(x))"}) is None


def test_the_same_statement_is_tried_in_the_same_way():
    text = "abs(gelu(x) - gelu(y)) <= abs(x - y)"
    assert contradiction(text) == contradiction(text)


def test_the_work_is_bounded(monkeypatch):
    monkeypatch.setattr(interpretation, "WORK", 10)
    assert contradiction("gelu(gelu(x)) > x/2") is None


def test_an_examiner_that_stumbles_has_no_opinion(monkeypatch):
    def stumble(self):
        raise ArithmeticError("planted")

    monkeypatch.setattr(examine.Examination, "contradiction", stumble)
    assert prove("x**2 >= 0").verdict is Verdict.PROVED


def test_the_user_may_interrupt(monkeypatch):
    def interrupt(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(examine.Examination, "contradiction", interrupt)
    with pytest.raises(KeyboardInterrupt):
        prove("x**2 >= 0")


def test_only_proofs_are_examined(monkeypatch):
    def refuse(*question):
        raise AssertionError(question)

    monkeypatch.setattr(examine, "contradiction", refuse)
    assert prove("gelu(x) > x/2", suggest=False).verdict is Verdict.REFUTED


def test_the_nearest_true_statement_is_examined_too(rules):
    moments_are_doubled(rules)
    result = prove("E(relu(z)**2) == 3")
    assert result.verdict is Verdict.UNSOUND
    assert result.nearest is not None
    assert repr(result.nearest) in result.explanation[0]


def test_a_claim_with_an_unsound_part_is_unsound(rules):
    moments_are_doubled(rules)
    claim = Claim("moment", "A moment.", "E(relu(z)**2) == 3", nearest="E(relu(z)**2) == 1")
    result = verify(claim, Ledger("t", "s", "p", (claim,)))
    assert result.verdict is Verdict.UNSOUND
    assert result.counterexample is not None
    assert result.counterexample.rhs.startswith("1.000")


@pytest.mark.parametrize("start", few(["x", "softplus(x)", "tanh(x)"], every(3)))
def test_functions_that_double_are_examined_in_bounded_work(start):
    functions = {"f0": start, **{f"f{i}": f"f{i - 1}(x) + f{i - 1}(x + 1)" for i in range(1, 28)}}
    assert prove("f27(x) == f27(x) + 1", functions=functions, suggest=False).verdict is not Verdict.PROVED
    assert contradiction("f27(x) - f27(x) == 0", functions=functions) is None
