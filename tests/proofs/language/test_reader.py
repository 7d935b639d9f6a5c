"""The statement language: exact literals, one clear line for whatever is not in it, and no work for a hostile text."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from gradproof.proofs.catalogue.parse import parse_expression, parse_statement
from gradproof.proofs.expressions import calculus
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.language.source import MAX_LENGTH, number_from_source
from gradproof.proofs.language.syntax import Connective, Predicate, Relation, StatementError
from gradproof.proofs.statements import prove
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
    at = parse_expression("2*x")
    assert parse_expression("D(relu)(2*x)") is calculus.derivative(parse_expression("relu"), "x", at)


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
    "0b10 > 0",
    "0x > 0",
    "0x1.8p > 0",
    "0x1.8q3 > 0",
    "0x1E3 == 1000",
    "0x1E-3 < 1",
    "1.0x1 + 0*x == 1.1",
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
    "x" + "+x" * 49_000 + " > 0",
    "*".join(["2**9999"] * 1_100) + " > 0",
    "+".join(["exp(x)"] * 13_000) + " > 0",
    "max(" * 70 + "x" + ", 1)" * 70 + " > 0",
    "*".join(["(x)"] * 1_200) + " > 0",
    "abs(" * 50 + "x" + " - 1)" * 50 + " > 0",
    "[" * 9_000,
    "x > 0 " + "and x > 0 " * 9_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_refused(text: str) -> None:
    with pytest.raises(StatementError):
        parse_statement(text)


def test_a_long_sum_is_not_a_deep_one() -> None:
    statement = parse_statement("x" + " - x + x" * 500 + " - max(" + ", ".join(["x"] * 900) + ") == 0")
    assert isinstance(statement.formula, Relation) and isinstance(statement.formula.lhs, ex.Expr)
    assert statement.formula.lhs.size < 3_000


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
    ("text", "verdict"),
    [
        ("{x} == {0}", Verdict.REFUTED),
        ("interval(0, x) == interval(0, 0)", Verdict.REFUTED),
        ("subdifferential(relu, x) == interval(0, 1)", Verdict.UNDECIDED),
        ("identity_near(tanh, x)", Verdict.UNDECIDED),
        ("approx(sin(x), 0, digits=3)", Verdict.REFUTED),
        ("limit(tanh(x), x, x) == 0", Verdict.UNDECIDED),
    ],
)
def test_a_free_name_where_a_number_is_needed_is_never_taken_for_0(text: str, verdict: Verdict) -> None:
    assert prove(text, suggest=False).verdict is verdict


@pytest.mark.parametrize(
    ("text", "where", "fragment"),
    [
        ("x < 1", "q > 2", "does not name 'q'; its names: x"),
        ("D(sigmoid)(y) < 1/3", "x > 2", "'x'; its names: y"),
        ("lipschitz(sigmoid(rate*x)) == abs(rate)/4", "rat > 0", "did you mean 'rate'?"),
        ("sup(x*exp(-x)) < 1", "y > 2", "'y'; its names: x"),
        ("E(relu(z)) > 0", "x > 0", "its names: z"),
        ("exists(y, tanh(y) > 0)", "z > 1", "its names: y"),
        ("product(tanh, 2) < 1", "m > 1", "'m'"),
        ("1 < 2", "x > 0", "its names: none"),
        ("softmax(v) > 0", "q > 2", "its names: n, v"),
        ("[a, b] == [a, b]", "c > 0", "its names: a, b, n"),
    ],
)
def test_a_condition_names_only_what_the_statement_names(text: str, where: str, fragment: str) -> None:
    with pytest.raises(StatementError, match=re.escape(fragment)):
        prove(text, where=where)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("sup(x*exp(-x)) < 1", "x > 2"),
        ("x - x == 0", "x > 1"),
        ("exists(y, tanh(y) > 0)", "y > 1"),
        ("max(v) <= logsumexp(v)", "v >= 0 and n >= 2"),
        ("[a, 1] == [a, b]", "b == 1"),
    ],
)
def test_a_condition_may_name_what_numbers_vectors_and_quantifiers_range_over(text: str, where: str) -> None:
    assert prove(text, where=where, suggest=False).verdict is Verdict.PROVED


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("GELU(x) > -1", "unknown function 'GELU'; did you mean 'gelu'?"),
        ("sup(Leaky_ReLU) > 1", "unknown name 'Leaky_ReLU'; did you mean"),
        ("GELU > -1", "did you mean 'gelu'?"),
        ("ReLU(x) >= 0", "did you mean 'relu'?"),
        ("sgn(x) < x", "did you mean 'sign'?"),
        ("sigma(x) < 1", "did you mean 'sigmoid'?"),
        ("gelu'(x) <= 2", "written D(gelu)"),
        ("tanh'' <= 1", "written D(tanh, 2)"),
        ("x^2 >= 0", "powers are written **"),
        ("2x > 0", "products are written with *"),
        ("2(x + 1) > 0", "products are written with *"),
        ("|x| >= 0", "abs(x)"),
        ("x \u2264 1", "written <="),
        ("x =< 1", "written <="),
        ("x = 1", "equality is written =="),
        ("elu(x, alpha=2) = 1", "equality is written =="),
        ("x > 0 && x < 1", "and, or, not"),
        ("\u2212x > 0", "written -"),
        ("x \u00d7 2 > 0", "written *"),
        ("sup(relu) == \u221e", "written oo"),
        ("limit(tanh, x, inf) == 1", "infinity is written oo"),
        ("limit(tanh, x, Infinity) == 1", "did you mean 'oo'?"),
        ("max(D(gelu)) < 2", "sup(D(gelu))"),
        ("min(gelu) > -1", "inf(gelu)"),
        ("x in interval(0, 1)", "0 <= x <= 1"),
        ("1 + interval(0, 1) > 0", "expected a number, got a set"),
        ("1 + increasing(x) > 0", "expected a number, got something true or false"),
    ],
)
def test_a_habit_of_writing_gets_a_hint(text: str, fragment: str) -> None:
    with pytest.raises(StatementError, match=re.escape(fragment)) as caught:
        prove(text)
    assert "\n" not in str(caught.value)


def test_a_hint_never_changes_what_is_read() -> None:
    """Names of one or two letters, in capitals or not, are names."""
    assert prove("F + D1*0 == F", suggest=False).verdict is Verdict.PROVED


FUNCTIONS = {"mine(x, beta=1, shift=1/3)": "x*sigmoid(beta*x) + shift", "gate(a, b)": "mine(a, beta=2, shift=0)*b"}


@pytest.mark.parametrize(
    "text",
    [
        "mine(x) == silu(x) + 1/3",
        "mine(x, beta=2) == x*sigmoid(2*x) + 1/3",
        "mine == silu + 1/3",
        "gate(x, y) == x*y*sigmoid(2*x)",
        "E(mine(z, shift=0, beta=0)) == 0",
        "mine(x, shift=c) - c == silu(x)",
        "sum(mine(v, shift=0)) == sum(silu(v))",
    ],
)
def test_a_defined_function_has_inputs_and_parameters(text: str) -> None:
    assert prove(text, functions=FUNCTIONS, suggest=False).verdict is Verdict.PROVED


@pytest.mark.parametrize(
    ("functions", "fragment"),
    [
        ({"f": "a*x"}, 'declared as in "f(x, a=1)"'),
        ({"f(x, a)": "a*x + b"}, "expected a formula in x, a alone, found 'b'"),
        ({"f(x, a=y)": "a*x"}, "expected a number as the default of 'a'"),
        ({"f(x, x=1)": "x"}, "such as mine(x, beta=1)"),
        ({"f(x, *y)": "x"}, "such as mine(x, beta=1)"),
        ({"f()": "x"}, "such as mine(x, beta=1)"),
        ({"f(x)(y)": "x"}, "such as mine(x, beta=1)"),
        ({"f(x": "x"}, "such as mine(x, beta=1)"),
        ({"f(x, sup=1)": "x"}, "a word of the language"),
        ({"f(x, a=1)": "f(x)"}, "unknown function 'f'"),
    ],
)
def test_signatures_that_say_nothing_clear_are_refused(functions: dict[str, str], fragment: str) -> None:
    with pytest.raises(StatementError, match=re.escape(fragment)):
        parse_statement("x > 0", functions=functions)


def test_an_equivalence_is_written_out_in_bounded_size() -> None:
    nested = "iff(x > 0, x >= 1)"
    for _ in range(12):
        nested = f"iff({nested}, x > 0)"
    with pytest.raises(StatementError, match="connects up to 32 relations"):
        parse_statement(nested)
    assert prove("iff(iff(x > 0, x >= 0), x != 0)", suggest=False).verdict is Verdict.PROVED
    assert prove("iff(x > 0, relu(x) > 1)", suggest=False).verdict is Verdict.REFUTED
