"""`import gradproof`: the names its stub has, at no cost, and the programs of docs/python.md."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import gradproof
import numpy as np
import pytest
from click.testing import CliRunner
from gradproof.proofs.budget import Undecided
from gradproof.proofs.expressions.expr import rational
from gradproof.proofs.reals.reals import exact
from gradproof.proofs.recheck.signs import Wrong
from gradproof.reports import strict_json
from gradproof.reports.cli import cli

ROOT = Path(__file__).parents[1]
PROGRAMS = re.findall(r"## ([^\n]*)\n\n```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text("utf-8"), re.S)


def test_the_stub_names_what_is_there_and_where_it_lives():
    stub = ast.parse((ROOT / "api" / "__init__.pyi").read_text("utf-8"))
    froms = [node for node in ast.walk(stub) if isinstance(node, ast.ImportFrom)]
    said = {(str(n.module).removeprefix("gradproof."), str(a.asname)) for n in froms for a in n.names}
    assert said == {(home, name) for name, home in gradproof._HOME.items()}  # type: ignore[attr-defined]
    assert len(said) >= 25
    for _, name in said:
        assert getattr(gradproof, name).__doc__, f"{name} has no docstring"
        assert name in dir(gradproof)
    with pytest.raises(AttributeError, match="has no attribute 'proof'"):
        gradproof.proof  # type: ignore[attr-defined]  # noqa: B018
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", gradproof.__version__)


def test_importing_it_imports_no_engine():
    heavy = "{'sympy', 'flint', 'numpy', 'hypothesis', 'rich', 'click'}"
    code = f"import sys; old = {{*sys.modules}}; import gradproof; print(sorted({heavy} & {{*sys.modules}} - old))"
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_python_m_gradproof_is_the_command_line():
    run = subprocess.run([sys.executable, "-P", "-m", "gradproof", "prove", "1 < 2"], capture_output=True, text=True)
    assert run.returncode == 0
    assert run.stdout.startswith("proved (exact): 1 < 2")


@pytest.mark.parametrize("statement", ["D(gelu)(x) <= 1.13", "tanh(x) > 0", "exp(x) > x + a"])
def test_a_result_prints_what_the_command_prints(statement):
    printed = CliRunner().invoke(cli, ["prove", statement], standalone_mode=False).output
    times = re.compile(r"\d+\.\d\d s")
    assert times.sub("", str(gradproof.prove(statement)) + "\n") == times.sub("", printed)


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        (("describe", "elu", "--param", "alpha=2"), lambda: gradproof.describe("elu", alpha=2)),
        (("describe", "leaky_relu_keras"), lambda: gradproof.describe("leaky_relu_keras")),
        (("depth", "tanh", "--layers", "3"), lambda: gradproof.depth("tanh", layers=3)),
        (("depth", "x*exp(-x**2)"), lambda: gradproof.depth("x*exp(-x**2)")),
    ],
)
def test_values_print_and_give_what_the_command_does(arguments, value):
    printed = CliRunner().invoke(cli, arguments, standalone_mode=False).output
    assert str(value()) + "\n" == printed
    document = CliRunner().invoke(cli, [*arguments, "--json"], standalone_mode=False).output
    assert strict_json.text(value().to_json()) == document


@pytest.mark.parametrize(("title", "program"), PROGRAMS, ids=[title for title, _ in PROGRAMS])
def test_the_programs_of_the_page_run(title, program, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(program, title, "exec"), {"__name__": "program"})
    said = capsys.readouterr().out
    match title:
        case "The largest slope of a formula, to 30 digits":
            assert said.startswith("1.08849816125172")
        case "The gain of a formula":
            assert said.startswith("1.5925374197228")
        case "A CSV of gelu'":
            rows = (tmp_path / "gelu_prime.csv").read_text("utf-8").splitlines()
            assert rows[1].startswith("x,x_hex,value")
            assert len(rows) > 50
        case "Gradients through 50 layers, measured":
            sigmoid, relu = (float(re.findall(r"input (-?[\d.]+)", line)[0]) for line in said.splitlines())
            assert sigmoid < -60 < relu


def test_there_are_five_programs():
    assert len(PROGRAMS) == 5


def test_a_certified_number_is_compared_and_converted():
    third, root = exact(rational("1/3")), gradproof.describe("exp(x)*x").orders[0].inf
    assert third > 0.333 and third < Fraction(34, 100) and third <= third and not third >= 1
    assert root < 0 and root > float("-inf") and -1 < root < 1
    assert float(third) == 1 / 3
    low, high = root.interval
    assert low < high and abs(float(low) - float(root)) < 1e-15 and str(root.exact) == "-exp(-1)"
    with pytest.raises(ValueError, match="nan"):
        assert root < float("nan")
    with pytest.raises(TypeError, match="expected a number"):
        assert root < "1"  # type: ignore[operator]
    with pytest.raises(Undecided):
        _ = gradproof.describe("x").orders[0].sup.interval


def test_a_certified_number_equals_a_number_where_that_is_proved():
    third = exact(rational("1/3"))
    assert third.equals(Fraction(1, 3)) and not third.equals(1 / 3) and third.equals(exact(rational("1/3")))
    sup = gradproof.describe("sigmoid").orders[1].sup
    assert sup.equals(0.25) and not sup.equals(float("inf")) and sup != 0.25
    with pytest.raises(ValueError, match="nan"):
        sup.equals(float("nan"))


def test_numbers_and_definitions_are_formulas_in_a_notebook():
    sheet = gradproof.describe("exp(x)*x").orders[0]
    assert sheet.inf._repr_latex_() == r"$- \frac{1}{e}$" and sheet.sup._repr_latex_() == r"$\infty$"
    assert gradproof.describe("mish").orders[1].sup._repr_latex_() is None
    entries = gradproof.catalogue()
    assert all(e._repr_latex_().strip("$") for e in entries) and len(entries) > 60
    assert gradproof.activation("sigmoid")._repr_latex_() == r"$\frac{1}{1 + e^{- x}}$"


def test_functions_are_names_entries_or_formulas():
    entry = gradproof.activation("tanh")
    for function in ("tanh", entry, "tanh(x)"):
        gain = gradproof.describe(function).gain
        assert gain is not None and gain.decimal(12) == "1.59253741972"
        assert gradproof.reference(function, [0, 0.5], order=1).value.tolist()[0] == 1
        assert len(gradproof.table(function)) > 20
        assert str(gradproof.depth(function, layers=3).rate) == "1"
    assert float(gradproof.reference("x**2", 3).value) == 9
    assert gradproof.reference("tanh", np.float32(0.5)).value.dtype == np.float32
    assert str(gradproof.expectation("relu(z)**2")) == "1/2"
    assert gradproof.describe_vector("softmax").to_json()["vector"]
    with pytest.raises(gradproof.StatementError, match="describe_vector"):
        gradproof.describe("softmax")
    with pytest.raises(gradproof.StatementError, match="one name"):
        gradproof.expectation("a*z")
    with pytest.raises(gradproof.UnknownActivation, match="did you mean"):
        gradproof.depth("sigmoidd")


def test_a_certificate_is_confirmed(tmp_path):
    certificate = gradproof.certificate(gradproof.prove("D(sigmoid)(x) <= 1/4"))
    gradproof.recheck(certificate)
    with pytest.raises(Wrong, match="digest"):
        gradproof.recheck({**certificate, "statement": "D(sigmoid)(x) <= 1/5"})
    (tmp_path / "own.toml").write_text('title = "own"\n[[claim]]\nid = "one"\nsays = "s"\nstatement = "tanh(x) < 1"\n')
    (result,) = gradproof.verify(tmp_path / "own.toml")
    assert result.verdict == "proved"


def test_a_table_is_written_as_the_command_writes_it(tmp_path):
    table = gradproof.table("relu", order=1)
    text = table.to_csv()
    table.to_csv(tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text("utf-8") == text
    assert table.to_json()["table"]["function"] == "relu"
    assert len(table.to_json()["rows"]) == len(table)
