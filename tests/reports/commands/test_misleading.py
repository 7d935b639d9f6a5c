"""Commands that could mislead: arguments taken for options, interrupted runs, samples, bounds, undecided facts."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction

import pytest
from gradproof.crosschecks import checks
from gradproof.proofs import statements
from gradproof.proofs.budget import Undecided
from gradproof.proofs.datasheets import function
from gradproof.reports import cli
from gradproof.reports.commands import recheck as recheck_command
from gradproof.reports.commands.options import Command
from gradproof.reports.runs import check
from gradproof.reports.runs import sweep as sweep_run
from gradproof.reports.views import ledgers, sweeps
from gradproof.reports.writing import numbers
from gradproof.reports.writing.progress import Progress

from ...thorough import few

KERNELS = """
import numpy as np

def relu(x):
    return np.maximum(x, 0)
"""


def run(capsys, *arguments):
    """The command inside this process: exit code, stdout, stderr."""
    code = cli.run(list(map(str, arguments)))
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def kernels(tmp_path, monkeypatch):
    (tmp_path / "kernels.py").write_text(KERNELS)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def claims(tmp_path):
    path = tmp_path / "claims.toml"
    entries = "".join(f"[[claim]]\nid = '{name}'\nsays = 's'\nstatement = 'x == x'\n" for name in ("a", "b", "c"))
    path.write_text("title = 't'\n" + entries)
    return path


# --- arguments that begin with a minus sign ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "fragment"),
    [
        (["prove", "-0.5 >= tanh(x)"], 1, "refuted (exact): -0.5 >= tanh(x)"),
        (["prove", "-hard_tanh(x) <= 1"], 0, "proved"),
        (["prove", "-x <= relu(x)", "--where", "-1 < x"], 1, "where -1 < x"),
        (["prove", "--where", "-x < 0", "-x < relu(x)"], 0, "where -x < 0"),
        (["prove", "--x == x"], 0, "proved"),
        (["prove", "--x==x"], 0, "proved"),
        (["prove", "--", "-h"], 2, ""),
        pytest.param(["describe", "-x*tanh(x)"], 0, "-x*tanh(x)", marks=pytest.mark.thorough),
        (["describe", "-hard_tanh(x)"], 0, "-hard_tanh(x)"),
        (["describe", "-x"], 0, "Lipschitz   1"),
        (["depth", "-hard_tanh(x)"], 0, "is at most 1"),
        (["depth", "-w*1", "--layers", "3"], 0, "3 layers"),
        (["table", "-hard_tanh(x)", "--points", "-1,1"], 0, "-hard_tanh(x)"),
    ],
)
def test_a_leading_minus_sign_is_no_option(capsys, arguments, code, fragment):
    found, out, _ = run(capsys, *arguments)
    assert (found, "Usage:" in out) == (code, False)
    assert fragment in out


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["-h >= 0"], "No such option '-h >= 0'"),
        (["check", "-half"], "No such option '-half'"),
        (["list", "-hq"], "No such option '-hq'"),
        (["verify", "--jsno"], "Did you mean '--json'"),
        (["prove", "x == x", "--wher", "x > 0"], "--where"),
        (["prove", "x == x", "--where"], "requires an argument"),
    ],
)
def test_what_is_no_option_is_neither_help_nor_ignored(capsys, arguments, fragment):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert fragment in err
    assert err.count("\n") == 1


def test_options_are_still_options(capsys, tmp_path):
    assert "Usage:" in run(capsys, "prove", "x == x", "-h")[1]
    assert run(capsys, "table", "relu", f"-o{tmp_path / 'relu.csv'}", "--points=-1,1")[0] == 0
    assert len((tmp_path / "relu.csv").read_text().splitlines()) >= 3


def test_every_command_reads_its_arguments_so():
    assert all(isinstance(command, Command) for command in (cli.cli, *cli.cli.commands.values()))
    signed = {name for name, command in cli.cli.commands.items() if getattr(command, "signed_arguments", False)}
    assert signed == {"prove", "describe", "table", "depth", "gains", "meanfield", "train", "check-table"}


# --- exit codes --------------------------------------------------------------------------------------------------


def test_prove_tells_undecided_from_refuted(capsys):
    code, out, _ = run(capsys, "prove", "zeros(sin(x)) == {0}")
    assert out.startswith("undecided")
    assert code == 3
    assert run(capsys, "prove", "x**2 > 0")[0] == 1


# --- interrupted runs --------------------------------------------------------------------------------------------


class InterruptedProgress(Progress):
    """Ctrl-C right after the second part."""

    def step(self, what):
        super().step(what)
        if self._done == 2:
            raise KeyboardInterrupt


def test_an_interrupted_verify_says_so_first(capsys, claims, monkeypatch):
    monkeypatch.setattr(ledgers, "Progress", InterruptedProgress)
    code, out, _ = run(capsys, "verify", "--workers", 1, claims)
    assert code == 130
    assert out.startswith("interrupted: 2 of 3 claims were decided\n")
    assert out.endswith("2 of 3 claims: 2 proved\n")
    code, out, err = run(capsys, "verify", "--json", "--workers", 1, "--certificates", claims.parent / "c", claims)
    data = json.loads(out)
    assert (code, data["interrupted"], data["asked"], len(data["claims"])) == (130, True, 3, 2)
    assert "no certificates" in err
    assert not (claims.parent / "c").exists()


def test_a_complete_verify_does_not(capsys, claims):
    code, out, _ = run(capsys, "verify", "--json", claims)
    assert (code, json.loads(out)["interrupted"]) == (0, False)
    assert "3 claims: 3 proved\n" in run(capsys, "verify", claims)[1]


@pytest.mark.thorough
def test_an_interrupted_check_says_so_first(capsys, kernels, monkeypatch):
    monkeypatch.setattr(check, "Progress", InterruptedProgress)
    arguments = ("check", "kernels:relu", "--dtype", "float8_e5m2,float16,float32", "--order", 0)
    code, out, _ = run(capsys, *arguments)
    assert code == 130
    assert out.startswith("interrupted: 2 results until then")
    assert out.endswith("2 of 2 passed; interrupted, the others were not tested\n")
    code, out, _ = run(capsys, *arguments, "--json")
    data = json.loads(out)
    assert (code, data["interrupted"], len(data["results"])) == (130, True, 2)


@pytest.mark.thorough
def test_an_interrupted_sweep_says_so_first(capsys, kernels, monkeypatch):
    real = sweep_run.swept  # pyright: ignore[reportPrivateImportUsage]
    calls = []

    def swept(implementation, fmt, options, **more):
        calls.append(fmt)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return real(implementation, fmt, options, **more)

    monkeypatch.setattr(sweep_run, "swept", swept)
    arguments = ("sweep", "kernels:relu", "--dtype", "float32,float16", "--patterns", "special", "--workers", 1)
    code, out, _ = run(capsys, *arguments)
    assert code == 130
    assert out.startswith("interrupted: 1 of 2 sweeps were finished\n")
    calls.clear()
    code, out, _ = run(capsys, *arguments, "--json")
    data = json.loads(out)
    assert (code, data["interrupted"], data["asked"], len(data["results"])) == (130, True, 2, 1)


def test_an_interrupted_recheck_keeps_what_is_done(capsys, claims, monkeypatch):
    folder = claims.parent / "certificates"
    assert run(capsys, "verify", "--certificates", folder, claims)[0] == 0
    real = recheck_command._outcome

    def outcome(path):
        if path.name == "c.json":
            raise KeyboardInterrupt
        return real(path)

    monkeypatch.setattr(recheck_command, "_outcome", outcome)
    code, out, _ = run(capsys, "recheck", folder)
    assert code == 130
    assert out.startswith("interrupted: 2 of 3 certificates were re-checked\n")
    assert "2 of 3 certificates confirmed" in out
    code, out, _ = run(capsys, "recheck", "--json", folder)
    data = json.loads(out)
    assert (code, data["interrupted"], data["asked"], len(data["certificates"])) == (130, True, 3, 2)


@pytest.mark.parametrize("arguments", [["prove", "x == x", "--json"], ["prove", "--json", "x == x"]])
def test_what_has_nothing_to_show_yet_says_interrupted(capsys, monkeypatch, arguments):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(statements, "prove", interrupted)
    code, out, err = run(capsys, *arguments)
    assert (code, json.loads(out)) == (130, {"schema": 1, "interrupted": True})
    assert "interrupted" in err
    code, out, err = run(capsys, "prove", "x == x")
    assert (code, out) == (130, "")
    assert "gradproof: interrupted" in err


@pytest.mark.thorough
def test_a_real_signal_ends_describe_with_one_document(tmp_path):
    code = (
        "import os, signal\n"
        "from gradproof.reports import cli\nfrom gradproof.reports.views import datasheet\n"
        "def facts(*_, **__):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    signal.pause()\n"
        "datasheet.facts = facts\n"
        "cli.main()\n"
    )
    command = [sys.executable, "-c", code, "describe", "gelu", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 130
    assert json.loads(done.stdout) == {"schema": 1, "interrupted": True}
    assert "Traceback" not in done.stderr


# --- samples and what was asked for ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "fragments"),
    [
        (["--dtype", "float16,float64"], ["float64", "at most 32 bits"]),
        (["--at", "0x1p+0"], ["--at"]),
        (["--range", "0:1"], ["--range"]),
    ],
)
def test_exhaustive_is_refused_where_it_cannot_be(capsys, kernels, options, fragments):
    code, out, err = run(capsys, "check", "kernels:relu", "--exhaustive", *options)
    assert (code, out) == (2, "")
    assert all(fragment in err for fragment in fragments)


def test_exhaustive_in_python_is_refused_too():
    with pytest.raises(ValueError, match=r"dtypes=\['float64'\]"):
        list(checks("numpy", as_="relu", dtypes=["float64", "float16"], exhaustive=True))
    with pytest.raises(ValueError, match="expected every input or some"):
        list(checks("numpy", as_="relu", dtypes=["float32"], exhaustive=True, span="0:1"))
    with pytest.raises(ValueError, match="other processes"):
        list(checks(abs, as_="relu", dtypes=["float32"], exhaustive=True))


@pytest.mark.thorough
def test_a_sample_says_that_exhaustive_did_not_apply(capsys):
    code, out, _ = run(
        capsys, "check", "numpy", "--as", "swiglu", "--dtype", "float8_e5m2", "--exhaustive", "--order", "0"
    )
    assert out.startswith("sampled, not exhaustive, in float8_e5m2")
    assert "--exhaustive is for formats of at most" in " ".join(out.split())
    assert code == 0


def test_exhaustive_where_it_applies(capsys, kernels):
    code, out, _ = run(capsys, "check", "kernels:relu", "--exhaustive", "--dtype", "float8_e5m2")
    assert (code, out.startswith("exhaustive: every input")) == (0, True)


def test_a_replay_says_what_was_tested(capsys, kernels):
    out = run(capsys, "check", "kernels:relu", "--dtype", "float32", "--at", "0x1p+0")[1]
    assert out.startswith("nothing but the inputs asked for: 0x1p+0\n")


@pytest.mark.thorough
def test_a_sweep_that_judged_nothing_does_not_pass(capsys, kernels):
    code, out, _ = run(
        capsys, "sweep", "kernels:relu", "--dtype", "float16", "--patterns", "special", "--max-ulp", 1, "--workers", 1
    )
    assert code == 1
    assert "fail" in out
    assert "pass" not in out


def test_an_unfinished_sweep_has_not_passed():
    result = {"failed_inputs": 0, "max_ulp": 0.5, "finished": False, "judged": 5}
    limits = {"max_ulp": 1.0}
    assert sweeps._judged(result, limits).plain == "–"
    assert sweeps._judged({**result, "finished": True}, limits).plain == "pass"
    assert sweeps._judged({**result, "max_ulp": 2}, limits).plain == "fail"


# --- bounds ------------------------------------------------------------------------------------------------------


def certified(decimal, radius="0", exact=None):
    return {"decimal": decimal, "radius": radius, "exact": exact}


def test_a_bound_is_rounded_outwards():
    number = certified("1.12890414515478634074444226", "5e-27")
    assert numbers.bound(number, 1) == "1.1289042"
    assert numbers.bound(number, -1) == "1.1289041"
    low = certified("-0.169971207479903661693868470982", "5e-31")
    assert (numbers.bound(low, 1), numbers.bound(low, -1)) == ("-0.16997120", "-0.16997121")
    assert numbers.bound(certified("0", "1e-30"), 1) == "1e-30"
    assert numbers.bound(certified("0.25", exact="1/4"), 1) == "1/4"
    assert numbers.bound(certified("inf", exact="oo"), 1) == "oo"


@pytest.mark.parametrize(("name", "inputs"), [("reglu", "ab"), ("bilinear", "ab"), ("relu(a)*sigmoid(x)", "ax")])
def test_depth_bounds_what_has_several_inputs_by_each(capsys, name, inputs):
    code, out, _ = run(capsys, "depth", name, "--layers", "2")
    assert (code, [f"by {each} " in out for each in inputs]) == (0, [True, True])


def test_depth_says_what_a_gate_is(capsys):
    assert run(capsys, "depth", "tanh(u) - v")[::2] == (
        2, "gradproof: tanh(u) - v: expected a product of functions of u and of v alone\n"
    )  # fmt: skip


@pytest.mark.parametrize("name", ["sigmoid(z)", "1/(1 + exp(-t))"])
def test_depth_of_a_formula_in_another_name(capsys, name):
    code, out, _ = run(capsys, "depth", name, "--json")
    data = json.loads(out)
    assert (code, data["rate"]["exact"]) == (0, "1/4")


def test_depth_of_a_function_of_vectors(capsys):
    code, _, err = run(capsys, "depth", "softmax")
    assert code == 2
    assert "vectors" in err


@pytest.mark.thorough
def test_depth_prints_bounds_that_hold(capsys):
    code, out, _ = run(capsys, "depth", "gelu(x) + tanh(x)")
    assert code == 0
    assert "is at most 1.65861628127616006014930850175\n" in out
    assert "lies between -245.88286 and 24826.671, where every w is 1" in out
    rate = Fraction("1.65861628127616006014930850174")
    shown = out.partition("its size is at most ")[2].split()[0]
    assert rate**20 < Fraction(shown) < rate**20 * (1 + Fraction(1, 10**15))


# --- facts that were not decided ---------------------------------------------------------------------------------


def test_undecided_parity_is_not_called_neither(capsys, monkeypatch):
    def undecided(*_):
        raise Undecided("not found out")

    monkeypatch.setattr(function, "proved_parity", undecided)
    code, out, _ = run(capsys, "describe", "x*exp(x)")
    assert code == 0
    assert "parity      undecided" in out
    assert "undecided: parity: not found out" in out


FORMULAS = ["sqrt(x**2)*tanh(x)", "max(x - 100, 0)", "log(-1 - x**2)"]


@pytest.mark.parametrize("formula", few(FORMULAS, lambda formula: "tanh" not in formula))
def test_what_cannot_be_compared_or_written_out_is_undecided_and_the_rest_is_there(capsys, formula):
    code, out, err = run(capsys, "describe", formula)
    assert (code, err) == (0, "")
    assert "undecided" in out
    assert "nan" not in out
    assert "parity" in out


@pytest.mark.parametrize(
    ("formula", "parity"), [("log(x)", "neither"), ("max(x - 100, 0)", "neither"), ("x**3", "odd")]
)
def test_decided_parity(capsys, formula, parity):
    (line,) = [line for line in run(capsys, "describe", formula)[1].splitlines() if line.startswith("parity")]
    assert line.split()[1] == parity


def test_a_page_that_was_written_is_said(capsys, tmp_path):
    page = tmp_path / "relu.html"
    out = run(capsys, "describe", "relu", "--order", "0", "--html", str(page))[1]
    assert out.endswith(f"{page}: the page of relu\n") and page.is_file()
    out = run(capsys, "describe", "relu", "--order", "0", "--html", str(page), "--json")[1]
    assert json.loads(out)["schema"] == 1
