"""`gradproof check --save-baseline` and `--baseline`: exit codes, what is said, files that are none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from gradproof.reports.cli import run as run_

from ..conftest import strict
from .test_cli import fails_with_one_line
from .test_cli import run as answer

KERNELS = '''
import numpy as np

def relu(x):
    y = np.where(x != x, x, np.where(x > 0, x, np.zeros_like(x)))
    return np.where(x == -np.inf, x.dtype.type(np.nan), y){}
'''
OPTIONS = ("kernels:relu", "--dtype", "float8_e5m2")


@pytest.fixture
def kernels(tmp_path, monkeypatch):
    """Writes the module under test: relu, with NaN at -inf, and perhaps another flaw."""
    monkeypatch.chdir(tmp_path)

    def write(flaw: str = "") -> None:
        shutil.rmtree(tmp_path / "__pycache__", ignore_errors=True)
        (tmp_path / "kernels.py").write_text(KERNELS.format(flaw), "utf-8")

    write()
    return write


def check(*arguments: str) -> int:
    return run_(["check", *OPTIONS, *arguments])


def test_what_failed_before_passes_and_what_is_worse_fails(kernels, capsys):
    assert check("--save-baseline", "b.json") == 1
    assert "saved 1 row in b.json" in capsys.readouterr().out
    assert check("--baseline", "b.json") == 0
    assert capsys.readouterr().out.endswith("1 row compared with b.json: nothing worse, nothing better\n")
    kernels(" * x.dtype.type(1.5)")
    assert check("--baseline", "b.json") == 1
    out = capsys.readouterr().out
    assert "worse: kernels:relu relu float8_e5m2: conditioned ULP 0 → " in out
    assert "is inaccurate: 0 → " in out
    assert check("--baseline", "b.json", "--json") == 1
    document = strict(capsys.readouterr().out)["baseline"]
    assert {*document} == {"file", "compared", "worse", "better", "remarks"}
    assert document["worse"][0]["row"] == "kernels:relu relu float8_e5m2"


@pytest.mark.thorough
def test_what_is_better_is_said_with_the_hint_to_save(kernels, capsys):
    kernels(" * x.dtype.type(1.5)")
    check("--save-baseline", "b.json")
    kernels()
    capsys.readouterr()
    assert check("--baseline", "b.json", "--save-baseline", "b.json") == 0
    out = capsys.readouterr().out
    assert "better: kernels:relu relu float8_e5m2: conditioned ULP" in out
    assert "--save-baseline b.json keeps what is better" in out
    assert check("--baseline", "b.json") == 0
    assert "nothing worse, nothing better" in capsys.readouterr().out


def test_the_documents_of_other_checks_are_as_they_were(kernels, capsys):
    assert check("--json") == 1
    assert {*strict(capsys.readouterr().out)} == {"schema", "interrupted", "results"}


def test_where_nothing_can_be_compared_the_exit_code_is_2(kernels, capsys):
    check("--save-baseline", "b.json", "--max-ulp", "2")
    capsys.readouterr()
    exit_code, out, error = answer(capsys, "check", *OPTIONS, "--baseline", "b.json")
    assert exit_code == 2
    assert "saved with other parameters or options (kernels:relu relu float8_e5m2: max_ulp 2.0)" in out
    assert error.startswith("gradproof: b.json: nothing could be compared") and error.count("\n") == 1


def test_other_versions_are_compared_and_said(kernels, capsys):
    check("--save-baseline", "b.json")
    text = Path("b.json").read_text("utf-8")
    Path("b.json").write_text(text.replace('"numpy": "', '"numpy": "0.'), "utf-8")
    capsys.readouterr()
    assert check("--baseline", "b.json") == 0
    assert "1 row compared with numpy 0." in capsys.readouterr().out


def test_a_row_that_is_gone_is_worse(kernels, capsys):
    run_(["check", "kernels:relu", "--dtype", "float8_e5m2,float8_e4m3fn", "--save-baseline", "b.json"])
    assert check("--baseline", "b.json") == 0
    text = Path("b.json").read_text("utf-8")
    Path("b.json").write_text(text.replace('"activation": "relu"', '"activation": "silu"', 1), "utf-8")
    capsys.readouterr()
    assert run_(["check", "kernels:relu", "--dtype", "float8_e5m2,float8_e4m3fn", "--baseline", "b.json"]) == 1
    assert "worse: kernels:relu silu float8_e4m3fn: is gone" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--baseline", "none.json"), "none.json: No such file"),
        (("--baseline", "."), "Is a directory"),
        (("--baseline", "kernels.py"), "kernels.py: line 2: "),
        (("--save-baseline", "kernels.py"), "kernels.py: line 2: "),
        (("--save-baseline", "nowhere/b.json"), "no such folder"),
        (("--baseline", "kernels.py", "--at", "0x1p+0"), "--at and --baseline"),
        (("--save-baseline", "b.json", "--at", "0x1p+0"), "--at and --save-baseline"),
    ],
)
def test_bad_usage_is_one_line(kernels, capsys, arguments, said):
    fails_with_one_line(answer(capsys, "check", *OPTIONS, *arguments), said)
    assert "relu" in Path("kernels.py").read_text("utf-8")


@pytest.mark.thorough
def test_what_differs_from_call_to_call_is_checked_again_before_it_is_saved(kernels, capsys):
    kernels(" * (1 + np.random.default_rng().uniform(-.5, .5, x.shape)).astype(x.dtype)")
    check("--save-baseline", "b.json")
    assert '"tolerance": 2.0' in Path("b.json").read_text("utf-8")
    assert check("--baseline", "b.json") == 0


@pytest.mark.thorough
def test_all_cores_share_a_pack_with_and_without_a_baseline(kernels, capsys):
    pytest.importorskip("scipy", reason="SCIPY IS NOT INSTALLED: no pack was checked by all cores")
    arguments = ["check", "scipy", "--dtype", "float64", "--order", "0", "--range=0.5:0.6", "--ignore", "accuracy"]
    assert run_([*arguments, "--save-baseline", "all.json"]) == 0
    assert "saved 5 rows in all.json" in capsys.readouterr().out
