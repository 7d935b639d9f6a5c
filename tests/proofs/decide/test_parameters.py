"""Formulas with parameters: which of them an answer is about. Their verdicts are in ledgers/parameters*.toml."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from flint import fmpq
from gradproof.proofs.budget import Undecided
from gradproof.proofs.cases import points
from gradproof.proofs.catalogue.parse import parse_statement
from gradproof.proofs.decide import properties_by_parameter
from gradproof.proofs.decide.decision import Decision
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.language.instances import instance
from gradproof.proofs.language.syntax import FALSE, TRUE, Formula, Relation
from gradproof.proofs.normal_forms.signs import Undefined
from gradproof.proofs.reals.reals import exact
from gradproof.proofs.statements import decide, prove
from gradproof.proofs.verdicts import Verdict

from ...thorough import every, few

PARTS = "continuity(a*x if x <= 0 else (x if x < 1 else 1 + b*(x - 1)))"


def test_each_part_of_a_condition_decides() -> None:
    assert prove(f"{PARTS} == 0", where="a < 1 and b < 1").verdict is Verdict.PROVED
    assert prove(f"{PARTS} == 0", where="a < 1 and (b < 1 or b > 2)").verdict is Verdict.PROVED


@pytest.mark.parametrize(
    ("text", "where", "case"),
    [
        ("continuity(a*x if x <= 0 else x) == 0", None, "a = 1"),
        (f"{PARTS} == 0", "a < 1", "b = 1"),
        ("continuity(a*x if x <= 0 else b*x) == 0", "a <= b", "a = b"),
        ("continuity(a*x + c*x**2 if x <= 0 else x) == 0", "c == 0", "a = 1"),
    ],
)
def test_a_message_says_which_parameters_it_is_true_of(text: str, where: str | None, case: str) -> None:
    result = prove(text, where=where)
    assert result.verdict is Verdict.UNDECIDED
    line = result.explanation[0]
    assert "8 derivatives agree at x = " in line
    assert case in line.rpartition(" if ")[2]


PROPERTIES = (
    "increasing", "decreasing", "monotone", "convex", "concave", "odd", "even", "positive", "bounded", "smooth",
    "differentiable",
)  # fmt: skip
FUNCTIONS = (
    ("prelu(weight=a)", None), ("elu(alpha=a)", None), ("celu(alpha=a)", "a != 0"), ("softplus(beta=a)", "a != 0"),
    ("swish(beta=a)", None), ("isru(alpha=a)", "a >= 0"), ("hard_tanh(min_val=-a, max_val=a)", "a >= 0"),
    ("soft_shrink(lambd=a)", "a >= 0"), ("hard_shrink(lambd=a)", "a >= 0"), ("threshold(threshold=a)", None),
    ("threshold(value=a)", None), ("snake(alpha=a)", "a != 0"), ("penalized_tanh(a=a)", None), ("abs(x - a)", None),
    ("(x if x >= 0 else x - a)", None), ("(-1 if x < 0 else a if x == 0 else 1)", None), ("a*x**2 + x", None),
    ("(x**2 if x > 0 else a*x**2)", None), ("max(a*x, 1)", None), ("xielu(alpha_n=a)", None), ("1 + exp(a*x)", None),
)  # fmt: skip
VALUES = (0, 1, -1, 2, -2, fmpq(1, 2), fmpq(-1, 4), 8)


def _condition(text: str, where: str | None) -> Formula:
    """A property of a function with parameters as a condition on these. Raises Undecided."""
    statement = parse_statement(text, where)
    decision = Decision(statement)
    decision.resolve()
    return decision.in_parameters(statement.formula)[0]


def _truth(condition: Formula, value: fmpq | int) -> bool | None:
    """A condition on a at a value; None where it is undefined."""
    if condition in (TRUE, FALSE):
        return condition == TRUE
    assert isinstance(condition, Relation) and isinstance(condition.lhs, ex.Expr)
    with suppress(Undefined):
        return points.value(condition.lhs, {"a": exact(value)}).rational == 1
    return None


CASES = [
    (word, f, where)
    for f, where in FUNCTIONS
    for word in PROPERTIES
    if not (word in ("convex", "concave") and f.partition("(")[0] in ("", "hard_shrink", "threshold"))  # jumps
    and (word, f) != ("odd", "snake(alpha=a)")
]
"""Properties that are decided at two values of the parameter at least."""


@pytest.mark.parametrize(("word", "function", "where"), few([pytest.param(*case) for case in CASES], every(12)))
def test_a_condition_on_parameters_holds_where_the_function_has_the_property(
    word: str, function: str, where: str | None
) -> None:
    text = f"{word}({function})"
    statement = parse_statement(text, where)
    try:
        condition = _condition(text, where)
    except Undecided:
        condition = None
    seen = 0
    for value in VALUES:
        with suppress(Undecided, Undefined):
            truth = Decision(instance(statement, {"a": ex.rational(value)})).run().truth
            seen += 1
            assert condition is None or _truth(condition, value) in (truth, None), value
    assert seen >= 2


def test_most_conditions_are_found() -> None:
    found = 0
    for function, where in FUNCTIONS[::5]:
        for word in PROPERTIES:
            with suppress(Undecided):
                _condition(f"{word}({function})", where)
                found += 1
    assert found >= 0.9 * len(FUNCTIONS[::5]) * len(PROPERTIES)


@pytest.mark.parametrize(
    ("wrong", "where", "verdict"), [(FALSE, "a >= 0", Verdict.UNDECIDED), (TRUE, None, Verdict.UNSOUND)]
)
def test_a_wrong_condition_that_is_planted_refutes_nothing_and_is_contradicted(
    monkeypatch: pytest.MonkeyPatch, wrong: Formula, where: str | None, verdict: Verdict
) -> None:
    rule: Callable[..., Formula] = lambda _question, _parts: wrong  # noqa: E731
    monkeypatch.setitem(properties_by_parameter._CONDITIONS, "monotone", rule)  # type: ignore[index]
    assert prove("monotone(prelu(weight=a))", where=where, suggest=False).verdict is verdict


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("monotone(prelu(weight=a))", "a >= 0 and x < 0"),
        ("monotone(prelu(weight=a))", "a*x >= 0"),
        ("exists(b, monotone(prelu(weight=a*b)))", None),
        ("concave(log(x - a)) or a > 0", None),
        ("range(sign(x - a)) != interval(-1, 1)", "a > 0"),
        ("range(a*abs(x)) != interval(abs(x) + 1, oo)", "a > 0"),
        ("odd(snake(alpha=a))", "a != 0"),
        ("monotone(prelu(weight=a)) and exists(a, a == 5)", "a == 1"),
        ("increasing(prelu(weight=a)) or exists(a, a == 5)", "a == 0"),
        ("zeros(x**2 - a) == {sqrt(a), -sqrt(a)}", "a > 0"),
        ("argmax(a*tanh(x)) != {0}", "a >= 0"),
        ("limit(a*sign(x), x, 0) == 0", None),
        ("limit(sign(x)*sign(a), a, 0) == 0", None),
    ],
)
def test_functions_with_parameters_that_are_beyond_the_rules_stay_undecided(text: str, where: str | None) -> None:
    assert prove(text, where=where, suggest=False).verdict is Verdict.UNDECIDED


def test_a_refutation_names_the_parameter_and_what_fails_there() -> None:
    result = prove("increasing(prelu(weight=a))", where="a >= 0")
    assert result.counterexample is not None and result.counterexample.at["a"] == "0"
    assert result.nearest == "increasing(prelu(weight=a)) where a > 0"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("zeros((x - a)*log(x)) == {a, 1}", "a < 5"),
        ("zeros((x - a)*sqrt(x)) == {a, 0}", None),
        ("zeros((x - a)/x) == {a}", None),
        ("zeros(x*(x - a)/(x - a)) == {0}", None),
        ("zeros((x - a)*(x - b)/(x - c)) == {a, b}", None),
    ],
)
def test_a_place_without_a_value_is_no_zero(text: str, where: str | None) -> None:
    assert decide(text, where=where)[0].verdict is not Verdict.PROVED
    assert prove("zeros((x - a)*log(x)) == {a, 1}", where="a > 0").verdict is Verdict.PROVED
    assert prove("zeros((x - a)/x) == {a}", where="a != 0").verdict is Verdict.PROVED


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("monotone(max(x, a) + min(x, b))", "a < b and a > b"),
        ("range(max(x, a) + min(x, b)) == reals", "a < b - 100 and a > b"),
        ("monotone(max(x, a) + min(x, b)) and even(0*x + a)", "a < b and a > b"),
    ],
)
def test_nothing_is_proved_of_functions_for_no_parameters(text: str, where: str) -> None:
    assert decide(text, where=where)[0].verdict is Verdict.UNDECIDED
    assert prove("monotone(max(x, a) + min(x, b))", where="a < b").verdict is Verdict.PROVED


def test_a_function_may_be_defined_at_one_point_alone() -> None:
    alone = "positive(sqrt(-b*abs(x)) - b)"
    assert prove(alone, where="b < 0").verdict is Verdict.PROVED
    assert decide(alone, where="b > 0")[0].verdict is Verdict.REFUTED
    assert decide(alone, where="b != 0")[0].verdict is Verdict.REFUTED
    assert prove("even(log(a)*abs(x))").verdict is Verdict.PROVED  # with a logarithm it is defined nowhere
