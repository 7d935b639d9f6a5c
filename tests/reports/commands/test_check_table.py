"""`gradproof check-table`: exit codes, what is shown, and the page of docs/tables.md."""

from __future__ import annotations

import json
import re
from pathlib import Path

import gradproof
import pytest
from gradproof.reports.cli import run as run_

from ..conftest import strict
from .test_cli import fails_with_one_line
from .test_cli import run as answer

PAGE = Path(__file__).parents[3] / "docs" / "tables.md"


def run(*arguments: str) -> int:
    return run_(arguments)


@pytest.fixture
def wrong(tmp_path, monkeypatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("x,value\n0,0.5\n1,0.7311\n2,0.8818\nbad,1\n", "utf-8")
    return "t.csv"


def test_right_tables_exit_with_0_and_wrong_ones_with_1(tmp_path, capsys):
    file = tmp_path / "t.json"
    file.write_text("[[0, 0], [1, 0.8413]]", "utf-8")
    assert run("check-table", str(file), "--as", "gelu") == 0
    assert "2 values of gelu in float64: 1 right, 1 rounded to 4 digits" in capsys.readouterr().out
    assert run("check-table", str(file), "--as", "x*Phi(a*x)", "--param", "a=1") == 0
    file.write_text("[[-1, -1.2642]]", "utf-8")
    assert run("check-table", str(file), "--as", "elu", "--param", "alpha=2") == 0
    assert run("check-table", str(file), "--as", "2*exp(x) - 2") == 0
    assert run("check-table", str(file), "--as", "elu") == 1


def test_the_document_has_every_row(wrong, capsys):
    assert run("check-table", wrong, "--as", "sigmoid", "--json") == 1
    document = strict(capsys.readouterr().out)
    counts = {name: document[name] for name in ("right", "rounded", "wrong", "undefined", "unreadable")}
    assert counts == {"right": 1, "rounded": 1, "wrong": 1, "undefined": 0, "unreadable": 1}
    assert {*document} - {*counts} == {
        "schema", "interrupted", "file", "activation", "parameters", "dtype", "causes", "rows",
    }  # fmt: skip
    assert document["rows"][2] == {
        "line": 4, "x": "2", "order": 0, "value": "0.8818", "verdict": "wrong", "digits": 2,
        "expected": "0.88079707797788244", "ulp": pytest.approx(9.033e12, rel=1e-3),
        "message": "the value is 0.88080; 2 of 4 digits are right",
    }  # fmt: skip
    assert document == json.loads(json.dumps(gradproof.check_table(wrong, "sigmoid").to_json()))


def test_wrong_rows_come_first_and_right_ones_are_counted(wrong, capsys):
    assert run("check-table", wrong, "--as", "sigmoid") == 1
    out = capsys.readouterr().out
    assert out.startswith("t.csv, 4 values of sigmoid in float64: 1 right, 1 rounded to 4 digits, 1 wrong, 1 ")
    assert "0.88080" in out and "0.7311" not in out
    assert "line 4: 2 -> 0.8818: the value is 0.88080" in str(gradproof.check_table(wrong, "sigmoid"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("n.csv", "--as", "sigmoid"), "n.csv: No such file"),
        ((".", "--as", "sigmoid"), "is a folder"),
        (("t.csv",), "--as"),
        (("t.csv", "--as", "sigmod"), "did you mean sigmoid"),
        (("t.csv", "--as", "softmax"), "function of vectors"),
        (("t.csv", "--as", "glu"), "glu has inputs a, b"),
        (("t.csv", "--as", "x +"), "x +"),
        (("t.csv", "--as", "sigmoid", "--dtype", "float99"), "float99"),
        (("t.csv", "--as", "sigmoid", "--dtype", "float32,float16"), "expected one format"),
        (("t.csv", "--as", "sigmoid", "--param", "alpha=1"), "no parameter 'alpha'"),
        (("t.csv", "--as", "elu", "--param", "alpha"), "NAME=VALUE"),
        (("t.csv", "--as", "sigmoid", "--order", "3"), "--order"),
        (("t.csv", "--as", "sigmoid", "--max-ulp", "nan"), "max_ulp"),
        (("t.csv", "--as", "sigmoid", "--max-ulp", "inf"), "max_ulp"),
    ],
)
def test_bad_usage_is_one_line(wrong, capsys, arguments, said):
    fails_with_one_line(answer(capsys, "check-table", *arguments), said)


def test_the_page_shows_what_is_printed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shown = re.search(r"\$ cat expected.csv\n(.*?)\$ (gradproof .*?)\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    assert shown is not None
    content, command, output = shown.groups()
    (tmp_path / "expected.csv").write_text(content, "utf-8")
    assert run(*command.split()[1:]) == 1
    assert [line.split() for line in capsys.readouterr().out.strip().splitlines() if "─" not in line] == [
        line.split() for line in output.splitlines() if "─" not in line
    ]


def test_gradproof_table_writes_what_check_table_confirms(tmp_path, capsys):
    for suffix in ("csv", "json", "npz"):
        file = tmp_path / f"t.{suffix}"
        assert run("table", "elu", "--order", "1", "--param", "alpha=2", "-o", str(file)) == 0
        options = ("--as", "elu", "--param", "alpha=2", "--order", "1", "--dtype", "float32")
        assert run("check-table", str(file), *options) == 0, capsys.readouterr().out
