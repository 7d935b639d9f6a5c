"""Whole checks of functions of a row: wrong kernels are caught by default, right ones pass; replays, JSON, commands."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from gradproof.crosschecks import assert_conforms
from gradproof.crosschecks.checking.check import check
from gradproof.crosschecks.targets.foreign import LIBRARY, TargetError
from gradproof.crosschecks.vectors.replay import row_hex, row_text, rows_from_hex
from gradproof.numerics.vectors.definitions import row_functions
from gradproof.proofs.enclosures.formats import format_named

from ...thorough import every, few
from . import right_rows, wrong_rows

NAMES = ("log_softmax", "softmax", "softmin", "logsumexp", "layer_norm", "rms_norm", "swiglu", "geglu", "glu")
IN_16_BITS = {"softmax_summed_in_float16", "rms_norm_squared_in_float16"}
ALSO_IN_16_BITS = {"softmax_in_float32", "rms_norm_in_float32"}


def kernels(module):
    return [
        name for name, f in vars(module).items()
        if callable(f) and getattr(f, "__module__", None) == module.__name__ and name.startswith(NAMES)
    ]  # fmt: skip


def checked(module, name, dtype="float32", **options):
    function = next(n for n in NAMES if name.startswith(n))
    function += "_halves" if function.endswith("glu") else ""
    order = 1 if "_gradient" in name else 0
    (result,) = check(getattr(module, name), as_=function, dtypes=dtype, implements=order, **options)
    return result


def test_there_are_enough_kernels():
    assert len(kernels(wrong_rows)) >= 40
    assert len(kernels(right_rows)) >= 25


@pytest.mark.parametrize("name", few(kernels(wrong_rows), every(9)))
def test_a_wrong_kernel_fails(name):
    result = checked(wrong_rows, name, "float16" if name in IN_16_BITS else "float32")
    assert result.verdict == "fail"
    assert result.findings
    assert all(f.x and f.replay.startswith("gradproof check ") for f in result.findings)


@pytest.mark.parametrize("name", few(kernels(right_rows), every(9)))
def test_a_right_kernel_passes(name):
    for dtype in ("float32", "float16") if name in ALSO_IN_16_BITS else ("float32",):
        result = checked(right_rows, name, dtype)
        assert result.verdict == "pass", str(result)
        assert result.inputs > 60


def test_a_right_kernel_passes_in_float64_with_every_seed():
    for seed in (1, 2):
        assert checked(right_rows, "softmax", "float64", seed=seed, examples=8).verdict == "pass"


@pytest.mark.parametrize(
    ("name", "property_"),
    [
        ("softmax_without_the_largest", "accuracy"),
        ("softmax_swallows_nan", "special values"),
        ("softmax_poisoned_by_a_neighbour", "row independence"),
        ("softmax_in_place", "no mutation"),
        ("softmax_of_float64", "dtype"),
        ("softmax_without_the_tail", "sum"),
        ("softmin_as_softmax", "order"),
        ("softmax_without_the_largest", "invariance"),
    ],
)
def test_a_fault_is_found_by_its_property(name, property_):
    assert property_ in {f.property for f in checked(wrong_rows, name).findings}


def test_a_norm_whose_squares_overflow_has_a_note():
    notes = checked(right_rows, "layer_norm").notes
    assert any(n.property == "range" and "overflow" in n.message for n in notes)


def test_what_the_definition_leaves_open_is_told():
    conventions = checked(right_rows, "softmax", examples=8).conventions
    assert conventions == {"a row, all -inf": "nan", "a row, an infinity": "nan"}


def test_a_fault_is_shown_at_a_short_row_and_replays():
    result = checked(wrong_rows, "softmax_of_masks_is_nan")
    finding = next(f for f in result.findings if f.property == "accuracy")
    words = shlex.split(finding.replay)
    at = next(w for w in words if w.startswith("--at=")).removeprefix("--at=")
    assert len(at.split(",")) <= 3
    again = checked(wrong_rows, "softmax_of_masks_is_nan", at=[at])
    assert again.verdict == "fail"
    assert again.inputs == 1


def test_rows_are_texts_and_back():
    row = np.array([1.5, 0, 0, 0, -np.inf, np.nan], np.float32)
    text = row_hex(row, np.array([0.5] * 6, np.float32))
    assert text == "0x1.8p+0,0x0p+0*3,-inf,nan;0x1p-1*6"
    numbers, cotangent = rows_from_hex(text, row_functions()["softmax"], format_named("float32"))
    assert np.array_equal(numbers, row, equal_nan=True)
    assert np.array_equal(cotangent, np.full(6, 0.5))
    assert row_text(np.arange(1025.0)) == "[0, 1, 2, 3, ..., 1024] (1025 numbers)"
    with pytest.raises(ValueError, match="two halves"):
        rows_from_hex("0x1p+0", row_functions()["glu_halves"], format_named("float32"))
    with pytest.raises(ValueError, match="cotangent of 2"):
        rows_from_hex("0x1p+0,0x1p+0;0x1p+0", row_functions()["softmax"], format_named("float32"))


def test_assert_conforms_speaks_of_rows():
    assert_conforms(right_rows.softmax, "softmax", dtype="float32", examples=8)
    assert_conforms(right_rows.layer_norm, "layer_norm", parameters={"eps": 0.5}, examples=8)
    with pytest.raises(AssertionError, match=r"layer_norm float32: .*\n  accuracy at x = \["):
        assert_conforms(wrong_rows.layer_norm_unbiased, "layer_norm", examples=8)


def test_a_gate_of_one_input_takes_its_halves():
    result, = check(right_rows.glu, as_="glu", dtypes="float32", examples=8)
    assert (result.activation, result.verdict) == ("glu_halves", "pass")
    result, = check(lambda a, b: a * right_rows.sigmoid(b), as_="glu", dtypes="float32", examples=8)
    assert result.activation == "glu"


def test_the_promise_of_an_author_decides():
    (result,) = check(right_rows.softmax_by_exp2, as_="softmax", dtypes="float32", max_ulp=0.5, examples=8)
    assert result.verdict == "fail"
    assert [gate.name for gate in result.gates] == ["max_ulp"]


def test_a_result_is_json():
    document = checked(wrong_rows, "layer_norm_unbiased", examples=8).to_json()
    json.dumps(document, allow_nan=False)
    assert document["findings"][0]["x"].startswith("[")


def test_a_failing_call_is_one_finding():
    def raises(x):
        if x.shape[-1] == 17:
            raise ValueError("no 17")
        return right_rows.softmax(x)

    (result,) = check(raises, as_="softmax", dtypes="float32", examples=8)
    assert [f.property for f in result.findings] == ["call"]
    assert "no 17" in result.findings[0].message


def test_a_worker_checks_what_a_name_stands_for(monkeypatch):
    monkeypatch.chdir(Path(__file__).parent)
    (result,) = check("right_rows:softmax", dtypes="float32", examples=8)
    assert (result.activation, result.verdict) == ("softmax", "pass")
    with pytest.raises(TargetError, match="no order 2"):
        check("right_rows:softmax", orders=2)


def test_scipy_ships_functions_of_rows():
    pytest.importorskip("scipy")
    results = check("scipy", as_="softmax", dtypes="float32")
    assert [(r.activation, r.order, r.verdict) for r in results] == [("softmax", 0, "pass")]


def test_torch_ships_functions_of_rows_and_their_gradients():
    pytest.importorskip("torch")
    for name in ("softmax", "layer_norm", "rms_norm"):
        results = check("torch", as_=name, dtypes="float32", examples=8)
        assert [(r.activation, r.order, r.verdict) for r in results] == [(name, 0, "pass"), (name, 1, "pass")]


C_SOFTMAX = """
#include <math.h>
#include <stddef.h>
void softmax(const float *x, float *y, size_t n) {
    float largest = -INFINITY, total = 0;
    for (size_t i = 0; i < n; i++) if (!(x[i] <= largest)) largest = x[i];
    for (size_t i = 0; i < n; i++) total += y[i] = expf(x[i] - largest);
    for (size_t i = 0; i < n; i++) y[i] /= total;
}
void wrong(const float *x, float *y, size_t n) {
    float total = 0;
    for (size_t i = 0; i < n; i++) total += y[i] = expf(x[i]);
    for (size_t i = 0; i < n; i++) y[i] /= total;
}
"""


@pytest.mark.thorough
@pytest.mark.skipif(shutil.which("cc") is None and shutil.which("gcc") is None, reason="there is no C compiler")
def test_a_symbol_of_c_gets_one_row_at_a_time(tmp_path):
    (tmp_path / "kernel.c").write_text(C_SOFTMAX, "utf-8")
    for symbol, verdict in (("softmax", "pass"), ("wrong", "fail")):
        target = f"{LIBRARY}{tmp_path}/kernel.c:{symbol}"
        (result,) = check(target, as_="softmax", signature="void f(const float*, float*, size_t)", examples=8)
        assert (result.verdict, result.dtype) == (verdict, "float32"), str(result)
    with pytest.raises(TargetError, match="--signature"):
        check(f"{LIBRARY}{tmp_path}/kernel.c:softmax", as_="softmax")
