"""Each operation on tail models alone, on models that absorb nothing: exact coefficients in, tight remainders out.

A remainder that is lost, too small or of the wrong sign shows at once, at the start of the tail, just beyond it, and
far out, where only the leading terms are left. Truth by mpmath at 400 digits.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import mpmath as mp
import pytest
from flint import arb, fmpq
from gradproof.proofs.asymptotics.limits import SCHEDULE, End, limit, tail_sign
from gradproof.proofs.asymptotics.monomials import (
    LOG_Y,
    UNIT,
    Model,
    Monomial,
    Y,
    by_dominance,
    constant,
    growth,
    inverse,
    larger,
    power_of,
    times,
)
from gradproof.proofs.asymptotics.tail_models import Tail
from gradproof.proofs.asymptotics.tail_values import TailValues
from gradproof.proofs.asymptotics.tail_values import value as value_on
from gradproof.proofs.budget import Undecided
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.expressions.expr import Expr
from gradproof.proofs.reals.reals import MINUS_INFINITY, PLUS_INFINITY, Real, exact

from ...thorough import every, few
from ..exactly import bounds, ends, holds, monomial, number

DIGITS = 400
BITS = 1600
STARTS = (fmpq(2), fmpq(7, 2))
TERMS = (1, 3)

Rule = Callable[[Tail], Model]


def m(k: int | fmpq = 0, l: int | fmpq = 0, *q: tuple[Any, Monomial]) -> Monomial:  # noqa: E741
    return Monomial(fmpq(k), fmpq(l), tuple((ex.as_expr(c), n) for c, n in q))


def model(*terms: tuple[Any, Monomial]) -> Model:
    """Coefficients (numbers, expressions or balls) and monomials, the largest first."""
    return [(n, c if isinstance(c, arb) else ex.as_expr(c)) for c, n in terms]


FALLING, SQUARE = m(-1), m(2)
EXP, GAUSS = m(0, 0, (-1, Y)), m(0, 0, (-1, SQUARE))
SMALL = [  # 1 + eps with eps of either sign, algebraic, exponential and logarithmic
    ("1/y", model((1, FALLING)), lambda y: 1 / y),
    ("-1/y", model((-1, FALLING)), lambda y: -1 / y),
    ("2/y**2", model((2, m(-2))), lambda y: 2 / y**2),
    ("exp(-y)", model((1, EXP)), lambda y: mp.exp(-y)),
    ("-exp(-y)/3", model((fmpq(-1, 3), EXP)), lambda y: -mp.exp(-y) / 3),
    ("y**3*exp(-y**2)", model((1, m(3, 0, (-1, SQUARE)))), lambda y: y**3 * mp.exp(-y * y)),
    ("1/(4*y) - exp(-y)", model((fmpq(1, 4), FALLING), (-1, EXP)), lambda y: 1 / (4 * y) - mp.exp(-y)),
    ("log(y)/y**2", model((1, m(-2, 1))), lambda y: mp.log(y) / y**2),
    ("0", [], lambda y: mp.mpf(0)),
]  # fmt: skip
GROWING = [
    ("y", model((1, Y)), lambda y: y),
    ("3*y - 1", model((3, Y), (-1, UNIT)), lambda y: 3 * y - 1),
    ("y**2 + y", model((1, SQUARE), (1, Y)), lambda y: y * y + y),
    ("sqrt(2)*y + 1/y", model((ex.sqrt(2), Y), (1, FALLING)), lambda y: mp.sqrt(2) * y + 1 / y),
    ("y + exp(-y)", model((1, Y), (1, EXP)), lambda y: y + mp.exp(-y)),
]  # fmt: skip


def constant_plus(c: Any, eps: Model) -> Model:
    return [(UNIT, ex.as_expr(c)), *eps]


def points(start: fmpq) -> list[Any]:
    first = number(start)
    near = (first + mp.mpf(step) for step in ("0", "1e-30", "1e-3", "0.25", "1", "7", "100"))
    return [*near, mp.mpf(10) ** 9, mp.mpf(10) ** 30]


def check(name: str, rule: Rule, truth: Callable[[Any], Any]) -> None:
    """The model built on every tail contains the truth, and more terms give a thinner one far out."""
    with mp.workdps(DIGITS):
        built = 0
        for start in STARTS:
            widths = []
            for terms in TERMS:
                with precision(BITS):
                    try:
                        found = rule(Tail(start, terms))
                    except Undecided:
                        continue
                built += 1
                assert len(found) <= terms + 1, f"{name}: {len(found)} terms of {terms} + 1"
                for y in points(start):
                    value = truth(y)
                    low, high = bounds(found, y)
                    slack = (abs(value) + abs(bounds(found[:1], y)[1])) * mp.mpf(10) ** -300
                    where = f"{name} at y={mp.nstr(y, 12)} from {start}, {terms} terms"
                    assert low - slack <= value <= high + slack, where
                    assert mp.isfinite(high - low), where
                low, high = bounds(found, mp.mpf(10) ** 9)
                widths.append(high - low)
            if widths:
                tiny = abs(truth(mp.mpf(10) ** 9)) * mp.mpf(10) ** -300 + mp.mpf(10) ** -600
                assert widths[-1] <= widths[0] + tiny, f"{name} gets wider with more terms: {widths}"
    assert built >= 2, f"{name} has no model"


TAYLOR: dict[str, tuple[Callable[[Tail, Model], Model], Callable[[Any], Any]]] = {
    "exp": (lambda t, f: t.exp(f), mp.exp),
    "tanh": (lambda t, f: t.tanh(f), mp.tanh),
    **{
        op: (lambda t, f, op=op: t.analytic(op, f), getattr(mp, op))
        for op in ("erf", "erfc", "atan", "sin", "cos")
    },
}  # fmt: skip


@pytest.mark.parametrize("op", few(TAYLOR, every(7)))
@pytest.mark.parametrize("at", few([0, fmpq(1, 2), -1, "log(3)", "-sqrt(2)"], every(3)))
def test_taylor_at_an_exact_limit(op: str, at: Any) -> None:
    """exp, tanh, erf, erfc, atan, sin, cos of a constant plus something small."""
    rule, function = TAYLOR[op]
    closed: Expr = {"log(3)": ex.log(3), "-sqrt(2)": -ex.sqrt(2)}[at] if isinstance(at, str) else ex.as_expr(at)
    with mp.workdps(DIGITS):
        value = {"log(3)": mp.log(3), "-sqrt(2)": -mp.sqrt(2)}[at] if isinstance(at, str) else number(at)
    for name, eps, small in SMALL:
        argument = constant_plus(closed, eps) if closed is not ex.ZERO else eps
        check(f"{op}({at} + {name})", lambda t, a=argument: rule(t, a), lambda y, s=small: function(value + s(y)))


POWERS = [fmpq(1, 2), fmpq(-1, 2), fmpq(1, 3), -1, -2, -3, 2, 3, 9, 11, fmpq(5, 2)]


@pytest.mark.parametrize("a", few(POWERS, lambda a: a == 2))
def test_powers(a: fmpq | int) -> None:
    leads = (
        (UNIT, ex.ONE, lambda y: mp.mpf(1)), (Y, ex.sqrt(2), lambda y: mp.sqrt(2) * y),
        (EXP, ex.rational(fmpq(3, 2)), lambda y: 3 * mp.exp(-y) / 2),
    )  # fmt: skip
    for name, eps, small in SMALL:
        for lead, scale, size in leads:
            argument: Model = [(times(lead, n), scale * c) for n, c in constant_plus(1, eps) if isinstance(c, Expr)]
            check(
                f"({lead}*(1 + {name}))**{a}",
                lambda t, f=argument: t.power(f, fmpq(a)),
                lambda y, size=size, small=small: mp.power(size(y) * (1 + small(y)), number(a)),
            )


def test_negative_powers_of_something_negative() -> None:
    for a in (-1, -2, -3):
        check(f"(-y + 1)**{a}", lambda t, a=a: t.power(model((-1, Y), (1, UNIT)), fmpq(a)), lambda y, a=a: (1 - y) ** a)
    with precision(128), pytest.raises(Undecided):
        Tail(fmpq(2), 3).power(model((-1, Y)), fmpq(1, 2))


@pytest.mark.parametrize(("name", "eps", "small"), few(SMALL, every(3)), ids=[name for name, *_ in SMALL])
def test_logarithms(name: str, eps: Model, small: Callable[[Any], Any]) -> None:
    for c, factor in ((1, lambda: mp.mpf(1)), (fmpq(5, 2), lambda: mp.mpf("2.5")), (ex.PI, lambda: +mp.pi)):
        closed = ex.as_expr(c)
        argument = [(n, closed * d if isinstance(d, Expr) else d) for n, d in constant_plus(1, eps)]
        truth = lambda y, f=factor: mp.log(f()) + mp.log1p(small(y))  # noqa: E731
        check(f"log({c}*(1 + {name}))", lambda t, f=argument: t.log(f), truth)
    for lead, log_size in ((SQUARE, lambda y: 2 * mp.log(y)), (m(0, 0, (2, Y)), lambda y: 2 * y)):
        argument = [(times(lead, n), c) for n, c in constant_plus(1, eps)]
        truth = lambda y, s=log_size: s(y) + mp.log1p(small(y))  # noqa: E731
        check(f"log({lead}*(1 + {name}))", lambda t, f=argument: t.log(f), truth)


def test_a_logarithm_needs_a_positive_argument() -> None:
    with precision(128):
        tail = Tail(fmpq(2), 3)
        for f in (model((-1, Y)), model((-1, UNIT), (1, FALLING)), [], model((arb(0, 1), Y))):
            with pytest.raises(Undecided):
                tail.log(f)
        for f in (model((1, UNIT), (-2, FALLING)), model((1, UNIT), (-3, FALLING))):  # 0 at y = 2, or below
            with pytest.raises(Undecided):
                tail.log(f)
            with pytest.raises(Undecided):
                tail.power(f, fmpq(1, 2))
        with pytest.raises(Undecided):
            Tail(fmpq(1), 3).log(model((1, Y)))


@pytest.mark.parametrize(("name", "f", "truth"), few(GROWING, every(4)), ids=[name for name, *_ in GROWING])
@pytest.mark.parametrize("sign", few([1, -1], every(2)))
def test_functions_of_something_growing(name: str, f: Model, truth: Callable[[Any], Any], sign: int) -> None:
    """erf, erfc, atan, tanh and exp when the argument goes to +-oo."""
    argument = [(n, c * sign) for n, c in f]
    rules: dict[str, tuple[Callable[[Tail], Model], Callable[[Any], Any]]] = {
        "erfc": (lambda t: t.erfc(argument), mp.erfc), "erf": (lambda t: t.erf(argument), mp.erf),
        "atan": (lambda t: t.atan(argument), mp.atan), "tanh": (lambda t: t.tanh(argument), mp.tanh),
        "exp": (lambda t: t.exp(argument), mp.exp),
    }  # fmt: skip
    for op, (rule, function) in rules.items():
        check(f"{op}({sign}*({name}))", rule, lambda y, g=function: g(sign * truth(y)))


def test_the_expansion_of_erfc_needs_a_positive_argument() -> None:
    """y - 3 is negative on the beginning of the tail y >= 2."""
    with precision(128):
        with pytest.raises(Undecided):
            Tail(fmpq(2), 3).erfc(model((1, Y), (-3, UNIT)))
        assert Tail(fmpq(8), 3).erfc(model((1, Y), (-3, UNIT)))


def test_exponents_keep_every_growing_term() -> None:
    f = model((-1, SQUARE), (2, Y), (3, LOG_Y), (fmpq(1, 2), UNIT), (1, FALLING))
    truth = lambda y: mp.exp(-y * y + 2 * y + mp.mpf(1) / 2 + 1 / y) * y**3  # noqa: E731
    check("exp of a sum", lambda t: t.exp(f), truth)
    irrational = model((-1, Y), (ex.sqrt(2), LOG_Y), (1, FALLING))
    check("an irrational power", lambda t: t.exp(irrational), lambda y: mp.exp(-y + 1 / y) * y ** mp.sqrt(2))
    with precision(128):
        with pytest.raises(Undecided):
            Tail(fmpq(2), 3).exp(model((arb(1, 0.25), Y)))
        assert Tail(fmpq(2), 3).exp(model((arb(1, 0.25), UNIT)))[0][1].contains(arb(1).exp())  # type: ignore[union-attr]


def test_arithmetic_cancels_exactly_and_truncates_soundly() -> None:
    long = model(*((fmpq((-1) ** k, k + 1), m(-k)) for k in range(7)))
    value = lambda y: mp.fsum(mp.mpf((-1) ** k) / (k + 1) / y**k for k in range(7))  # noqa: E731
    check("a long sum", lambda t: t.add(long), value)
    check("a square", lambda t: t.mul(long, long), lambda y: value(y) ** 2)
    check("a product", lambda t: t.mul(long, model((2, Y), (-1, EXP))), lambda y: value(y) * (2 * y - mp.exp(-y)))
    check("a difference", lambda t: t.add(long, model((-1, UNIT), (1, EXP))), lambda y: value(y) - 1 + mp.exp(-y))
    with precision(128):
        tail = Tail(fmpq(2), 3)
        assert tail.add(long, [(n, -c) for n, c in long if isinstance(c, Expr)]) == []
        assert tail.add(model((1, Y)), model((arb(0, 0.5), Y)))[0][1].contains(arb("0.6"))  # type: ignore[union-attr]


def test_the_last_term_holds_what_was_dropped() -> None:
    """At the start of the tail the dropped terms are as large as the kept one."""
    f = model((1, FALLING), (-1, m(-2)), (8, m(-3)), (-16, EXP))
    for terms in (1, 2):
        with precision(BITS), mp.workdps(DIGITS):
            kept = Tail(fmpq(2), terms).add(f)
            assert len(kept) == terms + 1 and isinstance(kept[-1][1], arb)
            rest = lambda y, k=terms: bounds(f[k:], y)[0]  # noqa: E731
            for y in points(fmpq(2)):
                assert holds(kept[-1][1], rest(y) / monomial(kept[-1][0], y))


# --- monomials on a tail -----------------------------------------------------------------------------------------

NESTED = m(0, 0, (-1, m(0, 0, (1, Y))), (1, Y))
VANISHING = [
    m(-1), m(fmpq(-1, 2)), m(-3, 2), m(-1, 5), m(0, -1), m(-2, -1), EXP, m(10, 0, (-1, Y)), m(7, 3, (-1, Y)), GAUSS,
    m(4, 0, (fmpq(-1, 2), SQUARE), (3, Y)), m(0, 0, (-1, m(fmpq(1, 2)))), m(3, 0, (-1, m(0, 2))),
    NESTED, m(-5, 0, (ex.log(2) * fmpq(-1, 8), Y)),
]  # fmt: skip


@pytest.mark.parametrize("monomial_", few(VANISHING, every(4)), ids=str)
@pytest.mark.parametrize("start", [fmpq(3, 2), fmpq(3), fmpq(40)])
def test_ranges_of_vanishing_monomials(monomial_: Monomial, start: fmpq) -> None:
    """The range from every start holds all values and is not much larger than their hull with 0."""
    with mp.workdps(60), precision(256):
        tail = TailValues(start)
        found = tail.range_from(monomial_, start)
        assert found.is_finite(), f"no range of {monomial_} from {start}"
        first = number(start)
        ys = [first * (1 + mp.mpf(k) / 16) for k in range(160)]
        if monomial_ is not NESTED:
            ys += [first + mp.mpf(10) ** k for k in (2, 3, 6, 12, 40)]
        values = [monomial(monomial_, y) for y in ys]
        assert all(holds(found, v) for v in values)
        assert found.contains(0) and ends(found)[1] <= 8 * max(values) + mp.mpf(10) ** -30
        for later in (start + fmpq(1, 7), 2 * start, 30 * start):
            beyond = [v for y, v in zip(ys, values, strict=True) if y >= number(later)]
            assert all(holds(tail.range_from(monomial_, later), v) for v in beyond)


@pytest.mark.parametrize("monomial_", VANISHING, ids=str)
def test_a_proved_decrease_is_one(monomial_: Monomial) -> None:
    proved = 0
    with mp.workdps(60):
        for k in (1, 4, 8, 11, 17, 26, 47, 90, 700):
            start = fmpq(k, 4) + 1
            with precision(256):
                if not TailValues(fmpq(3, 2)).decreasing(monomial_, start):
                    continue
            proved += 1
            ys = [number(start) * (1 + mp.mpf(j) / 16) for j in range(40 if monomial_ is NESTED else 80)]
            values = [monomial(monomial_, y) for y in ys]
            assert all(a >= b for a, b in pairwise(values)), f"{monomial_} rises beyond {start}"
    assert proved


def test_values_of_monomials_on_balls() -> None:
    with mp.workdps(60), precision(192):
        for n in VANISHING:
            for low, high in ((2, 2), (2, 3), (5, 11)):
                found = value_on(n, arb(low).union(arb(high)))
                assert all(holds(found, monomial(n, low + (high - low) * mp.mpf(s) / 8)) for s in range(9))
        assert not value_on(m(0, 1), arb(1).union(arb(2))).is_finite()


def test_growth_and_order_agree_with_numbers() -> None:
    others = [UNIT, Y, LOG_Y, SQUARE, m(fmpq(1, 2)), m(1, 1), m(0, 3), m(0, 0, (1, Y)), m(-9, 0, (fmpq(1, 9), Y)),
              m(0, 0, (1, m(1, 1))), m(0, 0, (1, SQUARE), (-5, Y)), m(0, 0, (1, m(0, 2)))]  # fmt: skip
    everything = VANISHING + others
    y = mp.mpf(10) ** 60

    def logarithm(n: Monomial) -> Any:
        total = number(n.k) * mp.log(y) + number(n.l) * mp.log(mp.log(y))
        for c, inner in n.q:
            low, high = bounds([(inner, c)], y)
            total += (low + high) / 2
        return total

    with mp.workdps(DIGITS):
        far = {n: logarithm(n) for n in everything}
        for a in everything:
            assert growth(a) == int(mp.sign(far[a])), a
            for b in everything:
                assert larger(a, b) == int(mp.sign(far[a] - far[b])), f"{a} against {b}"
                assert times(times(a, b), inverse(b)) is a
        order = [n for n, _ in by_dominance([(n, ex.ONE) for n in everything])]
        assert all(far[a] > far[b] for a, b in pairwise(order)) and len(order) == len(everything)
        assert power_of(m(1, 2, (1, Y)), fmpq(-1, 2)) is m(fmpq(-1, 2), -1, (fmpq(-1, 2), Y))


def test_constants_that_are_zero_look_zero() -> None:
    assert constant(ex.sqrt(2) * ex.sqrt(3) - ex.sqrt(6)) is ex.ZERO
    assert constant(ex.exp(1) * ex.exp(-1) - 1) is ex.ZERO and constant(ex.sqrt(2)) is not ex.ZERO


# --- signs -------------------------------------------------------------------------------------------------------

SIGNS = [
    # the sign beyond y, only if it never changes there
    (model((1, Y), (-5, UNIT)), lambda y: y - 5), (model((1, UNIT), (-3, FALLING)), lambda y: 1 - 3 / y),
    (model((-1, UNIT), (7, EXP)), lambda y: 7 * mp.exp(-y) - 1),
    (model((1, SQUARE), (-10, Y), (24, UNIT)), lambda y: (y - 4) * (y - 6)),
    (model((1, SQUARE), (fmpq(-89, 10), Y), (fmpq(98, 5), UNIT)), lambda y: (y - 4) * (y - mp.mpf("4.9"))),
    (model((1, m(0, 0, (1, Y))), (-1, m(3))), lambda y: mp.exp(y) - y**3),
    (model((1, Y), (-2, LOG_Y)), lambda y: y - 2 * mp.log(y)),
    (model((1, UNIT), (-1, m(2, 0, (-1, Y)))), lambda y: 1 - y * y * mp.exp(-y)),
]  # fmt: skip


@pytest.mark.parametrize(
    "start", few([fmpq(2), fmpq(9, 2), fmpq(5), fmpq(23, 4), fmpq(6), fmpq(61, 10), fmpq(50)], every(3))
)
def test_a_sign_holds_on_the_whole_tail(start: fmpq) -> None:
    with mp.workdps(60):
        for f, truth in SIGNS:
            with precision(192):
                sign = TailValues(start).sign(f)
            ys = [number(start) * (1 + mp.mpf(k) / 32) for k in range(320)]
            seen = {int(mp.sign(truth(y))) for y in ys}
            assert sign is None or seen == {sign}, f"{f} from {start}: {sign}, but {seen}"
            if start == 50:
                assert sign is not None, f"the sign of {f} far out"


def test_no_sign_without_a_leading_term() -> None:
    with precision(128):
        values = TailValues(fmpq(2))
        assert values.sign([]) == 0
        assert values.sign(model((arb(0, 1), Y))) is None and values.sign(model((arb(1, 1), Y), (5, UNIT))) is None
        assert values.sign(model((arb(1, 0.5), UNIT), (arb(0, 0.25), FALLING))) == 1
        assert values.sign(model((arb(1, 0.5), UNIT), (arb(0, 4), FALLING))) is None
        for f in ([], model((arb(0, 1), Y))):
            with pytest.raises(Undecided):
                Tail(fmpq(2), 3).lead(f)


@pytest.mark.parametrize("shift", [fmpq(1, 2), fmpq(1), fmpq(2), fmpq(4), fmpq(16), fmpq(1024)])
@pytest.mark.parametrize("side", [1, -1])
def test_a_zero_at_the_start_of_the_schedule_is_inside(shift: fmpq, side: int) -> None:
    """A function that vanishes where a tail could start: that start must not be taken, however the sign comes out."""
    assert shift in {start for start, _ in SCHEDULE}
    x = ex.name("x")
    end = End(PLUS_INFINITY if side > 0 else MINUS_INFINITY, -side)
    step = x - side * shift
    for e in (step, step * ex.exp(-x * side), (x * x - shift * shift) * ex.function("atan", x)):
        assert tail_sign(e, "x", end).start > shift
    for least in (fmpq(0), fmpq(3), fmpq(5000)):
        assert tail_sign(ex.exp(x), "x", end, at_least=least).start >= least


@pytest.mark.parametrize("side", [1, -1])
def test_sides_of_a_finite_point(side: int) -> None:
    """x = r + side/y: odd functions of x - r change sign with the side."""
    x = ex.name("x")
    for at in (exact(0), exact(fmpq(3, 7)), exact(ex.sqrt(2))):
        assert at.exact is not None
        step = x - at.exact
        assert tail_sign(step**3, "x", End(at, side)).sign == side
        assert tail_sign(ex.function("sinh", step) / step**2, "x", End(at, side)).sign == side
        assert limit(1 / step, "x", End(at, side)).infinite == side
        assert limit(1 / step**2, "x", End(at, side)).infinite == 1
    with pytest.raises(Undecided):
        End(Real(refine=lambda _: arb(2).sqrt()), 1).variable()


@pytest.mark.parametrize(
    ("text", "side", "expected"),
    [
        ("exp(x)", 1, "oo"), ("-exp(x)", 1, "-oo"), ("x**3", -1, "-oo"), ("x**2", -1, "oo"), ("exp(x)", -1, "0"),
        ("atan(x)", -1, "-pi/2"), ("x*exp(-x) + 1/3", 1, "1/3"), ("erf(x)", -1, "-1"), ("tanh(x)", -1, "-1"),
        ("erfc(x)", -1, "2"), ("sqrt(x**2 + x) - x", 1, "1/2"), ("(1 + 1/x)**x", 1, "e"), ("x*(exp(1/x) - 1)", -1, "1"),
        ("log(1 + exp(x)) - x", 1, "0"), ("x*erfc(x)", -1, "-oo"), ("exp(x)*erfc(x)", 1, "0"), ("sinh(x)", -1, "-oo"),
    ],
)  # fmt: skip
def test_limits(text: str, side: int, expected: str) -> None:
    from gradproof.proofs.catalogue.parse import parse_expression
    from gradproof.proofs.reals.reals import compare

    found = limit(parse_expression(text), "x", End(PLUS_INFINITY if side > 0 else MINUS_INFINITY, -side))
    if expected.endswith("oo"):
        assert found.infinite == (-1 if expected.startswith("-") else 1)
    else:
        assert compare(found, exact(parse_expression(expected))) == 0
