"""Causes are named where the numbers prove them, and not at near misses."""

from __future__ import annotations

import numpy as np
import pytest
from gradproof.crosschecks.causes import cancellation
from gradproof.crosschecks.causes.formulas import Arithmetic, evaluated, written
from gradproof.crosschecks.causes.naive_formulas import NAIVE
from gradproof.crosschecks.checking.check import check
from gradproof.crosschecks.findings import FAILURE, digits_of
from gradproof.numerics.oracle.reference import reference
from gradproof.proofs.catalogue.parse import definition
from gradproof.proofs.enclosures.formats import FORMATS

from ...thorough import few
from ..correct import correctly_rounded
from . import kernels


def failures(kernel, as_, dtype, **options):
    (result,) = check(kernel, as_=as_, dtypes=[dtype], examples=5, survey=False, **options)
    return [f for f in result.findings if f.property == "accuracy"]


NAMED = [
    (kernels.gelu_by_erf, "gelu", "float32", {}, "1 + erf(x/sqrt(2)) cancels where x is far below 0"),
    (kernels.one_minus_square, "tanh", "float32", {"implements": 1}, "1 - tanh(x)**2 cancels where abs(x) is large"),
    (kernels.silu, "sigmoid", "float32", {}, "those of x*sigmoid(x), silu, not of sigmoid"),
    (kernels.gelu_tanh_by_tanh, "gelu", "float32", {}, "gelu_tanh, not of gelu"),
    (kernels.exponential_less_one, "exp", "float32", {}, "those of exp(x) - 1, expm1, not of exp"),
    (kernels.leaky_02, "leaky_relu", "float32", {}, "negative_slope is 0.2 instead of 0.01"),
    (kernels.leaky_02, "leaky_relu", "bfloat16", {}, "negative_slope is 0.2 instead of 0.01"),
    (kernels.tanh, "tanh", "float64", {"implements": 1}, "the results are those of tanh, not of tanh'"),
    (kernels.hard_sigmoid_slope, "hard_sigmoid", "float64", {"implements": 1}, "to float32: alpha = 0.16666667"),
    (kernels.softplus_above_20, "softplus", "float64", {}, "softplus_torch with beta = 1, threshold = 20"),
    (kernels.gates_exchanged, "glu", "float32", {}, "the gates are exchanged: this is f(b, a)"),
    (kernels.negated_left, "tanh", "float32", {}, "the sign is wrong for x < 0"),
    (kernels.silu_by_division, "silu", "float32", {}, "exp(-x) overflows from x = -88.72283935546875 on"),
    (kernels.clamped, "tanh", "float64", {}, "for x >= 2 the result is always 0.964027"),
    (kernels.eight_bits, "tanh", "float32", {}, "the results come in steps, 25"),
    (kernels.through_float32, "tanh", "float64", {}, "every result is a float32 number"),
    (kernels.logit, "logit", "bfloat16", {"max_ulp": 2}, "to bfloat16: the results are those of log(x/(1 - x))"),
    (kernels.logit, "logit", "float16", {"max_ulp": 2}, "in float32 and rounded once, it is off by at most 0.5"),
    (kernels.logit_slope, "logit", "bfloat16", {"max_ulp": 1, "implements": 1}, "results are those of 1/(x*(1 - x))"),
]
NEAR_MISSES = [
    (kernels.gelu_half_way, "gelu", "float32", {}),
    (kernels.gelu_noisy_tail, "gelu", "float32", {}),
    (kernels.leaky_two_slopes, "leaky_relu", "float32", {}),
    (kernels.negated_far_left, "tanh", "float32", {}),
    (kernels.nearly_clamped, "tanh", "float32", {}),
    (kernels.wavy, "tanh", "float32", {}),
    (kernels.as_bad_as_float32, "tanh", "float64", {}),
    (kernels.silu_nan_beyond_50, "silu", "float32", {}),
    (kernels.gates_scaled, "glu", "float32", {}),
    (kernels.gelu_by_rounded_tanh, "gelu", "float16", {}),
    (kernels.logit_of_rounded_quotient, "logit", "bfloat16", {"max_ulp": 2}),
]


def _few(cases, *kept):
    return few(cases, lambda kernel, *_: kernel in kept)


@pytest.mark.parametrize(
    ("kernel", "as_", "dtype", "options", "cause"), _few(NAMED, kernels.gelu_by_erf, kernels.leaky_02, kernels.clamped)
)
def test_a_cause_is_named_once(kernel, as_, dtype, options, cause):
    found = failures(kernel, as_, dtype, **options)
    assert found, "the kernel is wrong"
    named = [f for f in found if f.cause is not None]
    assert len(named) == 1
    assert cause in named[0].cause, str(named[0])
    assert len(found) <= 2
    assert named[0].count >= found[-1].count


@pytest.mark.parametrize(
    ("kernel", "as_", "dtype", "options"), _few(NEAR_MISSES, kernels.gelu_noisy_tail, kernels.gelu_by_rounded_tanh)
)
def test_no_cause_is_named_at_a_near_miss(kernel, as_, dtype, options):
    found = failures(kernel, as_, dtype, **options)
    assert found, "the kernel is wrong"
    assert [f.cause for f in found] == [None] * len(found), [str(f) for f in found]
    assert len(found) <= 2, "one finding for NaNs, infinities and numbers each"


def test_intermediates_overflow_where_they_do():
    found = failures(kernels.mish_by_squares, "mish", "float32", span="40:60")
    causes = {f.got: f.cause or "" for f in found}
    assert causes["inf"].startswith("x*exp(2*x) overflows from x = 42.4868")
    assert causes["inf"].endswith("the results are inf")
    assert causes["nan"].startswith("exp(2*x) overflows, or exp(x)**2 from x = 44.3614")
    assert causes["nan"].endswith("the results are nan")
    for finding in found:
        assert finding.details is not None
        extent = finding.details.extent
        assert extent is not None
        assert (extent.high < 44.36142) == (finding.got == "inf")


def test_a_formula_has_the_values_of_its_parameters():
    (finding, *_) = failures(kernels.softplus_by_log, "softplus", "float32", span="-20:-5")
    assert finding.cause is not None and "1 + exp(x) cancels" in finding.cause
    assert "those of log(1 + exp(x)), computed in float32; maximum(x, 0) + log1p(exp(-abs(x))) is" in finding.cause
    assert written("log(1 + exp(beta*x))/beta", {"beta": 2.0}) == "log(1 + exp(2*x))/2"
    assert written("alpha*expm1(x) + alpha, which is", {"alpha": 1.0}) == "alpha*expm1(x) + alpha, which is"


@pytest.mark.parametrize(
    ("kernel", "as_", "dtype", "remedy"),
    [(kernels.silu_slope, "silu", "float16", "--implements 1"), (kernels.leaky_02, "leaky_relu", "bfloat16",
     "--param negative_slope=0.2"), (kernels.silu, "sigmoid", "float16", "--as silu")],
)  # fmt: skip
def test_another_function_is_said_with_the_option_that_tests_it(kernel, as_, dtype, remedy):
    (result,) = check(kernel, as_=as_, dtypes=dtype, examples=2, array="numpy")
    assert f"{remedy} tests it as that" in str(result)
    assert {note.property for note in result.notes} <= {"element independence"}


def test_zeros_are_no_sign_of_cancellation():
    found = failures(kernels.gelu_cut, "gelu", "float32")
    assert not any("cancels" in (f.cause or "") for f in found)


def test_what_is_wrong_elsewhere_as_well_joins():
    (result,) = check(kernels.negated_left, as_="tanh", dtypes=["float32"], examples=5, survey=False)
    (finding,) = result.findings
    for words in ("also turns back", "also breaks the symmetry", "also at an infinity or NaN"):
        assert words in finding.message


def test_the_stable_form_is_measured():
    (finding, *_) = failures(kernels.gelu_by_erf, "gelu", "float32")
    assert "0.5*x*erfc(-x/sqrt(2)) is off by at most" in str(finding.cause)
    assert finding.details is not None
    cause = finding.details.cause
    assert cause is not None
    assert cause.stable_error is not None
    assert cause.stable_conditioned is not None
    assert cause.stable_conditioned < 4 < cause.stable_error


def test_a_form_that_loses_digits_as_well_is_not_offered(monkeypatch):
    monkeypatch.setattr(cancellation, "STEADY", 1e-3)
    (finding, *_) = failures(kernels.gelu_by_erf, "gelu", "float32")
    assert "1 + erf(x/sqrt(2)) cancels" in str(finding.cause)
    assert "is off by at most" not in str(finding.cause)


def test_the_simplest_input_is_of_the_same_cause_and_the_worst_is_shown():
    (finding, *_) = failures(kernels.gelu_by_erf, "gelu", "float32")
    assert finding.details is not None
    extent = finding.details.extent
    assert extent is not None
    assert extent.low <= float.fromhex(extent.simplest_hex) <= extent.high < -1
    assert f"({extent.simplest_hex})" in finding.message


@pytest.mark.parametrize("naive", few(list(NAIVE), lambda n: n.activations == "gelu"), ids=lambda n: n.formula)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_formulas_are_the_functions_and_stable_ones_keep_the_digits(naive, dtype):
    for name in naive.activations.split():
        entry = definition(name)
        values = {p.name: eval(p.default) for p in entry.parameters}
        fmt = FORMATS[dtype]
        x = np.concatenate([np.linspace(0.0625, 0.9375, 36), np.linspace(-3, 3, 41)]).astype(dtype)
        exact = reference(name, x, order=naive.order).value.astype(np.float64)
        for formula in filter(None, (naive.formula, naive.stable)):
            got = evaluated(formula, x, values, Arithmetic(fmt, fmt)).astype(np.float64)
            judged = np.isfinite(exact) & (np.abs(exact) > 1e-3)
            close = 1e-4 if formula == naive.formula else 2.0 ** (12 - fmt.precision)
            assert np.abs(got - exact)[judged].max() <= close * np.abs(exact[judged]).max(), formula


@pytest.mark.thorough
def test_findings_show_every_digit_and_never_the_same_number_twice():
    (result,) = check(correctly_rounded("tanh"), as_="tanh", dtypes=["float64"], examples=5, survey=False, max_ulp=0.3)
    (finding,) = [f for f in result.findings if f.property == "accuracy"]
    assert finding.got != finding.expected
    assert str(finding.got) not in str(finding.expected).split()
    assert finding.severity == FAILURE
    assert [digits_of(name) for name in ("float64", "float32", "float16", "bfloat16")] == [17, 9, 5, 4]
    assert "expected" in str(finding)
