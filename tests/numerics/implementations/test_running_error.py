"""Each operation's error bound, with operands that carry errors of their own."""

import numpy as np
import pytest
from flint import arb, ctx, fmpq
from gradproof.numerics.implementations import running_error
from gradproof.numerics.implementations.running_error import Bounded

GENERATOR = np.random.default_rng(31)
VALUES = np.concatenate([GENERATOR.uniform(-3, 3, 40), GENERATOR.uniform(-700, 700, 20), [0.0, 1e-300, -1e-300, 1e300]])
ERRORS = np.abs(VALUES) * 10.0 ** GENERATOR.uniform(-17, -3, VALUES.size)

UNARY = {
    "exp": arb.exp, "expm1": arb.expm1, "log": arb.log, "log1p": arb.log1p, "tanh": arb.tanh, "erf": arb.erf,
    "erfc": arb.erfc, "sinh": arb.sinh, "cosh": arb.cosh, "sin": arb.sin, "cos": arb.cos, "tan": arb.tan,
    "atan": arb.atan, "softplus": lambda u: (1 + u.exp()).log(),
}  # fmt: skip


def contained(result: Bounded, exact, *operands: Bounded) -> int:
    """How many bounds are finite; fails where a shifted operand's exact result is outside one."""
    finite = 0
    with ctx.workprec(2200), np.errstate(all="ignore"):
        for index, (value, error) in enumerate(zip(result.value, result.error, strict=True)):
            if not np.isfinite(error):
                continue
            finite += 1
            for side in (-1, 0, 1):
                points = [arb(float(o.value[index])) + side * arb(float(o.error[index])) for o in operands]
                truth = exact(*points)
                if truth.is_finite():
                    assert not abs(arb(float(value)) - truth) > arb(float(error)) * 1.0001, (index, side, points)
    return finite


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("with_errors", [False, True])
def test_functions(name: str, with_errors: bool) -> None:
    operand = Bounded(VALUES, ERRORS if with_errors else np.zeros_like(VALUES))
    with np.errstate(all="ignore"):
        result = getattr(running_error, name)(operand)
    assert contained(result, UNARY[name], operand) >= 20


@pytest.mark.parametrize(
    "exponent", [fmpq(1), fmpq(2), fmpq(5), fmpq(-1), fmpq(-3), fmpq(1, 2), fmpq(-3, 2), fmpq(2, 3)]
)
def test_powers(exponent: fmpq) -> None:
    operand = Bounded(np.abs(VALUES) if exponent.q != 1 else VALUES, ERRORS)
    with np.errstate(all="ignore"):
        result = running_error.power(operand, exponent)

    def exact(u: arb) -> arb:
        return u ** int(exponent.p) if exponent.q == 1 else (arb(exponent) * u.log()).exp()

    assert contained(result, exact, operand) >= 20


def test_sums_and_products() -> None:
    first, second = Bounded(VALUES, ERRORS), Bounded(VALUES[::-1], ERRORS[::-1])
    with np.errstate(all="ignore"):
        assert contained(first + second, lambda a, b: a + b, first, second) > 50
        assert contained(first * second, lambda a, b: a * b, first, second) > 50


def test_what_is_exact_stays_exact() -> None:
    x = running_error.inputs(np.array([0.0, 3.0, -1.5]))
    assert (x + running_error.constant(fmpq(2))).error.tolist() == [0, 0, 0]
    assert (running_error.constant(fmpq(-4)) * x).error.tolist() == [0, 0, 0]
    assert running_error.tanh(x).error[0] == 0
    assert running_error.constant(fmpq(1, 3)).error > 0


def test_an_overflow_or_a_nan_is_never_trusted() -> None:
    with np.errstate(all="ignore"):
        grown = running_error.exp(running_error.inputs(np.array([1000.0])))
        assert grown.error == np.inf
        assert running_error.power(grown, fmpq(-1)).error == np.inf
        assert running_error.power(running_error.inputs(np.array([1e200])), fmpq(-2)).error == np.inf
        assert running_error.log(running_error.inputs(np.array([-1.0]))).error == np.inf
