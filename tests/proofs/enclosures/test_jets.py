"""Every operation on balls and jets contains the truth and is no wider than it has to be; what is undefined is unknown.

Whole functions hide a wrong end or a lost remainder behind slack, so each operation is tested alone, on balls whose
ends are known exactly, against mpmath.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Generator, Iterator
from fractions import Fraction
from typing import Any

import mpmath as mp
import pytest
from flint import arb, ctx, fmpq
from gradproof.proofs.budget import Undecided, budget, spend
from gradproof.proofs.enclosures.balls import NAN, excludes_zero, known_sign, precision
from gradproof.proofs.enclosures.jets import enclose, jet, program, series
from gradproof.proofs.expressions import calculus
from gradproof.proofs.expressions import expr as ex
from gradproof.proofs.expressions.expr import Expr
from gradproof.proofs.normal_forms import normal_form, quotients

from ...thorough import every, few
from ..exactly import ends, holds, inside, interval, number

SEED = 20261122
X = ex.name("x")
INF: Any = mp.inf

Function = Callable[[Any], Any]


def _power(p: int, q: int = 1) -> tuple[Expr, Function]:
    return ex.power(X, fmpq(p, q)), lambda t: t**p if q == 1 else mp.exp(mp.log(t) * p / q) if t else mp.mpf(0)


FUNCTIONS: dict[str, tuple[Expr, Function, tuple[float, float], tuple[float, ...] | None]] = {
    # expression, truth, where it is defined, where a wide ball's extrema can lie (None: the enclosure may be wider)
    **{op: (ex.function(op, X), getattr(mp, op), (-INF, INF), points) for op, points in (
        ("exp", ()), ("atan", ()), ("sinh", ()), ("cosh", (0.0,)), ("tanh", ()),
        ("erf", None), ("erfc", None), ("sin", None), ("cos", None),
    )},
    "log": (ex.log(X), mp.log, (0, INF), ()),
    "tan": (ex.function("tan", X), mp.tan, (-1.5, 1.5), None),
    **{f"x**{p}": (*_power(p), (-INF, INF), (0.0,) if p % 2 == 0 else ()) for p in (2, 3, 4, 5, 6, 9)},
    **{f"x**{p}": (*_power(p), (0, INF), ()) for p in (-1, -2, -3, -4)},
    **{f"x**({p}/{q})": (*_power(p, q), (0, INF), ()) for p, q in ((1, 2), (-1, 2), (3, 2), (1, 3), (-2, 3), (7, 5))},
}  # fmt: skip


def balls(low: float, high: float) -> Iterator[arb]:
    """Thin and wide balls of a domain, around 0, beside it, large and small."""
    rng = random.Random(SEED)
    centres = [fmpq(rng.randint(-3000, 3000), 512) for _ in range(12)] + [fmpq(0), fmpq(1), fmpq(-1), fmpq(1, 2**40)]
    for centre in centres:
        for radius in (fmpq(0), fmpq(1, 2**30), fmpq(1, 8), fmpq(2), abs(centre)):
            a, b = centre - radius, centre + radius
            if float(a.p) / float(a.q) > low and float(b.p) / float(b.q) < high:
                yield interval(a, b)


@pytest.mark.parametrize("name", few(FUNCTIONS, every(6)))
@pytest.mark.parametrize("bits", few([64, 160], every(2)))
def test_the_image_of_a_ball(name: str, bits: int) -> None:
    expr, truth, (low, high), turns = FUNCTIONS[name]
    compiled = program(expr)
    checked = 0
    with mp.workdps(120), precision(bits):
        for x in balls(low, high):
            image = compiled.run({"x": x})
            assert isinstance(image, arb) and image.is_finite(), f"{name} of {x}"
            values = [truth(t) for t in inside(x)]
            assert all(holds(image, v) for v in values), f"{name} of {x} is {image}"
            checked += len(values)
            if turns is not None:
                a, b = ends(x)
                values += [truth(mp.mpf(t)) for t in turns if a < t < b]
                got_low, got_high = ends(image)
                wide = max(values) - min(values) + max(map(abs, values)) * mp.mpf(2) ** (16 - bits)
                assert got_high - got_low <= wide * 51 / 50, f"{name} of {x} is too wide: {image}"
    assert checked > 100


@pytest.mark.parametrize("name", few(FUNCTIONS, every(6)))
@pytest.mark.parametrize("width", few([0, fmpq(1, 2**12), fmpq(1, 4)], every(2)))
def test_the_jet_on_a_ball(name: str, width: fmpq | int) -> None:
    """Coefficient k contains f^(k)(t)/k! for every t of the ball, also behind an inner function."""
    expr, truth, (low, high), _ = FUNCTIONS[name]
    rng = random.Random(f"{SEED} {name}")
    length = 7
    bent = X + X * X * fmpq(1, 4) + fmpq(1, 8)
    for inner, truth_ in ((X, truth), (bent, lambda t: truth(t + t * t / 4 + mp.mpf(1) / 8))):
        composed = calculus.substitute(expr, {"x": inner})
        for _ in range(3):
            everywhere = (low, high) == (-INF, INF)
            centre = fmpq(rng.randint(-700, 700), 256) if everywhere else fmpq(rng.randint(300, 700), 512)
            with precision(192, length):
                x = interval(centre - width, centre + width)
            found = jet(composed, "x", x, length, prec=192)
            assert len(found) == length
            with mp.workdps(60):
                for t in list(inside(x))[:3]:
                    for k, c in enumerate(mp.taylor(truth_, t, length - 1)):
                        a, b = ends(found[k])
                        slack = mp.mpf(10) ** -35 * (1 + abs(c))
                        assert a - slack <= c <= b + slack, f"coefficient {k} of {name} at {mp.nstr(t)}: {found[k]}"
            if not width:
                assert all(c.rel_accuracy_bits() > 60 or abs(c) < 1e-30 for c in found), f"{name} at {centre}: {found}"


def test_a_jet_of_a_wide_ball_is_not_useless() -> None:
    """arb_series.erf squares by a product, which loses everything on a wide ball around 0."""
    with precision(128, 4):
        wide = interval(-2, 2)
    assert jet(ex.function("erf", X), "x", wide, 3)[1] < 1.2
    assert jet(ex.power(X, 2), "x", wide, 3)[0].lower() > -1e-6
    assert jet(ex.function("tanh", X), "x", wide, 3)[0] < 1


PAIRS: tuple[tuple[str, Expr, Callable[[Any, Any], Any]], ...] = (
    ("sum", X + ex.name("y"), lambda a, b: a + b),
    ("difference", X - ex.name("y"), lambda a, b: a - b),
    ("product", X * ex.name("y"), lambda a, b: a * b),
    ("quotient", X / (ex.name("y") + 7), lambda a, b: a / (b + 7)),
    ("power", ex.power(X + 7, ex.name("y")), lambda a, b: (a + 7) ** b),
)


@pytest.mark.parametrize(("name", "expr", "truth"), few(PAIRS, every(3)), ids=[name for name, *_ in PAIRS])
def test_two_balls(name: str, expr: Expr, truth: Callable[[Any, Any], Any]) -> None:
    rng = random.Random(f"{SEED} {name}")
    with mp.workdps(100), precision(128):
        for _ in range(60):
            a, b = (interval(*sorted(fmpq(rng.randint(-1500, 1500), 256) for _ in range(2))) for _ in range(2))
            image = program(expr).run({"x": a, "y": b})
            assert isinstance(image, arb) and image.is_finite()
            values = [truth(s, t) for s in inside(a) for t in inside(b)]
            assert all(holds(image, v) for v in values), f"{name} of {a} and {b} is {image}"
            low, high = ends(image)
            if name in ("sum", "difference"):
                assert high - low <= (max(values) - min(values)) * (1 + mp.mpf(2) ** -20) + mp.mpf(2) ** -110


UNKNOWN = [
    ("log(x)", ex.log(X), (-1, 1)), ("log(x) from 0", ex.log(X), (0, 1)), ("log(0)", ex.log(X), (0, 0)),
    ("log below 0", ex.log(X), (-2, -1)), ("1/x", ex.power(X, -1), (-1, 1)), ("1/x from 0", ex.power(X, -1), (0, 1)),
    ("1/0", ex.power(X, -1), (0, 0)), ("x**-2", ex.power(X, -2), (-1, 1)),
    ("x**(-1/2)", ex.power(X, fmpq(-1, 2)), (0, 1)),
    ("x**(-1/3) below 0", ex.power(X, fmpq(-1, 3)), (-2, -1)), ("sqrt below 0", ex.sqrt(X), (-2, -1)),
    ("tan over a pole", ex.function("tan", X), (1, 2)), ("x**x from 0", ex.power(X, X), (0, 1)),
    ("x**x below 0", ex.power(X, X), (-2, -1)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "expr", "where"), UNKNOWN, ids=[name for name, *_ in UNKNOWN])
def test_what_is_undefined_is_unknown(name: str, expr: Expr, where: tuple[int, int]) -> None:
    """Neither a value nor a sign, in balls and in jets."""
    with precision(128, 6):
        x = interval(*where)
    value = enclose(expr, {"x": x})
    assert not value.is_finite() and known_sign(value) is None and not excludes_zero(value)
    assert all(known_sign(c) is None for c in jet(expr, "x", x, 5))


def test_a_root_on_a_ball_that_reaches_below_zero() -> None:
    """The values where it is defined; its derivatives are unbounded."""
    for p, q in ((1, 2), (3, 2), (1, 3), (5, 4)):
        root = ex.power(X, fmpq(p, q))
        with precision(128):
            around, touching = interval(-3, 2), interval(0, 2)
        for x in (around, touching):
            image = enclose(root, {"x": x})
            with mp.workdps(60):
                assert all(holds(image, mp.mpf(t) ** (mp.mpf(p) / q)) for t in (0, "1e-9", 1, 2))
            assert image.lower() > -1e-8 and not jet(root, "x", x, 3)[1].is_finite()
        assert enclose(root, {"x": 0}).is_zero()


def test_a_series_that_lost_terms_says_so() -> None:
    """FLINT reads coefficients beyond the order known as exact zeros; here they are unknown."""
    quotient = ex.function("sin", X) / X
    with precision(128, 6):
        assert all(c.is_nan() for c in series(program(quotient), "x", arb(0), 5)) and NAN.is_nan()


def test_an_unbounded_ball_is_unknown_not_wrong() -> None:
    with precision(128, 4):
        everything = arb("+/- inf")
    for op in ("erf", "erfc", "atan", "tanh", "sin", "cos", "exp", "sinh", "cosh"):
        value = enclose(ex.function(op, X), {"x": everything})
        with mp.workdps(50):
            assert all(holds(value, getattr(mp, op)(mp.mpf(t))) for t in (-3, 0, 2)), op
    assert known_sign(enclose(ex.power(X, 2), {"x": everything})) is None


@pytest.mark.parametrize("bits", [64, 128, 640])
def test_constants(bits: int) -> None:
    closed: tuple[tuple[Expr, Function], ...] = (
        (ex.PI, lambda _: +mp.pi), (ex.rational(fmpq(1, 3)), lambda _: mp.mpf(1) / 3), (ex.exp(1), lambda _: mp.e + 0),
        (ex.sqrt(2) * ex.PI - ex.rational("4.442"), lambda _: mp.sqrt(2) * mp.pi - mp.mpf("4.442")),
        (ex.normal_cdf(ex.rational(-40)), lambda _: mp.erfc(40 / mp.sqrt(2)) / 2),
    )  # fmt: skip
    with mp.workdps(300):
        for expr, truth in closed:
            value = enclose(expr, prec=bits)
            assert holds(value, truth(None)) and value.rel_accuracy_bits() > bits - 40
    again = enclose(closed[0][0], prec=bits)
    assert bits - 8 < again.rel_accuracy_bits() < bits + 8, "constants are kept for each precision alone"


def test_signs_of_balls() -> None:
    with precision(64):
        signs = {known_sign(x) for x in (arb(0), interval(-1, 1), interval(0, 1), interval(-1, 0), NAN)}
        assert signs == {0, None}
        assert known_sign(interval(1, 2)) == 1 and known_sign(interval(-2, -1)) == -1
        assert not excludes_zero(interval(0, 1)) and not excludes_zero(NAN) and not excludes_zero(arb(0))


# --- the precision in force -----------------------------------------------------------------------------------


def test_precision_is_restored() -> None:
    before = ctx.prec, ctx.cap
    with precision(200, 12):
        assert (ctx.prec, ctx.cap) == (200, 12)
        with precision(70, 5):
            assert (ctx.prec, ctx.cap) == (70, 5)
        assert (ctx.prec, ctx.cap) == (200, 12)
        with pytest.raises(RuntimeError), precision(90, 7):
            raise RuntimeError
        assert (ctx.prec, ctx.cap) == (200, 12)
    assert (ctx.prec, ctx.cap) == before


def test_a_generator_left_in_the_middle_does_not_keep_the_precision() -> None:
    before = ctx.prec

    def inside_a_generator() -> Generator[int, None, None]:
        with precision(333):
            yield ctx.prec

    running = inside_a_generator()
    assert next(running) == 333
    running.close()
    assert ctx.prec == before


def test_threads_take_turns() -> None:
    """FLINT's context is one per process: a second thread waits until the first is through."""
    tried, entered = threading.Event(), threading.Event()

    def other() -> None:
        tried.set()
        with precision(64):
            entered.set()

    thread = threading.Thread(target=other)
    with precision(300):
        thread.start()
        assert tried.wait(5)
        assert not entered.wait(0.1) and ctx.prec == 300
        with precision(128):
            pass
        assert not entered.wait(0.05) and ctx.prec == 300, "leaving an inner block does not let the other in"
    thread.join(5)
    assert entered.is_set() and ctx.prec not in (64, 300)


def test_many_threads_get_the_precision_they_asked_for() -> None:
    wrong: list[tuple[int, int]] = []

    def work(bits: int) -> None:
        for _ in range(40):
            value = enclose(ex.sqrt(2), prec=bits)
            if not bits - 10 < value.rel_accuracy_bits() < bits + 10:
                wrong.append((bits, value.rel_accuracy_bits()))

    threads = [threading.Thread(target=work, args=(bits,)) for bits in (64, 200, 500, 1000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# --- effort ---------------------------------------------------------------------------------------------------


def test_budgets_nest() -> None:
    """The tighter bound holds, what is spent inside is spent outside, and leaving restores the rest."""
    with budget(100):
        with budget(1000):
            spend(60)
        with pytest.raises(Undecided), budget(1000):
            spend(41)
    with budget(100):
        with pytest.raises(Undecided), budget(10):
            spend(11)
        spend(80)
        with pytest.raises(Undecided):
            spend(30)
    spend(10**9)


# --- expressions: what the constructors tidy --------------------------------------------------------------------


def test_constructors_keep_values() -> None:
    """Random arithmetic through the tidying constructors equals plain rational arithmetic."""
    rng = random.Random(SEED)
    for _ in range(300):
        leaves = [(X, Fraction(7, 3)), (ex.name("y"), Fraction(-5, 2))]
        leaves += [(ex.rational(c), c) for c in (Fraction(rng.randint(-4, 4), rng.randint(1, 4)) for _ in range(3))]
        for _ in range(6):
            (a, s), (b, t) = rng.choice(leaves), rng.choice(leaves)
            match rng.randrange(5):
                case 0:
                    leaves.append((a + b, s + t))
                case 1:
                    leaves.append((a - b, s - t))
                case 2:
                    leaves.append((a * b, s * t))
                case 3 if t:
                    leaves.append((a / b, s / t))
                case _:
                    n = rng.randint(0 if a.total else 1, 3)
                    leaves.append((a**n, s**n))
        for expr, value in leaves:
            found = enclose(expr, {"x": fmpq(7, 3), "y": fmpq(-5, 2)}, prec=400)
            assert not found.is_finite() or found.overlaps(arb(fmpq(value.numerator, value.denominator)))
            try:
                normal = enclose(normal_form.canonical(expr), {"x": fmpq(7, 3), "y": fmpq(-5, 2)}, prec=400)
            except quotients.TooComplex:
                continue
            assert not normal.is_finite() or normal.overlaps(found) or not found.is_finite(), expr


def test_visible_facts_are_true() -> None:
    """`positive` and `total` of random expressions, by their values."""
    rng = random.Random(SEED)
    functions: tuple[tuple[str, Function], ...] = tuple(
        (op, getattr(mp, op)) for op in ("exp", "log", "erf", "erfc", "cosh", "tanh", "atan", "sinh")
    )
    positive = 0
    with mp.workdps(60):
        points = [mp.mpf(t) for t in ("-5.5", "-1", "-0.25", "0", "0.5", "1", "3.25")]
        for _ in range(400):
            constant = rng.randint(-2, 2)
            pool: list[tuple[Expr, Function]] = [(X, lambda t: t)]
            pool.append((ex.rational(constant), lambda _, c=constant: mp.mpf(c)))
            for _ in range(4):
                (a, f), (b, g) = rng.choice(pool), rng.choice(pool)
                op, h = rng.choice(functions)
                n = rng.choice([2, 3, fmpq(1, 2), 4])
                k = number(fmpq(n))
                pool.append(rng.choice([
                    (a + b, lambda t, f=f, g=g: f(t) + g(t)), (a * b, lambda t, f=f, g=g: f(t) * g(t)),
                    (ex.function(op, a), lambda t, f=f, h=h: h(f(t))), (ex.power(a, n), lambda t, f=f, k=k: f(t) ** k),
                    (ex.switch("max", a, b), lambda t, f=f, g=g: max(f(t), g(t))),
                    (ex.switch("min", a, b), lambda t, f=f, g=g: min(f(t), g(t))),
                    (ex.switch("abs", a), lambda t, f=f: abs(f(t))),
                ]))  # fmt: skip
            for expr, truth in pool:
                for t in points:
                    try:
                        value = truth(t)
                    except (ValueError, ZeroDivisionError, OverflowError, TypeError):
                        assert not expr.total, expr
                        continue
                    real = not isinstance(value, mp.mpc) or value.imag == 0
                    if not real or not mp.isfinite(value):
                        continue
                    if expr.positive and abs(mp.mpf(value.real)) > mp.mpf(10) ** -40:
                        positive += 1
                        assert value.real > 0, f"{expr} at {t}"
    assert positive > 500
