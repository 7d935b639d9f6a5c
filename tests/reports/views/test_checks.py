"""The first sentence of a check that found a function wrong in several formats."""

from __future__ import annotations

import numpy as np
import pytest
from gradproof.crosschecks.checking.check import check
from gradproof.reports.views.checks import document, tables, worst_words
from rich.text import Text


def finding(error, low, high, cause=None):
    ends = {"error": error, "low": low, "high": high}
    return {"property": "accuracy", "cause": cause, "x": low, "x_hex": "0x1p+0", **ends}


def result(dtype, *findings):
    verdict = "fail" if findings else "pass"
    return {"target": "m:f", "activation": "mish", "dtype": dtype, "verdict": verdict, "findings": findings}


WRONG64, WRONG32 = (result(d, finding(error, 5.0001, 11.0)) for d, error in (("float64", 6.8e9), ("float32", 20)))
OVERFLOWS = result("float16", finding("inf", 4.75, 5.0, "exp(x) overflows from x = 4.75 on: the results are inf"))
EVERY, AMONG = "wrong in every format, furthest in float32 at x = ", "among failing inputs from "


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        ([WRONG64, WRONG32],
         f"{EVERY}5.0001 (20 ULP), {AMONG}5.0001 to 11; they begin near x = 5 wherever it is wrong"),
        ([WRONG64, OVERFLOWS, result("bfloat16")], "wrong in float64, float16, furthest in float16 at x = 4.75 "
         f"(infinitely far), {AMONG}4.75 to 5: exp(x) overflows from x = 4.75 on"),
        ([WRONG64, result("float32", finding(20, 4.0, 11.0))], f"{EVERY}4 (20 ULP), {AMONG}4 to 11"),
        ([WRONG64, result("float32")], None),
        ([WRONG64, {**WRONG32, "activation": "silu"}], None),
        ([result(d, {**finding(None, None, None), "x": "nan"}) for d in ("float64", "float32")], None),
    ],
)  # fmt: skip
def test_the_worst_is_said_in_words(results, sentence):
    assert [text.plain for text in worst_words(results)] == ([] if sentence is None else [sentence])


def test_the_sentence_comes_first_and_its_numbers_are_those_of_the_findings():
    results = check(lambda x: np.where(x > 5, x / 2, x), "identity", dtypes=["float16", "float8_e5m2"], array="numpy")
    data = document(results)
    first = tables(data)[0]
    assert isinstance(first, Text) and first.plain.startswith("wrong in every format, furthest in float16 at x = ")
    for each in data["results"]:
        (failure,) = [f for f in each["findings"] if f["property"] == "accuracy"]
        assert 5 < failure["low"] <= abs(failure["x"]) <= failure["high"]
        assert failure["error"] <= float(each["max_ulp"])
