"""Files of expected values: what is understood, and what is refused in one clear line."""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from gradproof.crosschecks.table_files.columns import ColumnError, named
from gradproof.crosschecks.table_files.entries import MOST_BYTES, TableError
from gradproof.crosschecks.table_files.numerals import NumeralError, of_float, read
from gradproof.crosschecks.table_files.read import source

ROWS = [("1", "0.7311", 0), ("1", "0.1966", 1)]


def entries(tmp_path: Path, content: str | bytes, suffix: str = ".csv"):
    file = tmp_path / f"t{suffix}"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return source(file, ("sigmoid", "logistic"))


def numbers(tmp_path: Path, content: str | bytes, suffix: str = ".csv"):
    return [(e.x, e.value, e.order or 0) for e in entries(tmp_path, content, suffix).entries]


@pytest.mark.parametrize(
    "content",
    [
        "x,value,order\n1,0.7311,0\n1,0.1966,1\n",
        "# a comment\n\nx;f(x);f'(x)\n1;0,7311;0,1966\n",
        "x\tsigmoid(x)\tsigmoid_prime\n1\t0.7311\t0.1966\n",
        "| x | y | dy/dx |\n|---|--:|:-:|\n| 1 | 0.7311 | 0.1966 |\n",
        "Input Expected Derivative\r\n1 0.7311 0.1966  # note\r\n",
        "\ufeffx,\"value\",\"grad\"\n1,\"0.7311\",0.1966\n",
        "name,X,Expected Output,Gradient\nfirst,1,0.7311,0.1966\n",
        "x,logistic,dlogistic\n1,0.7311,0.1966\n",
    ],
)
def test_columns_are_understood(tmp_path, content):
    assert numbers(tmp_path, content) == ROWS


@pytest.mark.parametrize(
    "document",
    [
        '[{"x": 1, "value": 0.7311, "order": 0}, {"x": 1, "value": 0.1966, "order": 1}]',
        '{"x": [1], "f": [0.7311], "f\'": ["0.1966"]}',
        '{"about": "text", "rows": [{"input": 1, "expected": 0.7311, "derivative": 0.1966}]}',
        '[["x", "y", "dy"], [1, 0.7311, 0.1966]]',
    ],
)
def test_json_is_understood(tmp_path, document):
    assert numbers(tmp_path, document, ".json") == ROWS


def test_pairs_need_no_header(tmp_path):
    assert numbers(tmp_path, "1,0.7311\n") == numbers(tmp_path, "[[1, 0.7311]]", ".json") == ROWS[:1]
    assert numbers(tmp_path, '{"1": 0.7311}', ".json") == ROWS[:1]


def test_json_numbers_are_read_as_text(tmp_path):
    document = '[[0.10000000000000000001, 0.73105857863000]]'
    assert numbers(tmp_path, document, ".json") == [("0.10000000000000000001", "0.73105857863000", 0)]


def test_npz_holds_floats_text_and_orders(tmp_path):
    file = tmp_path / "t.npz"
    np.savez(file, x=np.array([0.1], np.float32), value=np.array([0.5], np.float32), order=np.array(1))
    (entry,) = source(file).entries
    assert entry.numerals == (of_float(float(np.float32(0.1))), of_float(0.5)) and entry.order == 1
    assert source(file).dtype == "float32"
    np.savez(file, x=np.array(["0.1"]), value=np.array(["0.525"]))
    assert source(file).entries[0].numerals == (read("0.1"), read("0.525"))
    np.savez(file, x=np.array([2**62 + 1]), value=np.array([0]))
    assert source(file).entries[0].x == str(2**62 + 1)


def header(shape: str) -> bytes:
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode()
    text += b" " * (117 - len(text)) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def archive(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)
    return target.getvalue()


def saved(**arrays) -> bytes:
    target = io.BytesIO()
    np.savez(target, **arrays)
    return target.getvalue()


REFUSED = [
    (".csv", b"", "is empty"),
    (".csv", b"\n# x\n", "no rows"),
    (".csv", b"x,value\n", "line 1 is a header; no rows follow"),
    (".csv", b"x,value\n1,2\n2,\xe9\n", "line 3 is not UTF-8"),
    (".csv", b"x,value\n1,\0\n", "line 2 has a zero byte"),
    (".csv", "x,value".encode("utf-16"), "UTF-16"),
    (".csv", b"1\n2\n", "line 1: 1 column and no header"),
    (".csv", b"1,2,3\n", "line 1: 3 columns and no header"),
    (".csv", b"a,b\n1,2\n", "line 1: no column of x among 'a', 'b'"),
    (".csv", b"x,vlaue\n1,2\n", "perhaps 'vlaue' as 'value'"),
    (".csv", b"x,value,expected\n1,2,3\n", "columns 'value' and 'expected' mean the same"),
    (".json", b"[[1, 2],\n[", "line 2: Expecting value"),
    (".json", b"[" * 100_000, "nested too deeply"),
    (".json", b"3", "expected a list of rows"),
    (".json", b"[]", "no rows"),
    (".json", b"{}", "expected columns"),
    (".json", b"[1, 2]", "row 1: '1'; expected every row"),
    (".json", b'{"x": [1, 2], "value": [1]}', "columns of different lengths: 'x' 2, 'value' 1"),
    (".json", b'[\n"\xe9"]', "line 2 is not UTF-8"),
    (".npz", b"no archive", "no npz archive"),
    (".npz", saved(x=np.array([None]), value=np.zeros(1)), "array 'x' holds Python objects"),
    (".npz", saved(x=np.zeros(1), value=np.zeros(1) * 1j), "array 'value' has dtype complex128"),
    (".npz", saved(x=np.zeros(3), value=np.zeros(2)), "array 'value' has 2 values, 'x' has 3"),
    (".npz", saved(x=np.zeros(0), value=np.zeros(0)), "no rows"),
    (".npz", saved(a=np.zeros(3)), "arrays: no column of x among 'a'"),
    (".npz", archive(x=b"no array", value=b""), "array 'x' cannot be read"),
    (".npz", archive(x=header("(1000000000000,)"), value=b""), "beyond the size of the file"),
    (".npz", archive(x=bytes(MOST_BYTES + 1), value=b""), "array 'x' has 134217729 bytes; at most 134217728 are read"),
    (".xyz", b"1,2", "suffix '.xyz'; expected one of .npz, .json, .csv"),
]


@pytest.mark.parametrize(("suffix", "content", "said"), REFUSED, ids=[f"{r[0]}-{r[2][:30]}" for r in REFUSED])
def test_bad_files_are_refused_in_one_line(tmp_path, suffix, content, said):
    with pytest.raises(TableError) as caught:
        entries(tmp_path, content, suffix)
    assert said in str(caught.value) and str(caught.value).startswith(str(tmp_path)) and "\n" not in str(caught.value)


def test_what_is_no_file_is_refused(tmp_path):
    (tmp_path / "d.csv").mkdir()
    os.mkfifo(tmp_path / "f.csv")
    for name, said in (("d.csv", "is a folder"), ("f.csv", "is no ordinary file"), ("n.csv", "No such file")):
        with pytest.raises(TableError, match=said):
            source(tmp_path / name)


def test_bad_rows_keep_their_lines(tmp_path):
    content = "x,value,order\n1,2\n2,0.88,5\n3,,0\n,1,0\n4,oops,0\n5,1,0,9\n6\n"
    problems = [(e.line, e.problem) for e in entries(tmp_path, content).entries]
    assert problems == [
        (2, ""),
        (3, "order '5'; expected 0, 1 or 2"),
        (4, "the value: nothing there; expected a number"),
        (5, "x: nothing there; expected a number"),
        (6, "the value: 'oops' is no number"),
        (7, "4 cells; the table has 3 columns"),
        (8, "2 cells expected, found 1"),
    ]
    document = json.dumps([{"x": 1, "value": None}, {"x": True, "value": [1]}, {"x": 2}])
    said = [e.problem for e in entries(tmp_path, document, ".json").entries]
    assert said == ["the value: 'null' is no number", "x: 'true' is no number",
                    "the value: nothing there; expected a number"]  # fmt: skip


def test_ten_million_digits_are_one_bad_row(tmp_path):
    content = b"x,value\n1," + b"7" * 10_000_000 + b"\n2,0.88\n"
    first, second = entries(tmp_path, content).entries
    assert "a number of 10000000 characters" in first.problem and len(first.value) < 100 and not second.problem
    content = b"[[1, 0." + b"7" * 10_000_000 + b"], [2, 0.88]]"
    assert [bool(e.problem) for e in entries(tmp_path, content, ".json").entries] == [True, False]


@pytest.mark.parametrize(
    "text", ["1e", "--1", "0x", "1_000", "\u0661", "1 2", "nan1", "+-inf", "1e" + "9" * 30, "0x1p99999"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(NumeralError):
        read(text)


def test_a_name_of_two_meanings_is_refused():
    with pytest.raises(ColumnError, match="columns 'x' and 'input'"):
        named(["x", "input", "value"], ())
