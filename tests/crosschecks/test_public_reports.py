"""Replays of public reports from people who write kernels: each gets the answer that its reporter needed.

The sources are named in the repositories' own words: `pytorch 199867` is an issue of that repository.
"""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from gradproof.crosschecks.baselines.baseline import Baseline
from gradproof.crosschecks.baselines.comparison import compare
from gradproof.crosschecks.checking.check import check
from gradproof.numerics.floats.formats import as_float64
from gradproof.numerics.floats.ulp import ulp_errors
from gradproof.numerics.oracle.reference import reference
from gradproof.reports.cli import run

from .wrong_kernels import F, right_silu, right_tanh, stable_sigmoid, tanh_by_expm1

FEW: dict[str, Any] = {"examples": 2}


def one(kernel, as_, **options):
    def quiet(x):
        with np.errstate(all="ignore"):
            return np.asarray(kernel(x)).astype(x.dtype)

    (result,) = check(quiet, as_=as_, **{**FEW, **options})
    return result


def properties(findings) -> set[str]:
    return {finding.property for finding in findings}


def coarse_logit(p):
    """In two steps of the format, as frameworks compute it in 16 bits (pytorch 199867)."""
    return np.log((p / (1 - p)).astype(p.dtype))


class TestC1PromisesArePlain:
    """pytorch 199867, scipy 21388, sleef 517."""

    @pytest.mark.thorough
    def test_logit_in_float16(self):
        promised = one(coarse_logit, "logit", dtypes="float16", max_ulp=4)
        assert promised.verdict == "fail"
        assert promised.max_ulp is not None and promised.max_ulp > 100
        assert [(gate.name, gate.holds) for gate in promised.gates] == [("max_ulp", False)]

    @pytest.mark.thorough
    def test_logit_by_a_quotient_in_float64(self):
        result = one(coarse_logit, "logit", dtypes="float64", max_ulp=1000)
        assert result.verdict == "fail"
        assert "accuracy" in properties(result.findings)
        assert result.max_ulp is not None and result.max_ulp > 1e12

    @pytest.mark.thorough
    def test_an_erf_above_its_documented_bound(self):
        def erf(x):
            right = np.vectorize(math.erf, otypes=[np.float64])(x).astype(np.float32)
            return np.where((x > 1) & (x < 1.5), np.nextafter(right, F(2)), right)

        assert one(erf, "erf", dtypes="float32", max_ulp=1).verdict == "fail"
        assert one(erf, "erf", dtypes="float32", max_ulp=1.6).verdict == "pass"


@pytest.mark.thorough
@pytest.mark.parametrize("part", range(6))
def test_c2_an_error_of_70_ulp_in_2_percent_of_a_binade(part):
    first, width = 0x3F000000 + part * 1_300_000, (1 << 23) // 50

    def tanh(x):
        bits = np.ascontiguousarray(x).view(np.uint32).astype(np.int64)
        return right_tanh(x) * np.where((bits >= first) & (bits < first + width), F(1 + 70 * 2.0**-24), F(1))

    result = one(tanh, "tanh", dtypes="float32")
    assert "accuracy" in properties(result.findings), str(result)


@pytest.mark.thorough
def test_c2_logit_is_tried_where_it_lives():
    seen: list[np.ndarray] = []

    def logit(p):
        seen.append(p.copy())
        return np.log(p) - np.log1p(-p)

    one(logit, "logit", dtypes="float64")
    inside = np.unique(np.concatenate([p[(p > 0.01) & (p < 0.99)].ravel() for p in seen]))
    assert len(inside) > 2000


@pytest.mark.thorough
def test_c3_a_good_and_a_coarse_table_differ():
    """tt-metal 53258, nvdla 99, CMSIS_5 988: int16 tables are promised an absolute error."""

    def table(steps):
        grid = np.linspace(-8, 8, steps)
        return lambda x: np.interp(np.nan_to_num(x), grid, np.rint(np.tanh(grid) * 32767) / 32767)

    good, coarse = (
        one(table(steps), "tanh", dtypes="float32", max_abs_error=1e-3, ignore="special values") for steps in (1024, 32)
    )
    assert (good.verdict, coarse.verdict) == ("pass", "fail")
    assert good.max_abs_error is not None and coarse.max_abs_error is not None
    assert 2e-5 < good.max_abs_error < 1e-3 < coarse.max_abs_error < 0.1


@pytest.mark.thorough
def test_c4_functions_of_a_row_are_judged():
    """pytorch 133085, nntrainer 3935, tfjs 5394."""

    def softmax(rows):
        with np.errstate(all="ignore"):
            e = np.exp(rows)
            return e / e.sum(axis=-1, keepdims=True)

    (wrong,) = check(softmax, as_="softmax", dtypes="float32", **FEW)
    assert wrong.verdict == "fail"
    assert "accuracy" in properties(wrong.findings)


def test_c5_functions_of_one_number_are_called_for_each():
    """`check math:erf` failed with a TypeError. C libraries, programs and ONNX files: tests/crosschecks/foreign."""
    (result,) = check("math:erf", dtypes="float64", survey=False, **FEW)
    assert result.verdict == "pass", str(result)
    assert "it takes no array" in " ".join(note.message for note in result.notes)


def test_c6_a_formula_is_what_it_should_compute():
    result = one(lambda x: np.exp(-x * x / 2), "exp(-x*x/2)", dtypes="float64", survey=False)
    assert result.verdict == "pass", str(result)
    assert one(lambda x: np.exp(-x * x), "exp(-x*x/2)", dtypes="float64", survey=False).verdict == "fail"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("kernel", "as_", "options"),
    [
        (lambda x: 4 * np.exp(-2 * np.abs(x)) / (1 + np.exp(-2 * np.abs(x))) ** 2, "tanh", {"implements": 1}),
        (lambda x: x * np.exp(x / 2) / (np.exp(x / 2) + np.exp(-x / 2)), "silu", {"span": "-80:80"}),
        (tanh_by_expm1, "tanh", {}),
    ],
    ids=["tanh' by exp", "silu by a split exp", "tanh by expm1"],
)
def test_c7_last_digits_are_no_failures(kernel, as_, options):
    result = one(kernel, as_, dtypes="float32", **options)
    assert result.verdict == "pass", str(result)


@pytest.mark.thorough
def test_c7_lanes_that_differ_in_the_last_digit_are_a_note():
    def lanes(x):
        y = right_tanh(x)
        if y.ndim == 1 and y.size % 8:
            y[-1] = np.nextafter(y[-1], F(0))
        return y

    result = one(lanes, "tanh", dtypes="float32")
    assert result.verdict == "pass", str(result)
    assert "element independence" in properties(result.notes)


@pytest.mark.thorough
def test_c8_a_suite_that_accepts_what_is_there_gates_the_rest():
    """tt-metal 41629, 41558, 55061: NaN at -inf is known, anything else is news."""
    known = {"special values": lambda x: np.where(x == -np.inf, np.nan, right_silu(x))}
    worse = lambda x: np.where(x > 3, F(1.001), F(1)) * known["special values"](x)  # noqa: E731
    before = check(named(known["special values"]), as_="silu", dtypes="float32", **FEW)
    assert properties(before[0].findings) == {"special values"}
    baseline = Baseline().updated(before)
    for kernel, news in ((known["special values"], False), (worse, True)):
        now = check(named(kernel), as_="silu", dtypes="float32", effort=baseline.effort, **FEW)
        assert bool(compare(now, baseline).worse) is news


def named(kernel):
    """A kernel under one name, whatever it computes: a baseline's rows are found by it."""

    def silu_kernel(x):
        with np.errstate(all="ignore"):
            return np.asarray(kernel(x)).astype(x.dtype)

    return silu_kernel


@pytest.mark.thorough
def test_c9_a_store_that_truncates_is_noticed():
    """tt-metal 55061: every error is below an ULP, and all have the same sign."""

    def truncating(x):
        wide = np.ascontiguousarray(stable_sigmoid(x.astype(np.float32)), np.float32)
        cut = (wide.view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32)
        return np.where(np.isnan(wide), wide, cut).astype(x.dtype)

    result = one(truncating, "sigmoid", dtypes="bfloat16", max_ulp=1)
    assert result.verdict == "pass", str(result)
    assert "bias" in properties(result.notes)
    assert result.mean_signed_ulp is not None and result.mean_signed_ulp < -0.4


def test_c10_a_table_of_expected_values_is_judged(tmp_path, capsys):
    """mlpack 3478, PyDeepFlow 89."""
    file = tmp_path / "elu.csv"
    file.write_text("x,value\n-1,-0.632121\n-2,-0.864665\n-3,-0.940213\n", "utf-8")
    assert run(["check-table", str(file), "--as", "elu"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "2 rounded to 6 digits" in said
    assert "-0.95021" in said


class TestC11WhatIsSaidCanBeRead:
    """Findings as they are printed."""

    @pytest.mark.thorough
    def test_what_was_got_and_what_was_expected_differ(self):
        result = one(lambda x: np.tanh(x) * (1 + 3e-15), "tanh", dtypes="float64")
        assert result.findings
        for finding in (*result.findings, *result.notes):
            got, expected = str(finding).partition(": got ")[2].split(", expected ")
            assert got != expected.partition(";")[0], str(finding)

    @pytest.mark.thorough
    def test_errors_beyond_all_digits_are_words(self):
        result = one(lambda x: np.where(x < -20, F(1), stable_sigmoid(x)), "sigmoid", dtypes="float32")
        assert "no correct digit" in str(result.findings[0])
        assert "e+" not in str(result.findings[0]).partition("no correct digit")[2].partition("(")[0]

    @pytest.mark.thorough
    def test_one_cause_is_one_finding(self):
        result = one(lambda x: np.where(x > 0, x, F(0.2) * x), "leaky_relu", dtypes="float32")
        (finding,) = result.findings
        assert finding.cause is not None and "0.2" in finding.cause

    @pytest.mark.thorough
    def test_the_pair_that_turns_back_is_named(self, tmp_path, monkeypatch, capsys):
        (tmp_path / "turning.py").write_text(
            "import numpy as np\ndef tanh(x):\n"
            "    return np.where(x == np.float32(1.5), np.float32(0.9), np.tanh(x)).astype(x.dtype)\n",
            "utf-8",
        )
        monkeypatch.chdir(tmp_path)
        monkeypatch.syspath_prepend(str(tmp_path))
        assert run(["sweep", "turning:tanh", "--as", "tanh", "--patterns=1.49:1.51"]) == 0
        said = " ".join(capsys.readouterr().out.split())
        assert "turns back furthest, by 86" in said
        assert "from 0x1.7ffffep+0 to its neighbour 0x1.8p+0: from 0.905148" in said

    @pytest.mark.thorough
    def test_swapped_branches_are_named(self):
        result = one(lambda x: np.where(x > 0, F(0.01) * x, x), "leaky_relu", dtypes="float32")
        (finding,) = result.findings
        assert finding.cause is not None and "the branches are exchanged: this is x if x < 0 else" in finding.cause

    def test_a_flush_at_one_input_is_said(self):
        tiny = np.finfo(np.float32).tiny
        result = one(
            lambda x: np.where(np.abs(x) < tiny, 0, x), "identity", dtypes="float32", at="0x1p-140", survey=False
        )
        assert "flushed subnormals" in properties(result.notes)

    @pytest.mark.thorough
    def test_no_warning_of_its_own_reaches_the_terminal(self, tmp_path):
        (tmp_path / "mine.py").write_text("import numpy as np\ndef silu(x):\n    return x/(1 + np.exp(-x))\n", "utf-8")
        command = [sys.executable, "-m", "gradproof", "check", "mine:silu", "--as", "silu", "--dtype", "float16"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 1
        assert "Warning" not in done.stderr + done.stdout

    def test_a_model_of_a_wrong_rank_is_no_mixing_of_elements(self):
        result = one(lambda x: np.tanh(x).reshape(-1), "tanh", dtypes="float32", survey=False)
        assert "element independence" not in properties(result.findings)


@pytest.mark.thorough
def test_c12_nobody_finds_worse_on_a_grid_of_its_own():
    """ulpwise 0.3.4 tries 600 inputs, evenly in their logarithms; `benchmarks/against_ulpwise.py` runs it itself."""

    def gelu(x):
        return x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

    result = one(gelu, "gelu_tanh", dtypes="float64")
    sizes = np.logspace(-300, 2, 300)
    x = np.concatenate([-sizes, sizes])
    with np.errstate(all="ignore"):
        got, exact_values = gelu(x), reference("gelu_tanh", x)
    flushed = (got == 0) & (np.abs(as_float64(exact_values.value)) < np.finfo(np.float64).tiny)
    theirs = float(np.where(flushed, 0.0, ulp_errors(got, exact_values)).max())
    assert result.max_ulp is not None and result.max_ulp >= theirs > 1e10
