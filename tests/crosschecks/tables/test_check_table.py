"""Tables of expected values: what is right, and why what is not is not."""

from __future__ import annotations

import json
import math
from pathlib import Path

import mpmath
import numpy as np
import pytest
from gradproof.crosschecks.table_files.entries import Entry
from gradproof.crosschecks.table_files.numerals import read
from gradproof.crosschecks.tables import judge as judge_module
from gradproof.crosschecks.tables.bulk import settled
from gradproof.crosschecks.tables.check_table import check_table
from gradproof.crosschecks.tables.judge import Judge, Widest
from gradproof.crosschecks.tables.results import TableCheck, TableRow
from gradproof.numerics.oracle.reference import oracle
from gradproof.numerics.tables.tables import table
from gradproof.proofs.catalogue.entries import activation
from gradproof.proofs.enclosures.formats import format_named
from gradproof.reports.export.table_files import WRITERS

from ...thorough import few

mpmath.mp.dps = 60


def sigmoid(x: str) -> mpmath.mpf:
    return 1 / (1 + mpmath.exp(-mpmath.mpf(x)))


def judged(tmp_path: Path, text: str, function: str = "sigmoid", suffix: str = ".csv", **options) -> TableCheck:
    file = tmp_path / f"table{suffix}"
    file.write_text(text, "utf-8")
    return check_table(file, function, **options)


def only(tmp_path: Path, x: str, value: str, function: str = "sigmoid", **options) -> TableRow:
    (row,) = judged(tmp_path, f"x,value\n{x},{value}\n", function, **options).rows
    return row


@pytest.mark.parametrize(
    ("x", "value", "verdict", "digits"),
    [
        ("1", "0.7311", "rounded", 4),
        ("1", "0.7310", "wrong", 3),
        ("1", "0.73105857863000", "rounded", 14),
        ("1", "0.73105857863001", "wrong", 13),
        ("1", "0.7310585786300049", "right", 16),  # the float64
        ("1", "0.73105857863000487925115924182184", "right", 32),
        ("1", "0.73105857863000487925115924182185", "wrong", 31),
        ("1", f"{0.7310585786300049:.24f}", "right", 24),
        ("0", "0.5", "right", 1),
        ("0", "0x1p-1", "right", 1),
        ("0", "0.500", "right", 3),
        ("1", "7.311e-01", "rounded", 4),
        ("1", "+.7311f", "rounded", 4),
        ("-40", "4.248e-18", "rounded", 4),
        ("-40", "0.0000", "rounded", 0),
        ("-1", "−0.2689", "wrong", 0),
        ("1", "inf", "wrong", 0),
        ("inf", "1", "right", 1),
        ("-inf", "0", "right", 0),
        ("inf", "nan", "wrong", 0),
        ("nan", "nan", "right", None),
        ("nan", "0.5", "wrong", None),
        ("1", "1e999999999", "wrong", 0),
        ("1", "1e-999999999", "wrong", 0),
        ("1e999999999", "1", "unreadable", None),
        ("1", "0,7311", "unreadable", None),
        ("1", "0..7", "unreadable", None),
        ("1", "", "unreadable", None),
        ("1", "7" * 5000, "unreadable", None),
    ],
)
def test_the_text_of_a_value_decides(tmp_path, x, value, verdict, digits):
    row = only(tmp_path, x, value)
    assert (row.verdict, row.digits) == (verdict, digits), row


def test_a_wrong_value_comes_with_the_right_one(tmp_path):
    row = only(tmp_path, "1", "0.7321")
    assert row.message == "the value is 0.73106; 2 of 4 digits are right"
    assert row.expected == "0.73105857863000488" and row.ulp is not None and row.ulp > 1e12
    assert only(tmp_path, "1", "0.7310585786300047").message == "the value is 0.73105857863000488; 1.61 ULP away"
    assert only(tmp_path, "1", "0.7310585786300047", max_ulp=2).verdict == "right"
    assert only(tmp_path, "1", "0.7310585786300047", max_ulp=1).verdict == "wrong"


@pytest.mark.parametrize("value", ["0.12", "0.13"])
def test_a_tie_may_be_rounded_either_way(tmp_path, value):
    assert only(tmp_path, "0.125", value, "identity").verdict == "rounded"
    assert only(tmp_path, "0.125", value, "(x + sqrt(x**2))/2").verdict == "rounded"
    assert only(tmp_path, "0.1251", "0.12", "identity").verdict == "wrong"


def test_a_bare_number_has_the_digits_of_the_longest(tmp_path):
    text = "x,value\n3,{}\n1,0.761594\n"
    assert judged(tmp_path, text.format(1), "tanh").rows[0].verdict == "wrong"
    assert "with as many digits as the longest" in judged(tmp_path, text.format("1.0"), "tanh").rows[0].message
    assert judged(tmp_path, text.format("10e-1"), "tanh").rows[0].verdict == "rounded"
    assert judged(tmp_path, text.format("0.995"), "tanh").rows[0].verdict == "rounded"
    assert judged(tmp_path, "x,value\n8,1\n1,0.761594\n", "tanh").rows[0].verdict == "rounded"
    assert judged(tmp_path, "x,value\n-9,0\n1,0.7311\n").rows[0].verdict == "wrong"
    assert judged(tmp_path, "x,value\n3,1.0\n1,0.8\n", "tanh").rows[0].verdict == "rounded"


def test_x_is_exact_as_written_and_a_float_where_that_is_right(tmp_path):
    at_float32 = float(np.float32(20.1))
    full = repr(math.exp(at_float32))
    row = only(tmp_path, "20.1", full, "exp(x)", fmt="float32")
    assert (row.verdict, row.message) == ("right", "for x rounded to float32")
    assert only(tmp_path, "20.1", full, "exp(x)", fmt="float64").verdict == "wrong"
    at_float64 = mpmath.nstr(mpmath.exp(mpmath.mpf(20.1)), 17)
    assert only(tmp_path, "20.1", at_float64, "exp(x)").message == "for x rounded to float64"
    assert only(tmp_path, "20.1", mpmath.nstr(mpmath.exp(mpmath.mpf("20.1")), 17), "exp(x)").message == ""


def test_kinks_and_the_ends_of_the_domain(tmp_path):
    text = "x,f'\n0,{}\n"
    for value, said in (("0", "from the left"), ("1", "from the right"), ("0.5", "a value between")):
        result = judged(tmp_path, text.format(value), "relu")
        assert result.rows[0].verdict == "undefined" and result.confirmed
        assert result.rows[0].message.startswith("a kink: 0 from the left, 1 from the right; the file has")
        assert result.rows[0].message.endswith(said)
    assert judged(tmp_path, text.format("2"), "relu").rows[0].verdict == "wrong"
    assert only(tmp_path, "-1", "3", "logit").verdict == "wrong"
    assert only(tmp_path, "-1", "nan", "logit").verdict == "right"
    row = only(tmp_path, "0", "-inf", "log(x)")
    assert row.verdict == "undefined" and "is undefined there" in row.message
    assert only(tmp_path, "800", "inf", "exp(x)").verdict == "right"
    assert only(tmp_path, "80", "inf", "exp(x)").verdict == "wrong"


@pytest.mark.parametrize("suffix", [".csv", ".json", ".npz"])
@pytest.mark.parametrize(
    ("name", "order", "fmt"),
    few([("gelu", 1, "float32"), ("relu", 1, "float64"), ("mish", 2, "float64")], lambda name, *_: name != "mish"),
)
def test_the_tables_of_gradproof_are_right(tmp_path, suffix, name, order, fmt):
    rows = table(name, order=order, fmt=fmt)
    file = tmp_path / f"table{suffix}"
    file.write_bytes(WRITERS[suffix](rows, "table"))
    result = check_table(file, name, order=order, fmt=fmt)
    assert len(result.rows) == len(rows) > 40
    assert result.count("right") == len(rows), [r for r in result.rows if r.verdict != "right"][:3]


def test_float32_tables_are_recognised(tmp_path):
    x = np.linspace(-4, 4, 81, dtype=np.float32)
    value = table("sigmoid", points=x.astype(np.float64).tolist(), fmt="float32").value
    text = "".join(f"{a!s},{b!s}\n" for a, b in zip(x, value, strict=True))
    result = judged(tmp_path, text)
    assert result.dtype == "float32" and result.confirmed
    assert not judged(tmp_path, text, fmt="float64").confirmed
    value[3] = np.nextafter(value[3], np.float32(1))
    np.savez(tmp_path / "t.npz", x=x, value=value)
    result = check_table(tmp_path / "t.npz", "sigmoid")
    assert result.dtype == "float32" and [row.line for row in result.rows if row.verdict == "wrong"] == [4]


@pytest.mark.parametrize(
    ("function", "source", "said"),
    [
        ("sigmoid", lambda x: 1 - mpmath.tanh(x) ** 2, "tanh', not of sigmoid'"),
        ("sigmoid", lambda x: mpmath.diff(sigmoid, sigmoid(x)), "sigmoid'(sigmoid(x)), the derivative taken at the"),
        ("sigmoid", sigmoid, "the values of sigmoid or"),
        ("elu", lambda x: 1 if x > 0 else 2 * mpmath.exp(x), None),
    ],
)
def test_one_cause_is_named(tmp_path, function, source, said):
    values = [(f"{k}.25", mpmath.nstr(source(mpmath.mpf(f"{k}.25")), 6, strip_zeros=False)) for k in range(-3, 4)]
    text = "x,derivative\n" + "".join(f"{x},{value}\n" for x, value in values)
    result = judged(tmp_path, text, function)
    assert result.count("wrong") >= 3
    assert [said in cause for cause in result.causes] == [True] if said else not result.causes


@pytest.mark.thorough
def test_gelu_tanh_in_the_place_of_gelu(tmp_path):
    rows = table("gelu_tanh", points=[0.5, 1.5, 2.5, -2.5], fmt="float64")
    text = "".join(f"{x},{value:.6f}\n" for x, value in zip(rows.x, rows.value, strict=True))
    result = judged(tmp_path, text, "gelu")
    assert len(result.causes) == 1 and "gelu_tanh" in result.causes[0]


def test_bulk_and_one_by_one_agree(tmp_path, monkeypatch):
    lines = []
    generator = np.random.default_rng(5)
    for k, x in enumerate(generator.normal(scale=5, size=400)):
        text = f"{x:.{k % 18}f}" if k % 3 else repr(float(x))
        exact = mpmath.tanh(mpmath.mpf(text)) if k % 5 else mpmath.tanh(mpmath.mpf(float(text)))
        digits = 3 + k % 17
        value = mpmath.nstr(exact * (1 + (k % 7 == 0) * mpmath.mpf(10) ** (1 - digits)), digits, strip_zeros=False)
        lines.append(f"{text},{value}\n")
    text = "".join(lines)
    fast = {fmt: judged(tmp_path, text, "tanh", fmt=fmt) for fmt in ("float64", "float32")}
    monkeypatch.setattr("gradproof.crosschecks.tables.bulk.FEWEST", 10**9)
    for fmt, result in fast.items():
        slow = judged(tmp_path, text, "tanh", fmt=fmt)
        assert [r.verdict for r in slow.rows] == [r.verdict for r in result.rows]
        assert [r.message for r in slow.rows] == [r.message for r in result.rows]
        assert [r.expected for r in slow.rows] == [r.expected for r in result.rows]
        for one, other in zip(slow.rows, result.rows, strict=True):
            assert one.ulp == pytest.approx(other.ulp, rel=1e-3, abs=2e-3)
    assert 30 < fast["float64"].count("wrong") < 150


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_a_verdict_agrees_with_mpmath(tmp_path, name):
    """Decimals of 2 to 30 digits, one unit off or not: right or rounded exactly where mpmath says so."""
    exact = {"sigmoid": sigmoid, "tanh": lambda x: mpmath.tanh(mpmath.mpf(x))}[name]
    generator = np.random.default_rng(7)
    for k in range(150):
        x = f"{generator.normal(scale=4):.{1 + k % 6}f}"
        digits = 2 + k % 29
        value = exact(x)
        if not value:
            continue
        unit = mpmath.mpf(10) ** (math.floor(mpmath.log10(abs(value))) - digits + 1)
        text = mpmath.nstr(value + int(generator.integers(-1, 2)) * unit * mpmath.mpf("0.6"), digits, strip_zeros=False)
        if "e" in text or float(text) == 1:
            continue
        within = abs(mpmath.mpf(text) - value) <= mpmath.mpf(10) ** -len(text.partition(".")[2]) / 2
        row = only(tmp_path, x, text, name, fmt="float64")
        if 16 <= digits <= 17:
            continue  # a float64 in full is right with another last digit
        assert (row.verdict in ("right", "rounded")) == within or row.message, (x, text, row)


def test_every_wrong_digit_is_seen(tmp_path):
    """Each of 200 right values is right; with one digit changed, it is wrong, in bulk too."""
    lines, broken = [], []
    for k in range(200):
        x = f"{(k - 100) / 16}"
        value = mpmath.nstr(sigmoid(x), 8, strip_zeros=False)
        place = 2 + k % (len(value) - 2) if "e" not in value else 0
        digit = str((int(value[place]) + 1 + k % 9) % 10)
        lines.append(f"{x},{value}\n")
        broken.append(f"{x},{value[:place] + digit + value[place + 1:]}\n")
    assert judged(tmp_path, "".join(lines)).confirmed
    result = judged(tmp_path, "".join(broken))
    assert result.count("wrong") == sum(a != b for a, b in zip(lines, broken, strict=True)) == 200


@pytest.mark.thorough
def test_a_large_table_goes_through_bulk(tmp_path):
    rows = table("gelu", points="-8:8:5000", fmt="float64")
    np.savez(tmp_path / "t.npz", x=rows.x, value=rows.value)
    result = check_table(tmp_path / "t.npz", "gelu")
    assert result.count("right") == 5000
    entries = [Entry(i, "", "", 0, 0, (read("0.5"), read("0.6915"))) for i in range(100)]
    judge = Judge(oracle(activation("gelu").expr(), 0), "gelu", format_named("float64"), Widest(4, 4))
    assert settled(judge, entries) == {}
    assert judge_module.digits_that_tell(format_named("float32")) == 9


def test_an_interruption_keeps_the_rows(tmp_path):
    def stop(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    text = "x,value\n" + "".join(f"0.{k},0.7\n" for k in range(600))
    result = judged(tmp_path, text, progress=stop)
    assert result.interrupted and not result.confirmed and 0 < len(result.rows) < 600
    assert json.loads(json.dumps(result.to_json()))["interrupted"] is True
