"""Targets and formulas at the command line, for `check` and `sweep` alike."""

from __future__ import annotations

import json

import pytest

from ...crosschecks.foreign.compiled import SOURCE, needs_compiler
from ...thorough import few
from .test_cli import fails_with_one_line, run

GAUSS = "import numpy as np\n\ndef gauss(x):\n    return np.exp(-x * x / 2)\n\ndef down(x):\n    return -x * x\n"


@pytest.fixture(autouse=True)
def _in_a_folder_with_a_shim(tmp_path, monkeypatch):
    (tmp_path / "shim.py").write_text(GAUSS)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("command", ["check", "sweep"])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "expected one of TARGET, --library PATH:SYMBOL and --command 'PROG ARGS', got none"),
        (["numpy", "--library", "libm.so.6:tanhf"], "got TARGET and --library"),
        (["--command", "cat", "--library", "libm.so.6:tanhf"], "got --library and --command"),
        (["--library", "libm.so.6"], "--library 'libm.so.6': expected PATH:SYMBOL"),
        (["--library", "nowhere.so:tanhf"], "nowhere.so: cannot open shared object file"),
        (["--library", "libm.so.6:tanhf", "--signature", "int(int)"], "signature='int(int)': expected one of"),
        (["numpy:tanh", "--signature", "float(float)"], "symbols of C libraries alone have signatures"),
        (["--command", "nowhere-to-be-found", "--as", "tanh"], "there is no program 'nowhere-to-be-found'"),
        (["nowhere.onnx", "--as", "tanh"], "nowhere.onnx: no such file"),
        (["shim:gauss"], "'gauss' is no activation's name; say which with --as NAME (as_= in Python)"),
        (["shim:gauss", "--as", "exp(-a*x*x)"], "expected a function of x alone, or values for a"),
        (["shim:gauss", "--as", "exp(-x*x", "--param", "a=1"], "was never closed"),
        (["shim:gauss", "--as", "expm2"], "unknown activation 'expm2'"),
    ],
)
def test_what_is_wrong_with_a_target_is_one_line(capsys, command, arguments, said):
    fails_with_one_line(run(capsys, command, *arguments), said)


@pytest.mark.parametrize(
    ("function", "formula"),
    few(
        [
            ("gauss", ["exp(-x*x/2)"]),
            ("gauss", ["exp(-a*x*x)", "--param", "a=0.5"]),
            ("down", ["-x*x"]),
            ("down", ["-x**2"]),
        ],
        lambda _, formula: formula == ["exp(-x*x/2)"],
    ),
)
def test_a_formula_says_what_is_computed(capsys, function, formula):
    target = [f"shim:{function}", "--as", *formula, "--dtype", "float32"]
    code, out, _ = run(capsys, "check", *target, "--at=0x1p-1", "--json")
    (result,) = json.loads(out)["results"]
    assert (code, result["verdict"], result["activation"]) == (0, "pass", formula[0])
    code, out, _ = run(capsys, "sweep", *target, "--patterns", "0x1p0:0x1.001p0", "--workers", "1", "--json")
    (result,) = json.loads(out)["results"]
    assert (code, result["activation"], result["finished"]) == (0, formula[0], True)
    assert result["max_ulp_conditioned"] < 4


def test_names_of_elementary_functions_need_no_more(capsys):
    for target in ("numpy:expm1", "math:log1p", "numpy:rint"):
        code, out, err = run(capsys, "check", target, "--at=0x1p-1", "--dtype", "float64")
        assert (code, "pass" in out) == ((0, True) if target != "numpy:rint" else (2, False)), err


def test_the_help_lists_the_packs(capsys):
    code, out, _ = run(capsys, "check", "--help")
    assert code == 0
    assert "--library PATH:SYMBOL" in out
    packs = out.partition("Packs:")[2].split()
    assert {"torch", "jax", "keras", "transformers", "onnxruntime", "scipy", "numpy", "formulas"} <= set(packs)


@needs_compiler
@pytest.mark.thorough
def test_a_c_file_becomes_a_verdict_with_one_command(capsys):
    code, out, _ = run(capsys, "check", "--library", f"{SOURCE}:silu_saturated", "--as", "silu", "--range", "80:100")
    assert code == 1
    assert "fail" in out
    code, out, _ = run(capsys, "sweep", "--library", f"{SOURCE}:silu", "--patterns", "binade:3", "--workers", "1")
    assert code == 0
    assert "8,388,608" in out or "16,777,216" in out


@pytest.mark.thorough
def test_a_symbol_of_doubles_is_swept_in_float64(capsys):
    patterns = ["--patterns", "0x1p0:0x1.0000000001p0", "--workers", "1"]
    code, out, _ = run(capsys, "sweep", "--library", "libm.so.6:erf", *patterns, "--json")
    (result,) = json.loads(out)["results"]
    assert (code, result["dtype"]) == (0, "float64")
    fails_with_one_line(run(capsys, "sweep", "--library", "libm.so.6:erf"), "float64")
