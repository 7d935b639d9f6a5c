"""`gradproof sweep`: what it prints, writes and exits with; sweeps themselves are tested in crosschecks."""

from __future__ import annotations

from pathlib import Path

import pytest
from gradproof.crosschecks.implementation import Implementation
from gradproof.reports import cli
from gradproof.reports.runs import sweep
from gradproof.reports.views.sweeps import coverage, exceeded, share
from gradproof.reports.writing.numbers import duration
from gradproof.reports.writing.progress import Progress, sentence

from ..conftest import strict

PLANTED = Path(__file__).parents[1].parent / "crosschecks"


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """Worker processes import the planted implementations from the folder they are started in."""
    monkeypatch.chdir(PLANTED)


def run(capsys, *arguments):
    code = cli.run(["sweep", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


RELU = ("planted:relu", "--order", "0", "--dtype", "float8_e5m2", "--workers", "1")


@pytest.mark.thorough
def test_tables_say_what_was_gone_through(capsys):
    code, out, err = run(capsys, *RELU, "--max-ulp", "0")
    assert (code, err) == (0, "")
    assert "relu in float8_e5m2: exhaustive, every one of the 256 inputs" in out
    assert "pass" in out
    assert "100 %" in out


def test_json_is_one_strict_document_and_so_is_the_file(capsys, tmp_path):
    code, out, err = run(capsys, *RELU, "--json", "-o", tmp_path / "sweep.json", "--patterns", "-1:2,special")
    assert (code, err) == (0, "")
    data = strict(out)
    assert data == strict((tmp_path / "sweep.json").read_text())
    assert list(tmp_path.iterdir()) == [tmp_path / "sweep.json"]
    (result,) = data["results"]
    assert (result["patterns"], result["inputs"], result["asked"], result["finished"]) == (
        "-1:2,special",
        134,
        134,
        True,
    )
    assert (result["max_ulp"], result["correctly_rounded"], result["judged"]) == (0.0, 126, 126)
    assert result["histogram"] == {"exact": 126}
    assert result["special"]["inputs"] == 8
    assert sum(binade["inputs"] for binade in result["binades"]) == 126
    assert {(b["sign"], b["exponent"]) for b in result["binades"]} >= {("-", "subnormal"), ("+", -14), ("+", 1)}
    assert data["schema"] == 1


@pytest.mark.thorough
def test_exceptions_of_a_function_of_one_number_are_told(capsys):
    target = ("planted:gelu_of_one_number", "--as", "gelu", "--dtype", "float8_e5m2", "--workers", "1")
    out = run(capsys, *target)[1]
    raised = "raises ValueError: too large at x = 12 (0x1.8p+3), the first of 51 inputs"
    assert f"gelu float8_e5m2: {raised}" in out
    assert "exception" in out
    (result,) = strict(run(capsys, *target, "--json")[1])["results"]
    assert result["raised"] == {
        "count": 51, "special": 1, "x": 12.0, "x_hex": "0x1.8000000000000p+3", "message": "ValueError: too large",
    }  # fmt: skip


def test_the_worst_input_comes_with_the_exact_error_there(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(
        "import numpy as np\ndef relu(x):\n    return (x * np.float16(1.25)).astype(x.dtype)\n"
    )
    code, out, _ = run(capsys, "mine:relu", "--dtype", "float16", "--patterns", "1:1.01", "--json", "--max-ulp", "128")
    assert code == 1
    result = strict(out)["results"][0]
    assert result["worst"] == {
        "x": 1.005859375,
        "x_hex": "0x1.0180000000000p+0",
        "x_bits": "0x3c06",
        "got": 1.2578125,
        "expected": 1.005859375,
        "ulp": 258.0,
        "conditioned": 129.0,
    }
    assert result["max_ulp"] == 258.0


@pytest.mark.thorough
def test_limits_are_about_their_errors_and_about_failures(capsys):
    blamed = {
        "max_ulp": 100.0, "max_ulp_conditioned": 3.0, "failed_inputs": 0, "finished": True, "judged": 9,
    }  # fmt: skip
    conditioned = "max_conditioned_ulp"
    assert not exceeded(blamed, {})
    assert not exceeded(blamed, {conditioned: 3.0, "max_ulp": 100.0})
    assert exceeded(blamed, {conditioned: 2.9, "max_ulp": 100.0})
    assert exceeded(blamed, {"max_ulp": 99.0})
    assert exceeded({**blamed, "max_ulp_conditioned": "inf"}, {conditioned: 1e9})
    assert exceeded({**blamed, "failed_inputs": 1}, {conditioned: 4.0})
    assert not exceeded({**blamed, "max_ulp_conditioned": None}, {conditioned: 0.0})
    arguments = ("planted:crashes_above_7", "--as", "relu", "--dtype", "float8_e5m2", "--patterns", "6:8")
    code, out, _ = run(capsys, *arguments)
    assert code == 0, "nothing was allowed or forbidden"
    assert "relu float8_e5m2: nothing to judge from 0x1.8p+2 to 0x1p+3: crash: the process died of SIGSEGV" in out
    assert run(capsys, *arguments, "--max-ulp", "4")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["planted:relu", "--patterns", "1"], "patterns='1': expected all, LOW:HIGH"),
        (["planted:relu", "--dtype", "float64"], "expected at most 2**48 inputs, float64 has 18446744073709551616"),
        (["planted:relu", "--dtype", "float7"], "--dtype 'float7': expected one of float64"),
        (["planted:nothing", "--as", "relu"], "cannot be loaded"),
        (["planted:relu", "--as", "glu"], "glu_halves: of several inputs"),
        (["planted:relu", "--as", "re"], "re"),
        (["planted:relu", "-o", "/nowhere/there.json"], "-o /nowhere/there.json: no such folder as /nowhere"),
        (["planted:relu", "--checkpoint", "/nowhere/there"], "--checkpoint /nowhere/there: no such folder"),
        (["planted:relu", "--checkpoint", "planted.py"], "planted.py: damaged, or no checkpoint"),
        (
            ["numpy", "--as", "relu", "--checkpoint", "planted.py"],
            "planted.py: expected a folder for the checkpoints of 2",
        ),
        (["planted:relu", "--workers", "0"], "--workers"),
    ],
)
def test_bad_usage_is_one_line(capsys, arguments, says):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("gradproof: ")
    assert says in err


@pytest.mark.thorough
def test_several_sweeps_keep_their_checkpoints_in_a_folder(capsys, monkeypatch, tmp_path):
    ships = tuple(Implementation("pack", name, 0, "planted:relu") for name in ("relu", "glu", "sine"))
    monkeypatch.setattr(sweep, "resolve", lambda request, worker: ships)
    code, out, _ = run(capsys, "numpy", "--dtype", "float8_e5m2", "--patterns", "1:2", "--checkpoint", tmp_path / "all")
    assert code == 0
    assert sorted(p.name for p in (tmp_path / "all").iterdir()) == [
        "relu-0-float8_e5m2.sweep",
        "sine-0-float8_e5m2.sweep",
    ]
    assert "not swept, as they take several inputs: glu" in out
    assert out.count("5 inputs (1:2), not every input of the format") == 2


@pytest.mark.thorough
def test_a_file_that_cannot_be_written_loses_no_result(capsys, tmp_path):
    (tmp_path / ".sweep.json.partial").mkdir()
    code, out, err = run(capsys, *RELU, "-o", tmp_path / "sweep.json")
    assert code == 2
    assert "exhaustive" in out
    assert err == f"gradproof: {tmp_path}/.sweep.json.partial: Is a directory\n"


@pytest.mark.thorough
def test_ctrl_c_shows_what_is_done_and_the_next_run_goes_on(capsys, monkeypatch, tmp_path):
    def interrupt(*_):
        raise KeyboardInterrupt

    arguments = (*RELU[:3], "--dtype", "float16", "--patterns", "1:1.1", "--checkpoint", tmp_path / "ck")
    with monkeypatch.context() as patched:
        patched.setattr(Progress, "of", lambda *_: interrupt)
        code, out, err = run(capsys, *arguments)
    assert (code, err) == (130, "")
    assert "relu in float16: interrupted after 103 of 103 inputs (1:1.1)" in out
    code, out, _ = run(capsys, *arguments, "--json")
    assert code == 0
    assert strict(out)["results"][0]["finished"]


def test_what_the_terminal_is_told():
    assert sentence(1, 100, 0.0) == "1.0 %"
    assert sentence(43, 100, 0.5) == "43.0 %, 0 inputs/s, 1 min 54 s left"
    assert sentence(1 << 31, 1 << 32, 8.12e7) == "50.0 %, 81.2 million inputs/s, 26 s left"
    assert [duration(s) for s in (0.4, 59.6, 3599, 3600, 90061)] == [
        "0 s",
        "1 min 0 s",
        "59 min 59 s",
        "1 h 0 min",
        "1 d 1 h",
    ]


def test_almost_all_is_not_all():
    assert [share(n, 10**6) for n in (0, 1, 10**5, 10**6 - 1, 10**6)] == [
        "0",
        "<0.001 %",
        "10.000 %",
        ">99.999 %",
        "100 %",
    ]
    assert share(0, 0) == "–"


def test_a_sample_is_never_called_every_input():
    result = {"activation": "relu", "order": 1, "parameters": {}, "dtype": "float32", "asked": 9, "seconds": 1.0}
    assert "not every input" in coverage({**result, "inputs": 9, "finished": True, "patterns": "sample:9"})
    assert "exhaustive" not in coverage({**result, "inputs": 5, "finished": False, "patterns": "all"})


@pytest.mark.thorough
def test_sweeps_side_by_side_are_those_made_alone(capsys):
    formats = ("float8_e4m3fn", "float8_e5m2")
    arguments = ("numpy", "--as", "silu", "--order", "0,1", "--workers", "2", "--json")
    code, out, _ = run(capsys, *arguments, *(word for name in formats for word in ("--dtype", name)))
    assert code == 0
    together = strict(out)["results"]
    assert [(r["order"], r["dtype"]) for r in together] == [(order, name) for order in (0, 1) for name in formats]
    for result in together:
        alone = ("numpy", "--as", "silu", "--order", str(result["order"]), "--dtype", result["dtype"], "--json")
        (same,) = strict(run(capsys, *alone)[1])["results"]
        assert {k: v for k, v in result.items() if k != "seconds"} == {k: v for k, v in same.items() if k != "seconds"}


@pytest.mark.thorough
def test_ctrl_c_ends_sweeps_side_by_side(capsys, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "of", lambda *_: interrupt)
    formats = ("--dtype", "float8_e4m3fn", "--dtype", "float8_e5m2")
    code, out, err = run(capsys, "numpy", "--as", "relu", "--order", "0", "--workers", "2", *formats)
    assert (code, err) == (130, "")
    assert "interrupted" in out
