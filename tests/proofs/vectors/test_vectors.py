"""Vectors of n components: what is true for every n is proved, what is false is refuted, and Jacobians are right."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import permutations
from typing import Any

import mpmath
import pytest
from gradproof.proofs.budget import Undecided
from gradproof.proofs.catalogue.vector_entries import vector_catalogue
from gradproof.proofs.enclosures.jets import enclose
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.language.syntax import StatementError
from gradproof.proofs.statements import prove
from gradproof.proofs.vectors.algebra import Matrix, is_vector
from gradproof.proofs.vectors.prover import Prover
from gradproof.proofs.vectors.reader import parse_vector_statement
from gradproof.proofs.verdicts import Evidence, Result, Verdict

from ...thorough import few


def decide(text: str, where: str | None = None) -> Result:
    return prove(text, where=where, suggest=False)


TRUE = [
    ("sum(softmax(v)) == 1", None),
    ("0 < softmax(v) <= 1", None),
    ("softmax(v) < 1", "n >= 2"),
    ("softmax(v + c) == softmax(v)", None),
    ("softmax(v/T) <= 1", None),
    ("softmax(log_softmax(v)) == softmax(v)", None),
    ("exp(v - max(v))/sum(exp(v - max(v))) == softmax(v)", None),
    ("1/n <= max(softmax(v)) <= 1", None),
    ("1/n <= sum(softmax(v)**2) <= 1", None),
    ("0 <= -sum(softmax(v)*log_softmax(v)) <= log(n)", None),
    ("mean(v) <= sum(softmax(v)*v) <= max(v)", None),
    ("row_sums(J(softmax)(v)) == 0", None),
    ("column_sums(J(softmax)(v)) == 0", None),
    ("symmetric(J(softmax)(v))", None),
    ("diag(J(softmax)) == softmax*(1 - softmax)", None),
    ("off_diagonal(J(softmax)(v)) < 0", None),
    ("spectral_norm(J(softmax)(v)) <= 1/2", None),
    ("spectral_norm(J(softmax(v/T), v)) <= 1/(2*T)", "T > 0"),
    ("lipschitz(softmax) <= 1/2", None),
    ("positive_semidefinite(J(softmax)(v))", None),
    ("J(logsumexp) == softmax", None),
    ("convex(logsumexp)", None),
    ("convex(logsumexp(v/T))", "T > 0"),
    ("max(v) <= logsumexp(v) <= max(v) + log(n)", None),
    ("logsumexp(v) > max(v)", "n >= 2"),
    ("max(v) <= T*logsumexp(v/T) <= max(v) + T*log(n)", "T > 0"),
    ("logsumexp(v + c) == logsumexp(v) + c", None),
    ("logsumexp(v) >= mean(v) + log(n)", None),
    ("logsumexp(2*v) <= 2*logsumexp(v)", None),
    ("log_softmax(v) == log(softmax(v))", None),
    ("log_softmax(v) <= 0 and sum(exp(log_softmax(v))) == 1", None),
    ("row_sums(J(log_softmax)(v)) == 0", None),
    ("softmin(v) == softmax(-v)", None),
    ("layer_norm(a*v + b, eps=0) == layer_norm(v, eps=0)", "a > 0"),
    ("layer_norm(a*v, eps=0) == -layer_norm(v, eps=0)", "a < 0"),
    ("layer_norm(v + c, eps=t) == layer_norm(v, eps=t)", None),
    ("mean(layer_norm(v)) == 0", None),
    ("mean(layer_norm(v, eps=0)**2) == 1", None),
    ("mean(layer_norm(v, eps=t)**2) < 1", "t > 0"),
    ("layer_norm(v)**2 <= n - 1", None),
    ("row_sums(J(layer_norm)(v)) == 0", None),
    ("symmetric(J(layer_norm)(v))", None),
    ("dot(J(layer_norm(eps=0))(v), v) == 0", None),
    ("spectral_norm(J(layer_norm)(v)) <= 1/sqrt(1e-5)", None),
    ("layer_norm(v) == rms_norm(v - mean(v), eps=1e-5)", None),
    ("rms_norm(a*v, eps=0) == rms_norm(v, eps=0)", "a > 0"),
    ("mean(rms_norm(v, eps=0)**2) == 1", None),
    ("abs(rms_norm(v)) < sqrt(n)", None),
    ("norm(l2_normalize(v)) == 1", None),
    ("norm(a*v) == abs(a)*norm(v)", None),
    ("dot(v, w) <= norm(v)*norm(w)", None),
    ("norm(v + w) <= norm(v) + norm(w)", None),
    ("sum(sigmoid(v)) < n", None),
    ("sum(v) > 0", "v > 0"),
    ("J(sum(tanh(v))) == D(tanh)(v)", None),
    ("sum(softmax(softmax(softmax(v)))) == 1", None),
    ("row_sums(J(softmax(softmax(v)))) == 0", None),
    ("softmax([a, b])[0] == sigmoid(a - b)", None),
    ("logsumexp([a, b]) == a + softplus(b - a)", None),
    ("J(softmax)([a, b])[0, 1] == -softmax([a, b])[0]*softmax([a, b])[1]", None),
]


@pytest.mark.parametrize(
    ("text", "where"),
    few(TRUE, lambda text, where: len(text) < 26 and "norm(" not in text and "v/T" not in text),
)
def test_true_statements_are_proved(text: str, where: str | None) -> None:
    result = decide(text, where)
    assert result.verdict is Verdict.PROVED, result.explanation


FALSE = [
    ("sum(softmax(v)) == 1 + 1e-15", None),
    ("softmax(v) < 1", None),
    ("softmax(v) <= 1 - 1e-15", None),
    ("softmax(2*v) == softmax(v)", None),
    ("softmax(a*v) == softmax(v)", "a > 0"),
    ("spectral_norm(J(softmax)(v)) <= 0.49", None),
    ("spectral_norm(J(softmax)(v)) <= 0.4999", None),
    ("spectral_norm(J(softmax)(v)) <= 1/2 - 1e-15", None),
    ("spectral_norm(J(softmax)(v)) < 1/2", None),
    ("diag(J(softmax)(v)) <= 1/4 - 1e-15", None),
    ("logsumexp(v) <= max(v)", None),
    ("logsumexp(v) < max(v) + log(n)", None),
    ("T*logsumexp(v/T) >= max(v)", None),
    ("concave(logsumexp)", None),
    ("log_softmax(v) < 0", None),
    ("sum(log_softmax(v)) == 0", None),
    ("symmetric(J(log_softmax)(v))", None),
    ("column_sums(J(log_softmax)(v)) == 0", None),
    ("layer_norm(-v, eps=0) == layer_norm(v, eps=0)", None),
    ("layer_norm(a*v) == layer_norm(v)", "a > 0"),
    ("mean(layer_norm(v)**2) == 1", None),
    ("mean(layer_norm(v, eps=t)**2) < 1 - 1e-15", "t > 0 and t < 1e-20"),
    ("layer_norm(v)**2 <= 2", None),
    ("rms_norm(v + c) == rms_norm(v)", None),
    ("row_sums(J(rms_norm)(v)) == 0", None),
    ("-sum(softmax(v)*log_softmax(v)) < log(n)", None),
    ("softmax([a, b])[0] == sigmoid(b - a)", None),
    ("norm(a*v) == a*norm(v)", None),
]


@pytest.mark.parametrize(("text", "where"), FALSE)
def test_false_statements_are_never_proved(text: str, where: str | None) -> None:
    assert decide(text, where).verdict is not Verdict.PROVED


@pytest.mark.parametrize(("text", "where"), [case for case in FALSE if "1e-20" not in str(case[1])])
def test_false_statements_are_refuted_at_a_vector(text: str, where: str | None) -> None:
    result = decide(text, where)
    assert result.verdict is Verdict.REFUTED, result.explanation
    assert result.counterexample is not None
    assert result.counterexample.lhs != result.counterexample.rhs or "<" in text


@pytest.mark.parametrize(
    ("text", "where"),
    few(
        [case for case in FALSE if "[" not in case[0]],
        lambda text, where: len(text) < 30 and not any(word in text for word in ("norm(", "rms_norm", "logsumexp")),
    ),
)
def test_the_prover_alone_proves_nothing_false(text: str, where: str | None) -> None:
    """Counterexamples come first, so they would hide a proof of something false."""
    statement = parse_vector_statement(text, where)
    with pytest.raises(Undecided):
        Prover(statement).prove(statement.formula)


def test_a_free_component_is_not_summed_over() -> None:
    """v[i] of the statement is another component than the one a sum runs over."""
    statement = parse_vector_statement("v >= sum(softmax(v)*v)")
    with pytest.raises(Undecided):
        Prover(statement).prove(statement.formula)


@pytest.mark.thorough
def test_a_norm_is_bounded_from_both_sides() -> None:
    """An eigenvalue of -11 exceeds a norm of 10, though it is below 10."""
    for text, where in (("spectral_norm(J(-c*v, v)) <= 10", "c >= 10"), ("spectral_norm(J(c*v, v)) <= 10", "c <= 10")):
        statement = parse_vector_statement(text, where)
        with pytest.raises(Undecided):
            Prover(statement).prove(statement.formula)
    assert decide("spectral_norm(J(-c*v, v)) <= 10", "c >= 3 and c <= 10").verdict is Verdict.PROVED


@pytest.mark.thorough
def test_bounds_of_two_vectors_do_not_share_what_is_unknown() -> None:
    """The slack in a bound for v is another number than the slack in the same bound for w."""
    for text in ("layer_norm(v)**2 <= layer_norm(w)**2", "softmax(v) <= softmax(w)", "max(v) - mean(v) <= max(w)"):
        statement = parse_vector_statement(text, "n >= 2")
        with pytest.raises(Undecided):
            Prover(statement).prove(statement.formula)


def test_the_nearest_true_statement_is_the_tight_bound() -> None:
    assert prove("spectral_norm(J(softmax)(v)) <= 0.49").nearest == "spectral_norm(J(softmax)(v)) <= 1/2"
    assert prove("softmax(v) < 1").nearest == "softmax(v) < 1 where n >= 2"


def test_many_parameters_do_not_make_the_search_endless() -> None:
    names = [f"a{i}" for i in range(12)]
    assert decide(f"{'*'.join(names)} + sum(v) == 0").verdict is Verdict.REFUTED


def test_counterexamples_name_the_vector() -> None:
    result = decide("spectral_norm(J(softmax)(v)) <= 0.49")
    assert result.counterexample is not None
    assert result.counterexample.to_json() == {"at": {"n": "2", "v": "(0, 0)"}, "lhs": "1/2", "rhs": "49/100"}


def test_identities_are_exact_and_name_every_n() -> None:
    result = decide("J(logsumexp) == softmax")
    assert result.evidence is Evidence.EXACT
    assert any("for every n" in line for line in result.explanation)


def test_undefined_vectors_are_not_in_the_domain() -> None:
    """Without eps, a vector of one component has no layer norm: nothing is left to be true or false."""
    assert decide("layer_norm(v, eps=0) == 5", "n == 1").verdict is Verdict.UNDECIDED
    assert decide("layer_norm(v, eps=0)**2 == 1", "n == 2").verdict is not Verdict.REFUTED
    assert decide("mean(layer_norm(v, eps=0)**2) == 1").verdict is Verdict.PROVED
    assert decide("J(norm(v)) == l2_normalize(v)").verdict is Verdict.PROVED


def test_conditions_on_n_and_parameters() -> None:
    assert decide("softmax(v) < 1", "n > 1").verdict is Verdict.PROVED
    assert decide("softmax(v) < 1", "n >= 1").verdict is Verdict.REFUTED
    assert decide("sum(softmax(v)) == 1", "n < 1").verdict is Verdict.UNDECIDED
    assert decide("rms_norm(v, eps=t) == 0", "t > 1 and t < 1").verdict is Verdict.UNDECIDED


def test_a_condition_with_or_is_no_sign() -> None:
    assert decide("norm(a*v) == a*norm(v)", "a > 0 or a < 0").verdict is Verdict.REFUTED
    assert decide("norm(a*v) == a*norm(v)", "not a < 0").verdict is not Verdict.REFUTED


REFUSED = [
    ("J(softmax)(v) == 0", "is a matrix"),
    ("softmax(3) == 1", "expected a vector"),
    ("softmax(v, temperature=2) == 1", "no parameter 'temperature'"),
    ("softmax(v) != v", "compared with == < <= > >="),
    ("softmax([a, b])[2] < 1", "numbered from 0 to 1"),
    ("sum([a, b]) == sum([a, b, c])", "2 and 3 components"),
    (f"sum([{', '.join('1' * 65)}]) == 65", "at most 64 components"),
    ("lipschitz(softmax) < 1", "lipschitz(f) <= c"),
    ("convex(softmax)", "one value"),
    ("row_sums(J(relu(v), v)) >= 0", "case distinctions"),
    ("J(max(v)) >= 0", "the derivative of max"),
    ("softmax(v)(w) == softmax(w)", "given to the function itself"),
    ("sup(logsumexp(v)) == 1", "not read beside vectors"),
    ("row_sums(softmax(v)) == 0", "expected a matrix"),
    ("sum(softmax(v)) == {1}", "sets"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_what_is_not_in_the_language(text: str, message: str) -> None:
    with pytest.raises(StatementError, match=message.replace("(", r"\(").replace(")", r"\)")):
        prove(text)


def test_own_functions_keep_their_names_and_act_on_components() -> None:
    assert prove("mean(x) >= 1", functions={"mean": "1 + x**2"}).verdict is Verdict.PROVED
    assert prove("sum(bent(v)) >= n", functions={"bent": "1 + x**2"}).verdict is Verdict.PROVED
    with pytest.raises(StatementError, match="the name is taken"):
        prove("softmax(v) == mean(v)", functions={"mean": "1 + x**2"})


# --- Jacobians, against numeric differentiation of independent definitions -----------------------------------------

Numbers = Sequence[Any]


def _softmax(v: Numbers) -> list[Any]:
    total = mpmath.fsum(map(mpmath.exp, v))
    return [mpmath.exp(x) / total for x in v]


def _normalised(v: Numbers, shift: Any, eps: Any) -> list[Any]:
    scale = mpmath.sqrt(mpmath.fsum((x - shift) ** 2 for x in v) / len(v) + eps)
    return [(x - shift) / scale for x in v]


def _mean(v: Numbers) -> Any:
    return mpmath.fsum(v) / len(v)


INDEPENDENT: dict[str, Callable[[Numbers], Any]] = {
    "logsumexp": lambda v: mpmath.log(mpmath.fsum(map(mpmath.exp, v))),
    "softmax": _softmax,
    "log_softmax": lambda v: [mpmath.log(p) for p in _softmax(v)],
    "softmin": lambda v: _softmax([-x for x in v]),
    "center": lambda v: [x - _mean(v) for x in v],
    "layer_norm": lambda v: _normalised(v, _mean(v), mpmath.mpf("1e-5")),
    "rms_norm": lambda v: _normalised(v, 0, mpmath.mpf("1e-6")),
    "l2_normalize": lambda v: [x / mpmath.sqrt(mpmath.fsum(y * y for y in v)) for x in v],
}


def test_every_vector_activation_has_an_independent_definition() -> None:
    assert {entry.name for entry in vector_catalogue()} == INDEPENDENT.keys()


@pytest.mark.parametrize("name", INDEPENDENT)
@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_jacobians_agree_with_numeric_ones(name: str, n: int) -> None:
    statement = parse_vector_statement(f"{name}(v) == 0")
    body = statement.formula.lhs  # type: ignore[union-attr]
    assert isinstance(body, ex.Expr)
    draw = random.Random(n)
    point = [Fraction(draw.randint(-30, 30) or 7, 10) for _ in range(n)]
    values = {"v": [ex.rational(x) for x in point]}
    if is_vector(body):
        matrix = statement.vectors.jacobian(body, "v")
    else:
        matrix = Matrix(ex.ZERO, ((ex.ONE, statement.vectors.gradient(body, "v")),))
    entries = statement.vectors.entries(matrix, n, values)
    with mpmath.workdps(60):
        x = [mpmath.mpf(p.numerator) / p.denominator for p in point]
        step = mpmath.mpf(10) ** -20
        for k in range(n):
            up, down = ([y + sign * step * (j == k) for j, y in enumerate(x)] for sign in (1, -1))
            f_up, f_down = INDEPENDENT[name](up), INDEPENDENT[name](down)
            for i in range(n if is_vector(body) else 1):
                change = f_up[i] - f_down[i] if is_vector(body) else f_up - f_down
                exact = mpmath.mpf(str(enclose(entries[i][k], prec=200).mid().str(40, radius=False)))
                assert abs(change / (2 * step) - exact) < mpmath.mpf(10) ** -18


@pytest.mark.thorough
def test_an_inequality_is_proved_where_no_vector_contradicts_it() -> None:
    """Quantities in every order: 7 of the 42 orders are true, and no others are proved."""
    from gradproof.proofs.vectors.points import failure

    parts = ["softmax(v)", "log_softmax(v)", "max(v)", "mean(v)", "logsumexp(v)", "1/n", "v"]
    proved = 0
    for a, b in permutations(parts, 2):
        statement = parse_vector_statement(f"{a} <= {b}")
        if failure(statement) is None:
            Prover(statement).prove(statement.formula)
            proved += 1
        else:
            with pytest.raises(Undecided):
                Prover(statement).prove(statement.formula)
    assert proved == 7


# --- the datasheet -------------------------------------------------------------------------------------------------


@pytest.mark.thorough
def test_the_jacobian_of_softmax_is_shown_in_its_own_terms() -> None:
    from gradproof.proofs.datasheets.vector import vector_facts

    facts = vector_facts("softmax").to_json()
    assert facts["jacobian"] == {"diagonal": "-f[i]**2 + f[i]", "off_diagonal": "-f[i]*f[k]"}
    verdicts = {(each["statement"], each["where"]): each["verdict"] for each in facts["statements"]}
    assert verdicts["row_sums(J(softmax(v))) == 0", None] == "proved"
    assert verdicts["softmax(a*v) == softmax(v)", "a > 0"] == "refuted"


@pytest.mark.thorough
def test_the_datasheet_takes_parameters() -> None:
    from gradproof.proofs.datasheets.vector import vector_facts

    facts = vector_facts("rms_norm", {"eps": "0"})
    assert facts.jacobian["scale"] == "1/sqrt(sum(v**2)/n)"
    verdicts = {result.statement: result.verdict for result in facts.statements}
    assert verdicts["mean(rms_norm(v, eps=0)**2) == 1"] is Verdict.PROVED
    for parameters, message in (({"epsilon": "0"}, "no parameter 'epsilon'"), ({"eps": "t"}, "free name 't'")):
        with pytest.raises(ValueError, match=message):
            vector_facts("rms_norm", parameters)
