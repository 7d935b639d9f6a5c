"""The statement language: exact literals, one clear line for whatever is not in it, and no work for a hostile text."""

from __future__ import annotations

import contextlib
from fractions import Fraction

import pytest
from gradproof.proofs import expressions as ex
from gradproof.proofs.language import MAX_LENGTH, number_from_source, parse_expression, parse_statement
from gradproof.proofs.statements import prove
from gradproof.proofs.syntax import Connective, Predicate, Relation, StatementError
from gradproof.proofs.verdicts import Verdict


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("0.25", Fraction(1, 4)),
        ("1.128904145185154787", Fraction(1128904145185154787, 10**18)),
        ("1e-6", Fraction(1, 10**6)),
        (".5", Fraction(1, 2)),
        ("1.", Fraction(1)),
        ("1e400", Fraction(10**400)),
        ("1E+2", Fraction(100)),
        ("0.1000000000000000055511151231257827", Fraction(1000000000000000055511151231257827, 10**34)),
    ],
)
def test_literals_are_exact(source: str, value: Fraction) -> None:
    assert number_from_source(source) == value
    assert parse_expression(source) is ex.rational(value)


def test_structure() -> None:
    chain = parse_statement("0 < sigmoid(x) <= 1").formula
    assert isinstance(chain, Connective) and [p.op for p in chain.parts if isinstance(p, Relation)] == ["<", "<="]
    assert isinstance(parse_statement("increasing(tanh)").formula, Predicate)
    assert parse_expression("tanh") is parse_expression("tanh(x)")
    assert parse_expression("elu(x, alpha=2)") is parse_expression("x if x > 0 else 2*(exp(x) - 1)")
    assert parse_expression("D(relu)(2*x)") is ex.derivative(parse_expression("relu"), "x", parse_expression("2*x"))


def test_precedence_is_pythons() -> None:
    assert parse_expression("-2**2").value == -4
    assert parse_expression("2**3**2").value == 512
    assert parse_expression("1/2/2") is ex.rational(Fraction(1, 4))


REFUSED = [
    "",
    "x",
    "sup(x)",
    "x > 0 >",
    "x.real > 0",
    "(lambda: 1)() > 0",
    "[1, 2][0] > 0",
    "__import__('os').system('true')",
    "x := 3",
    "1_000 > 0",
    "0x10 > 0",
    "1j > 0",
    "'a' > 0",
    "x > 0 # why",
    "x in {1}",
    "x is x",
    "{1} < {2}",
    "tanh(*x) > 0",
    "elu(x, **y) > 0",
    "elu(x, beta=1) > 0",
    "tanh(x, y) > 0",
    "D(tanh, 7) > 0",
    "D() > 0",
    "product(tanh, 0) > 0",
    "product(tanh, 1.5) > 0",
    "max(1) > 0",
    "oo + 1 > 0",
    "approx(pi, 3)",
    "approx(pi, 3, digits=0)",
    "log(0) > 0",
    "tanhh(x) > 0",
    "\u00e9 > 0",
    "exec(x) > 0",
    "x[0] > 0",
    "x if x else 1 > 0",
    "1e99999 > 0",
    "[x for x in y] > 0",
]


@pytest.mark.parametrize("text", REFUSED)
def test_refused_with_one_line(text: str) -> None:
    with pytest.raises(StatementError) as caught:
        parse_statement(text)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


HOSTILE = [
    "9**9**9**9 > 0",
    "x" + "+x" * 5_000_000 + " > 0",
    "(" * 5_000 + "x" + ")" * 5_000 + " > 0",
    "-" * 9_000 + "x > 0",
    "not " * 2_400 + "x > 0",
    "x" + "**x" * 3_000 + " > 0",
    "1" * 9_000 + " > 0",
    "x" + "+x" * 4_900 + " > 0",
    "*".join(["2**9999"] * 1_100) + " > 0",
    "+".join(["exp(x)"] * 1_200) + " > 0",
    "[" * 9_000,
    "x > 0 " + "and x > 0 " * 900,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_refused(text: str) -> None:
    with pytest.raises(StatementError):
        parse_statement(text)


def test_longest_text_is_still_bounded() -> None:
    with pytest.raises(StatementError, match=f"at most {MAX_LENGTH}"):
        parse_statement("x" * (MAX_LENGTH + 1))


def test_doubling_functions_are_refused() -> None:
    """Each function calls the one before twice: 2^60 nodes once written out."""
    functions = {"g0": "exp(x) + x"} | {f"g{i}": f"g{i - 1}(g{i - 1}(x))" for i in range(1, 60)}
    with pytest.raises(StatementError):
        parse_statement("g59(x) > 0", functions=functions)


@pytest.mark.parametrize(
    "functions",
    [
        {"f": "f(x)"},
        {"f": "g(x)", "g": "f(x)"},
        {"tanh": "x"},
        {"f": "x + y"},
        {"1f": "x"},
        {"_f": "x"},
        {"f": "sup(x)"},
        {"sup": "x"},
    ],
)
def test_bad_function_tables_are_refused(functions: dict[str, str]) -> None:
    with pytest.raises(StatementError, match="function"):
        parse_statement("x > 0", functions=functions)


@pytest.mark.parametrize("where", ["sup(tanh) > 0", "increasing(tanh)", "x == {0}", "x", "{0} == x"])
def test_where_takes_relations_between_numbers_only(where: str) -> None:
    with pytest.raises(StatementError):
        parse_statement("x > 0", where)


@pytest.mark.parametrize(
    "text",
    [
        "{x} == {0}",
        "interval(0, x) == interval(0, 0)",
        "subdifferential(relu, x) == interval(0, 1)",
        "identity_near(tanh, x)",
        "approx(sin(x), 0, digits=3)",
        "limit(tanh(x), x, x) == 0",
    ],
)
def test_a_free_name_where_a_number_is_needed_is_never_taken_for_0(text: str) -> None:
    with contextlib.suppress(StatementError):
        assert prove(text, suggest=False).verdict is Verdict.UNDECIDED
