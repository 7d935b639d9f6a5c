"""Files of baselines: strict, stable, a line a row; and one clear line for every file that is none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from gradproof.crosschecks.baselines.baseline import Baseline
from gradproof.crosschecks.baselines.files import BaselineError, read_baseline, text_of, write_baseline
from gradproof.crosschecks.checking.check import check


def leaky(x):
    return np.where(x > 0, x, x * x.dtype.type(0.25))


def nothing(x):
    raise ValueError("no")


OPTIONS = {"dtypes": ["float8_e5m2", "float8_e4m3fn"], "examples": 2}
RESULTS = [
    *check(np.abs, as_="relu", **OPTIONS, max_ulp=0, strict=["monotone"]),
    *check(leaky, as_="leaky_relu", parameters={"negative_slope": "1/4"}, **OPTIONS),
    *check(nothing, as_="silu", **OPTIONS),
]
BASELINE = Baseline().updated(RESULTS)
TEXT = text_of(BASELINE)


def strict(text: str):
    def refuse(constant):
        raise ValueError(constant)

    return json.loads(text, parse_constant=refuse)


def test_a_file_is_strict_sorted_and_has_a_line_for_each_row():
    (block,) = strict(TEXT)["settings"]
    assert {"platform", "versions", "rows"} == {*block}
    lines = [line for line in TEXT.splitlines() if line.startswith('{"target"')]
    assert len(lines) == len(block["rows"]) == len(RESULTS)
    names = [(row["target"], row["activation"], row["dtype"]) for row in block["rows"]]
    assert names == sorted(names)
    assert text_of(Baseline().updated(RESULTS[::-1])) == TEXT


def test_what_is_written_is_read_again(tmp_path):
    write_baseline(tmp_path / "b.json", BASELINE)
    assert read_baseline(tmp_path / "b.json") == BASELINE
    assert text_of(read_baseline(tmp_path / "b.json")) == TEXT
    assert [path.name for path in tmp_path.iterdir()] == ["b.json"]


def test_a_row_that_changes_is_one_line_of_a_diff():
    other = text_of(BASELINE.updated(check(np.negative, as_="silu", **OPTIONS)[:1]))
    assert len({*other.splitlines()} - {*TEXT.splitlines()}) <= 2  # the row, and a comma


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "empty"),
        (" \n", "line 2"),
        (TEXT[: len(TEXT) // 2], "or not all of it"),
        (TEXT.replace('"inputs": 256', '"inputs": "256"', 1), "row 1: expected a whole number, got '256'"),
        (TEXT.replace('"inputs": 256', '"inputs": -256', 1), "row 1: expected a whole number"),
        (TEXT.replace('"order": 0', '"order": 7', 1), "row 1: order 7"),
        (TEXT.replace('"max_ulp": ', '"max_ulp": NaN, "x": ', 1), "NaN is no JSON"),
        (TEXT.replace('"verdict": "fail", ', "", 1), "row 1: no 'verdict'"),
        (TEXT.replace('"effort": {', '"effort": [{', 1), "line 3"),
        (TEXT.replace('"float8_e4m3fn"', '"float8_e5m2"', 1), "is there twice"),
        (TEXT.replace('"schema": 1', '"schema": 2', 1), "schema 2: this gradproof reads 1"),
        (TEXT.replace('"rows"', '"lines"', 1), "expected settings with platform, versions and rows"),
        (TEXT.replace("gradproof baseline", "another", 1), "written by check --save-baseline"),
        ("[1, 2]", "written by check --save-baseline"),
        ('{"schema": 1, "results": []}', "written by check --save-baseline"),
        ("[" * 100_000, "no baseline of gradproof"),
        (b"\xff\xfe\x00", "no baseline of gradproof"),
    ],
)
def test_what_is_no_baseline_is_one_line(tmp_path: Path, content, said):
    path = tmp_path / "b.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BaselineError) as error:
        read_baseline(path)
    assert said in str(error.value), str(error.value)
    assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    write_baseline(tmp_path / "b.json", BASELINE)
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("no space left")))
    with pytest.raises(OSError, match="no space left"):
        write_baseline(tmp_path / "b.json", Baseline())
    assert (tmp_path / "b.json").read_text("utf-8") == TEXT
    assert [path.name for path in tmp_path.iterdir()] == ["b.json"]
