"""Terms that grow equally fast, exponents that are hidden zeros, and the constants that decide which is which."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest
from flint import fmpq
from gradproof.proofs.asymptotics.monomials import (
    LOG_Y,
    UNIT,
    Monomial,
    Y,
    by_dominance,
    constant,
    growth,
    inverse,
    larger,
    monomial,
    power_of,
    times,
)
from gradproof.proofs.budget import Undecided
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.enclosures.balls import excludes_zero
from gradproof.proofs.enclosures.jets import enclose
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.expressions.expr import Expr
from gradproof.proofs.expressions.printing import to_text
from gradproof.proofs.normal_forms import algebraic, constants, normal_form
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

SEED = 20261128

A, B = parse_expression("log(2 + sqrt(3))"), parse_expression("-log(2 - sqrt(3))")
"""One number in two forms."""
HIDDEN = "sqrt(5 + 2*sqrt(6)) - sqrt(2) - sqrt(3)"
"""A 0 that only the separation bound knows."""
UNKNOWN = parse_expression("atan(tan(1)) - 1")
"""A 0 that no rule knows."""


def verdict(text: str) -> Verdict:
    return prove(text, suggest=False).verdict


def exponential(*terms: tuple[Expr, Monomial]) -> Monomial:
    return monomial(fmpq(0), fmpq(0), [(m, c) for c, m in terms])


# --- statements ---------------------------------------------------------------------------------------------------

LIMITS = [
    # the growth of two terms agrees only after algebra
    ("(2 + sqrt(3))**x - 2*(2 - sqrt(3))**(-x)", "-oo", "oo"),
    ("3*(3 + 2*sqrt(2))**x - 4*(1 + sqrt(2))**(2*x)", "-oo", "oo"),
    ("((1 + sqrt(5))/2)**x - 2*((sqrt(5) - 1)/2)**(-x)", "-oo", "oo"),
    ("exp((sqrt(2) + sqrt(3))*x) - 2*exp(sqrt(5 + 2*sqrt(6))*x)", "-oo", "oo"),
    ("exp(4*atan(1/5)*x) - 2*exp(atan(1/239)*x + pi*x/4)", "-oo", "oo"),
    ("x**log(6) - 2*x**(log(2) + log(3))", "-oo", "oo"),
    ("exp(exp((2 + sqrt(3))**x)) - 2*exp(exp((2 - sqrt(3))**(-x)))", "-oo", "oo"),
    ("(2 + sqrt(3))**x - (2 - sqrt(3))**(-x) + 1/x", "0", "oo"),
    # an exponent whose leading coefficient is a hidden 0
    ("tanh((2 + sqrt(3))**(x**2)*(2 - sqrt(3))**(x**2)*exp(x/1000))", "1", "0.9"),
    ("exp((sqrt(5 + 2*sqrt(6)) - sqrt(2) - sqrt(3))*x**2 + x/1000)", "oo", "1"),
    ("exp((4*atan(1/5) - atan(1/239) - pi/4)*x**2 - x)", "0", "1"),
    ("erf((sqrt(2) + 1)**(x**3)*(sqrt(2) - 1)**(x**3)*x)", "1", "erf(1)"),
    ("(cos(pi/5) - (1 + sqrt(5))/4)*exp(x) - x", "-oo", "oo"),
    # a power of y outweighs what is between it and the powers of log y
    ("x*exp(-sqrt(log(x)))", "oo", "0"),
    ("exp(-sqrt(log(x)))*log(x)", "0", "oo"),
    ("x**(1/50)*exp(-log(x)**(2/3))", "oo", "0"),
    ("x**sqrt(2)/(x*sqrt(x))", "0", "oo"),
]


@pytest.mark.parametrize(("function", "true", "false"), LIMITS)
def test_limits(function: str, true: str, false: str) -> None:
    assert verdict(f"limit({function}, x, oo) == {true}") == Verdict.PROVED
    assert verdict(f"limit({function}, x, oo) == {false}") == Verdict.REFUTED


def test_what_no_rule_knows_stays_undecided() -> None:
    for text in ("exp((atan(tan(1)) - 1)*x**2 + x)", "exp(atan(tan(1))*x) - 2*exp(x)", "(sin(2) - 2*sin(1)*cos(1))*x"):
        for value in ("0", "1", "oo", "-oo"):
            assert verdict(f"limit({text}, x, oo) == {value}") == Verdict.UNDECIDED, text


def test_a_coefficient_without_a_value_has_no_limit() -> None:
    for text in ("log(sqrt(2) - 2)*exp(-x)", "x*(log(sqrt(2) - 2) - log(sqrt(2) - 2))"):
        assert verdict(f"limit({text}, x, oo) == 0") == Verdict.UNDECIDED
    for text in ("log(sqrt(2) - 2) - log(sqrt(2) - 2)", "0*sqrt(sqrt(2) - 2)", f"0/({HIDDEN})"):
        with pytest.raises(Undecided, match=r"logarithm|root|division"):
            constant(parse_expression(text))


def test_a_bound_beyond_a_hidden_zero() -> None:
    hidden = "(2 + sqrt(3))**(x**2)*(2 - sqrt(3))**(x**2)"
    assert verdict(f"tanh({hidden}*exp(x/1000)) < 0.9") == Verdict.REFUTED
    assert verdict(f"{hidden}*tanh(x) < 1") == Verdict.PROVED


DISGUISES = (
    ("log(2 + sqrt(3))", "-log(2 - sqrt(3))", "log(7 + 4*sqrt(3))/2"),
    ("(sqrt(2) + sqrt(3))", "sqrt(5 + 2*sqrt(6))"),
    ("pi/4", "(4*atan(1/5) - atan(1/239))", "(atan(1/2) + atan(1/3))"),
    ("log(6)", "(log(12) - log(2))"),
    ("(1 + sqrt(5))/2", "(2 + sqrt(5))**(1/3)", "2*cos(pi/5)"),
    ("erf(1)", "(1 - erfc(1))"),
    ("2*sin(1)*cos(1)", "sin(2)"),
)
VALUES = (1.3169578969248168, 3.1462643699419726, 0.7853981633974483, 1.791759469228055, 1.618033988749895,
          0.8427007929497149, 0.9092974268256817)  # fmt: skip
SCALES = ("x**3", "x**2", "x", "sqrt(x)", "log(x)", "sqrt(log(x))")


@pytest.mark.thorough
def test_random_sums_of_disguised_exponentials() -> None:
    """Exponents are vectors of whole multiples; the truth is known before the constants are disguised."""
    rng = random.Random(SEED)
    verdicts: Counter[Verdict] = Counter()
    for _ in range(40):
        directions = [(rng.choice(SCALES), rng.randrange(len(DISGUISES)), rng.choice((-1, 1))) for _ in range(2)]
        total: Counter[tuple[int, ...]] = Counter()
        terms = []
        for _ in range(2):
            pair = rng.choice(SCALES), rng.randrange(len(DISGUISES))
            parts = [*directions[: rng.randint(1, 2)], (*pair, 1), (*pair, -1)]
            multiples: Counter[tuple[str, int]] = Counter()
            for scale, i, sign in parts:
                multiples[scale, i] += sign
            written = [f"({sign})*{rng.choice(DISGUISES[i])}*{scale}" for scale, i, sign in parts]
            factor = rng.choice((-2, -1, 1, 3))
            terms.append(f"({factor})*exp({' + '.join(rng.sample(written, len(written)))})")
            key = tuple(multiples[scale, i] for scale in SCALES for i in range(len(DISGUISES)))
            total[key] += factor
        true, false = _limit_of(total), rng.choice(["7", "-oo", "oo"])
        text = " + ".join(terms)
        found = verdict(f"limit({text}, x, oo) == {true}")
        verdicts[found] += 1
        assert found != Verdict.REFUTED, f"{text} -> {true} (seed {SEED})"
        assert false == true or verdict(f"limit({text}, x, oo) == {false}") != Verdict.PROVED, f"{text} (seed {SEED})"
    assert verdicts[Verdict.PROVED] >= 25, verdicts


def _limit_of(total: Counter[tuple[int, ...]]) -> str:
    def sizes(key: tuple[int, ...]) -> list[float]:
        n = len(DISGUISES)
        return [sum(k * v for k, v in zip(key[i : i + n], VALUES, strict=True)) for i in range(0, len(key), n)]

    present = [(sizes(key), factor) for key, factor in total.items() if factor]
    if not present:
        return "0"
    leading, factor = max(present)
    sign = next((1 if size > 0 else -1 for size in leading if abs(size) > 1e-9), 0)
    return str(factor) if not sign else "0" if sign < 0 else "oo" if factor > 0 else "-oo"


# --- monomials ----------------------------------------------------------------------------------------------------


def test_growth_0_is_the_unit_monomial() -> None:
    assert exponential((A - B, Y)) is UNIT and exponential((A, Y), (-B, Y)) is UNIT
    up, same = exponential((A, Y)), exponential((B, Y))
    assert up is not same and larger(up, same) == 0 and times(up, inverse(same)) is UNIT
    assert power_of(up, fmpq(0)) is UNIT
    nested, other = exponential((ex.ONE, up)), exponential((ex.ONE, same))
    assert larger(nested, other) == 0 and larger(exponential((ex.rational(2), up)), other) == 1
    assert growth(exponential((A - B, power_of(Y, fmpq(2))), (ex.rational(-1), Y))) == -1


def test_terms_of_equal_growth_are_one_term() -> None:
    up, same = exponential((A, Y)), exponential((B, Y))
    ((m, c),) = by_dominance([(up, ex.ONE), (same, ex.rational(-2))])
    assert m in (up, same) and c is ex.rational(-1)
    assert by_dominance([(up, A), (Y, ex.ONE), (same, -B)]) == [(Y, ex.ONE)]
    assert by_dominance([(Y, A - B)]) == []


def test_an_order_that_is_not_decided_is_not_guessed() -> None:
    with pytest.raises(Undecided, match="is 0"):
        exponential((UNKNOWN, Y))
    with pytest.raises(Undecided, match="is 0"):
        larger(exponential((UNKNOWN + 1, Y)), exponential((ex.ONE, Y)))


def test_powers_stand_between_powers_of_the_logarithm_and_exponentials() -> None:
    slow = exponential((ex.ONE, power_of(LOG_Y, fmpq(1, 2))))
    order = [exponential((ex.ONE, power_of(LOG_Y, fmpq(2)))), power_of(Y, fmpq(2)), exponential((ex.sqrt(2), LOG_Y)),
             times(Y, slow), Y, times(Y, inverse(slow)), slow, power_of(LOG_Y, fmpq(9)), UNIT]  # fmt: skip
    assert all(larger(a, b) == 1 and larger(b, a) == -1 for a, b in pairwise(order))
    assert exponential((ex.rational(3), LOG_Y)) is power_of(Y, fmpq(3))
    root = exponential((ex.sqrt(2), LOG_Y))
    assert times(times(root, Y), inverse(root)) is Y and times(Y, root).k == 0


# --- constants ----------------------------------------------------------------------------------------------------

ZEROS = [
    "sqrt(5 + 2*sqrt(6)) - sqrt(2) - sqrt(3)", "(2 + sqrt(5))**(1/3) - (1 + sqrt(5))/2",
    "sqrt(2 + sqrt(3)) - (sqrt(6) + sqrt(2))/2", "1/(sqrt(5 + 2*sqrt(6)) - sqrt(2)) - 1/sqrt(3)",
    "cos(pi/5) - (1 + sqrt(5))/4", "sin(pi/10)*cos(pi/5) - 1/4", "cos(pi/7) - cos(2*pi/7) + cos(3*pi/7) - 1/2",
    "((sqrt(5) + 1)/2)**40 - (sqrt(5)*102334155 + 228826127)/2", "sqrt(sqrt(5 + 2*sqrt(6)) - sqrt(2) - sqrt(3))",
]  # fmt: skip
RELATIONS = [
    "log(2 + sqrt(3)) + log(2 - sqrt(3))", "sqrt(2)*log(2 + sqrt(3)) + sqrt(2)*log(2 - sqrt(3))",
    "log(26 + 15*sqrt(3))**2 - 9*log(2 - sqrt(3))**2", "2*log((1 + sqrt(5))/2) - log((3 + sqrt(5))/2)",
    "log(5 + 2*sqrt(6)) - 2*log(sqrt(2) + sqrt(3))", "4*atan(1/5) - atan(1/239) - pi/4",
    "atan(1) + atan(2) + atan(3) - pi", "atan(2 - sqrt(3)) - pi/12", "exp(4*atan(1/5) - atan(1/239)) - exp(pi/4)",
    "exp(sqrt(5 + 2*sqrt(6))) - exp(sqrt(2))*exp(sqrt(3))", "(2 + sqrt(3))**sqrt(2)*(2 - sqrt(3))**sqrt(2) - 1",
    "erf(1)*log(2 + sqrt(3)) + (1 - erfc(1))*log(2 - sqrt(3))", "log(2 + sqrt(3))/log(7 + 4*sqrt(3)) - 1/2",
]  # fmt: skip


@pytest.mark.parametrize("text", ZEROS + RELATIONS)
def test_zeros_are_found_and_their_neighbours_are_not(text: str) -> None:
    e = parse_expression(text)
    assert algebraic.is_zero(e) == (text in ZEROS)
    assert normal_form.is_zero(e)
    for tiny in ("1/10**30", "exp(-100)", "sqrt(2)/10**60"):
        near = e + parse_expression(tiny)
        assert not normal_form.is_zero(near) and not algebraic.is_zero(near)


NEARLY = [
    "log(2 + sqrt(3)) + log(2 - sqrt(3) + tiny)", "4*atan(1/5) - atan(1/239 + tiny) - pi/4",
    "exp(sqrt(2))*exp(sqrt(3)) - exp(sqrt(5 + 2*sqrt(6) + tiny))",
]  # fmt: skip


@pytest.mark.parametrize("text", NEARLY)
def test_digits_alone_prove_no_relation(text: str) -> None:
    assert not normal_form.is_zero(parse_expression(text.replace("tiny", "1/10**200")))


def test_an_undefined_number_is_not_0() -> None:
    for text in (f"0*sqrt({HIDDEN} - 1/10**40)", f"1/({HIDDEN}) - 1/({HIDDEN})", f"sqrt(-1/10**30 + {HIDDEN})"):
        e = parse_expression(text)
        assert algebraic.is_algebraic(e) and algebraic.sign(e) is None


def test_the_bound_counts_the_degree() -> None:
    """A sum that LLL finds small, about the size of its coefficients to the power -3, is not 0."""
    near = parse_expression(
        "1927399033232 - 998284155243*sqrt(2) - 3284569882645*sqrt(3) + 2112043902698*sqrt(2)*sqrt(3)"
    )
    assert algebraic.sign(near) == -1 and abs(enclose(near, prec=400)) < 1e-35


@pytest.mark.thorough
def test_signs_of_random_algebraic_numbers() -> None:
    """Against many more digits than the separation bound asks for; half of the numbers are 0 by construction."""
    rng = random.Random(SEED)
    zeros = 0
    for _ in range(150):
        u, v, w = (_surd(rng) for _ in range(3))
        expanded = u * u + 2 * u * v + v * v
        e = rng.choice((ex.sqrt(expanded) - abs_of(u + v), ex.power(u + v, 2) - expanded, (u + v) / w - u / w - v / w))
        if rng.random() < 0.5:
            e = e + rng.choice((-1, 1)) * ex.rational(fmpq(1, 10 ** rng.randint(3, 40)))
        found = algebraic.sign(e)
        value = enclose(e, prec=6000)
        if found is None:
            continue
        zeros += found == 0
        assert found == (0 if not excludes_zero(value) else 1 if value > 0 else -1), f"{to_text(e)} (seed {SEED})"
    assert 40 <= zeros <= 110


def _surd(rng: random.Random) -> Expr:
    root = ex.power(rng.choice((2, 3, 5, 6)), fmpq(1, rng.choice((2, 3))))
    return rng.choice((-2, -1, 1, 3)) * root + fmpq(rng.randint(-3, 3), rng.choice((1, 2)))


def abs_of(e: Expr) -> Expr:
    return e if algebraic.sign(e) == 1 else -e


def test_dependent_constants_are_written_in_terms_of_the_others() -> None:
    for text in (
        "x*log(2 + sqrt(3)) + log(2 - sqrt(3))",
        "atan(1/5)*x - atan(1/239)",
        "exp(sqrt(5 + 2*sqrt(6)) - x)*sqrt(2)*sqrt(3)",
    ):
        e = parse_expression(text)
        written = constants.independent(e)
        at = {"x": fmpq(3, 7)}
        assert not excludes_zero(enclose(written - e, at, 400))
    kept = parse_expression("x*log(2 + sqrt(3)) + log(2) + atan(1/3)*pi + log(3 - sqrt(3) - 1/10**25)")
    assert constants.independent(kept) is kept
