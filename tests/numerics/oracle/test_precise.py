"""Certified pairs of float64: Arb at 200 bits or more lies inside all of them; planted errors do not stay hidden."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq
from gradproof.numerics.floats.formats import exact
from gradproof.numerics.oracle import pair_polynomials
from gradproof.numerics.oracle import precise as module
from gradproof.numerics.oracle.pair_polynomials import BESIDE_UNKNOWN, BOUND, DEGREE, NOTHING, PAIRS, Block
from gradproof.numerics.oracle.precise import (
    Precise,
    bulk_reference,
    double_double,
    precise,
)
from gradproof.numerics.oracle.reference import exact_expression, oracle, reference
from gradproof.numerics.oracle.rounding import OneSided
from gradproof.proofs.catalogue.entries import Activation, catalogue
from gradproof.proofs.catalogue.parse import parse_expression
from gradproof.proofs.enclosures.balls import precision
from gradproof.proofs.enclosures.formats import Enclosures
from gradproof.proofs.enclosures.jets import jet
from gradproof.proofs.expressions.expr import Expr
from gradproof.proofs.functions.pieces import Kink

from ...thorough import every, few

ONE_INPUT = [entry for entry in catalogue() if len(entry.inputs) == 1]
EVERY = [(entry, order) for entry in ONE_INPUT for order in (0, 1, 2)]
SOME = EVERY[7::52]
BITS = 200


def _name(value: object) -> str:
    return value.name if isinstance(value, Activation) else str(value)


def _ends(blocks: Precise) -> Iterator[float]:
    """The first, the middle and the last float of every block."""
    for node, row in blocks._nodes.items():
        if row > 0:
            key, cell = node >> 32, node & 0xFFFFFFFF
            level = cell.bit_length() - 1
            sign, exponent = (-1 if key >> 11 else 1), (key & 0x7FF) - 1023
            low, middle, high = (np.ldexp(sign * (cell + part), exponent - level) for part in (0, 0.5, 1))
            yield from (low, middle, float(np.nextafter(high, 0)))


def adversarial(blocks: Precise, x: np.ndarray) -> np.ndarray:
    """Ends of blocks, what surrounds breakpoints and changes of sign, and the edges of what is served."""
    hi = blocks.pairs(x)[0]
    sign = np.sign(hi)
    places = list(blocks._breakpoints)
    for low, high in zip(x[:-1][sign[:-1] * sign[1:] < 0], x[1:][sign[:-1] * sign[1:] < 0], strict=True):
        for _ in range(52):
            middle = (low + high) / 2
            value = double_double(blocks.expr, np.array([low, middle]), order=blocks.order).hi
            low, high = (low, middle) if value[0] * value[1] < 0 else (middle, high)
        places.append(low)
    served = ~np.isnan(hi)
    edges = x[:-1][served[:-1] != served[1:]]
    near = [p + s * 2.0**-k for p in places for s in (1, -1) for k in range(52)]
    return np.array([*_ends(blocks), *near, *edges, *np.nextafter(edges, 1e9), *np.nextafter(places, np.inf)])


def _narrow(real: Enclosures) -> arb:
    """A ball far narrower than a pair's bound, of BITS or, where the formula cancels, more."""
    bits = BITS
    while (y := real(bits)).rel_accuracy_bits() < 100 and bits < 4000:
        bits *= 2
    return y


def outside(expr: Expr, order: int, x: np.ndarray) -> tuple[int, int]:
    """How many pairs were there, and how many of them miss their bound."""
    function = oracle(expr, order)
    hi, lo, _ = precise(expr, order).pairs(x)
    served, missed = np.flatnonzero(~np.isnan(hi)), 0
    with precision(BITS):
        for i in served:
            real = function.at(exact(x[i]))
            assert real is not None and not isinstance(real, Kink), x[i]
            y = arb(real) if isinstance(real, fmpq) else _narrow(real)
            error = max(BOUND * abs(y).upper(), arb(2) ** -970)
            missed += not abs(arb(float(hi[i])) + arb(float(lo[i])) - y) <= error
    return len(served), missed


def inputs(count: int) -> np.ndarray:
    generator = np.random.default_rng(41)
    scattered = np.ldexp(generator.standard_normal(count // 10), generator.integers(-30, 8, count // 10))
    return np.sort(np.concatenate([generator.uniform(-20, 20, count - len(scattered)), scattered]))


def check(entry: Activation, order: int, x: np.ndarray, sampled: int) -> tuple[int, int]:
    expr = entry.expr()
    blocks = precise(expr, order)
    blocks.pairs(x)
    generator, ordinary = np.random.default_rng(8), x[~np.isnan(blocks.pairs(x)[0])]
    hard = adversarial(blocks, x)
    points = [generator.choice(part, min(sampled, len(part)), replace=False) for part in (ordinary, hard)]
    return outside(expr, order, np.concatenate(points))


def test_the_catalogue_was_seen() -> None:
    assert len(ONE_INPUT) >= 83
    assert len(SOME) >= 4


@pytest.mark.parametrize(("entry", "order"), few(SOME, lambda entry, _: entry.name not in ("tanh", "golu")), ids=_name)
def test_exact_values_lie_inside_the_pairs(entry: Activation, order: int) -> None:
    served, missed = check(entry, order, inputs(30_000), 400)
    assert served > 600
    assert missed == 0


@pytest.mark.exhaustive
@pytest.mark.parametrize(("entry", "order"), EVERY, ids=_name)
def test_exact_values_lie_inside_all_pairs(entry: Activation, order: int) -> None:
    served, missed = check(entry, order, inputs(110_000), 100_000)
    assert served > 2_000
    assert missed == 0


@pytest.mark.parametrize(
    ("name", "order"),
    few([("gelu", 1), ("tanh", 0), ("hard_swish", 1), ("silu", 2), ("elu", 0)], lambda name, order: name == "elu"),
)
def test_the_rounding_is_that_of_the_oracle(name: str, order: int) -> None:
    dense = inputs(30_000)
    bulk_reference(name, dense, order=order)
    special = [0.0, -0.0, np.nan, np.inf, -np.inf, 3.0, -3.0, 5e-324, -1e-310, 1e300, -1e300, -750.0, -38.5, 2.0, 4.0]
    x = np.concatenate([special, np.random.default_rng(2).choice(dense, 500), np.linspace(17, 20, 60)])
    fast, slow = bulk_reference(name, x, order=order), reference(name, x, order=order)
    assert np.array_equal(fast.value, slow.value, equal_nan=True)
    assert np.array_equal(np.signbit(fast.value), np.signbit(slow.value))
    assert np.array_equal(fast.ulp_exponent, slow.ulp_exponent)
    assert np.abs(fast.residual - slow.residual).max() < 2.0**-16
    assert fast.kinks == slow.kinks


@pytest.mark.thorough
def test_what_saturates_is_served() -> None:
    for name, order in [("tanh", 0), ("sigmoid", 0), ("gelu", 1), ("silu", 1), ("silu", 0), ("softplus", 0)]:
        x = np.random.default_rng(3).uniform(20, 64, 40_000)
        precise(exact_expression(name), order).pairs(x)
        hi, lo, beside = precise(exact_expression(name), order).pairs(x)
        assert np.isfinite(hi).mean() > 0.999
        powers = np.frexp(hi)[0] == 0.5
        assert (beside[powers & (abs(lo) < 2.0**-71)] != BESIDE_UNKNOWN).mean() > 0.99 if powers.any() else True


def test_kinks_are_left_to_the_oracle() -> None:
    x = np.tile(np.array([[-3.0, 0.5], [3.0, 7.25]]), (20, 1))
    fast = bulk_reference("hard_swish", x, order=1)
    assert fast.kinks[(0, 0)] == OneSided(0.0, -0.5)
    assert set(fast.kinks) == {(2 * i, 0) for i in range(20)} | {(2 * i + 1, 0) for i in range(20)}
    assert np.isnan(double_double("hard_swish", x, order=1).hi[:, 0]).all()


def test_parameters_and_shapes_reach_the_blocks() -> None:
    x = np.random.default_rng(4).uniform(-3, 3, (40, 50))
    pairs = double_double("leaky_relu", x, parameters={"negative_slope": "1/3"})
    assert pairs.hi.shape == pairs.lo.shape == (40, 50)
    assert np.array_equal(pairs.hi, reference("leaky_relu", x, parameters={"negative_slope": "1/3"}).value)
    with pytest.raises(ValueError, match="order=-1: expected a whole number, 0 or more"):
        bulk_reference("relu", x, order=-1)


def test_a_function_undefined_on_one_side_is_served_on_the_other() -> None:
    root = parse_expression("sqrt(x)")
    x = np.random.default_rng(6).uniform(-4, 4, 20_000)
    assert np.array_equal(np.isnan(precise(root, 0).pairs(x)[0]) & (x > 0.5), np.zeros(x.shape, np.bool_))
    assert np.isnan(bulk_reference(root, x[:200]).value[x[:200] < 0]).all()


@pytest.mark.thorough
def test_a_second_call_builds_nothing() -> None:
    x = inputs(20_000)
    blocks = Precise(exact_expression("mish"), 0)
    first = blocks.pairs(x)
    built = blocks.blocks
    again = blocks.pairs(x[::-1].copy())
    assert blocks.blocks == built > 100
    assert all(np.array_equal(a, b[::-1], equal_nan=True) for a, b in zip(first, again, strict=True))


def _random_block(generator: np.random.Generator) -> Block:
    """Coefficients that fill the range the evaluation is proved for."""
    decay = generator.choice([0, 1, 3, 6])
    sizes = 2.0 ** (-decay * np.arange(DEGREE + 1.0))
    sizes /= 2.01 if decay else 8
    b = sizes * generator.uniform(-1, 1, DEGREE + 1)
    heads = np.concatenate([np.round(b[:PAIRS] * 2.0**52) / 2.0**52, b[PAIRS:]])
    return Block(tuple(heads), tuple(generator.uniform(-1, 1, PAIRS) * 2.0**-53), 1.0, 2)


@pytest.mark.thorough
def test_evaluation_errs_less_than_its_bound() -> None:
    generator, ratios = np.random.default_rng(9), []
    for _ in range(60):
        block = _random_block(generator)
        x = 1 + generator.integers(0, 1 << 52, 60) / 2.0**52
        tables = module._Tables([NOTHING, block], [0, 0], {1023: np.array([1], np.int32)})
        hi, lo, _ = tables.evaluate(x)
        b = [Fraction(h) + (Fraction(block.tails[k]) if k < PAIRS else 0) for k, h in enumerate(block.heads)]
        bound = pair_polynomials._error([float(abs(c)) * (1 + 2.0**-50) for c in b], [0.0] * len(b))
        assert bound < 2.0**-50
        for point, h, rest in zip(x, hi, lo, strict=True):
            t = Fraction(float(point)) - Fraction(3, 2)
            truth = sum((c * t**k for k, c in enumerate(b)), Fraction(0))
            ratios.append(float(abs(Fraction(float(h)) + Fraction(float(rest)) - truth)) / bound)
    assert 0.05 < max(ratios) <= 1


def _low_words_are_nearest(block: Block, expr: Expr, centre: fmpq, width: fmpq) -> bool:
    """Whether each pair is within half an ULP of its low word of the exact coefficient, each single one of its own."""
    scale = Fraction(block.scale)
    for k, a in enumerate(jet(expr, "x", centre, DEGREE + 1, prec=300)):
        with precision(300):
            exactly = a * arb(width) ** k / arb(fmpq(scale.numerator, scale.denominator)) - block.heads[k]
            last = block.tails[k] if k < PAIRS else 0.0
            spacing = np.spacing(abs(last)) if k < PAIRS else np.spacing(abs(block.heads[k]))
            if not abs(exactly - last) <= arb(float(spacing)) * (0.5 + 2.0**-30):
                return False
    return True


def test_a_low_word_off_by_one_place_is_seen() -> None:
    expr = exact_expression("sigmoid")
    blocks = Precise(expr, 0)
    cell = (1 << 7) + 45
    block = blocks._build(1024, cell)
    assert isinstance(block, Block)
    width = fmpq(2, 128)
    centre = width * (2 * cell + 1) / 2
    assert _low_words_are_nearest(block, expr, centre, width)
    for k in range(PAIRS):
        tails = list(block.tails)
        tails[k] = float(np.nextafter(tails[k], 1))
        assert not _low_words_are_nearest(replace(block, tails=tuple(tails)), expr, centre, width)


@pytest.mark.parametrize(("part", "holds"), [(1.0, True), (0.5, False)])
def test_the_remainder_is_enough_and_half_of_it_is_not(part: float, holds: bool) -> None:
    expr, width, centre = parse_expression("exp(x)"), arb(2) ** -4, arb(1)
    with precision(300):
        thin = jet(expr, "x", fmpq(1), DEGREE + 1, prec=300)
        last = jet(expr, "x", arb(centre, width / 2), DEGREE + 2, prec=300)[DEGREE + 1]
        bound = pair_polynomials._remainder(last, width).upper() * part
        t = width / 2
        polynomial = sum((a * t**k for k, a in enumerate(thin)), arb(0))
        assert bool(abs((centre + t).exp() - polynomial) <= bound) is holds


def _plain_product(self: module._Tables, k, row, head, tail, t, t_head, t_tail):  # type: ignore[no-untyped-def]
    return self._heads[k][row] + head * t, self._tails[k][row] + tail * t


def _no_low_word(self: module._Tables, k, row, head, tail, t, t_head, t_tail):  # type: ignore[no-untyped-def]
    return self._heads[k][row] + head * t_head, head * t_tail + tail * t


def _no_tail_product(self: module._Tables, k, row, head, tail, t, t_head, t_tail):  # type: ignore[no-untyped-def]
    return self._heads[k][row] + head * t_head, self._tails[k][row] + head * t_tail


@pytest.mark.parametrize("planted", few([_plain_product, _no_low_word, _no_tail_product], every(3)))
def test_a_step_that_loses_digits_is_seen(monkeypatch: pytest.MonkeyPatch, planted: object) -> None:
    monkeypatch.setattr(module._Tables, "_step", planted)
    expr, x = exact_expression("silu"), inputs(30_000)
    precise(expr, 0).pairs(x)
    served, missed = outside(expr, 0, np.random.default_rng(1).choice(x, 300))
    assert missed > served / 4


def test_a_low_word_off_by_one_part_in_ten_thousand_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    build = Precise._build

    def planted(self: Precise, key: int, cell: int) -> Block | int:
        block = build(self, key, cell)
        if isinstance(block, int):
            return block
        return replace(block, tails=(block.tails[0] * (1 + 2.0**-14), *block.tails[1:]))

    monkeypatch.setattr(Precise, "_build", planted)
    expr, x = parse_expression("exp(x/3)"), inputs(30_000)
    precise(expr, 0).pairs(x)
    served, missed = outside(expr, 0, x[::100])
    assert missed > served / 4
