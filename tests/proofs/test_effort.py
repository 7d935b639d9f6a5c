"""The bound on work belongs to the context, and what it bounds stays within it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from gradproof.proofs import budget as effort
from gradproof.proofs.budget import Undecided, budget, exhausted, remaining, spend
from gradproof.proofs.language.syntax import StatementError
from gradproof.proofs.statements import prove
from gradproof.proofs.verdicts import Verdict

from ..thorough import few


def test_without_a_budget_nothing_is_bounded() -> None:
    spend(10**9)
    assert remaining() == effort.UNBOUNDED
    assert not exhausted()


def test_what_is_spent_inside_is_spent_outside() -> None:
    with budget(10) as outer:
        with budget(100) as inner:
            spend(4)
            assert (inner.left, inner.spent) == (6, 4)
        assert (outer.left, outer.spent) == (6, 4)
        with budget(2), pytest.raises(Undecided):
            spend(3)
        assert not exhausted()
        with pytest.raises(Undecided):
            spend(8)
        assert exhausted()


def test_a_thread_that_ends_takes_nothing_away_from_another() -> None:
    first_in, second_in, first_out = threading.Event(), threading.Event(), threading.Event()
    left: dict[str, float] = {}

    def first() -> None:
        with budget(100):
            first_in.set()
            second_in.wait()
        first_out.set()
        left["first"] = remaining()

    def second() -> None:
        first_in.wait()
        with budget(50):
            second_in.set()
            first_out.wait()
            left["second"] = remaining()

    threads = [threading.Thread(target=target) for target in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert left == {"first": effort.UNBOUNDED, "second": 50}


def test_behind_the_steps_stands_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "SECONDS", -1.0)
    with budget(), pytest.raises(Undecided):
        spend(0)
    assert prove("tanh(x) < 1").verdict is Verdict.UNDECIDED


STATEMENTS = (
    "D(sigmoid)(x) <= 1/4", "tanh(x) > 1", "gelu(x) >= -0.17", "exp(x) >= 1 + x", "abs(x + y) <= abs(x) + abs(y)",
    "increasing(silu)", "sup(D(mish)) < 1.1", "x*y <= x**2 + y**2", "E(relu(z)) < 1/2", "sqrt(x**2) == x",
)  # fmt: skip


@pytest.mark.thorough
def test_threads_agree_with_one_thread() -> None:
    alone = [prove(text).verdict for text in STATEMENTS]
    assert {Verdict.PROVED, Verdict.REFUTED} <= set(alone)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: prove(text).verdict, STATEMENTS * 2))
    assert together == alone * 2


# --- work that used to run away: verdicts within a number of steps, which is what time is measured in

TWENTY_FIVE = "+".join(f"x{i}" for i in range(25))
EACH = " and ".join(f"x{i} >= {i}" for i in range(25))
RISING = " and ".join(f"x{i} < x{i + 1}" for i in range(24))


@pytest.mark.parametrize(
    ("text", "where", "verdict", "steps"),
    few(
        [
            (f"{TWENTY_FIVE} > 0", None, "refuted", 25_000),
            (f"{TWENTY_FIVE} > 0", " and ".join(f"x{i} > 0" for i in range(25)), "proved", 5_000),
            (f"{TWENTY_FIVE} >= 300", EACH, "proved", 5_000),
            (f"{TWENTY_FIVE} >= 301", EACH, "refuted", 25_000),
            (f"{TWENTY_FIVE} > 25*x0", RISING, "proved", 5_000),
            (f"{TWENTY_FIVE} > 25*x0 + 1/10", RISING, "refuted", 25_000),
            ("((x+1)*(x+2)*(x+3))**40 >= 0", None, "proved", 5_000),
            ("((x-1)*(y+2))**30*exp(x) >= 0", None, "proved", 5_000),
            ("(x**3 - 2)**2*(x**3 - 2.1)**4 >= 0", None, "proved", 5_000),
            ("(tanh(x) - 1/2)**5 < 0", None, "refuted", 40_000),
            ("max(x0, x1, x2, x3, x4, x5) >= x0", None, "proved", 20_000),
            ("abs(w*D(sigmoid)(w*a + b)) < 1", "abs(w) < 4", "proved", 20_000),
            ("abs(w*D(tanh)(w*a + b)) < 2", "abs(w) < 2", "proved", 20_000),
            ("D(tanh(tanh(tanh(x)))) <= 1", None, "proved", 6_000),
            ("D(sigmoid(2*tanh(x)), x) <= 1/2", None, "proved", 5_000),
            ("D(erf(tanh(x)/2))(x) < 0.6", None, "proved", 5_000),
        ],
        lambda text, *rest: rest[-1] == 5_000 and "25*x0" not in text,
    ),
)
def test_work_stays_small(text: str, where: str | None, verdict: str, steps: int) -> None:
    with budget(effort.UNBOUNDED) as meter:
        assert prove(text, where=where).verdict.value == verdict
    assert meter.spent < steps


@pytest.mark.parametrize(
    "text",
    few(
        [
            "sup(sin(1000*x)*exp(-x**2)) < 0.99999", "abs(" + TWENTY_FIVE + ") <= " + TWENTY_FIVE.replace("x", "2*x"),
            "exp(exp(exp(exp(exp(x))))) > x**2", "((10**1000)*x + 1)**40 > y", "sqrt(1 + x*x + y*y)**999 >= 1",
            "sin(exp(exp(10))) < 1", "E(gelu(z)**200) < 1",
        ],
        lambda text: "sin" in text,
    ),
)  # fmt: skip
def test_hard_questions_end(text: str) -> None:
    with budget(10_000) as meter:
        prove(text)
    assert meter.spent < 20_000


def doubling(rule: str) -> dict[str, str]:
    """f0, each of the others calling the one before twice or thrice."""
    return {"f0": "x"} | {f"f{k}": rule.format(*[f"f{k - 1}"] * 3) for k in range(1, 30)}


def test_functions_that_double_are_answered() -> None:
    with budget(5_000) as meter:
        assert prove("f29(x) <= x", functions=doubling("{}(x)*{}(x) + x"), suggest=False).verdict is Verdict.REFUTED
        assert meter.spent < 10_000


@pytest.mark.parametrize("rule", ["{}({}(x)) - x*{}(x)", "tanh({}(x)) + {}(-x)"])
def test_functions_that_double_into_too_much_are_refused(rule: str) -> None:
    with budget(5_000) as meter:
        with pytest.raises(StatementError, match="too large once its functions are written out"):
            prove("f29(x) <= x", functions=doubling(rule), suggest=False)
        assert meter.spent < 10_000
