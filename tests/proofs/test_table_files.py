"""Tables in files beside a ledger: numbers exactly as they stand there, and what is refused."""

from __future__ import annotations

import io
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gradproof.proofs.ledger import load, verify
from gradproof.proofs.table_files import TableError, formula


def npz(**arrays: Any) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


READ = [
    ("t.csv", b"x,y\n0.10,1e-3\n+2,-3.5\n", "(0.10, 1e-3), (2, -3.5)"),
    ("t.csv", b"0,1\r\n\r\n1, 2 \r\n", "(0, 1), (1, 2)"),
    ("t.csv", b"\xef\xbb\xbfinput,output\n0,1\n1,2\n", "(0, 1), (1, 2)"),
    ("t.json", b"[[0.1, 1], [2e0, -3]]", "(0.1, 1), (2e0, -3)"),
    ("t.json", b'{"y": [1, 2.50], "x": [0, 1]}', "(0, 1), (1, 2.50)"),
    ("t.npz", npz(x=np.array([0.0, 0.25]), y=np.array([-2.5, 3.0])), "(0, -2.5), (0.25, 3)"),
    ("t.npz", npz(x=np.array([0, 1]), y=np.array([1, 2], dtype=">f4")), "(0, 1), (1, 2)"),
]


@pytest.mark.parametrize(("name", "content", "entries"), READ)
def test_read(tmp_path: Path, name: str, content: bytes, entries: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert formula(tmp_path, name, "step") == f"table([{entries}], step)"


def test_floats_count_with_their_exact_values(tmp_path: Path) -> None:
    values = np.array([-1e300, 0.1, 1 / 3, 5e-324, -0.0])
    (tmp_path / "t.npz").write_bytes(npz(x=np.arange(5.0), y=values))
    entries = formula(tmp_path, "t.npz").removeprefix("table([(").removesuffix(")], linear)").split("), (")
    assert [Fraction(entry.split(", ")[1]) for entry in entries] == [Fraction(float(value)) for value in values]


REFUSED = [
    ("t.csv", b"x,y\n0,1\n", "from 2 to"),
    ("t.csv", b"0,1,2\n1,2,3\n", "two columns"),
    ("t.csv", b"0,1\n1,nan\n", "decimal numbers"),
    ("t.csv", b"0,1\n1,2**9\n", "decimal numbers"),
    ("t.csv", b"\xff\xfe0,1\n", "not understood"),
    ("t.json", b"[[0, 1], [1, Infinity]]", "decimal numbers"),
    ("t.json", b'[[0, 1], [1, "x"]]', "decimal numbers"),
    ("t.json", b'{"x": [0, 1], "z": [1, 2]}', "not understood"),
    ("t.json", b"[" * 100_000, "not understood"),
    ("t.npz", b"PK", "not understood"),
    ("t.npz", npz(x=np.zeros((2, 2)), y=np.zeros(4)), "one dimension"),
    ("t.npz", npz(x=np.arange(2.0), y=np.array([1.0, np.nan])), "finite"),
    ("t.npz", npz(x=np.arange(2.0), y=np.array([None, 1])), "one dimension"),
    ("t.txt", b"0 1\n1 2\n", "ends in .csv, .json or .npz"),
    ("missing.csv", None, "cannot be read"),
    ("../t.csv", None, "beside the ledger"),
    ("/etc/t.csv", None, "beside the ledger"),
]


@pytest.mark.parametrize(("name", "content", "message"), REFUSED)
def test_refused(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError, match=message):
        formula(tmp_path, name)


LEDGER = """
[tables]
lut = "t.json"
steps = { file = "t.json", kind = "step" }
broken = { file = "t.json", sort = "step" }
absent = "u.csv"
[functions]
twice = "2*lut(x)"
[[claim]]
id = "twice"
says = "a function of a table"
statement = "twice(1/2) == 3 and steps(1/2) == 1"
[[claim]]
id = "twice-false"
says = "and not another"
statement = "twice(1/2) == 2"
[[claim]]
id = "absent"
says = "a table that is not there"
statement = "absent(0) == 0"
[[claim]]
id = "broken"
says = "a table with an unknown option"
statement = "broken(0) == 0"
"""


def test_a_ledger_with_tables(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(json.dumps([[0, 1], [1, 2]]))
    (tmp_path / "claims.toml").write_text(LEDGER)
    ledger = load(tmp_path / "claims.toml")
    assert [verify(claim, ledger).verdict.value for claim in ledger.claims] == ["proved", "refuted", "error", "error"]
    assert any("table 'absent'" in line and "cannot be read" in line for line in ledger.errors)
    assert any("table 'broken'" in line and "file and kind" in line for line in ledger.errors)
